"""Certificates of the lab: one authority that counts, one that does not, and cameras with either."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """A certificate authority and where its certificate lies."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    file: Path


@dataclass(frozen=True)
class Identity:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path
    serial: int


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + 30 * DAY)
    )


def authority(folder: Path, name: str) -> Authority:
    """A new authority called `name`."""
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    certificate = (
        _builder(name, _name(name), key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(certificate, key, file)


def issue(folder: Path, ca: Authority, name: str, *, server: bool = False) -> Identity:
    """A certificate for `name` by `ca`."""
    key = ec.generate_private_key(ec.SECP256R1())
    purpose = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    certificate = (
        _builder(name, ca.certificate.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .sign(ca.key, hashes.SHA256())
    )
    stem = folder / f"{name}.{ca.file.stem}"
    paths = stem.with_name(stem.name + ".crt"), stem.with_name(stem.name + ".key")
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    paths[1].chmod(0o600)
    return Identity(*paths, certificate.serial_number)


def revoke(folder: Path, ca: Authority, serials: tuple[int, ...]) -> Path:
    """A file with the authority's certificate and its list of what is revoked."""
    now = datetime.datetime.now(datetime.UTC)
    revoked = x509.CertificateRevocationListBuilder().issuer_name(ca.certificate.subject)
    revoked = revoked.last_update(now - DAY).next_update(now + 30 * DAY)
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - DAY).build()
        revoked = revoked.add_revoked_certificate(entry)
    file = folder / "ca-and-crl.pem"
    crl = revoked.sign(ca.key, hashes.SHA256())
    file.write_bytes(ca.file.read_bytes() + crl.public_bytes(serialization.Encoding.PEM))
    return file
