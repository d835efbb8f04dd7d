"""Find investigations by what was asked and answered, for those who see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import FloatField
from django.db.models.expressions import RawSQL
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.cases.asked import Asked
from complaints.cases.excerpts import Excerpt, excerpts_of
from complaints.cases.texts import COMPLAINT, HEAD, SAID_SINCE, vector
from complaints.causes.models import CauseEntry, Investigation
from complaints.causes.queries import investigations_seen_by
from complaints.staff.models import Employee

POOL: Final = 200  # hits that are ranked against each other: the newest ones
MOST_FOUND: Final = 5


@dataclass(frozen=True, slots=True)
class FoundCause:
    """An investigation, and where in it stands what was looked for."""

    investigation: Investigation
    excerpts: Sequence[Excerpt]


def refresh(investigation: Investigation) -> None:
    """Let an investigation be found by all that is written on it now; what is said in hearings is no part of it."""
    told = CauseEntry.objects.filter(investigation=investigation, action=None).exclude(text="").order_by("pk")
    parts = [(HEAD, investigation.title), *((COMPLAINT, text) for _where, text in _written(investigation))]
    since = [(SAID_SINCE, text) for text in told.values_list("text", flat=True)]
    Investigation.objects.filter(pk=investigation.pk).update(document=vector([*parts, *since]))


def unfound_ids(*, limit: int) -> list[int]:
    """Investigations that are found by nothing yet."""
    return list(Investigation.objects.filter(document=None).order_by("pk").values_list("pk", flat=True)[:limit])


def find(employee: Employee, asked: Asked) -> list[FoundCause]:
    """The investigations an employee sees that fit best, out of the newest POOL that fit at all. One query."""
    query = asked.as_query()
    if not query:
        return []
    fits = investigations_seen_by(employee).extra(where=["document @@ %s::tsquery"], params=[query])
    rank = RawSQL("ts_rank_cd(document, %s::tsquery, 1)", [asked.for_rank()], output_field=FloatField())
    newest = fits.order_by("-pk").values("pk")[:POOL]
    best = Investigation.objects.filter(pk__in=newest).order_by(rank.desc(), "-pk").select_related("department")
    return [FoundCause(one, excerpts_of(_written(one), asked)) for one in best.defer("document")[:MOST_FOUND]]


def _written(investigation: Investigation) -> list[tuple[str | Promise, str]]:
    """What those who see an investigation read on it, with what each part is called."""
    lines = [line for some in investigation.bones.values() for line in some]
    return [
        (_("What is to be found out"), investigation.question),
        (_("The cause in words"), investigation.root_text),
        (_("Answer of the department"), investigation.answer),
        *((_("Five whys"), why) for why in investigation.whys),
        *((_("Fishbone"), line) for line in lines),
    ]
