"""Keys and names in, certificates and revocation lists out (RFC 5280), as supplicants of 802.1X want them.

A RADIUS server's certificate needs the purpose `serverAuth` and its name as a subject alternative name; a camera's needs
`clientAuth`, and `serverAuth` for its own HTTPS. Both have `eapOverLAN` (RFC 4334) as well.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from portseal.authority_index import Purpose

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
KeyKind = Literal["rsa-2048", "rsa-3072", "ec-p256"]

_EAP_OVER_LAN = ObjectIdentifier("1.3.6.1.5.5.7.3.14")
_PURPOSES = {
    "radius": [ExtendedKeyUsageOID.SERVER_AUTH, _EAP_OVER_LAN],
    "camera": [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH, _EAP_OVER_LAN],
}
_EARLY = timedelta(hours=1)
"""Certificates begin so long before they are made: cameras' clocks are not exact."""


class Wanted(NamedTuple):
    """What a certificate is to say."""

    purpose: Purpose
    common_name: str
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    ends: datetime


class Revoked(NamedTuple):
    """An entry of a revocation list."""

    serial: int
    when: datetime


def new_key(kind: KeyKind) -> PrivateKey:
    """A new private key."""
    if kind == "ec-p256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("rsa-")))


def authority_certificate(key: PrivateKey, name: str, now: datetime, ends: datetime) -> x509.Certificate:
    """The certificate of an authority that signs end entities only."""
    public, subject = key.public_key(), _name(name)
    return (
        _begun(subject, subject, public, now, ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True, encipher=False), critical=True)
        .sign(key, hashes.SHA256())
    )


def certificate(
    wanted: Wanted, public: PublicKey, *, authority: x509.Certificate, key: PrivateKey, now: datetime
) -> x509.Certificate:
    """What `authority` says of whoever has the private half of `public`."""
    addresses = [x509.IPAddress(ipaddress.ip_address(each)) for each in wanted.addresses]
    names = [x509.DNSName(each) for each in dict.fromkeys(wanted.names)]
    encipher = isinstance(public, rsa.RSAPublicKey)
    return (
        _begun(_name(wanted.common_name), authority.subject, public, now, wanted.ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False, encipher=encipher), critical=True)
        .add_extension(x509.ExtendedKeyUsage(_PURPOSES[wanted.purpose]), critical=False)
        .add_extension(x509.SubjectAlternativeName([*names, *addresses]), critical=False)
        .add_extension(_issued_by(authority), critical=False)
        .sign(key, hashes.SHA256())
    )


def revocation_list(
    revoked: Iterable[Revoked],
    number: int,
    *,
    authority: x509.Certificate,
    key: PrivateKey,
    now: datetime,
    due: datetime,
) -> x509.CertificateRevocationList:
    """The list of what counts no more; a reader refuses everything once it is past `due`."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.subject)
        .last_update(now - _EARLY)
        .next_update(due)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(_issued_by(authority), critical=False)
    )
    for each in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(each.serial).revocation_date(each.when)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(key, hashes.SHA256())


def _begun(
    subject: x509.Name, issuer: x509.Name, public: PublicKey, now: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLY)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _issued_by(authority: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _usage(*, authority: bool, encipher: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=encipher,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def host_names(candidates: Sequence[str]) -> tuple[str, ...]:
    """Those of `candidates` that can stand as names of hosts."""
    return tuple(each for each in candidates if each.isascii() and all(c.isalnum() or c in "-._" for c in each))


def pem(made: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    """As PEM."""
    return made.public_bytes(Encoding.PEM)
