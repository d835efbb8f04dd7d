from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.timezone import now

from complaints.common.errors import RecoveryError
from complaints.handling.load_catalogue import load_catalogue
from complaints.staff.models import Employee
from complaints.standards.ready_catalogues import ready_catalogues


class Command(BaseCommand):
    help = "Load a failure catalogue that ships. A second run adds what is new in it; what is there stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("line", metavar="LINE", choices=sorted(ready_catalogues()), help="the line of business")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="in whose name: who may keep the catalogue")
        parser.add_argument(
            "--language",
            default="en",
            choices=[code for code, _name in settings.LANGUAGES],
            help="the language that touchpoints are written in; names come in both",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load one catalogue and say what became of it."""
        by = Employee.objects.filter(email__iexact=options["by"]).first()
        if by is None:
            raise CommandError(f"There is no employee “{options['by']}”.")
        try:
            with translation.override(options["language"]):
                loaded = load_catalogue(options["line"], by=by, at=now())
        except RecoveryError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(f"{loaded.areas:>5,} areas and {loaded.failures:,} failures added")
        self.stdout.write(f"{loaded.left:>5,} left as they are")
