"""An age-encrypted file in, secrets by reference out, and back again (age-encryption.org/v1).

Decrypted text stays in memory.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyrage
from pydantic import SecretStr

from portseal.core.errors import SecretError
from portseal.core.secrets import reference
from portseal.transport.whole_file import replace_file

_SHORTEST_PASSPHRASE = 12


def read_age_file(path: Path, identities: list[Any]) -> dict[str, SecretStr]:
    """The secrets by reference in an age-encrypted JSON or TOML table.

    Raises:
        SecretError: the file cannot be read, no identity fits, or what it holds is no table of texts.
    """
    try:
        content = pyrage.decrypt(path.read_bytes(), identities)
    except OSError as error:
        raise SecretError(f"{path}: cannot be read: {error.strerror}") from error
    except pyrage.DecryptError as error:
        raise SecretError(f"{path}: cannot be decrypted with this identity: {error}") from error
    table = _table(content)
    if table is None:  # raised here, because the parser's exception holds the decrypted text
        raise SecretError(f"{path}: what was decrypted is neither a JSON nor a TOML table")
    return _flat(table, path)


def _table(content: bytes) -> dict[str, object] | None:
    try:
        text = content.decode("utf-8")
        table = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except ValueError:
        return None
    return dict(table)


def _flat(table: Mapping[str, object], path: Path, above: str = "") -> dict[str, SecretStr]:
    """Nested tables as one: `[radius]` with `nac-1` is `radius/nac-1`."""
    flat: dict[str, SecretStr] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            flat.update(_flat(value, path, f"{above}{name}/"))
        elif isinstance(value, str):
            flat[above + name] = SecretStr(value)
        else:
            raise SecretError(f"{path}: {above}{name} is no text; quote it")
    return flat


def age_identities(setting: str | None, *, site: Path, environ: Mapping[str, str]) -> list[Any]:
    """The identities that `setting` names: a file's path (from `site` if relative) or `env:VARIABLE`.

    None means `env:PORTSEAL_AGE_IDENTITY`.

    Raises:
        SecretError: there is none, or it is malformed.
    """
    setting = setting or "env:PORTSEAL_AGE_IDENTITY"
    if setting.startswith("AGE-SECRET-KEY-"):
        raise SecretError("age_identity holds the identity itself; write the path of its file, or env:VARIABLE")
    if setting.startswith("env:"):
        name = setting.removeprefix("env:")
        if not environ.get(name):
            raise SecretError(f"no age identity: environment variable {name} is not set; set it, or set age_identity")
        return _parsed_identity(environ[name], f"environment variable {name}")
    path = site / Path(setting).expanduser()
    try:
        return _parsed_identity(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"no age identity: {path} cannot be read: {error}") from error


def _parsed_identity(text: str, where: str) -> list[Any]:
    try:
        if text.lstrip().startswith("-----BEGIN"):
            return [pyrage.ssh.Identity.from_buffer(text.encode())]
        lines = [line.strip() for line in text.splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        raise SecretError(f"{where}: is no age identity (AGE-SECRET-KEY-1...) and no SSH private key") from None
    if not found:
        raise SecretError(f"{where}: holds no age identity")
    return found


def write_identity(path: Path) -> str:
    """A new age identity as the file at `path`, readable by its owner only; gives its recipient.

    Raises:
        SecretError: there is a file already, or it cannot be written.
    """
    identity = pyrage.x25519.Identity.generate()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SecretError(f"{path}: cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"# public key: {identity.to_public()}\n{identity}\n")
        file.flush()
        os.fsync(file.fileno())
    return str(identity.to_public())


def write_age_file(path: Path, secrets: Mapping[str, SecretStr], recipients: Sequence[str]) -> None:
    """Encrypt `secrets` (by reference) to `recipients` (`age1...` or `ssh-ed25519 ...`) as the file at `path`.

    Readable by its owner only; a reader sees the old file or the new one, never a part.

    Raises:
        SecretError: a reference or a recipient is malformed, there is no recipient, or the file cannot be written.
    """
    if not recipients:
        raise SecretError(f"{path}: name at least one recipient, or nobody could open it")
    keys = _recipients(path, recipients)
    for ref in secrets:
        reference(ref)
    table = {ref: secret.get_secret_value() for ref, secret in secrets.items()}
    try:
        replace_file(path, pyrage.encrypt(json.dumps(table, indent=1).encode(), keys))
    except OSError as error:
        raise SecretError(f"{path}: cannot be written: {error.strerror}") from error


def _recipients(path: Path, texts: Sequence[str]) -> list[Any]:
    keys: list[Any] = []
    for text in texts:
        kind = pyrage.ssh.Recipient if text.startswith("ssh-") else pyrage.x25519.Recipient
        try:
            keys.append(kind.from_str(text))
        except pyrage.RecipientError as error:
            raise SecretError(f"{path}: {text!r} is no age recipient: {error}") from error
    return keys


def write_bundle(
    path: Path, content: SecretStr, *, recipients: Sequence[str] = (), passphrase: SecretStr | None = None
) -> None:
    """Encrypt text for somebody else, to their public keys or to a passphrase, as the file at `path`.

    Raises:
        SecretError: there is nobody to encrypt to, a recipient is malformed, or the file cannot be written.
    """
    clear = content.get_secret_value().encode()
    if recipients:
        sealed = pyrage.encrypt(clear, _recipients(path, recipients))
    elif passphrase and len(passphrase.get_secret_value()) >= _SHORTEST_PASSPHRASE:
        sealed = pyrage.passphrase.encrypt(clear, passphrase.get_secret_value())
    else:
        raise SecretError(
            f"{path}: the passphrase is too short; {_SHORTEST_PASSPHRASE} characters or more, or use --to"
        )
    try:
        replace_file(path, sealed)
    except OSError as error:
        raise SecretError(f"{path}: cannot be written: {error.strerror}") from error


def recipients_of(identities: Sequence[Any], further: Sequence[str]) -> tuple[str, ...]:
    """Whom to encrypt to so that the owner of `identities` can read it again, and `further` recipients.

    Raises:
        SecretError: none is known; an SSH key does not tell its recipient.
    """
    own = [str(identity.to_public()) for identity in identities if isinstance(identity, pyrage.x25519.Identity)]
    if not own and not further:
        raise SecretError("age_identity is an SSH key; name its public key in portseal.toml, [keys] recipients")
    return tuple(dict.fromkeys((*own, *further)))
