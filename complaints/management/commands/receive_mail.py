from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any, Final

import structlog
from django.core.management.base import BaseCommand
from django.utils.timezone import now

from complaints.handling.receive_mail import receive_mail
from complaints.incoming.letter import Envelope
from complaints.incoming.models import Source

log = structlog.get_logger(__name__)
TRY_AGAIN: Final = 75  # EX_TEMPFAIL of sysexits.h: the mail server keeps the mail and comes again


class Command(BaseCommand):
    help = (
        "Receive one mail from standard input, as a mail server pipes it. Exits with 0 when it is stored, whatever "
        "became of it, and with 75 when it is not, so that the mail server keeps it and tries again."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sender", help="the envelope sender; an empty one is the null sender")
        parser.add_argument("--recipient", help="the envelope recipient")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Store and sort the mail, and say what became of it."""
        envelope = Envelope(sender=options["sender"], recipient=options["recipient"])
        try:
            mail = receive_mail(sys.stdin.buffer.read(), source=Source.PIPE, at=now(), envelope=envelope)
        except Exception as error:
            log.exception("mail.not_stored")
            self.stderr.write(f"Not stored, try again: {type(error).__name__}")
            raise SystemExit(TRY_AGAIN) from error
        self.stdout.write(f"{mail.get_state_display()}: {mail.case or mail.get_reason_display()}")
