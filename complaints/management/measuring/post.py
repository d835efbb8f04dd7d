"""Messages a second: two workers as the product runs them, and a mail server of our own that takes everything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.db.models import Max, Min

from complaints.cases.models import Case
from complaints.common.copying import copy_in, reserve_ids
from complaints.customers.models import UNSHOWN
from complaints.management.measuring.clients import project
from complaints.outbox.models import PRIORITY, Kind, Message, MessageState, Priority

LEAST_A_SECOND: Final = 150
WORKERS: Final = 2
_SHARES: Final = ((Kind.WRITTEN, 3), (Kind.RECEIVED, 4), (Kind.ESCALATED, 2), (Kind.CLOSED, 1))
_PATIENCE: Final = 180.0  # other jobs of the product may take both workers for as long as a sweep takes


@dataclass(frozen=True, slots=True)
class PostMeasured:
    """What two workers made of a backlog, in seconds from its first to its last, and what else they sent meanwhile.

    The jobs of the product go on: deadlines run out and are told of.
    """

    messages: int
    seconds: float
    sent: int
    arrived: int
    connections: int

    @property
    def a_second(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


def measure_post(*, messages: int, at: datetime, on_progress: Callable[[int], object]) -> PostMeasured:
    """Queue that many messages, most of them to different customers, and let two workers send them."""
    _let_nothing_else_wait()
    ids = _queue(messages, at=at - timedelta(minutes=1))
    with _MailServer() as server, _workers(server.port):
        left, since = messages, time.monotonic()
        while left:
            time.sleep(1)
            before, left = left, _ours(ids).exclude(state=MessageState.SENT).count()
            since = time.monotonic() if left < before else since
            if time.monotonic() - since > _PATIENCE:
                raise RuntimeError(f"The workers stopped with {left:,} messages left.")
            on_progress(messages - left)
    times = _ours(ids).aggregate(first=Min("sent_at"), last=Max("sent_at"))
    seconds = (times["last"] - times["first"]).total_seconds()
    sent = Message.objects.filter(sent_at__gte=at).count()
    return PostMeasured(messages, seconds, sent, server.mails, server.connections)


def _let_nothing_else_wait() -> None:
    Message.objects.filter(state__in=("queued", "in_flight", "retry")).delete()


def _ours(ids: range) -> Any:
    return Message.objects.filter(pk__gte=ids[0], pk__lte=ids[-1])


def _queue(messages: int, *, at: datetime) -> range:
    """Messages as verbs queue them, about the newest cases; no hints."""
    kinds = [kind for kind, share in _SHARES for _time in range(share)]
    cases = Case.objects.select_related("unit", "customer").defer(*UNSHOWN)
    about = list(cases.order_by("-filed_at")[: min(messages, 20_000)])
    ids = reserve_ids(Message, messages)
    rows = []
    for number, pk in enumerate(ids):
        case = about[number % len(about)]
        facts = {"by": "Fern Fuller", "text": case.what_happened, "what_happened": case.what_happened}
        facts |= {"responsible": "Fern Fuller", "unit": case.unit.name, "tier_name": "Manager", "outcome": "solved"}
        kind = kinds[number % len(kinds)]
        rows.append(
            Message(
                pk=pk,
                about=case.reference,
                unit=case.unit,
                kind=kind,
                priority=PRIORITY.get(kind, Priority.NORMAL),
                recipient=f"c{number}@post.example",
                recipient_name=case.customer.name,
                language=case.customer.language,
                facts={**facts, "due_at": at.isoformat()},
                dedupe_key=f"post {pk}",
                message_id=f"<post.{pk}@post.example>",
                created_at=at,
                look_again_at=at,
            )
        )
    copy_in(Message, rows)
    return range(ids[0], ids[-1] + 1)


@contextmanager
def _workers(port: int) -> Iterator[None]:
    """Celery's workers and beat with its turns, sending to our mail server; no hint of before is left to them."""
    environment = {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    celery = [sys.executable, "-m", "celery", "-A", "recovery"]
    worker = [*celery, "worker", "--concurrency", f"{WORKERS}", "--loglevel", "ERROR", "--without-gossip"]
    subprocess.run([*celery, "purge", "--force"], env=environment, cwd=project(), stdout=subprocess.DEVNULL, check=True)
    parts = [
        subprocess.Popen(words, env=environment, cwd=project(), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for words in (worker, [*celery, "beat", "--loglevel", "ERROR"])
    ]
    try:
        yield
    finally:
        for part in parts:
            part.send_signal(signal.SIGTERM)
        for part in parts:
            part.wait(30)


class _MailServer:
    """A mail server in a process of its own, for as long as the `with` lasts."""

    def __enter__(self) -> Self:
        words = [sys.executable, "-m", "complaints.management.measuring.mail_server"]
        self._process = subprocess.Popen(
            words, cwd=project(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_error: object) -> None:
        told, _nothing = self._process.communicate(timeout=30)
        self.mails, self.connections = map(int, told.split())
