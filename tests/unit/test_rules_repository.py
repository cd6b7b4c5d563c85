"""What holds for every file that is ours: short modules, nothing left undone, nothing of the machine it was written on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.source_tree

PLACES = ("tasks", "templates", "playbooks", "inventory", "tests", "lab", "bench", "docs", ".ci")
TEXT = {
    ".py",
    ".toml",
    ".j2",
    ".css",
    ".js",
    ".textfsm",
    ".yaml",
    ".yml",
    ".csv",
    ".md",
    ".txt",
    ".sh",
    ".json",
    ".raw",
    ".conf",
    "",
}
CODE = {".py", ".toml", ".j2", ".css", ".js", ".textfsm", ".yaml", ".yml", ".sh", ""}
LONGEST = 350

LEFT_UNDONE = re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X]|HAC[K])\b|raise NotImplemented[E]rror|# type[:] ignore(?!\[)")
OF_A_MACHINE = re.compile(
    r"(?<![\w.~:/$}-])/(?:home|root|Users|work|farm|mnt)/[\w.-]+"
    r"|(?:pypi|npmjs|pythonhosted)\.(?:org|com)|deb\.debian\.org"
)


def files(root: Path, kinds: set[str]) -> list[Path]:
    """Our text files, without what tools leave behind."""
    inside = [f for place in PLACES for f in (root / place).rglob("*") if not {"__pycache__", ".git"} & set(f.parts)]
    return sorted(
        f for f in [*inside, *root.glob("*")] if f.is_file() and f.suffix in kinds and f.name not in {"LICENSE", ".git"}
    )


def found(root: Path, pattern: re.Pattern[str], kinds: set[str]) -> list[str]:
    """Every line that matches, with its place."""
    return [
        f"{file.relative_to(root)}:{number}: {hit[0]}"
        for file in files(root, kinds)
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if (hit := pattern.search(line))
    ]


def too_long(root: Path) -> list[str]:
    """Modules of more than `LONGEST` lines; 250 is what they should stay under."""
    counted = [
        (file, len(file.read_text(encoding="utf-8").splitlines())) for file in sorted((root / "tasks").rglob("*.py"))
    ]
    return [f"{file.relative_to(root)}: {lines} lines" for file, lines in counted if lines > LONGEST]


def broken_links(root: Path) -> list[str]:
    """Links in our pages to files that are not there."""
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "playbooks").glob("*.md")]
    return [
        f"{page.relative_to(root)}: {target}"
        for page in sorted(pages)
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]


def test_no_module_is_too_long(repository: Path) -> None:
    assert too_long(repository) == []


def test_nothing_is_left_undone(repository: Path) -> None:
    assert found(repository, LEFT_UNDONE, CODE) == []


def test_no_file_holds_a_path_of_a_machine_or_a_registry(repository: Path) -> None:
    assert len(files(repository, TEXT)) > 20
    assert found(repository, OF_A_MACHINE, TEXT) == []


def test_every_link_in_our_pages_leads_somewhere(repository: Path) -> None:
    assert broken_links(repository) == []


def test_a_long_module_is_found(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "long.py").write_text("x = 1\n" * (LONGEST + 1), encoding="utf-8")
    (tmp_path / "tasks" / "short.py").write_text("x = 1\n" * LONGEST, encoding="utf-8")
    assert too_long(tmp_path) == [f"tasks/long.py: {LONGEST + 1} lines"]


@pytest.mark.parametrize(
    "line",
    ["# TO" + "DO later", "x = 1  # FIX" + "ME", "    raise NotImplemented" + "Error", "x = f()  # type:" + " ignore"],
)
def test_what_is_left_undone_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "bad.py").write_text(f"{line}\n", encoding="utf-8")
    assert len(found(tmp_path, LEFT_UNDONE, CODE)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "open('/ho" + "me/ann/x')",
        "see /wo" + "rk/main",
        "cd /ro" + "ot/x",
        "index = https://py" + "pi.org/simple",
        "http://deb." + "debian.org/",
    ],
)
def test_a_path_of_a_machine_or_a_registry_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(f"{line}\n", encoding="utf-8")
    assert len(found(tmp_path, OF_A_MACHINE, TEXT)) == 1


@pytest.mark.parametrize(
    "line", ["/etc/hostapd/swp1.conf", "flash:/home/x", "tests/home/x", "https://example.net/work/x"]
)
def test_a_path_every_machine_has_is_not(tmp_path: Path, line: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(f"{line}\n", encoding="utf-8")
    assert found(tmp_path, OF_A_MACHINE, TEXT) == []


def test_a_link_to_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(
        "[a](docs/there.md) [b](docs/gone.md#x) [c](https://example.net)", encoding="utf-8"
    )
    (tmp_path / "docs" / "there.md").write_text("", encoding="utf-8")
    assert broken_links(tmp_path) == ["README.md: docs/gone.md"]
