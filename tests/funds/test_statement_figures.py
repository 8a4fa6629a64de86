"""资产负债表 and 收支表 written out cell by cell, with the arithmetic; the relations they keep."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funds.enums import BusinessEvent, StatementForm, StatementSpan, StatementTable
from funds.models import VoucherLine
from funds.selectors.statement_figures import SpanUnknown, StatementScope, compute_figures
from funds.selectors.statement_tables import build_tables
from funds.services.charts import CHART
from funds.statement_lines import ASSETS, INCOME, LIABILITIES, LINES, Sums, fill
from tests.funds.builders import yuan
from tests.funds.statement_year import (
    AUGUST,
    DECEMBER,
    close_the_books_of_august,
    kept_city,
    scope,
    undone,
)

ZERO = Decimal("0.00")


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    with kept_city(django_db_blocker) as city:
        yield city


def column(figures, table, name):
    """Return line -> amount of one column, zeros left out."""
    return {
        line: amount
        for (sheet, line, one), amount in figures.cells.items()
        if sheet == table and one == name and amount
    }


def amounts(**values):
    return {line: yuan(text) for line, text in values.items()}


# 2024: 1003 = 1,000,000 + 50,000 + 1,234.56; 1004 = 200,000 − 30,000;
# 3001 = 1,000,000 handed over + income 251,234.56 − expenditure 30,000.
END_OF_2024 = amounts(
    A03="1051234.56", A04="170000", A99="1221234.56",
    N01="1221234.56", N90="1221234.56", T99="1221234.56",
)  # fmt: skip
# 2024: premiums 50,000 + from above 200,000 + interest 1,234.56; benefits 30,000.
YEAR_2024 = amounts(
    I00="251234.56", I01="50000", I03="1234.56", I05="200000",
    O00="30000", O01="30000", O011="30000", S00="221234.56",
)  # fmt: skip
# 1003 = 1,051,234.56 + 60,000 + 500,000 + 321.09 + 5,000 + 500 + 80,000 − 10,000 + 100,000
# 1004 = 170,000 − 1,000 − 20,000 − 5,000 + 321.09 − 321.09 − 40,000 − 6,000 − 3,000 + 900
#        − 4,000 + 800 + 1,500 + 250 + 77 − 77
# 3001 = 1,221,234.56 + 563,371.09 of the year to date
END_OF_AUGUST = amounts(
    A03="1787055.65", A04="94450", A06="4000", A99="1885505.65",
    L01="900", L02="100000", L90="100900",
    N01="1784605.65", N90="1784605.65", T99="1885505.65",
)  # fmt: skip
# August alone: 800 returned of an earlier year (77 more were reversed); 1,500 of benefits and
# 250 of stability subsidies of this year came back.
AUGUST_ALONE = amounts(
    I00="800", I07="800", O00="-1750", O01="-1500", O011="-1500", O02="-250", S00="2550"
)
# Premiums 60,000 − 1,000 refunded; transfers in 7,000 − 2,000; benefits 20,000 − 1,500 and 5,000;
# stability 40,000 − 250; transfers out 3,000 − 500.
AUGUST_TO_DATE = amounts(
    I00="645121.09", I01="59000", I02="500000", I03="321.09", I04="5000", I05="80000", I07="800",
    O00="81750", O01="23500", O011="18500", O012="5000", O02="39750", O03="6000", O04="2500",
    O05="10000", S00="563371.09",
)  # fmt: skip
# 1003 = 1,787,055.65 − 50,000 − 101,111.11 + 52,000 + 70,000 (300,000 only became a deposit)
# 1004 = 94,450 − 2,222.22 − 600 − 8,000; 3001 = 1,221,234.56 + 620,337.76
END_OF_2025 = amounts(
    A03="1757944.54", A04="83627.78", A99="1841572.32",
    N01="1841572.32", N90="1841572.32", T99="1841572.32",
)  # fmt: skip
# To date in August, and 70,000 premiums, 2,000 interest of bonds, 900 written off to income;
# 8,000 and 2,222.22 of benefits; other expenditure 600 + 1,111.11 + 4,000.
YEAR_2025 = amounts(
    I00="718021.09", I01="129000", I02="500000", I03="2321.09", I04="5000", I05="80000",
    I07="1700",
    O00="97683.33", O01="33722.22", O011="26500", O012="5000", O015="2222.22", O02="39750",
    O03="6000", O04="2500", O05="10000", O07="5711.11", S00="620337.76",
)  # fmt: skip


class TestEveryCell:
    def test_of_a_month(self, city):
        figures = compute_figures(scope(AUGUST))
        assert column(figures, "BALANCE", "OPENING") == END_OF_2024
        assert column(figures, "BALANCE", "CLOSING") == END_OF_AUGUST
        assert column(figures, "INCOME", "CURRENT") == AUGUST_ALONE
        assert column(figures, "INCOME", "TO_DATE") == AUGUST_TO_DATE
        assert column(figures, "INCOME", "LAST_YEAR") == {}  # nothing from January to August 2024
        # 14 + 14 balances, 22 lines of income in three columns
        assert len(figures.cells) == 2 * 14 + 3 * 22

    def test_of_a_year(self, city):
        figures = compute_figures(scope(DECEMBER, StatementSpan.YEAR))
        assert column(figures, "BALANCE", "OPENING") == END_OF_2024
        assert column(figures, "BALANCE", "CLOSING") == END_OF_2025
        assert column(figures, "INCOME", "CURRENT") == YEAR_2025
        assert column(figures, "INCOME", "LAST_YEAR") == YEAR_2024
        assert len(figures.cells) == 2 * 14 + 2 * 22

    def test_of_the_year_of_the_handover_whose_opening_balance_is_what_was_handed_over(self, city):
        figures = compute_figures(scope(date(2024, 12, 1), StatementSpan.YEAR))
        handed_over = amounts(
            A03="1000000", A99="1000000", N01="1000000", N90="1000000", T99="1000000"
        )
        assert column(figures, "BALANCE", "OPENING") == handed_over
        assert column(figures, "BALANCE", "CLOSING") == END_OF_2024
        assert column(figures, "INCOME", "CURRENT") == YEAR_2024
        assert figures.handed_over == yuan("1000000")

    def test_of_a_month_with_the_same_months_of_the_year_before_beside_it(self, city):
        figures = compute_figures(scope(DECEMBER))
        assert column(figures, "INCOME", "TO_DATE") == YEAR_2025
        assert column(figures, "INCOME", "LAST_YEAR") == YEAR_2024

    def test_of_a_quarter_for_disclosure(self, city):
        figures = compute_figures(
            scope(date(2025, 3, 1), StatementSpan.QUARTER, StatementForm.DISCLOSURE)
        )
        # 60,000 − 1,000 + 500,000 + 321.09; 20,000 + 5,000 + 40,000
        assert column(figures, "INCOME", "CURRENT") == amounts(
            I00="559321.09", I01="59000", I02="500000", I03="321.09",
            O00="65000", O01="25000", O011="20000", O012="5000", O02="40000", S00="494321.09",
        )  # fmt: skip

    def test_red_entries_lessen_turnover_and_are_told(self, city):
        figures = compute_figures(scope(AUGUST))
        assert figures.red == {
            ("I07", "CURRENT"): yuan("77"), ("I07", "TO_DATE"): yuan("77"),
            ("O02", "CURRENT"): yuan("250"), ("O02", "TO_DATE"): yuan("250"),
        }  # fmt: skip

    def test_of_another_book_is_empty(self, city):
        empty = StatementScope(0, StatementForm.ACCOUNTS, StatementSpan.MONTH, AUGUST)
        assert set(compute_figures(empty).cells.values()) == {ZERO}


class TestPeriodEndClose:
    def test_changes_no_cell_before_and_after(self, city):
        before = compute_figures(scope(AUGUST))
        with undone():
            close_the_books_of_august(city)
            after = compute_figures(scope(AUGUST))
        assert after.cells == before.cells
        # Before: all of 2024 and of 2025 to date. After: only 2024, which nobody closed.
        assert before.unclosed == yuan("221234.56") + yuan("563371.09")
        assert after.unclosed == yuan("221234.56")

    def test_leaves_the_year_whole(self, city):
        with undone():
            close_the_books_of_august(city)
            figures = compute_figures(scope(DECEMBER, StatementSpan.YEAR))
        assert column(figures, "INCOME", "CURRENT") == YEAR_2025
        assert column(figures, "BALANCE", "CLOSING") == END_OF_2025


class TestTables:
    def test_follow_the_forms_line_by_line(self):
        assert [line.label for line in ASSETS] == [
            "一、资产", "库存现金", "收入户存款", "财政专户存款", "支出户存款", "国库存款",
            "暂付款", "债券投资", "资产总计",
        ]  # fmt: skip
        assert [line.label for line in LIABILITIES] == [
            "二、负债", "暂收款", "借入款项", "负债合计", "三、净资产", "一般基金结余",
            "净资产合计", "负债与净资产总计",
        ]  # fmt: skip
        assert [line.label for line in INCOME] == [
            "一、基金收入", "社会保险费收入", "财政补贴收入", "利息收入", "转移收入",
            "上级补助收入", "下级上解收入", "其他收入", "二、基金支出", "社会保险待遇支出",
            "（一）失业保险金支出",
            "（二）基本医疗保险费支出", "（三）丧葬补助金和抚恤金支出",
            "（四）职业培训和职业介绍补贴支出", "（五）其他费用支出", "稳定岗位补贴支出",
            "技能提升补贴支出", "转移支出", "上解上级支出", "补助下级支出", "其他支出",
            "三、本期基金结余",
        ]  # fmt: skip

    def test_heads_are_those_of_the_form(self, city):
        month = build_tables(scope(), compute_figures(scope()).cells)
        assert month.income_heads == ["本月数", "本年累计数", "上年同期累计"]
        year_scope = scope(DECEMBER, StatementSpan.YEAR)
        year = build_tables(year_scope, compute_figures(year_scope).cells)
        assert year.income_heads == ["本年数", "上年数"]
        assert year.balance_heads == ["年初余额", "期末余额"]

    def test_every_cell_leads_to_the_ledger_of_its_account_and_months(self, city):
        tables = build_tables(scope(), compute_figures(scope()).cells)
        fiscal, interest = tables.assets[3], tables.income[3]
        assert [cell.url for cell in fiscal.cells] == [
            "/funds/ledger/?account=1003&first=202401&last=202412",
            "/funds/ledger/?account=1003&first=202501&last=202508",
        ]
        assert [cell.url for cell in interest.cells] == [
            "/funds/ledger/?account=4201&first=202508&last=202508",
            "/funds/ledger/?account=4201&first=202501&last=202508",
            "/funds/ledger/?account=4201&first=202401&last=202408",
        ]
        assert tables.income[0].cells[0].url == "/funds/trial-balance/?first=202508&last=202508"

    def test_ties_hold(self, city):
        for each in (scope(), scope(DECEMBER, StatementSpan.YEAR), scope(date(2024, 11, 1))):
            tables = build_tables(each, compute_figures(each).cells)
            assert len(tables.ties) == 3
            assert tables.is_tied

    @pytest.mark.parametrize(
        ("form", "span", "month"),
        [
            ("ACCOUNTS", "QUARTER", 3), ("DISCLOSURE", "MONTH", 3), ("DISCLOSURE", "QUARTER", 4),
            ("DISCLOSURE", "HALF_YEAR", 3), ("ACCOUNTS", "YEAR", 11),
        ],
    )  # fmt: skip
    def test_a_span_that_ends_elsewhere_is_refused(self, form, span, month):
        with pytest.raises(SpanUnknown):
            StatementScope(1, StatementForm(form), StatementSpan(span), date(2025, month, 1))


def test_sum_statement_columns_agrees_with_a_walk_over_every_line(city):
    """The slow twin of sum_statement_columns.sql: every posted line, one after another."""
    each = scope(AUGUST)
    found = {name: defaultdict(lambda: [ZERO, ZERO]) for name in ("OPENING", "CLOSING", "TO_DATE")}
    for line in VoucherLine.objects.select_related("voucher", "account"):
        month = line.voucher.voucher_date.replace(day=1)
        is_opening = line.voucher.event == BusinessEvent.OPENING
        wanted = {
            "OPENING": month < each.january or (is_opening and month <= AUGUST),
            "CLOSING": month <= AUGUST,
            "TO_DATE": each.january <= month <= AUGUST,
        }
        for name in (name for name, is_in in wanted.items() if is_in):
            found[name][line.account.code][0] += line.debit
            found[name][line.account.code][1] += line.credit
    figures = compute_figures(each)
    for name, table in (("OPENING", "BALANCE"), ("CLOSING", "BALANCE"), ("TO_DATE", "INCOME")):
        sums = {code: Sums(*both) for code, both in found[name].items()}
        slow = fill(LINES[StatementTable(table)], sums)
        assert {code: figures.cells[table, code, name] for code in slow} == slow


LEAVES = [account.code for account in CHART if account.is_leaf and account.is_enabled]
# Any two accounts an event may move between; 3001 only by the handover and the close.
MOVED = [code for code in LEAVES if code != "3001"]


YUAN = st.integers(1, 99_999_999).map(lambda fen: Decimal(fen) / 100)


@given(
    opened=YUAN,
    entries=st.lists(  # debited, credited, amount, whether it is reversed afterwards
        st.tuples(st.sampled_from(MOVED), st.sampled_from(MOVED), YUAN, st.booleans()), max_size=12
    ),
    closed_after=st.integers(0, 12),
)
def test_whatever_is_posted_the_general_balance_grows_by_income_less_expenditure(
    opened, entries, closed_after
):
    balances, result = defaultdict(lambda: [ZERO, ZERO]), defaultdict(lambda: [ZERO, ZERO])

    def book(sums, debited, credited, amount):
        sums[debited][0] += amount
        sums[credited][1] += amount

    book(balances, "100301", "3001", opened)
    before = fill(LINES[StatementTable.BALANCE], as_sums(balances))
    for place, (debited, credited, amount, is_reversed) in enumerate(entries):
        for sums in (balances, result):
            book(sums, debited, credited, amount)
            if is_reversed:
                book(sums, credited, debited, amount)
        if place == closed_after:  # E34: every account of income and expenditure becomes zero
            for code in [code for code in balances if code[0] in "45"]:
                net = balances[code][0] - balances[code][1]
                sides = (code, "3001") if net < 0 else ("3001", code)
                book(balances, *sides, abs(net))
    after = fill(LINES[StatementTable.BALANCE], as_sums(balances))
    income = fill(LINES[StatementTable.INCOME], as_sums(result))
    assert after["A99"] == after["T99"]
    assert after["N01"] - before["N01"] == income["S00"] == income["I00"] - income["O00"]
    assert income["O01"] == sum(income[f"O01{n}"] for n in range(1, 6))


def as_sums(balances):
    return {code: Sums(*both) for code, both in balances.items()}
