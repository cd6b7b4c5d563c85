"""A playbook in YAML in, what an engineer wants done out: every mistake of it at once, before anything connects."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from portseal.change.window import Duration, Window
from portseal.core.errors import InputError
from portseal.core.inventory import Stage
from portseal.core.model import Name, Text, Value
from portseal.core.steps import RiskCode
from portseal.core.waves import Share

Seconds = Annotated[int, Field(ge=0, le=3600)]


class Action(StrEnum):
    """What a playbook does."""

    AUDIT = "audit"
    """Reads and judges every port; writes to no switch."""
    SEAL = "seal"
    """Makes every targeted switch what the site says."""
    UNSEAL = "unseal"
    """Takes portseal's lines off every camera port of the targeted switches."""
    ROTATE_KEYS = "rotate-keys"
    """Replaces the static keys of the targeted cameras, link by link."""
    SWAP_CAMERA = "swap-camera"
    """Puts another camera in the place of one: its row in the inventory, and its port alone."""
    OPEN_PORT = "open-port"
    """Opens one port for a limited time; the switch closes it again by itself."""


class Targets(Value):
    """Which switches; everything that is given must hold."""

    switches: tuple[str, ...] = ()
    """Names, globs, `group:NAME`; none: all that have cameras."""
    locations: tuple[str, ...] = ()
    """Switches with a camera whose `location` begins so."""
    recorders: tuple[str, ...] = ()
    """Switches with a camera of one of these recorders."""


class Terms(Value):
    """On what terms each switch is changed; what is left out is the site's (`[apply]` in portseal.toml)."""

    timer_minutes: Annotated[int, Field(ge=1, le=120)] | None = None
    verify_seconds: Seconds | None = None
    accept_no_timer: bool = False
    """Also change switches that cannot undo a change by themselves."""
    accept: tuple[Annotated[str, Field(pattern=r"^[^:\s]+:\S+$")], ...] = ()
    """`SWITCH:PORT` of ports that may fail."""
    retries: Annotated[int, Field(ge=0, le=10)] = 0
    """How often a switch that cannot be reached is tried again."""
    ports_at_once: Annotated[int, Field(ge=0, le=1000)] = 0
    """So many ports of a switch are changed and verified before its next ones; 0: all at once."""
    second_login: bool = True
    """See before each confirmation that somebody can still log in."""
    second_check: bool = False
    """Verify once more after the whole run."""


class Waves(Value):
    """In which order switches are changed, and what stops it."""

    shares: tuple[Share, ...] = ("1", "10%", "100%")
    canaries: tuple[Name, ...] = ()
    failures: Share = "1"
    """So many failed switches of a wave end the run."""
    keep_finished: bool = True
    """False: where a wave fails, what earlier waves confirmed is taken back too."""
    pause: Duration | Literal[0] = 0
    """Between two waves, for people to look."""


class Gates(Value):
    """What keeps a run from being begun."""

    risks: tuple[RiskCode, ...] = ("opens-port", "no-self-undo")
    """Codes of risks that a plan must not have, unless they are in `accept_risks`."""
    accept_risks: tuple[RiskCode, ...] = ()
    refusals: Literal["block", "warn"] = "block"
    """Whether ports that the plan leaves out keep it from being carried out."""
    unread: Literal["block", "warn"] = "block"
    """Whether switches that could not be read do."""
    preflight: dict[str, Literal["block", "warn", "ignore"]] = {}
    """Code of a preflight finding → what it means here; what is not listed is as the finding says."""


class Approval(Value):
    """Whose signature a plan needs (`portseal approve`)."""

    required: Annotated[int, Field(ge=0, le=5)] = 0
    by: tuple[Name, ...] = ()
    """Names of `[approvers]` in portseal.toml; none: any of them."""


class Notify(Value):
    """Where it is told how a run goes."""

    webhook: Annotated[str, Field(pattern=r"^(https://|http://(localhost|127\.0\.0\.1|\[::1\])[:/])\S+$")]
    on: tuple[Literal["begun", "wave", "stopped", "ended"], ...] = ("begun", "stopped", "ended")
    authorization: str | None = None
    """Secret reference of the `Authorization` header."""


class Reports(Value):
    """What is written at the end; `{run}` stands for the run's name."""

    json_file: str | None = Field(default=None, alias="json")
    junit: str | None = None
    html: str | None = None
    """One page for people, of what is seen at the end (docs/pages.md)."""
    evidence: str | None = None
    """An archive of evidence, in which what is seen at the end is kept as a signed bundle (docs/evidence.md)."""


class Playbook(Value):
    """One playbook."""

    schema_version: Literal[1]
    name: Name
    title: Text = ""
    action: Action
    targets: Targets = Targets()
    stage: Stage | None = None
    """`seal` only: ports come no further than this, whatever the inventory says."""
    plan: Literal["fresh", "given"] = "fresh"
    """`given`: only a reviewed plan is carried out (`--plan FILE`)."""
    approval: Approval = Approval()
    window: Window | None = None
    gates: Gates = Gates()
    waves: Waves = Waves()
    terms: Terms = Terms()
    open_for: Duration = 1800
    """`open-port` only."""
    reports: Reports = Reports()
    notify: tuple[Notify, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.approval.required and self.plan == "fresh":
            raise ValueError("approval needs `plan: given`: a plan that was made just now was signed by nobody")
        if self.approval.by and len(self.approval.by) < self.approval.required:
            raise ValueError("approval.required asks for more signatures than approval.by has names")
        if self.action in (Action.SWAP_CAMERA, Action.OPEN_PORT) and self.plan == "given":
            raise ValueError(f"{self.action} makes its own plan for one port")
        if self.open_for > 7200 or self.open_for % 60:
            raise ValueError(
                "open_for is a number of whole minutes, at most 2h: the switch's own timer closes the port"
            )
        return self


def load_playbook(path: Path) -> Playbook:
    """The playbook in a file.

    Raises:
        InputError: the file cannot be read or has mistakes; the message has every one, with its place.
    """
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from error
    except (YAMLError, ValueError, TypeError) as error:
        raise InputError(f"{path}: no YAML ({' '.join(str(error).split())})") from error
    if not isinstance(content, dict):
        raise InputError(
            f"{path}: empty, or no table of settings; see playbooks/seal-cameras.yaml for one that is whole"
        )
    try:
        return Playbook.model_validate(content)
    except ValidationError as error:
        told = [
            f"  {'.'.join(map(str, e['loc'])) or 'playbook'}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        ]
        raise InputError(f"{path}: {len(told)} mistakes\n" + "\n".join(told)) from error


def playbook_schema() -> dict[str, Any]:
    """The JSON Schema of playbooks, for editors (`playbooks/playbook.schema.json`)."""
    schema = Playbook.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
