"""A text of a message tried out before it holds: shown with the facts of a real complaint, and sent to oneself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from complaints.cases.models import Case
from complaints.cases.queries import one_visible
from complaints.handling import tell
from complaints.handling.keep_text import cleaned, require_texts
from complaints.outbox import texts
from complaints.outbox.models import Channel, Kind, Message
from complaints.outbox.placeholders import is_for_customers, samples_of
from complaints.outbox.queue import Recipient, drafted, enqueue
from complaints.outbox.render import Rendered, facts_of, render, with_code, with_link
from complaints.outbox.shipped import Source
from complaints.outbox.sms import text_of
from complaints.staff.models import Employee

LENGTH_OF_TOKEN = 22
NO_CODE = "XXXX-XXXX-XXXX-XXXX"
"""Stands where the code of a voucher would: a preview hands out none."""


def preview(kind: Kind, language: str, *, source: Source, reference: str, by: Employee, at: datetime) -> Rendered:
    """What a text would come to: with the facts of a complaint one sees, without `reference` with samples.

    Where such a message was queued about the complaint, with the facts of the newest one. The link is only the address
    of the page where customers ask for theirs, and the code of a voucher is none. Raises NotPermitted, NotFound,
    Invalid.
    """
    words, _sms = try_out(kind, language, source=source, reference=reference, by=by, at=at)
    return words


def try_out(
    kind: Kind, language: str, *, source: Source, reference: str, by: Employee, at: datetime
) -> tuple[Rendered, str]:
    """What a text would come to as a mail and, to customers, as an SMS, whose link is of the length of a real one.

    Otherwise as `preview`.
    """
    require_texts(kind, language, by=by)
    wording = texts.judged(kind, language, cleaned(source))
    case = one_visible(by, reference) if reference else None
    zone = case.unit.time_zone if case else by.unit.time_zone
    with translation.override(language):
        facts = samples_of(kind) | (_facts(kind, case, by=by, at=at) if case else {})

    def on(channel: Channel) -> Rendered:
        told = render(kind, language=language, zone=zone, facts=facts, wordings=[wording], channel=channel)
        return with_code(told, NO_CODE)

    mail, link = on(Channel.EMAIL), f"{settings.BASE_URL}{reverse('portal:find_link')}"
    told = Rendered(
        with_link(mail.subject, link), with_link(mail.text, link), with_link(mail.html, link), mail.language
    )
    return told, text_of(on(Channel.SMS), link=sample_link()) if is_for_customers(kind) else ""


def sample_link() -> str:
    """A link that leads nowhere, as long as those to a tracking page."""
    return f"{settings.BASE_URL}{reverse('portal:track', args=['x' * LENGTH_OF_TOKEN])}"


@transaction.atomic
def send_test(kind: Kind, language: str, *, source: Source, reference: str, by: Employee, at: datetime) -> str:
    """Queue what `preview` shows to oneself, marked as a test; returns the address it goes to.

    It meets no deadline and nobody else hears of it. Raises NotPermitted, NotFound, Invalid.
    """
    words = preview(kind, language, source=source, reference=reference, by=by, at=at)
    to = Recipient(address=by.email, name=by.name, language=language, is_customer=False)
    occasion = f"test {at.isoformat()}"
    message = drafted(kind, to=to, about="", unit=by.unit, occasion=occasion, facts={}, at=at)
    message.subject = (_("Test: %(subject)s") % {"subject": words.subject})[:250]
    message.body_text, message.body_html = words.text, words.html
    enqueue(message)
    return by.email


def _facts(kind: Kind, case: Case, *, by: Employee, at: datetime) -> dict[str, Any]:
    """What the newest message of the kind told about a case; without one, what any would tell of it now."""
    told = Message.objects.filter(about=case.reference, kind=kind).order_by("-pk").first()
    if told is None:
        make = _to_customer if is_for_customers(kind) else _to_colleague
        told = make(kind, case, by=by, at=at)
    return facts_of(told)


def _to_customer(kind: Kind, case: Case, *, by: Employee, at: datetime) -> Message:
    return tell.to_customer(case, kind, occasion="", at=at, what_happened=case.what_happened)


def _to_colleague(kind: Kind, case: Case, *, by: Employee, at: datetime) -> Message:
    return tell.to_employee(by, case, kind, occasion="", at=at)[0]
