from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("complaints", "0008_carry_promises_over")]
    operations = [
        migrations.RemoveField("clock", "paused_for"),
        migrations.RemoveField("recoverystandard", "acknowledge_minutes"),
        migrations.RemoveField("recoverystandard", "resolve_minutes"),
    ]
