"""R2, R3, R4: a bank account in the books against its bank, and the balance adjustment sheet.

R2 is the expenditure account (1004), R3 the income account (1002), R4 the fiscal special account
(1003) of the finance bureau; each book has its own.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, NoticeKind, SubjectKind
from accounts.models import Organisation
from accounts.permissions import require_duty
from accounts.services import audit, jobs, notices, signatures
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.periods import last_day, month_text
from funds.models import BankAccount
from funds.selectors.books import city_centre, expenditure_account, unemployment_book
from reconciliation.calculators import (
    ZERO,
    AdjustedBalances,
    Matching,
    Movement,
    Outstanding,
    adjusted_balances,
    match_movements,
    outstanding_items,
)
from reconciliation.enums import (
    RUN_OF_ACCOUNT,
    SHEET_TITLES,
    AdjustmentState,
    DifferenceKind,
    OutstandingSide,
)
from reconciliation.models import BalanceAdjustment, OutstandingItem, ReconciliationRun
from reconciliation.selectors.bank_movements import BankSide, LedgerSide, bank_side, ledger_side
from reconciliation.services.runs import Figures, Finding, check_month, replace_run
from reconciliation.services.unnamed_movements import judge_movements, judged_until


class AdjustmentNotWaiting(DomainError):
    code = "ADJUSTMENT_NOT_WAITING"
    message = "该余额调节表已由他人处理，请刷新页面查看最新状态"


class AdjustmentUnequal(DomainError):
    code = "ADJUSTMENT_UNEQUAL"
    message = "调节后余额不相等，不能复核；请查明原因并重新对账"


class CheckedByPreparer(DomainError):
    code = "ADJUSTMENT_CHECKED_BY_PREPARER"
    message = "余额调节表须由编制人以外的人复核"


@transaction.atomic
def run_ledger_bank(
    *, actor: Person, month: date, at: datetime, account_id: int | None = None
) -> BalanceAdjustment:
    """Match an account's month in the ledger with its bank's statements; write the sheet.

    `account_id` is the bank account; None: the 支出户 of the unemployment-insurance fund.

    What matches is not stored: `run_at` and the immutable lines reproduce it. The rest stands on
    the sheet in its four groups. Old items, and batches whose amounts differ, become
    differences; what the closed loop does not let pass unnamed becomes a red finding. The preparer
    signs; a second person checks.

    Raises:
        DutyNotHeld, MonthNotBegun, StatementsMissing, BankAccountMissing, RunInProgress.
        NotFound: no account of the pool that is in use.
    """
    centre = city_centre()
    require_duty(actor, Duty.BANK_RECONCILE, over=centre.pk)
    check_month(month, at)
    account = _account(account_id)
    bank = bank_side(bank_account=account, month=month, as_of=at)
    ledger = ledger_side(bank_account=account, month=month, first_date=bank.first_date, as_of=at)
    matching = match_movements(ledger.movements, bank.movements)
    items = outstanding_items(matching)
    judge_movements(
        actor=actor,
        account=account,
        matching=matching,
        since=month,
        until=judged_until(month, timezone.localdate(at)),
        at=at,
    )
    run = replace_run(
        actor=actor,
        figures=_figures(account, month, ledger, bank),
        findings=_findings(matching, items, month, actor.user_id),
        over=centre.pk,
        at=at,
    )
    balances = adjusted_balances(
        ledger_balance=ledger.balance, bank_balance=bank.balance, items=items
    )
    adjustment = _write_sheet(run, account, (ledger, bank, balances), items, actor, at)
    signatures.approve(actor, matter_of(adjustment, centre), "PREPARE", at)
    _record("prepared", actor, adjustment, centre, at)
    _tell_checkers(adjustment, centre, at)
    return adjustment


def _account(account_id: int | None) -> BankAccount:
    if account_id is None:
        return expenditure_account(unemployment_book().pk)
    account = BankAccount.objects.filter(pk=account_id, is_active=True).first()
    if account is None:
        raise NotFound
    return account


def _in_month(movements: Iterable[Movement], month: date) -> list[Movement]:
    return [m for m in movements if month <= m.day <= last_day(month)]


def _figures(account: BankAccount, month: date, ledger: LedgerSide, bank: BankSide) -> Figures:
    """Return the month's turnover of both sides (in and out together)."""
    ours, theirs = _in_month(ledger.movements, month), _in_month(bank.movements, month)
    return Figures(
        kind=RUN_OF_ACCOUNT[account.kind],
        book_id=account.book_id,
        organisation_id=None,
        month=month,
        left_count=len(ours),
        left_amount=sum((movement.amount for movement in ours), ZERO),
        right_count=len(theirs),
        right_amount=sum((movement.amount for movement in theirs), ZERO),
    )


def _findings(
    matching: Matching, items: list[Outstanding], month: date, owner_id: int
) -> list[Finding]:
    """Return the differences: batches that disagree, and items of an earlier month.

    An item must have disappeared in the month after its own.
    """
    batches = _disagreeing_batches(matching)
    findings = [
        Finding(
            kind=DifferenceKind.DUPLICATE if bank == 2 * ledger else DifferenceKind.AMOUNT,
            key=f"{batch}|{'IN' if is_inflow else 'OUT'}",
            subject=f"批次{batch}账面与银行金额不符",
            left_amount=ledger,
            right_amount=bank,
            owner_id=owner_id,
        )
        for (batch, is_inflow), (ledger, bank) in sorted(batches.items())
    ]
    findings += [
        _old_item(item, owner_id)
        for item in items
        if item.movement.day < month
        and (item.movement.batch, item.movement.is_inflow) not in batches
    ]
    return findings


def _disagreeing_batches(
    matching: Matching,
) -> dict[tuple[str, bool], tuple[Decimal, Decimal]]:
    """Return batches left on both sides, with ledger and bank totals."""
    sums: dict[tuple[str, bool], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for side, left in enumerate((matching.ledger_left, matching.bank_left)):
        for movement in left:
            if movement.batch:
                sums[movement.batch, movement.is_inflow][side] += movement.amount
    return {key: (pair[0], pair[1]) for key, pair in sums.items() if all(pair)}


def _old_item(item: Outstanding, owner_id: int) -> Finding:
    movement = item.movement
    is_ledger = item.side in {OutstandingSide.UNIT_PAID, OutstandingSide.UNIT_RECEIVED}
    return Finding(
        kind=DifferenceKind.TIMING,
        key=f"{item.side}|{movement.reference}|{movement.id}",
        subject=f"{item.side.label} {movement.day:%Y-%m-%d} {movement.reference}",
        left_amount=movement.amount if is_ledger else ZERO,
        right_amount=ZERO if is_ledger else movement.amount,
        owner_id=owner_id,
        since=movement.day,
    )


def _write_sheet(
    run: ReconciliationRun,
    account: BankAccount,
    sides: tuple[LedgerSide, BankSide, AdjustedBalances],
    items: list[Outstanding],
    actor: Person,
    at: datetime,
) -> BalanceAdjustment:
    ledger, bank, balances = sides
    adjustment = BalanceAdjustment(
        pool_id=actor.pool_id,
        run=run,
        bank_account=account,
        statement_id=bank.statement_id,
        month=run.month,
        ledger_balance=ledger.balance,
        bank_balance=bank.balance,
        ledger_adjusted=balances.ledger,
        bank_adjusted=balances.bank,
        state=AdjustmentState.CHECKING,
        prepared_by_id=actor.user_id,
        prepared_at=at,
    )
    adjustment.content_sha256 = _content_hash(adjustment, items)
    adjustment.save()
    OutstandingItem.objects.bulk_create(
        OutstandingItem(
            pool_id=actor.pool_id,
            adjustment=adjustment,
            side=item.side,
            item_date=item.movement.day,
            reference=item.movement.reference[:60],
            summary=item.movement.text[:200],
            amount=item.movement.amount,
        )
        for item in items
    )
    return adjustment


def _content_hash(adjustment: BalanceAdjustment, items: list[Outstanding]) -> str:
    return signatures.content_hash(
        {
            "account": adjustment.bank_account_id,
            "month": adjustment.month,
            "ledger": [adjustment.ledger_balance, adjustment.ledger_adjusted],
            "bank": [adjustment.bank_balance, adjustment.bank_adjusted],
            "items": [
                [item.side, item.movement.day, item.movement.reference, item.movement.amount]
                for item in items
            ],
        }
    )


def matter_of(adjustment: BalanceAdjustment, centre: Organisation) -> signatures.Matter:
    """Return the sheet as a matter to sign."""
    return signatures.Matter(
        SubjectKind.BALANCE_ADJUSTMENT,
        adjustment.pk,
        adjustment.round,
        adjustment.content_sha256,
        centre.pk,
    )


def title_of(adjustment: BalanceAdjustment) -> str:
    """Return the month and the name of the sheet's form."""
    return f"{month_text(adjustment.month)}{SHEET_TITLES[adjustment.bank_account.kind]}"


def _tell_checkers(adjustment: BalanceAdjustment, centre: Organisation, at: datetime) -> None:
    notices.notify_duty(
        pool_id=adjustment.pool_id,
        duty=Duty.BANK_RECONCILE_CHECK,
        over=centre.pk,
        message=notices.Message(
            NoticeKind.RECONCILIATION,
            f"{title_of(adjustment)}待复核",
            reverse("reconciliation:adjustment", args=[adjustment.pk]),
            f"adjustment:{adjustment.pk}",
        ),
        at=at,
    )


@transaction.atomic
def check_adjustment(
    *, actor: Person, adjustment_id: int, at: datetime, seen_sha256: str = "", opinion: str = ""
) -> BalanceAdjustment:
    """Sign step CHECK on a sheet that ties; it is then locked and printed.

    Raises:
        AdjustmentNotWaiting: checked already, or replaced by a newer run.
        AdjustmentUnequal: the adjusted balances differ.
        AlreadySigned: the actor prepared it. DutyNotHeld.
    """
    centre = city_centre()
    adjustment = (
        BalanceAdjustment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("run", "bank_account")
        .filter(pk=adjustment_id)
        .first()
    )
    if adjustment is None:
        raise NotFound
    require_duty(actor, Duty.BANK_RECONCILE_CHECK, over=centre.pk)
    if adjustment.state != AdjustmentState.CHECKING or not adjustment.run.is_current:
        raise AdjustmentNotWaiting
    if adjustment.ledger_adjusted != adjustment.bank_adjusted:
        raise AdjustmentUnequal
    verdict = signatures.Verdict(Decision.APPROVE, opinion, at, seen_sha256)
    signatures.sign(
        actor=actor, matter=matter_of(adjustment, centre), step="CHECK", verdict=verdict
    )
    adjustment.state = AdjustmentState.CHECKED
    with constraint_errors(
        {
            "adjustment_checked_by_a_second_person": CheckedByPreparer,
            "adjustment_equals_its_items": AdjustmentUnequal,
            "adjustment_checked_only_when_equal": AdjustmentUnequal,
        }
    ):
        adjustment.save(update_fields=["state"])
    _record("checked", actor, adjustment, centre, at)
    _request_print(actor, adjustment, centre.pk, at)
    return adjustment


def _record(
    act: str, actor: Person, adjustment: BalanceAdjustment, centre: Organisation, at: datetime
) -> None:
    audit.record(
        actor=actor,
        verb=f"reconciliation.adjustment.{act}",
        subject=adjustment,
        at=at,
        label=title_of(adjustment),
        organisation_id=centre.pk,
        after={"adjusted": adjustment.ledger_adjusted, "sha256": adjustment.content_sha256},
    )


def _request_print(
    actor: Person, adjustment: BalanceAdjustment, organisation_id: int, at: datetime
) -> None:
    jobs.request_job(
        actor=actor,
        request=jobs.JobRequest(
            task="reconciliation.tasks.make_adjustment_print",
            key=f"adjustment:{adjustment.pk}",
            title=f"{title_of(adjustment)}打印件",
            organisation_id=organisation_id,
            arguments={"adjustment_id": adjustment.pk},
        ),
        at=at,
    )
