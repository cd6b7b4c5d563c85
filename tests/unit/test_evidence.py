"""Evidence that is kept: whole or not there, changed or not, and nothing missing in between."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from portseal.cli.main import app
from portseal.core.bundle import BUNDLE, RECORDS, SIGNATURE, SUMMARY, Bundle, summary_of
from portseal.core.errors import InputError
from portseal.core.evidence import Evidence
from portseal.core.inventory import Stage
from portseal.core.observation import Counters, LinkState
from portseal.core.profile import CakSource, HostMode, MacsecPolicy, Mode
from portseal.core.reasons import HINTS, Outcome, Reason
from portseal.core.record import Asked, Expected, PortRecord, Seen, SeenLater
from portseal.core.record_text import COLUMNS, as_csv, as_jsonl, defused
from portseal.evidence_check import ANYBODY, Checked, check_archive, check_bundle, contents, last_of, overview, trusted
from portseal.evidence_store import Signer, bundles_in, write_bundle
from portseal.signatures import load_key, make_key, public_key, public_text, signed

NIGHT = datetime(2026, 11, 25, 2, tzinfo=UTC)


def record(port: str = "p1", outcome: Outcome = Outcome.PASS, **fields: object) -> PortRecord:
    reason = Reason.AS_INTENDED if outcome is Outcome.PASS else Reason.NOT_SECURED
    made = PortRecord(
        switch="acc-01",
        platform="some",
        port=port,
        camera=f"cam-{port}",
        mac="ac:cc:8e:00:00:17",
        location="Gate, north; mast 3",
        model="M",
        profile="secured",
        stage=Stage.SEALED,
        expected=Expected(
            mode=Mode.CLOSED,
            host_mode=HostMode.SINGLE_HOST,
            methods=(),
            vlan=20,
            macsec=MacsecPolicy.MUST_SECURE,
            cak=CakSource.DERIVED,
            ciphers=(),
            ckn=None,
            second_ckn=None,
            mac_limit=None,
        ),
        seen=Seen(
            at=NIGHT,
            link=LinkState.UP,
            err_disabled=None,
            macs=("ac:cc:8e:00:00:17",),
            sessions=(),
            mka=None,
            counters=Counters(sent=1, received=2),
            kinds=("link",),
            unparsed=(),
        ),
        later=SeenLater(at=NIGHT + timedelta(seconds=2), counters=Counters(sent=3, received=4)),
        by_camera=None,
        outcome=outcome,
        reason=reason,
        detail="‹as it is›",
        hint=HINTS[reason],
        at=NIGHT,
        looks=1,
        earlier=None,
        asked=(Asked(command="show link", evidence=Evidence.CAPTURED),),
    )
    return made.model_copy(update=fields)


def files(*records: PortRecord) -> dict[str, bytes]:
    summary = summary_of(records, {"acc-01": "some"}, unread={}, configurations={"acc-01": {"interface p1": "0" * 12}})
    return {RECORDS: as_jsonl(records).encode(), SUMMARY: summary.model_dump_json().encode(), "ports.csv": b"x\r\n"}


def about(night: int = 0) -> Bundle:
    return Bundle(
        site="s",
        made=NIGHT + timedelta(days=night),
        by="cron@host",
        number=1,
        limit="",
        portseal="1",
        python="3",
        plan="",
        run="",
        fingerprints="‹hmac:0›",
        before=None,
        files={},
    )


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    path = tmp_path_factory.mktemp("key") / "k.pem"
    make_key(path, "")
    return Signer("nightly", load_key(path, None))


@pytest.fixture
def archive(tmp_path: Path, signer: Signer) -> Path:
    for night in range(3):
        write_bundle(tmp_path / "evidence", about(night), files(record(), record("p2", Outcome.FAIL)), signer)
    return tmp_path / "evidence"


def known(signer: Signer) -> dict[str, str]:
    return {"nightly": public_text(signer.key.public_key())}


def problems(archive: Path, keys: dict[str, str], **options: Any) -> dict[str, tuple[str, ...]]:
    return {each.path.name: (*each.wrong, *each.unsigned) for each in check_archive(archive, keys, **options)}


def test_what_was_written_holds_and_says_what_it_is(archive: Path, signer: Signer) -> None:
    found = check_archive(archive, known(signer))
    assert [each.holds for each in found] == [True] * 3
    assert [each.signer for each in found] == ["nightly"] * 3
    assert [each.bundle.number for each in found if each.bundle] == [1, 2, 3]
    records, summary = contents(found[-1])
    assert tuple(records) == (record(), record("p2", Outcome.FAIL))
    assert (summary.ports, summary.switches["acc-01"].failing) == (2, 1)
    assert last_of(archive) == found[-1].path == last_of(found[-1].path)
    listed = overview(bundles_in(archive))
    assert [(row.number, row.outcomes[Outcome.FAIL], row.signed_as) for row in listed] == [
        (n, 1, "nightly") for n in (1, 2, 3)
    ]
    assert problems(archive, {ANYBODY: known(signer)["nightly"]}) == {each.path.name: () for each in found}


def _leads_to(file: Path, other: str) -> None:
    file.unlink()
    file.symlink_to(other)


TAMPERINGS: dict[str, Callable[[Path], object]] = {
    "changed: records.jsonl": lambda b: (b / RECORDS).write_bytes((b / RECORDS).read_bytes().replace(b"fail", b"pass")),
    "missing: ports.csv": lambda b: (b / "ports.csv").unlink(),
    "added: more.txt": lambda b: (b / "more.txt").write_text("x"),
    "changed: ports.csv is no file": lambda b: _leads_to(b / "ports.csv", RECORDS),
    "changed: bundle.json is not what nightly signed": lambda b: (b / BUNDLE).write_text(
        (b / BUNDLE).read_text().replace("cron@host", "me@host")
    ),
    "changed: bundle.json is no description of a bundle any more": lambda b: (b / BUNDLE).write_text("{}"),
    "missing: bundle.json, without which nothing can be said of the rest": lambda b: (b / BUNDLE).unlink(),
    "changed: bundle.sig is no signature": lambda b: (b / SIGNATURE).write_text("{}"),
    "not signed": lambda b: (b / SIGNATURE).unlink(),
}


@pytest.mark.parametrize("said", TAMPERINGS)
def test_every_change_to_a_bundle_shows(archive: Path, signer: Signer, said: str) -> None:
    victim = bundles_in(archive)[-1]
    TAMPERINGS[said](victim)
    checked = check_bundle(victim, known(signer))
    assert (*checked.wrong, *checked.unsigned) == (said,)
    assert not checked.holds


def test_whoever_changes_a_file_and_its_digest_has_to_sign_again_and_is_not_known(
    archive: Path, signer: Signer, tmp_path: Path
) -> None:
    make_key(tmp_path / "other.pem", "")
    other = load_key(tmp_path / "other.pem", None)
    (victim,) = bundles_in(archive)[1:2]
    checked = check_bundle(victim, known(signer))
    forged = signed("evidence", checked.digest, name="nightly", key=other, now=NIGHT)
    (victim / SIGNATURE).write_text(forged.model_dump_json())
    assert check_bundle(victim, known(signer)).wrong == (
        "unknown key: the signature is not of the key that is known of nightly",
    )
    approval = signed("plan", checked.digest, name="nightly", key=signer.key, now=NIGHT)
    (victim / SIGNATURE).write_text(approval.model_dump_json())
    assert not check_bundle(victim, known(signer)).holds, "a signature under a plan is none under evidence"
    assert "whose key is not known here" in check_bundle(bundles_in(archive)[0], {}).unsigned[0]


def test_a_missing_night_shows_and_an_archive_may_begin_later(archive: Path, signer: Signer) -> None:
    one, two, three = bundles_in(archive)
    shutil.rmtree(two)
    assert problems(archive, known(signer))[three.name] == (f"{two.name}, which came before it, is missing",)
    shutil.rmtree(one)
    assert problems(archive, known(signer))[three.name] == (f"{two.name}, which came before it, is missing",)
    assert problems(archive, known(signer), first=three.name) == {three.name: ()}
    with pytest.raises(InputError, match="no bundle 2020"):
        check_archive(archive, {}, first="2020")


def test_a_night_on_which_nobody_looked_shows_where_one_is_due(tmp_path: Path, signer: Signer) -> None:
    made = [write_bundle(tmp_path / "e", about(night), files(record()), signer).name for night in (0, 1, 4)]
    every = timedelta(hours=26)

    def late(now: datetime) -> dict[str, tuple[str, ...]]:
        found = check_archive(tmp_path / "e", known(signer), every=every, now=now)
        return {each.path.name: each.wrong for each in found if each.wrong}

    gap = {made[1]: ("no evidence after it until 2026-11-29 02:00 UTC",)}
    assert late(NIGHT + timedelta(days=4, hours=20)) == gap
    assert late(NIGHT + timedelta(days=6)) == {**gap, made[2]: ("no evidence after it, until now",)}
    assert all(each.holds for each in check_archive(tmp_path / "e", known(signer)))


def test_a_night_that_was_replaced_by_another_shows(archive: Path, signer: Signer, tmp_path: Path) -> None:
    one, two, three = bundles_in(archive)
    shutil.rmtree(two)
    write_bundle(tmp_path / "own", about(0), files(record()), signer)
    made = write_bundle(tmp_path / "own", about(1), files(record()), signer)
    made.rename(two)
    found = problems(archive, known(signer))
    assert found[one.name] == ()
    assert "follows on another" in found[two.name][0]
    assert found[three.name] == (f"follows on another {two.name} than the one that is here, which was replaced",)
    shutil.rmtree(two)
    write_bundle(tmp_path / "third", about(1), files(record()), signer).rename(two)
    assert "names none before it" in problems(archive, known(signer))[two.name][0]


def test_a_process_that_dies_leaves_nothing_that_looks_whole(
    archive: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, died = bundles_in(archive), archive / ".unfinished-x"
    died.mkdir()
    (died / RECORDS).write_bytes(b"half")
    assert bundles_in(archive) == before

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(InputError, match="No space left on device; no evidence was written"):
            write_bundle(archive, about(4), files(record()), signer)
    assert bundles_in(archive) == before
    write_bundle(archive, about(4), files(record()), signer)
    assert [path.name for path in archive.iterdir() if path.name.startswith(".unfinished")] == []
    assert all(each.holds for each in check_archive(archive, known(signer)))


def test_two_bundles_of_one_second_have_two_names_and_the_past_is_not_written(archive: Path, signer: Signer) -> None:
    again = [write_bundle(archive, about(2), files(record()), signer).name for _ in range(10)]
    assert again[0].endswith("Z-2")
    assert [path.name for path in bundles_in(archive)][-10:] == again
    assert all(each.holds for each in check_archive(archive, known(signer)))
    with pytest.raises(InputError, match="set the clock"):
        write_bundle(archive, about(1), files(record()), signer)


def test_evidence_goes_on_after_a_damaged_bundle_and_the_damage_stays_to_be_seen(archive: Path, signer: Signer) -> None:
    last = bundles_in(archive)[-1]
    (last / BUNDLE).write_text("{}")
    assert overview([last])[0].number is None
    write_bundle(archive, about(3), files(record()), signer)
    found = check_archive(archive, known(signer))
    assert [each.holds for each in found] == [True, True, False, False]


def test_where_there_is_nothing_it_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="no evidence here"):
            check_archive(path, {})
        with pytest.raises(InputError, match="no evidence here"):
            last_of(path)
    (tmp_path / "x").write_text("")
    assert not check_archive(tmp_path, {})[0].holds
    with pytest.raises(InputError, match="not of a version"):
        contents(Checked(tmp_path))


def test_a_public_key_is_text_or_a_file(tmp_path: Path, signer: Signer) -> None:
    text = known(signer)["nightly"]
    (tmp_path / "pub").write_text(f'[evidence.signers]\nnightly = "{text}"\n')
    assert public_key(f" {text}\n") == public_key(str(tmp_path / "pub")) == text
    with pytest.raises(InputError, match="no public key"):
        public_key("nightly")


def test_only_evidence_that_holds_is_relied_on(archive: Path, signer: Signer) -> None:
    one, two, three = bundles_in(archive)
    assert trusted(one, known(signer)).holds
    with pytest.raises(InputError, match="--unsigned takes it as it is"):
        trusted(one, {})
    assert not trusted(one, {}, unsigned=True).wrong
    (two / SIGNATURE).unlink()
    with pytest.raises(InputError, match="not signed"):
        trusted(two, known(signer))
    (three / RECORDS).write_bytes(b"")
    with pytest.raises(InputError, match=r"does not hold .*changed: records\.jsonl"):
        trusted(three, known(signer), unsigned=True)


def test_what_may_not_be_read_is_an_error_and_no_finding(
    archive: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refused)  # whoever runs the tests may read everything
    with pytest.raises(InputError, match=r"bundle\.json: Permission denied"):
        check_archive(archive, known(signer))


def test_two_bundles_are_compared_without_a_switch_and_both_have_to_hold(
    archive: Path, signer: Signer, tmp_path: Path
) -> None:
    later = write_bundle(archive, about(4), files(record(), record("p3")), signer)
    first, key = bundles_in(archive)[0], known(signer)["nightly"]
    call = ["evidence", "diff", str(first), str(later), "-s", str(tmp_path), "--key", key]
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, call)
    assert done.exit_code == 2, done.output
    assert [("port removed" in done.output, "new port" in done.output)] == [(True, True)]
    assert f"2 changes on 2 ports since {first.name}" in done.output
    assert f"until {later.name}" in done.output
    same = CliRunner().invoke(app, [*call[:3], str(first), *call[4:]])
    assert same.exit_code == 0
    (later / RECORDS).write_bytes(b"")
    assert isinstance(CliRunner().invoke(app, call).exception, InputError)


DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n;,'\"a 1＝|!"), max_size=12) | st.text(max_size=20))
@example(';"\t')
def test_no_cell_begins_a_formula_whatever_a_camera_is_called(text: str) -> None:
    shown = as_csv([record().model_copy(update={"camera": text, "detail": text, "location": text})])
    (row,) = csv.DictReader(io.StringIO(shown, newline=""))
    assert set(row) == set(COLUMNS)
    for name in ("camera", "detail", "location"):
        assert not row[name].startswith(DANGEROUS)
        for end in ";\n\t":
            assert not any(part.startswith(DANGEROUS) for part in row[name].split(end)[1:])
        assert row[name].replace("'", "") == defused(text).replace("'", "")
    # Read with semicolons between the fields, as some spreadsheets do, it begins none either.
    assert not any(
        part.lstrip('"').startswith(DANGEROUS) for line in shown.splitlines() for part in line.split(";")
    ) or any(character in text for character in "\n\x85\u2028\u2029\x0b\x0c\x1c\x1d\x1e")


def test_csv_is_as_rfc_4180_has_it_and_harmless_text_stays_as_it_is() -> None:
    shown = as_csv([record(), record("p2", Outcome.FAIL)])
    header, first, second, rest = shown.split("\r\n")
    assert (header.count('","') + 1, rest) == (len(COLUMNS), "")
    assert '"Gate, north; mast 3"' in first
    assert '"‹as it is›"' in second
    row = dict(zip(COLUMNS, next(csv.reader([first])), strict=True))
    assert (row["sent_before"], row["received_after"], row["evidence"]) == ("1", "4", "captured")
    assert defused('say "x"') == 'say "x"'


@given(st.text())
def test_json_lines_are_lines_of_ascii_whatever_is_in_them(text: str) -> None:
    lines = as_jsonl([record(detail=text), record(detail=text)])
    assert lines.isascii()
    assert [json.loads(line)["detail"] for line in lines.splitlines()] == [text] * 2
