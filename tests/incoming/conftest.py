from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.handling.deliver_message import deliver_due
from complaints.outbox.models import Kind, Message
from complaints.staff.models import Employee
from tests.factories import a_complaint
from tests.incoming.letters import AT, OUR_ADDRESS

EARLIER: Final = AT - timedelta(days=1)


@pytest.fixture(autouse=True)
def _addresses(settings: Any) -> None:
    """Meridian Hotels writes from one address and lets answers come back to it."""
    settings.DEFAULT_FROM_EMAIL = f"Meridian Hotels <{OUR_ADDRESS}>"
    settings.MAIL_REPLY_ADDRESS = OUR_ADDRESS
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    """Cara's complaint, which Fern looks after."""
    return a_complaint(by=fern, customer=cara, at=EARLIER)


@pytest.fixture
def receipt(case: Case, mailoutbox: list[Any]) -> Message:
    """Cara's receipt, which has left."""
    deliver()
    return Message.objects.get(kind=Kind.RECEIVED, about=case.reference)


def deliver() -> None:
    """Let everything leave that waits."""
    while deliver_due(clock=lambda: EARLIER + timedelta(minutes=1)):
        pass
