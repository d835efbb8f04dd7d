from django.http import HttpRequest, HttpResponse
from django.urls import path

app_name = "desk"


def _later(request: HttpRequest, **kwargs: str) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("complaints/<str:reference>/", _later, name="complaint")]
