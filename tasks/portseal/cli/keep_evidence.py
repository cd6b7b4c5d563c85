"""What verbs that read switches do to keep what they saw as evidence."""

from __future__ import annotations

from pathlib import Path

import typer

from portseal import __version__
from portseal.change.keep_evidence import keep
from portseal.estate import Estate
from portseal.evidence import Evidence
from portseal.evidence_store import Signer


def keep_evidence(
    archive: Path, estate: Estate, found: Evidence, signer: Signer | None, *, limit: str, quiet: bool = False
) -> None:
    """Write a bundle, and tell on stderr where, unless `quiet`."""
    kept = keep(archive, estate, found, signer, version=__version__, limit=limit)
    if not quiet:
        how = f"signed as {signer.name}" if signer else "not signed: [evidence] in portseal.toml names nobody"
        typer.echo(f"portseal: evidence kept in {kept} ({len(found.records)} ports, {how})", err=True)
