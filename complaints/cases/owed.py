"""An answer that we owe: a customer was proposed something and wrote instead of saying yes or no.

Whoever does so has not fallen silent, however long we are. The same rule in two forms: over a timeline that was read,
and in the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db.models import Exists, OuterRef

from complaints.cases.entries import Entry
from complaints.cases.models import TimelineEntry

_LAST_WORDS: Final = frozenset({Entry.CUSTOMER_ANSWERED, Entry.WRITTEN, Entry.RESOLUTION_PROPOSED})


def is_owed(entries: Iterable[TimelineEntry]) -> bool:
    """Whether we owe one, by the timeline of a resolved case, newest entry first."""
    last = next((entry.kind for entry in entries if entry.kind in _LAST_WORDS), None)
    return last == Entry.CUSTOMER_ANSWERED


def owed() -> Exists:
    """Whether we owe one, of resolved cases."""
    since_proposed = TimelineEntry.objects.filter(case=OuterRef("pk"), at__gte=OuterRef("resolved_at"))
    answered = TimelineEntry.objects.filter(case=OuterRef("case"), kind=Entry.WRITTEN, at__gt=OuterRef("at"))
    return Exists(since_proposed.filter(~Exists(answered), kind=Entry.CUSTOMER_ANSWERED))
