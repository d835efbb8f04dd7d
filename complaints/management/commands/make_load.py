from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now
from tqdm import tqdm

from complaints.management.measuring.load import make_load


class Command(BaseCommand):
    help = "Fill the database for measurements: an organisation, its customers and their complaints, none of them real."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--complaints", type=int, required=True, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed makes the same load")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Add the complaints and say how fast it went."""
        if options["complaints"] < 1:
            raise CommandError("How many complaints? Write a number from 1.")
        at, began = now().replace(minute=0, second=0, microsecond=0), time.monotonic()
        with tqdm(total=options["complaints"], disable=None, file=self.stderr, leave=False) as bar:
            make_load(options["complaints"], seed=options["seed"], at=at, on_batch=bar.update)
        took = time.monotonic() - began
        rate = options["complaints"] / took * 60
        self.stdout.write(f"{options['complaints']:,} complaints in {took:.0f} s, {rate:,.0f} a minute.")
