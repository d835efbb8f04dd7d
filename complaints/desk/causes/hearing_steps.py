"""What can be done in a hearing, and with which form."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.causes.judges import decides
from complaints.causes.models import Finding, Hearing
from complaints.causes.states import HearingMove
from complaints.desk.causes.investigation_steps import CHOOSE, WRITE
from complaints.desk.causes.stepping import CauseForm, CauseStep
from complaints.desk.fields import Words
from complaints.handling.hear_employee import hear_employee
from complaints.handling.judge_hearing import appeal_finding, decide_appeal, make_finding
from complaints.staff.models import Employee


class StatementForm(CauseForm):
    text = Words(label=_("Your side, in your words"), error_messages=WRITE)


class FindingForm(CauseForm):
    finding = forms.ChoiceField(
        label=_("What you found"), choices=Finding.choices, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    reason = Words(label=_("Why"), help_text=_("The employee reads it."), error_messages=WRITE)


class AppealForm(CauseForm):
    reason = Words(label=_("Why you do not agree"), error_messages=WRITE)


def _state(pk: int, *, text: str, by: Employee, at: datetime, **_told: Any) -> object:
    return hear_employee(pk, text=text, by=by, at=at)


def _find(pk: int, *, finding: str, reason: str, by: Employee, at: datetime, **_told: Any) -> object:
    return make_finding(pk, finding=finding, reason=reason, by=by, at=at)


def _appeal(pk: int, *, reason: str, by: Employee, at: datetime, **_told: Any) -> object:
    return appeal_finding(pk, reason=reason, by=by, at=at)


def _decide(pk: int, *, finding: str, reason: str, by: Employee, at: datetime, **_told: Any) -> object:
    return decide_appeal(pk, finding=finding, reason=reason, by=by, at=at)


def _is_accused(row: Hearing, employee: Employee, _at: datetime) -> bool:
    return row.accused_id == employee.pk


def _in_time(row: Hearing, at: datetime) -> bool:
    return row.appeal_by is not None and at < row.appeal_by


def _was_heard(row: Hearing, at: datetime) -> bool:
    return row.heard_at is not None or at >= row.answer_by


def _may_decide(row: Hearing, employee: Employee, at: datetime) -> bool:
    return decides(employee, row, at=at)


HEARING_STEPS: Final[dict[HearingMove, CauseStep]] = {
    HearingMove.STATE: CauseStep(
        _is_accused,
        _state,
        _("Your statement is with whoever looks into it and whoever decides."),
        icon="message-circle",
        form=StatementForm,
        primary=True,
        explains=_("It is read by whoever looks into it and whoever decides, by nobody else. You can add to it later."),
    ),
    HearingMove.FIND: CauseStep(
        _may_decide,
        _find,
        _("The employee is told, and may appeal."),
        icon="scale",
        form=FindingForm,
        primary=True,
        is_ready=_was_heard,
    ),
    HearingMove.APPEAL: CauseStep(
        _is_accused,
        _appeal,
        _("Your appeal is with the next tier."),
        icon="arrow-up",
        form=AppealForm,
        is_ready=_in_time,
        explains=_("Somebody on the next tier, who had no part in it so far, decides anew and for good."),
    ),
    HearingMove.DECIDE: CauseStep(
        _may_decide,
        _decide,
        _("The appeal is decided; everybody concerned is told."),
        icon="scale",
        form=FindingForm,
        primary=True,
    ),
}
