"""How a case is led by the kind of complainer its customer is: what helps, and what must not be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.standards.models import Complainer


@dataclass(frozen=True, slots=True)
class Leading:
    """What colleagues read beside a complaint: how such customers go about it, what to do, what never to do."""

    kind: Complainer
    about: Promise
    do: Sequence[Promise]
    avoid: Sequence[Promise]


_LEADING: Final[Mapping[Complainer, tuple[Promise, Sequence[Promise], Sequence[Promise]]]] = {
    Complainer.PASSIVE: (
        _("Would rather stay away than complain: this is the only chance to hear of it."),
        (_("Ask what happened, and what would put it right."), _("Offer something without being asked.")),
        (
            _("Do not take silence for satisfaction."),
            _("Do not close it because no answer comes: try once more, another way."),
        ),
    ),
    Complainer.VOICER: (
        _("Tells us so that we can put it right, and mostly stays when we do."),
        (_("Thank them, and say what happens by when."), _("Let the first person who hears it put it right.")),
        (_("Do not make them tell it twice."), _("Do not pass them on where you may decide yourself.")),
    ),
    Complainer.IRATE: (
        _("Is angry, tells everybody they know, and is about to leave."),
        (
            _("Call instead of writing, and let them finish."),
            _("Say sorry first; what happened is looked into later."),
            _("One person stays with it to the end."),
        ),
        (
            _("Do not argue about who is right."),
            _("Do not send a ready-made text."),
            _("Do not speak of rules, and do not promise what is not certain."),
        ),
    ),
    Complainer.ACTIVIST: (
        _("Turns to the press, to authorities or to many followers: not only for themselves, but so that it ends."),
        (
            _("A superior takes it and calls today."),
            _("Say what is changed so that it does not happen to others."),
            _("Write down every contact."),
        ),
        (
            _("Do not offer money for silence."),
            _("Do not threaten, and do not answer in public before they were called."),
            _("Do not say anything to the press: refer it to those who speak for the house."),
        ),
    ),
}


def leading_of(complainer: str) -> Leading | None:
    """How such a case is led; None for somebody whom nobody has judged."""
    if complainer not in Complainer.values:
        return None
    kind = Complainer(complainer)
    return Leading(kind, *_LEADING[kind])
