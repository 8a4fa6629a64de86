"""Pages and papers of gap sharing and of the reserve: what they say, and who is told of work."""

import io

import openpyxl
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from funds.models import GapSheet, ReserveEntry
from funds.selectors.worklist import list_waiting_work
from funds.sharing_enums import GapSheetState, ReserveKind, ReserveState
from tests.city import TODAY
from tests.funds.sharing import booked, gap_year, prepared, registered, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(time_machine, founded):
    time_machine.move_to("2026-11-02T09:00:00+08:00", tick=True)
    return founded


@pytest.fixture
def browse(city, client):
    """Return a function that signs a post's holder in and gives the client."""

    def sign_in(post_code: str):
        user = city.user(post_code)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def at(name: str, one=None) -> str:
    return reverse(f"funds:{name}", args=[one.pk] if one else [])


def scan():
    return SimpleUploadedFile("依据.pdf", b"%PDF-1.7 decided", "application/pdf")


def typed(**changes) -> dict:
    """Return the fields of an allocation, as the budget post types them."""
    fields = {
        "kind": "ALLOCATION",
        "entry_date": "2026-11-02",
        "amount": "5,000",
        "document_number": "人社发〔2026〕9号",
        "reason": "年度计提",
    }
    return fields | {"scan": scan()} | changes


def text_of(content: bytes) -> str:
    pages = pypdfium2.PdfDocument(content)
    words = "".join(page.get_textpage().get_text_bounded() for page in pages)
    return "".join(words.split())


class TestGapSheets:
    def test_the_budget_post_sees_the_gap_and_keeps_it_and_the_head_signs(self, city, browse):
        gap_year(city)
        page = browse("BUDG").get(f"{at('gap_sheet_new')}?month=202610").content.decode()
        for words in ("200,000.00", "133,333.35", "短收833,333.33－800,000.00", "弥补次序"):
            assert words in page
        answer = browse("BUDG").post(f"{at('gap_sheet_new')}?month=202610", follow=True)
        assert "已测算，等待主要领导批准" in answer.content.decode()
        sheet = GapSheet.objects.get()
        fields = {"decision": "APPROVE", "opinion": "", "seen": sheet.content_sha256}
        answer = browse("HEAD").post(at("gap_sheet_decide", sheet), fields, follow=True)
        assert "已批准" in answer.content.decode()
        assert GapSheet.objects.get().state == GapSheetState.SIGNED

    def test_what_cannot_be_kept_says_why(self, city, browse):
        prepared(city)
        answer = browse("BUDG").post(at("gap_sheet_new"), follow=True)
        assert "已有一份分担表等待批准" in answer.content.decode()

    def test_a_year_without_a_gap_says_so(self, city, browse):
        sheet = signed(city, prepared(city))
        page = browse("AUDX").get(at("gap_sheet", sheet)).content.decode()
        assert "没有缺口，各地不分担" in page
        assert "保存并送批" not in browse("AUDX").get(at("gap_sheet_new")).content.decode()

    def test_a_void_sheet_is_marked_on_page_and_paper(self, city, browse):
        sheet = signed(city, prepared(city))
        gap_year(city)
        signed(city, prepared(city))
        assert "本表已作废" in browse("FACC").get(at("gap_sheet", sheet)).content.decode()
        paper = text_of(browse("FACC").get(at("gap_sheet_print", sheet)).content)
        assert "缺口分担表（已作废）" in paper

    def test_the_workbook_adds_up_to_the_gap_by_formulas(self, city, browse):
        gap_year(city)
        sheet = signed(city, prepared(city))
        content = browse("FACC").get(at("gap_sheet_workbook", sheet)).content
        rows = list(openpyxl.load_workbook(io.BytesIO(content))["缺口分担表"].values)
        shares = [row[6] for row in rows if row[0] in {*["市本级", "东区", "西区", "统筹区"]}]
        assert float(sum(shares)) == pytest.approx(200000)
        total = next(row for row in rows if row[0] == "合计")
        assert str(total[6]).startswith("=SUM(")

    def test_the_paper_says_who_bears_what_and_who_signed(self, city, browse):
        gap_year(city)
        sheet = signed(city, prepared(city))
        paper = text_of(browse("FACC").get(at("gap_sheet_print", sheet)).content)
        for words in ("133,333.35", "39,999.99", "统筹区", "弥补次序", "主要领导：市本级HEAD"):
            assert words in paper


class TestReserves:
    def test_an_entry_goes_from_its_form_into_the_account(self, city, browse):
        answer = browse("BUDG").post(at("reserve_new"), typed(), follow=True)
        assert "等待主要领导批准" in answer.content.decode()
        entry = ReserveEntry.objects.get()
        fields = {"decision": "APPROVE", "opinion": "", "seen": entry.content_sha256}
        browse("HEAD").post(at("reserve_decide", entry), fields)
        page = browse("AUDX").get(at("reserves")).content.decode()
        for words in ("年度计提", "5,000.00", "伍仟元整", "由预算岗登记"):
            assert words in page

    def test_a_refused_form_keeps_what_was_typed(self, city, browse):
        fields = typed(kind="LOWERED", amount="9,999")
        answer = browse("BUDG").post(at("reserve_new"), fields)
        assert answer.status_code == 422
        assert "储备金余额不足" in answer.content.decode()
        assert "9,999" in answer.content.decode()

    def test_an_entry_is_taken_back_on_its_page(self, city, browse):
        entry = booked(city)
        fields = {"reason": "重复登记", "document_number": "人社发〔2026〕10号", "scan": scan()}
        answer = browse("BUDG").post(at("reserve_reverse", entry), fields, follow=True)
        assert "已登记冲销" in answer.content.decode()
        counter = ReserveEntry.objects.get(reverses=entry)
        assert counter.state == ReserveState.WAITING
        page = browse("FACC").get(at("reserve", entry)).content.decode()
        assert f"{counter.number}</a>冲销" in page
        assert "登记冲销" not in page

    def test_a_draw_leads_to_its_sheet(self, city, browse):
        gap_year(city)
        sheet = signed(city, prepared(city))
        booked(city, amount="200000.00")
        form = browse("BUDG").get(at("reserve_new")).content.decode()
        assert "尚可动用133,333.35元" in form
        entry = registered(city, ReserveKind.DRAW, "1000.00", gap_sheet_id=sheet.pk)
        page = browse("HEAD").get(at("reserve", entry)).content.decode()
        assert at("gap_sheet", sheet) in page

    def test_the_paper_holds_the_running_balance(self, city, browse):
        booked(city)
        booked(city, ReserveKind.LOWERED, "1.50")
        paper = text_of(browse("FACC").get(f"{at('reserves_print')}?year=2026").content)
        for words in ("储备金备查账", "1,000.00", "1.50", "998.50", "本年合计"):
            assert words in paper


def test_the_head_is_told_what_waits_and_nobody_else(city):
    prepared(city)
    registered(city)
    told = {
        post: {
            line.label: line.count
            for line in list_waiting_work(actor=city.actor(post), today=TODAY)
            if "储备金" in line.label or "缺口" in line.label
        }
        for post in ("HEAD", "BUDG", "LEAD")
    }
    waiting = {"待批准缺口分担表": 1, "待批准储备金登记": 1}
    assert told == {"HEAD": waiting, "BUDG": {}, "LEAD": {}}
