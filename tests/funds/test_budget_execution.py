"""How a budget is executed: rates, the year's pace, levels, three years, and its papers."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest

from accounts.models import Parameter
from funds.documents.budgets import budget_pdf, budget_xlsx, execution_pdf, execution_xlsx
from funds.selectors.access import BooksAtTheCity
from funds.selectors.books import unemployment_book
from funds.selectors.budget_execution import compare_years, find_execution, row_of
from funds.selectors.budgets import get_budget
from funds.selectors.worklist import list_waiting_work
from funds.services.founding import open_periods
from funds.statement_lines import INCOME
from tests.city import NOW, TODAY
from tests.funds import budget_builders as build
from tests.funds.builders import credit, debit, posted

pytestmark = pytest.mark.django_db
LIMITS = {"YELLOW": "10", "ORANGE": "20"}
PREMIUMS = next(line for line in INCOME if line.code == "I01")


def execution(city, month=date(2026, 10, 1), *, is_quarter=False, post="BUDG"):
    return find_execution(
        actor=city.actor(post), book=unemployment_book(), month=month, is_quarter=is_quarter,
        today=TODAY,
    )  # fmt: skip


def line(found, code):
    return next(row for row in found.rows if row.line.code == code)


class TestLevels:
    @pytest.mark.parametrize(
        ("actual", "level"),
        [("600", "NORMAL"), ("600.01", "YELLOW"), ("400", "NORMAL"), ("399.99", "YELLOW"),
         ("700", "YELLOW"), ("700.01", "ORANGE"), ("299.99", "ORANGE")],
    )  # fmt: skip
    def test_more_than_ten_points_from_the_pace_is_yellow_more_than_twenty_orange(
        self, actual, level
    ):
        """Of 1,000.00 half is the pace in June: 50 ± 10 and ± 20 points."""
        found = row_of(PREMIUMS, Decimal(1000), Decimal(actual), Decimal(50), LIMITS)
        assert found.level == level

    def test_expenditure_without_a_budget_is_orange_and_has_no_rate(self):
        spending = next(line for line in INCOME if line.code == "O07")
        found = row_of(spending, Decimal(0), Decimal(1), Decimal(50), LIMITS)
        assert (found.rate, found.level) == (None, "ORANGE")
        assert row_of(spending, Decimal(0), Decimal(0), Decimal(50), LIMITS).level == "NONE"


class TestExecution:
    def test_rates_are_what_is_posted_over_the_budget(self, city):
        """In October 10/12 are the pace, 83.3 %; 5,880,000 of 11,760,000 are 50 %: −33.3."""
        posted(city, debit("1002", "5880000"), credit("400101", "5880000"), day=date(2026, 9, 3))
        posted(city, debit("1002", "1"), credit("400101", "1"), day=date(2026, 11, 1))
        build.approved(city)
        found = execution(city)
        premiums = line(found, "I01")
        assert (premiums.actual, premiums.rate) == (Decimal("5880000.00"), Decimal("50.0"))
        assert (premiums.deviation, premiums.level) == (Decimal("-33.3"), "ORANGE")
        assert found.time_rate == Decimal("83.3")
        assert line(found, "I00").actual == Decimal("5880000.00")

    def test_the_limits_are_a_dated_parameter(self, city):
        posted(city, debit("1002", "5880000"), credit("400101", "5880000"), day=date(2026, 9, 3))
        build.approved(city)
        Parameter.objects.create(
            pool=city.pool, code="budget_deviation", value={"YELLOW": "40", "ORANGE": "50"},
            valid_from=date(2026, 10, 1), source="市级通知",
        )  # fmt: skip
        assert line(execution(city), "I01").level == "NORMAL"

    def test_a_quarter_is_due_twenty_five_days_after_its_end(self, city):
        found = execution(city, date(2026, 9, 1), is_quarter=True)
        assert (found.text, found.due) == ("2026年第三季度", date(2026, 10, 25))

    def test_the_budget_post_is_reminded_until_the_day_it_is_due(self, city):
        def labels(day, post="BUDG"):
            found = list_waiting_work(actor=city.actor(post), today=day)
            return [work.label for work in found if "季报" in work.label]

        assert labels(date(2026, 10, 25)) == ["待报送预算执行季报（2026年10月25日前）"]
        assert labels(date(2026, 10, 26)) == labels(date(2026, 11, 2)) == []
        assert labels(date(2026, 10, 25), "FACC") == []

    def test_without_a_budget_the_lines_have_no_rates(self, city):
        found = execution(city)
        assert found.budget_id is None
        assert all(row.rate is None for row in found.rows)

    def test_a_county_reads_no_budget(self, city):
        with pytest.raises(BooksAtTheCity):
            find_execution(
                actor=city.actor("RISK", "510402"), book=unemployment_book(),
                month=date(2026, 10, 1), is_quarter=False, today=TODAY,
            )  # fmt: skip


def test_three_years_stand_beside_each_other(city):
    open_periods(book=unemployment_book(), first_month=date(2024, 1, 1), months=24)
    for year, amount in ((2024, "100"), (2025, "200")):
        posted(city, debit("500101", amount), credit("1004", amount), day=date(year, 5, 6))
    budget = build.draft(city)
    build.set_line(city, budget, "O011", build.BENEFIT, estimate="5000000.00")
    sheet = get_budget(actor=city.actor("BUDG"), budget_id=budget.pk)
    row = next(r for r in compare_years(actor=city.actor("BUDG"), sheet=sheet)
               if r.line.code == "O011")  # fmt: skip
    assert (row.two_before, row.last_actual) == (Decimal("100.00"), Decimal("200.00"))
    # (5,592,000 − 5,000,000) / 5,000,000 = 11.84 %
    assert (row.estimate, row.change) == (Decimal("5000000.00"), Decimal("11.8"))


class TestPapers:
    def text_of(self, pdf):
        document = pypdfium2.PdfDocument(pdf)
        return "".join(page.get_textpage().get_text_range() for page in document)

    def test_the_budget_prints_its_lines_and_letters(self, city):
        budget = build.approved(city)
        sheet = get_budget(actor=city.actor("BUDG"), budget_id=budget.pk)
        pdf = budget_pdf(sheet=sheet, organisation="市中心", printed_by="预算岗", printed_at=NOW)
        text = self.text_of(pdf)
        for words in ("11,760,000.00", "20,000人×5,000.00元×12×1%×98%", "攀财社〔2026〕28号"):
            assert words in text

    def test_the_workbooks_sums_are_formulas(self, city):
        budget = build.approved(city)
        sheet = get_budget(actor=city.actor("BUDG"), budget_id=budget.pk)
        book = openpyxl.load_workbook(io.BytesIO(budget_xlsx(sheet=sheet, organisation="市中心")))
        rows = {row[0].value: row for row in book.worksheets[0].iter_rows()}
        place = rows["上年结余"][3].row
        assert rows["一、基金收入"][3].value.startswith("=")
        assert str(rows["年末滚存结余"][3].value).count(f"D{place}") == 1
        assert rows["　社会保险费收入"][3].value == 11760000

    def test_the_execution_is_a_paper_and_a_workbook(self, city):
        build.approved(city)
        found = execution(city)
        pdf = execution_pdf(found=found, organisation="市中心", printed_by="预算岗", printed_at=NOW)
        assert "时间进度83.3%" in self.text_of(pdf)
        book = openpyxl.load_workbook(
            io.BytesIO(execution_xlsx(found=found, organisation="市中心"))
        )
        rows = {row[0].value: row for row in book.worksheets[0].iter_rows()}
        assert rows["二、基金支出"][1].value.startswith("=")
