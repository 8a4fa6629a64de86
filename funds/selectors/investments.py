"""Term deposits and treasury bonds as the register and one's own page show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.selectors.attachments import AttachmentRow, list_attachments
from accounts.selectors.parameters import value_or
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.db import run_sql
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.workbooks import Kind
from funds.entry_shapes import BUYING, REDEEMING
from funds.enums import InvestmentKind, InvestmentState
from funds.models import FundsEntry, Investment
from funds.selectors.access import require_books
from funds.selectors.balances import on_normal_side
from funds.selectors.entries import STATUSES, InterestLine, interest_line, with_status

ZERO = Decimal("0.00")
REMINDED = 30  # days before the last day; parameter maturity_days
DUE = "due"  # held, and near its last day or past it
ACCOUNTS = {InvestmentKind.DEPOSIT: "100302", InvestmentKind.BOND: "1201"}
TONES = {
    "PROPOSED": "amber",
    "APPROVED": "blue",
    "HELD": "green",
    "MATURED": "grey",
    "EARLY": "grey",
    "REFUSED": "red",
    "DROPPED": "grey",
}


@dataclass(frozen=True, slots=True)
class InvestmentRow:
    """One line of the register; `days_left` only while held, negative when late. Yuan, percent."""

    id: int
    number: str
    kind_label: str
    institution: str
    issue: str
    principal: Decimal
    rate: Decimal
    date_from: date
    date_to: date
    days_left: int | None
    state_label: str
    tone: str

    @property
    def rate_text(self) -> str:
        """Return its rate as it was agreed."""
        return str(self.rate)

    @property
    def is_late(self) -> bool:
        """Tell whether it is held beyond its last day."""
        return self.days_left is not None and self.days_left < 0

    @property
    def left(self) -> int | str | None:
        """Return the days to its last day, or that it has passed."""
        return "已过期" if self.is_late else self.days_left

    @property
    def left_tone(self) -> str:
        """Return the colour of what is late, none for the rest."""
        return "red" if self.is_late else ""

    @property
    def url(self) -> str:
        """Return its address."""
        return address("funds:investment", self.id)


def reminded_days(today: date) -> int:
    """Return how many days before its last day a deposit or bond is reminded of."""
    return int(value_or(code="maturity_days", on=today, default=REMINDED))


def due_investments(today: date) -> "QuerySet[Investment]":
    """Return what is held and ends within the days of reminder, or has ended."""
    until = today + timedelta(days=reminded_days(today))
    return Investment.objects.filter(state=InvestmentState.HELD, date_to__lte=until)


def find_investments(
    viewer: Viewer, *, book_id: int, kind: str = "", state: str = "", text: str = ""
) -> "QuerySet[Investment]":
    """Return the book's deposits and bonds of a kind and state; empty takes all."""
    require_books(viewer.actor)
    rows = Investment.objects.all()
    if state == DUE:
        rows = due_investments(viewer.today)
    elif state in InvestmentState.values:
        rows = rows.filter(state=state)
    rows = rows.filter(book_id=book_id)
    if kind in InvestmentKind.values:
        rows = rows.filter(kind=kind)
    if text.strip():
        words = text.strip()
        rows = rows.filter(
            Q(number__icontains=words)
            | Q(institution__icontains=words)
            | Q(issue__icontains=words)
            | Q(certificate_number__icontains=words)
        )
    return rows


def show_investments(viewer: Viewer, rows: Sequence[Investment]) -> list[InvestmentRow]:
    """Return the lines of these deposits and bonds."""
    today = viewer.today
    return [_row(row, today) for row in rows]


def _row(row: Investment, today: date) -> InvestmentRow:
    return InvestmentRow(
        id=row.pk,
        number=row.number,
        kind_label=row.get_kind_display(),
        institution=row.institution,
        issue=row.issue,
        principal=row.principal,
        rate=row.rate,
        date_from=row.date_from,
        date_to=row.date_to,
        days_left=(row.date_to - today).days if row.state == InvestmentState.HELD else None,
        state_label=row.get_state_display(),
        tone=TONES[row.state],
    )


INVESTMENTS = Listing(
    code="funds.selectors.investments.INVESTMENTS",
    title="定期存款和国债登记簿",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("number", "编号", order="number", width=24, link="url", is_whole=True),
        Column("kind", "种类", order="kind", value="kind_label", note="issue", is_whole=True),
        Column("institution", "存款银行或承销机构", order="institution", width=30),
        Column("issue", "国债期次", place="file", width=26),
        Column("principal", "本金", Kind.AMOUNT, order="principal", total="principal"),
        Column("rate", "年利率（%）", order="rate", value="rate_text"),
        Column("from", "起息日", Kind.DAY, order="date_from", value="date_from"),
        Column("to", "到期日", Kind.DAY, order="date_to", value="date_to"),
        Column("left", "距到期（天）", place="screen", tone="left_tone"),
        Column("days", "距到期（天）", value="days_left", place="file"),
        Column("state", "状态", order="state", value="state_label", width=18, tone="tone"),
    ),
    query=find_investments,
    show=show_investments,
    is_written=True,
)


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """The register against the ledger for one account, in yuan.

    `pending` is bought or taken back in the register with a voucher that is not posted yet.
    """

    label: str
    registered: Decimal
    pending: Decimal
    balance: Decimal

    @property
    def difference(self) -> Decimal:
        """Return what the ledger holds beyond the register."""
        return self.balance - self.registered - self.pending


def check_ledger(*, actor: Person, book_id: int) -> list[LedgerCheck]:
    """Return for deposits and bonds what the register holds and what the ledger says."""
    require_books(actor)
    parameters = {
        "book_id": book_id,
        "kinds": list(ACCOUNTS),
        "codes": list(ACCOUNTS.values()),
        "buying": list(BUYING),
        "redeeming": list(REDEEMING),
    }
    return [
        LedgerCheck(
            label=str(InvestmentKind(kind).label),
            registered=registered,
            pending=-unposted,
            balance=on_normal_side(side, net),
        )
        for kind, registered, unposted, side, net in run_sql(
            "funds", "compare_register_with_ledger", parameters
        )
    ]


@dataclass(frozen=True, slots=True)
class InvestmentEntryRow:
    """One entry of a deposit or bond: purchase, interest or redemption. Yuan."""

    id: int
    number: str
    kind_label: str
    entry_date: date
    total: Decimal
    interest: InterestLine | None
    status_label: str
    tone: str


@dataclass(frozen=True, slots=True)
class InvestmentSheet:
    """A deposit or bond with its entries, files and signatures. Yuan, percent a year."""

    id: int
    book_id: int
    kind: str
    kind_label: str
    number: str
    institution: str
    issue: str
    principal: Decimal
    fees: Decimal
    rate: Decimal
    mode_label: str
    pays_coupons: bool
    date_from: date
    date_to: date
    term_months: int
    is_taken_over: bool
    certificate_number: str
    approval_number: str
    note: str
    state: str
    state_label: str
    tone: str
    days_left: int
    proposed_by: str
    proposed_at: datetime
    content_sha256: str
    entries: Sequence[InvestmentEntryRow]
    attachments: Sequence[AttachmentRow]
    timeline: Sequence[TimelineEntry]


def get_investment(*, actor: Person, investment_id: int, today: date) -> InvestmentSheet:
    """Return a deposit or bond with everything its page shows; NotFound if there is none."""
    require_books(actor)
    rows = Investment.objects.filter(pk=investment_id).select_related("proposed_by")
    one = rows.first()
    if one is None:
        raise NotFound
    is_bond = one.kind == InvestmentKind.BOND
    subject = SubjectKind.TREASURY_BOND if is_bond else SubjectKind.TERM_DEPOSIT
    return InvestmentSheet(
        id=one.pk,
        book_id=one.book_id,
        kind=one.kind,
        kind_label=one.get_kind_display(),
        number=one.number,
        institution=one.institution,
        issue=one.issue,
        principal=one.principal,
        fees=one.fees,
        rate=one.rate,
        mode_label=one.get_interest_mode_display(),
        pays_coupons=one.interest_mode != "AT_END",
        date_from=one.date_from,
        date_to=one.date_to,
        term_months=one.term_months,
        is_taken_over=one.is_taken_over,
        certificate_number=one.certificate_number,
        approval_number=one.approval_number,
        note=one.note,
        state=one.state,
        state_label=one.get_state_display(),
        tone=TONES[one.state],
        days_left=(one.date_to - today).days,
        proposed_by=one.proposed_by.name,
        proposed_at=one.proposed_at,
        content_sha256=one.content_sha256,
        entries=_entries(one),
        attachments=list_attachments(kind=subject, subject_id=one.pk),
        timeline=list_timeline(
            kind=subject,
            subject_id=one.pk,
            current_round=one.round,
            current_sha256=one.content_sha256,
        ),
    )


def _entries(one: Investment) -> list[InvestmentEntryRow]:
    rows = with_status(FundsEntry.objects.filter(investment=one)).order_by("entry_date", "id")
    return [
        InvestmentEntryRow(
            id=row.pk,
            number=row.number,
            kind_label=row.get_kind_display(),
            entry_date=row.entry_date,
            total=row.total,
            interest=interest_line(row),
            status_label=STATUSES[row.status][0],
            tone=STATUSES[row.status][1],
        )
        for row in rows
    ]
