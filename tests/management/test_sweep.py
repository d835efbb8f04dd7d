from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from complaints.cases.models import Case, Clock
from complaints.cases.states import Outcome, Status
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.resolve import resolve
from complaints.outbox.models import Kind, Message, MessageState
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Approval, LedgerProof
from complaints.staff.models import Employee, Tier
from complaints.standards.models import BusinessCalendar, ClockKind, SpecialDay
from tests.factories import a_complaint
from tests.remedies.purse import an_authority, usd

pytestmark = pytest.mark.django_db
FILED = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def sweep(*words: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("sweep", *words, stdout=out, **options)
    return out.getvalue()


def test_it_sends_what_was_missed(fern: Employee) -> None:
    a_complaint(by=fern, at=FILED)
    assert "1 of 1 messages were taken up." in sweep("--at", "2026-05-04T15:10Z")  # past the morning of New York
    assert Message.objects.get().state == MessageState.SENT


def test_it_tells_people_in_the_morning_which_complaints_are_theirs(fern: Employee) -> None:
    a_complaint(by=fern, at=FILED)
    sweep("--at", "2026-05-04T12:10Z")
    sweep("--at", "2026-05-04T13:10Z")
    assert Message.objects.get(kind=Kind.STAFF_DAILY).state == MessageState.SENT


def test_it_closes_what_nobody_answered(fern: Employee) -> None:
    case = a_complaint(by=fern, at=FILED)
    resolve(case.reference, text="A free night.", by=fern, at=FILED)
    assert "0 of 0 complaints" in sweep("--at", (FILED + timedelta(days=13)).isoformat())
    assert "1 of 1 complaints" in sweep("--at", (FILED + timedelta(days=15)).isoformat())
    case = Case.objects.get()
    assert (case.status, case.outcome) == (Status.CLOSED, Outcome.NO_ANSWER)


def test_a_dry_run_says_what_would_be_done_and_does_nothing(fern: Employee) -> None:
    case = a_complaint(by=fern, at=FILED)
    resolve(case.reference, text="A free night.", by=fern, at=FILED)
    told = sweep("--at", (FILED + timedelta(days=15)).isoformat(), "--dry-run")
    assert "2 messages would be sent." in told
    assert "1 complaints would be closed" in told
    assert Case.objects.get().status == Status.RESOLVED
    assert not Message.objects.filter(state=MessageState.SENT).exists()


def test_a_dry_run_names_the_deadlines_that_ran_out_the_longest_overdue_first_and_who_is_next(
    fern: Employee, max_: Employee
) -> None:
    younger, older = a_complaint(by=fern, at=FILED), a_complaint(by=fern, at=FILED - timedelta(hours=1))
    told = sweep("--at", (FILED + timedelta(days=1)).isoformat(), "--dry-run").splitlines()
    assert told[1:4] == [
        "2 deadlines that ran out would hand their complaints up.",
        f"  {older.reference}: Acknowledge, due 2026-05-05T11:00:00+00:00, with Fern Fuller; goes to Max Moreno",
        f"  {younger.reference}: Acknowledge, due 2026-05-05T12:00:00+00:00, with Fern Fuller; goes to Max Moreno",
    ]
    assert Case.objects.get(pk=older.pk).responsible == fern


def test_a_dry_run_names_the_deadlines_of_which_somebody_would_be_reminded(fern: Employee) -> None:
    case = a_complaint(by=fern, at=FILED)
    Clock.objects.filter(case=case, kind=ClockKind.RESOLVE).update(remind_at=FILED + timedelta(hours=2))
    told = sweep("--at", (FILED + timedelta(hours=3)).isoformat(), "--dry-run").splitlines()
    at = told.index("1 reminders would be given.")
    due_at = Clock.objects.get(case=case, kind=ClockKind.RESOLVE).due_at.isoformat()
    assert told[at + 1] == f"  {case.reference}: Put right, due {due_at}, with Fern Fuller"


def test_nothing_goes_up_by_the_hours_of_a_calendar_that_was_changed(fern: Employee, max_: Employee) -> None:
    week = {"mon": [["00:00", "24:00"]], "tue": [["00:00", "24:00"]]}
    office = BusinessCalendar.objects.create(name="Office", time_zone="UTC", week=week)
    case = a_complaint(by=fern, at=FILED)
    Clock.objects.filter(case=case).update(calendar=office)
    sweep("--at", FILED.isoformat())
    SpecialDay.objects.create(calendar=office, day=FILED.date() + timedelta(days=1), windows=[])
    at = (FILED + timedelta(days=1)).isoformat()
    assert "1 changed calendars or time zones would have" in sweep("--at", at, "--dry-run")
    assert "1 calendars or time zones were changed; 1 complaints were due anew." in sweep("--at", at)
    assert Case.objects.get(pk=case.pk).responsible == fern
    assert "0 calendars or time zones were changed" in sweep("--at", at)


@pytest.mark.parametrize("at", ["tomorrow", "2026-05-04", "2026-05-04T12:00", "2026-13-04T12:00Z"])
def test_a_moment_without_an_offset_is_refused_with_an_example(at: str) -> None:
    with pytest.raises(CommandError, match="is no moment such as 2026-05-04T12:00Z"):
        sweep("--at", at)


def test_it_takes_up_what_nobody_decided_on_and_lets_go_what_nobody_answered(
    fern: Employee, max_: Employee, vera: Employee
) -> None:
    an_authority(Tier.FRONT_LINE, 200)
    an_authority(Tier.MANAGER, 2000)
    an_authority(Tier.VP, 20000)
    case = a_complaint(by=fern, at=FILED)
    for amount in (150, 500):
        facts = RemedyFacts(kind=RemedyKind.REFUND, words="Sorry.", amount=usd(amount))
        propose_remedy(case.reference, facts, by=fern, at=FILED)
    late = (FILED + timedelta(days=9)).isoformat()
    assert "1 requests for approval would go one up." in sweep("--at", late, "--dry-run")
    assert "1 of 1 requests for approval went one up." in sweep("--at", late)
    assert Approval.objects.get(decision="").asked_of == vera
    much_later = (FILED + timedelta(days=90)).isoformat()
    assert "2 remedies would expire." in sweep("--at", much_later, "--dry-run")
    assert "2 of 2 remedies expired." in sweep("--at", much_later)
    assert LedgerProof.objects.count() == 2
