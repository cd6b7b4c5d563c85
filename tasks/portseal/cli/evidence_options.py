"""Options that verbs on evidence share, and what they take from the site they are called in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from portseal.core.settings import Settings

Key = Annotated[
    str | None,
    typer.Option("--key", help="Public key of the signer, or a file that holds it; the site's if not given."),
]
Unsigned = Annotated[
    bool, typer.Option("--unsigned", help="Take evidence that is whole but that nobody known has signed.")
]


def known_signers(site: Path, key: str | None) -> dict[str, str]:
    """Whose signatures count: of the key that is given, or of those that the site names; none without a site.

    Raises:
        InputError: the key is none.
    """
    from portseal.evidence_check import ANYBODY
    from portseal.signatures import public_key

    if key is not None:
        return {ANYBODY: public_key(key)}
    return dict(settings_of(site).evidence.signers)


def archive_of(site: Path) -> Path:
    """The archive that the site's settings name."""
    return site / settings_of(site).evidence.directory


def settings_of(site: Path) -> Settings:
    """The settings of the site in a directory, of which nothing else is read."""
    from portseal.site_files import read_settings

    return read_settings(site)
