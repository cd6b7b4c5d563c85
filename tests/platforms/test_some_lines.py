"""Outputs of which a switch is asked for some lines only: the same is concluded from those, whatever was captured; and nothing is lost where that fails."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from contract.bench import Bench, simulated
from contract.profiles import packs, possible, standing_on
from contract.published import captures, typed
from pydantic import ValidationError

from portseal.core.claims import understood_by
from portseal.core.commands import as_sent, recognise
from portseal.core.errors import InputError
from portseal.core.observation import port_states
from portseal.core.parsing import parse
from portseal.core.platforms import Observe, Pack
from portseal.core.reasons import Outcome, Reason
from portseal.core.verdict import judge
from portseal.estate import Estate, open_estate
from portseal.observe import commands, observe
from portseal.transport.fake import FakeSession

GOLDEN = Path(__file__).parents[1] / "golden"
CUT = [(name, at) for name, (pack, _) in sorted(packs().items()) for at, each in enumerate(pack.observe) if each.lines]
REFUSED = "      ^\n% Invalid input detected at '^' marker.\n"


def kept(entry: Observe, text: str) -> str:
    """The lines that the switch is asked for."""
    return "".join(f"{line}\n" for line in text.splitlines() if any(each in line for each in entry.lines))


def seen(platform: str, entry: Observe) -> list[Path]:
    """Every capture of the command: our own, and published ones where they are."""
    pack = packs()[platform][0]
    found = []
    for layer in standing_on(platform):
        for file in sorted((GOLDEN / layer).glob("*/*.expected.json")):
            said = json.loads(file.read_text(encoding="utf-8"))
            if "rows" in said and recognise(pack, said["command"]).show is understood_by(pack, entry):
                found.append(file.with_name(file.name.replace(".expected.json", ".raw")))
    for raw in captures(platform):
        try:
            if recognise(pack, typed(platform, raw.parent.name)).show is understood_by(pack, entry):
                found.append(raw)
        except InputError:
            continue
    return found


@pytest.mark.parametrize(("platform", "at"), CUT)
def test_the_lines_asked_for_say_what_the_whole_says(platform: str, at: int) -> None:
    pack, folder = packs()[platform]
    entry = pack.observe[at]
    port = f"{next(iter(pack.ports.types))}1/0/1"
    whole, sent = (command.replace("{port}", port) for command in (entry.command, as_sent(pack, entry)))
    assert recognise(pack, sent).whole == whole
    files = seen(platform, entry)
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        some = kept(entry, text)
        assert port_states(pack, folder, {sent: some}) == port_states(pack, folder, {whole: text}), file
        rows, fewer = parse(pack, folder, whole, text), parse(pack, folder, sent, some)
        assert len(rows) == len(fewer)
        for row, less in zip(rows, fewer, strict=True):
            assert {name: value for name, value in less.items() if value not in (None, (), row[name])} == {}, file


@pytest.mark.parametrize(("platform", "at"), [each for each in CUT if each[0] in simulated()])
def test_a_simulated_switch_leaves_out_the_others(platform: str, at: int) -> None:
    bench = Bench(platform, possible(platform).choices)
    bench.apply()
    entry = bench.pack.observe[at]
    port = next(each.port for each in bench.intent.ports if each.macsec.policy != "off")
    short, sent = (command.replace("{port}", port) for command in (entry.command, as_sent(bench.pack, entry)))
    whole, some = bench.session.run([short, sent])
    assert re.sub(r"\d+", "N", some) == re.sub(r"\d+", "N", kept(entry, whole))
    assert 0 < len(some) < len(whole) / 3
    if platform == "cisco_iosxe":
        between, none, both = bench.session.run(
            [f"{short} | include {each}" for each in ("_SCI_", "\\d", "Cipher_|^ MAC")]
        )
        assert between
        assert all("SCI" in line for line in between.splitlines())
        assert all("d" in line for line in none.splitlines())  # a backslash makes no class of digits there
        assert [line.split()[0] for line in both.splitlines()] == ["MACsec", "Cipher"]


@pytest.mark.parametrize(("platform", "at"), CUT)
def test_only_the_very_lines_that_the_folder_names_are_understood(platform: str, at: int) -> None:
    pack = packs()[platform][0]
    sent = as_sent(pack, pack.observe[at]).replace("{port}", f"{next(iter(pack.ports.types))}1/0/1")
    others = [each.command for each in pack.observe if "{port}" not in each.command]
    tail = sent.removeprefix(recognise(pack, sent).whole)
    for wrong in (sent[:-1], f"{sent}|x", *(f"{other}{tail}" for other in others)):
        with pytest.raises(InputError):
            recognise(pack, wrong)


@pytest.mark.parametrize("platform", sorted(packs()))
def test_a_platform_that_stands_on_another_asks_for_the_same_lines_of_the_same_command(platform: str) -> None:
    for layer in standing_on(platform):
        below = {each.command: each.lines for each in packs()[layer][0].observe}
        own = {each.command: each.lines for each in packs()[platform][0].observe}
        assert {name: lines for name, lines in own.items() if below.get(name, lines) != lines} == {}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"lines": ["a_b"]}, "'a_b' may have letters"),
        ({"lines": ["Valid.*"]}, "may have letters"),
        ({"lines": [" pkts"]}, "may have letters"),
        ({"lines": ["x" * 250]}, "the command line takes 254"),
        ({"lines": ["x"], "narrow": None}, r"no \[narrow\] says how"),
    ],
    ids=str,
)
def test_lines_that_a_switch_could_take_for_something_else_are_refused(change: dict[str, object], told: str) -> None:
    pack = packs()["cisco_iosxe"][0].model_dump(by_alias=True)
    pack["observe"] = [each | {"lines": change["lines"]} for each in pack["observe"]]
    with pytest.raises(ValidationError, match=told):
        Pack.model_validate(pack | {key: value for key, value in change.items() if key == "narrow"})


@pytest.fixture(scope="module")
def estate(repository: Path) -> Estate:
    return open_estate(repository / "inventory" / "example-campus")


def session(estate: Estate, *, some: str, whole: str) -> FakeSession:
    """A switch that prints `some` where it is asked for some lines, `whole` where for all, and nothing else that is understood."""
    pack, ports = estate.pack("acc-01"), estate.intent("acc-01").ports
    asked = commands(pack, ports)
    narrowed = {command: some for command in asked if recognise(pack, command).whole != command}
    assert narrowed
    wholes = {recognise(pack, command).whole: whole for command in narrowed}
    return FakeSession("acc-01", {**dict.fromkeys(asked, ""), **narrowed, **wholes})


def test_a_switch_that_does_not_leave_lines_out_is_asked_for_all_of_them_and_so_from_then_on(estate: Estate) -> None:
    pack, ports = estate.pack("acc-01"), estate.intent("acc-01").ports
    text = (GOLDEN / "cisco_iosxe" / "show_macsec_interface" / "sealed.raw").read_text(encoding="utf-8")
    entry = next(each for each in pack.observe if each.lines)
    good = session(estate, some=kept(entry, text), whole="never asked for")
    expected = observe(good, ports, estate, pause=0.0)
    assert not any(recognise(pack, command).whole == command for command in good.commands[-3:])
    for objection in (REFUSED, ""):
        switch = session(estate, some=objection, whole=text)
        found = observe(switch, ports, estate, pause=0.0)
        assert (found.first, found.later) == (expected.first, expected.later)
        first, again = commands(pack, ports), commands(pack, ports, twice=True)
        wholes = [recognise(pack, command).whole for command in again]
        assert switch.commands == [*first, *wholes, *wholes]


def test_a_switch_that_answers_neither_is_unknown_with_its_objection_to_the_whole(estate: Estate) -> None:
    ports = estate.intent("acc-01").ports
    found = observe(session(estate, some="", whole="% Authorization failed.\n"), ports, estate, pause=0.0)
    for port in (each for each in ports if each.macsec.policy != "off"):
        state = found.later[port.port]
        assert any("Authorization failed" in problem for problem in state.unparsed)
        verdict = judge(port, found.first[port.port], state)
        assert (verdict.outcome, verdict.reason) == (Outcome.UNKNOWN, Reason.UNPARSED)
