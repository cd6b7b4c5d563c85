"""`plan --html`, `show --html`, `run --dry-run --html` and `verify --html`: the page is there whole, and where it cannot be, nothing is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.line import Line, simulated
from typer.testing import CliRunner

from portseal.cli.main import app

PLAYBOOK = """\
schema_version: 1
name: seal
action: seal
waves: {shares: ["1"]}
"""


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with simulated(tmp_path_factory.mktemp("pages")) as running:
        yield running


def call(line: Line, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments, "-s", str(line.site)])
    return done.exit_code, f"{done.output}{done.exception or ''}"


def test_a_plan_is_written_as_a_page_with_the_waves_of_a_playbook(line: Line, tmp_path: Path) -> None:
    page, book = tmp_path / "review.html", tmp_path / "seal.yaml"
    book.write_text(PLAYBOOK, encoding="utf-8")
    code, said = call(line, "plan", "-o", str(tmp_path / "p.json"), "--html", str(page), "--playbook", str(book))
    assert (code, f"the review page is in {page}" in said) == (2, True)
    text = page.read_text(encoding="utf-8")
    assert f"portseal apply {tmp_path / 'p.json'}" in text
    assert f"portseal run {book} --plan {tmp_path / 'p.json'}" in text
    assert "the playbook <code>seal</code>" in text
    assert [*re.findall(r"<td>(\d)</td><td>1: <a href=.#s\d.>(acc-0\d)</a>", text)] == [
        ("1", "acc-02"),
        ("2", "acc-01"),
    ]
    assert [secret for secret in line.secrets.values() if secret in text] == []


def test_without_a_playbook_the_page_shows_what_apply_does(line: Line, tmp_path: Path) -> None:
    page = tmp_path / "review.html"
    assert call(line, "plan", "--html", str(page))[0] == 2
    text = page.read_text(encoding="utf-8")
    assert "All switches are one wave" in text
    assert "this plan was not kept in a file" in text


def test_a_saved_plan_gives_the_same_page_again_and_without_its_site_all_but_the_timeline(
    line: Line, tmp_path: Path
) -> None:
    plan, first, again, away = (tmp_path / name for name in ("p.json", "first.html", "again.html", "away.html"))
    book = tmp_path / "seal.yaml"
    book.write_text(PLAYBOOK, encoding="utf-8")
    call(line, "plan", "-o", str(plan), "--html", str(first), "--playbook", str(book))
    logins = len(line["acc-01"].log)
    code, said = call(line, "show", str(plan), "--html", str(again), "--playbook", str(book))
    assert (code, f"the review page is in {again}" in said) == (0, True)
    assert [_timeless(page.read_text(encoding="utf-8")) for page in (again,)] == [
        _timeless(first.read_text(encoding="utf-8"))
    ]
    done = CliRunner().invoke(app, ["show", str(plan), "acc-01", "--html", str(away), "-s", str(tmp_path)])
    assert (done.exit_code, "is no site, so the page has no timeline" in done.output) == (0, True)
    text = away.read_text(encoding="utf-8")
    assert "this page was made where the plan’s site is not" in text
    assert _sections(text).keys() == _sections(first.read_text(encoding="utf-8")).keys()
    assert _sections(text)["patterns"] == _sections(first.read_text(encoding="utf-8"))["patterns"]
    assert len(line["acc-01"].log) == logins


def _timeless(page: str) -> str:
    """Without the times of day that a timeline has, and where they stand in its drawing."""
    return re.sub(r"\d\d:\d\d:\d\d|\b\d+\.\d\b", "_", page)


def _sections(page: str) -> dict[str, str]:
    return dict(re.findall(r'<section id="([a-z]+)"(.*?)</section>', page, re.DOTALL))


def test_the_page_of_a_dry_run_has_its_waves_and_what_is_to_be_known_of_it(line: Line, tmp_path: Path) -> None:
    plan, page, book = tmp_path / "p.json", tmp_path / "run.html", tmp_path / "seal.yaml"
    book.write_text(PLAYBOOK + "gates: {accept_risks: [opens-port]}\n", encoding="utf-8")
    call(line, "plan", "-o", str(plan))
    code, said = call(line, "run", str(book), "--dry-run", "--plan", str(plan), "--html", str(page))
    assert (code, f"the review page is in {page}" in said) == (2, True)
    text = page.read_text(encoding="utf-8")
    assert f"portseal run {book} --plan {plan}" in text
    assert [*re.findall(r"<td>(\d)</td><td>1: <a href=.#s\d.>(acc-0\d)</a>", text)] == [
        ("1", "acc-02"),
        ("2", "acc-01"),
    ]
    assert "Note: " in _sections(text)["timeline"]
    code, said = call(line, "run", str(book), "--html", str(page))
    assert (code, "--html is for the --dry-run" in said) == (1, True)


def test_a_report_is_written_as_a_page(line: Line, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert call(line, "verify", "--html", str(page))[0] == 2
    text = page.read_text(encoding="utf-8")
    assert "0 of 4 camera ports are as intended" in text
    assert all(name in text for name in ("cam-1", "cam-2", "cam-3", "cam-4"))


@pytest.mark.parametrize("verb", ["plan", "verify"])
def test_where_the_page_cannot_be_written_no_switch_is_read(line: Line, tmp_path: Path, verb: str) -> None:
    logins = len(line["acc-01"].log)
    code, said = call(line, verb, "--html", str(tmp_path / "none" / "page.html"))
    assert code == 1
    assert "there is no directory" in said
    assert len(line["acc-01"].log) == logins


def test_a_playbook_without_a_page_says_where_it_belongs(line: Line, tmp_path: Path) -> None:
    book = tmp_path / "audit.yaml"
    book.write_text(PLAYBOOK.replace("seal", "audit").replace('waves: {shares: ["1"]}\n', ""), encoding="utf-8")
    for verb in (("plan",), ("show", str(tmp_path / "p.json"))):
        assert "name its file with --html" in call(line, *verb, "--playbook", str(book))[1]
    code, said = call(line, "plan", "--html", str(tmp_path / "x.html"), "--playbook", str(book))
    assert code == 1
    assert "carries no reviewed plan out" in said
