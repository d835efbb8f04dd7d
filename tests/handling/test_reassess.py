"""A case judged anew: what it is held to, where it goes, who hears of it; and all that told before it is done."""

from __future__ import annotations

import pytest

from complaints.cases import links
from complaints.cases.entries import Entry
from complaints.cases.models import Case, CaseText, Clock
from complaints.cases.sentences import sentence_for_staff
from complaints.common.errors import ChangedMeanwhile, Invalid, MoveNotAllowed, NotFound, NotPermitted
from complaints.customers.models import Customer
from complaints.escalation.models import LadderStep
from complaints.handling.acknowledge import acknowledge
from complaints.handling.ask_customer import ask_customer
from complaints.handling.escalate import escalate
from complaints.handling.escalate_overdue import escalate_overdue, overdue_ids
from complaints.handling.hear_customer import hear_customer
from complaints.handling.reassess import NONE_MISSED, Judgement, foresee, reassess
from complaints.handling.withdraw import withdraw
from complaints.outbox.models import Kind, Message
from complaints.staff.models import Absence, Employee, Role, Tier
from complaints.standards.models import (
    ClockKind,
    FailureType,
    RecoveryStandard,
    ServiceStandard,
    Severity,
    StandardVersion,
    Target,
)
from tests.cast import Organisation, employee
from tests.factories import a_complaint
from tests.handling.climbing import AT, clock_of, fresh, happened, later, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    """Cara's complaint, Fern's to handle: to be acknowledged within a day, put right within five."""
    return a_complaint(by=fern, customer=cara, at=AT)


@pytest.fixture
def room_at_three(late_room: FailureType) -> ServiceStandard:
    return ServiceStandard.objects.create(
        name="Room ready at 15:00", promise="Your room is ready at three.", failure_type=late_room
    )


def newer_version(standard: RecoveryStandard, *, hours: int) -> StandardVersion:
    """From now on the standard promises to put right within so many hours."""
    standard.versions.update(is_current=False)
    version = StandardVersion.objects.create(standard=standard, number=standard.versions.count() + 1, made_at=AT)
    Target.objects.create(version=version, kind=ClockKind.RESOLVE, minutes=hours * 60)
    return version


def severe() -> Judgement:
    return Judgement(severity=Severity.HIGH)


def test_who_judged_what_anew_is_on_the_timeline(case: Case, fern: Employee, late_room: FailureType) -> None:
    judgement = Judgement(severity=Severity.HIGH, failure_type=late_room.pk)
    reassess(case.reference, judgement=judgement, by=fern, at=later(hours=1))
    entry = case.timeline.get(kind=Entry.REASSESSED)
    assert sentence_for_staff(entry).startswith(
        "Fern Fuller assessed the complaint anew: severity: Medium → High; failure type: none → Room not ready on time"
    )
    assert not entry.public
    assert "Put right" in sentence_for_staff(case.timeline.get(kind=Entry.DEADLINES_MOVED))


def test_what_it_would_change_is_told_before_and_is_what_then_happens(case: Case, fern: Employee) -> None:
    before = fresh(case), list(Clock.objects.order_by("pk").values())
    asked = fresh(case)
    foreseen = foresee(asked, judgement=severe(), by=fern, at=later(hours=1))
    assert asked.severity == Severity.MEDIUM
    assert (fresh(case), list(Clock.objects.order_by("pk").values())) == before, "nothing is stored"
    reassess(case.reference, judgement=severe(), by=fern, at=later(hours=1))
    assert {one.name: (one.before, one.after) for one in foreseen.deadlines} == {
        "Acknowledge": (later(days=1), clock_of(case, ClockKind.ACKNOWLEDGE).due_at),
        "Put right": (later(days=5), clock_of(case, ClockKind.RESOLVE).due_at),
    }
    assert foreseen.changes[0].after == "High"
    assert not foreseen.handed_over


def test_what_would_be_over_at_once_is_told_before(case: Case, fern: Employee, max_: Employee) -> None:
    foreseen = foresee(fresh(case), judgement=severe(), by=fern, at=later(hours=23))
    assert {one.name: one.runs_out for one in foreseen.deadlines} == {"Acknowledge": True, "Put right": False}
    reassess(case.reference, judgement=severe(), by=fern, at=later(hours=23))
    assert escalate_overdue(overdue_ids(at=later(hours=23))[0], at=later(hours=23))


def test_a_case_keeps_the_version_it_was_promised_until_somebody_re_applies(
    fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    standard = RecoveryStandard.objects.create(name="Late room", failure_type=late_room)
    first = newer_version(standard, hours=48)
    case = a_complaint(by=fern, customer=cara, failure_type=late_room.pk, at=AT)
    second = newer_version(standard, hours=24)
    assert (fresh(case).standard, fresh(case).due_at) == (first, later(hours=48))
    reassess(case.reference, judgement=Judgement(to_current=True), by=fern, at=later(hours=1))
    assert (fresh(case).standard, fresh(case).due_at) == (second, later(hours=24))
    assert "Late room (1) → Late room (2)" in case.timeline.get(kind=Entry.REASSESSED).facts["changes"]
    reassess(case.reference, judgement=Judgement(to_current=True), by=fern, at=later(hours=2))
    assert happened(case).count(Entry.REASSESSED) == 1, "it is held to it already"


def test_naming_the_promise_that_was_missed_moves_no_deadline(
    fern: Employee, cara: Customer, late_room: FailureType, room_at_three: ServiceStandard
) -> None:
    standard = RecoveryStandard.objects.create(name="Late room", failure_type=late_room)
    first = newer_version(standard, hours=48)
    case = a_complaint(by=fern, customer=cara, failure_type=late_room.pk, at=AT)
    newer_version(standard, hours=24)
    for named, then in ((room_at_three.pk, room_at_three), (NONE_MISSED, None)):
        reassess(case.reference, judgement=Judgement(service_standard=named), by=fern, at=later(hours=1))
        assert (fresh(case).service_standard, fresh(case).standard) == (then, first)
    assert happened(case)[1:] == [Entry.REASSESSED] * 2
    with pytest.raises(Invalid):
        reassess(case.reference, judgement=Judgement(service_standard=987), by=fern, at=later(hours=1))


def test_in_another_unit_the_nearest_there_has_it_and_who_had_it_is_told(
    case: Case, organisation: Organisation, fern: Employee, vera: Employee, otto: Employee
) -> None:
    to_lakeside = Judgement(unit=organisation.lakeside.pk)
    with pytest.raises(NotFound):
        reassess(case.reference, judgement=to_lakeside, by=fern, at=later(hours=1))
    with pytest.raises(NotFound):
        foresee(case, judgement=to_lakeside, by=fern, at=later(hours=1))
    foreseen = foresee(fresh(case), judgement=to_lakeside, by=vera, at=later(hours=1))
    assert (foreseen.handed_over, foreseen.responsible) == (True, otto)
    reassess(case.reference, judgement=to_lakeside, by=vera, at=later(hours=1))
    now = fresh(case)
    assert (now.unit, now.responsible, now.tier) == (organisation.lakeside, otto, Tier.FRONT_LINE)
    assert (told(Kind.STAFF_ASSIGNED), told(Kind.STAFF_MOVED)) == ([otto.email], [fern.email])
    assert happened(case)[1:] == [Entry.REASSESSED, Entry.ASSIGNED]
    assert CaseText.objects.get(case=case).unit == organisation.lakeside, "it is found where it is"
    assert set(Message.objects.values_list("unit", flat=True)) == {organisation.lakeside.pk}
    assert acknowledge(case.reference, by=otto, at=later(hours=2)).responsible == otto


def test_where_nobody_is_at_work_it_waits_on_the_list_of_the_unit_with_an_alarm(
    case: Case, organisation: Organisation, fern: Employee, vera: Employee, otto: Employee, ada: Employee
) -> None:
    Absence.objects.create(employee=otto, since=AT, until=later(days=2))
    reassess(case.reference, judgement=Judgement(unit=organisation.lakeside.pk), by=vera, at=later(hours=1))
    assert (fresh(case).unit, fresh(case).responsible) == (organisation.lakeside, None)
    assert (told(Kind.STAFF_ALARM), told(Kind.STAFF_MOVED)) == ([ada.email], [fern.email])
    assert fresh(case).due_at == later(days=1), "and its clock runs on"


def test_who_stands_above_both_units_keeps_it(
    case: Case, organisation: Organisation, fern: Employee, vera: Employee, otto: Employee
) -> None:
    escalate(case.reference, reason="Beyond me.", by=fern, at=later(hours=1))
    assert fresh(case).responsible == vera, "no manager is there"
    reassess(case.reference, judgement=Judgement(unit=organisation.lakeside.pk), by=vera, at=later(hours=2))
    assert fresh(case).responsible == vera
    assert told(Kind.STAFF_MOVED) == []


def test_on_another_ladder_a_tier_decides_within_the_time_of_that_ladder(
    case: Case, organisation: Organisation, fern: Employee, max_: Employee, vera: Employee
) -> None:
    mona = employee("Mona Manager", Role.MANAGER, organisation.lakeside)
    for position, tier in enumerate((Tier.FRONT_LINE, Tier.MANAGER)):
        LadderStep.objects.create(unit=organisation.lakeside, position=position + 4, name=tier, tier=tier, minutes=90)
    escalate(case.reference, reason="Beyond me.", by=fern, at=later(hours=1))
    reassess(case.reference, judgement=Judgement(unit=organisation.lakeside.pk), by=vera, at=later(hours=2))
    now = fresh(case)
    assert (now.responsible, now.tier, now.step) == (mona, Tier.MANAGER, 5)
    assert clock_of(case, ClockKind.TIER).due_at == later(hours=2, minutes=30), "from the moment it came to the tier"


def test_what_is_asked_of_the_customer_takes_no_time_of_an_added_deadline(
    case: Case, fern: Employee, late_room: FailureType
) -> None:
    standard = RecoveryStandard.objects.create(name="Late room", failure_type=late_room)
    version = newer_version(standard, hours=48)
    Target.objects.create(version=version, kind=ClockKind.ANSWER, minutes=4 * 60)
    ask_customer(case.reference, text="Which room?", by=fern, at=later(hours=1))
    reassess(case.reference, judgement=Judgement(failure_type=late_room.pk), by=fern, at=later(hours=3))
    hear_customer(links.mint(case, at=AT), text="Room 908", at=later(hours=9))
    assert clock_of(case, ClockKind.ANSWER).due_at == later(hours=4 + 8)


def test_a_case_taken_over_with_its_clock_at_rest_is_not_overdue_by_being_judged(case: Case, fern: Employee) -> None:
    Clock.objects.filter(case=case, kind=ClockKind.ACKNOWLEDGE).delete()
    Clock.objects.filter(case=case).update(started_at=later(days=400), paused_at=later(days=400))
    reassess(case.reference, judgement=severe(), by=fern, at=later(days=401))
    assert not case.clocks.filter(paused_at=None).exists()
    acknowledge(case.reference, by=fern, at=later(days=402))
    assert clock_of(case, ClockKind.ACKNOWLEDGE).due_at > later(days=402)


def test_judged_on_an_old_page_it_is_refused_and_judged_the_same_it_is_done(case: Case, fern: Employee) -> None:
    seen = fresh(case).version
    reassess(case.reference, judgement=severe(), by=fern, at=later(hours=1), seen_version=seen)
    reassess(case.reference, judgement=severe(), by=fern, at=later(hours=1), seen_version=seen)
    with pytest.raises(ChangedMeanwhile):
        reassess(case.reference, judgement=Judgement(severity=Severity.LOW), by=fern, at=AT, seen_version=seen)


def test_what_is_over_is_not_judged_anew_and_not_by_everybody(case: Case, fern: Employee, quinn: Employee) -> None:
    with pytest.raises(NotPermitted):
        foresee(case, judgement=severe(), by=quinn, at=later(hours=1))
    withdraw(case.reference, reason="She rang.", by=fern, at=later(hours=1))
    with pytest.raises(MoveNotAllowed):
        reassess(case.reference, judgement=severe(), by=fern, at=later(hours=2))
    with pytest.raises(MoveNotAllowed):
        foresee(fresh(case), judgement=severe(), by=fern, at=later(hours=2))
