"""A clean claim taken in without a mouse: what an experienced clerk does in under two minutes."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from common.identifiers import make_identity_number
from payouts.enums import CaseState
from payouts.models import BenefitCase, PayeeAccount
from tests.payouts.claims.story import CARD, enrol

pytestmark = pytest.mark.browser

NAME = "赵敏"
IDENTITY = make_identity_number("510402", date(1985, 6, 15), 102)
# An experienced typist needs about 0.28 s a key, and as many seconds to look at each page.
SECONDS_A_KEY, SECONDS_A_PAGE = 0.28, 6
LIMIT = 120  # seconds


class Keyboard:
    """Two hands on the keys, counted; the mouse stays where it is."""

    def __init__(self, page):
        self.page = page
        self.keys = 0
        self.pages = 1

    def type(self, text):
        self.page.keyboard.type(text)
        self.keys += len(text)

    def press(self, key, times=1):
        for _ in range(times):
            self.page.keyboard.press(key)
        self.keys += times

    def enter_page(self, key="Enter"):
        """Press the key that sends the form, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.press(key)
        self.page.wait_for_load_state("load")
        self.pages += 1

    def is_at(self, name):
        """Tell whether the focus is on the field of this name or id."""
        script = "n => [document.activeElement.name, document.activeElement.id].includes(n)"
        return self.page.evaluate(script, name)

    def words(self):
        """Return the words of whatever has the focus."""
        return self.page.evaluate("document.activeElement.textContent.trim()")


@pytest.fixture
def clerk(city, sit_down):
    with city.tenant():
        day = timezone.localdate()
        extract = enrol(city, IDENTITY, NAME, months=130, last_month=date(2026, 1, 1))
        type(extract).objects.filter(pk=extract.pk).update(data_date=day - timedelta(days=1))
    with sit_down("acc510402") as desk:
        desk.page.add_init_script(
            "addEventListener('mousedown', () => { document.title = 'MOUSE'; }, true)"
        )
        desk.open("/payouts/intake/")
        yield desk


def test_a_clean_claim_takes_no_mouse_and_less_than_two_minutes(city, clerk):
    keys, page = Keyboard(clerk.page), clerk.page
    assert keys.is_at("identity_number")
    keys.type(IDENTITY)
    assert "女" in page.inner_text("main")
    assert "1985-06-15" in page.inner_text("main")
    keys.press("Enter")
    assert keys.is_at("name")
    keys.type(NAME)
    keys.enter_page("Control+Enter")
    for step in ("一问", "二看", "三查"):
        assert page.locator("[aria-current=step]").inner_text().splitlines()[-1] == step
        answer_points(keys)
    record_the_claim(keys, page)
    assert "15个月" in page.inner_text("main") or "24个月" in page.inner_text("main")
    answer_points(keys)
    assert keys.words() == "继续受理下一件"
    assert "已受理" in page.inner_text("main")
    assert page.title() != "MOUSE"
    assert keys.keys * SECONDS_A_KEY + keys.pages * SECONDS_A_PAGE < LIMIT
    assert_submitted(city)
    keys.enter_page()
    assert keys.is_at("identity_number")


def answer_points(keys):
    """Answer every point with 1; the focus walks by itself and ends on the button."""
    while keys.words() not in {"记录并进入下一步", "提交并出具文书"}:
        assert keys.page.evaluate("document.activeElement.type") == "radio"
        keys.press("1")
    keys.enter_page()


def record_the_claim(keys, page):
    today = timezone.localdate()
    # The source knows the place of insurance, the clerk's own office pays: both are filled.
    assert page.input_value("#id_insured_organisation") == "东区"
    assert page.input_value("#id_paying_organisation") == "东区"
    assert keys.is_at("id_leaving_reason")
    keys.type("期满")
    assert page.locator("[role=listbox]:visible [role=option]").count() == 1
    keys.press("Enter")
    assert page.input_value("#id_leaving_reason").startswith("01 劳动合同终止")
    assert keys.is_at("unemployed_date")
    keys.type(f"{today - timedelta(days=40):%Y%m%d}")
    keys.press("Enter")
    keys.type(f"{today - timedelta(days=20):%Y-%m-%d}")
    keys.press("Enter")
    assert page.input_value("[name=unemployed_date]") == f"{today - timedelta(days=40):%Y-%m-%d}"
    keys.press("Enter", times=2)  # months carried are filled, no evidence is needed
    assert keys.is_at("phone")
    keys.type("13800000001")
    keys.press("Enter", times=2)
    assert keys.is_at("account_number")
    keys.type(CARD)
    assert page.input_value("[name=bank_name]") == "农业银行"
    keys.press("Enter", times=3)
    answer_points(keys)


def assert_submitted(city):
    with city.tenant():
        case = BenefitCase.objects.get()
        assert case.state == CaseState.FIRST_REVIEW
        assert (case.claimant.name, case.leaving_reason) == (NAME, "01")
        assert case.paying_organisation.short_name == "东区"
        assert PayeeAccount.objects.get().bank_name == "农业银行"


def test_a_wrong_entry_takes_the_focus_and_keeps_what_was_typed(clerk):
    keys, page = Keyboard(clerk.page), clerk.page
    keys.type(IDENTITY[:-1] + ("1" if IDENTITY[-1] == "0" else "0"))
    assert "校验位不正确" in page.inner_text("main")
    keys.press("Enter")
    keys.type("赵3")
    keys.enter_page("Control+Enter")
    assert page.title().startswith("错误：")
    assert "有 2 处需要更正" in keys.words()
    keys.press("Enter")
    assert keys.is_at("identity_number")
    assert page.input_value("[name=name]") == "赵3"
    keys.press("F8")
    keys.type(IDENTITY)
    assert page.input_value("[name=identity_number]") == IDENTITY
    assert "1985-06-15" in page.inner_text("main")


def test_a_list_is_searched_by_words_and_by_code_and_keeps_its_value(clerk):
    keys, page = Keyboard(clerk.page), clerk.page
    keys.type(IDENTITY)
    keys.press("Enter")
    keys.type(NAME)
    keys.enter_page("Control+Enter")
    for _ in range(3):
        answer_points(keys)
    page.focus("#id_paying_organisation")
    chosen = "[name=paying_organisation] option:checked"
    for typed, place in (("411", "仁和区"), ("米易", "米易县"), ("510422", "盐边县")):
        keys.press("Control+a")
        keys.type(typed)
        keys.press("Enter")
        assert page.locator(chosen).text_content() == place
        page.focus("#id_paying_organisation")
    keys.press("Control+a")
    keys.type("成都")
    assert "没有匹配的选项" in page.locator("[role=listbox]:visible").inner_text()
    keys.press("Enter")
    assert keys.is_at("id_paying_organisation")
    keys.press("Tab")
    assert page.input_value("#id_paying_organisation") == "盐边县"
    page.get_by_text("草稿已保存").wait_for()  # by itself, 1.2 s after the last key
    page.reload()
    assert page.input_value("#id_paying_organisation") == "盐边县"
    page.focus("[name=account_number]")
    keys.type("990000")
    assert "未能识别开户银行" in page.inner_text("main")
    assert page.input_value("[name=bank_name]") == ""
