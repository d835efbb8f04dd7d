"""Moments as people read them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name
from django.utils.translation import get_language, to_locale


def zone_words(zone: str) -> str:
    """Name a time zone for people, in the language that is active: `America/New_York` is “Eastern Time”."""
    if zone == "UTC":
        return zone
    return get_timezone_name(ZoneInfo(zone), locale=to_locale(get_language() or "en"))
