"""The case page: the facts, the customer beside them, the timeline, and the steps that are legal now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from complaints.cases import attachments, sentences
from complaints.cases.deadlines import state_of
from complaints.cases.failures import linked_with
from complaints.cases.models import Attachment, Case, TimelineEntry
from complaints.cases.owed import is_owed
from complaints.cases.queries import clocks_of, duplicates_of, legal_moves, one_visible, story_of, timeline_of
from complaints.cases.states import Move, Status
from complaints.causes.queries import investigations_of
from complaints.common.errors import (
    BeyondAuthority,
    ChangedMeanwhile,
    Invalid,
    MoveNotAllowed,
    NotFound,
    OwnAuthority,
    OwnProposal,
    RateMissing,
    RemedyMovedOn,
    VoucherStays,
)
from complaints.common.keyset import read_id
from complaints.desk import kept, remedies
from complaints.desk.leading import leading_of
from complaints.desk.lookup import contacts_of
from complaints.desk.remedies import Opened
from complaints.desk.remedy_steps import REMEDY_STEPS
from complaints.desk.request import at_desk
from complaints.desk.steps import STEPS, OfferForm, Step, StepForm
from complaints.handling.reassess import Judged
from complaints.remedies.states import RemedyMove
from complaints.staff.models import Employee

NOTHING: Final = Opened()
MOVED_ON: Final = (
    ChangedMeanwhile,
    MoveNotAllowed,
    RemedyMovedOn,
    BeyondAuthority,
    RateMissing,
    VoucherStays,
    OwnAuthority,
    OwnProposal,
)
"""Why a step is not taken although its form is in order: the page shows how things are now, and what was typed."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A step as the page draws it; without a form it is asked for by a page of its own."""

    move: Move
    step: Step
    form: StepForm | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of the page: the usual ones in a row, the rare ones folded away until one of them is open."""

    offered: Sequence[Offered]

    @property
    def usual(self) -> list[Offered]:
        """What is done every day."""
        return [one for one in self.offered if not one.step.rare]

    @property
    def rare(self) -> list[Offered]:
        """What stands under “More”."""
        return [one for one in self.offered if one.step.rare]

    @property
    def is_rare_open(self) -> bool:
        """Whether one of them was asked for."""
        return any(one.is_open for one in self.rare)


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of the timeline, ready to be shown."""

    entry: TimelineEntry
    sentence: str
    reason: str
    files: list[Attachment]
    is_new: bool


@dataclass(frozen=True, slots=True)
class Unsent:
    """What somebody typed that was not taken: into which form of the page, and the state they had seen."""

    place: str
    form: StepForm
    error: str = ""
    seen_entry: int | None = None
    files_lost: bool = False
    foreseen: Judged | None = None

    @property
    def opened(self) -> Opened:
        """The form to be shown open, with what was typed."""
        return Opened(self.place, self.form)

    def texts(self) -> list[tuple[str, str]]:
        """What was written, by label, to be saved by hand where the step is not legal any more."""
        return [(str(shown.label), str(shown.value())) for shown in self.form.shown() if shown.value()]


@require_safe
def complaint(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one complaint."""
    return _page(request, one_visible(at_desk(request).user, reference))


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, reference: str, move: str) -> HttpResponse:
    """Take one step; asked for without sending, show the case page with the form of this step open."""
    named = Move(move) if move in Move else None
    if named is None or named not in STEPS:
        raise NotFound(case=reference)
    employee = at_desk(request).user
    case = one_visible(employee, reference)
    if request.method != "POST":
        return _opened(request, case, named.value, lambda typed: _form(named, case, employee, typed))
    form = _form(named, case, employee, request.POST, request.FILES)
    if "reckon" in request.POST and isinstance(form, OfferForm):
        return _page(request, case, unsent=Unsent(named.value, form), status=200 if form.reckon_anew() else 400)
    if "foresee" in request.POST and form.is_valid():
        return _foresee(request, case, named, form)

    def take(at: datetime) -> str:
        return STEPS[named].take(case.reference, form.cleaned_data, by=employee, at=at)

    def redrawn(fresh: Case) -> StepForm:
        return _form(named, fresh, employee, request.POST)

    return _taken(request, case, Unsent(named.value, form), take, redrawn)


def _foresee(request: HttpRequest, case: Case, move: Move, form: StepForm) -> HttpResponse:
    """Tell what a step would change, for htmx without the page around it; nothing is done."""
    foresee = STEPS[move].foresees
    if foresee is None:
        raise NotFound(case=case.reference)
    facts = {name: form.cleaned_data[name] for name in STEPS[move].fields}
    foreseen = foresee(case, **facts, by=at_desk(request).user, at=timezone.now())
    if at_desk(request).htmx:
        return render(request, "desk/_foreseen.html", {"foreseen": foreseen})
    return _page(request, case, unsent=Unsent(move.value, form, foreseen=foreseen))


@require_http_methods(["GET", "HEAD", "POST"])
def remedy_step(request: HttpRequest, reference: str, remedy: int, move: str) -> HttpResponse:
    """Take one step with a remedy; asked for without sending, show the case page with the form of this step open."""
    named = RemedyMove(move) if move in RemedyMove else None
    if named is None or named not in REMEDY_STEPS:
        raise NotFound(case=reference)
    employee = at_desk(request).user
    case = one_visible(employee, reference)
    item = remedies.remedy_on(case, remedy)
    place = remedies.place_of(named, item)
    if request.method != "POST":
        return _opened(request, case, place, lambda typed: remedies.remedy_form(named, item, typed))
    form = remedies.remedy_form(named, item, request.POST)

    def take(at: datetime) -> str:
        return REMEDY_STEPS[named].take(case.reference, item, form.cleaned_data, by=employee, at=at)

    def redrawn(fresh: Case) -> StepForm:
        return remedies.remedy_form(named, remedies.remedy_on(fresh, remedy), request.POST)

    return _taken(request, case, Unsent(place, form), take, redrawn)


def _opened(request: HttpRequest, case: Case, place: str, form: Callable[[QueryDict], StepForm]) -> HttpResponse:
    """The page with one form open, filled in with what was typed into it before the sign-in expired."""
    typed = kept.typed_before(request, at=timezone.now())
    return _page(request, case, opened=Opened(place), unsent=Unsent(place, form(typed)) if typed else None)


def _taken(
    request: HttpRequest,
    case: Case,
    sent: Unsent,
    take: Callable[[datetime], str],
    redrawn: Callable[[Case], StepForm],
) -> HttpResponse:
    """Take a step that was sent, or show the page with what was typed and the reason why it was not taken."""
    form, files_lost = sent.form, bool(request.FILES)
    if not form.is_valid():
        return _page(request, case, unsent=replace(sent, files_lost=files_lost), status=400)
    try:
        done = take(timezone.now())
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return _page(request, case, unsent=replace(sent, files_lost=files_lost), status=error.status)
    except MOVED_ON as error:
        case = one_visible(at_desk(request).user, case.reference)
        unsent = Unsent(
            sent.place,
            redrawn(case),
            error=error.sentence,
            seen_entry=form.cleaned_data["entry"] or 0,
            files_lost=files_lost,
        )
        return _page(request, case, unsent=unsent, status=error.status)
    messages.success(request, done)
    return redirect("desk:complaint", reference=case.reference)


@require_safe
def news(request: HttpRequest, reference: str) -> HttpResponse:
    """Say who changed what since the page was drawn; nothing (204) while it is as it was. For htmx."""
    case = one_visible(at_desk(request).user, reference)
    seen_version, seen_entry = _number(request, "version"), _number(request, "entry")
    if case.version == seen_version:
        return HttpResponse(status=204)
    fresh = [_told(entry, seen_entry=seen_entry) for entry in timeline_of(case, after=seen_entry, limit=10)]
    return render(request, "desk/_news.html", {"case": case, "news": fresh, "seen_entry": seen_entry})


@require_safe
def attachment(request: HttpRequest, reference: str, pk: int) -> FileResponse:
    """Hand out a file as a download, never to be shown inline; its case decides who may have it."""
    case = one_visible(at_desk(request).user, reference)
    found = case.attachments.filter(pk=pk).first()
    if found is None:
        raise NotFound(case=reference)
    try:
        content = attachments.path_of(found).open("rb")
    except FileNotFoundError as error:
        raise NotFound(case=reference) from error
    answer = FileResponse(content, as_attachment=True, filename=found.name, content_type=found.media_type)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _page(
    request: HttpRequest, case: Case, *, opened: Opened = NOTHING, unsent: Unsent | None = None, status: int = 200
) -> HttpResponse:
    employee, at = at_desk(request).user, timezone.now()
    entries = timeline_of(case)
    files = list(case.attachments.order_by("pk"))
    newest = entries[0].pk if entries else 0
    opened = unsent.opened if unsent else opened
    linked = linked_with(case, seen_by=employee)
    panel = remedies.panel_of(case, employee, entries, opened=opened, newest=newest, at=at)
    offered = _offered(case, employee, newest=newest, opened=opened, is_linked=bool(linked))
    for one in offered:
        if one.form is not None and not one.form.is_bound and panel.beside is not None:
            one.form.guide(panel.beside, request.GET.dict() if one.is_open else {})
    places = {one.move.value for one in offered} | {step.place for one in panel.given for step in one.steps}
    seen = unsent.seen_entry if unsent else None
    told = [_told(entry, files=files, seen_entry=seen) for entry in entries]
    context = {
        "case": case,
        "steps": Steps(offered),
        "panel": panel,
        "leading": leading_of(case.complainer) if case.is_open else None,
        "told": told,
        "owes_an_answer": case.status == Status.RESOLVED and is_owed(entries),
        "files": files,
        "linked": linked,
        "investigations": investigations_of(case, seen_by=employee),
        "duplicates": duplicates_of(case, seen_by=employee),
        "deadlines": [(clock, state_of(clock, at=at)) for clock in clocks_of(case)],
        "newest": newest,
        "slip_submission": str(uuid4()),
        **contacts_of(case.customer),
        "story": story_of(case.customer, seen_by=employee, but=case),
        "unsent": unsent,
        "news": [one for one in told if one.is_new] if unsent and unsent.error else [],
        "unsent_is_offered": unsent is not None and unsent.place in places,
    }
    return render(request, "desk/complaint.html", context, status=status)


def _offered(case: Case, employee: Employee, *, newest: int, opened: Opened, is_linked: bool) -> list[Offered]:
    legal = legal_moves(case, employee)
    offered = []
    for move, one in STEPS.items():
        if move not in legal or (move == Move.PART_FAILURE and not is_linked):
            continue
        is_open = opened.place == move.value
        typed = opened.form if is_open else None
        form = typed if isinstance(typed, StepForm) else None
        if form is None and (is_open or not one.on_demand):
            form = _form(move, case, employee, newest=newest)
        offered.append(Offered(move, one, form, is_open))
    return offered


def _form(
    move: Move,
    case: Case,
    employee: Employee,
    typed: QueryDict | None = None,
    files: Any = None,
    *,
    newest: int = 0,
) -> StepForm:
    """The form of a step, under ids of its own, as several stand on one page."""
    start = {"version": case.version, "entry": newest, "submission": str(uuid4())}
    form = STEPS[move].form(typed, files, initial=start, auto_id=f"{move}-%s")
    form.offer(case, by=employee, at=timezone.now())
    return form


def _told(entry: TimelineEntry, *, files: list[Attachment] | None = None, seen_entry: int | None = None) -> Told:
    came_with = [file for file in files or [] if file.added_at == entry.at and file.actor_kind == entry.actor_kind]
    return Told(
        entry,
        sentence=sentences.sentence_for_staff(entry),
        reason=sentences.reason_of(entry),
        files=came_with,
        is_new=seen_entry is not None and entry.pk > seen_entry,
    )


def _number(request: HttpRequest, name: str) -> int:
    return read_id(request.GET.get(name, "")) or 0
