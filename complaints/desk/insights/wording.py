"""Labels and figures in the language that is active."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final

from django.utils.dates import WEEKDAYS
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from complaints.cases.models import Channel
from complaints.cases.states import Outcome
from complaints.common.words import name_in
from complaints.insights.answers import Answers
from complaints.remedies.catalogue import name_of_remedy
from complaints.staff.models import Tier, Unit
from complaints.standards.models import Complainer, FailureType

_SAID: Final = {
    "all": gettext_lazy("All complaints"),
    "ended": gettext_lazy("Closed"),
    "unended": gettext_lazy("Not closed"),
    "reopened": gettext_lazy("Reopened"),
    "repeat": gettext_lazy("From a customer who complained within the year before"),
    "over": gettext_lazy("Closed, and it is known when"),
    "acked": gettext_lazy("Acknowledged"),
    "answered": gettext_lazy("Answered"),
    "proposed": gettext_lazy("A resolution was proposed"),
    "ackwait": gettext_lazy("Not acknowledged yet"),
    "answerwait": gettext_lazy("Not answered yet"),
    "resolvewait": gettext_lazy("No resolution proposed yet"),
    "first:yes": gettext_lazy("Put right at first contact"),
    "first:no": gettext_lazy("Not put right at first contact"),
    "first:unknown": gettext_lazy("Whether at first contact is not known yet"),
    "solved:yes": gettext_lazy("Solved, says the customer"),
    "solved:no": gettext_lazy("Not solved, says the customer"),
    "solved:unknown": gettext_lazy("The customer has not said whether it is solved"),
    "relief:yes": gettext_lazy("Money was given"),
    "relief:no": gettext_lazy("No money was given"),
    "relief:unknown": gettext_lazy("Whether money is given is not decided yet"),
    "rating:unknown": gettext_lazy("How they were treated, they have not said"),
    "end:unknown": gettext_lazy("The source does not say when they were closed"),
    "goingon": gettext_lazy("Not closed"),
}
_FATES: Final = {
    "met": gettext_lazy("in time"),
    "missed": gettext_lazy("not in time"),
    "pending": gettext_lazy("not decided yet"),
}
PROMISES: Final = {
    "acknowledge": gettext_lazy("Acknowledged"),
    "answer": gettext_lazy("Answered"),
    "resolve": gettext_lazy("Put right"),
}
_REMEDIES: Final = {
    "remedy": gettext_lazy("Offered"),
    "remedytaken": gettext_lazy("Accepted"),
    "remedydeclined": gettext_lazy("Declined"),
    "remedyunknown": gettext_lazy("Not answered"),
}


class Names:
    """What failure types and units are called, looked up together."""

    def __init__(self, *, types: Iterable[int] = (), units: Iterable[int] = ()) -> None:
        wanted, places = {pk for pk in types if pk}, {pk for pk in units if pk}
        self._types: Mapping[int, FailureType] = (
            FailureType.objects.select_related("parent").in_bulk(wanted) if wanted else {}
        )
        self._units: Mapping[int, Unit] = Unit.objects.in_bulk(places) if places else {}

    def type(self, pk: int) -> str:
        """A failure type by its own name."""
        found = self._types.get(pk)
        return name_in(found.name, found.name_zh) if found else _("not sorted")

    def area_of(self, pk: int) -> str:
        """The name of the area a failure type lies in; empty for an area."""
        found = self._types.get(pk)
        return name_in(found.parent.name, found.parent.name_zh) if found and found.parent else ""

    def unit(self, pk: int) -> str:
        """A unit by its name."""
        found = self._units.get(pk)
        return found.name if found else _("a unit that is gone")


def label_words(label: str) -> str:
    """What a label says, as the head of its list; names are looked up."""
    if label in _SAID:
        return str(_SAID[label])
    word, _sep, rest = label.partition(":")
    key, _sep, last = rest.partition(":")
    number = int(key) if key.isascii() and key.isdigit() and len(key) < 19 else 0
    if word in {"area", "type", "open", "areaclose", "arearelief", "areapaid"}:
        return _of(word, Names(types=[number]).type(number), last)
    if word in {"unit", "unitpaid"}:
        name = Names(units=[number]).unit(number)
        return f"{name} · {_('Money was given')}" if word == "unitpaid" else name
    return _plain_words(word, key, last) or label


def _of(word: str, name: str, last: str) -> str:
    more = {
        "open": _("Not closed"),
        "areaclose": _within(last),
        "arearelief": str(_SAID.get(f"relief:{last}", last)),
        "areapaid": _currency(last, ""),
    }
    return f"{name} · {more[word]}" if word in more else name


def _plain_words(word: str, key: str, last: str) -> str:
    if word in PROMISES and key in _FATES:
        return f"{PROMISES[word]} {_FATES[key]}"
    if word in _REMEDIES or word in {"remedysolved", "kindpaid", "kindcost"}:
        more = (
            _SAID.get(f"solved:{last}", last) if word == "remedysolved" else _REMEDIES.get(word) or _currency(last, "")
        )
        return f"{name_of_remedy(key)} · {more}"
    told = _SAYINGS.get(word)
    return told(key, last) if told else ""


def _touchpoint(key: str, _last: str) -> str:
    return key or _("no touchpoint")


def _channel(key: str, _last: str) -> str:
    return str(Channel(key).label) if key in Channel.values else key


def _hour(key: str, last: str) -> str:
    return f"{WEEKDAYS[int(key) - 1]} {hour_words(last)}" if key in {*"1234567"} else key


def _rating(key: str, _last: str) -> str:
    return _("How they were treated: %(stars)s of 5") % {"stars": key}


def _complainer(key: str, last: str) -> str:
    name = complainer_words(key)
    return f"{name} · {_SAID.get(f'solved:{last}', last)}" if last else name


def _solved_at(key: str, _last: str) -> str:
    return f"{_('Solved, says the customer')} · {Tier(key).label}" if key in Tier.values else key


def _closed_after(key: str, _last: str) -> str:
    return _("Closed after %(time)s") % {"time": days_words(int(key))} if key.isdecimal() else key


def _currency(key: str, _last: str) -> str:
    return _("Money was given: %(currency)s") % {"currency": key}


_SAYINGS: Final[Mapping[str, Callable[[str, str], str]]] = {
    "touchpoint": _touchpoint,
    "channel": _channel,
    "hour": _hour,
    "outcome": lambda key, _last: outcome_words(key),
    "rating": _rating,
    "complainer": _complainer,
    "complainersolved": _complainer,
    "solvedat": _solved_at,
    "close": _closed_after,
    "within": lambda key, _last: _within(key),
    "paid": _currency,
    "cost": _currency,
}


def _within(days: str) -> str:
    return _("Closed within %(time)s") % {"time": days_words(int(days))} if days.isdecimal() else days


def outcome_words(outcome: str) -> str:
    """How it ended: a code of ours, or the words of an imported record."""
    return str(Outcome(outcome).label) if outcome in Outcome.values else outcome


def complainer_words(kind: str) -> str:
    """What a customer is taken for; empty where nobody judged it."""
    return str(Complainer(kind).label) if kind in Complainer.values else kind or _("not judged")


def hour_words(hour: str) -> str:
    """An hour of the day; empty where only the day is known."""
    return f"{int(hour):02}:00" if hour.isdecimal() else _("hour not known")


def count(number: int) -> str:
    """A number of cases."""
    return number_format(number, force_grouping=True)


def per_cent(share: float) -> str:
    """A share in per cent, to one place."""
    return f"{_tenth(100 * share)} %"


def _tenth(figure: float) -> str:
    return number_format(Decimal(f"{figure:.1f}"), 1)  # rounded before: a number that is formatted is cut


def share_words(share: Answers) -> str:
    """A share with its interval, or for how many in a hundred it is known and what it may still come to."""
    if not share.n:
        return "–"
    rate = share.rate
    if rate is not None:
        low, high = share.interval
        return f"{per_cent(rate)} ({_tenth(100 * low)}–{_tenth(100 * high)})"
    if not share.yes + share.no:
        return _("no answers yet")
    low, high = share.bounds
    told = {"known": share.known_per_cent, "low": per_cent(low), "high": per_cent(high)}
    return _("known for %(known)s per cent: between %(low)s and %(high)s") % told


def days_words(days: int | None) -> str:
    """A number of calendar days."""
    if days is None:
        return _("not to be seen yet")
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": count(days)}


def minutes_words(minutes: int | None) -> str:
    """A time in the largest unit that says it well."""
    if minutes is None:
        return _("not to be seen yet")
    if minutes < 120:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    if minutes < 2880:
        hours = _tenth(minutes / 60) if minutes % 60 else str(minutes // 60)
        return _("%(count)s hours") % {"count": hours}
    return days_words(minutes // 1440)


def sum_words(sum_: Decimal) -> str:
    """A sum without its currency, to the cent."""
    return number_format(sum_.quantize(Decimal("0.01")), 2, force_grouping=True)
