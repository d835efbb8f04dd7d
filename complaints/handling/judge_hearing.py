from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.causes import judges, records, states, watching
from complaints.causes.models import Finding, Hearing, HearingKind
from complaints.causes.states import HearingMove
from complaints.common.errors import AppealTooLate, CausesNotYours, Invalid, NotHeardYet
from complaints.handling import causes
from complaints.handling.texts import written
from complaints.staff.models import Employee

MINUTE: Final = timedelta(minutes=1)
"""What ends at midnight is told with the last minute of its day."""


@transaction.atomic
def make_finding(pk: int, *, finding: str, reason: str, by: Employee, at: datetime) -> Hearing:
    """Decide whether what is alleged holds, by who was named for it or their stand-in. Locks the hearing.

    The employee is told until when they may appeal. Raises NotFound, NotPermitted, CauseMovedOn, Invalid, and
    NotHeardYet as long as the employee has neither answered nor let the time for it pass.
    """
    hearing = causes.lock_hearing(pk, by=by, at=at)
    if not judges.decides(by, hearing, at=at):
        raise CausesNotYours
    if hearing.heard_at is None and at < hearing.answer_by:
        raise NotHeardYet(name=hearing.accused.name, until=_moment(hearing.answer_by, by))
    found, reason = _finding(finding), written(reason, field="reason")
    states.apply(hearing, HearingMove.FIND)
    hearing.finding, hearing.found_at, hearing.found_by, hearing.look_at = found, at, by, None
    hearing.appeal_by = watching.appeal_by(hearing.accused.unit, at=at)
    hearing.save()
    records.say(hearing, HearingKind.FOUND, by=by, at=at, text=reason, finding=found)
    news = gettext_lazy("A finding was made on what was alleged; you may appeal it")
    causes.tell_in_confidence(
        hearing.accused, hearing, news=news, occasion="found", until=hearing.appeal_by - MINUTE, at=at
    )
    news = gettext_lazy("A finding was made on what was alleged")
    causes.tell_in_confidence(hearing.investigator, hearing, news=news, occasion="found", at=at)
    return hearing


@transaction.atomic
def appeal_finding(pk: int, *, reason: str, by: Employee, at: datetime) -> Hearing:
    """Take a finding to the next tier, by the employee it is about and in time. Locks the hearing.

    Above the last tier another VP decides. Raises NotFound, NotPermitted, CauseMovedOn, AppealTooLate, and Invalid
    where there is nobody else.
    """
    hearing = causes.lock_hearing(pk, by=by, at=at)
    if hearing.accused_id != by.pk:
        raise CausesNotYours
    states.apply(hearing, HearingMove.APPEAL)
    if hearing.appeal_by is None or at >= hearing.appeal_by:
        raise AppealTooLate(until=_moment((hearing.appeal_by or at) - MINUTE, by))
    reason = written(reason, field="reason")
    decider = _next_tier(hearing, at=at)
    hearing.appeal_decider, hearing.appealed_at, hearing.look_at = decider, at, at + watching.JUDGES_WITHIN
    hearing.save()
    records.say(hearing, HearingKind.APPEALED, by=by, at=at, text=reason)
    news = gettext_lazy("An employee appeals a finding, and you decide on it")
    causes.tell_in_confidence(decider, hearing, news=news, occasion="appealed", at=at)
    return hearing


@transaction.atomic
def decide_appeal(pk: int, *, finding: str, reason: str, by: Employee, at: datetime) -> Hearing:
    """Decide on an appeal, for good, by who was named for it or their stand-in. Locks the hearing.

    Raises NotFound, NotPermitted, CauseMovedOn, Invalid.
    """
    hearing = causes.lock_hearing(pk, by=by, at=at)
    if states.is_legal(hearing, HearingMove.DECIDE) and not judges.decides(by, hearing, at=at):
        raise CausesNotYours
    found, reason = _finding(finding), written(reason, field="reason")
    states.apply(hearing, HearingMove.DECIDE)
    hearing.finding, hearing.look_at = found, None
    hearing.save()
    records.say(hearing, HearingKind.DECIDED, by=by, at=at, text=reason, finding=found)
    news = gettext_lazy("An appeal was decided")
    for person in (hearing.accused, hearing.investigator, hearing.decider):
        causes.tell_in_confidence(person, hearing, news=news, occasion="decided", at=at)
    return hearing


def _finding(finding: str) -> Finding:
    if finding not in Finding.values:
        raise Invalid(field="finding", sentence=_("Please choose what you found."))
    return Finding(finding)


def _next_tier(hearing: Hearing, *, at: datetime) -> Employee:
    without = {*judges.others_concerned(hearing), hearing.decider_id}
    above = judges.judge_above(hearing.decider.tier, hearing.accused.unit, without=without, at=at)
    if above is None:
        sentence = _("Nobody else could decide on an appeal. Please turn to the administrators.")
        raise Invalid(field="reason", sentence=sentence)
    return above


def _moment(moment: datetime, reader: Employee) -> str:
    return date_format(moment.astimezone(ZoneInfo(reader.unit.time_zone)), "DATETIME_FORMAT")
