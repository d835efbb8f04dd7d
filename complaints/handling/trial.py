from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

Kept = TypeVar("Kept")
Seen = TypeVar("Seen")


def as_if(change: Callable[[], Kept], look: Callable[[Kept], Seen]) -> Seen:
    """What one would see once a change were made: makes it, looks, and takes everything back.

    For previews of what is typed and not saved: whatever the verb would refuse is refused here too. What is looked at
    must be read to its end while it is there. Hints to jobs are never sent, as nothing is committed.
    """
    with transaction.atomic():
        seen = look(change())
        transaction.set_rollback(True)
    return seen
