"""Verdicts in, what tools and people read of them out: JSON, JUnit XML, one line of summary, an exit code."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from xml.etree import ElementTree as Xml

from portseal.core.expiry import Expiry
from portseal.core.one_by_one import grouped
from portseal.core.verdict import Outcome, Verdict

SCHEMA_VERSION = 1

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NOT_XML = re.compile(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def without_controls(text: str) -> str:
    """`text` without control characters, line breaks and tabs excepted: what a switch prints must not drive a terminal."""
    return _CONTROL.sub("", text)


def as_json(verdicts: Iterable[Verdict], certificates: Sequence[Expiry] | None = None) -> str:
    """The whole of `json_pieces`."""
    return "".join(json_pieces(verdicts, certificates))


def json_pieces(verdicts: Iterable[Verdict], certificates: Sequence[Expiry] | None = None) -> Iterator[str]:
    """`{"schema_version": 1, "verdicts": [{switch, port, camera, outcome, reason, detail, hint}, ...]}`, in ASCII, piece by piece.

    With `certificates`, those that have to be looked after, as `"certificates": [{where, role, subject, ends, days, ...}, ...]`.
    """
    shown: dict[str, object] = {"schema_version": SCHEMA_VERSION, "verdicts": []}
    if certificates is not None:
        shown["certificates"] = [each.model_dump(mode="json") for each in certificates]
    before, _, after = json.dumps(shown, indent=2).partition("[]")
    yield f"{before}["
    some = False
    for verdict in verdicts:
        told = json.dumps(verdict.model_dump(mode="json"), indent=2).replace("\n", "\n    ")
        yield f"{',' * some}\n    {told}"
        some = True
    yield ("\n  ]" if some else "]") + after


def junit_pieces(verdicts: Collection[Verdict]) -> Iterator[str]:
    """JUnit XML in ASCII, a piece a switch: a test suite for each switch, a test case for each port; unknown is an error.

    Characters that XML cannot hold are left out.
    """
    by_switch = grouped(verdicts, lambda verdict: verdict.switch)
    root = Xml.Element("testsuites", {"name": "portseal", **_counts(verdicts)})
    yield "<?xml version='1.0' encoding='us-ascii'?>\n"
    if not by_switch:
        yield _text(root)
        return
    root.text = "\n  "
    end = "</testsuites>"
    yield _text(root).removesuffix(end)
    for number, switch in enumerate(sorted(by_switch), 1):
        of_switch = by_switch[switch]
        suite = Xml.Element("testsuite", {"name": _xml(switch), **_counts(of_switch)})
        for verdict in of_switch:
            name = _xml(f"{verdict.port} {verdict.camera}")
            _tell(Xml.SubElement(suite, "testcase", {"classname": _xml(switch), "name": name}), verdict)
        Xml.indent(suite, level=1)
        suite.tail = "\n  " if number < len(by_switch) else "\n"
        yield _text(suite)
    yield end


def _text(element: Xml.Element) -> str:
    text: bytes = Xml.tostring(element, encoding="us-ascii")
    return text.decode("ascii").removeprefix("<?xml version='1.0' encoding='us-ascii'?>\n")


def _tell(case: Xml.Element, verdict: Verdict) -> None:
    """What the verdict says, below its test case."""
    if verdict.outcome is Outcome.PASS:
        Xml.SubElement(case, "system-out").text = _xml(f"{verdict.reason}: {verdict.detail}")
        return
    message = _xml(f"{verdict.reason}: {verdict.detail}")
    element = "failure" if verdict.outcome is Outcome.FAIL else "error"
    told = Xml.SubElement(case, element, {"type": str(verdict.reason), "message": message})
    told.text = _xml(verdict.hint)


def _counts(verdicts: Iterable[Verdict]) -> dict[str, str]:
    number = Counter(verdict.outcome for verdict in verdicts)
    return {
        "tests": str(number.total()),
        "failures": str(number[Outcome.FAIL]),
        "errors": str(number[Outcome.UNKNOWN]),
        "skipped": "0",
    }


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)


def summary(verdicts: Iterable[Verdict]) -> str:
    """How many ports pass, fail and are unknown, in one line with the reasons.

    `60 ports: 57 pass, 2 fail (not-secured 1, wrong-camera 1), 1 unknown (unparsed 1)`
    """
    counted = Counter((verdict.outcome, str(verdict.reason)) for verdict in verdicts)
    total = counted.total()
    if not total:
        return "no ports"
    parts: list[str] = []
    for outcome in Outcome:
        found = {reason: number for (each, reason), number in counted.items() if each is outcome}
        if found or outcome is Outcome.PASS:
            parts.append(f"{sum(found.values())} {outcome}{_reasons(found)}")
    return f"{total} port{'s' * (total > 1)}: {', '.join(parts)}"


def _reasons(number: Mapping[str, int]) -> str:
    """The reasons with their numbers, the most frequent first; nothing where all is simply as intended."""
    told = {reason: count for reason, count in number.items() if reason != "as-intended"}
    listed = sorted(told.items(), key=lambda item: (-item[1], item[0]))
    return f" ({', '.join(f'{reason} {count}' for reason, count in listed)})" if listed else ""


def exit_code(verdicts: Iterable[Verdict]) -> int:
    """0 where all pass, 2 where some do not."""
    return 0 if all(verdict.outcome is Outcome.PASS for verdict in verdicts) else 2
