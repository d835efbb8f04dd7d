"""Show where in the record of a case stands what somebody looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.cases.asked import Asked, Term
from complaints.cases.attachments import texts_of
from complaints.cases.models import Case, TimelineEntry
from complaints.cases.sentences import sentence_for_staff
from complaints.cases.texts import said
from complaints.common.words import fold, stretches

AROUND: Final = 220  # characters of an excerpt
BEFORE: Final = 50  # of which so many before the first hit
MOST_SHOWN: Final = 2  # excerpts of one case
_ENTRIES: Final = 60  # of one case, the newest, that are looked through
_LETTERS: Final = 20_000  # of each of them: as many as somebody can type at once
_FILES: Final = 20  # text files of all the cases of a page, the newest
_MOST_HITS: Final = 100  # of one word in one text


@dataclass(frozen=True, slots=True)
class Piece:
    """Plain text, to be escaped like any other; a hit is what was looked for."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of the record, where it stands, and when it was written if that is not when the case was filed."""

    where: str | Promise
    pieces: Sequence[Piece]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Hit:
    begin: int
    end: int
    term: int  # its number among the wanted ones


@dataclass(frozen=True, slots=True)
class _Passage:
    """A text that was written on a case, with what of it was looked for."""

    where: str | Promise
    text: str
    hits: Sequence[_Hit]
    at: datetime | None = None

    @property
    def terms(self) -> set[int]:
        return {hit.term for hit in self.hits}


def excerpts(cases: Sequence[Case], asked: Asked) -> dict[int, list[Excerpt]]:
    """For each of some visible cases, where what was asked stands: the part that has most of it, and one with the rest.

    Only what everybody who sees a case may read is looked through. A case has none where its reference or its
    customer was found. Two queries: text files are read where nothing else has all that was asked.
    """
    if not asked.wanted:
        return {case.pk: [] for case in cases}
    passages = {case.pk: _at_filing(case, asked.wanted) for case in cases}
    for entry in _entries_of([pk for pk, found in passages.items() if not _holds_all(found, asked)]):
        text = said(entry)
        hits = _hits(text, asked.wanted)
        passages[entry.case_id].append(_Passage(sentence_for_staff(entry), text, hits, entry.at))
    for file, text in texts_of([pk for pk, found in passages.items() if not _holds_all(found, asked)], most=_FILES):
        passages[file.case_id].append(_Passage(file.name, text, _hits(text, asked.wanted), file.added_at))
    return {pk: _chosen(found) for pk, found in passages.items()}


def _holds_all(passages: Sequence[_Passage], asked: Asked) -> bool:
    return any(len(passage.terms) == len(asked.wanted) for passage in passages)


def _entries_of(cases: Sequence[int]) -> Iterator[TimelineEntry]:
    """The newest entries of each case on which something was written, newest first, their texts cut."""
    rows = TimelineEntry.objects.raw(
        "SELECT entry.* FROM unnest(%s::bigint[]) AS listed(pk) CROSS JOIN LATERAL"
        " (SELECT id, case_id, at, kind, actor_kind, actor_id, actor_name, public, left(text, %s) AS text, facts"
        " FROM complaints_timelineentry WHERE case_id = listed.pk AND (text <> '' OR facts ? 'reason')"
        " ORDER BY id DESC LIMIT %s) AS entry",
        [cases, _LETTERS, _ENTRIES],
    )
    return iter(rows)


def excerpts_of(written: Sequence[tuple[str | Promise, str]], asked: Asked) -> list[Excerpt]:
    """Where in named texts stands what was asked. Whoever is shown it must be allowed to read all of them."""
    return _chosen([_Passage(where, text, _hits(text, asked.wanted)) for where, text in written])


def _at_filing(case: Case, terms: Sequence[Term]) -> list[_Passage]:
    written: tuple[tuple[str | Promise, str], ...] = (
        (_("What went wrong"), case.what_happened), (_("Asked for"), case.wanted), (_("Where"), case.place),
    )  # fmt: skip
    return [_Passage(where, text, _hits(text, terms)) for where, text in written]


def _hits(text: str, terms: Sequence[Term]) -> list[_Hit]:
    """Where the terms stand in a text, in order."""
    folded = fold(text)
    present = [(number, term) for number, term in enumerate(terms) if term.words[0][0] in folded]
    if not present:
        return []
    here = stretches(text)
    found: list[_Hit] = []
    for number, term in present:
        looked_for = [one for word in term.words for one, _begin, _end in stretches(word)]
        last = len(looked_for) - 1
        places = (
            place for place in range(len(here) - last) if _stands_at(looked_for, here, place, is_open=term.is_open)
        )
        found += [_Hit(here[place][1], here[place + last][2], number) for place in islice(places, _MOST_HITS)]
    return sorted(found, key=lambda hit: hit.begin)


def _stands_at(looked_for: Sequence[str], here: Sequence[tuple[str, int, int]], place: int, *, is_open: bool) -> bool:
    *whole, last = looked_for
    end = here[place + len(whole)][0]
    return (end.startswith(last) if is_open else end == last) and all(
        here[place + n][0] == one for n, one in enumerate(whole)
    )


def _chosen(passages: Sequence[_Passage]) -> list[Excerpt]:
    """The passages that have most of what was asked, each with something the ones before it have not."""
    shown: list[Excerpt] = []
    seen: set[int] = set()
    while len(shown) < MOST_SHOWN:
        best = max(passages, key=lambda passage: len(passage.terms - seen), default=None)
        if best is None or not best.terms - seen:
            break
        shown.append(Excerpt(best.where, _cut(best.text, _nearest(best.hits)), best.at))
        seen |= best.terms
    return shown


def _nearest(hits: Sequence[_Hit]) -> list[_Hit]:
    """The hits of the stretch that holds most of the different terms, then most hits; the first of them."""
    stretches_of = [[one for one in hits[n:] if one.end - hit.begin <= AROUND - BEFORE] for n, hit in enumerate(hits)]
    best = max(stretches_of, key=lambda some: (len({one.term for one in some}), len(some)))
    return best or [hits[0]]


def _cut(text: str, hits: Sequence[_Hit]) -> list[Piece]:
    """A stretch of the text around the hits, cut between words where there are any."""
    begin = max(0, hits[0].begin - BEFORE)
    end = min(len(text), max(begin + AROUND, hits[-1].end))
    if begin and (space := text.find(" ", begin, hits[0].begin)) >= 0:
        begin = space + 1
    if end < len(text) and (space := text.rfind(" ", hits[-1].end, end)) >= 0:
        end = space
    pieces = [Piece("…")] if begin else []
    at = begin
    for hit in hits:
        if hit.begin >= at:
            pieces += [Piece(_plain(text[at : hit.begin])), Piece(_plain(text[hit.begin : hit.end]), is_hit=True)]
            at = hit.end
    pieces += [Piece(_plain(text[at:end])), *([Piece("…")] if end < len(text) else [])]
    return [piece for piece in pieces if piece.text]


def _plain(text: str) -> str:
    """On one line."""
    return text.replace("\n", " ")
