"""Where a site keeps the CAKs that portseal makes: written whole, or not at all; found again by reference.

=======================  =========================================================================================
`file:PATH`              age-encrypted table, replaced as a whole under a lock; PATH from the site's directory
`vault:MOUNT[/PATH]`     HashiCorp Vault, KV version 2: field `value` of PATH/REFERENCE
`keyring:SERVICE`        the operating system's keyring: the password of user REFERENCE for SERVICE
=======================  =========================================================================================

Each is a source of secrets as well (`secret_sources`), so that what was stored is found at the push.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from portseal.core.errors import SecretError
from portseal.core.secrets import reference
from portseal.transport.age_file import age_identities, read_age_file, recipients_of, write_age_file
from portseal.transport.vault import vault_client
from portseal.transport.whole_file import locked


class KeyStore(Protocol):
    """A place for CAKs."""

    @property
    def where(self) -> str:
        """As in portseal.toml."""

    def get(self, refs: Collection[str]) -> dict[str, SecretStr]:
        """Those of `refs` that are there.

        Raises:
            SecretError: the place cannot be read.
        """

    def put(self, secrets: Mapping[str, SecretStr]) -> None:
        """Keep `secrets`; once this returns, a process that dies loses none of them, and none of those before.

        Raises:
            SecretError: they could not be kept.
        """

    def drop(self, refs: Collection[str]) -> None:
        """Forget `refs` for good; one that is not there is no error.

        Raises:
            SecretError: they could not be forgotten.
        """


@dataclass(frozen=True)
class AgeStore:
    """An age-encrypted file."""

    path: Path
    identity: str | None
    recipients: tuple[str, ...]
    site: Path
    environ: Mapping[str, str]

    @property
    def where(self) -> str:
        """As in portseal.toml."""
        return f"file:{self.path.relative_to(self.site) if self.path.is_relative_to(self.site) else self.path}"

    def get(self, refs: Collection[str]) -> dict[str, SecretStr]:
        """Those of `refs` that are there."""
        table = self._read()
        return {ref: table[ref] for ref in refs if ref in table}

    def put(self, secrets: Mapping[str, SecretStr]) -> None:
        """Replace the file by one that has `secrets` as well."""
        with locked(self._lock):
            self._write({**self._read(), **secrets})

    def drop(self, refs: Collection[str]) -> None:
        """Replace the file by one without `refs`."""
        with locked(self._lock):
            table = self._read()
            if table.keys() & set(refs):
                self._write({ref: secret for ref, secret in table.items() if ref not in refs})

    @property
    def _lock(self) -> Path:
        return self.path.with_name(f".{self.path.name}.lock")

    def _identities(self) -> list[Any]:
        return age_identities(self.identity, site=self.site, environ=self.environ)

    def _read(self) -> dict[str, SecretStr]:
        return read_age_file(self.path, self._identities()) if self.path.exists() else {}

    def _write(self, table: Mapping[str, SecretStr]) -> None:
        write_age_file(self.path, table, recipients_of(self._identities(), self.recipients))


@dataclass(frozen=True)
class VaultStore:
    """A KV version 2 mount."""

    place: str
    environ: Mapping[str, str]

    @property
    def where(self) -> str:
        """As in portseal.toml."""
        return f"vault:{self.place}"

    def get(self, refs: Collection[str]) -> dict[str, SecretStr]:
        """Those of `refs` that are there."""
        mount, base = self._split()
        found: dict[str, SecretStr] = {}
        with vault_client(self.environ) as vault:
            for ref in refs:
                value = vault.read(mount, base + ref).get("value")
                if isinstance(value, str):
                    found[ref] = SecretStr(value)
        return found

    def put(self, secrets: Mapping[str, SecretStr]) -> None:
        """One secret a reference, each of which Vault writes whole."""
        mount, base = self._split()
        with vault_client(self.environ) as vault:
            for ref, secret in secrets.items():
                reference(ref)
                vault.write(mount, base + ref, secret.get_secret_value())

    def drop(self, refs: Collection[str]) -> None:
        """All versions of each."""
        mount, base = self._split()
        with vault_client(self.environ) as vault:
            for ref in refs:
                vault.destroy(mount, base + ref)

    def _split(self) -> tuple[str, str]:
        mount, _, base = self.place.strip("/").partition("/")
        return mount, f"{base}/" if base else ""


@dataclass(frozen=True)
class KeyringStore:
    """The operating system's keyring."""

    service: str

    @property
    def where(self) -> str:
        """As in portseal.toml."""
        return f"keyring:{self.service}"

    def get(self, refs: Collection[str]) -> dict[str, SecretStr]:
        """Those of `refs` that are there."""
        values = {ref: self._ask("get_password", ref) for ref in refs}
        return {ref: SecretStr(value) for ref, value in values.items() if value is not None}

    def put(self, secrets: Mapping[str, SecretStr]) -> None:
        """One password a reference."""
        for ref, secret in secrets.items():
            reference(ref)
            self._ask("set_password", ref, secret.get_secret_value())

    def drop(self, refs: Collection[str]) -> None:
        """One password a reference."""
        for ref in self.get(refs):
            self._ask("delete_password", ref)

    def _ask(self, what: str, *arguments: str) -> str | None:
        try:
            import keyring
            from keyring.errors import KeyringError
        except ImportError as error:
            raise SecretError('the keyring needs another library; install "portseal[keyring]"') from error
        try:
            answer: str | None = getattr(keyring, what)(self.service, *arguments)
        except KeyringError as error:
            # Named by its kind alone: a backend may put what it was given into its message.
            raise SecretError(f"keyring {self.service}: {type(error).__name__}") from None
        return answer


def open_store(
    text: str, *, site: Path, age_identity: str | None, recipients: Sequence[str], environ: Mapping[str, str]
) -> KeyStore:
    """The store that `text` names. Nothing is opened before it is asked.

    Raises:
        SecretError: it names none that can be written.
    """
    kind, _, place = text.partition(":")
    if kind == "file" and place:
        return AgeStore(site / place, age_identity, tuple(recipients), site, environ)
    if kind == "vault" and place:
        return VaultStore(place, environ)
    if kind == "keyring" and place:
        return KeyringStore(place)
    raise SecretError(f"{text!r} is no place for keys; write file:PATH, vault:MOUNT/PATH or keyring:SERVICE")
