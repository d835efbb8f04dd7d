"""What is asked of every case and not answered for all of them yet."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from complaints.insights.shares import Share, interval


@dataclass(frozen=True, slots=True)
class Answers:
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
        return interval(Share(self.yes, self.n))
