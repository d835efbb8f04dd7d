from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import lifecycle, links, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.queries import locked
from complaints.common.errors import Invalid, NotFound
from complaints.customers import records
from complaints.customers.models import Customer, Reach
from complaints.customers.records import mobiles_among
from complaints.handling.texts import known_language
from complaints.intake.catalogue import is_stand_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How somebody wants to be written to; an empty channel is the one that holds.

    Quiet hours are on the clocks of the unit that looks after their case.
    """

    language: str
    channel: str = ""
    quiet_from: time | None = None
    quiet_until: time | None = None
    no_progress: bool = False


@transaction.atomic
def keep_wishes(token: str, wishes: Wishes, *, at: datetime) -> Case:
    """The customer says how they want to be written to, about all of their complaints; said twice, written once.

    Locks the customer, then the case. Raises NotFound, also for a name that stands for many, and Invalid.
    """
    case = links.case_behind(token, at=at)
    customer = Customer.objects.select_for_update(no_key=True, of=("self",)).get(pk=case.customer_id)
    if is_stand_in(customer):
        raise NotFound
    if wishes.channel == Reach.SMS and not mobiles_among(customer.phones.all()):
        raise Invalid(field="channel", sentence=_("We have no mobile number of yours; please send us one first."))
    known_language(wishes.language)
    records.check_quiet_hours(wishes.quiet_from, wishes.quiet_until)
    before = records.file_of(customer)
    told = replace(before, **asdict(wishes) | {"channel": wishes.channel or before.channel})
    if not told.differs_in(before):
        return case
    case = locked(case.reference)
    records.change(customer, told)
    timeline.record(case, Entry.WISHES_KEPT, by=customer.actor, at=at)
    lifecycle.renew_versions([case])
    return case
