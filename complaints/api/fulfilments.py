"""What a system outside reports: that it gave a customer what was ordered from it, and by which reference."""

from __future__ import annotations

import json
from typing import Final

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from complaints.fulfilment.signing import SIGNATURE, TIMESTAMP
from complaints.handling.confirm_fulfilment import confirm_fulfilment, signed_by_system

_HEADERS: Final = [
    OpenApiParameter(TIMESTAMP, int, OpenApiParameter.HEADER, description="Seconds since 1970, within five minutes."),
    OpenApiParameter(
        SIGNATURE,
        str,
        OpenApiParameter.HEADER,
        description="`v1=` and the HMAC-SHA256, in hexadecimal, over the timestamp, a full stop and the body, with the "
        "secret of the endpoint: the way in which orders sent out are signed.",
    ),
]
_ORDER = inline_serializer(
    "FulfilmentOrder",
    {"key": serializers.CharField(), "state": serializers.CharField(), "reference": serializers.CharField()},
)


class ReferenceSerializer(serializers.Serializer[dict[str, str]]):
    """The key is repeated in the body, so that the signature holds for this order alone."""

    key = serializers.CharField(max_length=40)
    reference = serializers.CharField(max_length=120)


class Fulfilment(APIView):
    """One order that was sent to a system outside."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(parameters=_HEADERS, request=ReferenceSerializer, responses=_ORDER)
    def post(self, request: Request, key: str) -> Response:
        """Name the reference by which the customer got it; the same one told again is one, another one is a 409."""
        at, body = now(), request.body
        given = {"timestamp": request.headers.get(TIMESTAMP, ""), "signature": request.headers.get(SIGNATURE, "")}
        signed_by_system(key, body, **given, at=at)
        form = ReferenceSerializer(data=_read(body))
        form.is_valid(raise_exception=True)
        if form.validated_data["key"] != key:
            raise ValidationError({"key": [_("The body is about another order.")]})
        order = confirm_fulfilment(key, reference=form.validated_data["reference"], at=at)
        return Response({"key": order.key, "state": order.state, "reference": order.reference})


def _read(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValidationError({"reference": [_("This is not JSON.")]}) from error
