"""HashiCorp Vault, KV version 2, as far as secrets need it; its errors without what was sent."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from portseal.core.errors import SecretError

T = TypeVar("T")


@dataclass(frozen=True)
class Vault:
    """An open client. Mounts and paths are those of the KV engine."""

    address: str
    client: Any
    """hvac's."""

    def read(self, mount: str, path: str) -> dict[str, Any]:
        """The fields of one secret; none where it does not exist or the token may not read it.

        Raises:
            SecretError: Vault does not answer, or not as a KV version 2 mount does.
        """
        import hvac

        def ask() -> dict[str, Any]:
            try:
                answer = self._kv.read_secret_version(path=path, mount_point=mount, raise_on_deleted_version=True)
                data = answer["data"]["data"]
            except (hvac.exceptions.InvalidPath, hvac.exceptions.Forbidden):
                return {}
            except (KeyError, TypeError):
                raise SecretError(f"Vault at {self.address}: {mount} does not answer as a KV version 2 mount") from None
            return data if isinstance(data, dict) else {}

        return self._asked(ask, f"{mount}/{path} cannot be read")

    def write(self, mount: str, path: str, value: str) -> None:
        """A new version of the secret, with the one field `value`.

        Raises:
            SecretError: Vault refused, or does not answer.
        """
        secret = {"value": value}
        self._asked(
            lambda: self._kv.create_or_update_secret(path=path, secret=secret, mount_point=mount),
            f"{mount}/{path} cannot be written",
        )

    def destroy(self, mount: str, path: str) -> None:
        """All versions of the secret; one that is not there is no error.

        Raises:
            SecretError: Vault refused, or does not answer.
        """
        self._asked(
            lambda: self._kv.delete_metadata_and_all_versions(path=path, mount_point=mount),
            f"{mount}/{path} cannot be removed",
        )

    @property
    def _kv(self) -> Any:
        return self.client.secrets.kv.v2

    def _asked(self, work: Callable[[], T], what: str) -> T:
        import hvac
        import requests

        try:
            return work()
        except (hvac.exceptions.VaultError, requests.RequestException) as error:
            raise SecretError(f"Vault at {self.address}: {what}: {error}") from error


@contextlib.contextmanager
def vault_client(environ: Mapping[str, str]) -> Iterator[Vault]:
    """A client to VAULT_ADDR with VAULT_TOKEN; VAULT_NAMESPACE and VAULT_CACERT where they are set.

    Raises:
        SecretError: the library or one of the variables is missing.
    """
    try:
        import hvac
    except ImportError as error:
        raise SecretError('Vault needs another library; install "portseal[vault]"') from error
    address, token = environ.get("VAULT_ADDR"), environ.get("VAULT_TOKEN")
    if not address or not token:
        raise SecretError(f"Vault: environment variable {'VAULT_TOKEN' if address else 'VAULT_ADDR'} is not set")
    namespace, authorities = environ.get("VAULT_NAMESPACE"), environ.get("VAULT_CACERT")
    client = hvac.Client(url=address, token=token, namespace=namespace, verify=authorities or True)
    try:
        yield Vault(address, client)
    finally:
        client.adapter.close()
