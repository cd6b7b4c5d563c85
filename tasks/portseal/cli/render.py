"""`portseal render`: what one switch must be, as its vendor's configuration, without asking the switch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from portseal.cli.options import SiteDir


def render(
    switch: Annotated[str, typer.Argument(help="Name of the switch in hosts.yaml.")],
    site: SiteDir = Path(),
) -> None:
    """Print the configuration that SWITCH must have, secrets as references.

    Only the lines that portseal owns; nothing is connected to. Example: `portseal render -s inventory/example-campus acc-01`
    """
    from portseal.core.rendering import render as rendered
    from portseal.site import open_site

    opened = open_site(site, limit=switch)
    for intent in opened.intents:
        typer.echo(rendered(intent, opened.folders[intent.platform]), nl=False)
