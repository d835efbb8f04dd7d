"""Show an error of ours to somebody at the desk."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from complaints.common.errors import RecoveryError


def page(request: HttpRequest, error: RecoveryError) -> HttpResponse:
    """A page with the sentence of the error, under its status."""
    return render(request, "desk/error.html", {"sentence": error.sentence, "status": error.status}, status=error.status)
