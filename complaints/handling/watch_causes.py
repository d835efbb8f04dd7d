"""What the periodic job does about causes: remind, climb, measure what actions did, reopen what had no effect.

And about hearings: remind who is waited for, and pass on what nobody could decide.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from complaints.causes import judges, records, states, watching
from complaints.causes.counting import measure, start_of
from complaints.causes.models import CorrectiveAction, Hearing, HearingKind, Investigation
from complaints.causes.states import ActionMove, ActionState, HearingState
from complaints.common.actors import SYSTEM
from complaints.handling import causes
from complaints.staff.models import Employee
from complaints.staff.queries import at_work

Row = TypeVar("Row", Investigation, CorrectiveAction, Hearing)

MORE_TIME: Final = timedelta(days=14)
"""How long the owner of an action without effect has for another attempt."""
PUT_OFF: Final = timedelta(minutes=10)
DUE_SOON: Final = gettext_lazy("A cause is due soon")
OVERDUE: Final = gettext_lazy("The time to name a cause is over")
ACTION_DUE_SOON: Final = gettext_lazy("A corrective action is due soon")
ACTION_OVERDUE: Final = gettext_lazy("The time for a corrective action is over")
PROVED: Final = gettext_lazy("The action had an effect: the rate of complaints fell")
WITHOUT_EFFECT: Final = gettext_lazy("The action had no effect that can be shown, and is open again")
ANSWER_SOON: Final = gettext_lazy("Your side of something that is alleged is still awaited")
NOT_ANSWERED: Final = gettext_lazy("An employee has not given their side in time; you may decide without it")
STILL_TO_DECIDE: Final = gettext_lazy("Something alleged still waits for your decision")
PASSED_ON: Final = gettext_lazy("You will decide on something alleged, in place of a colleague")
ANOTHER_DECIDES: Final = gettext_lazy("Another person decides on what is alleged")


def investigations_to_watch(*, at: datetime, limit: int | None = 200) -> list[int]:
    """Investigations somebody is to be told of now, the earliest first."""
    rows = Investigation.objects.filter(look_at__lte=at).order_by("look_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def actions_to_watch(*, at: datetime, limit: int | None = 200) -> list[int]:
    """Actions somebody is to be told of, or whose effect is to be measured, the earliest first."""
    rows = CorrectiveAction.objects.filter(look_at__lte=at).order_by("look_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def hearings_to_watch(*, at: datetime, limit: int | None = 200) -> list[int]:
    """Hearings in which somebody is waited for, the earliest first."""
    rows = Hearing.objects.filter(look_at__lte=at).order_by("look_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


@transaction.atomic
def watch_investigation(pk: int, *, at: datetime) -> bool:
    """Remind who answers, or tell the next one up the department's ladder; False where nothing is due any more.

    Locks the investigation, skipping one that somebody is working on.
    """
    row = _due(Investigation.objects.all(), pk, at=at, related=("department", "lead"))
    if row is None:
        return False
    if at < row.due_at:
        row.look_at = row.due_at
        occasion = f"remind {row.due_at.isoformat()}"
        causes.tell_of_investigation(_there(row.lead, at=at), row, news=DUE_SOON, occasion=occasion, at=at)
    else:
        people, row.step, row.look_at = causes.one_up(row.department, row.step, past=row.lead, at=at)
        records.record(row, "missed", by=SYSTEM, at=at, text=", ".join(person.name for person in people))
        for person in people:
            occasion = f"missed {row.due_at.isoformat()} {row.step}"
            causes.tell_of_investigation(person, row, news=OVERDUE, occasion=occasion, at=at)
    row.save(update_fields=["look_at", "step"])
    return True


@transaction.atomic
def watch_action(pk: int, *, at: datetime) -> bool:
    """Remind or tell of a planned action, measure one that is done; False where nothing is due any more.

    Locks the action, skipping one that somebody is working on.
    """
    row = _due(
        CorrectiveAction.objects.all(), pk, at=at, related=("investigation", "owner__unit", "unit", "planned_by")
    )
    if row is None:
        return False
    if row.state == ActionState.DONE:
        _observe(row, at=at)
    elif at < row.due_at:
        row.look_at = row.due_at
        occasion = f"remind {row.due_at.isoformat()}"
        causes.tell_of_action(_there(row.owner, at=at), row, news=ACTION_DUE_SOON, occasion=occasion, at=at)
    else:
        people, row.step, row.look_at = causes.one_up(row.owner.unit, row.step, past=row.owner, at=at)
        records.record(
            row.investigation, "overdue", by=SYSTEM, at=at, action=row, text=", ".join(one.name for one in people)
        )
        for person in people:
            occasion = f"overdue {row.due_at.isoformat()} {row.step}"
            causes.tell_of_action(person, row, news=ACTION_OVERDUE, occasion=occasion, at=at)
    row.save()
    return True


@transaction.atomic
def watch_hearing(pk: int, *, at: datetime) -> bool:
    """Remind the employee who is asked, or who decides; pass on what nobody could decide.

    False where nothing is due any more. Locks the hearing, skipping one that somebody is working on.
    """
    row = _due(Hearing.objects.all(), pk, at=at, related=("accused__unit", "investigator", "decider", "appeal_decider"))
    if row is None:
        return False
    occasion = f"waits {row.look_at.isoformat() if row.look_at else ''}"
    if row.state == HearingState.ASKED and at < row.answer_by:
        row.look_at = row.answer_by
        causes.tell_in_confidence(row.accused, row, news=ANSWER_SOON, occasion=occasion, until=row.answer_by, at=at)
    else:
        row.look_at = at + watching.JUDGES_WITHIN
        _ask_for_decision(row, occasion=occasion, at=at)
    row.save()
    return True


def put_off_hearing(pk: int, *, at: datetime) -> None:
    """Let one that failed wait: it must not come first for ever."""
    Hearing.objects.filter(pk=pk).update(look_at=at + PUT_OFF)


def put_off_investigation(pk: int, *, at: datetime) -> None:
    """Let one that failed wait: it must not come first for ever."""
    Investigation.objects.filter(pk=pk).update(look_at=at + PUT_OFF)


def put_off_action(pk: int, *, at: datetime) -> None:
    """Let one that failed wait: it must not come first for ever."""
    CorrectiveAction.objects.filter(pk=pk).update(look_at=at + PUT_OFF)


def _observe(row: CorrectiveAction, *, at: datetime) -> None:
    """Count what came since; when the window is over, the action is proved or open again. Both are told, once."""
    if row.effect_on is None or row.observed_until is None:
        return
    today = at.astimezone(ZoneInfo(row.unit.time_zone)).date()
    end = row.effect_on + timedelta(days=row.window_days)
    proof = measure(row, row.effect_on, until=min(today, end))
    row.proof, row.measured_at = proof.written(), at
    if at < row.observed_until:
        row.look_at = start_of(today + timedelta(days=1), row.unit)
        return
    has_effect = proof.has_effect
    states.apply(row, ActionMove.PROVE if has_effect else ActionMove.REOPEN)
    if has_effect:
        row.look_at = None
    else:
        row.times_reopened, row.step = row.times_reopened + 1, 0
        row.due_at = start_of(today + MORE_TIME, row.owner.unit)
        row.look_at = watching.reminder_before(row.due_at, at=at)
    records.record(row.investigation, "proved" if has_effect else "reopened", by=SYSTEM, at=at, action=row)
    for person in _concerned(row):
        _tell_outcome(person, row, news=PROVED if has_effect else WITHOUT_EFFECT, at=at)


def _ask_for_decision(row: Hearing, *, occasion: str, at: datetime) -> None:
    """Remind who decides, or their stand-in; where neither can, somebody else takes their place, and all are told."""
    judge = judges.answering_judge(row, at=at)
    if judge is not None:
        news = NOT_ANSWERED if row.state == HearingState.ASKED else STILL_TO_DECIDE
        causes.tell_in_confidence(judge, row, news=news, occasion=occasion, at=at)
        return
    without = {*judges.others_concerned(row), row.decider_id, row.appeal_decider_id}
    judge = judges.judge_above(row.accused.tier, row.accused.unit, without=without, at=at)
    if judge is None:
        return
    if row.state == HearingState.APPEALED:
        row.appeal_decider = judge
    else:
        row.decider = judge
    records.say(row, HearingKind.PASSED_ON, by=None, at=at, text=judge.name)
    causes.tell_in_confidence(judge, row, news=PASSED_ON, occasion=occasion, at=at)
    causes.tell_in_confidence(row.accused, row, news=ANOTHER_DECIDES, occasion=occasion, at=at)


def _there(person: Employee, *, at: datetime) -> Employee:
    """An employee, or who stands in for them now."""
    return at_work([person], at=at).get(person.pk, person)


def _concerned(row: CorrectiveAction) -> list[Employee]:
    return list({person.pk: person for person in (row.owner, row.planned_by)}.values())


def _tell_outcome(person: Employee, row: CorrectiveAction, *, news: Promise | str, at: datetime) -> None:
    causes.tell_of_action(person, row, news=news, occasion=f"observed {row.observed_until}", at=at)


def _due(rows: QuerySet[Row], pk: int, *, at: datetime, related: tuple[str, ...]) -> Row | None:
    rows = rows.select_for_update(skip_locked=True, of=("self",))
    return rows.select_related(*related).filter(pk=pk, look_at__lte=at).first()
