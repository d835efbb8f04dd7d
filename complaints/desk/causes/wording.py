"""How what happened on an investigation is told."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.causes.models import CauseEntry

SENTENCES: Final[dict[str, Promise]] = {
    "opened": _("%(who)s asked for the cause"),
    "answered": _("%(who)s named the cause"),
    "accepted": _("%(who)s accepted the cause"),
    "sent_back": _("%(who)s asked again"),
    "missed": _("The time to answer was over; told were:"),
    "planned": _("%(who)s planned an action: %(action)s"),
    "done": _("%(who)s said that it is done: %(action)s"),
    "dropped": _("%(who)s dropped the action: %(action)s"),
    "explained": _("%(who)s named it as the reason for a changed setting: %(action)s"),
    "overdue": _("The action was not done in time: %(action)s. Told were:"),
    "proved": _("The action had an effect: %(action)s"),
    "reopened": _("The action had no effect that can be shown, and is open again: %(action)s"),
}


def told(entry: CauseEntry) -> str:
    """One entry as a sentence in the reader's language."""
    action = entry.action.title if entry.action else ""
    return str(SENTENCES[entry.kind]) % {"who": entry.actor_name, "action": action}
