"""What a disclosure says: fixed lines of the statements, and recipients without small groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Organisation
from common.actor import Person
from funds.enums import BookKind, StatementColumn, StatementTable
from funds.models import Book
from funds.selectors.statement_figures import Place, StatementScope
from payouts.selectors.recipient_counts import OfficeRecipients, count_recipients

ZERO = Decimal("0.00")
# Fewer persons than this could be recognised in a small office: neither they nor what they got
# is told, and so many more offices are left out that nobody can subtract them from the total.
SMALLEST_GROUP = 5
WHOLE_CITY = "ALL"
RECIPIENTS = StatementTable.RECIPIENTS
PERSONS, AMOUNT = StatementColumn.PERSONS, StatementColumn.AMOUNT
BALANCE, INCOME = StatementTable.BALANCE, StatementTable.INCOME

# Label, level, the lines of 收支表 it sums.
LINES = (
    ("基金收入", 0, ("I00",)),
    ("社会保险费收入", 1, ("I01",)),
    ("财政补贴收入", 1, ("I02",)),
    ("利息收入", 1, ("I03",)),
    ("其他各项收入", 1, ("I04", "I05", "I06", "I07")),
    ("基金支出", 0, ("O00",)),
    ("失业保险金支出", 1, ("O011",)),
    ("代缴基本医疗保险费支出", 1, ("O012",)),
    ("稳定岗位补贴支出", 1, ("O02",)),
    ("技能提升补贴支出", 1, ("O03",)),
    ("其他各项支出", 1, ("O013", "O014", "O015", "O04", "O05", "O06", "O07")),
    ("本期基金结余", 0, ("S00",)),
)


@dataclass(frozen=True, slots=True)
class DisclosedLine:
    """One line of income and expenditure, this span and the same months of last year. Yuan."""

    label: str
    level: int
    current: Decimal
    last_year: Decimal


@dataclass(frozen=True, slots=True)
class DisclosedOffice:
    """Persons paid by an office, or by all, and what they got; None where it is not told."""

    label: str
    persons: int | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Everything a disclosure shows."""

    lines: Sequence[DisclosedLine]
    opening: Decimal
    closing: Decimal
    city: DisclosedOffice | None
    offices: Sequence[DisclosedOffice]

    @property
    def has_hidden(self) -> bool:
        """Tell whether some figure is not told."""
        rows = [*self.offices, *([self.city] if self.city else [])]
        return any(row.persons is None for row in rows)


def hidden_offices(offices: Sequence[OfficeRecipients]) -> frozenset[str]:
    """Return the codes of the offices whose figures are not told.

    Those with too few persons; and while what is left out could be subtracted from the total to
    a single office or too few persons, the next smallest office as well.
    """
    by_size = sorted(offices, key=lambda office: (office.persons, office.code))
    hidden = [office for office in by_size if office.persons < SMALLEST_GROUP]
    rest = by_size[len(hidden) :]
    while (
        hidden
        and rest
        and (len(hidden) == 1 or sum(one.persons for one in hidden) < SMALLEST_GROUP)
    ):
        hidden.append(rest.pop(0))
    return frozenset(office.code for office in hidden)


def recipient_cells(
    *, actor: Person, book: Book, scope: StatementScope
) -> dict[Place, Decimal | None]:
    """Return the cells of the recipients that a disclosure keeps; none for another fund's book."""
    if book.kind != BookKind.UNEMPLOYMENT:
        return {}
    [found] = count_recipients(actor=actor, spans=[(scope.first, scope.month)])
    hidden = hidden_offices(found.offices)
    rows = [
        (WHOLE_CITY, found.persons < SMALLEST_GROUP, found.persons, found.amount),
        *((one.code, one.code in hidden, one.persons, one.amount) for one in found.offices),
    ]
    cells: dict[Place, Decimal | None] = {}
    for code, is_hidden, persons, amount in rows:
        cells[RECIPIENTS, code, PERSONS] = None if is_hidden else Decimal(persons)
        cells[RECIPIENTS, code, AMOUNT] = None if is_hidden else amount
    return cells


def build_disclosure(cells: Mapping[Place, Decimal | None]) -> Disclosure:
    """Return the disclosure that these cells make up."""
    names = dict(Organisation.objects.values_list("code", "short_name"))
    codes = [code for table, code, column in cells if (table, column) == (RECIPIENTS, PERSONS)]

    def office(code: str, label: str) -> DisclosedOffice:
        persons = cells[RECIPIENTS, code, PERSONS]
        return DisclosedOffice(
            label, None if persons is None else int(persons), cells[RECIPIENTS, code, AMOUNT]
        )

    def total(lines: Sequence[str], column: StatementColumn) -> Decimal:
        return sum((cells[INCOME, line, column] or ZERO for line in lines), ZERO)

    return Disclosure(
        lines=[
            DisclosedLine(
                label,
                level,
                total(lines, StatementColumn.CURRENT),
                total(lines, StatementColumn.LAST_YEAR),
            )
            for label, level, lines in LINES
        ],
        opening=cells[BALANCE, "N01", StatementColumn.OPENING] or ZERO,
        closing=cells[BALANCE, "N01", StatementColumn.CLOSING] or ZERO,
        city=office(WHOLE_CITY, "全市") if WHOLE_CITY in codes else None,
        offices=[office(code, names[code]) for code in codes if code != WHOLE_CITY],
    )
