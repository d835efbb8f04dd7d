"""The clocks of a case: exact in business time, met by people's words alone, judged by moments."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from complaints.cases import links
from complaints.cases.entries import Entry
from complaints.cases.models import NOT_DUE, Case
from complaints.cases.states import Status
from complaints.common.errors import NotPermitted
from complaints.customers.models import Customer
from complaints.handling.answer_resolution import answer_resolution
from complaints.handling.ask_customer import ask_customer
from complaints.handling.climb_for_customer import climb_for_customer
from complaints.handling.confirm_solved import confirm_solved
from complaints.handling.escalate import escalate
from complaints.handling.escalate_overdue import escalate_overdue, overdue_ids
from complaints.handling.hear_customer import hear_customer
from complaints.handling.reassess import Judgement, reassess
from complaints.handling.recompute_clocks import Changed, changed, recompute_clocks
from complaints.handling.reopen import reopen
from complaints.handling.resolve import resolve
from complaints.handling.write_note import write_note
from complaints.handling.write_to_customer import write_to_customer
from complaints.staff.models import Employee
from complaints.standards.models import (
    BusinessCalendar,
    ClockKind,
    FailureType,
    RecoveryStandard,
    Severity,
    SpecialDay,
    StandardVersion,
    Target,
)
from tests.cast import LONG_AGO
from tests.factories import a_complaint
from tests.handling.climbing import AT, clock_of, deliver, fresh, happened, later
from tests.standards.opening import local

pytestmark = pytest.mark.django_db
NEW_YORK = "America/New_York"


@pytest.fixture
def office(db: None) -> BusinessCalendar:
    """Monday to Friday, nine to five, in New York."""
    week = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    return BusinessCalendar.objects.create(name="Office", time_zone=NEW_YORK, week=week)


@pytest.fixture
def promise(late_room: FailureType, office: BusinessCalendar) -> StandardVersion:
    """Two office hours to acknowledge, four to answer, a word every eight, put right in sixteen, and in eight weeks."""
    standard = RecoveryStandard.objects.create(name="Late room", failure_type=late_room)
    version = StandardVersion.objects.create(standard=standard, number=1, made_at=LONG_AGO)
    for kind, hours in (("acknowledge", 2), ("answer", 4), ("update", 8), ("resolve", 16)):
        Target.objects.create(version=version, kind=kind, minutes=hours * 60, calendar=office)
    Target.objects.create(version=version, kind="resolve", label="Final response", minutes=56 * 24 * 60)
    return version


def ny(text: str) -> datetime:
    return local(text, NEW_YORK)


def filed(at: str, *, by: Employee | None, customer: Customer, kind: FailureType) -> Case:
    return a_complaint(by=by, customer=customer, at=ny(at), failure_type=kind.pk)


def by_label(case: Case, label: str) -> datetime:
    return case.clocks.get(label=label).due_at


def test_each_deadline_runs_in_its_own_time_on_the_same_case(
    promise: StandardVersion, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    case = filed("2026-03-06T16:30", by=fern, customer=cara, kind=late_room)
    assert case.standard == promise
    assert clock_of(case, ClockKind.ACKNOWLEDGE).due_at == ny("2026-03-09T10:30")
    assert case.clocks.get(kind=ClockKind.RESOLVE, label="").due_at == ny("2026-03-10T16:30")
    assert by_label(case, "Final response") == ny("2026-03-06T16:30") + timedelta(weeks=8)


def test_a_pause_over_a_weekend_with_a_clock_change_costs_only_open_minutes(
    promise: StandardVersion, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    case = filed("2026-03-06T15:00", by=fern, customer=cara, kind=late_room)
    token = links.mint(case, at=AT)
    ask_customer(case.reference, text="Which room?", by=fern, at=ny("2026-03-06T16:00"))
    assert fresh(case).due_at == NOT_DUE
    hear_customer(token, text="Room 908", at=ny("2026-03-09T09:30"))
    now = fresh(case)
    assert now.status == Status.OPEN
    assert case.clocks.get(kind=ClockKind.ANSWER).due_at == ny("2026-03-09T12:30"), "three of four hours were left"
    paused = ny("2026-03-09T09:30") - ny("2026-03-06T16:00")
    assert paused == timedelta(hours=64, minutes=30), "the night of Sunday had one hour less"
    assert by_label(case, "Final response") == ny("2026-03-06T15:00") + timedelta(weeks=8) + paused


def test_only_what_a_person_wrote_and_what_arrived_meets_a_deadline(
    promise: StandardVersion, fern: Employee, max_: Employee, cara: Customer, late_room: FailureType
) -> None:
    case = filed("2026-03-02T09:00", by=None, customer=cara, kind=late_room)
    open_ones = {ClockKind.ACKNOWLEDGE, ClockKind.ANSWER, ClockKind.UPDATE}
    deliver(ny("2026-03-02T09:01"))
    write_note(case.reference, text="I look into it.", by=fern, at=ny("2026-03-02T09:10"))
    escalate(case.reference, reason="Too big for me.", by=fern, at=ny("2026-03-02T09:20"))
    deliver(ny("2026-03-02T09:21"))
    write_to_customer(case.reference, text="We are on it.", by=max_, at=ny("2026-03-02T09:30"))
    still = set(case.clocks.filter(ended_at=None).values_list("kind", flat=True))
    assert open_ones <= still, "nothing has reached the customer but receipts"
    deliver(ny("2026-03-02T10:00"))
    for kind in (ClockKind.ACKNOWLEDGE, ClockKind.ANSWER):
        assert clock_of(case, kind).ended_at == ny("2026-03-02T10:00")
    first, following = case.clocks.filter(kind=ClockKind.UPDATE).order_by("pk")
    assert first.ended_at == following.started_at == ny("2026-03-02T10:00")
    assert following.due_at == ny("2026-03-03T10:00"), "the next word is due eight office hours on"


def test_neither_parking_nor_an_undelivered_resolution_counts_as_an_answer(
    promise: StandardVersion, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    case = filed("2026-03-02T09:00", by=fern, customer=cara, kind=late_room)
    ask_customer(case.reference, text="Which room?", by=fern, at=ny("2026-03-02T09:30"))
    deliver(ny("2026-03-02T09:31"))
    assert clock_of(case, ClockKind.ANSWER).ended_at is None, "a question is no answer"
    resolve(case.reference, text="A voucher.", by=fern, at=ny("2026-03-02T10:00"))
    assert clock_of(case, ClockKind.ANSWER).ended_at is None
    deliver(ny("2026-03-02T10:05"))
    assert clock_of(case, ClockKind.ANSWER).ended_at == ny("2026-03-02T10:05")


def test_a_word_that_leaves_late_while_the_clock_rests_is_in_time(
    promise: StandardVersion, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    case = filed("2026-03-02T09:00", by=fern, customer=cara, kind=late_room)
    ask_customer(case.reference, text="Which room?", by=fern, at=ny("2026-03-02T10:30"))
    deliver(ny("2026-03-02T16:00"))
    met = clock_of(case, ClockKind.ACKNOWLEDGE)
    assert met.ended_at is not None
    assert met.ended_at <= met.due_at, "it stood still from half past ten"


def test_from_one_pause_into_the_next_counts_once(fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    token = links.mint(case, at=AT)
    before = clock_of(case, ClockKind.RESOLVE).due_at
    ask_customer(case.reference, text="Which room?", by=fern, at=later(hours=1))
    resolve(case.reference, text="A voucher.", by=fern, at=later(hours=3))
    answer_resolution(token, solved=False, rating=None, at=later(hours=6))
    assert clock_of(case, ClockKind.RESOLVE).due_at == before + timedelta(hours=5)


def test_straight_from_waiting_to_solved_the_wait_does_not_count(fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    ask_customer(case.reference, text="Which room?", by=fern, at=later(days=1))
    resolve(case.reference, text="A voucher.", by=fern, at=later(days=170))
    answer_resolution(links.mint(case, at=later(days=170)), solved=True, rating=5, at=later(days=171))
    clock = clock_of(case, ClockKind.RESOLVE)
    assert clock.ended_at == later(days=170)
    assert clock.ended_at <= clock.due_at


def test_put_right_late_between_two_sweeps_is_late(fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    due = clock_of(case, ClockKind.RESOLVE).due_at
    resolve(case.reference, text="A voucher.", by=fern, at=due + timedelta(seconds=1))
    answer_resolution(links.mint(case, at=due), solved=True, rating=5, at=due + timedelta(days=1))
    clock = clock_of(case, ClockKind.RESOLVE)
    assert not clock.dropped
    assert clock.ended_at is not None
    assert clock.ended_at > clock.due_at


def test_a_resolution_that_did_not_hold_is_not_when_it_was_put_right(fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    resolve(case.reference, text="A voucher.", by=fern, at=later(hours=1))
    answer_resolution(links.mint(case, at=AT), solved=False, rating=1, at=later(hours=2))
    confirm_solved(case.reference, text="A night free, in person.", by=fern, at=later(hours=5))
    assert clock_of(case, ClockKind.RESOLVE).ended_at == later(hours=5)


def test_opened_again_it_is_not_overdue_from_its_first_minute(fern: Employee, max_: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    long_after = later(days=5, minutes=1)
    for clock_id in overdue_ids(at=long_after):
        escalate_overdue(clock_id, at=long_after)
    resolve(case.reference, text="A voucher.", by=max_, at=later(days=6))
    reopen(case.reference, reason="The voucher was refused.", by=max_, at=later(days=7))
    now = fresh(case)
    assert now.due_at > later(days=7)
    assert overdue_ids(at=later(days=7)) == []
    first, second = case.clocks.filter(kind=ClockKind.RESOLVE).order_by("pk")
    assert first.ended_at is not None
    assert first.ended_at > first.due_at, "the first promise stays missed"
    assert (second.started_at, second.missed_at) == (later(days=7), None)


def test_the_deadline_of_a_tier_rests_while_we_wait_for_the_customer(
    fern: Employee, max_: Employee, cara: Customer
) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    ask_customer(case.reference, text="Which room?", by=fern, at=later(hours=1))
    escalate(case.reference, reason="Max should know.", by=fern, at=later(hours=2))
    assert (fresh(case).status, fresh(case).due_at) == (Status.WAITING, NOT_DUE)
    hear_customer(links.mint(case, at=AT), text="Room 908", at=later(hours=10))
    assert clock_of(case, ClockKind.TIER).due_at == later(hours=10) + timedelta(days=2)


def test_a_customer_who_asks_for_somebody_higher_makes_it_our_turn(
    fern: Employee, max_: Employee, cara: Customer
) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    ask_customer(case.reference, text="Which room?", by=fern, at=later(hours=1))
    climb_for_customer(links.mint(case, at=AT), at=later(hours=3))
    now = fresh(case)
    assert (now.status, now.responsible) == (Status.OPEN, max_)
    assert now.due_at == AT + timedelta(days=1, hours=2), "what was left runs on"


def test_a_changed_calendar_moves_open_deadlines_and_says_so(
    promise: StandardVersion, office: BusinessCalendar, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    case = filed("2026-03-02T16:00", by=fern, customer=cara, kind=late_room)
    SpecialDay.objects.create(calendar=office, day="2026-03-03", reason="Flood")
    office.refresh_from_db()
    assert Changed(office) in changed()
    assert Changed(office).cases() == [case.pk]
    assert Changed(office).cases(beyond=case.pk) == []
    assert recompute_clocks(case.pk, why="a flood", at=ny("2026-03-02T16:30"))
    assert not recompute_clocks(case.pk, why="a flood", at=ny("2026-03-02T16:31")), "once more changes nothing"
    assert fresh(case).due_at == ny("2026-03-04T10:00")
    assert happened(case)[-1] == Entry.DEADLINES_MOVED


def test_an_opened_day_taken_away_gives_a_missed_deadline_its_time_back(
    promise: StandardVersion, office: BusinessCalendar, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    case = filed("2026-03-02T09:00", by=fern, customer=cara, kind=late_room)
    at = ny("2026-03-02T11:01")
    assert escalate_overdue(overdue_ids(at=at)[0], at=at)
    SpecialDay.objects.create(calendar=office, day="2026-03-02", reason="Snow")
    recompute_clocks(case.pk, why="snow", at=at)
    clock = clock_of(case, ClockKind.ACKNOWLEDGE)
    assert (clock.missed_at, clock.due_at) == (None, ny("2026-03-03T11:00"))


def test_judged_worse_it_is_due_sooner_with_the_pause_it_has_had(fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    ask_customer(case.reference, text="Which room?", by=fern, at=later(hours=1))
    hear_customer(links.mint(case, at=AT), text="Room 908", at=later(hours=9))
    reassess(case.reference, judgement=Judgement(severity=Severity.HIGH), by=fern, at=later(hours=10))
    assert clock_of(case, ClockKind.RESOLVE).due_at == later(days=2, hours=8)
    assert fresh(case).due_at == later(hours=12)
    assert happened(case)[-1] == Entry.DEADLINES_MOVED
    reassess(case.reference, judgement=Judgement(severity=Severity.HIGH), by=fern, at=later(hours=11))
    assert happened(case).count(Entry.DEADLINES_MOVED) == 1


def test_what_the_new_standard_adds_has_rested_with_the_others(
    promise: StandardVersion, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    case = a_complaint(by=fern, customer=cara, at=ny("2026-03-02T09:00"))
    ask_customer(case.reference, text="Which room?", by=fern, at=ny("2026-03-02T10:00"))
    hear_customer(links.mint(case, at=AT), text="Room 908", at=ny("2026-03-03T10:00"))
    reassess(case.reference, judgement=Judgement(failure_type=late_room.pk), by=fern, at=ny("2026-03-03T10:30"))
    assert clock_of(case, ClockKind.ANSWER).due_at == ny("2026-03-03T13:00")


def test_what_is_added_while_the_customer_is_asked_rests_too(
    promise: StandardVersion, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    case = a_complaint(by=fern, customer=cara, at=ny("2026-03-02T09:00"))
    ask_customer(case.reference, text="Which room?", by=fern, at=ny("2026-03-02T10:00"))
    reassess(case.reference, judgement=Judgement(failure_type=late_room.pk), by=fern, at=ny("2026-03-02T10:30"))
    assert fresh(case).due_at == NOT_DUE
    assert not case.clocks.filter(ended_at=None, paused_at=None).exists()


def test_an_analyst_does_not_judge_anew(fern: Employee, quinn: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    with pytest.raises(NotPermitted):
        reassess(case.reference, judgement=Judgement(severity=Severity.LOW), by=quinn, at=later(hours=1))
