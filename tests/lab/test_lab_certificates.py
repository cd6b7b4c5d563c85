"""What the site's own authority issues, before the real FreeRADIUS and the real wpa_supplicant."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from portseal.authority import Authority, init_authority, issue, revoke
from portseal.authority_index import Purpose
from portseal.signing import Wanted

if TYPE_CHECKING:
    from lab.campus import Campus
    from lab.certs import Identity

pytestmark = [pytest.mark.lab, pytest.mark.source_tree]
Build = Callable[..., "Campus"]

NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def issued(ca: Authority, purpose: Purpose, name: str) -> Identity:
    from lab.certs import Identity

    wanted = Wanted(purpose, name, (name,), (), NOW + datetime.timedelta(days=365))
    made = issue(ca, wanted, name, kind="rsa-2048", now=NOW)
    assert made.key is not None
    return Identity(made.certificate, made.key, int(made.issued.serial, 16))


def serve(campus: Campus, ca: Authority, server: Identity) -> None:
    """Have the RADIUS server show `server`, and believe `ca` and its revocation list as they are now."""
    from lab.campus import SECRET

    trusted = campus.keeper.work / "ours-and-crl.pem"
    trusted.write_bytes((ca.folder / "ca.pem").read_bytes() + (ca.folder / "crl.pem").read_bytes())
    campus.radius.stop()
    campus.radius._certificate, campus.radius._ca = server, trusted
    campus.radius.start(SECRET)


def test_issued_certificates_let_cameras_in_and_revoked_ones_do_not(build: Build, tmp_path: Path) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(3)
    ca = init_authority(
        tmp_path / "ca",
        name="Site cameras",
        kind="rsa-2048",
        years=10,
        passphrase=SecretStr("a passphrase of the lab"),
        now=NOW,
        crl_days=30,
    )
    server = issued(ca, "radius", "radius.lab")
    one, stolen, foreign = issued(ca, "camera", "cam-01"), issued(ca, "camera", "cam-02"), campus.good["cam-03"]
    revoke(ca, "camera", "cam-02", now=NOW, crl_days=30)
    serve(campus, ca, server)
    seal(campus.switch, 1, 2, 3)
    campus.port(1).supplicant("cam-01", one, ca.folder / "ca.pem")
    campus.port(2).supplicant("cam-02", stolen, ca.folder / "ca.pem")
    campus.port(3).supplicant("cam-03", foreign, ca.folder / "ca.pem")  # of another authority
    campus.port(1).wait_until_it_reaches(RECORDER)
    assert campus.port(2).stays_away_from(RECORDER)
    assert campus.port(3).stays_away_from(RECORDER)
    assert "certificate revoked" in campus.radius.said().lower()


def test_a_camera_does_not_answer_a_server_of_another_authority(build: Build, tmp_path: Path) -> None:
    from lab.campus import RECORDER
    from lab.files import seal
    from lab.net import wait_for

    campus = build(1)
    ca = init_authority(
        tmp_path / "ca",
        name="Site cameras",
        kind="ec-p256",
        years=1,
        passphrase=SecretStr("a passphrase of the lab"),
        now=NOW,
        crl_days=30,
    )
    seal(campus.switch, 1)
    campus.port(1).supplicant("cam-01", issued(ca, "camera", "cam-01"), ca.folder / "ca.pem")
    wait_for("the server hears of it", lambda: "Alert read:fatal:unknown CA" in campus.radius.said(), 20)
    assert campus.port(1).stays_away_from(RECORDER)
