"""A site's directory and settings in, Nornir's inventory and our host records out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import ruamel.yaml
from nornir.core import Nornir
from nornir.core.configuration import Config
from nornir.core.inventory import Host
from nornir.core.state import GlobalState
from nornir.init_nornir import load_inventory, load_runner
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from portseal.core.findings import LintCode, finding, listed, nearest, shown
from portseal.core.model import Finding
from portseal.core.settings import Settings
from portseal.core.switches import Datum, HostRecord

HOSTS, GROUPS, DEFAULTS = "hosts.yaml", "groups.yaml", "defaults.yaml"
_FILES = {"host_file": HOSTS, "group_file": GROUPS, "defaults_file": DEFAULTS}
_DATA = ("radius", "options", "login", "transport", "accept_unknown_host_key")


class HostsRead(NamedTuple):
    """What Nornir made of a site's hosts; `nornir` is None where it could make nothing of them."""

    nornir: Nornir | None
    records: tuple[HostRecord, ...]
    findings: tuple[Finding, ...]


def read_hosts(path: Path, settings: Settings) -> HostsRead:
    """The switches as the site's Nornir inventory plugin gives them. Nornir writes no log and loads no connection plugin."""
    chosen = settings.nornir.inventory
    simple = chosen.plugin == "SimpleInventory"
    options = {
        name: value.replace("{site}", str(path)) if isinstance(value, str) else value
        for name, value in chosen.options.items()
    }
    if simple:
        options = {name: str(path / str(options.get(name, file))) for name, file in _FILES.items()} | {
            name: value for name, value in options.items() if name not in _FILES
        }
        if not Path(str(options["host_file"])).is_file():
            message = "not there; it names the switches, as Nornir's SimpleInventory reads them"
            return HostsRead(
                None, (), (finding(LintCode.MISSING_FILE, message, file=_shown_path(options["host_file"], path)),)
            )
    config = Config.from_dict(
        inventory={"plugin": chosen.plugin, "options": options},
        runner={"plugin": "threaded", "options": {"num_workers": settings.apply.workers}},
        logging={"enabled": False},
    )
    try:
        nornir = Nornir(
            inventory=load_inventory(config), runner=load_runner(config), config=config, data=GlobalState(dry_run=False)
        )
    except Exception as error:  # plugins are anybody's and raise what they like
        files = [Path(str(options[name])) for name in _FILES] if simple else []
        told = [found for file in files for found in _yaml_mistakes(file, _shown_path(file, path), files[:2])]
        return HostsRead(
            None, (), tuple(told) or (_unreadable(chosen.plugin, error, HOSTS if simple else "portseal.toml"),)
        )
    origin = {name: _shown_path(options[name], path) for name in _FILES} if simple else {}
    records = tuple(_record(host, origin) for host in nornir.inventory.hosts.values())
    return HostsRead(nornir, records, ())


def host_files(settings: Settings) -> tuple[str, ...]:
    """The names of the files that SimpleInventory reads, from the site's directory on; none where another plugin is named."""
    chosen = settings.nornir.inventory
    simple = chosen.plugin == "SimpleInventory"
    return tuple(str(chosen.options.get(name, file)) for name, file in _FILES.items()) if simple else ()


def host_file(settings: Settings) -> str:
    """What to call the place where hosts are written."""
    chosen = settings.nornir.inventory
    if chosen.plugin == "SimpleInventory":
        return str(chosen.options.get("host_file", HOSTS))
    return f"inventory plugin {chosen.plugin}"


def _shown_path(file: object, site: Path) -> str:
    path = Path(str(file))
    return str(path.relative_to(site)) if path.is_relative_to(site) else str(path)


def _unreadable(plugin: str, error: Exception, file: str) -> Finding:
    message = f"inventory plugin {plugin} gave no hosts: {type(error).__name__}: {error}"
    return finding(LintCode.BROKEN_INVENTORY, message, file=file, column=None if file == HOSTS else "nornir.inventory")


def _record(host: Host, origin: Mapping[str, str]) -> HostRecord:
    data = {key: datum for key in _DATA if (datum := _datum(host, key, origin)) is not None}
    platform, hostname = (None if value is None else str(value) for value in (host.platform, host.hostname))
    return HostRecord(str(host.name), platform, hostname, data)


def _datum(host: Host, key: str, origin: Mapping[str, str]) -> Datum | None:
    """Where Nornir finds `key` for this host: in itself, the first of its groups that has it, or the defaults."""
    everywhere = origin.get("host_file", "inventory")
    if key in host.data:
        return Datum(host.data[key], everywhere, str(host.name))
    for group in host.extended_groups():
        if key in group.data:
            return Datum(group.data[key], origin.get("group_file", everywhere), group.name)
    if key in host.defaults.data:
        return Datum(host.defaults.data[key], origin.get("defaults_file", everywhere), None)
    return None


def yaml_rows(file: Path) -> dict[str, int]:
    """The line of every dotted key of a YAML file; empty where it cannot be read."""
    try:
        root = ruamel.yaml.YAML(typ="safe", pure=True).compose(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError):
        return {}
    rows: dict[str, int] = {}
    _collect(root, "", rows)
    return rows


def _collect(node: Node | None, prefix: str, rows: dict[str, int]) -> None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            place = f"{prefix}{key.value}"
            rows.setdefault(place, key.start_mark.line + 1)
            _collect(value, f"{place}.", rows)
    elif isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            rows.setdefault(f"{prefix}{index}", item.start_mark.line + 1)
            _collect(item, f"{prefix}{index}.", rows)


def _yaml_mistakes(file: Path, shown_as: str, with_groups: list[Path]) -> list[Finding]:
    """Why SimpleInventory could make nothing of this file; empty where this file is not the reason."""
    data, told = _yaml(file, shown_as)
    if data is None:
        return told
    if not isinstance(data, Mapping):
        message = "the file is not a mapping; write `name:` and the properties below it, indented"
        return [finding(LintCode.BROKEN_YAML, message, file=shown_as, row=1)]
    if file not in with_groups:
        return []
    groups, _ = _yaml(with_groups[1], "")
    known = [str(name) for name in groups] if isinstance(groups, Mapping) else []
    rows = yaml_rows(file)
    found: list[Finding] = []
    for name, element in data.items():
        if not isinstance(element, Mapping):
            message = f"{shown(str(name))} has no properties; write at least `{{}}` after the colon"
            found.append(
                finding(LintCode.BROKEN_YAML, message, file=shown_as, row=rows.get(str(name)), column=str(name))
            )
            continue
        members = element.get("groups") or []
        place = f"{name}.groups"
        if not isinstance(members, list):
            message = f"groups is a list: [{members}]"
            found.append(finding(LintCode.BAD_VALUE, message, file=shown_as, row=rows.get(place), column=place))
            continue
        for index, group in enumerate(members):
            if str(group) not in known:
                message = (
                    f"no group is called {shown(group)}{nearest(str(group), known)}; groups.yaml has {listed(known)}"
                )
                row = rows.get(f"{place}.{index}")
                found.append(finding(LintCode.UNKNOWN_GROUP, message, file=shown_as, row=row, column=place))
    return found


def _yaml(file: Path, shown_as: str) -> tuple[object, list[Finding]]:
    """What a YAML file holds (an empty mapping where there is none), or None and why it cannot be read."""
    if not file.is_file():
        return {}, []
    try:
        return ruamel.yaml.YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8")) or {}, []
    except UnicodeDecodeError:
        return None, [finding(LintCode.NOT_UTF8, "this is no UTF-8; save it as UTF-8", file=shown_as)]
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(str(error.problem or error.context or "it cannot be read").split())
        if "duplicate key" in problem:  # the rest of this message shows both values, which may be secrets
            problem = "a key stands here a second time"
        row = mark.line + 1 if mark else None
        return None, [finding(LintCode.BROKEN_YAML, f"this is no YAML: {problem}", file=shown_as, row=row)]
    except YAMLError as error:
        problem = " ".join(str(error).split())
        return None, [finding(LintCode.BROKEN_YAML, f"this is no YAML: {problem}", file=shown_as)]
