"""Imports run one way: playbooks, cli → change → tasks → transport → core; simulator, watch and page stand on core alone; change makes pages, too."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.source_tree

MAY_IMPORT = {
    "root": set(),
    "core": {"core"},
    "transport": {"transport", "core"},
    "tasks": {"tasks", "transport", "core"},
    "change": {"change", "tasks", "transport", "core", "page"},
    "simulator": {"simulator", "core"},
    "watch": {"watch", "core"},
    "page": {"page", "core"},
    "cli": {"cli", "change", "tasks", "transport", "core", "simulator", "watch", "page", "root"},
    "playbooks": {"playbooks", "change", "tasks", "transport", "core"},
}
FOLDERS = {"core", "transport", "change", "simulator", "watch", "page", "cli"}

OPENS_CONNECTIONS = {"netmiko", "napalm", "paramiko", "asyncssh", "scrapli", "socket", "httpx", "requests"}
MAY_CONNECT = {"transport", "simulator", "watch"}


def layer_of(module: str) -> str:
    """The layer a module of ours belongs to; a folder nobody has given a layer is its own name, which may import nothing."""
    first, _, rest = module.partition(".")
    if first == "playbooks":
        return "playbooks"
    if not rest:
        return "root"
    second, _, third = rest.partition(".")
    if second in FOLDERS:
        return second
    return second if third else "tasks"


def modules(root: Path) -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    found: dict[str, Path] = {}
    for file in sorted((root / "tasks").rglob("*.py")):
        parts = file.relative_to(root / "tasks").with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    for file in sorted((root / "playbooks").rglob("*.py")):
        found[".".join(file.relative_to(root).with_suffix("").parts)] = file
    return found


def imported(name: str, file: Path, known: set[str]) -> list[tuple[int, str]]:
    """(line, dotted name) of everything `file` imports; a name taken from a package is the module where it is one."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *(node.module or "").split(".")]).strip(".")
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                found.append((node.lineno, whole if whole in known else base))
    return found


def wrong_way(root: Path) -> list[str]:
    """Every import that runs against the direction of the layers."""
    ours = modules(root)
    wrong: list[str] = []
    for name, file in ours.items():
        layer = layer_of(name)
        for line, target in imported(name, file, set(ours)):
            if target.split(".")[0] in {"portseal", "playbooks"} and layer_of(target) not in MAY_IMPORT.get(
                layer, set()
            ):
                wrong.append(f"{file.relative_to(root)}:{line}: {layer} imports {target}")
    return wrong


def connecting(root: Path) -> list[str]:
    """Every import of a library that opens connections, outside the layers that may."""
    ours = modules(root)
    return [
        f"{file.relative_to(root)}:{line}: imports {target}"
        for name, file in ours.items()
        if layer_of(name) not in MAY_CONNECT
        for line, target in imported(name, file, set(ours))
        if target.split(".")[0] in OPENS_CONNECTIONS
    ]


LISTS_ITS_OWN = {"portseal.simulator.platforms": "portseal.simulator."}
"""Modules that import by a computed name, and how each such name begins: what they find by listing stays in one layer."""


def computed(root: Path) -> list[str]:
    """Every import by a name that is computed, which no rule could follow."""
    found = []
    for name, file in modules(root).items():
        source = ast.parse(file.read_text(encoding="utf-8"))
        allowed = {id(call.func) for call in ast.walk(source) if isinstance(call, ast.Call) and _begins(call, name)}
        found += [
            f"{file.relative_to(root)}:{node.lineno}: imports by a computed name"
            for node in ast.walk(source)
            if isinstance(node, ast.Name | ast.Attribute)
            and (node.id if isinstance(node, ast.Name) else node.attr) in {"import_module", "__import__"}
            and id(node) not in allowed
        ]
    return found


def _begins(call: ast.Call, module: str) -> bool:
    """Whether the first argument is text that begins as `module` may have it."""
    text = call.args[0].values[0] if call.args and isinstance(call.args[0], ast.JoinedStr) else None
    return module in LISTS_ITS_OWN and isinstance(text, ast.Constant) and text.value == LISTS_ITS_OWN[module]


def write(root: Path, path: str, source: str) -> None:
    for part in ("tasks", "playbooks"):
        (root / part).mkdir(exist_ok=True)
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, encoding="utf-8")


def test_imports_run_one_way(repository: Path) -> None:
    assert len(modules(repository)) > 10
    assert wrong_way(repository) == []


def test_only_transport_simulator_and_watch_open_connections(repository: Path) -> None:
    assert connecting(repository) == []


def test_nothing_is_imported_by_a_computed_name(repository: Path) -> None:
    assert computed(repository) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("tasks/portseal/core/plan.py", "from portseal.transport import session\n"),
        ("tasks/portseal/core/plan.py", "from portseal import push\n"),
        ("tasks/portseal/core/plan.py", "from .. import push\n"),
        ("tasks/portseal/core/plan.py", "from ..transport.session import Session\n"),
        ("tasks/portseal/core/plan.py", "def late():\n    import portseal.cli.main\n"),
        ("tasks/portseal/transport/ssh.py", "from portseal import push\n"),
        ("tasks/portseal/push.py", "from portseal.change import waves\n"),
        ("tasks/portseal/change/waves.py", "from portseal.cli.main import main\n"),
        ("tasks/portseal/simulator/shell.py", "from portseal.transport.session import Session\n"),
        ("tasks/portseal/watch/syslog.py", "from portseal import push\n"),
        ("tasks/portseal/page/review.py", "from portseal.change import timeline\n"),
        ("tasks/portseal/utils/text.py", "from portseal.core import model\n"),
        ("playbooks/audit.py", "from portseal.cli.main import main\n"),
    ],
)
def test_an_import_against_the_direction_is_found(tmp_path: Path, path: str, source: str) -> None:
    write(tmp_path, "tasks/portseal/push.py", "")
    write(tmp_path, path, source)
    assert len(wrong_way(tmp_path)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            "tasks/portseal/push.py",
            "from portseal.transport.session import Session\nfrom portseal.core.model import Value\n",
        ),
        (
            "tasks/portseal/cli/demo.py",
            "from portseal import __version__, push\nfrom portseal.simulator import shell\n",
        ),
        ("playbooks/audit.py", "from portseal import push\nimport nornir\n"),
    ],
)
def test_an_import_along_the_direction_is_not(tmp_path: Path, path: str, source: str) -> None:
    write(tmp_path, "tasks/portseal/push.py", "")
    write(tmp_path, path, source)
    assert wrong_way(tmp_path) == []


def test_a_connection_opened_elsewhere_is_found(tmp_path: Path) -> None:
    write(tmp_path, "tasks/portseal/push.py", "from netmiko import ConnectHandler\n")
    write(tmp_path, "tasks/portseal/transport/ssh.py", "import netmiko\n")
    assert connecting(tmp_path) == ["tasks/portseal/push.py:1: imports netmiko"]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("tasks/portseal/core/plan.py", "import importlib\nimportlib.import_module('x')\n"),
        ("tasks/portseal/core/plan.py", "__import__('x')\n"),
        ("tasks/portseal/core/plan.py", "import_module(f'portseal.simulator.{x}')\n"),
        ("tasks/portseal/simulator/platforms.py", "import_module(f'portseal.{x}')\n"),
        ("tasks/portseal/simulator/platforms.py", "import_module(x)\n"),
    ],
)
def test_an_import_by_a_computed_name_is_found(tmp_path: Path, path: str, source: str) -> None:
    write(tmp_path, path, source)
    assert len(computed(tmp_path)) == 1
