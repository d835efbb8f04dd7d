from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle, links, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.common.errors import AddressOnFile
from complaints.common.tokens import Token
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def hand_out_link(reference: str, *, by: Employee, at: datetime, submission: str = "") -> tuple[Case, Token]:
    """Mint a tracking link to be given to the customer on paper: only where there is no address to send it to.

    What was minted cannot be read again. The same form sent twice is one handing out with two links, both good: the
    paper may have come from either. The version stays: nobody's page grows old by it.

    Locks the case. Raises NotFound, NotPermitted, AddressOnFile.
    """
    case = lifecycle.lock_for(by, Permission.HAND_OUT_LINK, reference, move=Move.NOTE)
    if case.customer.emails.exists():
        raise AddressOnFile(case=case.reference)
    if not timeline.has_submission(case, submission):
        timeline.record(case, Entry.LINK_HANDED_OUT, by=by.actor, at=at, submission=submission)
    return case, links.mint(case, at=at)
