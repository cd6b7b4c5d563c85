"""Verdicts in, what tools and people read of them out: JSON, JUnit XML, one line of summary, an exit code."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as Xml

from portseal.core.expiry import Expiry
from portseal.core.verdict import Outcome, Verdict

SCHEMA_VERSION = 1

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NOT_XML = re.compile(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def without_controls(text: str) -> str:
    """`text` without control characters, line breaks and tabs excepted: what a switch prints must not drive a terminal."""
    return _CONTROL.sub("", text)


def as_json(verdicts: Sequence[Verdict], certificates: Sequence[Expiry] | None = None) -> str:
    """`{"schema_version": 1, "verdicts": [{switch, port, camera, outcome, reason, detail, hint}, ...]}`, in ASCII.

    With `certificates`, those that have to be looked after, as `"certificates": [{where, role, subject, ends, days, ...}, ...]`.
    """
    shown: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "verdicts": [verdict.model_dump(mode="json") for verdict in verdicts],
    }
    if certificates is not None:
        shown["certificates"] = [each.model_dump(mode="json") for each in certificates]
    return json.dumps(shown, indent=2)


def as_junit(verdicts: Sequence[Verdict]) -> str:
    """JUnit XML in ASCII: a test suite for each switch, a test case for each port; unknown is an error.

    Characters that XML cannot hold are left out.
    """
    root = Xml.Element("testsuites", {"name": "portseal", **_counts(verdicts)})
    for switch, group in groupby(sorted(verdicts, key=lambda verdict: verdict.switch), key=lambda each: each.switch):
        of_switch = tuple(group)
        suite = Xml.SubElement(root, "testsuite", {"name": _xml(switch), **_counts(of_switch)})
        for verdict in of_switch:
            name = _xml(f"{verdict.port} {verdict.camera}")
            _tell(Xml.SubElement(suite, "testcase", {"classname": _xml(switch), "name": name}), verdict)
    Xml.indent(root)
    text: bytes = Xml.tostring(root, encoding="us-ascii", xml_declaration=True)
    return text.decode("ascii")


def _tell(case: Xml.Element, verdict: Verdict) -> None:
    """What the verdict says, below its test case."""
    if verdict.outcome is Outcome.PASS:
        Xml.SubElement(case, "system-out").text = _xml(f"{verdict.reason}: {verdict.detail}")
        return
    message = _xml(f"{verdict.reason}: {verdict.detail}")
    element = "failure" if verdict.outcome is Outcome.FAIL else "error"
    told = Xml.SubElement(case, element, {"type": str(verdict.reason), "message": message})
    told.text = _xml(verdict.hint)


def _counts(verdicts: Sequence[Verdict]) -> dict[str, str]:
    number = Counter(verdict.outcome for verdict in verdicts)
    return {
        "tests": str(len(verdicts)),
        "failures": str(number[Outcome.FAIL]),
        "errors": str(number[Outcome.UNKNOWN]),
        "skipped": "0",
    }


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)


def summary(verdicts: Sequence[Verdict]) -> str:
    """How many ports pass, fail and are unknown, in one line with the reasons.

    `60 ports: 57 pass, 2 fail (not-secured 1, wrong-camera 1), 1 unknown (unparsed 1)`
    """
    if not verdicts:
        return "no ports"
    parts: list[str] = []
    for outcome in Outcome:
        found = [verdict for verdict in verdicts if verdict.outcome is outcome]
        if found or outcome is Outcome.PASS:
            parts.append(f"{len(found)} {outcome}{_reasons(found)}")
    return f"{len(verdicts)} port{'s' * (len(verdicts) > 1)}: {', '.join(parts)}"


def _reasons(verdicts: Sequence[Verdict]) -> str:
    """The reasons with their numbers, the most frequent first; nothing where all is simply as intended."""
    number = Counter(str(verdict.reason) for verdict in verdicts if verdict.reason != "as-intended")
    listed = sorted(number.items(), key=lambda item: (-item[1], item[0]))
    return f" ({', '.join(f'{reason} {count}' for reason, count in listed)})" if listed else ""


def exit_code(verdicts: Sequence[Verdict]) -> int:
    """0 where all pass, 2 where some do not."""
    return 0 if all(verdict.outcome is Outcome.PASS for verdict in verdicts) else 2
