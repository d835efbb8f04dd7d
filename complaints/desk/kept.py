"""What was typed into a form that could not be taken: kept in the session until the form opens filled in again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_datetime

KEY: Final = "typed_at_desk"
MOST_CHARACTERS: Final = 100_000  # of one form; a form of ours holds 40,000 at most that a verb would take
STAYS_FOR: Final = timedelta(hours=12)
NEVER_KEPT: Final = frozenset({"csrfmiddlewaretoken", "password", "secret"})


def keep(request: HttpRequest, *, at: datetime) -> bool:
    """Store the typed fields of a POST on the server, one form at a time, without files; False when it is too much."""
    typed = request.POST.copy()
    for name in NEVER_KEPT & set(typed):
        del typed[name]
    text = typed.urlencode()
    if sum(len(value) for values in typed.lists() for value in values[1]) > MOST_CHARACTERS:
        return False
    request.session[KEY] = {"path": request.path, "fields": text, "at": at.isoformat()}
    return True


def typed_before(request: HttpRequest, *, at: datetime) -> QueryDict | None:
    """What was typed into the form of this very address before; None when nothing is kept, or not any more."""
    kept = request.session.get(KEY)
    if not kept or kept["path"] != request.path:
        return None
    since = parse_datetime(kept["at"])
    if since is None or at - since > STAYS_FOR:
        return None
    return QueryDict(kept["fields"], mutable=True)


def forget(request: HttpRequest) -> None:
    """Drop what is kept for this address: it has been sent."""
    if request.session.get(KEY, {}).get("path") == request.path:
        del request.session[KEY]
