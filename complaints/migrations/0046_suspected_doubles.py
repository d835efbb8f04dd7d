import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0045_merged_customers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Suspicion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.PositiveSmallIntegerField(help_text="0 to 100.", verbose_name="score")),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), default=list, size=None
                    ),
                ),
                ("found_at", models.DateTimeField()),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("same", "The same customer"), ("different", "Two customers")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="customer",
            name="is_unlooked",
            field=models.BooleanField(
                db_default=True,
                default=True,
                editable=False,
                help_text="Whether doubles are still to be looked for since the file was written.",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="near",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(),
                db_default=models.Value([]),
                default=list,
                editable=False,
                help_text="What misspelt names are found by; kept by customers.lookup.",
                size=None,
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=django.contrib.postgres.indexes.GinIndex(fields=["near"], name="customer_near"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(condition=models.Q(("is_unlooked", True)), fields=["id"], name="customer_unlooked"),
        ),
        migrations.AddIndex(
            model_name="emailaddress",
            index=models.Index(fields=["address"], name="customer_by_local_part", opclasses=["varchar_pattern_ops"]),
        ),
        migrations.AddField(
            model_name="suspicion",
            name="decided_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="suspicion",
            name="first",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="complaints.customer"
            ),
        ),
        migrations.AddField(
            model_name="suspicion",
            name="second",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="complaints.customer"
            ),
        ),
        migrations.AddIndex(
            model_name="suspicion",
            index=models.Index(condition=models.Q(("verdict", "")), fields=["-found_at", "-id"], name="suspicion_open"),
        ),
        migrations.AddIndex(
            model_name="suspicion",
            index=models.Index(fields=["second"], name="suspicion_of_second"),
        ),
        migrations.AddConstraint(
            model_name="suspicion",
            constraint=models.UniqueConstraint(fields=("first", "second"), name="suspected_once"),
        ),
        migrations.AddConstraint(
            model_name="suspicion",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))), name="suspicion_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="suspicion",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__lte", 100)), name="suspicion_score_of_hundred"
            ),
        ),
        migrations.AddConstraint(
            model_name="suspicion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("verdict", "")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("verdict__in", ["same", "different"]),
                    ),
                    _connector="OR",
                ),
                name="suspicion_decided_by_somebody",
            ),
        ),
    ]
