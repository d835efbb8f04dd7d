"""The circuit breaker of a channel: while a server is away nobody knocks, and nothing that waits uses up its attempts.

It opens after several passing failures in a row. Then one worker at a time tries one message, after pauses that grow,
until one is taken. It is a row, so that all workers see the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from complaints.outbox.models import Breaker

MOST_FAILURES: Final = 5
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=10)
PROBE_TAKES: Final = timedelta(minutes=2)  # a worker that died while it tried is followed by another


@dataclass(slots=True)
class Permit:
    """How many messages a worker may try now, and its word on how that went."""

    channel: str
    most: int
    is_doubted: bool = False
    is_probe: bool = False

    def worked(self) -> None:
        """Note that the server took a message, or refused just this one: the channel is in order."""
        if self.is_doubted:
            Breaker.objects.filter(pk=self.channel).update(
                failures=0, trouble="", reason="", open_since=None, probe_at=None
            )
        self.is_doubted = self.is_probe = False

    def failed(self, trouble: str, *, reason: str, at: datetime) -> bool:
        """Count a passing failure; True when nothing may be tried any more. Locks the breaker."""
        self.is_doubted, self.is_probe = True, False
        with transaction.atomic():
            Breaker.objects.bulk_create([Breaker(channel=self.channel)], ignore_conflicts=True)
            row = Breaker.objects.select_for_update().get(pk=self.channel)
            row.failures, row.trouble, row.reason = row.failures + 1, trouble, reason[:500]
            beyond = row.failures - MOST_FAILURES
            if beyond >= 0:
                row.open_since = row.open_since or at
                row.probe_at = at + min(FIRST_PAUSE * 2 ** min(beyond, 10), LONGEST_PAUSE)
            row.save()
        return row.open_since is not None

    def hand_back(self, *, at: datetime) -> None:
        """Let another worker try in our place: there was nothing to try it with."""
        if self.is_probe:
            Breaker.objects.filter(pk=self.channel, open_since__isnull=False).update(probe_at=at)
        self.is_probe = False


def permit(channel: str, *, at: datetime, most: int) -> Permit:
    """Ask how many may be tried on a channel now: all, one to see whether the server is back, or none."""
    row = Breaker.objects.filter(pk=channel).first()
    if row is None or row.probe_at is None:
        return Permit(channel, most, is_doubted=row is not None and row.failures > 0)
    if row.probe_at > at:
        return Permit(channel, 0)
    # the one whose update meets the moment it has seen is the one who tries
    is_ours = Breaker.objects.filter(pk=channel, probe_at=row.probe_at).update(probe_at=at + PROBE_TAKES)
    return Permit(channel, int(bool(is_ours)), is_doubted=True, is_probe=bool(is_ours))
