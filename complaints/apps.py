from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = _("Complaints")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let a new database begin with the catalogue of remedies."""
        post_migrate.connect(_stock_the_catalogue, sender=self)


def _stock_the_catalogue(*, apps: Any, **_more: Any) -> None:
    from complaints.remedies.catalogue import stock

    if "remedytype" in apps.all_models["complaints"]:
        stock(apps.get_model("complaints", "RemedyType"))
