"""Texts on their way: what was tried with some words goes out with these."""

from __future__ import annotations

from dataclasses import replace

import pytest

from complaints.customers.models import Customer
from complaints.handling.retry_message import retry_message
from complaints.outbox.models import Message, MessageState, MessageText
from complaints.outbox.render import words_of
from complaints.staff.models import Employee
from tests.handling.test_keep_text import OURS, keep, receipt
from tests.outbox.conftest import AT, sweep
from tests.outbox.post_office import PostOffice


@pytest.mark.django_db(transaction=True)
def test_another_try_says_the_same_words(
    office: PostOffice,
    ada: Employee,
    fern: Employee,
    max_: Employee,
    cara: Customer,
) -> None:
    keep(OURS, by=ada)
    waiting = receipt(fern, customer=cara)
    Message.objects.exclude(pk=waiting.pk).delete()
    office.answer = lambda command: "550 5.7.1 refused" if command.startswith("MAIL") else ""
    sweep(waiting.look_again_at)
    failed = Message.objects.get(pk=waiting.pk)
    assert failed.state == MessageState.FAILED
    assert failed.worded_by == MessageText.objects.get()

    keep(replace(OURS, subject="Another", text="Another."), by=ada, seen=1)
    retry_message(waiting.pk, by=max_, at=AT)

    assert words_of(Message.objects.get(pk=waiting.pk)).subject == f"We got {waiting.about}"


@pytest.mark.django_db(transaction=True)
def test_what_left_keeps_the_version_and_the_language_it_left_with(
    office: PostOffice, ada: Employee, fern: Employee, cara: Customer
) -> None:
    keep(OURS, by=ada)
    waiting = receipt(fern, customer=cara)
    Message.objects.filter(pk=waiting.pk).update(language="fr")

    sweep(waiting.look_again_at)

    sent = Message.objects.get(pk=waiting.pk)
    assert (sent.state, sent.worded_by, sent.language) == (MessageState.SENT, MessageText.objects.get(), "en")
    assert office.mails[0]["Content-Language"] == "en"
    assert str(office.mails[0]["Subject"]) == f"We got {waiting.about}"
