"""A worker is killed at every line of the relay, one after the other; a healthy one goes on after each."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import connection

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.outbox.models import Kind, Message, MessageState
from complaints.staff.models import Employee
from recovery import env
from tests.factories import a_complaint
from tests.outbox.conftest import AT, queued, sweep
from tests.outbox.post_office import PostOffice

pytestmark = pytest.mark.django_db(transaction=True)

SOON: Final = AT + timedelta(minutes=1)
NURSERY: Final = """
import json, os, signal, sys
from collections import Counter
from datetime import datetime
from tests import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[2])
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from django.db import connections
from complaints.handling import deliver_message as relay
at = datetime.fromisoformat(sys.argv[3])
seen = Counter()

def deliver(job):
    def at_line(frame, event, _argument):
        if event == "line":
            seen[frame.f_lineno] += 1
            if frame.f_lineno == job["line"] and seen[frame.f_lineno] == job["nth"]:
                os.kill(os.getpid(), signal.SIGKILL)
        return at_line

    sys.settrace(lambda frame, *_: at_line if frame.f_code.co_filename == relay.__file__ else None)
    if job["message"]:
        relay.deliver_message(job["message"], clock=lambda: at)
    else:
        relay.deliver_due(clock=lambda: at, most=3)
    sys.settrace(None)

for words in sys.stdin:
    job = json.loads(words)
    if not job["line"]:  # in this very process, so that its children have read the texts already
        deliver(job)
        connections.close_all()
        print(json.dumps(seen), flush=True)
        seen.clear()
        continue
    child = os.fork()
    if not child:
        deliver(job)
        print("{}", flush=True)
        os._exit(0)
    if os.WIFSIGNALED(os.waitpid(child, 0)[1]):
        print("killed", flush=True)
"""


class Nursery:
    """Workers that live for one delivery each, and are killed at the line they are told."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def deliver(self, message: Message | None, *, line: int = 0, nth: int = 1) -> dict[int, int] | None:
        """Deliver a message, or what is due; how often each line was passed, or None where it was killed."""
        assert self._process.stdin
        assert self._process.stdout
        job = {"message": message.message_id if message else "", "line": line, "nth": nth}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline().strip()
        return None if said == "killed" else {int(line): times for line, times in json.loads(said).items()}


@pytest.fixture
def nursery(office: PostOffice) -> Iterator[Nursery]:
    with _nursery(office) as found:
        yield found


@contextmanager
def _nursery(office: PostOffice) -> Iterator[Nursery]:
    where = [str(connection.settings_dict["NAME"]), str(office.port), SOON.isoformat()]
    with subprocess.Popen(
        [sys.executable, "-c", NURSERY, *where], cwd=env.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Nursery(process)
        assert process.stdin
        process.stdin.close()


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    found: Case = a_complaint(by=fern, customer=cara, at=AT)
    Message.objects.all().delete()
    return found


def written(case: Case, number: int) -> Message:
    """What meets a deadline, so that its mark is written together with the case."""
    return queued(case, f"c{number}@demo.example", kind=Kind.WRITTEN, by="Fern Fuller", text="We are on it.")


def copies(office: PostOffice) -> Counter[str]:
    return Counter(str(mail["Message-ID"]) for mail in office.mails)


class TurnedAway:
    """A mail server that says to each recipient once: later."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __call__(self, command: str) -> str:
        """What to say to a command."""
        if not command.startswith("RCPT") or command in self._known:
            return ""
        self._known.add(command)
        return "451 4.3.0 later"


@pytest.mark.parametrize("is_turned_away", [False, True], ids=["taken", "turned away once"])
def test_a_hint_killed_at_any_line_sends_once_or_what_nobody_had_marked_twice(
    case: Case, office: PostOffice, nursery: Nursery, is_turned_away: bool
) -> None:
    def mood() -> Any:
        return TurnedAway() if is_turned_away else lambda _command: ""

    office.answer = mood()
    lines = nursery.deliver(written(case, 0))
    assert lines
    office.answer = mood()
    expected = {}
    for number, line in enumerate(sorted(lines), start=1):
        message = written(case, number)
        assert nursery.deliver(message, line=line) is None, f"killed at line {line}"
        message.refresh_from_db()
        in_doubt = copies(office)[message.message_id] == 1 and message.state != MessageState.SENT
        expected[message.message_id] = 2 if in_doubt and not is_turned_away else 1

    office.answer = lambda _command: ""
    for minutes in (3, 30, 300):
        while sweep(SOON + timedelta(minutes=minutes)):
            pass

    assert len(expected) > 40, "these are the lines of the relay"
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}
    received = copies(office)
    assert {name: received[name] for name in expected} == expected
    doubled = sum(times == 2 for times in expected.values())
    assert doubled == 0 if is_turned_away else 0 < doubled < 20, "only between what the server said and our mark"


def test_a_batch_killed_at_any_line_sends_once_or_the_one_in_the_air_twice(
    case: Case, office: PostOffice, nursery: Nursery
) -> None:
    for number in range(3):
        written(case, number)
    lines = nursery.deliver(None)
    assert lines
    waiting = [written(case, number) for number in range(3, 3 + 3 * len(lines))]
    in_doubt = 0
    for line, times in sorted(lines.items()):
        before = len(office.mails), Message.objects.filter(state=MessageState.SENT).count()
        assert nursery.deliver(None, line=line, nth=min(times, 2)) is None, f"killed at line {line}"
        after = len(office.mails), Message.objects.filter(state=MessageState.SENT).count()
        unmarked = (after[0] - before[0]) - (after[1] - before[1])
        assert unmarked in {0, 1}, "one was in the air at most"
        in_doubt += unmarked

    while sweep(SOON + timedelta(minutes=3)):
        pass

    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}
    received = copies(office)
    assert {message.message_id for message in waiting} <= received.keys(), "nothing is lost"
    assert received.total() == 3 + len(waiting) + in_doubt, "twice only what was taken and never marked"
    assert max(received.values()) <= 2
    assert 0 < in_doubt < 20
