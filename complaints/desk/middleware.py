"""What every page of the desk has in common: a signed-in employee, their zone, and text that is never lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure

from complaints.common.errors import RecoveryError
from complaints.desk import errors, kept
from complaints.desk.request import at_desk

Answer = Callable[[HttpRequest], HttpResponse]


class KeepWhatWasTyped:
    """Ask strangers to sign in, and keep what they had typed when their sign-in expired under their hands."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Answer, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Let an employee pass; send anybody else to the sign-in, and from there back to the form they filled in."""
        if not _is_desk(request):
            return None
        if request.user.is_authenticated:
            if request.method == "POST":
                kept.forget(request)
            return None
        if at_desk(request).htmx:
            return render(request, "desk/_signed_out.html", status=401)
        if request.method == "POST":
            _keep(request, _("Your sign-in had expired."))
        return HttpResponseRedirect(f"{resolve_url('account_login')}?{urlencode({'next': _address(request)})}")


class AtTheDesk:
    """Show an employee the times of their unit's zone, and tell what went wrong in a sentence."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in UTC again afterwards: the thread serves the next one, from elsewhere."""
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(self, request: HttpRequest, _view: Answer, _args: Any, _kwargs: Any) -> None:
        """Activate the zone of the employee's unit."""
        if _is_desk(request):
            timezone.activate(ZoneInfo(at_desk(request).user.unit.time_zone))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Show an error of ours as a page with its status; any other is a fault."""
        if _is_desk(request) and isinstance(error, RecoveryError):
            return errors.page(request, error)
        return None


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Keep the form of our own page whose token has grown old, and open it again; refuse anybody else's.

    Somebody signed in anew in another tab, or the cookie is gone: the words are still worth keeping.
    """
    if _is_desk(request) and _comes_from_us(request):
        _keep(request, _("This page had been open for too long."))
        return HttpResponseRedirect(_address(request))
    return csrf_failure(request, reason=reason)


def _keep(request: HttpRequest, cause: str) -> None:
    if kept.keep(request, at=timezone.now()):
        messages.info(request, f"{cause} {_('Nothing was sent; what you typed is kept and the form opens filled in.')}")
    else:
        messages.error(request, f"{cause} {_('Nothing was sent, and what you typed was too long to be kept.')}")


def _is_desk(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.app_name == "desk"


def _address(request: HttpRequest) -> str:
    return request.path if request.method == "POST" else request.get_full_path()


def _comes_from_us(request: HttpRequest) -> bool:
    """Whether the browser says that the form stood on a page of this very site."""
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(source).netloc == request.get_host()
