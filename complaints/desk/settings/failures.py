"""The failure catalogue beyond the form of one type: what hangs on it, merging, splitting, and what ships."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from complaints.common.errors import Invalid, NotFound, NotPermitted
from complaints.desk import kept
from complaints.desk.request import DeskRequest, at_desk
from complaints.desk.settings.failure_forms import MergeForm, Parts, parts_of
from complaints.desk.wording import name_of
from complaints.escalation.models import UrgentRule
from complaints.handling.keeping import require_keeper
from complaints.handling.load_catalogue import load_catalogue
from complaints.handling.merge_failure_types import merge_failure_types
from complaints.handling.split_failure_type import split_failure_type
from complaints.handling.take_back_succession import take_back_succession
from complaints.remedies.models import Playbook
from complaints.staff.models import Employee, Setting
from complaints.standards.models import FailureType, RecoveryStandard, ServiceStandard, Succession
from complaints.standards.ready_catalogues import ReadyCatalogue, loaded_origins, ready_catalogues

MOST_NAMED: Final = 50
RULES: Final = (
    (Setting.SERVICE, _("What customers are promised"), ServiceStandard),
    (Setting.STANDARD, _("How fast it is put right"), RecoveryStandard),
    (Setting.PLAYBOOK, _("What to say, offer and avoid"), Playbook),
    (Setting.URGENT, _("When it cannot wait"), UrgentRule),
)
"""What names a failure type, under which heading."""


@dataclass(frozen=True, slots=True)
class Named:
    """Rules of one sort that name a failure type or its area; with a way to them for those who keep them."""

    heading: Promise
    rules: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Around:
    """What hangs on a failure type: the rules that name it, what it gave way to, and what it stands for besides."""

    kind: FailureType
    named: Sequence[Named]
    successors: Sequence[Succession]
    predecessors: Sequence[Succession]

    @property
    def can_pass_on(self) -> bool:
        """Whether it can be merged or split."""
        return self.kind.parent_id is not None and not self.successors


def around(kind: FailureType, viewer: Employee) -> Around:
    """What hangs on a failure type, for who keeps it. A query for each sort of rule, and two."""
    return Around(
        kind=kind,
        named=[
            Named(heading, found)
            for setting, heading, rules in RULES
            if (found := _naming(kind, setting, rules, viewer))
        ],
        successors=list(kind.successors.select_related("new").order_by("pk")),
        predecessors=list(kind.predecessors.select_related("old").order_by("pk")),
    )


def _naming(kind: FailureType, setting: Setting, rules: type[Any], viewer: Employee) -> list[tuple[str, str]]:
    """The rules in force that name the type or its area, by name, with their address for those who keep them."""
    try:
        require_keeper(viewer, setting)
    except NotPermitted:
        address = ""
    else:
        address = setting.value
    found = rules.objects.filter(failure_type__in=filter(None, (kind.pk, kind.parent_id)), is_active=True)
    return [
        (one.name, reverse("desk:setting", args=[address, one.pk]) if address else "")
        for one in found.order_by("name")[:MOST_NAMED]
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def merge_failure(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what a failure type is merged into, or merge it."""
    desk, kind = _keeper(request), _one(pk)
    typed = request.POST if request.method == "POST" else kept.typed_before(request, at=timezone.now())
    form = MergeForm(kind, typed)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                into = merge_failure_types(pk, into=form.cleaned_data["into"], by=desk.user, at=timezone.now())
            except Invalid as error:
                form.add_error(error.field if error.field in form.fields else None, error.sentence)
            else:
                told = {"old": name_of(kind), "new": name_of(into)}
                messages.success(request, gettext("“%(old)s” is filed under “%(new)s” from now on.") % told)
                return redirect("desk:setting", Setting.FAILURE, pk)
    return _ask(request, kind, status=status, form=form, refused=form.non_field_errors())


@require_http_methods(["GET", "HEAD", "POST"])
def split_failure(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what a failure type is split into, or split it."""
    desk, kind = _keeper(request), _one(pk)
    typed = request.POST if request.method == "POST" else kept.typed_before(request, at=timezone.now())
    lines, refused, status = Parts(typed, prefix="line"), [], 200
    if request.method == "POST":
        status = 400
        if lines.is_valid():
            try:
                made = split_failure_type(pk, parts=parts_of(lines), by=desk.user, at=timezone.now())
            except Invalid as error:
                refused = [error.sentence]
            else:
                told = {"old": name_of(kind), "parts": ", ".join(map(name_of, made))}
                messages.success(request, gettext("“%(old)s” is split: %(parts)s.") % told)
                return redirect("desk:setting", Setting.FAILURE, pk)
    return _ask(request, kind, status=status, lines=lines, refused=refused)


@require_POST
def take_back_failure(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a failure type again that was merged or split by mistake."""
    take_back_succession(pk, by=_keeper(request).user, at=timezone.now())
    messages.success(request, gettext("Taken back: it is offered again."))
    return redirect("desk:setting", Setting.FAILURE, pk)


@require_http_methods(["GET", "HEAD", "POST"])
def ready_failures(request: HttpRequest) -> HttpResponse:
    """Show the catalogues that ship, or load one."""
    desk = _keeper(request)
    if request.method == "POST":
        loaded = load_catalogue(request.POST.get("line", ""), by=desk.user, at=timezone.now())
        told = ngettext("One failure added.", "%(count)s failures added.", loaded.failures) % {"count": loaded.failures}
        left = gettext("What was there is left as it is.") if loaded.left else ""
        messages.success(request, f"{told} {left}".strip())
        return redirect("desk:ready_failures")
    there = loaded_origins()
    rows = [(one, _told(one), one.origins & there, one.origins <= there) for one in ready_catalogues().values()]
    return render(request, "desk/ready_failures.html", {"rows": rows, "setting": Setting.FAILURE})


def _told(catalogue: ReadyCatalogue) -> str:
    count = sum(len(area.failures) for area in catalogue.areas)
    told = {"areas": len(catalogue.areas), "count": count}
    return ngettext("%(areas)s areas, one failure", "%(areas)s areas, %(count)s failures", count) % told


def _keeper(request: HttpRequest) -> DeskRequest:
    desk = at_desk(request)
    require_keeper(desk.user, Setting.FAILURE)
    return desk


def _one(pk: int) -> FailureType:
    """A failure that can be merged or split; raises NotFound for an area, and for one that has given way."""
    found = _types().filter(pk=pk, parent__isnull=False, successors=None).first()
    if found is None:
        raise NotFound
    return found


def _types() -> QuerySet[FailureType]:
    return FailureType.objects.select_related("parent")


def _ask(request: HttpRequest, kind: FailureType, *, status: int, **more: Any) -> HttpResponse:
    context = {"kind": kind, "setting": Setting.FAILURE, **more}
    return render(request, "desk/pass_on_failure.html", context, status=status)
