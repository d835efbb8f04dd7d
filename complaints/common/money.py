"""Sums of money: told to people, and carried over into another currency. Never a float."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal
from typing import Final

from babel.numbers import format_currency
from django.utils.functional import lazy
from django.utils.translation import get_language, to_locale
from djmoney.money import Money

CENT: Final = Decimal("0.01")
MOST: Final = Decimal("9999999.99")


def money_words(amount: Money) -> str:
    """A sum as people read it, in the language that is active now: `$1,850.00`."""
    return format_currency(amount.amount, str(amount.currency), locale=to_locale(get_language() or "en"))


def converted(amount: Money, rate: Decimal) -> Decimal:
    """What a sum comes to at a rate, in whole cents and never less than it is worth."""
    return Decimal(amount.amount * rate).quantize(CENT, rounding=ROUND_UP)


lazy_money_words: Final = lazy(money_words, str)
"""The same for a message: in the language of whoever reads it."""
