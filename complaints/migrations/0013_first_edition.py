from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def mark_the_rules(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give the rules that are there an edition; from now on each change of one makes the next."""
    apps.get_model("complaints", "Edition").objects.get_or_create(id=1, defaults={"mark": uuid4()})


class Migration(migrations.Migration):
    dependencies: ClassVar = [("complaints", "0012_editions_of_the_rules")]
    operations: ClassVar = [migrations.RunPython(mark_the_rules, migrations.RunPython.noop)]
