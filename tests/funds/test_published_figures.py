"""Figures others published, booked and reckoned here."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.duties import Duty
from accounts.services.documents import TEXT, NewDocument, store_document
from funds.calculators import is_policy_gate_open, months_of_capacity
from funds.enums import BusinessEvent
from funds.models import TaxIncomeList
from funds.selectors.balances import account_balance
from funds.selectors.books import unemployment_book
from tests.city import NOW, found_city
from tests.funds.builders import credit, debit, posted

HUNDRED_MILLION = Decimal("100000000.00")  # 亿元


def tax_list(city, month, amount):
    """Return the list of the tax authority from which a collection is booked."""
    centre, accountant = city.offices["510400"], city.actor("FACC")
    file = NewDocument(centre.pk, Duty.BOOKS_READ, "征收明细", "tax.csv", TEXT, amount.encode())
    return TaxIncomeList.objects.create(
        pool=city.pool,
        book=unemployment_book(),
        month=month,
        document=store_document(actor=accountant, document=file, at=NOW),
        line_count=1,
        total_amount=Decimal(amount),
        imported_at=NOW,
    ).pk


@pytest.mark.django_db
def test_the_textbooks_entries_end_where_the_textbook_says():
    """76,000 booked by the treasury, 880,000 moved on (《政府与非营利组织会计》第5版).

    The 880,000 come from earlier collections. The textbook also draws 500 in cash and pays 350 of
    it; here benefits are paid to people's accounts only, and no event touches cash.
    """
    city = found_city()
    for month, amount in ((date(2026, 9, 1), "880000"), (date(2026, 10, 1), "76000")):
        lines = (debit("1005", amount), credit("400101", amount))
        source_id = tax_list(city, month, amount)
        posted(city, *lines, event=BusinessEvent.TAX_COLLECTED, source_id=source_id)
    moved = (debit("100301", "880000"), credit("1005", "880000"))
    posted(city, *moved, event=BusinessEvent.TREASURY_TO_FISCAL)
    book = unemployment_book().pk
    found = {
        code: account_balance(book_id=book, account_code=code, until=None)
        for code in ("1001", "1003", "1005", "4001")
    }
    assert found == {
        "1001": Decimal("0.00"),
        "1003": Decimal("880000.00"),
        "1005": Decimal("76000.00"),
        "4001": Decimal("956000.00"),
    }


def test_the_nations_fund_of_2021_pays_twenty_six_and_a_half_months():
    """Income 1,460, expenditure 1,500, balance 3,313 (亿元; 人社部《2021年度统计公报》)."""
    balance, spent = 3313 * HUNDRED_MILLION, 1500 * HUNDRED_MILLION
    assert months_of_capacity(balance, [spent / 12] * 12) == Decimal("26.5")  # 3313 ÷ 125
    assert is_policy_gate_open(balance, spent, Decimal(12)) is True
    assert balance - (1460 - 1500) * HUNDRED_MILLION == 3353 * HUNDRED_MILLION  # before 2021
