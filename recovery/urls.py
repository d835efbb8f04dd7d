"""Which door answers which address."""

from django.contrib import admin
from django.urls import include, path

from recovery import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("desk/", include("complaints.desk.urls")),
    path("api/v1/", include("complaints.api.urls")),
    path("account/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include("complaints.portal.urls")),
]
