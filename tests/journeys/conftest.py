"""A real browser, a live server, a real worker, and the mails it writes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connections
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from complaints.outbox.models import Message, MessageState
from recovery.celery import app
from tests import chromium
from tests.journeys.bench import Mailbox, Readers

# While Playwright runs, its loop runs in this thread. Django takes that for a reason to refuse the database, and keeps
# another connection for this thread than it does without a loop.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CALM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every journey, so that `-m "not browser"` leaves them out, and keep those of a module on one browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """The Chromium of this machine."""
    found = chromium.find()
    assert found, "There is no Chromium on this machine; on Debian: apt-get install chromium fonts-noto-cjk"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=CALM)
        yield opened
        opened.close()
        connections.close_all()  # those of the time with the loop; the database is about to be dropped


@pytest.fixture(scope="module")
def _worker() -> Iterator[None]:
    """Celery's worker in a thread of its own, on the Redis of the tests.

    It lives no longer than the journeys of a module: it would take up the hints of other tests, and reach for tables
    that are being emptied.
    """
    with start_worker(app, perform_ping_check=False, shutdown_timeout=30.0):
        yield


@pytest.fixture(scope="session", autouse=True)
def _connections_end_with_their_request(django_db_setup: None) -> None:
    """Let no thread of the live server keep a connection: the database could not be dropped in the end."""
    connections["default"].settings_dict["CONN_MAX_AGE"] = 0


@pytest.fixture
def mailbox(live_server: LiveServer, _worker: None, settings: Any, tmp_path: Path) -> Iterator[Mailbox]:
    """Where the worker's mails arrive; what is under way at the end of the test is waited for."""
    settings.EMAIL_BACKEND = "complaints.outbox.mail_files.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.BASE_URL = live_server.url
    settings.EMAIL_FILE_PATH.mkdir()
    yield Mailbox(settings.EMAIL_FILE_PATH)
    until = time.monotonic() + 10
    under_way = Message.objects.filter(state__in=[MessageState.QUEUED, MessageState.IN_FLIGHT])
    while under_way.exists() and time.monotonic() < until:
        time.sleep(0.05)


@pytest.fixture
def readers(browser: Browser, live_server: LiveServer) -> Iterator[Readers]:
    """Opens pages for people; an error in any console, or a request to elsewhere, fails the test."""
    opened = Readers(browser, live_server.url)
    yield opened
    for context in browser.contexts:
        context.close()
    assert not opened.trouble, "\n".join(opened.trouble)
