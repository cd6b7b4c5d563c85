"""`portseal camera ...`: what cameras that have an API say of their end, and setting one of them by hand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from portseal.cli.options import Limit, SiteDir

if TYPE_CHECKING:
    from portseal.core.camera_state import CameraState
    from portseal.core.inventory import Camera
    from portseal.estate import Estate
    from portseal.transport.camera_end import CameraEnd

camera = typer.Typer(
    name="camera",
    no_args_is_help=True,
    help="Cameras that have an API (`[cameras.groups]` in portseal.toml): ask them for their end of the link, or set it.",
)

Wish = Literal["off", "eap-tls", "static"]


@camera.command()
def show(
    cameras: Annotated[
        list[str] | None, typer.Argument(metavar="[CAMERA]...", help="Cameras; all that have an API if not given.")
    ] = None,
    site: SiteDir = Path(),
    limit: Limit = None,
    format: Annotated[Literal["table", "json"], typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """What each camera says of its own end: its mode, the name of its key, whether its link is secured.

    Nothing is written to any camera. Exit code 0: all answered and are as their profiles say; 2: some did not, or are not;
    1: an error.
    """
    import json

    from portseal.cli.console import console
    from portseal.cli.progress import progress
    from portseal.cli.tables import camera_table
    from portseal.core.camera_report import camera_row
    from portseal.estate import open_estate
    from portseal.read_cameras import read_cameras

    estate = open_estate(site, limit=limit)
    chosen = _chosen(estate, cameras or [], limit)
    with progress("reading", len(chosen)):
        views = read_cameras(estate, chosen)
    whole = estate.site.site
    rows = [
        camera_row(each, whole.profiles[each.profile], whole.keys.get(each.name), views[each.name]) for each in chosen
    ]
    if format == "json":
        typer.echo(
            json.dumps({"schema_version": 1, "cameras": [row.model_dump(mode="json") for row in rows]}, indent=1)
        )
    else:
        console().print(camera_table(rows))
        console().print(f"{len(rows)} cameras, {sum(not row.good for row in rows)} with a problem")
    raise typer.Exit(0 if all(row.good for row in rows) else 2)


@camera.command("set")
def set_camera(
    name: Annotated[str, typer.Argument(metavar="CAMERA", help="Its name in cameras.csv.")],
    wish: Annotated[
        Wish,
        typer.Argument(help="off; eap-tls; static: MACsec with its key of keys.toml.", metavar="off|eap-tls|static"),
    ],
    *,
    site: SiteDir = Path(),
    certificate: Annotated[
        str | None, typer.Option("--certificate", help="eap-tls: what the camera calls its client certificate.")
    ] = None,
    authority: Annotated[
        list[str] | None,
        typer.Option("--authority", help="eap-tls: what it calls the RADIUS server's authority; may be repeated."),
    ] = None,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
) -> None:
    """Set one camera's 802.1X and MACsec. Says what it will do, and asks.

    When a port is to be closed, the camera comes first and the switch second; when it is to be opened, the other way round.
    A camera whose port does not let it through any more cannot be reached this way either.
    """
    from portseal.core.errors import CameraUnreachable, InputError
    from portseal.estate import open_estate

    if wish != "eap-tls" and (certificate or authority):
        raise InputError("--certificate and --authority are for eap-tls")
    estate = open_estate(site)
    [target] = _chosen(estate, [name], None)
    end = estate.camera_end(target)
    assert end is not None  # noqa: S101 - `_chosen` has those with an API only
    try:
        before = end.state()
        typer.echo(f"{target.name} ({target.model or 'no model'}, {target.switch} {target.port}): now {_mode(before)}")
        typer.echo(f"it will be: {_will(estate, target, wish, certificate)}")
        if warning := _warning(estate, target, wish):
            typer.echo(f"mind: {warning}")
        if not yes:
            if not sys.stdin.isatty():
                raise InputError("nobody is there to ask; nothing was changed. Say --yes to do it without asking")
            typer.confirm("Go on?", abort=True)
        _carry_out(estate, end, target, wish, certificate=certificate, authorities=authority or [])
        try:
            typer.echo(f"done; it says: {_mode(end.state())}")
        except CameraUnreachable as error:
            typer.echo(f"it took that; {error}. Its port may be dark until the switch has its half (`portseal plan`).")
    finally:
        end.close()


def _chosen(estate: Estate, names: list[str], limit: str | None) -> tuple[Camera, ...]:
    """The cameras that are named, or all that have an API.

    Raises:
        InputError: one is not there, or has no API; or none has.
    """
    from portseal.core.errors import InputError
    from portseal.core.findings import nearest
    from portseal.read_cameras import with_api

    every = {each.name: each for each in estate.site.site.cameras}
    for name in names:
        if name not in every:
            raise InputError(f"no camera is called {name!r}{nearest(name, every)}")
        if not with_api(estate, [every[name]]):
            raise InputError(
                f"{name}: no group of portseal.toml has this camera, so it has no API; see docs/cameras.md"
            )
    if names:
        return tuple(every[name] for name in dict.fromkeys(names))
    found = with_api(estate, every.values())
    if limit is not None:
        found = tuple(each for each in found if each.switch in estate.site.nornir.inventory.hosts)
    if not found:
        raise InputError(
            "no camera here has an API; name them in [cameras.groups.NAME] of portseal.toml (docs/cameras.md)"
        )
    return found


def _mode(state: CameraState) -> str:
    from portseal.core.camera_state import CameraMode

    words = {CameraMode.STATIC: "MACsec with a static key", CameraMode.EAP_TLS: "EAP-TLS", CameraMode.OFF: "off"}
    more = [f"CKN {state.ckn}"] if state.mode is CameraMode.STATIC and state.ckn else []
    if state.secured is not None and state.mode is not CameraMode.OFF:
        more.append("secured" if state.secured else "not secured")
    return ", ".join([words.get(state.mode, f"in a mode that is {state.mode}"), *more])


def _will(estate: Estate, target: Camera, wish: Wish, certificate: str | None) -> str:
    """What the camera will be, with the fingerprint of its key.

    Raises:
        InputError: it has no key.
        SecretError: its key cannot be had.
    """
    from portseal.core.errors import InputError
    from portseal.core.secrets import fingerprint

    if wish == "off":
        return "off; its keys and certificates stay in it"
    if wish == "eap-tls":
        by = f" with its certificate {certificate!r}" if certificate else " with the certificate that is chosen in it"
        return f"EAP-TLS{by}" + (f" as {target.identity!r}" if target.identity else "")
    key = estate.site.site.keys.get(target.name)
    if key is None:
        raise InputError(
            f"{target.name}: keys.toml has no key for it; make one with `portseal keys generate {target.name}`"
        )
    shown = fingerprint(estate.secret(key.cak), estate.fingerprint_key, hex=True)
    return f"MACsec with a static key, CKN {key.ckn}, key {shown}"


def _warning(estate: Estate, target: Camera, wish: Wish) -> str:
    """What the order of camera and switch makes of it."""
    from portseal.core.camera_report import wanted_mode
    from portseal.core.camera_state import CameraMode
    from portseal.core.inventory import Stage

    wanted = wanted_mode(estate.site.site.profiles[target.profile])
    differs = wanted is not CameraMode.UNKNOWN and wanted.value != wish
    if differs and target.stage is not Stage.MONITOR:
        return f"its profile {target.profile} wants {wanted}; a sealed port keeps it out like this"
    return ""


def _carry_out(
    estate: Estate, end: CameraEnd, target: Camera, wish: Wish, *, certificate: str | None, authorities: list[str]
) -> None:
    if wish == "off":
        end.disable()
    elif wish == "eap-tls":
        end.set_eap_tls(identity=target.identity, certificate=certificate, authorities=authorities)
    else:
        key = estate.site.site.keys[target.name]
        end.set_static(key.ckn, estate.secret(key.cak))
