"""How often something was done of late. Counted in the cache: when that is away, nobody is held up."""

from __future__ import annotations

from datetime import timedelta

from django.core.cache import cache


def times(key: str, *, within: timedelta) -> int:
    """Count one more time, and say how often it was since the window opened; a window opens with the first time."""
    if cache.add(key, 1, within.total_seconds()):
        return 1
    try:
        counted: int = cache.incr(key)
    except ValueError:  # the window ended between the two calls
        return 1
    return counted


def times_so_far(key: str) -> int:
    """How often it was since the window opened, without counting."""
    counted: int = cache.get(key, 0)
    return counted
