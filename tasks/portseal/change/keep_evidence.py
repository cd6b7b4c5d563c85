"""Looks at an estate in, a bundle of evidence in an archive out, with the plan that was carried out last named in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from portseal.change.exclusive import actor
from portseal.change.journal import Journal
from portseal.estate import Estate
from portseal.evidence import Circumstances, Evidence, write_evidence
from portseal.evidence_store import Signer


def keep(archive: Path, estate: Estate, found: Evidence, signer: Signer | None, *, version: str, limit: str) -> Path:
    """Write the next bundle of an archive; gives its folder. `limit`: to which switches it is limited, empty for none.

    Raises:
        InputError: it could not be written, and nothing was.
    """
    run, plan = _last_plan(estate)
    about = Circumstances(now=datetime.now(UTC), by=actor(), version=version, limit=limit, plan=plan, run=run)
    return write_evidence(archive, estate, found, about, signer)


def _last_plan(estate: Estate) -> tuple[str, str]:
    """The last run that carried a plan out to its end, and the plan's digest."""
    path = estate.memory.folder / "journal.db"
    if not path.is_file():
        return "", ""
    with Journal(path) as journal:
        done = [run for run in journal.runs() if run.plan and not run.open]
    return (done[-1].run, done[-1].plan) if done else ("", "")
