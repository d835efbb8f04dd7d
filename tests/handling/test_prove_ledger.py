"""Every night the balances are proved, and every training that an authority rests on is renewed in time or named."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from complaints.customers.models import Customer
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.prove_ledger import prove_ledger
from complaints.handling.warn_of_training import expiring_ids, warn_of_training
from complaints.outbox.models import Kind, Message
from complaints.outbox.render import words_of
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import LedgerProof
from complaints.staff.models import Course, Employee, Tier, Training
from tests.factories import a_complaint
from tests.handling.climbing import told
from tests.remedies.purse import AT, an_authority, later, usd

pytestmark = pytest.mark.django_db
NIGHT = AT.replace(day=11, hour=7)  # three in New York


@pytest.fixture
def _spent(fern: Employee, max_: Employee, cara: Customer) -> None:
    an_authority(Tier.FRONT_LINE, 200)
    case = a_complaint(by=fern, customer=cara, at=AT)
    facts = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=usd(150))
    propose_remedy(case.reference, facts, by=fern, at=AT)


@pytest.mark.usefixtures("_spent")
def test_a_sound_ledger_is_proved_once_a_night_and_alarms_nobody(ada: Employee) -> None:
    assert not prove_ledger(at=NIGHT - timedelta(minutes=1)), "it is not night yet where the company is"
    assert prove_ledger(at=NIGHT)
    assert not prove_ledger(at=NIGHT + timedelta(hours=1))
    assert prove_ledger(at=NIGHT + timedelta(days=1))
    assert [proof.discrepancies for proof in LedgerProof.objects.all()] == [[], []]
    assert told(Kind.STAFF_LEDGER) == []


@pytest.mark.usefixtures("_spent")
def test_a_balance_that_is_not_the_sum_alarms_the_administrators(ada: Employee) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # a superuser past every trigger
        cursor.execute("UPDATE complaints_balance SET spent = spent - 1 WHERE scope = 'failure'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert prove_ledger(at=NIGHT)
    assert told(Kind.STAFF_LEDGER) == [ada.email]
    assert "0.00 + 149.00, by the entries 0.00 + 150.00 USD" in words_of(Message.objects.get(recipient=ada.email)).text


def warned(at: datetime) -> list[str]:
    for one in expiring_ids(at=at):
        warn_of_training(one, at=at)
    return told(Kind.STAFF_TRAINING)


def test_who_needs_a_training_is_warned_a_month_before_with_their_superior_and_once(
    fern: Employee, max_: Employee
) -> None:
    course = Course.objects.create(name="Making it right")
    an_authority(Tier.FRONT_LINE, 200, course=course)
    Training.objects.create(employee=fern, course=course, taken_on=date(2025, 4, 1), expires_on=date(2026, 4, 10))
    assert warned(later(days=-1)) == []
    assert warned(AT) == [fern.email, max_.email]
    assert warned(later(days=1)) == [fern.email, max_.email]
    [message] = Message.objects.filter(recipient=fern.email)
    assert "Making it right of Fern Fuller holds until 2026-04-10 only." in words_of(message).text


def test_nobody_is_warned_of_a_training_that_was_renewed_or_that_nothing_rests_on(fern: Employee) -> None:
    needed, idle = Course.objects.create(name="Making it right"), Course.objects.create(name="Napkin folding")
    an_authority(Tier.FRONT_LINE, 200, course=needed)
    for course in (needed, idle):
        Training.objects.create(employee=fern, course=course, taken_on=date(2025, 4, 1), expires_on=date(2026, 4, 1))
    Training.objects.create(employee=fern, course=needed, taken_on=date(2026, 3, 1), expires_on=date(2027, 3, 1))
    assert warned(AT) == []
