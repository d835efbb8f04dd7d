"""Workers killed in the middle, over a real mail server: nothing is lost, and what is repeated was in the air."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import connection
from django.utils.timezone import now

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.handling.deliver_message import deliver_message
from complaints.jobs import tasks
from complaints.outbox.models import Message, MessageState
from complaints.staff.models import Employee
from recovery import env
from recovery.celery import app
from tests.factories import a_complaint
from tests.outbox.conftest import AT, queued, sweep
from tests.outbox.post_office import DROP, HANG, PostOffice
from tests.races.meeting import meet
from tests.recovery.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)
SOON = AT + timedelta(minutes=1)
WORKER: Final = """
import os, sys
from datetime import datetime
from tests import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[2])
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from complaints.handling.deliver_message import deliver_due
at = datetime.fromisoformat(sys.argv[3])
while deliver_due(clock=lambda: at, most=20):
    pass
"""
BEAT: Final = (
    WORKER.partition("at = ")[0]
    + """
import time
from django.utils.timezone import now
began, at, pace = datetime.fromisoformat(sys.argv[4]), datetime.fromisoformat(sys.argv[3]), int(sys.argv[5])
while True:
    deliver_due(clock=lambda: at + (now() - began) * pace, most=20)
    time.sleep(0.05)
"""
)
PACE: Final = 20
"""How many times faster time goes by for those beats: a pause of a minute takes three seconds."""


@pytest.fixture
def waiting(fern: Employee, cara: Customer) -> list[Message]:
    """More messages than go out before a worker is killed."""
    case: Case = a_complaint(by=fern, customer=cara, at=AT)
    Message.objects.all().delete()
    with app.connection_for_write() as broker:
        broker.default_channel.queue_purge("celery")  # type: ignore[attr-defined]
    return [queued(case, f"c{number}@demo.example") for number in range(400)]


def a_worker(office: PostOffice, *words: str, script: str = WORKER) -> subprocess.Popen[bytes]:
    where = [str(connection.settings_dict["NAME"]), str(office.port), SOON.isoformat()]
    return subprocess.Popen([sys.executable, "-c", script, *where, *words], cwd=env.ROOT)


class Moods:
    """A mail server that turns everybody away at first, and then every so many mails hangs, dies or says: later."""

    def __init__(self) -> None:
        self.turned_away = 0
        self.unacknowledged = 0
        self._commands: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, command: str) -> str:
        """What to say to a command, each mood once at a time: the next try of the same mail goes well."""
        with self._lock:
            self._commands[command[:4]] += 1
            if command == "(connects)" and self.turned_away < 4:
                self.turned_away += 1
                return DROP
            nth = self._commands[command[:4]]
            if command.startswith("RCPT") and nth % 61 == 0:
                return "451 4.3.0 later"
            if command.startswith("MAIL") and nth % 307 == 0:
                return HANG
            if command.startswith("DATA") and nth % 211 == 0:
                return DROP
            if command == "." and nth % 127 == 0:
                self.unacknowledged += 1
                return DROP
        return ""


def test_killed_workers_lose_nothing_and_repeat_at_most_what_was_in_the_air(
    waiting: list[Message], office: PostOffice
) -> None:
    workers = [a_worker(office), a_worker(office)]
    for number, worker in enumerate(workers, start=1):
        enough = 15 * number
        assert eventually(lambda enough=enough: len(office.mails) >= enough)  # type: ignore[misc]
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
    left = Message.objects.exclude(state=MessageState.SENT).count()
    assert left > 0, "the second was killed before all was done"
    while sweep(SOON + timedelta(minutes=3)):
        pass
    received = Counter(office.recipients())
    assert set(received) == {message.recipient for message in waiting}
    assert received.total() <= len(waiting) + len(workers), "each of the two can have had one in the air"
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}


def test_a_thousand_messages_come_through_a_moody_server_and_killed_beats(
    fern: Employee, cara: Customer, office: PostOffice
) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    Message.objects.all().delete()
    waiting = [queued(case, f"c{number}@demo.example") for number in range(1000)]
    moods = office.answer = Moods()
    began = now().isoformat()

    beats = [a_worker(office, began, str(PACE), script=BEAT) for _beat in range(2)]
    killed = 0
    try:
        for enough in (150, 400, 650):
            assert eventually(lambda enough=enough: len(office.mails) >= enough, seconds=60)  # type: ignore[misc]
            beats[0].send_signal(signal.SIGKILL)
            beats[0].wait(10)
            killed += 1
            beats = [*beats[1:], a_worker(office, began, str(PACE), script=BEAT)]
        assert eventually(lambda: not Message.objects.exclude(state=MessageState.SENT).exists(), seconds=120)
    finally:
        for beat in beats:
            beat.kill()
            beat.wait(10)

    copies = Counter(str(mail["Message-ID"]) for mail in office.mails)
    assert copies.keys() == {message.message_id for message in waiting}, "nothing is lost"
    repeated = copies.total() - len(waiting)
    assert moods.unacknowledged > 0
    assert repeated <= moods.unacknowledged + killed, "twice, under one name, only what was never acknowledged"


@pytest.mark.race
def test_two_workers_and_four_hints_send_each_once_though_the_server_is_moody(
    waiting: list[Message], office: PostOffice
) -> None:
    refused: set[str] = set()

    def once(command: str) -> str:
        """Refuse every fifth recipient the first time."""
        if command.startswith("RCPT") and command.endswith(("0@demo.example>", "5@demo.example>")):
            known = command in refused
            refused.add(command)
            return "" if known else "450 4.2.0 later"
        return ""

    office.answer = once
    names = [message.message_id for message in waiting]

    def beat() -> int:
        return sum(iter(lambda: sweep(SOON, most=7), 0))

    def hints() -> int:
        return sum(deliver_message(name, clock=lambda: SOON) for name in names)

    found = meet(beat, beat, hints, hints, hints, hints)
    assert all(isinstance(one, int) for one in found), found
    for hour in range(1, 4):
        while sweep(SOON + timedelta(hours=hour)):
            pass
    assert Counter(office.recipients()) == Counter(message.recipient for message in waiting)


def test_a_worker_who_finds_a_backlog_calls_another_to_help(waiting: list[Message], office: PostOffice) -> None:
    assert tasks.send_missed() == len(waiting)
    with app.connection_for_read() as broker:
        channel: Any = broker.default_channel
        call = channel.basic_get("celery", no_ack=True)
        assert channel.basic_get("celery") is None, "one, not one for each batch"
    assert call.headers["task"] == "messages.send_missed"
    assert call.payload[0] == [tasks.HELPERS - 1]
    assert call.headers["expires"], "who comes late has nothing to help with"


def test_a_few_messages_need_no_help(waiting: list[Message], office: PostOffice) -> None:
    Message.objects.exclude(pk__in=[message.pk for message in waiting[:5]]).delete()
    assert tasks.send_missed() == 5
    with app.connection_for_read() as broker:
        assert broker.default_channel.basic_get("celery") is None  # type: ignore[attr-defined]
