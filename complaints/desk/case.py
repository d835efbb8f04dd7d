"""The case page: the facts, the customer beside them, the timeline, and the steps that are legal now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from complaints.cases import attachments, sentences
from complaints.cases.deadlines import state_of
from complaints.cases.models import Attachment, Case, TimelineEntry
from complaints.cases.queries import clocks_of, legal_moves, one_visible, story_of, timeline_of
from complaints.cases.states import Move
from complaints.common.errors import ChangedMeanwhile, Invalid, MoveNotAllowed, NotFound
from complaints.desk import kept
from complaints.desk.lookup import contacts_of
from complaints.desk.request import at_desk
from complaints.desk.steps import STEPS, Step, StepForm
from complaints.handling.reassess import Judged
from complaints.staff.models import Employee


@dataclass(frozen=True, slots=True)
class Offered:
    """A step as the page draws it; without a form it is asked for by a page of its own."""

    move: Move
    step: Step
    form: StepForm | None
    is_open: bool


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
    """What somebody typed that was not taken: into which step, and the state they had seen."""

    move: Move
    form: StepForm
    error: str = ""
    seen_entry: int | None = None
    files_lost: bool = False
    foreseen: Judged | None = None

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
        typed = kept.typed_before(request, at=timezone.now())
        unsent = Unsent(named, _form(named, case, employee, typed)) if typed else None
        return _page(request, case, opened=named, unsent=unsent)
    form = _form(named, case, employee, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, case, unsent=Unsent(named, form, files_lost=bool(request.FILES)), status=400)
    return _foresee(request, case, named, form) if "foresee" in request.POST else _take(request, case, named, form)


def _foresee(request: HttpRequest, case: Case, move: Move, form: StepForm) -> HttpResponse:
    """Tell what a step would change, for htmx without the page around it; nothing is done."""
    foresee = STEPS[move].foresees
    if foresee is None:
        raise NotFound(case=case.reference)
    facts = {name: form.cleaned_data[name] for name in STEPS[move].fields}
    foreseen = foresee(case, **facts, by=at_desk(request).user, at=timezone.now())
    if at_desk(request).htmx:
        return render(request, "desk/_foreseen.html", {"foreseen": foreseen})
    return _page(request, case, unsent=Unsent(move, form, foreseen=foreseen))


def _take(request: HttpRequest, case: Case, move: Move, form: StepForm) -> HttpResponse:
    employee = at_desk(request).user
    try:
        STEPS[move].take(case.reference, form.cleaned_data, by=employee, at=timezone.now())
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return _page(request, case, unsent=Unsent(move, form, files_lost=bool(request.FILES)), status=error.status)
    except (ChangedMeanwhile, MoveNotAllowed) as error:
        case = one_visible(employee, case.reference)
        unsent = Unsent(
            move,
            _form(move, case, employee, request.POST),
            error=error.sentence,
            seen_entry=form.cleaned_data["entry"] or 0,
            files_lost=bool(request.FILES),
        )
        return _page(request, case, unsent=unsent, status=error.status)
    messages.success(request, str(STEPS[move].done))
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
    request: HttpRequest, case: Case, *, opened: Move | None = None, unsent: Unsent | None = None, status: int = 200
) -> HttpResponse:
    employee, at = at_desk(request).user, timezone.now()
    entries = timeline_of(case)
    files = list(case.attachments.order_by("pk"))
    newest = entries[0].pk if entries else 0
    offered = _offered(case, employee, newest=newest, opened=opened, unsent=unsent)
    seen = unsent.seen_entry if unsent else None
    told = [_told(entry, files=files, seen_entry=seen) for entry in entries]
    context = {
        "case": case,
        "steps": offered,
        "told": told,
        "files": files,
        "deadlines": [(clock, state_of(clock, at=at)) for clock in clocks_of(case)],
        "newest": newest,
        **contacts_of(case.customer),
        "story": story_of(case.customer, seen_by=employee, but=case),
        "unsent": unsent,
        "news": [one for one in told if one.is_new] if unsent and unsent.error else [],
        "unsent_is_offered": unsent is not None and any(one.move == unsent.move for one in offered),
    }
    return render(request, "desk/complaint.html", context, status=status)


def _offered(
    case: Case, employee: Employee, *, newest: int, opened: Move | None, unsent: Unsent | None
) -> list[Offered]:
    legal = legal_moves(case, employee)
    offered = []
    for move, one in STEPS.items():
        if move not in legal:
            continue
        typed = unsent is not None and unsent.move == move
        is_open = typed or move == opened
        form: StepForm | None = None
        if unsent is not None and typed:
            form = unsent.form
        elif is_open or not one.on_demand:
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
    form.offer(case, by=employee)
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
    typed = request.GET.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
