"""When somebody is reminded: counted in the deadline's own time, and never in the night."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from complaints.common.errors import Invalid
from complaints.standards.hours import ALWAYS, BusinessHours
from complaints.standards.models import ClockKind, Target
from complaints.standards.reminding import check_plan, due_entry, next_reminder
from tests.standards.opening import hours, local

NEW_YORK = "America/New_York"
HALF = {"share": 50, "to": "responsible"}
LATE = {"share": 80, "to": "superior"}
LAST_HOUR = {"minutes_before": 60, "to": "responsible"}


def moment(
    entry: dict[str, Any], start: str, budget: float, open_hours: BusinessHours, pauses: Any = ()
) -> datetime | None:
    """When an entry comes for a deadline with so many hours."""
    begun = local(start, NEW_YORK)
    return next_reminder([entry], open_hours, begun, timedelta(hours=budget), pauses, zone=NEW_YORK)


def test_a_share_is_a_share_of_the_open_time() -> None:
    office = hours(NEW_YORK)
    assert moment(HALF, "2026-03-06T16:00", 4, office) == local("2026-03-09T10:00", NEW_YORK)


def test_an_hour_before_is_an_open_hour_before_and_never_at_midnight() -> None:
    office = hours(NEW_YORK)
    assert moment(LAST_HOUR, "2026-03-06T16:00", 1.5, office) == local("2026-03-06T16:30", NEW_YORK)


def test_more_before_than_there_is_time_comes_at_once() -> None:
    office = hours(NEW_YORK)
    assert moment(LAST_HOUR, "2026-03-06T16:00", 0.5, office) == local("2026-03-06T16:00", NEW_YORK)


def test_a_pause_moves_the_reminder_by_its_open_time() -> None:
    rest = (local("2026-03-06T16:00", NEW_YORK), local("2026-03-09T10:00", NEW_YORK))
    found = moment(HALF, "2026-03-06T15:00", 4, hours(NEW_YORK), [rest])
    assert found == local("2026-03-09T11:00", NEW_YORK)


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("2026-03-05T08:00", "2026-03-06T08:00"),
        ("2026-03-04T23:00", "2026-03-06T08:00"),
        ("2026-03-05T19:00", "2026-03-09T08:00"),
        ("2026-03-06T12:00", "2026-03-09T08:00"),
    ],
)
def test_a_deadline_in_calendar_time_reminds_in_office_hours(start: str, told: str) -> None:
    assert moment(HALF, start, 48, ALWAYS) == local(told, NEW_YORK)


def test_the_first_not_yet_given_comes_next() -> None:
    begun, budget = local("2026-03-02T09:00", NEW_YORK), timedelta(hours=4)
    plan: list[dict[str, Any]] = [LATE, HALF]
    assert due_entry(plan, hours(NEW_YORK), begun, budget, ()) == 1
    plan[1] = {**HALF, "done": True}
    assert due_entry(plan, hours(NEW_YORK), begun, budget, ()) == 0
    plan[0] = {**LATE, "done": True}
    assert next_reminder(plan, hours(NEW_YORK), begun, budget, (), zone=NEW_YORK) is None


@pytest.mark.parametrize(
    "plan",
    [
        "none",
        [{"share": 100, "to": "responsible"}],
        [{"share": 0, "to": "responsible"}],
        [{"share": True, "to": "responsible"}],
        [{"share": 50}],
        [{"share": 50, "to": "everybody"}],
        [{"share": 50, "minutes_before": 60, "to": "superior"}],
        [{"minutes_before": 0, "to": "superior"}],
    ],
)
def test_what_is_no_plan_is_refused(plan: object) -> None:
    with pytest.raises(Invalid):
        check_plan(plan)


def test_a_plan_is_taken() -> None:
    check_plan([HALF, LATE, LAST_HOUR])


def test_a_target_with_a_plan_that_is_none_is_refused_beside_its_field() -> None:
    target = Target(kind=ClockKind.RESOLVE, minutes=60, reminders=[{"share": 200, "to": "nobody"}])
    with pytest.raises(ValidationError) as refused:
        target.clean()
    assert "reminders" in refused.value.message_dict
    Target(kind=ClockKind.RESOLVE, minutes=60, reminders=[HALF]).clean()
