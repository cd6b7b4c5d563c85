"""The journal: what was written is there after any death, and what was tampered with is found."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portseal.change.exclusive import exclusive
from portseal.change.journal import Journal, new_run
from portseal.core.errors import InputError
from portseal.core.journal_entry import ORIGIN, Event, Row, broken, digest_of


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.db") as opened:
        yield opened


def written(journal: Journal) -> None:
    journal.write("r1", Event.RUN_BEGUN, actor="ann@desk", what="apply", plan="abc", ticket="CHG-7")
    journal.write("r1", Event.SWITCH_BEGUN, "acc-01")
    journal.write("r1", Event.ARMING, "acc-01", minutes=5)
    journal.write("r1", Event.SWITCH_BEGUN, "acc-02")
    journal.write("r1", Event.SWITCH_ENDED, "acc-02", ending="applied")


def tamper(journal: Journal, statement: str) -> None:
    base = sqlite3.connect(journal.path)
    with base:
        base.execute(statement)
    base.close()


def test_a_run_reads_back_as_it_was_written(journal: Journal) -> None:
    written(journal)
    (run,) = journal.runs()
    assert (run.actor, run.what, run.ticket, run.plan, run.open) == ("ann@desk", "apply", "CHG-7", "abc", True)
    assert run.endings == {"acc-01": "open: arming", "acc-02": "applied"}
    assert [entry.data for entry in journal.entries("r1", "acc-01")] == [{}, {"minutes": 5}]
    journal.write("r1", Event.RUN_ENDED)
    assert not journal.run("r1").open


def test_an_untouched_journal_is_whole(journal: Journal) -> None:
    assert journal.broken() == ()
    written(journal)
    assert journal.broken() == ()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE entry SET data = '{\"minutes\":9}' WHERE number = 3", "row 3: was changed"),
        ("UPDATE entry SET switch = 'acc-09' WHERE number = 2", "row 2: was changed"),
        ("DELETE FROM entry WHERE number = 3", "row 3: missing"),
        ("DELETE FROM entry WHERE number IN (2, 3)", "rows 2 to 3: missing"),
        ("DELETE FROM entry WHERE number = 5", "row 5: missing at the end"),
        ("DELETE FROM entry", "rows 1 to 5: missing at the end"),
    ],
)
def test_a_changed_or_missing_row_is_found(journal: Journal, statement: str, said: str) -> None:
    written(journal)
    tamper(journal, statement)
    assert any(line.startswith(said) for line in journal.broken()), journal.broken()


def test_a_row_written_after_the_last_one_was_taken_away_does_not_hide_that(journal: Journal) -> None:
    written(journal)
    tamper(journal, "DELETE FROM entry WHERE number = 5")
    journal.write("r2", Event.RUN_BEGUN)
    assert "row 5: missing" in journal.broken()


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8), st.data())
def test_any_change_of_any_field_of_any_row_is_found(texts: list[str], data: st.DataObject) -> None:
    rows: list[Row] = []
    for number, text in enumerate(texts, 1):
        fields = {"at": "t", "run": "r", "event": "note", "switch": "s", "data": text}
        previous = rows[-1].digest if rows else ORIGIN
        digest = digest_of(number=number, previous=previous, **fields)
        rows.append(Row(number=number, previous=previous, digest=digest, **fields))
    assert not list(broken(rows, highest=len(rows)))
    index = data.draw(st.integers(0, len(rows) - 1))
    field = data.draw(st.sampled_from(["at", "run", "event", "switch", "data", "previous", "digest"]))
    rows[index] = rows[index].model_copy(update={field: getattr(rows[index], field) + "x"})
    assert list(broken(rows, highest=len(rows)))


def test_threads_and_processes_share_one_chain(journal: Journal) -> None:
    script = (
        "import sys; from pathlib import Path; from portseal.change.journal import Journal;"
        "from portseal.core.journal_entry import Event; j = Journal(Path(sys.argv[1]));"
        "[j.write('other', Event.NOTE, n=n) for n in range(40)]"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(journal.path)]) as other, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: journal.write("mine", Event.NOTE, n=n), range(80)))
    assert other.returncode == 0
    assert len(journal.entries()) == 120
    assert journal.broken() == ()


def test_a_killed_writer_leaves_whole_rows_only(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    script = (
        "import sys; from pathlib import Path; from portseal.change.journal import Journal;"
        "from portseal.core.journal_entry import Event; j = Journal(Path(sys.argv[1])); n = 0\n"
        "while True: j.write('r', Event.NOTE, n=n); n += 1; print(n, flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        said = [int(writer.stdout.readline()) for _ in range(25)]
        writer.kill()
    with Journal(path) as journal:
        assert len(journal.entries()) >= said[-1]
        assert journal.broken() == ()


def test_secrets_are_taken_out_before_a_row_is_written(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db", clean=lambda text: text.replace("marked", "‹…›")) as journal:
        journal.write("r", Event.NOTE, said="refused marked")
        assert journal.entries()[0].data == {"said": "refused ‹…›"}
    assert b"marked" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_a_plan_is_kept_by_its_digest(journal: Journal) -> None:
    journal.keep_plan("d1", "text")
    journal.keep_plan("d1", "another")
    assert "".join(journal.plan("d1")) == "text"
    with pytest.raises(InputError, match="holds no plan d2"):
        "".join(journal.plan("d2"))


def test_what_is_no_journal_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_text("notes of mine " * 100)
    with pytest.raises(InputError, match="cannot be opened"):
        Journal(path)
    assert path.read_text().startswith("notes of mine")


def test_a_journal_of_a_newer_version_is_refused(journal: Journal) -> None:
    tamper(journal, "PRAGMA user_version = 99")
    with pytest.raises(InputError, match="newer portseal"):
        Journal(journal.path)


def test_two_runs_on_one_site_exclude_each_other_and_the_second_is_told_whose_the_first_is(tmp_path: Path) -> None:
    said = r"another run is at work here \(run r1 of "
    with exclusive(tmp_path, "r1"), pytest.raises(InputError, match=said), exclusive(tmp_path, "r2"):
        pass
    with exclusive(tmp_path, "r3"):
        pass


def test_a_lock_whose_holder_was_killed_is_free(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from portseal.change.exclusive import exclusive\n"
        "with exclusive(Path(sys.argv[1]), 'dead'): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InputError, match="run dead"), exclusive(tmp_path, "r2"):
            pass
        holder.kill()
    with exclusive(tmp_path, "r2"):
        pass


def test_names_of_runs_sort_by_time_and_differ() -> None:
    early, late = datetime(2026, 3, 1, 2, 0, tzinfo=UTC), datetime(2026, 3, 1, 2, 0, 1, tzinfo=UTC)
    assert new_run(early) < new_run(late)
    assert len({new_run(early) for _ in range(40)}) > 1
