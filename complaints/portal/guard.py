"""What stands before every form of the portal: none of its refusals may cost people what they typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _

from complaints.portal.throttle import Deed, is_too_often

TOO_LARGE: Final = 413
_DRAIN: Final = 64 * 1024 * 1024  # bytes of a refused body that are still read, so that the sender hears our answer


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form is not taken now: the sentence for people and the HTTP status."""

    sentence: str
    status: int


def refusal(request: HttpRequest, deed: Deed) -> Refusal | None:
    """Say whether a posted form must be shown again instead of taken: too large to read, perhaps forged, or too often.

    The views that ask this are exempt from Django's own check against forged requests, whose refusal would throw away
    what was typed.
    """
    if not _is_readable(request):
        return Refusal(
            _("That is more than we can take at once. Please shorten the text, or attach it as a file."), TOO_LARGE
        )
    if _may_be_forged(request):
        sentence = _(
            "This page was open for a long time, or your browser takes no cookies. "
            "Nothing is lost: please send it again."
        )
        return Refusal(sentence, 403)
    if wished_language(request) is None and is_too_often(request, deed):
        sentence = _(
            "A lot has come from your connection in the last minutes. "
            "Nothing is lost: please wait ten minutes and send it again."
        )
        return Refusal(sentence, 429)
    return None


def wished_language(request: HttpRequest) -> str | None:
    """The language that a button of the form itself asks for, which does not send it; for what can be read."""
    wished = request.POST.get("speak", "")
    return wished if wished in dict(settings.LANGUAGES) else None


class _Check(CsrfViewMiddleware):
    """Django's check, asked for its opinion only."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponseForbidden:
        return HttpResponseForbidden(reason)


def _no_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _may_be_forged(request: HttpRequest) -> bool:
    return _Check(_no_view).process_view(request, _no_view, (), {}) is not None


def _is_readable(request: HttpRequest) -> bool:
    try:
        request.POST  # noqa: B018 - read here for the first time
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        _drain(request)
        return False
    return True


def _drain(request: HttpRequest) -> None:
    read = 0
    try:
        while read < _DRAIN and (piece := request.read(64 * 1024)):
            read += len(piece)
    except OSError:
        return
