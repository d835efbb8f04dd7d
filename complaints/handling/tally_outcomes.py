from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.insights import outcomes


@transaction.atomic
def tally_outcomes(*, at: datetime) -> int:
    """Count anew what each kind of remedy did, for the pages that tell of it; how many rows. One at a time."""
    return outcomes.tally(at=at)
