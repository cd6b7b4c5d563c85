"""The Axis client against simulated cameras, whose keys are those that the simulated switch agrees on."""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from portseal.core.camera_state import CameraMode
from portseal.core.errors import CameraError, CameraUnreachable
from portseal.core.inventory import Camera
from portseal.core.settings import CameraGroup, CameraSettings
from portseal.simulator.farm import Farm
from portseal.simulator.faults import ApiDown, ApiError, ApiLoginRefused, ForgetsKey, SaysUnsecured
from portseal.simulator.world import CameraSpec, Device, PortSpec, RadiusSpec, SwitchSpec, Trust
from portseal.transport.axis import AxisCamera
from portseal.transport.camera_ends import camera_ends

PASSWORD = "marked-secret-of-the-camera"
CAK, OTHER = "aa" * 16, "bb" * 16
CONFIG = """\
hostname acc-01
aaa new-model
aaa authentication dot1x default group radius
aaa authorization network default group radius
radius server nac-1
 address ipv4 192.0.2.10 auth-port 1812 acct-port 1813
 key shared
dot1x system-auth-control
key chain ONE macsec
 key a1b2
  cryptographic-algorithm aes-128-cmac
  key-string {cak}
interface GigabitEthernet1/0/1
 switchport mode access
 macsec network-link
 mka pre-shared-key key-chain ONE
interface GigabitEthernet1/0/2
 switchport mode access
 authentication port-control auto
 dot1x pae authenticator
"""
STATIC = Device(mac="ac:cc:8e:00:00:01", name="cam-1", macsec="static", ckn="a1b2", cak=CAK)
TLS = Device(mac="ac:cc:8e:00:00:02", name="cam-2", identity="cam-2", eap="eap-tls", certificate=Trust.VALID)
BARE = Device(mac="ac:cc:8e:00:00:03", name="cam-3")
KEY_NAMES = (("mkaCAK", "mkaCKN"), ("mkaCAK", "mkaCKN"), ("mkaCak", "mkaCkn"))


class Site:
    """Three cameras with an API, and a way to open it."""

    def __init__(self, farm: Farm, folder: Path) -> None:
        self.farm, self.folder = farm, folder
        self.password = PASSWORD
        self.opened: list[AxisCamera] = []
        (folder / "ca.pem").write_text(farm.authority.pem, encoding="ascii")

    def end(self, name: str = "cam-1", **changed: object) -> AxisCamera:
        handle = self.farm.cameras[name]
        group: dict[str, object] = {
            "api": "axis",
            "names": ("*",),
            "user": "root",
            "password": "login/cameras",
            "address": handle.host,
            "port": handle.port,
            "ca": "ca.pem",
        }
        settings = CameraSettings(groups={"g": CameraGroup.model_validate({**group, **changed})}, timeout_seconds=3)
        number = name[-1]
        camera = Camera(
            name=name, mac=f"ac:cc:8e:00:00:0{number}", switch="acc-01", port=f"Gi1/0/{number}", profile="p"
        )
        end = camera_ends(settings, self.folder, lambda _: SecretStr(self.password))(camera)
        assert isinstance(end, AxisCamera)
        self.opened.append(end)
        return end


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    ports = tuple(
        PortSpec(name=f"GigabitEthernet1/0/{number}", device=device)
        for number, device in enumerate((STATIC, TLS, BARE), 1)
    )
    switch = SwitchSpec(
        name="acc-01",
        platform="cisco_iosxe",
        running_config=CONFIG.format(cak=CAK),
        ports=ports,
        radius=(RadiusSpec(address="192.0.2.10", key="shared", users={"cam-2": None}),),
    )
    cameras = tuple(
        CameraSpec(name=each.name, mac=each.mac, switch="acc-01", port=port.name, password=PASSWORD, key_names=names)
        for each, port, names in zip((STATIC, TLS, BARE), ports, KEY_NAMES, strict=True)
    )
    with Farm([switch], username="admin", password="pw", cameras=cameras) as farm:
        site = Site(farm, tmp_path)
        assert becomes(lambda: site.end().state().secured is True)
        assert becomes(lambda: site.end("cam-2").state().authorized is True)
        yield site
        for end in site.opened:
            end.close()


def becomes(claim: Callable[[], bool]) -> bool:
    """Whether `claim` comes true in time; a camera whose port is not open yet does not answer."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        with contextlib.suppress(CameraUnreachable):
            if claim():
                return True
        time.sleep(0.03)
    return False


def test_a_camera_tells_its_mode_its_key_s_name_what_it_can_do_and_that_its_link_is_secured(site: Site) -> None:
    end = site.end()
    assert becomes(lambda: end.state().secured is True)
    state = end.state()
    assert (state.mode, state.ckn, state.can_static, state.can_derived) == (CameraMode.STATIC, "a1b2", True, True)
    state = site.end("cam-2").state()
    assert (state.mode, state.authorized) == (CameraMode.EAP_TLS, True)


def test_a_camera_that_is_given_another_key_is_unsecured_until_it_is_given_the_switch_s_again(site: Site) -> None:
    end = site.end()
    end.set_static("c3d4", SecretStr(OTHER))
    device = site.farm.cameras["cam-1"].device
    assert device is not None
    assert (device.ckn, device.cak, device.macsec) == ("c3d4", OTHER, "static")
    # The port is must-secure, so a camera with another key is dark: nothing reaches its API any more.
    assert becomes(lambda: _unreachable(end))
    site.farm["acc-01"].plug("GigabitEthernet1/0/1", STATIC)
    assert becomes(lambda: end.state().secured is True)


def _unreachable(end: AxisCamera) -> bool:
    try:
        end.state()
    except CameraUnreachable:
        return True
    return False


def test_the_same_key_again_is_no_error_and_changes_nothing(site: Site) -> None:
    end = site.end()
    assert becomes(lambda: end.state().secured is True)
    end.set_static("a1b2", SecretStr(CAK))
    assert becomes(lambda: end.state().secured is True)


def test_a_key_reaches_a_camera_that_calls_it_as_the_reference_does(site: Site) -> None:
    device = site.farm.cameras["cam-3"].device
    assert device is not None
    assert device.ckn is None
    site.end("cam-3").set_static("c3d4", SecretStr(OTHER))
    device = site.farm.cameras["cam-3"].device
    assert device is not None
    assert (device.ckn, device.cak) == ("c3d4", OTHER)


def test_a_camera_that_says_yes_and_keeps_its_key_is_not_taken_at_its_word(site: Site) -> None:
    end = site.end("cam-3")
    end.set_static("a1b2", SecretStr(CAK))
    site.farm.cameras["cam-3"].inject(ForgetsKey())
    with pytest.raises(CameraUnreachable, match="cam-3: said that it took CKN c3d4 and does not show it") as unsure:
        end.set_static("c3d4", SecretStr(OTHER))
    assert OTHER not in _everything(unsure.value)


def test_a_camera_goes_from_eap_tls_to_off_and_back(site: Site) -> None:
    end = site.end("cam-2")
    end.disable()
    device = site.farm.cameras["cam-2"].device
    assert device is not None
    assert (device.eap, device.macsec) == (None, "none")
    site.farm["acc-01"].plug("GigabitEthernet1/0/2", TLS)
    end = site.end("cam-2")
    assert becomes(lambda: end.state().authorized is True)
    end.set_eap_tls(identity="cam-2", certificate="cam-2", authorities=["site"])
    device = site.farm.cameras["cam-2"].device
    assert device is not None
    assert (device.eap, device.macsec, device.identity) == ("eap-tls", "derived", "cam-2")


def test_the_certificate_a_camera_authenticates_with_can_be_read(site: Site) -> None:
    [held] = site.end("cam-2").certificates()
    assert held.in_use
    assert held.pem.startswith("-----BEGIN CERTIFICATE-----")


def test_a_key_that_cannot_be_one_is_refused_by_the_camera_and_not_shown(site: Site) -> None:
    with pytest.raises(CameraError, match=r"cam-1: refused setWired8021XConfiguration: Invalid parameter") as refused:
        site.end().set_static("a1b2", SecretStr("marked-secret-cak"))
    assert "marked-secret" not in _everything(refused.value)
    assert site.farm.cameras["cam-1"].device == STATIC


def test_an_error_object_is_told_with_its_code_and_rid_of_what_was_sent(site: Site) -> None:
    site.farm.cameras["cam-1"].inject(ApiError(method="setWired8021XConfiguration", message=f"bad key {CAK.upper()}"))
    with pytest.raises(CameraError, match=r"bad key ‹secret› \(code 1000\)") as refused:
        site.end().set_static("a1b2", SecretStr(CAK))
    assert CAK not in _everything(refused.value).lower()


def test_a_wrong_password_and_a_refused_login_are_told_and_not_shown(site: Site) -> None:
    site.password = "marked-secret-wrong"
    with pytest.raises(CameraError, match="cam-1: refused the login of 'root'") as refused:
        site.end().state()
    assert "marked-secret" not in _everything(refused.value)
    assert not isinstance(refused.value, CameraUnreachable)
    site.password = PASSWORD
    site.farm.cameras["cam-1"].inject(ApiLoginRefused())
    with pytest.raises(CameraError, match="refused the login"):
        site.end().state()


def test_a_camera_whose_api_is_down_is_unreachable_and_nothing_is_concluded(site: Site) -> None:
    site.farm.cameras["cam-1"].inject(ApiDown())
    with pytest.raises(CameraUnreachable, match=r"cam-1: hung up at 127\.0\.0\.1 port \d+ without an answer"):
        site.end().state()
    with pytest.raises(CameraUnreachable, match=r"does not answer at 127\.0\.0\.1 port 9; nothing was sent"):
        site.end(port=9).state()


def test_what_speaks_no_tls_is_told_as_that(site: Site) -> None:
    with pytest.raises(
        CameraUnreachable, match=r"speaks no TLS of ours at 127\.0\.0\.1 port \d+ \(.+\); nothing was sent"
    ):
        site.end(port=site.farm["acc-01"].port).state()


def test_a_certificate_of_another_authority_is_refused_before_anything_is_sent(site: Site) -> None:
    before = len(site.farm.cameras["cam-1"].requests)
    with pytest.raises(CameraError, match=r"certificate is not trusted \(unable to get local issuer") as refused:
        site.end(ca="").state()
    assert not isinstance(refused.value, CameraUnreachable)
    assert len(site.farm.cameras["cam-1"].requests) == before
    assert site.end(ca="", accept_any_certificate=True).state().mode is CameraMode.STATIC


def test_a_certificate_can_be_made_out_to_the_camera_s_name(site: Site) -> None:
    assert site.end(certificate_name="name", address="localhost").state().mode is CameraMode.STATIC
    with pytest.raises(CameraError, match=r"not trusted .*localhost"):
        site.end(address="localhost").state()


def test_another_camera_at_the_address_is_never_changed(site: Site) -> None:
    there = site.farm.cameras["cam-2"].port
    with pytest.raises(
        CameraError, match=r"another camera answers at .*: ac:cc:8e:00:00:02 instead of ac:cc:8e:00:00:01"
    ):
        site.end(port=there).set_static("c3d4", SecretStr(OTHER))
    assert "setWired8021XConfiguration" not in site.farm.cameras["cam-2"].requests


def test_a_camera_may_contradict_its_switch(site: Site) -> None:
    site.farm.cameras["cam-1"].inject(SaysUnsecured())
    assert site.end().state().secured is False
    site.farm.cameras["cam-1"].heal()
    assert becomes(lambda: site.end().state().secured is True)


@pytest.mark.parametrize("text", ["", "nothing", "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n"])
def test_an_authority_s_file_that_is_none_is_told_and_nobody_else_is_trusted_instead(site: Site, text: str) -> None:
    (site.folder / "ca.pem").write_text(text, encoding="ascii")
    with pytest.raises(CameraError, match=r"ca\.pem cannot be used"):
        site.end()


def _everything(error: BaseException) -> str:
    """All that an exception could show of itself and of those behind it."""
    told = ""
    seen: BaseException | None = error
    while seen is not None:
        told += f"{seen} {seen!r} {vars(seen)}"
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return told


def test_tls_is_never_below_version_1_2(site: Site) -> None:
    assert site.end()._reach.trust.minimum_version >= ssl.TLSVersion.TLSv1_2
