"""What a case is found by: one document a case, of weighted words with their places, and marks to narrow it by.

Everybody who sees a case finds it by all of its document. What only some of them may read must never be added here: it
belongs into rows of its own, with those who may read it, and is asked beside this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from django.db import connection

from complaints.cases.models import Case, CaseText, TimelineEntry
from complaints.cases.states import Status
from complaints.common.words import places

HEAD: Final = "A"  # reference and customer
COMPLAINT: Final = "B"  # what was written at filing
SAID_SINCE: Final = "C"  # notes, letters, answers: the timeline

_LAST_PLACE: Final = 16_383  # PostgreSQL knows no place beyond it
_MOST_PLACES: Final = 255  # of one word
MOST_TEXT: Final = 60_000  # letters of one text; what stands behind is not found
_MOST_DOCUMENT: Final = 700_000  # bytes as text; PostgreSQL refuses documents of 1 MB, and one text has half of it


def text_of(case: Case, entries: Iterable[TimelineEntry] = ()) -> CaseText:
    """What a case is found by, not yet stored: reference, customer, what was written at filing, and its timeline."""
    since = [(SAID_SINCE, said(entry)) for entry in entries]
    document = vector([*_head(case), *_complaint(case), *since])
    return CaseText(case=case, unit_id=case.unit_id, filed_at=case.filed_at, document=document, marks=marks_of(case))


def said(entry: TimelineEntry) -> str:
    """What somebody wrote when this happened: a text, or why they did it."""
    return entry.text or str(entry.facts.get("reason") or "")


def vector(parts: Iterable[tuple[str, str]]) -> str:
    """Weighted texts as a text vector in PostgreSQL's writing, with a gap between any two so that no phrase crosses it.

    Words hold letters, digits and underscores only: there is nothing to escape.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    free = 2  # behind whatever this is appended to there is a gap as well
    for weight, text in parts:
        words, free = places(text[:MOST_TEXT], free)
        for word, place in words:
            found[word].append(f"{min(place, _LAST_PLACE)}{weight}")
        free += 1
    return " ".join(f"'{word}':{','.join(at[:_MOST_PLACES])}" for word, at in found.items())


def add(case: Case, text: str, *, weight: str = SAID_SINCE) -> None:
    """Let a case be found by one more text that everybody who sees the case may read. In the caller's transaction."""
    more = vector([(weight, text)])
    if not more:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE complaints_casetext SET document = document || %s::tsvector"
            " WHERE case_id = %s AND octet_length(document::text) < %s",
            [more, case.pk, _MOST_DOCUMENT],
        )


def rename(cases: Collection[Case]) -> None:
    """Let cases be found by the name their customer has now, and by it alone; everything else stays."""
    heads = sorted((case.pk, vector(_head(case))) for case in cases)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE complaints_casetext AS told SET document = head.words::tsvector"
            " || ts_filter(told.document, '{b,c,d}')"
            " FROM unnest(%s::bigint[], %s::text[]) AS head (case_id, words)"
            " WHERE told.case_id = head.case_id AND NOT told.is_old",
            [[pk for pk, _words in heads], [words for _pk, words in heads]],
        )


def old_ids(*, limit: int) -> list[int]:
    """Cases whose document was written before there were places in it, or before their timeline was part of it."""
    return list(CaseText.objects.filter(is_old=True).order_by("case").values_list("case", flat=True)[:limit])


def renew(case: Case) -> None:
    """Write the document of a locked case anew from all there is."""
    fresh = text_of(case, TimelineEntry.objects.filter(case=case).order_by("pk"))
    CaseText.objects.filter(case=case).update(document=fresh.document, is_old=False)


def marks_of(case: Case) -> list[str]:
    """What a search can be narrowed by inside the index. A trigger keeps them as the case changes."""
    return marks(
        unit=case.unit_id,
        channel=case.channel,
        severity=case.severity,
        failure_type=case.failure_type_id,
        complainer=case.complainer,
        is_closed=case.status == Status.CLOSED,
    )


def marks(
    *,
    unit: int | None = None,
    channel: str = "",
    severity: int | None = None,
    failure_type: int | None = None,
    complainer: str = "",
    is_closed: bool | None = None,
) -> list[str]:
    """The marks that stand for these facts; what is not named has none."""
    named: Sequence[tuple[str, int | str | None]] = (
        ("unit", unit), ("channel", channel or None), ("severity", severity), ("failure", failure_type),
        ("complainer", complainer or None),
    )  # fmt: skip
    found = [f"{name} {value}" for name, value in named if value is not None]
    return found if is_closed is None else [*found, "closed" if is_closed else "open"]


def _head(case: Case) -> list[tuple[str, str]]:
    return [(HEAD, case.reference), (HEAD, case.customer.name), (HEAD, case.customer.company)]


def _complaint(case: Case) -> list[tuple[str, str]]:
    return [(COMPLAINT, case.what_happened), (COMPLAINT, case.wanted), (COMPLAINT, case.place)]
