"""A site's own certificate authority: a directory with its certificate, its encrypted key, an index, and what it issued.

Nothing is ever written over but the index and the revocation list, and these are replaced whole. A certificate stands in the
index before it exists as a file, so that a process that dies leaves none that could not be revoked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import SecretStr

from portseal.authority_index import Index, Issued, Purpose, create, read_index, write_index, writing
from portseal.core.errors import InputError, SecretError
from portseal.signing import (
    KeyKind,
    PrivateKey,
    PublicKey,
    Revoked,
    Wanted,
    authority_certificate,
    certificate,
    new_key,
    pem,
    revocation_list,
)
from portseal.transport.whole_file import replace_file

SHORTEST_PASSPHRASE = 16
_OURS = ("ca.pem", "ca.key", "index.json")


class Made(NamedTuple):
    """What was issued, and where it is."""

    issued: Issued
    certificate: Path
    key: Path | None
    """None where the key never left the one who asked."""


@dataclass(frozen=True)
class Authority:
    """An authority whose key has been opened."""

    folder: Path
    certificate: x509.Certificate
    key: PrivateKey


def init_authority(
    folder: Path, *, name: str, kind: KeyKind, years: int, passphrase: SecretStr, now: datetime, crl_days: int
) -> Authority:
    """A new authority in `folder`, with an empty revocation list.

    Raises:
        InputError: there is one already, or it cannot be written.
        SecretError: the passphrase is too short.
    """
    secret = _passphrase(passphrase)
    with writing(folder):
        if there := [each for each in _OURS if (folder / each).exists()]:
            half = (
                ""
                if "ca.pem" in there
                else "; half of one: it was interrupted while it was made, so move these files away"
            )
            raise InputError(f"{folder}: there is an authority already ({', '.join(there)}), never written over{half}")
        key = new_key("ec-p256" if kind == "ec-p256" else "rsa-3072")
        own = authority_certificate(key, name, now, now + timedelta(days=365 * years))
        encrypted = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(secret),
        )
        create(folder / "ca.key", encrypted, mode=0o600)
        write_index(folder, Index())
        create(folder / "ca.pem", pem(own), mode=0o644)
        authority = Authority(folder, own, key)
        _write_list(authority, Index(), now, crl_days)
    return authority


def open_authority(folder: Path, passphrase: SecretStr) -> Authority:
    """The authority in `folder`.

    Raises:
        InputError: there is none, or it is damaged.
        SecretError: the passphrase does not open its key.
    """
    try:
        own = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
        encrypted = (folder / "ca.key").read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{error.filename}: not there; make an authority with `portseal certs init-ca`") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{folder / 'ca.pem'}: cannot be used: {error}") from error
    try:
        key = serialization.load_pem_private_key(encrypted, passphrase.get_secret_value().encode())
    except (ValueError, TypeError):
        raise SecretError(f"{folder / 'ca.key'}: the passphrase does not open it, or it is damaged") from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or key.public_key() != own.public_key():
        raise InputError(f"{folder / 'ca.key'}: this is not the key of ca.pem")
    return Authority(folder, own, key)


def issue(
    authority: Authority,
    wanted: Wanted,
    name: str,
    *,
    kind: KeyKind,
    now: datetime,
    request: bytes | None = None,
    again_before: int = 0,
) -> Made:
    """A certificate, and a key for it, or for the key of a certificate signing `request` (PEM).

    A further one to the same name is issued only once the one before ends within `again_before` days, or was revoked.

    Raises:
        InputError: there is one that is good, the authority ends too early, or the request is none.
    """
    if wanted.ends > authority.certificate.not_valid_after_utc:
        ends = authority.certificate.not_valid_after_utc.date()
        raise InputError(f"the authority itself ends on {ends}; ask for fewer days, or make a new authority")
    private, public = (None, _requested(request)) if request is not None else _pair(new_key(kind))
    with writing(authority.folder):
        index = read_index(authority.folder)
        earlier = [each for each in index.issued if (each.role, each.name) == (wanted.purpose, name)]
        for each in earlier:
            if each.revoked is None and each.ends - timedelta(days=again_before) > now:
                raise InputError(
                    f"{name} has a certificate until {each.ends.date()} ({each.file}); say --again for a further one, or revoke it"
                )
        made = certificate(wanted, public, authority=authority.certificate, key=authority.key, now=now)
        entry = Issued(
            role=wanted.purpose,
            name=name,
            number=max((each.number for each in earlier), default=0) + 1,
            serial=f"{made.serial_number:x}",
            subject=wanted.common_name,
            issued=now,
            ends=made.not_valid_after_utc,
        )
        write_index(authority.folder, index.model_copy(update={"issued": (*index.issued, entry)}))
        path = authority.folder / entry.file
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if private is not None:
            create(path.with_suffix(".key"), _plain(private), mode=0o600)
        create(path, pem(made), mode=0o644)
    return Made(entry, path, path.with_suffix(".key") if private else None)


def revoke(
    authority: Authority, role: Purpose, name: str, *, now: datetime, crl_days: int, number: int | None = None
) -> tuple[Issued, ...]:
    """What was revoked: every certificate to `name` that still counts, or the one of this `number`. The list is made anew.

    Raises:
        InputError: there is none.
    """
    with writing(authority.folder):
        index = read_index(authority.folder)
        meant = {
            each.serial
            for each in index.issued
            if (each.role, each.name) == (role, name) and each.revoked is None and number in (None, each.number)
        }
        if not meant:
            known = [each for each in index.issued if (each.role, each.name) == (role, name) and each.revoked]
            if known:  # an earlier call may have been interrupted before the list was there
                _write_list(authority, index, now, crl_days)
            already = "; what there was is revoked already, and the list was made anew" if known else ""
            raise InputError(f"no certificate to {role} {name} still counts{already} ({authority.folder}/index.json)")
        changed = tuple(
            each.model_copy(update={"revoked": now}) if each.serial in meant else each for each in index.issued
        )
        index = index.model_copy(update={"issued": changed})
        write_index(authority.folder, index)
        _write_list(authority, index, now, crl_days)
    return tuple(each for each in changed if each.serial in meant)


def renew_list(authority: Authority, *, now: datetime, crl_days: int) -> Path:
    """A revocation list that is due anew in `crl_days`."""
    with writing(authority.folder):
        return _write_list(authority, read_index(authority.folder), now, crl_days)


def _write_list(authority: Authority, index: Index, now: datetime, crl_days: int) -> Path:
    number = index.lists + 1
    write_index(authority.folder, index.model_copy(update={"lists": number}))
    entries = [Revoked(int(each.serial, 16), each.revoked) for each in index.issued if each.revoked and each.ends > now]
    made = revocation_list(
        entries,
        number,
        authority=authority.certificate,
        key=authority.key,
        now=now,
        due=now + timedelta(days=crl_days),
    )
    path = authority.folder / "crl.pem"
    replace_file(path, pem(made), mode=0o644)
    return path


def _passphrase(passphrase: SecretStr) -> bytes:
    secret = passphrase.get_secret_value()
    if len(secret) < SHORTEST_PASSPHRASE:
        raise SecretError(
            f"the authority's passphrase has fewer than {SHORTEST_PASSPHRASE} characters; `openssl rand -base64 24` makes a good one"
        )
    return secret.encode()


def _pair(private: PrivateKey) -> tuple[PrivateKey, PublicKey]:
    return private, private.public_key()


def _plain(private: PrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _requested(request: bytes) -> PublicKey:
    """The public key of a signing request, whose sender has shown that it has the private half."""
    try:
        asked = x509.load_pem_x509_csr(request)
        public = asked.public_key()
    except ValueError:
        raise InputError("this is no certificate signing request in PEM") from None
    if not asked.is_signature_valid:
        raise InputError("the signing request is not signed with the key it is about")
    if isinstance(public, rsa.RSAPublicKey) and public.key_size >= 2048:
        return public
    if isinstance(public, ec.EllipticCurvePublicKey):
        return public
    raise InputError(
        "the signing request is about a key that is neither RSA of 2048 bits or more nor of an elliptic curve"
    )
