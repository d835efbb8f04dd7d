"""What is told between the steps: who looks after it now, still on it, what was missed, and the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from complaints.cases import links
from complaints.cases.models import Case, Clock
from complaints.cases.states import Status
from complaints.common.errors import Invalid, MoveNotAllowed
from complaints.customers.models import Customer
from complaints.customers.records import CustomerFacts, file_of
from complaints.handling.acknowledge import acknowledge
from complaints.handling.answer_resolution import answer_resolution
from complaints.handling.assign import assign, take
from complaints.handling.change_customer import change_customer
from complaints.handling.escalate_overdue import escalate_overdue, overdue_ids
from complaints.handling.file_complaint import ComplaintFacts, file_complaint
from complaints.handling.keep_absence import keep_absence
from complaints.handling.keep_language import keep_language
from complaints.handling.let_rest import let_rest
from complaints.handling.remind import fall_due
from complaints.handling.resolve import resolve
from complaints.handling.survey import survey, surveying_ids
from complaints.handling.tell_the_day import SHOWN, tell_the_day, whose_day_begins
from complaints.handling.withdraw import withdraw
from complaints.outbox.models import Kind, Message
from complaints.outbox.render import words_of
from complaints.staff.models import Employee, Unit
from complaints.staff.sheets import AbsenceSheet
from complaints.standards.models import (
    BusinessCalendar,
    ClockKind,
    RecoveryStandard,
    SpecialDay,
    StandardVersion,
    Target,
)
from tests.factories import a_complaint
from tests.handling.climbing import AT, clock_of, happened, later, told
from tests.handling.test_keep_text import FRENCH

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
"""Monday, eight o'clock in New York."""


@pytest.fixture
def case(fern: Employee, max_: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara, at=AT)


def words(kind: Kind) -> str:
    return words_of(Message.objects.select_related("unit").get(kind=kind)).text


def test_who_was_named_to_the_customer_is_not_changed_in_silence(case: Case, fern: Employee, max_: Employee) -> None:
    acknowledge(case.reference, by=fern, at=AT)
    assign(case.reference, to=max_.pk, by=max_, at=AT)
    assign(case.reference, to=max_.pk, by=max_, at=AT)
    assert told(Kind.PROGRESS) == ["cara@demo.example"]
    assert "Max Moreno looks after your complaint now." in words(Kind.PROGRESS)


def test_who_takes_over_from_whoever_was_named_at_filing_is_named(case: Case, max_: Employee) -> None:
    take(case.reference, by=max_, at=AT)
    assert "Max Moreno looks after your complaint now." in words(Kind.PROGRESS)


def test_before_anybody_was_named_nothing_is_told_twice(cara: Customer, fern: Employee, max_: Employee) -> None:
    nobodys = a_complaint(by=None, customer=cara, at=AT)
    assert nobodys.responsible is None
    take(nobodys.reference, by=max_, at=AT)
    assert told(Kind.PROGRESS) == []


def test_the_customer_hears_that_we_are_still_on_it_when_an_update_draws_near_once(
    fern: Employee, max_: Employee, cara: Customer
) -> None:
    _ask_for_updates()
    case = a_complaint(by=fern, customer=cara, at=AT)
    update = clock_of(case, ClockKind.UPDATE)
    assert update.remind_at is not None

    fall_due(update.pk, at=update.remind_at)
    fall_due(update.pk, at=update.remind_at + timedelta(minutes=1))

    assert told(Kind.PROGRESS) == ["cara@demo.example"]
    assert "Fern Fuller is still working on your complaint." in words(Kind.PROGRESS)
    assert Clock.objects.get(pk=update.pk).ended_at is None  # nobody wrote it: the update is still owed


def test_an_update_that_is_overdue_is_not_talked_away(fern: Employee, max_: Employee, cara: Customer) -> None:
    _ask_for_updates()
    update = clock_of(a_complaint(by=fern, customer=cara, at=AT), ClockKind.UPDATE)
    fall_due(update.pk, at=update.due_at + timedelta(minutes=1))
    assert told(Kind.PROGRESS) == []


def test_who_missed_a_deadline_hears_of_it_and_who_has_it_now(case: Case, fern: Employee, max_: Employee) -> None:
    for clock_id in overdue_ids(at=later(days=1)):
        escalate_overdue(clock_id, at=later(days=1))
    assert told(Kind.STAFF_BREACHED) == [fern.email]
    assert "was missed. Max Moreno has it now" in words(Kind.STAFF_BREACHED)
    assert told(Kind.STAFF_ESCALATED) == [max_.email]


def test_the_day_is_told_once_to_those_who_have_something_to_do(case: Case, fern: Employee, max_: Employee) -> None:
    assert whose_day_begins(at=MORNING) == [fern.pk]
    assert tell_the_day(fern.pk, at=MORNING)
    assert not tell_the_day(fern.pk, at=MORNING + timedelta(hours=1))
    assert told(Kind.STAFF_DAILY) == [fern.email]
    assert f"- {case.reference} · Cara Castillo · 03/0" in words(Kind.STAFF_DAILY)
    assert tell_the_day(fern.pk, at=MORNING + timedelta(days=1))


@pytest.mark.parametrize(
    "at", [MORNING - timedelta(hours=2), MORNING + timedelta(hours=3), MORNING - timedelta(days=1)]
)
def test_no_day_is_told_at_night_late_or_on_a_sunday(case: Case, at: datetime) -> None:
    assert whose_day_begins(at=at) == []


def a_calendar(unit: Unit | None, **facts: Any) -> BusinessCalendar:
    """A calendar in which a unit promises to put anything right."""
    calendar = BusinessCalendar.objects.create(name=f"Of {unit or 'all'}", **facts)
    made = RecoveryStandard.objects.create(name=f"Of {unit or 'all'}", unit=unit)
    version = StandardVersion.objects.create(standard=made, number=1, made_at=AT)
    Target.objects.create(version=version, kind=ClockKind.RESOLVE, minutes=60, calendar=calendar)
    return calendar


NINE_TO_FIVE: Final = [["09:00", "17:00"]]


def test_no_day_is_told_on_a_holiday_of_the_unit(case: Case, fern: Employee) -> None:
    kept_open = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), NINE_TO_FIVE)
    kept = a_calendar(case.unit, week=kept_open)
    assert whose_day_begins(at=MORNING) == [fern.pk]

    SpecialDay.objects.create(calendar=kept, day=MORNING.date(), windows=[])

    assert whose_day_begins(at=MORNING) == []
    assert whose_day_begins(at=MORNING + timedelta(days=1)) == [fern.pk]


def test_where_people_work_on_sundays_the_day_is_told_on_sundays(case: Case, fern: Employee) -> None:
    a_calendar(case.unit, week={"sun": NINE_TO_FIVE})

    assert whose_day_begins(at=MORNING - timedelta(days=1)) == [fern.pk]
    assert whose_day_begins(at=MORNING) == []


def test_a_calendar_that_counts_every_minute_says_nothing_of_working_days(case: Case, fern: Employee) -> None:
    a_calendar(case.unit, is_calendar_time=True)

    assert whose_day_begins(at=MORNING) == [fern.pk]
    assert whose_day_begins(at=MORNING - timedelta(days=1)) == []


def test_who_is_away_is_not_told_the_day(case: Case, fern: Employee) -> None:
    away = AbsenceSheet(employee=fern.pk, since=AT, until=MORNING + timedelta(days=3))
    keep_absence(None, sheet=away, by=fern, at=AT)
    assert not tell_the_day(fern.pk, at=MORNING)


def test_a_long_day_is_cut_and_says_how_long_it_is(fern: Employee) -> None:
    for _number in range(SHOWN + 1):
        a_complaint(by=fern, at=AT)
    assert tell_the_day(fern.pk, at=MORNING)
    day = Message.objects.get(kind=Kind.STAFF_DAILY)
    assert (len(day.facts["lines"]), day.facts["how_many"]) == (SHOWN, SHOWN + 1)


def test_customers_are_written_to_in_a_language_that_was_added(ada: Employee, fern: Employee, cara: Customer) -> None:
    lea = CustomerFacts(name="Léa", email="lea@demo.example", language="fr")
    for refused in (
        lambda: file_complaint(ComplaintFacts(customer=lea, what_happened="x"), by=fern, at=AT),
        lambda: change_customer(cara.pk, file=replace(file_of(cara), language="fr"), by=fern, at=AT),
    ):
        with pytest.raises(Invalid):
            refused()
    a_complaint(by=fern, customer=cara, at=AT)
    keep_language(None, sheet=FRENCH, by=ada, at=AT)
    case = file_complaint(ComplaintFacts(customer=lea, what_happened="x"), by=fern, at=AT).case
    assert Message.objects.get(about=case.reference).language == "fr"
    assert change_customer(cara.pk, file=replace(file_of(cara), language="fr"), by=fern, at=AT).language == "fr"


@pytest.fixture
def silent(case: Case, fern: Employee) -> Case:
    """A complaint that was closed as the customer never answered the proposal."""
    resolve(case.reference, text="A free night.", by=fern, at=AT)
    assert let_rest(case.pk, at=later(days=15))
    return case


def test_whoever_did_not_say_how_it_was_is_asked_once_some_days_after(silent: Case) -> None:
    assert surveying_ids(at=later(days=17)) == []
    assert surveying_ids(at=later(days=18)) == [silent.pk]
    assert survey(silent.pk, at=later(days=18))
    assert not survey(silent.pk, at=later(days=18))
    assert surveying_ids(at=later(days=19)) == []
    assert told(Kind.SURVEY) == ["cara@demo.example"]
    assert "how did we handle it?" in words(Kind.SURVEY)


def test_nobody_is_asked_long_after_or_where_the_firm_does_not_ask(silent: Case, settings: Any) -> None:
    assert surveying_ids(at=later(days=26)) == []
    settings.SURVEY_AFTER_DAYS = 0
    assert surveying_ids(at=later(days=18)) == []


def test_whoever_said_it_already_is_not_asked(case: Case, fern: Employee) -> None:
    resolve(case.reference, text="A free night.", by=fern, at=AT)
    answer_resolution(links.mint(case, at=AT), solved=True, rating=None, at=later(hours=1))
    assert surveying_ids(at=later(days=4)) == []


def test_whoever_withdrew_is_not_asked(case: Case, fern: Employee) -> None:
    withdraw(case.reference, reason="She said so.", by=fern, at=AT)
    assert surveying_ids(at=later(days=4)) == []


def test_a_yes_to_the_survey_is_written_down_once_and_the_complaint_stays_closed(silent: Case) -> None:
    link = links.mint(silent, at=later(days=18))
    for _time in range(2):
        answer_resolution(link, solved=True, rating=5, text="Fine.", at=later(days=18))
    case = Case.objects.get(pk=silent.pk)
    assert (case.status, case.solved, case.handling_rating) == (Status.CLOSED, True, 5)
    assert happened(case).count("resolution.accepted") == 1


def test_a_no_to_the_survey_opens_it_again_and_somebody_hears_of_it(silent: Case, fern: Employee) -> None:
    answer_resolution(links.mint(silent, at=later(days=18)), solved=False, rating=1, text="No.", at=later(days=18))
    case = Case.objects.get(pk=silent.pk)
    assert (case.status, case.responsible, case.handling_rating) == (Status.OPEN, fern, 1)
    assert told(Kind.STAFF_CUSTOMER_ANSWERED) == [fern.email]
    assert told(Kind.REOPENED) == ["cara@demo.example"]


def test_when_it_cannot_be_opened_again_it_cannot_be_judged_either(silent: Case) -> None:
    with pytest.raises(MoveNotAllowed):
        answer_resolution(links.mint(silent, at=later(days=60)), solved=False, rating=1, at=later(days=60))


def _ask_for_updates() -> None:
    """Let every standard promise an update, and remind of it at half time."""
    half = [{"share": 50, "to": "responsible"}]
    Target.objects.filter(kind=ClockKind.RESOLVE).update(kind=ClockKind.UPDATE, reminders=half)
