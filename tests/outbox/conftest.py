from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from complaints.cases.models import Case
from complaints.handling.deliver_message import deliver_due
from complaints.outbox import queue
from complaints.outbox.models import Kind, Message
from tests.outbox.post_office import PostOffice, post_office

AT: Final = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def office(settings: Any) -> Iterator[PostOffice]:
    """A mail server that takes everything, until it is told otherwise."""
    with post_office(settings) as opened:
        yield opened


def queued(
    case: Case, address: str, *, kind: Kind = Kind.RECEIVED, at: datetime = AT, occasion: str = "", **facts: Any
) -> Message:
    """A message about a case to any address, as a verb queues it; no hint follows."""
    to = queue.Recipient(address=address, name="Somebody", language="en", is_customer=not kind.startswith("staff_"))
    message = queue.drafted(kind, to=to, about=case.reference, unit=case.unit, occasion=occasion, facts=facts, at=at)
    message.save()
    return message


def sweep(at: datetime, *, most: int = 50) -> int:
    """Send what is due at a moment; how many were taken up."""
    return deliver_due(clock=lambda: at, most=most)
