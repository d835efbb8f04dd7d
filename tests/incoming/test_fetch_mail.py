"""Mail fetched over real connections: each once, none lost, whoever else reads, dies, or fetches at the same time."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.db import connection

from complaints.cases.models import Case
from complaints.handling.fetch_mail import fetch_mail
from complaints.incoming.letter import LARGEST
from complaints.incoming.models import Aside, Fetched, Mail, Mailbox, MailState, Source, Tally
from complaints.incoming.queries import mailboxes_in_trouble
from complaints.jobs import rounds
from recovery import env
from tests.cast import Organisation
from tests.incoming.imap_server import MailServer, pymap, stubborn
from tests.incoming.letters import a_file, a_mail
from tests.races.meeting import meet

WORKER: Final = """
import os, signal, sys
from tests import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from django.utils.timezone import now
from complaints.handling import fetch_mail, receive_mail
from recovery.env import Imap
module, name = sys.argv[3].split(".")
place = {"places": fetch_mail.places, "receive_mail": receive_mail}[module]
setattr(place, name, lambda *_args, **_more: os.kill(os.getpid(), signal.SIGKILL))
where = Imap("127.0.0.1", int(sys.argv[2]), "demouser", "demopass", "Complaints in", "imap")
fetch_mail.fetch_mail(where, clock=now)
"""


@pytest.fixture(scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with pymap(tmp_path_factory.mktemp("imap") / "log") as opened:
        yield opened


@pytest.fixture
def server(_server: MailServer) -> MailServer:
    """A real IMAP server, whose folder for complaints is empty."""
    _server.number_anew()
    return _server


def now() -> datetime:
    return datetime.now(UTC)


def three() -> list[bytes]:
    return [a_mail(f"Room {number} was cold.", name=f"imap-{number}@demo.example") for number in range(3)]


@pytest.mark.django_db
def test_each_mail_is_fetched_once_and_left_as_it_was(server: MailServer, organisation: Organisation) -> None:
    server.put(*three(), a_file("newsletter"))
    assert fetch_mail(server.where, clock=now) == 4
    assert fetch_mail(server.where, clock=now) == 0
    assert Case.objects.count() == 3
    assert "Seen" not in server.flags()
    tally = Tally.objects.get(source=Source.IMAP)
    assert (tally.seen, tally.taken, tally.aside, tally.repeated) == (4, 3, 1, 0)


@pytest.mark.django_db
def test_what_somebody_else_has_read_is_fetched_all_the_same(server: MailServer, organisation: Organisation) -> None:
    server.put(*three())
    server.read_everything()
    assert fetch_mail(server.where, clock=now) == 3
    server.put(a_mail("One more.", name="more@x"))
    server.read_everything()
    assert fetch_mail(server.where, clock=now) == 1


@pytest.mark.django_db
def test_a_mailbox_that_numbers_anew_is_read_anew_and_nothing_is_taken_twice(
    server: MailServer, organisation: Organisation
) -> None:
    server.put(*three())
    fetch_mail(server.where, clock=now)
    server.number_anew(a_mail("New.", name="new@x"), *three())
    fetch_mail(server.where, clock=now)
    assert Case.objects.count() == 4
    assert Tally.objects.get().repeated == 3
    assert set(Fetched.objects.values_list("uid_validity", flat=True)) == {Mailbox.objects.get().uid_validity}


@pytest.mark.django_db
def test_what_lay_there_before_we_came_is_set_aside_and_not_filed(
    server: MailServer, organisation: Organisation
) -> None:
    server.put(*three(), at=now() - timedelta(days=300))
    server.put(a_mail("Today.", name="today@x"))
    fetch_mail(server.where, clock=now)
    assert Mail.objects.filter(reason=Aside.OLD).count() == 3
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_a_mail_in_the_overlap_with_a_lower_number_is_found(organisation: Organisation) -> None:
    mails = {10: a_mail("Ten.", name="ten@x"), 12: a_mail("Twelve.", name="twelve@x")}
    with stubborn(mails) as server:
        fetch_mail(server.where, clock=now)
        mails[11] = a_mail("Eleven.", name="eleven@x")
        assert fetch_mail(server.where, clock=now) == 1
    assert Case.objects.count() == 3


@pytest.mark.django_db
def test_a_mail_the_server_refuses_hides_no_other_and_is_asked_for_again(organisation: Organisation) -> None:
    mails = {number: a_mail(f"Number {number}.", name=f"{number}@x") for number in (1, 2, 3, 400)}
    with stubborn(mails) as server:
        server.refused = {2}
        assert fetch_mail(server.where, clock=now) == 3
        (box,) = mailboxes_in_trouble()
        assert "UID 2" in box.trouble
        assert box.low_uid == 2, "the start does not move past it"
        server.refused, server.asked = set(), []
        assert fetch_mail(server.where, clock=now) == 1
        assert set(server.asked) == {2}
    assert not mailboxes_in_trouble()
    assert Case.objects.count() == 4


@pytest.mark.django_db
def test_a_server_that_hangs_up_in_the_middle_costs_only_time(organisation: Organisation) -> None:
    mails = {number: a_mail(f"Number {number}.", name=f"{number}@x") for number in range(1, 6)}
    with stubborn(mails) as server:
        server.hangs_up_at = {3}
        fetch_mail(server.where, clock=now)
        assert mailboxes_in_trouble()
        server.hangs_up_at = set()
        fetch_mail(server.where, clock=now)
    assert Case.objects.count() == 5
    assert Tally.objects.get().repeated == 0


@pytest.mark.django_db
def test_of_a_mail_that_is_too_large_only_the_headers_are_asked_for(organisation: Organisation) -> None:
    with stubborn({1: a_mail("x" * (LARGEST + 1))}) as server:
        fetch_mail(server.where, clock=now)
    mail = Mail.objects.get()
    assert (mail.reason, mail.subject) == (Aside.TOO_LARGE, "Cold room")


@pytest.mark.django_db
def test_a_server_that_is_away_or_lets_nobody_in_is_noted_with_since_when(
    server: MailServer, organisation: Organisation
) -> None:
    away = server.where._replace(port=9)
    first = now()
    assert fetch_mail(away, clock=lambda: first) == 0
    assert fetch_mail(away, clock=lambda: first + timedelta(hours=1)) == 0
    (box,) = mailboxes_in_trouble()
    assert box.trouble_since == first
    assert fetch_mail(server.where._replace(password="guessed"), clock=now) == 0
    assert "guessed" not in Mailbox.objects.get().trouble
    fetch_mail(server.where, clock=now)
    assert not mailboxes_in_trouble()


@pytest.mark.django_db
def test_the_round_fetches_and_sorts_what_was_left(
    server: MailServer, organisation: Organisation, settings: Any
) -> None:
    settings.MAIL_IN_IMAP = server.where
    server.put(*three())
    assert rounds.fetch_mail(clock=now) == 3
    settings.MAIL_IN_IMAP = None
    assert rounds.fetch_mail(clock=now) == 0


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_fetchers_at_once_take_each_mail_once(server: MailServer, organisation: Organisation) -> None:
    server.put(
        *(a_mail(f"Room {number}.", name=f"r-{number}@x", sender=f"g{number}@x.example") for number in range(25))
    )

    def fetch() -> int:
        return fetch_mail(server.where, clock=now)

    outcomes = meet(fetch, fetch, fetch)
    assert all(isinstance(one, int) for one in outcomes), outcomes
    assert Case.objects.count() == 25
    tally = Tally.objects.get()
    assert (tally.seen, tally.taken, tally.aside) == (25, 25, 0)
    assert not Mail.objects.filter(state=MailState.SEEN).exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at", ["places.note_fetched", "receive_mail.sort_mail"])
def test_killed_between_storing_and_marking_nothing_is_lost_or_taken_twice(
    server: MailServer, organisation: Organisation, at: str
) -> None:
    server.put(*three())
    words = [sys.executable, "-c", WORKER, str(connection.settings_dict["NAME"]), str(server.where.port), at]
    killed = subprocess.run(words, cwd=env.ROOT, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert Mail.objects.count() == 1
    assert not Fetched.objects.exists()
    fetch_mail(server.where, clock=now)
    assert Case.objects.count() == 3
    tally = Tally.objects.get()
    assert (tally.seen, tally.taken, tally.aside, tally.repeated) == (3, 3, 0, 1)
