"""Existing complaints are taken over from a file: as they were, telling nobody, with no deadline in the past."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import connection, transaction

from complaints.cases import clocks, texts, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case, CaseText, Clock, SourceRecord, TimelineEntry
from complaints.cases.states import Status
from complaints.common.actors import SYSTEM
from complaints.common.copying import copy_in, reserve_ids
from complaints.common.tokens import Reference, new_reference
from complaints.intake.catalogue import Catalogue
from complaints.intake.errors import RowUnreadable
from complaints.intake.identity import Occurrences
from complaints.intake.mapping import Mapping, Record
from complaints.intake.sheets import Row, Sheet
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Remedy
from complaints.remedies.states import RemedyStatus
from complaints.standards.models import ClockKind

BATCH: Final = 2_000  # complaints of one transaction: what a crash can cost, and what is held in memory
NO_RESPONSE: Final = "Closed"
RESTING_MINUTES: Final = 5 * 24 * 60  # of calendar time, from when somebody takes an open case up


@dataclass(kw_only=True)
class Tally:
    """What became of a file: of its rows, and of the complaints they stand for, each added or known already.

    A row that cannot be taken is rejected, with all that it stands for.
    """

    rows: int = 0
    added: int = 0
    known: int = 0
    rejected: int = 0
    still_open: int = 0
    remedies: int = 0
    units: int = 0
    failure_types: int = 0


@dataclass(frozen=True, slots=True)
class _Numbered:
    key: str
    record: Record


def import_complaints(
    sheet: Sheet,
    mapping: Mapping,
    *,
    at: datetime,
    dry_run: bool = False,
    on_reject: Callable[[Row, str], None] = lambda *_: None,
    on_batch: Callable[[Tally], None] = lambda *_: None,
) -> Tally:
    """Load the complaints of a file that are not known yet; a row that cannot be taken is handed to `on_reject`.

    One transaction per batch, so a run that was cut off is completed by running it again. Within a batch one lock per
    source, so that two imports of the same file add each record once. Sends nothing; clocks of open cases stand still
    until somebody takes the case up. Raises FileUnusable before the first row, or where the file is damaged.
    """
    mapping.check_columns(sheet.columns)
    tally, catalogue = Tally(), Catalogue(mapping, adds=not dry_run)
    readable = _numbered(sheet, mapping, at=at, tally=tally, on_reject=on_reject)
    while batch := list(islice(readable, BATCH)):
        with transaction.atomic():
            _lock_source(mapping.name)
            fresh = _unknown(batch, mapping.name)
            _look_up(fresh, catalogue)
            if fresh and not dry_run:
                _store(fresh, mapping, catalogue, at=at)
        tally.known += len(batch) - len(fresh)
        tally.added += len(fresh)
        tally.still_open += sum(item.record.is_open for item in fresh)
        tally.remedies += sum(item.record.paid is not None for item in fresh)
        tally.units, tally.failure_types = catalogue.units_added, catalogue.failure_types_added
        on_batch(tally)
    return tally


def _numbered(
    sheet: Sheet, mapping: Mapping, *, at: datetime, tally: Tally, on_reject: Callable[[Row, str], None]
) -> Iterator[_Numbered]:
    """What the readable rows stand for, in order, equal keys told apart by their order in the file."""
    occurrences = Occurrences()
    for row in sheet.rows():
        tally.rows += 1
        try:
            if row.trouble:
                raise RowUnreadable(why=row.trouble)
            values = dict(zip(sheet.columns, row.values, strict=True))
            record, times = mapping.read(values, at=at), mapping.times(values)
        except RowUnreadable as error:
            tally.rejected += 1
            on_reject(row, error.sentence)
            continue
        for _time in range(times):
            yield _Numbered(occurrences.numbered(record.key), record)


def _lock_source(source: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('complaints.import'), hashtext(%s))", [source])


def _unknown(batch: list[_Numbered], source: str) -> list[_Numbered]:
    keys = [item.key for item in batch]
    known = set(SourceRecord.objects.filter(source=source, key__in=keys).values_list("key", flat=True))
    return [item for item in batch if item.key not in known]


def _look_up(fresh: Iterable[_Numbered], catalogue: Catalogue) -> None:
    """Let the catalogue meet every unit and failure type, so that a dry run can say what would be new."""
    for item in fresh:
        catalogue.unit_of(item.record)
        catalogue.failure_type_of(item.record)


def _store(fresh: list[_Numbered], mapping: Mapping, catalogue: Catalogue, *, at: datetime) -> None:
    cases = _cases(fresh, mapping, catalogue, at=at)
    copy_in(Case, cases)
    copy_in(CaseText, (texts.text_of(case) for case in cases))
    copy_in(SourceRecord, (_source(case, item, mapping) for case, item in zip(cases, fresh, strict=True)))
    copy_in(TimelineEntry, _entries(cases, fresh, mapping, at=at))
    copy_in(
        Clock,
        (
            clocks.rest(clocks.new(case, ClockKind.RESOLVE, RESTING_MINUTES, at=at, calendar=None), at=at)
            for case in cases
            if case.is_open
        ),
    )
    copy_in(Remedy, _remedies(cases, fresh, mapping))


def _cases(fresh: list[_Numbered], mapping: Mapping, catalogue: Catalogue, *, at: datetime) -> list[Case]:
    complainant = catalogue.complainant(at=at)
    references, ids = _new_references(len(fresh)), reserve_ids(Case, len(fresh))
    cases = []
    for item, reference, pk in zip(fresh, references, ids, strict=True):
        record = item.record
        cases.append(
            Case(
                pk=pk,
                reference=reference,
                customer=complainant,
                unit=catalogue.unit_of(record),
                status=Status.OPEN if record.is_open else Status.CLOSED,
                outcome="" if record.is_open else record.response or NO_RESPONSE,
                channel=record.channel,
                failure_type=catalogue.failure_type_of(record),
                severity=record.severity,
                what_happened=record.what_happened,
                wanted=record.wanted,
                occurred_at=record.occurred_at,
                place=record.place,
                filed_at=record.filed_at,
                # where the source does not say when, the filing is the only moment that is known
                closed_at=None if record.is_open else record.closed_at or record.filed_at,
            )
        )
    return cases


def _new_references(count: int) -> list[Reference]:
    """References that no case has: among a million cases one in a few ten thousand random ones is taken."""
    found: list[Reference] = []
    while len(found) < count:
        drawn = dict.fromkeys(new_reference() for _ in range(count - len(found)))
        taken = {*Case.objects.filter(reference__in=drawn).values_list("reference", flat=True), *found}
        found += [reference for reference in drawn if reference not in taken]
    return found


def _source(case: Case, item: _Numbered, mapping: Mapping) -> SourceRecord:
    return SourceRecord(
        case_id=case.pk, source=mapping.name, key=item.key, response=item.record.response, facts=item.record.facts
    )


def _entries(cases: list[Case], fresh: list[_Numbered], mapping: Mapping, *, at: datetime) -> Iterator[TimelineEntry]:
    """Filed when it was filed, taken over now: nothing else is known of what happened between."""
    for case, item in zip(cases, fresh, strict=True):
        yield timeline.entry(case, Entry.FILED, by=case.customer.actor, at=case.filed_at, channel=case.channel)
        yield timeline.entry(case, Entry.IMPORTED, by=SYSTEM, at=at, source=mapping.source_name, key=item.key)


def _remedies(cases: list[Case], fresh: list[_Numbered], mapping: Mapping) -> Iterator[Remedy]:
    for case, item in zip(cases, fresh, strict=True):
        if item.record.paid is not None:
            yield Remedy(
                case=case,
                kind=RemedyKind.REIMBURSEMENT,
                status=RemedyStatus.FULFILLED,
                amount=item.record.paid,
                amount_currency=mapping.currency,
                given_at=None,
            )
