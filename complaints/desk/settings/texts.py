"""The texts of messages: which there are, one to be written over and tried out, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import ndiff
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from complaints.common.errors import ChangedMeanwhile, Invalid, NotFound, TextsNotYours
from complaints.desk import kept
from complaints.desk.fields import Line, Styled, Words
from complaints.desk.request import at_desk
from complaints.handling.keep_text import SHIPPED, go_back, keep_text, number_of, require_texts
from complaints.handling.try_text import send_test, try_out
from complaints.outbox.models import Kind, MessageText
from complaints.outbox.placeholders import is_for_customers, placeholders_of
from complaints.outbox.render import Rendered
from complaints.outbox.segments import room
from complaints.outbox.shipped import Source
from complaints.outbox.texts import (
    PARTS,
    added_languages,
    current,
    in_force,
    languages_of,
    source_of,
    versions_of,
)
from complaints.outbox.wording import LONGEST_SOURCE, without_looks
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require

LISTED: Final = 30
PREVIEW: Final = "preview"
TEST: Final = "test"
"""The names of the buttons that try a text out, without keeping it."""


class TextForm(Styled):
    """A text as it is written, and the complaint it is tried on."""

    subject = Line(label=_("Subject"), max_length=400)
    text = Words(label=_("Text"), max_length=LONGEST_SOURCE, widget=forms.Textarea(attrs={"rows": 10}))
    html = Words(
        label=_("HTML"),
        required=False,
        max_length=LONGEST_SOURCE,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
        help_text=_("Left empty, it is made from the text. Scripts, pictures and forms are taken out."),
    )
    sms = Line(
        label=_("SMS"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "One SMS holds 160 characters, or 70 where one of them is not of the Latin or Greek alphabet. The link"
            " follows by itself and is never cut; what does not fit beside it is left out at the end, so begin with"
            " what matters most. Left empty, the subject is said."
        ),
    )
    reference = Line(
        label=_("Try it on the complaint"), required=False, max_length=40, help_text=_("Left empty: on samples.")
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, kind: Kind, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        if not is_for_customers(kind):  # nobody of ours is written to by SMS
            del self.fields["sms"]

    def source(self) -> Source:
        """What was typed of the text."""
        return Source(*(self.cleaned_data.get(name, "") for name in PARTS))


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of message, with the version that holds in each language."""

    kind: Kind
    languages: list[tuple[str, str, MessageText | None, bool]]


@dataclass(frozen=True, slots=True)
class Version:
    """One version, and its lines as they differ from the one before: a sign and the line."""

    number: int
    version: MessageText | None
    changes: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a text came to."""

    subject: str
    text: str
    html: SafeString
    sms: str
    used: int
    most: int


@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """List every kind of message, with what holds in each language."""
    require(at_desk(request).user, Permission.KEEP_TEXTS, TextsNotYours)
    versions = in_force().versions
    rows = {True: list[Row](), False: list[Row]()}
    own, added = languages_of(Kind.STAFF_ASSIGNED), added_languages()
    for kind in Kind:
        for_customers = is_for_customers(kind)
        languages = {**own, **added} if for_customers else own
        told = [(code, name, versions.get((kind.value, code)), code in own) for code, name in languages.items()]
        rows[for_customers].append(Row(kind, told))
    return render(request, "desk/texts.html", {"to_customers": rows[True], "to_staff": rows[False]})


@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Show a text to be written over; keep it, show what it would come to, or send that to oneself."""
    employee, which = at_desk(request).user, _kind(kind)
    require_texts(which, language, by=employee)
    if request.method != "POST":
        typed = kept.typed_before(request, at=timezone.now())
        return _page(request, which, language, TextForm(which, typed, initial=_drawn(which, language)))
    form = TextForm(which, request.POST)
    if not form.is_valid():
        return _page(request, which, language, form, status=400)
    try:
        return _taken(request, which, language, form, by=employee)
    except NotFound:
        form.add_error("reference", gettext("There is no complaint with this reference that you can see."))
        return _page(request, which, language, form, status=400)
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return _page(request, which, language, form, status=error.status)
    except ChangedMeanwhile as error:
        form = TextForm(which, _seeing(request.POST, number_of(current(which, language))))
        return _page(request, which, language, form, collision=error.sentence, status=error.status)


@require_POST
def back(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Let an earlier version hold again."""
    employee, which = at_desk(request).user, _kind(kind)
    require_texts(which, language, by=employee)
    form = BackForm(request.POST)
    if not form.is_valid():
        raise NotFound
    try:
        go_back(which, language, by=employee, at=timezone.now(), **form.cleaned_data)
    except (Invalid, ChangedMeanwhile) as error:
        messages.error(request, error.sentence)
    else:
        told = gettext("Version %(number)s holds again.") % {"number": form.cleaned_data["to"]}
        messages.success(request, told)
    return redirect("desk:text", which.value, language)


class BackForm(forms.Form):
    """Which version, and the newest one that was seen."""

    to = forms.IntegerField(min_value=SHIPPED)
    seen = forms.IntegerField(min_value=SHIPPED)


def _taken(request: HttpRequest, kind: Kind, language: str, form: TextForm, *, by: Employee) -> HttpResponse:
    """What the button that was pressed asks for."""
    facts: dict[str, Any] = {"source": form.source(), "by": by, "at": timezone.now()}
    reference = form.cleaned_data["reference"]
    if PREVIEW in request.POST:
        words, sms = try_out(kind, language, reference=reference, **facts)
        return _page(request, kind, language, form, shown=_shown(words, sms))
    if TEST in request.POST:
        address = send_test(kind, language, reference=reference, **facts)
        messages.success(request, gettext("A test is on its way to %(address)s.") % {"address": address})
        return _page(request, kind, language, form)
    keep_text(kind, language, seen=form.cleaned_data["seen"], **facts)
    messages.success(request, gettext("It is kept. Messages that go out from now on say it."))
    return redirect("desk:text", kind.value, language)


def _page(
    request: HttpRequest,
    kind: Kind,
    language: str,
    form: TextForm,
    *,
    shown: Shown | None = None,
    collision: str = "",
    status: int = 200,
) -> HttpResponse:
    languages, versions = languages_of(kind), versions_of(kind, language, most=LISTED + 1)
    now = versions[0] if versions else None
    context = {
        "kind": kind,
        "language": language,
        "language_name": languages[language],
        "languages": languages,
        "form": form,
        "shown": shown,
        "collision": collision,
        "instead": _instead(form, source_of(kind, language, now)) if collision else [],
        "placeholders": sorted(placeholders_of(kind).items()),
        "now": now,
        "versions": list(_told(kind, language, versions)),
        "has_words": bool(source_of(kind, language, now).text),
    }
    return render(request, "desk/text.html", context, status=status)


def _drawn(kind: Kind, language: str) -> dict[str, Any]:
    """The form as it is drawn first."""
    now = current(kind, language)
    source = source_of(kind, language, now)
    return {name: getattr(source, name) for name in PARTS} | {"seen": number_of(now)}


def _instead(form: TextForm, kept_now: Source) -> list[tuple[str, str]]:
    """What is kept now where something else was typed, by label."""
    pairs = [(name, getattr(kept_now, name)) for name in PARTS if name in form.fields]
    return [(str(form[name].label), words) for name, words in pairs if form[name].value() != words]


def _told(kind: Kind, language: str, versions: list[MessageText]) -> Iterator[Version]:
    """The versions, newest first, each with what it changed; at the end the text that ships, where one does."""
    for n, version in enumerate(versions[:LISTED]):
        before = versions[n + 1] if n + 1 < len(versions) else None
        told = _differs(source_of(kind, language, before), source_of(kind, language, version))
        yield Version(version.number, version, told)
    if len(versions) <= LISTED and source_of(kind, language, None).text:
        yield Version(SHIPPED, None, [])


def _differs(before: Source, after: Source) -> list[tuple[str, str]]:
    """The lines that went and came."""
    lines = ndiff(_lines(before), _lines(after))
    return [(line[0], line[2:]) for line in lines if line[0] in "+-" and line[2:].strip()]


def _lines(source: Source) -> list[str]:
    return [line for name in PARTS for line in getattr(source, name).splitlines()]


def _shown(words: Rendered, sms: str) -> Shown:
    html = mark_safe(without_looks(words.html))  # noqa: S308 - sanitised
    return Shown(words.subject, words.text, html, sms, *room(sms))


def _seeing(typed: QueryDict, number: int) -> QueryDict:
    """The same words on a page that has seen what is kept now: sent again, they are taken."""
    fields = typed.copy()
    fields["seen"] = str(number)
    return fields


def _kind(name: str) -> Kind:
    if name not in Kind.values:
        raise NotFound
    return Kind(name)
