from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.intake.errors import MappingUnusable
from complaints.intake.mapping import mapping_of


class ColumnMapping(models.Model):
    """How the columns of somebody's complaint file become our facts: data, so that a new file needs no program."""

    name = models.SlugField(_("name"), max_length=40, unique=True)
    description = models.CharField(_("what it reads"), max_length=200)
    rules: models.JSONField[Any] = models.JSONField(_("rules"), default=dict)

    class Meta:
        verbose_name = _("column mapping")
        verbose_name_plural = _("column mappings")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse rules that cannot be followed, with the sentence beside their field."""
        try:
            mapping_of(self.name, self.rules)
        except MappingUnusable as error:
            raise ValidationError({"rules": error.sentence}) from error
