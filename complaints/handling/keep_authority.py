from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.handling import keeping
from complaints.remedies.catalogue import catalogue
from complaints.remedies.models import Authority
from complaints.remedies.sheets import AuthoritySheet
from complaints.staff.models import Employee, Setting

WHOSE: Final = ("tier", "employee", "unit", "currency")


@transaction.atomic
def keep_authority(
    pk: int | None, *, sheet: AuthoritySheet, by: Employee, at: datetime, seen: str | None = None
) -> Authority:
    """Write down what somebody may spend, or add a rule without `pk`; the rule that holds from then on.

    What was in force stays written as it was: other terms end it, and another rule begins in that moment. Locks the
    settings, then the rule. Raises NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    keeping.begin(by)
    if not set(sheet.kinds) <= catalogue().keys():
        raise Invalid(field="kinds", sentence=_("This kind of remedy is not in the catalogue."))
    rule = keeping.locked(Authority.objects.all(), pk)
    if rule is None:
        return _begun(sheet, at=at, before={}, by=by)
    now = AuthoritySheet.of_authority(rule)
    if not keeping.is_news(sheet, now=now, seen=seen):
        return rule
    differs = sheet.differs_in(now)
    _check(sheet, now, differs, at=at)
    before = keeping.words(now, rule)
    if differs != ["valid_until"] and rule.valid_from < at:
        begins = at if "valid_from" not in differs else sheet.valid_from
        rule.valid_until = _future(begins, at=at, field="valid_from")
        keeping.store(rule)
        return _begun(replace(sheet, valid_from=begins), at=at, before=before, by=by)
    if "valid_from" in differs:
        _future(sheet.valid_from, at=at, field="valid_from")
    sheet.write(rule)
    keeping.store(rule)
    keeping.note(Setting.AUTHORITY, rule, before, sheet, by=by, at=at)
    return rule


def _begun(sheet: AuthoritySheet, *, at: datetime, before: dict[str, str], by: Employee) -> Authority:
    """A new rule, from now on or from later."""
    sheet = replace(sheet, valid_from=_future(sheet.valid_from, at=at, field="valid_from"))
    rule = Authority()
    sheet.write(rule)
    keeping.store(rule)
    keeping.note(Setting.AUTHORITY, rule, before, sheet, by=by, at=at)
    return rule


def _check(sheet: AuthoritySheet, now: AuthoritySheet, differs: list[str], *, at: datetime) -> None:
    whose = next((name for name in WHOSE if name in differs), None)
    if whose is not None:
        raise Invalid(
            field=whose, sentence=_("Whom an authority is for stays as it is: end this one, and add another one.")
        )
    if now.valid_until is not None and now.valid_until <= at:
        raise Invalid(field="", sentence=_("This authority has ended and stays as it was; add another one."))
    if "valid_until" in differs and sheet.valid_until is not None:
        _future(sheet.valid_until, at=at, field="valid_until")


def _future(moment: datetime | None, *, at: datetime, field: str) -> datetime:
    """The moment, or now where none is named; raises Invalid for one that is past."""
    if moment is not None and moment < at:
        raise Invalid(
            field=field, sentence=_("What was in force stays so: please name a moment that is still to come.")
        )
    return moment or at
