"""`portseal keys ...`: the static keys of camera links, from their making to their retirement."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from portseal.cli.keys_rotate import rotate
from portseal.cli.options import Limit, SiteDir

if TYPE_CHECKING:
    from pydantic import SecretStr

    from portseal.key_book import KeyBook

keys = typer.Typer(
    name="keys",
    no_args_is_help=True,
    help="Static keys of camera links (CKN and CAK): list, make, take in, hand over, replace on both ends, retire.",
)

Cameras = Annotated[list[str] | None, typer.Argument(metavar="[CAMERA]...", help="Cameras; all of them if not given.")]


@keys.command("list")
def list_keys(
    site: SiteDir = Path(),
    limit: Limit = None,
    live: Annotated[bool, typer.Option("--live", help="Ask the switches which key is in use.")] = False,
    format: Annotated[Literal["table", "json"], typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """Each key: keyed fingerprint, age, when it is due, which camera and port it is for. Never a key.

    Exit code 0: nothing to do; 2: a key is missing, due, weak or of no use; 1: an error.
    """
    import json

    from portseal.cli.console import console
    from portseal.cli.key_tables import key_table
    from portseal.key_book import open_book
    from portseal.key_list import key_rows

    book = open_book(site)
    rows = key_rows(book, _fingerprint_key(book), _today(), _live(site, limit) if live else None)
    if limit is not None:
        chosen = _switches(site, limit)
        rows = tuple(row for row in rows if row.switch in chosen)
    if format == "json":
        typer.echo(json.dumps({"schema_version": 1, "keys": [row.model_dump(mode="json") for row in rows]}, indent=1))
    else:
        console().print(key_table(rows, live=live))
        have = sum(row.use in ("current", "second", "unused") for row in rows)
        due, wrong = sum(row.overdue for row in rows), sum(bool(row.problem) for row in rows)
        console().print(f"{have} keys, {due} due, {wrong} with a problem; new ones are kept in {book.store.where}")
    raise typer.Exit(0 if all(row.good for row in rows) else 2)


@keys.command()
def generate(
    cameras: Cameras = None,
    site: SiteDir = Path(),
    bits: Annotated[
        int | None, typer.Option("--bits", help="128 or 256; as profile and platform have it if not given.")
    ] = None,
) -> None:
    """Make a key for each camera that needs one and has none, or for those that are named.

    It is stored, and named in keys.toml; nothing is sent anywhere. Give it to the camera first (`portseal keys export`),
    then to the switch (`portseal plan`).
    """
    from portseal.key_book import open_book
    from portseal.keys import chosen_cameras, generate

    book = open_book(site)
    made = generate(book, chosen_cameras(book, cameras or ()), _today(), bits=bits)
    typer.echo(
        f"{len(made)} keys made, in {book.store.where}{': ' + ', '.join(made[:20]) if made else ''}{' ...' * (len(made) > 20)}"
    )
    if made:
        typer.echo("Next: `portseal keys export` for the cameras, then `portseal plan` for the switches.")


@keys.command("import")
def import_keys(
    file: Annotated[Path, typer.Argument(help="CSV with the columns camera, ckn, cak; `-` reads standard input.")],
    site: SiteDir = Path(),
) -> None:
    """Take in keys that cameras have already. All rows, or none: duplicates, weak and reused keys are refused."""
    from portseal.core.errors import InputError
    from portseal.key_book import open_book
    from portseal.key_import import take_in

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read as UTF-8 text ({type(error).__name__})") from None
    book = open_book(site)
    taken = take_in(
        book, text, "standard input" if str(file) == "-" else str(file), key=_fingerprint_key(book), today=_today()
    )
    typer.echo(f"{len(taken)} keys taken in, now in {book.store.where}; remove {file} safely, it holds them in clear")


@keys.command()
def export(
    cameras: Cameras = None,
    site: SiteDir = Path(),
    out: Annotated[Path, typer.Option("-o", "--out", help="The bundle, an age-encrypted CSV file.")] = Path(
        "keys-bundle.age"
    ),
    to: Annotated[
        list[str] | None, typer.Option("--to", help="age or SSH public key of the installer; repeatable.")
    ] = None,
    passphrase: Annotated[
        str | None,
        typer.Option("--passphrase", metavar="env:VARIABLE", help="Passphrase instead; asked for if neither is given."),
    ] = None,
) -> None:
    """One encrypted file for a camera installer: what has to be typed at each camera. Opened with `age -d`."""
    from portseal.core.errors import InputError
    from portseal.key_book import open_book
    from portseal.keys import bundle, chosen_cameras
    from portseal.transport.age_file import write_bundle

    if out.exists():
        raise InputError(f"{out}: is there already; name a file that is not")
    book = open_book(site)
    content = bundle(book, chosen_cameras(book, cameras or ()))
    write_bundle(out, content, recipients=to or (), passphrase=None if to else _passphrase(passphrase))
    typer.echo(
        f"{out}: {content.get_secret_value().count(chr(10)) - 1} keys, encrypted to {f'{len(to)} recipients' if to else 'a passphrase'}"
    )


keys.command()(rotate)


@keys.command()
def expire(cameras: Cameras = None, site: SiteDir = Path()) -> None:
    """Retire keys that no camera needs any more: forgotten in keys.toml, then where they were kept.

    A key that secures a port is refused: take the switch's away first (change the profile, plan, apply), then retire it.
    """
    from portseal.key_book import open_book
    from portseal.keys import chosen_cameras, expire

    book = open_book(site)
    gone = expire(book, chosen_cameras(book, cameras or ()), _fingerprint_key(book), _today())
    typer.echo(f"{len(gone)} keys retired{': ' + ', '.join(gone) if gone else ''}")


@keys.command()
def identity(file: Annotated[Path, typer.Argument(help="Where it is written; a file that is not there yet.")]) -> None:
    """Make an age identity, which opens what portseal encrypts, and print its public half.

    Name the file in portseal.toml, `[secrets] age_identity`, keep a copy of it in a safe place, and out of the site's directory.
    """
    from portseal.transport.age_file import write_identity

    typer.echo(f"{file} opens what is encrypted to {write_identity(file)}")


@keys.command()
def platforms(
    site: SiteDir = Path(),
    format: Annotated[Literal["table", "markdown"], typer.Option("--format", help="table or markdown.")] = "table",
) -> None:
    """Which kinds of CAK each platform takes, how a static key is replaced there, and with what gap."""
    from portseal.cli.console import console
    from portseal.cli.tables import bare_table
    from portseal.core.key_methods import COLUMNS, key_methods, markdown
    from portseal.core.platform_files import platform_folders
    from portseal.core.platforms import load_pack

    packs = [load_pack(folder) for _, folder in sorted(platform_folders(site / "platforms").items())]
    if format == "markdown":
        typer.echo(markdown(packs), nl=False)
        return
    table = bare_table(*COLUMNS)
    for pack in packs:
        table.add_row(*key_methods(pack).cells)
    console().print(table)


def _today() -> date:
    return date.today()


def _fingerprint_key(book: KeyBook) -> SecretStr:
    from portseal.estate import local_fingerprint_key

    ref = book.settings.secrets.fingerprint_key
    return book.resolve(ref) if ref else local_fingerprint_key(book.path / ".portseal")


def _passphrase(source: str | None) -> SecretStr:
    import os

    from pydantic import SecretStr

    from portseal.core.errors import InputError

    if source is None:
        return SecretStr(typer.prompt("Passphrase of the bundle", hide_input=True, confirmation_prompt=True))
    kind, _, name = source.partition(":")
    if kind != "env" or not os.environ.get(name):
        raise InputError("--passphrase: write env:VARIABLE, and set that variable; never the passphrase itself")
    return SecretStr(os.environ[name])


def _switches(site: Path, limit: str) -> frozenset[str]:
    from portseal.site import chosen_switches
    from portseal.site_files import read_files

    nornir = read_files(site).hosts.nornir
    return chosen_switches(nornir, limit) if nornir else frozenset()


def _live(site: Path, limit: str | None) -> dict[str, str | None]:
    """By camera, the CKN its switch says is in use by a live peer."""
    from portseal.cli.progress import progress
    from portseal.estate import open_estate
    from portseal.fleet import on_all
    from portseal.observe import Observation, observe_switch

    estate = open_estate(site, limit=limit)
    with progress("reading", len(estate.nornir.inventory.hosts)) as done:
        outcomes = on_all(estate, observe_switch, Observation, reading=True, done=done)
    for failure in outcomes.failures.values():
        typer.echo(f"portseal: {failure}", err=True)
    found: dict[str, str | None] = {}
    for intent in estate.site.intents:
        seen = outcomes.results.get(intent.switch)
        for port in intent.ports if seen else ():
            mka = seen.later[port.port].mka if seen else None
            found[port.camera] = mka.ckn if mka and mka.live_peers else None
    return found
