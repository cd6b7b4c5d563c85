"""Pages: one file that needs nothing else, says everything, and takes nothing from outside for markup."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rig.samples import NOON, records

from portseal.cli.pages import ready_for
from portseal.core.errors import InputError
from portseal.core.plan_file import Plan, make_plan
from portseal.core.planning import Refusal, SwitchPlan
from portseal.core.reasons import Reason
from portseal.core.steps import SWITCH_WIDE, Risk, Step
from portseal.core.words import PortStory
from portseal.page.faceplate import banks
from portseal.page.report import report_page
from portseal.page.review import review_page
from portseal.page.sides import side_by_side
from portseal.page.timeline import Schedule, ShownWave

EVIL = "</script><script>alert(1)</script>"


def numbers(ports: list[str], first: int = 1) -> list[list[list[str]]]:
    """Of each bank, what stands on the ports of each row; a gap is a dot, one for several is the number it stands for."""
    return [
        [[place.number or ("." if place.missing == 1 else str(place.missing)) for place in row] for row in bank.rows]
        for bank in banks(ports, first=first)
    ]


def test_odd_ports_stand_above_even_ones() -> None:
    ports = [f"GigabitEthernet1/0/{n}" for n in range(1, 49)]
    (bank,) = numbers(ports)
    assert bank == [[str(n) for n in range(1, 49, 2)], [str(n) for n in range(2, 49, 2)]]
    assert banks(ports)[0].label == "GigabitEthernet1/0/"


@pytest.mark.parametrize(
    ("ports", "first"),
    [
        (["ge-0/0/0", "ge-0/0/1", "ge-0/0/12"], 1),
        (["ge-0/0/1", "ge-0/0/2", "ge-0/0/12"], 0),
        (["lan1", "lan2", "lan8"], 1),
    ],
)
def test_ports_that_count_from_zero_or_are_few_stand_in_one_row(ports: list[str], first: int) -> None:
    (bank,) = numbers(ports, first)
    assert len(bank) == 1


def test_members_of_a_stack_and_modules_are_apart_and_in_order() -> None:
    ports = ["Gi10/0/1", "Gi2/0/1", "Te1/1/1", "1/1/1", "Ethernet1", "swp3", "mgmt"]
    assert [bank.label for bank in banks(ports)] == ["1/1/", "Ethernet", "Gi2/0/", "Gi10/0/", "Te1/1/", "swp", ""]


def test_a_number_between_two_ports_is_a_gap_and_a_long_gap_is_told_with_its_length() -> None:
    assert numbers(["1/1/9", "1/1/12"]) == [[["9", "."], [".", "12"]]]
    assert numbers(["1/1/1", "1/1/48"]) == [[["1", "44", "."], [".", "0", "48"]]]


@given(
    st.lists(st.from_regex(r"(Gi|ge-|swp|eth|x)?(\d{1,2}/){0,2}\d{0,5}(\.\d)?", fullmatch=True), unique=True),
    st.sampled_from([0, 1]),
)
@example(["Gi1/0/7", "Gi1/0/007", "Gi1/0/9000", "wan", ""], 1)
def test_no_port_is_invented_and_none_is_lost(ports: list[str], first: int) -> None:
    ports = [port for port in ports if port]
    drawn = banks(ports, first=first)
    assert sorted(place.port for bank in drawn for row in bank.rows for place in row if place.port) == sorted(ports)
    assert all(len({len(row) for row in bank.rows}) == 1 for bank in drawn)
    assert all(
        place.number and place.port.endswith(place.number.lstrip("0") or "0")
        for bank in drawn
        for row in bank.rows
        for place in row
        if place.port
    )


def test_a_line_stands_beside_the_one_whose_place_it_takes() -> None:
    assert side_by_side(["-a", "-b", "+c", " d", "+e"]) == (("a", "c"), ("b", ""), ("d", "d"), ("", "e"))


def content(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def plan(**changes: object) -> Plan:
    """One switch, two ports of which one changes."""
    port = "GigabitEthernet1/0/1"
    values: dict[str, object] = {
        "switch": "acc-01",
        "platform": "some_os",
        "ports": (port, "GigabitEthernet1/0/2"),
        "running_digest": "",
        "rendered_digest": "",
        "secrets": {},
        "steps": (Step(scope=port, lines=(f"interface {port}", " access closed")),),
        "undo": (Step(scope=port, lines=(f"interface {port}", " access open")),),
        "risks": (Risk(code="timer", scope=SWITCH_WIDE, message=f"mind {EVIL}"),),
        "refusals": (Refusal(scope="GigabitEthernet1/0/3", code="trunk", reason=f"is a trunk {EVIL}"),),
        "diff": f" interface {port}\n- access open\n+ access closed {EVIL}",
        "diff_scopes": (port,),
        "stories": (
            PortStory(
                port=port,
                camera=EVIL,
                mac="ac:cc:8e:00:00:01",
                location=f"yard, {EVIL}",
                before={"dot1x.mode": "monitor", "macsec.policy": "off"},
                after={"dot1x.mode": "closed", "macsec.policy": "off"},
            ),
            PortStory(port="GigabitEthernet1/0/2", camera="cam-2"),
            PortStory(port="GigabitEthernet1/0/3", camera="cam-3"),
        ),
        **changes,
    }
    return make_plan(
        version="0.1",
        site="campus",
        now=NOON,
        valid=timedelta(hours=72),
        switches=(SwitchPlan.model_validate(values),),
        unread={"acc-09": f"acc-09: no answer {EVIL}"},
    )


def test_nothing_from_outside_becomes_markup() -> None:
    looked = records(1, 6, names={0: EVIL, 1: '"><img src=x onerror=alert(1)>'})
    looked = tuple(each.model_copy(update={"location": EVIL, "detail": f"saw {EVIL}"}) for each in looked)
    for page in (
        report_page(looked, site=EVIL, version="0.1", now=NOON, unread={EVIL: EVIL}),
        review_page(plan()),
    ):
        assert "<script>alert" not in page
        assert "<img" not in page
        assert len(re.findall("<script", page)) == len(re.findall("</script", page)) == 2
        assert any(EVIL in text for text in content(page)["texts"])  # type: ignore[attr-defined]


def test_a_page_asks_for_nothing_and_runs_only_what_is_its_own() -> None:
    page = review_page(plan())
    assert (
        re.findall(r"\b(?:src|data|action|srcset|poster)=", page.partition("<body>")[2].partition("<script")[0]) == []
    )
    assert not re.search(r"url\(|@import|fetch\(|XMLHttp|https?://|<link|style=|onclick", page)
    assert "default-src 'none'; style-src 'sha256-" in html.unescape(page)


def test_what_matters_is_readable_without_scripts() -> None:
    page = review_page(plan(), saved="plan.json").partition('<script type="application/json"')[0]
    for told in (
        "1 of 2 switches and 1 port change",
        "portseal apply plan.json",
        "802.1X: monitor → closed",
        "access open",
        "is a trunk",
        "acc-09: no answer",
        "Pattern A: 1 switch, 1 port",
    ):
        assert told in page


def test_ports_are_told_with_their_state() -> None:
    page = review_page(plan())
    assert re.search(
        r'class="p ch"[^>]*aria-label="GigabitEthernet1/0/1, [^"]*: changes, 802.1X: monitor → closed"', page
    )
    assert re.search(r'class="p sa"[^>]*aria-label="GigabitEthernet1/0/2, cam-2: stays"', page)
    assert re.search(r'class="p no"[^>]*aria-label="GigabitEthernet1/0/3, cam-3: left out"', page)


def test_a_plan_that_nothing_comes_of_says_so() -> None:
    nothing = plan(steps=(), undo=(), diff="", diff_scopes=(), refusals=(), risks=())
    page = review_page(nothing.model_copy(update={"unread": {}}))
    assert "Nothing to do: all 1 switches are as the inventory wants them." in page
    assert "Nothing would be sent" in page


def test_waves_are_told_and_drawn() -> None:
    later = NOON + timedelta(minutes=1)
    waves = (
        ShownWave(1, ("acc-01",), NOON, later, NOON + timedelta(minutes=6), 1, 1, 9),
        ShownWave(2, ("acc-02",), later, later, later + timedelta(minutes=6), 4, 4, 30),
    )
    page = review_page(plan(), schedule=Schedule("the playbook `seal`", waves, ("Window: tonight.",)))
    assert page.count('class="worst"') == 2
    assert "the playbook <code>seal</code>" in page
    assert "Wed 2026-11-25 12:00:00" in page


def test_a_report_names_every_port_that_does_not_pass_with_its_reason_and_what_to_do() -> None:
    looked = records(6, 12, bad=4)
    page = report_page(looked, site="campus", version="0.1", now=datetime(2026, 11, 25, tzinfo=UTC))
    before = page.partition('<script type="application/json"')[0].partition('id="everything"')[0]
    bad = [each for each in looked if each.outcome != "pass"]
    assert len({each.reason for each in bad}) > 2
    assert [each.camera for each in bad if each.camera not in before] == []


def test_a_port_that_passes_because_nothing_is_enforced_looks_otherwise_than_one_that_is_sealed() -> None:
    one, other = records(1, 6, bad=100)[4:]
    other = other.model_copy(update={"reason": Reason.MONITOR_ONLY})
    page = report_page((one, other), site="campus", version="0.1", now=NOON)
    assert "All 2 camera ports are as intended (1 of them not enforced yet)." in page
    assert re.search(rf'class="p mo"[^>]*aria-label="{other.port}, {other.camera}: pass, monitor-only"', page)


def test_a_report_has_no_key_by_its_name() -> None:
    page = report_page(records(3, 4), site="campus", version="0.1", now=NOON)
    assert "‹hmac:" in json.dumps(content(page), ensure_ascii=False)
    assert [f"{number:016x}" for number in range(4, 8) if f"{number:016x}" in page] == []


def test_where_no_page_can_be_written_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no directory"):
        ready_for(tmp_path / "none" / "review.html")
    with pytest.raises(InputError, match="is a directory"):
        ready_for(tmp_path)
    ready_for(tmp_path / "review.html")
    assert list(tmp_path.iterdir()) == []
