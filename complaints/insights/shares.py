"""Shares with how sure one can be of them, and shares whose answers are not all in."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, sqrt
from typing import Final

Z: Final = 1.959963984540054
"""The normal deviate that 95 per cent lie within."""


def wilson(hits: int, n: int, *, z: float = Z) -> tuple[float, float]:
    """The interval of Wilson for a share of `hits` in `n`; everything from 0 to 1 for none.

    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), E. B. Wilson, "Probable Inference, the Law of Succession, and
    Statistical Inference", Journal of the American Statistical Association 22 (1927), 209-212.
    """
    if not n:
        return 0.0, 1.0
    share, squared = hits / n, z * z
    middle = share + squared / (2 * n)
    half = z * sqrt(share * (1 - share) / n + squared / (4 * n * n))
    low, high = (middle - half) / (1 + squared / n), (middle + half) / (1 + squared / n)
    return (0.0 if hits == 0 else low), (1.0 if hits == n else high)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some cases something is true of, not true of, and not known of yet."""

    yes: int
    no: int
    unknown: int = 0

    @property
    def n(self) -> int:
        """All of them."""
        return self.yes + self.no + self.unknown

    @property
    def is_known(self) -> bool:
        """Whether there is a rate: some cases, and an answer for each."""
        return bool(self.n) and not self.unknown

    @property
    def rate(self) -> float | None:
        """The share; None while an answer is missing: those who happened to answer are not like the others."""
        return self.yes / self.n if self.is_known else None

    @property
    def known_per_cent(self) -> int:
        """For how many in a hundred the answer is known, rounded down."""
        return floor(100 * (self.yes + self.no) / self.n) if self.n else 0

    @property
    def bounds(self) -> tuple[float, float]:
        """What the share may still come to: were every missing answer a no, and were each a yes."""
        return (self.yes / self.n, (self.yes + self.unknown) / self.n) if self.n else (0.0, 1.0)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of a rate that is known."""
        return wilson(self.yes, self.n)
