"""Sources of secrets: real age files, the real Vault client against a server on loopback, a keyring in memory."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import keyring
import keyring.backend
import pyrage
import pytest
from pydantic import SecretStr

from portseal.core.errors import SecretError
from portseal.transport.age_file import write_age_file
from portseal.transport.secret_sources import resolver

IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
UNLOCKED = {"PORTSEAL_AGE_IDENTITY": str(IDENTITY)}


def found(
    ref: str, *sources: str, site: Path, environ: Mapping[str, str] | None = None, identity: str | None = None
) -> str:
    resolve = resolver(sources, site=site, age_identity=identity, environ=environ or {})
    return resolve(ref).get_secret_value()


def encrypted(path: Path, text: str, *, armored: bool = False) -> None:
    path.write_bytes(pyrage.encrypt(text.encode(), [IDENTITY.to_public()], armored=armored))


# environment


def test_the_environment_has_a_reference_in_capitals(tmp_path: Path) -> None:
    environ = {"PS_RADIUS_NAC_1": "hunter2"}
    assert found("radius/nac-1", "env:PS_", site=tmp_path, environ=environ) == "hunter2"
    assert found("radius/nac-1", "env:", site=tmp_path, environ={"RADIUS_NAC_1": "x"}) == "x"


def test_the_first_source_that_has_it_wins(tmp_path: Path) -> None:
    environ = {"A_X": "first", "B_X": "second", "B_Y": "only"}
    assert found("x", "env:A_", "env:B_", site=tmp_path, environ=environ) == "first"
    assert found("y", "env:A_", "env:B_", site=tmp_path, environ=environ) == "only"


def test_a_missing_secret_is_told_with_every_place_and_no_value(tmp_path: Path) -> None:
    environ = {"PS_OTHER": "hunter2", "PS_X": ""} | UNLOCKED
    encrypted(tmp_path / "s.age", '{"y": "hunter3"}')
    with pytest.raises(SecretError) as caught:
        found("x", "env:PS_", "file:none.age", "file:s.age", site=tmp_path, environ=environ)
    message = str(caught.value)
    assert message.startswith("secret x was not found; store it in one of: ")
    for told in ("PS_X (set, but empty)", f"{tmp_path / 'none.age'} (does not exist)", "s.age (has no x)"):
        assert told in message
    assert "hunter" not in message


def test_a_site_without_sources_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="names no source of secrets"):
        found("x", site=tmp_path)


@pytest.mark.parametrize("source", ["", "env", "file:", "vault:", "keyring:", "ftp:x", "secrets.age"])
def test_a_source_that_is_none_is_refused_at_once(source: str, tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="is no source of secrets"):
        resolver([source], site=tmp_path, age_identity=None, environ={})


def test_a_malformed_reference_is_refused_before_any_source(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="malformed"):
        found("Not A Ref", "env:", site=tmp_path, environ={"NOT_A_REF": "x"})


def test_a_secret_is_asked_for_once(tmp_path: Path) -> None:
    environ = {"X": "old"}
    resolve = resolver(["env:"], site=tmp_path, age_identity=None, environ=environ)
    assert resolve("x") == SecretStr("old")
    environ["X"] = "new"
    assert resolve("x") == SecretStr("old")


# age


@pytest.mark.parametrize(
    "text",
    [
        '{"radius/nac-1": "hunter2"}',
        '"radius/nac-1" = "hunter2"\n',
        '# by hand\n[radius]\nnac-1 = "hunter2"\n',
    ],
)
@pytest.mark.parametrize("armored", [False, True])
def test_an_age_file_may_be_json_or_toml(text: str, armored: bool, tmp_path: Path) -> None:
    encrypted(tmp_path / "secrets.age", text, armored=armored)
    assert found("radius/nac-1", "file:secrets.age", site=tmp_path, environ=UNLOCKED) == "hunter2"


def test_the_identity_may_stand_in_a_file_as_age_keygen_writes_it(tmp_path: Path) -> None:
    encrypted(tmp_path / "secrets.age", '{"x": "hunter2"}')
    (tmp_path / "key.txt").write_text(f"# created: today\n# public key: {RECIPIENT}\n{IDENTITY}\n")
    assert found("x", "file:secrets.age", site=tmp_path, identity="key.txt") == "hunter2"
    assert found("x", "file:secrets.age", site=tmp_path, identity=str(tmp_path / "key.txt")) == "hunter2"
    environ = {"MY_KEY": str(IDENTITY)}
    assert found("x", "file:secrets.age", site=tmp_path, identity="env:MY_KEY", environ=environ) == "hunter2"


def test_an_age_file_is_decrypted_once_for_all_its_references(tmp_path: Path) -> None:
    encrypted(tmp_path / "secrets.age", '{"x": "one", "y": "two"}')
    resolve = resolver(["file:secrets.age"], site=tmp_path, age_identity=None, environ=UNLOCKED)
    assert resolve("x") == SecretStr("one")
    (tmp_path / "secrets.age").write_bytes(b"")
    assert resolve("y") == SecretStr("two")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"x": "hunter2"', "neither a JSON nor a TOML table"),
        ("x = hunter2", "neither a JSON nor a TOML table"),
        ('{"x": 12345}', "x is no text; quote it"),
        ("[a]\nx = 12345", "a/x is no text; quote it"),
    ],
)
def test_a_damaged_table_is_told_without_its_text(text: str, told: str, tmp_path: Path) -> None:
    encrypted(tmp_path / "secrets.age", text)
    with pytest.raises(SecretError, match=told) as caught:
        found("x", "file:secrets.age", site=tmp_path, environ=UNLOCKED)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "hunter2" not in str(caught.value)
    assert "12345" not in str(caught.value)


def test_the_wrong_identity_and_a_damaged_file_are_told(tmp_path: Path) -> None:
    encrypted(tmp_path / "secrets.age", '{"x": "hunter2"}')
    other = {"PORTSEAL_AGE_IDENTITY": str(pyrage.x25519.Identity.generate())}
    with pytest.raises(SecretError, match="cannot be decrypted with this identity"):
        found("x", "file:secrets.age", site=tmp_path, environ=other)
    (tmp_path / "secrets.age").write_bytes(b"age-encryption.org/v1\ngarbage")
    with pytest.raises(SecretError, match="cannot be decrypted"):
        found("x", "file:secrets.age", site=tmp_path, environ=UNLOCKED)


@pytest.mark.parametrize(
    ("identity", "environ", "told"),
    [
        (None, {}, "environment variable PORTSEAL_AGE_IDENTITY is not set"),
        ("env:MINE", {}, "environment variable MINE is not set"),
        ("env:MINE", {"MINE": "AGE-SECRET-KEY-1BROKEN"}, "MINE: is no age identity"),
        ("env:MINE", {"MINE": "# only a comment"}, "MINE: holds no age identity"),
        ("env:MINE", {"MINE": "-----BEGIN OPENSSH PRIVATE KEY-----\nx"}, "MINE: is no age identity"),
        ("nowhere.txt", {}, "nowhere.txt cannot be read"),
        ("AGE-SECRET-KEY-1BROKEN", {}, "holds the identity itself"),
    ],
)
def test_a_missing_or_broken_identity_is_told(
    identity: str | None, environ: dict[str, str], told: str, tmp_path: Path
) -> None:
    encrypted(tmp_path / "secrets.age", '{"x": "hunter2"}')
    with pytest.raises(SecretError, match=told) as caught:
        found("x", "file:secrets.age", site=tmp_path, identity=identity, environ=environ)
    assert "BROKEN" not in str(caught.value)


def test_what_is_written_is_read_again_and_only_its_owner_may(tmp_path: Path) -> None:
    path = tmp_path / "secrets.age"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_age_file(path, {"cak/cam-1": SecretStr('grün"\\\x7f')}, [RECIPIENT])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["secrets.age"]
    assert b"cam-1" not in path.read_bytes()
    assert found("cak/cam-1", "file:secrets.age", site=tmp_path, environ=UNLOCKED) == 'grün"\\\x7f'


@pytest.mark.parametrize(
    ("secrets", "recipients", "told"),
    [
        ({}, [], "at least one recipient"),
        ({}, ["age1nobody"], "'age1nobody' is no age recipient"),
        ({}, ["ssh-ed25519 AAAA"], "is no age recipient"),
        ({"Not A Ref": SecretStr("hunter2")}, [RECIPIENT], "malformed"),
    ],
)
def test_a_file_that_nobody_could_use_is_not_written(
    secrets: dict[str, SecretStr], recipients: list[str], told: str, tmp_path: Path
) -> None:
    (tmp_path / "secrets.age").write_bytes(b"old")
    with pytest.raises(SecretError, match=told):
        write_age_file(tmp_path / "secrets.age", secrets, recipients)
    assert (tmp_path / "secrets.age").read_bytes() == b"old"


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "secrets.age").mkdir()
    with pytest.raises(SecretError, match="cannot be written"):
        write_age_file(tmp_path / "secrets.age", {}, [RECIPIENT])
    with pytest.raises(SecretError, match="cannot be written"):
        write_age_file(tmp_path / "no" / "secrets.age", {}, [RECIPIENT])
    assert os.listdir(tmp_path) == ["secrets.age"]


# Vault

TOKEN = "hvs.canary"
KV = {
    "site": {"radius/nac-1": "hunter2", "number": 7},
    "site/cak/cam-1": {"value": "a1b2"},
    "cak/cam-2": {"value": "c3d4"},
}


class Vault(BaseHTTPRequestHandler):
    """Answers as Vault's KV version 2 does (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2)."""

    asked: list[str] = []

    def do_GET(self) -> None:
        Vault.asked.append(self.path)
        mount, _, path = self.path.removeprefix("/v1/").partition("/data/")
        if self.headers["X-Vault-Token"] != TOKEN or path.startswith("forbidden"):
            return self.answer(403, {"errors": ["permission denied"]})
        if path.startswith("sealed"):
            return self.answer(503, {"errors": ["Vault is sealed"]})
        if mount == "kv1":
            return self.answer(200, {"data": {"value": "hunter2"}})
        if mount != "secret" or path not in KV:
            return self.answer(404, {"errors": []})
        return self.answer(200, {"data": {"data": KV[path], "metadata": {"version": 3, "deletion_time": ""}}})

    def answer(self, status: int, body: dict[str, object]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def vault() -> Iterator[dict[str, str]]:
    Vault.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Vault) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield {"VAULT_ADDR": f"http://127.0.0.1:{server.server_port}", "VAULT_TOKEN": TOKEN}
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("source", "ref", "value"),
    [
        ("vault:secret/site", "radius/nac-1", "hunter2"),
        ("vault:secret/site", "cak/cam-1", "a1b2"),
        ("vault:secret", "cak/cam-2", "c3d4"),
        ("vault:secret/forbidden", "x", None),
        ("vault:secret/site", "number", None),
        ("vault:secret/site", "absent", None),
        ("vault:nomount/site", "x", None),
    ],
)
def test_vault_gives_a_field_or_a_secret_of_its_own(
    source: str, ref: str, value: str | None, vault: dict[str, str], tmp_path: Path
) -> None:
    if value is not None:
        assert found(ref, source, site=tmp_path, environ=vault) == value
        return
    with pytest.raises(SecretError, match=f"{ref} was not found.*Vault") as caught:
        found(ref, source, site=tmp_path, environ=vault)
    assert TOKEN not in str(caught.value)


def test_vault_is_asked_once_for_a_table(vault: dict[str, str], tmp_path: Path) -> None:
    resolve = resolver(["vault:secret/site"], site=tmp_path, age_identity=None, environ=vault)
    for _ in range(3):
        assert resolve("radius/nac-1") == SecretStr("hunter2")
        assert resolve("cak/cam-1") == SecretStr("a1b2")
    assert Vault.asked == ["/v1/secret/data/site", "/v1/secret/data/site/cak/cam-1"]


@pytest.mark.parametrize(
    ("source", "told"),
    [("vault:secret/sealed", "cannot be read.*sealed"), ("vault:kv1/a", "does not answer as a KV version 2 mount")],
)
def test_a_vault_that_fails_is_an_error_and_not_an_absence(
    source: str, told: str, vault: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(SecretError, match=told):
        found("x", source, "env:", site=tmp_path, environ=vault | {"X": "stale"})


def test_a_vault_that_is_not_there_is_told_without_the_token(tmp_path: Path) -> None:
    environ = {"VAULT_ADDR": "http://127.0.0.1:9", "VAULT_TOKEN": TOKEN}
    with pytest.raises(SecretError, match=r"http://127\.0\.0\.1:9: secret/a cannot be read") as caught:
        found("x", "vault:secret/a", site=tmp_path, environ=environ)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("missing", ["VAULT_ADDR", "VAULT_TOKEN"])
def test_a_vault_without_address_or_token_is_told(missing: str, tmp_path: Path) -> None:
    environ = {"VAULT_ADDR": "http://127.0.0.1:9", "VAULT_TOKEN": TOKEN}
    del environ[missing]
    with pytest.raises(SecretError, match=f"{missing} is not set"):
        found("x", "vault:secret/a", site=tmp_path, environ=environ)


# keyring


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring that keeps its passwords in memory, or is locked."""

    priority = 1.0

    def __init__(self, passwords: dict[tuple[str, str], str], locked: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.passwords = passwords
        self.locked = locked

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise keyring.errors.KeyringLocked("locked")
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.passwords[service, username] = password


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    memory = MemoryKeyring({})
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


def test_the_keyring_has_a_reference_as_user(ring: MemoryKeyring, tmp_path: Path) -> None:
    ring.set_password("portseal", "radius/nac-1", "hunter2")
    assert found("radius/nac-1", "keyring:portseal", site=tmp_path) == "hunter2"
    with pytest.raises(SecretError, match=r"keyring portseal \(has no user x\)"):
        found("x", "keyring:portseal", site=tmp_path)


def test_a_locked_keyring_is_told(ring: MemoryKeyring, tmp_path: Path) -> None:
    ring.locked = True
    with pytest.raises(SecretError, match="keyring portseal: locked"):
        found("x", "keyring:portseal", site=tmp_path)


@pytest.mark.parametrize(("library", "source"), [("hvac", "vault:secret/a"), ("keyring", "keyring:portseal")])
def test_a_source_whose_library_is_absent_names_the_extra(
    library: str, source: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(SecretError, match=rf"portseal\[{source.partition(':')[0]}\]"):
        found("x", source, site=tmp_path)


def test_threads_share_one_resolver(vault: dict[str, str], tmp_path: Path) -> None:
    resolve = resolver(["vault:secret/site"], site=tmp_path, age_identity=None, environ=vault)
    values: list[str] = []
    threads = [
        threading.Thread(target=lambda: values.append(resolve("radius/nac-1").get_secret_value())) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values == ["hunter2"] * 8
    assert len(Vault.asked) == 1
