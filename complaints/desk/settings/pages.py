"""Settings: what administrators keep, each page with a preview of what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from complaints.causes.models import CorrectiveAction
from complaints.causes.queries import reasons_of
from complaints.common.errors import ChangedMeanwhile, Invalid, NotFound
from complaints.common.keyset import read_id
from complaints.common.sheets import Sheet
from complaints.common.words import clean_line
from complaints.desk import kept
from complaints.desk.request import at_desk
from complaints.desk.settings.failures import around
from complaints.desk.settings.foresight import AskForm, Foresight, foresee
from complaints.desk.settings.forms import SettingForm
from complaints.desk.settings.kinds import KINDS, WHOLE, Kept, form_for, row_of
from complaints.escalation.standing import units_with_ladders
from complaints.handling.cancel_absence import cancel_absence as take_away
from complaints.handling.keeping import require_keeper
from complaints.handling.trial import as_if
from complaints.remedies.models import Playbook
from complaints.remedies.playbooks import IN_ORDER, Guidance, guidance_of
from complaints.remedies.sheets import PlaybookSheet
from complaints.staff.changes import changes_of, newest_changes
from complaints.staff.models import Absence, Employee, Setting, SettingChange
from complaints.staff.permissions import Permission, may
from complaints.staff.queries import may_keep_absences_of, visible_units
from complaints.standards.models import BusinessCalendar, FailureType, RecoveryStandard, StandardVersion
from complaints.standards.sheets import TargetLine

LISTED: Final = 50
PREVIEW: Final = "preview"
"""The name of the button that shows what a change would come to, without making it."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a setting comes to: what a complaint filed now is promised, or what stands beside one."""

    foresight: Foresight | None = None
    guidance: Guidance | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One change as the page tells it: each fact by its label, before and after, and the action that is its reason."""

    change: SettingChange
    facts: list[tuple[str, str, str]]
    reason: CorrectiveAction | None


@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """Show what can be kept, what a complaint filed now would be promised, and what was changed last."""
    _require(at_desk(request).user)
    ask = AskForm(request.GET, initial={})
    context = {
        "kinds": [(setting, one) for setting, one in KINDS.items()],
        "ask": ask,
        "foresight": _seen_now(ask.asked()),
        "told": _told(newest_changes(), at_desk(request).user),
    }
    return render(request, "desk/settings.html", context)


@require_safe
def setting_list(request: HttpRequest, kind: str) -> HttpResponse:
    """Show one page of what is kept of a kind."""
    setting, one = _kind(kind)
    employee = at_desk(request).user
    rows = one.rows()
    if setting == Setting.ABSENCE:
        rows = rows.filter(_absences_seen_by(employee))
    else:
        _require(employee, setting)
    query = clean_line(request.GET.get("q", ""))[:120] if one.searched else ""
    rows = rows.filter(one.found_by(query)) if query else rows
    page = _after(rows, one, after=request.GET.get("after", ""))
    listed = list(page[: LISTED + 1])
    context = {
        "setting": setting,
        "one": one,
        "query": query,
        "listed": [(row, one.named(row), [told for told in one.tells(row) if told]) for row in listed[:LISTED]],
        "next_key": listed[LISTED - 1].pk if len(listed) > LISTED else None,
        "owners": units_with_ladders([row.pk for row in listed]) if setting == Setting.LADDER else set(),
        "has_whole": setting == Setting.LADDER and not query,
        "whole": WHOLE,
        "now": timezone.now(),
    }
    return render(request, "desk/setting_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_setting(request: HttpRequest, kind: str) -> HttpResponse:
    """Show the empty form, or take a filled one."""
    setting, one = _kind(kind)
    if one.add is None:
        raise NotFound
    return _setting(request, setting, pk=None)


@require_http_methods(["GET", "HEAD", "POST"])
def setting(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Show what is kept to be written over; take it, or show what it would come to."""
    return _setting(request, _kind(kind)[0], pk=pk)


@require_POST
def cancel_absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an absence away."""
    take_away(pk, by=at_desk(request).user, at=timezone.now())
    messages.success(request, gettext("The absence is taken away."))
    return redirect("desk:setting_list", Setting.ABSENCE)


def _setting(request: HttpRequest, setting: Setting, *, pk: int | None) -> HttpResponse:
    employee = at_desk(request).user
    row = row_of(setting, pk)
    _require(employee, setting, row)
    if request.method != "POST":
        typed = kept.typed_before(request, at=timezone.now())
        earlier = None if typed else _earlier(row, request.GET.get("version", ""))
        form = form_for(setting, row, typed, viewer=employee, is_new=pk is None, earlier=earlier)
        return _page(request, setting, pk, form)
    form = form_for(setting, row, request.POST, viewer=employee, is_new=pk is None)
    if not form.is_valid():
        return _page(request, setting, pk, form, status=400)
    try:
        if PREVIEW in request.POST:
            return _page(request, setting, pk, form, tried=_tried(request, setting, pk, form))
        made = _keep(request, setting, pk, form)
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return _page(request, setting, pk, form, status=error.status)
    except ChangedMeanwhile as error:
        row = row_of(setting, pk)
        typed = _seeing(request.POST, KINDS[setting].sheet_of(row).fingerprint if pk is not None else "")
        form = form_for(setting, row, typed, viewer=employee, is_new=pk is None)
        return _page(request, setting, pk, form, collision=error.sentence, status=error.status)
    messages.success(request, gettext("It is kept. What it comes to is shown beside the form."))
    asked = {name: value for name, value in request.POST.items() if name.startswith(f"{AskForm.prefix}-")}
    address = reverse("desk:setting", args=[setting, made.pk if pk is None or setting == Setting.AUTHORITY else pk])
    return redirect(f"{address}?{_written(asked)}" if asked and pk is not None else address)


def _keep(request: HttpRequest, setting: Setting, pk: int | None, form: SettingForm) -> Any:
    key = None if setting == Setting.LADDER and pk == WHOLE else pk
    seen = None if pk is None else form.cleaned_data["seen"]
    return KINDS[setting].keep(key, sheet=form.sheet(), by=at_desk(request).user, at=timezone.now(), seen=seen)


def _tried(request: HttpRequest, setting: Setting, pk: int | None, form: SettingForm) -> Preview:
    """What the change would come to; it is made, looked at, and taken back."""

    def look(made: Any) -> Preview:
        row = row_of(setting, pk) if pk is not None else made
        return _preview(setting, row, _ask(request, setting, row))

    return as_if(lambda: _keep(request, setting, pk, form), look)


def _page(
    request: HttpRequest,
    setting: Setting,
    pk: int | None,
    form: SettingForm,
    *,
    tried: Preview | None = None,
    collision: str = "",
    status: int = 200,
) -> HttpResponse:
    row, one = row_of(setting, pk), KINDS[setting]
    ask = _ask(request, setting, row)
    preview = tried or _preview(setting, row, ask)
    context = {
        "setting": setting,
        "one": one,
        "row": row,
        "row_name": "" if row is None else one.named(row),
        "around": around(row, at_desk(request).user) if isinstance(row, FailureType) else None,
        "pk": pk,
        "form": form,
        "ask": ask,
        "foresight": preview.foresight,
        "guidance": preview.guidance,
        "can_preview": ask is not None or setting == Setting.PLAYBOOK,
        "is_tried": tried is not None,
        "collision": collision,
        "instead": _instead(form) if collision and form.is_valid() else [],
        "told": _told(changes_of(setting, pk), at_desk(request).user) if pk is not None else [],
        "versions": _versions(row) if isinstance(row, RecoveryStandard) else [],
        "said": _said(row) if isinstance(row, Playbook) else [],
        "is_absence": isinstance(row, Absence),
    }
    return render(request, "desk/setting.html", context, status=status)


def _ask(request: HttpRequest, setting: Setting, row: Any) -> AskForm | None:
    """For which complaint one wants to see what it comes to; None where that is not foreseen."""
    if not (KINDS[setting].is_foreseen and may(at_desk(request).user, Permission.KEEP_SETTINGS)):
        return None
    given = KINDS[setting].concerns(row) if row is not None else {}
    return AskForm(request.POST if request.method == "POST" else request.GET, initial=given)


def _preview(setting: Setting, row: Any, ask: AskForm | None) -> Preview:
    """Read to its end: the row may be a change that is taken back."""
    if isinstance(row, Playbook):
        return Preview(guidance=guidance_of(row.versions.get(is_current=True)))
    return Preview(foresight=_foresight(setting, row, ask) if ask else None)


def _earlier(row: Any, number: str) -> Sheet | None:
    """What a version said that one wants to go back to; None where none is asked for. Raises NotFound."""
    if not number or not isinstance(row, Playbook):
        return None
    version = row.versions.filter(number=read_id(number) or 0).first()
    if version is None:
        raise NotFound
    return PlaybookSheet.of_version(version, row)


def _said(playbook: Playbook) -> list[Guidance]:
    """What it said from when on, newest first."""
    found = playbook.versions.prefetch_related(IN_ORDER).order_by("-number")[:LISTED]
    return [guidance_of(version) for version in found]


def _foresight(setting: Setting, row: Any, ask: AskForm) -> Foresight | None:
    asked = ask.asked()
    if setting == Setting.STANDARD and row is not None:
        asked |= KINDS[setting].concerns(row)  # a complaint that the standard, as it is then, fits
    return _seen_now(asked, calendar=row if isinstance(row, BusinessCalendar) else None)


def _seen_now(asked: Mapping[str, Any], *, calendar: BusinessCalendar | None = None) -> Foresight | None:
    """The preview; none where the organisation has no unit yet."""
    try:
        return foresee(asked, at=timezone.now(), calendar=calendar)
    except Invalid:
        return None


def _versions(standard: RecoveryStandard) -> list[tuple[StandardVersion, list[str]]]:
    """What it promised from when on, newest first."""
    found = standard.versions.prefetch_related("targets__calendar").order_by("-number")[:LISTED]
    return [(version, [str(TargetLine.of(target)) for target in version.targets.all()]) for version in found]


def _instead(form: SettingForm) -> list[tuple[str, str]]:
    """What is kept where it is not as typed, by label."""
    if form.now is None:
        return []
    labels, facts = _labels(type(form)), form.now.facts()
    differs = form.sheet().differs_in(form.now)
    return [(labels.get(name, name), _value(form.fields.get(name), facts[name])) for name in differs]


def _told(changes: list[SettingChange], reader: Employee) -> list[Told]:
    reasons = reasons_of(changes, seen_by=reader) if changes else {}
    return [Told(change, _facts(change), reasons.get(change.pk)) for change in changes]


def _facts(change: SettingChange) -> list[tuple[str, str, str]]:
    form = KINDS[Setting(change.setting)].form
    labels = _labels(form)
    fields = form.base_fields
    return [
        (labels.get(name, name), _value(fields.get(name), before), _value(fields.get(name), after))
        for name, (before, after) in change.facts.items()
    ]


def _labels(form: type[SettingForm]) -> dict[str, str]:
    found: dict[str, Any] = {name: field.label for name, field in form.base_fields.items()}
    lines, label, _explains = form.lines_called
    return {name: str(text) for name, text in {**found, **form.also_called, lines: label}.items()}


def _value(field: forms.Field | None, value: Any) -> str:
    """A fact in words: yes and no, and the label of what was chosen."""
    text = "\n".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
    if isinstance(field, forms.BooleanField):
        return gettext("yes") if text == "True" else gettext("no")
    labels = dict[str, Any]()
    for key, label in getattr(field, "choices", ()):
        pairs = [(key, label)] if isinstance(label, str | Promise) else label
        labels |= {str(one): words for one, words in pairs}
    return str(labels.get(text, text)) if text else ""


def _seeing(typed: QueryDict, fingerprint: str) -> QueryDict:
    """The same words on a page that has seen what is kept now: sent again, they are taken."""
    fields = typed.copy()
    fields["seen"] = fingerprint
    return fields


def _written(asked: Mapping[str, Any]) -> str:
    fields = QueryDict(mutable=True)
    for name, value in asked.items():
        fields[name] = str(value)
    return fields.urlencode()


def _kind(name: str) -> tuple[Setting, Kept]:
    if name not in Setting.values:
        raise NotFound
    return Setting(name), KINDS[Setting(name)]


def _require(employee: Employee, setting: Setting | None = None, row: Any = None) -> None:
    """Let administrators pass, analysts to what is theirs, to absences whoever keeps this one; raises NotPermitted."""
    if setting == Setting.ABSENCE:
        if row is not None and not may_keep_absences_of(employee, row.employee):
            raise NotFound
    else:
        require_keeper(employee, setting)


def _absences_seen_by(employee: Employee) -> Q:
    seen = Q(employee=employee)
    if may(employee, Permission.KEEP_ABSENCES):
        seen |= Q(employee__unit__in=visible_units(employee))
    return seen


def _after(rows: QuerySet[Any], one: Kept, *, after: str) -> QuerySet[Any]:
    """The rows behind the one with this key, in the order of their kind."""
    rows = rows.order_by(*one.order)
    key = read_id(after)
    last = rows.filter(pk=key).first() if key is not None else None
    if last is None:
        return rows
    behind, same = Q(), Q()
    for name in one.order:
        field, way = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        behind |= same & Q(**{f"{field}__{way}": getattr(last, field)})
        same &= Q(**{field: getattr(last, field)})
    return rows.filter(behind)
