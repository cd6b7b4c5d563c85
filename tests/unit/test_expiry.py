"""What ends when: the day on which a warning begins, and what is unknown, which is never good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portseal.core.expiry import CertificateFact, Role, Standing, in_words, soonest_first, standing

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAYS = (60, 30, 7)


def fact(days: float | None, **changed: object) -> CertificateFact:
    ends = None if days is None else NOW + timedelta(days=days)
    return CertificateFact.model_validate({"where": "x", "role": Role.FILE, "ends": ends, **changed})


@pytest.mark.parametrize(
    ("days", "stands", "within", "words"),
    [
        (61, Standing.GOOD, None, "ends in 61 days"),
        (60, Standing.GOOD, None, "ends in 60 days"),
        (59.9, Standing.ENDING, 60, "ends in 59 days"),
        (30, Standing.ENDING, 60, "ends in 30 days"),
        (29, Standing.ENDING, 30, "ends in 29 days"),
        (6.5, Standing.ENDING, 7, "ends in 6 days"),
        (1, Standing.ENDING, 7, "ends in 1 day"),
        (0.5, Standing.ENDING, 7, "ends today"),
        (0, Standing.ENDED, None, "ended today"),
        (-0.5, Standing.ENDED, None, "ended today"),
        (-3, Standing.ENDED, None, "ended 3 days ago"),
        (None, Standing.UNKNOWN, None, "not known"),
    ],
)
def test_a_certificate_stands_by_the_days_it_has_left(
    days: float | None, stands: Standing, within: int | None, words: str
) -> None:
    found = standing(fact(days), NOW, DAYS)
    assert (found.standing, found.within, in_words(found)) == (stands, within, words)


def test_a_revocation_list_is_due() -> None:
    assert in_words(standing(fact(5, role=Role.REVOCATION_LIST), NOW, DAYS)) == "is due in 5 days"
    assert in_words(standing(fact(-5, role=Role.REVOCATION_LIST), NOW, DAYS)) == "was due 5 days ago"


@pytest.mark.parametrize(("days", "stands"), [(29, Standing.GOOD), (10, Standing.GOOD), (9, Standing.ENDING)])
def test_a_list_that_is_made_for_a_month_is_good_for_most_of_it(days: int, stands: Standing) -> None:
    made = NOW + timedelta(days=days - 30)
    assert standing(fact(days, role=Role.REVOCATION_LIST, starts=made), NOW, DAYS).standing is stands


def test_a_certificate_of_tomorrow_is_not_valid_yet() -> None:
    found = standing(fact(90, starts=NOW + timedelta(hours=1)), NOW, DAYS)
    assert found.standing is Standing.NOT_YET
    assert in_words(found) == "not valid yet"
    assert not found.good


def test_what_is_not_trusted_is_not_good_however_long_it_lasts() -> None:
    assert not standing(fact(400, problem="not trusted"), NOW, DAYS).good


def test_what_ends_first_stands_first_and_what_is_good_last() -> None:
    days = [400, 5, None, -1, 90]
    found = soonest_first(standing(fact(each), NOW, DAYS) for each in days)
    assert [each.days for each in found] == [-1, 5, None, 90, 400]


@given(st.none() | st.floats(-4000, 4000), st.lists(st.integers(0, 400), min_size=1, max_size=4))
def test_nothing_is_good_that_has_ended_or_is_not_known(days: float | None, warn: list[int]) -> None:
    found = standing(fact(days), NOW, warn)
    if found.good:
        assert days is not None
        assert days > 0
        assert found.days is not None
        assert found.days >= max(warn)
