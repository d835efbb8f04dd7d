from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.queries import visible_to
from complaints.cases.states import Move, Outcome, Status
from complaints.common.errors import Invalid
from complaints.common.tokens import read_reference
from complaints.handling import tell
from complaints.handling.end_remedies import end_remedies
from complaints.outbox.models import Kind
from complaints.remedies import ledger
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def mark_duplicate(
    reference: str, *, original: str, by: Employee, at: datetime, seen_version: int | None = None
) -> Case:
    """Close a case because another, older or not, carries the same matter on; sent twice, done once.

    What was offered stays on its own case, what nobody decided on is withdrawn. Locks both cases, in the order of their
    ids, so that two marks across each other cannot wait for one another; then the balances.
    """
    named = read_reference(original)
    other = visible_to(by).filter(reference=named).first() if named else None
    if other is None or other.reference == reference:
        raise Invalid(
            field="original", sentence=_("Please give the reference of the other complaint, such as C-7K3M9QXR.")
        )
    list(Case.objects.select_for_update().filter(reference__in=[reference, other.reference]).order_by("pk"))
    case = lifecycle.lock_for(by, Permission.MARK_DUPLICATE, reference, move=Move.NOTE)
    if case.duplicate_of_id == other.pk:
        return case
    lifecycle.check_version(case, seen_version)
    lifecycle.check(case, Move.MARK_DUPLICATE)
    other.refresh_from_db()
    if other.duplicate_of_id is not None:
        raise Invalid(
            field="original",
            sentence=_("%(other)s is a duplicate itself. Please name the complaint that goes on.") % {"other": other},
        )
    if other.status == Status.CLOSED:
        raise Invalid(
            field="original", sentence=_("%(other)s is closed. Please open it again first.") % {"other": other}
        )
    if case.duplicates.exists():
        raise Invalid(
            field="original", sentence=_("Other complaints are marked as duplicates of this one: it has to go on.")
        )
    ledger.queue_for_moving()  # before what is one failure changes: those who move a sum take the two in this order
    was = str(case.status)
    lifecycle.apply(case, Move.MARK_DUPLICATE, at=at, outcome=Outcome.DUPLICATE, duplicate_of=other)
    same_customer = case.customer_id == other.customer_id
    facts = {"original": other.reference, "was": was}
    timeline.record(case, Entry.DUPLICATE_MARKED, by=by.actor, at=at, public=same_customer, **facts)
    timeline.record(other, Entry.DUPLICATE_RECEIVED, by=by.actor, at=at, duplicate=case.reference)
    lifecycle.store(other)
    end_remedies(case, by=by.actor, closed_by=by, at=at)
    told = {"outcome": Outcome.DUPLICATE.value, "original": other.reference if same_customer else ""}
    tell.customer(case, Kind.CLOSED, occasion=f"v{case.version}", at=at, **told)
    return case
