"""A platform folder in, `Pack` out: everything portseal knows of one vendor's operating system.

A folder holds `platform.toml` and any further `*.toml` beside it (one description in several files: no table may stand in
two of them), the Jinja2 templates `switch.j2` and `port.j2`, and the TextFSM templates that its `[[show]]` tables name. It may
stand on another (`core/platform_files.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from portseal.core.api import Api
from portseal.core.commit import Commit, Files, Strategy
from portseal.core.elsewhere import Alias, Listed
from portseal.core.encodings import Encoding
from portseal.core.errors import PlatformError
from portseal.core.evidence import Evidence
from portseal.core.key_rules import Keys
from portseal.core.model import Name, Value
from portseal.core.paths import Paths
from portseal.core.pattern import Lineage, Pattern
from portseal.core.platform_files import description, platform_folders, shipped_folder
from portseal.core.preflight_checks import PreflightCheck, Unasked
from portseal.core.shows import Kind, Narrow, Observe, Show
from portseal.core.wording_rules import Follow, Meaning

_NUMBER = 12
"""Characters that a port's number has at most (`1/0/48.4094`)."""

__all__ = [
    "Api",
    "Capability",
    "Commit",
    "Conflict",
    "Errors",
    "Evidence",
    "Files",
    "Forbid",
    "Keys",
    "Kind",
    "Lineage",
    "Names",
    "Narrow",
    "Negate",
    "Observe",
    "Order",
    "Owned",
    "Pack",
    "Paths",
    "Pattern",
    "PortNames",
    "Probe",
    "Read",
    "Refused",
    "Require",
    "SecretPlace",
    "Show",
    "Strategy",
    "Terminal",
    "load_pack",
    "platform_folders",
    "shipped_folder",
]


class Names(Value):
    """What other libraries call this platform."""

    netmiko: str
    napalm: str | None = None
    hier_config: str | None = None
    ntc_templates: str | None = None
    privileged: bool = True
    """Whether netmiko's privileged mode is one of the switch's own; where it is configuration mode, a login is taken as it comes."""


class Terminal(Value):
    """`[terminal]`: how a terminal is prepared in one write; without it netmiko does that, command by command."""

    prompt: Pattern
    """The end of the prompt that a login must lead to for that (`#$`); at any other, netmiko prepares and enters the privileged mode."""
    prepare: Annotated[tuple[str, ...], Field(min_length=1)]
    """Commands that switch paging off and make lines as wide as they go; each is echoed and answers with nothing to object to."""


class PortNames(Value):
    """How ports are spelt: the long form of each type with the short forms the switch itself prints."""

    types: dict[str, tuple[str, ...]]
    """`{GigabitEthernet = ["Gi", "Gig"]}`; any unambiguous beginning of the long form is understood as well."""
    number: Pattern
    """What may follow the type, e.g. `\\d+(/\\d+)*(\\.\\d+)?`."""
    unit: Pattern | None = None
    """What may stand behind the number and still mean the port itself (`\\.0`, its only logical interface)."""
    first: Literal[0, 1] = 1
    """The number of a module's first port."""
    listed: bool = True
    """Every port of the switch stands in its running configuration; where not, one that is missing may be there all the same."""


class Read(Value):
    """How the running configuration is read."""

    command: str
    comment: Pattern = r"^\s*[!#]"
    """Lines that are no configuration."""
    separator: Pattern | None = None
    """A line that ends every section, so that the next one stands at the top however far it is indented."""
    noise: tuple[Pattern, ...] = ()
    """Further lines that are no configuration (`Building configuration...`, `end`)."""
    verbatim: tuple[Pattern, ...] = ()
    """Lines that begin free text (a banner); group `end` has the text whose next occurrence ends it."""
    verbatim_end: str | None = None
    """The line that ends free text whose beginning has no group `end` (`EOF`)."""
    complete: Pattern | None = None
    """A line that the whole configuration ends with; without it the reading was cut and nothing is concluded."""


class Owned(Value):
    """Lines that are ours to add and remove; a matching section is ours with all it holds."""

    match: Lineage
    keep: bool = False
    """Added and changed, never removed (a removed access VLAN would move the port to VLAN 1)."""
    named_by: Lineage = ()
    """A line of ours with the group `addresses`: the servers that it names count as `<radius-address>` as well, so that one
    that is not used any more goes away."""


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
    encodings: dict[str, Encoding]
    """By the text of group `encoding` (`""`: none shown); one that is not listed is opaque."""
    hexadecimal: bool = False
    """The secret is a number in hexadecimal digits, so that its case does not matter."""
    typed: str = ""
    """What has to stand in front of a secret in the clear where it is typed (`simple `), and is not shown so; the same for every
    place of a platform that may hold the same secret."""
    allowed: Pattern = r"^[!-~]+$"
    """What a secret must look like to be typed here without being taken for something else."""


class Forbid(Value):
    """A line on a port that makes it none of our business."""

    match: Pattern
    section: Pattern = "^"
    """In which of the port's sections it counts; in all of them where nothing is said."""
    code: Literal["trunk", "lag-member", "routed", "uplink", "other"]
    reason: str


class Require(Value):
    """A line the running configuration must have before anything is pushed."""

    match: Lineage
    code: str
    reason: str
    """Told to the engineer; `{why}` in it is the text of the line's group `why`."""
    when: dict[str, tuple[str, ...]] = {}
    """Fields of a port's intent with values, as in `[[conflict]]`: only such ports need it, and only they are left alone."""
    absent: bool = False
    """The line must *not* be there (somebody else's method list, say)."""
    unless_option: str | None = None
    """Not required where this host option is true."""


class Probe(Value):
    """A command whose output must say something before anything is planned or sent."""

    command: str
    expect: Pattern
    """A line of the output that says so; anything else, an objection too, is refused."""
    code: str
    reason: str


class Errors(Value):
    """What an objection or a question looks like in the output of a configuration line."""

    patterns: tuple[Pattern, ...]
    questions: tuple[Pattern, ...] = ()
    harmless: tuple[Pattern, ...] = ()
    """Output that matches an error pattern and is none."""


class Capability(Value):
    """Values of one intent field that this platform can do, and how that is known."""

    feature: str
    """Dotted field of `PortIntent` or `SwitchIntent`, e.g. `dot1x.host_mode`."""
    values: tuple[str, ...]
    """A text, or whole numbers from one to another: `0..65535`."""
    option: str | None = None
    """Claimed only where this host option is true."""
    support: Literal["yes", "experimental"] = "yes"
    evidence: Evidence
    source: str
    note: str = ""


class Conflict(Value):
    """A combination the platform cannot do: every field has one of the values listed for it."""

    when: dict[str, tuple[str, ...]]
    """By dotted field; `dot1x+mab` is a list that has both."""
    differ: tuple[str, ...] = ()
    """Fields; where it is not empty, there is a conflict only while their values are not the same."""
    reason: str
    source: str


class Refused(Value):
    """Values of one intent field that this platform cannot do, and why: told by lint beside what it can."""

    feature: str
    values: tuple[str, ...] = ("*",)
    reason: str
    source: str


class Note(Value):
    """Something of a platform that no rule holds and that whoever buys or runs the switch should know."""

    about: Literal["licence", "hardware", "release", "operation"]
    text: str
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
    sequence: tuple[Lineage, ...] = ()
    """Lines whose order among their like counts (servers are asked in it); the switch puts a new one last."""
    defaults: tuple[Lineage, ...] = ()
    """Lines the switch may hide because they are its defaults: present and absent mean the same."""
    secrets: tuple[SecretPlace, ...] = ()
    forbid: tuple[Forbid, ...] = ()
    listed: tuple[Listed, ...] = ()
    alias: tuple[Alias, ...] = ()
    require: tuple[Require, ...] = ()
    probe: tuple[Probe, ...] = ()
    preflight: tuple[PreflightCheck, ...] = ()
    unasked: tuple[Unasked, ...] = ()
    port_section: Pattern
    """A port's section: `^interface (?P<port>\\S+)$`; a port may have several, in different places."""
    paths: Paths | None = None
    """Where the configuration has a whole path on each line instead of nested sections."""
    negation: str = "no "
    exit: str = "exit"
    terminal: Terminal | None = None
    chatter: tuple[Pattern, ...] = ()
    """Lines that the command line prints around any output and that belong to none."""
    errors: Errors
    commit: Commit
    files: Files | None = None
    api: Api | None = None
    words: dict[str, dict[str, tuple[str, ...]]] = {}
    """Field of a kind (`session.status`) → our word → the vendor's words for it."""
    show: tuple[Show, ...] = ()
    observe: tuple[Observe, ...] = ()
    narrow: Narrow | None = None
    """None: this platform is always asked for whole outputs."""
    capability: tuple[Capability, ...] = ()
    conflict: tuple[Conflict, ...] = ()
    refused: tuple[Refused, ...] = ()
    keys: Keys | None = None
    """None: nothing is known of static keys here, so that none is generated or rotated."""
    meaning: tuple[Meaning, ...] = ()
    """What lines mean in the intent's words, so that a plan can say what a port was before; empty: nobody can tell."""
    follow: tuple[Follow, ...] = ()
    option: dict[str, str] = {}
    """Host options this platform reads, with what they do."""
    note: tuple[Note, ...] = ()
    sources: dict[str, str] = {}
    """What the abbreviations in `source` stand for."""

    @model_validator(mode="after")
    def _narrows_as_the_command_line_can(self) -> Self:
        port = f"{max(self.ports.types, key=len, default='')}{'0' * _NUMBER}"
        for entry in self.observe:
            if not entry.lines:
                continue
            if self.narrow is None:
                raise ValueError(
                    f"observe {entry.command!r} has `lines`, and no [narrow] says how a switch is asked for some"
                )
            typed = len(entry.command.replace("{port}", port) + self.narrow.tail(entry.lines))
            if typed > self.narrow.longest:
                raise ValueError(
                    f"observe {entry.command!r}: with its `lines` and a long port name it has {typed} characters, and "
                    f"the command line takes {self.narrow.longest}; give fewer or shorter `lines`"
                )
        return self


def load_pack(folder: Path) -> Pack:
    """The platform that `folder` describes.

    Raises:
        PlatformError: the folder is not there, or its description is wrong; the message has every mistake.
    """
    try:
        pack = Pack.model_validate(description(folder))
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise PlatformError(f"{folder}: {len(lines)} mistakes in the description\n" + "\n".join(lines)) from error
    if pack.name != folder.name:
        raise PlatformError(f"{folder}: the description is named {pack.name!r}; it must be named as its folder")
    return pack
