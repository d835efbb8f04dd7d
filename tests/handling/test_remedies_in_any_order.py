"""Any sequence of steps: never below zero, always the sum of the entries, everything given back at most once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from complaints.cases.models import Case
from complaints.common.errors import RecoveryError
from complaints.customers.models import Customer
from complaints.handling.answer_offer import note_answer
from complaints.handling.decide_approval import approve, ask_back, refuse
from complaints.handling.expire_remedy import expire_remedy
from complaints.handling.fulfil_remedy import fulfil_remedy
from complaints.handling.pass_up_approval import pass_up_approval
from complaints.handling.propose_remedy import RemedyFacts, answer_question, propose_remedy
from complaints.handling.reverse_remedy import reverse_remedy
from complaints.handling.withdraw_remedy import withdraw_remedy
from complaints.remedies import ledger
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Authority, Balance, LedgerEntry, LedgerKind, Remedy
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint
from tests.remedies.purse import AT, an_authority, usd

pytestmark = pytest.mark.django_db

STEPS = (
    "propose", "approve", "another", "refuse", "ask_back", "answer", "accept", "decline", "fulfil", "reverse",
    "withdraw", "expire", "pass_up", "twin", "lower", "raise",
)  # fmt: skip
TAKING = {RemedyStatus.AWAITING, RemedyStatus.OFFERED, RemedyStatus.ACCEPTED, RemedyStatus.FULFILLED}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=some.lists(
        some.tuples(some.sampled_from(STEPS), some.integers(0, 5), some.integers(1, 25_000), some.integers(0, 3)),
        min_size=3,
        max_size=25,
    )
)
def test_whatever_happens_the_ledger_is_sound(
    fern: Employee, max_: Employee, vera: Employee, cara: Customer, steps: list[tuple[str, int, int, int]]
) -> None:
    people = [fern, max_, vera, max_]
    with transaction.atomic():
        an_authority(Tier.FRONT_LINE, 100, 150, per_customer=120, customer_days=20)
        an_authority(Tier.MANAGER, 200, 260, per_customer=240, customer_days=30)
        an_authority(Tier.VP, 300, 500)
        cases = [a_complaint(by=fern, customer=cara, at=AT), a_complaint(by=fern, at=AT)]
        for number, (step, which, cents, who) in enumerate(steps):
            with suppress(RecoveryError), transaction.atomic():
                take(step, cases, which, Decimal(cents) / 100, people[who], days=number)
            is_sound()
        transaction.set_rollback(True)


def take(step: str, cases: list[Case], which: int, amount: Decimal, by: Employee, *, days: int) -> None:
    """One step of the sequence, on one of the remedies there are."""
    at, case = AT + timedelta(days=3 * days), cases[which % 2]
    if step == "propose":
        facts = RemedyFacts(kind=RemedyKind.REFUND, words="Sorry.", amount=usd(str(amount)))
        propose_remedy(case.reference, facts, by=by, at=at)
    elif step == "twin":
        Case.objects.filter(pk=cases[1].pk).update(duplicate_of=cases[0])
    elif step in {"lower", "raise"}:
        Authority.objects.filter(tier=by.tier).update(per_failure=50 if step == "lower" else 250)
    elif remedies := list(Remedy.objects.order_by("pk")):
        one = remedies[which % len(remedies)]
        on: dict[str, Any] = {"reference": one.case.reference, "remedy": one.pk, "by": by, "at": at}
        verbs: dict[str, Callable[[], object]] = {
            "approve": lambda: approve(**on),
            "another": lambda: approve(**on, amount=usd(str(amount))),
            "refuse": lambda: refuse(**on, reason="No."),
            "ask_back": lambda: ask_back(**on, question="Why?"),
            "answer": lambda: answer_question(**on, text="So.", amount=usd(str(amount))),
            "accept": lambda: note_answer(**on, accepted=True),
            "decline": lambda: note_answer(**on, accepted=False),
            "fulfil": lambda: fulfil_remedy(**on, proof="PAY"),
            "reverse": lambda: reverse_remedy(**on, reason="Oops."),
            "withdraw": lambda: withdraw_remedy(**on, reason="Oops."),
            "expire": lambda: expire_remedy(one.pk, at=AT + timedelta(days=60 + days)),
            "pass_up": lambda: pass_up_approval(one.pk, at=at + timedelta(days=4)),
        }
        verbs[step]()


def is_sound() -> None:
    """What must hold at every moment, reckoned here from the entries alone."""
    assert ledger.discrepancies() == []
    for balance in Balance.objects.all():
        assert min(balance.held, balance.spent, balance.taken) >= 0
        assert balance.cap is None or balance.taken <= balance.cap
    moved: dict[int, list[str]] = defaultdict(list)
    for entry in LedgerEntry.objects.order_by("pk"):
        moved[entry.hold_id or entry.pk].append(entry.kind)
    for kinds in moved.values():
        assert kinds[0] == LedgerKind.HOLD
        assert kinds.count(LedgerKind.SPEND) <= 1
        assert kinds.count(LedgerKind.RELEASE) + kinds.count(LedgerKind.REVERSE) <= 1
    for remedy in Remedy.objects.all():
        held = ledger.standing(remedy)
        waits_for_whoever = remedy.approvals.filter(decision="", asked_of=None).exists()
        assert (held is not None) == (remedy.status in TAKING and not waits_for_whoever), remedy.status
