import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0023_customer_cap_needs_days"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="message",
            name="sent_has_moment",
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="unsent_has_reason",
        ),
        migrations.RemoveIndex(
            model_name="message",
            name="message_pending",
        ),
        migrations.RemoveIndex(
            model_name="message",
            name="message_in_trouble",
        ),
        migrations.AddField(
            model_name="message",
            name="folded_into",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="folded",
                to="complaints.message",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="priority",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "First"), (1, "Normal"), (2, "Last")], default=1, verbose_name="priority"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="provider_id",
            field=models.CharField(blank=True, default="", help_text="What a mail provider calls it.", max_length=200),
        ),
        migrations.AddField(
            model_name="message",
            name="trouble",
            field=models.CharField(
                blank=True,
                choices=[
                    ("unreachable", "The mail server cannot be reached"),
                    ("timed_out", "The mail server does not answer in time"),
                    ("sign_in", "The mail server does not let us in"),
                    ("too_many", "The mail server takes no more for now"),
                    ("not_now", "Not taken for now"),
                    ("refused", "Refused for good"),
                    ("no_mailbox", "There is no such mailbox"),
                    ("unsendable", "It cannot be sent as it is"),
                    ("broken", "Its words could not be put together"),
                    ("came_back", "It came back"),
                    ("no_address", "No e-mail address is on file."),
                    ("barred", "Mail to this address came back, or was not wanted."),
                    ("folded", "Too many in an hour: told in a summary."),
                ],
                default="",
                max_length=12,
                verbose_name="trouble",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="kind",
            field=models.CharField(
                choices=[
                    ("received", "Complaint received"),
                    ("acknowledged", "Acknowledged by a person"),
                    ("written", "Message from us"),
                    ("question", "Question to the customer"),
                    ("escalated", "Moved to the next tier"),
                    ("resolution_proposed", "Resolution proposed"),
                    ("reopened", "Reopened"),
                    ("closed", "Closed"),
                    ("tracking_link", "Tracking link"),
                    ("route_outside", "The way outside"),
                    ("remedy_offered", "Remedy offered"),
                    ("remedy_withdrawn", "Offer withdrawn"),
                    ("staff_assigned", "To staff: a complaint is yours"),
                    ("staff_moved", "To staff: a complaint was moved to another unit"),
                    ("staff_outside", "To staff: the customer was told of the way outside"),
                    ("staff_alarm", "To staff: nobody has this complaint"),
                    ("staff_reminder", "To staff: a deadline draws near"),
                    ("staff_digest", "To staff: several deadlines draw near"),
                    ("staff_customer_answered", "To staff: the customer answered"),
                    ("staff_approval_asked", "To staff: a remedy awaits your approval"),
                    ("staff_approval_decided", "To staff: your proposal was decided on"),
                    ("staff_training", "To staff: a training expires"),
                    ("staff_ledger", "To staff: the ledger does not add up"),
                    ("staff_unreachable", "To staff: mail does not reach the customer"),
                    ("several", "Several messages in one"),
                    ("staff_several", "To staff: several messages in one"),
                ],
                max_length=32,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("in_flight", "In flight"),
                    ("retry", "Waiting to retry"),
                    ("sent", "Sent"),
                    ("delivered", "Delivered"),
                    ("bounced", "Came back"),
                    ("failed", "Failed"),
                    ("withheld", "Withheld"),
                ],
                default="queued",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "in_flight", "retry"])),
                fields=["priority", "look_again_at", "id"],
                name="message_pending",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("sent_at__isnull", False)), fields=["recipient", "sent_at"], name="message_sent_to"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "in_flight")), fields=["recipient"], name="message_in_flight"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("provider_id", ""), _negated=True),
                fields=["provider_id"],
                name="message_of_provider",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("folded_into__isnull", False)), fields=["folded_into"], name="message_folded_into"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["failed", "withheld", "retry", "bounced"])),
                fields=["state", "-id"],
                name="message_in_trouble",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["sent", "delivered", "bounced"]), _negated=True),
                    ("sent_at__isnull", False),
                    _connector="OR",
                ),
                name="sent_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["failed", "withheld", "bounced"]), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="unsent_has_reason",
            ),
        ),
    ]
