"""Hint to a worker that a message waits. The hint may be lost: the row is swept up a little later."""

from __future__ import annotations

import structlog
from celery import current_app
from celery.utils import uuid
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
DELIVER = "messages.deliver"
_NOTHING_FOLLOWS = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


def on_commit(message_id: str) -> None:
    """Send the hint after the transaction, and only then."""
    transaction.on_commit(lambda: _hint(message_id), robust=True)


def _hint(message_id: str) -> None:
    try:
        _publish(message_id)
    except (KombuError, RedisError, OSError) as error:
        log.warning("outbox.hint_lost", message_id=message_id, error=str(error))


def _publish(message_id: str) -> None:
    """Put the task into the default queue, written as Celery's message protocol (version 2) has it.

    `send_task` finds routes, declares queues and says more, none of which is needed here, in twice the time.
    """
    task_id = uuid()
    with current_app.producer_pool.acquire(block=True) as producer:
        producer.publish(
            [[message_id], {}, _NOTHING_FOLLOWS],
            exchange="",
            routing_key=current_app.conf.task_default_queue,
            serializer="json",
            correlation_id=task_id,
            headers={
                "lang": "py",
                "task": DELIVER,
                "id": task_id,
                "root_id": task_id,
                "parent_id": None,
                "group": None,
                "argsrepr": repr([message_id]),
                "ignore_result": True,
            },
        )
