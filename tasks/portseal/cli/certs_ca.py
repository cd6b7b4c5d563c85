"""`portseal certs init-ca | issue | revoke | crl`: a small certificate authority for an isolated LAN."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from portseal.cli.certs import certs
from portseal.cli.options import SiteDir

if TYPE_CHECKING:
    from portseal.authority import Authority, Made
    from portseal.estate import Estate
    from portseal.signing import Wanted

__all__ = ["certs"]

issue = typer.Typer(
    name="issue", no_args_is_help=True, help="A certificate for a RADIUS server or a camera, and its key."
)
certs.add_typer(issue)

Days = Annotated[
    int | None, typer.Option("--days", min=1, help="How long it is valid; portseal.toml says if not given.")
]
Again = Annotated[bool, typer.Option("--again", help="A further one, though there is one that is good.")]
Request = Annotated[
    Path | None,
    typer.Option(
        "--csr", help="A signing request (PEM), so that the key never leaves who made it; `-` is standard input."
    ),
]


@certs.command("init-ca")
def init_ca(
    site: SiteDir = Path(),
    name: Annotated[str | None, typer.Option("--name", help="What it is called; the site's name if not given.")] = None,
    years: Annotated[int, typer.Option("--years", min=1, max=30, help="How long it is valid.")] = 10,
) -> None:
    """Make an authority of the site's own, with an empty revocation list.

    Its key is encrypted with the passphrase that `certificates.passphrase` in portseal.toml refers to. Keep that, and a copy of the directory.
    """
    from portseal.authority import init_authority
    from portseal.core.errors import InputError
    from portseal.estate import open_estate

    estate = open_estate(site)
    settings = estate.site.settings.certificates
    called = name or f"{estate.site.site.name} cameras"
    if len(called) > 64:
        raise InputError("--name: an authority's name has at most 64 characters")
    made = init_authority(
        _folder(estate),
        name=called,
        kind=settings.key,
        years=years,
        passphrase=estate.secret(settings.passphrase),
        now=_now(),
        crl_days=settings.crl_days,
    )
    typer.echo(f"{called!r} is in {made.folder}, until {made.certificate.not_valid_after_utc.date()}")
    typer.echo(
        f"give ca.pem to cameras and RADIUS servers, and crl.pem to RADIUS servers, anew every {settings.crl_days} days"
    )


@issue.command("radius")
def issue_radius(
    name: Annotated[
        str | None,
        typer.Argument(help="The RADIUS server's name in the inventory; may be left out where there is one."),
    ] = None,
    *,
    site: SiteDir = Path(),
    dns: Annotated[list[str] | None, typer.Option("--dns", help="A further host name; may be repeated.")] = None,
    days: Days = None,
    again: Again = False,
    csr: Request = None,
) -> None:
    """A certificate for a RADIUS server: purpose `serverAuth`, its name and its address."""
    from portseal.core.errors import InputError
    from portseal.core.findings import listed
    from portseal.estate import open_estate
    from portseal.signing import Wanted

    estate = open_estate(site)
    switches = estate.site.site.switches.values()
    servers = {server.name: server for switch in switches if switch.radius for server in switch.radius.servers}
    if name is None and len(servers) == 1:
        name = next(iter(servers))
    if name is None or name not in servers:
        raise InputError(f"name one of the site's RADIUS servers: {listed(servers) or 'it has none'}")
    ends = _ends(estate, days)
    _issue(estate, name, Wanted("radius", name, (name, *(dns or ())), (str(servers[name].address),), ends), again, csr)


@issue.command("camera")
def issue_camera(
    name: Annotated[str, typer.Argument(metavar="CAMERA", help="Its name in cameras.csv.")],
    *,
    site: SiteDir = Path(),
    days: Days = None,
    again: Again = False,
    csr: Request = None,
) -> None:
    """A certificate for a camera: to authenticate with (EAP-TLS, its identity as the subject), and for its own HTTPS."""
    from portseal.core.errors import InputError
    from portseal.core.findings import nearest
    from portseal.estate import open_estate
    from portseal.signing import Wanted, host_names

    estate = open_estate(site)
    cameras = {each.name: each for each in estate.site.site.cameras}
    if name not in cameras:
        raise InputError(f"no camera is called {name!r}{nearest(name, cameras)}")
    camera = cameras[name]
    subject = camera.identity or name
    if len(subject) > 64:
        raise InputError(f"{name}: its identity has {len(subject)} characters, and a certificate's subject at most 64")
    addresses = (camera.ip,) if camera.ip else ()
    _issue(
        estate, name, Wanted("camera", subject, host_names((name, subject)), addresses, _ends(estate, days)), again, csr
    )


@certs.command()
def revoke(
    role: Annotated[Literal["radius", "camera"], typer.Argument(help="radius or camera.", metavar="radius|camera")],
    name: Annotated[str, typer.Argument(help="To whom it was issued; cameras that have left the inventory included.")],
    *,
    site: SiteDir = Path(),
    number: Annotated[
        int | None, typer.Option("--number", help="Only this one; all that still count if not given.")
    ] = None,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
) -> None:
    """Revoke certificates for good, and make the revocation list anew. RADIUS servers have to be given it."""
    from portseal.authority import revoke as revoke_certificates
    from portseal.core.errors import InputError
    from portseal.estate import open_estate

    estate = open_estate(site)
    authority = _authority(estate)
    if not yes:
        if not sys.stdin.isatty():
            raise InputError("nobody is there to ask; nothing was revoked. Say --yes to do it without asking")
        typer.confirm(f"Revoke what was issued to {role} {name}, for good?", abort=True)
    days = estate.site.settings.certificates.crl_days
    for gone in revoke_certificates(authority, role, name, now=_now(), crl_days=days, number=number):
        typer.echo(f"revoked: {gone.file} ({gone.subject}, until {gone.ends.date()})")
    typer.echo(f"give RADIUS servers the new list: {authority.folder / 'crl.pem'}")


@certs.command()
def crl(site: SiteDir = Path()) -> None:
    """Make the revocation list anew, before the one there is falls due: a RADIUS server refuses everybody with an old one."""
    from portseal.authority import renew_list
    from portseal.estate import open_estate

    estate = open_estate(site)
    days = estate.site.settings.certificates.crl_days
    path = renew_list(_authority(estate), now=_now(), crl_days=days)
    typer.echo(f"{path}: the next one is due on {(_now() + timedelta(days=days)).date()}")


def _issue(estate: Estate, name: str, wanted: Wanted, again: bool, csr: Path | None) -> None:
    from portseal.authority import issue as issue_certificate

    settings = estate.site.settings.certificates
    made: Made = issue_certificate(
        _authority(estate),
        wanted,
        name,
        kind=settings.key,
        now=_now(),
        request=_request(csr),
        again_before=365 * 100 if again else max(settings.warn_days),
    )
    typer.echo(f"certificate: {made.certificate} ({made.issued.subject}, until {made.issued.ends.date()})")
    if made.key is not None:
        typer.echo(
            f"key:         {made.key} (readable by its owner only; put it where it belongs, then remove it here)"
        )


def _request(csr: Path | None) -> bytes | None:
    from portseal.core.errors import InputError

    if csr is None:
        return None
    try:
        return sys.stdin.buffer.read() if str(csr) == "-" else csr.read_bytes()
    except OSError as error:
        raise InputError(f"{csr}: {error.strerror}") from error


def _authority(estate: Estate) -> Authority:
    from portseal.authority import open_authority

    return open_authority(_folder(estate), estate.secret(estate.site.settings.certificates.passphrase))


def _folder(estate: Estate) -> Path:
    return estate.site.path / estate.site.settings.certificates.authority


def _ends(estate: Estate, days: int | None) -> datetime:
    return _now() + timedelta(days=days or estate.site.settings.certificates.valid_days)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
