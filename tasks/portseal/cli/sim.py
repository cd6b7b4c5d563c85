"""`portseal sim`: simulated switches in place of a site's own, until interrupted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from portseal.cli.options import Limit, SiteDir

if TYPE_CHECKING:
    from portseal.simulator.farm import Farm
    from portseal.site import OpenSite

_API_CA = "api-ca.pem"
LOGIN = "login/simulator"


def sim(
    site: SiteDir = Path(),
    *,
    limit: Limit = None,
    write: Annotated[
        Path | None,
        typer.Option(
            "--write",
            help="Also write a copy of the site whose hosts are the simulated switches, with keys and secrets of its own.",
        ),
    ] = None,
    user: Annotated[str, typer.Option("--user", help="Who may log in.")] = "admin",
    password: Annotated[
        str | None, typer.Option("--password", help="With which password; made up and printed if not given.")
    ] = None,
    delay: Annotated[float, typer.Option("--delay", min=0, help="Milliseconds added to each round trip.")] = 0.0,
) -> None:
    """Start simulated switches for the hosts of a site, on this machine only, until Ctrl-C.

    Each stands as an access switch does before anything is sealed, with the right camera behind every port of the
    inventory. The site's own secrets are neither needed nor used. Log in with any SSH client, or work on the copy that
    `--write` makes: `portseal sim --write /var/tmp/rehearsal`, then `portseal plan -s /var/tmp/rehearsal`. Cameras that have
    an API (`[cameras.groups]` in portseal.toml) have a simulated one too.
    """
    import secrets as entropy

    from portseal.core.errors import InputError
    from portseal.simulator.camera_specs import camera_specs
    from portseal.simulator.campus import demo_secrets, site_specs
    from portseal.simulator.farm import Farm
    from portseal.site import open_site

    if write is not None and write.exists():
        raise InputError(f"{write}: is there already; name a directory that is not")
    opened = open_site(site, limit=limit)
    known = demo_secrets(opened.site)
    specs = tuple(spec for spec in site_specs(opened.site, known) if spec.name in opened.nornir.inventory.hosts)
    left_out = sorted(set(opened.nornir.inventory.hosts) - {spec.name for spec in specs})
    if not specs:
        raise InputError(f"{site}: none of these switches has a platform that can be simulated")
    login = password if password is not None else entropy.token_urlsafe(9)
    cameras = camera_specs(opened.site, opened.settings.cameras.groups, specs, login)
    with Farm(specs, username=user, password=login, delay=delay / 1000, cameras=cameras) as farm:
        if write is not None:
            write_copy(opened, write, farm, {**known, LOGIN: login}, user)
        _show(farm, user, login, left_out, write)
        _wait()


def write_copy(opened: OpenSite, target: Path, farm: Farm, known: dict[str, str], user: str) -> None:
    """A copy of the site at `target` whose hosts are the simulated switches, and whose cameras the simulated ones.

    Hosts that are not simulated lead nowhere; cameras that are not have no API.

    Raises:
        InputError: the site's hosts do not stand in a hosts.yaml, so that no copy can be made.
    """
    import shutil

    from ruamel.yaml import YAML

    from portseal.cli.sim_cameras import lead_to_cameras
    from portseal.core.errors import InputError
    from portseal.transport.connection import by_api

    if not (opened.path / "hosts.yaml").is_file():
        raise InputError(
            f"{opened.path}: its hosts do not come from hosts.yaml, so there is nothing to write a copy of"
        )
    private = (".*", "known_hosts", "*.age", "*.key", "age-identity.txt")
    identity = Path(opened.settings.secrets.age_identity).name
    shutil.copytree(opened.path, target, ignore=shutil.ignore_patterns(*private, identity))
    yaml = YAML()
    hosts = yaml.load((target / "hosts.yaml").read_text(encoding="utf-8"))
    ports = {switch.name: switch.port for switch in farm}
    apis = {switch.name: switch.api_port for switch in farm if switch.api_port}
    for name in list(hosts):
        host = hosts[name] if hosts[name] is not None else {}
        # port 9 is `discard`: nothing answers there, and above all not the real switch
        host.update({"hostname": "127.0.0.1", "port": ports.get(name, 9)})
        data = host.get("data") or {}
        if by_api(opened.nornir.inventory.hosts[name]) and name in apis:
            host["port"] = apis[name]
            data["transport"] = {"via": "napalm", "ca_file": _API_CA}
        data.update({"login": {"username": user, "password": LOGIN}, "accept_unknown_host_key": False})
        host["data"], hosts[name] = data, host
    with (target / "hosts.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(hosts, file)
    (target / "known_hosts").write_text(farm.known_hosts(), encoding="ascii")
    (target / _API_CA).write_text(farm.authority.pem, encoding="ascii")
    _write_secrets(opened, target, {**lead_to_cameras(target, farm), **known})


def _write_secrets(opened: OpenSite, target: Path, known: dict[str, str]) -> None:
    """The copy's own secrets, encrypted to an identity of its own, and settings that lead to them."""
    import os
    import re

    import pyrage
    from pydantic import SecretStr

    from portseal.transport.age_file import write_age_file

    identity = pyrage.x25519.Identity.generate()
    key_file = target / "age-identity.txt"
    descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{identity}\n")
    if ref := opened.settings.secrets.fingerprint_key:
        known = {**known, ref: "fingerprints of a rehearsal"}
    write_age_file(
        target / "secrets.age", {ref: SecretStr(secret) for ref, secret in known.items()}, [str(identity.to_public())]
    )
    settings = target / "portseal.toml"
    text = settings.read_text(encoding="utf-8") if settings.is_file() else "schema_version = 1\n"
    text = re.sub(r"^(\[keys\]\n(?:(?!\[).*\n)*?)store\s*=.*\n", r"\1", text, flags=re.M)  # never the site's own store
    text = re.sub(r"^\[secrets\]\n(?:(?!\[).*\n?)*", "", text, flags=re.M)
    own = '\n[secrets]\nsources = ["file:secrets.age"]\nage_identity = "age-identity.txt"\n'
    if ref:
        own += f'fingerprint_key = "{ref}"\n'
    settings.write_text(text.rstrip("\n") + "\n" + own, encoding="utf-8")


def _show(farm: Farm, user: str, password: str, left_out: list[str], copy: Path | None) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if console.is_terminal:
        table = Table("switch", "address", "port", "user", title="simulated switches")
        for switch in farm:
            table.add_row(switch.name, switch.host, str(switch.port), user)
        for camera in farm.cameras.values():
            table.add_row(f"{camera.name} (HTTPS)", camera.host, str(camera.port), camera.user)
        console.print(table)
    else:
        for switch in farm:
            typer.echo(f"{switch.name}\t{switch.host}\t{switch.port}\t{user}")
        for camera in farm.cameras.values():
            typer.echo(f"{camera.name}\t{camera.host}\t{camera.port}\t{camera.user}")
    typer.echo(f"password: {password}")
    if left_out:
        typer.echo(f"not simulated, for want of a simulator of their platform: {', '.join(left_out)}")
    if copy is not None:
        typer.echo(f"the site with these switches is {copy}; try: portseal plan -s {copy}")
    typer.echo("Ctrl-C ends them.")


def _wait() -> None:
    """Until somebody interrupts or ends this process."""
    import signal
    import threading

    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: ended.set())
    try:
        ended.wait()
    except KeyboardInterrupt:
        typer.echo("")
