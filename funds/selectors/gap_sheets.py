"""A book's gap and who bears it: reckoned from the books, as kept, and the list of sheets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from accounts.duties import Duty
from accounts.enums import OrganisationLevel, SubjectKind
from accounts.models import Organisation
from accounts.selectors.parameters import value_or
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.periods import last_day, month_text
from common.workbooks import Kind
from funds.enums import InvestmentState
from funds.gap_sharing import (
    GapSplit,
    OfficeFigures,
    OfficeShare,
    Ratio,
    is_covered,
    share_gap,
    target_to_date,
)
from funds.models import AccountBalance, GapSheet, Investment
from funds.selectors.access import require_books
from funds.selectors.books import list_books
from funds.selectors.budgets import office_income_targets
from funds.selectors.reserves import drawn_for, sheet_title
from funds.sharing_enums import GapSheetState

ZERO = Decimal("0.00")
TONES = {"WAITING": "amber", "SIGNED": "green", "RETURNED": "red", "VOIDED": "grey"}
RATIOS: Mapping[bool, tuple[str, str]] = {
    True: ("gap_ratio_if_covered", "8:2"),
    False: ("gap_ratio_if_not", "6:4"),
}
MONEY_AT_HAND = ("1002", "100301", "1004", "1005")


@dataclass(frozen=True, slots=True)
class GapFigures:
    """What the books say of January to `month`, and how the gap splits. Yuan.

    `income` and `expenditure` are the whole book's; `rolled_balance` is what it had before them.
    `has_budget`: an approved budget set income targets for the offices.
    """

    book_id: int
    month: date
    income: Decimal
    expenditure: Decimal
    rolled_balance: Decimal
    ratio: Ratio
    offices: Sequence[OfficeFigures]
    has_budget: bool
    split: GapSplit
    deposits: Decimal
    invested: Decimal

    @property
    def is_covered(self) -> bool:
        """Tell whether the rolled balance covers the gap."""
        return is_covered(self.split.gap, self.rolled_balance)


def reckon_gap(*, book_id: int, month: date) -> GapFigures:
    """Return the gap of January to `month` as the books and the approved budget stand now."""
    nets = _nets(book_id, month)
    income = sum((i for i, _, _ in nets.values()), ZERO)
    expenditure = sum((e for _, _, e in nets.values()), ZERO)
    book = next(book for book in list_books() if book.pk == book_id)
    targets = office_income_targets(book, month.year)
    offices = [
        OfficeFigures(
            office,
            target_to_date(targets.get(office, ZERO), month.month),
            nets.get(office, NOTHING)[1],
            nets.get(office, NOTHING)[2],
        )
        for office in _offices(nets)
    ]
    gap = max(ZERO, expenditure - income)
    rolled = _balance(book_id, month, ("3001", "4", "5"), credit=True) - income + expenditure
    ratio = _ratio(gap, rolled, month)
    return GapFigures(
        book_id=book_id,
        month=month,
        income=income,
        expenditure=expenditure,
        rolled_balance=rolled,
        ratio=ratio,
        offices=offices,
        has_budget=bool(targets),
        split=share_gap(gap, offices, ratio),
        deposits=_balance(book_id, month, MONEY_AT_HAND, credit=False),
        invested=_invested(book_id),
    )


NOTHING = (ZERO, ZERO, ZERO)


def _nets(book_id: int, month: date) -> dict[int | None, tuple[Decimal, Decimal, Decimal]]:
    """Return office -> all income, premiums among it, expenditure; None: without an office."""
    rows = AccountBalance.objects.filter(
        period__book_id=book_id,
        period__month__gte=month.replace(month=1),
        period__month__lte=month,
        is_closing=False,
    )
    nets: dict[int | None, tuple[Decimal, Decimal, Decimal]] = {}
    sums = rows.order_by().values_list("organisation_id", "account__code")
    for office, code, net in sums.annotate(net=Sum("credit") - Sum("debit")):
        income, premiums, spent = nets.get(office, NOTHING)
        income += net if code.startswith("4") else ZERO
        premiums += net if code.startswith("4001") else ZERO
        spent -= net if code.startswith("5") else ZERO
        nets[office] = (income, premiums, spent)
    return nets


def _offices(nets: Mapping[int | None, object]) -> list[int]:
    """Return the offices with a government of their own, and any other the books name."""
    is_own = ~Q(level=OrganisationLevel.TOWN) | Q(pk__in=[each for each in nets if each])
    rows = Organisation.objects.filter(is_own).order_by("code")
    return list(rows.values_list("pk", flat=True))


def _balance(book_id: int, month: date, prefixes: Sequence[str], *, credit: bool) -> Decimal:
    """Return what the accounts of these prefixes held at the end of a month."""
    wanted = Q()
    for prefix in prefixes:
        wanted |= Q(account__code__startswith=prefix)
    rows = AccountBalance.objects.filter(period__book_id=book_id, period__month__lte=month)
    found = rows.filter(wanted).aggregate(net=Sum("credit") - Sum("debit"))["net"] or ZERO
    return found if credit else -found


def _ratio(gap: Decimal, rolled: Decimal, month: date) -> Ratio:
    code, default = RATIOS[is_covered(gap, rolled)]
    words = str(value_or(code=code, on=last_day(month), default=default))
    pool, offices = words.split(":")
    return Ratio(int(pool), int(offices))


def _invested(book_id: int) -> Decimal:
    """Return what the register of deposits and bonds holds for the book."""
    held = Investment.objects.filter(book_id=book_id, state=InvestmentState.HELD)
    return held.aggregate(total=Sum("principal") + Sum("fees"))["total"] or ZERO


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """One office of a sheet, with the sums its share follows from. Yuan."""

    name: str
    figures: OfficeFigures
    share: OfficeShare
    words: str


def office_lines(
    offices: Sequence[OfficeFigures], split: GapSplit, ratio: Ratio
) -> list[OfficeLine]:
    """Return the offices with how each share was computed, in words."""
    names = dict(Organisation.objects.values_list("pk", "short_name"))
    own = sum((office.own_gap for office in offices), ZERO)
    missing = sum((office.shortfall for office in offices), ZERO)
    return [
        OfficeLine(
            name=names[office.organisation_id],
            figures=office,
            share=split.shares[office.organisation_id],
            words=_words(office, split, ratio, (missing, own)),
        )
        for office in offices
    ]


def _words(
    office: OfficeFigures, split: GapSplit, ratio: Ratio, sums: tuple[Decimal, Decimal]
) -> str:
    missing, own = sums
    share = split.shares[office.organisation_id]
    if not split.gap:
        return "没有缺口，不分担"
    parts = []
    if office.shortfall:
        shortfall = f"短收{office.target:,.2f}－{office.income:,.2f}＝{office.shortfall:,.2f}"
        if missing > split.gap:
            shortfall = (
                f"{shortfall}，各地短收合计{missing:,.2f}超过缺口，"
                f"按比例承担{split.gap:,.2f}×{office.shortfall:,.2f}÷{missing:,.2f}"
            )
        parts.append(f"{shortfall}，承担{share.for_shortfall:,.2f}")
    if office.own_gap and split.rest:
        parts.append(
            f"其余缺口{split.rest:,.2f}×{ratio.offices}÷{ratio.pool + ratio.offices}"
            f"×本地缺口{office.own_gap:,.2f}÷各地缺口合计{own:,.2f}，舍去分以下，"
            f"分担{share.of_rest:,.2f}"
        )
    return "；".join(parts) or "没有短收，收入不少于支出，不分担"


@dataclass(frozen=True, slots=True)
class Means:
    """One of the means when money is short, in the order of use; yuan where it is known."""

    number: int
    name: str
    amount: Decimal | None
    note: str


def list_means(deposits: Decimal, invested: Decimal) -> list[Means]:
    """Return the order of means when the fund is short.

    Source: 财社字〔1999〕60号第二十八条.
    """
    return [
        Means(1, "动用历年滚存结余中的存款", deposits, "截止月末各户活期和国库"),
        Means(2, "转让或兑付国债、支取定期存款", invested, "测算时持有的本金和成本"),
        Means(3, "上级调剂", None, "向上一级申请"),
        Means(4, "财政补贴", None, "按分担金额由同级财政安排"),
        Means(5, "调整缴费比例", None, "报经批准后实行"),
    ]


@dataclass(frozen=True, slots=True)
class GapSheetRow:
    """One sheet of the list; yuan."""

    id: int
    title: str
    year: int
    month: date
    version: int
    income: Decimal
    expenditure: Decimal
    gap: Decimal
    pool_share: Decimal
    office_share: Decimal
    prepared_by: str
    state_label: str
    tone: str

    @property
    def url(self) -> str:
        """Return its address."""
        return address("funds:gap_sheet", self.id)


def find_gap_sheets(viewer: Viewer, *, book_id: int, state: str = "") -> QuerySet[GapSheet]:
    """Return the book's sheets in a state; empty takes all."""
    require_books(viewer.actor)
    rows = GapSheet.objects.filter(book_id=book_id).select_related("prepared_by")
    return rows.filter(state=state) if state in GapSheetState.values else rows


def show_gap_sheets(_viewer: Viewer, rows: Sequence[GapSheet]) -> list[GapSheetRow]:
    """Return the lines of these sheets."""
    return [
        GapSheetRow(
            id=row.pk,
            title=sheet_title(row),
            year=row.year,
            month=row.month,
            version=row.version,
            income=row.income,
            expenditure=row.expenditure,
            gap=row.gap,
            pool_share=row.pool_share,
            office_share=row.gap - row.pool_share,
            prepared_by=row.prepared_by.name,
            state_label=row.get_state_display(),
            tone=TONES[row.state],
        )
        for row in rows
    ]


GAP_SHEETS = Listing(
    code="funds.selectors.gap_sheets.GAP_SHEETS",
    title="缺口分担表",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("title", "缺口分担表", width=36, link="url"),
        Column("month", "截止月份", order="month", is_whole=True),
        Column("income", "基金收入", Kind.AMOUNT, order="income"),
        Column("expenditure", "基金支出", Kind.AMOUNT, order="expenditure"),
        Column("gap", "缺口", Kind.AMOUNT, order="gap"),
        Column("pool", "统筹区分担", Kind.AMOUNT, order="pool_share", value="pool_share"),
        Column("offices", "各地分担", Kind.AMOUNT, value="office_share"),
        Column("person", "测算人", value="prepared_by", is_whole=True),
        Column("state", "状态", order="state", value="state_label", tone="tone"),
    ),
    query=find_gap_sheets,
    show=show_gap_sheets,
    is_written=True,
)


@dataclass(frozen=True, slots=True)
class GapSheetSheet:
    """A kept sheet with everything its page and its papers show. Yuan."""

    id: int
    book_id: int
    book: str
    title: str
    month: date
    version: int
    income: Decimal
    expenditure: Decimal
    rolled_balance: Decimal
    is_covered: bool
    ratio: Ratio
    split: GapSplit
    lines: Sequence[OfficeLine]
    means: Sequence[Means]
    drawn: Decimal
    state: str
    state_label: str
    tone: str
    content_sha256: str
    prepared_by: str
    prepared_at: datetime
    moved: bool
    timeline: Sequence[TimelineEntry]

    @property
    def period(self) -> str:
        """Return the months the sheet is of."""
        return f"{self.month.year}年1月至{month_text(self.month)}"

    def signer(self, step: str) -> str:
        """Return the name of who approved a step; empty if nobody did."""
        names = [e.person for e in self.timeline if e.step == step and e.decision == "APPROVE"]
        return names[0] if names else ""


def get_gap_sheet(*, actor: Person, sheet_id: int) -> GapSheetSheet:
    """Return a kept sheet; NotFound if there is none. `moved`: the books say otherwise now."""
    require_books(actor)
    row = GapSheet.objects.select_related("book", "prepared_by").filter(pk=sheet_id).first()
    if row is None:
        raise NotFound
    shares = list(row.shares.order_by("organisation__code"))
    offices = [
        OfficeFigures(each.organisation_id, each.target, each.income, each.expenditure)
        for each in shares
    ]
    kept = {each.organisation_id: OfficeShare(each.for_shortfall, each.of_rest) for each in shares}
    missing = sum((office.shortfall for office in offices), ZERO)
    split = GapSplit(row.gap, max(ZERO, row.gap - missing), kept, row.pool_share)
    ratio = Ratio(row.pool_ratio, row.office_ratio)
    now = reckon_gap(book_id=row.book_id, month=row.month)
    return GapSheetSheet(
        id=row.pk,
        book_id=row.book_id,
        book=row.book.name,
        title=sheet_title(row),
        month=row.month,
        version=row.version,
        income=row.income,
        expenditure=row.expenditure,
        rolled_balance=row.rolled_balance,
        is_covered=row.is_covered,
        ratio=ratio,
        split=split,
        lines=office_lines(offices, split, ratio),
        means=list_means(row.deposits, row.invested),
        drawn=drawn_for(row.pk),
        state=row.state,
        state_label=row.get_state_display(),
        tone=TONES[row.state],
        content_sha256=row.content_sha256,
        prepared_by=row.prepared_by.name,
        prepared_at=row.prepared_at,
        moved=(now.income, now.expenditure, list(now.offices))
        != (row.income, row.expenditure, offices),
        timeline=list_timeline(
            kind=SubjectKind.GAP_SHARE,
            subject_id=row.pk,
            current_round=row.round,
            current_sha256=row.content_sha256,
        ),
    )
