"""The two tables of a statement as pages, prints and workbooks show them, cell by cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from common.addresses import address
from common.periods import month_code
from funds.enums import StatementColumn, StatementTable
from funds.models import LedgerAccount
from funds.selectors.statement_figures import Place, StatementScope
from funds.statement_lines import ASSETS, INCOME, LIABILITIES, Filling, Line

BALANCE_SHEET, INCOME_TABLE = StatementTable.BALANCE, StatementTable.INCOME


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure in yuan and the ledger that shows what it is made of."""

    amount: Decimal
    url: str


@dataclass(frozen=True, slots=True)
class TableLine:
    """One line of a table; a heading has no cells. `filling` says how the form fills it."""

    line: Line
    cells: Sequence[Cell]

    @property
    def filling(self) -> str:
        """Return the accounts and the rule behind the line."""
        accounts = "、".join(self.line.accounts)
        return f"{accounts} {self.line.filling.value}".strip()


@dataclass(frozen=True, slots=True)
class Tie:
    """A relation that the figures must keep: its words, both sides, and whether they agree."""

    words: str
    left: Decimal
    right: Decimal

    @property
    def holds(self) -> bool:
        """Tell whether both sides are equal."""
        return self.left == self.right


@dataclass(frozen=True, slots=True)
class StatementTables:
    """Both tables, with the heads of their columns and the relations they must keep."""

    balance_heads: Sequence[str]
    assets: Sequence[TableLine]
    liabilities: Sequence[TableLine]
    income_heads: Sequence[str]
    income: Sequence[TableLine]
    ties: Sequence[Tie]

    @property
    def balance(self) -> Sequence[tuple[TableLine | None, TableLine | None]]:
        """Return the balance sheet row by row, totals of both sides in the last one."""
        return side_by_side(self.assets, self.liabilities)

    @property
    def is_tied(self) -> bool:
        """Tell whether every relation holds."""
        return all(tie.holds for tie in self.ties)


def side_by_side(
    left: Sequence[TableLine], right: Sequence[TableLine]
) -> list[tuple[TableLine | None, TableLine | None]]:
    """Return the lines of two sides in rows of equal height, the last ones beside each other."""
    height = max(len(left), len(right))
    columns: list[list[TableLine | None]] = [
        [*side[:-1], *[None] * (height - len(side)), side[-1]] for side in (left, right)
    ]
    return list(zip(*columns, strict=True))


def build_tables(scope: StatementScope, cells: Mapping[Place, Decimal]) -> StatementTables:
    """Return the tables of these cells."""
    balance = scope.columns(BALANCE_SHEET)
    income = scope.columns(INCOME_TABLE)
    accounts = LedgerAccount.objects.filter(book_id=scope.book_id)
    known = frozenset(accounts.values_list("code", flat=True))

    def lines(table: StatementTable, form: Sequence[Line]) -> list[TableLine]:
        return [TableLine(line, _cells(scope, table, line, cells, known)) for line in form]

    return StatementTables(
        balance_heads=[scope.column_label(column) for column in balance],
        assets=lines(BALANCE_SHEET, ASSETS),
        liabilities=lines(BALANCE_SHEET, LIABILITIES),
        income_heads=[scope.column_label(column) for column in income],
        income=lines(INCOME_TABLE, INCOME),
        ties=_ties(scope, cells),
    )


def _cells(
    scope: StatementScope,
    table: StatementTable,
    line: Line,
    cells: Mapping[Place, Decimal],
    known: frozenset[str],
) -> list[Cell]:
    """Return a line's figures; an account the book does not keep leads nowhere."""
    if line.filling == Filling.HEADING:
        return []
    has_ledger = not line.account or line.account in known
    return [
        Cell(
            cells[table, line.code, column],
            ledger_url(scope, line, column) if has_ledger else "",
        )
        for column in scope.columns(table)
    ]


def ledger_url(scope: StatementScope, line: Line, column: StatementColumn) -> str:
    """Return the ledger of the line's account over the column's months; a sum's is the whole."""
    first, last = scope.months_of(column)
    months = {"first": month_code(first), "last": month_code(last)}
    if line.account:
        return f"{address('funds:ledger')}?{urlencode({'account': line.account, **months})}"
    return f"{address('funds:trial_balance')}?{urlencode(months)}"


def _ties(scope: StatementScope, cells: Mapping[Place, Decimal]) -> list[Tie]:
    opening, closing = StatementColumn.OPENING, StatementColumn.CLOSING
    ties = [
        Tie(
            f"{column.label}：资产总计＝负债与净资产总计",
            cells[BALANCE_SHEET, "A99", column],
            cells[BALANCE_SHEET, "T99", column],
        )
        for column in (opening, closing)
    ]
    to_date = _column_to_date(scope)
    if to_date:
        ties.append(
            Tie(
                "一般基金结余期末与年初之差＝本年累计基金结余",
                cells[BALANCE_SHEET, "N01", closing] - cells[BALANCE_SHEET, "N01", opening],
                cells[INCOME_TABLE, "S00", to_date],
            )
        )
    return ties


def _column_to_date(scope: StatementScope) -> StatementColumn | None:
    """Return the column that holds the year up to the last month, if the statement has one."""
    if StatementColumn.TO_DATE in scope.columns(INCOME_TABLE):
        return StatementColumn.TO_DATE
    starts: date = scope.first
    return StatementColumn.CURRENT if starts == scope.january else None
