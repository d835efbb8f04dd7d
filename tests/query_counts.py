"""How many queries a page takes: measured with few and with many rows, compared with what is on record.

`RECORD_QUERY_COUNTS=1` writes the record anew, on purpose; anything else only compares.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

RECORD: Final = Path(__file__).with_name("query_counts.json")


def queries_of(client: Client, address: str) -> int:
    """How many queries one GET takes, once the session and whatever is cached are warm."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as taken:
        client.get(address)
    return len(taken)


def assert_as_recorded(page: str, *, few: int, many: int) -> None:
    """Fail when a page takes more with more rows, or another number with few than is on record.

    Fewer with more rows is no growth: a page that its first plan fills does without the second.
    """
    assert many <= few, f"{page} takes {few} queries with few rows and {many} with many."
    known = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    if os.environ.get("RECORD_QUERY_COUNTS") == "1":
        RECORD.write_text(json.dumps({**known, page: few}, indent=2, sort_keys=True) + "\n")
        return
    assert known.get(page) == few, f"{page} takes {few} queries; {known.get(page)} are on record."
