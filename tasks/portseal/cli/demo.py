"""`portseal demo`: the main job from end to end on simulated switches, each step by the command an engineer would type."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from portseal.core.inventory import Camera, Site
    from portseal.simulator.world import Device


def demo(
    site: Annotated[
        Path, typer.Option("-s", "--site", help="The site to rehearse on; nothing of it is connected to.")
    ] = Path("inventory/example-campus"),
    pages: Annotated[
        Path | None,
        typer.Option("--pages", help="Also leave the pages of the plan and of the report in this directory."),
    ] = None,
) -> None:
    """Run lint → plan → apply → verify → a second, empty plan on simulated switches of SITE.

    Behind one port hangs a rogue device instead of the camera, behind another a camera with a wrong key, so that the
    verdicts are not all green. Everything happens on this machine's loopback and in a directory that goes away.
    """
    import tempfile

    from portseal.cli.sim import LOGIN, write_copy
    from portseal.core.errors import InputError
    from portseal.simulator.camera_specs import camera_specs
    from portseal.simulator.campus import Misfit, demo_secrets, site_specs
    from portseal.simulator.farm import Farm
    from portseal.site import open_site

    if not site.is_dir():
        raise InputError(f"{site}: no such site; run this beside `inventory/`, or name one with -s")
    if pages and not pages.is_dir():
        raise InputError(f"{pages}: no such directory; make it first")
    opened = open_site(site)
    rogue, wrong = _rogue(opened.site), _wrong_key(opened.site)
    known = demo_secrets(opened.site)
    misfits: dict[str, Misfit] = {rogue.name: _intruder(), wrong.name: _with_another_key}
    began = time.monotonic()
    specs, password = site_specs(opened.site, known, misfits), known[next(iter(known))]
    cameras = camera_specs(opened.site, opened.settings.cameras.groups, specs, password)
    with (
        tempfile.TemporaryDirectory(prefix="portseal-demo-") as scratch,
        Farm(specs, username="admin", password=password, cameras=cameras) as farm,
    ):
        copy = Path(scratch) / "site"
        write_copy(opened, copy, farm, {**known, LOGIN: password}, "admin")
        typer.echo(
            f"{len(opened.site.switches)} simulated switches, {len(opened.site.cameras)} cameras, {len(cameras)} with an API."
        )
        typer.echo(f"A rogue device hangs in place of {rogue.name} ({rogue.switch} {rogue.port}),")
        typer.echo(f"and {wrong.name} ({wrong.switch} {wrong.port}) has a wrong key.")
        plan = str(copy / "plan.json")
        accepted = ("--accept", f"{wrong.switch}:{wrong.port}")
        _run("the inventory is sound", 0, "lint", "-s", str(copy))
        _run("what would change", 2, "plan", "-s", str(copy), "-o", plan, *_page(pages, "review.html"))
        _run("exactly that is sent", 2, "apply", plan, "-s", str(copy), "-y", *accepted)
        _run("port by port, what is true now", 2, "verify", "-s", str(copy), *_page(pages, "report.html"))
        _run("a second plan is empty", 0, "plan", "-s", str(copy))
    typer.echo(f"\nDone in {time.monotonic() - began:.1f} s. The two ports that do not pass are the two that must not.")


def _page(folder: Path | None, name: str) -> tuple[str, ...]:
    return () if folder is None else ("--html", str(folder.absolute() / name))


def _run(what: str, expected: int, *arguments: str) -> None:
    """Run a verb as a command of its own; end the demo where its exit code is not the expected one."""
    typer.secho(f"\n# {what}\n$ portseal {' '.join(arguments)}", bold=True)
    call = [sys.executable, "-c", "from portseal.cli.main import main; main()", *arguments]
    code = subprocess.run(call, check=False).returncode  # noqa: S603 - our own command
    typer.echo(f"exit code {code}")
    if code != expected:
        typer.echo(f"portseal: expected exit code {expected}; the demo ends here", err=True)
        raise typer.Exit(1)


def _rogue(site: Site) -> Camera:
    """The last camera on a closed port that has to authenticate with a certificate."""
    return [camera for camera in site.cameras if camera.supplicant == "eap-tls" and camera.stage == "sealed"][-1]


def _wrong_key(site: Site) -> Camera:
    """The first camera with a static key."""
    return next(camera for camera in site.cameras if camera.name in site.keys)


def _intruder() -> Device:
    from portseal.simulator.world import Device

    return Device(name="intruder", mac="02:ba:d0:00:00:01", traffic=True)


def _with_another_key(camera: Device) -> Device:
    import secrets as entropy

    return camera.model_copy(update={"cak": entropy.token_hex(16)})
