"""Certificates by the verbs: an authority of the site's own, what ends soon, and where it is told."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from portseal.cli.main import main
from portseal.cli.sim import LOGIN, write_copy
from portseal.core.settings import CameraGroup
from portseal.simulator.camera_specs import camera_specs
from portseal.simulator.campus import demo_secrets, site_specs
from portseal.simulator.certificates import Authority
from portseal.simulator.farm import Farm
from portseal.site import open_site

PASSPHRASE = "marked-secret-passphrase-of-the-authority"
FILES = {
    "hosts.yaml": "---\nacc-01:\n  hostname: 192.0.2.11\n  groups: [access]\n",
    "groups.yaml": """\
---
access:
  platform: cisco_iosxe
  data:
    login: {username: portseal, password: login/switches}
    radius: {servers: [{name: nac-1, address: 198.51.100.11, key: radius/nac-1}]}
""",
    "defaults.yaml": "---\n{}\n",
    "profiles.toml": '[tls]\n[tls.dot1x]\neap = "eap-tls"\nmode = "monitor"\n',
    "cameras.csv": """\
name,mac,switch,port,profile,supplicant,macsec,model,identity,ip
cam-1,ac:cc:8e:00:00:01,acc-01,Gi1/0/1,tls,eap-tls,derived,AXIS Q1,axis-1,192.0.2.101
cam-2,ac:cc:8e:00:00:02,acc-01,Gi1/0/2,tls,eap-tls,derived,AXIS Q2,axis-2,192.0.2.102
""",
    "portseal.toml": '[certificates]\nkey = "ec-p256"\nfiles = ["radius.pem", "more"]\n[apply]\ncounter_pause_seconds = 0.3\n',
}


class Done(NamedTuple):
    """What came of a verb."""

    returncode: int
    stdout: str
    stderr: str


class Line:
    """A site, and the verbs, run in this process as the command runs them."""

    def __init__(self, site: Path, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.site, self.capture, self.patch = site, capture, patch
        self.seen = ""
        patch.setenv("COLUMNS", "200")
        patch.setenv("PORTSEAL_SECRET_CA_PASSPHRASE", PASSPHRASE)

    def run(self, *arguments: str) -> Done:
        self.patch.setattr(sys, "argv", ["portseal", *arguments, "-s", str(self.site)])
        self.capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capture.readouterr()
        self.seen += out + err
        return Done(int(ended.value.code or 0), out, err)

    def good(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Line:
    site = tmp_path / "site"
    site.mkdir()
    for name, text in FILES.items():
        (site / name).write_text(text, encoding="utf-8")
    (site / "more").mkdir()
    certificate, key = Authority().issue("nac-1", "198.51.100.11", days=400)
    (site / "radius.pem").write_text(certificate + key, encoding="ascii")
    return Line(site, capsys, monkeypatch)


def test_an_authority_is_made_issues_revokes_and_shows_what_ends(line: Line) -> None:
    assert "'site cameras' is in" in line.good("certs", "init-ca")
    assert "nac-1, until" in line.good("certs", "issue", "radius", "--dns", "radius.example.net")
    assert "axis-1, until" in line.good("certs", "issue", "camera", "cam-1")
    line.good("certs")
    line.good("certs", "issue", "camera", "cam-2", "--days", "20")
    done = line.run("certs", "--format", "json")
    assert done.returncode == 2
    found = json.loads(done.stdout)["certificates"]
    assert [(each["where"], each["standing"], each["within"]) for each in found if each["standing"] != "good"] == [
        ("ca/issued/camera-cam-2-1.pem", "ending", 30)
    ]
    assert {each["where"] for each in found} >= {
        "radius.pem",
        "ca/ca.pem",
        "ca/crl.pem",
        "ca/issued/radius-nac-1-1.pem",
    }
    done = line.run("certs", "revoke", "camera", "cam-2")
    assert (done.returncode, "nothing was revoked" in done.stderr) == (1, True)
    assert "revoked: issued/camera-cam-2-1.pem" in line.good("certs", "revoke", "camera", "cam-2", "--yes")
    line.good("certs", "crl")
    line.good("certs")
    assert "PRIVATE KEY" not in line.seen


def test_what_the_authority_cannot_do_is_refused_with_the_reason_and_no_secret_is_shown_or_written(line: Line) -> None:
    assert "init-ca" in line.run("certs", "crl").stderr
    line.good("certs", "init-ca")
    for arguments, said in (
        (("init-ca",), "there is an authority already"),
        (("issue", "radius", "nac-9"), "name one of the site's RADIUS servers: nac-1"),
        (("issue", "camera", "cam-9"), "no camera is called 'cam-9'; did you mean"),
        (("issue", "camera", "cam-1", "--days", "9000"), "the authority itself ends on"),
        (("issue", "camera", "cam-1", "--csr", str(line.site / "radius.pem")), "no certificate signing request"),
        (("revoke", "camera", "cam-1", "-y"), "no certificate to camera cam-1 still counts"),
    ):
        done = line.run("certs", *arguments)
        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    written = b"".join(path.read_bytes() for path in line.site.rglob("*") if path.is_file())
    assert PASSPHRASE.encode() not in written + line.seen.encode()


def test_what_has_ended_cannot_be_read_or_is_damaged_is_told_and_is_never_good(line: Line) -> None:
    (line.site / "more" / "old.pem").write_text(Authority().issue("old", "192.0.2.1", days=-3)[0], encoding="ascii")
    (line.site / "more" / "readme.txt").write_text("no certificate", encoding="ascii")
    (line.site / "more" / "bad.pem").write_text(
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", encoding="ascii"
    )
    (line.site / "radius.pem").unlink()
    done = line.run("certs", "--format", "json")
    assert done.returncode == 2
    found = {each["where"]: each for each in json.loads(done.stdout)["certificates"]}
    assert set(found) == {"more/old.pem", "more/bad.pem", "radius.pem"}
    assert (found["more/old.pem"]["standing"], found["more/old.pem"]["days"]) == ("ended", -3)
    assert found["more/bad.pem"]["problem"] == "is damaged"
    assert found["radius.pem"]["problem"] == "cannot be read: No such file or directory"
    assert "ended 3 days ago" in line.run("certs").stdout


@pytest.fixture
def with_cameras(line: Line, tmp_path: Path) -> Iterator[Line]:
    """A copy of the site on a simulated switch; the certificates of one camera end in 20 days, of the other they ended."""
    opened = open_site(line.site)
    secrets = {**demo_secrets(opened.site), LOGIN: "pw"}
    specs = site_specs(opened.site, secrets)
    group = CameraGroup(api="axis", models=("AXIS *",), user="root", password="login/cameras")
    days = {"cam-1": 20, "cam-2": -1}
    cameras = [
        spec.model_copy(update={"valid_days": days[spec.name], "in_band": False})
        for spec in camera_specs(opened.site, {"g": group}, specs, "pw")
    ]
    with Farm(specs, username="admin", password="pw", cameras=cameras) as farm:
        write_copy(opened, tmp_path / "copy", farm, secrets, "admin")
        yield Line(tmp_path / "copy", line.capture, line.patch)


def test_cameras_certificates_are_read_from_what_they_show_and_by_their_api(with_cameras: Line) -> None:
    done = with_cameras.run("certs", "--format", "json")
    assert done.returncode == 2
    found = {each["where"]: each for each in json.loads(done.stdout)["certificates"]}
    assert (found["cam-1 HTTPS"]["standing"], found["cam-1 HTTPS"]["within"]) == ("ending", 30)
    assert (found["cam-1 EAP-TLS (portseal-8021x)"]["standing"], found["cam-1 HTTPS"]["camera"]) == ("ending", "cam-1")
    assert found["cam-2 HTTPS"]["standing"] == "ended"
    assert found["cam-2 HTTPS"]["problem"] == "not trusted: certificate has expired"
    assert "cam-2 EAP-TLS (portseal-8021x)" not in found  # it is not trusted with a login
    assert json.loads(with_cameras.run("certs", "--no-cameras", "--format", "json").stdout)["certificates"] != []


def test_verify_tells_what_ends_beside_the_verdicts_and_no_verdict_depends_on_it(with_cameras: Line) -> None:
    done = with_cameras.run("verify", "--format", "json")
    told = json.loads(done.stdout)
    assert [(each["where"], each["standing"]) for each in told["certificates"]] == [
        ("cam-2 HTTPS", "ended"),
        ("cam-1 HTTPS", "ending"),
    ]
    assert datetime.datetime.fromisoformat(told["certificates"][0]["ends"]).tzinfo
    assert {each["camera"]: each["outcome"] for each in told["verdicts"]} == {"cam-1": "pass", "cam-2": "pass"}
    assert "cam-1 HTTPS" in with_cameras.run("verify").stdout
    assert "certificates" not in with_cameras.run("verify", "--format", "junit").stdout
