"""Windows open and close when people of that place say so, on the two odd nights of the year as well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from portseal.change.run import Orders
from portseal.change.terms import Terms
from portseal.change.timeline import budget_seconds, may_begin, worst_seconds
from portseal.change.window import Opening, Window, next_opening, opening_at, openings, read_freezes, seconds_of
from portseal.core.errors import InputError
from portseal.core.waves import Wave

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTS = Window(timezone="Europe/Berlin", recurrence="FREQ=DAILY", start="01:30", duration="3h", margin="10min")


def berlin(*when: int) -> datetime:
    return datetime(*when, tzinfo=BERLIN)  # type: ignore[arg-type, misc]


def local(moment: datetime) -> str:
    return f"{moment.astimezone(BERLIN):%a %H:%M}"


def test_a_window_opens_on_its_days_at_its_local_time() -> None:
    window = Window(timezone="Europe/Berlin", recurrence="FREQ=WEEKLY;BYDAY=TU,TH", start="01:00", duration="2h")
    found = openings(window, berlin(2026, 7, 1, 12))
    assert [(local(o.begins), local(o.ends)) for _, o in zip(range(3), found, strict=False)] == [
        ("Thu 01:00", "Thu 03:00"),
        ("Tue 01:00", "Tue 03:00"),
        ("Thu 01:00", "Thu 03:00"),
    ]


def test_every_second_week_is_the_same_week_whenever_one_asks() -> None:
    window = Window(timezone="UTC", recurrence="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", start="01:00", duration="2h")
    days = [datetime(2026, 7, day, tzinfo=UTC) for day in range(1, 15)]
    assert len({next_opening(window, day).begins for day in days}) == 2


def test_inside_an_opening_it_is_that_one_and_outside_the_next() -> None:
    inside, outside = berlin(2026, 7, 1, 2), berlin(2026, 7, 1, 5)
    assert opening_at(NIGHTS, inside) == next_opening(NIGHTS, inside)
    assert opening_at(NIGHTS, outside) is None
    assert local(next_opening(NIGHTS, outside).begins) == "Thu 01:30"


def test_an_opening_over_midnight_is_still_open_on_the_next_day() -> None:
    late = Window(timezone="Europe/Berlin", recurrence="FREQ=WEEKLY;BYDAY=SA", start="23:00", duration="4h")
    found = opening_at(late, berlin(2026, 7, 5, 1))
    assert found is not None
    assert local(found.begins) == "Sat 23:00"


@pytest.mark.parametrize(
    ("day", "start", "begins", "ends"),
    [
        ((2026, 3, 29), "02:30", "Sun 03:30", "Sun 06:30"),  # 02:30 does not exist
        ((2026, 3, 29), "01:30", "Sun 01:30", "Sun 05:30"),  # three hours are four on the clock
        ((2026, 10, 25), "02:30", "Sun 02:30", "Sun 04:30"),  # the first 02:30 of two
        ((2026, 10, 25), "01:30", "Sun 01:30", "Sun 03:30"),
        ((2026, 6, 14), "02:30", "Sun 02:30", "Sun 05:30"),
    ],
)
def test_three_hours_are_three_hours_when_clocks_are_changed(
    day: tuple[int, int, int], start: str, begins: str, ends: str
) -> None:
    window = NIGHTS.model_copy(update={"start": start})
    found = next_opening(window, berlin(*day, 0, 30))
    assert (local(found.begins), local(found.ends)) == (begins, ends)
    assert found.ends - found.begins == timedelta(hours=3)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    st.integers(0, 23),
)
def test_openings_never_overlap_and_always_last_their_time(moment: datetime, zone: str, hour: int) -> None:
    window = Window(timezone=zone, recurrence="FREQ=DAILY", start=f"{hour:02}:30", duration="2h")
    after = moment.replace(tzinfo=UTC)
    found = [o for _, o in zip(range(4), openings(window, after), strict=False)]
    assert all(o.ends > after and o.ends - o.begins == timedelta(hours=2) for o in found)
    assert all(a.ends <= b.begins for a, b in pairwise(found))


def test_nothing_is_begun_that_cannot_be_over_before_the_margin() -> None:
    opening = next_opening(NIGHTS, berlin(2026, 6, 14, 0))
    assert opening.may_begin(opening.begins, 3600)
    assert not opening.may_begin(opening.begins - timedelta(seconds=1), 60)
    last = opening.ends - timedelta(minutes=15)
    assert opening.may_begin(last, 5 * 60)
    assert not opening.may_begin(last + timedelta(seconds=1), 5 * 60)


ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//ops//freezes//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20261220
DTEND;VALUE=DATE:20270104
SUMMARY:Christmas
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;TZID=Europe/Berlin:20261001T023000
DTEND;TZID=Europe/Berlin:20261001T033000
RRULE:FREQ=WEEKLY
SUMMARY:Backup
END:VEVENT
END:VCALENDAR
"""


def test_freezes_close_a_window_or_cut_it_in_two(tmp_path: Path) -> None:
    (tmp_path / "f.ics").write_text(ICS.replace("\n", "\r\n"))
    freezes = read_freezes(tmp_path / "f.ics", berlin(2026, 10, 1), "Europe/Berlin")
    thursday = openings(NIGHTS, berlin(2026, 10, 8, 0), freezes)
    first, second = next(thursday), next(thursday)
    assert (local(first.begins), local(first.ends)) == ("Thu 01:30", "Thu 02:30")
    assert (local(second.begins), local(second.ends)) == ("Thu 03:30", "Thu 04:30")
    assert local(next_opening(NIGHTS, berlin(2026, 12, 20, 0), freezes).begins) == "Mon 01:30"
    assert next_opening(NIGHTS, berlin(2026, 12, 20, 0), freezes).begins > berlin(2027, 1, 4)


def test_a_window_that_never_opens_says_so(tmp_path: Path) -> None:
    endless = [(berlin(2020, 1, 1), berlin(2040, 1, 1))]
    with pytest.raises(InputError, match="does not open for more than a year"):
        next_opening(NIGHTS, berlin(2026, 1, 1), endless)


def test_a_freeze_file_that_is_missing_or_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "junk.ics").write_text("no calendar\n")
    for name in ("absent.ics", "junk.ics"):
        with pytest.raises(InputError, match=name):
            read_freezes(tmp_path / name, berlin(2026, 1, 1), "UTC")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("timezone", "Berlin", "IANA"),
        ("recurrence", "every tuesday", "RFC 5545"),
        ("recurrence", "FREQ=DAILY;COUNT=3", "no end"),
        ("start", "25:00", "pattern"),
        ("duration", "3 hours", "3h, 90min"),
        ("duration", "5min", "no time in the window"),
    ],
)
def test_a_wrong_window_says_what_would_be_right(field: str, value: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Window.model_validate({**NIGHTS.model_dump(), field: value})


def test_durations_are_read_as_people_write_them() -> None:
    assert [seconds_of(text) for text in ("3h", "90min", "1h30min", "45s", 12)] == [10800, 5400, 5400, 45, 12]


@pytest.mark.parametrize(
    "rule", ["FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=5", "freq=hourly", "FREQ=DAILY;BYSECOND=1,2"]
)
def test_a_recurrence_finer_than_days_is_refused(rule: str) -> None:
    with pytest.raises(ValidationError, match="recurrence is of days"):
        Window(timezone="UTC", recurrence=rule, start="01:00", duration=3600)


def orders(*waves: int, keep_finished: bool = True) -> Orders:
    names = iter(f"acc-{number:02}" for number in range(1, 100))
    made = tuple(
        Wave(number=number, switches=tuple(next(names) for _ in range(size))) for number, size in enumerate(waves, 1)
    )
    terms = Terms(minutes=10, verify_seconds=60)
    return Orders(terms=terms, waves=made, keep_finished=keep_finished)


def test_what_is_begun_leaves_time_to_take_its_wave_back() -> None:
    worst = worst_seconds(10)
    some = orders(1, 3, 21)
    assert budget_seconds(some, "acc-01", workers=10) == worst
    assert budget_seconds(some, "acc-02", workers=10) == 2 * worst
    assert budget_seconds(some, "acc-05", workers=10) == 3 * worst
    assert budget_seconds(orders(1, 1, keep_finished=False), "acc-02", workers=10) == 2 * worst
    assert budget_seconds(orders(), "acc-01", workers=10) == worst


def test_a_switch_is_not_begun_where_its_wave_could_not_be_taken_back_in_time() -> None:
    begins = datetime(2026, 11, 24, 1, tzinfo=UTC)
    opening = Opening(begins=begins, ends=begins + timedelta(minutes=30), margin=300)
    some = orders(1, 2).model_copy(update={"opening": opening})

    def why(switch: str, minute: int) -> str:
        return may_begin(some, lambda: begins + timedelta(minutes=minute), switch, workers=10)

    assert why("acc-01", 14) == ""
    assert why("acc-02", 2) == ""
    assert "taking back" in why("acc-02", 4)
