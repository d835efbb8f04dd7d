"""What can be done with an investigation, and with which form."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from complaints.causes.models import LEAST_WINDOW, MOST_WINDOW, CauseCode, Investigation, Subject
from complaints.causes.queries import accusable, may_answer, may_tell, owners
from complaints.causes.states import InvestigationMove
from complaints.desk.causes.stepping import CauseForm, CauseStep
from complaints.desk.choices import MOST_OFFERED, failure_types, service_standards, tree, units
from complaints.desk.fields import Amount, Day, Line, LongSelect, Words
from complaints.handling.answer_investigation import WHYS, AnswerFacts, answer_investigation
from complaints.handling.plan_action import ActionFacts, plan_action
from complaints.handling.review_investigation import accept_cause, ask_again
from complaints.handling.tell_allegation import tell_allegation
from complaints.remedies.exchange import currencies
from complaints.staff.models import Course, Employee, Unit
from complaints.staff.permissions import Permission, may
from complaints.standards.models import RecoveryStandard

WRITE: Final = {"required": _("Please write something here.")}
CHOOSE: Final = {"required": _("Please choose one."), "invalid_choice": _("Please choose one.")}
USUAL_WINDOW: Final = 90


class AnswerForm(CauseForm):
    """Five whys, a fishbone or both, the cause they lead to, and the department's words."""

    why_1 = Line(label=_("Why did it happen?"), required=False, max_length=300)
    why_2 = Line(label=_("And why was that?"), required=False, max_length=300)
    why_3 = Line(label=_("And why was that?"), required=False, max_length=300)
    why_4 = Line(label=_("And why was that?"), required=False, max_length=300)
    why_5 = Line(label=_("And why was that?"), required=False, max_length=300)
    bone_people = Words(label=CauseCode.PEOPLE.label, required=False)
    bone_process = Words(label=CauseCode.PROCESS.label, required=False)
    bone_system = Words(label=CauseCode.SYSTEM.label, required=False)
    bone_supplier = Words(label=CauseCode.SUPPLIER.label, required=False)
    bone_customer = Words(label=CauseCode.CUSTOMER.label, required=False)
    bone_beyond = Words(label=CauseCode.BEYOND.label, required=False)
    root_code = forms.ChoiceField(
        label=_("Where the cause lies"), choices=CauseCode.choices, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    root_text = Words(label=_("The cause in your words"), error_messages=WRITE)
    answer = Words(
        label=_("Your answer to whoever asked"), help_text=_("What you do about it, and what you need."),
        error_messages=WRITE,
    )  # fmt: skip

    def offer(self, row: Investigation, *, by: Employee, at: datetime) -> None:
        """Begin with the answer that was sent back."""
        self.initial.update({f"why_{number}": why for number, why in enumerate(row.whys, start=1)})
        self.initial.update({f"bone_{code}": "\n".join(lines) for code, lines in row.bones.items()})
        self.initial.update({"root_code": row.root_code, "root_text": row.root_text, "answer": row.answer})

    def whys(self) -> list[forms.BoundField]:
        """The chain of whys, as the page draws it."""
        return [self[f"why_{number}"] for number in range(1, WHYS + 1)]

    def drew_bones(self) -> bool:
        """Whether anything stands on a bone."""
        return any(field.value() for field in self.bones())

    def bones(self) -> list[forms.BoundField]:
        """The bones of the fish."""
        return [self[f"bone_{code}"] for code in CauseCode.values]


class AskAgainForm(CauseForm):
    reason = Words(label=_("What is missing"), error_messages=WRITE)


class TellForm(CauseForm):
    accused = forms.TypedChoiceField(label=_("Employee"), coerce=int, widget=LongSelect, error_messages=CHOOSE)
    alleged = Words(
        label=_("What they are said to have done"),
        help_text=_("In plain words: what, when and where. They read exactly this."),
        error_messages=WRITE,
    )

    def offer(self, row: Investigation, *, by: Employee, at: datetime) -> None:
        """Offer the people who work where it happened."""
        people = accusable(row, by=by)[:MOST_OFFERED]
        named = [(one.pk, f"{one.name} · {one.get_role_display()} · {one.unit.name}") for one in people]
        cast("forms.ChoiceField", self.fields["accused"]).choices = [("", "—"), *named]


class PlanForm(CauseForm):
    """What is to be done. Of the things that can change, one fits the subject."""

    title = Line(label=_("What is done"), max_length=200, error_messages=WRITE)
    owner = forms.TypedChoiceField(label=_("Who sees to it"), coerce=int, widget=LongSelect, error_messages=CHOOSE)
    due_on = Day(label=_("Done by the end of"), error_messages={"required": _("Please give a day.")})
    subject = forms.ChoiceField(label=_("What is to change"), choices=Subject.choices, error_messages=CHOOSE)
    service_standard = forms.TypedChoiceField(
        label=_("Which service standard"), required=False, coerce=int, empty_value=None, widget=LongSelect
    )
    recovery_standard = forms.TypedChoiceField(
        label=_("Which recovery standard"), required=False, coerce=int, empty_value=None, widget=LongSelect
    )
    course = forms.TypedChoiceField(label=_("Which training"), required=False, coerce=int, empty_value=None)
    cost = Amount(label=_("Cost"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    failure_type = forms.TypedChoiceField(
        label=_("Failure it should end"), coerce=int, widget=LongSelect, error_messages=CHOOSE
    )
    unit = forms.TypedChoiceField(
        label=_("Where"), coerce=int, widget=LongSelect, help_text=_("With what is below it."), error_messages=CHOOSE
    )
    window_days = forms.IntegerField(
        label=_("Days observed"),
        min_value=LEAST_WINDOW,
        max_value=MOST_WINDOW,
        initial=USUAL_WINDOW,
        help_text=_("So many days after it took effect are compared with as many before."),
    )

    def offer(self, row: Investigation, *, by: Employee, at: datetime) -> None:
        """Offer the people, standards and units; begin where it happened."""
        named = [(one.pk, f"{one.name} · {one.unit.name}") for one in owners(row, by=by)[:MOST_OFFERED]]
        nothing = [("", "—")]
        choices: dict[str, list[Any]] = {
            "owner": [*nothing, *named],
            "service_standard": [*nothing, *service_standards()],
            "recovery_standard": [*nothing, *RecoveryStandard.objects.values_list("pk", "name")[:MOST_OFFERED]],
            "course": [*nothing, *Course.objects.values_list("pk", "name")[:MOST_OFFERED]],
            "currency": [(one, one) for one in currencies(at=at)],
            "failure_type": [*nothing, *failure_types()],
            "unit": [*tree(Unit.objects.below(row.unit)), (gettext("Your units"), units(by))],
        }
        for field, offered in choices.items():
            cast("forms.ChoiceField", self.fields[field]).choices = offered
        self.initial.update({"failure_type": row.failure_type_id, "unit": row.unit_id, "owner": row.lead_id})
        self.initial.update({"due_on": at.date() + timedelta(days=30)})


def _answer(pk: int, *, by: Employee, at: datetime, **told: Any) -> object:
    facts = AnswerFacts(
        root_code=told["root_code"],
        root_text=told["root_text"],
        answer=told["answer"],
        whys=[told[f"why_{number}"] for number in range(1, WHYS + 1)],
        bones={code: told[f"bone_{code}"].splitlines() for code in CauseCode.values},
    )
    return answer_investigation(pk, facts, by=by, at=at)


def _accept(pk: int, *, by: Employee, at: datetime, **_told: Any) -> object:
    return accept_cause(pk, by=by, at=at)


def _ask_again(pk: int, *, reason: str, by: Employee, at: datetime, **_told: Any) -> object:
    return ask_again(pk, reason=reason, by=by, at=at)


def _tell(pk: int, *, accused: int, alleged: str, by: Employee, at: datetime, **_told: Any) -> object:
    return tell_allegation(pk, accused=accused, alleged=alleged, by=by, at=at)


def _plan(
    pk: int, *, cost: Decimal | None, currency: str, due_on: date, by: Employee, at: datetime, **told: Any
) -> object:
    money = None if cost is None or not currency else Money(cost, currency)
    return plan_action(pk, ActionFacts(cost=money, due_on=due_on, **told), by=by, at=at)


def _investigates(_row: Investigation, employee: Employee, _at: datetime) -> bool:
    return may(employee, Permission.INVESTIGATE)


def _answers(row: Investigation, employee: Employee, _at: datetime) -> bool:
    return may_answer(employee, row)


def _plans(row: Investigation, employee: Employee, at: datetime) -> bool:
    return _investigates(row, employee, at) or may_answer(employee, row)


def _tells(row: Investigation, employee: Employee, _at: datetime) -> bool:
    return may_tell(employee, row)


INVESTIGATION_STEPS: Final[dict[InvestigationMove, CauseStep]] = {
    InvestigationMove.ANSWER: CauseStep(
        _answers,
        _answer,
        _("The cause is named, and whoever asked is told."),
        icon="message-circle-reply",
        form=AnswerForm,
        primary=True,
        fields_template="desk/causes/_answer_fields.html",
    ),
    InvestigationMove.ACCEPT: CauseStep(
        _investigates,
        _accept,
        _("The cause is accepted."),
        icon="check",
        primary=True,
        explains=_("The matter is closed; corrective actions can still be planned."),
    ),
    InvestigationMove.SEND_BACK: CauseStep(
        _investigates,
        _ask_again,
        _("The department is asked again, with the same time as at first."),
        icon="corner-up-left",
        form=AskAgainForm,
    ),
    InvestigationMove.PLAN: CauseStep(
        _plans,
        _plan,
        _("The action is planned, and its owner is told."),
        icon="list-plus",
        form=PlanForm,
        on_demand=True,
        primary=True,
        fields_template="desk/causes/_plan_fields.html",
    ),
    InvestigationMove.TELL: CauseStep(
        _tells,
        _tell,
        _("The employee is told in confidence, and asked for their side."),
        icon="user-round",
        form=TellForm,
        on_demand=True,
        explains=_(
            "Only the employee, you and the person who will decide see this: no colleague, and not the customer. "
            "Nothing can be found before the employee has answered, or has let seven days pass."
        ),
    ),
}
