"""Every page of the site, at both sizes, with the keyboard alone, and under axe.

A page is opened at the smaller size and drawn again at the larger one. Nothing is compared to
pixels; a page must say what it is and what it is for.
"""

import re

import pytest

from tests.architecture.permission_matrix import MATRIX, SIGNED_OUT
from tests.browser.walk.stops import STOPS
from tests.browser.walk.walker import SIZES

pytestmark = pytest.mark.browser

# Addresses asked with GET that answer with a file or a figure, or lead on to another page.
FILES = {
    "accounts:document",
    "accounts:session_clock",
    "analysis_print",
    "analysis_workbook",
    "disclosure_print",
    "funds:bank_reviews_print",
    "funds:bank_statement_template",
    "funds:budget_execution_print",
    "funds:budget_execution_workbook",
    "funds:budget_print",
    "funds:budget_workbook",
    "funds:current_accounts_print",
    "funds:entry_print",
    "funds:financial_statement_print",
    "funds:financial_statement_workbook",
    "funds:funds_plan_print",
    "funds:funds_plan_workbook",
    "funds:gap_sheet_print",
    "funds:gap_sheet_workbook",
    "funds:handover_print",
    "funds:reserves_print",
    "funds:tax_list_template",
    "funds:voucher_print",
    "help_post_print",
    "payouts:batch_print",
    "payouts:case_document",
    "payouts:source_template",
    "reconciliation:adjustment_print",
    "reconciliation:statement_print",
}
LEADS_ON = {"accounts:notice", "funds:allotment", "payouts:next_case"}
HEALTH = {"healthz", "readyz"}


def test_every_address_that_shows_a_page_is_walked():
    pages = {name for name, entry in MATRIX.items() if entry.method == "GET"}
    pages |= SIGNED_OUT - HEALTH
    assert {stop.address for stop in STOPS} == pages - FILES - LEADS_ON


def test_every_stop_has_a_name_of_its_own():
    names = [stop.name for stop in STOPS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.name)
def test_page(walker, stop):
    window = walker.go_to(stop)
    walker.album.keep(window, stop.name, stop.user)
    found = [
        *says(window, stop),
        *window.violations(),
        *(f"{size[0]}: {wide}" for size in SIZES for wide in window.at_size(size).ask("wide")),
        *keyboard(window.at_size(SIZES[0])),
        *window.problems,
    ]
    assert found == []


def says(window, stop):
    """Yield what the page ought to say and does not."""
    heading, title = window.page.inner_text("h1"), window.page.title()
    if not heading or stop.title not in heading:
        yield f"the heading is {heading!r}"
    if not title.removeprefix("错误：") or title.startswith("·"):
        yield f"the title is {title!r}"
    text = re.sub(r"\s+", " ", window.page.inner_text("main"))
    yield from (f"does not say {words}" for words in stop.says if words not in text)


def keyboard(window):
    """Yield what the Tab key does not reach, does not show, or shows behind something else."""
    if window.page.locator(".skip").count():
        window.page.locator(".skip").focus()
        window.page.keyboard.press("Enter")
        if window.page.evaluate("document.activeElement.id") != "main":
            yield "the skip link does not lead to the main part"
    window.tab_through()
    yield from (f"Tab does not reach {name}" for name in window.ask("unreached"))
    yield from (f"no focus ring on {name}" for name in window.ask("unringed"))
    yield from (f"focused behind something else: {name}" for name in window.ask("covered"))
