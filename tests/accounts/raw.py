"""What only a superuser can do: change rows while every trigger is asleep."""

from django.conf import settings

from tests.databases import as_superuser


def admin_rows(statement, *parameters):
    """Run one statement as superuser with the triggers asleep; return its rows, if any."""
    with as_superuser(settings.DATABASES["default"]["NAME"]) as admin:
        admin.execute("SET session_replication_role = replica")
        cursor = admin.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []
