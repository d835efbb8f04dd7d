from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.handling import keeping
from complaints.remedies.catalogue import catalogue, is_tangible
from complaints.remedies.models import Advice, Playbook, PlaybookVersion
from complaints.remedies.sheets import SAID, AdviceLine, PlaybookSheet
from complaints.staff.models import Employee, Setting


@transaction.atomic
def keep_playbook(
    pk: int | None, *, sheet: PlaybookSheet, by: Employee, at: datetime, seen: str | None = None
) -> Playbook:
    """Write a playbook anew, or add one without `pk`; other words or remedies make a new version.

    What a version said stays as it was: to go back to it is to write its words anew. Locks the settings, then the
    playbook. Raises NotPermitted, NotFound, ChangedMeanwhile, Invalid; also for the cases of another one in force.
    """
    keeping.begin(by, Setting.PLAYBOOK)
    found = keeping.locked(Playbook.objects.all(), pk)
    now = PlaybookSheet.of_playbook(found) if found else None
    sheet = replace(sheet, advice=tuple(_in_order(sheet.advice)))
    playbook = found or Playbook()
    if not keeping.is_news(sheet, now=now, seen=seen):
        return playbook
    _check(sheet)
    before = keeping.words(now, playbook) if now else {}
    sheet.write_on(playbook)
    keeping.store(playbook)
    if now is None or sheet.says_other(now):
        _say(playbook, sheet, by=by, at=at)
    keeping.note(Setting.PLAYBOOK, playbook, before, sheet, by=by, at=at)
    return playbook


def _in_order(lines: Sequence[AdviceLine]) -> list[AdviceLine]:
    """The remedies without a range where they cost no money, whatever stands in the fields beside them."""
    return [one if is_tangible(one.kind) else replace(one, least=None, most=None, currency="") for one in lines]


def _check(sheet: PlaybookSheet) -> None:
    if not sheet.apology and not sheet.apology_zh:
        raise Invalid(field="apology", sentence=_("A playbook begins with words for the apology."))
    if not sheet.advice:
        raise Invalid(field="advice", sentence=_("A playbook names at least one remedy."))
    if not {one.kind for one in sheet.advice} <= catalogue().keys():
        raise Invalid(field="advice", sentence=_("This kind of remedy is not in the catalogue."))


def _say(playbook: Playbook, sheet: PlaybookSheet, *, by: Employee, at: datetime) -> None:
    """Let a new version take over from the one before."""
    earlier = PlaybookVersion.objects.filter(playbook=playbook)
    number = 1 + max(earlier.values_list("number", flat=True), default=0)
    earlier.filter(is_current=True).update(is_current=False)
    said = {name: getattr(sheet, name) for name in SAID}
    version = PlaybookVersion.objects.create(playbook=playbook, number=number, made_at=at, made_by=by.name, **said)
    advice = [
        Advice(version=version, kind=one.kind, least=one.least, most=one.most, currency=one.currency, fits=one.fits)
        for one in sheet.advice
    ]
    for one in advice:
        keeping.check(one, but=["version"])
    Advice.objects.bulk_create(advice)
