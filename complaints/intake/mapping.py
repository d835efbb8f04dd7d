"""Follow the rules of a column mapping: from a row of somebody's file to the facts of one complaint.

The rules are data (JSON). `RULES` below says what may stand in them; everything else about a file is decided there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from complaints.cases.models import Channel
from complaints.intake.errors import FileUnusable, MappingUnusable, RowUnreadable
from complaints.intake.identity import key_of
from complaints.standards.models import Severity

# what PostgreSQL or a reader cannot take; everything else of a published text stays as it was published
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_AMOUNT: Final = re.compile(r"^\$?\s*(-?[\d,]*\.?\d+)$")
LARGEST_AMOUNT: Final = Decimal("9999999999.99")
LARGEST_COUNT: Final = 100_000

RULES: Final[dict[str, str]] = {
    "key": "list of columns that tell one record from another",
    "source_name": "how the source is called on screens",
    "complainant": "the name under which people without a name are kept",
    "time_zone": "the zone in which dates are meant",
    "nothing": "values that stand for nothing, beside the blank",
    "filed_at": "{column, formats}: when the complaint was made",
    "closed_at": "{column, formats}: when it was closed; blank means open",
    "occurred_at": "{column, formats}: when the failure happened",
    "what_happened": "{column, otherwise}: the words; without any, a sentence made of the columns in `otherwise`",
    "wanted": "the column that says what the complainant asks for",
    "place": "list of columns that say where it happened",
    "failure_type": "{area, kind}: two columns",
    "unit": "{code, name}: two columns; name may be left out",
    "channel": "{column, values, otherwise}: our channel for each of theirs",
    "response": "{column, open}: how it ended, in the words of the source, and which words mean that it is open",
    "remedy": "{column, currency}: the sum that was paid",
    "timely": "{column, yes, no}: whether it was answered in time, and which of their words mean so and which not",
    "solved": "{column, yes, no}: whether it was put right, says the complainant",
    "relief": "{column, yes, no}: whether money was given",
    "count": "the column that says how many complaints a row stands for",
    "severity": "1 to 4, for every record",
    "split": "{column: separator}: columns with several values",
}
SAID: Final = ("timely", "solved", "relief")
"""What a record says of itself besides; kept with its facts, and read by these rules when it is counted."""
_NEEDED: Final = ("key", "source_name", "complainant", "time_zone", "filed_at", "what_happened")


@dataclass(frozen=True, slots=True)
class Moment:
    """A column of dates and the ways in which they are written; where rows count, a month stands for its first day."""

    column: str
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One complaint of a file, in our words; `key` does not yet number repeated ones."""

    key: str
    filed_at: datetime
    closed_at: datetime | None
    occurred_at: datetime | None
    is_open: bool
    response: str
    what_happened: str
    wanted: str
    place: str
    area: str
    kind: str
    unit_code: str
    unit_name: str
    channel: Channel
    severity: Severity
    paid: Decimal | None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """The rules of one source, checked."""

    name: str
    source_name: str
    complainant: str
    key: tuple[str, ...]
    time_zone: str
    nothing: frozenset[str]
    filed_at: Moment
    closed_at: Moment | None
    occurred_at: Moment | None
    words: str
    words_otherwise: tuple[str, ...]
    wanted: str
    place: tuple[str, ...]
    area: str
    kind: str
    unit_code: str
    unit_name: str
    channel_column: str
    channels: MappingType[str, Channel]
    channel_otherwise: Channel | None
    response: str
    open_responses: frozenset[str]
    paid: str
    currency: str
    count: str
    severity: Severity
    split: MappingType[str, str]

    @property
    def columns(self) -> list[str]:
        """Every column the rules speak of."""
        moments = [moment.column for moment in (self.filed_at, self.closed_at, self.occurred_at) if moment]
        single = [
            self.words,
            self.wanted,
            self.area,
            self.kind,
            self.unit_code,
            self.unit_name,
            self.channel_column,
            self.response,
            self.paid,
            self.count,
        ]
        return list(
            dict.fromkeys(
                name for name in [*self.key, *moments, *single, *self.words_otherwise, *self.place, *self.split] if name
            )
        )

    def check_columns(self, found: Sequence[str]) -> None:
        """Raise FileUnusable, naming them, when the file lacks columns the rules speak of."""
        missing = [name for name in self.columns if name not in found]
        if missing:
            raise FileUnusable(
                why=_("the mapping “%(mapping)s” needs %(missing)s, and the file has %(found)s.")
                % {"mapping": self.name, "missing": _listed(missing), "found": _listed(found)}
            )

    def read(self, row: MappingType[str, str], *, at: datetime) -> Record:
        """The complaint in one row, at the moment `at`; raises RowUnreadable with the reason."""
        value = self._value
        filed_at = self._moment(self.filed_at, row)
        if filed_at is None:
            raise RowUnreadable(
                why=_("“%(column)s” is blank: when was the complaint made?") % {"column": self.filed_at.column}
            )
        if not any(row[column].strip() for column in self.key):
            raise RowUnreadable(why=_("%(columns)s is blank: which record is it?") % {"columns": _listed(self.key)})
        closed_at = self._moment(self.closed_at, row)
        for column, moment in (
            (self.filed_at.column, filed_at),
            (self.closed_at.column if self.closed_at else "", closed_at),
        ):
            if moment is not None and moment > at:
                raise RowUnreadable(
                    why=_("“%(value)s” in “%(column)s” is still to come.") % {"value": row[column], "column": column}
                )
        response = value(row, self.response, most=80)
        is_open = (self.closed_at is not None and closed_at is None) or (
            bool(self.response) and response in self.open_responses
        )
        return Record(
            key=key_of([row[column] for column in self.key]),
            filed_at=filed_at,
            closed_at=closed_at,
            occurred_at=self._moment(self.occurred_at, row),
            is_open=is_open,
            response=response,
            what_happened=self._words(row),
            wanted=value(row, self.wanted),
            place=self._place(row),
            area=value(row, self.area, most=160),
            kind=value(row, self.kind, most=160),
            unit_code=value(row, self.unit_code, most=120),
            unit_name=value(row, self.unit_name, most=120),
            channel=self._channel(row),
            severity=self.severity,
            paid=self._paid(row),
            facts=self._facts(row),
        )

    def times(self, row: MappingType[str, str]) -> int:
        """How many complaints a row stands for: one, unless a column counts them; raises RowUnreadable."""
        if not self.count:
            return 1
        text = self._value(row, self.count)
        times = int(text) if text.isdecimal() and len(text) < 7 else None
        if times is None or times > LARGEST_COUNT:
            told = {"value": text[:40], "column": self.count, "most": LARGEST_COUNT}
            raise RowUnreadable(why=_("“%(value)s” in “%(column)s” is no number of complaints up to %(most)s.") % told)
        return times

    def _value(self, row: MappingType[str, str], column: str, *, most: int | None = None) -> str:
        """What stands in a column, without blanks around it; empty where it stands for nothing."""
        if not column:
            return ""
        text = _UNSTORABLE.sub("", row[column]).strip()
        if text in self.nothing:
            return ""
        if most is not None and len(text) > most:
            raise RowUnreadable(
                why=_("“%(column)s” is longer than %(most)s characters.") % {"column": column, "most": most}
            )
        return text

    def _moment(self, moment: Moment | None, row: MappingType[str, str]) -> datetime | None:
        text = self._value(row, moment.column) if moment else ""
        if moment is None or not text:
            return None
        found = read_moment(text, moment.formats, self.time_zone)
        if found is None:
            example = datetime(2015, 3, 19, 14, 30, tzinfo=UTC).strftime(moment.formats[0])
            raise RowUnreadable(
                why=_("“%(value)s” in “%(column)s” is no date such as %(example)s.")
                % {"value": text[:40], "column": moment.column, "example": example}
            )
        return found

    def _words(self, row: MappingType[str, str]) -> str:
        """The published words exactly, or what the categories say and nothing more."""
        if self._value(row, self.words):
            return _UNSTORABLE.sub("", row[self.words])
        said = [f"{_spoken(column)}: {text}." for column in self.words_otherwise if (text := self._value(row, column))]
        return " ".join([NO_WORDS, *said])

    def _place(self, row: MappingType[str, str]) -> str:
        return ", ".join(dict.fromkeys(text for column in self.place if (text := self._value(row, column))))[:200]

    def _channel(self, row: MappingType[str, str]) -> Channel:
        text = self._value(row, self.channel_column)
        channel = self.channels.get(text, self.channel_otherwise)
        if channel is None:
            raise RowUnreadable(
                why=_("“%(value)s” in “%(column)s” is a channel that the mapping does not know.")
                % {"value": text[:40], "column": self.channel_column}
            )
        return channel

    def _paid(self, row: MappingType[str, str]) -> Decimal | None:
        text = self._value(row, self.paid)
        if not text:
            return None
        found = _AMOUNT.match(text)
        try:
            amount = Decimal(found[1].replace(",", "")) if found else None
        except InvalidOperation:
            amount = None
        if amount is None or amount != amount.quantize(Decimal("0.01")) or amount > LARGEST_AMOUNT:
            raise RowUnreadable(
                why=_("“%(value)s” in “%(column)s” is no sum of money.") % {"value": text[:40], "column": self.paid}
            )
        return amount if amount > 0 else None

    def _facts(self, row: MappingType[str, str]) -> dict[str, Any]:
        """The row as published, without blanks and without the words, which the case keeps."""
        facts: dict[str, Any] = {}
        for column, published in row.items():
            if column == self.words or not published:
                continue
            text = _UNSTORABLE.sub("", published)
            separator = self.split.get(column)
            facts[column] = [part.strip() for part in text.split(separator) if part.strip()] if separator else text
        return facts


NO_WORDS: Final = "The words of the complainant were not published."


@lru_cache(maxsize=4096)
def read_moment(text: str, formats: tuple[str, ...], zone: str) -> datetime | None:
    """A date in UTC, with or without a time as meant in a zone; a date alone is its midnight. None for no date."""
    for form in formats:
        try:
            return datetime.strptime(text, form).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def mapping_of(name: str, rules: object) -> Mapping:
    """Check the rules of a mapping; raises MappingUnusable with a sentence that names the rule."""
    told = _object(rules, "rules")
    for rule in _NEEDED:
        if not told.get(rule):
            raise _wrong(rule, _("is missing"))
    unknown = [rule for rule in told if rule not in RULES]
    if unknown:
        raise MappingUnusable(
            why=_("there are no rules %(names)s; the rules are %(rules)s.")
            % {"names": _listed(unknown), "rules": ", ".join(RULES)}
        )
    words, channel = (
        _part(told, "what_happened", "column", "otherwise"),
        _part(told, "channel", "column", "values", "otherwise"),
    )
    failure, unit = _part(told, "failure_type", "area", "kind"), _part(told, "unit", "code", "name")
    response, remedy = _part(told, "response", "column", "open"), _part(told, "remedy", "column", "currency")
    if failure.get("kind") and not failure.get("area"):
        raise _wrong("failure_type", _("has a kind and no area"))
    if channel.get("values") and not channel.get("column"):
        raise _wrong("channel", _("has values and no column"))
    for rule in SAID:
        said = _part(told, rule, "column", "yes", "no")
        _name(said.get("column", ""), f"{rule}.column")
        _names(said.get("yes", []), f"{rule}.yes")
        _names(said.get("no", []), f"{rule}.no")
    nothing = _names(told.get("nothing", []), "nothing")
    return Mapping(
        name=name,
        source_name=_name(told["source_name"], "source_name"),
        complainant=_name(told["complainant"], "complainant"),
        key=_names(told["key"], "key"),
        time_zone=_zone(told["time_zone"]),
        nothing=frozenset({"", *nothing}),
        filed_at=_when(told, "filed_at"),
        closed_at=_when(told, "closed_at") if told.get("closed_at") else None,
        occurred_at=_when(told, "occurred_at") if told.get("occurred_at") else None,
        words=_name(words.get("column", ""), "what_happened.column"),
        words_otherwise=_names(words.get("otherwise", []), "what_happened.otherwise"),
        wanted=_name(told.get("wanted", ""), "wanted"),
        place=_names(told.get("place", []), "place"),
        area=_name(failure.get("area", ""), "failure_type.area"),
        kind=_name(failure.get("kind", ""), "failure_type.kind"),
        unit_code=_name(unit.get("code", ""), "unit.code"),
        unit_name=_name(unit.get("name", ""), "unit.name"),
        channel_column=_name(channel.get("column", ""), "channel.column"),
        channels={
            theirs: _channel(ours) for theirs, ours in _object(channel.get("values", {}), "channel.values").items()
        },
        channel_otherwise=_channel(channel["otherwise"]) if channel.get("otherwise") else None,
        response=_name(response.get("column", ""), "response.column"),
        open_responses=frozenset(
            "" if word in nothing else word for word in _names(response.get("open", []), "response.open")
        ),
        paid=_name(remedy.get("column", ""), "remedy.column"),
        currency=_name(remedy.get("currency", "USD"), "remedy.currency"),
        count=_name(told.get("count", ""), "count"),
        severity=_severity(told.get("severity", Severity.MEDIUM)),
        split={column: _name(by, "split") for column, by in _object(told.get("split", {}), "split").items()},
    )


def _part(told: dict[str, Any], rule: str, *known: str) -> dict[str, Any]:
    part = _object(told.get(rule, {}), rule)
    unknown = [name for name in part if name not in known]
    if unknown:
        raise _wrong(
            rule,
            _("has %(unknown)s, and may have %(known)s") % {"unknown": _listed(unknown), "known": ", ".join(known)},
        )
    return part


def _when(told: dict[str, Any], rule: str) -> Moment:
    part = _part(told, rule, "column", "formats")
    column, formats = (
        _name(part.get("column", ""), f"{rule}.column"),
        _names(part.get("formats", []), f"{rule}.formats"),
    )
    if not column or not formats:
        raise _wrong(rule, _("needs a column and at least one format such as %%Y-%%m-%%d") % {})
    day = datetime(2015, 3, 19, tzinfo=UTC)
    for form in formats:
        written = read_moment(day.strftime(form), (form,), "UTC")
        told_at_all = {day.date(), day.date().replace(day=1)} if told.get("count") else {day.date()}
        if written is None or written.date() not in told_at_all:
            raise _wrong(rule, _("has the format “%(form)s”, which does not tell a day") % {"form": form})
    return Moment(column, formats)


def _object(value: object, rule: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise _wrong(rule, _("must be an object with names"))
    return value


def _name(value: object, rule: str) -> str:
    if not isinstance(value, str) or len(value) > 120:
        raise _wrong(rule, _("must be a text of at most 120 characters"))
    return value


def _names(value: object, rule: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _wrong(rule, _("must be a list of texts"))
    return tuple(_name(item, rule) for item in value)


def _zone(value: object) -> str:
    name = _name(value, "time_zone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _wrong("time_zone", _("is no time zone such as America/New_York")) from None
    return name


def _channel(value: object) -> Channel:
    if value not in Channel.values:
        raise _wrong(
            "channel",
            _("leads to “%(value)s”, and must lead to one of %(known)s")
            % {"value": value, "known": ", ".join(Channel.values)},
        )
    return Channel(value)


def _severity(value: object) -> Severity:
    if value not in Severity.values or isinstance(value, bool):
        raise _wrong("severity", _("must be a number from 1 to 4"))
    return Severity(value)


def _wrong(rule: str, what: str) -> MappingUnusable:
    return MappingUnusable(why=_("“%(rule)s” %(what)s.") % {"rule": rule, "what": what})


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def _spoken(column: str) -> str:
    """A column name as one would say it: `sub_product` is Sub product."""
    return " ".join(column.replace("_", " ").split()).capitalize()
