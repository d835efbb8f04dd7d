from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from complaints.handling.refresh_rollups import refresh_rollups
from complaints.insights import rollups


class Command(BaseCommand):
    help = "Prove the sums on the page of measures against the record; ends with 1 where anything differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="make the sums anew from the record first")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Count what changed, compare, and name what differs."""
        if options["rebuild"]:
            self.stdout.write(f"Counted {rollups.rebuild()} complaints anew.")
        else:
            self.stdout.write(f"Counted {refresh_rollups()} changes.")
        found = rollups.differences()
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError("The sums are not what the record says. --rebuild makes them anew.", returncode=1)
        self.stdout.write("Every sum is what the record says.")
