from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import Error, transaction

from complaints.common.errors import CustomerNotYours, Invalid
from complaints.customers import consents
from complaints.customers.models import Consent, Customer, Purpose
from complaints.handling.merge_customers import merge_customers
from complaints.handling.note_consent import note_consent
from complaints.staff.models import Employee
from tests.factories import a_complaint, a_customer

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_what_was_agreed_and_withdrawn_is_there_with_its_moments(fern: Employee, cara: Customer) -> None:
    for hour, agrees in enumerate((True, True, False)):
        at = AT + timedelta(hours=hour)
        note_consent(cara.pk, purpose="survey", agrees=agrees, words="on the telephone", by=fern, at=at)
    said = [(one.agrees, one.at) for one in consents.history(cara)]
    assert said == [(False, AT + timedelta(hours=2)), (True, AT)]
    assert not consents.standing(cara)[Purpose.SURVEY].agrees


def test_nobody_rewrites_what_was_said(fern: Employee, cara: Customer) -> None:
    said = note_consent(cara.pk, purpose="survey", agrees=True, words="in a letter", by=fern, at=AT)
    with pytest.raises(Error), transaction.atomic():
        Consent.objects.filter(pk=said.pk).update(agrees=False)
    with pytest.raises(Error), transaction.atomic():
        said.delete()


def test_the_last_word_counts_whichever_file_it_was_said_to(fern: Employee, quinn: Employee, cara: Customer) -> None:
    double = a_customer(name="Kara Castillo")
    note_consent(cara.pk, purpose="news", agrees=True, words="in a letter", by=fern, at=AT)
    note_consent(double.pk, purpose="news", agrees=False, words="by mail", by=fern, at=AT + timedelta(hours=1))
    merge_customers(cara.pk, double.pk, by=quinn, at=AT + timedelta(hours=2))
    assert not consents.standing(cara)[Purpose.NEWS].agrees
    assert len(consents.history(cara)) == 2


@pytest.mark.parametrize(("purpose", "words"), [("", "by mail"), ("world peace", "by mail"), ("survey", " ")])
def test_what_cannot_be_taken_is_refused(fern: Employee, cara: Customer, purpose: str, words: str) -> None:
    with pytest.raises(Invalid):
        note_consent(cara.pk, purpose=purpose, agrees=True, words=words, by=fern, at=AT)


def test_only_who_may_change_the_file_notes_it(fern: Employee, otto: Employee, cara: Customer) -> None:
    a_complaint(by=fern, customer=cara)
    with pytest.raises(CustomerNotYours):
        note_consent(cara.pk, purpose="survey", agrees=True, words="by mail", by=otto, at=AT)
