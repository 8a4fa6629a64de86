"""Drawing up the office's monthly statement (对账明细表) from its current run."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import NoticeKind, SubjectKind
from accounts.permissions import require_duty
from accounts.services import audit, notices, signatures
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.periods import month_text
from funds.models import Book
from funds.selectors.books import unemployment_book
from reconciliation.enums import DifferenceState, RunKind, StatementState
from reconciliation.models import (
    Difference,
    OfficeStatement,
    OfficeStatementLine,
    ReconciliationRun,
)
from reconciliation.selectors.comparisons import (
    ItemTotals,
    compare_business_with_ledger,
    sum_by_item,
)
from reconciliation.services.business_ledger import figures_of


class NotReconciled(DomainError):
    code = "STATEMENT_NOT_RECONCILED"
    message = "该月尚未进行业务与财务对账，请先对账"


class FiguresMoved(DomainError):
    code = "STATEMENT_FIGURES_MOVED"
    message = "对账之后业务或账务数据有变动，请重新对账后再制表"


class StatementExists(DomainError):
    code = "STATEMENT_EXISTS"
    message = "该月已有对账明细表，请直接办理；已签字的须先说明原因发起新版本"


@transaction.atomic
def prepare_statement(
    *, actor: Person, organisation_id: int, month: date, at: datetime
) -> OfficeStatement:
    """Draw up the statement of an office's month from its current run; sign step PREPARE.

    One line per item with both sides' count and amount, and the reasons of its differences. A
    version after an earlier one points to it.

    Raises:
        NotReconciled: no current run. FiguresMoved: payments or postings came since.
        StatementExists: a version stands already. DutyNotHeld.
    """
    require_duty(actor, Duty.STATEMENT_PREPARE, over=organisation_id)
    book = unemployment_book()
    run = _current_run(organisation_id, book, month)
    items = items_as_run(run)
    lines = _lines(items, list(run.differences.order_by("id")))
    statement = _create(actor, run, lines, at)
    signatures.approve(actor, matter_of(statement), "PREPARE", at)
    statement.state = StatementState.SIGNING
    statement.save(update_fields=["state"])
    record_act(actor, statement, "prepared", at)
    tell_holders(statement, Duty.STATEMENT_SIGN, "对账明细表待签字", at)
    return statement


def _current_run(organisation_id: int, book: Book, month: date) -> ReconciliationRun:
    run = (
        ReconciliationRun.objects.select_for_update(of=("self",), no_key=True)
        .filter(
            kind=RunKind.BUSINESS_LEDGER,
            book=book,
            organisation_id=organisation_id,
            month=month,
            is_current=True,
        )
        .first()
    )
    if run is None:
        raise NotReconciled
    return run


def items_as_run(run: ReconciliationRun) -> list[ItemTotals]:
    """Return the items of the run, or refuse if today's figures are not the run's."""
    assert run.organisation_id is not None
    pairs = compare_business_with_ledger(
        organisation_id=run.organisation_id, book_id=run.book_id, month=run.month
    )
    now = figures_of(pairs, run.book_id, run.organisation_id, run.month)
    found = {
        (row.kind, row.key, row.left_amount, row.right_amount)
        for row in run.differences.order_by("id")
    }
    standing = {
        (
            pair.kind,
            f"{pair.item_code}|{pair.batch_number}",
            pair.business_amount,
            pair.ledger_amount,
        )
        for pair in pairs
        if pair.kind
    }
    figures = (now.left_count, now.left_amount, now.right_count, now.right_amount)
    as_run = (run.left_count, run.left_amount, run.right_count, run.right_amount)
    if figures != as_run or found != standing:
        raise FiguresMoved
    return sum_by_item(pairs)


def _lines(
    items: Sequence[ItemTotals], differences: Sequence[Difference]
) -> list[OfficeStatementLine]:
    lines = []
    for position, item in enumerate(items, start=1):
        own = [row for row in differences if row.key.split("|")[0] == item.item_code]
        reasons = [f"{row.get_kind_display()}：{row.explanation or '待查'}" for row in own]
        is_done = all(row.state == DifferenceState.CLOSED for row in own)
        lines.append(
            OfficeStatementLine(
                position=position,
                item_code=item.item_code,
                item_name=item.item_name,
                business_count=item.business_count,
                business_amount=item.business_amount,
                ledger_count=item.ledger_count,
                ledger_amount=item.ledger_amount,
                reason="；".join(reasons)[:300],
                outcome="" if not own else "已销号" if is_done else "处理中，销号后签字",
            )
        )
    return lines


def _create(
    actor: Person, run: ReconciliationRun, lines: list[OfficeStatementLine], at: datetime
) -> OfficeStatement:
    assert run.organisation_id is not None
    versions = OfficeStatement.objects.filter(
        organisation_id=run.organisation_id, book_id=run.book_id, month=run.month
    )
    last = versions.aggregate(last=Max("version"))["last"] or 0
    statement = OfficeStatement(
        pool_id=actor.pool_id,
        organisation_id=run.organisation_id,
        book_id=run.book_id,
        month=run.month,
        version=last + 1,
        replaces=versions.filter(version=last).first(),
        run=run,
        business_count=run.left_count,
        business_amount=run.left_amount,
        ledger_count=run.right_count,
        ledger_amount=run.right_amount,
        state=StatementState.DRAFT,
        prepared_by_id=actor.user_id,
        prepared_at=at,
    )
    statement.content_sha256 = _content_hash(statement, lines)
    with constraint_errors(
        {"statement_one_current": StatementExists, "statement_version_once": StatementExists}
    ):
        statement.save()
    for line in lines:
        line.pool_id, line.statement = actor.pool_id, statement
    OfficeStatementLine.objects.bulk_create(lines)
    return statement


def _content_hash(statement: OfficeStatement, lines: Sequence[OfficeStatementLine]) -> str:
    return signatures.content_hash(
        {
            "organisation": statement.organisation_id,
            "month": statement.month,
            "version": statement.version,
            "lines": [
                [
                    line.item_code,
                    line.business_count,
                    line.business_amount,
                    line.ledger_count,
                    line.ledger_amount,
                    line.reason,
                    line.outcome,
                ]
                for line in lines
            ],
        }
    )


def matter_of(statement: OfficeStatement) -> signatures.Matter:
    """Return the statement as a matter to sign."""
    return signatures.Matter(
        SubjectKind.STATEMENT,
        statement.pk,
        statement.round,
        statement.content_sha256,
        statement.organisation_id,
    )


def locked_statement(statement_id: int) -> OfficeStatement:
    """Return the statement under its row lock; NotFound if the pool has no such statement."""
    rows = OfficeStatement.objects.select_for_update(of=("self",), no_key=True)
    statement = rows.select_related("organisation").filter(pk=statement_id).first()
    if statement is None:
        raise NotFound
    return statement


def title_of(statement: OfficeStatement) -> str:
    office = statement.organisation.short_name
    return f"{office}{month_text(statement.month)}对账明细表（第{statement.version}版）"


def record_act(actor: Person, statement: OfficeStatement, verb: str, at: datetime) -> None:
    audit.record(
        actor=actor,
        verb=f"reconciliation.statement.{verb}",
        subject=statement,
        at=at,
        label=title_of(statement),
        organisation_id=statement.organisation_id,
        after={
            "state": statement.state,
            "business": statement.business_amount,
            "ledger": statement.ledger_amount,
            "reason": statement.superseded_reason,
        },
    )


def tell_holders(statement: OfficeStatement, duty: Duty, text: str, at: datetime) -> None:
    notices.notify_duty(
        pool_id=statement.pool_id,
        duty=duty,
        over=statement.organisation_id,
        message=notices.Message(
            NoticeKind.RECONCILIATION,
            f"{statement.organisation.short_name}{month_text(statement.month)}{text}",
            reverse("reconciliation:statement", args=[statement.pk]),
            f"statement-{duty}:{statement.pk}",
        ),
        at=at,
    )
