"""Find a customer by any part of name, company, e-mail or telephone, as one types, and by a name that is misspelt.

PostgreSQL has no trigram index without an extension, so every customer keeps the grams of what they can be found by
in an array under a GIN index: three characters of a Latin word, single and paired characters of a Chinese one, and
the first one or two characters of every word for the first keystrokes.

For typing errors they keep in a second array what is left of each word when one character is missing: two words that
are one slip apart share such a rest. What is found so is compared letter by letter before it is shown.
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from rapidfuzz.distance import OSA

from complaints.common.words import fold, is_cjk, pairs, split
from complaints.customers.models import Customer

PROBE_ROWS = 1_000  # the newest customers, looked at one by one before the index is asked
START = "^"
FEW: Final = 3  # where fewer are found by what was typed, those who could be meant by it stand below them
NEAR_ROWS: Final = 300  # of those who could be meant by a misspelt name, as many are compared letter by letter
NEAR_LETTERS: Final = 12  # of a longer word only the beginning is kept for typing errors


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


def near_of(text: str) -> list[int]:
    """What the words of a haystack, its addresses and numbers left out, leave when one character is missing."""
    words = {word for part in text.split() if not _is_contact_word(part) for word in split(part)}
    return sorted({key for word in words for key in near_keys(word)})


def near_keys(word: str) -> list[int]:
    """What two words that are one slip apart share at least one of; none for a word too short to be misspelt."""
    if len(word) < (3 if is_cjk(word) else 4):
        return []
    start = word[:NEAR_LETTERS]
    rests = {start, *(start[:n] + start[n + 1 :] for n in range(len(start)))}
    return sorted(crc32(rest.encode()) - 2**31 for rest in rests)


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
    """Recompute what a stored customer is found by; call it after name, company, an address or a number changed.

    Whoever was merged into them stays a name they are found by.
    """
    others = merged_into(customer)
    customer.haystack = haystack(
        name=" ".join([customer.name, *(one.name for one in others)]),
        company=" ".join([customer.company, *(one.company for one in others)]),
        emails=[email.address for email in customer.emails.all()],
        phones=[str(phone.number) for phone in customer.phones.all()],
    )
    customer.grams = grams_of(customer.haystack)
    customer.near = near_of(customer.haystack)
    customer.save(update_fields=["haystack", "grams", "near"])


def merged_into(customer: Customer) -> list[Customer]:
    """Everybody whose file goes on in this one, whoever they were merged into first."""
    found: list[Customer] = []
    last = [customer.pk]
    while last:
        taken_in = list(Customer.objects.filter(merged_into__in=last).order_by("pk").defer("haystack", "grams", "near"))
        found += taken_in
        last = [one.pk for one in taken_in]
    return found


def find(query: str, *, limit: int = 8) -> list[Customer]:
    """Customers in whom every word of the query occurs, best first: exact name or company, beginning, newest.

    A common word is found among the newest customers; only where those do not fill the answer can the index hold few
    enough hits to be worth asking. Neither plan is good for both. Where few are found, those one slip of the finger
    away stand below them: one misspelt file must not hide those that are spelt right.
    """
    words = _words_asked(query)
    if not words:
        return []
    newest = Customer.objects.order_by("-pk")[:PROBE_ROWS].values("pk")
    found = list(_ranked(_with_all(words).filter(pk__in=newest), query)[:limit])
    if len(found) < limit:
        found = list(_ranked(_with_all(words).filter(grams__contains=grams_asked(words)), query)[:limit])
    if len(found) < min(FEW, limit) and not is_contact(query):
        found += [one for one in find_near(words, limit=limit) if one not in found][: limit - len(found)]
    return found


def find_near(words: list[str], *, limit: int) -> list[Customer]:
    """Customers whose words are at most a slip of the finger from those asked for, the closest first.

    Short words have to be right. At most NEAR_ROWS of those the index names are looked at.
    """
    condition = Q()
    for word in words:
        keys = near_keys(word)
        condition &= Q(near__overlap=keys) if keys else Q(grams__contains=grams_asked([word]))
    if not any(near_keys(word) for word in words):
        return []
    rows = Customer.objects.filter(condition, merged_into=None).values_list("pk", "haystack")[:NEAR_ROWS]
    close = sorted((slips, -pk) for pk, text in rows if (slips := _slips(words, text)) is not None)
    keys_in_order = [-pk for _slips_made, pk in close[:limit]]
    shown = Customer.objects.defer("haystack", "grams", "near").prefetch_related("emails", "phones")
    found = shown.in_bulk(keys_in_order)
    return [found[pk] for pk in keys_in_order if pk in found]


def _slips(words: list[str], text: str) -> int | None:
    """How many letters differ in all, each word against the nearest of a haystack; None where one is too far."""
    there = split(text)
    made = 0
    for word in words:
        allowed = 0 if not near_keys(word) else 2 if len(word) >= 8 else 1
        nearest = min((OSA.distance(word, one, score_cutoff=allowed) for one in there), default=allowed + 1)
        if nearest > allowed and not any(word in one for one in there):
            return None
        made += min(nearest, allowed)
    return made


def is_contact(query: str) -> bool:
    """Whether somebody typed an e-mail address or a telephone number rather than words."""
    return "@" in query or (sum(c.isdigit() for c in query) >= 5 and not any(c.isalpha() for c in query))


def _is_contact_word(part: str) -> bool:
    return "@" in part or part.isdigit()


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
    return Customer.objects.filter(condition, merged_into=None).defer("haystack", "grams", "near")


def _ranked(customers: QuerySet[Customer], query: str) -> QuerySet[Customer]:
    asked = " ".join(fold(query).split())
    rank = Case(
        When(Q(haystack=asked) | Q(name__iexact=query.strip()) | Q(company__iexact=query.strip()), then=Value(0)),
        When(haystack__startswith=f"{asked} ", then=Value(1)),
        When(haystack__startswith=asked, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return customers.annotate(rank=rank).order_by("rank", "-pk").prefetch_related("emails", "phones")
