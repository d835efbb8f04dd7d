"""The sweep of what ran out: nothing waits unseen, one step at a time, whoever is missing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.dateparse import parse_datetime

from complaints.cases import links
from complaints.cases.entries import Entry
from complaints.cases.models import Case, Clock, TimelineEntry
from complaints.cases.sentences import reason_of, sentence_for_staff
from complaints.common.errors import Invalid
from complaints.customers.models import Customer
from complaints.escalation.ladder import Ladders
from complaints.escalation.models import LadderStep
from complaints.handling.acknowledge import acknowledge
from complaints.handling.ask_customer import ask_customer
from complaints.handling.climb_for_customer import climb_for_customer
from complaints.handling.escalate import escalate
from complaints.handling.escalate_overdue import escalate_overdue, overdue_ids, put_off
from complaints.handling.write_note import write_note
from complaints.jobs.rounds import each
from complaints.jobs.sweep import due, sweep
from complaints.outbox.models import Kind, Message
from complaints.staff.models import Absence, Employee, Role, Tier
from complaints.standards.models import BusinessCalendar, ClockKind
from tests.cast import Organisation, employee
from tests.factories import a_complaint
from tests.handling.climbing import AT, clock_of, deliver, fresh, happened, later, told

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    """Cara's complaint, Fern's to handle: to be acknowledged within a day, put right within five."""
    return a_complaint(by=fern, customer=cara, at=AT)


def hand_up(at: datetime) -> int:
    """What the job does at a moment; how many cases it took up."""
    return each(overdue_ids(at=at), lambda clock_id: escalate_overdue(clock_id, at=at))


def test_a_case_nobody_touches_climbs_to_the_vp_with_the_right_mails_at_the_right_moments(
    case: Case, fern: Employee, max_: Employee, vera: Employee
) -> None:
    deliver(AT)
    assert hand_up(later(days=1, seconds=-1)) == 0
    assert fresh(case).responsible == fern
    assert hand_up(later(days=1)) == 1
    now = fresh(case)
    assert (now.responsible, now.tier, now.reached_tier_at) == (max_, Tier.MANAGER, later(days=1))
    assert told(Kind.STAFF_ESCALATED) == [max_.email]
    assert told(Kind.ESCALATED) == ["cara@demo.example"]
    assert hand_up(later(days=3, seconds=-1)) == 0
    assert hand_up(later(days=3)) == 1
    assert (fresh(case).responsible, fresh(case).tier) == (vera, Tier.VP)
    assert told(Kind.STAFF_ESCALATED) == [max_.email, vera.email]
    assert hand_up(later(days=5)) == 1, "and the promise to put it right runs out with her"
    assert hand_up(later(days=6)) == 1, "as does her own time"
    assert hand_up(later(days=60)) == 0
    assert told(Kind.STAFF_ESCALATED) == [max_.email, vera.email]
    assert told(Kind.STAFF_BREACHED) == [fern.email, max_.email, vera.email, vera.email], "she has nobody above her"
    assert happened(case) == [
        Entry.FILED,
        *[Entry.DEADLINE_MISSED, Entry.ESCALATED] * 2,
        *[Entry.DEADLINE_MISSED] * 2,
    ]


def test_several_deadlines_at_once_are_one_reason_and_one_step(case: Case, max_: Employee, vera: Employee) -> None:
    at = later(days=6)
    ids = overdue_ids(at=at)
    assert len(ids) == 2
    assert [escalate_overdue(one, at=at) for one in ids] == [True, False]
    assert fresh(case).responsible == max_
    missed = case.timeline.get(kind=Entry.DEADLINE_MISSED)
    assert missed.facts["deadlines"] == "acknowledge, resolve"


def test_what_ran_out_is_promised_to_nobody(case: Case, max_: Employee) -> None:
    hand_up(later(days=1))

    up = Message.objects.get(kind=Kind.ESCALATED)
    to_max = Message.objects.get(kind=Kind.STAFF_ESCALATED)

    assert parse_datetime(up.facts["due_at"]) == later(days=3)
    assert parse_datetime(to_max.facts["due_at"]) == later(days=3), "the manager has two days"
    assert to_max.facts["from_whom"] == "Fern Fuller"


def test_the_deadlines_are_named_in_the_readers_language(case: Case, max_: Employee) -> None:
    Employee.objects.filter(pk=max_.pk).update(language="zh-hans")
    hand_up(later(days=1))
    message = Message.objects.get(kind=Kind.STAFF_ESCALATED)
    climbed, missed = case.timeline.order_by("-pk")[:2]
    for language, name in (("en", "Acknowledge"), ("zh-hans", "确认")):
        with translation.override(language):
            assert name in sentence_for_staff(missed)
            assert name in reason_of(climbed)
    with translation.override("zh-hans"):
        assert message.facts["reason"] == str(ClockKind.ACKNOWLEDGE.label) != "Acknowledge"


def test_a_case_of_a_batch_takes_ten_questions(case: Case, max_: Employee) -> None:
    at, ladders = later(days=1), Ladders(at=later(days=1))
    clock_id = overdue_ids(at=at)[0]
    escalate_overdue(clock_id, at=later(hours=1), ladders=ladders)
    ladders.next_rung(case.unit, 0, at=at)
    with CaptureQueriesContext(connection) as queries:
        assert escalate_overdue(clock_id, at=at, ladders=ladders)
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) == 10


def test_a_case_without_anything_due_is_left_with_two_questions_and_its_lock(case: Case) -> None:
    clock_id = overdue_ids(at=later(days=1))[0]
    with CaptureQueriesContext(connection) as queries:
        assert not escalate_overdue(clock_id, at=later(hours=1))
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) == 3


def test_handed_up_by_hand_after_it_ran_out_it_is_one_step(
    case: Case, fern: Employee, max_: Employee, vera: Employee
) -> None:
    at = later(days=1, minutes=1)
    waiting = overdue_ids(at=at)
    escalate(case.reference, reason="I cannot do this.", by=fern, at=at)
    assert [escalate_overdue(one, at=at) for one in waiting] == [False]
    assert fresh(case).responsible == max_
    assert happened(case)[-2:] == [Entry.DEADLINE_MISSED, Entry.ESCALATED]


def test_what_ran_out_before_it_rested_is_answered_by_the_step_that_lets_it_run_on(
    case: Case, fern: Employee, max_: Employee, vera: Employee
) -> None:
    ask_customer(case.reference, text="Which room?", by=fern, at=later(days=1, minutes=1))
    climb_for_customer(links.mint(case, at=AT), at=later(days=1, minutes=2))
    assert happened(case)[-2:] == [Entry.DEADLINE_MISSED, Entry.ESCALATED]
    assert hand_up(later(days=1, minutes=3)) == 0
    assert fresh(case).responsible == max_


def test_notes_and_comments_do_not_make_a_case_younger(case: Case, fern: Employee, max_: Employee) -> None:
    for hours in range(1, 24, 4):
        write_note(case.reference, text="Still looking.", by=fern, at=later(hours=hours))
    assert hand_up(later(days=1)) == 1
    assert fresh(case).responsible == max_


def test_what_was_met_or_rests_goes_nowhere(case: Case, fern: Employee, max_: Employee, cara: Customer) -> None:
    resting = a_complaint(by=fern, customer=cara, at=AT)
    ask_customer(resting.reference, text="Which room?", by=fern, at=later(hours=1))
    waiting = overdue_ids(at=later(days=1))
    acknowledge(case.reference, by=fern, at=later(hours=1))
    deliver(later(hours=2))
    assert [escalate_overdue(one, at=later(days=1)) for one in waiting] == [False]
    assert hand_up(later(days=4)) == 0


def test_of_hundreds_the_longest_overdue_goes_first(fern: Employee, max_: Employee, cara: Customer) -> None:
    cases = [a_complaint(by=fern, customer=cara, at=later(minutes=n)) for n in range(30)]
    oldest = cases[7]
    Clock.objects.filter(case=oldest, kind=ClockKind.ACKNOWLEDGE).update(due_at=later(days=-200))
    budget = clock_of(cases[0], ClockKind.RESOLVE).budget
    Clock.objects.bulk_create(
        Clock(
            case=case,
            kind=ClockKind.RESOLVE,
            label=f"{number}",
            started_at=AT,
            budget=budget,
            due_at=later(days=number / 300),
        )
        for case in cases
        for number in range(10)
    )
    ids = overdue_ids(at=later(days=30), limit=None)
    assert len(ids) == 360
    assert Clock.objects.get(pk=ids[0]).case == oldest
    assert overdue_ids(at=later(days=30), limit=1) == ids[:1]


def test_an_unassigned_case_climbs_like_any_other(cara: Customer, max_: Employee) -> None:
    case = a_complaint(by=None, customer=cara, at=AT)
    assert hand_up(later(days=1)) == 1
    assert fresh(case).responsible == max_


def test_a_manager_who_left_or_is_away_is_passed_over(
    case: Case, fern: Employee, max_: Employee, vera: Employee, cara: Customer
) -> None:
    Absence.objects.create(employee=max_, since=AT, until=later(days=2))
    assert hand_up(later(days=1)) == 1
    assert (fresh(case).responsible, fresh(case).tier) == (vera, Tier.VP)
    Absence.objects.all().delete()
    Employee.objects.filter(pk=max_.pk).update(is_active=False)
    other = a_complaint(by=fern, customer=cara, at=later(days=1))
    assert each(overdue_ids(at=later(days=2)), lambda one: escalate_overdue(one, at=later(days=2))) == 1
    assert fresh(other).responsible == vera


def test_a_stand_in_gets_what_climbs(case: Case, max_: Employee, organisation: Organisation) -> None:
    stand_in = employee("Mona Manager", Role.MANAGER, organisation.lakeside)
    Absence.objects.create(employee=max_, since=AT, until=later(days=2), stand_in=stand_in)
    hand_up(later(days=1))
    assert fresh(case).responsible == stand_in


def test_where_nobody_stands_higher_it_waits_on_the_list_with_an_alarm_at_every_step(case: Case, ada: Employee) -> None:
    assert hand_up(later(days=1)) == 1
    now = fresh(case)
    assert (now.responsible, now.tier) == (None, Tier.MANAGER)
    assert told(Kind.STAFF_ALARM) == [ada.email]
    assert now.due_at < later(days=4), "and its clock runs on"
    hand_up(later(days=3))
    hand_up(later(days=6))
    assert fresh(case).tier == Tier.VP
    assert told(Kind.STAFF_ALARM) == [ada.email] * 3, "on top too, where nobody is left to tell"


def test_a_vp_who_left_does_not_keep_a_missed_deadline_secret(case: Case, vera: Employee, ada: Employee) -> None:
    hand_up(later(days=1))
    assert fresh(case).responsible == vera
    Employee.objects.filter(pk=vera.pk).update(is_active=False)
    hand_up(later(days=5))
    assert told(Kind.STAFF_ALARM) == [ada.email]


def test_the_step_outside_is_told_to_the_customer_and_written_down(case: Case, vera: Employee) -> None:
    LadderStep.objects.create(position=3, name="The ombudsman", contact="ombudsman.example")
    hand_up(later(days=1))
    hand_up(later(days=5))
    now = fresh(case)
    assert (now.responsible, now.tier) == (vera, Tier.VP)
    assert told(Kind.ROUTE_OUTSIDE) == ["cara@demo.example"]
    assert Entry.OUTSIDE_NAMED in happened(case)
    with pytest.raises(Invalid):
        escalate(case.reference, reason="Higher still.", by=vera, at=later(days=6))


def test_of_the_way_outside_hear_who_has_it_who_handed_it_up_and_the_vp(
    case: Case, fern: Employee, max_: Employee, vera: Employee, organisation: Organisation
) -> None:
    LadderStep.objects.all().delete()
    for position, tier in enumerate((Tier.FRONT_LINE, Tier.MANAGER)):
        LadderStep.objects.create(position=position, name=tier, tier=tier, minutes=60)
    LadderStep.objects.create(position=2, name="The ombudsman", contact="ombudsman.example")
    escalate(case.reference, reason="Beyond me.", by=fern, at=later(hours=1))
    assert fresh(case).responsible == max_
    assert hand_up(later(hours=2, seconds=-1)) == 0
    assert hand_up(later(hours=2)) == 1
    assert fresh(case).responsible == max_
    assert told(Kind.STAFF_OUTSIDE) == [max_.email, fern.email, vera.email]
    assert told(Kind.ROUTE_OUTSIDE) == ["cara@demo.example"]
    deliver(later(hours=2))
    to_vera = Message.objects.get(kind=Kind.STAFF_OUTSIDE, recipient=vera.email)
    to_cara = Message.objects.get(kind=Kind.ROUTE_OUTSIDE)
    assert "The ombudsman" in to_vera.subject
    assert "Decide on this tier" in to_vera.body_text
    assert "ombudsman.example" in to_cara.body_text


def test_who_names_the_way_outside_themselves_is_not_told_and_a_stand_in_is(
    case: Case, fern: Employee, vera: Employee, organisation: Organisation
) -> None:
    LadderStep.objects.create(position=3, name="The ombudsman", contact="ombudsman.example")
    escalate(case.reference, reason="Beyond me.", by=fern, at=later(hours=1))
    stand_in = employee("Sam Standing", Role.VP, organisation.company)
    Absence.objects.create(employee=vera, since=AT, until=later(days=2), stand_in=stand_in)
    escalate(case.reference, reason="Nor can I.", by=fern, at=later(hours=2))
    assert told(Kind.STAFF_OUTSIDE) == [stand_in.email]


def test_where_nobody_is_at_work_the_way_outside_raises_the_alarm(case: Case, vera: Employee, ada: Employee) -> None:
    LadderStep.objects.create(position=3, name="The ombudsman", contact="ombudsman.example")
    Clock.objects.filter(case=case).update(due_at=later(days=1))
    hand_up(later(days=1))
    Absence.objects.create(employee=vera, since=AT, until=later(days=30))
    hand_up(later(days=9))
    assert told(Kind.ROUTE_OUTSIDE) == ["cara@demo.example"]
    assert told(Kind.STAFF_ALARM) == [ada.email]


@pytest.fixture
def poisoned(case: Case, organisation: Organisation, otto: Employee, cara: Customer) -> Case:
    """A case of Lakeside Hotel, whose ladder reckons in a calendar that cannot be read."""
    broken = BusinessCalendar.objects.create(name="Broken", time_zone="America/New_York", week={})
    for position, tier in enumerate((Tier.FRONT_LINE, Tier.MANAGER)):
        LadderStep.objects.create(
            unit=organisation.lakeside, position=position, name=tier, tier=tier, minutes=60, calendar=broken
        )
    return a_complaint(by=otto, customer=cara, at=AT - DAY)


def test_a_row_that_fails_is_put_off_and_counted_and_stops_nobody(poisoned: Case, case: Case, max_: Employee) -> None:
    at = later(days=1)
    done = sweep(clock=lambda: at)
    assert (done.deadlines, done.handed_up) == (2, 1)
    assert fresh(case).responsible == max_
    clock = clock_of(poisoned, ClockKind.ACKNOWLEDGE)
    assert (clock.failures, clock.missed_at) == (1, None)
    assert clock.pk not in overdue_ids(at=at + timedelta(minutes=9)), "it is not tried again and again"
    assert clock.pk in overdue_ids(at=at + timedelta(minutes=10))
    put_off(clock.pk, at=at)
    assert clock_of(poisoned, ClockKind.ACKNOWLEDGE).failures == 2


def test_after_a_day_of_outage_it_catches_up_in_order_and_reminds_of_nothing_stale(
    fern: Employee, max_: Employee, cara: Customer
) -> None:
    older, newer = (a_complaint(by=fern, customer=cara, at=later(hours=hours)) for hours in (0, 3))
    fine = a_complaint(by=fern, customer=cara, at=later(days=1, hours=20))
    deliver(AT)
    at = later(days=2)
    found = due(at=at)
    assert (found.deadlines, found.reminders) == (2, 2)
    done = sweep(clock=lambda: at)
    assert done.handed_up == 2
    assert told(Kind.STAFF_REMINDER) == [], "of what has run out the ladder speaks, of the rest nothing was due"
    climbed = TimelineEntry.objects.filter(kind=Entry.ESCALATED).order_by("pk")
    assert list(climbed.values_list("case_id", flat=True)) == [older.pk, newer.pk]
    assert fresh(fine).responsible == fern


def test_a_dry_run_changes_nothing(case: Case, max_: Employee) -> None:
    assert due(at=later(days=1)).deadlines == 1
    assert fresh(case).version == case.version
