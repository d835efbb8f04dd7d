from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from complaints.cases import timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.common.actors import SYSTEM
from complaints.common.tokens import read_reference
from complaints.customers.models import UNSHOWN
from complaints.customers.records import has_contact
from complaints.handling import tell
from complaints.outbox.models import Kind
from complaints.outbox.queue import told_since

PAUSE = timedelta(minutes=10)


@transaction.atomic
def send_link(reference: str, *, contact: str, at: datetime) -> None:
    """Send the tracking link to the address on file, at most once in ten minutes, where reference and contact match.

    Says nothing of whether they did: the page must look the same. Locks the case.
    """
    named = read_reference(reference)
    cases = (
        Case.objects.select_for_update(of=("self",)).select_related("customer", "unit", "responsible").defer(*UNSHOWN)
    )
    case = cases.filter(reference=named).first()
    if (
        case is None
        or not has_contact(case.customer, contact)
        or told_since(Kind.TRACKING_LINK, about=case.reference, since=at - PAUSE)
    ):
        return
    tell.customer(case, Kind.TRACKING_LINK, occasion=f"{at:%Y-%m-%dT%H:%M}", at=at)
    timeline.record(case, Entry.LINK_SENT, by=SYSTEM, at=at)
