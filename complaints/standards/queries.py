"""Reads over the failure catalogue, the recovery standards and the calendars."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.common.rulebook import InForce, Mark
from complaints.standards.hours import BusinessHours
from complaints.standards.models import BusinessCalendar, FailureType, RecoveryStandard, ServiceStandard, Severity

_CATALOGUE: Final = InForce(lambda: {kind.pk: kind for kind in FailureType.objects.all()})


def offered_failure_types() -> QuerySet[FailureType]:
    """What can be chosen when filing: the failures, each with its area, in the order of the catalogue."""
    return FailureType.objects.filter(is_active=True, parent__isnull=False).select_related("parent")


def areas() -> QuerySet[FailureType]:
    """What complaints can be narrowed to: every area, imported ones too, which nobody is offered when filing."""
    return FailureType.objects.filter(parent__isnull=True).order_by("line", "name")


def failure_type(pk: Any, edition: Mark | None) -> FailureType:
    """One failure type; raises Invalid, for the form, when there is none. Queries only for a new edition."""
    typed = str(pk)
    found = _CATALOGUE.of(edition).get(int(typed)) if typed.isdecimal() and len(typed) < 19 else None
    if found is None:
        raise Invalid(field="failure_type", sentence=_("This failure type is not in the catalogue."))
    return found


def usual_severity(kind: FailureType | None) -> Severity:
    """How bad a failure usually is; medium where the catalogue does not say."""
    return Severity(kind.severity) if kind is not None and kind.severity else Severity.MEDIUM


def calendars_by_name(names: Iterable[str]) -> dict[str, BusinessCalendar]:
    """The calendars of these names, empty ones left out; raises Invalid when one is not there (any more)."""
    wanted = set(filter(None, names))
    found = {calendar.name: calendar for calendar in BusinessCalendar.objects.filter(name__in=wanted)}
    for name in wanted - set(found):
        raise Invalid(field="calendar", sentence=_no_calendar(name))
    return found


def offered_service_standards() -> QuerySet[ServiceStandard]:
    """The promises that can be named as missed: those about anything first, then by what fails."""
    first = F("failure_type__parent__name").asc(nulls_first=True), F("failure_type__name").asc(nulls_first=True)
    return ServiceStandard.objects.filter(is_active=True).select_related("failure_type").order_by(*first, "name")


def service_standard(pk: int) -> ServiceStandard:
    """One promise by its number; raises Invalid, for the form, when there is none."""
    found = ServiceStandard.objects.filter(pk=pk).first()
    if found is None:
        raise Invalid(field="service_standard", sentence=_("This promise is not on file any more."))
    return found


def groups_with_a_standard() -> set[str]:
    """The customer groups that a recovery standard in force names."""
    named = RecoveryStandard.objects.filter(is_active=True).exclude(customer_group="")
    return set(named.values_list("customer_group", flat=True))


def business_hours(name: str) -> BusinessHours:
    """The hours of a stored calendar, in two queries; raises Invalid when there is none of this name."""
    # What cannot be printed cannot be stored either, and the database would not take the question.
    named = BusinessCalendar.objects.filter(name=name) if name.isprintable() else BusinessCalendar.objects.none()
    found = named.prefetch_related("special_days").first()
    if found is None:
        raise Invalid(field="calendar", sentence=_no_calendar(name))
    return found.to_hours()


def _no_calendar(name: str) -> str:
    return _("There is no calendar “%(name)s”.") % {"name": name[:80]}
