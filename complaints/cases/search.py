"""Find cases by reference, customer, and words in the text."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Func, QuerySet, TextField, Value

from complaints.cases.models import Case, CaseText
from complaints.cases.queries import PAGE, visible_to
from complaints.common.tokens import read_reference
from complaints.common.words import is_cjk, pairs, split
from complaints.customers.lookup import find as customers_found
from complaints.customers.lookup import is_contact
from complaints.staff.models import Employee
from complaints.staff.queries import sees_whole_organisation, visible_units

PROBE_ROWS = 2_000  # the newest cases, read one by one before the index is asked


def vector(words: list[str]) -> Any:
    """A text vector of words that are cut already, for storing."""
    return Func(
        Value(words, output_field=ArrayField(TextField())),
        function="array_to_tsvector",
        output_field=SearchVectorField(),
    )


def vector_text(words: list[str]) -> str:
    """The same as PostgreSQL writes it, for COPY: words hold letters, digits and underscores only, nothing to escape."""
    return " ".join(f"'{word}'" for word in words)


def find(employee: Employee, query: str, *, limit: int = PAGE) -> list[Case]:
    """Visible cases with this reference, of the customer with this address or number, or with all of these words.

    Newest first; the last word may be unfinished.

    A common word fills the page from the newest cases alone; only where it does not can the index hold few enough
    hits to be fetched and sorted. At a million cases each plan is far too slow for the other's words.
    """
    reference = read_reference(query)
    if reference is not None:
        exact = list(visible_to(employee).filter(reference=reference).select_related(*_SHOWN))
        if exact:
            return exact
    if is_contact(query):
        theirs = visible_to(employee).filter(customer__in=customers_found(query))
        return list(theirs.select_related(*_SHOWN).order_by("-filed_at", "-pk")[:limit])
    asked = _query(query)
    if asked is None:
        return []
    texts = _visible_texts(employee)
    newest = texts.order_by("-filed_at", "-case").values("pk")[:PROBE_ROWS]
    found = list(
        CaseText.objects.filter(pk__in=newest, document=asked)
        .order_by("-filed_at", "-case")
        .values_list("pk", flat=True)[:limit]
    )
    if len(found) < limit:
        found = list(texts.filter(document=asked).order_by("-filed_at", "-case").values_list("pk", flat=True)[:limit])
    cases = Case.objects.select_related(*_SHOWN).in_bulk(found)
    return [cases[pk] for pk in found if pk in cases]


_SHOWN = ("customer", "unit", "responsible", "failure_type")


def _visible_texts(employee: Employee) -> QuerySet[CaseText]:
    texts = CaseText.objects.all()
    if not sees_whole_organisation(employee):
        texts = texts.filter(unit_id__in=list(visible_units(employee).values_list("pk", flat=True)))
    return texts


def _query(text: str) -> SearchQuery | None:
    words = split(text)[:12]
    terms = [term for word in words for term in (pairs(word) if is_cjk(word) else [word])]
    if not terms:
        return None
    last_is_open = not is_cjk(words[-1]) and len(words[-1]) >= 3
    quoted = [f"'{term}'" for term in terms]  # words hold letters, digits and underscores only: nothing to escape
    quoted[-1] += ":*" if last_is_open else ""
    return SearchQuery(" & ".join(quoted), search_type="raw", config="simple")
