"""The analysis of a month: figures worked out by hand, pictures, papers, and what is missing."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest
from django.urls import reverse

from accounts.permissions import DutyNotHeld
from config.analysis.documents import analysis_pdf, analysis_xlsx
from config.analysis.figures import analyse
from config.analysis.wording import charts, sentences
from funds.calculators import change_percent, months_of_capacity
from funds.selectors.books import unemployment_book
from funds.selectors.monthly_results import newest_remark
from funds.services.analysis_remarks import RemarkMissing, write_remark
from payouts.models import PaymentInstruction
from payouts.selectors.recipient_counts import count_recipients
from tests.city import NOW, found_city
from tests.funds.builders import yuan
from tests.funds.statement_year import AUGUST, DECEMBER, kept_city, undone
from tests.reconciliation.build import MONTH, pay

NOVEMBER_2026 = date(2026, 11, 1)
CENTRE = "攀枝花市就业创业促进中心"


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    with kept_city(django_db_blocker) as city:
        yield city


def analysed(city, month=AUGUST):
    return analyse(
        actor=city.actor("FACC"), book=unemployment_book(), month=month, this_month=NOVEMBER_2026
    )


class TestFigures:
    def test_a_line_stands_beside_last_month_and_last_year(self, city):
        found = analysed(city, DECEMBER)
        premiums, spent = found.line("I01"), found.line("O00")
        # December 2025: 70,000 of premiums; November none; December 2024 none, all of 2024 50,000.
        assert (premiums.amount, premiums.last_month, premiums.last_year) == (
            yuan("70000"), yuan("0"), yuan("0"),
        )  # fmt: skip
        assert (premiums.to_date, premiums.to_date_last_year) == (yuan("129000"), yuan("50000"))
        assert premiums.to_date_change is None  # twelve months beside two: no comparison
        # 8,000 of benefits and 4,000 written off; November 1,111.11; December 2024 30,000.
        assert (spent.amount, spent.last_month) == (yuan("12000"), yuan("1111.11"))
        assert spent.month_change == Decimal("980.0")  # 10,888.89 ÷ 1,111.11
        assert spent.year_change == Decimal("-60.0")  # −18,000 ÷ 30,000

    def test_a_year_to_date_stands_beside_as_many_months_of_the_year_before(self, city):
        premiums = analysed(city, date(2026, 2, 1)).line("I01")
        # January and February 2025: 60,000 less a refund of 1,000; nothing in 2026.
        assert (premiums.to_date, premiums.to_date_last_year) == (yuan("0"), yuan("59000"))
        assert premiums.to_date_change == Decimal("-100.0")

    def test_balance_and_months_of_capacity(self, city):
        found = analysed(city, DECEMBER)
        # 1,841,572.32 ÷ (97,683.33 ÷ 12) = 226.23
        assert found.balance == yuan("1841572.32")
        assert (found.averaged, found.capacity) == (12, Decimal("226.2"))
        assert found.average_expenditure == yuan("8140.28")
        assert found.gaps == []

    def test_months_without_data_are_explained_and_not_averaged(self, city):
        found = analysed(city)  # August 2025; the book begins in November 2024
        assert found.line("O00").last_year is None
        assert found.averaged == 10
        # 1,784,605.65 ÷ ((30,000 + 81,750) ÷ 10)
        assert found.capacity == Decimal("159.7")
        assert found.gaps == [
            "账簿自2024年11月启用，没有2024年8月数据，不作同比。",
            "账簿自2024年11月启用，支付能力按已有的10个月平均支出计算。",
        ]

    def test_the_running_month_is_not_averaged(self, city):
        running = analyse(
            actor=city.actor("FACC"),
            book=unemployment_book(),
            month=DECEMBER,
            this_month=DECEMBER,
        )
        # January to November 2025 and December 2024: 97,683.33 − 12,000 + 30,000 over 12 months
        assert running.average_expenditure == yuan("9640.28")

    def test_no_expenditure_is_said_and_nothing_divided(self, city):
        first = analysed(city, date(2024, 11, 1))
        assert first.capacity is None
        assert "近期无支出，不计算支付能力" in sentences(first)[2]

    def test_a_month_before_the_books_says_so(self, city):
        found = analysed(city, date(2020, 1, 1))
        assert sentences(found) == ["2020年1月还没有会计期间，没有可以分析的数据。"]
        assert charts(found) == []

    def test_only_readers_of_the_books(self, city):
        with pytest.raises(DutyNotHeld):
            analyse(
                actor=city.actor("ACC", "510402"),
                book=unemployment_book(),
                month=AUGUST,
                this_month=NOVEMBER_2026,
            )


class TestWords:
    def test_sentences_repeat_the_figures(self, city):
        said = "".join(sentences(analysed(city, DECEMBER)))
        assert "2025年12月基金收入¥70,900.00" in said
        assert "基金支出¥12,000.00（环比增长980.0%，同比下降60.0%）" in said
        assert "期末滚存结余¥1,841,572.32" in said
        assert "可支付226.2个月" in said
        assert "本月没有发放失业保险金" in said

    def test_pictures_carry_every_month_and_lead_to_the_ledger(self, city):
        income, spent, balance = charts(analysed(city, DECEMBER))
        assert len(income.heads) == 12
        assert income.series[0].figures[-1].text == "¥70,000.00"
        assert spent.series[0].label == "失业保险金支出"
        url = balance.series[0].figures[-1].url
        assert url == "/funds/ledger/?account=3001&first=202512&last=202512"
        assert sum(row.figures[-1].value for row in spent.series) == yuan("12000")


class TestRemark:
    def test_the_newest_is_shown_and_the_ones_before_stay(self, city):
        values = {"book_id": unemployment_book().pk, "month": AUGUST, "at": NOW}
        with undone():
            for text in ("支出减少系退票", "  支出减少系退票和追回 "):
                write_remark(actor=city.actor("FACC"), text=text, **values)
            newest = newest_remark(
                actor=city.actor("AUDX"), book_id=values["book_id"], month=AUGUST
            )
            assert newest.text == "支出减少系退票和追回"
            with pytest.raises(RemarkMissing):
                write_remark(actor=city.actor("FACC"), text="  ", **values)
            with pytest.raises(DutyNotHeld):
                write_remark(actor=city.actor("FCHK"), text="无权", **values)


class TestPapers:
    def test_the_print_has_sentences_remark_and_table(self, city):
        pdf = analysis_pdf(
            found=analysed(city, DECEMBER),
            book="失业保险基金",
            organisation=CENTRE,
            remark="新增领金人员较多",
            printed_at=NOW,
        )
        document = pypdfium2.PdfDocument(pdf)
        text = "\n".join(page.get_textpage().get_text_range() for page in document)
        document.close()
        for words in ("失业保险基金运行分析", "2025年12月", "新增领金人员较多", "近12个月基金支出",
                      "可支付226.2个月", "70,900.00", "制表"):  # fmt: skip
            assert words in text

    def test_the_workbook_has_lines_months_and_recipients(self, city):
        content = analysis_xlsx(
            found=analysed(city, DECEMBER), book="失业保险基金", organisation=CENTRE, remark=""
        )
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert book.sheetnames == ["基金运行分析", "各月收支和结余", "领取人数和人均"]
        months = [row for row in book["各月收支和结余"].iter_rows(values_only=True) if row[1]]
        assert months[-1] == ("2025年12月", 70900, 12000, 58900, 1841572.32)


def test_rates_and_capacity():
    assert change_percent(yuan("110"), yuan("100")) == Decimal("10.0")
    assert change_percent(yuan("1"), yuan("0")) is None
    assert change_percent(yuan("1"), yuan("-5")) is None
    assert months_of_capacity(yuan("1200"), [yuan("100")] * 12) == Decimal("12.0")
    assert months_of_capacity(yuan("-5"), [yuan("100")]) == Decimal("0.0")
    assert months_of_capacity(yuan("1200"), [yuan("0")] * 12) is None
    assert months_of_capacity(yuan("1200"), []) is None


@pytest.mark.django_db
class TestRecipients:
    def test_count_recipients_agrees_with_a_walk_over_every_instruction(self):
        """The slow twin of count_recipients.sql: each person once, what he got altogether."""
        city = found_city()
        pay(city, "510402", ["1864.00", "1760.00"], fails=[1])
        pay(city, "510403", ["1700.00"])
        pay(city, "510403", ["500.00"], item="B02")
        actor = city.actor("FACC")
        [found, empty] = count_recipients(
            actor=actor, spans=[(MONTH, MONTH), (date(2025, 1, 1), date(2025, 12, 1))]
        )
        walked: dict[str, list] = {}
        for one in PaymentInstruction.objects.filter(state="SUCCESS").select_related("plan_line"):
            if one.plan_line.item_code == "B01":
                office = one.plan_line.plan.organisation.code
                walked.setdefault(office, []).append((one.plan_line.person_key, one.amount))
        for office in found.offices:
            people = walked[office.code]
            assert office.persons == len({key for key, _ in people})
            assert office.amount == sum(amount for _, amount in people)
        assert {office.code for office in found.offices} == set(walked) == {"510402", "510403"}
        # 1,864 and 1,700 succeeded; 1,760 failed, B02 is another item.
        assert (found.persons, found.amount) == (2, yuan("3564"))
        assert (empty.persons, empty.amount, empty.offices) == (0, 0, [])


@pytest.mark.django_db(transaction=True)
def test_the_page_shows_the_month_and_keeps_a_remark(client, time_machine):
    time_machine.move_to("2026-11-02T09:00:00+08:00", tick=True)
    city = found_city()
    with city.tenant():
        user = city.user("FACC")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("analysis"))
    assert "2026年10月基金运行分析" in page.content.decode()
    assert client.post(reverse("analysis"), {"text": ""}).status_code == 422
    page = client.post(reverse("analysis"), {"text": "无重大变动"}, follow=True)
    assert "无重大变动" in page.content.decode()
    for name in ("analysis_print", "analysis_workbook"):
        assert client.get(reverse(name)).status_code == 200
