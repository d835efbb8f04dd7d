"""Mail from the pipe of a mail server: stored, or kept by the mail server until it can be."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any, Final

import pytest
from django.db import connection

from complaints.cases.models import Case
from complaints.incoming.models import Aside, Mail, MailState, Source
from recovery import env
from tests.cast import Organisation
from tests.incoming.letters import a_file, a_mail

TRY_AGAIN: Final = 75
COMMAND: Final = """
import os, sys
from tests import settings
if sys.argv[1]:
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
else:
    settings.DATABASES["default"].update(HOST="127.0.0.1", PORT="9")
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "receive_mail", *sys.argv[2:]])
"""

pytestmark = pytest.mark.django_db(transaction=True)


def pipe(raw: bytes, *words: str, database: str | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a mail server does, with the mail on its standard input."""
    name = str(connection.settings_dict["NAME"]) if database is None else database
    command = [sys.executable, "-c", COMMAND, name, *words]
    return subprocess.run(
        command, cwd=env.ROOT, input=raw, capture_output=True, timeout=60, check=False, env=os.environ
    )


def test_a_mail_is_stored_and_what_became_of_it_is_said(organisation: Organisation) -> None:
    done = pipe(a_file("plain"), "--sender", "cara@demo.example", "--recipient", "complaints@hotel.example")
    assert done.returncode == 0, done.stderr
    mail = Mail.objects.get()
    assert (mail.source, mail.state, mail.envelope_sender) == (Source.PIPE, MailState.TAKEN, "cara@demo.example")
    assert Case.objects.get().reference in done.stdout.decode()


def test_a_mail_that_is_set_aside_is_delivered_too(organisation: Organisation) -> None:
    assert pipe(a_mail(), "--sender", "").returncode == 0
    assert Mail.objects.get().reason == Aside.NULL_SENDER


def test_while_the_database_is_away_the_mail_server_keeps_the_mail(organisation: Organisation) -> None:
    done = pipe(a_mail(), database="")
    assert done.returncode == TRY_AGAIN
    assert b"OperationalError" in done.stderr
    assert pipe(a_mail()).returncode == 0
    assert Case.objects.count() == 1


def test_without_any_unit_the_mail_server_keeps_the_mail(db: Any) -> None:
    assert pipe(a_mail()).returncode == TRY_AGAIN
    assert not Mail.objects.exists()
