"""A look at a port in, the record of it out: what the port must be, what was seen of it, and what that is worth. Fit to be kept for years.

A record holds no secret, and names no key: a CKN stands in it as a keyed fingerprint, so that a changed one is seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from portseal.core.both_ends import CameraView
from portseal.core.camera_state import CameraMode
from portseal.core.claims import understood_by
from portseal.core.commands import as_sent
from portseal.core.encryption import same_ckn
from portseal.core.evidence import Evidence
from portseal.core.intent import PortIntent
from portseal.core.inventory import Camera, Stage
from portseal.core.model import Value
from portseal.core.observation import Counters, LinkState, MkaStatus, PortState, Session
from portseal.core.platforms import Pack
from portseal.core.profile import CakSource, Cipher, HostMode, MacsecPolicy, Method, Mode
from portseal.core.reasons import Outcome, Reason
from portseal.core.verdict import Verdict


class Check(Value):
    """What one look at a port concluded."""

    at: datetime
    outcome: Outcome
    reason: Reason
    detail: str


class Look(Value):
    """One port as it was looked at: what was seen, and the verdict on it."""

    verdict: Verdict
    at: datetime
    """When the switch was read."""
    state: PortState | None = None
    """None where nothing could be read."""
    later: PortState | None = None
    """After the pause, for counters that must rise; None where nothing was read twice."""
    later_at: datetime | None = None
    camera: CameraView | None = None
    """None where the camera was not asked."""
    earlier: Check | None = None
    """What the first look concluded, where the port was looked at again because it did not pass."""
    count: int = 1
    """Looks there were."""


class Expected(Value):
    """What the port must be."""

    mode: Mode
    host_mode: HostMode
    methods: tuple[Method, ...]
    """None where the mode is `off`."""
    vlan: int | None
    macsec: MacsecPolicy
    cak: CakSource | None
    """None where MACsec is off."""
    ciphers: tuple[Cipher, ...]
    """Allowed ones; none where MACsec is off."""
    ckn: str | None
    """Fingerprint of the static key's name."""
    second_ckn: str | None
    """Of the key that the port takes as well, in a rotation."""
    mac_limit: int | None


class SeenMka(Value):
    """The MKA participant of a port, as the switch showed it."""

    status: MkaStatus
    ckn: str | None
    """Fingerprint."""
    live_peers: int | None
    key_server: bool | None
    cipher: str | None
    policy: str | None
    fallback_key: bool


class Seen(Value):
    """What the switch said of the port. None and nothing mean `shown, and there is none` only where the kind is in `kinds`."""

    at: datetime
    link: LinkState
    err_disabled: str | None
    macs: tuple[str, ...]
    sessions: tuple[Session, ...]
    mka: SeenMka | None
    counters: Counters | None
    kinds: tuple[str, ...]
    """What was read and understood: link, errdisable, session, mka, counters, mac."""
    unparsed: tuple[str, ...]


class SeenLater(Value):
    """What was read a second time: counters that must rise."""

    at: datetime
    counters: Counters | None


class SeenByCamera(Value):
    """What the camera said of its own end."""

    mode: CameraMode = CameraMode.UNKNOWN
    authorized: bool | None = None
    secured: bool | None = None
    ckn: str | None = None
    """Fingerprint."""
    silence: str = ""
    """Why it said nothing, where it did not."""


class Asked(Value):
    """A command that the verdict rests on; its output is not kept."""

    command: str
    evidence: Evidence
    """What the reading of its output rests on: captures of real devices, or the vendor's documents alone."""


class PortRecord(Value):
    """One port: what it must be, what was seen, and what that is worth. Times are UTC."""

    schema_version: Literal[1] = 1
    switch: str
    platform: str
    port: str
    """Long name."""
    camera: str
    mac: str
    location: str
    model: str
    profile: str
    stage: Stage
    expected: Expected
    seen: Seen | None
    """None where nothing could be read."""
    later: SeenLater | None
    by_camera: SeenByCamera | None
    """None where the camera was not asked."""
    outcome: Outcome
    reason: Reason
    detail: str
    hint: str
    at: datetime
    """Of the look that decided."""
    looks: int
    earlier: Check | None
    """What the first look concluded, where a later one decided."""
    asked: tuple[Asked, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict alone."""
        return Verdict(
            switch=self.switch,
            port=self.port,
            camera=self.camera,
            outcome=self.outcome,
            reason=self.reason,
            detail=self.detail,
            hint=self.hint,
        )

    @property
    def evidence(self) -> Evidence:
        """The weakest of what the readings rest on; `none` where nothing was read."""
        levels = [*Evidence]
        return max((each.evidence for each in self.asked), key=levels.index) if self.asked else Evidence.NONE


def asked_of(pack: Pack) -> tuple[tuple[Asked, ...], tuple[Asked, ...]]:
    """The commands that tell of a port of this platform: of any, and of one with MACsec. `{port}` stands for its name.

    As they are sent first: a switch that gave nothing that is understood to one that asks for some lines was asked for all of them.
    """
    told = [
        (each.when, Asked(command=as_sent(pack, each), evidence=understood_by(pack, each).evidence))
        for each in pack.observe
    ]
    return tuple(asked for when, asked in told if when == "always"), tuple(asked for _, asked in told)


def port_record(
    look: Look,
    intent: PortIntent,
    camera: Camera,
    *,
    platform: str,
    asked: tuple[Asked, ...],
    mark: Callable[[str], str],
    clean: Callable[[str], str] = lambda text: text,
) -> PortRecord:
    """The record of `look` at the port of `intent`; `mark` gives the fingerprint of a CKN, `clean` takes secrets out of text."""
    named = _Named(look, intent, mark)
    verdict, macsec = look.verdict, intent.macsec
    secured = macsec.policy is not MacsecPolicy.OFF
    return PortRecord(
        switch=intent.switch,
        platform=platform,
        port=intent.port,
        camera=intent.camera,
        mac=intent.mac,
        location=camera.location or "",
        model=camera.model or "",
        profile=intent.profile,
        stage=intent.stage,
        expected=Expected(
            mode=intent.dot1x.mode,
            host_mode=intent.dot1x.host_mode,
            methods=() if intent.dot1x.mode is Mode.OFF else intent.dot1x.methods,
            vlan=intent.vlan,
            macsec=macsec.policy,
            cak=macsec.cak if secured else None,
            ciphers=macsec.ciphers if secured else (),
            ckn=named.fingerprint(intent.key.ckn if intent.key else None),
            second_ckn=named.fingerprint(intent.fallback_key.ckn if intent.fallback_key else None),
            mac_limit=intent.mac_limit.maximum if intent.mac_limit else None,
        ),
        seen=_seen(look, named, clean),
        later=SeenLater(at=look.later_at, counters=look.later.counters) if look.later and look.later_at else None,
        by_camera=_by_camera(look.camera, named, clean),
        outcome=verdict.outcome,
        reason=verdict.reason,
        detail=clean(named.without_names(verdict.detail)),
        hint=verdict.hint,
        at=look.at,
        looks=look.count,
        earlier=look.earlier
        and look.earlier.model_copy(update={"detail": clean(named.without_names(look.earlier.detail))}),
        asked=asked if look.state else (),
    )


class _Named:
    """The CKNs that are met about one port, each with its fingerprint; one that is shown filled up with zeros has that of its short form."""

    def __init__(self, look: Look, intent: PortIntent, mark: Callable[[str], str]) -> None:
        state = look.camera.state if look.camera else None
        expected = [key.ckn for key in (intent.key, intent.fallback_key, intent.key and intent.key.fallback) if key]
        seen = [mka.ckn for each in (look.state, look.later) if each and (mka := each.mka) and mka.ckn]
        self._known = list(dict.fromkeys([*expected, *seen, *([state.ckn] if state and state.ckn else [])]))
        self._mark = mark

    def fingerprint(self, ckn: str | None) -> str | None:
        if not ckn:
            return None
        return self._mark(next((known for known in self._known if same_ckn(known, ckn)), ckn))

    def without_names(self, text: str) -> str:
        """`text` with fingerprints for the CKNs in it, where it says that they are such."""
        for ckn in self._known:
            text = re.sub(
                rf"\b(CKN|key|says) {re.escape(ckn)}\b", rf"\1 {self.fingerprint(ckn)}", text, flags=re.IGNORECASE
            )
        return text


def _seen(look: Look, named: _Named, clean: Callable[[str], str]) -> Seen | None:
    state = look.state
    if state is None:
        return None
    mka = state.mka
    return Seen(
        at=look.at,
        link=state.link,
        err_disabled=clean(state.err_disabled) if state.err_disabled else state.err_disabled,
        macs=state.macs,
        sessions=state.sessions,
        mka=SeenMka(**{**dict(mka), "ckn": named.fingerprint(mka.ckn)}) if mka else None,
        counters=state.counters,
        kinds=tuple(sorted(state.observed)),
        unparsed=tuple(map(clean, state.unparsed)),
    )


def _by_camera(view: CameraView | None, named: _Named, clean: Callable[[str], str]) -> SeenByCamera | None:
    if view is None:
        return None
    if view.state is None:
        return SeenByCamera(silence=clean(view.silence or "no reason given"))
    state = view.state
    return SeenByCamera(
        mode=state.mode, authorized=state.authorized, secured=state.secured, ckn=named.fingerprint(state.ckn)
    )
