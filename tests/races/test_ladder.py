"""Two beats and four workers on one ladder: each reminder and each step up exactly once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

from complaints.cases import links
from complaints.cases.entries import Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.cases.states import Status
from complaints.common.errors import ChangedMeanwhile
from complaints.customers.models import Customer
from complaints.handling.answer_resolution import answer_resolution
from complaints.handling.ask_customer import ask_customer
from complaints.handling.climb_for_customer import climb_for_customer
from complaints.handling.escalate import escalate
from complaints.handling.escalate_overdue import escalate_overdue, overdue_ids
from complaints.handling.hear_customer import hear_customer
from complaints.handling.resolve import resolve
from complaints.jobs.rounds import hand_up
from complaints.jobs.sweep import sweep
from complaints.outbox.models import Kind
from complaints.staff.models import Employee, Tier
from complaints.standards.models import ClockKind, Target
from tests.factories import a_complaint
from tests.handling.climbing import AT, fresh, later, told
from tests.races.meeting import meet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def case(fern: Employee, max_: Employee, vera: Employee, cara: Customer) -> Case:
    """Cara's complaint, Fern's to handle."""
    return a_complaint(by=fern, customer=cara, at=AT)


def entries(kind: Entry) -> list[int]:
    """The cases that an entry was written for."""
    return sorted(TimelineEntry.objects.filter(kind=kind).values_list("case_id", flat=True))


def test_six_sweeps_at_once_take_each_case_one_step_and_tell_each_once(
    case: Case, fern: Employee, max_: Employee, cara: Customer
) -> None:
    cases = [case, *(a_complaint(by=fern, customer=cara, at=AT) for _ in range(11))]
    at = later(days=1)
    done = meet(*[lambda: sweep(clock=lambda: at)] * 6)
    assert not [one for one in done if isinstance(one, Exception)], done
    sweep(clock=lambda: at)
    assert entries(Entry.ESCALATED) == entries(Entry.DEADLINE_MISSED) == sorted(one.pk for one in cases)
    assert told(Kind.STAFF_ESCALATED) == [max_.email] * len(cases)
    assert told(Kind.ESCALATED) == ["cara@demo.example"] * len(cases)


def test_six_sweeps_at_once_give_each_reminder_once(fern: Employee, max_: Employee, cara: Customer) -> None:
    Target.objects.update(reminders=[{"share": 50, "to": "responsible"}, {"share": 50, "to": "superior"}])
    case = a_complaint(by=fern, customer=cara, at=later(hours=4))
    case.clocks.exclude(kind=ClockKind.ACKNOWLEDGE).update(remind_at=None)
    at = later(days=1, hours=3)  # eight in the morning in New York, an hour before it runs out
    done = meet(*[lambda: sweep(clock=lambda: at)] * 6)
    assert not [one for one in done if isinstance(one, Exception)], done
    sweep(clock=lambda: at)
    assert sorted(told(Kind.STAFF_REMINDER)) == sorted([fern.email, max_.email])


def test_a_case_that_somebody_works_on_waits_for_the_next_beat_and_stops_nobody(
    case: Case, fern: Employee, max_: Employee, cara: Customer
) -> None:
    other, at = a_complaint(by=fern, customer=cara, at=AT), later(days=1)

    def without_waiting() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        return hand_up(clock=lambda: at)

    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        assert meet(without_waiting) == [1]
    assert fresh(other).responsible == max_
    assert fresh(case).responsible == fern
    assert hand_up(clock=lambda: at) == 1
    assert fresh(case).responsible == max_


def test_by_hand_against_the_sweep_it_is_one_step(case: Case, fern: Employee, max_: Employee) -> None:
    at, drawn = later(days=1), case.version
    clock_id = overdue_ids(at=at)[0]
    outcomes = meet(
        lambda: escalate(case.reference, reason="Too big for me.", by=fern, at=at, seen_version=drawn),
        lambda: escalate_overdue(clock_id, at=at),
    )
    escalate_overdue(clock_id, at=at)
    assert {type(one) for one in outcomes if isinstance(one, Exception)} <= {ChangedMeanwhile}, outcomes
    assert (fresh(case).responsible, fresh(case).tier) == (max_, Tier.MANAGER)
    assert entries(Entry.ESCALATED) == [case.pk]


def test_a_refused_resolution_against_the_sweep_is_one_step(case: Case, fern: Employee, max_: Employee) -> None:
    at = later(days=5, minutes=1)
    resolve(case.reference, text="A voucher.", by=fern, at=at)
    token, waiting = links.mint(case, at=at), case.clocks.values_list("pk", flat=True)
    soon = at + timedelta(minutes=1)
    meet(
        lambda: answer_resolution(token, solved=False, rating=1, at=soon),
        *[lambda: [escalate_overdue(one, at=soon) for one in waiting]] * 3,
    )
    for one in overdue_ids(at=soon):
        escalate_overdue(one, at=soon)
    assert fresh(case).responsible == max_
    assert entries(Entry.ESCALATED) == [case.pk]


def test_an_answer_against_the_sweep_leaves_nothing_behind(case: Case, fern: Employee, max_: Employee) -> None:
    asked = later(days=1, seconds=-1)
    ask_customer(case.reference, text="Which room?", by=fern, at=asked)
    token, waiting = links.mint(case, at=AT), list(case.clocks.values_list("pk", flat=True))
    answered = later(days=2)
    meet(
        lambda: hear_customer(token, text="Room 908", at=answered),
        *[lambda: [escalate_overdue(one, at=answered) for one in waiting]] * 3,
    )
    assert fresh(case).status == Status.OPEN
    assert entries(Entry.ESCALATED) == [], "a second was left"
    assert fresh(case).due_at == answered + timedelta(seconds=1)


def test_the_customers_wish_against_the_sweep_climbs_at_most_once_for_each(case: Case, max_: Employee) -> None:
    at = later(days=1)
    clock_id, token = overdue_ids(at=at)[0], links.mint(case, at=AT)
    meet(
        *[lambda: climb_for_customer(token, at=at, submission="one form")] * 3,
        *[lambda: escalate_overdue(clock_id, at=at)] * 3,
    )
    assert 1 <= len(entries(Entry.ESCALATED)) <= 2
    assert len(entries(Entry.DEADLINE_MISSED)) == 1
