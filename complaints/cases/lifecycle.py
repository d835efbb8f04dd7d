"""Change a case: the only writer of its status, its responsible employee and its version."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Case as Choice
from django.db.models import F, PositiveSmallIntegerField, QuerySet, Value, When

from complaints.cases import clocks, texts, timeline
from complaints.cases.models import Case, Clock
from complaints.cases.queries import locked, visible_to
from complaints.cases.states import MOVES, Move, Outcome, Status
from complaints.common.by_key import ByKey
from complaints.common.errors import ChangedMeanwhile, MoveNotAllowed, NotFound
from complaints.customers.models import Customer
from complaints.staff.models import Employee, Unit
from complaints.staff.permissions import Permission, require

STARTS_WORK = frozenset({Move.ACKNOWLEDGE, Move.TAKE, Move.ASSIGN})
"""Steps that start the clock of a case that was taken over from elsewhere with its clock at rest."""

_STANDING: Final = (
    "reference", "customer", "unit", "responsible", "tier", "status", "severity", "due_at", "step", "reached_tier_at",
    "version",
)  # fmt: skip
_OF_CLOCK: Final = ByKey(
    lambda: Case.objects.select_for_update(skip_locked=True, of=("self",)).only(*_STANDING), key="clocks"
)
_UNIT: Final = ByKey(Unit.objects.all)


def lock_for(
    employee: Employee, permission: Permission, reference: str, *, move: Move, seen_version: int | None = None
) -> Case:
    """Fetch a case under its lock, for an employee who sees it, may take the step, and has seen its present state.

    `seen_version` is the version the page was drawn with; None where an older page does no harm. Raises NotFound,
    NotPermitted, ChangedMeanwhile, MoveNotAllowed, in this order.
    """
    if not visible_to(employee).filter(reference=reference).exists():
        raise NotFound(case=reference)
    require(employee, permission)
    case = locked(reference)
    if not visible_to(employee).filter(pk=case.pk).exists():
        raise NotFound(case=reference)
    check_version(case, seen_version)
    check(case, move)
    return case


def lock_for_form(
    employee: Employee,
    permission: Permission,
    reference: str,
    *,
    move: Move,
    seen_version: int | None,
    submission: str,
) -> tuple[Case, bool]:
    """As `lock_for`, for a form with a key: also whether this very form was taken already, whatever came of it."""
    case = lock_for(employee, permission, reference, move=Move.NOTE)
    if timeline.has_submission(case, submission):
        return case, True
    check_version(case, seen_version)
    check(case, move)
    return case, False


def lock_by_clock(clock_id: int) -> Case | None:
    """Fetch the case of a clock under its lock, for a job; None where somebody is working on it: its time comes again.

    Only what a step of a job looks at is fetched, and written back.
    """
    case = _OF_CLOCK.get(clock_id)
    if case is not None:
        case.unit = _UNIT.get(case.unit_id) or case.unit
    return case


def check_version(case: Case, seen_version: int | None) -> None:
    """Raise ChangedMeanwhile where the page was drawn with another state of the case than the present one."""
    if seen_version is not None and seen_version != case.version:
        raise ChangedMeanwhile(case=case.reference, seen=seen_version, version=case.version)


def check(case: Case, move: Move) -> None:
    """Raise MoveNotAllowed unless the move is legal now."""
    if Status(case.status) not in MOVES[move].start:
        raise MoveNotAllowed(case=case.reference, move=move, status=case.status)


def apply(
    case: Case,
    move: Move,
    *,
    at: datetime,
    outcome: Outcome | None = None,
    live: Sequence[Clock] | None = None,
    **changes: Any,
) -> None:
    """Make one legal move on a locked case: status, moments, clocks, version, and the facts named in `changes`.

    The verb that calls this writes the timeline; where it has read the `live` clocks already, they are not read again.
    """
    check(case, move)
    before, after = Status(case.status), MOVES[move].end or Status(case.status)
    for name, value in changes.items():
        setattr(case, name, value)
    case.status = after
    if after == Status.CLOSED and before != Status.CLOSED:
        case.closed_at, case.outcome = at, outcome or case.outcome
    elif after != Status.CLOSED and before == Status.CLOSED:
        case.closed_at, case.outcome, case.duplicate_of = None, "", None
    if after == Status.RESOLVED != before:
        case.resolved_at = at
    if after != before or move in STARTS_WORK:
        _let_clocks_follow(case, before, at=at)
        live = None
    store(case, live=live)


def restore(case: Case, status: Status, *, at: datetime) -> None:
    """Let a locked case that was marked as a duplicate go on in the state it had, with the clocks it had."""
    check(case, Move.UNMARK_DUPLICATE)
    if case.closed_at is not None:
        clocks.revive(case, ended_at=case.closed_at)
    case.status, case.closed_at, case.outcome, case.duplicate_of = status, None, "", None
    if status == Status.OPEN:
        clocks.resume(case, at=at)
    store(case)


def store(case: Case, *, live: Sequence[Clock] | None = None) -> None:
    """Write a locked case back with its next due moment, by its `live` clocks, and a new version."""
    case.due_at = clocks.next_due(clocks.unended(case) if live is None else live)
    case.version += 1
    case.save()


def note_due(case: Case) -> None:
    """Write only when a locked case is due next: nothing that anybody has on their page changed."""
    Case.objects.filter(pk=case.pk).update(due_at=clocks.next_due(clocks.unended(case)))


def restand(units: QuerySet[Unit], positions: Mapping[int, int]) -> None:
    """Let the open cases of units stand where their step is now: each old position, and the new one.

    Locks those that move, in the order of their ids. What people see of them stays as it is, and so does the version.
    """
    moved = {old: new for old, new in positions.items() if old != new}
    theirs = Case.objects.exclude(status=Status.CLOSED).filter(unit__in=units, step__in=moved)
    held = list(theirs.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    if held:
        places = Choice(
            *(When(step=old, then=Value(new)) for old, new in moved.items()),
            default=F("step"),
            output_field=PositiveSmallIntegerField(),
        )
        Case.objects.filter(pk__in=held).update(step=places)


def lock_together(employee: Employee, permission: Permission, reference: str, other: str) -> tuple[Case, Case]:
    """Fetch two cases under their locks, in the order of their ids, for an employee who sees both.

    So that two steps across each other cannot wait for one another. Raises NotFound, NotPermitted, and NotFound for the
    other as for the first.
    """
    list(Case.objects.select_for_update(of=("self",)).filter(reference__in=[reference, other]).order_by("pk"))
    case = lock_for(employee, permission, reference, move=Move.NOTE)
    return case, lock_for(employee, permission, other, move=Move.NOTE)


def lock_with_original(reference: str) -> tuple[Case, Case | None]:
    """A case under its lock, and if it is a duplicate, the one that goes on under its own, in the order of their ids.

    One that is marked in the very moment in which it is asked for is no duplicate yet. Raises NotFound.
    """
    known = Case.objects.filter(reference=reference, duplicate_of__isnull=False)
    pks = [pk for pair in known.values_list("pk", "duplicate_of") for pk in pair if pk is not None]
    if pks:
        list(Case.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk"))
    case = locked(reference)
    return case, case.duplicate_of if case.duplicate_of_id in pks else None


def lock_cases_of(customer: Customer) -> list[Case]:
    """Every case of a locked customer that is not closed, under its lock, in the order of their ids.

    Where all are closed it is the newest one, so that what happens to the customer is written somewhere.
    """
    theirs = Case.objects.select_for_update(of=("self",)).filter(customer=customer)
    still_open = list(theirs.exclude(status=Status.CLOSED).order_by("pk"))
    return still_open or list(theirs.order_by("-filed_at", "-pk")[:1])


def lock_all_of(customers: Collection[int]) -> list[Case]:
    """Every case of some locked customers, open or not, under its lock, in the order of their ids."""
    theirs = Case.objects.select_for_update(of=("self",)).filter(customer__in=customers)
    return list(theirs.order_by("pk"))


def hand_to(customer: Customer, cases: Collection[Case]) -> None:
    """Let locked cases be those of another locked customer; everything that hangs on them goes along."""
    for case in cases:
        case.customer = customer
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(customer=customer, version=F("version") + 1)


def renew_versions(cases: list[Case]) -> None:
    """Give locked cases a new version, so that pages drawn earlier hear what happened to the customer."""
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(version=F("version") + 1)


def find_by_new_words(customer: Customer, *, most: int) -> None:
    """Let the newest cases of a renamed customer be found by the new name; older ones keep the words of their day.

    Writes the words alone: where a case belongs is nothing a stale row may decide.
    """
    newest = list(Case.objects.filter(customer=customer).order_by("-filed_at", "-pk")[:most])
    for case in newest:
        case.customer = customer
    texts.rename(newest)


def _let_clocks_follow(case: Case, before: Status, *, at: datetime) -> None:
    """Run while it is our turn, stand still while it is the customer's, end with the case.

    What held is the resolution proposed last, or what was done on the spot where none waited for an answer.
    """
    status = Status(case.status)
    if status == Status.OPEN:
        clocks.resume(case, at=at)
    elif status in {Status.WAITING, Status.RESOLVED}:
        clocks.pause(case, at=at)
    else:
        solved = case.outcome in {Outcome.SOLVED, Outcome.NO_ANSWER}
        held_since = case.resolved_at if before == Status.RESOLVED else at
        clocks.close(case, put_right_at=held_since if solved else None, at=at)
