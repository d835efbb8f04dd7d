from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0055_one_budget_a_month"),
    ]

    operations = [
        migrations.AlterField(
            model_name="breaker",
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
                    ("stopped", "The recipient wants no more of it"),
                    ("unsendable", "It cannot be sent as it is"),
                    ("broken", "Its words could not be put together"),
                    ("came_back", "It came back"),
                    ("no_address", "No e-mail address is on file."),
                    ("barred", "Mail to this address came back, or was not wanted."),
                    ("folded", "Too many in an hour: told in a summary."),
                    ("quiet", "It waits for the customer's quiet hours to end."),
                    ("not_wished", "The customer wants no messages on progress."),
                ],
                default="",
                max_length=12,
                verbose_name="trouble",
            ),
        ),
        migrations.AlterField(
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
                    ("stopped", "The recipient wants no more of it"),
                    ("unsendable", "It cannot be sent as it is"),
                    ("broken", "Its words could not be put together"),
                    ("came_back", "It came back"),
                    ("no_address", "No e-mail address is on file."),
                    ("barred", "Mail to this address came back, or was not wanted."),
                    ("folded", "Too many in an hour: told in a summary."),
                    ("quiet", "It waits for the customer's quiet hours to end."),
                    ("not_wished", "The customer wants no messages on progress."),
                ],
                default="",
                max_length=12,
                verbose_name="trouble",
            ),
        ),
    ]
