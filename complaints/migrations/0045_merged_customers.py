import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0044_customer_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "cases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="Complaints that moved, by their ids.",
                        size=None,
                    ),
                ),
                ("before", models.JSONField(help_text="The survivor's file as it was.")),
                ("after", models.JSONField(help_text="The survivor's file as the merge left it.")),
                ("undone_at", models.DateTimeField(null=True)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="ledgerentry",
            name="keeps_balances",
        ),
        migrations.AddField(
            model_name="customer",
            name="circle",
            field=models.BigIntegerField(
                editable=False, help_text="Shared by all who were ever merged; an undo leaves it as it is.", null=True
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                help_text="Who goes on in their place; they keep their file, and no complaint.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_here",
                to="complaints.customer",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("circle__isnull", False)), fields=["circle"], name="customer_circle"
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="customer_merged_into"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="case",
            trigger=pgtrigger.compiler.Trigger(
                name="of_somebody",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF TG_OP = 'UPDATE' AND NEW.customer_id = OLD.customer_id THEN\n    RETURN NEW;\nEND IF;\n-- waits for a merge that is under way, and keeps the next one waiting until this case can be seen\nPERFORM FROM complaints_customer WHERE id = NEW.customer_id FOR SHARE;\nIF EXISTS (SELECT FROM complaints_customer WHERE id = NEW.customer_id AND merged_into_id IS NOT NULL) THEN\n    RAISE EXCEPTION 'customer % was merged', NEW.customer_id\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'case_of_merged_customer';\nEND IF;\nRETURN NEW;\n",
                    hash="84c8c72a2be0e3be32ee17fd15ea550b11e9a792",
                    operation='INSERT OR UPDATE OF "customer_id"',
                    pgid="pgtrigger_of_somebody_56fa9",
                    table="complaints_case",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customer",
            trigger=pgtrigger.compiler.Trigger(
                name="merged_is_empty",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF NEW.merged_into_id IS NULL OR NEW.merged_into_id IS NOT DISTINCT FROM OLD.merged_into_id THEN\n    RETURN NEW;\nEND IF;\nIF EXISTS (SELECT FROM complaints_customer WHERE id = NEW.merged_into_id AND merged_into_id IS NOT NULL) THEN\n    RAISE EXCEPTION 'customer % was merged and cannot take in another', NEW.merged_into_id\n        USING ERRCODE = 'check_violation';\nEND IF;\nIF EXISTS (SELECT FROM complaints_case WHERE customer_id = NEW.id) THEN\n    RAISE EXCEPTION 'customer % still has complaints', NEW.id USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n",
                    hash="58e5b8bf2a159ceab70ce9d8f13ae6e7443e2f8e",
                    operation='UPDATE OF "merged_into_id"',
                    pgid="pgtrigger_merged_is_empty_cb39a",
                    table="complaints_customer",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ledgerentry",
            trigger=pgtrigger.compiler.Trigger(
                name="keeps_balances",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE rule complaints_authority%ROWTYPE; origin complaints_ledgerentry%ROWTYPE; zone text; failure bigint[]; root bigint; person bigint; was_spent boolean; more_held numeric; more_spent numeric; taken_here numeric; taken_elsewhere numeric; taken_before numeric;",
                    func="\nIF NEW.kind = 'hold' THEN\n    -- whose complaint it is and which month it falls into are facts, not what the INSERT says\n    SELECT c.id, c.customer_id, u.time_zone INTO NEW.case_id, NEW.customer_id, zone\n        FROM complaints_remedy AS r JOIN complaints_case AS c ON c.id = r.case_id\n        JOIN complaints_unit AS u ON u.id = c.unit_id WHERE r.id = NEW.remedy_id;\n    SELECT * INTO rule FROM complaints_authority WHERE id = NEW.authority_id;\n    NEW.hold_id := NULL;\n    NEW.currency := rule.currency;\n    NEW.taken_at := NEW.\"at\";\n    NEW.month := date_trunc('month', NEW.\"at\" AT TIME ZONE zone)::date;\nELSE\n    SELECT * INTO origin FROM complaints_ledgerentry WHERE id = NEW.hold_id AND kind = 'hold';\n    IF NOT FOUND THEN\n        RAISE EXCEPTION 'ledger: % without a hold', NEW.kind USING ERRCODE = 'check_violation';\n    END IF;\n    NEW.remedy_id := origin.remedy_id;\n    NEW.case_id := origin.case_id;\n    NEW.customer_id := origin.customer_id;\n    NEW.authority_id := origin.authority_id;\n    NEW.holder_id := origin.holder_id;\n    NEW.amount := origin.amount;\n    NEW.currency := origin.currency;\n    NEW.rate := origin.rate;\n    NEW.taken_at := origin.taken_at;\n    NEW.month := origin.month;\n    SELECT * INTO rule FROM complaints_authority WHERE id = NEW.authority_id;\nEND IF;\n\n-- what is one failure does not change before this is committed; the oldest complaint stands for all of them\nPERFORM pg_advisory_xact_lock_shared(hashtext('complaints_same_failure'));\nfailure := ARRAY(\nWITH RECURSIVE reached (id) AS (\n    SELECT NEW.case_id::bigint\n    UNION SELECT step.id FROM reached CROSS JOIN LATERAL (\n        SELECT duplicate_of_id FROM complaints_case WHERE id = reached.id AND duplicate_of_id IS NOT NULL\n        UNION ALL SELECT id FROM complaints_case WHERE duplicate_of_id = reached.id\n        UNION ALL SELECT second_id FROM complaints_samefailure WHERE first_id = reached.id\n        UNION ALL SELECT first_id FROM complaints_samefailure WHERE second_id = reached.id\n    ) AS step (id)\n)\nSELECT id FROM reached\n);\nroot := (SELECT MIN(id) FROM unnest(failure) AS id);\n-- whose complaint it is by now: a hold made before a merge stays with the file it was made for, and counts here\nSELECT customer_id INTO person FROM complaints_case WHERE id = NEW.case_id;\n\n-- one scope after the other, and the scarcest last: whoever comes second waits here, and sees what the first one took\nINSERT INTO complaints_balance (scope, customer_id, currency, held, spent, taken)\n    VALUES ('customer', LEAST(person, NEW.customer_id), NEW.currency, 0, 0, 0),\n        ('customer', GREATEST(person, NEW.customer_id), NEW.currency, 0, 0, 0) ON CONFLICT DO NOTHING;\nPERFORM FROM complaints_balance WHERE scope = 'customer' AND customer_id IN (person, NEW.customer_id)\n    ORDER BY id FOR UPDATE;\nINSERT INTO complaints_balance (scope, case_id, currency, held, spent, taken)\n    VALUES ('failure', root, NEW.currency, 0, 0, 0), ('failure', NEW.case_id, NEW.currency, 0, 0, 0)\n    ON CONFLICT DO NOTHING;\nPERFORM FROM complaints_balance WHERE scope = 'failure' AND case_id IN (root, NEW.case_id) ORDER BY id FOR UPDATE;\nINSERT INTO complaints_balance (scope, authority_id, holder_id, month, currency, held, spent, taken)\n    VALUES ('month', NEW.authority_id, NEW.holder_id, NEW.month, NEW.currency, 0, 0, 0) ON CONFLICT DO NOTHING;\nPERFORM FROM complaints_balance WHERE scope = 'month' AND authority_id = NEW.authority_id\n    AND holder_id = NEW.holder_id AND month = NEW.month FOR UPDATE;\n\nwas_spent := EXISTS (SELECT FROM complaints_ledgerentry WHERE hold_id = NEW.hold_id AND kind = 'spend');\nIF NEW.kind = 'spend' AND EXISTS (\n    SELECT FROM complaints_ledgerentry WHERE hold_id = NEW.hold_id AND kind IN ('release', 'reverse')\n) THEN\n    RAISE EXCEPTION 'ledger: this hold was given back' USING ERRCODE = 'check_violation';\nEND IF;\nIF NEW.kind = 'reverse' AND NOT was_spent THEN\n    RAISE EXCEPTION 'ledger: nothing was spent' USING ERRCODE = 'check_violation';\nEND IF;\nmore_held := CASE NEW.kind WHEN 'hold' THEN NEW.amount WHEN 'spend' THEN -NEW.amount\n    WHEN 'release' THEN CASE WHEN was_spent THEN 0 ELSE -NEW.amount END ELSE 0 END;\nmore_spent := CASE NEW.kind WHEN 'spend' THEN NEW.amount WHEN 'reverse' THEN -NEW.amount\n    WHEN 'release' THEN CASE WHEN was_spent THEN -NEW.amount ELSE 0 END ELSE 0 END;\n\nUPDATE complaints_balance SET held = held + more_held, spent = spent + more_spent\n    WHERE scope = 'customer' AND customer_id = NEW.customer_id AND currency = NEW.currency;\nUPDATE complaints_balance SET held = held + more_held, spent = spent + more_spent\n    WHERE scope = 'failure' AND case_id = NEW.case_id AND currency = NEW.currency;\nIF NEW.kind NOT IN ('hold', 'spend') THEN\n    UPDATE complaints_balance SET held = held + more_held, spent = spent + more_spent, taken = taken - NEW.amount\n        WHERE scope = 'month' AND authority_id = NEW.authority_id AND holder_id = NEW.holder_id AND month = NEW.month;\n    RETURN NEW;\nEND IF;\n\n-- who takes money is held to the caps of their authority as it is now; a month in which it replaced another goes on\ntaken_before := 0;\nIF NEW.kind = 'hold' THEN\n    SELECT COALESCE(SUM(b.taken), 0) INTO taken_before FROM complaints_balance AS b\n        JOIN complaints_authority AS a ON a.id = b.authority_id\n        WHERE b.scope = 'month' AND b.holder_id = NEW.holder_id AND b.month = NEW.month AND a.id <> rule.id\n        AND a.tier = rule.tier AND a.currency = rule.currency\n        AND a.employee_id IS NOT DISTINCT FROM rule.employee_id AND a.unit_id IS NOT DISTINCT FROM rule.unit_id;\nEND IF;\nUPDATE complaints_balance SET held = held + more_held, spent = spent + more_spent,\n        taken = held + more_held + spent + more_spent, cap = rule.per_month - taken_before\n    WHERE scope = 'month' AND authority_id = NEW.authority_id AND holder_id = NEW.holder_id AND month = NEW.month;\nSELECT COALESCE(SUM(CASE WHEN e.kind = 'hold' THEN e.amount ELSE -e.amount END)\n               FILTER (WHERE e.currency = NEW.currency), 0),\n       COALESCE(SUM(CASE WHEN e.kind = 'hold' THEN e.amount ELSE -e.amount END)\n               FILTER (WHERE e.currency <> NEW.currency), 0)\n    INTO taken_here, taken_elsewhere FROM complaints_ledgerentry AS e\n    WHERE e.kind <> 'spend' AND e.case_id = ANY(failure);\nIF taken_elsewhere <> 0 THEN\n    RAISE EXCEPTION 'ledger: this failure is accounted for in another currency' USING ERRCODE = 'check_violation';\nEND IF;\nUPDATE complaints_balance SET cap = rule.per_failure,\n        taken = taken_here + CASE NEW.kind WHEN 'hold' THEN NEW.amount ELSE 0 END\n    WHERE scope = 'failure' AND case_id = root AND currency = NEW.currency;\nSELECT COALESCE(SUM(CASE WHEN e.kind = 'hold' THEN e.amount ELSE -e.amount END), 0)\n    INTO taken_here FROM complaints_ledgerentry AS e JOIN complaints_case AS c ON c.id = e.case_id\n    WHERE e.kind <> 'spend' AND c.customer_id = person AND e.currency = NEW.currency\n    AND e.customer_id IN (\n        SELECT id FROM complaints_customer WHERE id = person\n        UNION ALL SELECT other.id FROM complaints_customer AS one\n            JOIN complaints_customer AS other ON other.circle = one.circle AND other.id <> one.id WHERE one.id = person\n    )\n    AND e.taken_at > NEW.\"at\" - make_interval(days => rule.customer_days);\nUPDATE complaints_balance SET cap = rule.per_customer,\n        taken = taken_here + CASE NEW.kind WHEN 'hold' THEN NEW.amount ELSE 0 END\n    WHERE scope = 'customer' AND customer_id = person AND currency = NEW.currency;\nRETURN NEW;\n",
                    hash="af0c2f8d75d42d9da4541622158893130d0eaa75",
                    operation="INSERT",
                    pgid="pgtrigger_keeps_balances_cbe06",
                    table="complaints_ledgerentry",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("id")), _negated=True), name="not_merged_into_themselves"
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="merged",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="complaints.customer"
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="survivor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="complaints.customer"
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="undone_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)), fields=("merged",), name="merged_once_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undone_at__isnull", True), ("undone_by__isnull", True)),
                    models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                    _connector="OR",
                ),
                name="undone_by_somebody",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="merge",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="970605ef135b1765bd8720544d435a89519003e1",
                    operation="DELETE",
                    pgid="pgtrigger_kept_ac8a5",
                    table="complaints_merge",
                    when="BEFORE",
                ),
            ),
        ),
    ]
