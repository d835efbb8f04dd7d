import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0005_message_keeps_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="BusinessCalendar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                (
                    "is_calendar_time",
                    models.BooleanField(
                        default=False,
                        help_text="Every minute counts, day and night: week, holidays and special days do not matter.",
                        verbose_name="calendar time",
                    ),
                ),
                ("time_zone", models.CharField(default="UTC", max_length=40, verbose_name="time zone")),
                (
                    "week",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='Windows of each day, such as {"mon": [["09:00", "12:30"], ["13:30", "24:00"]]}. Days not named are closed.',
                        verbose_name="week",
                    ),
                ),
                (
                    "holiday_country",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Country code, such as CA. Without one, no holidays are kept.",
                        max_length=2,
                        verbose_name="public holidays of",
                    ),
                ),
                (
                    "holiday_subdivision",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Its code, such as ON.",
                        max_length=40,
                        verbose_name="part of the country",
                    ),
                ),
            ],
            options={
                "verbose_name": "business calendar",
                "verbose_name_plural": "business calendars",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="SpecialDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="date")),
                (
                    "windows",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text='Windows of this day, such as [["09:00", "12:00"]]; none when it is closed.',
                        verbose_name="windows",
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=120, verbose_name="reason")),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="special_days",
                        to="complaints.businesscalendar",
                        verbose_name="business calendar",
                    ),
                ),
            ],
            options={
                "verbose_name": "special day",
                "verbose_name_plural": "special days",
                "ordering": ("day",),
                "constraints": [models.UniqueConstraint(fields=("calendar", "day"), name="one_special_day_per_date")],
            },
        ),
    ]
