from django.http import HttpRequest, HttpResponse

from complaints.common.errors import NotFound


def authority_use(request: HttpRequest) -> HttpResponse:
    raise NotFound


def behind(request: HttpRequest, unit: int, what: str) -> HttpResponse:
    raise NotFound
