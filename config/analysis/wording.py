"""The analysis in sentences and pictures."""

from collections.abc import Callable
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from common.periods import month_code, month_text
from config.analysis.figures import Analysis, AnalysisLine
from config.charts import MONEY, ColumnChart, Figure, Series, column_chart
from config.desk_pictures import yuan_text
from funds.selectors.monthly_results import MonthlyResult
from funds.statement_lines import INCOME

PARTS = {"I00": ("I01", "I02", "I03"), "O00": ("O011", "O012", "O02", "O03")}  # drawn apart
REST = "其他"


def sentences(found: Analysis) -> list[str]:
    """Return what the figures say, in whole sentences."""
    if not found.is_known:
        return [f"{month_text(found.month)}还没有会计期间，没有可以分析的数据。"]
    income, spent, surplus = (found.line(code) for code in ("I00", "O00", "S00"))
    word = "结余" if surplus.amount >= 0 else "缺口"
    said = [
        (
            f"{month_text(found.month)}基金收入{yuan_text(income.amount)}{_changes(income)}，"
            f"基金支出{yuan_text(spent.amount)}{_changes(spent)}，"
            f"当月{word}{yuan_text(abs(surplus.amount))}。"
        ),
        (
            f"本年累计收入{yuan_text(income.to_date)}{_year(income)}，"
            f"累计支出{yuan_text(spent.to_date)}{_year(spent)}。"
        ),
        f"期末滚存结余{yuan_text(found.balance)}，{_capacity(found)}。",
    ]
    for head in found.per_head[:1]:
        if head.average is None:
            said.append("本月没有发放失业保险金。")
        else:
            said.append(f"本月领取失业保险金{head.persons}人，人均{yuan_text(head.average)}。")
    return said


def _changes(line: AnalysisLine) -> str:
    parts = [
        f"{word}{_moved(change)}"
        for word, change in (("环比", line.month_change), ("同比", line.year_change))
        if change is not None
    ]
    return f"（{'，'.join(parts)}）" if parts else ""


def _year(line: AnalysisLine) -> str:
    return "" if line.to_date_change is None else f"（同比{_moved(line.to_date_change)}）"


def _moved(percent: Decimal) -> str:
    if not percent:
        return "持平"
    return f"{'增长' if percent > 0 else '下降'}{abs(percent)}%"


def _capacity(found: Analysis) -> str:
    if found.capacity is None:
        return "近期无支出，不计算支付能力"
    average = yuan_text(found.average_expenditure)
    return f"按近{found.averaged}个月月均支出{average}计算，可支付{found.capacity}个月"


def charts(found: Analysis) -> list[ColumnChart]:
    """Return income and expenditure by line, and the rolled balance, of the last months."""
    if not found.months:
        return []
    balances = Series(
        "滚存结余",
        "series-1",
        tuple(_figure(row.balance, "3001", row) for row in found.months),
    )
    return [
        _parts_chart(found, "I00", "近12个月基金收入"),
        _parts_chart(found, "O00", "近12个月基金支出"),
        _chart(
            found,
            "近12个月滚存结余",
            f"期末滚存结余{yuan_text(found.balance)}，{_capacity(found)}。",
            (balances,),
        ),
    ]


def _parts_chart(found: Analysis, total: str, title: str) -> ColumnChart:
    lines = {line.code: line for line in INCOME}
    parts = PARTS[total]

    def rest(row: MonthlyResult) -> Decimal:
        return row.lines[total] - sum((row.lines[code] for code in parts), Decimal(0))

    def of_line(code: str) -> Callable[[MonthlyResult], Decimal]:
        return lambda row: row.lines[code]

    readers = [(lines[code].label, lines[code].account, of_line(code)) for code in parts]
    series = tuple(
        Series(
            label.partition("）")[2] or label,
            f"series-{number}",
            tuple(_figure(read(row), account, row) for row in found.months),
        )
        for number, (label, account, read) in enumerate([*readers, (REST, "", rest)], start=1)
    )
    sums = sum((row.lines[total] for row in found.months), Decimal(0))
    first, last = found.months[0].month, found.months[-1].month
    words = f"{month_text(first)}至{month_text(last)}合计{yuan_text(sums)}。"
    return _chart(found, title, words, series)


def _chart(found: Analysis, title: str, summary: str, series: tuple[Series, ...]) -> ColumnChart:
    heads = [f"{row.month:%y-%m}" for row in found.months]
    return column_chart(title=title, summary=summary, heads=heads, series=series, unit_word=MONEY)


def _figure(amount: Decimal, account: str, row: MonthlyResult) -> Figure:
    month = month_code(row.month)
    wanted = {"first": month, "last": month}
    if account:
        address = f"{reverse('funds:ledger')}?{urlencode({'account': account, **wanted})}"
    else:
        address = f"{reverse('funds:trial_balance')}?{urlencode(wanted)}"
    return Figure(amount, yuan_text(amount), address)
