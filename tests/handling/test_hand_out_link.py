from __future__ import annotations

import pytest
from django.utils.timezone import now

from complaints.cases import links
from complaints.cases.models import Case, TrackingLink
from complaints.common.errors import AddressOnFile, NotFound, NotPermitted
from complaints.customers import records
from complaints.customers.models import Customer
from complaints.customers.records import CustomerFacts
from complaints.handling.hand_out_link import hand_out_link
from complaints.outbox.models import Message
from complaints.staff.models import Employee
from tests.factories import a_complaint, an_hour_ago
from tests.handling.climbing import happened

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk_in(db: None) -> Customer:
    """Somebody at the counter who gives a name and nothing else."""
    return records.add(CustomerFacts(name="Wanda Walk-In"), at=an_hour_ago())


@pytest.fixture
def case(fern: Employee, walk_in: Customer) -> Case:
    return a_complaint(by=fern, customer=walk_in)


def test_the_link_opens_the_complaint_and_the_timeline_says_who_gave_it(case: Case, fern: Employee) -> None:
    version = case.version

    _case, token = hand_out_link(case.reference, by=fern, at=now())

    assert links.case_behind(token, at=now()) == case
    entry = case.timeline.latest("pk")
    assert (entry.kind, entry.actor_name, entry.public) == ("link.handed_out", "Fern Fuller", True)
    case.refresh_from_db()
    assert case.version == version, "nobody's half-written page grows old by it"


def test_what_is_kept_of_it_opens_nothing(case: Case, fern: Employee) -> None:
    _case, token = hand_out_link(case.reference, by=fern, at=now(), submission="form")

    kept = [*TrackingLink.objects.values_list("token_hash", flat=True), *case.timeline.values_list("facts", flat=True)]
    assert not any(token in str(one) for one in [*kept, *Message.objects.values_list("facts", flat=True)])


def test_the_same_form_twice_is_one_handing_out(case: Case, fern: Employee) -> None:
    tokens = [hand_out_link(case.reference, by=fern, at=now(), submission="form")[1] for _click in range(2)]

    assert happened(case).count("link.handed_out") == 1
    assert all(links.case_behind(token, at=now()) == case for token in tokens), "the paper may be either"


def test_where_an_address_is_on_file_the_link_goes_there(fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara)

    with pytest.raises(AddressOnFile):
        hand_out_link(case.reference, by=fern, at=now())
    assert "link.handed_out" not in happened(case)


def test_only_those_who_serve_the_customer(case: Case, otto: Employee, quinn: Employee) -> None:
    with pytest.raises(NotFound):
        hand_out_link(case.reference, by=otto, at=now())
    with pytest.raises(NotPermitted):
        hand_out_link(case.reference, by=quinn, at=now())
    assert not TrackingLink.objects.exists()
