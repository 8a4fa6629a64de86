"""The yearly review of bank accounts (账户年审): one line per account and year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Value

from accounts.duties import Duty
from common.columns import Column
from common.lists import Listing, Viewer
from common.workbooks import Kind
from funds.enums import BankAccountState
from funds.models import BankAccount, BankAccountReview
from funds.models.books import IN_USE
from funds.selectors.access import require_books

FIRST_MONTH_OF_REVIEW = 12  # the year's accounts are reviewed in December
YEARS_OFFERED = 5


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One account in one year: confirmed or still to be, with the bank's and our balance."""

    id: int
    kind_label: str
    number_masked: str
    bank_name: str
    owner_label: str
    opened_date: date
    state_label: str
    is_active: bool
    balance_date: date | None
    bank_balance: Decimal | None
    book_balance: Decimal | None
    is_needed: str
    note: str
    person: str
    status: str
    tone: str


def find_reviewed_accounts(viewer: Viewer, *, book_id: int, year: int) -> QuerySet[BankAccount]:
    """Return the accounts of a book that were open in a year."""
    require_books(viewer.actor)
    rows = BankAccount.objects.filter(book_id=book_id, opened_date__year__lte=year)
    rows = rows.exclude(state__in=[BankAccountState.OPENING, BankAccountState.REFUSED])
    rows = rows.filter(Q(closed_date__isnull=True) | Q(closed_date__year__gte=year))
    return rows.annotate(review_year=Value(year))


def show_reviewed_accounts(viewer: Viewer, rows: Sequence[BankAccount]) -> list[ReviewRow]:
    """Return each account's line of its year; one without a review is late from January on."""
    if not rows:
        return []
    year: int = rows[0].review_year  # type: ignore[attr-defined]
    reviews = {
        review.bank_account_id: review
        for review in BankAccountReview.objects.filter(
            year=year, bank_account__in=rows
        ).select_related("confirmed_by")
    }
    today = viewer.today
    return [_row(account, reviews.get(account.pk), year, today) for account in rows]


def _row(
    account: BankAccount, review: BankAccountReview | None, year: int, today: date
) -> ReviewRow:
    status, tone = _status(account, review, year, today)
    return ReviewRow(
        id=account.pk,
        kind_label=account.get_kind_display(),
        number_masked=account.number_masked,
        bank_name=account.bank_name,
        owner_label=account.get_owner_display(),
        opened_date=account.opened_date,
        state_label=account.get_state_display(),
        is_active=account.is_active,
        balance_date=review.balance_date if review else None,
        bank_balance=review.bank_balance if review else None,
        book_balance=review.book_balance if review else None,
        is_needed=("继续使用" if review.is_needed else "应予销户") if review else "",
        note=review.note if review else "",
        person=review.confirmed_by.name if review else "",
        status=status,
        tone=tone,
    )


def _status(
    account: BankAccount, review: BankAccountReview | None, year: int, today: date
) -> tuple[str, str]:
    if review is not None:
        return "已核查", "green"
    if not account.is_active:
        return "已销户", "grey"
    return ("逾期未核查", "red") if today.year > year else ("待核查", "amber")


REVIEWED = Listing(
    code="funds.selectors.bank_reviews.REVIEWED",
    title="银行账户年审",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("kind", "账户", order="kind", value="kind_label"),
        Column("number", "账号", value="number_masked", place="file", width=22),
        Column("bank", "开户银行", order="bank_name", value="bank_name", width=26),
        Column("owner", "开户主体", value="owner_label", place="file"),
        Column("opened", "开户日期", Kind.DAY, order="opened_date", value="opened_date"),
        Column("day", "确认日期", Kind.DAY, value="balance_date"),
        Column("at_bank", "银行确认余额", Kind.AMOUNT, value="bank_balance"),
        Column("in_books", "账面余额", Kind.AMOUNT, value="book_balance"),
        Column("needed", "核查结论", value="is_needed"),
        Column("note", "说明", place="file", width=30),
        Column("person", "核查人"),
        Column("status", "状态"),
    ),
    query=find_reviewed_accounts,
    show=show_reviewed_accounts,
    default="opened",
)


def year_under_review(today: date) -> int:
    """Return the year whose review is due: last year's in January to November, then this one's."""
    return today.year if today.month >= FIRST_MONTH_OF_REVIEW else today.year - 1


def accounts_to_review(today: date) -> QuerySet[BankAccount]:
    """Return the accounts in use whose review of the year under review is missing."""
    year = year_under_review(today)
    done = BankAccountReview.objects.filter(year=year).values("bank_account_id")
    rows = BankAccount.objects.filter(state__in=IN_USE, opened_date__year__lte=year)
    return rows.exclude(pk__in=done)


def awaits_review(account_id: int, today: date) -> bool:
    """Tell whether one account is among those whose review is missing."""
    return accounts_to_review(today).filter(pk=account_id).exists()
