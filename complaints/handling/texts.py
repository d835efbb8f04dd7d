"""What people type into the field of a step."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.common.words import clean

LONGEST = 20_000


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
