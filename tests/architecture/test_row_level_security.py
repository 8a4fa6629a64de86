"""The database's own catalogue, searched for tables, keys, rights and views out of line."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

# Tables without a pool, each with the reason.
WITHOUT_POOL = {
    "accounts_incompatibleposts": "reference data, the same everywhere",
    "accounts_pool": "the tenants themselves; code and name only",
    "accounts_post": "reference data, the same everywhere",
    "accounts_statetransition": "reference data, the same everywhere",
    "funds_flowedge": "the regulation's permitted flows, the same everywhere",
    "funds_postingaccount": "the regulation's rules, the same everywhere",
    "funds_postingrule": "the regulation's rules, the same everywhere",
    "accounts_workyear": "national calendar",
    "accounts_user_groups": "Django's; unused, duties come from grants",
    "accounts_user_user_permissions": "Django's; unused, duties come from grants",
    "auth_group": "names of posts' groups: organisation id and post code",
    "auth_group_permissions": "Django's; unused",
    "auth_permission": "the catalogue of duties",
    "axes_accessattempt": "failed log-ins, before a pool is known",
    "axes_accessattemptexpiration": "failed log-ins, before a pool is known",
    "axes_accessfailurelog": "failed log-ins, before a pool is known",
    "axes_accesslog": "log-ins, before a pool is known",
    "django_content_type": "Django's catalogue of models",
    "django_migrations": "Django's",
    "django_session": "sessions, read before a pool is known",
    "guardian_groupobjectpermission": "guardian's generic table; unused",
    "guardian_userobjectpermission": "guardian's generic table; unused",
}
# Unique keys that cross pools on purpose.
CROSSING_KEYS = {
    "plan_line_once_per_person_item_month": "one person is paid once per month in any city",
    "batch_number_once_for_ever": "the bank knows batches by number",
    "instruction_id_once_for_ever": "the bank knows payments by id",
    "accounts_user_username_key": "people log in before a pool is known",
}


def rows(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def tables_with_pool():
    return {
        name
        for (name,) in rows(
            """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
               WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                 AND a.attname = 'pool_id' AND NOT a.attisdropped"""
        )
    }


def test_every_table_has_a_pool_or_a_reason():
    tables = {
        name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    }
    assert tables - tables_with_pool() == set(WITHOUT_POOL)


def test_row_level_security_is_enabled_and_forced_on_every_tenant_table():
    open_tables = rows(
        """SELECT relname FROM pg_class WHERE relname = ANY (%s)
           AND NOT (relrowsecurity AND relforcerowsecurity)""",
        list(tables_with_pool()),
    )
    assert open_tables == []


def test_every_tenant_table_has_exactly_the_pool_policy_for_reading_and_writing():
    policies = rows(
        """SELECT tablename, policyname, qual, with_check FROM pg_policies
           WHERE schemaname = 'public'"""
    )
    assert {table for table, *_ in policies} == tables_with_pool()
    for table, name, qual, with_check in policies:
        assert name == "same_pool", table
        assert "current_pool()" in qual, table
        assert "current_pool()" in with_check, table
    assert len(policies) == len(tables_with_pool())


def test_every_key_between_tenant_tables_carries_the_pool():
    plain = rows(
        """SELECT c.conrelid::regclass::text, c.conname
           FROM pg_constraint c
           JOIN pg_attribute child ON child.attrelid = c.conrelid AND child.attname = 'pool_id'
           JOIN pg_attribute parent ON parent.attrelid = c.confrelid AND parent.attname = 'pool_id'
           WHERE c.contype = 'f' AND NOT (child.attnum = ANY (c.conkey)
                                          AND parent.attnum = ANY (c.confkey))"""
    )
    assert plain == []


def test_every_unique_key_of_a_tenant_table_names_the_pool_or_its_reason():
    keys = rows(
        """SELECT i.relname, t.relname,
                  array(SELECT a.attname::text FROM pg_attribute a
                        WHERE a.attrelid = t.oid AND a.attnum = ANY (x.indkey))
           FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
           JOIN pg_class t ON t.oid = x.indrelid
           WHERE x.indisunique AND NOT x.indisprimary AND t.relname = ANY (%s)""",
        list(tables_with_pool()),
    )
    # A one-to-one key names a row that belongs to one pool already.
    references = set(
        rows(
            """SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
               JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
               WHERE c.contype = 'f'"""
        )
    )
    without = {
        name
        for name, table, columns in keys
        if "pool_id" not in columns and not any((table, column) in references for column in columns)
    }
    assert without == set(CROSSING_KEYS)


def test_there_is_no_view_that_could_run_with_its_owners_rights():
    assert rows("SELECT viewname FROM pg_views WHERE schemaname = 'public'") == []
    # Materialised views and foreign tables know no policy at all.
    assert rows("SELECT relname FROM pg_class WHERE relkind IN ('m', 'f')") == []


def test_the_app_role_changes_no_reference_data():
    tables = (
        *("accounts_post", "accounts_incompatibleposts", "accounts_statetransition"),
        *("funds_postingrule", "funds_postingaccount", "funds_flowedge"),
    )
    able = rows(
        """SELECT t, p FROM unnest(%s::text[]) AS t
           CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p
           WHERE has_table_privilege(t, p)""",
        list(tables),
    )
    assert able == []


def test_the_tests_run_as_the_app_role_which_owns_nothing_and_bypasses_nothing():
    [(name, is_super, bypasses)] = rows(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert (name, is_super, bypasses) == ("fund_app", False, False)
    owned = rows("SELECT tablename FROM pg_tables WHERE tableowner = current_user")
    assert owned == []


def test_the_app_role_can_delete_or_truncate_no_tenant_row():
    able = rows(
        """SELECT t FROM unnest(%s::text[]) AS t
           WHERE has_table_privilege(t, 'DELETE') OR has_table_privilege(t, 'TRUNCATE')""",
        list(tables_with_pool() - {"accounts_user"}),
    )
    assert able == []


def test_insert_only_tables_refuse_update_by_privilege_and_by_trigger():
    guarded = {
        name
        for (name,) in rows(
            """SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'refuse_change'"""
        )
    }
    assert {"accounts_signature", "accounts_auditevent", "funds_voucherline"} <= guarded
    able = [
        table for table in guarded if rows("SELECT has_table_privilege(%s, 'UPDATE')", table)[0][0]
    ]
    assert able == []


def test_no_constraint_is_left_not_valid_or_not_enforced():
    assert rows("SELECT conname FROM pg_constraint WHERE NOT convalidated") == []
