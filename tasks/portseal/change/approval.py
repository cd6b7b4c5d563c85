"""A plan and the signatures under it: who has approved exactly this plan, by an Ed25519 key that the site knows by name.

Signatures stand beside the plan, in `PLAN.sig`, one JSON object a line. What is signed is the plan's digest, the signer's name
and the time, so that a signature fits no other plan. (RFC 8032; in the manner of minisign.)
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
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


class Signature(Value):
    """One approval."""

    name: Name
    digest: str
    at: datetime
    signature: str
    """Base64."""


def signatures_file(plan: Path) -> Path:
    """Where the signatures under a plan stand."""
    return plan.with_name(plan.name + ".sig")


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


def sign(plan: Path, digest: str, *, name: str, key: Ed25519PrivateKey, now: datetime) -> Signature:
    """Put a signature under a plan; one that this signer gave it before is replaced."""
    made = Signature(
        name=name, digest=digest, at=now, signature=base64.b64encode(key.sign(_signed(digest, name, now))).decode()
    )
    path = signatures_file(plan)
    kept = [each for each in read_signatures(plan) if (each.name, each.digest) != (name, digest)]
    fresh = path.with_suffix(".sig.new")
    fresh.write_text("".join(f"{each.model_dump_json()}\n" for each in [*kept, made]), encoding="utf-8")
    fresh.replace(path)
    return made


def read_signatures(plan: Path) -> tuple[Signature, ...]:
    """The signatures beside a plan, as they stand there; whether they are right is not looked at.

    Raises:
        InputError: the file is damaged.
    """
    path = signatures_file(plan)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(Signature.model_validate(json.loads(line)) for line in lines if line.strip())
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, ValidationError) as error:
        raise InputError(f"{path}: damaged; remove it and have the plan approved again") from error


def approved_by(plan: Path, digest: str, approvers: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the approvers whose signature under this plan is right.

    Raises:
        InputError: a signature of a known name is wrong, which is no oversight.
    """
    found: dict[str, None] = {}
    for each in read_signatures(plan):
        if each.name not in approvers or each.digest != digest:
            continue
        try:
            public = Ed25519PublicKey.from_public_bytes(base64.b64decode(approvers[each.name], validate=True))
            public.verify(base64.b64decode(each.signature, validate=True), _signed(digest, each.name, each.at))
        except (InvalidSignature, ValueError) as error:
            raise InputError(f"{signatures_file(plan)}: the signature of {each.name} is not theirs") from error
        found[each.name] = None
    return tuple(found)


def require_approval(
    plan: Path, digest: str, *, required: int, by: tuple[str, ...], approvers: Mapping[str, str]
) -> None:
    """Refuse a plan that lacks signatures.

    Raises:
        InputError: it has too few; says whose count.
    """
    if not required:
        return
    known = {name: key for name, key in approvers.items() if not by or name in by}
    have = approved_by(plan, digest, known)
    if len({known[name] for name in have}) < required:  # one key under two names is one approver
        whose = ", ".join(known) or "nobody: portseal.toml has no [approvers]"
        got = ", ".join(have) or "nobody"
        raise InputError(
            f"{plan}: needs {required} approval(s) of {whose}; approved by {got}. `portseal approve {plan} --name NAME --key FILE`"
        )


def _signed(digest: str, name: str, at: datetime) -> bytes:
    return b"portseal plan\0" + json.dumps([digest, name, at.isoformat()]).encode()
