"""`portseal init`: a new site in a directory, with comments that teach."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer


def init(
    directory: Annotated[Path, typer.Argument(help="Where the site is made; it may be there already.", metavar="DIR")],
) -> None:
    """Make a new site: inventory, one profile of each kind, settings, playbooks. `portseal lint` passes in it at once.

    Nothing is ever overwritten: where one of its files is there already, all such are named and none is written.

    Exit code 0: made; 1: an error.
    """
    from portseal.new_site import make_site

    made = make_site(directory)
    site = shlex.quote(str(directory))
    typer.echo(f"{directory}: a new site, {len(made)} files. README.md in it says what each is, and what comes next:\n")
    for command, tells in (
        (f"portseal lint -s {site}", "what is wrong with it; nothing is connected to"),
        (f"portseal render -s {site} acc-01", "what one of its switches would be given"),
        (
            f"portseal sim -s {site} --write TRIAL",
            "simulated switches, and a copy of it to try plan, apply and verify on",
        ),
    ):
        typer.echo(f"  {command:<{len(site) + 36}} {tells}")
