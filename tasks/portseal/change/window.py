"""A change window: when switches may be begun, and until when everything must be verified or back as it was.

Recurrence is RFC 5545 in local time, freezes are the events of an iCalendar file. An opening begins at its local time and lasts its
duration in real time: on the night in which clocks go forward, a beginning that the clock skips is moved behind the gap, and in
the night in which they go back it is the first of the two; three hours are three hours in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from portseal.core.errors import InputError
from portseal.core.model import Value

_UNITS = {"h": 3600, "min": 60, "s": 1}
_FAR = timedelta(days=400)
"""How far ahead an opening is looked for."""


def seconds_of(text: object) -> object:
    """`"2h30min"`, `"90min"`, `"45s"` as seconds; numbers stay as they are.

    >>> seconds_of("2h30min")
    9000
    """
    if not isinstance(text, str):
        return text
    total, digits, rest = 0, "", text.replace(" ", "")
    while rest:
        if rest[0].isdigit():
            digits, rest = digits + rest[0], rest[1:]
            continue
        unit = next((unit for unit in ("min", "h", "s") if rest.startswith(unit)), None)
        if unit is None or not digits:
            raise ValueError(f"{text!r} is no duration; write it as 3h, 90min or 45s")
        total, digits, rest = total + int(digits) * _UNITS[unit], "", rest.removeprefix(unit)
    if digits or not total:
        raise ValueError(f"{text!r} is no duration; write it as 3h, 90min or 45s")
    return total


Duration = Annotated[int, Field(gt=0), BeforeValidator(seconds_of)]
"""Seconds; written as `3h`, `90min` or `45s`."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; write one of the IANA names, such as Europe/Berlin") from error
    return name


def _recurrence(rule: str) -> str:
    try:
        rrulestr(rule, dtstart=datetime(2026, 1, 1))
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{rule!r} is no recurrence of RFC 5545 ({error}); write it as FREQ=WEEKLY;BYDAY=TU,TH"
        ) from error
    if found := re.search(r"FREQ=(SECONDLY|MINUTELY|HOURLY)|BY(?:SECOND|MINUTE|HOUR)=", rule.upper()):
        raise ValueError(
            f"a window's recurrence is of days, and {found[0]} is finer; `start` and `duration` say when in the day it is open"
        )
    if "UNTIL" in rule.upper() or "COUNT" in rule.upper():
        raise ValueError("a window's recurrence has no end; take UNTIL and COUNT out")
    return rule


class Window(Value):
    """When changes may be made."""

    timezone: Annotated[str, AfterValidator(_zone)]
    recurrence: Annotated[str, AfterValidator(_recurrence)]
    """RFC 5545, of the days: `FREQ=WEEKLY;BYDAY=TU,TH`."""
    since: date = date(2024, 1, 1)
    """The day that rules such as `INTERVAL=2` count from."""
    start: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    """Local time of the day, `01:00`."""
    duration: Duration
    margin: Duration = 300
    """Kept free at the end, for what takes longer than it should."""
    freezes: str | None = None
    """An iCalendar file, from the playbook's folder; in none of its events is anything changed."""

    @model_validator(mode="after")
    def _there_is_time(self) -> Self:
        if self.margin >= self.duration:
            raise ValueError("the margin leaves no time in the window")
        return self


class Opening(Value):
    """One time span in which changes may be made; both ends with their time zone."""

    begins: datetime
    ends: datetime
    margin: int
    """Seconds."""

    def may_begin(self, now: datetime, seconds: float) -> bool:
        """Whether what takes up to `seconds` can be begun now and be over before the margin."""
        return self.begins <= now and now + timedelta(seconds=seconds + self.margin) <= self.ends


Freeze = tuple[datetime, datetime]


def openings(window: Window, after: datetime, freezes: Sequence[Freeze] = ()) -> Iterator[Opening]:
    """The openings that end later than `after`, in order, without what is frozen; for a little more than a year ahead."""
    zone = ZoneInfo(window.timezone)
    hour, minute = map(int, window.start.split(":"))
    long = timedelta(seconds=window.duration)
    local = (after - long).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) - timedelta(
        1
    )
    rule = rrulestr(window.recurrence, dtstart=datetime(*window.since.timetuple()[:3]))
    for day in rule.xafter(local, inc=True):
        begins = day.replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=zone).astimezone(UTC)
        if begins > after + _FAR:
            return
        for start, end in _thawed(begins, begins + long, freezes):
            if end > after and (end - start).total_seconds() > window.margin:
                yield Opening(begins=start, ends=end, margin=window.margin)


def _thawed(begins: datetime, ends: datetime, freezes: Sequence[Freeze]) -> Iterator[Freeze]:
    """What is left of a span; an opening that a freeze cuts in two is two."""
    for start, end in sorted(freezes):
        if end <= begins or start >= ends:
            continue
        if start > begins:
            yield begins, start
        begins = max(begins, end)
    if begins < ends:
        yield begins, ends


def opening_at(window: Window, now: datetime, freezes: Sequence[Freeze] = ()) -> Opening | None:
    """The opening that `now` is in."""
    first = next(openings(window, now, freezes), None)
    return first if first and first.begins <= now else None


def next_opening(window: Window, now: datetime, freezes: Sequence[Freeze] = ()) -> Opening:
    """The opening that `now` is in, or the next one.

    Raises:
        InputError: there is none for more than a year.
    """
    found = next(openings(window, now, freezes), None)
    if found is None:
        raise InputError("the window does not open for more than a year; look at its recurrence and at the freezes")
    return found


def read_freezes(path: Path, around: datetime, zone: str) -> tuple[Freeze, ...]:
    """The events of an iCalendar file that matter for the year after `around`, recurring ones included.

    All-day events, and times without a zone, are in `zone`.

    Raises:
        InputError: the file is not there or is no iCalendar file.
    """
    import icalendar
    import recurring_ical_events

    try:
        calendar = icalendar.Calendar.from_ical(path.read_bytes())
        events = recurring_ical_events.of(calendar).between(around - timedelta(days=60), around + _FAR)
        return tuple(sorted((_instant(e["DTSTART"].dt, zone), _instant(e["DTEND"].dt, zone)) for e in events))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; `freezes` names an iCalendar file beside the playbook") from error
    except (ValueError, KeyError, AttributeError, IndexError) as error:
        raise InputError(f"{path}: no iCalendar file, or damaged ({error})") from error


def _instant(when: date, zone: str) -> datetime:
    moment = when if isinstance(when, datetime) else datetime(when.year, when.month, when.day)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
