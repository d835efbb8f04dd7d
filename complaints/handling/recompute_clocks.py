"""A calendar was changed: every open deadline in it is reckoned anew, each case in its own transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import clocks, lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case, Clock
from complaints.common.actors import SYSTEM
from complaints.standards.models import BusinessCalendar


def cases_reckoned_in(calendar: BusinessCalendar, *, beyond: int = 0, limit: int = 500) -> list[int]:
    """Cases with an open deadline in a calendar, by id: those beyond the last one of the batch before."""
    found = Clock.objects.filter(calendar=calendar, ended_at__isnull=True, case__gt=beyond)
    return list(found.order_by("case_id").values_list("case_id", flat=True).distinct()[:limit])


@transaction.atomic
def recompute_clocks(case_id: int, *, calendar: BusinessCalendar, at: datetime) -> bool:
    """Reckon the open deadlines of a case anew, and say so on its timeline where one moved. Locks the case."""
    case = Case.objects.select_for_update(of=("self",)).select_related("unit", "customer").get(pk=case_id)
    if not clocks.recompute(case, at=at):
        return False
    lifecycle.store(case)
    why = _("the calendar “%(name)s” was changed") % {"name": calendar.name}
    timeline.record(case, Entry.DEADLINES_MOVED, by=SYSTEM, at=at, why=why)
    return True
