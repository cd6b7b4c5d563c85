"""Every command that a page shows is run, in the order of its page, and what the page says it prints is what it prints.

In a block ```` ```console ````, `$ ` begins a command; the lines below it are its output, `…` stands for anything in a line and a line
with nothing but `...` for any lines. `# exit 2` behind a command is the exit code it has; 0 where nothing is said. A block
with the title `in a second terminal` is left running until the page is done. A comment of the page says where it begins:
`<!-- commands: site -->` in a copy of the example site whose switches are simulated, `sealed site` in one that has been sealed, `<!-- commands: beside the site -->` in the directory above
it, `<!-- commands: nothing -->` in an empty one.
"""

from __future__ import annotations

import itertools
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from portseal.cli.sim import LOGIN, write_copy
from portseal.simulator.camera_specs import camera_specs
from portseal.simulator.campus import demo_secrets, site_specs
from portseal.simulator.farm import Farm
from portseal.site import open_site

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])
BLOCK = re.compile(r"^(?P<indent> *)```(?P<kind>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
NEEDS = re.compile(r"^<!-- needs: (?P<program>\S+) -->$", re.MULTILINE)
PLACE = re.compile(r"^<!-- commands: (?P<where>.+) -->$", re.MULTILINE)
EXIT = re.compile(r"#.*\bexit (?P<code>\d+)\b")
ELSEWHERE = {"add-a-platform.md"}
"""Has a test of its own, which writes its files too."""
BY_CI = {"make demo", "make test", "make lab", "make docs", "make bench"}
"""What CI runs by itself, or takes long."""


class Command(NamedTuple):
    """One that a page shows."""

    text: str
    output: tuple[str, ...]
    background: bool

    @property
    def code(self) -> int:
        """The exit code that the page says."""
        found = EXIT.search(self.text)
        return int(found["code"]) if found else 0


def commands(page: str) -> Iterator[Command]:
    """The commands of a page, in their order."""
    for block in BLOCK.finditer(page):
        if block["kind"].split()[:1] != ["console"]:
            continue
        lines = [line.removeprefix(block["indent"]) for line in block["text"].splitlines()]
        starts = [i for i, line in enumerate(lines) if line.startswith("$ ")] + [len(lines)]
        assert starts[0] == 0, f"a block begins with something else than a command: {lines[0]}"
        for begin, end in itertools.pairwise(starts):
            text, rest = lines[begin][2:], lines[begin + 1 : end]
            while text.endswith("\\"):
                text, rest = f"{text}\n{rest[0]}", rest[1:]
            yield Command(text, tuple(rest), "in a second terminal" in block["kind"])


def as_shown(shown: tuple[str, ...], printed: str) -> bool:
    """Whether `printed` is what a page shows.

    >>> as_shown(("3 ports", "...", "in … s"), "3 ports\\na\\nb\\nin 2.1 s\\n")
    True
    """
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else ".*?".join(map(re.escape, line.rstrip().split("…"))) + r"[ ]*\n"
        for line in shown
    )
    return re.fullmatch(pattern, printed if printed.endswith("\n") else f"{printed}\n") is not None


def with_commands() -> list[Path]:
    """Pages that show any command of ours."""
    return [page for page in PAGES if page.name not in ELSEWHERE and any(commands(page.read_text(encoding="utf-8")))]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A directory with the example site beside playbooks and docs, its switches and cameras simulated."""
    opened = open_site(ROOT / "inventory" / "example-campus")
    known, password = demo_secrets(opened.site), secrets.token_hex(12)
    specs = site_specs(opened.site, known)
    cameras = camera_specs(opened.site, opened.settings.cameras.groups, specs, password)
    with Farm(specs, username="admin", password=password, cameras=cameras) as farm:
        site = tmp_path / "inventory" / "example-campus"
        site.parent.mkdir()
        write_copy(opened, site, farm, {**known, LOGIN: password}, "admin")
        settings = site / "portseal.toml"
        found = settings.read_text(encoding="utf-8").replace("sources = [", 'sources = ["env:PORTSEAL_SECRET_", ')
        settings.write_text(found, encoding="utf-8")
        shutil.copytree(ROOT / "playbooks", tmp_path / "playbooks")
        shutil.copytree(ROOT / "playbooks", site / "playbooks")
        yield tmp_path


def environment(home: Path) -> dict[str, str]:
    """A newcomer's: our command, no settings, an empty home."""
    bin_folder = Path(sys.executable).parent
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PORTSEAL_", "COLUMNS", "NO_COLOR"))
    }
    return {**kept, "PATH": f"{bin_folder}:{os.environ['PATH']}", "HOME": str(home), "COLUMNS": "150"}


def begun(call: list[str], variables: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """A command that goes on until it is ended, once it says so."""
    with log.open("wb") as file:
        process = subprocess.Popen(call, env=variables, stdin=subprocess.DEVNULL, stdout=file, start_new_session=True)
    end = time.monotonic() + 60
    while "Ctrl-C" not in log.read_text(encoding="utf-8"):
        assert time.monotonic() < end, f"{call[-1]}: not ready after a minute"
        time.sleep(0.1)
    return process


def run_page(text: str, folder: Path, variables: dict[str, str]) -> list[str]:
    """What went otherwise than the page says. State of the shell (exported variables, its directory) is kept from command to command."""
    wrong: list[str] = []
    running: list[subprocess.Popen[bytes]] = []
    state = folder.parent / "state.sh"
    state.write_text(f"cd {folder}\n", encoding="utf-8")
    try:
        for command in commands(text):
            script = f". {state}\n{command.text}\ncode=$?\n{{ export -p; echo \"cd '$PWD'\"; }} > {state}\nexit $code\n"
            call = ["bash", "-c", f". {state}; exec {command.text}" if command.background else script]
            if command.background:
                running.append(begun(call, variables, state.with_suffix(".log")))
                continue
            done = subprocess.run(
                call, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120
            )
            printed = done.stdout + done.stderr
            if done.returncode != command.code:
                wrong.append(f"$ {command.text}\nexit code {done.returncode}, not {command.code}\n{printed}")
            elif command.output and not as_shown(command.output, printed):
                wrong.append(f"$ {command.text}\nprinted:\n{printed}")
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)
    return wrong


@pytest.mark.source_tree
@pytest.mark.parametrize("page", with_commands(), ids=lambda page: page.name)
def test_the_commands_of_a_page_do_what_it_says(
    page: Path, place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = page.read_text(encoding="utf-8")
    where = PLACE.search(text)
    assert where is not None, f"{page.name} has commands and does not say where they are run: <!-- commands: site -->"
    home = tmp_path_factory.mktemp("home")
    for needed in NEEDS.finditer(text):
        if shutil.which(needed["program"]) is None:
            pytest.skip(f"{needed['program']} is not installed")
    begin = {
        "sealed site": place / "inventory" / "example-campus",
        "site": place / "inventory" / "example-campus",
        "beside the site": place,
        "nothing": tmp_path_factory.mktemp("empty") / "x",
    }[where["where"]]
    begin.mkdir(exist_ok=True)
    if where["where"] == "sealed site":
        sealing = "```console\n$ portseal plan -o plan.json  # exit 2\n$ portseal apply plan.json -y\n```\n"
        assert run_page(sealing, begin, environment(home)) == []
    shown = "\n".join(line for line in text.splitlines() if line.removeprefix("$ ") not in BY_CI)
    wrong = run_page(shown, begin, environment(home))
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.source_tree
def test_no_page_shows_a_command_where_it_is_not_run() -> None:
    hidden = []
    for page in PAGES:
        for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
            if block["kind"].split()[:1] not in (["console"], ["text"]):
                hidden += [
                    f"{page.name}: {line}"
                    for line in block["text"].splitlines()
                    if re.match(r"\s*(\$ )?(portseal|make) ", line)
                ]
    assert not hidden


def test_another_output_and_another_exit_code_are_noticed(tmp_path: Path) -> None:
    page = "```console\n$ echo one\ntwo\n$ exit 3\n$ false  # exit 1\n$ export A=b\n$ echo $A\nb\n```\n"
    wrong = run_page(page, tmp_path, dict(os.environ))
    assert [each.splitlines()[0] for each in wrong] == ["$ echo one", "$ exit 3"]
