from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.queries import visible_to
from complaints.common.errors import Invalid, MailDealtWith, MailNotYours
from complaints.common.tokens import read_reference
from complaints.handling import mail_into_case
from complaints.handling.sort_mail import letter_of
from complaints.incoming import arrivals
from complaints.incoming.models import Mail, MailState
from complaints.incoming.queries import one_visible
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require


@transaction.atomic
def take_mail(pk: int, *, into: str, by: Employee, at: datetime) -> Case:
    """Take a mail after all that was set aside: as a word in the complaint that is named, or as a complaint of its own.

    It counts as the customer's word either way; the timeline says who took it. Locks the mail, then the case. Raises
    NotFound, MailNotYours, MailDealtWith, and Invalid where there is no such complaint that the employee sees.
    """
    one_visible(by, pk)
    require(by, Permission.TAKE_MAIL, MailNotYours)
    mail = Mail.objects.select_for_update(of=("self",)).defer("raw").get(pk=pk)
    if mail.state != MailState.ASIDE:
        raise MailDealtWith
    letter = letter_of(mail)
    if into.strip():
        reference = _seen(into, by=by)
        case = mail_into_case.join(
            mail, letter, reference, from_elsewhere=_is_stranger(letter.sender, reference), at=at
        )
    else:
        case = mail_into_case.start(mail, letter, at=at)
    timeline.record(case, Entry.MAIL_TAKEN, by=by.actor, at=at, address=letter.sender or "–", mail=mail.pk)
    arrivals.take(mail, case, at=at, by=by)
    return case


def _seen(typed: str, *, by: Employee) -> str:
    reference = read_reference(typed)
    if reference is None or not visible_to(by).filter(reference=reference).exists():
        raise Invalid(field="into", sentence=_("There is no such complaint that you can see."))
    return reference


def _is_stranger(sender: str, reference: str) -> bool:
    """Whether a sender is not the customer of a case by any address on file."""
    return not Case.objects.filter(reference=reference, customer__emails__address=sender).exists()
