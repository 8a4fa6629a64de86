"""The pictures of the first page: payments, ages of differences, 支出户, claims, sources."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from accounts.selectors.trail_figures import JobDay, TrailFigures
from common.actor import Person
from common.periods import add_months, month_of, month_text
from config.charts import (
    MONEY,
    BarRow,
    BarTable,
    ColumnChart,
    Figure,
    Series,
    bar_blocks,
    column_chart,
)
from funds.selectors.custody_figures import CustodyFigures
from payouts.selectors.case_figures import CaseFigures
from payouts.selectors.funds_needed import FundsNeeded, get_funds_needed
from payouts.selectors.paid_months import OfficePaid
from payouts.selectors.sources import list_freshness
from reconciliation.selectors.difference_ages import OPEN_STATES, count_difference_ages

MONTHS = 6  # of payments shown
STATE_TONES = ("red", "amber")  # of a difference not explained yet, and of one not closed yet


def yuan_text(amount: Decimal) -> str:
    """Return an amount as screens write it: ¥1,234.00, negative with −."""
    return f"{'−' if amount < 0 else ''}¥{abs(amount):,.2f}"


def payments_chart(offices: Sequence[OfficePaid], *, until: date) -> ColumnChart:
    """Return what each office paid in each of the last months, stacked."""
    months = [add_months(until, n + 1 - MONTHS) for n in range(MONTHS)]
    series = tuple(
        Series(
            office.office,
            f"series-{number % 8 + 1}",
            tuple(
                Figure(
                    cell.success_total,
                    yuan_text(cell.success_total),
                    payments_url(cell.month, office.organisation_id),
                )
                for cell in office.cells
            ),
        )
        for number, office in enumerate(offices)
    )
    total = sum((cell.success_total for office in offices for cell in office.cells), Decimal(0))
    return column_chart(
        title=f"近{MONTHS}个月支付",
        summary=f"{month_text(months[0])}至{month_text(months[-1])}按银行日期支付成功"
        f"{yuan_text(total)}，共{len(offices)}个机构。",
        heads=[f"{month.year}-{month.month:02}" for month in months],
        series=series,
        unit_word=MONEY,
    )


def payments_url(month: date, organisation_id: int | None = None) -> str:
    """Return the list of the return files of a month by the bank's day, of one office or all."""
    wanted: dict[str, object] = {"tab": "applied", "month": f"{month:%Y%m}"}
    if organisation_id:
        wanted["organisation"] = organisation_id
    return f"{reverse('payouts:returns')}?{urlencode(wanted)}"


def differences_table(*, actor: Person, today: date) -> BarTable:
    """Return the open differences by age: those to explain, and those to close."""
    ages = count_difference_ages(actor=actor, today=today)
    top = Decimal(max((sum(group.counts) for group in ages.groups), default=0))
    rows = []
    for group in ages.groups:
        figures = tuple(
            Figure(Decimal(count), str(count), url)
            for count, url in zip(group.counts, group.urls, strict=True)
        )
        parts = [
            (figure, tone, f"{group.label} {state.label}")
            for figure, tone, state in zip(figures, STATE_TONES, OPEN_STATES, strict=True)
        ]
        rows.append(BarRow(group.label, figures, bar_blocks(parts, top=top)))
    late = f"，其中超过处理期限{ages.late_count}项" if ages.late_count else ""
    return BarTable(
        title="未销号差异账龄",
        summary=f"未销号差异{ages.total}项{late}。" if ages.total else "没有未销号的差异。",
        heads=("账龄", *(state.label for state in OPEN_STATES)),
        legend=tuple(
            (tone, str(state.label)) for tone, state in zip(STATE_TONES, OPEN_STATES, strict=True)
        ),
        rows=tuple(rows),
    )


def funds_table(*, actor: Person, at: datetime) -> BarTable:
    """Return what 支出户 holds beside what is promised and what approved plans still need."""
    found = get_funds_needed(actor=actor, at=at)
    balance, committed = found.money.balance, found.money.committed
    top = max(balance, committed + found.needed, Decimal(1))
    rows = [
        _holding("支出户账面余额", balance, "green", f"{reverse('funds:ledger')}?account=1004", top)
    ]
    in_flight = f"{reverse('payouts:batches')}?tab=sent"
    rows.append(_holding("已提交银行未入账", committed, "cyan", in_flight, top))
    start = committed
    for need in found.needs:
        rows.append(_holding(need.label, need.amount, "blue", need.url, top, start, need.count))
        start += need.amount
    rows.append(_rest(found, top))
    return BarTable(
        title="支出户余额与待付计划",
        summary=_funds_summary(found),
        heads=("项目", "计划", "金额（元）"),
        legend=(("green", "余额"), ("cyan", "在途"), ("blue", "已签批待支付")),
        rows=tuple(rows),
    )


def _holding(
    label: str,
    amount: Decimal,
    tone: str,
    url: str,
    top: Decimal,
    start: Decimal = Decimal(0),
    count: int | None = None,
) -> BarRow:
    figure = Figure(amount, f"{amount:,.2f}", url)
    counted = Figure(Decimal(count or 0), "" if count is None else str(count), url)
    blocks = bar_blocks([(figure, tone, label)], top=top, start=start)
    return BarRow(label, (counted, figure), blocks)


def _rest(found: FundsNeeded, top: Decimal) -> BarRow:
    label = "支付后结余" if found.left >= 0 else "资金缺口"
    figure = Figure(abs(found.left), f"{found.left:,.2f}".replace("-", "−"), "")
    tone = "green" if found.left >= 0 else "red"
    used = found.money.committed + found.needed
    start = used if found.left >= 0 else found.money.balance
    blocks = bar_blocks([(figure, tone, label)], top=top, start=max(start, Decimal(0)))
    return BarRow(label, (Figure(Decimal(0), "", ""), figure), blocks, is_total=True)


def _funds_summary(found: FundsNeeded) -> str:
    if not found.needed:
        return f"没有已签批待支付的计划，支出户可用{yuan_text(found.money.available)}。"
    verdict = "足够支付" if found.left >= 0 else f"还差{yuan_text(-found.left)}，须先申请用款"
    return (
        f"已签批待支付{yuan_text(found.needed)}，支出户可用"
        f"{yuan_text(found.money.available)}，{verdict}。"
    )


def cases_chart(figures: CaseFigures) -> ColumnChart:
    """Return this month's claims, day by day."""
    month = month_of(figures.month)
    url = reverse("payouts:cases")
    days = [month + timedelta(days=n) for n in range(len(figures.days))]
    series = Series(
        "申请",
        "series-1",
        tuple(
            Figure(Decimal(count), f"{count}件", f"{url}?{_entered_on(day)}")
            for day, count in zip(days, figures.days, strict=True)
        ),
    )
    return column_chart(
        title="本月每日申请",
        summary=f"{month_text(month)}共申请{figures.accepted}件，其中已核定{figures.determined}件。",
        heads=[f"{day.day}日" for day in days],
        series=(series,),
        unit_word="件",
    )


def _entered_on(day: date) -> str:
    return urlencode({"tab": "all", "since": day, "until": day})


def trail_chart(trail: TrailFigures) -> ColumnChart:
    """Return the acts written into the trail on each of the last seven days."""
    url = reverse("accounts:audit")
    series = Series(
        "操作",
        "series-1",
        tuple(
            Figure(Decimal(count), f"{count}条", f"{url}?{urlencode({'since': day, 'until': day})}")
            for day, count in trail.days
        ),
    )
    return column_chart(
        title="近七日操作日志",
        summary=f"近七日共记录操作{trail.total}条。",
        heads=[f"{day:%m-%d}" for day, _ in trail.days],
        series=(series,),
        unit_word="条",
    )


def jobs_chart(days: Sequence[JobDay]) -> ColumnChart:
    """Return how the jobs of each of the last seven days ended."""
    url = f"{reverse('accounts:jobs')}?scope=office"

    def series(label: str, tone: str, state: str, counts: Sequence[int]) -> Series:
        figures = (Figure(Decimal(n), f"{n}项", f"{url}&state={state}") for n in counts)
        return Series(label, tone, tuple(figures))

    done, failed = [day.done for day in days], [day.failed for day in days]
    return column_chart(
        title="近七日后台作业",
        summary=f"近七日完成作业{sum(done)}项，未完成{sum(failed)}项。",
        heads=[f"{day.day:%m-%d}" for day in days],
        series=(
            series("已完成", "series-1", "DONE", done),
            series("未完成", "series-6", "FAILED", failed),
        ),
        unit_word="项",
    )


def custody_chart(found: CustodyFigures) -> ColumnChart:
    """Return how often a keeper logged a use in each of the last months."""
    url = reverse("funds:custody")
    figures = (Figure(Decimal(count), f"{count}次", url) for _, count in found.months)
    return column_chart(
        title=f"近{len(found.months)}个月使用登记",
        summary=f"近{len(found.months)}个月本人登记使用{found.total}次。",
        heads=[f"{month.year}-{month.month:02}" for month, _ in found.months],
        series=(Series("使用登记", "series-1", tuple(figures)),),
        unit_word="次",
    )


def sources_table(*, today: date) -> BarTable:
    """Return how old each source's data is beside how old it may be."""
    sources = list_freshness(today=today)
    top = Decimal(max([2 * source.limit_days for source in sources], default=1) or 1)
    url, rows = reverse("payouts:sources"), []
    for source in sources:
        age = source.age_days
        words = "未导入" if age is None else f"{age}天"
        length = min(Decimal(source.limit_days * 2 if age is None else age), top)
        figure = Figure(max(length, Decimal(0)), words, f"{url}?kind={source.kind}")
        tone = "red" if source.is_stale else "green"
        figures = (
            Figure(Decimal(0), f"{source.row_count:,}", f"{url}?kind={source.kind}"),
            figure,
            Figure(Decimal(0), f"{source.limit_days}天", ""),
        )
        blocks = bar_blocks([(figure, tone, source.label)], top=top)
        rows.append(BarRow(source.label, figures, blocks))
    stale = sum(source.is_stale for source in sources)
    return BarTable(
        title="外部数据时效",
        summary=f"{stale}个来源已超过时限，请导入新数据。" if stale else "各来源数据均在时限内。",
        heads=("来源", "记录数", "数据已有", "时限"),
        legend=(("green", "在时限内"), ("red", "超过时限")),
        rows=tuple(rows),
    )
