"""What can be done with a corrective action, and with which form."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.causes.models import CorrectiveAction
from complaints.causes.states import ActionMove
from complaints.desk.causes.investigation_steps import CHOOSE, WRITE
from complaints.desk.causes.stepping import CauseForm, CauseStep
from complaints.desk.fields import Day, Words
from complaints.handling.explain_change import changes_to_explain, explain_change
from complaints.handling.finish_action import drop_action, finish_action
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may


class FinishForm(CauseForm):
    evidence = Words(
        label=_("What shows that it is done"),
        help_text=_("Such as the new standard, the date of the training, what the supplier signed."),
        error_messages=WRITE,
    )
    effect_on = Day(
        label=_("Takes effect on"),
        help_text=_("From this day on complaints are counted as after it."),
        error_messages={"required": _("Please give a day.")},
    )

    def offer(self, row: CorrectiveAction, *, by: Employee, at: datetime) -> None:
        """Begin with today, where it is to have its effect."""
        self.initial["effect_on"] = at.astimezone(ZoneInfo(row.unit.time_zone)).date()


class DropForm(CauseForm):
    reason = Words(label=_("Reason"), error_messages=WRITE)


class ExplainForm(CauseForm):
    change = forms.TypedChoiceField(
        label=_("Which change"),
        coerce=int,
        help_text=_("Changes since it was planned that name no reason yet."),
        error_messages=CHOOSE,
    )

    def offer(self, row: CorrectiveAction, *, by: Employee, at: datetime) -> None:
        """Offer the changes made since."""
        named = [
            (one.pk, f"{one.get_setting_display()}: {one.name} · {one.by_name}") for one in changes_to_explain(row)
        ]
        cast("forms.ChoiceField", self.fields["change"]).choices = [("", "—"), *named]


def _finish(pk: int, *, evidence: str, effect_on: date, by: Employee, at: datetime, **_told: Any) -> object:
    return finish_action(pk, evidence=evidence, effect_on=effect_on, by=by, at=at)


def _drop(pk: int, *, reason: str, by: Employee, at: datetime, **_told: Any) -> object:
    return drop_action(pk, reason=reason, by=by, at=at)


def _explain(pk: int, *, change: int, by: Employee, at: datetime, **_told: Any) -> object:
    return explain_change(pk, change=change, by=by, at=at)


def _owns(row: CorrectiveAction, employee: Employee, _at: datetime) -> bool:
    return row.owner_id == employee.pk or may(employee, Permission.INVESTIGATE)


def _investigates(_row: CorrectiveAction, employee: Employee, _at: datetime) -> bool:
    return may(employee, Permission.INVESTIGATE)


ACTION_STEPS: Final[dict[ActionMove, CauseStep]] = {
    ActionMove.FINISH: CauseStep(
        _owns,
        _finish,
        _("Done. Its effect is observed from that day on, and it comes back by itself if it had none."),
        icon="check",
        form=FinishForm,
        primary=True,
    ),
    ActionMove.EXPLAIN: CauseStep(
        _owns,
        _explain,
        _("The change names this action as its reason now."),
        icon="link",
        form=ExplainForm,
        on_demand=True,
    ),
    ActionMove.DROP: CauseStep(_investigates, _drop, _("The action is dropped."), icon="x", form=DropForm),
}
