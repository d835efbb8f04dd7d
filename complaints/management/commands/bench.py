from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from complaints.cases.models import Case
from complaints.handling.refresh_rollups import refresh_rollups
from complaints.insights import rollups
from complaints.insights.models import MeasuredCase
from complaints.management.measuring.clients import Served, Server, peak_of, project
from complaints.management.measuring.filing import measure_filing
from complaints.management.measuring.pages import Page, measure, pages
from complaints.management.measuring.post import measure_post
from complaints.management.measuring.report import Run, written
from complaints.management.measuring.sweeping import measure_sweep

SIZES: Final = (10_000, 1_000_000)
SERVED: Final = ("worklist front line: all", "worklist VP: all", "case page front line: open", "tracking page: open")


class Command(BaseCommand):
    help = "Measure pages, search, filing, sweep and post, in databases of its own, and say which promises are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--complaints", type=int, action="append", metavar="N", help="a size to measure at")
        parser.add_argument("--rounds", type=int, default=60, help="how often each page is opened")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--place", type=Path, help="the folder of the databases (bench/ in DATA_DIR)")
        parser.add_argument("--only", default="", metavar="WORDS", help="measure only what has this in its name")
        parser.add_argument("--messages", type=int, default=20_000, help="how many queued mails are sent")
        parser.add_argument("--here", type=Path, help="measure the configured database and write what comes of it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Measure at each size in a process of its own, then print one table."""
        if options["here"]:
            run = self._measure_here(options["complaints"][0], options)
            options["here"].write_text(json.dumps(run.as_json()), encoding="utf-8")
            return
        if any(size < 1_000 for size in options["complaints"] or ()):
            raise CommandError("Fewer than 1,000 complaints tell nothing.")
        place = (options["place"] or settings.DATA_DIR / "bench").resolve()
        runs = [self._measure(size, place, options) for size in options["complaints"] or SIZES]
        self.stdout.write("\n" + written(runs))

    def _measure(self, size: int, place: Path, options: dict[str, Any]) -> Run:
        """Fill a database unless it is full already, and measure in it."""
        folder = place / f"{size}"
        folder.mkdir(parents=True, exist_ok=True)
        mark = folder / f"loaded-{options['seed']}"
        self._manage(folder, "migrate", "--verbosity", "0")
        if not mark.exists():
            self.stderr.write(f"Filling a database with {size:,} complaints in {folder}.")
            self._manage(folder, "make_load", "--complaints", f"{size}", "--seed", f"{options['seed']}")
            mark.touch()
        self._manage(folder, "collectstatic", "--noinput", "--verbosity", "0")
        self.stderr.write(f"Measuring at {size:,} complaints.")
        with NamedTemporaryFile(suffix=".json") as found:
            kept = [f"--{name}={options[name]}" for name in ("rounds", "only", "messages")]
            self._manage(folder, "bench", "--here", found.name, "--complaints", f"{size}", *kept)
            return Run.from_json(json.loads(Path(found.name).read_text(encoding="utf-8")))

    def _manage(self, folder: Path, *words: str) -> None:
        """Run a command of ours on the embedded servers of a folder, whatever servers are configured here."""
        configured = {"DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"}
        environment = {name: value for name, value in os.environ.items() if name not in configured}
        environment["DATA_DIR"] = str(folder)
        done = subprocess.run([sys.executable, "manage.py", *words], cwd=project(), env=environment, check=False)
        if done.returncode:
            raise CommandError(f"“manage.py {' '.join(words)}” failed; the database is in {folder}.")

    def _measure_here(self, size: int, options: dict[str, Any]) -> Run:
        if not Case.objects.all()[size - 1 : size].exists():
            raise CommandError(f"The database holds fewer than {size:,} complaints; remove its folder and begin again.")
        began = time.monotonic()
        # a load of a million is counted sooner from the beginning than change by change
        summed = refresh_rollups() if _most_is_counted(size) else rollups.rebuild()
        self.stderr.write(f"  roll-ups: {summed:,} counted in {time.monotonic() - began:.0f} s")
        at, load = now(), os.getloadavg()[0]
        rounds, only = options["rounds"], options["only"]
        every = [page for page in pages(at=at) if only in page.name]
        measured = []
        for page in every:
            measured.append(measure(page, rounds=rounds))
            self.stderr.write(f"  {page.name}: {measured[-1].p50:.1f} / {measured[-1].p95:.1f} ms")
        filing = measure_filing(rounds=300, at=at) if only in "filing" else None
        if filing is not None:
            self.stderr.write(f"  filing: {filing.p50:.1f} / {filing.p95:.1f} ms, {filing.share:.2f} of bare inserts")
        served, memory = self._serve([page for page in every if page.name in SERVED])
        sweep = measure_sweep() if only in "sweep" else None
        if sweep is not None:
            self.stderr.write(f"  sweep: {sweep.seconds:.1f} s for {sweep.deadlines:,}")
        post = None
        if only in "post":
            post = measure_post(messages=options["messages"], at=now(), on_progress=self._progress)
        return Run(size, measured, filing, sweep, served, memory, load, own_memory=peak_of(os.getpid()), post=post)

    def _serve(self, asked: list[Page]) -> tuple[list[Served], int]:
        """What the web server makes of these pages a second, and the memory it takes."""
        if not asked:
            return [], 0
        with Server() as server:
            return [server.serve(page) for page in asked], server.peak_memory()

    def _progress(self, sent: int) -> None:
        self.stderr.write(f"  post: {sent:,} sent", ending="\r" if self.stderr.isatty() else "\n")


def _most_is_counted(size: int) -> bool:
    """Whether the page of measures knows as many complaints as are measured; an empty one would be very fast."""
    return MeasuredCase.objects.all()[size - 1 : size].exists()
