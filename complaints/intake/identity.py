"""Tell the records of a source apart, so that a row that is known already is known again."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from hashlib import blake2b, sha256
from typing import Final

LONGEST_KEY: Final = 180  # leaves room for the number of a repeated one
_FIRST_SIZE: Final = 1 << 14


def key_of(values: Sequence[str]) -> str:
    """The key of a record made of its key columns, as published; a very long one is kept as its hash."""
    key = "|".join(value.strip() for value in values)
    return key if len(key) <= LONGEST_KEY else sha256(key.encode()).hexdigest()


class Occurrences:
    """Number the rows of one file that bear the same key.

    Sixteen bytes a row at most: a table of 64-bit marks with open addressing, where a set of strings would take
    a hundred and fifty.
    """

    def __init__(self) -> None:
        self._marks = array("Q", bytes(8 * _FIRST_SIZE))
        self._used = 0
        self._repeated: dict[int, int] = {}

    def numbered(self, key: str) -> str:
        """The key of this row: as it is the first time, with “#2” behind it the second time, and so on."""
        mark = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") or 1
        if self._add(mark):
            return key
        times = self._repeated[mark] = self._repeated.get(mark, 1) + 1
        return f"{key}#{times}"

    def _add(self, mark: int) -> bool:
        if self._used * 2 >= len(self._marks):
            self._grow()
        place = self._place_of(mark)
        if self._marks[place] == mark:
            return False
        self._marks[place] = mark
        self._used += 1
        return True

    def _place_of(self, mark: int) -> int:
        last = len(self._marks) - 1
        place = mark & last
        while self._marks[place] not in (0, mark):
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        before = self._marks
        self._marks = array("Q", bytes(16 * len(before)))
        for mark in before:
            if mark:
                self._marks[self._place_of(mark)] = mark
