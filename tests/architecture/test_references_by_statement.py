"""What stands in for foreign keys on bulk tables: both halves of the promise (docs/adr/0009)."""

import os
import re
from contextlib import contextmanager

import environ
import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from funds.models import LedgerAccount, Period, Voucher, VoucherLine
from payouts.models import ComparisonResult, DisbursementPlanLine, SourceExtractRow
from tests.city import NOW, another_city, found_city
from tests.payouts.build import approved_plan
from tests.refusals import refused_by

# Joined with what they name by the trigger that checks them anyway.
CHECKED_BY_JOIN = {
    "payouts_disbursementplanline": "payouts_check_plan_lines",
    "payouts_paymentinstruction": "payouts_check_instructions",
}


def unconstrained():
    """Return (table, column, parent table) of every reference without a foreign key."""
    return {
        (model._meta.db_table, field.column, field.related_model._meta.db_table)
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey) and not field.db_constraint and field.name != "pool"
    }


def rows(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


@pytest.mark.django_db
def test_every_reference_without_a_foreign_key_is_checked_by_a_trigger():
    checked = set()
    definitions = "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger"
    for table, text in rows(f"{definitions} WHERE tgname = 'check_references'"):
        arguments = re.findall(r"'([^']*)'", text)
        checked |= {(table, *pair) for pair in zip(arguments[::3], arguments[1::3], strict=True)}
    for table, function in CHECKED_BY_JOIN.items():
        [(body,)] = rows("SELECT prosrc FROM pg_proc WHERE proname = %s", function)
        assert "IS NOT TRUE" in body
        checked |= {one for one in unconstrained() if one[0] == table}
    assert unconstrained() == checked


@pytest.mark.django_db
def test_every_row_that_is_referred_to_this_way_is_kept_for_ever():
    kept = {
        name
        for (name,) in rows(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'keep_referred_rows'"
        )
    }
    assert {parent for _, _, parent in unconstrained()} == kept


@contextmanager
def the_owner(pool):
    """Connect as the role that owns the tables, in the pool."""
    url = environ.Env.db_url_config(os.environ["DATABASE_OWNER_URL"])
    name = settings.DATABASES["default"]["NAME"]
    host = url["HOST"] or url["OPTIONS"]["host"]
    options = {"host": host, "user": url["USER"], "password": url["PASSWORD"] or None}
    with psycopg.connect(dbname=name, autocommit=True, **options) as owner:
        owner.execute("SELECT set_config('app.pool_id', %s, false)", [str(pool.pk)])
        yield owner


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_takes_a_referred_row_away():
    city = found_city()
    with city.tenant():
        approved_plan(city, "510402", ["1864.00"])
    with the_owner(city.pool) as owner:
        for table in ("payouts_claimant", "payouts_entitlement", "payouts_comparisonresult"):
            for change in (
                f"DELETE FROM {table}",
                f"UPDATE {table} SET id = id + 1000000",
                f"TRUNCATE {table} CASCADE",
            ):
                with pytest.raises(psycopg.errors.ForeignKeyViolation):
                    owner.execute(change)


def test_a_row_that_names_no_row_of_its_own_pool_is_refused(city):
    plan = approved_plan(city, "510402", ["1864.00"])
    voucher = Voucher.objects.create(
        pool=city.pool,
        book=Period.objects.first().book,
        period=Period.objects.first(),
        voucher_date=Period.objects.first().month,
        event="E08",
        summary="拨付",
        source_kind="NONE",
        attachment_count=1,
        prepared_at=NOW,
    )
    own = LedgerAccount.objects.filter(is_leaf=True).first().pk
    another_city()
    foreign = LedgerAccount.objects.filter(is_leaf=True).first().pk
    city.enter()
    assert foreign != own

    def line(position, **values):
        given = {"voucher_id": voucher.pk, "account_id": own} | values
        return VoucherLine(pool=city.pool, position=position, debit=1, summary="拨付", **given)

    refused = refused_by(
        lambda: VoucherLine.objects.bulk_create([line(1), line(2, account_id=foreign)])
    )
    assert "account_id" in refused
    assert "voucher_id" in refused_by(lambda: line(1, voucher_id=10**9).save())
    assert "organisation_id" in refused_by(lambda: line(1, organisation_id=10**9).save())
    assert VoucherLine.objects.count() == 0
    line(1).save()

    run = plan.comparison_run_id
    result = ComparisonResult(pool=city.pool, run_id=run, entitlement_id=10**9, state="PASSED")
    assert "entitlement_id" in refused_by(result.save)
    row = SourceExtractRow(pool=city.pool, extract_id=10**9, line_number=1, person_key="a")
    assert "extract_id" in refused_by(row.save)


def test_what_a_row_names_never_changes(city):
    approved_plan(city, "510402", ["1864.00", "1864.00"])
    first, second = ComparisonResult.objects.order_by("pk")
    change = ComparisonResult.objects.filter(pk=first.pk)
    assert (
        refused_by(lambda: change.update(entitlement_id=second.entitlement_id))
        == "reference_never_changes"
    )
    lines = DisbursementPlanLine.objects.filter(comparison_result=first)
    assert refused_by(lambda: lines.update(comparison_result=second)) == "plan_line_never_changes"
