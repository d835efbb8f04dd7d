"""How long things take, counting what still goes on: the product-limit estimate of Kaplan and Meier.

S(t) is the product over all times u up to t of 1 - d(u) / n(u): d(u) ended after u, and n(u) had neither ended nor
dropped out of sight before u. What still goes on is seen for as long as it has gone on, and drops out after that.
E. L. Kaplan and P. Meier, "Nonparametric Estimation from Incomplete Observations", Journal of the American Statistical
Association 53 (1958), 457-481. Nothing here knows of cases or of a database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

_ROUNDING: Final = 1e-9


def curve(ended: Mapping[int, int], going_on: Mapping[int, int]) -> Iterator[tuple[int, float]]:
    """The share that still goes on after each time at which something ended, in order of time.

    `ended` and `going_on` say how many ended after so long, or have gone on so long without an end, in any one unit.
    """
    left, share = sum(ended.values()) + sum(going_on.values()), 1.0
    for time in sorted({*ended, *going_on}):
        gone = ended.get(time, 0)
        if gone:
            share *= 1 - gone / left
            yield time, share
        left -= gone + going_on.get(time, 0)


def time_until(part: float, ended: Mapping[int, int], going_on: Mapping[int, int]) -> int | None:
    """The time after which this part of all has ended: 0.5 for the median. None where that is not to be seen yet."""
    for time, share in curve(ended, going_on):
        if share <= 1 - part + _ROUNDING:
            return time
    return None
