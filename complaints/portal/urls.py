from django.http import HttpRequest, HttpResponse
from django.urls import path

app_name = "portal"


def _later(request: HttpRequest, **kwargs: str) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("track/<str:token>/", _later, name="track")]
