"""What every test has at hand."""

from collections.abc import Iterator

import pytest
from django.utils import timezone, translation

pytest_plugins = ["tests.servers", "tests.cast", "tests.stock"]


@pytest.fixture(autouse=True)
def _no_language_or_zone_is_left_behind() -> Iterator[None]:
    """Let no request of one test decide the language or the zone of the next: a thread keeps what it spoke last."""
    yield
    translation.deactivate()
    timezone.deactivate()
