from __future__ import annotations

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now
from tqdm import tqdm

from complaints.common.errors import RecoveryError
from complaints.handling.import_complaints import Tally, import_complaints
from complaints.intake.mapping import mapping_of
from complaints.intake.models import ColumnMapping
from complaints.intake.sheets import Row, Sheet, opened


class Rejects(Protocol):
    """Takes a row that was not loaded, with the reason."""

    def __call__(self, row: Row, reason: str) -> None: ...


class Command(BaseCommand):
    help = "Load existing complaints from a CSV file, also gzipped. A second run adds what is new; nobody is told."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--mapping", required=True, metavar="NAME", help="which column mapping reads the file")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        parser.add_argument(
            "--rejects", type=Path, metavar="FILE", help="where rows go that cannot be taken: line, reason, row"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load one file through one mapping and say what became of its rows."""
        stored = ColumnMapping.objects.filter(name=options["mapping"]).first()
        if stored is None:
            names = ", ".join(ColumnMapping.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"There is no mapping “{options['mapping']}”. There are: {names}.")
        try:
            mapping = mapping_of(stored.name, stored.rules)
            with (
                opened(options["file"]) as sheet,
                _written(options["rejects"], sheet) as reject,
                self._bar(sheet) as bar,
            ):
                tally = import_complaints(
                    sheet,
                    mapping,
                    at=now(),
                    dry_run=options["dry_run"],
                    on_reject=reject,
                    on_batch=lambda tally: self._show(bar, sheet, tally),
                )
        except RecoveryError as error:
            raise CommandError(error.sentence) from error
        self._sum_up(tally, dry_run=options["dry_run"], rejects=options["rejects"])

    def _bar(self, sheet: Sheet) -> tqdm[Any]:
        """A bar over the bytes of the file, on a terminal only."""
        return tqdm(total=sheet.size, unit="B", unit_scale=True, disable=None, file=self.stderr, leave=False)

    @staticmethod
    def _show(bar: tqdm[Any], sheet: Sheet, tally: Tally) -> None:
        bar.set_postfix(rows=tally.rows, rejected=tally.rejected, refresh=False)
        bar.update(sheet.position - bar.n)

    def _sum_up(self, tally: Tally, *, dry_run: bool, rejects: Path | None) -> None:
        says = "would be " if dry_run else ""
        self.stdout.write(f"{tally.rows:>9,} rows read")
        self.stdout.write(
            f"{tally.added:>9,} {says}added, {tally.still_open:,} of them open, {tally.remedies:,} with a sum paid"
        )
        self.stdout.write(f"{tally.known:>9,} known already")
        self.stdout.write(
            f"{tally.rejected:>9,} rejected{f', listed in {rejects}' if rejects and tally.rejected else ''}"
        )
        self.stdout.write(f"{tally.units:>9,} units and {tally.failure_types:,} failure types {says}new")
        if dry_run:
            self.stdout.write("A dry run: nothing was written.")
        elif tally.rejected and not rejects:
            self.stdout.write("Run it again with --rejects FILE to see what was rejected and why.")


@contextmanager
def _written(path: Path | None, sheet: Sheet) -> Iterator[Rejects]:
    """Where rejected rows go: a file with the heading of theirs, or nowhere."""
    if path is None:
        yield lambda *_args: None
        return
    try:
        file = path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        raise CommandError(f"The file for rejected rows cannot be written: {path}: {error.strerror}.") from error
    with file:
        writer = csv.writer(file)
        writer.writerow(["line", "reason", *sheet.columns])
        yield lambda row, reason: writer.writerow([row.line, reason, *row.values])
