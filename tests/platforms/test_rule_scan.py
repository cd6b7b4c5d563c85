"""The scanning TextFSM gives exactly what TextFSM gives: for every template on every capture, whole and mutilated."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from contract.profiles import packs, standing_on
from hypothesis import given, settings
from hypothesis import strategies as st
from textfsm import TextFSM, TextFSMError

from portseal.core.platform_files import platform_file
from portseal.core.rule_scan import RuleScan

GOLDEN = Path(__file__).parents[1] / "golden"
TEMPLATES = {
    (name, show.template): platform_file(folder, show.template).read_text(encoding="utf-8")
    for name, (pack, folder) in packs().items()
    for show in pack.show
    if show.template
}
LINES = {
    name: sorted(
        {
            line.rstrip()
            for layer in standing_on(name)
            for file in (GOLDEN / layer).glob("*/*.raw")
            for line in file.read_text(encoding="utf-8").splitlines()
        }
        | {"", " ", "%"}
    )
    for name in packs()
}
ODD = """\
Value Filldown PORT (\\S+)
Value Required,List MAC ([0-9a-f.]+)
Value PAIR ((?P<FIRST>\\d+)-(?P<SECOND>\\d+))
Value Fillup VLAN (\\d+)

Start
  ^${PORT} is up -> Continue
  ^(\\S+) is (up|down), \\1 -> Continue.Record
  ^${PORT} vlan ${VLAN} -> Record
  ^(?i:MAC)\\s+${MAC} -> Next
  ^clear -> Clear
  ^all -> Clearall
  ^more -> Record More
  ^end -> End
  ^\\s*$$
  ^. -> Error "unexpected"

More
  ^${PORT}\\s+${MAC} -> Continue.Record
  ^\\S+\\s+\\S+\\s+${PAIR}
  ^back -> Start
  ^. -> Error
"""
SCANNED = ODD.replace("Required,List MAC", "List MAC").replace("Fillup VLAN", "Required VLAN")
"""The same, as far as it is not left to TextFSM."""
AT_END = SCANNED.replace("Value Filldown PORT", "Value Required,Filldown PORT") + "\nEOF\n"
ODD_LINES = ["Gi1 is up", "Gi1 is up, Gi1", "Gi2 vlan 20", "mac 00aa.00bb", "MAC 00cc", "clear", "all", "more", "end"]
ODD_LINES += ["back", "Gi3 00dd", "Gi3 00ee 1-2", "", "strange", "Gi4 vlan 30"]


def outcome(machine: TextFSM | RuleScan, text: str) -> object:
    try:
        if isinstance(machine, RuleScan):
            return [[listed(value) for value in row] for row in machine.rows(text.splitlines())]
        machine.Reset()
        bare = "\n".join(line.rstrip() for line in text.splitlines())
        return [[listed(value) for value in row] for row in machine.ParseText(bare)]
    except TextFSMError as error:
        return str(error)


def listed(value: object) -> object:
    """TextFSM fills records that it has found with empty text; where nothing was assigned, a scan leaves None."""
    return tuple(value) if isinstance(value, list) else "" if value is None else value


@pytest.mark.parametrize(("platform", "template"), TEMPLATES, ids=str)
def test_every_capture_is_read_as_textfsm_reads_it(platform: str, template: str) -> None:
    text = TEMPLATES[platform, template]
    scanning, plain = RuleScan(io.StringIO(text)), TextFSM(io.StringIO(text))
    for layer in standing_on(platform):
        for file in sorted((GOLDEN / layer).glob("*/*.raw")):
            shown = file.read_text(encoding="utf-8")
            dense = "\n".join(line.rstrip() for line in shown.splitlines() if line.strip())
            for said in (shown, dense, shown):
                assert outcome(scanning, said) == outcome(plain, said), (file, template)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_any_mixture_of_lines_is_read_as_textfsm_reads_it(data: st.DataObject) -> None:
    platform, template = data.draw(st.sampled_from(list(TEMPLATES)))
    text = TEMPLATES[platform, template]
    line = st.sampled_from(LINES[platform])
    cut = st.builds(lambda one, at: one[:at] + one[at + 1 :], line, st.integers(0, 60))
    scanning, plain = RuleScan(io.StringIO(text)), TextFSM(io.StringIO(text))
    for _ in range(2):
        said = "\n".join(data.draw(st.lists(line | cut, max_size=30)))
        assert outcome(scanning, said) == outcome(plain, said)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from([ODD, SCANNED, AT_END]),
    st.lists(st.lists(st.sampled_from(ODD_LINES), max_size=15), min_size=1, max_size=3),
)
def test_back_references_flags_lists_fillup_and_continue_are_as_in_textfsm(odd: str, texts: list[list[str]]) -> None:
    scanning, plain = RuleScan(io.StringIO(odd)), TextFSM(io.StringIO(odd))
    for lines in texts:
        assert outcome(scanning, "\n".join(lines)) == outcome(plain, "\n".join(lines))


def test_more_different_lines_than_are_remembered_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portseal.core.remembered.KEPT", 3)
    scanning, plain = RuleScan(io.StringIO(SCANNED)), TextFSM(io.StringIO(SCANNED))
    said = "\n".join(f"Gi{n} vlan {n}" for n in range(9))
    assert outcome(scanning, said) == outcome(plain, said)


def test_lines_to_be_skipped_never_reach_a_rule() -> None:
    for odd in (ODD, SCANNED):
        scanning = RuleScan(io.StringIO(odd), lambda line: line == "strange")
        assert outcome(scanning, "Gi1 vlan 5\nstrange\nGi2 vlan 6") == outcome(scanning, "Gi1 vlan 5\nGi2 vlan 6")
        assert "strange" in str(outcome(RuleScan(io.StringIO(odd)), "strange"))


def test_threads_that_read_with_one_template_do_not_mix_their_records() -> None:
    texts = [[f"mac {n}", f"Gi{n} vlan {n}"] * 100 for n in range(1, 40)]
    for odd in (ODD, SCANNED):
        scanning = RuleScan(io.StringIO(odd))
        alone = [scanning.rows(lines) for lines in texts]
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(scanning.rows, texts)) == alone
