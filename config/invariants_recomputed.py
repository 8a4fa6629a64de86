"""Properties that need more than the stored rows: keys, files, and a second computation.

Each is looked at in the open tenant transaction, a row at a time, and yields (subject, detail).
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from psycopg import sql

from accounts.duties import DUTIES_OF_POST
from accounts.models import DutyHolding, PoolRow
from accounts.models.posts import duty_codename
from accounts.services.audit import verify_chain
from common.db import run_sql
from common.documents import sha256_hex
from common.encryption import FieldUnreadable, Purpose, decrypt
from common.errors import DomainError
from common.remembering import remembering
from config.invariants_query import Found, Invariant
from funds.enums import VoucherState
from funds.models import Voucher
from funds.services.vouchers import content_of_voucher
from payouts.calculators import monthly_standard
from payouts.enums import BatchState, CaseState, PlanState
from payouts.models import (
    BankFile,
    BenefitCase,
    DisbursementPlan,
    DisbursementPlanLine,
    PaymentBatch,
)
from payouts.selectors.case_computation import second_computation
from payouts.selectors.parameters import StandardInForce, standard_in_force
from payouts.services.case_rows import content_sha256

CHUNK = 500
SIGNED_CASES = (
    CaseState.FIRST_REVIEW,
    CaseState.RE_REVIEW,
    CaseState.APPROVAL,
    CaseState.DETERMINED,
)
# Column of an encrypted text -> what it holds.
SEALED = {
    "identity_cipher": Purpose.IDENTITY,
    "agent_identity_cipher": Purpose.IDENTITY,
    "number_cipher": Purpose.ACCOUNT,
    "phone_cipher": Purpose.PHONE,
    "draft_cipher": Purpose.DRAFT,
}


def broken_chain() -> Iterator[Found]:
    """Yield the first link of the audit chain that does not hold."""
    found = verify_chain()
    if found.problem:
        yield f"日志链第{found.broken_sequence or '-'}条", found.problem


def altered_files() -> Iterator[Found]:
    """Yield the bank files whose bytes do not open, or are not those whose digest was kept."""
    files = BankFile.objects.select_related("document", "batch").order_by("pk")
    for file in files.iterator(chunk_size=1):
        try:
            is_same = sha256_hex(file.document.content) == file.sha256
        except FieldUnreadable:
            is_same = False
        if not is_same:
            yield f"batch {file.batch.number}", "bytes differ from their digest"


def altered_content() -> Iterator[Found]:
    """Yield what was signed and no longer says what the signatures saw, from its own rows."""
    people = ("item", "claimant", "payee_account")
    cases = BenefitCase.objects.filter(state__in=SIGNED_CASES).select_related(*people)
    for case in cases.order_by("pk").iterator(chunk_size=CHUNK):
        if content_sha256(case) != case.content_sha256:
            yield f"case {case.number}", "content differs from its digest"
    vouchers = Voucher.objects.exclude(state=VoucherState.VOIDED).order_by("pk")
    for voucher in vouchers.iterator(chunk_size=CHUNK):
        if content_of_voucher(voucher) != voucher.content_sha256:
            yield f"voucher {voucher.pk}", "lines differ from their digest"
    yield from _altered_lists()


def _altered_lists() -> Iterator[Found]:
    plans = DisbursementPlan.objects.exclude(state__in=[PlanState.BUILDING, PlanState.WITHDRAWN])
    for plan in plans.order_by("pk"):
        [(*_, digest)] = run_sql("payouts", "sum_plan_lines", {"plan_id": plan.pk})
        if digest != plan.content_sha256:
            yield f"plan {plan.number}", "lines differ from their digest"
    batches = PaymentBatch.objects.filter(parent__isnull=True)
    for batch in batches.exclude(state=BatchState.WITHDRAWN).order_by("pk"):
        [(*_, digest)] = run_sql("payouts", "digest_batch", {"batch_id": batch.pk})
        if digest != batch.content_sha256:
            yield f"batch {batch.number}", "instructions differ from their digest"


def wrong_amounts() -> Iterator[Found]:
    """Yield the plan lines that pay another amount than the parameters in force give.

    Equal lines are one group, so that each standard is computed once.
    """
    years = models.F("entitlement__contributed_months") / 12
    groups = (
        DisbursementPlanLine.objects.filter(is_live=True)
        .annotate(years=years)
        .values_list("plan_id", "years", "month_number", "amount")
        .annotate(lines=models.Count("pk"))
        .order_by("plan_id", "years", "month_number", "amount")
    )
    plan, standard = None, None
    for plan_id, full_years, number, amount, lines in groups.iterator(chunk_size=CHUNK):
        if plan is None or plan.pk != plan_id:
            plan = DisbursementPlan.objects.select_related("organisation").get(pk=plan_id)
            region = plan.organisation.region_code
            standard = standard_in_force(month=plan.month, region_code=region)
        due = _due(standard, full_years, number)
        if due != amount:
            yield f"plan {plan.number}", f"{lines} lines pay {amount}, {due or 'nothing'} is due"


def _due(standard: StandardInForce | None, years: int, month_number: int) -> Decimal | None:
    """Return the benefit of a month, or None where no rule covers it."""
    if standard is None:
        return None
    try:
        return monthly_standard(standard.rule, standard.minimum_wage, years * 12, month_number)
    except DomainError:
        return None


def computed_otherwise() -> Iterator[Found]:
    """Yield the determined cases that come to other figures when computed again (双算)."""
    people = ("item", "paying_organisation")
    cases = BenefitCase.objects.filter(state=CaseState.DETERMINED).select_related(*people)
    with remembering():
        for case in cases.order_by("pk").iterator(chunk_size=CHUNK):
            again = second_computation(case)
            if not again.is_same:
                yield f"case {case.number}", again.text


def foreign_rows() -> Iterator[Found]:
    """Yield the tables that show a row of another pool."""
    with connection.cursor() as cursor:
        for table in _pool_tables():
            query = "SELECT EXISTS (SELECT FROM {} WHERE pool_id <> current_pool())"
            cursor.execute(sql.SQL(query).format(sql.Identifier(table)))
            if cursor.fetchone()[0]:
                yield table, "shows rows of another pool"


def rows_without_context() -> Iterator[Found]:
    """Yield the tables that show rows to a transaction that names no pool, or none that exists."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.pool_id')")
        [own] = cursor.fetchone()
        try:
            for context in ("", "0"):
                cursor.execute("SELECT set_config('app.pool_id', %s, true)", [context])
                for table in _pool_tables():
                    query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
                    cursor.execute(query)
                    if cursor.fetchone()[0]:
                        yield table, f"shows rows to the pool {context or 'of nobody'}"
        finally:
            cursor.execute("SELECT set_config('app.pool_id', %s, true)", [own])


def _pool_tables() -> list[str]:
    tables = [m._meta.db_table for m in apps.get_models() if issubclass(m, PoolRow)]
    return sorted([*tables, DutyHolding._meta.db_table])


def wrong_duties() -> Iterator[Found]:
    """Yield the duties a post's group holds and should not, or should hold and does not."""
    held: dict[str, set[str]] = {}
    rows = DutyHolding.objects.values_list("group__name", "permission_id").distinct()
    for group, permission_id in rows.order_by("group__name"):
        held.setdefault(group, set()).add(duty_codename(permission_id))
    for group, duties in held.items():
        given = {duty.value for duty in DUTIES_OF_POST.get(group.partition("/")[2], ())}
        for duty in sorted(duties - given):
            yield f"group {group}", f"holds {duty}"
        for duty in sorted(given - duties):
            yield f"group {group}", f"lacks {duty}"


def unreadable_fields() -> Iterator[Found]:
    """Yield the encrypted columns with a key that is not known, or whose oldest or newest row
    does not open."""
    for model, field in sealed_fields():
        yield from _heads(model, field)
        nothing = b"" if field == "content_cipher" else ""
        rows = model.objects.exclude(**{field: nothing})
        for row in {rows.order_by("pk").first(), rows.order_by("pk").last()} - {None}:
            try:
                _open(row, field)
            except FieldUnreadable:
                yield f"{model._meta.db_table} {row.pk}", f"{field} does not open"


def sealed_fields() -> list[tuple[Any, str]]:
    """Return every encrypted column of the tenant tables, with its model."""
    return [
        (model, field.name)
        for model in apps.get_models()
        if issubclass(model, PoolRow)
        for field in model._meta.get_fields()
        if field.name.endswith("_cipher")
    ]


def _heads(model: Any, field: str) -> Iterator[Found]:
    """Yield the keys a column names that the settings do not: `v1:<algorithm>:<key id>:`."""
    query = sql.SQL(
        "SELECT split_part(head, ':', 3), count(*) FROM ("
        "  SELECT {as_text} AS head FROM {table}) AS heads"
        " WHERE head <> '' GROUP BY 1 ORDER BY 1"
    ).format(
        as_text=sql.SQL(
            "encode(substring({} FROM 1 FOR 60), 'escape')"
            if field == "content_cipher"
            else "left({}, 60)"
        ).format(sql.Identifier(field)),
        table=sql.Identifier(model._meta.db_table),
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        for key_id, count in cursor.fetchall():
            if key_id not in settings.FIELD_KEYS:
                yield model._meta.db_table, f"{count} rows of {field} name an unknown key"


def _open(row: Any, field: str) -> None:
    if field == "content_cipher":
        _ = row.content
    else:
        decrypt(getattr(row, field), pool_id=row.pool_id, purpose=SEALED[field])


CONTENT = (
    Invariant(
        "P02b", "签署的案件、计划、批次、凭证重新计算的摘要与签署时一致", look=altered_content
    ),
    Invariant("P06b", "报盘文件的字节与复核时的摘要一致", look=altered_files),
    Invariant("P10b", "每条发放明细的金额等于当月有效参数重新计算的标准", look=wrong_amounts),
    Invariant("W13", "已核定的案件按收录内容重新计算，结果相同（双算）", look=computed_otherwise),
)
ACCESS = (
    Invariant("T01", "任何表都不出现其他统筹区的记录", look=foreign_rows),
    Invariant("T03", "没有或错误的统筹区身份时，任何表都没有记录", look=rows_without_context),
    Invariant("A01", "操作日志链完整，每条记录与摘要一致", look=broken_chain),
    Invariant("A06", "各岗位权限组与岗位职责目录一致", look=wrong_duties),
    Invariant("D02", "加密字段的密钥都在册，首末记录能够解密", look=unreadable_fields),
)
