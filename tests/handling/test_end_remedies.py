"""What becomes of remedies when their complaint is closed: nothing undecided waits on, no promise is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from django.test import Client
from django.utils import translation

from complaints.cases import links
from complaints.cases.models import Case, TimelineEntry
from complaints.cases.sentences import sentence_for_customer, sentence_for_staff
from complaints.cases.states import Outcome
from complaints.common.errors import RemedyMovedOn
from complaints.customers.models import Customer
from complaints.handling.answer_offer import answer_offer
from complaints.handling.answer_resolution import answer_resolution
from complaints.handling.confirm_solved import confirm_solved
from complaints.handling.decide_approval import approve, ask_back
from complaints.handling.expire_remedy import expire_remedy
from complaints.handling.fulfil_remedy import fulfil_remedy
from complaints.handling.let_rest import let_rest
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.reopen import reopen
from complaints.handling.resolve import resolve
from complaints.handling.withdraw import withdraw
from complaints.handling.withdraw_remedy import withdraw_remedy
from complaints.outbox.models import Kind, Message
from complaints.outbox.render import words_of
from complaints.remedies import ledger
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Approval, Decision, Remedy
from complaints.remedies.queries import WALK, how_many_wait, to_give
from complaints.remedies.states import ENDED_BY, RemedyStatus
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint
from tests.handling.climbing import happened, told
from tests.remedies.purse import AT, an_authority, later, left, movements, usd

pytestmark = pytest.mark.django_db

KEPT: Final = ("accepted", "fulfilled", "offered")


@pytest.fixture(autouse=True)
def _authorities(db: None) -> None:
    an_authority(Tier.FRONT_LINE, 1000)
    an_authority(Tier.MANAGER, 20000)


@pytest.fixture
def case(fern: Employee, max_: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara, at=AT)


def propose(case: Case, by: Employee, amount: float, **facts: Any) -> Remedy:
    what = RemedyFacts(**{"kind": RemedyKind.GIFT, "words": "Sorry.", "amount": usd(amount), **facts})
    return propose_remedy(case.reference, what, by=by, at=AT)


def one_of_each(case: Case, fern: Employee, max_: Employee) -> dict[str, Remedy]:
    """A remedy at every place where one may rest before it is given, and one that was given."""
    asked_back = propose(case, fern, 5000)
    ask_back(case.reference, remedy=asked_back.pk, question="Why?", by=max_, at=AT)
    accepted = propose(case, fern, 20)
    answer_offer(links.mint(case, at=AT), remedy=accepted.pk, accepted=True, at=AT)
    return {
        "proposed": asked_back,
        "accepted": accepted,
        "offered": propose(case, fern, 10),
        "fulfilled": propose(case, fern, 30, proof="Basket 7"),
        "awaiting": propose(case, fern, 6000),
    }


def standing(remedies: dict[str, Remedy]) -> dict[str, str]:
    return {name: Remedy.objects.get(pk=one.pk).status for name, one in remedies.items()}


def solved_in_person(case: Case, fern: Employee) -> None:
    confirm_solved(case.reference, text="A new room.", by=fern, at=AT)


def solved_on_their_page(case: Case, fern: Employee) -> None:
    resolve(case.reference, text="A new room.", by=fern, at=AT)
    answer_resolution(links.mint(case, at=AT), solved=True, rating=5, at=AT)


def left_unanswered(case: Case, fern: Employee) -> None:
    resolve(case.reference, text="A new room.", by=fern, at=AT)
    assert let_rest(case.pk, at=later(days=15))


def marked_as_a_duplicate(case: Case, fern: Employee) -> None:
    original = a_complaint(by=fern, customer=case.customer, at=AT)
    mark_duplicate(case.reference, original=original.reference, by=fern, at=AT)


@pytest.mark.parametrize("close", [solved_in_person, solved_on_their_page, left_unanswered, marked_as_a_duplicate])
def test_a_closed_complaint_leaves_nothing_undecided_and_breaks_no_promise(
    close: Callable[[Case, Employee], None], case: Case, fern: Employee, max_: Employee
) -> None:
    remedies = one_of_each(case, fern, max_)

    close(case, fern)

    assert standing(remedies) == {name: name if name in KEPT else "withdrawn" for name in remedies}
    assert movements(remedies["awaiting"]) == ["hold", "release"]
    assert movements(remedies["accepted"]) == movements(remedies["offered"]) == ["hold", "spend"]
    assert Approval.objects.get(remedy=remedies["awaiting"]).decision == Decision.DROPPED
    assert how_many_wait(max_, at=AT, most=9) == 0
    assert ledger.discrepancies() == []


def test_who_withdraws_keeps_what_they_accepted_and_loses_what_was_only_offered(
    case: Case, fern: Employee, max_: Employee
) -> None:
    remedies = one_of_each(case, fern, max_)

    withdraw(case.reference, reason="She called.", by=fern, at=AT)

    assert standing(remedies) == {
        "proposed": "withdrawn",
        "awaiting": "withdrawn",
        "offered": "withdrawn",
        "accepted": "accepted",
        "fulfilled": "fulfilled",
    }
    assert movements(remedies["offered"]) == ["hold", "spend", "release"]
    [message] = Message.objects.filter(kind=Kind.CLOSED)
    for words in (words_of(message).text, words_of(message).html):
        assert "What we had offered you and you had not accepted ends with it" in words
        assert "Gift, $10.00" in words
        assert "$5,000" not in words
        assert "$6,000" not in words, "the customer hears of nothing that was not authorised"
    assert told(Kind.REMEDY_WITHDRAWN) == [], "one mail is enough"


def test_every_outcome_says_what_it_ends() -> None:
    assert set(ENDED_BY) == set(Outcome)
    assert all(not ends & {RemedyStatus.ACCEPTED, RemedyStatus.FULFILLED} for ends in ENDED_BY.values())


def test_the_page_tells_each_what_is_their_business(case: Case, fern: Employee, max_: Employee) -> None:
    propose(case, fern, 10)
    propose(case, fern, 5000)
    withdraw(case.reference, reason="She called.", by=fern, at=AT)
    asked, offered = sorted(TimelineEntry.objects.filter(case=case, kind="remedy.ended"), key=lambda one: one.public)
    assert sentence_for_staff(asked) == "Withdrawn, as the complaint was closed: Gift, $5,000.00"
    assert sentence_for_customer(asked) == ""
    assert sentence_for_customer(offered) == "Our offer ended with your complaint: Gift, $10.00"
    with translation.override("zh-hans"):
        assert "US$10.00" in sentence_for_customer(offered)


def test_who_was_asked_is_told_that_there_is_nothing_to_decide(case: Case, fern: Employee, max_: Employee) -> None:
    remedy = propose(case, fern, 5000)
    solved_in_person(case, fern)
    [message] = Message.objects.filter(kind=Kind.STAFF_APPROVAL_DROPPED)
    assert message.recipient == max_.email
    approval = Approval.objects.get(remedy=remedy)
    for words in (words_of(message).text, words_of(message).html):
        assert "The complaint was closed before anybody decided." in words
        assert f"/desk/approvals/{approval.pk}/" in words


def test_who_closes_it_is_not_told_what_they_know(case: Case, fern: Employee, max_: Employee) -> None:
    propose(case, fern, 5000)
    confirm_solved(case.reference, text="Done.", by=max_, at=AT)
    assert told(Kind.STAFF_APPROVAL_DROPPED) == []


def test_who_was_asked_is_told_of_a_proposal_taken_back(case: Case, fern: Employee, max_: Employee) -> None:
    remedy = propose(case, fern, 5000)
    withdraw_remedy(case.reference, remedy=remedy.pk, reason="By mistake.", by=fern, at=AT)
    [message] = Message.objects.filter(kind=Kind.STAFF_APPROVAL_DROPPED)
    assert "By mistake." in words_of(message).text


def test_opening_it_again_resurrects_nothing(case: Case, fern: Employee, max_: Employee) -> None:
    remedies = one_of_each(case, fern, max_)
    withdraw(case.reference, reason="She called.", by=fern, at=AT)
    before = left(fern, case)

    reopen(case.reference, reason="She changed her mind.", by=fern, at=later(hours=1))

    assert standing(remedies)["offered"] == standing(remedies)["awaiting"] == "withdrawn"
    assert left(fern, case) == before
    token = links.mint(case, at=AT)
    with pytest.raises(RemedyMovedOn):
        answer_offer(token, remedy=remedies["offered"].pk, accepted=True, at=later(hours=2))
    with pytest.raises(RemedyMovedOn):
        approve(case.reference, remedy=remedies["awaiting"].pk, by=max_, at=later(hours=2))


def test_an_offer_outlives_a_solved_complaint_until_its_day(case: Case, fern: Employee) -> None:
    first, second = propose(case, fern, 10), propose(case, fern, 20)
    solved_in_person(case, fern)
    answer_offer(links.mint(case, at=AT), remedy=first.pk, accepted=True, at=later(days=30))
    fulfil_remedy(case.reference, remedy=first.pk, proof="Basket 7", by=fern, at=later(days=31))
    assert expire_remedy(second.pk, at=later(days=91))
    assert standing({"first": first, "second": second}) == {"first": "fulfilled", "second": "expired"}
    assert Case.objects.get(pk=case.pk).status == "closed"


def test_closing_twice_withdraws_once(case: Case, fern: Employee, max_: Employee) -> None:
    remedy = propose(case, fern, 5000)
    for _ in range(2):
        withdraw(case.reference, reason="She called.", by=fern, at=AT, submission="form")
    assert movements(remedy) == ["hold", "release"]
    assert happened(case).count("remedy.ended") == 1


# Still to be given


def accepted(case: Case, fern: Employee) -> Remedy:
    remedy = propose(case, fern, 1)
    return answer_offer(links.mint(case, at=AT), remedy=remedy.pk, accepted=True, at=AT)


def test_what_was_accepted_stays_listed_until_it_is_given(
    case: Case, fern: Employee, otto: Employee, quinn: Employee
) -> None:
    remedy = accepted(case, fern)
    propose(case, fern, 2)
    solved_in_person(case, fern)
    assert [one.pk for one in to_give(fern).remedies] == [remedy.pk]
    assert [one.pk for one in to_give(quinn).remedies] == [remedy.pk]
    assert to_give(otto).remedies == []
    fulfil_remedy(case.reference, remedy=remedy.pk, proof="Basket 7", by=fern, at=later(days=1))
    assert to_give(fern).remedies == []


def test_the_list_is_paged_by_key_and_shows_everything_once(
    case: Case, fern: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = [accepted(case, fern).pk for _ in range(30)]
    first = to_give(fern)
    second = to_give(fern, after=first.next_key)
    assert [one.pk for page in (first, second) for one in page.remedies] == mine
    assert second.next_key == ""
    monkeypatch.setattr("complaints.remedies.queries.WALK", 10)
    seen, key = list[int](), ""
    while True:
        page = to_give(fern, after=key)
        seen += [one.pk for one in page.remedies]
        key = page.next_key
        if not key:
            break
    assert seen == mine, "the walk goes on where it ended"
    assert WALK == 1000


def test_the_page_names_what_and_for_whom(case: Case, fern: Employee, client: Client) -> None:
    accepted(case, fern)
    solved_in_person(case, fern)
    client.force_login(fern)
    page = client.get("/desk/to-give/").content.decode()
    assert "Gift, $1.00" in page
    assert "Cara Castillo" in page
    assert case.reference in page


def test_an_empty_page_says_so(fern: Employee, client: Client) -> None:
    client.force_login(fern)
    assert "Everything that was accepted has been given." in client.get("/desk/to-give/").content.decode()


def test_days_pass_and_no_job_undoes_it(case: Case, fern: Employee, max_: Employee) -> None:
    remedy = propose(case, fern, 5000)
    solved_in_person(case, fern)
    assert not expire_remedy(remedy.pk, at=AT + timedelta(days=60))
    assert standing({"it": remedy}) == {"it": "withdrawn"}
