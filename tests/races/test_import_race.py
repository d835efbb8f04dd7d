from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from complaints.cases.models import Case, SourceRecord
from complaints.handling.import_complaints import Tally, import_complaints
from complaints.intake.mapping import mapping_of
from complaints.intake.sheets import opened

RULES = {
    "key": ["id"],
    "source_name": "Old system",
    "complainant": "Guest",
    "time_zone": "UTC",
    "filed_at": {"column": "received", "formats": ["%Y-%m-%d"]},
    "what_happened": {"column": "words"},
    "channel": {"otherwise": "web"},
    "failure_type": {"area": "type"},
    "unit": {"code": "house"},
}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_add_each_record_once(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    rows = [f"{number},2015-01-01,cold,Room,House {number % 7}\n" for number in range(5_000)]
    path.write_text("id,received,words,type,house\n" + "".join(rows), encoding="utf-8")

    def load() -> Tally:
        try:
            with opened(path) as sheet:
                return import_complaints(sheet, mapping_of("old", RULES), at=datetime.now(UTC))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        runs: list[Callable[[], Tally]] = [load, load]
        tallies = [done.result() for done in [threads.submit(run) for run in runs]]
    assert sum(tally.added for tally in tallies) == sum(tally.known for tally in tallies) == 5_000
    assert Case.objects.count() == SourceRecord.objects.count() == 5_000
