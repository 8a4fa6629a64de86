"""The board of a month's end (月末结账检查): every check with its figure, state and place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from django.urls import reverse

from common.db import run_sql
from common.money import round_yuan
from common.periods import last_day
from funds.enums import BankAccountKind
from funds.models import Period
from funds.selectors.books import BOOK_IN_ADDRESS
from funds.selectors.flow_findings import unanswered_findings
from funds.selectors.year_end import DECEMBER
from reconciliation.enums import MonthEndCheck, MonthEndState

ZERO = Decimal("0.00")
BANK_CHECKS: Mapping[str, MonthEndCheck] = MappingProxyType(
    {
        BankAccountKind.INCOME: MonthEndCheck.INCOME_BANK,
        BankAccountKind.FISCAL: MonthEndCheck.FISCAL_BANK,
        BankAccountKind.EXPENDITURE: MonthEndCheck.EXPENDITURE_BANK,
    }
)


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check of the board. `figure` is what was found; `url` is where it is put right."""

    check: MonthEndCheck
    figure: str
    state: MonthEndState
    url: str


class MonthEndSums(NamedTuple):
    """One row of `sum_month_end`; see there. Amounts in yuan."""

    unposted: int
    unanswered: int
    suspense: Decimal
    day_books: int
    debit: Decimal
    credit: Decimal
    unsigned: int
    differences: int
    listed: Decimal
    booked: Decimal
    results: int
    statements: int


class MonthEndAccount(NamedTuple):
    """One row of `list_month_end_accounts`. `bank` is None where no statement covers the day."""

    kind: str
    number_masked: str
    ledger: Decimal
    is_moved: bool
    bank: Decimal | None
    has_sheet: bool


def sum_month_end(period: Period) -> MonthEndSums:
    """Return what the books, the batches and the reconciliations of a month come to."""
    parameters = {
        "book_id": period.book_id,
        "period_id": period.pk,
        "month": period.month,
        "is_year_end": period.month.month == DECEMBER,
    }
    return MonthEndSums(*run_sql("reconciliation", "sum_month_end", parameters)[0])


def list_month_end_accounts(period: Period) -> list[MonthEndAccount]:
    """Return the bank accounts in use, with the balance of books and bank at the month's end."""
    parameters = {
        "book_id": period.book_id,
        "month": period.month,
        "last_day": last_day(period.month),
    }
    rows = run_sql("reconciliation", "list_month_end_accounts", parameters)
    return [MonthEndAccount(*row) for row in rows]


def check_month_end(period: Period) -> tuple[CheckRow, ...]:
    """Return every check of the month in the order of the board.

    Source: 会计基础工作规范 (结账前核对), 财会〔2017〕28号 (月末编制余额调节表).
    """
    sums = sum_month_end(period)
    findings = unanswered_findings(book_id=period.book_id, month=period.month)
    rows = [
        _counted(MonthEndCheck.BATCHES, sums.unanswered, "个批次未回盘"),
        _suspense(sums.suspense),
        _counted(MonthEndCheck.VOUCHERS, sums.unposted, "张凭证未过账"),
        _counted(MonthEndCheck.DAY_BOOKS, sums.day_books, "个账户不一致"),
        *_banks(period),
        _counted(MonthEndCheck.FLOW_FINDINGS, findings.count(), "笔未办结"),
        _taxes(sums),
        _counted(MonthEndCheck.STATEMENTS, sums.unsigned, "个机构未签署"),
        _counted(MonthEndCheck.DIFFERENCES, sums.differences, "项差异未销号"),
        _equal(MonthEndCheck.BALANCED, ("借方", sums.debit), ("贷方", sums.credit)),
        _carried(period, sums),
        _reported(sums),
    ]
    return tuple(
        CheckRow(check, figure, state, _url(check, period)) for check, figure, state in rows
    )


_Row = tuple[MonthEndCheck, str, MonthEndState]


def _state(*, is_right: bool) -> MonthEndState:
    return MonthEndState.PASSED if is_right else MonthEndState.FAILED


def _counted(check: MonthEndCheck, count: int, words: str) -> _Row:
    return check, f"{count}{words}", _state(is_right=count == 0)


def _equal(check: MonthEndCheck, left: tuple[str, Decimal], right: tuple[str, Decimal]) -> _Row:
    figure = f"{left[0]}{_yuan(left[1])}，{right[0]}{_yuan(right[1])}"
    return check, figure, _state(is_right=left[1] == right[1])


def _suspense(balance: Decimal) -> _Row:
    state = MonthEndState.EXPLAIN if balance else MonthEndState.PASSED
    return MonthEndCheck.SUSPENSE, f"余额{_yuan(balance)}", state


def _taxes(sums: MonthEndSums) -> _Row:
    check = MonthEndCheck.TAX_LISTS
    if not sums.listed and not sums.booked:
        return check, "本月没有征收收入入账", MonthEndState.IDLE
    return _equal(check, ("明细表", sums.listed), ("账簿", sums.booked))


def _carried(period: Period, sums: MonthEndSums) -> _Row:
    check = MonthEndCheck.CARRIED_FORWARD
    if period.month.month != DECEMBER:
        return check, "12月办理", MonthEndState.IDLE
    return _counted(check, sums.results, "个收支科目有余额")


def _reported(sums: MonthEndSums) -> _Row:
    check = MonthEndCheck.REPORTS
    if not sums.debit and not sums.statements:
        return check, "本月没有发生额", MonthEndState.IDLE
    figure = "已编制" if sums.statements else "未编制"
    return check, figure, _state(is_right=bool(sums.statements))


def _banks(period: Period) -> list[_Row]:
    """Return one check per bank account: its sheet of the month is checked (R2, R3, R4)."""
    return [_bank(one) for one in list_month_end_accounts(period)]


def _bank(account: MonthEndAccount) -> _Row:
    check = BANK_CHECKS[account.kind]
    bank = "没有对账单" if account.bank is None else f"对账单{_yuan(account.bank)}"
    figure = f"账面{_yuan(account.ledger)}，{bank}"
    if account.has_sheet:
        return check, f"{figure}，余额调节表已复核", MonthEndState.PASSED
    if not account.is_moved and not account.bank:
        return check, "没有发生额", MonthEndState.IDLE
    return check, f"{figure}，余额调节表未复核", MonthEndState.FAILED


def _yuan(amount: Decimal) -> str:
    return f"{round_yuan(amount):,.2f}元"


_PLACES: Mapping[MonthEndCheck, tuple[str, str]] = MappingProxyType(
    {
        MonthEndCheck.BATCHES: ("payouts:batches", "tab=all"),
        MonthEndCheck.SUSPENSE: ("funds:ledger", "account=110101"),
        MonthEndCheck.VOUCHERS: ("funds:vouchers", "month={month:%Y%m}"),
        MonthEndCheck.DAY_BOOKS: ("funds:day_book", ""),
        MonthEndCheck.INCOME_BANK: ("reconciliation:adjustments", "month={month:%Y-%m}"),
        MonthEndCheck.FISCAL_BANK: ("reconciliation:adjustments", "month={month:%Y-%m}"),
        MonthEndCheck.EXPENDITURE_BANK: ("reconciliation:adjustments", "month={month:%Y-%m}"),
        MonthEndCheck.FLOW_FINDINGS: ("funds:flow_findings", ""),
        MonthEndCheck.TAX_LISTS: ("funds:tax_lists", ""),
        MonthEndCheck.STATEMENTS: ("reconciliation:month", "month={month:%Y-%m}"),
        MonthEndCheck.DIFFERENCES: ("reconciliation:differences", "month={month:%Y-%m}"),
        MonthEndCheck.BALANCED: ("funds:trial_balance", "first={month:%Y%m}"),
        MonthEndCheck.CARRIED_FORWARD: ("funds:vouchers", "month={month:%Y%m}"),
        MonthEndCheck.REPORTS: ("funds:financial_statement_new", "month={month:%Y%m}"),
    }
)


def _url(check: MonthEndCheck, period: Period) -> str:
    name, query = _PLACES[check]
    query = query.format(month=period.month)
    if name.startswith("funds:"):
        query = "&".join(filter(None, (query, f"{BOOK_IN_ADDRESS}={period.book.kind}")))
    return f"{reverse(name)}?{query}" if query else reverse(name)


def figures_of(rows: Sequence[CheckRow]) -> dict[str, str]:
    """Return the figures as a request keeps and both signatures cover them."""
    return {row.check.value: f"{row.state.label}：{row.figure}" for row in rows}
