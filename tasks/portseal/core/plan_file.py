"""A plan to and from its file: what was reviewed is what is applied, or nothing is."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Final, Literal, TypeVar

from pydantic import ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import to_json

from portseal.core.errors import InputError, PlanError
from portseal.core.json_pieces import JsonPieces
from portseal.core.model import Value
from portseal.core.one_by_one import OneByOne
from portseal.core.planning import SwitchPlan

SCHEMA: Final = 2
"""Since 2, a plan knows of each port whose it is and what it is before and after, in words."""


def _as_it_is(given: object, validate: ValidatorFunctionWrapHandler) -> Sequence[SwitchPlan]:
    return given if isinstance(given, OneByOne) else tuple(validate(given))


Switches = Annotated[Sequence[SwitchPlan], WrapValidator(_as_it_is)]
"""A tuple, or, where there may be many, what gives one at a time."""


class Plan(Value):
    """What will be done to a site's switches, as reviewed."""

    schema_version: Literal[2] = SCHEMA
    portseal: str
    """Version that made the plan."""
    site: str
    created: datetime
    expires: datetime
    switches: Switches
    unread: dict[str, str] = {}
    """Switch → why it could not be planned; nothing will be done to it."""

    @property
    def changes(self) -> bool:
        """Whether there is anything to send."""
        return any(switch.changes for switch in self.switches)

    @property
    def complete(self) -> bool:
        """Whether every switch was read and no port was left out."""
        return not self.unread and not any(switch.refusals for switch in self.switches)

    @property
    def changing(self) -> Sequence[SwitchPlan]:
        """The switches that there is something to send to."""
        return self.only(frozenset(switch.switch for switch in self.switches if switch.changes)).switches

    def only(self, names: Collection[str]) -> Plan:
        """The same plan, with those of its switches that are called so."""
        every = self.switches
        few = every.only(names) if isinstance(every, OneByOne) else tuple(s for s in every if s.switch in names)
        return self.model_copy(update={"switches": few})


def make_plan(
    *,
    version: str,
    site: str,
    now: datetime,
    valid: timedelta,
    switches: Sequence[SwitchPlan],
    unread: dict[str, str],
) -> Plan:
    """The plan of a site, valid for `valid` from `now` (with its time zone)."""
    return Plan(portseal=version, site=site, created=now, expires=now + valid, switches=switches, unread=unread)


def dump_plan(plan: Plan) -> str:
    """The plan as the text of its file, with the digest of all it says."""
    return "".join(plan_text(plan))


def plan_text(plan: Plan) -> Iterator[str]:
    """The same piece by piece, one a switch, each taken once, so that the plan of many is never in memory as a whole."""
    head = _head(plan)
    digest = _Digest(head)
    before, here, _ = _indented({**head, "digest": ""}).partition(_NONE)
    if not plan.switches:
        yield _indented({**head, "digest": digest.whole()}) + "\n"
        return
    yield f"{before}{here[:-1]}"
    for number, switch in enumerate(plan.switches):
        content = switch.model_dump(mode="json")
        digest.add(content)
        text = _indented(content).replace("\n", "\n  ")
        yield f"{',' * (number > 0)}\n  {text}"
    _, _, after = _indented({**head, "digest": digest.whole()}).partition(_NONE)
    yield f"\n ]{after}\n"


_NONE: Final = '"switches": []'


def _indented(content: object) -> str:
    """As `json.dumps` would, in a sixth of its time: with an indentation that has no C in it."""
    return to_json(content, indent=1).decode()


def load_plan(
    text: str | Iterable[str], *, name: str, now: datetime, kept: MutableMapping[str, SwitchPlan] | None = None
) -> Plan:
    """The plan that a file holds; as `read_plan` reads it.

    Raises:
        PlanError: the file is damaged, was changed after it was written, or has expired.
    """
    plan = read_plan(text, name=name, kept=kept)
    if now > plan.expires:
        raise PlanError(f"{name}: the plan expired at {plan.expires:%Y-%m-%d %H:%M %Z}; make it again and review that")
    return plan


def read_plan(text: str | Iterable[str], *, name: str, kept: MutableMapping[str, SwitchPlan] | None = None) -> Plan:
    """The plan that a text holds, which may come in pieces, expired or not.

    With `kept`, its switches are put in there and taken from there one by one, so that there need not be all of them in memory.

    Raises:
        PlanError: it is damaged, or was changed after it was written.
    """
    there: MutableMapping[str, SwitchPlan] = {} if kept is None else kept
    names: list[str] = []
    changed = False

    def take(content: object, before: Mapping[str, object]) -> None:
        nonlocal changed
        if "schema_version" in before:
            _same_schema(before["schema_version"], before.get("portseal"), name)
        switch = _valid(SwitchPlan, content, name, f"switches.{len(names)}")
        changed = changed or switch.model_dump(mode="json") != content
        if switch.switch in there:
            raise ValueError(f"{switch.switch} stands in it twice")
        there[switch.switch] = switch
        names.append(switch.switch)

    try:
        head = JsonPieces([text] if isinstance(text, str) else text).read("switches", take)
        digest = head.pop("digest")
        _same_schema(head["schema_version"], head.get("portseal"), name)
    except (ValueError, KeyError) as error:
        raise PlanError(
            f"{name}: not a plan of portseal, or damaged; make it again with `portseal plan -o {name}`"
        ) from error
    plan = _valid(Plan, {**head, "switches": ()}, name)
    changed = changed or _head(plan) != {**head, "switches": []}
    switches = tuple(there[each] for each in names) if kept is None else OneByOne(names, kept.__getitem__)
    plan = plan.model_copy(update={"switches": switches})
    if changed or digest != digest_of(plan):
        raise PlanError(f"{name}: the plan was changed after it was made; make it again and review that")
    return plan


V = TypeVar("V", bound=Value)


def _valid(kind: type[V], content: object, name: str, place: str = "") -> V:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, (*([place] if place else []), *first["loc"])))
        raise PlanError(f"{name}: damaged at {where} ({first['msg']}); make the plan again") from error


def of_this_site(plan: Plan, switches: Collection[str], *, name: str) -> None:
    """See that `plan`, called `name`, is about no switch but these of the site.

    Raises:
        InputError: it is; says which.
    """
    if strangers := sorted({switch.switch for switch in plan.switches}.difference(switches)):
        raise InputError(f"{name}: the site has no switch {', '.join(strangers)}; is this the plan of another site?")


def _same_schema(schema: object, version: object, name: str) -> None:
    if isinstance(schema, int) and schema != SCHEMA:
        raise PlanError(
            f"{name}: written by portseal {version!r} in form {schema}, this one reads form {SCHEMA}; "
            "make the plan again, or carry it out with the version that made it"
        )


def digest_of(plan: Plan) -> str:
    """The digest of all that a plan says, as it stands in its file."""
    found = _Digest(_head(plan))
    for switch in plan.switches:
        found.add(switch.model_dump(mode="json"))
    return found.whole()


def _head(plan: Plan) -> dict[str, object]:
    """All but the switches, in whose place nothing stands."""
    return plan.model_copy(update={"switches": ()}).model_dump(mode="json")


class _Digest:
    """Of the canonical JSON of the whole, which is never put together."""

    def __init__(self, head: Mapping[str, object]) -> None:
        """`head`: all but the switches."""
        before, here, self._after = _canonical(head).partition('"switches":[]')
        self._found = sha256(f"{before}{here[:-1]}".encode())
        self._comma = ""

    def add(self, switch: object) -> None:
        """The next switch."""
        self._found.update(f"{self._comma}{_canonical(switch)}".encode())
        self._comma = ","

    def whole(self) -> str:
        """The digest, once all are added."""
        whole = self._found.copy()
        whole.update(f"]{self._after}".encode())
        return whole.hexdigest()


def _canonical(content: object) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
