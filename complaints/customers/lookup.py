"""Find a customer by any part of name, company, e-mail or telephone, as one types.

PostgreSQL has no trigram index without an extension, so every customer keeps the grams of what they can be found by
in an array under a GIN index: three characters of a Latin word, single and paired characters of a Chinese one, and
the first one or two characters of every word for the first keystrokes.
"""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from complaints.common.words import fold, is_cjk, pairs, split
from complaints.customers.models import Customer

PROBE_ROWS = 1_000  # the newest customers, looked at one by one before the index is asked
START = "^"


def haystack(*, name: str, company: str = "", emails: list[str] | None = None, phones: list[str] | None = None) -> str:
    """The folded text a customer is found in: words with single spaces, numbers as their digits."""
    spoken = [fold(part) for part in (name, company, *(emails or []))]
    numbers = ["".join(c for c in phone if c.isdigit()) for phone in phones or []]
    return " ".join(" ".join([*spoken, *numbers]).split())[:2000]


def grams_of(text: str) -> list[str]:
    """Every gram of a haystack."""
    found: set[str] = set()
    for word in split(text):
        if is_cjk(word):
            found.update(word)
            found.update(pairs(word))
        else:
            found.update((START + word[:1], START + word[:2]))
            found.update(word[i : i + 3] for i in range(len(word) - 2))
    return sorted(found)


def grams_asked(words: list[str]) -> list[str]:
    """The grams every hit must have, for words as `split` gives them or the digits of a number."""
    asked: set[str] = set()
    for word in words:
        if is_cjk(word):
            asked.update(pairs(word))
        elif len(word) < 3:
            asked.add(START + word)
        else:
            asked.update(word[i : i + 3] for i in range(len(word) - 2))
    return sorted(asked)


def refresh(customer: Customer) -> None:
    """Recompute what a stored customer is found by; call it after name, company, an address or a number changed."""
    customer.haystack = haystack(
        name=customer.name,
        company=customer.company,
        emails=[email.address for email in customer.emails.all()],
        phones=[str(phone.number) for phone in customer.phones.all()],
    )
    customer.grams = grams_of(customer.haystack)
    customer.save(update_fields=["haystack", "grams"])


def find(query: str, *, limit: int = 8) -> list[Customer]:
    """Customers in whom every word of the query occurs, best first: exact name, then beginning, then newest.

    A common word is found among the newest customers; only where those do not fill the answer can the index hold few
    enough hits to be worth asking. Neither plan is good for both.
    """
    words = _words_asked(query)
    if not words:
        return []
    newest = Customer.objects.order_by("-pk")[:PROBE_ROWS].values("pk")
    found = list(_ranked(_with_all(words).filter(pk__in=newest), query)[:limit])
    if len(found) < limit:
        found = list(_ranked(_with_all(words).filter(grams__contains=grams_asked(words)), query)[:limit])
    return found


def is_contact(query: str) -> bool:
    """Whether somebody typed an e-mail address or a telephone number rather than words."""
    return "@" in query or (sum(c.isdigit() for c in query) >= 5 and not any(c.isalpha() for c in query))


def _words_asked(query: str) -> list[str]:
    digits = "".join(c for c in query if c.isdigit())
    if is_contact(query) and "@" not in query:
        return [digits.lstrip("0")]  # a telephone number, however it is written
    return split(query)


def _with_all(words: list[str]) -> QuerySet[Customer]:
    """Customers in whom every word occurs; one of a letter or two is the beginning of a word, and its gram says so."""
    condition = Q()
    for word in words:
        short = len(word) < 3 and not is_cjk(word)
        condition &= Q(grams__contains=[START + word]) if short else Q(haystack__contains=word)
    return Customer.objects.filter(condition).defer("haystack", "grams")


def _ranked(customers: QuerySet[Customer], query: str) -> QuerySet[Customer]:
    asked = " ".join(fold(query).split())
    rank = Case(
        When(haystack=asked, then=Value(0)),
        When(haystack__startswith=asked, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return customers.annotate(rank=rank).order_by("rank", "-pk").prefetch_related("emails", "phones")
