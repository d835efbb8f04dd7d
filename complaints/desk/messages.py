"""Messages: what we wrote to whom, what became of it, and once more for what failed."""

from __future__ import annotations

from django import forms
from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from complaints.desk.fields import Styled
from complaints.desk.request import at_desk
from complaints.handling.retry_message import MOST, Likeness, retry_message, retry_messages_like
from complaints.outbox.models import REACHED_NOBODY, Channel, Message, MessageState
from complaints.outbox.queries import channels_out_of_order, messages_seen_by, one_visible
from complaints.outbox.render import with_code, with_link, words_of
from complaints.outbox.sms import text_of
from complaints.staff.permissions import Permission, may


class StateForm(Styled):
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("Any")), *MessageState.choices])


class LikeForm(Styled):
    """In what others must be like this one to be sent again with it; each choice names what it stands for."""

    likeness = forms.ChoiceField(label=_("All that failed like it"))

    def __init__(self, like: Message, typed: QueryDict | None = None) -> None:
        super().__init__(typed)
        why = like.get_trouble_display() or gettext("Other")
        likeness = self.fields["likeness"]
        assert isinstance(likeness, forms.ChoiceField)  # noqa: S101 - declared above
        likeness.choices = [
            (Likeness.TROUBLE, why),
            (Likeness.KIND, f"{why} · {like.get_kind_display()}"),
            (Likeness.DOMAIN, f"{why} · @{like.domain}"),
        ]


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """List the messages of the units one sees, newest first."""
    form = StateForm(request.GET)
    state = form.cleaned_data.get("state", "") if form.is_valid() else ""
    page = messages_seen_by(at_desk(request).user, state=state, after=request.GET.get("after", ""))
    context = {"form": form, "page": page, "state": state, "out_of_order": channels_out_of_order()}
    return render(request, "desk/messages.html", context)


@require_safe
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one message as it left or waits to leave; secrets in it are not kept and so not shown."""
    employee = at_desk(request).user
    found = one_visible(employee, pk)
    words = words_of(found)
    link = gettext("(the customer's own link)")
    can_retry = found.state in REACHED_NOBODY and may(employee, Permission.RETRY_MESSAGE)
    context = {
        "message": found,
        "subject": words.subject,
        "body": text_of(with_code(words, gettext("(the customer's own code)")), link=link)
        if found.channel == Channel.SMS
        else with_link(with_code(words, gettext("(the customer's own code)")).text, link),
        "can_retry": can_retry,
        "like": LikeForm(found) if can_retry else None,
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


@require_POST
def retry_like(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue once more a failed message and all that failed like it."""
    employee = at_desk(request).user
    form = LikeForm(one_visible(employee, pk), request.POST)
    likeness = Likeness(form.cleaned_data["likeness"]) if form.is_valid() else Likeness.TROUBLE
    done = retry_messages_like(pk, likeness=likeness, by=employee, at=timezone.now())
    told = ngettext("%(count)s message is queued again.", "%(count)s messages are queued again.", done)
    notices.success(request, told % {"count": done})
    if done == MOST:
        notices.info(request, gettext("These are as many as go at once; there may be more."))
    return redirect("desk:message", pk=pk)
