from django.db import migrations

CFPB_RELIEF = {
    "yes": ["Closed with monetary relief"],
    "no": ["Closed with explanation", "Closed with non-monetary relief", "Closed"],
}
SAYS = {
    "cfpb_2023": {
        "timely": {"column": "timely", "yes": ["Yes"], "no": ["No"]},
        "relief": {"column": "company_response", **CFPB_RELIEF},
        "solved": {"column": "consumer_disputed", "yes": ["No"], "no": ["Yes"]},
    },
    "cfpb_2015": {
        "timely": {"column": "Timely response?", "yes": ["Yes"], "no": ["No"]},
        "relief": {"column": "Company response", **CFPB_RELIEF},
        "solved": {"column": "Consumer disputed?", "yes": ["No"], "no": ["Yes"]},
    },
    "tsa_claims": {"relief": {"column": "Disposition", "yes": ["Approve in Full", "Settle"], "no": ["Deny"]}},
}


def read_more(apps, schema_editor):
    """Let the mappings that came with the product say what their records tell; rules of one's own stay."""
    mappings = apps.get_model("complaints", "ColumnMapping").objects
    for mapping in mappings.filter(name__in=SAYS):
        mapping.rules = {**SAYS[mapping.name], **mapping.rules}
        mapping.save(update_fields=["rules"])


class Migration(migrations.Migration):
    dependencies = [("complaints", "0047_measured_cases")]
    operations = [
        migrations.RunPython(read_more, migrations.RunPython.noop),
        migrations.RunSQL(
            "INSERT INTO complaints_changedcase (case_id) SELECT id FROM complaints_case ORDER BY id",
            migrations.RunSQL.noop,
        ),
    ]
