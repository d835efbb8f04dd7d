from django.db import migrations

TSA_COMPLAINTS = {
    "key": ["airport", "category", "subcategory", "year_month"],
    "source_name": "TSA complaints, by month",
    "complainant": "Passenger",
    "time_zone": "America/New_York",
    "filed_at": {"column": "year_month", "formats": ["%Y-%m"]},
    "what_happened": {"otherwise": ["category", "subcategory"]},
    "failure_type": {"area": "category", "kind": "subcategory"},
    "unit": {"code": "airport"},
    "channel": {"otherwise": "phone"},
    "count": "count",
}


def add_mapping(apps, schema_editor):
    """Add the mapping for a record set whose rows count complaints; one of the same name stays as it is."""
    apps.get_model("complaints", "ColumnMapping").objects.get_or_create(
        name="tsa_complaints",
        defaults={
            "description": "Complaints to the TSA's contact centre: how many a month, by airport and category",
            "rules": TSA_COMPLAINTS,
        },
    )


class Migration(migrations.Migration):
    dependencies = [("complaints", "0059_found_by_text_files")]
    operations = [migrations.RunPython(add_mapping, migrations.RunPython.noop)]
