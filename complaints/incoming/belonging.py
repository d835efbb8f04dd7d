"""Where a mail belongs: decided from what its address and its threads prove, never from a number that it names."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from complaints.common.tokens import Reference, read_reference
from complaints.incoming.letter import Letter

_NAMED: Final = re.compile(r"\bC[-\s–—]?[0-9A-Z]{4}[-\s]?[0-9A-Z]{4}\b", re.IGNORECASE)
MOST_NAMED: Final = 5
_LOOKED_THROUGH: Final = 5_000  # letters


@dataclass(frozen=True, slots=True)
class Thread:
    """A message of ours that a mail answers: the case it was about, where it went, and the customer's addresses."""

    case: str
    recipient: str
    on_file: Collection[str] = ()

    def knows(self, sender: str) -> bool:
        """Whether the sender is who we wrote to."""
        return sender in {self.recipient.lower(), *self.on_file}


@dataclass(frozen=True, slots=True)
class Place:
    """The case a mail belongs to, none for a complaint of its own, and whether it is somebody else who wrote."""

    case: str | None
    from_elsewhere: bool = False


def place_of(letter: Letter, *, signed: Thread | None, threads: Sequence[Thread]) -> Place:
    """Decide by the signed reply address first, then by the messages a mail says it answers.

    Who has a signed address may write: the customer's second mailbox, or somebody they forwarded our mail to, and it is
    told which. An In-Reply-To can be copied out of any forwarded mail, so it counts only for the customer.
    """
    if signed is not None:
        return Place(signed.case, from_elsewhere=not signed.knows(letter.sender))
    own = next((thread for thread in threads if thread.knows(letter.sender)), None)
    return Place(own.case if own else None)


def references_in(letter: Letter) -> list[Reference]:
    """Numbers of complaints that a mail names, in order: a hint for people, never a proof."""
    told = f"{letter.subject}\n{letter.said}\n{letter.quoted}"[:_LOOKED_THROUGH]
    found = (read_reference(match[0]) for match in _NAMED.finditer(told))
    return list(dict.fromkeys(reference for reference in found if reference))[:MOST_NAMED]
