"""Reads over investigations, actions and hearings: who sees which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from complaints.cases.models import Case
from complaints.cases.queries import visible_to as cases_visible_to
from complaints.causes.models import CorrectiveAction, Hearing, Investigation, SettingReason
from complaints.common.errors import NotFound
from complaints.common.keyset import Key, beyond, read_key
from complaints.staff.models import Employee, Role, SettingChange, Unit
from complaints.staff.permissions import Permission, may
from complaints.staff.queries import sees_whole_organisation, visible_units

PAGE = 25
SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list and the key to go on from."""

    rows: Sequence[Investigation] | Sequence[CorrectiveAction]
    next_key: str = ""


def investigations_seen_by(employee: Employee) -> QuerySet[Investigation]:
    """Those on what happened in the units one sees, those that ask one's department, and those one answers oneself."""
    if not employee.is_active:
        return Investigation.objects.none()
    own = Q(lead=employee)
    if not may(employee, Permission.VIEW_CAUSES):
        return Investigation.objects.filter(own)
    if sees_whole_organisation(employee):
        return Investigation.objects.all()
    units = visible_units(employee).values("pk")
    return Investigation.objects.filter(own | Q(unit__in=units) | Q(department__in=units))


def actions_seen_by(employee: Employee) -> QuerySet[CorrectiveAction]:
    """The actions of the investigations one sees, and one's own."""
    if not employee.is_active:
        return CorrectiveAction.objects.none()
    own = Q(owner=employee)
    if not may(employee, Permission.VIEW_CAUSES):
        return CorrectiveAction.objects.filter(own)
    if sees_whole_organisation(employee):
        return CorrectiveAction.objects.all()
    return CorrectiveAction.objects.filter(own | Q(investigation__in=investigations_seen_by(employee).values("pk")))


def investigation_page(employee: Employee, *, closed: bool, after: str = "") -> Listed:
    """A page of investigations: the open ones by what is due first, the closed ones newest first. Keyset pages."""
    rows = investigations_seen_by(employee).select_related("department", "unit", "lead")
    rows = rows.filter(state="closed") if closed else rows.exclude(state="closed")
    return _listed(rows, descending=closed, after=after)


def action_page(employee: Employee, *, state: str, after: str = "") -> Listed:
    """A page of actions: what is planned or observed by what is due first, `proved` and `dropped` newest first.

    `no_effect` are those that were reopened as they had none.
    """
    rows = actions_seen_by(employee).select_related("investigation", "unit", "owner", "failure_type")
    if state == "no_effect":
        rows = rows.filter(state="planned", times_reopened__gt=0)
    elif state in {"proved", "dropped"}:
        rows = rows.filter(state=state)
    else:
        rows = rows.filter(state__in=["planned", "done"])
    return _listed(rows, descending=state in {"proved", "dropped"}, after=after)


def investigation_for(employee: Employee, pk: int) -> Investigation:
    """One with the people and places it names; raises NotFound where the employee may not see it."""
    found = (
        investigations_seen_by(employee)
        .select_related("department", "unit", "lead", "opened_by", "failure_type__parent", "calendar")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def action_for(employee: Employee, pk: int) -> CorrectiveAction:
    """One with all it names; raises NotFound where the employee may not see it."""
    found = (
        actions_seen_by(employee)
        .select_related("investigation", "owner", "unit", "failure_type__parent", "planned_by")
        .select_related("service_standard", "recovery_standard", "course")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def hearings_seen_by(employee: Employee) -> QuerySet[Hearing]:
    """Only one's own: as the accused, as who investigates, as who decides. No role sees more."""
    if not employee.is_active:
        return Hearing.objects.none()
    parts = ("accused", "investigator", "decider", "appeal_decider")
    concerned = Q()
    for part in parts:
        concerned |= Q(**{part: employee})
    return Hearing.objects.filter(concerned).select_related("investigation", *parts)


def hearing_for(employee: Employee, pk: int) -> Hearing:
    """One of one's own; raises NotFound for anybody else's."""
    found = hearings_seen_by(employee).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def investigations_of(case: Case, *, seen_by: Employee) -> list[Investigation]:
    """The investigations that a case stands in, newest first."""
    if not may(seen_by, Permission.VIEW_CAUSES):
        return []
    rows = investigations_seen_by(seen_by).filter(cases=case).select_related("department")
    return list(rows.order_by("-pk")[:SHOWN])


def cases_of(investigation: Investigation, *, seen_by: Employee) -> list[Case]:
    """The complaints of an investigation that the employee sees, newest first."""
    rows = cases_visible_to(seen_by).filter(pk__in=investigation.cases.values("pk"))
    return list(rows.select_related("customer", "unit").order_by("-filed_at")[: 4 * SHOWN])


def departments() -> QuerySet[Unit]:
    """Whom a cause may be asked of."""
    return Unit.objects.filter(kind="department", is_active=True).order_by("path")


def answerers(department: Unit) -> QuerySet[Employee]:
    """Who may answer for a department: everybody in it but its front line."""
    people = Employee.objects.filter(is_active=True, unit__path__startswith=department.path)
    return people.exclude(role=Role.FRONT_LINE).select_related("unit").order_by("pk")


def may_answer(employee: Employee, investigation: Investigation) -> bool:
    """Whether an employee answers for the department."""
    if investigation.lead_id == employee.pk:
        return True
    return (
        may(employee, Permission.ANSWER_CAUSES) and answerers(investigation.department).filter(pk=employee.pk).exists()
    )


def reasons_of(changes: Sequence[SettingChange], *, seen_by: Employee) -> dict[int, CorrectiveAction]:
    """The action that a change of a setting was made for, by the change; of those the reader sees."""
    found = SettingReason.objects.filter(change__in=changes, action__in=actions_seen_by(seen_by).values("pk"))
    return {one.change_id: one.action for one in found.select_related("action")}


def _listed(rows: QuerySet, *, descending: bool, after: str) -> Listed:  # type: ignore[type-arg] # two models
    order = ("-due_at", "-pk") if descending else ("due_at", "pk")
    page = list(rows.filter(beyond("due_at", read_key(after), descending=descending)).order_by(*order)[: PAGE + 1])
    last = page[PAGE - 1] if len(page) > PAGE else None
    return Listed(page[:PAGE], str(Key(last.due_at, last.pk)) if last else "")
