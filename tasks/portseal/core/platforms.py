"""A platform folder in, `Pack` out: everything portseal knows of one vendor's operating system.

A folder holds `platform.toml` and any further `*.toml` beside it (one description in several files: no table may stand in
two of them), the Jinja2 templates `switch.j2` and `port.j2`, and the TextFSM templates that its `[[show]]` tables name.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import StringConstraints, ValidationError

from portseal.core.errors import PlatformError
from portseal.core.evidence import Evidence
from portseal.core.key_rules import Keys
from portseal.core.model import Name, Value

Pattern = Annotated[str, StringConstraints(min_length=1)]
"""A regular expression, searched in one line without its indentation. `<port>` and `<radius-address>` stand for the
switch's managed ports and RADIUS server addresses."""

Lineage = tuple[Pattern, ...]
"""One pattern a level, from the outermost section inward."""


class Names(Value):
    """What other libraries call this platform."""

    netmiko: str
    napalm: str | None = None
    hier_config: str | None = None
    ntc_templates: str | None = None


class PortNames(Value):
    """How ports are spelt: the long form of each type with the short forms the switch itself prints."""

    types: dict[str, tuple[str, ...]]
    """`{GigabitEthernet = ["Gi", "Gig"]}`; any unambiguous beginning of the long form is understood as well."""
    number: Pattern
    """What may follow the type, e.g. `\\d+(/\\d+)*(\\.\\d+)?`."""


class Read(Value):
    """How the running configuration is read."""

    command: str
    comment: Pattern = r"^\s*[!#]"
    """Lines that are no configuration."""
    noise: tuple[Pattern, ...] = ()
    """Further lines that are no configuration (`Building configuration...`, `end`)."""
    verbatim: tuple[Pattern, ...] = ()
    """Lines that begin free text (a banner); group `end` has the text whose next occurrence ends it."""
    complete: Pattern | None = None
    """A line that the whole configuration ends with; without it the reading was cut and nothing is concluded."""


class Owned(Value):
    """Lines that are ours to add and remove; a matching section is ours with all it holds."""

    match: Lineage
    keep: bool = False
    """Added and changed, never removed (a removed access VLAN would move the port to VLAN 1)."""


class Order(Value):
    """A place in the order of lines within their section: lower weights are sent first, what is not listed has 500."""

    match: Lineage
    """Matched against the line as it is sent, so a removal is `^no ...`."""
    weight: int


class Negate(Value):
    """How a line is taken away where `no <line>` is not right; `use` may hold `\\1`."""

    match: Lineage
    search: Pattern
    use: str


class SecretPlace(Value):
    """Where a secret stands in the configuration: `(?P<secret>)` and, where shown, `(?P<encoding>)`."""

    match: Lineage
    """The last pattern has the groups; both sides are compared with the encoding cut out and the secret fingerprinted."""
    encodings: dict[str, Literal["plain", "type7", "opaque"]]
    """By the text of group `encoding` (`""`: none shown); one that is not listed is opaque."""
    hexadecimal: bool = False
    """The secret is a number in hexadecimal digits, so that its case does not matter."""
    allowed: Pattern = r"^[!-~]+$"
    """What a secret must look like to be typed here without being taken for something else."""


class Forbid(Value):
    """A line on a port that makes it none of our business."""

    match: Pattern
    code: Literal["trunk", "lag-member", "routed", "uplink", "other"]
    reason: str


class Require(Value):
    """A line the running configuration must have before anything is pushed."""

    match: Lineage
    code: str
    reason: str
    absent: bool = False
    """The line must *not* be there (somebody else's method list, say)."""
    unless_option: str | None = None
    """Not required where this host option is true."""


class Errors(Value):
    """What an objection or a question looks like in the output of a configuration line."""

    patterns: tuple[Pattern, ...]
    questions: tuple[Pattern, ...] = ()
    harmless: tuple[Pattern, ...] = ()
    """Output that matches an error pattern and is none."""


class Strategy(StrEnum):
    """The closed set of commit strategies (docs/architecture.md)."""

    COMMIT_CONFIRMED = "commit-confirmed"
    SESSION_TIMER = "session-timer"
    REVERT_TIMER = "revert-timer"
    CHECKPOINT_AUTO = "checkpoint-auto"
    COMMIT_DELAY = "commit-delay"
    FILE_SWAP = "file-swap"
    CHECKPOINT_ROLLBACK = "checkpoint-rollback"


class Commit(Value):
    """How a change is armed, confirmed and undone; `{minutes}` and `{seconds}` are the timer."""

    strategy: Strategy
    precheck: str | None = None
    """Command whose output must not match `precheck_refuse` before a change is begun."""
    precheck_refuse: tuple[Pattern, ...] = ()
    precheck_reason: str = ""
    pending: str | None = None
    """Command that shows whether a timer runs."""
    pending_none: Pattern | None = None
    """What `pending` prints when none does; anything else is somebody's unconfirmed change."""
    arm: str
    """Sent as the first line of the change; for `file-swap` a command of its own before the files are written."""
    leave: str | None = None
    """Leaves configuration mode."""
    activate: str | None = None
    """`file-swap`: makes the written files take effect."""
    confirm: str
    revert: str
    save: str | None = None
    minutes: tuple[int, int] = (1, 120)
    """Shortest and longest timer the platform takes."""


class Files(Value):
    """`file-swap` only: the owned configuration is a set of files, each a section `file PATH` of lines."""

    write: str
    """Command that writes `{content}` (quoted for the shell) to `{path}`."""
    remove: str
    section: Pattern = r"^file (?P<path>\S+)$"


class Kind(StrEnum):
    """What the rows of a show command are about."""

    LINK = "link"
    ERRDISABLE = "errdisable"
    SESSION = "session"
    SESSION_DETAIL = "session-detail"
    MKA = "mka"
    COUNTERS = "counters"
    MAC = "mac"
    OTHER = "other"
    """Parsed for people and tools; nothing is concluded from it."""


class Show(Value):
    """A show command we understand."""

    commands: tuple[str, ...]
    """As one types it; `<interface>`, `<mac>`, `<session>`, `<any>` stand for an argument, `[...]` for what may be left out."""
    template: str
    """TextFSM file in this folder; its Value names, lower-cased, are our field names."""
    kind: Kind = Kind.OTHER
    empty: tuple[Pattern, ...] = ()
    """A line that means: understood, and there is none; `^$` where the command then prints nothing at all."""
    count: Pattern | None = None
    """A line that says in group `count` how many rows there are; with another number of them the output was cut."""
    evidence: Evidence
    source: str


class Observe(Value):
    """A command sent to learn the state of ports, by its text; it must be one that a `[[show]]` understands."""

    command: str
    """With `{port}` it is sent once a port, all in one batch."""
    when: Literal["always", "macsec"] = "always"
    twice: bool = False
    """Read again after a pause: counters that must rise."""


class Capability(Value):
    """Values of one intent field that this platform can do, and how that is known."""

    feature: str
    """Dotted field of `PortIntent` or `SwitchIntent`, e.g. `dot1x.host_mode`."""
    values: tuple[str, ...]
    support: Literal["yes", "experimental"] = "yes"
    evidence: Evidence
    source: str
    note: str = ""


class Conflict(Value):
    """A combination the platform cannot do: every field has one of the values listed for it."""

    when: dict[str, tuple[str, ...]]
    reason: str
    source: str


class Pack(Value):
    """One platform."""

    schema_version: Literal[1]
    name: Name
    title: str
    names: Names
    ports: PortNames
    read: Read
    owned: tuple[Owned, ...]
    order: tuple[Order, ...] = ()
    idempotent: tuple[Lineage, ...] = ()
    negate: tuple[Negate, ...] = ()
    defaults: tuple[Lineage, ...] = ()
    """Lines the switch may hide because they are its defaults: present and absent mean the same."""
    secrets: tuple[SecretPlace, ...] = ()
    forbid: tuple[Forbid, ...] = ()
    require: tuple[Require, ...] = ()
    port_section: Pattern
    """A port's section: `^interface (?P<port>\\S+)$`."""
    negation: str = "no "
    exit: str = "exit"
    errors: Errors
    commit: Commit
    files: Files | None = None
    words: dict[str, dict[str, tuple[str, ...]]] = {}
    """Field of a kind (`session.status`) → our word → the vendor's words for it."""
    show: tuple[Show, ...] = ()
    observe: tuple[Observe, ...] = ()
    capability: tuple[Capability, ...] = ()
    conflict: tuple[Conflict, ...] = ()
    keys: Keys | None = None
    """None: nothing is known of static keys here, so that none is generated or rotated."""
    option: dict[str, str] = {}
    """Host options this platform reads, with what they do."""


def shipped_folder() -> Path:
    """The folder that holds the platform folders of this installation."""
    import portseal_platforms

    return Path(portseal_platforms.__path__[0])


def platform_folders(*extra: Path) -> dict[str, Path]:
    """Every platform folder by name; a folder in `extra` (a site's own) stands in front of the shipped one."""
    found: dict[str, Path] = {}
    for root in (shipped_folder(), *extra):
        if root.is_dir():
            found.update({path.parent.name: path.parent for path in sorted(root.glob("*/platform.toml"))})
    return found


def load_pack(folder: Path) -> Pack:
    """The platform that `folder` describes.

    Raises:
        PlatformError: the folder is not there, or its description is wrong; the message has every mistake.
    """
    merged: dict[str, Any] = {}
    files = [folder / "platform.toml", *sorted(p for p in folder.glob("*.toml") if p.name != "platform.toml")]
    for file in files:
        try:
            part = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise PlatformError(f"{file}: {error}") from error
        if twice := sorted(merged.keys() & part.keys()):
            raise PlatformError(f"{file}: {', '.join(twice)} stands in another file of this platform already")
        merged.update(part)
    try:
        pack = Pack.model_validate(merged)
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise PlatformError(f"{folder}: {len(lines)} mistakes in the description\n" + "\n".join(lines)) from error
    if pack.name != folder.name:
        raise PlatformError(f"{folder}: the description is named {pack.name!r}; it must be named as its folder")
    return pack
