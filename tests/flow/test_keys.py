"""Static keys by the verbs an engineer types: stored before they are named, never shown, and not lost by a process that is killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyrage
import pytest
from pydantic import SecretStr

from portseal.cli.main import main
from portseal.core.errors import InputError, SecretError
from portseal.transport.age_file import age_identities, read_age_file
from portseal.transport.key_store import KeyStore, open_store
from portseal.transport.whole_file import locked, replace_file

IDENTITY = pyrage.x25519.Identity.generate()
CAMERAS = """\
name,mac,switch,port,profile,supplicant,macsec
cam-1,ac:cc:8e:00:00:01,acc-01,Gi1/0/1,with-key,,static
cam-2,ac:cc:8e:00:00:02,acc-01,Gi1/0/2,with-key,,static
cam-3,ac:cc:8e:00:00:03,acc-01,Gi1/0/3,by-mac,,
"""
PROFILES = """\
[with-key]
[with-key.dot1x]
mode = "off"
[with-key.macsec]
policy = "must-secure"
cak = "static"
[by-mac]
[by-mac.dot1x]
methods = ["mab"]
"""
HOSTS = """\
---
acc-01:
  hostname: 192.0.2.11
  platform: cisco_iosxe
  data: {radius: {servers: [{name: nac-1, address: 198.51.100.11, key: radius/nac-1}]}}
"""
FIRST = "9f1c3a07d2e84b65f0a1937c58de2b46"
SECOND = "3be8f7604c1d92a5570eb1d6c84f2a93"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    for name, text in (("cameras.csv", CAMERAS), ("profiles.toml", PROFILES), ("hosts.yaml", HOSTS)):
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("PORTSEAL_AGE_IDENTITY", str(IDENTITY))
    monkeypatch.setenv("COLUMNS", "200")
    return folder


class Said:
    """What a verb printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Run = Callable[..., Said]


@pytest.fixture
def run(site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["portseal", "keys", *arguments, "-s", str(site)])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Said(int(ended.value.code or 0), told.out, told.err)

    return call


def stored(site: Path) -> dict[str, str]:
    """The keys in the site's age file, by reference."""
    table = read_age_file(site / "keys.age", [IDENTITY])
    return {ref: secret.get_secret_value() for ref, secret in table.items()}


def written(site: Path) -> str:
    """All text under the site but what is encrypted."""
    files = [path for path in site.rglob("*") if path.is_file() and path.suffix != ".age"]
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


def rows(run: Run) -> dict[str, dict[str, object]]:
    return {row["camera"]: row for row in json.loads(run("list", "--format", "json").out)["keys"]}


def test_keys_are_made_for_the_cameras_that_lack_one_and_never_shown(site: Path, run: Run) -> None:
    assert run("list").code == 2
    done = run("generate")
    assert done.code == 0
    assert "2 keys made" in done.out
    keys, kept = tomllib.loads((site / "keys.toml").read_text()), stored(site)
    assert {name: key["cak"] in kept for name, key in keys.items()} == {"cam-1": True, "cam-2": True}
    assert len(set(kept.values())) == len({key["ckn"] for key in keys.values()}) == 2
    listed = run("list")
    assert listed.code == 0
    for secret in kept.values():
        assert re.fullmatch(r"[0-9a-f]{32}", secret)
        assert secret not in listed.out + done.out + written(site)
    assert re.search(r"cam-1 .*current.*‹hmac:[0-9a-f]{10}›.* 0 d ", listed.out)
    assert run("generate").out.startswith("0 keys made")


def test_a_key_that_is_old_enough_is_due(site: Path, run: Run) -> None:
    run("generate")
    file = site / "keys.toml"
    file.write_text(re.sub(r"created = \S+", "created = 2020-01-01", file.read_text()))
    assert run("list").code == 2
    assert rows(run)["cam-1"]["overdue"] is True


def test_a_key_is_neither_made_twice_nor_for_a_camera_that_needs_none(site: Path, run: Run) -> None:
    run("generate", "cam-1")
    for camera, told in (("cam-1", "has a key"), ("cam-3", "no static CAK"), ("cam-9", "no camera is called 'cam-9'")):
        refused = run("generate", camera)
        assert refused.code == 1
        assert told in refused.err


def test_existing_keys_are_taken_in(site: Path, run: Run) -> None:
    file = site.parent / "keys.csv"
    file.write_text(f"Camera;CKN;CAK\ncam-1;A1B2C3D4;0x{FIRST}\ncam-2;b1;{SECOND.upper()}\n")
    done = run("import", str(file))
    assert done.code == 0, done.err
    assert sorted(stored(site).values()) == sorted([FIRST, SECOND])
    assert {row["ckn"] for row in rows(run).values()} == {"a1b2c3d4", "b1"}
    assert FIRST not in done.out + written(site)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"cam-1,a1,{FIRST}\ncam-2,a2,{FIRST}\n", "3:cak: the CAK is cam-1's already"),
        (f"cam-1,a1,{FIRST}\ncam-2,a1,{SECOND}\n", "3:ckn: the CKN is cam-1's already"),
        (f"cam-1,a1,{'ab' * 16}\n", "2:cak: it is weak"),
        (f"cam-1,a,{FIRST}\n", "2:ckn: a CKN is"),
        (f"cam-1,a1,{FIRST}00\n", "2:cak: a CAK is 32 or 64"),
        (f"cam-7,a1,{FIRST}\n", "2:camera: no camera is called"),
        (f"cam-3,a1,{FIRST}\n", "2:camera: the profile of cam-3"),
        (f"cam-1,a1,{FIRST}\ncam-1,a2,{SECOND}\n", "3:camera: cam-1 has a key already"),
    ],
)
def test_duplicate_weak_and_stray_keys_are_refused_with_their_line_and_nothing_is_kept(
    site: Path, run: Run, text: str, told: str
) -> None:
    file = site.parent / "keys.csv"
    file.write_text("camera,ckn,cak\n" + text)
    refused = run("import", str(file))
    assert refused.code == 1
    assert told in refused.err
    assert not (site / "keys.toml").exists()
    for secret in (FIRST, SECOND, "ab" * 16):
        assert secret not in refused.err + refused.out


def test_a_retired_key_is_not_taken_in_again(site: Path, run: Run) -> None:
    from datetime import date

    from portseal.estate import local_fingerprint_key
    from portseal.key_book import open_book
    from portseal.keys import retire

    file = site.parent / "keys.csv"
    file.write_text(f"camera,ckn,cak\ncam-1,a1,{FIRST}\n")
    run("import", str(file))
    book = open_book(site)
    old = book.keys["cam-1"]
    new = old.model_copy(update={"ckn": "c1", "cak": "cak/cam-1/c1"})
    book.store.put({new.cak: SecretStr(SECOND)})
    key = local_fingerprint_key(site / ".portseal")
    retire(book, "cam-1", new, gone=[old], key=key, today=date(2026, 11, 25))
    assert stored(site) == {"cak/cam-1/c1": SECOND}
    for row, told in (
        (f"cam-2,a1,{FIRST[::-1]}", "a retired one of cam-1"),
        (f"cam-2,d1,{FIRST}", "a key is used once"),
    ):
        file.write_text(f"camera,ckn,cak\n{row}\n")
        assert told in run("import", str(file)).err


def test_an_installer_gets_one_bundle_that_only_he_can_open(site: Path, run: Run) -> None:
    run("generate")
    installer = pyrage.x25519.Identity.generate()
    bundle = site.parent / "bundle.age"
    done = run("export", "-o", str(bundle), "--to", str(installer.to_public()))
    assert done.code == 0
    clear = pyrage.decrypt(bundle.read_bytes(), [installer]).decode()
    assert clear.splitlines()[0] == "camera,ip,model,location,switch,port,key,ckn,cak,bits"
    assert all(secret in clear for secret in stored(site).values())
    assert bundle.stat().st_mode & 0o77 == 0
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(bundle.read_bytes(), [IDENTITY])
    assert run("export", "-o", str(bundle), "--to", str(installer.to_public())).code == 1


def test_a_bundle_can_have_a_passphrase_and_no_short_one(site: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("generate")
    bundle = site.parent / "bundle.age"
    monkeypatch.setenv("WORDS", "short")
    assert "too short" in run("export", "-o", str(bundle), "--passphrase", "env:WORDS").err
    assert not bundle.exists()
    monkeypatch.setenv("WORDS", "correct horse battery staple")
    assert run("export", "cam-1", "-o", str(bundle), "--passphrase", "env:WORDS").code == 0
    clear = pyrage.passphrase.decrypt(bundle.read_bytes(), "correct horse battery staple").decode()
    assert [line.split(",")[0] for line in clear.splitlines()] == ["camera", "cam-1"]


def test_a_key_in_use_does_not_expire_and_one_that_nobody_needs_does(site: Path, run: Run) -> None:
    run("generate")
    refused = run("expire", "cam-1")
    assert refused.code == 1
    assert "cam-1 is secured with its key" in refused.err
    cameras = site / "cameras.csv"
    cameras.write_text(cameras.read_text().replace("Gi1/0/1,with-key,,static", "Gi1/0/1,by-mac,,"))
    assert rows(run)["cam-1"]["use"] == "unused"
    assert "1 keys retired: cam-1" in run("expire").out
    assert list(rows(run)) == ["cam-2"]
    assert len(stored(site)) == 1


def test_a_site_that_is_wrong_otherwise_is_refused(site: Path, run: Run) -> None:
    (site / "cameras.csv").write_text(CAMERAS.replace("acc-01,Gi1/0/2", "acc-99,Gi1/0/2"))
    refused = run("generate")
    assert refused.code == 1
    assert "acc-99" in refused.err
    assert not (site / "keys.age").exists()


def test_an_identity_can_be_made_here_and_is_not_made_over(
    site: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = site.parent / "identity.txt"
    for code in (0, 1):
        monkeypatch.setattr(sys, "argv", ["portseal", "keys", "identity", str(file)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == code
    assert file.stat().st_mode & 0o77 == 0
    (site / "portseal.toml").write_text(f'[secrets]\nage_identity = "{file}"\n')
    assert run("generate").code == 0
    (identity,) = age_identities(str(file), site=site, environ={})
    assert len(read_age_file(site / "keys.age", [identity])) == 2


# ---- what is stored stays stored

WRITER = """
import sys
from pathlib import Path
from datetime import date
from portseal.key_book import open_book, edit_keys
from portseal.core.inventory import LinkKey
from pydantic import SecretStr
site = Path(sys.argv[1])
book = open_book(site)
number = int(sys.argv[2])
while True:
    number += 1
    ref = f"cak/cam-1/{number:08x}"
    book.store.put({ref: SecretStr(f"{number:032x}")})
    before = open_book(site).keys.get("cam-1") if number % 4 == 0 else None
    if number % 4 == 0:
        edit_keys(site, {"cam-1": (before, LinkKey(ckn=f"{number:08x}", cak=ref, created=date(2026, 11, 25)))})
    print(number, flush=True)
"""


def test_a_process_that_is_killed_in_the_middle_of_many_writes_loses_nothing(site: Path) -> None:
    done = 0
    for pause in (0.0, 0.003, 0.011, 0.023, 0.041, 0.007):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(site), str(done + 1000)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(6)]
            time.sleep(pause)
            process.send_signal(signal.SIGKILL)
            lines += process.stdout.readlines()
        told = [int(line) for line in lines if line.endswith("\n")]
        assert len(told) >= 6
        kept = stored(site)
        for number in range(done + 1001, told[-1] + 1):
            assert kept[f"cak/cam-1/{number:08x}"] == f"{number:032x}"
        named = tomllib.loads((site / "keys.toml").read_text())["cam-1"]
        assert named["cak"] in kept
        assert int(named["ckn"], 16) >= told[-1] - told[-1] % 4
        done = told[-1]


def test_two_writers_at_once_lose_nothing_of_each_other(site: Path) -> None:
    def write(first: int) -> None:
        store = store_of(site)
        for number in range(first, first + 15):
            store.put({f"cak/x/{number}": SecretStr(str(number))})

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stored(site)) == 45


def store_of(site: Path) -> KeyStore:
    environ = {"PORTSEAL_AGE_IDENTITY": str(IDENTITY)}
    return open_store("file:keys.age", site=site, age_identity=None, recipients=(), environ=environ)


def test_a_lock_that_somebody_holds_is_waited_for_and_then_told(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "lock"),
        pytest.raises(InputError, match="another process"),
        locked(tmp_path / "lock", seconds=0.1),
    ):
        pass
    with locked(tmp_path / "lock", seconds=0.1):
        pass


def test_a_file_that_cannot_be_replaced_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "keys.toml"
    file.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(file, b"new")
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == ["keys.toml"]


def test_an_ssh_identity_needs_its_public_key_named(tmp_path: Path) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "id")], check=True, capture_output=True
    )
    public = (tmp_path / "id.pub").read_text().strip()

    def store(*recipients: str) -> KeyStore:
        return open_store("file:k.age", site=tmp_path, age_identity="id", recipients=recipients, environ={})

    with pytest.raises(SecretError, match="recipients"):
        store().put({"cak/a": SecretStr("1")})
    store(public).put({"cak/a": SecretStr("1")})
    assert read_age_file(tmp_path / "k.age", age_identities("id", site=tmp_path, environ={}))["cak/a"] == SecretStr("1")


class Vault(BaseHTTPRequestHandler):
    """As much of Vault's KV version 2 as a store needs (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2)."""

    kept: dict[str, dict[str, str]] = {}

    def do_GET(self) -> None:
        path = self.path.removeprefix("/v1/secret/data/")
        if path in Vault.kept:
            self.answer(200, {"data": {"data": Vault.kept[path], "metadata": {"version": 1, "deletion_time": ""}}})
        else:
            self.answer(404, {"errors": []})

    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("refused"):
            return self.answer(403, {"errors": ["permission denied"]})
        Vault.kept[self.path.removeprefix("/v1/secret/data/")] = content["data"]
        return self.answer(200, {"data": {"version": 1}})

    do_PUT = do_POST

    def do_DELETE(self) -> None:
        Vault.kept.pop(self.path.removeprefix("/v1/secret/metadata/"), None)
        self.answer(204, {})

    def answer(self, status: int, body: dict[str, object]) -> None:
        content = b"" if status == 204 else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def vault() -> Iterator[KeyStore]:
    Vault.kept = {}
    with ThreadingHTTPServer(("127.0.0.1", 0), Vault) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        environ = {"VAULT_ADDR": f"http://127.0.0.1:{server.server_port}", "VAULT_TOKEN": "hvs.canary"}
        try:
            yield open_store("vault:secret/site", site=Path(), age_identity=None, recipients=(), environ=environ)
        finally:
            server.shutdown()
            thread.join()


def test_vault_keeps_a_secret_for_each_key(vault: KeyStore) -> None:
    vault.put({"cak/cam-1/a1": SecretStr(FIRST), "cak/cam-2/b1": SecretStr(SECOND)})
    assert Vault.kept["site/cak/cam-1/a1"] == {"value": FIRST}
    assert vault.get(["cak/cam-1/a1", "cak/none"]) == {"cak/cam-1/a1": SecretStr(FIRST)}
    vault.drop(["cak/cam-1/a1"])
    assert list(Vault.kept) == ["site/cak/cam-2/b1"]
    with pytest.raises(SecretError, match="cannot be written") as caught:
        vault.put({"cak/refused": SecretStr(FIRST)})
    assert FIRST not in str(caught.value)


def test_the_keyring_keeps_a_password_for_each_key(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring

    kept: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "get_password", lambda service, user: kept.get((service, user)))
    monkeypatch.setattr(keyring, "set_password", lambda service, user, secret: kept.update({(service, user): secret}))
    monkeypatch.setattr(keyring, "delete_password", lambda service, user: kept.pop((service, user)))
    store = open_store("keyring:portseal", site=Path(), age_identity=None, recipients=(), environ={})
    store.put({"cak/cam-1/a1": SecretStr(FIRST)})
    assert kept == {("portseal", "cak/cam-1/a1"): FIRST}
    assert store.get(["cak/cam-1/a1"]) == {"cak/cam-1/a1": SecretStr(FIRST)}
    store.drop(["cak/cam-1/a1", "cak/none"])
    assert kept == {}


@pytest.mark.parametrize("place", ["env:KEYS", "file:", "keys.age"])
def test_a_place_that_cannot_keep_keys_is_refused(place: str) -> None:
    with pytest.raises(SecretError, match="no place for keys"):
        open_store(place, site=Path(), age_identity=None, recipients=(), environ={})
