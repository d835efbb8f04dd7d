"""What the verbs on causes have in common: rows under their locks, and whom to tell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.functional import Promise

from complaints.cases import timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.causes.models import CorrectiveAction, Hearing, Investigation
from complaints.causes.queries import action_for, hearing_for, investigation_for
from complaints.common.errors import NotFound
from complaints.escalation.ladder import next_rung
from complaints.handling import tell
from complaints.outbox.models import Kind
from complaints.staff.models import Employee, Tier, Unit
from complaints.staff.queries import administrators

Row = TypeVar("Row", bound=Model)

AGAIN: Final = timedelta(days=1)
"""How long a step of the ladder without a deadline of its own has before the next one is told."""


def lock_investigation(pk: int, *, by: Employee) -> Investigation:
    """One that the employee sees, under its lock; raises NotFound."""
    seen = investigation_for(by, pk)
    return _locked(Investigation.objects.all(), seen.pk, "department", "lead", "unit", "calendar", "opened_by")


def lock_action(pk: int, *, by: Employee) -> CorrectiveAction:
    """One that the employee sees, under its lock; raises NotFound."""
    return _locked(
        CorrectiveAction.objects.all(), action_for(by, pk).pk, "investigation", "owner", "unit", "failure_type"
    )


def lock_hearing(pk: int, *, by: Employee, at: datetime) -> Hearing:
    """One of the employee's own at a moment, under its lock; raises NotFound."""
    seen = hearing_for(by, pk, at=at)
    return _locked(
        Hearing.objects.all(), seen.pk, "accused__unit", "investigator", "decider", "appeal_decider", "found_by"
    )


def lock_cases(cases: Iterable[Case]) -> list[Case]:
    """The same complaints under their locks, taken in the order of their ids, as every verb does before it writes."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("unit")
    return list(rows.filter(pk__in=[case.pk for case in cases]).order_by("pk"))


def write_on_cases(
    investigation: Investigation, kind: Entry, *, by: Employee, at: datetime, title: str = "", department: str = ""
) -> None:
    """Write a step on the timeline of every complaint concerned, for staff only. Locks the complaints."""
    title = title or investigation.title
    for case in lock_cases(investigation.cases.all()):
        timeline.record(case, kind, by=by.actor, at=at, title=title, department=department)


def tell_of_investigation(
    who: Employee, investigation: Investigation, *, news: str | Promise, occasion: str, at: datetime
) -> None:
    """Tell a colleague what became of an investigation, with the address of its page."""
    page = _page("investigation", investigation.pk)
    _tell(who, Kind.STAFF_CAUSE, occasion=f"investigation {investigation.pk} {occasion}", at=at, page=page, news=news,
          title=investigation.title, due_at=investigation.due_at)  # fmt: skip


def tell_of_action(
    who: Employee, action: CorrectiveAction, *, news: str | Promise, occasion: str, at: datetime
) -> None:
    """Tell a colleague what became of an action, with the address of its page and the last minute of its day."""
    page, last = _page("action", action.pk), action.due_at - timedelta(minutes=1)
    _tell(who, Kind.STAFF_CAUSE, occasion=f"action {action.pk} {occasion}", at=at, page=page, news=news,
          title=action.title, due_at=last)  # fmt: skip


def tell_in_confidence(
    who: Employee, hearing: Hearing, *, news: str | Promise, occasion: str, at: datetime, until: datetime | None = None
) -> None:
    """Tell one of those concerned that something was said in a hearing; what it was stands on its page only."""
    page = _page("hearing", hearing.pk)
    _tell(who, Kind.STAFF_HEARING, occasion=f"hearing {hearing.pk} {occasion}", at=at, page=page, news=news,
          due_at=until)  # fmt: skip


def one_up(unit: Unit, step: int, *, past: Employee, at: datetime) -> tuple[list[Employee], int, datetime | None]:
    """Whom to tell of what ran out, the step that is theirs, and when to look again; None above the last one.

    They lead, and are another than who owes it. On top of the ladder, and where nobody stands on it, the administrators
    are told.
    """
    rung = next_rung(unit, step, at=at, least=Tier.MANAGER)
    while rung is not None and rung.responsible is not None and rung.responsible.pk == past.pk:
        rung = next_rung(unit, rung.step.position, at=at, least=Tier.MANAGER)
    if rung is None or rung.step.is_outside or rung.responsible is None:
        return administrators(), step, None
    return [rung.responsible], rung.step.position, rung.decides_by(at=at) or at + AGAIN


def _page(name: str, pk: int) -> str:
    return f"{settings.BASE_URL}{reverse(f'desk:{name}', args=[pk])}"


def _tell(who: Employee, kind: Kind, *, occasion: str, at: datetime, **facts: Any) -> None:
    if who.is_active:
        tell.colleague_of_no_case(who, kind, occasion=occasion, at=at, **facts)


def _locked(rows: QuerySet[Row], pk: int, *related: str) -> Row:
    row = rows.select_for_update(of=("self",)).select_related(*related).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row
