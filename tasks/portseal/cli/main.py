"""The `portseal` command: its verbs, and the edge where errors become one message and an exit code."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from portseal.cli.apply import apply
from portseal.cli.approve import approve
from portseal.cli.camera import camera
from portseal.cli.certs_ca import certs
from portseal.cli.demo import demo
from portseal.cli.drift import drift
from portseal.cli.evidence import evidence
from portseal.cli.history import abort, history, resume, rollback
from portseal.cli.init import init
from portseal.cli.keys import keys
from portseal.cli.lint import lint
from portseal.cli.parse import parse
from portseal.cli.plan import plan
from portseal.cli.platforms import platforms
from portseal.cli.rehearse import rehearse
from portseal.cli.render import render
from portseal.cli.run import run
from portseal.cli.show import show
from portseal.cli.sim import sim
from portseal.cli.stage import stage
from portseal.cli.verify import verify
from portseal.core.errors import PortsealError, SiteError

app = typer.Typer(
    name="portseal",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they show local variables, which may hold secrets
    add_completion=True,
    rich_markup_mode="markdown",
    help=(
        "Seals camera ports: 802.1X and MACsec from a camera inventory, planned, reviewed, pushed and proved port by port.\n\n"
        "`init` makes a site to begin with. The usual way is `lint` → `plan -o plan.json` → `show plan.json` → `apply plan.json` → `verify`.\n\n"
        "Exit codes everywhere: 0 nothing to do or all as intended, 2 changes pending or ports not as intended, 1 error."
    ),
)

for verb in (
    init,
    lint,
    render,
    plan,
    show,
    rehearse,
    apply,
    verify,
    drift,
    run,
    approve,
    resume,
    abort,
    rollback,
    history,
    parse,
    platforms,
    sim,
    demo,
    stage,
):
    app.command()(verb)
app.add_typer(keys)
app.add_typer(camera)
app.add_typer(certs)
app.add_typer(evidence)


def _version(wanted: bool) -> None:
    if wanted:
        from portseal import __version__

        typer.echo(f"portseal {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """What stands before the verb."""


def main() -> None:
    """Run a verb; every error of ours is one message on stderr and exit code 1."""
    try:
        code = app(standalone_mode=False)
    except TyperException as error:  # a wrong call; typer's own code for it, 2, would mean "changes pending"
        if said := error.format_message():  # nothing where the help itself was the answer
            typer.echo(f"portseal: {said}\nportseal --help tells how it is called.", err=True)
        sys.exit(1)
    except typer.Abort:
        typer.echo("interrupted", err=True)
        sys.exit(1)
    except SiteError as error:
        typer.echo(f"portseal: {error}", err=True)
        for finding in error.findings:
            place = ":".join(str(part) for part in (finding.file, finding.row, finding.column) if part is not None)
            typer.echo(f"  {place}: {finding.message} [{finding.code}]", err=True)
        sys.exit(1)
    except PortsealError as error:
        typer.echo(f"portseal: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)
