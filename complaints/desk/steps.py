"""The steps the case page offers: for each legal move its form and the one verb it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.desk.fields import Files, Line, Styled, Words
from complaints.handling.acknowledge import acknowledge
from complaints.handling.ask_customer import ask_customer
from complaints.handling.assign import assign, take
from complaints.handling.confirm_solved import confirm_solved
from complaints.handling.escalate import escalate
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.reopen import reopen
from complaints.handling.resolve import resolve
from complaints.handling.step_down import step_down
from complaints.handling.withdraw import withdraw
from complaints.handling.write_note import write_note
from complaints.handling.write_to_customer import write_to_customer
from complaints.staff.models import Employee
from complaints.staff.queries import colleagues


class StepForm(Styled):
    """What every step carries: the state of the case that the page was drawn with, and the key of the form."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    entry = forms.IntegerField(widget=forms.HiddenInput, required=False)
    submission = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


class WriteForm(StepForm):
    text = Words(label=_("Your message"), error_messages={"required": _("Please write something here.")})


class WriteWithFilesForm(WriteForm):
    attachments = Files(label=_("Files"), required=False)


class NoteForm(WriteWithFilesForm):
    text = Words(label=_("Your note"), error_messages={"required": _("Please write something here.")})


class ReasonForm(StepForm):
    reason = Words(label=_("Reason"), error_messages={"required": _("Please write something here.")})


class AssignForm(StepForm):
    to = forms.TypedChoiceField(
        label=_("Colleague"), coerce=int, error_messages={"required": _("Please choose a colleague.")}
    )

    def offer(self, case: Case) -> None:
        """Offer the colleagues who can be responsible for this case."""
        offered = [
            (one.pk, f"{one.name} · {one.get_role_display()} · {one.unit.name}") for one in colleagues(case.unit)
        ]
        cast("forms.ChoiceField", self.fields["to"]).choices = [("", "—"), *offered]


class DuplicateForm(StepForm):
    original = Line(
        label=_("Reference of the complaint that goes on"),
        max_length=40,
        error_messages={"required": _("Please give the reference of the other complaint, such as C-7K3M9QXR.")},
    )


@dataclass(frozen=True, slots=True)
class Step:
    """How a move is offered and done. `verb` takes the reference and the named facts, `fields` come from the form."""

    verb: Callable[..., Case]
    icon: str
    done: Promise
    explains: Promise | str = ""
    form: type[StepForm] = StepForm
    fields: tuple[str, ...] = ()
    checks_version: bool = True
    primary: bool = False

    def take(self, reference: str, told: dict[str, Any], *, by: Employee, at: datetime) -> Case:
        """Call the verb; a page without a readable version counts as an old one."""
        facts = {name: told[name] for name in self.fields}
        if "attachments" in facts:
            facts["files"] = facts.pop("attachments")
        if self.checks_version:
            facts["seen_version"] = told.get("version") or 0
        return self.verb(reference, by=by, at=at, **facts)


STEPS: Final[dict[Move, Step]] = {
    Move.ACKNOWLEDGE: Step(
        acknowledge,
        icon="check",
        done=_("The customer is told that you have read the complaint."),
        explains=_("The customer is told that a person has read the complaint and looks after it."),
        primary=True,
    ),
    Move.TAKE: Step(
        take,
        icon="hand",
        done=_("The complaint is yours now."),
        explains=_("You become responsible for this complaint."),
    ),
    Move.RESOLVE: Step(
        resolve,
        icon="handshake",
        done=_("Your proposal is on its way to the customer."),
        explains=_("The customer reads this and says whether it is solved. The clock stands still until then."),
        form=WriteForm,
        fields=("text", "submission"),
        primary=True,
    ),
    Move.CONFIRM: Step(
        confirm_solved,
        icon="badge-check",
        done=_("The complaint is closed as solved."),
        explains=_("Put right on the spot: say what was done. The customer gets it in writing and can still object."),
        form=WriteForm,
        fields=("text", "submission"),
    ),
    Move.WRITE: Step(
        write_to_customer,
        icon="mail",
        done=_("Your message is on its way to the customer."),
        explains=_("The customer gets this by e-mail and sees it on the tracking page."),
        form=WriteWithFilesForm,
        fields=("text", "attachments", "submission"),
    ),
    Move.ASK: Step(
        ask_customer,
        icon="circle-question-mark",
        done=_("Your question is on its way; the clock stands still until the customer answers."),
        explains=_("The clock stands still until the customer answers."),
        form=WriteForm,
        fields=("text", "submission"),
    ),
    Move.NOTE: Step(
        write_note,
        icon="sticky-note",
        done=_("The note is kept."),
        explains=_("For colleagues only; the customer never sees it."),
        form=NoteForm,
        fields=("text", "attachments", "submission"),
        checks_version=False,
    ),
    Move.ASSIGN: Step(
        assign,
        icon="user-check",
        done=_("The complaint is in other hands, and they were told."),
        explains=_("Your colleague is told, and the customer sees who looks after the complaint."),
        form=AssignForm,
        fields=("to",),
    ),
    Move.ESCALATE: Step(
        escalate,
        icon="arrow-up-from-line",
        done=_("The complaint was handed up the ladder."),
        explains=_("The next tier becomes responsible and reads your reason. You keep sight of the complaint."),
        form=ReasonForm,
        fields=("reason", "submission"),
    ),
    Move.STEP_DOWN: Step(
        step_down,
        icon="arrow-down-to-line",
        done=_("The complaint was sent back with your guidance."),
        explains=_("Goes back one step of the ladder; whoever gets it reads your guidance."),
        form=ReasonForm,
        fields=("reason", "submission"),
    ),
    Move.REOPEN: Step(
        reopen,
        icon="rotate-ccw",
        done=_("The complaint is open again."),
        explains=_("The complaint is open again and its clock runs. The customer is told."),
        form=ReasonForm,
        fields=("reason", "submission"),
    ),
    Move.WITHDRAW: Step(
        withdraw,
        icon="circle-x",
        done=_("The complaint is closed at the customer's wish."),
        explains=_("Closes the complaint at the customer's wish. Say how they told us."),
        form=ReasonForm,
        fields=("reason", "submission"),
    ),
    Move.MARK_DUPLICATE: Step(
        mark_duplicate,
        icon="copy",
        done=_("The complaint is closed as a duplicate."),
        explains=_("Closes this complaint; the other one carries the matter on."),
        form=DuplicateForm,
        fields=("original",),
    ),
}
