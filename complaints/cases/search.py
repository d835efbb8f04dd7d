"""Find cases by reference, customer, and words in the text."""

from __future__ import annotations

from typing import Final

from django.db import connection

from complaints.cases.models import Case, CaseText
from complaints.cases.queries import PAGE, SHOWN, visible_to
from complaints.cases.walks import Walk
from complaints.common.tokens import read_reference
from complaints.common.words import index_words, is_cjk, pairs, split
from complaints.customers.lookup import find as customers_found
from complaints.customers.lookup import is_contact
from complaints.customers.models import UNSHOWN
from complaints.staff.models import Employee
from complaints.staff.queries import sees_whole_organisation, visible_units

_ASKED: Final = "to_tsquery('simple', %s)"
PROBE_ROWS = 4_000  # the newest cases, read one by one before the index is asked


def text_of(case: Case) -> CaseText:
    """What a case is found by, not yet stored: reference, customer, and what was written at filing."""
    return CaseText(case=case, unit_id=case.unit_id, filed_at=case.filed_at, document=vector_text(words_of(case)))


def move_to_unit(case: Case) -> None:
    """Let a case be found where it belongs now."""
    CaseText.objects.filter(case=case).update(unit=case.unit)


def vector_text(words: list[str]) -> str:
    """A text vector as PostgreSQL writes it: words hold letters, digits and underscores, nothing to escape."""
    return " ".join(f"'{word}'" for word in words)


def words_of(case: Case) -> list[str]:
    """The words a case is found by: reference, customer, and what was written at filing."""
    customer = case.customer
    return index_words(case.reference, customer.name, customer.company, case.what_happened, case.wanted, case.place)


def find(employee: Employee, query: str, *, limit: int = PAGE) -> list[Case]:
    """Visible cases with this reference, of the customer with this address or number, or with all of these words.

    Newest first; the last word may be unfinished.

    A common word fills the page from the newest cases alone; only where it does not can the index hold few enough
    hits to be fetched and sorted. At a million cases each plan is far too slow for the other's words.
    """
    reference = read_reference(query)
    if reference is not None:
        exact = list(visible_to(employee).filter(reference=reference).select_related(*SHOWN).defer(*UNSHOWN))
        if exact:
            return exact
    if is_contact(query):
        theirs = visible_to(employee).filter(customer__in=customers_found(query))
        return list(theirs.select_related(*SHOWN).defer(*UNSHOWN).order_by("-filed_at", "-pk")[:limit])
    asked = _query(query)
    if asked is None:
        return []
    units = None if sees_whole_organisation(employee) else [unit.pk for unit in visible_units(employee)]
    found = _among_newest(asked, units, limit=limit)
    if len(found) < limit:
        found = _in_index(asked, units, limit=limit)
    cases = Case.objects.select_related(*SHOWN).defer(*UNSHOWN).in_bulk(found)
    return [cases[pk] for pk in found if pk in cases]


def _among_newest(asked: str, units: list[int] | None, *, limit: int) -> list[int]:
    """Look at the newest texts one by one: quick for a common word, whatever the table holds."""
    texts = CaseText.objects.order_by("-filed_at", "-case").values_list("case", "filed_at", "document")
    walk = Walk(texts, units, descending=True)
    found = walk.until(f"document @@ {_ASKED}", [asked], wanted=limit, most=PROBE_ROWS)
    return [key.pk for key in found.keys]


def _in_index(asked: str, units: list[int] | None, *, limit: int) -> list[int]:
    """Fetch every hit from the index and sort them: quick for a word that the newest texts hold seldom or never.

    The hits are fetched first and for sure: told the limit, PostgreSQL hopes to meet a rare word early on its walk
    through a million texts.
    """
    sql = (
        "WITH hits AS MATERIALIZED (SELECT case_id, filed_at, unit_id FROM complaints_casetext"  # noqa: S608 - constants
        f" WHERE document @@ {_ASKED})"
        " SELECT case_id FROM hits WHERE %s::bigint[] IS NULL OR unit_id = ANY(%s::bigint[])"
        " ORDER BY filed_at DESC, case_id DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [asked, units, units, limit])
        return [pk for (pk,) in cursor.fetchall()]


def _query(text: str) -> str | None:
    words = split(text)[:12]
    terms = [term for word in words for term in (pairs(word) if is_cjk(word) else [word])]
    if not terms:
        return None
    last_is_open = not is_cjk(words[-1]) and len(words[-1]) >= 3
    quoted = [f"'{term}'" for term in terms]  # words hold letters, digits and underscores only: nothing to escape
    quoted[-1] += ":*" if last_is_open else ""
    return " & ".join(quoted)
