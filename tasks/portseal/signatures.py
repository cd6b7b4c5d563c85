"""Names and Ed25519 keys in, signatures out, and back: one way of signing for plans that are approved and for evidence (RFC 8032; in the manner of minisign).

What is signed is a digest, the signer's name and the time, under a word for the kind of thing, so that a signature fits nothing else.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pydantic import ValidationError

from portseal.core.errors import InputError
from portseal.core.model import Name, Value
from portseal.core.settings import PUBLIC_KEY_PATTERN


class Signature(Value):
    """Somebody's name under a digest."""

    name: Name
    digest: str
    at: datetime
    signature: str
    """Base64."""


def signed(kind: str, digest: str, *, name: str, key: Ed25519PrivateKey, now: datetime) -> Signature:
    """The signature of `name` under the digest of a thing of this `kind` ("plan", "evidence")."""
    raw = key.sign(_message(kind, digest, name, now))
    return Signature(name=name, digest=digest, at=now, signature=base64.b64encode(raw).decode())


def is_genuine(kind: str, signature: Signature, public: str) -> bool:
    """Whether a signature was made with the private half of `public`, as that stands in portseal.toml."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        message = _message(kind, signature.digest, signature.name, signature.at)
        key.verify(base64.b64decode(signature.signature, validate=True), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signature_of(line: str) -> Signature:
    """The signature that one line of a file holds.

    Raises:
        ValueError: it is none.
    """
    try:
        return Signature.model_validate(json.loads(line))
    except ValidationError as error:
        raise ValueError("no signature") from error


def _message(kind: str, digest: str, name: str, at: datetime) -> bytes:
    return f"portseal {kind}\0".encode() + json.dumps([digest, name, at.isoformat()]).encode()


def make_key(path: Path, passphrase: str) -> str:
    """Make a private key in `path` (0600, encrypted where there is a passphrase); gives the public key for portseal.toml.

    Raises:
        InputError: the file is there already, or cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    how: KeySerializationEncryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; a key is never written over another") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    return public_text(key.public_key())


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as it stands in portseal.toml."""
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def public_key(text: str) -> str:
    """A public key that is given as text, or as a file that holds it (alone, or as portseal.toml does); as it stands in portseal.toml.

    Raises:
        InputError: it is none.
    """
    given = text.strip()
    path = Path(given)
    with contextlib.suppress(OSError, ValueError):
        given = path.read_text(encoding="utf-8") if path.is_file() else given
    found: set[str] = {*re.findall(PUBLIC_KEY_PATTERN.strip("^$"), given)}
    if len(found) != 1:
        raise InputError(
            f"{text}: no public key; 44 characters, as `portseal evidence new-key` prints it, or a file with one"
        )
    return found.pop()


def load_key(path: Path, passphrase: str | None) -> Ed25519PrivateKey:
    """The private key in a file.

    Raises:
        InputError: it is not there, is none, or needs another passphrase.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), passphrase.encode() if passphrase else None)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; `portseal approve --new-key {path}` makes a key") from error
    except TypeError as error:
        raise InputError(f"{path}: the key has a passphrase, or has none and one was given") from error
    except ValueError as error:
        raise InputError(f"{path}: no private key in PEM form, or the passphrase is wrong") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"{path}: no Ed25519 key; `portseal approve --new-key FILE` makes one")
    return key
