"""Intent and observed state in, verdict out: pass, fail or unknown, with a reason."""

from __future__ import annotations

from enum import StrEnum

from portseal.core.model import Value


class Outcome(StrEnum):
    """A verdict's three values; unknown is never a pass."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """The documented reason codes; docs/reason-codes.md is generated from `HINTS`."""

    AS_INTENDED = "as-intended"
    MONITOR_ONLY = "monitor-only"
    CLEARTEXT_ALLOWED = "cleartext-allowed"
    ERR_DISABLED = "err-disabled"
    NO_LINK = "no-link"
    NO_SESSION = "no-session"
    NOT_ENFORCED = "not-enforced"
    WRONG_CAMERA = "wrong-camera"
    SECOND_STATION = "second-station"
    AUTHENTICATION_FAILED = "authentication-failed"
    AUTHENTICATION_RUNNING = "authentication-running"
    SUPPLICANT_SILENT = "supplicant-silent"
    SERVER_DEAD = "server-dead"
    MAB_INSTEAD_OF_EAP = "mab-instead-of-eap"
    SERVER_DEAD_VLAN = "server-dead-vlan"
    GUEST_VLAN = "guest-vlan"
    AUTH_FAIL_VLAN = "auth-fail-vlan"
    WRONG_VLAN = "wrong-vlan"
    NO_MKA_SESSION = "no-mka-session"
    NOT_SECURED = "not-secured"
    SECURED_WITHOUT_PEER = "secured-without-peer"
    CKN_MISMATCH = "ckn-mismatch"
    FALLBACK_KEY_IN_USE = "fallback-key-in-use"
    WRONG_CIPHER = "wrong-cipher"
    NOT_ENCRYPTING = "not-encrypting"
    UNKNOWN_WORD = "unknown-word"
    UNPARSED = "unparsed"
    NOT_OBSERVED = "not-observed"
    UNREACHABLE = "unreachable"


class Verdict(Value):
    """What is true of one camera port."""

    switch: str
    port: str
    camera: str
    outcome: Outcome
    reason: Reason
    detail: str
    hint: str
