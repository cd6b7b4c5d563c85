"""A site directory in, findings out: the whole of `portseal lint`."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
import typer
from pydantic import BaseModel
from typer.testing import CliRunner, Result

from portseal.cli.lint import lint
from portseal.core.cameras import COLUMNS
from portseal.core.errors import InputError, SiteError
from portseal.core.findings import WARNINGS, LintCode
from portseal.core.inventory import LinkKey, RadiusServer
from portseal.core.profile import Event, Profile
from portseal.core.settings import Settings
from portseal.core.switches import Login
from portseal.site import inspect_site, open_site

BROKEN = Path(__file__).parent / "broken-site"
EXPECTED = BROKEN / "expected.json"


@pytest.fixture
def example(repository: Path, tmp_path: Path) -> Path:
    """A copy of the example campus that may be spoiled."""
    source = repository / "inventory" / "example-campus"
    if not source.is_dir():
        pytest.skip("needs source tree")
    return Path(shutil.copytree(source, tmp_path / "campus"))


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(lint)
    return CliRunner().invoke(app, list(arguments))


def codes(path: Path) -> list[str]:
    return [found.code for found in inspect_site(path).findings]


def spoil(path: Path, name: str, old: str, new: str) -> None:
    text = (path / name).read_text(encoding="utf-8")
    assert old in text
    (path / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_mistake_of_a_site_is_told_at_once_with_its_place() -> None:
    result = run("-s", str(BROKEN), "--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == json.loads(EXPECTED.read_text(encoding="utf-8"))


def test_the_broken_site_has_most_kinds_of_mistake() -> None:
    """The others need a file that cannot be read, and have tests of their own below."""
    found = {entry["code"] for entry in json.loads(EXPECTED.read_text(encoding="utf-8"))}
    assert {code.value for code in LintCode} - found == {
        "missing-file",
        "not-utf8",
        "broken-toml",
        "broken-yaml",
        "broken-inventory",
        "broken-platform",
        "unknown-group",
        "missing-column",
        "unused-profile",
        "unused-key",
        "unused-group",
        "missing-address",
        "no-cameras",
    }


def test_no_message_shows_what_may_be_a_secret() -> None:
    told = run("-s", str(BROKEN), "--format", "json").stdout + run("-s", str(BROKEN)).stdout
    with pytest.raises(SiteError) as refused:
        open_site(BROKEN)
    told += str(refused.value) + repr(refused.value.findings)
    for secret in ("00112233445566778899", "0001020304050607", "Secret123", "hunter2", "no reference"):
        assert secret not in told


def test_the_plain_form_has_a_line_a_finding_that_editors_can_follow() -> None:
    result = run("-s", str(BROKEN))
    lines = result.stdout.splitlines()
    assert len(lines) == len(json.loads(EXPECTED.read_text(encoding="utf-8"))) + 1
    assert re.match(r"portseal\.toml:1: schema_version: error: .* \[bad-word\]$", lines[0])
    assert re.fullmatch(r"\d+ errors, \d+ warnings", lines[-1])


def test_the_example_campus_has_nothing_but_an_experimental_feature(example: Path) -> None:
    result = run("-s", str(example), "--format", "json")
    assert result.exit_code == 0
    assert [(entry["code"], entry["severity"]) for entry in json.loads(result.stdout)] == [("experimental", "warning")]
    opened = open_site(example)
    assert len(opened.site.switches) >= 3
    assert len(opened.site.cameras) >= 60
    assert {profile for intent in opened.intents for profile in (port.profile for port in intent.ports)} == {
        "eap-tls-macsec",
        "eap-tls",
        "mab-legacy",
        "static-cak",
    }
    assert all(port.key for intent in opened.intents for port in intent.ports if port.profile == "static-cak")


@pytest.mark.parametrize("name", ["cameras.csv", "profiles.toml", "hosts.yaml"])
def test_a_missing_file_is_told(example: Path, name: str) -> None:
    (example / name).unlink()
    found = [told for told in inspect_site(example).findings if told.code == "missing-file"]
    assert [told.file for told in found] == [name]


@pytest.mark.parametrize("name", ["keys.toml", "groups.yaml", "defaults.yaml", "portseal.toml"])
def test_a_file_that_may_be_missing_is_not_called_missing(example: Path, name: str) -> None:
    (example / name).unlink()
    assert "missing-file" not in codes(example)


@pytest.mark.parametrize(
    ("name", "text", "code", "row"),
    [
        ("profiles.toml", "[a]\nb = \n", "broken-toml", 2),
        ("profiles.toml", "[a]\n\n[b\n", "broken-toml", 3),
        ("keys.toml", 'a = "never closed', "broken-toml", 1),
        ("portseal.toml", "[a]\n[a]\n", "broken-toml", 2),
        ("hosts.yaml", "a:\n  hostname: x\n b: y\n", "broken-yaml", 3),
        ("hosts.yaml", "a: {groups: [}\n", "broken-yaml", 1),
        ("hosts.yaml", "- a\n- b\n", "broken-yaml", 1),
        ("hosts.yaml", "a: {}\nb:\n", "broken-yaml", 2),
        ("groups.yaml", "access: {platform: 'x}\n", "broken-yaml", 2),
        ("defaults.yaml", "data: [\n", "broken-yaml", 2),
        ("hosts.yaml", "a:\n  groups: [access]\nb:\n  groups: [main, acess]\n", "unknown-group", 4),
        ("hosts.yaml", "a:\n  groups: access\n", "bad-value", 2),
        ("cameras.csv", "name;mac\n", "missing-column", 1),
        ("cameras.csv", "", "missing-column", 1),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_told_with_its_line(
    example: Path, name: str, text: str, code: str, row: int
) -> None:
    (example / name).write_text(text, encoding="utf-8")
    inspected = inspect_site(example)
    assert inspected.opened is None
    assert (name, row) in {(told.file, told.row) for told in inspected.findings if told.code == code}


def test_a_broken_file_does_not_make_everything_else_unknown(example: Path) -> None:
    (example / "hosts.yaml").write_text("a: [", encoding="utf-8")
    (example / "profiles.toml").write_text("[a", encoding="utf-8")
    (example / "keys.toml").write_text("[a", encoding="utf-8")
    assert sorted(codes(example)) == ["broken-toml", "broken-toml", "broken-yaml"]


def test_a_value_beside_a_repeated_key_is_not_shown(example: Path) -> None:
    (example / "hosts.yaml").write_text("a: {password: Secret123, password: Secret456}\n", encoding="utf-8")
    told = inspect_site(example).findings
    assert any(found.code == "broken-yaml" for found in told)
    assert "Secret" not in repr(told)


@pytest.mark.parametrize("name", ["cameras.csv", "profiles.toml", "hosts.yaml"])
def test_a_file_in_another_encoding_is_told(example: Path, name: str) -> None:
    (example / name).write_bytes((example / name).read_bytes() + b"\n# Stra\xdfe\n")
    assert ("not-utf8", name) in {(told.code, told.file) for told in inspect_site(example).findings}


def test_semicolons_a_byte_order_mark_and_other_line_ends_make_no_difference(example: Path) -> None:
    before = open_site(example).site.cameras
    text = (example / "cameras.csv").read_text(encoding="utf-8")
    rows = [re.sub(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', ";", line) for line in text.splitlines()]
    rows[0] = rows[0].upper()
    (example / "cameras.csv").write_bytes("\r\n".join(rows).encode("utf-8-sig"))
    assert open_site(example).site.cameras == before


def test_a_wrong_platform_folder_of_the_site_is_told(example: Path) -> None:
    (example / "platforms" / "own").mkdir(parents=True)
    (example / "platforms" / "own" / "platform.toml").write_text("schema_version = 1\n", encoding="utf-8")
    spoil(example, "hosts.yaml", "  groups: [yard]", "  platform: own\n  groups: [yard]")
    found = [told for told in inspect_site(example).findings if told.code == "broken-platform"]
    assert [told.file for told in found] == ["platforms/own"]


def test_what_nobody_uses_is_a_warning_and_refuses_nothing(example: Path) -> None:
    with (example / "profiles.toml").open("a", encoding="utf-8") as file:
        file.write("\n[spare]\n")
    with (example / "keys.toml").open("a", encoding="utf-8") as file:
        file.write('\n[cam-999]\nckn = "ff"\ncak = "cak/cam-999"\n')
    result = run("-s", str(example))
    assert result.exit_code == 0
    assert "[unused-profile]" in result.stdout
    assert "[unused-key]" in result.stdout
    assert set(codes(example)) == {"experimental", "unused-profile", "unused-key"}
    assert {LintCode(code) for code in codes(example)} <= WARNINGS


AXIS = """
[cameras.groups.axis]
api = "axis"
models = ["axis q*"]
user = "portseal"
password = "login/cameras"
"""


def with_groups(path: Path, text: str) -> list[tuple[str, str | None]]:
    """Codes and columns found in the example with `text` behind its settings."""
    with (path / "portseal.toml").open("a", encoding="utf-8") as file:
        file.write(text)
    return [(told.code, told.column) for told in inspect_site(path).findings if told.code != "experimental"]


def test_a_group_of_cameras_with_an_api_is_fine_where_they_have_addresses(example: Path) -> None:
    assert with_groups(example, AXIS) == []
    assert open_site(example).settings.cameras.groups["axis"].port == 443


def test_a_camera_with_an_api_and_without_an_address_is_told(example: Path) -> None:
    spoil(example, "cameras.csv", "192.0.2.101", "")
    assert with_groups(example, AXIS) == [("missing-address", "ip")]


def test_what_is_wrong_with_groups_of_cameras_is_told_in_one_go(example: Path) -> None:
    text = AXIS.replace("axis q*", "canon *").replace("api =", 'ca = "gone.pem"\napi =') + AXIS.replace(
        ".axis]", ".ax]"
    )
    assert set(with_groups(example, text)) == {
        ("unused-group", "cameras.groups.axis"),
        ("missing-file", "cameras.groups.axis.ca"),
    }
    spoil(example, "portseal.toml", text, AXIS.replace('"axis"', '"aksis"').replace('models = ["axis q*"]', "port = 0"))
    wrong = {told.column for told in inspect_site(example).findings}
    assert wrong >= {"cameras.groups.axis.api", "cameras.groups.axis.port"}


@pytest.mark.parametrize("value", ['"Secret123"', "424242", '["Secret123"]'])
def test_a_camera_password_written_in_clear_is_told_and_not_shown(example: Path, value: str) -> None:
    with_groups(example, AXIS.replace('"login/cameras"', value))
    found = [told for told in inspect_site(example).findings if told.column == "cameras.groups.axis.password"]
    assert len(found) == 1
    assert "Secret123" not in repr(found)
    assert "424242" not in repr(found)


def test_a_site_without_cameras_is_a_warning(example: Path) -> None:
    (example / "cameras.csv").write_text("name,mac,switch,port,profile\n", encoding="utf-8")
    assert "no-cameras" in codes(example)
    assert open_site(example).intents == ()


def test_an_inventory_plugin_may_stand_in(example: Path) -> None:
    (example / "elsewhere").mkdir()
    (example / "hosts.yaml").rename(example / "elsewhere" / "switches.yaml")
    with (example / "portseal.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[nornir]\ninventory = {plugin = "SimpleInventory", options = {host_file = "elsewhere/switches.yaml"}}\n'
        )
    assert set(open_site(example).nornir.inventory.hosts) == {"acc-01", "acc-02", "acc-03"}


def test_an_inventory_plugin_that_is_not_there_is_told(example: Path) -> None:
    with (example / "portseal.toml").open("a", encoding="utf-8") as file:
        file.write('[nornir]\ninventory = {plugin = "NoSuchInventory"}\n')
    assert "broken-inventory" in codes(example)


@pytest.mark.parametrize(
    ("limit", "switches"),
    [
        ("acc-02", ["acc-02"]),
        ("acc-03, acc-01", ["acc-01", "acc-03"]),
        ("acc-*", ["acc-01", "acc-02", "acc-03"]),
        ("group:car-park", ["acc-02"]),
        ("group:access", ["acc-01", "acc-02", "acc-03"]),
        ("group:yard,acc-01", ["acc-01", "acc-03"]),
    ],
)
def test_a_limit_chooses_switches(example: Path, limit: str, switches: list[str]) -> None:
    opened = open_site(example, limit=limit)
    assert [intent.switch for intent in opened.intents] == switches
    assert sorted(opened.nornir.inventory.hosts) == switches
    assert len(opened.site.switches) == 3


@pytest.mark.parametrize("limit", ["acc-04", "", ",", "group:nowhere", "acc-01,core"])
def test_a_limit_that_names_nothing_is_refused(example: Path, limit: str) -> None:
    with pytest.raises(InputError, match="--limit"):
        open_site(example, limit=limit)


def test_a_switch_without_cameras_has_an_intent_only_where_it_is_asked_for(example: Path) -> None:
    with (example / "hosts.yaml").open("a", encoding="utf-8") as file:
        file.write("acc-04:\n  hostname: 192.0.2.14\n  groups: [yard]\n")
    assert [intent.switch for intent in open_site(example).intents] == ["acc-01", "acc-02", "acc-03"]
    [bare] = open_site(example, limit="acc-04").intents
    assert bare.ports == ()
    assert bare.radius is not None


def test_a_limit_hides_others_mistakes_in_lint_and_refuses_the_site_all_the_same(example: Path) -> None:
    spoil(example, "cameras.csv", ",acc-01,Gi1/0/2,", ",acc-01,Gi1/0/1,")
    assert run("-s", str(example), "--limit", "acc-01").exit_code == 1
    hidden = run("-s", str(example), "--limit", "acc-02")
    assert hidden.exit_code == 0
    assert "duplicate-port" not in hidden.stdout
    with pytest.raises(SiteError) as refused:
        open_site(example, limit="acc-02")
    assert [found.code for found in refused.value.findings] == ["duplicate-port"]


def test_a_directory_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such directory"):
        inspect_site(tmp_path / "nowhere")


def test_nothing_is_written_by_reading_a_site(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    open_site(example)
    assert sorted(tmp_path.rglob("*")) == before


def test_reading_a_site_loads_nothing_that_could_connect(example: Path) -> None:
    program = "import sys; from portseal.site import open_site; open_site(sys.argv[1]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program, str(example)], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "nornir" in loaded
    assert not loaded & {"netmiko", "paramiko", "napalm", "asyncssh"}


def test_every_code_is_explained_in_the_docs(repository: Path) -> None:
    docs = repository / "docs"
    if not docs.is_dir():
        pytest.skip("needs source tree")
    page = (docs / "lint-codes.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| `([a-z0-9-]+)` \| (error|warning) \|", page, re.MULTILINE)
    assert sorted(explained) == sorted((code.value, "warning" if code in WARNINGS else "error") for code in LintCode)


def test_every_column_and_every_setting_is_explained_in_the_docs(repository: Path) -> None:
    if not (repository / "docs").is_dir():
        pytest.skip("needs source tree")
    page = (repository / "docs" / "inventory.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| ((?:`[a-z0-9_.]+`(?:, )?)+) \|", page, re.MULTILINE)
    rows = {word for cell in named for word in re.findall(r"`([a-z0-9_.]+)`", cell)}
    wanted = {*COLUMNS, *leaves(Settings), *leaves(Profile), *leaves(LinkKey), *leaves(Login), *leaves(RadiusServer)}
    assert wanted - rows == set()


def leaves(model: type[BaseModel], prefix: str = "") -> set[str]:
    """The dotted keys that a table of this model may have."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        inner = [a for a in (field.annotation, *get_args(field.annotation)) if isinstance(a, type)]
        tables = [a for a in inner if issubclass(a, BaseModel) and a not in (Event, model)]
        found |= leaves(tables[0], f"{prefix}{name}.") if tables else {f"{prefix}{name}"}
    return found
