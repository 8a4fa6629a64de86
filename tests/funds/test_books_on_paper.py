"""Vouchers two to a page and ledgers with 承前页 and 过次页, made by a job and read back."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest

from accounts.models import Document, Job
from accounts.permissions import DutyNotHeld
from funds.documents import books as paper
from funds.enums import PrintKind
from funds.models import Voucher
from funds.selectors.account_ledger import LedgerLine
from funds.selectors.books import unemployment_book
from funds.selectors.voucher_slips import list_slips
from funds.services.prints import NothingToPrint, PrintRequest, request_print
from funds.tasks import make_print
from tests.city import NOW, found_city
from tests.funds.builders import credit, debit, drafted, posted

NOVEMBER = date(2026, 11, 1)


def texts(content: bytes) -> list[str]:
    """Return the text of each page without white space."""
    document = pypdfium2.PdfDocument(content)
    return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def wanted(what=PrintKind.VOUCHERS, **changes) -> PrintRequest:
    values = {"book_id": unemployment_book().pk, "first": NOVEMBER, "last": NOVEMBER}
    return PrintRequest(what, **(values | changes))


def made(city, request: PrintRequest) -> bytes:
    """Ask for a print, let its job run, and return the file."""
    job = request_print(actor=city.actor("FACC"), wanted=request, at=NOW)
    make_print(pool_id=city.pool.pk, job_id=job.pk)
    city.enter()
    job = Job.objects.get(pk=job.pk)
    assert job.state == "DONE", job.error
    return bytes(Document.objects.get(pk=job.report_id).content)


@pytest.mark.django_db
class TestPrinted:
    @pytest.fixture
    def city(self):
        """Return a city with three vouchers of November, one of them of eight lines."""
        city = found_city()
        posted(city, debit("1002", "76000"), credit("400101", "76000"))
        # Seven lines of 1.25 are 8.75.
        parts = [debit("1002", "1.25") for _ in range(7)]
        posted(city, *parts, credit("400101", "8.75"))
        posted(city, debit("1002", "0.05"), credit("420101", "0.05"))
        drafted(city, debit("1002", "3"), credit("400101", "3"))
        return city

    def test_vouchers_stand_two_to_a_page_with_five_signers_and_the_sum_in_words(self, city):
        pages = texts(made(city, wanted()))
        # One slip, two slips for eight lines, one slip: four slips on two pages.
        assert len(pages) == 2
        first, second = pages
        assert first.count("记账凭证") == 2
        for words in (
            "2026年11月2日", "记字第1号", "附件1张", "人民币柒万陆仟元整", "76,000.00",
            "记字第2号（1/2）", "过次页", "第1页/共2页",
        ):  # fmt: skip
            assert words in first, words
        for words in (
            "记字第2号（2/2）",
            "人民币捌元柒角伍分",
            "记字第3号",
            "人民币伍分",
            "第2页/共2页",
        ):
            assert words in second, words
        for place, post in (
            ("会计主管", "FHEAD"), ("记账", "FACC2"), ("出纳", "FCASH"), ("稽核", "FCHK"),
            ("制单", "FACC"),
        ):  # fmt: skip
            assert f"{place}：{city.user(post).name}" in first, place

    def test_a_range_of_numbers_prints_only_those(self, city):
        [page] = texts(made(city, wanted(first_number=3, last_number=3)))
        assert "记字第3号" in page
        assert "记字第1号" not in page

    def test_a_day_book_totals_days_and_a_detail_ledger_months(self, city):
        [book] = texts(made(city, wanted(PrintKind.DAY_BOOK, account_code="1002")))
        # 76,000.00 + 8.75 + 0.05 = 76,008.80.
        for words in (
            "银行存款日记账",
            "期初余额",
            "本日合计",
            "本月合计",
            "本年累计",
            "76,008.80",
            "第1页/共1页",
        ):
            assert words in book, words
        [detail] = texts(made(city, wanted(PrintKind.DETAIL, account_code="4001")))
        assert "本日合计" not in detail
        assert "76,008.75" in detail

    def test_the_general_ledger_has_a_page_for_each_account_that_moved(self, city):
        pages = texts(made(city, wanted(PrintKind.GENERAL)))
        assert [page[:2] for page in pages] == ["总账"] * 3
        assert ["1002收入户存款" in pages[0], "4001" in pages[1], "4201" in pages[2]] == [True] * 3

    @pytest.mark.parametrize("what", [PrintKind.DETAIL, PrintKind.GENERAL])
    def test_the_workbook_says_the_same(self, city, what):
        content = made(city, wanted(what, account_code="1002", is_workbook=True))
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[-1][2].endswith("本年累计")
        assert Decimal(str(rows[-1][3])) == Decimal("76008.80")

    def test_nothing_posted_nothing_printed(self, city):
        for request in (wanted(first_number=9), wanted(PrintKind.DETAIL, account_code="5001")):
            with pytest.raises(NothingToPrint):
                request_print(actor=city.actor("FACC"), wanted=request, at=NOW)

    def test_who_reads_no_books_prints_none(self, city):
        with pytest.raises(DutyNotHeld):
            request_print(actor=city.actor("RISK", "510402"), wanted=wanted(), at=NOW)

    def test_a_voucher_alone_prints_on_the_same_form(self, city):
        voucher = Voucher.objects.get(state="DRAFT")
        slips = list_slips(actor=city.actor("FACC"), voucher_ids=[voucher.pk])
        [part] = paper.voucher_parts(slips, paper.Print("测试", NOW, 1))
        [page] = texts(part)
        assert "未入账" in page
        assert f"未编号#{voucher.pk}" in page


def line(number: int, amount: str, day: date = NOVEMBER) -> LedgerLine:
    """Return a line of so much on the credit side, balance 1000 less what went before."""
    paid = Decimal(amount)
    return LedgerLine(
        number, day, number, 1, "支付", "", "", "", Decimal(0), paid, 1000 - paid * number
    )


class TestPages:
    def test_pages_carry_the_months_turnover_and_the_balance(self):
        # 28 lines of 2.00 fill the first page behind its opening: 56.00 paid, 944.00 left.
        rows = [line(number, "2.00") for number in range(1, 41)]
        pages = list(paper.ledger_pages(Decimal(1000), rows, "借"))
        assert [len(page) for page in pages] == [30, 13]
        carried = pages[0][-1]
        assert (carried.summary, carried.credit, carried.balance) == ("过次页", "56.00", "944.00")
        assert (pages[1][0].summary, pages[1][0].credit) == ("承前页", "56.00")
        assert len(pages) == paper.page_count(40)

    @pytest.mark.parametrize(("rows", "pages"), [(0, 1), (28, 1), (29, 2), (56, 2), (57, 3)])
    def test_how_many_pages_there_are_is_known_before(self, rows, pages):
        lines = [line(number, "1.00") for number in range(1, rows + 1)]
        assert len(list(paper.ledger_pages(Decimal(1000), lines, "借"))) == pages
        assert paper.page_count(rows) == pages

    def test_a_balance_on_the_other_side_says_so(self):
        [page] = paper.ledger_pages(Decimal(1), [line(1, "1001.00")], "借")
        assert (page[1].side, page[1].balance) == ("贷", "1.00")
        [page] = paper.ledger_pages(Decimal(1000), [line(1, "1000.00")], "借")
        assert page[1].side == "平"
