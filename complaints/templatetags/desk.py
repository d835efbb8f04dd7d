"""Small words for the templates of the desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.timesince import timesince
from djmoney.money import Money
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException

from complaints.cases.models import Case
from complaints.common.money import money_words
from complaints.desk import places, wording
from complaints.desk.request import at_desk
from complaints.outbox.texts import language_name as name_of_language
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission
from complaints.staff.permissions import may as grants
from complaints.standards.models import FailureType, Severity

register = template.Library()


@register.filter
def may(employee: Employee, permission: str) -> bool:
    """Whether the employee's role grants a permission such as `case:file`."""
    return grants(employee, Permission(permission))


@register.simple_tag(takes_context=True)
def head(context: dict[str, Any]) -> places.Head:
    """The places of whoever reads the page, for the head of the desk."""
    request = context["request"]
    return places.head(at_desk(request).user, request.path, context["counts"])


@register.filter
def language_name(code: str) -> str:
    """What a language that customers are written to in is called."""
    return name_of_language(code)


@register.filter
def catalogue_name(failure_type: FailureType | None) -> str:
    """The name of a failure type in the reader's language."""
    return "" if failure_type is None else wording.name_of(failure_type)


@register.filter
def money(amount: Money) -> str:
    """A sum in the reader's language."""
    return money_words(amount)


@register.filter
def money_of(amount: Decimal, currency: str) -> str:
    """The same, where the currency stands in a field of its own."""
    return money_words(Money(amount, currency))


@register.filter
def international(number: str) -> str:
    """A telephone number in groups, as one reads it out; whatever is none stays as it is."""
    try:
        return str(PhoneNumber.from_string(number).as_international)
    except NumberParseException:
        return number


@register.filter
def severity_tone(severity: int) -> str:
    """The class that colours a severity."""
    return wording.TONES[Severity(severity)]


@register.inclusion_tag("desk/_due.html")
def due(case: Case) -> dict[str, wording.Due]:
    """Time left in words; the exact moment, in the reader's zone, is its title."""
    return {"due": wording.due_in_words(case, at=timezone.now())}


@register.inclusion_tag("desk/_ago.html")
def ago(moment: datetime) -> dict[str, object]:
    """How long ago in words; the exact moment, in the reader's zone, is its title."""
    fresh = timezone.now() - moment < timedelta(minutes=1)
    return {"moment": moment, "time": "" if fresh else timesince(moment, depth=1)}
