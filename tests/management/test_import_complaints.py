from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from complaints.cases.models import Case

pytestmark = pytest.mark.django_db

HEADING = (
    "Complaint ID,Product,Sub-product,Issue,Sub-issue,State,ZIP code,"
    "Date received,Date sent to company,Company response,Timely response?,Consumer disputed?\n"
)
ROWS = """\
1,Debt collection,,Communication tactics,Frequent calls,TX,761,3/19/2015,3/19/2015,In progress,Yes,
2,Mortgage,FHA mortgage,"Application, broker",,MA,021,3/19/2015,3/19/2015,Closed with explanation,Yes,Yes
3,Mortgage,"A ""note""
over two lines",Servicing,,MA,021,2015-03-19,3/19/2015,Closed,Yes,
4,Mortgage,,Servicing,,MA,021,3/18/2015,3/19/2015,Closed,No,
"""


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "complaints.csv"
    path.write_text(HEADING + ROWS, encoding="utf-8")
    return path


def run(path: Path, mapping: str = "cfpb_2015", **options: Any) -> str:
    out = io.StringIO()
    call_command("import_complaints", str(path), mapping=mapping, stdout=out, **options)
    return out.getvalue()


def test_it_says_what_became_of_the_rows(rows: Path) -> None:
    told = run(rows)
    assert "4 rows read" in told
    assert "3 added, 1 of them open" in told
    assert "1 rejected" in told
    assert "Run it again with --rejects" in told


def test_rejected_rows_go_to_a_file_with_line_and_reason(rows: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    run(rows, rejects=rejects)
    with rejects.open(encoding="utf-8", newline="") as file:
        heading, row = csv.reader(file)
    assert heading[:3] == ["line", "reason", "Complaint ID"]
    assert row[:3] == ["4", "“2015-03-19” in “Date received” is no date such as 03/19/2015.", "3"]
    assert row[4] == 'A "note"\nover two lines'


def test_a_gzipped_file_is_the_same_file(rows: Path, tmp_path: Path) -> None:
    packed = tmp_path / "complaints.csv.gz"
    packed.write_bytes(gzip.compress(rows.read_bytes()))
    run(rows)
    assert "0 added" in run(packed)
    assert Case.objects.count() == 3


def test_a_dry_run_says_so_and_writes_nothing(rows: Path) -> None:
    told = run(rows, dry_run=True)
    assert "3 would be added" in told
    assert "nothing was written" in told
    assert not Case.objects.exists()


def test_an_unknown_mapping_is_answered_with_those_there_are(rows: Path) -> None:
    with pytest.raises(
        CommandError, match=r"“cfpb_2016”\. There are: cfpb_2015, cfpb_2023, nyc_casework, tsa_claims, tsa_complaints"
    ):
        run(rows, "cfpb_2016")


def test_the_wrong_mapping_is_answered_with_the_columns_that_are_missing(rows: Path) -> None:
    with pytest.raises(CommandError, match="the mapping “tsa_claims” needs “Claim Number”, “Date Received”"):
        run(rows, "tsa_claims")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "it is empty"), (b"\x1f\x8b\x08\x00", "damaged"), (b"PK\x03\x04\x00\n", "needs “Complaint ID”")],
)
def test_a_file_that_is_no_table_is_answered_with_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "complaints.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        run(path)


def test_a_rejects_file_that_cannot_be_written_stops_before_the_first_row(rows: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        run(rows, rejects=tmp_path / "nowhere" / "rejects.csv")
    assert not Case.objects.exists()
