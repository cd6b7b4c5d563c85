"""A simulated camera's network settings: requests in, answers out, and what they do to the device behind the port.

Written from the maker's documentation (VAPIX network settings API; certificate management API), as far as an 802.1X client
needs it: `getNetworkInfo`, `setWired8021XConfiguration` and the list of certificates. What it is told it does: a device that
is given another key agrees on another key with its switch from then on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from portseal.simulator.faults import ApiDown, ApiError, ApiLoginRefused, CameraFault, ForgetsKey, SaysUnsecured
from portseal.simulator.switch import Switch
from portseal.simulator.world import CameraSpec, Device, FarEnd, Trust

EAP_TLS, STATIC = "WPA-Enterprise-EAPTLS", "MACsec-PSK"
_SUB_CODES = {
    "deviceName": 100,
    "enabled": 101,
    "mode": 102,
    "identity": 103,
    "eapolVersion": 104,
    "mkaCAK": 110,
    "mkaCKN": 111,
    "certClient": 112,
    "certsCA": 113,
}
_MESSAGES = {
    1000: "Internal error",
    2000: "Invalid request",
    4000: "Method does not exist",
    4001: "The specified version is not supported",
    4003: "Missing parameter(s)",
    4004: "Invalid parameter(s)",
    5000: "No device found for the given device name",
}
_DEVICE = "eth0"
_VERSION = "1.37"
"""The newest of its API's first generation."""

Answer = dict[str, Any]


class Camera:
    """One camera and its settings; lives in the farm's thread."""

    def __init__(self, spec: CameraSpec, switch: Switch) -> None:
        self.spec = spec
        self.faults: list[CameraFault] = []
        self.requests: list[str] = []
        """Methods that were called, without what they were given."""
        self.certificate = ""
        self._switch = switch
        self._eapol = "EAPoLv3"
        self._client = "portseal-8021x"
        self._authorities: list[str] = []

    # --- the world

    @property
    def device(self) -> Device | None:
        """The device behind the port, where it is this camera."""
        plugged = self._switch.box.plugged(self.spec.port)
        return next((device for device in plugged if device.mac == self.spec.mac), None)

    @property
    def reachable(self) -> bool:
        """Whether anything that is sent to its API arrives."""
        if self.device is None or any(isinstance(fault, ApiDown) for fault in self.faults):
            return False
        return not self.spec.in_band or self._far_end().reached

    @property
    def secured(self) -> bool:
        """Whether its link is encrypted."""
        return self.device is not None and self._far_end().secured

    def admits(self) -> bool:
        """Whether logins with the right password succeed."""
        return not any(isinstance(fault, ApiLoginRefused) for fault in self.faults)

    def _far_end(self) -> FarEnd:
        return self._switch.box.far_end(self.spec.port, self.spec.mac)

    def _become(self, device: Device) -> None:
        others = [each for each in self._switch.box.plugged(self.spec.port) if each.mac != device.mac]
        self._switch.box.plug(self.spec.port, (device, *others))

    # --- its API

    def call(self, request: object) -> Answer:
        """The answer to one call of `network_settings.cgi`."""
        if not isinstance(request, Mapping) or not isinstance(method := request.get("method"), str):
            return {"apiVersion": "1.0", "error": {"code": 2000, "message": _MESSAGES[2000]}}
        self.requests.append(method)
        head = {"apiVersion": request.get("apiVersion", "1.0"), "method": method}
        if method == "getSupportedVersions":
            return head | {"data": {"supportedVersions": [_VERSION]}}
        failing = next((f for f in self.faults if isinstance(f, ApiError) and f.method in (None, method)), None)
        if failing is not None:
            return head | {"error": {"code": failing.code, "message": failing.message}}
        if not self._speaks(str(head["apiVersion"])):
            return head | _error(4001)
        return head | self._answer(method, request.get("params"))

    def _answer(self, method: str, params: object) -> Answer:
        device = self.device
        if device is None:
            return _error(1000)
        if method == "getNetworkInfo":
            return {"data": {"system": {}, "devices": [self._described(device)]}}
        if method == "setWired8021XConfiguration":
            return self._set(device, params)
        return _error(4000)

    @staticmethod
    def _speaks(version: str) -> bool:
        asked = re.fullmatch(r"1\.(\d+)", version)
        return asked is not None and int(asked[1]) <= int(_VERSION.partition(".")[2])

    def certificates(self) -> Answer:
        """The answer to a reading of the certificates with private keys."""
        held = {"alias": self._client, "certificate": self.certificate, "keystore": "SE0"}
        return {"status": "success", "data": [held]}

    def _described(self, device: Device) -> Answer:
        end = self._far_end()
        mode = STATIC if device.macsec == "static" else EAP_TLS
        enabled = device.macsec == "static" or device.eap is not None
        status = "Authorized" if end.admitted or end.secured else "Connecting" if enabled else "Stopped"
        secured = enabled and end.secured and not any(isinstance(fault, SaysUnsecured) for fault in self.faults)
        dot1x: Answer = {
            "enabled": enabled,
            "status": status if enabled else "Stopped",
            "mode": mode,
            "configurations": [
                {
                    "mode": EAP_TLS,
                    "params": {
                        "identity": device.identity or "",
                        "eapolVersion": self._eapol,
                        "certClient": self._client,
                        "certsCA": self._authorities,
                    },
                },
            ],
            "supportedModes": list(self.spec.modes),
        }
        if STATIC in self.spec.modes:
            key = {"is_mka_cak_set": device.cak is not None, "mkaCkn": device.ckn or ""}
            dot1x["configurations"].append({"mode": STATIC, "params": key})
            dot1x["MACsecSecured"] = secured
        return {
            "name": _DEVICE,
            "type": "wired",
            "macAddress": device.mac,
            "link": True,
            "state": "up",
            "wired": {"linkMode": "auto", "isDownlink": False, "8021X": dot1x},
        }

    def _set(self, device: Device, params: object) -> Answer:
        if not isinstance(params, Mapping) or "deviceName" not in params:
            return _error(4003)
        if params["deviceName"] != _DEVICE:
            return _error(5000)
        params = self._by_one_name(params)
        wrong = next((name for name, value in params.items() if not self._valid(str(name), value)), None)
        if wrong is not None:
            return _error(4004, _SUB_CODES.get(str(wrong)))
        if any(isinstance(fault, ForgetsKey) for fault in self.faults):
            params = {name: value for name, value in params.items() if name not in ("mkaCAK", "mkaCKN")}
        known = self._remember(device, params)
        mode = params.get("mode", STATIC if device.macsec == "static" else EAP_TLS)
        if params.get("enabled") is False:
            self._become(known.model_copy(update={"eap": None, "macsec": "none"}))
        elif mode == STATIC:
            if not known.cak or not known.ckn:
                return _error(4004, _SUB_CODES["mkaCAK"])
            self._become(known.model_copy(update={"eap": None, "macsec": "static"}))
        else:
            if not self._client:
                return _error(4004, _SUB_CODES["certClient"])
            derives = self._eapol == "EAPoLv3" and STATIC in self.spec.modes
            trusted = known.certificate or Trust.VALID
            update = {"eap": "eap-tls", "certificate": trusted, "macsec": "derived" if derives else "none"}
            self._become(known.model_copy(update=update))
        return {"data": {}}

    def _by_one_name(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Under the names used here; one that this camera does not know is none of them."""
        ours = dict(zip(self.spec.key_names, ("mkaCAK", "mkaCKN"), strict=True))
        return {ours.get(name, f"unknown {name}" if name.startswith("mka") else name): params[name] for name in params}

    def _remember(self, device: Device, params: Mapping[str, Any]) -> Device:
        """What is left unsaid stays as it is."""
        self._eapol = params.get("eapolVersion", self._eapol)
        self._client = params.get("certClient", self._client)
        self._authorities = list(params.get("certsCA", self._authorities))
        named = {"identity": "identity", "mkaCAK": "cak", "mkaCKN": "ckn"}
        return device.model_copy(update={ours: params[name] for name, ours in named.items() if name in params})

    def _valid(self, name: str, value: object) -> bool:
        if name == "enabled":
            return isinstance(value, bool)
        if name == "certsCA":
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        if name not in _SUB_CODES or not isinstance(value, str):
            return False
        pattern = {
            "mkaCAK": r"(?:[0-9A-Fa-f]{32}){1,2}",
            "mkaCKN": r"(?:[0-9A-Fa-f]{2}){1,32}",
            "eapolVersion": r"EAPoLv[123]",
            "mode": "|".join(map(re.escape, self.spec.modes)),
        }.get(name, r".{0,128}")
        return re.fullmatch(pattern, value) is not None


def _error(code: int, sub_code: int | None = None) -> Answer:
    details = {} if sub_code is None else {"details": {"subCode": sub_code}}
    return {"error": {"code": code, "message": _MESSAGES[code], **details}}
