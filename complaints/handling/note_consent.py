from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid, NotFound
from complaints.common.words import clean_line
from complaints.customers import consents
from complaints.customers.models import Consent, Customer, Purpose
from complaints.handling.change_customer import require_change
from complaints.staff.models import Employee


@transaction.atomic
def note_consent(pk: int, *, purpose: str, agrees: bool, words: str, by: Employee, at: datetime) -> Consent:
    """Write down that a customer agrees to something, or does not any more; what stands already is not said twice.

    Locks the customer. Raises NotFound, CustomerNotYours, Invalid.
    """
    customer = Customer.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    if customer is None:
        raise NotFound
    require_change(customer, by=by)
    if purpose not in Purpose.values:
        raise Invalid(field="purpose", sentence=_("Please choose what it is about."))
    words = clean_line(words)
    if not words:
        raise Invalid(field="words", sentence=_("Please say how they told us, such as \u201con the telephone\u201d."))
    standing = consents.standing(customer).get(Purpose(purpose))
    if standing is not None and standing.agrees == agrees:
        return standing
    return Consent.objects.create(
        customer=customer, purpose=purpose, agrees=agrees, words=words[:200], at=at, noted_by=by
    )
