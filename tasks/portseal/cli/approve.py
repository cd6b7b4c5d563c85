"""`portseal approve`: sign a plan that was reviewed, so that a playbook that asks for it takes it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

_VARIABLE = "PORTSEAL_APPROVER_PASSPHRASE"


def approve(
    plan: Annotated[Path | None, typer.Argument(help="The plan that was reviewed.")] = None,
    *,
    name: Annotated[str, typer.Option("--name", help="Your name in [approvers] of portseal.toml.")] = "",
    key: Annotated[Path | None, typer.Option("--key", help="Your private key.")] = None,
    new_key: Annotated[
        Path | None, typer.Option("--new-key", help="Make a private key in this file, and print the public one.")
    ] = None,
    passphrase: Annotated[
        str,
        typer.Option(envvar=_VARIABLE, help="Of the key; asked for where it is needed.", hidden=True),
    ] = "",
) -> None:
    """Put your signature under PLAN, in PLAN.sig beside it. It fits this plan only: one that is made again has to be approved again.

    Exit code 0: signed; 1: an error.
    """
    from portseal.change.approval import sign, signatures_file
    from portseal.core.errors import InputError
    from portseal.core.plan_file import digest_of
    from portseal.plan_source import open_plan
    from portseal.signatures import load_key, make_key

    if new_key is not None:
        secret = passphrase or _asked("Passphrase (none: leave empty)", default="")
        public = make_key(new_key, secret)
        typer.echo(f'{new_key} written. In portseal.toml:\n\n[approvers]\n{name or "your-name"} = "{public}"')
        return
    if plan is None or key is None or not name:
        raise InputError("give the plan, --name and --key; or --new-key FILE to make a key")
    now = datetime.now(UTC)
    loaded = open_plan(plan, now=now)
    try:
        private = load_key(key, passphrase or None)
    except InputError:
        if passphrase or not key.is_file():
            raise
        private = load_key(key, _asked("Passphrase", default=None))
    made = sign(plan, digest_of(loaded), name=name, key=private, now=now.replace(microsecond=0))
    ports = sum(len(switch.changed_ports) for switch in loaded.switches)
    typer.echo(f"{signatures_file(plan)}: {made.name} approves the change of {ports} ports ({made.digest[:12]}…)")


def _asked(question: str, *, default: str | None) -> str:
    """What is typed where there is a terminal; elsewhere the variable says it, empty for none."""
    import os
    import sys

    from portseal.core.errors import InputError

    if default is not None and _VARIABLE in os.environ:
        return default
    if not sys.stdin.isatty():
        raise InputError(
            f"no terminal to ask for the passphrase at; set {_VARIABLE} (to nothing, for a new key without one)"
        )
    return str(typer.prompt(question, default=default, hide_input=True, show_default=False))
