"""How a step with an investigation, an action or a hearing is offered, sent, refused and drawn again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise

from complaints.causes import states
from complaints.causes.states import HasState
from complaints.common.errors import AppealTooLate, CauseMovedOn, CausesNotYours, Invalid, NotFound, NotHeardYet
from complaints.desk import kept
from complaints.desk.fields import Styled
from complaints.desk.request import at_desk
from complaints.staff.models import Employee

MOVED_ON: Final = (CauseMovedOn, NotHeardYet, AppealTooLate)
"""Why a step is not taken although its form is in order: the page shows how things are now, and what was typed."""


class CauseForm(Styled):
    """What every step carries: the key of the form, so that one sent twice is taken once."""

    submission = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def offer(self, row: Any, *, by: Employee, at: datetime) -> None:
        """Offer what can be chosen here, and begin with what is known; most steps leave nothing to choose."""


def _always(_row: object, _at: datetime) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class CauseStep:
    """How a move is offered and done: whose it is, its form, and the one verb it calls with the fields of the form.

    It is offered once it is ready; sent before, the verb says why not.
    """

    is_for: Callable[[Any, Employee, datetime], bool]
    take: Callable[..., object]
    done: Promise
    icon: str
    form: type[CauseForm] = CauseForm
    explains: Promise | str = ""
    primary: bool = False
    on_demand: bool = False
    is_ready: Callable[[Any, datetime], bool] = _always
    fields_template: str = "desk/_fields.html"


@dataclass(frozen=True, slots=True)
class Sent:
    """A step that was asked for or sent, and what was typed into it; `error` says why it was not taken."""

    move: str = ""
    form: CauseForm | None = None
    error: str = ""

    def texts(self) -> list[tuple[str, str]]:
        """What was written, by label, to be saved by hand where the step is not offered any more."""
        shown = self.form.shown() if self.form else []
        return [(str(field.label), str(field.value())) for field in shown if field.value()]


@dataclass(frozen=True, slots=True)
class Offered:
    """A step as the page draws it; without a form it is asked for by a page of its own."""

    move: str
    label: str
    step: CauseStep
    form: CauseForm | None
    is_open: bool


NOTHING: Final = Sent()
Steps = Mapping[Any, CauseStep]
Page = Callable[[Sent, int], HttpResponse]


def offered(steps: Steps, row: HasState, employee: Employee, *, sent: Sent, at: datetime) -> list[Offered]:
    """The steps an employee may take now; the one that was asked for or sent with its form and what was typed."""
    found = []
    for move, one in steps.items():
        if not (states.is_legal(row, move) and one.is_for(row, employee, at) and one.is_ready(row, at)):
            continue
        is_open = sent.move == move
        form = sent.form if is_open else None
        if form is None and (is_open or not one.on_demand):
            form = _form(move, one, row, employee, at=at)
        found.append(Offered(move, str(move.label), one, form, is_open))
    return found


def take_step(request: HttpRequest, steps: Steps, row: Any, move: str, *, page: Page, back: str) -> HttpResponse:
    """Take a step that was sent and go back to the page; only asked for, show the page with its form open."""
    named = next((known for known in steps if known == move), None)
    if named is None:
        raise NotFound
    one, employee, at = steps[named], at_desk(request).user, timezone.now()
    if request.method != "POST":
        typed = kept.typed_before(request, at=at)
        return page(Sent(move, _form(named, one, row, employee, typed, at=at) if typed else None), 200)
    if not one.is_for(row, employee, at):
        raise CausesNotYours
    form = _form(named, one, row, employee, request.POST, at=at)
    if not form.is_valid():
        return page(Sent(move, form), 400)
    try:
        one.take(row.pk, **form.cleaned_data, by=employee, at=at)
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return page(Sent(move, form), error.status)
    except MOVED_ON as error:
        return page(Sent(move, form, error.sentence), error.status)
    messages.success(request, str(one.done))
    return redirect(back, row.pk)


def is_offered(sent: Sent, steps: Sequence[Offered]) -> bool:
    """Whether the page still has the step that was sent."""
    return any(one.move == sent.move for one in steps)


def _form(
    move: str, one: CauseStep, row: Any, employee: Employee, typed: QueryDict | None = None, *, at: datetime
) -> CauseForm:
    """The form of a step, under ids of its own, as several stand on one page."""
    form = one.form(typed, initial={"submission": str(uuid4())}, auto_id=f"{move}-%s")
    form.offer(row, by=employee, at=at)
    return form
