"""What tests need many of, made by the verbs that make it in the product."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from complaints.cases.models import Case, Channel
from complaints.customers import records
from complaints.customers.models import Customer
from complaints.customers.records import CustomerFacts
from complaints.handling.file_complaint import ComplaintFacts, file_complaint
from complaints.staff.models import Employee

_number = count(1)

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\xdacd\xf8\xcfP\x0f\x00\x03\x86\x01\x80Z4}k\x00\x00\x00\x00IEND\xaeB`\x82"
)


def an_hour_ago() -> datetime:
    """When most of what a test begins with happened."""
    return datetime.now(UTC) - timedelta(hours=1)


def a_customer(**facts: Any) -> Customer:
    """A customer like no other, with an address."""
    number = next(_number)
    told = {"name": f"Customer {number}", "email": f"customer-{number}@demo.example", **facts}
    return records.add(CustomerFacts(**told), at=an_hour_ago())


def a_complaint(
    *, by: Employee | None, customer: Customer | None = None, at: datetime | None = None, **facts: Any
) -> Case:
    """A complaint filed by an employee, or with `by=None` by the customer on the public form."""
    number = next(_number)
    told = {
        "what_happened": f"The room was not ready, time {number}.",
        "channel": Channel.WEB if by is None else Channel.PHONE,
        "submission": f"form-{number}",
        **facts,
    }
    files = told.pop("files", ())
    who = (customer or a_customer()).pk
    return file_complaint(ComplaintFacts(customer=who, **told), by=by, at=at or an_hour_ago(), files=files).case


def a_picture(name: str = "room.png") -> SimpleUploadedFile:
    """A small picture that is what its name says."""
    return SimpleUploadedFile(name, PNG, content_type="image/png")
