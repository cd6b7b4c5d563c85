"""Why a verdict is what it is: the documented reason codes, what each means, and what to do about it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """A verdict's three values; unknown is never a pass."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """The documented reason codes; docs/reason-codes.md is generated from `MEANINGS` and `HINTS`."""

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
    CAMERA_SAYS_UNSECURED = "camera-says-unsecured"
    UNKNOWN_WORD = "unknown-word"
    UNPARSED = "unparsed"
    NOT_OBSERVED = "not-observed"
    UNREACHABLE = "unreachable"


class Conclusion(NamedTuple):
    """One thing that was concluded of a port; the most telling one becomes its verdict."""

    outcome: Outcome
    reason: Reason
    detail: str


def passes(detail: str, reason: Reason = Reason.AS_INTENDED) -> Conclusion:
    """What is as intended."""
    return Conclusion(Outcome.PASS, reason, detail)


def fails(reason: Reason, detail: str) -> Conclusion:
    """What is not."""
    return Conclusion(Outcome.FAIL, reason, detail)


def unknown(reason: Reason, detail: str) -> Conclusion:
    """What cannot be told; never a pass."""
    return Conclusion(Outcome.UNKNOWN, reason, detail)


MEANINGS: dict[Reason, str] = {
    Reason.AS_INTENDED: "The camera, and nobody else, is authenticated as its profile says; where the profile has MACsec, a "
    "live peer is there, with the expected key where that is static, and protected frames are counted.",
    Reason.MONITOR_ONLY: "The port does not enforce yet, as its stage or profile says. The detail tells what a closed port "
    "would have done.",
    Reason.CLEARTEXT_ALLOWED: "The camera is let in, but the link is not encrypted; `should-secure` allows that. The detail "
    "tells why it is not.",
    Reason.ERR_DISABLED: "The switch has shut the port down; the detail has its reason.",
    Reason.NO_LINK: "The port has no carrier.",
    Reason.NO_SESSION: "The link is up and the switch knows of no station on the port.",
    Reason.NOT_ENFORCED: "The port lets somebody in without having authenticated them, though it should be closed.",
    Reason.WRONG_CAMERA: "A station with another MAC address than the camera's is on the port. AUTHORIZED in the detail means "
    "that it was let in.",
    Reason.SECOND_STATION: "The camera is let in, and a further station is on a port that is for one.",
    Reason.AUTHENTICATION_FAILED: "The camera was refused, and no other reason is shown for it.",
    Reason.AUTHENTICATION_RUNNING: "The switch has not decided on the camera yet.",
    Reason.SUPPLICANT_SILENT: "The switch asks for the camera's identity (EAP) and gets no answer.",
    Reason.SERVER_DEAD: "The camera is not let in because no RADIUS server answers the switch.",
    Reason.MAB_INSTEAD_OF_EAP: "The camera was let in by its MAC address, which anybody can copy, though it should have proved "
    "its identity by EAP.",
    Reason.SERVER_DEAD_VLAN: "The camera was let in without being authenticated, because no RADIUS server answers.",
    Reason.GUEST_VLAN: "The camera was put into the guest VLAN because it did not answer.",
    Reason.AUTH_FAIL_VLAN: "The camera was put into the VLAN for those who fail authentication.",
    Reason.WRONG_VLAN: "The camera is authenticated, but in another VLAN than the inventory says.",
    Reason.NO_MKA_SESSION: "The port has no MKA participant, so no keys are agreed.",
    Reason.NOT_SECURED: "MKA runs and has not secured the link.",
    Reason.SECURED_WITHOUT_PEER: "The switch says `secured`, but shows no live peer: it is alone. Unknown where it does not "
    "show its peers.",
    Reason.CKN_MISMATCH: "The link uses another connectivity association key name than the one in keys.toml.",
    Reason.FALLBACK_KEY_IN_USE: "The link is secured with its second (fallback) key: the first does not work, or a rotation is "
    "under way and the camera has moved.",
    Reason.WRONG_CIPHER: "The link uses a cipher suite that the profile does not list.",
    Reason.NOT_ENCRYPTING: "MKA says `secured` with a live peer, but the counters of protected frames do not rise.",
    Reason.CAMERA_SAYS_UNSECURED: "By the switch the link is encrypted, with a live peer and frames that are counted, and the "
    "camera says that its own end is not: two ends that disagree are not one secured link.",
    Reason.UNKNOWN_WORD: "The switch uses a word that its platform folder does not list.",
    Reason.UNPARSED: "The output of a command was not understood, so nothing is concluded from it.",
    Reason.NOT_OBSERVED: "The switch did not show something that is needed for a pass.",
    Reason.UNREACHABLE: "Nothing could be read from the switch.",
}
"""What each reason says of a port."""

HINTS: dict[Reason, str] = {
    Reason.AS_INTENDED: "Nothing to do.",
    Reason.MONITOR_ONLY: "Once every port would have let its camera in, move the cameras to the next stage.",
    Reason.CLEARTEXT_ALLOWED: "Bring MACsec up on the camera (its CAK and CKN, or EAP-TLS) before the stage is `sealed`.",
    Reason.ERR_DISABLED: "Remove what the switch's reason names (most often a second device or a loop), then shut the port and "
    "bring it up again.",
    Reason.NO_LINK: "Check the cable, the camera's power (PoE) and whether the port is shut down.",
    Reason.NO_SESSION: "Check that the port is an authenticator with port control `auto`, and that the camera sends anything at "
    "all.",
    Reason.NOT_ENFORCED: "Check that 802.1X is enabled on the switch as a whole and on the port, and that port control is `auto`; "
    "`portseal plan` shows what is missing.",
    Reason.WRONG_CAMERA: "Find out what is plugged in. If the camera was replaced or moved, correct cameras.csv; if not, treat it "
    "as an intrusion.",
    Reason.SECOND_STATION: "Look for a small switch or an extra device behind the port and remove it.",
    Reason.AUTHENTICATION_FAILED: "Read the RADIUS server's log for this MAC address: wrong CA, expired or revoked certificate, "
    "unknown identity, or a device it does not know. If it has no line, the switch did not reach it: many switches show both alike.",
    Reason.AUTHENTICATION_RUNNING: "Wait (`portseal verify --wait 60`); if it stays so, look at the RADIUS server and at the "
    "camera's 802.1X settings.",
    Reason.SUPPLICANT_SILENT: "Switch 802.1X on in the camera; if it has none, give it a profile with MAB.",
    Reason.SERVER_DEAD: "Check the RADIUS servers, the route to them, the shared secret on both ends and that the switch is a "
    "client they know.",
    Reason.MAB_INSTEAD_OF_EAP: "Switch 802.1X on in the camera and check its certificate; then take the MAC address out of the "
    "RADIUS server's MAB list.",
    Reason.SERVER_DEAD_VLAN: "Bring the RADIUS servers back, then let the port authenticate again.",
    Reason.GUEST_VLAN: "Switch 802.1X on in the camera, or give it a profile with MAB.",
    Reason.AUTH_FAIL_VLAN: "Read the RADIUS server's log for this MAC address and correct the camera's certificate or identity.",
    Reason.WRONG_VLAN: "Correct the VLAN that RADIUS assigns, the port's access VLAN, or the inventory.",
    Reason.NO_MKA_SESSION: "Check that MACsec is on at the port and, with a derived CAK, that the camera was let in by EAP and that "
    "RADIUS sends the key and its name.",
    Reason.NOT_SECURED: "Compare CAK, CKN and cipher suite on both ends, and check that the camera runs MKA.",
    Reason.SECURED_WITHOUT_PEER: "Nothing is encrypted to a peer that is not there: compare CAK and CKN on both ends.",
    Reason.CKN_MISMATCH: "Give switch and camera the key of keys.toml (`portseal plan`), or correct keys.toml.",
    Reason.FALLBACK_KEY_IN_USE: "Where a rotation is under way, `portseal keys rotate --resume`; otherwise compare the first CAK "
    "and CKN on both ends.",
    Reason.WRONG_CIPHER: "Set the cipher suites in the profile to one that both ends can do, then plan again.",
    Reason.NOT_ENCRYPTING: "Check that MACsec is applied to the port and not only MKA (`macsec` against `macsec network-link`, for "
    "example), and that the camera sends at all.",
    Reason.CAMERA_SAYS_UNSECURED: "Look at what is plugged in between the port and the camera: whoever encrypts toward the switch may "
    "not be the camera. Then compare `portseal camera show` with the profile, and verify again.",
    Reason.UNKNOWN_WORD: "Find out what the word means and add it to `words` in the platform folder.",
    Reason.UNPARSED: "Run `portseal parse` on that output; if it is complete, the platform folder needs a better template.",
    Reason.NOT_OBSERVED: "Check the platform folder's `observe` table, and that the login may run its commands.",
    Reason.UNREACHABLE: "Check the address, the login and the host key, then verify again.",
}
"""What to do about each reason."""


def reason_codes_page() -> str:
    """The text of docs/reason-codes.md.

    Write it anew with `python -c "from portseal.core.reasons import reason_codes_page as page; print(page(), end='')"`.
    """
    rows = "\n".join(f"| `{reason}` | {MEANINGS[reason]} | {HINTS[reason]} |" for reason in Reason)
    return f"""# Reason codes

Every verdict on a port has an outcome (`pass`, `fail` or `unknown`), one of these reasons, a detail with what the switch
said, and a hint. Unknown is never a pass: it stops a change as a failure does. Where several things are wrong, the verdict
names the one that explains the most, in the order link, authentication, VLAN, MACsec.

Where a camera [has an API](cameras.md), its own view is told in the detail. Only one thing follows from it: a camera that calls its link
unsecured turns a pass into `camera-says-unsecured`. A camera that does not answer, refuses the login, or does not say, changes no
outcome: the switch's proof stands by itself, and the detail says that the camera's end was not read and why.

This page is generated from `tasks/portseal/core/reasons.py`.

| reason | what it means | what to do |
|---|---|---|
{rows}
"""
