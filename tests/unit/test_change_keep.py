"""What is said of a change that is kept although ports do not pass: no more than is known of each."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from portseal.change.keep import Verified, not_passing
from portseal.change.terms import Change, Terms
from portseal.core.verdict import Outcome, Reason, Verdict


def verdict(port: str, outcome: Outcome) -> Verdict:
    reason = Reason.AS_INTENDED if outcome is Outcome.PASS else Reason.NO_LINK
    return Verdict(switch="acc-01", port=port, camera=port, outcome=outcome, reason=reason, detail="", hint="")


def test_ports_that_do_not_pass_are_told_by_what_is_known_of_them() -> None:
    terms = Terms(minutes=1, verify_seconds=1.0, accept=frozenset({("acc-01", "p1")}))
    change = cast(Change, SimpleNamespace(terms=terms))
    found = (*tuple(verdict(port, Outcome.FAIL) for port in ("p1", "p2", "p3")), verdict("p4", Outcome.PASS))
    seen = Verified(found=found, stored={}, digest="", excused=frozenset({"p1", "p2"}))
    told = not_passing(change, seen)
    assert told.startswith("; 3 of 4 ports are not as intended (")
    assert "1 accepted beforehand, 1 whose camera was not there before the change, 1 only since" in told
    assert not_passing(change, Verified(found=found[3:], stored={}, digest="", excused=frozenset())) == ""
