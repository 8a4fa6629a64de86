"""Posts, what they are never combined with, states and working days: read by the application.

Whoever could change these rows could make any pair of posts compatible and any change of state
a permitted one. They change with a release, as the tables' owner.
"""

from django.db import migrations

CLOSE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'fund_app') THEN
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE
            ON accounts_post, accounts_incompatibleposts, accounts_statetransition FROM fund_app;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_attachments_and_outside_decisions")]

    operations = [migrations.RunSQL(CLOSE, migrations.RunSQL.noop)]
