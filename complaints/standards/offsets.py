"""Where the offset of a time zone from UTC changes. Moments are microseconds since 1970, UTC; offsets are too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

SECOND: Final = 1_000_000
_STEP: Final = 2 * 86_400
"""Seconds between two looks at a zone. The shortest change and back so far took four days (Freetown, 1939)."""
_BLOCK: Final = 32 * _STEP


def spans(zone: ZoneInfo, since: int, until: int) -> Iterator[tuple[int, int, int]]:
    """Cut the time from `since` until `until` into pieces of one offset each: begin, end, offset; in order.

    Local time equals UTC plus the offset all through a piece. Pieces that touch may have the same offset.
    """
    block = since // (_BLOCK * SECOND)
    while block * _BLOCK * SECOND < until:
        for begin, end, offset in _pieces(zone, block):
            if since < end and begin < until:
                yield max(since, begin), min(until, end), offset
        block += 1


@lru_cache(maxsize=4096)
def _pieces(zone: ZoneInfo, block: int) -> tuple[tuple[int, int, int], ...]:
    first, beyond = block * _BLOCK, (block + 1) * _BLOCK
    looks = range(first, beyond + 1, _STEP)
    changes = [change for since, until in pairwise(looks) for change in _changes(zone, since, until)]
    return tuple(
        (begin * SECOND, end * SECOND, _offset(zone, begin) * SECOND)
        for begin, end in pairwise([first, *changes, beyond])
        if begin < end
    )


def _changes(zone: ZoneInfo, since: int, until: int) -> Iterator[int]:
    """Seconds after `since`, up to `until`, from which on another offset holds."""
    if _offset(zone, since) == _offset(zone, until):
        return
    if until - since == 1:
        yield until
        return
    middle = (since + until) // 2
    yield from _changes(zone, since, middle)
    yield from _changes(zone, middle, until)


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    assert offset is not None  # noqa: S101 - a ZoneInfo always has one
    return offset.days * 86_400 + offset.seconds
