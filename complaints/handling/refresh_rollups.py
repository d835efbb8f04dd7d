"""Cases that changed are counted anew, so that the page of measures says what the record says."""

from __future__ import annotations

from collections.abc import Callable

from complaints.insights import rollups


def refresh_rollups(*, goes_on: Callable[[], bool] = lambda: True) -> int:
    """Count what changed, batch after batch, until nothing is left or `goes_on` says it was enough; how many changes.

    Each batch is a transaction of its own under an advisory lock; no case is locked.
    """
    done = 0
    while taken := rollups.refresh():
        done += taken
        if not goes_on():
            break
    return done
