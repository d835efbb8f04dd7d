"""What a customer accepted goes to the system that gives it: once, with a reference, and never in the way of saving."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from complaints.cases.models import Case, TimelineEntry
from complaints.common.errors import NotPermitted, RemedyMovedOn
from complaints.common.flights import TRIES
from complaints.fulfilment import signing
from complaints.fulfilment.models import Endpoint, Order, OrderState, Trouble
from complaints.fulfilment.queries import orders_seen_by, resting
from complaints.handling.answer_offer import note_answer
from complaints.handling.confirm_fulfilment import confirm_fulfilment
from complaints.handling.fulfil_remedy import fulfil_remedy
from complaints.handling.retry_order import retry_order, settle_order
from complaints.handling.reverse_remedy import reverse_remedy
from complaints.handling.send_order import send_order
from complaints.outbox.breaker import MOST_FAILURES
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee, Unit
from tests.cast import Organisation
from tests.factories import a_complaint
from tests.fulfilment.conftest import SECRET, SOON, accepted, fresh, offered, order_of, sweep
from tests.fulfilment.outside import DRIP, DROP, HANG, Outside
from tests.remedies.purse import AT, later

pytestmark = pytest.mark.django_db


def test_what_is_accepted_is_sent_and_given_with_the_reference_of_the_answer(
    case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    remedy = accepted(case, fern)
    key = order_of(remedy).key

    assert sweep() == 1

    given = fresh(remedy)
    assert (given.status, given.proof) == (RemedyStatus.FULFILLED, f"PAY-{key[:6]}")
    assert order_of(remedy).state == OrderState.DONE
    told = TimelineEntry.objects.filter(case=case).latest("pk")
    assert (told.kind, told.facts["endpoint"], told.facts["reason"]) == ("remedy.sent", "Till & Pay", given.proof)
    assert sweep(later(days=2)) == 0, "nothing is left to do"


def test_the_system_is_told_what_to_give_under_a_signed_key(
    case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    key = order_of(accepted(case, fern)).key
    sweep()
    headers, body = outside.calls[0]
    assert json.loads(body) == {
        "key": key,
        "complaint": case.reference,
        "customer": "Cara Castillo",
        "kind": "refund",
        "amount": "50.00",
        "currency": "USD",
    }
    assert headers["idempotency-key"] == key
    told = {"timestamp": headers["recovery-timestamp"], "signature": headers["recovery-signature"]}
    assert signing.is_genuine(body, **told, secret=SECRET, at=SOON)
    assert not signing.is_genuine(body + b" ", **told, secret=SECRET, at=SOON)
    assert not signing.is_genuine(body, **told, secret=SECRET + "?", at=SOON)
    assert not signing.is_genuine(body, **told, secret=SECRET, at=SOON + timedelta(minutes=6)), "it is old by then"


def test_only_what_the_system_gives_is_ordered(case: Case, fern: Employee, till: Endpoint) -> None:
    accepted(case, fern, RemedyKind.GIFT)
    offered(case, fern)
    refused = offered(case, fern)
    note_answer(case.reference, remedy=refused.pk, accepted=False, by=fern, at=AT)
    assert not Order.objects.exists()


def test_the_system_of_the_unit_goes_before_that_of_the_company(
    case: Case, fern: Employee, till: Endpoint, organisation: Organisation
) -> None:
    def another(name: str, unit: Unit, *, is_active: bool = True) -> Endpoint:
        return Endpoint.objects.create(
            name=name, url="https://pay.example/", secret=SECRET, kinds=["refund"], unit=unit, is_active=is_active
        )

    another("Lakeside's", organisation.lakeside)
    another("Harbour's old one", organisation.harbour, is_active=False)
    another("The region's", organisation.region)
    own = another("Harbour's", organisation.harbour)
    assert order_of(accepted(case, fern)).endpoint == own


def test_a_hanging_system_keeps_nobody_from_saving(
    case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    outside.answer = lambda _key, _times: (HANG, None)
    began = time.monotonic()
    remedy = accepted(case, fern)
    assert time.monotonic() - began < 0.4
    assert not outside.calls, "nothing is sent while somebody waits"

    sweep()

    order = order_of(remedy)
    assert (order.state, order.trouble) == (OrderState.RETRY, Trouble.TIMED_OUT)
    assert fresh(remedy).status == RemedyStatus.ACCEPTED


def test_an_answer_that_drips_in_is_given_up_as_well(
    case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    outside.answer = lambda _key, _times: (DRIP, None)
    remedy, began = accepted(case, fern), time.monotonic()
    sweep()
    assert time.monotonic() - began < 3
    assert order_of(remedy).trouble == Trouble.TIMED_OUT


@pytest.mark.parametrize("first", [500, 503, 429, 401, 409, DROP, HANG])
def test_what_passes_is_tried_again_under_the_same_key_and_counted_once(
    first: int, case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    outside.answer = lambda key, times: (first, {}) if times == 1 else (201, {"reference": f"PAY-{key[:4]}"})
    remedy = accepted(case, fern)
    sweep()
    assert order_of(remedy).state == OrderState.RETRY

    sweep(SOON + timedelta(hours=1))

    assert fresh(remedy).proof.startswith("PAY-")
    assert len(outside.calls) == 2
    assert len(outside.paid) == 1, "one key, so it is paid once"


@pytest.mark.parametrize("status", [302, 400, 404, 410])
def test_what_is_refused_is_shown_and_can_be_sent_again(
    status: int, case: Case, fern: Employee, max_: Employee, otto: Employee, till: Endpoint, outside: Outside
) -> None:
    outside.answer = lambda _key, _times: (status, {"reference": "NO"})
    remedy = accepted(case, fern)
    sweep()
    order = order_of(remedy)
    assert (order.state, order.trouble, order.reason) == (OrderState.FAILED, Trouble.REFUSED, str(status))
    assert len(outside.calls) == 1, "no redirect is followed"
    assert TimelineEntry.objects.filter(case=case, kind="remedy.not_sent").count() == 1
    assert [one.pk for one in orders_seen_by(max_).orders] == [order.pk]
    assert not orders_seen_by(otto).orders

    outside.answer = lambda _key, _times: (200, {"reference": "PAY-7"})
    assert retry_order(order.pk, by=fern, at=SOON)
    assert not retry_order(order.pk, by=fern, at=SOON), "twice is once"
    assert TimelineEntry.objects.filter(case=case, kind="remedy.sent_again", actor_id=fern.pk).count() == 1
    sweep(SOON + timedelta(minutes=1))
    assert fresh(remedy).proof == "PAY-7"
    assert len(outside.paid) == 1


def test_after_enough_tries_it_is_shown_as_failed(case: Case, fern: Employee, till: Endpoint, outside: Outside) -> None:
    outside.answer = lambda _key, _times: (500, {})
    remedy = accepted(case, fern)
    for day in range(TRIES):
        assert order_of(remedy).state != OrderState.FAILED
        sweep(later(days=2 * day + 1))
    order = order_of(remedy)
    assert (order.state, order.attempts) == (OrderState.FAILED, TRIES)
    retry_order(order.pk, by=fern, at=later(days=30))
    sweep(later(days=31))
    assert order_of(remedy).state == OrderState.RETRY, "it has as many tries again"


def test_a_system_that_is_away_is_spared_and_uses_up_no_tries(
    case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    outside.answer = lambda _key, _times: (503, {})
    for _ in range(MOST_FAILURES + 4):
        accepted(case, fern)
    assert sweep() == MOST_FAILURES
    assert [one.endpoint for one in resting()] == [till]
    assert Order.objects.filter(attempts=0).count() == 4
    outside.answer = lambda key, _times: (200, {"reference": key})
    sweep(SOON + timedelta(hours=1))
    assert not resting()
    assert not Order.objects.exclude(state=OrderState.DONE).exists()


def test_without_a_reference_it_waits_for_the_call_that_names_it(
    case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    outside.answer = lambda _key, _times: (202, b"thank you")
    remedy = accepted(case, fern)
    sweep()
    order = order_of(remedy)
    assert (order.state, fresh(remedy).status) == (OrderState.TAKEN, RemedyStatus.ACCEPTED)
    assert sweep(later(days=9)) == 0

    confirm_fulfilment(order.key, reference="PAY-8", at=later(days=1))
    confirm_fulfilment(order.key, reference="PAY-8", at=later(days=1))
    with pytest.raises(RemedyMovedOn):
        confirm_fulfilment(order.key, reference="PAY-9", at=later(days=1))

    assert (fresh(remedy).status, fresh(remedy).proof) == (RemedyStatus.FULFILLED, "PAY-8")
    assert TimelineEntry.objects.filter(case=case, kind="remedy.sent").count() == 1


def test_given_by_hand_before_it_is_sent_nothing_is_sent(
    case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    remedy = accepted(case, fern)
    fulfil_remedy(case.reference, remedy=remedy.pk, proof="cash, receipt 12", by=fern, at=AT)
    assert sweep() == 0
    assert not outside.calls
    assert order_of(remedy).state == OrderState.BY_HAND


def test_given_by_hand_wins_and_the_reference_that_comes_later_is_kept(
    case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    outside.answer = lambda _key, _times: (202, {})
    remedy = accepted(case, fern)
    sweep()
    fulfil_remedy(case.reference, remedy=remedy.pk, proof="cash, receipt 12", by=fern, at=SOON)
    confirm_fulfilment(order_of(remedy).key, reference="PAY-8", at=SOON)
    assert fresh(remedy).proof == "cash, receipt 12"
    assert (order_of(remedy).state, order_of(remedy).reference) == (OrderState.BY_HAND, "PAY-8")


def test_a_remedy_reversed_before_it_is_sent_is_not_sent(
    case: Case, fern: Employee, max_: Employee, till: Endpoint, outside: Outside
) -> None:
    remedy = accepted(case, fern)
    reverse_remedy(case.reference, remedy=remedy.pk, reason="By mistake.", by=max_, at=AT)
    assert sweep() == 0
    assert not send_order(order_of(remedy).key, clock=lambda: SOON)
    assert (order_of(remedy).state, outside.calls) == (OrderState.CALLED_OFF, [])


@pytest.mark.parametrize("answer", [(200, {"reference": "PAY-1"}), (202, {}), (500, {}), (400, {})])
def test_a_remedy_reversed_after_it_was_sent_is_to_be_called_back(
    answer: tuple[int, object], case: Case, fern: Employee, max_: Employee, till: Endpoint, outside: Outside
) -> None:
    outside.answer = lambda _key, _times: answer
    remedy = accepted(case, fern)
    sweep()
    reverse_remedy(case.reference, remedy=remedy.pk, reason="By mistake.", by=max_, at=SOON)
    order = order_of(remedy)
    assert order.state == OrderState.RECALL
    assert sweep(later(days=9)) == 0
    if not order.reference:
        confirm_fulfilment(order.key, reference="PAY-1", at=SOON)
        assert fresh(remedy).status == RemedyStatus.REVERSED
    assert (order_of(remedy).state, order_of(remedy).reference) == (OrderState.RECALL, "PAY-1")
    assert settle_order(order.pk, by=fern, at=SOON)
    assert not settle_order(order.pk, by=fern, at=SOON)
    assert TimelineEntry.objects.filter(case=case, kind="remedy.called_back", actor_id=fern.pk).count() == 1


def test_who_reads_only_sends_nothing_again(
    case: Case, fern: Employee, quinn: Employee, till: Endpoint, outside: Outside
) -> None:
    outside.answer = lambda _key, _times: (400, {})
    order = order_of(accepted(case, fern))
    sweep()
    with pytest.raises(NotPermitted):
        retry_order(order.pk, by=quinn, at=SOON)


def test_an_endpoint_that_is_out_of_use_lets_its_orders_wait(
    case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    remedy = accepted(case, fern)
    Endpoint.objects.update(is_active=False)
    assert sweep() == 0
    assert not send_order(order_of(remedy).key, clock=lambda: SOON)
    Endpoint.objects.update(is_active=True)
    assert send_order(order_of(remedy).key, clock=lambda: SOON)


def test_orders_are_walked_by_key(
    case: Case, fern: Employee, max_: Employee, till: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("complaints.fulfilment.queries.PAGE", 2)
    made = [order_of(accepted(a_complaint(by=fern), fern)).pk for _ in range(3)]
    first = orders_seen_by(max_, state="queued")
    second = orders_seen_by(max_, state="queued", after=first.next_key)
    assert [one.pk for page in (first, second) for one in page.orders] == made[::-1]
