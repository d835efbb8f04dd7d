"""Find or add what imported complaints point at: units, failure types, and a stand-in for the nameless."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from complaints.customers import records
from complaints.customers.models import Customer
from complaints.customers.records import CustomerFacts
from complaints.intake.mapping import Mapping, Record
from complaints.intake.models import ColumnMapping
from complaints.staff.models import Unit, UnitKind
from complaints.standards.models import FailureType

_LONGEST_CODE = 120


def is_stand_in(customer: Customer) -> bool:
    """Whether this is no person but everybody whom the records of a source do not name."""
    kept_so = ColumnMapping.objects.filter(rules__complainant=customer.name, rules__source_name=customer.company)
    return kept_so.exists() and not customer.emails.exists()


class Catalogue:
    """What a source names, each looked up once in a run; `units_added` and `failure_types_added` count what was new."""

    def __init__(self, mapping: Mapping, *, adds: bool) -> None:
        """With `adds` false nothing is written, and what would be added is only counted."""
        self._mapping = mapping
        self._adds = adds
        self._units: dict[str, Unit | None] = {}
        self._kinds: dict[tuple[str, str], FailureType | None] = {}
        self._top: Unit | None = None
        self.units_added = 0
        self.failure_types_added = 0

    def unit_of(self, record: Record) -> Unit | None:
        """The firm or office of a record, below the unit of the source; None only where nothing may be added."""
        code = self._code(record.unit_code)
        if code not in self._units:
            self._units[code] = self._find_or_add_unit(record, code)
        return self._units[code]

    def failure_type_of(self, record: Record) -> FailureType | None:
        """The failure named by the record: its area alone where it says no more, None where it names no area."""
        if not record.area:
            return None
        area = self._kind(None, record.area)
        return self._kind(area, record.kind, under=record.area) if record.kind else area

    def complainant(self, *, at: datetime) -> Customer:
        """The stand-in under which the people of a source without names are kept: one for all of them."""
        known = (
            Customer.objects.filter(name=self._mapping.complainant, company=self._mapping.source_name, emails=None)
            .order_by("pk")
            .first()
        )
        return known or records.add(
            CustomerFacts(name=self._mapping.complainant, company=self._mapping.source_name), at=at
        )

    def _find_or_add_unit(self, record: Record, code: str) -> Unit | None:
        known = Unit.objects.filter(code=code).first()
        if known is None:
            self.units_added += bool(record.unit_code)  # the unit of the source itself is not one of its units
            if self._adds:
                known = self._add_unit(record, code)
        return known

    def _add_unit(self, record: Record, code: str) -> Unit:
        if not record.unit_code:
            return self._source_unit()
        name = record.unit_name or record.unit_code
        return Unit.objects.create(
            code=code, name=name, kind=UnitKind.BRANCH, parent=self._source_unit(), time_zone=self._mapping.time_zone
        )

    def _source_unit(self) -> Unit:
        if self._top is None:
            root = Unit.objects.filter(parent=None).order_by("path").first()
            if root is None:
                root = Unit.objects.create(
                    code="company", name="Company", kind=UnitKind.COMPANY, takes_public_complaints=True
                )
            self._top, _new = Unit.objects.get_or_create(
                code=self._mapping.name,
                defaults={
                    "name": self._mapping.source_name,
                    "kind": UnitKind.REGION,
                    "parent": root,
                    "time_zone": self._mapping.time_zone,
                },
            )
        return self._top

    def _code(self, code: str) -> str:
        """The code of a unit of this source; a name too long for one ends in its hash."""
        if not code:
            return self._mapping.name
        whole = f"{self._mapping.name}:{code}"
        return whole if len(whole) <= _LONGEST_CODE else f"{whole[:100]}~{sha256(code.encode()).hexdigest()[:16]}"

    # An imported type is not offered when filing: the catalogue that staff choose from is the firm's own.
    def _kind(self, area: FailureType | None, name: str, *, under: str = "") -> FailureType | None:
        place = (under, name)
        if place not in self._kinds:
            named = FailureType.objects.filter(parent=area, name=name).order_by("line")
            known = named.first() if area or not under else None
            if known is None:
                self.failure_types_added += 1
                if self._adds:
                    known, _new = FailureType.objects.get_or_create(
                        parent=area, name=name, defaults={"is_active": False}
                    )
            self._kinds[place] = known
        return self._kinds[place]
