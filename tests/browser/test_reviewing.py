"""The reviewer's row of cases: signed one after another, and like ones on one sheet."""

from datetime import date

import pytest

from accounts.enums import Decision
from payouts.enums import CaseState, EnrolmentStatus, SourceKind
from payouts.models import BenefitCase
from payouts.services.intake_feedback import resume_case
from tests.city import NOW
from tests.payouts.build import card_number
from tests.payouts.claims.story import (
    ask_look_check,
    feed,
    import_rows,
    person_number,
    record,
    review,
    take_in,
)

pytestmark = pytest.mark.browser
NAMES = ("王芳", "李四", "赵敏", "陈静", "黄勇", "周杰")


@pytest.fixture
def cases(city):
    """Six claims of one office, known to both sources, that wait for first review."""
    with city.tenant():
        columns = {
            "place": "510402",
            "status": EnrolmentStatus.STOPPED,
            "last_month": date(2026, 9, 1),
            "contributed_months": 137,
        }
        rows = [(person_number(i), name, columns) for i, name in enumerate(NAMES, start=1)]
        import_rows(city, rows=rows)
        import_rows(city, kind=SourceKind.MEDICAL, month=date(2026, 10, 1))
        return [
            take_in(
                city,
                enrolled=None,
                number=person_number(index),
                name=name,
                card=card_number(800_000 + index),
            )
            for index, name in enumerate(NAMES, start=1)
        ]


def states(city, cases):
    with city.tenant():
        return [BenefitCase.objects.get(pk=case.pk).state for case in cases]


def press(page, key):
    """Press a key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)
    page.wait_for_load_state("load")


def test_one_case_after_another_is_signed_by_key_without_the_list(city, cases, sit_down):
    with sit_down("rev1510402") as desk:
        visited = []
        desk.page.on("framenavigated", lambda frame: visited.append(frame.url))
        desk.open("/payouts/cases/next/")
        for done, name in enumerate(NAMES):
            desk.see(f"今日已办 {done}件，尚余 {len(NAMES) - done}件")
            assert name in desk.page.inner_text("h1")
            press(desk.page, "Alt+a")
        desk.see("目前没有其他等待您办理的案件")
        lists = [url for url in visited if url.endswith("/payouts/cases/")]
        assert len(lists) == 1  # only at the end
    assert states(city, cases) == [CaseState.RE_REVIEW] * len(cases)


def test_a_case_passed_over_comes_back_at_the_end_and_the_filter_stays(city, cases, sit_down):
    with sit_down("rev1510402") as desk:
        desk.open("/payouts/cases/")
        desk.choose(state="FIRST_REVIEW")  # the list changes without a new page
        desk.page.wait_for_url("**state=FIRST_REVIEW**")
        desk.page.get_by_role("link", name="办理下一件").focus()
        press(desk.page, "Enter")
        assert NAMES[0] in desk.page.inner_text("h1")
        press(desk.page, "Alt+j")
        for name in (*NAMES[1:], NAMES[0]):
            assert name in desk.page.inner_text("h1")
            assert "state=FIRST_REVIEW" in desk.page.url
            press(desk.page, "Alt+a")
        assert "state=FIRST_REVIEW" in desk.page.url
    assert states(city, cases) == [CaseState.RE_REVIEW] * len(cases)


def test_what_changed_since_the_last_round_stands_on_top(city, cases, sit_down):
    with city.tenant():
        case = review(city, cases[0], "REV1", decision=Decision.RETURN, opinion="账户有误")
        resume_case(actor=city.actor("ACC", "510402"), case_id=case.pk, at=NOW)
        case.refresh_from_db()
        ask_look_check(city, case)
        record(city, case, card=card_number(800_099), paying="510421", leaving_reason="02")
        feed(city, case)
    with sit_down("rev1510421") as desk:
        desk.open(f"/payouts/cases/{case.pk}/")
        changes = desk.page.locator("#rounds")
        assert "与第1轮的差异" in changes.inner_text()
        rows = {}
        for row in changes.locator("tbody tr").all():
            area, old, new = (text.strip() for text in row.locator("td").all_inner_texts())
            rows[area, row.locator("th").inner_text()] = (old, new)
        assert rows["申领信息", "发放地"] == ("东区", "米易县")
        assert rows["申领信息", "月发放标准"] == ("¥1,864.00", "¥1,760.00")
        assert rows["申领信息", "失业原因"][1].startswith("02")
        assert rows["核定计算", "月发放标准"][1].startswith("2,200.00 × 80%")
        assert ("申领信息", "失业日期") not in rows
        desk.picture("rounds")


def test_like_cases_are_signed_on_one_sheet_after_counting_them(city, cases, sit_down):
    with city.tenant():
        for case in cases:
            review(city, case, "REV1")
    with sit_down("rev2510402") as desk:
        desk.open("/payouts/cases/bulk/")
        desk.see("可以一并复核")
        press(desk.page, "Enter")  # the button has the focus
        desk.see("共 6件")
        desk.see("人民币壹万壹仟壹佰捌拾肆元整")
        desk.picture("bulk-sheet")
        desk.page.keyboard.type("5")
        press(desk.page, "Control+Enter")
        desk.see("没有签署任何案件")
        assert states(city, cases) == [CaseState.RE_REVIEW] * len(cases)
        desk.page.focus("[name=count]")
        desk.page.keyboard.press("Control+a")
        desk.page.keyboard.type("6")
        press(desk.page, "Control+Enter")
        desk.see("已复核通过 6 件")
    assert states(city, cases) == [CaseState.APPROVAL] * len(cases)
