from __future__ import annotations

from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

import pytest

from complaints.standards.offsets import SECOND, spans
from tests.standards.opening import utc


@pytest.mark.parametrize(
    ("zone", "since", "until", "changes"),
    [
        ("America/Toronto", "2026-01-01", "2027-01-01", ["2026-03-08T07:00", "2026-11-01T06:00"]),
        ("Asia/Shanghai", "2000-01-01", "2050-01-01", []),
        ("Australia/Lord_Howe", "2026-03-01", "2026-06-01", ["2026-04-04T15:00"]),
        ("America/Recife", "2000-10-01", "2000-11-01", ["2000-10-08T03:00", "2000-10-15T02:00"]),
        ("Africa/Freetown", "1939-09-01", "1939-09-10", ["1939-09-01T01:00", "1939-09-05T00:40"]),
        ("Pacific/Apia", "2011-12-01", "2012-01-01", ["2011-12-30T10:00"]),
        ("Europe/Berlin", "9949-01-01", "9949-06-01", ["9949-03-27T01:00"]),
    ],
)
def test_every_change_of_the_clocks_is_found(zone: str, since: str, until: str, changes: list[str]) -> None:
    begin, end = (int(utc(text).timestamp()) * SECOND for text in (since, until))
    pieces = list(spans(ZoneInfo(zone), begin, end))
    assert (pieces[0][0], pieces[-1][1]) == (begin, end)
    assert all(piece[1] == following[0] for piece, following in pairwise(pieces))
    starts = [next(same)[0] for _offset, same in groupby(pieces, key=lambda piece: piece[2])]
    assert starts[1:] == [int(utc(text).timestamp()) * SECOND for text in changes]
