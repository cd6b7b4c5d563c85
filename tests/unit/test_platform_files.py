"""A platform stands on another, and a site overrides one file of a shipped one."""

from __future__ import annotations

from pathlib import Path

import pytest

from portseal.core.errors import PlatformError
from portseal.core.parsing import parse
from portseal.core.platform_files import description, layers, platform_file, shipped_folder, without_effect
from portseal.core.platforms import load_pack, platform_folders

SHIPPED = next(name for name, folder in platform_folders().items() if (folder / "port.j2").is_file())
BASE = r"""
schema_version = 1
name = "acme_os"
title = "for tests"
port_section = '^interface (?P<port>\S+)$'
order = [{match = ["^aaa"], weight = 100}]
[names]
netmiko = "generic"
[ports]
number = '\d+'
[ports.types]
Port = ["P"]
[read]
command = "show"
[errors]
patterns = ['^%']
[commit]
strategy = "checkpoint-rollback"
arm = "a"
confirm = "c"
revert = "r"
[[owned]]
match = ['^ours']
[[show]]
commands = ["show links"]
template = "links.textfsm"
kind = "link"
evidence = "documented"
source = "a test"
[words.link]
up = ["up"]
"""
LINKS = "Value PORT (\\S+)\nValue STATUS (\\S+)\n\nStart\n  ^${PORT} is ${STATUS}$$ -> Record\n  ^. -> Error\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site's folder of platforms with `acme_os` in it and `acme_new` beside, which stands on it."""
    write(tmp_path, "acme_os", **{"platform.toml": BASE, "links.textfsm": LINKS, "port.j2": "old\n"})
    write(tmp_path, "acme_new", **{"platform.toml": 'extends = "acme_os"\nname = "acme_new"\n'})
    return tmp_path


def write(root: Path, name: str, **files: str) -> None:
    (root / name).mkdir(exist_ok=True)
    for file, text in files.items():
        (root / name / file).write_text(text, encoding="utf-8")


def test_a_platform_has_the_tables_and_files_of_the_one_it_stands_on(root: Path) -> None:
    pack = load_pack(root / "acme_new")
    assert (pack.name, pack.title) == ("acme_new", "for tests")
    assert parse(pack, root / "acme_new", "show links", "P1 is up\n") == ({"port": "Port1", "status": "up"},)
    assert platform_file(root / "acme_new", "port.j2") == root / "acme_os" / "port.j2"


def test_its_own_table_takes_the_place_and_its_own_file_stands_in_front(root: Path) -> None:
    own = "extends = 'acme_os'\nname = 'acme_new'\n[[owned]]\nmatch = ['^new']\n"
    write(root, "acme_new", **{"platform.toml": own, "port.j2": "new\n"})
    assert [rule.match for rule in load_pack(root / "acme_new").owned] == [("^new",)]
    assert platform_file(root / "acme_new", "port.j2").read_text() == "new\n"


def test_a_table_under_extend_is_put_in_front(root: Path) -> None:
    own = (
        "extends = 'acme_os'\nname = 'acme_new'\n[[extend.owned]]\nmatch = ['^new']\n"
        "[extend.words.link]\nup = ['UP']\ndown = ['DOWN']\n[extend.commit]\nconfirm = 'keep'\n"
    )
    write(root, "acme_new", **{"platform.toml": own})
    pack = load_pack(root / "acme_new")
    assert [rule.match for rule in pack.owned] == [("^new",), ("^ours",)]
    assert pack.words["link"] == {"up": ("UP", "up"), "down": ("DOWN",)}
    assert (pack.commit.confirm, pack.commit.revert) == (("keep",), ("r",))


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("extends = 'acme_old'\n", "extends 'acme_old', and there is no such platform"),
        ("extends = 3\n", "extends has to be the name of a platform"),
        ("extends = 'acme_os'\n", "it must be named as its folder"),
        ("extends = 'acme_os'\nextend = 3\n", "extend has to be a table"),
        ("extends = 'acme_os'\nowned = []\n[[extend.owned]]\nmatch = ['^a']\n", "owned stands beside extend.owned"),
        ("extends = 'acme_os'\n[extend]\nowned = 'all'\n", "extend.owned is not of the kind of what it extends"),
    ],
)
def test_a_wrong_extension_is_told(root: Path, own: str, said: str) -> None:
    write(root, "acme_new", **{"platform.toml": own})
    with pytest.raises(PlatformError, match=said):
        load_pack(root / "acme_new")


def test_a_platform_that_stands_on_itself_is_told(root: Path) -> None:
    write(root, "acme_a", **{"platform.toml": "extends = 'acme_b'\n"})
    write(root, "acme_b", **{"platform.toml": "extends = 'acme_a'\n"})
    with pytest.raises(PlatformError, match="acme_a → acme_b → acme_a"):
        description(root / "acme_a")


def test_a_site_overrides_one_template_of_a_shipped_platform(tmp_path: Path) -> None:
    write(tmp_path, SHIPPED, **{"port.j2": "interface {{ port.port }}\n"})
    folder = platform_folders(tmp_path)[SHIPPED]
    assert layers(folder)[:2] == (tmp_path / SHIPPED, shipped_folder() / SHIPPED)
    assert load_pack(folder) == load_pack(shipped_folder() / SHIPPED)
    assert platform_file(folder, "port.j2") == tmp_path / SHIPPED / "port.j2"
    assert platform_file(folder, "switch.j2") == shipped_folder() / SHIPPED / "switch.j2"
    assert without_effect(tmp_path) == {}


def test_a_site_adds_to_one_table_of_a_shipped_platform(tmp_path: Path) -> None:
    more = "[[extend.forbid]]\nmatch = '^description do-not-touch'\ncode = 'other'\nreason = 'as agreed'\n"
    write(tmp_path, SHIPPED, **{"site.toml": more})
    pack, shipped = load_pack(tmp_path / SHIPPED), load_pack(shipped_folder() / SHIPPED)
    assert pack.forbid[0].reason == "as agreed"
    assert pack.forbid[1:] == shipped.forbid


def test_a_site_that_describes_a_platform_itself_takes_nothing_from_the_shipped_one(tmp_path: Path) -> None:
    write(tmp_path, SHIPPED, **{"platform.toml": BASE.replace("acme_os", SHIPPED)})
    assert layers(platform_folders(tmp_path)[SHIPPED]) == (tmp_path / SHIPPED,)


def test_what_a_site_misspelt_and_so_has_no_effect_is_told(tmp_path: Path) -> None:
    write(tmp_path, "acme_os", **{"port.j2": ""})
    write(tmp_path, SHIPPED, **{"prot.j2": "", "mine.j2": "", "port.j2": '{% include "mine.j2" %}'})
    found = without_effect(tmp_path)
    assert [path.name for path in found] == ["acme_os", "prot.j2"]
    assert "no shipped platform is called so" in found[tmp_path / "acme_os"]
