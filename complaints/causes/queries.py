"""Reads over investigations, actions and hearings: who sees which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from django.db.models import Q, QuerySet

from complaints.cases.models import Case
from complaints.cases.queries import visible_to as cases_visible_to
from complaints.causes.judges import JUDGES
from complaints.causes.models import CauseEntry, CorrectiveAction, Exposure, Hearing, Investigation, SettingReason
from complaints.common.errors import NotFound
from complaints.common.keyset import Key, beyond, read_key
from complaints.staff.models import Employee, Role, SettingChange, Unit
from complaints.staff.permissions import Permission, may
from complaints.staff.queries import sees_whole_organisation, stood_in_for, visible_units

PAGE: Final = 25
WALK: Final = 2_000  # rows of an index a list reads at most; the rest is one click further
SHOWN: Final = 12
PARTS: Final = ("accused", "investigator", "decider", "appeal_decider", "found_by")
"""Who has a part in a hearing."""

Row = TypeVar("Row", Investigation, CorrectiveAction, Hearing)
Due = TypeVar("Due", Investigation, CorrectiveAction)


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """One page of a list and the key to go on from; with `more_unseen` the walk ended before the page was full."""

    rows: Sequence[Row]
    next_key: str = ""
    more_unseen: bool = False


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


def investigation_page(employee: Employee, *, closed: bool, after: str = "") -> Listed[Investigation]:
    """A page of investigations: the open ones by what is due first, the closed ones newest first. Keyset pages.

    At most WALK rows of the index are read, whatever the reader's units leave of them.
    """
    state = Q(state="closed") if closed else ~Q(state="closed")
    walk = Investigation.objects.filter(state)
    seen = investigations_seen_by(employee).select_related("department", "unit", "lead")
    return _listed(walk, seen, descending=closed, after=after)


def action_page(employee: Employee, *, state: str, after: str = "") -> Listed[CorrectiveAction]:
    """A page of actions: what is planned or observed by what is due first; what has ended newest first.

    `no_effect` are those that were reopened as they had none. At most WALK rows of the index are read.
    """
    wanted = {
        "no_effect": Q(state="planned", times_reopened__gt=0),
        "ended": Q(state__in=["proved", "dropped"]),
    }.get(state, Q(state__in=["planned", "done"]))
    seen = actions_seen_by(employee).select_related("investigation", "unit", "owner__unit", "failure_type")
    return _listed(CorrectiveAction.objects.filter(wanted), seen, descending=state == "ended", after=after)


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
        .select_related("investigation", "owner__unit", "unit", "failure_type__parent", "planned_by")
        .select_related("service_standard", "recovery_standard", "course")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def hearings_seen_by(employee: Employee, *, at: datetime) -> QuerySet[Hearing]:
    """Only one's own: as the accused, as who investigates, as who decides. No role sees more.

    Whoever stands in for one who decides sees what waits for a decision, as long as they do and may decide themselves.
    """
    if not employee.is_active:
        return Hearing.objects.none()
    concerned = Q()
    for part in PARTS:
        concerned |= Q(**{part: employee})
    away = list(stood_in_for(employee, at=at)) if employee.tier in JUDGES else []
    if away:
        concerned |= Q(decider__in=away, state__in=["asked", "heard"]) | Q(appeal_decider__in=away, state="appealed")
    return Hearing.objects.filter(concerned).select_related("investigation", "accused__unit", *PARTS)


def hearing_for(employee: Employee, pk: int, *, at: datetime) -> Hearing:
    """One of one's own; raises NotFound for anybody else's."""
    found = hearings_seen_by(employee, at=at).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def hearing_page(employee: Employee, *, at: datetime, after: str = "") -> Listed[Hearing]:
    """A page of the hearings one has a part in, newest first. Keyset pages."""
    rows = hearings_seen_by(employee, at=at).filter(beyond("asked_at", read_key(after), descending=True))
    page = list(rows.order_by("-asked_at", "-pk")[: PAGE + 1])
    last = page[PAGE - 1] if len(page) > PAGE else None
    return Listed(page[:PAGE], str(Key(last.asked_at, last.pk)) if last else "")


def hearings_in(investigation: Investigation, *, seen_by: Employee, at: datetime) -> list[Hearing]:
    """The hearings of an investigation that the reader has a part in."""
    return list(hearings_seen_by(seen_by, at=at).filter(investigation=investigation).order_by("pk")[:SHOWN])


def investigations_of(case: Case, *, seen_by: Employee) -> list[Investigation]:
    """The investigations that a case stands in, newest first."""
    if not may(seen_by, Permission.VIEW_CAUSES):
        return []
    rows = investigations_seen_by(seen_by).filter(cases=case).select_related("department")
    return list(rows.order_by("-pk")[:SHOWN])


def cases_of(investigation: Investigation, *, seen_by: Employee) -> list[Case]:
    """The complaints of an investigation that the employee sees, newest first."""
    rows = cases_visible_to(seen_by).filter(pk__in=investigation.cases.values("pk"))
    return list(rows.select_related("unit").order_by("-filed_at", "-pk")[: 4 * SHOWN])


def cases_named_in(investigation: Investigation, *, but: Sequence[Case]) -> list[Case]:
    """The other complaints of an investigation, newest first, of which its readers know no more than where and when."""
    rows = investigation.cases.exclude(pk__in=[case.pk for case in but]).select_related("unit", "failure_type")
    return list(rows.only("reference", "filed_at", "unit", "failure_type").order_by("-filed_at", "-pk")[: 4 * SHOWN])


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


def may_tell(employee: Employee, investigation: Investigation) -> bool:
    """Whether an employee may tell another what they are said to have done: the analysts and who leads it."""
    return may(employee, Permission.INVESTIGATE) or investigation.lead_id == employee.pk


def _listed(walk: QuerySet[Due], seen: QuerySet[Due], *, descending: bool, after: str) -> Listed[Due]:
    order = ("-due_at", "-pk") if descending else ("due_at", "pk")
    walk = walk.filter(beyond("due_at", read_key(after), descending=descending)).order_by(*order)
    page = list(seen.filter(pk__in=walk.values("pk")[:WALK]).order_by(*order)[: PAGE + 1])
    if len(page) > PAGE:
        return Listed(page[:PAGE], _key(page[PAGE - 1].due_at, page[PAGE - 1].pk))
    ends = walk.values_list("due_at", "pk")[WALK - 1 : WALK].first()
    return Listed(page, _key(*ends) if ends else "", more_unseen=ends is not None)


def _key(due_at: datetime, pk: int) -> str:
    return str(Key(due_at, pk))


def accusable(investigation: Investigation, *, by: Employee) -> QuerySet[Employee]:
    """Whom something can be alleged of: people where it happened, but who asks and who answers for the department."""
    where = Q(unit__path__startswith=investigation.unit.path) | Q(unit__in=investigation.cases.values("unit"))
    asking = [by.pk, investigation.lead_id, investigation.opened_by_id]
    people = Employee.objects.filter(where, is_active=True).exclude(pk__in=asking)
    answering = answerers(investigation.department).values("pk")
    return people.exclude(pk__in=answering).select_related("unit").order_by("name", "pk")


def owners(investigation: Investigation, *, by: Employee) -> QuerySet[Employee]:
    """Who can see to an action: the people of the department, of where it happened, and of the units one sees."""
    where = (
        Q(unit__path__startswith=investigation.department.path)
        | Q(unit__path__startswith=investigation.unit.path)
        | Q(unit__in=visible_units(by))
    )
    return Employee.objects.filter(where, is_active=True).select_related("unit").order_by("name", "pk")


def actions_of(investigation: Investigation, *, seen_by: Employee) -> list[CorrectiveAction]:
    """The actions planned against a cause, first planned first."""
    rows = (
        actions_seen_by(seen_by)
        .filter(investigation=investigation)
        .select_related("owner__unit", "unit", "failure_type")
    )
    return list(rows.order_by("pk")[: 4 * SHOWN])


def entries_of(investigation: Investigation, *, action: CorrectiveAction | None = None) -> list[CauseEntry]:
    """What happened on an investigation, or with one of its actions, newest first."""
    rows = investigation.entries.select_related("action").order_by("-pk")
    return list((rows if action is None else rows.filter(action=action))[: 8 * SHOWN])


def changes_because_of(action: CorrectiveAction) -> list[SettingChange]:
    """The changes of settings that were made because of an action, newest first."""
    reasons = SettingReason.objects.filter(action=action).select_related("change").order_by("-pk")
    return [reason.change for reason in reasons[: 4 * SHOWN]]


def exposures_seen_by(employee: Employee) -> list[Exposure]:
    """What could have failed in the units one sees, the newest months first."""
    rows = Exposure.objects.filter(unit__in=visible_units(employee)).select_related("unit")
    return list(rows.order_by("-month", "unit__path")[: 10 * SHOWN])
