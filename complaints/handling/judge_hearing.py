from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.causes import records, states
from complaints.causes.models import Finding, Hearing, HearingKind
from complaints.causes.states import HearingMove
from complaints.common.errors import CausesNotYours, Invalid, NotHeardYet
from complaints.handling import causes
from complaints.handling.texts import written
from complaints.staff.models import Employee, Role
from complaints.staff.queries import Roster


@transaction.atomic
def make_finding(pk: int, *, finding: str, reason: str, by: Employee, at: datetime) -> Hearing:
    """Decide whether what is alleged holds, by who was named for it. Locks the hearing.

    Raises NotFound, NotPermitted for all but who decides, CauseMovedOn, Invalid, and NotHeardYet as long as the
    employee has neither answered nor let the time for it pass.
    """
    hearing = causes.lock_hearing(pk, by=by)
    if hearing.decider_id != by.pk:
        raise CausesNotYours
    states.apply(hearing, HearingMove.FIND)
    if hearing.heard_at is None and at < hearing.answer_by:
        until = date_format(hearing.answer_by.astimezone(ZoneInfo(by.unit.time_zone)), "DATETIME_FORMAT")
        raise NotHeardYet(name=hearing.accused.name, until=until)
    hearing.finding, hearing.found_at = _finding(finding), at
    hearing.save(update_fields=["state", "finding", "found_at"])
    records.say(hearing, HearingKind.FOUND, by=by, at=at, text=written(reason, field="reason"), finding=finding)
    news = gettext_lazy("A finding was made on what was alleged")
    for person in (hearing.accused, hearing.investigator):
        causes.tell_in_confidence(person, hearing, news=news, occasion="found", at=at)
    return hearing


@transaction.atomic
def appeal_finding(pk: int, *, reason: str, by: Employee, at: datetime) -> Hearing:
    """Take a finding to the next tier, by the employee it is about. Locks the hearing.

    Above the last tier another VP decides. Raises NotFound, NotPermitted, CauseMovedOn, and Invalid where there is
    nobody else.
    """
    hearing = causes.lock_hearing(pk, by=by)
    if hearing.accused_id != by.pk:
        raise CausesNotYours
    states.apply(hearing, HearingMove.APPEAL)
    reason = written(reason, field="reason")
    hearing.appeal_decider = _next_tier(hearing, at=at)
    hearing.save(update_fields=["state", "appeal_decider"])
    records.say(hearing, HearingKind.APPEALED, by=by, at=at, text=reason)
    news = gettext_lazy("An employee appeals a finding, and you decide on it")
    causes.tell_in_confidence(hearing.appeal_decider, hearing, news=news, occasion="appealed", at=at)
    return hearing


@transaction.atomic
def decide_appeal(pk: int, *, finding: str, reason: str, by: Employee, at: datetime) -> Hearing:
    """Decide on an appeal, for good. Locks the hearing. Raises NotFound, NotPermitted, CauseMovedOn, Invalid."""
    hearing = causes.lock_hearing(pk, by=by)
    if hearing.appeal_decider_id != by.pk:
        raise CausesNotYours
    states.apply(hearing, HearingMove.DECIDE)
    hearing.finding = _finding(finding)
    hearing.save(update_fields=["state", "finding"])
    records.say(hearing, HearingKind.DECIDED, by=by, at=at, text=written(reason, field="reason"), finding=finding)
    news = gettext_lazy("An appeal was decided")
    for person in (hearing.accused, hearing.investigator, hearing.decider):
        causes.tell_in_confidence(person, hearing, news=news, occasion="decided", at=at)
    return hearing


def _finding(finding: str) -> Finding:
    if finding not in Finding.values:
        raise Invalid(field="finding", sentence=_("Please choose what you found."))
    return Finding(finding)


def _next_tier(hearing: Hearing, *, at: datetime) -> Employee:
    concerned = {hearing.accused_id, hearing.investigator_id, hearing.decider_id}
    unit = hearing.accused.unit
    above = Roster(at=at, units=unit.ancestor_ids).superior_of(hearing.decider_id, unit)
    if above is None or above.pk in concerned:
        others = Employee.objects.filter(is_active=True, role=Role.VP).exclude(pk__in=concerned)
        above = others.order_by("pk").first()
    if above is None:
        sentence = _("Nobody else could decide on an appeal. Please turn to the administrators.")
        raise Invalid(field="reason", sentence=sentence)
    return above
