"""The site's own authority: what it issues is believed by others (OpenSSL), and nothing it wrote is written over."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from portseal.authority import Authority, init_authority, issue, open_authority, renew_list, revoke
from portseal.authority_index import Purpose, read_index
from portseal.core.errors import InputError, SecretError
from portseal.signing import Wanted

PASSPHRASE = SecretStr("marked-secret-passphrase")
NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def ca(tmp_path: Path) -> Authority:
    return init_authority(
        tmp_path / "ca", name="Site CA", kind="ec-p256", years=10, passphrase=PASSPHRASE, now=NOW, crl_days=30
    )


def wanted(purpose: Purpose = "camera", name: str = "cam-1", days: int = 365) -> Wanted:
    return Wanted(purpose, name, (name,), ("192.0.2.7",), NOW + days * DAY)


def openssl(*arguments: str | Path) -> str:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def verified(ca: Authority, file: Path, purpose: str) -> str:
    given = ("-CAfile", ca.folder / "ca.pem", "-CRLfile", ca.folder / "crl.pem", "-crl_check", "-purpose", purpose)
    return openssl("verify", "-x509_strict", *given, file)


def test_openssl_believes_what_is_issued_for_its_purpose_and_for_no_other(ca: Authority) -> None:
    radius = issue(ca, wanted("radius", "nac-1"), "nac-1", kind="rsa-2048", now=NOW).certificate
    camera = issue(ca, wanted(), "cam-1", kind="ec-p256", now=NOW).certificate
    assert verified(ca, radius, "sslserver").endswith(": OK\n")
    assert verified(ca, camera, "sslclient").endswith(": OK\n")
    assert verified(ca, camera, "sslserver").endswith(": OK\n")
    assert "OK" not in verified(ca, radius, "sslclient")


def test_a_radius_certificate_says_what_supplicants_want_to_read(ca: Authority) -> None:
    made = issue(ca, wanted("radius", "nac-1"), "nac-1", kind="rsa-2048", now=NOW)
    text = openssl("x509", "-noout", "-text", "-in", made.certificate)
    for said in (
        "TLS Web Server Authentication",
        "1.3.6.1.5.5.7.3.14",
        "DNS:nac-1",
        "IP Address:192.0.2.7",
        "CA:FALSE",
    ):
        assert said in text
    assert "TLS Web Client Authentication" not in text


def test_what_is_revoked_is_believed_no_more_and_the_rest_is(ca: Authority) -> None:
    one = issue(ca, wanted(), "cam-1", kind="ec-p256", now=NOW)
    other = issue(ca, wanted(name="cam-2"), "cam-2", kind="ec-p256", now=NOW)
    [gone] = revoke(ca, "camera", "cam-1", now=NOW, crl_days=30)
    assert gone.serial == one.issued.serial
    assert "certificate revoked" in verified(ca, one.certificate, "sslclient")
    assert verified(ca, other.certificate, "sslclient").endswith(": OK\n")
    with pytest.raises(
        InputError, match="no certificate to camera cam-1 still counts; what there was is revoked already"
    ):
        revoke(ca, "camera", "cam-1", now=NOW, crl_days=30)


def test_each_list_has_a_higher_number_and_is_due_when_it_was_said(ca: Authority) -> None:
    def numbered() -> tuple[int, datetime.datetime | None]:
        found = x509.load_pem_x509_crl((ca.folder / "crl.pem").read_bytes())
        return found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number, found.next_update_utc

    assert numbered() == (1, NOW + 30 * DAY)
    renew_list(ca, now=NOW, crl_days=7)
    assert numbered() == (2, NOW + 7 * DAY)


def test_a_certificate_that_has_ended_leaves_the_list(ca: Authority) -> None:
    issue(ca, wanted(days=10), "cam-1", kind="ec-p256", now=NOW)
    revoke(ca, "camera", "cam-1", now=NOW, crl_days=30)
    assert len(x509.load_pem_x509_crl((ca.folder / "crl.pem").read_bytes())) == 1
    renew_list(ca, now=NOW + 11 * DAY, crl_days=30)
    assert len(x509.load_pem_x509_crl((ca.folder / "crl.pem").read_bytes())) == 0


def test_two_ends_with_issued_certificates_trust_each_other_over_tls(ca: Authority) -> None:
    radius = issue(ca, wanted("radius", "nac-1"), "nac-1", kind="rsa-2048", now=NOW)
    camera = issue(ca, wanted(), "cam-1", kind="ec-p256", now=NOW)
    assert radius.key is not None
    assert camera.key is not None
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(ca.folder / "ca.pem"))
    server.load_cert_chain(radius.certificate, radius.key)
    server.verify_mode = ssl.CERT_REQUIRED
    client = ssl.create_default_context(cafile=str(ca.folder / "ca.pem"))
    client.load_cert_chain(camera.certificate, camera.key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname="nac-1"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    waiting = list(ends)
    for _ in range(10):
        for end in list(waiting):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(end)
    assert not waiting
    assert ("commonName", "cam-1") in ends[1].getpeercert()["subject"][0]  # type: ignore[index]


def test_private_keys_are_for_their_owner_alone_and_the_authority_s_is_encrypted(ca: Authority) -> None:
    made = issue(ca, wanted(), "cam-1", kind="ec-p256", now=NOW)
    assert made.key is not None
    for file in (made.key, ca.folder / "ca.key", ca.folder / "index.json"):
        assert file.stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED PRIVATE KEY" in (ca.folder / "ca.key").read_bytes()
    again = open_authority(ca.folder, PASSPHRASE)
    assert again.certificate == ca.certificate
    with pytest.raises(SecretError, match="passphrase does not open it") as refused:
        open_authority(ca.folder, SecretStr("marked-secret-wrong-one"))
    assert "marked-secret" not in f"{refused.value!r}{refused.value.__cause__!r}"


def test_nothing_is_written_over(ca: Authority) -> None:
    before = {file: file.read_bytes() for file in ca.folder.glob("ca.*")}
    with pytest.raises(InputError, match="there is an authority already"):
        init_authority(ca.folder, name="Other", kind="ec-p256", years=1, passphrase=PASSPHRASE, now=NOW, crl_days=30)
    assert {file: file.read_bytes() for file in before} == before
    first = issue(ca, wanted(), "cam-1", kind="ec-p256", now=NOW)
    kept = first.certificate.read_bytes()
    with pytest.raises(InputError, match=r"cam-1 has a certificate until .* --again"):
        issue(ca, wanted(), "cam-1", kind="ec-p256", now=NOW)
    second = issue(ca, wanted(), "cam-1", kind="ec-p256", now=NOW, again_before=366)
    assert (first.certificate.name, second.certificate.name) == ("camera-cam-1-1.pem", "camera-cam-1-2.pem")
    assert first.certificate.read_bytes() == kept


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours catches it."""


def killed_at(step: int, patch: pytest.MonkeyPatch) -> None:
    """Let the `step`-th making or renaming of a file from now on be the last thing that this process does."""
    left = [step]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    real_open, real_replace = os.open, Path.replace

    def opening(path: str | Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_EXCL:
            count()
        return real_open(path, flags, mode)

    def replacing(path: Path, target: Path) -> Path:
        count()
        return real_replace(path, target)

    patch.setattr(os, "open", opening)
    patch.setattr(Path, "replace", replacing)


@pytest.mark.parametrize("step", range(1, 12))
def test_a_process_that_is_killed_at_any_step_leaves_an_authority_that_goes_on(
    ca: Authority, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    killed_at(step, monkeypatch)
    with contextlib.suppress(Killed):
        issue(ca, wanted(), "cam-1", kind="ec-p256", now=NOW)
        revoke(ca, "camera", "cam-1", now=NOW, crl_days=30)
    monkeypatch.undo()
    with contextlib.suppress(InputError):  # nothing was issued yet, or it was revoked: then the list is made anew
        revoke(ca, "camera", "cam-1", now=NOW, crl_days=30)
    there = {each.serial: each for each in read_index(ca.folder).issued}
    for file in ca.folder.glob("issued/*.pem"):
        assert f"{x509.load_pem_x509_certificate(file.read_bytes()).serial_number:x}" in there
    on_the_list = {f"{each.serial_number:x}" for each in x509.load_pem_x509_crl((ca.folder / "crl.pem").read_bytes())}
    assert on_the_list == set(there)
    another = issue(ca, wanted(), "cam-1", kind="ec-p256", now=NOW, again_before=366)
    assert verified(ca, another.certificate, "sslclient").endswith(": OK\n")


@pytest.mark.parametrize("step", range(1, 9))
def test_a_process_that_is_killed_while_an_authority_is_made_leaves_one_or_says_that_it_is_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    def make() -> None:
        init_authority(
            tmp_path / "ca", name="Site", kind="ec-p256", years=1, passphrase=PASSPHRASE, now=NOW, crl_days=30
        )

    killed_at(step, monkeypatch)
    with contextlib.suppress(Killed):
        make()
    monkeypatch.undo()
    if (tmp_path / "ca" / "ca.pem").exists():
        renew_list(open_authority(tmp_path / "ca", PASSPHRASE), now=NOW, crl_days=30)
    elif (tmp_path / "ca" / "ca.key").exists():
        with pytest.raises(InputError, match="half of one"):
            make()
    else:
        make()


def test_a_key_that_never_left_the_camera_can_be_certified(ca: Authority) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "whatever it asks for")])
    asked = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    request = asked.public_bytes(serialization.Encoding.PEM)
    made = issue(ca, wanted(), "cam-1", kind="rsa-2048", now=NOW, request=request)
    assert made.key is None
    found = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    assert found.public_key() == key.public_key()
    assert found.subject.rfc4514_string() == "CN=cam-1"
    with pytest.raises(InputError, match="no certificate signing request"):
        issue(ca, wanted(name="cam-2"), "cam-2", kind="rsa-2048", now=NOW, request=b"nothing")


def test_what_the_authority_does_not_outlive_is_not_issued(ca: Authority) -> None:
    with pytest.raises(InputError, match="the authority itself ends on"):
        issue(ca, wanted(days=3651), "cam-1", kind="ec-p256", now=NOW)


def test_a_passphrase_that_could_be_guessed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="fewer than 16 characters") as refused:
        init_authority(
            tmp_path / "ca", name="x", kind="ec-p256", years=1, passphrase=SecretStr("marked"), now=NOW, crl_days=30
        )
    assert "marked" not in str(refused.value)
    assert not (tmp_path / "ca").exists()


def test_a_damaged_or_missing_authority_is_told(ca: Authority, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="init-ca"):
        open_authority(tmp_path / "nowhere", PASSPHRASE)
    (ca.folder / "index.json").write_text("{}x", encoding="utf-8")
    with pytest.raises(InputError, match=r"index\.json: missing or damaged"):
        issue(ca, wanted(), "cam-1", kind="ec-p256", now=NOW)
    other = init_authority(
        tmp_path / "other", name="Other", kind="ec-p256", years=1, passphrase=PASSPHRASE, now=NOW, crl_days=30
    )
    (other.folder / "ca.pem").write_bytes((ca.folder / "ca.pem").read_bytes())
    with pytest.raises(InputError, match=r"not the key of ca\.pem"):
        open_authority(other.folder, PASSPHRASE)
