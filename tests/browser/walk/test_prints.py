"""Every print of the standing city: a PDF whose text stays on its pages, signed with company."""

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from funds.models import (
    Budget,
    FinancialStatement,
    FundsEntry,
    FundsUsePlan,
    GapSheet,
    Handover,
    Voucher,
)
from payouts.models import PaymentBatch
from reconciliation.models import BalanceAdjustment, OfficeStatement
from tests.browser.walk.test_every_page import FILES
from tests.browser.walk.walker import BACKEND

pytestmark = pytest.mark.browser

# Address -> the object it prints (model, how to find one), or the words it takes.
PRINTS = {
    "analysis_print": (),
    "disclosure_print": (FinancialStatement, {"form": "DISCLOSURE"}),
    "funds:bank_reviews_print": (),
    "funds:budget_execution_print": (),
    "funds:budget_print": (Budget, {"state": "APPROVED"}),
    "funds:current_accounts_print": (),
    "funds:entry_print": (FundsEntry, {}),
    "funds:financial_statement_print": (FinancialStatement, {"form": "ACCOUNTS"}),
    "funds:funds_plan_print": (FundsUsePlan, {}),
    "funds:gap_sheet_print": (GapSheet, {"state": "SIGNED"}),
    "funds:handover_print": (Handover, {"state": "COMPLETE"}),
    "funds:reserves_print": (),
    "funds:voucher_print": (Voucher, {"state": "POSTED"}),
    "help_post_print": ("FACC",),
    "payouts:batch_print": (PaymentBatch, {}),
    "reconciliation:adjustment_print": (BalanceAdjustment, {}),
    "reconciliation:statement_print": (OfficeStatement, {}),
}
MARGIN = 25  # points that every form leaves at its sides, at least
SIGNERS = ("制表：", "移交人：", "编制（签章）：")  # a last page does not begin with them


def test_every_print_is_looked_at():
    assert set(PRINTS) == {name for name in FILES if name.endswith("_print")}


@pytest.mark.parametrize("name", sorted(PRINTS))
def test_the_text_of_a_print_stays_on_its_page(walker, name):
    client = Client()
    with walker.story.look():
        arguments = list(arguments_of(PRINTS[name]))
    client.force_login(User.objects.get(username="facc"), backend=BACKEND)
    answer = client.get(reverse(name, args=arguments))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    pages = list(pypdfium2.PdfDocument(answer.content))
    assert [place for page in pages for place in beyond(page)] == []
    last = pages[-1].get_textpage().get_text_range()
    assert not last.startswith(SIGNERS), f"only signatures on the last page: {last}"


def arguments_of(of):
    if not of or isinstance(of[0], str):
        return of
    model, wanted = of
    return model.objects.filter(**wanted).order_by("-pk").values_list("pk", flat=True)[:1]


def beyond(page):
    """Yield the signs that stand outside the margins."""
    text, width = page.get_textpage(), page.get_width()
    for place in range(text.count_chars()):
        left, _, right, _ = text.get_charbox(place)
        if left < right and (left < MARGIN or right > width - MARGIN):
            yield text.get_text_range(place, 1), round(left), round(right)
