"""A new site: right at once, complete, and never over anything that is there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from portseal.change.playbook import Action, load_playbook
from portseal.cli.main import app
from portseal.core.errors import InputError
from portseal.core.profile import CakSource, MacsecPolicy, Mode
from portseal.core.settings import CameraGroup, Settings
from portseal.new_site import make_site, new_site_files
from portseal.site import open_site


def call(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("new") / "a site"
    assert call("init", str(site))[0] == 0
    return site


def test_it_is_right_at_once_and_lint_has_nothing_to_say(made: Path) -> None:
    code, told = call("lint", "-s", str(made))
    assert code == 0
    assert "nothing wrong" in told
    assert "warning" not in told


def test_it_has_a_port_of_each_kind(made: Path) -> None:
    ports = [port for intent in open_site(made).intents for port in intent.ports]
    kinds = {(port.dot1x.mode, port.macsec.policy, port.macsec.cak, port.mac_limit is not None) for port in ports}
    off, static, derived = MacsecPolicy.OFF, CakSource.STATIC, CakSource.DERIVED
    assert kinds >= {
        (Mode.CLOSED, off, derived, False),
        (Mode.CLOSED, off, derived, True),
        (Mode.MONITOR, off, derived, False),
        (Mode.CLOSED, MacsecPolicy.MUST_SECURE, derived, False),
        (Mode.OFF, MacsecPolicy.SHOULD_SECURE, static, False),
        (Mode.OFF, MacsecPolicy.MUST_SECURE, static, False),
    }
    assert {str(port.stage) for port in ports} == {"monitor", "sealed"}


def test_its_playbooks_are_the_shipped_ones_and_load(made: Path, repository: Path) -> None:
    books = sorted((made / "playbooks").glob("*.yaml"))
    assert {load_playbook(path).action for path in books} == set(Action)
    assert (made / "playbooks" / "playbook.schema.json").is_file()
    sources = repository / "playbooks"
    if sources.is_dir():
        assert {path.name: path.read_bytes() for path in books} == {
            path.name: path.read_bytes() for path in sources.glob("*.yaml")
        }


def settings_of(model: type[BaseModel]) -> Iterator[str]:
    """The name of every setting, those of tables inside too."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings_of(inner)
        elif CameraGroup in get_args(inner):
            yield from settings_of(CameraGroup)
        else:
            yield name


EXAMPLES = re.compile(r"^# (?=[a-z_]+ = |\[)", re.MULTILINE)


def test_its_settings_name_every_one_there_is_and_hold_once_they_are_uncommented(made: Path) -> None:
    text = (made / "portseal.toml").read_text()
    named = set(re.findall(r"^#? ?([a-z_]+) = ", text, re.MULTILINE))
    assert set(settings_of(Settings)) - {"approvers"} <= named
    given = EXAMPLES.sub("", text).replace('"..."', '"' + "A" * 43 + '="')
    settings = Settings.model_validate(tomllib.loads(given))
    defaults, examples = Settings(), settings.cameras.groups["axis"]
    assert (examples.api, settings.evidence.name) == ("axis", "nightly")
    for name in ("apply", "connect", "keys", "ports", "certificates", "nornir"):
        assert getattr(settings, name) == getattr(defaults, name), "what is commented out is the default"
    assert settings.secrets.sources == defaults.secrets.sources


def test_a_secret_that_is_made_in_it_is_kept_from_its_repository(made: Path) -> None:
    ignored = (made / ".gitignore").read_text().splitlines()
    assert {"/*.pem", "*.key", "age-identity.txt", "/.portseal/"} <= set(ignored)
    assert not (made / "gitignore").exists()


def test_what_verbs_print_for_its_settings_goes_to_their_end_as_it_is(tmp_path: Path) -> None:
    make_site(tmp_path)
    settings = tmp_path / "portseal.toml"
    for call_of in (("evidence", "new-key", "-s", str(tmp_path)), ("approve", "--new-key", str(tmp_path / "a.pem"))):
        done = CliRunner(env={"PORTSEAL_APPROVER_PASSPHRASE": "words"}).invoke(app, list(call_of))
        assert done.exit_code == 0, done.output
        settings.write_text(settings.read_text() + "\n" + done.output[done.output.index("\n[") :])
    opened = open_site(tmp_path).settings
    assert set(opened.evidence.signers) == {"nightly"}
    assert set(opened.approvers) == {"your-name"}


def test_nothing_is_overwritten_and_all_that_is_there_is_named(made: Path, tmp_path: Path) -> None:
    (tmp_path / "cameras.csv").write_text("mine")
    (tmp_path / ".gitignore").symlink_to("nowhere")
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "audit.yaml").write_text("mine too")
    (tmp_path / "notes.txt").write_text("other files do not count")
    with pytest.raises(InputError) as raised:
        make_site(tmp_path)
    named = str(raised.value).splitlines()[1:]
    assert sorted(line.strip() for line in named) == [".gitignore", "cameras.csv", "playbooks/audit.yaml"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".gitignore", "cameras.csv", "notes.txt", "playbooks"]
    with pytest.raises(InputError, match="nothing was written") as raised:
        make_site(made)
    assert all(name in str(raised.value) for name in new_site_files())


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"Not a directory|File exists"):
        make_site(tmp_path / "file" / "site")


def test_what_comes_next_can_be_typed(tmp_path: Path) -> None:
    _, told = call("init", str(tmp_path / "with blank"))
    assert f"portseal lint -s '{tmp_path}/with blank'" in told
