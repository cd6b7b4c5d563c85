"""What verbs that read switches do to keep what they saw as evidence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import typer

from portseal import __version__
from portseal.change.exclusive import actor
from portseal.change.journal import Journal
from portseal.estate import Estate
from portseal.evidence import Circumstances, Evidence, write_evidence
from portseal.evidence_store import Signer


def keep_evidence(
    archive: Path, estate: Estate, found: Evidence, signer: Signer | None, *, limit: str, quiet: bool = False
) -> Path:
    """Write a bundle, and tell on stderr where, unless `quiet`; gives its folder."""
    run, plan = _last_plan(estate)
    about = Circumstances(now=datetime.now(UTC), by=actor(), version=__version__, limit=limit, plan=plan, run=run)
    kept = write_evidence(archive, estate, found, about, signer)
    how = f"signed as {signer.name}" if signer else "not signed: [evidence] in portseal.toml names nobody"
    if not quiet:
        typer.echo(f"portseal: evidence kept in {kept} ({len(found.records)} ports, {how})", err=True)
    return kept


def _last_plan(estate: Estate) -> tuple[str, str]:
    """The last run that carried a plan out to its end, and the plan's digest."""
    path = estate.memory.folder / "journal.db"
    if not path.is_file():
        return "", ""
    with Journal(path) as journal:
        done = [run for run in journal.runs() if run.plan and not run.open]
    return (done[-1].run, done[-1].plan) if done else ("", "")
