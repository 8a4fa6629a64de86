"""Statements of our bank accounts: read, checked whole, chained one to the next."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.duties import Duty
from accounts.permissions import require_duty
from accounts.services import audit
from accounts.services.documents import CSV, XML, NewDocument, store_document
from common.actor import Actor, Person
from common.db import constraint_errors
from common.documents import sha256_hex
from common.encryption import Purpose, lookup_key
from common.errors import DomainError
from common.identifiers import mask_account
from common.tables import Table
from common.xmlfiles import is_xml
from funds.models import BankAccount, BankStatement, BankStatementLine
from funds.selectors.books import city_centre
from funds.services.flow_findings import record_findings
from funds.services.imports import ImportOutcome, IncomingFile, check_size, refuse
from funds.services.statement_files import STATEMENT, read_statement
from funds.services.statement_rows import (
    StatementHead,
    StatementRow,
    head_of,
    parse_own_account,
)


class StatementOverlaps(DomainError):
    code = "STATEMENT_OVERLAPS"
    message = "该账户同一起始日期的对账单已经导入"


@transaction.atomic
def import_bank_statement(
    *, actor: Actor, content: bytes, file_name: str, at: datetime
) -> ImportOutcome:
    """Check a statement file and apply it whole or not at all.

    Movements that have no permitted edge are kept as red findings in the same transaction.

    A person needs BANK_STATEMENT_IMPORT; a job may bring what it fetched. The outcome names
    the statement, or the problems and the error workbook; the very same file again changes
    nothing and says when it was imported.

    Raises:
        FileTooLarge: above 64 MB.
    """
    centre = city_centre()
    if isinstance(actor, Person):
        require_duty(actor, Duty.BANK_STATEMENT_IMPORT, over=centre.pk)
    check_size(content)
    file = IncomingFile(content, file_name, Duty.BANK_STATEMENT_IMPORT, centre.pk)
    before = BankStatement.objects.filter(document__sha256=sha256_hex(content)).first()
    if before is not None:
        return ImportOutcome(before.pk, before.imported_at, before.line_count)
    table = read_statement(content, today=timezone.localdate(at))
    account = _locked_account(table) if table.is_clean else None
    if account is not None:
        _check_chain(table, account)
    if account is None or not table.is_clean:
        return refuse(actor=actor, file=file, spec=STATEMENT, table=table, at=at)
    return _apply(actor, file, table, account, at)


def _locked_account(table: Table[StatementRow]) -> BankAccount | None:
    """Return our account under its row lock, so that two statements cannot both be the next."""
    key = lookup_key(head_of(table).account, purpose=Purpose.ACCOUNT)
    rows = BankAccount.objects.select_for_update(of=("self",), no_key=True)
    account = rows.filter(number_key=key).order_by("-is_active", "id").first()
    if account is None:
        table.report(1, "账号", "", "不是本统筹区登记的银行账户")
    return account


def _check_chain(table: Table[StatementRow], account: BankAccount) -> None:
    """Report what does not follow from the account's statements so far."""
    head = head_of(table)
    statements = BankStatement.objects.filter(bank_account=account)
    last = statements.order_by("-until_date").first()
    if last is not None:
        expected = last.until_date + timedelta(days=1)
        if head.from_date != expected:
            reason = f"上一份对账单截止{last.until_date}，本份应从{expected}开始，不能缺日或重叠"
            table.report(1, "起始日期", f"{head.from_date}", reason)
        elif head.opening != last.closing_balance:
            reason = f"与上一份对账单的期末余额{last.closing_balance}元不符"
            table.report(1, "期初余额", f"{head.opening}", reason)
    _report_known_serials(table, account)


def _report_known_serials(table: Table[StatementRow], account: BankAccount) -> None:
    serials = {row.serial: line for row, line in zip(table.rows, table.lines, strict=True)}
    known = BankStatementLine.objects.filter(
        statement__bank_account=account, serial__in=list(serials)
    )
    for serial in known.order_by("serial").values_list("serial", flat=True):
        table.report(serials[serial], "银行流水号", serial, "该流水号已在以前的对账单中")


def _apply(
    actor: Actor,
    file: IncomingFile,
    table: Table[StatementRow],
    account: BankAccount,
    at: datetime,
) -> ImportOutcome:
    head = head_of(table)
    new = NewDocument(
        organisation_id=file.organisation_id,
        duty=file.duty,
        title=f"银行对账单：{account.get_kind_display()} {head.from_date}至{head.until_date}",
        file_name=file.file_name[-150:],
        media_type=XML if is_xml(file.content) else CSV,
        content=file.content,
    )
    document = store_document(actor=actor, document=new, at=at)
    with constraint_errors({"bank_statement_once_per_start": StatementOverlaps}):
        statement = BankStatement.objects.create(
            pool_id=actor.pool_id,
            bank_account=account,
            document=document,
            from_date=head.from_date,
            until_date=head.until_date,
            opening_balance=head.opening,
            closing_balance=head.closing,
            line_count=len(table.rows),
            imported_at=at,
        )
    _insert_lines(statement, table)
    _record(actor, statement, head, at)
    found = record_findings(actor, statement, at)
    return ImportOutcome(applied_id=statement.pk, row_count=len(table.rows), finding_count=found)


def _insert_lines(statement: BankStatement, table: Table[StatementRow]) -> None:
    BankStatementLine.objects.bulk_create(
        (
            BankStatementLine(
                pool_id=statement.pool_id,
                statement=statement,
                position=position,
                value_date=row.day,
                serial=row.serial,
                debit=row.debit,
                credit=row.credit,
                balance=row.balance,
                counterparty=row.counterparty or "",
                counter_account_masked=mask_account(row.counter_account)
                if row.counter_account
                else "",
                counter_key=_key_of(row.counter_account),
                summary=row.summary or "",
            )
            for position, row in enumerate(table.rows, start=1)
        ),
        batch_size=5000,
    )


def _key_of(counter_account: str | None) -> str:
    """Return the key by which an account of ours is found; empty for what is no account number."""
    try:
        number = parse_own_account(counter_account or "")
    except DomainError:
        return ""
    return lookup_key(number, purpose=Purpose.ACCOUNT)


def _record(actor: Actor, statement: BankStatement, head: StatementHead, at: datetime) -> None:
    audit.record(
        actor=actor,
        verb="funds.bank_statement.imported",
        subject=statement,
        at=at,
        label=f"{head.from_date}至{head.until_date}",
        organisation_id=city_centre().pk,
        after={"opening": head.opening, "closing": head.closing, "lines": statement.line_count},
    )
