"""Hint to a worker that a message waits. The hint may be lost: the row is swept up a little later."""

from __future__ import annotations

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
DELIVER = "messages.deliver"


def on_commit(message_id: str) -> None:
    """Send the hint after the transaction, and only then."""
    transaction.on_commit(lambda: _hint(message_id), robust=True)


def _hint(message_id: str) -> None:
    try:
        current_app.send_task(DELIVER, args=[message_id], retry=False, ignore_result=True)
    except (KombuError, RedisError, OSError) as error:
        log.warning("outbox.hint_lost", message_id=message_id, error=str(error))
