from complaints.cases.queries import visible_to
from complaints.customers.models import Customer
from complaints.staff.models import Employee
from tests.factories import a_complaint, a_picture


def test_fern_and_those_above_her_see_what_otto_must_not(
    fern: Employee, max_: Employee, vera: Employee, quinn: Employee, otto: Employee, cara: Customer
) -> None:
    case = a_complaint(by=fern, customer=cara, files=[a_picture()])

    assert [visible_to(who).filter(pk=case.pk).exists() for who in (fern, max_, vera, quinn)] == [True] * 4
    assert not visible_to(otto).exists()
