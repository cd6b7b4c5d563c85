"""Intent and observed state of a port in, what is to be concluded of who is let in out (IEEE 802.1X)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from portseal.core.intent import PortIntent
from portseal.core.inventory import Supplicant
from portseal.core.observation import MkaStatus, PortState, Session, SessionMethod, SessionStatus
from portseal.core.profile import HostMode, MacsecPolicy, Method, Mode
from portseal.core.reasons import Conclusion, Reason, fails, passes, unknown

Owners = Mapping[str, str]
"""MAC address → the camera that the inventory has it for."""

_FALLBACKS = {
    "server-dead": (Reason.SERVER_DEAD_VLAN, "authorized without authentication because no RADIUS server answers"),
    "guest": (Reason.GUEST_VLAN, "authorized as a guest, unauthenticated"),
    "auth-fail": (Reason.AUTH_FAIL_VLAN, "authorized although its authentication failed"),
}

_STATE_WORDS: tuple[tuple[Reason | None, re.Pattern[str]], ...] = (
    (None, re.compile(r"not.?run|not.?attempted|success|stopped")),
    (Reason.SERVER_DEAD, re.compile(r"(server|aaa|radius).*(dead|down|time|unreach|unavail|no.?resp)|dead.*server")),
    (Reason.SUPPLICANT_SILENT, re.compile(r"no.?(resp|reply|supplicant|answer)|silent|time.?out|timed.out|connecting")),
    (Reason.AUTHENTICATION_FAILED, re.compile(r"fail|reject|denied|held|unauthenticated")),
    (Reason.AUTHENTICATION_RUNNING, re.compile(r"run|progress|authenticating|pending")),
)
"""What the word for a method's state tells of why a station is not let in. These are the words of IEEE 802.1X-2004 §8.2.4
(CONNECTING: no answer to EAP-Request/Identity; HELD: refused) and their plain English kin; they decide between reasons for a
failure, never between failure and pass."""

_WHY = {
    Reason.NO_MKA_SESSION: "authenticated, and kept out because the port has no MKA session and must be secured",
    Reason.NOT_SECURED: "authenticated, and kept out because MKA has not secured the link",
    Reason.SERVER_DEAD: "not authorized: no RADIUS server answers",
    Reason.AUTHENTICATION_RUNNING: "not authorized yet: authentication is running",
    Reason.SUPPLICANT_SILENT: "not authorized: no answer to EAP",
    Reason.AUTHENTICATION_FAILED: "not authorized",
}


def admission(intent: PortIntent, state: PortState, owners: Owners) -> Iterator[Conclusion]:
    """What is concluded of the stations on a port, the most telling first; no conclusion only where nobody authenticates.

    For a port in monitor mode, as if it were closed.
    """
    if intent.dot1x.mode is Mode.OFF:
        if state.macs and intent.mac not in state.macs:
            yield fails(Reason.WRONG_CAMERA, f"{_who(state.macs[0], owners)} is on the port; {intent.mac} is not")
        return
    foreign = [session for session in state.sessions if session.mac not in (None, intent.mac)]
    own = [session for session in state.sessions if session.mac in (None, intent.mac)]
    let_in = [session for session in own if session.mac and session.status is SessionStatus.AUTHORIZED]
    if let_in:
        for session in let_in:
            yield from _let_in(intent, session)
        yield from _others(intent, state, foreign, owners)
    elif foreign:
        yield from _wrong_camera(foreign, owners)
    for session in foreign:
        if session.status is SessionStatus.UNKNOWN:
            yield unknown(Reason.UNKNOWN_WORD, f"{_who(session.mac or '', owners)} is on the port, {_status(session)}")
    for session in own:
        if session not in let_in and (not let_in or _is_unclear(session)):
            yield _not_let_in(intent, session, state)
    if not state.sessions and "session" in state.observed:
        yield _nobody(intent, state, owners)


def _let_in(intent: PortIntent, session: Session) -> Iterator[Conclusion]:
    """What is concluded of the camera's own authorized session."""
    where = f" in VLAN {session.vlan}" if session.vlan is not None else ""
    if session.fallback is not None:
        if session.fallback not in _FALLBACKS:
            yield unknown(Reason.UNKNOWN_WORD, f"authorized by {session.fallback!r}{where}, which is no word we know")
            return
        reason, detail = _FALLBACKS[session.fallback]
        yield fails(reason, detail + where)
    if session.method is SessionMethod.UNKNOWN:
        yield unknown(
            Reason.UNKNOWN_WORD, f"authorized{where} by a method that the switch does not show in words we know"
        )
    elif session.method in (SessionMethod.OTHER, SessionMethod.NONE):
        by = "no method at all" if session.method is SessionMethod.NONE else "a method that no profile has"
        yield fails(Reason.NOT_ENFORCED, f"authorized{where} by {by}{_words(session)}")
    elif session.method is SessionMethod.MAB and _owes_eap(intent):
        yield fails(Reason.MAB_INSTEAD_OF_EAP, f"authorized{where} by its MAC address only{_words(session)}")
    if intent.vlan is not None and session.vlan is not None and session.vlan != intent.vlan:
        yield fails(Reason.WRONG_VLAN, f"authorized in VLAN {session.vlan}; the inventory says {intent.vlan}")
    as_whom = f" as {session.user!r}" if session.user else ""
    yield passes(f"authorized by {session.method}{as_whom}{where}")


def _owes_eap(intent: PortIntent) -> bool:
    """Whether MAB is not how this camera may be let in."""
    if Method.MAB not in intent.dot1x.methods:
        return True
    return intent.dot1x.methods[0] is Method.DOT1X and intent.supplicant is not Supplicant.NONE


def _others(intent: PortIntent, state: PortState, foreign: list[Session], owners: Owners) -> Iterator[Conclusion]:
    """What is concluded of stations beside the camera."""
    single = intent.dot1x.host_mode is HostMode.SINGLE_HOST
    for session in foreign:
        detail = f"{_who(session.mac or '', owners)} is on the port too, {_status(session)}"
        yield fails(Reason.SECOND_STATION, detail) if single else passes(detail)
    if intent.dot1x.host_mode is not HostMode.MULTI_HOST:
        authenticated = {session.mac for session in state.sessions}
        for mac in state.macs:
            if mac not in authenticated:
                yield fails(
                    Reason.SECOND_STATION, f"{_who(mac, owners)} is on the port too, learned and not authenticated"
                )


def _wrong_camera(foreign: list[Session], owners: Owners) -> Iterator[Conclusion]:
    """Those that were let in first."""
    for session in sorted(foreign, key=lambda session: session.status is not SessionStatus.AUTHORIZED):
        yield fails(Reason.WRONG_CAMERA, f"{_who(session.mac or '', owners)} is on the port, {_status(session)}")


def _is_unclear(session: Session) -> bool:
    """Whether a session beside the camera's admitted one, its own or without a MAC address, may mean something else."""
    return session.status in (SessionStatus.UNKNOWN, SessionStatus.AUTHORIZED)


def _not_let_in(intent: PortIntent, session: Session, state: PortState) -> Conclusion:
    """Why a session that is the camera's, or has no MAC address yet, is not an admitted camera."""
    if session.status is SessionStatus.UNKNOWN:
        return unknown(Reason.UNKNOWN_WORD, f"the status of its session is no word we know{_words(session)}")
    if session.status is SessionStatus.AUTHORIZED:
        return unknown(Reason.NOT_OBSERVED, "a station is authorized, and the switch does not show which")
    reason = _why(intent, session, state)
    return fails(reason, _WHY[reason] + _words(session))


def _why(intent: PortIntent, session: Session, state: PortState) -> Reason:
    if session.fallback == "server-dead":
        return Reason.SERVER_DEAD
    if (reason := _for_want_of_encryption(intent, session, state)) is not None:
        return reason
    told = {_meaning(method, word) for method, word in session.method_states}
    if session.status is SessionStatus.RUNNING:
        told.add(Reason.AUTHENTICATION_RUNNING)
    if Reason.SUPPLICANT_SILENT in told and _owes_eap(intent):
        told.discard(Reason.AUTHENTICATION_FAILED)  # of MAB, after the camera said nothing
    for reason in (Reason.SERVER_DEAD, Reason.AUTHENTICATION_RUNNING, Reason.AUTHENTICATION_FAILED):
        if reason in told:
            return reason
    return Reason.SUPPLICANT_SILENT if Reason.SUPPLICANT_SILENT in told else Reason.AUTHENTICATION_FAILED


def _for_want_of_encryption(intent: PortIntent, session: Session, state: PortState) -> Reason | None:
    """Why a station that authenticated is kept out of a must-secure port; None where something else may be the cause."""
    if intent.macsec.policy is not MacsecPolicy.MUST_SECURE or session.status is not SessionStatus.UNAUTHORIZED:
        return None
    if "mka" not in state.observed or not any("success" in word.lower() for _, word in session.method_states):
        return None
    if state.mka is None:
        return Reason.NO_MKA_SESSION
    return Reason.NOT_SECURED if state.mka.status is MkaStatus.NOT_SECURED else None


def _meaning(method: str, word: str) -> Reason | None:
    """What a method's state tells; 802.1X that was stopped without a failure is 802.1X nobody answered."""
    folded = word.lower()
    if folded == "stopped" and method == Method.DOT1X:
        return Reason.SUPPLICANT_SILENT
    return next((reason for reason, pattern in _STATE_WORDS if pattern.search(folded)), None)


def _nobody(intent: PortIntent, state: PortState, owners: Owners) -> Conclusion:
    if state.macs:
        who = "the camera" if intent.mac in state.macs else _who(state.macs[0], owners)
        return fails(Reason.NOT_ENFORCED, f"{who} is learned on the port and nobody was authenticated")
    return fails(Reason.NO_SESSION, "no station has a session on the port")


def _who(mac: str, owners: Owners) -> str:
    return f"{mac} ({owners[mac]})" if mac in owners else mac


def _status(session: Session) -> str:
    by = f" by {session.method}" if session.method in (SessionMethod.DOT1X, SessionMethod.MAB) else ""
    shown = {
        SessionStatus.AUTHORIZED: f"AUTHORIZED{by}",
        SessionStatus.UNAUTHORIZED: "not let in",
        SessionStatus.RUNNING: "not let in yet",
        SessionStatus.UNKNOWN: "with a status that is no word we know",
    }
    return shown[session.status]


def _words(session: Session) -> str:
    """The switch's own words, for people."""
    if not session.method_states:
        return ""
    return " (" + ", ".join(f"{method}: {word}" for method, word in session.method_states) + ")"
