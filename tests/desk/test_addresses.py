"""Every address of the desk, asked by everybody: one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from complaints.cases.models import Attachment, Case, SavedSearch, TrackingLink
from complaints.cases.states import Move
from complaints.causes.models import CorrectiveAction, Hearing, HearingEntry, Investigation
from complaints.customers.models import Customer, Merge, Suspicion
from complaints.customers.records import file_of
from complaints.desk.causes.action_steps import ACTION_STEPS
from complaints.desk.causes.hearing_steps import HEARING_STEPS
from complaints.desk.causes.investigation_steps import INVESTIGATION_STEPS
from complaints.desk.remedy_steps import REMEDY_STEPS
from complaints.desk.settings.kinds import KINDS
from complaints.desk.steps import STEPS
from complaints.desk.urls import urlpatterns
from complaints.fulfilment.models import Endpoint, Order
from complaints.handling.answer_offer import note_answer
from complaints.handling.decide_approval import ask_back
from complaints.handling.decide_double import name_double
from complaints.handling.escalate import escalate
from complaints.handling.keep_absence import keep_absence
from complaints.handling.keep_search import keep_search
from complaints.handling.keeping import ANALYSTS
from complaints.handling.merge_customers import merge_customers
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.receive_mail import receive_mail
from complaints.incoming.models import Mail, Source
from complaints.outbox.models import Kind, Message, MessageState
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Approval, LedgerEntry, Remedy
from complaints.remedies.states import RemedyMove
from complaints.staff.models import Absence, Employee, Role, Setting, Tier
from complaints.staff.sheets import AbsenceSheet
from complaints.standards.models import FailureType, Succession
from tests.causes.matters import alleged, answered, asked, planned
from tests.factories import a_complaint, a_customer, a_picture, an_hour_ago
from tests.incoming.letters import a_file
from tests.remedies.purse import an_authority, usd

PEOPLE: Final = ("stranger", "fern", "max_", "vera", "otto", "quinn", "ada")


@dataclass(frozen=True)
class Ask:
    """One address, how it is asked, and the status each of PEOPLE gets."""

    name: str
    statuses: tuple[int, ...]
    method: str = "get"
    move: str = ""
    sent: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.name} {self.move}".strip()


def step(move: Move, statuses: tuple[int, ...], **sent: Any) -> Ask:
    return Ask("step", statuses, "post", move.value, tuple({"version": "now", "entry": 0, **sent}.items()))


def remedy_step(move: RemedyMove, statuses: tuple[int, ...], **sent: Any) -> Ask:
    return Ask("remedy_step", statuses, "post", move.value, tuple({"entry": 0, **sent}.items()))


def investigation_step(move: str, statuses: tuple[int, ...], **sent: Any) -> Ask:
    return Ask("investigation_step", statuses, "post", move, tuple(sent.items()))


def action_step(move: str, statuses: tuple[int, ...], **sent: Any) -> Ask:
    return Ask("action_step", statuses, "post", move, tuple(sent.items()))


def hearing_step(move: str, statuses: tuple[int, ...], **sent: Any) -> Ask:
    return Ask("hearing_step", statuses, "post", move, tuple(sent.items()))


KEPT_BY_ADA: Final = (Setting.STANDARD, Setting.LADDER, Setting.UNIT, Setting.EMPLOYEE)
"""Settings that every organisation has some of."""
EVERYBODY = (302, 200, 200, 200, 200, 200, 200)
NOT_OTTO = (302, 200, 200, 200, 404, 200, 200)
LADDER_ONLY = (302, 302, 302, 302, 404, 403, 403)
SUPERIORS_ONLY = (302, 403, 302, 302, 404, 403, 403)
STEWARDS_ONLY = (302, 403, 403, 403, 403, 200, 200)
ADA_ONLY = (302, 403, 403, 403, 403, 403, 200)
TEXTS = (302, 403, 403, 403, 403, 200, 200)
A_TEXT: Final = (("subject", "{{ reference }}"), ("text", "We have it."), ("html", ""), ("seen", 0))
TWO_PARTS: Final = (
    ("line-TOTAL_FORMS", 2),
    ("line-INITIAL_FORMS", 0),
    ("line-0-name", "Too soon"),
    ("line-1-name", "Too late"),
)
ANALYSTS_TOO = (302, 403, 403, 403, 403, 200, 200)
ANALYSTS_ALONE = (302, 403, 403, 403, 403, 200, 403)
LEADERS = (302, 404, 200, 200, 404, 200, 200)
CONCERNED = (302, 200, 200, 404, 404, 200, 404)
"""Fern is said to have done something; Quinn looks into it, and Max will decide."""
WORDS: Final = {"root_text": "The list.", "answer": "We print it later."}


def kept_by(kind: Setting) -> tuple[int, ...]:
    return ANALYSTS_TOO if kind in ANALYSTS else ADA_ONLY


TABLE: Final = [
    Ask("worklist", EVERYBODY),
    Ask("list_news", EVERYBODY, sent=(("shown", ""), ("told", "1.1"))),
    Ask("counts", EVERYBODY),
    Ask("saved_search", (302, 200, 404, 404, 404, 404, 404)),
    Ask("keep_search", (302, 302, 302, 302, 302, 302, 302), "post", sent=(("name", "Wardrobes"), ("q", "wardrobe"))),
    Ask("keep_search", (302, 400, 400, 400, 400, 400, 400), "post", sent=(("name", ""), ("q", "wardrobe"))),
    Ask("keep_search", (302, 405, 405, 405, 405, 405, 405)),
    Ask("drop_search", (302, 302, 404, 404, 404, 404, 404), "post"),
    Ask("drop_search", (302, 405, 405, 405, 405, 405, 405)),
    Ask("bell", EVERYBODY),
    Ask("bell", (302, 302, 302, 302, 302, 302, 302), "post", sent=(("until", "1"),)),
    Ask("bell_item", (302, 404, 302, 404, 404, 404, 404), "post"),
    Ask("bell_item", (302, 405, 405, 405, 405, 405, 405)),
    Ask("new_complaint", (302, 200, 200, 200, 200, 403, 403)),
    Ask("complaint", NOT_OTTO),
    Ask("news", NOT_OTTO),
    Ask("attachment", NOT_OTTO),
    *(Ask("step", NOT_OTTO, move=move.value) for move in STEPS),
    Ask("step", (302, 404, 404, 404, 404, 404, 404), move="refuse"),
    Ask("step", (302, 404, 404, 404, 404, 404, 404), "post", move="accept"),
    step(Move.ACKNOWLEDGE, LADDER_ONLY),
    step(Move.TAKE, LADDER_ONLY),
    step(Move.RESOLVE, LADDER_ONLY, text="A night free."),
    step(Move.CONFIRM, LADDER_ONLY, text="A new room, at once."),
    step(Move.WRITE, LADDER_ONLY, text="We are on it."),
    step(Move.ASK, LADDER_ONLY, text="Which room?"),
    step(Move.NOTE, (302, 302, 302, 302, 404, 302, 403), text="Called her."),
    step(Move.ASSIGN, (302, 403, 302, 302, 404, 403, 403), to="max_"),
    step(Move.ESCALATE, LADDER_ONLY, reason="Beyond me."),
    step(Move.REOPEN, (302, 409, 409, 409, 404, 403, 403), reason="Not over."),
    step(Move.WITHDRAW, LADDER_ONLY, reason="She said so."),
    step(Move.MARK_DUPLICATE, (302, 302, 302, 302, 404, 403, 403), original="other"),
    step(Move.UNMARK_DUPLICATE, (302, 403, 409, 409, 404, 403, 403), reason="Another room."),
    step(Move.LINK_FAILURE, LADDER_ONLY, other="other"),
    step(Move.PART_FAILURE, (302, 403, 400, 400, 404, 403, 403), other="other", reason="Another room."),
    step(Move.STEP_DOWN, (302, 403, 302, 302, 404, 403, 403), reason="Try a better room.", version="handed_up"),
    step(Move.PROPOSE_REMEDY, LADDER_ONLY, kind="apology", words="We are sorry."),
    *(Ask("remedy_step", NOT_OTTO, move=move.value) for move in REMEDY_STEPS),
    *(Ask("remedy_step", (302, 404, 404, 404, 404, 404, 404), move=move) for move in ("expire", "authorise")),
    remedy_step(RemedyMove.SUBMIT, (302, 302, 403, 403, 404, 403, 403), amount="500", text="The second."),
    remedy_step(RemedyMove.FULFIL, LADDER_ONLY),
    remedy_step(RemedyMove.ACCEPT, LADDER_ONLY),
    remedy_step(RemedyMove.DECLINE, LADDER_ONLY),
    remedy_step(RemedyMove.WITHDRAW, LADDER_ONLY, reason="By mistake."),
    remedy_step(RemedyMove.REVERSE, SUPERIORS_ONLY, reason="By mistake."),
    Ask("outlook", NOT_OTTO),
    Ask("voucher", (302, 200, 200, 200, 404, 403, 403)),
    Ask("vouchers", (302, 200, 200, 200, 200, 403, 403)),
    Ask("vouchers", (302, 404, 404, 404, 404, 403, 403), "post", sent=(("code", "0000-0000-0000-0000"),)),
    Ask("to_give", (302, 200, 200, 200, 200, 403, 403)),
    Ask("slip", (302, 302, 302, 302, 404, 302, 302)),
    Ask("slip", (302, 409, 409, 409, 404, 403, 403), "post"),
    step(Move.REASSESS, LADDER_ONLY, severity=3),
    Ask("step", (302, 200, 200, 200, 404, 403, 403), "post", "reassess", (("severity", 3), ("foresee", "1"))),
    Ask("escalations", (302, 403, 200, 200, 403, 200, 403)),
    Ask("deadlines", EVERYBODY),
    Ask("customers", EVERYBODY),
    Ask("find_customer", EVERYBODY),
    Ask("known_customer", EVERYBODY),
    Ask("customer", EVERYBODY),
    Ask("edit_customer", (302, 200, 200, 200, 403, 403, 403)),
    Ask(
        "edit_customer",
        (302, 302, 302, 302, 403, 403, 403),
        "post",
        sent=(("name", "Cara Castillo"), ("language", "en"), ("emails", "new@demo.example"), ("seen", "file")),
    ),
    Ask(
        "consent",
        (302, 302, 302, 302, 403, 403, 403),
        "post",
        sent=(("purpose", "survey"), ("says", "yes"), ("words", "in a letter")),
    ),
    Ask("consent", (302, 400, 400, 400, 403, 403, 403), "post", sent=(("purpose", "survey"), ("says", "yes"))),
    Ask("consent", (302, 405, 405, 405, 405, 405, 405)),
    Ask("doubles", STEWARDS_ONLY),
    Ask("double", STEWARDS_ONLY),
    Ask("double", (302, 403, 403, 403, 403, 302, 302), "post", sent=(("choice", "one"), ("goes_on", "cara"))),
    Ask("double", (302, 403, 403, 403, 403, 400, 400), "post", sent=(("choice", "one"),)),
    Ask("double", (302, 403, 403, 403, 403, 302, 302), "post", sent=(("choice", "two"),)),
    Ask("compare", STEWARDS_ONLY),
    Ask("compare", (302, 403, 403, 403, 403, 302, 302), "post", sent=(("other", "twin"),)),
    Ask("compare", (302, 403, 403, 403, 403, 409, 409), "post", sent=(("other", "nobody"),)),
    Ask("merge", STEWARDS_ONLY),
    Ask("merge", (302, 403, 403, 403, 403, 302, 302), "post"),
    Ask("trust_address", (302, 302, 302, 302, 403, 403, 403), "post", sent=(("address", "cara@demo.example"),)),
    Ask("trust_address", (302, 404, 404, 404, 404, 404, 404), "post", sent=(("address", "nobody@demo.example"),)),
    Ask("trust_address", (302, 405, 405, 405, 405, 405, 405)),
    Ask("approvals", (302, 403, 200, 200, 403, 403, 403)),
    Ask("approval", (302, 403, 200, 200, 404, 403, 403)),
    Ask(
        "approval",
        (302, 403, 302, 302, 404, 403, 403),
        "post",
        sent=(("choice", "approve"), ("amount", "150"), ("reason", "Well argued.")),
    ),
    Ask("budgets", (302, 403, 200, 200, 403, 200, 200)),
    Ask("budget", (302, 403, 200, 200, 403, 200, 200)),
    Ask("budget_sheet", (302, 403, 200, 200, 403, 200, 200)),
    Ask("mails", (302, 200, 200, 200, 200, 403, 200)),
    Ask("mail", (302, 200, 200, 200, 404, 403, 200)),
    Ask("original_mail", (302, 200, 200, 200, 404, 403, 200)),
    Ask("take_mail", (302, 302, 302, 302, 404, 403, 403), "post"),
    Ask("take_mail", (302, 405, 405, 405, 405, 405, 405)),
    Ask("authority_use", (302, 403, 200, 200, 403, 200, 200)),
    Ask("behind_authority_use", (302, 403, 200, 200, 403, 200, 200)),
    Ask("fulfilments", EVERYBODY),
    Ask("retry_order", (302, 302, 302, 302, 404, 403, 302), "post"),
    Ask("retry_order", (302, 405, 405, 405, 405, 405, 405)),
    Ask("settle_order", (302, 302, 302, 302, 404, 403, 302), "post"),
    Ask("settle_order", (302, 405, 405, 405, 405, 405, 405)),
    Ask("causes", EVERYBODY),
    Ask("new_investigation", ANALYSTS_ALONE),
    Ask("new_investigation", (302, 403, 403, 403, 403, 400, 403), "post"),
    Ask("exposure", ANALYSTS_ALONE),
    Ask("exposure", (302, 403, 403, 403, 403, 302, 403), "post", sent=(("lines", "harbour, 2026-03, 4120"),)),
    Ask("exposure", (302, 403, 403, 403, 403, 400, 403), "post", sent=(("lines", "harbour, 2026-13, 4120"),)),
    Ask("investigation", LEADERS),
    *(Ask("investigation_step", LEADERS, move=move.value) for move in INVESTIGATION_STEPS),
    Ask("investigation_step", (302, 404, 404, 404, 404, 404, 404), "post", "nonsense"),
    investigation_step("answer", (302, 404, 403, 403, 404, 403, 403), root_code="system", why_1="A", **WORDS),
    investigation_step("accept", (302, 404, 403, 403, 404, 409, 403)),
    investigation_step("send_back", (302, 404, 403, 403, 404, 409, 403), reason="Why?"),
    investigation_step("plan", (302, 404, 403, 403, 404, 400, 403)),
    investigation_step("tell", (302, 404, 403, 403, 404, 302, 403), accused="max_", alleged="Something."),
    Ask("action", LEADERS),
    *(Ask("action_step", LEADERS, move=move.value) for move in ACTION_STEPS),
    Ask("action_step", (302, 404, 404, 404, 404, 404, 404), "post", "prove"),
    action_step("finish", (302, 404, 403, 403, 404, 302, 403), evidence="Done.", effect_on="today"),
    action_step("explain", (302, 404, 403, 403, 404, 400, 403)),
    action_step("drop", (302, 404, 403, 403, 404, 302, 403), reason="Too dear."),
    Ask("hearing", CONCERNED),
    *(Ask("hearing_step", CONCERNED, move=move.value) for move in HEARING_STEPS),
    Ask("hearing_step", (302, 404, 404, 404, 404, 404, 404), "post", "nonsense"),
    hearing_step("state", (302, 302, 403, 404, 404, 403, 404), text="I was off."),
    hearing_step("find", (302, 403, 409, 404, 404, 403, 404), finding="upheld", reason="Plainly."),
    hearing_step("appeal", (302, 409, 403, 404, 404, 403, 404), reason="No."),
    hearing_step("decide", (302, 403, 409, 404, 404, 403, 404), finding="upheld", reason="Plainly."),
    Ask("insights", (302, 403, 200, 200, 403, 200, 200)),
    Ask("insights_cases", (302, 403, 200, 200, 403, 200, 200)),
    Ask("insights_sheet", (302, 403, 200, 200, 403, 200, 200)),
    Ask("messages", EVERYBODY),
    Ask("message", NOT_OTTO),
    Ask("retry_message", (302, 302, 302, 302, 404, 403, 302), "post"),
    Ask("retry_message", (302, 405, 405, 405, 405, 405, 405)),
    Ask("retry_messages_like", (302, 302, 302, 302, 404, 403, 302), "post", sent=(("likeness", "domain"),)),
    Ask("retry_messages_like", (302, 405, 405, 405, 405, 405, 405)),
    Ask("settings", ADA_ONLY),
    *(Ask("setting_list", kept_by(kind), move=kind.value) for kind in KINDS if kind != Setting.ABSENCE),
    *(
        Ask("new_setting", kept_by(kind), move=kind.value)
        for kind in KINDS
        if KINDS[kind].add and kind != Setting.ABSENCE
    ),
    Ask("ready_failures", ANALYSTS_TOO),
    Ask("ready_failures", (302, 403, 403, 403, 403, 302, 302), "post", sent=(("line", "hotel"),)),
    Ask("ready_failures", (302, 403, 403, 403, 403, 404, 404), "post", sent=(("line", "other"),)),
    Ask("merge_failure", ANALYSTS_TOO),
    Ask("merge_failure", (302, 403, 403, 403, 403, 302, 302), "post", sent=(("into", "dirty"),)),
    Ask("merge_failure", (302, 403, 403, 403, 403, 400, 400), "post"),
    Ask("split_failure", ANALYSTS_TOO),
    Ask("split_failure", (302, 403, 403, 403, 403, 302, 302), "post", sent=TWO_PARTS),
    Ask("split_failure", (302, 403, 403, 403, 403, 400, 400), "post", sent=(*TWO_PARTS, ("line-1-name", "Too soon"))),
    Ask("take_back_failure", (302, 403, 403, 403, 403, 302, 302), "post"),
    Ask("take_back_failure", (302, 405, 405, 405, 405, 405, 405)),
    *(Ask("setting", ADA_ONLY, move=kind.value) for kind in KEPT_BY_ADA),
    *(Ask("setting", (302, 403, 403, 403, 403, 403, 400), "post", move=kind.value) for kind in KEPT_BY_ADA),
    Ask("texts", TEXTS),
    Ask("text", TEXTS, move="received"),
    Ask("text", (302, 403, 403, 403, 403, 302, 302), "post", "received", A_TEXT),
    Ask("text", TEXTS, "post", "received", (*A_TEXT, ("preview", "1"))),
    Ask("text", TEXTS, "post", "received", (*A_TEXT, ("test", "1"))),
    Ask("text", (302, 403, 403, 403, 403, 400, 400), "post", "received", (("text", "{{ nonsense }}"),)),
    Ask("text", (302, 404, 404, 404, 404, 404, 404), move="nonsense"),
    Ask("text_back", (302, 403, 403, 403, 403, 302, 302), "post", "received", (("to", 0), ("seen", 0))),
    Ask("text_back", (302, 403, 403, 403, 403, 404, 404), "post", "received", (("to", 9), ("seen", 0))),
    Ask("text_back", (302, 405, 405, 405, 405, 405, 405), move="received"),
    Ask("setting_list", EVERYBODY, move="absences"),
    Ask("new_setting", EVERYBODY, move="absences"),
    Ask("setting", (302, 200, 200, 200, 404, 404, 200), move="absences"),
    Ask("cancel_absence", (302, 302, 302, 302, 403, 403, 302), "post"),
    Ask("cancel_absence", (302, 405, 405, 405, 405, 405, 405)),
    Ask("setting_list", (302, 404, 404, 404, 404, 404, 404), move="nonsense"),
    Ask("new_setting", (302, 404, 404, 404, 404, 404, 404), move="employees"),
    Ask(
        "new_complaint",
        (302, 302, 302, 302, 302, 403, 403),
        "post",
        sent=(
            ("name", "Noor"),
            ("what_happened", "Cold soup."),
            ("channel", "phone"),
            ("severity", 2),
            ("unit", "own"),
        ),
    ),
]


@pytest.fixture
def case(fern: Employee, max_: Employee, cara: Customer, request: pytest.FixtureRequest) -> Case:
    """With a picture, an absence, a mail set aside; elsewhere a remedy for Max to decide on, one ordered outside.

    A department has been asked for a cause and has named another, against which something is planned.
    """
    sheet = AbsenceSheet(employee=fern.pk, since=an_hour_ago(), until=an_hour_ago() + timedelta(days=1))
    keep_absence(None, sheet=sheet, by=fern, at=an_hour_ago())
    receive_mail(a_file("newsletter"), source=Source.PIPE, at=an_hour_ago())
    what = RemedyFacts(kind=RemedyKind.REFUND, words="The night is free.", amount=usd(300))
    propose_remedy(a_complaint(by=fern).reference, what, by=fern, at=an_hour_ago())
    _an_order(by=fern)
    keep_search("Rooms", {"q": "room"}, by=fern, at=an_hour_ago())
    room = FailureType.objects.create(name="Room")
    for name in ("Room not ready on time", "Room not clean"):
        FailureType.objects.create(parent=room, name=name)
    keepers = Employee.objects.create_user("keeper@demo.example", role=Role.ANALYST, unit=fern.unit, name="Kit Keeper")
    twins = [a_customer(name="Cara Castilo"), a_customer(name="Noor"), a_customer(name="Noor")]
    name_double(cara.pk, twins[0].pk, by=keepers, at=an_hour_ago())
    merge_customers(twins[1].pk, twins[2].pk, by=keepers, at=an_hour_ago())
    _a_cause(request.getfixturevalue("quinn"), request.getfixturevalue("hana"), accused=fern)
    return a_complaint(by=fern, customer=cara, files=[a_picture()])


@pytest.fixture(autouse=True)
def _authorities(db: None) -> None:
    for tier, cap in ((Tier.FRONT_LINE, 200), (Tier.MANAGER, 2000), (Tier.VP, 20000)):
        an_authority(tier, cap)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("ask", TABLE, ids=str)
def test_everybody_gets_what_their_tier_and_unit_allow(
    ask: Ask, who: str, case: Case, max_: Employee, fern: Employee, client: Client, request: pytest.FixtureRequest
) -> None:
    Message.objects.update(state=MessageState.FAILED, reason="550 no such mailbox")
    employee = None if who == "stranger" else request.getfixturevalue(who)
    if employee:
        client.force_login(employee)
    file = file_of(case.customer).fingerprint
    stand_ins = {
        "file": file,
        "max_": max_.pk,
        "other": a_complaint(by=fern).reference,
        "cara": case.customer_id,
        "twin": Customer.objects.get(name="Cara Castilo").pk,
        "dirty": FailureType.objects.get(name="Room not clean").pk,
        "own": employee.unit_id if employee else 1,
        "today": now().date(),
    }
    if ask.move == "tell":
        request.getfixturevalue("vera")  # who would decide on what is said of Max
    if ask.name in {"remedy_step", "voucher"}:
        _a_remedy_for(ask.move, case, by=fern, superior=max_)
    case.refresh_from_db()
    stand_ins["now"] = case.version
    if dict(ask.sent).get("version") == "handed_up":
        stand_ins["handed_up"] = escalate(case.reference, reason="Beyond me.", by=fern, at=an_hour_ago()).version
    sent = {name: stand_ins.get(value, value) for name, value in ask.sent}

    answer = getattr(client, ask.method)(_address(ask, case), sent)
    _read(answer)

    assert answer.status_code == ask.statuses[PEOPLE.index(who)]
    if who == "stranger":
        assert answer["Location"].startswith("/account/login/")


@pytest.mark.parametrize("who", PEOPLE[1:])
def test_asking_changes_nothing(
    who: str, case: Case, fern: Employee, max_: Employee, client: Client, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    _a_remedy_for("", case, by=fern, superior=max_)
    before = _everything(case)

    for ask in TABLE:
        _read(client.get(_address(ask, case)))
        _read(client.head(_address(ask, case)))

    assert _everything(case) == before


@pytest.mark.parametrize("written", [str.lower, lambda reference: reference.replace("C-", "")])
def test_a_reference_in_an_address_may_be_written_as_it_is_heard(
    written: Callable[[str], str], case: Case, client: Client, fern: Employee
) -> None:
    client.force_login(fern)

    assert case.reference in client.get(f"/desk/complaints/{written(case.reference)}/").content.decode()


@pytest.mark.parametrize("reference", ["%00", "C-%00", "%F0%9F%98%80", "C-00000001", "x" * 500])
def test_what_cannot_be_a_reference_leads_nowhere(reference: str, client: Client, fern: Employee) -> None:
    client.force_login(fern)

    for address in (f"/desk/complaints/{reference}/", f"/desk/complaints/{reference}/news/"):
        assert client.get(address).status_code == 404
    assert client.get(f"/api/v1/complaints/{reference}/").status_code == 404


def test_no_address_of_the_desk_is_missing_from_the_table() -> None:
    assert {pattern.name for pattern in urlpatterns} == {ask.name for ask in TABLE}
    assert {move.value for move in STEPS} <= {ask.move for ask in TABLE if (ask.name, ask.method) == ("step", "post")}
    assert {move.value for move in REMEDY_STEPS} == {
        ask.move for ask in TABLE if (ask.name, ask.method) == ("remedy_step", "post")
    }
    for name, steps in (
        ("investigation_step", INVESTIGATION_STEPS),
        ("action_step", ACTION_STEPS),
        ("hearing_step", HEARING_STEPS),
    ):
        assert {*steps} <= {ask.move for ask in TABLE if (ask.name, ask.method) == (name, "post")}


def _address(ask: Ask, case: Case) -> str:
    if "setting" in ask.name or ask.name == "cancel_absence":
        return reverse(f"desk:{ask.name}", args=_setting(ask))
    moved = [ask.move] if ask.name.endswith("_step") else []
    parts: dict[str, Callable[[], list[Any]]] = {
        "behind_authority_use": lambda: [case.unit_id, "climbed"],
        **dict.fromkeys(("retry_order", "settle_order"), lambda: [Order.objects.get().pk]),
        "approval": lambda: [Approval.objects.earliest("pk").pk],
        "attachment": lambda: [case.reference, Attachment.objects.get(case=case).pk],
        "bell_item": lambda: [Message.objects.filter(kind=Kind.STAFF_APPROVAL_ASKED).earliest("pk").pk],
        **dict.fromkeys(
            ("budget", "budget_sheet"), lambda: list(LedgerEntry.objects.values_list("authority", "holder")[0])
        ),
        **dict.fromkeys(("complaint", "news", "outlook", "slip"), lambda: [case.reference]),
        **dict.fromkeys(
            ("customer", "edit_customer", "trust_address", "consent", "compare"), lambda: [case.customer_id]
        ),
        **dict.fromkeys(("mail", "original_mail", "take_mail"), lambda: [Mail.objects.get().pk]),
        **dict.fromkeys(("message", "retry_message", "retry_messages_like"), lambda: [_newest_message(case)]),
        **dict.fromkeys(("saved_search", "drop_search"), lambda: [SavedSearch.objects.get(name="Rooms").pk]),
        **dict.fromkeys(
            ("investigation", "investigation_step"), lambda: [Investigation.objects.latest("pk").pk, *moved]
        ),
        **dict.fromkeys(("action", "action_step"), lambda: [CorrectiveAction.objects.get().pk, *moved]),
        **dict.fromkeys(("hearing", "hearing_step"), lambda: [Hearing.objects.earliest("pk").pk, *moved]),
        "double": lambda: [Suspicion.objects.earliest("pk").pk],
        **dict.fromkeys(
            ("merge_failure", "split_failure", "take_back_failure"),
            lambda: [FailureType.objects.get(name="Room not ready on time").pk],
        ),
        "merge": lambda: [Merge.objects.get().pk],
        "remedy_step": lambda: [case.reference, Remedy.objects.latest("pk").pk, ask.move],
        "step": lambda: [case.reference, *([ask.move] if ask.move else [])],
        **dict.fromkeys(("text", "text_back"), lambda: [ask.move, "en"]),
        "voucher": lambda: [case.reference, Remedy.objects.latest("pk").pk],
    }
    return reverse(f"desk:{ask.name}", args=parts.get(ask.name, list)())


def _an_order(*, by: Employee) -> None:
    """A gift that the customer took and that a system outside gives."""
    Endpoint.objects.create(name="Gifts", url="https://gifts.example/", secret="shared", kinds=["gift"])
    what = RemedyFacts(kind=RemedyKind.GIFT, words="Flowers.", amount=usd(30))
    case = a_complaint(by=by)
    offered = propose_remedy(case.reference, what, by=by, at=an_hour_ago())
    note_answer(case.reference, remedy=offered.pk, accepted=True, by=by, at=an_hour_ago())


def _a_cause(analyst: Employee, lead: Employee, *, accused: Employee) -> None:
    """Two matters: one with a cause and an action against it, the newer one open, in which something is alleged."""
    case = a_complaint(by=accused)
    area = FailureType.objects.create(name="Rooms of late guests")
    first = answered(asked(case, of=lead.unit, by=analyst, at=an_hour_ago()), by=lead, at=an_hour_ago())
    planned(first, area, owner=lead, by=analyst, at=an_hour_ago(), due_on=now().date() + timedelta(days=9))
    alleged(asked(case, of=lead.unit, by=analyst, at=an_hour_ago()), of=accused, by=analyst, at=an_hour_ago())


def _newest_message(case: Case) -> int:
    return Message.objects.filter(about=case.reference).latest("pk").pk


def _setting(ask: Ask) -> list[Any]:
    if ask.name == "cancel_absence":
        return [Absence.objects.get().pk]
    kind = [ask.move] if ask.move else []
    return [*kind, KINDS[Setting(ask.move)].rows()[0].pk] if ask.name == "setting" else kind


def _a_remedy_for(move: str, case: Case, *, by: Employee, superior: Employee) -> None:
    """One on which the move can be made; a voucher in the customer's hands, unless told otherwise."""
    offered = {RemedyMove.FULFIL, RemedyMove.ACCEPT, RemedyMove.DECLINE, RemedyMove.WITHDRAW}
    facts = RemedyFacts(
        kind=RemedyKind.VOUCHER,
        words="We are sorry.",
        amount=usd(500 if move == RemedyMove.SUBMIT else 100),
        proof=None if move in {RemedyMove.SUBMIT, *offered} else "",
    )
    remedy = propose_remedy(case.reference, facts, by=by, at=an_hour_ago())
    if move == RemedyMove.SUBMIT:
        ask_back(case.reference, remedy=remedy.pk, question="Which night?", by=superior, at=an_hour_ago())


def _read(answer: Any) -> None:
    """Read a download to its end, which closes its file."""
    if answer.streaming:
        list(answer.streaming_content)


def _everything(case: Case) -> list[Any]:
    case.refresh_from_db()
    return [
        Case.objects.filter(pk=case.pk).values().get(),
        Case.objects.count(),
        case.timeline.count(),
        list(Remedy.objects.order_by("pk").values()),
        list(Approval.objects.order_by("pk").values()),
        LedgerEntry.objects.count(),
        list(Order.objects.values()),
        list(Message.objects.order_by("pk").values()),
        TrackingLink.objects.count(),
        list(SavedSearch.objects.values()),
        list(Suspicion.objects.order_by("pk").values()),
        list(Merge.objects.values()),
        list(Investigation.objects.order_by("pk").values()),
        list(CorrectiveAction.objects.values()),
        list(Hearing.objects.values()),
        HearingEntry.objects.count(),
        list(FailureType.objects.order_by("pk").values()),
        list(Succession.objects.values()),
    ]
