"""What Axis cameras answer, as documented, and with the spellings that differ within the documentation."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from portseal.core.camera_state import CameraMode
from portseal.core.vapix import NotUnderstood, newest_version, refusal, request, wired_ports
from portseal.transport.http_login import Login

WORDS = st.sampled_from(
    [
        "data",
        "devices",
        "wired",
        "8021X",
        "enabled",
        "status",
        "mode",
        "configurations",
        "params",
        "supportedModes",
        "MACsecSecured",
        "mkaCkn",
        "eapolVersion",
        "certClient",
        "name",
        "macAddress",
        "error",
        "code",
        "details",
    ]
)


def answer(mac: str = "ACCC8E000001", **dot1x: object) -> dict[str, object]:
    device = {"name": "eth0", "type": "wired", "macAddress": mac, "wired": {"linkMode": "auto", "8021X": dot1x}}
    other = {"name": "eth1", "type": "wlan", "macAddress": "ac:cc:8e:00:00:02", "wlan": {"station": {"8021X": {}}}}
    return {"apiVersion": "1.0", "method": "getNetworkInfo", "data": {"system": {}, "devices": [device, other]}}


def psk(name: str = "mkaCkn") -> list[Mapping[str, object]]:
    return [{"mode": "MACsec-PSK", "params": {"is_mka_cak_set": True, name: "CAFFEE"}}]


def test_only_wired_ports_that_have_802_1x_are_ports() -> None:
    [wired] = wired_ports(answer(enabled=False))
    assert (wired.device, wired.mac) == ("eth0", "ac:cc:8e:00:00:01")


@pytest.mark.parametrize("mode", ["MACsec-PSK", "MACsec PSK", "macsec_psk"])
@pytest.mark.parametrize("name", ["mkaCkn", "mkaCKN"])
def test_a_static_key_is_known_in_every_documented_spelling(mode: str, name: str) -> None:
    [wired] = wired_ports(
        answer(
            enabled=True,
            status="authorized",
            mode=mode,
            configurations=psk(name),
            supportedModes=["WPA-Enterprise-EAPTLS", mode],
            MACsecSecured=True,
        )
    )
    state = wired.state
    assert (state.mode, state.secured, state.ckn, state.authorized) == (CameraMode.STATIC, True, "caffee", True)
    assert (state.can_static, state.can_derived) == (True, True)


@pytest.mark.parametrize(("eapol", "secured"), [("EAPoLv3", True), ("EAPoLv2", None), (None, None)])
def test_secured_means_something_for_eap_tls_with_eapol_version_3_only(eapol: str | None, secured: bool | None) -> None:
    params = {"identity": "x", "certClient": "mine", **({"eapolVersion": eapol} if eapol else {})}
    [wired] = wired_ports(
        answer(
            enabled=True,
            mode="WPA-Enterprise-EAPTLS",
            configurations=[{"mode": "WPA-Enterprise-EAPTLS", "params": params}],
            MACsecSecured=True,
        )
    )
    assert wired.state.secured is secured
    assert wired.certificate == "mine"


def test_a_camera_that_is_off_is_not_secured_whatever_it_says() -> None:
    [wired] = wired_ports(answer(enabled=False, status="Stopped", mode="MACsec-PSK", MACsecSecured=True))
    assert (wired.state.mode, wired.state.secured, wired.state.authorized) == (CameraMode.OFF, False, None)


def test_old_firmware_says_nothing_of_macsec_and_nothing_is_made_up() -> None:
    [wired] = wired_ports(answer(enabled=True, status="UNKNOWN", mode="WPA-Enterprise-EAPTLS"))
    state = wired.state
    assert (state.secured, state.authorized, state.can_static, state.can_derived) == (None, None, None, None)
    [wired] = wired_ports(answer(enabled="yes", mode=7, supportedModes=["WPA-Enterprise-EAPTLS"], MACsecSecured="no"))
    state = wired.state
    assert (state.mode, state.secured, state.can_static) == (CameraMode.UNKNOWN, None, False)


@pytest.mark.parametrize("bad", [{}, {"data": []}, {"data": {"devices": "eth0"}}, {"data": {}}])
def test_an_answer_without_devices_is_not_understood(bad: dict[str, object]) -> None:
    with pytest.raises(NotUnderstood):
        wired_ports(bad)


@pytest.mark.parametrize("ckn", ["", "abc", "zz", "aa" * 33, "\x1b[31m", 7])
def test_what_is_no_key_name_is_not_taken_for_one(ckn: object) -> None:
    params = [{"mode": "MACsec-PSK", "params": {"mkaCkn": ckn}}]
    [wired] = wired_ports(answer(enabled=True, mode="MACsec-PSK", configurations=params))
    assert wired.state.ckn is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(WORDS | st.text(max_size=4), inside, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(WORDS, JSON, max_size=6), st.dictionaries(WORDS, JSON, max_size=3))
def test_no_answer_whatever_it_is_breaks_the_reader_or_is_secured_by_accident(
    dot1x: dict[str, object], broken: dict[str, object]
) -> None:
    for wired in wired_ports(answer("ACCC8E000001", **dot1x)):
        assert wired.state.secured is not True or dot1x.get("MACsecSecured") is True
    with contextlib.suppress(NotUnderstood):
        wired_ports(broken)
    refusal(broken)


def test_an_error_object_is_a_refusal_with_its_numbers() -> None:
    found = refusal({"error": {"code": 4004, "message": "Invalid parameter(s)", "details": {"subCode": 110}}})
    assert found == (4004, "Invalid parameter(s) (code 4004, sub-code 110)")
    assert refusal({"data": {}}) is None
    assert refusal({"error": {}}) == (None, "no reason given")


def test_a_request_names_version_and_method() -> None:
    assert request("getNetworkInfo", version="1.37") == {"apiVersion": "1.37", "method": "getNetworkInfo"}
    assert request("x", {}, version=None) == {"method": "x", "params": {}}


@pytest.mark.parametrize(
    ("listed", "newest"),
    [
        (["1.0", "2.4", "3.1"], "1.0"),
        (["1.9", "1.37"], "1.37"),
        (["2.4"], "1.0"),
        ([], "1.0"),
        ("1.5", "1.0"),
        ([None, "1.x"], "1.0"),
    ],
)
def test_the_newest_version_of_the_first_generation_is_asked_for(listed: object, newest: str) -> None:
    assert newest_version({"data": {"supportedVersions": listed}}) == newest
    assert newest_version({"data": listed}) == "1.0"


def asked(challenges: list[str], *, basic: bool) -> Iterator[str]:
    """The `Authorization` of each request that a client sends to a server with these challenges."""
    seen: list[str] = []

    def serve(sent: httpx.Request) -> httpx.Response:
        seen.append(sent.headers.get("authorization", ""))
        return httpx.Response(401, headers=[("WWW-Authenticate", each) for each in challenges])

    login = Login("root", SecretStr("secret"), basic=basic)
    with httpx.Client(transport=httpx.MockTransport(serve), auth=login) as client:
        client.get("https://camera.example/")
    return (each.split(" ")[0] for each in seen)


DIGEST = 'Digest realm="AXIS", nonce="abc", algorithm=MD5, qop="auth"'


def test_digest_is_chosen_before_basic_and_basic_only_toward_a_checked_certificate() -> None:
    assert list(asked(['Basic realm="AXIS"', DIGEST], basic=True)) == ["", "Digest"]
    assert list(asked(['Basic realm="AXIS"'], basic=True)) == ["", "Basic"]
    assert list(asked(['Basic realm="AXIS"'], basic=False)) == [""]
