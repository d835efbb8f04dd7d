"""Keyset pages: a list goes on behind its last row, whose moment and id are the key of the next page.

Behind a key an index is entered where the page before ended, and so the tenth page costs what the first one does.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q
from django.utils.dateparse import parse_datetime

ID_DIGITS = 18  # a number of so many digits fits an id


class Key(NamedTuple):
    """The place of a row in a list that is ordered by a moment (aware) and then by id."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.pk}"


def read_id(text: str) -> int | None:
    """The id in an address or a form; None for what cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= ID_DIGITS else None


def read_key(text: str) -> Key | None:
    """The key in an address; None for the beginning, and for what cannot be a key."""
    moment, _sep, pk = text.partition("~")
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    number = read_id(pk)
    if at is None or at.tzinfo is None or number is None:
        return None
    return Key(at, number)


def beyond(moment: str, key: Key | None, *, descending: bool = False) -> Q:
    """The rows behind a key, by the name of the column that orders them; every row where there is none.

    Written as `>= AND (> OR …)`: the first half is what the planner enters the index with.
    """
    if key is None:
        return Q()
    way = "lt" if descending else "gt"
    return Q(**{f"{moment}__{way}e": key.at}) & (Q(**{f"{moment}__{way}": key.at}) | Q(**{f"pk__{way}": key.pk}))
