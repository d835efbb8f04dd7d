"""The two boards: what came up the ladder, and which deadlines press; and the deadlines on the case page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from complaints.cases import queries
from complaints.cases.deadlines import ClockState, Pressure, board
from complaints.cases.models import Case, Clock
from complaints.cases.queries import PAGE, came_up
from complaints.handling.acknowledge import acknowledge
from complaints.handling.ask_customer import ask_customer
from complaints.handling.assign import assign, take
from complaints.handling.deliver_message import deliver_message
from complaints.handling.escalate import escalate
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.step_down import step_down
from complaints.handling.withdraw import withdraw
from complaints.handling.write_to_customer import write_to_customer
from complaints.outbox.models import Message, MessageState
from complaints.remedies.catalogue import RemedyKind
from complaints.staff.models import Employee, Tier
from complaints.standards.models import BusinessCalendar, ClockKind, Severity
from tests.cast import Organisation
from tests.desk.pages import next_address
from tests.factories import a_complaint
from tests.remedies.purse import an_authority, usd

MONDAY = datetime(2026, 5, 4, 14, 0, tzinfo=UTC)
"""Ten o'clock in the morning in New York."""


@pytest.fixture
def desk(client: Client, max_: Employee) -> Client:
    """Max's browser."""
    client.force_login(max_)
    return client


def handed_up(by: Employee, *, at: datetime = MONDAY, reason: str = "Beyond me.") -> Case:
    case = a_complaint(by=by, at=at - timedelta(hours=1))
    return escalate(case.reference, reason=reason, by=by, at=at)


def due_in(case: Case, at: datetime, *, kind: ClockKind = ClockKind.RESOLVE, **facts: Any) -> Clock:
    """Leave a case one running clock, due then."""
    Clock.objects.filter(case=case).exclude(kind=kind).delete()
    clock = Clock.objects.get(case=case, kind=kind)
    Clock.objects.filter(pk=clock.pk).update(due_at=at, **facts)
    Case.objects.filter(pk=case.pk).update(due_at=at)
    return clock


def pressing(employee: Employee, at: datetime) -> list[tuple[str, Pressure]]:
    found = board(employee, at=at, zone=UTC)
    return [(one.case.reference, one.pressure) for one in found.deadlines]


def raised(client: Client, asked: str = "") -> list[str]:
    return [one.case.reference for one in client.get(f"/desk/escalations/{asked}").context["raised"]]


def test_who_has_waited_longest_stands_first(desk: Client, fern: Employee) -> None:
    late, early = handed_up(fern), handed_up(fern, at=MONDAY - timedelta(days=2))
    a_complaint(by=fern)

    assert raised(desk) == [early.reference, late.reference]


def test_a_manager_sees_his_tier_and_higher_and_the_vp_only_hers(
    max_: Employee, vera: Employee, fern: Employee
) -> None:
    his = handed_up(fern)
    hers = escalate(handed_up(fern).reference, reason="For me too.", by=max_, at=MONDAY + timedelta(hours=1))

    assert {case.reference for case in came_up(max_).cases} == {his.reference, hers.reference}
    assert [case.reference for case in came_up(vera).cases] == [hers.reference]


def test_what_a_manager_took_or_was_given_stands_on_the_board_since_then(max_: Employee, fern: Employee) -> None:
    taken, given = a_complaint(by=fern, at=MONDAY), a_complaint(by=fern, at=MONDAY)
    take(taken.reference, by=max_, at=MONDAY + timedelta(hours=2))
    assign(given.reference, to=max_.pk, by=max_, at=MONDAY + timedelta(hours=1))

    assert [case.reference for case in came_up(max_).cases] == [given.reference, taken.reference]


def test_another_branch_and_what_is_over_stand_on_no_board(
    desk: Client, fern: Employee, otto: Employee, vera: Employee, quinn: Employee, max_: Employee
) -> None:
    elsewhere, over = handed_up(otto), handed_up(fern)
    withdraw(over.reference, reason="She said so.", by=fern, at=MONDAY + timedelta(hours=1))

    assert raised(desk) == []
    assert {case.reference for case in came_up(quinn).cases} == {elsewhere.reference}


def test_it_says_why_it_came_up_and_what_was_tried(desk: Client, fern: Employee, max_: Employee) -> None:
    case = a_complaint(by=fern, at=MONDAY)
    write_to_customer(case.reference, text="A voucher for breakfast?", by=fern, at=MONDAY + timedelta(minutes=5))
    escalate(case.reference, reason="She wants a refund.", by=fern, at=MONDAY + timedelta(minutes=9))

    (one,) = desk.get("/desk/escalations/").context["raised"]

    assert (one.why, one.reason) == ("Fern Fuller handed the complaint up to Max Moreno", "She wants a refund.")
    assert [attempt.entry.text for attempt in one.tried] == ["A voucher for breakfast?"]


@time_machine.travel(MONDAY + timedelta(hours=1), tick=False)
def test_what_waits_for_ones_decision_is_approved_from_the_board(
    desk: Client, client: Client, fern: Employee, max_: Employee, vera: Employee
) -> None:
    for tier, cap in ((Tier.FRONT_LINE, 100), (Tier.MANAGER, 2000)):
        an_authority(tier, cap)
    case, other = handed_up(fern, at=MONDAY), handed_up(fern, at=MONDAY)
    refund = RemedyFacts(kind=RemedyKind.REFUND, words="The first night is on us.", amount=usd(340))
    propose_remedy(case.reference, refund, by=fern, at=MONDAY)

    page = desk.get("/desk/escalations/")
    first, second = page.context["raised"]
    assert (first.case, first.to_decide.remedy.case) == (case, case)
    assert [attempt.sentence for attempt in first.tried] == ["Fern Fuller proposed: Refund, $340.00"]
    assert (second.case, second.to_decide, second.tried) == (other, None, [])
    address = f"/desk/approvals/{first.to_decide.pk}/"
    assert f'href="{address}"' in page.content.decode()
    assert desk.get(address).status_code == 200
    client.force_login(vera)
    assert [one.to_decide for one in client.get("/desk/escalations/").context["raised"]] == []


@time_machine.travel(MONDAY, tick=False)
@pytest.mark.parametrize(
    ("due", "words", "when"),
    [
        (MONDAY + timedelta(hours=2), "2 hours left", "due today noon"),
        (MONDAY + timedelta(days=1, hours=1), "4 working hours left", "due Tuesday 11 a.m."),
        (MONDAY + timedelta(days=7), "19 working hours left", "due Mon May 11, 2026, 10 a.m."),
        (MONDAY - timedelta(days=1), "1 day late", "due Sun May 3, 2026, 10 a.m."),
    ],
)
def test_time_left_is_told_in_working_hours_and_by_the_day_it_ends(
    desk: Client, fern: Employee, due: datetime, words: str, when: str
) -> None:
    week = {"mon": [["09:00", "12:00"]], **{day: [["09:00", "17:00"]] for day in ("tue", "wed")}}
    office = BusinessCalendar.objects.create(name="Office", time_zone="America/New_York", week=week)
    in_hours: dict[str, Any] = {} if words == "2 hours left" else {"calendar": office, "budget": timedelta(hours=300)}
    due_in(handed_up(fern, at=MONDAY - timedelta(hours=3)), due, **in_hours)

    for board_of in ("escalations", "deadlines"):
        page = desk.get(f"/desk/{board_of}/").content.decode().replace("\xa0", " ")
        assert f">{words}</time>" in page
        assert f">{when}</" in page


def test_a_complaint_is_taken_and_sent_back_from_the_board(
    client: Client, fern: Employee, max_: Employee, vera: Employee
) -> None:
    client.force_login(vera)
    case = escalate(handed_up(fern).reference, reason="For me too.", by=max_, at=MONDAY + timedelta(hours=1))
    assert "Send back with guidance" in client.get("/desk/escalations/").content.decode()
    Case.objects.filter(pk=case.pk).update(responsible=max_)

    client.post(f"/desk/complaints/{case.reference}/take/", {"version": case.version, "entry": 0})
    case.refresh_from_db()
    assert case.responsible == vera

    step_down(case.reference, reason="Grant it.", by=vera, at=MONDAY + timedelta(hours=2))
    assert raised(client) == []


def test_an_analyst_reads_the_board_and_is_offered_no_step(client: Client, quinn: Employee, fern: Employee) -> None:
    case = handed_up(fern)
    client.force_login(quinn)

    page = client.get("/desk/escalations/").content.decode()

    assert case.reference in page
    assert "Take it" not in page
    assert "Answer it" not in page


def test_the_board_goes_on_by_key(
    desk: Client, fern: Employee, max_: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    cases = [handed_up(fern, at=MONDAY + timedelta(minutes=number)) for number in range(3)]

    first = desk.get("/desk/escalations/").context["page"]
    second = desk.get("/desk/escalations/", {"after": first.next_key}).context["page"]

    assert PAGE > 2
    assert [case.reference for case in [*first.cases, *second.cases]] == [case.reference for case in cases]


def test_a_deadline_is_overdue_due_today_at_risk_or_later(max_: Employee, fern: Employee) -> None:
    cases = [a_complaint(by=fern, at=MONDAY - timedelta(days=1)) for _ in range(4)]
    ten_days = timedelta(days=10)
    due_in(cases[0], MONDAY - timedelta(minutes=1))
    due_in(cases[1], MONDAY + timedelta(hours=3), budget=ten_days)
    due_in(cases[2], MONDAY + timedelta(days=1, hours=23), budget=ten_days)
    due_in(cases[3], MONDAY + timedelta(days=2, hours=1), budget=ten_days)

    assert [pressure for _reference, pressure in pressing(max_, MONDAY)] == [
        Pressure.OVERDUE,
        Pressure.TODAY,
        Pressure.AT_RISK,
        Pressure.LATER,
    ]


def test_today_is_the_day_of_the_reader(max_: Employee, fern: Employee) -> None:
    late_in_the_evening = datetime(2026, 5, 5, 2, 0, tzinfo=UTC)  # ten at night in New York, the next day in UTC
    due_in(a_complaint(by=fern, at=MONDAY), late_in_the_evening, budget=timedelta(days=1))

    def at_home(zone: ZoneInfo) -> Pressure:
        return board(max_, at=MONDAY, zone=zone).deadlines[0].pressure

    assert at_home(ZoneInfo("America/New_York")) == Pressure.TODAY
    assert at_home(ZoneInfo("Europe/Paris")) == Pressure.LATER


def test_a_resting_clock_and_another_branch_press_on_nobody_here(
    max_: Employee, fern: Employee, otto: Employee
) -> None:
    resting = a_complaint(by=fern, at=MONDAY)
    ask_customer(resting.reference, text="Which room?", by=fern, at=MONDAY)
    a_complaint(by=otto, at=MONDAY)

    assert pressing(max_, MONDAY + timedelta(days=30)) == []


@time_machine.travel(MONDAY, tick=False)
def test_units_and_people_are_counted_worst_first(desk: Client, fern: Employee, max_: Employee) -> None:
    due_in(a_complaint(by=fern, at=MONDAY - timedelta(days=2)), MONDAY - timedelta(days=1))
    due_in(a_complaint(by=None, at=MONDAY - timedelta(days=2)), MONDAY + timedelta(hours=2))

    (harbour,) = desk.get("/desk/deadlines/").context["loads"]

    assert (harbour.unit, harbour.weight) == (fern.unit, (1, 1, 0))
    assert [(load.person, load.weight) for load in harbour.people] == [(fern, (1, 0, 0)), (None, (0, 1, 0))]


@time_machine.travel(MONDAY, tick=False)
@pytest.mark.parametrize(
    ("asked", "listed"), [("pressure=overdue", 1), ("person=nobody", 1), ("unit={unit}", 2), ("unit=0", 0)]
)
def test_the_list_is_narrowed_by_what_was_counted(
    desk: Client, fern: Employee, organisation: Organisation, asked: str, listed: int
) -> None:
    due_in(a_complaint(by=fern, at=MONDAY - timedelta(days=2)), MONDAY - timedelta(days=1))
    due_in(a_complaint(by=None, at=MONDAY - timedelta(days=2)), MONDAY + timedelta(hours=2))

    page = desk.get(f"/desk/deadlines/?{asked.format(unit=organisation.harbour.pk)}")

    assert len(page.context["listed"]) == listed


@time_machine.travel(MONDAY, tick=False)
def test_working_hours_are_named_only_where_a_calendar_closes(desk: Client, fern: Employee) -> None:
    office = BusinessCalendar.objects.create(
        name="Office", time_zone="America/New_York", week={"mon": [["09:00", "12:00"]], "tue": [["09:00", "17:00"]]}
    )
    tomorrow_at_eleven = MONDAY + timedelta(days=1, hours=1)
    due_in(a_complaint(by=fern, at=MONDAY), tomorrow_at_eleven, calendar=office, budget=timedelta(hours=30))
    due_in(a_complaint(by=fern, at=MONDAY), MONDAY + timedelta(hours=5))

    page = desk.get("/desk/deadlines/").context["listed"]

    assert [one.left.words.replace("\xa0", " ") for one in page] == ["5 hours left", "4 working hours left"]


@time_machine.travel(MONDAY, tick=False)
def test_the_list_of_deadlines_goes_on_by_key(desk: Client, fern: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaints.desk.deadlines.LISTED", 2)
    for number in range(3):
        due_in(a_complaint(by=fern, at=MONDAY - timedelta(days=2)), MONDAY - timedelta(hours=3 - number))

    first = desk.get("/desk/deadlines/")
    second = desk.get(f"/desk/deadlines/{next_address(first)}")

    shown = [one.deadline.clock.due_at for one in [*first.context["listed"], *second.context["listed"]]]
    assert shown == [MONDAY - timedelta(hours=number) for number in (3, 2, 1)]
    assert next_address(second) == ""


@time_machine.travel(MONDAY, tick=False)
def test_what_the_sweep_failed_on_is_shown_with_its_count(desk: Client, fern: Employee) -> None:
    due_in(a_complaint(by=fern, at=MONDAY - timedelta(days=2)), MONDAY - timedelta(hours=1), failures=3)

    page = desk.get("/desk/deadlines/").content.decode()

    assert "The sweep failed on one of these deadlines" in page
    assert "the sweep failed on it 3 times" in page


def test_a_board_that_left_some_out_says_so(desk: Client, fern: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaints.cases.deadlines.LOOKED_AT", 1)
    a_complaint(by=fern, severity=Severity.CRITICAL)
    a_complaint(by=fern, severity=Severity.LOW)

    assert "there are more" in desk.get("/desk/deadlines/").content.decode()


@time_machine.travel(MONDAY + timedelta(hours=1), tick=False)
def test_the_case_page_names_each_deadline_and_what_became_of_it(desk: Client, fern: Employee) -> None:
    case = a_complaint(by=fern, at=MONDAY)
    acknowledge(case.reference, by=fern, at=MONDAY + timedelta(minutes=1))
    for message in Message.objects.filter(state=MessageState.QUEUED).order_by("pk"):
        assert deliver_message(message.message_id, clock=lambda: MONDAY + timedelta(minutes=2))
    Clock.objects.filter(case=case, kind=ClockKind.RESOLVE).update(due_at=MONDAY + timedelta(minutes=30))

    def shown() -> dict[str, ClockState]:
        page = desk.get(f"/desk/complaints/{case.reference}/")
        return {clock.kind: state for clock, state in page.context["deadlines"]}

    assert (shown()["acknowledge"], shown()["resolve"]) == (ClockState.MET, ClockState.MISSED)
    Clock.objects.filter(case=case, kind=ClockKind.RESOLVE).update(due_at=MONDAY + timedelta(days=1))
    assert shown()["resolve"] == ClockState.RUNNING
    ask_customer(case.reference, text="Which room?", by=fern, at=MONDAY + timedelta(minutes=40))
    assert shown()["resolve"] == ClockState.RESTING
