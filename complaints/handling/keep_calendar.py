from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.handling import keeping
from complaints.outbox import kick
from complaints.staff.models import Employee, Setting
from complaints.standards.models import BusinessCalendar, SpecialDay
from complaints.standards.sheets import CalendarSheet


@transaction.atomic
def keep_calendar(
    pk: int | None, *, sheet: CalendarSheet, by: Employee, at: datetime, seen: str | None = None
) -> BusinessCalendar:
    """Write a business calendar anew, or add one without `pk`; open deadlines in it are reckoned anew by a job.

    Locks the settings, then the calendar. Raises NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    keeping.begin(by)
    found = keeping.locked(BusinessCalendar.objects.all(), pk)
    now = CalendarSheet.of_calendar(found) if found else None
    calendar = found or BusinessCalendar()
    if not keeping.is_news(sheet, now=now, seen=seen):
        return calendar
    days = [one.day for one in sheet.special_days]
    if len(set(days)) < len(days):
        raise Invalid(field="special_days", sentence=_("Two special days have the same date."))
    before = keeping.words(now, calendar) if now else {}
    sheet.write_on_calendar(calendar)
    keeping.store(calendar)
    special_days = sheet.days_of(calendar)
    for day in special_days:
        keeping.check(day, but=["calendar"])
    calendar.special_days.all().delete()
    SpecialDay.objects.bulk_create(special_days)
    keeping.note(Setting.CALENDAR, calendar, before, sheet, by=by, at=at)
    kick.recompute_on_commit()
    return calendar
