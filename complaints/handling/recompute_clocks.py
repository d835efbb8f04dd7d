"""A calendar or a time zone was changed: every open deadline in it is reckoned anew, each case in its own transaction.

What is to be done is seen on the rows: a calendar whose revision, or a unit whose zone, is not the one its open
deadlines were last reckoned with. So it is also found where no hint arrives, and when the admin was used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from complaints.cases import clocks, lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case, Clock
from complaints.common.actors import SYSTEM
from complaints.staff.models import Unit
from complaints.standards.models import BusinessCalendar

BATCH = 500


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that open deadlines were reckoned with and that is not the same any more."""

    thing: BusinessCalendar | Unit

    @property
    def why(self) -> str:
        """What the timeline says where a deadline moved."""
        told = {"name": self.thing.name}
        if isinstance(self.thing, BusinessCalendar):
            return _("the calendar “%(name)s” was changed") % told
        return _("the time zone of “%(name)s” was changed") % told

    def cases(self, *, beyond: int = 0) -> list[int]:
        """Cases with an open deadline to be reckoned anew, by id: those beyond the last one of the batch before."""
        found: QuerySet[Clock] = Clock.objects.filter(ended_at__isnull=True, case__gt=beyond)
        if isinstance(self.thing, BusinessCalendar):
            found = found.filter(calendar=self.thing)
        else:
            found = found.filter(case__unit=self.thing)
        return list(found.order_by("case_id").values_list("case_id", flat=True).distinct()[:BATCH])

    def settle(self) -> None:
        """Remember that it is done, unless it was changed once more meanwhile."""
        if isinstance(self.thing, BusinessCalendar):
            revision = self.thing.revision
            BusinessCalendar.objects.filter(pk=self.thing.pk, revision=revision).update(reckoned_revision=revision)
        else:
            zone = self.thing.time_zone
            Unit.objects.filter(pk=self.thing.pk, time_zone=zone).update(reckoned_zone=zone)


def changed() -> list[Changed]:
    """Every calendar and every unit whose open deadlines have to be reckoned anew. Two small queries."""
    calendars = BusinessCalendar.objects.exclude(reckoned_revision=F("revision")).order_by("pk")
    units = Unit.objects.exclude(reckoned_zone=F("time_zone")).order_by("pk")
    return [*map(Changed, calendars), *map(Changed, units)]


@transaction.atomic
def recompute_clocks(case_id: int, *, why: str, at: datetime) -> bool:
    """Reckon the open deadlines of a case anew, and say so on its timeline where one moved. Locks the case."""
    case = Case.objects.select_for_update(of=("self",)).select_related("unit", "customer").get(pk=case_id)
    if not clocks.recompute(case, at=at):
        return False
    lifecycle.store(case)
    timeline.record(case, Entry.DEADLINES_MOVED, by=SYSTEM, at=at, why=why)
    return True
