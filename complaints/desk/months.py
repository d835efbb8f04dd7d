"""Months that are asked for in an address."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date

YEARS: Final = range(2000, 3000)
"""Of which there are months to be asked for."""


def month_asked(request: HttpRequest) -> date:
    """The month asked for, such as 2026-03, or the present one."""
    try:
        asked = parse_date(f"{request.GET.get('month', '')}-01")
    except ValueError:
        asked = None
    return asked if asked and asked.year in YEARS else timezone.localdate().replace(day=1)


def shifted(month: date, by: int) -> date:
    """The first day of the month so many months later."""
    months = month.year * 12 + month.month - 1 + by
    return date(months // 12, months % 12 + 1, 1)


def around(month: date) -> dict[str, Any]:
    """The month for a page, with those before and behind it; none behind the present one."""
    behind = shifted(month, 1)
    return {
        "month": month,
        "before": shifted(month, -1),
        "behind": behind if behind <= timezone.localdate() else None,
    }
