"""What every installation begins with, put back after a test that empties the tables.

A test that commits (`transactional_db`, `live_server`) leaves every table empty, also those that migrations fill.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from typing import Final

import pgtrigger
import pytest
from django.apps import apps
from django.core import serializers
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

NEVER_EMPTIED: Final = ("complaints.LedgerEntry:never_emptied", "complaints.Balance:never_emptied")
"""What refuses to be emptied, but for the tests that begin with empty tables."""
STOCK: Final = pytest.StashKey[str]()


@contextmanager
def _database(blocker: DjangoDbBlocker) -> Iterator[None]:
    with blocker.unblock(), transaction.atomic():
        yield


@pytest.fixture(autouse=True)
def _stock_is_remembered(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> None:
    """Remember what the migrations put into our tables, before the first test that empties them."""
    if STOCK not in pytestconfig.stash and _empties_tables(request.node):
        request.getfixturevalue("django_db_setup")
        with _database(request.getfixturevalue("django_db_blocker")):
            models = apps.get_app_config("complaints").get_models()
            rows = [row for model in models for row in model._default_manager.all()]
            pytestconfig.stash[STOCK] = serializers.serialize("json", rows)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Put the stock back when every fixture of the test is gone, and with them the rows."""
    blocker = item.funcargs.get("django_db_blocker") if isinstance(item, pytest.Function) else None
    with pgtrigger.ignore(*NEVER_EMPTIED) if _empties_tables(item) else nullcontext():
        result = yield
    if nextitem is not None and isinstance(blocker, DjangoDbBlocker) and _empties_tables(item):
        with _database(blocker):
            for row in serializers.deserialize("json", item.config.stash[STOCK]):
                row.save()
    return result


def _empties_tables(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    names = getattr(item, "fixturenames", ())
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in names or "live_server" in names
