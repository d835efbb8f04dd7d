"""Several workers and beats at one message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from complaints.customers.models import Customer
from complaints.handling.deliver_message import deliver_due, deliver_message
from complaints.outbox.models import Message, MessageState
from complaints.staff.models import Employee
from tests.factories import a_complaint
from tests.races.meeting import meet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def mails(tmp_path: Path, settings: Any) -> Path:
    """The folder that mails are written to."""
    settings.EMAIL_BACKEND = "complaints.outbox.mail_files.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def test_two_beats_and_four_workers_send_each_message_once(fern: Employee, cara: Customer, mails: Path) -> None:
    for _ in range(10):
        a_complaint(by=fern, customer=cara, at=AT)
    at = AT + timedelta(minutes=1)

    def sweep() -> int:
        return deliver_due(clock=lambda: at, most=3) + deliver_due(clock=lambda: at)

    def hints() -> int:
        waiting = Message.objects.values_list("message_id", flat=True)
        return sum(deliver_message(one, clock=lambda: at) for one in waiting)

    sent = meet(sweep, sweep, hints, hints, hints, hints)
    assert sum(count for count in sent if isinstance(count, int)) == 10, sent
    assert len(list(mails.glob("*.eml"))) == 10
    assert set(Message.objects.values_list("state", "attempts")) == {(MessageState.SENT, 1)}
