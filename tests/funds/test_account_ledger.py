"""The books line by line: totals, pages in both directions, and where figures lead."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from common.errors import NotFound
from funds.models import Voucher
from funds.selectors.account_ledger import LedgerTotal, account_ledger, place_of
from funds.selectors.books import unemployment_book
from funds.selectors.general_ledger import general_ledger
from funds.selectors.ledger import LedgerScope
from tests.city import found_city
from tests.funds.builders import credit, debit, posted

pytestmark = pytest.mark.django_db
SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


@pytest.fixture
def city():
    """Return a city whose 支出户 received 500 in September and paid on two days of October."""
    city = found_city()
    posted(city, debit("1004", "500"), credit("100301", "500"), day=date(2026, 9, 5))
    for amount, day in (("120", 8), ("30", 8), ("7", 9)):
        posted(city, debit("500101", amount), credit("1004", amount), day=date(2026, 10, day))
    posted(city, debit("1004", "1"), credit("420101", "1"), day=date(2026, 10, 20))
    posted(city, debit("500101", "44"), credit("1004", "44"), day=date(2026, 11, 2))
    return city


def sheet_of(city, first=OCTOBER, last=NOVEMBER, code="1004", scope=None, **more):
    scope = scope or LedgerScope(unemployment_book().pk, first, last)
    return account_ledger(actor=city.actor("FCASH"), scope=scope, account_code=code, **more)


def totals(sheet):
    return [
        (row.label, f"{row.last}", f"{row.debit}", f"{row.credit}", f"{row.balance}")
        for row in sheet.rows
        if isinstance(row, LedgerTotal)
    ]


def test_each_day_month_and_year_is_totalled(city):
    # October: 120 + 30 on the 8th, 7 on the 9th, +1 on the 20th: 500 − 157 + 1 = 344;
    # November: −44 = 300. The year's debits: 500 + 1 = 501; its credits: 157, then 201.
    assert totals(sheet_of(city, with_days=True)) == [
        ("本日合计", "2026-10-08", "0.00", "150.00", "350.00"),
        ("本日合计", "2026-10-09", "0.00", "7.00", "343.00"),
        ("本日合计", "2026-10-20", "1.00", "0.00", "344.00"),
        ("本月合计", "2026-10-01", "1.00", "157.00", "344.00"),
        ("本年累计", "2026-10-01", "501.00", "157.00", "344.00"),
        ("本日合计", "2026-11-02", "0.00", "44.00", "300.00"),
        ("本月合计", "2026-11-01", "0.00", "44.00", "300.00"),
        ("本年累计", "2026-11-01", "501.00", "201.00", "300.00"),
    ]
    assert [label for label, *_ in totals(sheet_of(city))] == ["本月合计", "本年累计"] * 2


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_pages_in_both_directions_say_what_the_whole_says(city, size):
    whole = sheet_of(city, with_days=True)
    forward, place, sheets = [], None, []
    while True:
        sheet = sheet_of(city, with_days=True, size=size, place=place)
        forward += sheet.rows
        sheets.append(sheet)
        if not sheet.after:
            break
        place = place_of(sheet.after)
    assert forward == list(whole.rows)
    for earlier, later in zip(sheets[-2::-1], sheets[:0:-1], strict=True):
        back = sheet_of(
            city, with_days=True, size=size, place=place_of(later.before, is_before=True)
        )
        assert (back.rows, back.opening, back.after) == (
            earlier.rows, earlier.opening, earlier.after,
        )  # fmt: skip
    assert sheets[0].is_start
    assert not sheets[0].before


def test_one_side_shows_its_lines_and_their_sum(city):
    sheet = sheet_of(city, side="credit")
    assert [line.credit for line in sheet.lines] == [Decimal(n) for n in (120, 30, 7, 44)]
    assert (sum(line.credit for line in sheet.lines), totals(sheet)) == (sheet.credit, [])


def test_a_narrowed_ledger_adds_up_by_itself(city):
    east = city.offices["510402"].pk
    posted(city, debit("500101", "9", organisation_id=east, item_code="B01"), credit("1004", "9"),
           day=date(2026, 10, 9))  # fmt: skip
    scope = LedgerScope(unemployment_book().pk, OCTOBER, NOVEMBER)
    for narrowed in (replace(scope, organisation_id=east), replace(scope, item_code="B01")):
        sheet = sheet_of(city, scope=narrowed, code="5001")
        assert (sheet.debit, sheet.closing, len(sheet.lines)) == (Decimal(9), Decimal(9), 1)


@pytest.mark.parametrize("text", ["", "x", "2026-02-30_1_1", "2026-10-08_1", "2026-10-08_-1_1"])
def test_an_address_that_names_no_place_is_the_beginning(text):
    assert place_of(text) is None


def test_the_general_ledger_goes_month_by_month(city):
    book = unemployment_book().pk
    sheet = general_ledger(
        actor=city.actor("FACC"), book_id=book, account_code="1004", last=NOVEMBER
    )
    assert (sheet.opening, len(sheet.months)) == (Decimal("0.00"), 11)
    shown = [
        (row.month.month, f"{row.debit}", f"{row.credit}", f"{row.year_debit}",
         f"{row.year_credit}", f"{row.balance}")
        for row in sheet.months[8:]
    ]  # fmt: skip
    assert shown == [
        (9, "500.00", "0.00", "500.00", "0.00", "500.00"),
        (10, "1.00", "157.00", "501.00", "157.00", "344.00"),
        (11, "0.00", "44.00", "501.00", "201.00", "300.00"),
    ]
    with pytest.raises(NotFound):
        general_ledger(actor=city.actor("FACC"), book_id=book, account_code="77", last=NOVEMBER)


class TestDrillDown:
    """From any figure to its lines, from there to the voucher, from there to its source."""

    @pytest.fixture
    def browser(self, city, client, time_machine):
        time_machine.move_to("2026-11-02T09:00:00+08:00", tick=True)
        client.force_login(city.user("FACC"), backend="django.contrib.auth.backends.ModelBackend")
        return client

    def figures(self, page):
        """Return the amounts that are links, with their addresses."""
        found = re.findall(r'<a href="([^"]+)">\s*(−?[0-9,]+\.[0-9]{2})\s*</a>', page)
        return [(href.replace("&amp;", "&"), amount) for href, amount in found]

    @pytest.mark.parametrize("name", ["trial_balance", "ledger", "general_ledger"])
    def test_every_figure_leads_to_lines_that_add_up_to_it(self, city, browser, name):
        address = reverse(f"funds:{name}")
        page = browser.get(f"{address}?first=202610&last=202610&account=").content.decode()
        if name == "general_ledger":
            page = browser.get(f"{address}?account=1004&last=202610").content.decode()
        cells = re.findall(r'<td class="money">\s*(.*?)\s*</td>', page, re.DOTALL)
        body = [cell for cell in cells if "<br>" not in cell and cell]
        linked = self.figures(page)
        assert len(linked) >= len(body) - 2  # all but the two sums of turnover below the table
        for href, amount in linked:
            lines = browser.get(href if href.startswith("/") else f"{address}{href}")
            assert lines.status_code == 200
            assert amount in lines.content.decode(), (href, amount)

    def test_lines_lead_to_the_voucher_and_the_voucher_to_account_and_source(self, city, browser):
        page = browser.get(reverse("funds:ledger") + "?account=1004&first=202610").content.decode()
        voucher = Voucher.objects.filter(voucher_date=date(2026, 10, 9)).get()
        url = reverse("funds:voucher", args=[voucher.pk])
        assert f'<a href="{url}">7.00</a>' in page
        detail = browser.get(url).content.decode()
        assert f"{reverse('funds:ledger')}?account=1004&amp;first=202610" in detail
