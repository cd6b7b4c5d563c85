"""An Axis camera's end of a link, by its own API: JSON over HTTPS, with HTTP digest authentication.

Certificates are checked unless the site says otherwise in so many words. Every answer is tied to the camera of the inventory
by its MAC address before anything is changed. No message and no exception holds what was sent.
"""

from __future__ import annotations

import json
import re
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from portseal.core import vapix
from portseal.core.camera_state import CameraCertificate, CameraMode, CameraState
from portseal.core.errors import CameraError, CameraUnreachable
from portseal.core.inventory import Camera
from portseal.core.secrets import REDACTED, Redactor
from portseal.transport.http_login import Login, tls_failure

_LOOK_BACK = 1.5
"""Seconds for looking whether a key was taken: with it the link may have gone dark, and the switch waits for its half."""
_LOOKS = 3
_LONGEST = 300
"""Characters that are shown of what a camera says."""
_LIKE_A_KEY = re.compile(r"[0-9A-Fa-f]{32,}")
"""Never shown, whoever's it is: a camera's message may repeat a key that this process has not sent."""


@dataclass(frozen=True)
class Reach:
    """How a camera is reached."""

    host: str
    port: int
    user: str
    password: SecretStr
    trust: ssl.SSLContext
    made_out_to: str | None = None
    """What its certificate is made out to, where that is not the host."""
    timeout: float = 5.0
    """Seconds, for connecting and for each answer."""


class AxisCamera:
    """One Axis camera; has the methods of `CameraEnd`. For one thread at a time."""

    keys_at_once = 1

    def __init__(self, camera: Camera, reach: Reach) -> None:
        self.camera = camera.name
        self._mac = camera.mac
        self._reach = reach
        self._hidden = [reach.password]
        self._version: str | None = None
        checked = reach.trust.verify_mode is ssl.CERT_REQUIRED
        host = f"[{reach.host}]" if ":" in reach.host else reach.host
        self._client = httpx.Client(
            base_url=f"https://{host}:{reach.port}",
            auth=Login(reach.user, reach.password, basic=checked),
            verify=reach.trust,
            timeout=reach.timeout,
            trust_env=False,  # no proxy between us and a camera
            follow_redirects=False,
        )

    def state(self) -> CameraState:
        """As `CameraEnd.state`."""
        return self._wired().state

    def set_static(self, ckn: str, cak: SecretStr) -> None:
        """As `CameraEnd.set_static`."""
        self._hidden.append(cak)
        wired = self._wired()
        if wired.state.can_static is False:
            raise CameraError(self.camera, "offers no MACsec with a static key; AXIS OS 11.8 and later may")
        refused: CameraError | None = None
        said_yes = False
        for for_cak, for_ckn in vapix.KEY_SPELLINGS:
            key = {for_cak: cak.get_secret_value(), for_ckn: ckn}
            try:
                self._set(wired.device, {"enabled": True, "mode": vapix.STATIC, **key})
            except _Refused as error:
                if error.code != vapix.INVALID_PARAMETER:
                    raise
                refused = error
                continue
            said_yes = True
            if self._took(ckn):
                return
        if refused is None or said_yes:
            raise CameraUnreachable(
                self.camera, f"said that it took CKN {ckn} and does not show it: what it has is not known"
            )
        raise refused

    def set_eap_tls(
        self, *, identity: str | None = None, certificate: str | None = None, authorities: Sequence[str] = ()
    ) -> None:
        """As `CameraEnd.set_eap_tls`; EAPOL version 3, without which there is no MACsec."""
        wired = self._wired()
        if certificate is None and wired.certificate is None:
            raise CameraError(self.camera, "has no client certificate chosen for EAP-TLS; name one that it holds")
        params: dict[str, object] = {"enabled": True, "mode": vapix.EAP_TLS, "eapolVersion": "EAPoLv3"}
        if identity is not None:
            params["identity"] = identity
        if certificate is not None:
            params["certClient"] = certificate
        if authorities:
            params["certsCA"] = list(authorities)
        self._set(wired.device, params)

    def disable(self) -> None:
        """As `CameraEnd.disable`."""
        self._set(self._wired().device, {"enabled": False})

    def certificates(self) -> tuple[CameraCertificate, ...]:
        """As `CameraEnd.certificates`."""
        chosen = self._wired().certificate
        listed = self._send("GET", vapix.CERTIFICATES, None).get("data")
        if not isinstance(listed, Sequence) or isinstance(listed, str):
            raise CameraError(self.camera, "its list of certificates is not as documented")
        return tuple(
            CameraCertificate(name=str(each.get("alias")), pem=each["certificate"], in_use=each.get("alias") == chosen)
            for each in listed
            if isinstance(each, Mapping) and isinstance(each.get("certificate"), str)
        )

    def close(self) -> None:
        """End the session."""
        self._client.close()

    def _wired(self, timeout: float | None = None) -> vapix.Wired:
        """The camera's port that has the MAC address of the inventory.

        Raises:
            CameraUnreachable: no answer.
            CameraError: refused, not understood, or another camera.
        """
        answer = self._ask("getNetworkInfo", timeout=timeout)
        try:
            found = vapix.wired_ports(answer)
        except vapix.NotUnderstood as error:
            raise CameraError(self.camera, str(error)) from None
        if not found:
            raise CameraError(self.camera, "its network settings know no 802.1X on a wired port")
        ours = [wired for wired in found if wired.mac in (None, self._mac)]
        if not ours:
            raise CameraError(
                self.camera, f"another camera answers at {self._reach.host}: {found[0].mac} instead of {self._mac}"
            )
        return max(ours, key=lambda wired: wired.mac is not None)

    def _took(self, ckn: str) -> bool:
        """Whether the camera shows this CKN, shows none, or is not to be had; it is given a moment to show it."""
        for _ in range(_LOOKS):
            try:
                state = self._wired(timeout=min(_LOOK_BACK, self._reach.timeout)).state
            except CameraUnreachable:
                return True
            if state.mode is CameraMode.STATIC and state.ckn in (None, ckn.lower()):
                return True
            time.sleep(_LOOK_BACK / _LOOKS)
        return False

    def _set(self, device: str, params: Mapping[str, object]) -> None:
        self._ask("setWired8021XConfiguration", {"deviceName": device, **params})

    def _ask(
        self, method: str, params: Mapping[str, object] | None = None, *, timeout: float | None = None
    ) -> Mapping[str, object]:
        if self._version is None:  # what is new in an answer may depend on the version that was asked for
            known = self._send("POST", vapix.PATH, vapix.request("getSupportedVersions", version=None), timeout)
            self._version = "1.0" if vapix.refusal(known) else vapix.newest_version(known)
        answer = self._send("POST", vapix.PATH, vapix.request(method, params, version=self._version), timeout)
        if refusal := vapix.refusal(answer):
            said = _LIKE_A_KEY.sub(REDACTED, Redactor(self._hidden).clean(refusal.message))
            said = "".join(each for each in said if each.isprintable())[:_LONGEST]
            raise _Refused(self.camera, f"refused {method}: {said}", refusal.code)
        return answer

    def _send(
        self, verb: str, path: str, body: Mapping[str, object] | None, timeout: float | None = None
    ) -> Mapping[str, object]:
        name = self._reach.made_out_to
        limit = timeout or self._reach.timeout
        try:
            response = self._client.request(
                verb, path, json=body, timeout=limit, extensions={"sni_hostname": name} if name else {}
            )
        except httpx.HTTPError as error:  # no `from`: it holds the request, and that the key
            raise self._failure(error) from None
        if response.status_code in (401, 403):
            raise CameraError(
                self.camera, f"refused the login of {self._reach.user!r}; see its password in portseal.toml"
            )
        if response.status_code != 200:
            raise CameraError(self.camera, f"answered HTTP {response.status_code} to {verb} {path}")
        try:
            answer = json.loads(response.content)
        except ValueError:
            answer = None
        if not isinstance(answer, Mapping):
            raise CameraError(self.camera, f"its answer to {verb} {path} is no JSON object; is this an Axis camera?")
        return answer

    def _failure(self, error: httpx.HTTPError) -> CameraError:
        """An error of ours for one of the library's."""
        where = f"{self._reach.host} port {self._reach.port}"
        failed = tls_failure(error)
        if isinstance(failed, ssl.SSLCertVerificationError):
            return CameraError(
                self.camera,
                f"its certificate is not trusted ({failed.verify_message}), so nothing was sent; name its authority by `ca` in portseal.toml, "
                "or renew it (`portseal certs`)",
            )
        if failed is not None:
            why = str(failed.reason or "no reason given").replace("_", " ").lower()
            return CameraUnreachable(self.camera, f"speaks no TLS of ours at {where} ({why}); nothing was sent")
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return CameraUnreachable(self.camera, f"does not answer at {where}; nothing was sent")
        if isinstance(error, httpx.TimeoutException):
            return CameraUnreachable(self.camera, f"was asked at {where} and did not answer in time")
        if isinstance(error, httpx.RemoteProtocolError):
            return CameraUnreachable(self.camera, f"hung up at {where} without an answer")
        return CameraUnreachable(self.camera, f"the connection to {where} broke ({type(error).__name__})")


class _Refused(CameraError):
    """An `error` object."""

    def __init__(self, camera: str, message: str, code: int | None) -> None:
        super().__init__(camera, message)
        self.code = code
