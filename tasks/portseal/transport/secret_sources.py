"""The sources a site names in, one function that resolves references out.

========================  ============================================================================================
`env:PREFIX`              environment variable PREFIX + the reference in capitals, other characters as `_`:
                          `radius/nac-1` is `PREFIX` + `RADIUS_NAC_1`
`file:PATH`               age-encrypted JSON or TOML table, reference → secret; PATH from the site's directory
`vault:MOUNT[/PATH]`      HashiCorp Vault, KV version 2: field REFERENCE of the secret PATH, or field `value` of
                          PATH/REFERENCE; server and token from VAULT_ADDR and VAULT_TOKEN
`keyring:SERVICE`         the operating system's keyring: the password of user REFERENCE for SERVICE
========================  ============================================================================================

Nothing is opened before a reference asks for it, decrypted tables stay in memory, and no message holds a secret.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from portseal.core.errors import SecretError
from portseal.core.secrets import reference
from portseal.transport.age_file import age_identities, read_age_file
from portseal.transport.vault import vault_client

Source = Callable[[str], SecretStr | str]
"""A reference in; its secret, or where it was looked for in vain. Raises `SecretError` where the source itself fails."""

Opener = Callable[[str], Source]


def resolver(
    sources: Sequence[str], *, site: Path, age_identity: str | None, environ: Mapping[str, str]
) -> Callable[[str], SecretStr]:
    """A function that gives the secret of a reference from the first of `sources` that has it; each is asked once.

    `age_identity` is the path of an age or SSH identity file (from `site` if relative), or `env:VARIABLE` for one that
    holds the identity; None means `env:PORTSEAL_AGE_IDENTITY`. The function is safe for use from several threads and
    raises `SecretError`: nobody has the reference (the message says where it was looked for), or a source failed.

    Raises:
        SecretError: a source is not spelt as one.
    """
    openers: dict[str, Opener] = {
        "env": lambda prefix: lambda ref: _from_environment(prefix, ref, environ),
        "file": lambda name: _file_source(
            site / name, lambda: age_identities(age_identity, site=site, environ=environ)
        ),
        "vault": lambda place: _vault_source(place, environ),
        "keyring": _keyring_source,
    }
    asked = [_source(text, openers) for text in sources]
    known: dict[str, SecretStr] = {}
    lock = threading.Lock()

    def resolve(ref: str) -> SecretStr:
        reference(ref)
        with lock:
            if ref not in known:
                known[ref] = _first(ref, asked)
            return known[ref]

    return resolve


def _source(text: str, openers: Mapping[str, Opener]) -> Source:
    kind, colon, place = text.partition(":")
    if not colon or kind not in openers or (not place and kind != "env"):
        raise SecretError(
            f"{text!r} is no source of secrets; write env:PREFIX, file:PATH, vault:MOUNT/PATH or keyring:SERVICE"
        )
    return openers[kind](place)


def _first(ref: str, sources: Sequence[Source]) -> SecretStr:
    looked: list[str] = []
    for source in sources:
        found = source(ref)
        if isinstance(found, SecretStr):
            return found
        looked.append(found)
    if not looked:
        raise SecretError(f"secret {ref}: the site names no source of secrets; add one to `secrets` in portseal.toml")
    raise SecretError(f"secret {ref} was not found; store it in one of: " + "; ".join(looked))


def _from_environment(prefix: str, ref: str, environ: Mapping[str, str]) -> SecretStr | str:
    name = prefix + re.sub(r"[^A-Z0-9]", "_", ref.upper())
    value = environ.get(name)
    if value:
        return SecretStr(value)
    return f"environment variable {name} ({'not set' if value is None else 'set, but empty'})"


def _file_source(path: Path, identities: Callable[[], list[Any]]) -> Source:
    table: dict[str, SecretStr] = {}
    opened = False

    def source(ref: str) -> SecretStr | str:
        nonlocal opened
        if not opened:
            if not path.exists():
                return f"file {path} (does not exist)"
            table.update(read_age_file(path, identities()))
            opened = True
        return table.get(ref, f"file {path} (has no {ref})")

    return source


def _vault_source(place: str, environ: Mapping[str, str]) -> Source:
    mount, _, base = place.strip("/").partition("/")
    read: dict[str, dict[str, Any]] = {}

    def fields(path: str) -> dict[str, Any]:
        if path not in read:
            read[path] = _vault_fields(mount, path, environ)
        return read[path]

    def source(ref: str) -> SecretStr | str:
        own = f"{base}/{ref}" if base else ref
        value = fields(base).get(ref) if base else None
        value = fields(own).get("value") if value is None else value
        if isinstance(value, str):
            return SecretStr(value)
        return f"Vault {mount}/{own} (has no text field `value` this token may read)"

    return source


def _vault_fields(mount: str, path: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """The fields of one KV version 2 secret; none where it does not exist or the token may not read it."""
    with vault_client(environ) as vault:
        return vault.read(mount, path)


def _keyring_source(service: str) -> Source:
    def source(ref: str) -> SecretStr | str:
        try:
            import keyring
            from keyring.errors import KeyringError
        except ImportError as error:
            raise SecretError('the keyring needs another library; install "portseal[keyring]"') from error
        try:
            value = keyring.get_password(service, ref)
        except KeyringError as error:
            raise SecretError(f"keyring {service}: {error}") from error
        return SecretStr(value) if value is not None else f"keyring {service} (has no user {ref})"

    return source
