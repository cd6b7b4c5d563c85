"""What Axis cameras answer in, their state out; and what is asked of them (VAPIX network settings API, `getNetworkInfo` and
`setWired8021XConfiguration`).

Names are taken as loosely as the documentation spells them: the reference calls a mode `MACsec PSK` and a parameter `mkaCak`
where the worked example has `MACsec-PSK` and `mkaCAK`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from portseal.core.camera_state import CameraMode, CameraState
from portseal.core.model import normal_mac

PATH = "/axis-cgi/network_settings.cgi"
CERTIFICATES = "/config/rest/cert/v1/certificates"
"""VAPIX certificate management API; AXIS OS 11.11 and later."""
EAP_TLS, STATIC = "WPA-Enterprise-EAPTLS", "MACsec-PSK"
KEY_SPELLINGS = (("mkaCAK", "mkaCKN"), ("mkaCak", "mkaCkn"))
INVALID_PARAMETER = 4004

_FIRST_GENERATION = re.compile(r"1\.([0-9]{1,4})")
_CKN = re.compile(r"(?:[0-9a-f]{2}){1,32}")
_MODES = {"macsecpsk": CameraMode.STATIC, "wpaenterpriseeaptls": CameraMode.EAP_TLS}
_AUTHORIZED = {"authorized": True, "unauthorized": False, "connecting": False, "stopped": False}


class Refusal(NamedTuple):
    """The `error` object of an answer, which comes with HTTP status 200."""

    code: int | None
    message: str


class Wired(NamedTuple):
    """The wired port that a camera authenticates on."""

    device: str
    """What the API calls it."""
    mac: str | None
    state: CameraState
    certificate: str | None
    """Name of the client certificate for EAP-TLS."""


class NotUnderstood(ValueError):
    """An answer that is not as documented."""


def request(method: str, params: Mapping[str, object] | None = None, *, version: str | None) -> dict[str, object]:
    """The body of a request; without `version` where the API is asked which versions it has."""
    head = {"apiVersion": version} if version else {}
    return {**head, "method": method, **({"params": dict(params)} if params is not None else {})}


def newest_version(answer: Mapping[str, object]) -> str:
    """The newest version of the API's first generation in a `getSupportedVersions` answer; `1.0` where it names none.

    >>> newest_version({"data": {"supportedVersions": ["1.37", "2.4", "1.9"]}})
    '1.37'
    """
    data = answer.get("data")
    listed = data.get("supportedVersions") if isinstance(data, Mapping) else None
    found = [_FIRST_GENERATION.fullmatch(str(each)) for each in listed] if isinstance(listed, list) else []
    return f"1.{max((int(each[1]) for each in found if each), default=0)}"


def refusal(answer: Mapping[str, object]) -> Refusal | None:
    """Why the camera did not do it; None where it did."""
    error = answer.get("error")
    if not isinstance(error, Mapping):
        return None
    code, details = error.get("code"), error.get("details")
    sub = details.get("subCode") if isinstance(details, Mapping) else None
    numbers = ", ".join(
        f"{name} {number}" for name, number in (("code", code), ("sub-code", sub)) if number is not None
    )
    message = str(error.get("message") or "no reason given")
    return Refusal(code if isinstance(code, int) else None, f"{message}{f' ({numbers})' if numbers else ''}")


def wired_ports(answer: Mapping[str, object]) -> tuple[Wired, ...]:
    """The ports of a `getNetworkInfo` answer that can authenticate.

    Raises:
        NotUnderstood: the answer has no list of devices.
    """
    data = answer.get("data")
    devices = data.get("devices") if isinstance(data, Mapping) else None
    if not isinstance(devices, Sequence) or isinstance(devices, str):
        raise NotUnderstood("the answer to getNetworkInfo has no list of devices")
    return tuple(found for device in devices if isinstance(device, Mapping) and (found := _wired(device)))


def _wired(device: Mapping[str, object]) -> Wired | None:
    wired = device.get("wired")
    dot1x = wired.get("8021X") if isinstance(wired, Mapping) else None
    if not isinstance(dot1x, Mapping):
        return None  # its presence is what says that a port can do 802.1X
    try:
        mac = normal_mac(str(device["macAddress"])) if "macAddress" in device else None
    except ValueError:
        mac = None
    parameters = _parameters(dot1x)
    certificate = parameters.get(CameraMode.EAP_TLS, {}).get("certclient")
    return Wired(
        str(device.get("name", "eth0")), mac, _state(dot1x, parameters), str(certificate) if certificate else None
    )


def _parameters(dot1x: Mapping[str, object]) -> dict[CameraMode, dict[str, object]]:
    """Parameters of each configured mode, by their names in lower case."""
    found: dict[CameraMode, dict[str, object]] = {}
    configurations = dot1x.get("configurations")
    for each in configurations if isinstance(configurations, Sequence) else ():
        if isinstance(each, Mapping) and isinstance(params := each.get("params"), Mapping):
            found[_mode(each.get("mode"))] = {str(name).lower(): value for name, value in params.items()}
    return found


def _state(dot1x: Mapping[str, object], parameters: Mapping[CameraMode, Mapping[str, object]]) -> CameraState:
    enabled, secured = dot1x.get("enabled"), dot1x.get("MACsecSecured")
    mode = CameraMode.UNKNOWN
    if isinstance(enabled, bool):
        mode = _mode(dot1x.get("mode")) if enabled else CameraMode.OFF
    eapol = str(parameters.get(CameraMode.EAP_TLS, {}).get("eapolversion", "")).lower()
    # `MACsecSecured` means something in these modes only; where there is no MACsec at all, "no" is true all the same.
    means = mode is CameraMode.STATIC or (mode is CameraMode.EAP_TLS and eapol == "eapolv3")
    if mode is CameraMode.OFF:
        secured = False
    elif secured is not False and not (means and secured is True):
        secured = None
    supported = dot1x.get("supportedModes")
    modes = [_mode(each) for each in supported] if isinstance(supported, list) else None
    ckn = str(parameters.get(CameraMode.STATIC, {}).get("mkackn", "")).lower()
    return CameraState(
        mode=mode,
        authorized=_AUTHORIZED.get(str(dot1x.get("status")).lower()) if mode is not CameraMode.OFF else None,
        secured=secured,
        ckn=ckn if _CKN.fullmatch(ckn) else None,
        can_static=None if modes is None else CameraMode.STATIC in modes,
        can_derived=None if modes is None else CameraMode.EAP_TLS in modes and "MACsecSecured" in dot1x,
    )


def _mode(word: object) -> CameraMode:
    if not isinstance(word, str) or not word:
        return CameraMode.UNKNOWN
    return _MODES.get(re.sub(r"[^a-z0-9]", "", word.lower()), CameraMode.OTHER)
