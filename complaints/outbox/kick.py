"""Hint to a worker that something waits. The hint may be lost: what the rows say is swept up a little later."""

from __future__ import annotations

import structlog
from celery import current_app
from celery.utils import uuid
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
DELIVER = "messages.deliver"
RECOMPUTE = "deadlines.recompute"
SEND_ORDER = "fulfilments.send"
_NOTHING_FOLLOWS = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


def on_commit(message_id: str) -> None:
    """Send the hint that a message waits after the transaction, and only then."""
    transaction.on_commit(lambda: _hint(DELIVER, message_id), robust=True)


def order_on_commit(key: str) -> None:
    """Send the hint that an order to a system outside waits after the transaction, and only then."""
    transaction.on_commit(lambda: _hint(SEND_ORDER, key), robust=True)


def recompute_on_commit() -> None:
    """Send the hint that deadlines have to be reckoned anew after the transaction, and only then."""
    transaction.on_commit(lambda: _hint(RECOMPUTE), robust=True)


def _hint(task: str, *ids: str) -> None:
    try:
        _publish(task, *ids)
    except (KombuError, RedisError, OSError) as error:
        log.warning("outbox.hint_lost", task=task, ids=ids, error=str(error))


def _publish(task: str, *ids: str) -> None:
    """Put the task into the default queue, written as Celery's message protocol (version 2) has it.

    `send_task` finds routes, declares queues and says more, none of which is needed here, in twice the time.
    """
    task_id = uuid()
    with current_app.producer_pool.acquire(block=True) as producer:
        producer.publish(
            [list(ids), {}, _NOTHING_FOLLOWS],
            exchange="",
            routing_key=current_app.conf.task_default_queue,
            serializer="json",
            correlation_id=task_id,
            headers={
                "lang": "py",
                "task": task,
                "id": task_id,
                "root_id": task_id,
                "parent_id": None,
                "group": None,
                "argsrepr": repr(list(ids)),
                "ignore_result": True,
            },
        )
