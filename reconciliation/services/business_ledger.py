"""R1: an office's payments of a month against the city's books."""

from datetime import date, datetime

from django.db import transaction

from accounts.duties import Duty
from accounts.permissions import require_duty
from accounts.selectors.people import list_holders_of_duty
from common.actor import Person
from funds.selectors.books import unemployment_book
from reconciliation.enums import DifferenceKind, RunKind
from reconciliation.models import ReconciliationRun
from reconciliation.selectors.comparisons import (
    ZERO,
    ComparedPair,
    compare_business_with_ledger,
)
from reconciliation.services.runs import Figures, Finding, check_month, replace_run

# Who looks into it first: the office where its own records may be wrong, else the accountant.
OWNED_BY_OFFICE = frozenset({DifferenceKind.MISSING_IN_BUSINESS, DifferenceKind.WRONG_OUTCOME})


@transaction.atomic
def run_business_ledger(
    *, actor: Person, organisation_id: int, month: date, at: datetime
) -> ReconciliationRun:
    """Compare an office's month, batch by batch, and write the run with its differences.

    Every item and batch whose count or amount differs becomes a typed difference with an owner
    and a due date; tolerance 0.00. Running again replaces the run.

    Raises:
        DutyNotHeld, MonthNotBegun, StatementSigned, RunInProgress.

    Source: 攀枝花市级统筹 P49, P53.
    """
    require_duty(actor, Duty.STATEMENT_PREPARE, over=organisation_id)
    check_month(month, at)
    book = unemployment_book()
    pairs = compare_business_with_ledger(
        organisation_id=organisation_id, book_id=book.pk, month=month
    )
    return replace_run(
        actor=actor,
        figures=figures_of(pairs, book.pk, organisation_id, month),
        findings=_findings(pairs, actor, organisation_id),
        over=organisation_id,
        at=at,
    )


def figures_of(
    pairs: list[ComparedPair], book_id: int, organisation_id: int, month: date
) -> Figures:
    """Return both sides' totals of an office's month."""
    return Figures(
        kind=RunKind.BUSINESS_LEDGER,
        book_id=book_id,
        organisation_id=organisation_id,
        month=month,
        left_count=sum(pair.business_count for pair in pairs),
        left_amount=sum((pair.business_amount for pair in pairs), ZERO),
        right_count=sum(pair.ledger_count for pair in pairs),
        right_amount=sum((pair.ledger_amount for pair in pairs), ZERO),
    )


def _findings(pairs: list[ComparedPair], actor: Person, organisation_id: int) -> list[Finding]:
    differing = [pair for pair in pairs if pair.kind]
    if not differing:
        return []
    accountants = list_holders_of_duty(duty=Duty.STATEMENT_CONFIRM, over=organisation_id)
    return [_finding(pair, actor, accountants) for pair in differing]


def _finding(pair: ComparedPair, actor: Person, accountants: list[int]) -> Finding:
    kind = DifferenceKind(pair.kind)
    is_for_office = kind in OWNED_BY_OFFICE or not accountants
    batch = pair.batch_number or "未注明批次"
    return Finding(
        kind=kind,
        key=f"{pair.item_code}|{pair.batch_number}",
        subject=f"{pair.item_code or '未注明项目'} {batch} {kind.label}：{_what(pair, kind)}",
        left_amount=pair.business_amount,
        right_amount=pair.ledger_amount,
        owner_id=actor.user_id if is_for_office else accountants[0],
    )


def _what(pair: ComparedPair, kind: DifferenceKind) -> str:
    """Say what stands on either side; money that came back has no payment in the month."""
    if kind == DifferenceKind.TIMING and pair.ledger_amount < 0 and not pair.business_count:
        return f"以前月份支付的款项本月退回或追回{abs(pair.ledger_count)}笔"
    return f"业务{pair.business_count}笔，财务{pair.ledger_count}笔"
