"""Mail that came in: what was set aside and why, each mail as it was written, and taking one after all."""

from __future__ import annotations

from typing import Final

from django import forms
from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from complaints.common.errors import Invalid, MailNotYours
from complaints.common.words import clean_line
from complaints.desk.fields import Line, Styled
from complaints.desk.request import at_desk
from complaints.handling.take_mail import take_mail
from complaints.incoming.models import Mail, MailState
from complaints.incoming.queries import (
    mailboxes_in_trouble,
    mails_seen_by,
    one_visible,
    original_of,
    recent_tallies,
)
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may, require

ANY: Final = "any"


class StateForm(Styled):
    """Which mails are listed; without a choice those that were set aside, which wait for somebody."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[(MailState.ASIDE, MailState.ASIDE.label), (ANY, _("Any"))]
    )


class TakeForm(Styled):
    """Where a mail goes after all."""

    into = Line(
        label=_("Reference of the complaint it belongs to"),
        required=False,
        max_length=40,
        help_text=_("It becomes the customer's word there."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    join = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_into(self) -> str:
        """Ask for the reference where the mail is to join a complaint."""
        typed: str = self.cleaned_data["into"]
        if "join" in self.data and not typed:
            raise forms.ValidationError(gettext("Please give the reference of the complaint."))
        return typed if "join" in self.data else ""


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """List the mails of the units one sees, newest first, with what the last days came to."""
    employee = _reader(request)
    form = StateForm(request.GET or QueryDict(f"state={MailState.ASIDE}"))
    wanted = form.cleaned_data["state"] if form.is_valid() else ""
    state = "" if wanted == ANY else MailState.ASIDE
    page = mails_seen_by(employee, state=state, after=clean_line(request.GET.get("after", "")))
    context = {
        "form": form,
        "page": page,
        "tallies": recent_tallies(at=timezone.now()),
        "troubled": mailboxes_in_trouble(),
    }
    return render(request, "desk/mails.html", context)


@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one mail as text; of its HTML nothing is drawn and nothing is fetched."""
    employee = _reader(request)
    return _page(request, one_visible(employee, pk), employee)


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a mail that was set aside, into the complaint that is named or as one of its own."""
    employee = _reader(request)
    found = one_visible(employee, pk)
    require(employee, Permission.TAKE_MAIL, MailNotYours)
    form = TakeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, employee, form=form)
    try:
        case = take_mail(pk, into=form.cleaned_data["into"], by=employee, at=timezone.now())
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return _page(request, found, employee, form=form)
    notices.success(
        request, gettext("The mail is part of complaint %(reference)s now.") % {"reference": case.reference}
    )
    return redirect("desk:complaint", case.reference)


@require_safe
def original(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a mail as it came, as a download, never to be shown inline."""
    found = one_visible(_reader(request), pk)
    answer = HttpResponse(original_of(found), content_type="message/rfc822")
    answer.headers["Content-Disposition"] = f'attachment; filename="mail-{found.pk}.eml"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _reader(request: HttpRequest) -> Employee:
    employee = at_desk(request).user
    require(employee, Permission.VIEW_MAIL, MailNotYours)
    return employee


def _page(request: HttpRequest, found: Mail, employee: Employee, *, form: TakeForm | None = None) -> HttpResponse:
    can_take = found.state == MailState.ASIDE and may(employee, Permission.TAKE_MAIL)
    context = {"mail": found, "form": (form or TakeForm()) if can_take else None}
    return render(request, "desk/mail.html", context, status=400 if form else 200)
