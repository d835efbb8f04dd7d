from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from complaints.common.errors import Invalid
from complaints.handling.keep_calendar import keep_calendar
from complaints.handling.trial import as_if
from complaints.staff.models import Employee, SettingChange
from complaints.standards.calendars import hours_of
from complaints.standards.models import BusinessCalendar
from tests.handling.climbing import AT
from tests.handling.test_keep_calendar import OFFICE

MONDAY = date(2026, 3, 2)
NINE_TO_FIVE = ((540, 1020),)


def test_a_trial_shows_the_change_and_leaves_nothing(ada: Employee) -> None:
    office = keep_calendar(None, sheet=OFFICE, by=ada, at=AT)
    before = SettingChange.objects.count()
    shorter = replace(OFFICE, mon="09:00-12:00")
    seen = as_if(
        lambda: keep_calendar(office.pk, sheet=shorter, by=ada, at=AT), lambda made: hours_of(made).windows_on(MONDAY)
    )
    assert seen == ((540, 720),)
    assert hours_of(BusinessCalendar.objects.get()).windows_on(MONDAY) == NINE_TO_FIVE
    assert SettingChange.objects.count() == before


def test_what_was_tried_is_never_taken_for_what_was_kept_later(ada: Employee) -> None:
    """The hours of a revision are kept in the process: a number that was taken back must not come again."""
    office = keep_calendar(None, sheet=OFFICE, by=ada, at=AT)
    for closes in ("10:00", "11:00"):
        tried = replace(OFFICE, mon=f"09:00-{closes}")
        as_if(lambda sheet=tried: keep_calendar(office.pk, sheet=sheet, by=ada, at=AT), hours_of)  # type: ignore[misc]
    kept = keep_calendar(office.pk, sheet=replace(OFFICE, mon="09:00-17:30"), by=ada, at=AT)
    assert hours_of(kept).windows_on(MONDAY) == ((540, 1050),)


def test_what_would_be_refused_is_refused(ada: Employee) -> None:
    with pytest.raises(Invalid):
        as_if(
            lambda: keep_calendar(None, sheet=replace(OFFICE, mon="", tue=""), by=ada, at=AT),
            lambda _made: "never seen",
        )


def test_no_hint_is_sent_for_a_trial(ada: Employee, django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks() as hints:  # type: ignore[operator]
        as_if(lambda: keep_calendar(None, sheet=OFFICE, by=ada, at=AT), lambda made: made.pk)
    assert hints == []
    with django_capture_on_commit_callbacks() as hints:  # type: ignore[operator]
        keep_calendar(None, sheet=OFFICE, by=ada, at=AT)
    assert len(hints) == 1
