"""What people type into the field of a step."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.common.words import clean
from complaints.outbox.texts import writes_in

LONGEST = 20_000


def known_language(language: str) -> str:
    """A language that customers are written to in; raises Invalid for any other."""
    if not writes_in(language):
        raise Invalid(field="language", sentence=_("We do not write in this language."))
    return language


def written(text: str, *, field: str = "text") -> str:
    """The cleaned text; raises Invalid for an empty or endless one."""
    cleaned = clean(text)
    if not cleaned:
        raise Invalid(field=field, sentence=_("Please write something here."))
    if len(cleaned) > LONGEST:
        raise Invalid(
            field=field,
            sentence=_("This is longer than %(most)s characters. Please shorten it, or attach it as a file.")
            % {"most": LONGEST},
        )
    return cleaned
