"""Financial statements as they were kept: by month and year, one whole, and what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounts.enums import SubjectKind
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.errors import NotFound
from common.periods import last_day
from funds.enums import (
    FinancialStatementState,
    PeriodState,
    StatementForm,
    StatementSpan,
    StatementTable,
)
from funds.models import FinancialStatement, FinancialStatementCell, Period
from funds.selectors.access import require_books
from funds.selectors.statement_figures import Place, StatementScope, compute_figures
from funds.statement_lines import LINES

TONES = {
    "CHECKING": "amber",
    "APPROVING": "blue",
    "SIGNING": "blue",
    "FINAL": "green",
    "RETURNED": "red",
}


@dataclass(frozen=True, slots=True)
class StatementSlot:
    """A statement that is made, or could be: its months, whether closed, its newest version."""

    scope: StatementScope
    is_closed: bool
    is_over: bool
    statement_id: int | None
    version: int
    state: str
    state_label: str
    tone: str
    has_final: bool


def list_slots(
    *, actor: Person, book_id: int, form: StatementForm, year: int, today: date
) -> list[StatementSlot]:
    """Return the statements of a year, newest first: months and the year, or the disclosures.

    Only months of which the book has a period are listed. Three statements of SQL.
    """
    require_books(actor)
    periods = Period.objects.filter(book_id=book_id, month__year=year)
    states = dict(periods.values_list("month", "state"))
    kept: dict[tuple[str, date], list[FinancialStatement]] = {}
    rows = FinancialStatement.objects.filter(book_id=book_id, form=form, month__year=year)
    for row in rows.order_by("version"):
        kept.setdefault((row.span, row.month), []).append(row)
    slots = []
    for span in _SPANS[form]:
        for month in sorted(states, reverse=True):
            if month.month % _LENGTH[span] == 0:
                scope = StatementScope(book_id, form, span, month)
                found = kept.get((span, month), [])
                slots.append(_slot(scope, states, found, today))
    return slots


_SPANS = {
    StatementForm.ACCOUNTS: (StatementSpan.YEAR, StatementSpan.MONTH),
    StatementForm.DISCLOSURE: (
        StatementSpan.YEAR,
        StatementSpan.HALF_YEAR,
        StatementSpan.QUARTER,
    ),
}
_LENGTH = {"MONTH": 1, "QUARTER": 3, "HALF_YEAR": 6, "YEAR": 12}


def _slot(
    scope: StatementScope,
    states: Mapping[date, str],
    found: Sequence[FinancialStatement],
    today: date,
) -> StatementSlot:
    newest = found[-1] if found else None
    return StatementSlot(
        scope=scope,
        is_closed=all(s == PeriodState.CLOSED for m, s in states.items() if m <= scope.month),
        is_over=last_day(scope.month) < today,
        statement_id=newest.pk if newest else None,
        version=newest.version if newest else 0,
        state=newest.state if newest else "",
        state_label=newest.get_state_display() if newest else "",
        tone=TONES[newest.state] if newest else "",
        has_final=any(row.state == FinancialStatementState.FINAL for row in found),
    )


def list_years(*, book_id: int) -> list[int]:
    """Return the years of which the book has periods, newest first."""
    years = Period.objects.filter(book_id=book_id).order_by().values_list("month__year", flat=True)
    return sorted(set(years.distinct()), reverse=True)


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """A figure that stands otherwise elsewhere: before and after, in yuan."""

    table: str
    line: str
    column: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        """Return what was added."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class StatementSheet:
    """A kept statement with everything its page and its prints show.

    `moved` are the cells that the books show otherwise now; `changed` those that the version it
    replaces showed otherwise.
    """

    id: int
    scope: StatementScope
    book: str
    version: int
    state: str
    state_label: str
    tone: str
    content_sha256: str
    prepared_by: str
    prepared_at: datetime
    finalised_at: datetime | None
    replaces_id: int | None
    replaces_version: int
    replaced_by_id: int | None
    is_closed: bool
    cells: Mapping[Place, Decimal | None]
    notes: Sequence[str]
    moved: Sequence[ChangedCell]
    changed: Sequence[ChangedCell]
    timeline: Sequence[TimelineEntry]

    def signer(self, step: str) -> str:
        """Return the name of who approved a step; empty if nobody did."""
        names = [e.person for e in self.timeline if e.step == step and e.decision == "APPROVE"]
        return names[0] if names else ""

    @property
    def figures(self) -> dict[Place, Decimal]:
        """Return the cells of 资产负债表 and 收支表, which always have an amount."""
        return {place: amount for place, amount in self.cells.items() if amount is not None}


def get_statement(*, actor: Person, statement_id: int, form: StatementForm) -> StatementSheet:
    """Return a kept statement; NotFound if there is none of this form."""
    require_books(actor)
    rows = FinancialStatement.objects.select_related("book", "prepared_by", "replaces")
    row = rows.filter(pk=statement_id, form=form).first()
    if row is None:
        raise NotFound
    scope = scope_of(row)
    cells = _cells(row.pk)
    before = _cells(row.replaces_id) if row.replaces_id else {}
    replaced = row.replaced_by.filter(state=FinancialStatementState.FINAL).first()
    return StatementSheet(
        id=row.pk,
        scope=scope,
        book=row.book.name,
        version=row.version,
        state=row.state,
        state_label=row.get_state_display(),
        tone=TONES[row.state],
        content_sha256=row.content_sha256,
        prepared_by=row.prepared_by.name,
        prepared_at=row.prepared_at,
        finalised_at=row.finalised_at,
        replaces_id=row.replaces_id,
        replaces_version=row.replaces.version if row.replaces else 0,
        replaced_by_id=replaced.pk if replaced else None,
        is_closed=is_closed(scope),
        cells=cells,
        notes=list(row.notes.order_by("number").values_list("text", flat=True)),
        moved=changed_cells(scope, cells, compute_figures(scope).cells),
        changed=changed_cells(scope, before, cells) if before else [],
        timeline=list_timeline(
            kind=SubjectKind.FINANCIAL_STATEMENT,
            subject_id=row.pk,
            current_round=row.round,
            current_sha256=row.content_sha256,
        ),
    )


def scope_of(row: FinancialStatement) -> StatementScope:
    """Return which months of which book a kept statement speaks of."""
    return StatementScope(row.book_id, StatementForm(row.form), StatementSpan(row.span), row.month)


def is_closed(scope: StatementScope) -> bool:
    """Tell whether every month of the book up to the statement's last one is closed."""
    periods = Period.objects.filter(book_id=scope.book_id, month__lte=scope.month)
    states = dict(periods.values_list("month", "state"))
    return scope.month in states and set(states.values()) == {PeriodState.CLOSED}


def _cells(statement_id: int) -> dict[Place, Decimal | None]:
    cells = FinancialStatementCell.objects.filter(statement_id=statement_id).order_by("id")
    rows = cells.values_list("table", "line", "column", "amount")
    return {(table, line, column): amount for table, line, column, amount in rows}


def changed_cells(
    scope: StatementScope,
    before: Mapping[Place, Decimal | None],
    after: Mapping[Place, Decimal | None] | Mapping[Place, Decimal],
) -> list[ChangedCell]:
    """Return the cells of both tables that stand otherwise in `after`, in the forms' order."""
    found = []
    for table, lines in LINES.items():
        for line in lines:
            for column in scope.columns(table):
                old, new = (
                    before.get((table, line.code, column)),
                    after.get((table, line.code, column)),
                )
                if old is not None and new is not None and old != new:
                    found.append(
                        ChangedCell(
                            StatementTable(table).label,
                            line.label,
                            scope.column_label(column),
                            old,
                            new,
                        )
                    )
    return found
