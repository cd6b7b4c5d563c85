"""The camera's end of a link: what rotation and verification ask of it, whatever its maker's API.

`CameraEnd` is a Protocol; a maker's client has its methods (`FakeCameraEnd` is one without a network, for tests). A camera
without an API has no `CameraEnd`: its installer types the key, and whoever needs the camera waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from pydantic import SecretStr

from portseal.core.camera_state import CameraCertificate, CameraMode, CameraState
from portseal.core.errors import CameraUnreachable
from portseal.core.inventory import Camera


class CameraEnd(Protocol):
    """One camera, reached by its own API."""

    @property
    def camera(self) -> str:
        """Its name in cameras.csv."""

    @property
    def keys_at_once(self) -> int:
        """Static CAKs that it can hold at a time; 1 for every camera known."""

    def state(self) -> CameraState:
        """What it says of its port now. Nothing is written.

        Raises:
            CameraUnreachable: it does not answer, so that nothing may be concluded.
            CameraError: it answers, and refuses or is not understood.
        """

    def set_static(self, ckn: str, cak: SecretStr) -> None:
        """Have it secure its link with this key, and forget the one before. Setting the same key again is no error.

        `ckn` in lower-case hexadecimal digits; `cak` is 32 or 64 of them. Returns once the camera has said that it took
        them; the link may need seconds to come up again.

        Raises:
            CameraUnreachable: it did not answer: whether it took the key is not known, and has to be found out from the
                switch, which sees the CKN in use.
            CameraError: it refused; its key is as before.
        """

    def set_eap_tls(
        self, *, identity: str | None = None, certificate: str | None = None, authorities: Sequence[str] = ()
    ) -> None:
        """Have it authenticate by EAP-TLS, and secure its link with the key derived from that where the switch offers it.

        `certificate` and `authorities` are what its API calls certificates that it holds already; what is not given stays as
        it is. Raises as `set_static` does.
        """

    def disable(self) -> None:
        """Switch 802.1X and MACsec off; certificates and keys stay in the camera. Raises as `set_static` does."""

    def certificates(self) -> Sequence[CameraCertificate]:
        """The certificates it holds with a key of its own. Nothing is written.

        Raises:
            CameraUnreachable: it does not answer.
            CameraError: it has no API for that, or refuses.
        """

    def close(self) -> None:
        """End the session; nothing happens where it has ended."""


CameraEnds = Callable[[Camera], CameraEnd | None]
"""Opens the camera's end, or gives None where the camera has no API that we speak. Nothing is sent before a method is called.

Raises `SecretError` where its login cannot be had."""


class FakeCameraEnd:
    """A camera without a network: keeps the key it is given and tells `moved`, which links it to a simulated port.

    `reachable` False makes it silent; `answers` False makes it take a key and say nothing.
    """

    keys_at_once = 1

    def __init__(self, camera: str, moved: Callable[[str, SecretStr], None] = lambda ckn, cak: None) -> None:
        self.camera = camera
        self.reachable = True
        self.answers = True
        self.secured: bool | None = None
        self.given: list[tuple[str, SecretStr]] = []
        self._moved = moved

    def state(self) -> CameraState:
        """Static mode once it was given a key."""
        self._reach()
        ckn = self.given[-1][0] if self.given else None
        mode = CameraMode.STATIC if ckn else CameraMode.UNKNOWN
        return CameraState(mode=mode, secured=self.secured, ckn=ckn, can_static=True)

    def set_static(self, ckn: str, cak: SecretStr) -> None:
        """Keeps the key; with `answers` False it takes it, and the answer is lost."""
        self._reach()
        self.given.append((ckn, cak))
        self._moved(ckn, cak)
        if not self.answers:
            raise CameraUnreachable(self.camera, "took the request and did not answer")

    def set_eap_tls(
        self, *, identity: str | None = None, certificate: str | None = None, authorities: Sequence[str] = ()
    ) -> None:
        """Forgets its key."""
        self._reach()
        self.given.clear()

    def disable(self) -> None:
        """Forgets its key."""
        self._reach()
        self.given.clear()

    def certificates(self) -> Sequence[CameraCertificate]:
        """It has none."""
        self._reach()
        return ()

    def close(self) -> None:
        """Nothing to end."""

    def _reach(self) -> None:
        if not self.reachable:
            raise CameraUnreachable(self.camera, "does not answer")
