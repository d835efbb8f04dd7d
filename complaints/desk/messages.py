"""Messages: what we wrote to whom, what became of it, and once more for what failed."""

from __future__ import annotations

from django import forms
from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from complaints.common.words import clean_line
from complaints.desk.fields import Styled
from complaints.desk.request import at_desk
from complaints.handling.retry_message import retry_message
from complaints.outbox.models import MessageState
from complaints.outbox.queries import messages_seen_by, one_visible
from complaints.outbox.render import with_link, words_of
from complaints.staff.permissions import Permission, may


class StateForm(Styled):
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("Any")), *MessageState.choices])


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """List the messages of the units one sees, newest first."""
    form = StateForm(request.GET)
    state = form.cleaned_data.get("state", "") if form.is_valid() else ""
    page = messages_seen_by(at_desk(request).user, state=state, after=clean_line(request.GET.get("after", "")))
    return render(request, "desk/messages.html", {"form": form, "page": page, "state": state})


@require_safe
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one message as it left or waits to leave; the secret link is not kept and so not shown."""
    employee = at_desk(request).user
    found = one_visible(employee, pk)
    words = words_of(found)
    failed = found.state == MessageState.FAILED
    context = {
        "message": found,
        "subject": words.subject,
        "body": with_link(words.text, gettext("(the customer's own link)")),
        "can_retry": failed and may(employee, Permission.RETRY_MESSAGE),
    }
    return render(request, "desk/message.html", context)


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a failed message once more."""
    if retry_message(pk, by=at_desk(request).user, at=timezone.now()):
        notices.success(request, gettext("The message is queued again."))
    else:
        notices.info(request, gettext("The message had not failed; nothing was changed."))
    return redirect("desk:message", pk=pk)
