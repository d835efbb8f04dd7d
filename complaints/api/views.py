from __future__ import annotations

from hashlib import sha256
from typing import Any, cast

from django.utils.timezone import now
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from complaints.api.serializers import (
    ComplaintSerializer,
    NewComplaintSerializer,
    WholeComplaintSerializer,
    WorklistQuerySerializer,
)
from complaints.cases.queries import Filters, Whose, one_visible, timeline_of, worklist
from complaints.handling.file_complaint import file_complaint
from complaints.remedies.queries import remedies_of
from complaints.staff.models import Employee

_PAGE = inline_serializer(
    "ComplaintPage", {"complaints": ComplaintSerializer(many=True), "next": serializers.CharField(allow_blank=True)}
)
_KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key is one complaint.")


class Complaints(APIView):
    """The complaints an employee sees, and the filing of new ones."""

    @extend_schema(parameters=[WorklistQuerySerializer, OpenApiParameter("after", str)], responses=_PAGE)
    def get(self, request: Request) -> Response:
        """List a page of the worklist, due first; `next` is the `after` of the following page, empty on the last."""
        asked = WorklistQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        filters = Filters(**{**asked.validated_data, "whose": Whose(asked.validated_data["whose"])})
        page = worklist(_employee(request), filters, after=request.query_params.get("after", ""))
        return Response({"complaints": ComplaintSerializer(page.cases, many=True).data, "next": page.next_key})

    @extend_schema(parameters=[_KEY], request=NewComplaintSerializer, responses={201: ComplaintSerializer})
    def post(self, request: Request) -> Response:
        """File a complaint; sent again with the same key it answers 200 with the one that is there."""
        form = NewComplaintSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        employee = _employee(request)
        told = form.told(submission=_submission(employee, request.headers.get("Idempotency-Key", "")))
        filed = file_complaint(told, by=employee, at=now())
        code = status.HTTP_201_CREATED if filed.is_new else status.HTTP_200_OK
        return Response(ComplaintSerializer(filed.case).data, status=code)


class Complaint(APIView):
    """One complaint."""

    @extend_schema(responses=WholeComplaintSerializer)
    def get(self, request: Request, reference: str) -> Response:
        """Show a complaint with its timeline, newest first."""
        case = one_visible(_employee(request), reference)
        whole = cast("Any", case)
        whole.entries_shown = timeline_of(case)
        whole.remedies_shown = remedies_of(case)
        return Response(WholeComplaintSerializer(whole).data)


def _submission(employee: Employee, key: str) -> str:
    """The key of one sending: every character of it counts, and nobody meets the complaint of somebody else by it."""
    return f"api:{sha256(f'{employee.pk}:{key}'.encode()).hexdigest()[:60]}" if key else ""


def _employee(request: Request) -> Employee:
    return cast("Employee", request.user)
