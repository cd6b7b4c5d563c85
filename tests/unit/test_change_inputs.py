"""What people and other programs may hand to a change: tables in odd shapes, signatures, journals that somebody wrote in."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portseal.change.again import kept_by
from portseal.change.approval import require_approval, sign
from portseal.change.journal import Journal
from portseal.change.playbook import load_playbook
from portseal.change.run import Orders
from portseal.change.swap import with_camera
from portseal.change.terms import Terms
from portseal.core.errors import InputError
from portseal.core.journal_entry import Event
from portseal.core.plan_file import digest_of, make_plan, plan_text
from portseal.signatures import load_key, make_key

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
NEW = "ac:cc:8e:00:00:99"
DAMAGE = {
    "digest": "UPDATE entry SET digest = x'00ff'",
    "plan": "UPDATE plan SET text = x'00ff'",
    "another plan": "UPDATE plan SET text = (SELECT text FROM plan WHERE digest = 'other') WHERE digest <> 'other'",
}


def swapped(text: str) -> str:
    return with_camera(text, "cam-1", mac=NEW, serial="", name="cameras.csv")


def test_a_row_is_found_in_every_shape_that_spreadsheets_write_and_the_others_are_as_they_were() -> None:
    rows = '\ufeff# by hand;\r\nName;MAC;location\r\n#cam-1;x;y\r\n"cam-1";ac:cc:8e:00:00:01;"Gate; 2"\r\ncam-2;b;c\r\n'
    assert swapped(rows) == rows.replace('"cam-1";ac:cc:8e:00:00:01', f"cam-1;{NEW}")
    assert (
        swapped("location,name,mac\n#old,cam-1,x\nGate,cam-1,y") == f"location,name,mac\n#old,cam-1,x\nGate,cam-1,{NEW}"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,switch,mac\ncam-1,acc-01\n", "cameras.csv:2: has fewer fields than the header"),
        ('name,mac,location\ncam-1,x,"Gate\n2"\n', "cameras.csv:2: goes over several lines"),
    ],
)
def test_a_row_that_cannot_be_changed_alone_is_told_with_its_place(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        swapped(text)


def test_one_key_under_two_names_is_one_approver(tmp_path: Path) -> None:
    plan, digest = tmp_path / "plan.json", "d" * 64
    public = make_key(tmp_path / "a.pem", "")
    for name in ("ann", "bob"):
        sign(plan, digest, name=name, key=load_key(tmp_path / "a.pem", None), now=NOW)
    approvers = {"ann": public, "bob": public}
    require_approval(plan, digest, required=1, by=(), approvers=approvers)
    with pytest.raises(InputError, match="needs 2 approval"):
        require_approval(plan, digest, required=2, by=(), approvers=approvers)


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_journal_that_somebody_wrote_in_is_refused_in_words(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "journal.db"
    plans = [
        make_plan(version="1", site=site, now=NOW, valid=timedelta(hours=1), switches=(), unread={})
        for site in ("ours", "theirs")
    ]
    with Journal(path) as journal:
        journal.keep_plan(digest_of(plans[0]), plan_text(plans[0]))
        journal.keep_plan("other", plan_text(plans[1]))
        orders = Orders(terms=Terms(minutes=1, verify_seconds=1.0)).model_dump(mode="json")
        journal.write("r1", Event.RUN_BEGUN, plan=digest_of(plans[0]), orders=orders, what="apply")
        assert kept_by(journal, journal.run("r1")) == ()
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(DAMAGE[damage])
    with Journal(path) as journal, pytest.raises(InputError, match=r"changed|damaged"):
        kept_by(journal, journal.run("r1"))


@pytest.mark.parametrize("text", ["since: 2026-13-45\n", "duration: !!int soon\n", "key: !!binary z\n"])
def test_yaml_that_stands_for_nothing_is_told_as_such(tmp_path: Path, text: str) -> None:
    path = tmp_path / "book.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match="no YAML"):
        load_playbook(path)
