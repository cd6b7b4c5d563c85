"""Core is pure, and so are pages: they talk to nothing, and give the same value for the same input on any machine at any time."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.source_tree

LIBRARIES = {"pydantic", "pydantic_core", "jinja2", "textfsm", "hier_config", "netutils"}
OURS = {"portseal", "portseal_platforms"}
OUTWARD = {
    # networks
    *("socket", "ssl", "http", "urllib", "ftplib", "smtplib", "imaplib", "poplib", "telnetlib", "nntplib", "xmlrpc"),
    *("socketserver", "select", "selectors", "asyncio", "webbrowser", "wsgiref"),
    # the machine: its environment, processes, users, terminals
    *("os", "subprocess", "signal", "pty", "tty", "getpass", "pwd", "grp", "platform", "tempfile", "shutil", "fcntl"),
    *("multiprocessing", "concurrent", "sqlite3", "dbm", "shelve"),
    # clocks and chance
    *("time", "sched", "random", "secrets", "uuid"),
}
PURE_PARTS = {"urllib.parse"}
"""Text handling that happens to live in a package that reaches out."""
CLOCKS = {"now", "utcnow", "today"}
ENVIRONMENT = {"environ", "getenv", "stdin", "argv"}
CLOCK_OWNERS = {"datetime", "date"}


def impure(core: Path) -> list[str]:
    """Everything in `core` that reaches outside, one line each."""
    found: list[str] = []
    for file in sorted(core.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            found += [f"{file.name}:{getattr(node, 'lineno', 0)}: {what}" for what in reaches_out(node)]
    return found


def reaches_out(node: ast.AST) -> list[str]:
    """What one node does that core must not."""
    if isinstance(node, ast.Import):
        return [f"imports {alias.name}" for alias in node.names if not may_import(alias.name)]
    if isinstance(node, ast.ImportFrom):
        return [f"imports {node.module}"] if not node.level and not may_import(node.module or "") else []
    if isinstance(node, ast.Attribute):
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if node.attr in CLOCKS and owner in CLOCK_OWNERS:
            return [f"reads the clock: {owner}.{node.attr}"]
        if node.attr in ENVIRONMENT and owner in {"os", "sys"}:
            return [f"reads the environment: {owner}.{node.attr}"]
        return []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"input", "print"}:
        return [f"calls {node.func.id}()"]
    return []


def may_import(module: str) -> bool:
    """Whether core may import `module`."""
    first = module.split(".", maxsplit=1)[0]
    if module in PURE_PARTS:
        return True
    return first in LIBRARIES | OURS or (first in sys.stdlib_module_names and first not in OUTWARD)


@pytest.mark.parametrize("layer", ["core", "page"])
def test_a_pure_layer_reaches_for_nothing_outside(repository: Path, layer: str) -> None:
    folder = repository / "tasks" / "portseal" / layer
    assert len(list(folder.glob("*.py"))) > 3
    assert impure(folder) == []


@pytest.mark.parametrize(
    "source",
    [
        "import os\n",
        "import socket\n",
        "from urllib.request import urlopen\n",
        "import http.client\n",
        "def late():\n    import asyncio\n",
        "import netmiko\n",
        "from nornir.core import Nornir\n",
        "import yaml\n",
        "from time import monotonic\n",
        "from datetime import datetime, UTC\nstamp = datetime.now(UTC)\n",
        "import datetime\nstamp = datetime.datetime.now()\n",
        "import datetime\nday = datetime.date.today()\n",
        "import sys\nname = sys.argv\n",
        "print('hello')\n",
    ],
)
def test_reaching_outside_is_found(tmp_path: Path, source: str) -> None:
    (tmp_path / "bad.py").write_text(source, encoding="utf-8")
    assert len(impure(tmp_path)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import re, csv, tomllib, hashlib, hmac\n",
        "from urllib.parse import quote\n",
        "from datetime import datetime\ndef later(than: datetime) -> datetime:\n    return than\n",
        "from hier_config import get_hconfig\nfrom portseal.core.model import Value\nfrom .model import Mac\n",
    ],
)
def test_what_core_lives_on_is_allowed(tmp_path: Path, source: str) -> None:
    (tmp_path / "good.py").write_text(source, encoding="utf-8")
    assert impure(tmp_path) == []
