"""This month's figures and pictures of a post, chosen by the duties it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from accounts.duties import Duty
from accounts.permissions import duties_of
from accounts.selectors.trail_figures import (
    count_grant_figures,
    count_job_days,
    count_job_figures,
    count_trail,
)
from common.actor import Person
from common.periods import add_months, month_of, month_text
from config import desk_pictures
from config.charts import BarTable, ColumnChart
from config.desk_night import start_of_day
from funds.selectors.access import may
from funds.selectors.books import unemployment_book
from funds.selectors.custody_figures import count_custody
from funds.selectors.fund_balances import list_fund_balances
from payouts.selectors.case_figures import SIGNED_COUNTED, count_month_cases
from payouts.selectors.paid_months import OfficePaid, PaidCell, sum_paid_months
from reconciliation.selectors.month_progress import MonthProgress, get_month_progress

ZERO = Decimal("0.00")
BOARD_MONTHS = 3
AT_THE_CASES = (
    Duty.CASE_ACCEPT,
    Duty.CASE_FIRST_REVIEW,
    Duty.CASE_RE_REVIEW,
    Duty.CASE_APPROVE,
)


@dataclass(frozen=True, slots=True)
class MonthFigure:
    """One figure: its words, the number as shown, a note below, and the list it opens."""

    label: str
    text: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class MonthPart:
    """What the first page shows of the month, in the order in which it is shown."""

    figures: list[MonthFigure] = field(default_factory=list)
    charts: list[ColumnChart] = field(default_factory=list)
    tables: list[BarTable] = field(default_factory=list)
    boards: list[MonthProgress] = field(default_factory=list)


def build_month(*, actor: Person, board_month: date, today: date, now: datetime) -> MonthPart:
    """Return the figures and pictures of the post; nothing it has no duty to see.

    Args:
        board_month: the benefit month of the progress board, as its first day.
    """
    duties, part = duties_of(actor), MonthPart()

    def holds(*wanted: Duty) -> bool:
        return any(duty.value in duties for duty in wanted)

    if holds(*AT_THE_CASES):
        _add_cases(part, actor, today)
    if holds(Duty.RECONCILIATION_READ):
        _add_payments(part, actor, today)
        part.boards.append(get_month_progress(actor=actor, month=board_month, today=today))
        part.tables.append(desk_pictures.differences_table(actor=actor, today=today))
    if holds(Duty.BOOKS_READ) and may(actor, Duty.BOOKS_READ):
        _add_books(part, actor, duties, now)
    if holds(Duty.CUSTODY_KEEP):
        _add_custody(part, actor, today)
    if holds(Duty.SOURCE_IMPORT):
        part.tables.append(desk_pictures.sources_table(today=today))
    if not holds(Duty.CASE_READ, Duty.BOOKS_READ):
        _add_system(part, actor, duties, today)
    return part


def _add_cases(part: MonthPart, actor: Person, today: date) -> None:
    found = count_month_cases(actor=actor, today=today)
    cases = reverse("payouts:cases")

    def listed(**wanted: object) -> str:
        return f"{cases}?{urlencode({'tab': 'all', 'since': found.month, **wanted})}"

    part.figures.extend(
        (
            MonthFigure("本月申请", f"{found.accepted}件", listed()),
            MonthFigure("其中已核定", f"{found.determined}件", listed(state="DETERMINED")),
            MonthFigure("审核中", f"{found.in_review}件", listed()),
            MonthFigure("退回和补正", f"{found.sent_back}件", f"{cases}?tab=returned"),
            MonthFigure("我本月办理", _times(found.signed_by_me), f"{cases}?tab=done"),
        )
    )
    part.charts.append(desk_pictures.cases_chart(found))


def _times(count: int) -> str:
    return f"{count}次" if count <= SIGNED_COUNTED else f"{SIGNED_COUNTED}次以上"


def _add_payments(part: MonthPart, actor: Person, today: date) -> None:
    month = month_of(today)
    offices = sum_paid_months(actor=actor, until=month, months=desk_pictures.MONTHS)
    this, last = (_sum_month(offices, -1), _sum_month(offices, -2)) if offices else (None, None)
    part.figures.append(_paid_figure("本月支付成功", this, month))
    if last is not None:
        part.figures.append(_paid_figure(f"{last.month.month}月支付成功", last, last.month))
    failed = this.fail_count if this else 0
    part.figures.append(
        MonthFigure(
            "本月支付失败",
            f"{failed}笔",
            f"{reverse('payouts:reissues')}?tab=failed",
            desk_pictures.yuan_text(this.fail_total) if this and failed else "",
        )
    )
    part.charts.append(desk_pictures.payments_chart(offices, until=month))


def _sum_month(offices: list[OfficePaid], place: int) -> PaidCell:
    cells = [office.cells[place] for office in offices]
    return PaidCell(
        cells[0].month,
        sum(cell.success_count for cell in cells),
        sum((cell.success_total for cell in cells), ZERO),
        sum(cell.fail_count for cell in cells),
        sum((cell.fail_total for cell in cells), ZERO),
    )


def _paid_figure(label: str, cell: PaidCell | None, month: date) -> MonthFigure:
    return MonthFigure(
        label,
        desk_pictures.yuan_text(cell.success_total if cell else ZERO),
        desk_pictures.payments_url(month),
        f"{cell.success_count if cell else 0}笔",
    )


def _add_books(
    part: MonthPart, actor: Person, duties: Mapping[str, frozenset[int]], now: datetime
) -> None:
    book = unemployment_book()
    part.figures.extend(
        MonthFigure(f"{row.label}余额", desk_pictures.yuan_text(row.balance), row.url)
        for row in list_fund_balances(actor=actor, book_id=book.pk)
    )
    if Duty.PLAN_READ.value in duties:
        part.tables.insert(0, desk_pictures.funds_table(actor=actor, at=now))


def _add_custody(part: MonthPart, actor: Person, today: date) -> None:
    found = count_custody(actor=actor, today=today, months=desk_pictures.MONTHS)
    url = reverse("funds:custody")
    part.figures.append(MonthFigure("本人保管", f"{found.kept}件", url))
    part.figures.append(MonthFigure("本月使用登记", f"{found.months[-1][1]}次", url))
    part.charts.append(desk_pictures.custody_chart(found))


def _add_system(
    part: MonthPart, actor: Person, duties: Mapping[str, frozenset[int]], today: date
) -> None:
    """Add what the posts see that run the system and touch neither claims nor books."""
    jobs = count_job_figures(actor=actor, since=start_of_day(month_of(today)))
    url = f"{reverse('accounts:jobs')}?scope=office"
    part.figures.append(MonthFigure("本月完成作业", f"{jobs.done}项", f"{url}&state=DONE"))
    part.figures.append(MonthFigure("本月失败作业", f"{jobs.failed}项", f"{url}&state=FAILED"))
    part.figures.append(MonthFigure("未完成作业", f"{jobs.unfinished}项", url))
    if Duty.PEOPLE_READ.value in duties:
        grants, found = reverse("accounts:grants"), count_grant_figures(actor=actor, today=today)
        effective = f"{grants}?tab=all&state=EFFECTIVE"
        part.figures.append(MonthFigure("有效岗位授权", f"{found.effective}项", effective))
        part.figures.append(MonthFigure("30天内到期", f"{found.ending}项", effective))
        part.figures.append(
            MonthFigure("授权待审核核准", f"{found.waiting}项", f"{grants}?tab=all&state=REVIEW")
        )
    if Duty.AUDIT_READ.value in duties:
        part.charts.append(desk_pictures.trail_chart(count_trail(actor=actor, today=today)))
    else:
        part.charts.append(desk_pictures.jobs_chart(count_job_days(actor=actor, today=today)))


def read_board_month(text: str, *, today: date) -> date:
    """Return the month of the board as the address names it (2026-10); else today's."""
    months = [add_months(month_of(today), -n) for n in range(BOARD_MONTHS)]
    return next((month for month in months if f"{month:%Y-%m}" == text), months[0])


def board_links(month: date, today: date) -> list[dict[str, object]]:
    """Return the months the board can be turned to: this one and those just before it."""
    months = [add_months(month_of(today), -n) for n in reversed(range(BOARD_MONTHS))]
    return [
        {
            "label": month_text(each),
            "url": f"?month={each:%Y-%m}#board",
            "is_current": each == month,
        }
        for each in months
    ]
