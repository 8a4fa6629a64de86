"""Permissions of the duties, and the working days of the years the calendar library knows."""

from datetime import date, timedelta

import chinese_calendar
from django.db import migrations

YEARS = range(2020, 2027)


def load(apps, schema_editor):
    work_year = apps.get_model("accounts", "WorkYear")
    for year in YEARS:
        days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
        working = [d for d in days if d.year == year and chinese_calendar.is_workday(d)]
        work_year.objects.create(
            year=year, days=working, source="国务院办公厅节假日安排（chinesecalendar 1.11）"
        )
    # Django creates permissions after the whole migrate run; duties are needed before.
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="accounts", model="organisation"
    )
    permission = apps.get_model("auth", "Permission")
    for codename, name in apps.get_model("accounts", "Organisation")._meta.permissions:
        permission.objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_reference_data"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
