from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.common.keyset import Key, read_id, read_key

MOMENTS = st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.timezones())  # noqa: DTZ001 - the zone comes beside


@given(MOMENTS, st.integers(min_value=0, max_value=10**18 - 1))
def test_a_key_is_read_as_it_was_written(at: datetime, pk: int) -> None:
    # another zone's clock shows some moments twice; the key keeps the offset, and so the moment
    key = Key(at.astimezone(UTC), pk)

    assert read_key(str(key)) == key


@pytest.mark.parametrize(
    "typed",
    ["", "~", "5", "2026-03-04T10:00:00+00:00", "2026-03-04T10:00:00~5", "2026-13-04T10:00:00+00:00~5"]
    + [f"2026-03-04T10:00:00+00:00~{pk}" for pk in ("", "-5", "five", "٥", "9" * 19)],
)
def test_what_cannot_be_a_key_is_the_beginning_of_the_list(typed: str) -> None:
    assert read_key(typed) is None


@pytest.mark.parametrize("typed", ["", "-5", "5.0", "five", "٥", "²", " 5", "9" * 19])
def test_what_cannot_be_an_id_is_none(typed: str) -> None:
    assert read_id(typed) is None
