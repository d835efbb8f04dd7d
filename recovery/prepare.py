"""What has to be in place before the product can start; every step finds out for itself whether it is needed."""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from recovery import health, servers, translations


def prepare() -> None:
    """Bring tables, static files and, on embedded servers, the demonstration up to date."""
    translations.compile_all()
    migrate()
    collect_static()
    if settings.EMBEDDED:
        load_demonstration()
        # Signs of a worker and a beat that were killed a moment ago would make us look ready too early.
        health.forget_signs_of_life()


def migrate() -> None:
    """Apply the migrations that are missing."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def make_first_tables(command: str) -> None:
    """Make the tables in a database that has none yet, for a command of ours that is the first to be run."""
    django.setup()
    if get_commands().get(command) == "complaints" and not connection.introspection.table_names():
        call_command("migrate", interactive=False, verbosity=0)


def collect_static() -> None:
    """Gather the static files when any of them changed since the last time."""
    with _once(settings.DATA_DIR / "static.stamp", _fingerprint_of_static_files()) as needed:
        if needed:
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)


def load_demonstration() -> None:
    """Load the demonstration organisation once, and keep what the command says about it for later starts."""
    said = settings.DATA_DIR / "demonstration.txt"
    if said.exists():
        return
    draft = said.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as file:
        call_command("demo", stdout=file, no_color=True)
    draft.replace(said)


def _fingerprint_of_static_files() -> str:
    """Summarise names, sizes and times of every source file that the finders know."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@contextlib.contextmanager
def _once(stamp: Path, fingerprint: str) -> Iterator[bool]:
    """Say whether a step is needed, and remember that it was done when it ends well."""
    needed = not stamp.exists() or stamp.read_text(encoding="utf-8") != fingerprint
    yield needed
    if needed:
        stamp.write_text(fingerprint, encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recovery.settings")
    servers.ready()
    django.setup()
    prepare()
