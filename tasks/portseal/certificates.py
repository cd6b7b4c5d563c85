"""A site in, the certificates it lives on out: of its files, its own authority, and the cameras that have an API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from portseal.authority_index import read_index
from portseal.core.camera_api import address_of, group_of
from portseal.core.errors import CameraError, InputError, SecretError
from portseal.core.expiry import CertificateFact, Expiry, Role, Standing, soonest_first, standing
from portseal.core.inventory import Camera
from portseal.core.verdict import Outcome, Verdict
from portseal.estate import Estate, message
from portseal.read_cameras import with_api
from portseal.transport.camera_ends import trust
from portseal.transport.peer_certificate import peer_certificate

_BLOCK = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CRL)-----.+?-----END \1-----", re.DOTALL)
_ENDINGS = {".pem", ".crt", ".cer", ".crl"}


def expiries(
    estate: Estate, now: datetime, *, cameras: Iterable[Camera] = (), by_api: bool = True
) -> tuple[Expiry, ...]:
    """How everything stands that the site names, and what `cameras` show; what ends first stands first.

    `by_api`: ask each camera as well which certificate it authenticates with.
    """
    settings = estate.site.settings.certificates
    facts = [
        *file_facts(estate.site.path, settings.files),
        *authority_facts(estate.site.path / settings.authority),
        *camera_facts(estate, tuple(cameras), by_api=by_api),
    ]
    return soonest_first(standing(fact, now, settings.warn_days) for fact in facts)


def to_be_looked_after(estate: Estate, now: datetime, verdicts: Iterable[Verdict]) -> tuple[Expiry, ...]:
    """What ends soon, or has, of what the site names and of what cameras show whose ports pass.

    A camera that shows nothing is not among them: that its end was not read stands in its verdict.
    """
    passing = {verdict.camera for verdict in verdicts if verdict.outcome is Outcome.PASS}
    asked = with_api(estate, (camera for camera in estate.site.site.cameras if camera.name in passing))
    found = expiries(estate, now, cameras=asked, by_api=False)
    silent = (each for each in found if each.role is Role.HTTPS and each.standing is Standing.UNKNOWN)
    unread = {each.where for each in silent}
    return tuple(each for each in found if not each.good and each.where not in unread)


def file_facts(site: Path, names: Sequence[str]) -> Iterator[CertificateFact]:
    """Certificates and revocation lists in PEM files, and in the files of directories."""
    for name in names:
        path = site / name
        if path.is_dir():
            for file in sorted(each for each in path.iterdir() if each.suffix in _ENDINGS and each.is_file()):
                yield from _of_file(file, f"{name.rstrip('/')}/{file.name}", Role.FILE, needed=False)
        else:
            yield from _of_file(path, name, Role.FILE)


def authority_facts(folder: Path) -> Iterator[CertificateFact]:
    """Those of the site's own authority, where it has one: its own, its list, the newest of each name it issued to."""
    if not (folder / "ca.pem").exists():
        return
    yield from _of_file(folder / "ca.pem", f"{folder.name}/ca.pem", Role.AUTHORITY)
    yield from _of_file(folder / "crl.pem", f"{folder.name}/crl.pem", Role.REVOCATION_LIST)
    try:
        issued = read_index(folder).issued
    except InputError as error:
        yield CertificateFact(where=f"{folder.name}/index.json", role=Role.ISSUED, problem=str(error))
        return
    newest = {(each.role, each.name): each for each in issued}
    for each in newest.values():
        if each.revoked is None:
            where = f"{folder.name}/{each.file}"
            yield CertificateFact(
                where=where, role=Role.ISSUED, subject=each.subject, starts=each.issued, ends=each.ends
            )


def camera_facts(estate: Estate, cameras: Sequence[Camera], *, by_api: bool) -> Iterator[CertificateFact]:
    """What cameras that have an API show, side by side."""
    if not cameras:
        return
    workers = min(len(cameras), estate.site.settings.cameras.workers)
    with ThreadPoolExecutor(workers, thread_name_prefix="certificates") as pool:
        for found in pool.map(lambda camera: _of_camera(estate, camera, by_api), cameras):
            yield from found


def _of_camera(estate: Estate, camera: Camera, by_api: bool) -> tuple[CertificateFact, ...]:
    with estate.talking:
        shown = _https(estate, camera)
        return (shown, *_by_api(estate, camera)) if by_api and shown.ends and not shown.problem else (shown,)


def _https(estate: Estate, camera: Camera) -> CertificateFact:
    settings = estate.site.settings.cameras
    group = group_of(settings.groups, camera)
    unread = CertificateFact(where=f"{camera.name} HTTPS", role=Role.HTTPS, camera=camera.name)
    host = address_of(group, camera) if group else None
    if group is None or not host:
        return unread.model_copy(update={"problem": "it has no address"})
    try:
        name = camera.name if group.certificate_name == "name" else host
        context = trust(group, estate.site.path, camera.name)
        peer = peer_certificate(host, group.port, context, name=name, timeout=settings.timeout_seconds)
        fact = _fact(x509.load_der_x509_certificate(peer.der), unread)
    except CameraError as error:
        return unread.model_copy(update={"problem": str(error).removeprefix(f"{camera.name}: ")})
    except OSError:
        return unread.model_copy(update={"problem": f"no TLS at {host} port {group.port}"})
    except ValueError as error:
        return unread.model_copy(update={"problem": f"no certificate that can be read: {error}"})
    return fact.model_copy(update={"problem": f"not trusted: {peer.untrusted}"}) if peer.untrusted else fact


def _by_api(estate: Estate, camera: Camera) -> Iterator[CertificateFact]:
    """The certificate that the camera authenticates with, where its API tells."""
    unread = CertificateFact(where=f"{camera.name} EAP-TLS", role=Role.EAP_TLS, camera=camera.name)
    try:
        end = estate.camera_end(camera)
        if end is None:
            return
        try:
            held = [each for each in end.certificates() if each.in_use]
        finally:
            end.close()
    except (CameraError, SecretError) as error:
        yield unread.model_copy(update={"problem": message(error, estate).removeprefix(f"{camera.name}: ")})
        return
    for each in held:
        named = unread.model_copy(update={"where": f"{camera.name} EAP-TLS ({each.name})"})
        try:
            yield _fact(x509.load_pem_x509_certificate(each.pem.encode()), named)
        except ValueError:
            yield named.model_copy(update={"problem": "no certificate that can be read"})


def _of_file(path: Path, where: str, role: Role, *, needed: bool = True) -> Iterator[CertificateFact]:
    unread = CertificateFact(where=where, role=role)
    try:
        blocks = list(_BLOCK.finditer(path.read_bytes()))
    except OSError as error:
        yield unread.model_copy(update={"problem": f"cannot be read: {error.strerror}"})
        return
    if not blocks and needed:
        yield unread.model_copy(update={"problem": "holds no certificate in PEM"})
    for number, block in enumerate(blocks, 1):
        named = unread.model_copy(update={"where": f"{where} ({number})"}) if len(blocks) > 1 else unread
        try:
            if block[1] == b"CERTIFICATE":
                yield _fact(x509.load_pem_x509_certificate(block[0]), named)
            else:
                yield _list_fact(x509.load_pem_x509_crl(block[0]), named)
        except ValueError:
            yield named.model_copy(update={"problem": "is damaged"})


def _fact(certificate: x509.Certificate, unread: CertificateFact) -> CertificateFact:
    dates = {"starts": certificate.not_valid_before_utc, "ends": certificate.not_valid_after_utc}
    return unread.model_copy(update={"subject": _common_name(certificate.subject), **dates})


def _list_fact(revoked: x509.CertificateRevocationList, unread: CertificateFact) -> CertificateFact:
    dates = {"starts": revoked.last_update_utc, "ends": revoked.next_update_utc}
    issuer = _common_name(revoked.issuer)
    return unread.model_copy(update={"role": Role.REVOCATION_LIST, "subject": f"revoked by {issuer}", **dates})


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()
