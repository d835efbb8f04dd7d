"""The bell: what one was told, whether or not a mail has arrived, and what of it is new."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from complaints.common.keyset import read_id
from complaints.desk.request import at_desk
from complaints.handling.see_news import see_all_messages, see_message
from complaints.outbox.models import Message
from complaints.outbox.queries import news_of
from complaints.outbox.render import words_of
from complaints.outbox.texts import in_force


@dataclass(frozen=True, slots=True)
class Told:
    """One message as the bell shows it."""

    message: Message
    sentence: str


@require_http_methods(["GET", "HEAD", "POST"])
def bell(request: HttpRequest) -> HttpResponse:
    """Show what the reader was told, newest first; sent, all of it up to the newest one shown has been seen."""
    employee = at_desk(request).user
    if request.method == "POST":
        see_all_messages(until=read_id(request.POST.get("until", "")) or 0, by=employee, at=timezone.now())
        return redirect("desk:bell")
    page, texts = news_of(employee, after=request.GET.get("after", "")), in_force()
    context = {
        "page": page,
        "told": [Told(one, one.subject or words_of(one, texts).subject) for one in page.messages],
        "newest": page.messages[0].pk if page.messages else 0,
        "has_new": any(one.seen_at is None for one in page.messages),
    }
    return render(request, "desk/bell.html", context)


@require_POST
def bell_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to what a message is about; from then on it is not new."""
    message = see_message(pk, by=at_desk(request).user, at=timezone.now())
    page = urlsplit(str(message.facts.get("page") or reverse("desk:worklist")))
    return redirect(urlunsplit(("", "", page.path, page.query, page.fragment)))
