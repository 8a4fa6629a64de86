"""Signatures of one subject are always looked up by index.

A plan made while the table was small would read all of it once per subject: a mass signing in
one session then becomes quadratic.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_failed_jobs_index")]

    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION is_signed(text, bigint, integer, text, text[]) SET enable_seqscan = off",
            "ALTER FUNCTION is_signed(text, bigint, integer, text, text[]) RESET enable_seqscan",
        )
    ]
