from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The public holidays of a country, or of a part of it, year by year as they are asked for.

    A deadline of next spring sees the holidays of next spring; years are worked out once and the recent ones kept.
    The library knows about a century and a half (mostly 1950 to 2100); other years have none.
    """

    country: str
    subdivision: str = ""

    def __call__(self, year: int) -> frozenset[date]:
        """The days off of one year, with those given for a holiday that falls on a weekend."""
        return _days_off(self.country, self.subdivision, year)


def countries() -> dict[str, list[str]]:
    """ISO codes of the countries whose holidays are known, each with the codes of its parts."""
    return holidays.list_supported_countries(include_aliases=False)


@lru_cache(maxsize=2048)
def _days_off(country: str, subdivision: str, year: int) -> frozenset[date]:
    days = holidays.country_holidays(country, subdiv=subdivision or None, years=year, expand=False)
    return frozenset(days)
