"""The steps of a complaint, one by one: what each changes, whom it tells, and where it is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from complaints.cases import links
from complaints.cases.entries import Entry
from complaints.cases.models import NOT_DUE, Case, Clock, TimelineEntry
from complaints.cases.queries import legal_moves, one_visible
from complaints.cases.states import MOVES, Move, Outcome, Status
from complaints.common.errors import ChangedMeanwhile, Invalid, MoveNotAllowed, NotFound, NotPermitted, RecoveryError
from complaints.customers.models import Customer
from complaints.handling.acknowledge import acknowledge
from complaints.handling.answer_resolution import answer_resolution
from complaints.handling.ask_customer import ask_customer
from complaints.handling.assign import assign, take
from complaints.handling.confirm_solved import confirm_solved
from complaints.handling.deliver_message import deliver_message
from complaints.handling.escalate import escalate
from complaints.handling.hear_customer import hear_customer
from complaints.handling.let_rest import let_rest, resting_ids
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.reopen import reopen
from complaints.handling.resolve import resolve
from complaints.handling.send_link import send_link
from complaints.handling.withdraw import withdraw
from complaints.handling.write_note import write_note
from complaints.handling.write_to_customer import write_to_customer
from complaints.outbox.models import Kind, Message, MessageState
from complaints.outbox.render import words_of
from complaints.staff.models import Employee, Tier
from complaints.standards.models import ClockKind
from tests.factories import a_complaint, a_customer

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    """Cara's complaint, filed by Fern at ten."""
    return a_complaint(by=fern, customer=cara, at=AT)


@pytest.fixture
def token(case: Case) -> str:
    """The link Cara follows it by."""
    return links.mint(case, at=AT)


def later(**passed: float) -> datetime:
    """So much after the filing."""
    return AT + timedelta(**passed)


def told(case: Case) -> list[str]:
    """Kinds of the messages about a case, oldest first."""
    return list(Message.objects.filter(about=case.reference).order_by("pk").values_list("kind", flat=True))


def happened(case: Case) -> list[str]:
    """Kinds of the entries of a case, oldest first."""
    return list(TimelineEntry.objects.filter(case=case).order_by("pk").values_list("kind", flat=True))


def deliver(at: datetime) -> None:
    """Let everything that waits reach its reader at a moment."""
    for message in Message.objects.filter(state=MessageState.QUEUED).order_by("pk"):
        assert deliver_message(message.message_id, clock=lambda: at)


def fresh(case: Case) -> Case:
    """The case as the database has it now."""
    return Case.objects.get(pk=case.pk)


def test_acknowledging_tells_the_customer_once_and_stops_the_first_clock(case: Case, fern: Employee) -> None:
    acknowledge(case.reference, by=fern, at=later(hours=1))
    acknowledge(case.reference, by=fern, at=later(hours=2))
    deliver(later(hours=2))
    now = fresh(case)
    assert now.acknowledged_at == later(hours=1)
    assert now.due_at == AT + timedelta(days=5)
    assert told(case) == [Kind.RECEIVED, Kind.ACKNOWLEDGED]
    assert happened(case) == [Entry.FILED, Entry.ACKNOWLEDGED]


def test_who_acknowledges_an_unassigned_case_becomes_responsible(cara: Customer, fern: Employee) -> None:
    case = a_complaint(by=None, customer=cara, at=AT)
    acknowledge(case.reference, by=fern, at=later(hours=1))
    assert fresh(case).responsible == fern


def test_a_question_lets_the_clocks_rest_and_an_answer_lets_them_run_on_exactly(
    case: Case, token: str, fern: Employee
) -> None:
    acknowledge(case.reference, by=fern, at=later(hours=1))
    deliver(later(hours=1))
    ask_customer(case.reference, text="Which room?", by=fern, at=later(hours=2))
    assert (fresh(case).status, fresh(case).due_at) == (Status.WAITING, NOT_DUE)
    hear_customer(token, text="Room 908", at=later(hours=50))
    now = fresh(case)
    assert now.status == Status.OPEN
    assert now.due_at == AT + timedelta(days=5) + timedelta(hours=48)
    assert told(case)[-2:] == [Kind.QUESTION, Kind.STAFF_CUSTOMER_ANSWERED]


def test_a_resolution_accepted_closes_the_case(case: Case, token: str, fern: Employee) -> None:
    resolve(case.reference, text="A night free.", by=fern, at=later(hours=3))
    answer_resolution(token, solved=True, rating=5, text="Thank you", at=later(hours=4))
    now = fresh(case)
    assert (now.status, now.outcome, now.closed_at) == (Status.CLOSED, Outcome.SOLVED, later(hours=4))
    assert (now.solved, now.handling_rating) == (True, 5)
    assert not Clock.objects.filter(case=case, ended_at=None).exists()
    assert told(case)[-2:] == [Kind.RESOLUTION_PROPOSED, Kind.CLOSED]


def test_not_solved_opens_it_again_one_tier_higher(case: Case, token: str, fern: Employee, max_: Employee) -> None:
    resolve(case.reference, text="A voucher.", by=fern, at=later(hours=3))
    deliver(later(hours=3))
    answer_resolution(token, solved=False, rating=2, text="That is not what I asked for.", at=later(hours=4))
    now = fresh(case)
    assert (now.status, now.tier, now.responsible) == (Status.OPEN, Tier.MANAGER, max_)
    assert now.reopened_count == 1
    assert now.due_at == later(hours=4) + timedelta(days=2), "the manager has two days"
    resolving = Clock.objects.get(case=case, kind=ClockKind.RESOLVE)
    assert resolving.due_at == AT + timedelta(days=5) + timedelta(hours=1), "it rested while we waited for the verdict"
    assert told(case)[-2:] == [Kind.STAFF_ESCALATED, Kind.REOPENED]
    assert happened(case)[-2:] == [Entry.RESOLUTION_REFUSED, Entry.ESCALATED]


def test_not_solved_on_top_of_the_ladder_stays_with_the_vp(case: Case, token: str, vera: Employee) -> None:
    take(case.reference, by=vera, at=later(hours=1))
    resolve(case.reference, text="A weekend free.", by=vera, at=later(hours=3))
    answer_resolution(token, solved=False, rating=1, at=later(hours=4))
    assert (fresh(case).status, fresh(case).responsible, fresh(case).tier) == (Status.OPEN, vera, Tier.VP)
    assert told(case)[-2:] == [Kind.STAFF_CUSTOMER_ANSWERED, Kind.REOPENED]


def test_the_same_verdict_twice_is_one_verdict(case: Case, token: str, fern: Employee, max_: Employee) -> None:
    resolve(case.reference, text="A voucher.", by=fern, at=later(hours=3))
    for _ in range(2):
        answer_resolution(token, solved=False, rating=2, at=later(hours=4))
    assert fresh(case).reopened_count == 1
    assert fresh(case).tier == Tier.MANAGER


def test_handing_up_names_the_next_tier_and_keeps_the_reason_inside(
    case: Case, fern: Employee, max_: Employee, vera: Employee
) -> None:
    escalate(case.reference, reason="Too much money for me.", by=fern, at=later(hours=1))
    assert (fresh(case).tier, fresh(case).responsible) == (Tier.MANAGER, max_)
    escalate(case.reference, reason="For me too.", by=max_, at=later(hours=2))
    assert (fresh(case).tier, fresh(case).responsible) == (Tier.VP, vera)
    with pytest.raises(Invalid):
        escalate(case.reference, reason="And now?", by=vera, at=later(hours=3))
    to_customer = Message.objects.filter(about=case.reference, to_customer=True)
    assert not any("money" in words_of(message).text for message in to_customer)


def test_a_tier_that_nobody_holds_is_passed_over(case: Case, fern: Employee, vera: Employee) -> None:
    escalate(case.reference, reason="No manager here.", by=fern, at=later(hours=1))
    assert (fresh(case).tier, fresh(case).responsible) == (Tier.VP, vera)


def test_where_nobody_stands_higher_it_waits_on_the_units_list(case: Case, fern: Employee) -> None:
    escalate(case.reference, reason="Nobody here.", by=fern, at=later(hours=1))
    assert (fresh(case).tier, fresh(case).responsible) == (Tier.MANAGER, None)


def test_taking_never_steps_a_case_down(case: Case, fern: Employee, max_: Employee) -> None:
    escalate(case.reference, reason="Too much money for me.", by=fern, at=later(hours=1))
    take(case.reference, by=fern, at=later(hours=2))
    assert (fresh(case).tier, fresh(case).responsible) == (Tier.MANAGER, fern)


def test_on_another_step_its_own_deadline_runs_however_the_case_came_there(
    case: Case, fern: Employee, max_: Employee, vera: Employee
) -> None:
    def time_to_decide() -> list[datetime]:
        running = Clock.objects.filter(case=case, kind=ClockKind.TIER, ended_at=None)
        return list(running.values_list("due_at", flat=True))

    escalate(case.reference, reason="Too much money for me.", by=fern, at=later(hours=1))
    take(case.reference, by=fern, at=later(hours=2))
    assert time_to_decide() == [later(days=2, hours=1)], "on the manager's step still"
    take(case.reference, by=vera, at=later(hours=3))
    assert time_to_decide() == [later(days=3, hours=3)], "the VP has three days from when she took it"
    assign(case.reference, to=max_.pk, by=vera, at=later(hours=4))
    assert time_to_decide() == [later(days=2, hours=4)]
    assign(case.reference, to=fern.pk, by=max_, at=later(hours=5))
    assert time_to_decide() == [], "and the front line has none of its own"


def test_who_answers_what_came_up_keeps_it(case: Case, fern: Employee, max_: Employee) -> None:
    escalate(case.reference, reason="Too much money for me.", by=fern, at=later(hours=1))
    write_to_customer(case.reference, text="I look into it.", by=max_, at=later(hours=2))
    write_note(case.reference, text="Refund it.", by=fern, at=later(hours=3))
    assert (fresh(case).responsible, fresh(case).tier) == (max_, Tier.MANAGER)
    assert one_visible(fern, case.reference) == case, "and who handed it up keeps sight of it"


def test_a_manager_assigns_within_the_ladder_of_the_unit_only(
    case: Case, fern: Employee, max_: Employee, otto: Employee
) -> None:
    take(case.reference, by=max_, at=later(hours=1))
    assign(case.reference, to=fern.pk, by=max_, at=later(hours=2))
    assert fresh(case).responsible == fern
    assert told(case)[-2:] == [Kind.STAFF_ASSIGNED, Kind.PROGRESS]
    with pytest.raises(Invalid):
        assign(case.reference, to=otto.pk, by=max_, at=later(hours=2))
    with pytest.raises(NotPermitted):
        assign(case.reference, to=max_.pk, by=fern, at=later(hours=2))


def test_who_has_no_address_is_told_in_person_and_that_meets_the_deadline(fern: Employee) -> None:
    case = a_complaint(by=fern, customer=a_customer(email=""), at=AT)
    acknowledge(case.reference, by=fern, at=later(hours=1))
    assert Clock.objects.get(case=case, kind=ClockKind.ACKNOWLEDGE).ended_at == later(hours=1)
    assert fresh(case).due_at == AT + timedelta(days=5)


def test_put_right_on_the_spot_is_closed_as_solved_in_writing(case: Case, token: str, fern: Employee) -> None:
    for _ in range(2):
        confirm_solved(case.reference, text="A room upgrade.", by=fern, at=later(minutes=5), submission="s1")
    now = fresh(case)
    assert (now.status, now.outcome, now.solved, now.acknowledged_at) == (
        Status.CLOSED,
        Outcome.SOLVED,
        True,
        later(minutes=5),
    )
    assert happened(case) == [Entry.FILED, Entry.SOLVED_IN_PERSON]
    assert told(case) == [Kind.RECEIVED, Kind.CLOSED]
    assert "A room upgrade." in words_of(Message.objects.get(about=case.reference, kind=Kind.CLOSED)).text


def test_a_closed_complaint_carries_nothing_on(case: Case, cara: Customer, fern: Employee) -> None:
    other = a_complaint(by=fern, customer=cara, at=AT)
    withdraw(other.reference, reason="She called.", by=fern, at=AT)
    with pytest.raises(Invalid):
        mark_duplicate(case.reference, original=other.reference, by=fern, at=later(hours=1))


def test_withdrawing_closes_and_reopening_starts_a_new_clock(case: Case, fern: Employee) -> None:
    withdraw(case.reference, reason="She called.", by=fern, at=later(hours=1))
    assert (fresh(case).status, fresh(case).outcome) == (Status.CLOSED, Outcome.WITHDRAWN)
    reopen(case.reference, reason="She called again.", by=fern, at=later(days=30))
    now = fresh(case)
    assert (now.status, now.outcome, now.closed_at) == (Status.OPEN, "", None)
    assert now.due_at == later(days=35), "a clock from the reopening, not from the past"
    assert told(case)[-2:] == [Kind.CLOSED, Kind.REOPENED]


def test_a_duplicate_points_to_the_one_that_goes_on(case: Case, cara: Customer, fern: Employee) -> None:
    other = a_complaint(by=fern, customer=cara, at=AT)
    mark_duplicate(case.reference, original=other.reference.lower(), by=fern, at=later(hours=1))
    assert (fresh(case).status, fresh(case).duplicate_of) == (Status.CLOSED, other)
    assert happened(other)[-1] == Entry.DUPLICATE_RECEIVED
    assert other.reference in words_of(Message.objects.get(about=case.reference, kind=Kind.CLOSED)).text
    with pytest.raises(Invalid):
        mark_duplicate(other.reference, original=case.reference, by=fern, at=later(hours=2))


def test_a_duplicate_of_somebody_elses_complaint_tells_the_customer_no_reference(case: Case, fern: Employee) -> None:
    other = a_complaint(by=fern, customer=a_customer(), at=AT)
    mark_duplicate(case.reference, original=other.reference, by=fern, at=later(hours=1))
    assert other.reference not in words_of(Message.objects.get(about=case.reference, kind=Kind.CLOSED)).text
    assert not TimelineEntry.objects.get(case=case, kind=Entry.DUPLICATE_MARKED).public


def test_a_note_is_for_colleagues_and_tells_nobody(case: Case, fern: Employee) -> None:
    write_note(case.reference, text="She is a regular.", by=fern, at=later(hours=1), submission="n1")
    write_note(case.reference, text="She is a regular.", by=fern, at=later(hours=1), submission="n1")
    assert happened(case) == [Entry.FILED, Entry.NOTE_WRITTEN]
    assert not TimelineEntry.objects.get(case=case, kind=Entry.NOTE_WRITTEN).public
    assert told(case) == [Kind.RECEIVED]


def test_a_word_to_the_customer_is_sent_once_and_acknowledges(case: Case, fern: Employee) -> None:
    for _ in range(2):
        write_to_customer(case.reference, text="On my way.", by=fern, at=later(hours=1), submission="w1")
    assert told(case) == [Kind.RECEIVED, Kind.WRITTEN]
    assert fresh(case).acknowledged_at == later(hours=1)


def test_what_the_customer_writes_on_a_closed_case_is_kept_and_told(case: Case, token: str, fern: Employee) -> None:
    withdraw(case.reference, reason="She called.", by=fern, at=later(hours=1))
    hear_customer(token, text="One more thing.", at=later(hours=2))
    assert fresh(case).status == Status.CLOSED
    assert happened(case)[-1] == Entry.CUSTOMER_ANSWERED
    assert told(case)[-1] == Kind.STAFF_CUSTOMER_ANSWERED


def test_two_weeks_without_an_answer_let_a_proposal_rest(case: Case, fern: Employee) -> None:
    resolve(case.reference, text="A voucher.", by=fern, at=AT)
    assert resting_ids(at=later(days=13)) == []
    assert not let_rest(case.pk, at=later(days=13))
    assert resting_ids(at=later(days=14)) == [case.pk]
    assert let_rest(case.pk, at=later(days=14))
    assert not let_rest(case.pk, at=later(days=14))
    assert fresh(case).outcome == Outcome.NO_ANSWER


def test_a_note_does_not_make_a_proposal_younger(case: Case, fern: Employee) -> None:
    resolve(case.reference, text="A voucher.", by=fern, at=AT)
    write_note(case.reference, text="She has not called.", by=fern, at=later(days=10))
    assert fresh(case).resolved_at == AT
    assert resting_ids(at=later(days=14)) == [case.pk]


def test_who_asks_back_has_not_fallen_silent(case: Case, token: str, fern: Employee) -> None:
    resolve(case.reference, text="A voucher.", by=fern, at=AT)
    hear_customer(token, text="Valid until when?", at=later(days=13))
    assert resting_ids(at=later(days=20)) == []
    assert not let_rest(case.pk, at=later(days=20))
    assert not let_rest(case.pk, at=later(days=60)), "we owe an answer"

    write_to_customer(case.reference, text="Until Christmas.", by=fern, at=later(days=60))
    assert not let_rest(case.pk, at=later(days=73))
    assert let_rest(case.pk, at=later(days=75))


@pytest.mark.parametrize("gone", [True, False])
def test_words_to_somebody_who_has_left_reach_the_next_one_up(
    case: Case, token: str, fern: Employee, max_: Employee, *, gone: bool
) -> None:
    withdraw(case.reference, reason="She called.", by=fern, at=later(hours=1))
    if gone:
        fern.is_active = False
        fern.save()
    hear_customer(token, text="One more thing.", at=later(hours=2))
    heard = Message.objects.get(about=case.reference, kind=Kind.STAFF_CUSTOMER_ANSWERED)
    assert heard.recipient == (max_ if gone else fern).email


def test_the_link_goes_to_the_address_on_file_and_to_nobody_else(case: Case) -> None:
    send_link(case.reference, contact="stranger@demo.example", at=AT)
    assert Kind.TRACKING_LINK not in told(case)
    send_link(case.reference.lower(), contact="CARA@demo.example", at=AT)
    send_link(case.reference, contact="(212) 555-0142", at=later(minutes=1))
    assert told(case).count(Kind.TRACKING_LINK) == 1, "asked twice within ten minutes, sent once"
    send_link(case.reference, contact="(212) 555-0142", at=later(minutes=11))
    assert told(case).count(Kind.TRACKING_LINK) == 2


def test_an_expired_link_opens_nothing(token: str) -> None:
    with pytest.raises(NotFound):
        links.case_behind(token, at=later(days=365))
    with pytest.raises(NotFound):
        links.case_behind("A" * 22, at=AT)


STEPS: dict[Move, Callable[[str, Employee], object]] = {
    Move.ACKNOWLEDGE: lambda reference, by: acknowledge(reference, by=by, at=AT),
    Move.TAKE: lambda reference, by: take(reference, by=by, at=AT),
    Move.ASSIGN: lambda reference, by: assign(reference, to=by.pk, by=by, at=AT),
    Move.NOTE: lambda reference, by: write_note(reference, text="x", by=by, at=AT),
    Move.WRITE: lambda reference, by: write_to_customer(reference, text="x", by=by, at=AT),
    Move.ASK: lambda reference, by: ask_customer(reference, text="x", by=by, at=AT),
    Move.ESCALATE: lambda reference, by: escalate(reference, reason="x", by=by, at=AT),
    Move.RESOLVE: lambda reference, by: resolve(reference, text="x", by=by, at=AT),
    Move.CONFIRM: lambda reference, by: confirm_solved(reference, text="x", by=by, at=AT),
    Move.REOPEN: lambda reference, by: reopen(reference, reason="x", by=by, at=AT),
    Move.WITHDRAW: lambda reference, by: withdraw(reference, reason="x", by=by, at=AT),
}


@pytest.mark.parametrize("move", STEPS)
def test_another_team_sees_nothing_and_an_unseen_case_is_not_found(case: Case, otto: Employee, move: Move) -> None:
    with pytest.raises(NotFound):
        STEPS[move](case.reference, otto)
    assert happened(case) == [Entry.FILED]


@pytest.mark.parametrize("move", [move for move in STEPS if move != Move.NOTE])
def test_an_analyst_sees_but_does_not_act(case: Case, quinn: Employee, move: Move) -> None:
    with pytest.raises(NotPermitted):
        STEPS[move](case.reference, quinn)
    assert happened(case) == [Entry.FILED]


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("move", STEPS)
def test_the_table_of_moves_is_what_the_verbs_obey(
    case: Case, vera: Employee, max_: Employee, move: Move, status: Status
) -> None:
    if status == Status.WAITING:
        ask_customer(case.reference, text="x", by=max_, at=AT)
    elif status == Status.RESOLVED:
        resolve(case.reference, text="x", by=max_, at=AT)
    elif status == Status.CLOSED:
        withdraw(case.reference, reason="x", by=max_, at=AT)
    before = happened(case)
    allowed = status in MOVES[move].start
    try:
        STEPS[move](case.reference, vera if move in {Move.ASSIGN, Move.TAKE} else max_)
    except MoveNotAllowed:
        assert not allowed
        assert happened(case) == before
    else:
        assert allowed
        assert fresh(case).status == (MOVES[move].end or status)


def test_the_buttons_are_the_legal_moves_one_has_not_done(case: Case, fern: Employee, quinn: Employee) -> None:
    assert Move.ACKNOWLEDGE in legal_moves(case, fern)
    assert Move.TAKE not in legal_moves(case, fern), "it is hers already"
    assert Move.ASSIGN not in legal_moves(case, fern)
    assert legal_moves(case, quinn) == [Move.NOTE]
    closed = withdraw(case.reference, reason="x", by=fern, at=AT)
    assert Move.REOPEN in legal_moves(closed, fern)
    assert Move.RESOLVE not in legal_moves(closed, fern)


def test_a_page_drawn_before_a_colleagues_change_is_refused_and_loses_nothing(
    case: Case, fern: Employee, max_: Employee
) -> None:
    drawn = fresh(case).version
    take(case.reference, by=max_, at=later(minutes=1))
    with pytest.raises(ChangedMeanwhile):
        resolve(case.reference, text="A voucher.", by=fern, at=later(minutes=2), seen_version=drawn)
    write_note(case.reference, text="A note does no harm.", by=fern, at=later(minutes=2))
    resolve(case.reference, text="A voucher.", by=fern, at=later(minutes=3), seen_version=fresh(case).version)
    assert fresh(case).status == Status.RESOLVED


def test_a_step_sent_twice_by_an_impatient_finger_is_done_once_and_not_refused(
    case: Case, fern: Employee, max_: Employee, vera: Employee
) -> None:
    original = a_complaint(by=fern, at=AT)

    def twice(step: Callable[..., object], **facts: object) -> int:
        """Send the same page twice; say how much longer the timeline is."""
        before, seen = len(happened(case)), fresh(case).version
        for _ in range(2):
            step(case.reference, at=later(minutes=1), seen_version=seen, **facts)
        return len(happened(case)) - before

    assert twice(acknowledge, by=fern) == 1
    assert twice(take, by=max_) == 1
    assert twice(assign, by=max_, to=vera.pk) == 1
    assert twice(mark_duplicate, by=fern, original=original.reference) == 1
    assert told(case).count(Kind.CLOSED) == 1


@pytest.mark.parametrize("text", ["", "  \u202e ", "x" * 20_001])
def test_an_empty_or_endless_text_is_refused_with_a_sentence(case: Case, fern: Employee, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        write_note(case.reference, text=text, by=fern, at=AT)
    assert refused.value.field == "text"


def test_every_error_of_the_house_has_a_sentence(case: Case, fern: Employee) -> None:
    family: list[RecoveryError] = [
        NotFound(),
        NotPermitted(),
        MoveNotAllowed(case=case.reference),
        ChangedMeanwhile(case=case.reference),
        Invalid(field="x", sentence="Say it."),
    ]
    assert all(error.sentence and "%(" not in error.sentence for error in family)
