import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0043_text_messages"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("survey", "Being asked how they were served"),
                            ("news", "News and offers"),
                            ("recording", "Recording of calls"),
                            ("special_needs", "Keeping special needs on file"),
                            ("sharing", "Passing the matter on to a partner"),
                        ],
                        max_length=16,
                        verbose_name="purpose",
                    ),
                ),
                ("agrees", models.BooleanField(verbose_name="agrees")),
                ("words", models.CharField(blank=True, default="", max_length=200, verbose_name="how they said so")),
                ("at", models.DateTimeField(verbose_name="when")),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="customer_since",
            field=models.DateField(blank=True, null=True, verbose_name="customer since"),
        ),
        migrations.AddField(
            model_name="customer",
            name="revenue",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="revenue per year"
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="revenue_currency",
            field=models.CharField(blank=True, default="", max_length=3, verbose_name="currency"),
        ),
        migrations.AddField(
            model_name="customer",
            name="special_needs",
            field=models.TextField(blank=True, default="", verbose_name="special needs"),
        ),
        migrations.AlterField(
            model_name="customer",
            name="created_at",
            field=models.DateTimeField(verbose_name="on file since"),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revenue__isnull", True), ("revenue_currency", "")),
                    models.Q(("revenue__gte", 0), ("revenue_currency__regex", "^[A-Z]{3}$")),
                    _connector="OR",
                ),
                name="revenue_has_currency",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to="complaints.customer",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="noted_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["customer", "id"], name="consents_of_customer"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["survey", "news", "recording", "special_needs", "sharing"])),
                name="consent_purpose_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="11f3fb3620495753c0d2be00b355a3f412b651fd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_0ae9c",
                    table="complaints_consent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
