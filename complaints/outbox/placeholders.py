"""What the text of each kind of message may name: every placeholder with a sentence of what it is, and a sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.outbox.models import Kind

CODE: Final = "[[code]]"
"""Stands for the code of a voucher until the message leaves: what we keep holds no secret."""
LINK: Final = "[[link]]"
"""Stands for the tracking link, likewise."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A fact that texts name; the sample is of the type that the fact has: words, a number, a moment, or a list."""

    explains: Promise
    sample: Any


_MOMENT: Final = datetime(2026, 3, 8, 23, 30, tzinfo=UTC)
_NAME: Final = "Fern Fuller"
_REMEDY: Final = _("Voucher, $150.00")

_ALWAYS: Final = {
    "recipient_name": Placeholder(_("Who the message is to."), "Cara Castillo"),
    "reference": Placeholder(_("The reference of the complaint."), "C-7K3M9QXR"),
    "zone": Placeholder(_("The time zone that moments are told in."), _("Eastern Time")),
}
_TO_CUSTOMERS: Final = {
    **_ALWAYS,
    "link": Placeholder(_("The customer's link to their complaint; the layout shows it below the words anyway."), LINK),
    "responsible": Placeholder(_("Who looks after the complaint; empty where nobody does yet."), _NAME),
    "unit": Placeholder(_("The unit that looks after it."), "Harbour Hotel"),
    "due_at": Placeholder(_("By when they hear from us; empty while no deadline runs."), _MOMENT),
}
_TO_STAFF_OF_NO_CASE: Final = {
    "recipient_name": _ALWAYS["recipient_name"],
    "zone": _ALWAYS["zone"],
    "page": Placeholder(_("The address of the page at the desk."), "https://complaints.example/desk/"),
}
_TO_STAFF: Final = {
    **_ALWAYS,
    **_TO_STAFF_OF_NO_CASE,
    "customer": Placeholder(_("The customer's name."), "Cara Castillo"),
    "severity": Placeholder(_("How bad the failure was."), _("High")),
    "due_at": Placeholder(_("When the next deadline ends; empty while none runs."), _MOMENT),
}
_BY: Final = {"by": Placeholder(_("Who did it."), _NAME)}
_TEXT: Final = {"text": Placeholder(_("What was written."), _("The room was not ready until six."))}
_REASON: Final = {"reason": Placeholder(_("Why; may be empty."), _("She waited for an hour."))}
_GIVEN: Final = {"remedy": Placeholder(_("What is given, with its worth."), _REMEDY)}
_OUTSIDE: Final = {
    "outside": Placeholder(_("Who can be turned to outside."), _("The ombudsman")),
    "contact": Placeholder(_("How to reach them; may be empty."), "ombudsman.example\n+1 800 555 0100"),
}
_NEWS: Final = {"news": Placeholder(_("What has happened, in a few words."), _("Your department is asked for a cause"))}
_LINES: Final = {
    "lines": Placeholder(_("What there is to tell, line by line: for use with for."), ["C-7K3M9QXR · Cara Castillo"]),
    "how_many": Placeholder(_("How many lines there are."), 2),
}

_OWN: Final[dict[Kind, Mapping[str, Placeholder]]] = {
    Kind.RECEIVED: {
        "what_happened": Placeholder(_("What the customer told us."), _("The room was not ready until six.")),
        "by_staff": Placeholder(_("True where one of us wrote it down, false where the customer did."), True),
    },
    Kind.ACKNOWLEDGED: _BY,
    Kind.WRITTEN: {**_BY, **_TEXT},
    Kind.QUESTION: {**_BY, **_TEXT},
    Kind.PROGRESS: {
        "someone_new": Placeholder(_("True where somebody else looks after it from now on."), False),
    },
    Kind.ESCALATED: {"tier_name": Placeholder(_("The step of the ladder it is on now."), _("Manager"))},
    Kind.RESOLUTION_PROPOSED: {**_BY, **_TEXT},
    Kind.REOPENED: {
        "tier_name": Placeholder(_("The step of the ladder it is on now; may be empty."), _("Manager")),
        "was_duplicate": Placeholder(_("True where it had been closed as a duplicate and is none."), False),
        "awaits_answer": Placeholder(_("True where it goes on with an answer of theirs that we wait for."), False),
    },
    Kind.CLOSED: {
        **_TEXT,
        "outcome": Placeholder(
            _("How it ended: solved, withdrawn, duplicate or no_answer; for use with if."), "solved"
        ),
        "lost": Placeholder(_("What was offered and not accepted in time, line by line: for use with for."), [_REMEDY]),
        "original": Placeholder(_("The complaint it goes on in, where it is a duplicate."), "C-7K3M9QXR"),
    },
    Kind.ROUTE_OUTSIDE: _OUTSIDE,
    Kind.REMEDY_OFFERED: {
        **_BY,
        **_GIVEN,
        **_TEXT,
        "awaits_answer": Placeholder(_("True where the customer still has to accept it."), True),
    },
    Kind.REMEDY_WITHDRAWN: _GIVEN,
    Kind.VOUCHER_ISSUED: {
        "code": Placeholder(_("The code of the voucher."), CODE),
        "worth": Placeholder(_("What the voucher is worth."), "$150.00"),
        "expires_at": Placeholder(_("When the voucher expires."), _MOMENT),
    },
    Kind.STAFF_ASSIGNED: {**_BY, **_REASON},
    Kind.STAFF_ESCALATED: {
        **_REASON,
        "from_whom": Placeholder(_("Who handed it up, or had it until now; empty where nobody had it."), _NAME),
        "by": Placeholder(_("Who handed it up; empty where a deadline or a rule did."), _NAME),
        "for_customer": Placeholder(_("True where the customer asked for somebody higher."), False),
        "is_urgent": Placeholder(_("True where it cannot wait."), False),
    },
    Kind.STAFF_MOVED: {
        **_BY,
        "unit": Placeholder(_("The unit it was moved to."), "Harbour Hotel"),
        "to": Placeholder(_("Who has it there; empty where nobody does."), "Max Moreno"),
    },
    Kind.STAFF_OUTSIDE: {**_OUTSIDE, **_REASON},
    Kind.STAFF_ALARM: {
        **_REASON,
        "remedy": Placeholder(_("What nobody can decide on; empty where nobody has the complaint."), _REMEDY),
    },
    Kind.STAFF_REMINDER: {"deadline": Placeholder(_("Which deadline it is."), _("Put right"))},
    Kind.STAFF_BREACHED: {
        "deadline": Placeholder(_("Which deadline it is."), _("Put right")),
        "to": Placeholder(_("Who has the complaint now; empty where it stays where it is."), "Max Moreno"),
    },
    Kind.STAFF_DAILY: _LINES,
    Kind.STAFF_DIGEST: _LINES,
    Kind.STAFF_CUSTOMER_ANSWERED: _TEXT,
    Kind.STAFF_APPROVAL_ASKED: {**_BY, **_GIVEN, **_REASON},
    Kind.STAFF_APPROVAL_DECIDED: {
        **_BY,
        **_GIVEN,
        **_REASON,
        "decision": Placeholder(
            _("What was decided: approved, another_amount, asked_back or refused; for use with if."), "approved"
        ),
    },
    Kind.STAFF_APPROVAL_DROPPED: {**_GIVEN, **_REASON},
    Kind.STAFF_CAUSE: {
        **_NEWS,
        "title": Placeholder(_("What the investigation or the action is called."), _("Rooms that are late")),
        "due_at": Placeholder(_("By when it is due."), _MOMENT),
    },
    Kind.STAFF_HEARING: {
        **_NEWS,
        "due_at": Placeholder(_("Until when they may answer or appeal; may be empty."), _MOMENT),
    },
    Kind.STAFF_TRAINING: {
        "course": Placeholder(_("The training."), _("Making it right")),
        "employee": Placeholder(_("Whose training it is."), _NAME),
        "until": Placeholder(_("The last day on which it holds."), "2026-03-31"),
    },
    Kind.STAFF_LEDGER: _LINES,
    Kind.STAFF_UNREACHABLE: {
        **_REASON,
        "address": Placeholder(_("The address that mail does not reach."), "cara@demo.example"),
    },
    Kind.SEVERAL: _LINES,
    Kind.STAFF_SEVERAL: _LINES,
}
_OF_NO_CASE: Final = frozenset(
    {
        Kind.STAFF_DAILY,
        Kind.STAFF_DIGEST,
        Kind.STAFF_CAUSE,
        Kind.STAFF_HEARING,
        Kind.STAFF_TRAINING,
        Kind.STAFF_LEDGER,
        Kind.STAFF_SEVERAL,
    }
)

FRAME: Final = {name: _TO_CUSTOMERS[name] for name in ("recipient_name", "reference")}
"""What the words around a message may name, in a language that was added."""


def is_for_customers(kind: Kind) -> bool:
    """Whether a kind of message goes to customers; the others go to colleagues."""
    return not kind.value.startswith("staff_")


def placeholders_of(kind: Kind) -> dict[str, Placeholder]:
    """All that the texts of a kind may name, by name."""
    common = _TO_CUSTOMERS if is_for_customers(kind) else _TO_STAFF_OF_NO_CASE if kind in _OF_NO_CASE else _TO_STAFF
    return {**common, **_OWN.get(kind, {})}


def samples_of(kind: Kind) -> dict[str, Any]:
    """A sample for each placeholder, in the language that is active."""
    return {name: _told(one.sample) for name, one in placeholders_of(kind).items()}


def _told(sample: Any) -> Any:
    if isinstance(sample, list):
        return [_told(one) for one in sample]
    return str(sample) if isinstance(sample, Promise) else sample
