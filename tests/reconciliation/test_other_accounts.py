"""R3 and R4: 收入户 and 财政专户 against their banks, in every book, as R2 is."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounts.permissions import DutyNotHeld
from common.db import violated_constraint
from common.errors import NotFound
from funds.enums import BusinessEvent
from funds.models import BankAccount
from reconciliation.documents.adjustment import print_context
from reconciliation.selectors.adjustments import load_adjustment
from reconciliation.selectors.bank_movements import StatementsMissing
from reconciliation.services.ledger_bank import check_adjustment, run_ledger_bank
from tests.funds.builders import credit, debit, posted
from tests.funds.investing import DEPOSIT, bought
from tests.reconciliation.build import AT, MONTH, bank_statement

pytestmark = pytest.mark.django_db
E, DAY = BusinessEvent, date(2026, 10, 8)


def account(kind, book="UNEMPLOYMENT"):
    return BankAccount.objects.get(kind=kind, book__kind=book, is_active=True)


def draw_up(city, bank_account, post="FCASH"):
    return run_ledger_bank(actor=city.actor(post), month=MONTH, at=AT, account_id=bank_account.pk)


def items(sheet):
    return [(i.side, i.item_date, i.amount) for i in sheet.items.order_by("item_date", "id")]


def test_the_income_account_ties_with_what_is_on_its_way(city):
    """Books 50,000.00 + 800.00 - 50,000.00; the bank has not booked the last interest yet."""
    income = account("INCOME")
    posted(city, debit("1002", "50000"), credit("400101", "50000"), day=DAY)
    posted(city, debit("100301", "50000"), credit("1002", "50000"), day=date(2026, 10, 20))
    posted(city, debit("1002", "800"), credit("420101", "800"), day=date(2026, 10, 31))
    movements = [
        (DAY, "0.00", "50000.00", "S1", "直接缴费"),
        (date(2026, 10, 20), "50000.00", "0.00", "S2", "划转财政专户"),
    ]
    bank_statement(city, movements, account=income)
    sheet = draw_up(city, income)
    assert (sheet.run.kind, sheet.run.state) == ("R3", "EQUAL")
    assert (sheet.ledger_balance, sheet.bank_balance) == (Decimal("800.00"), 0)
    assert (sheet.ledger_adjusted, sheet.bank_adjusted) == (Decimal("800.00"),) * 2
    assert items(sheet) == [("UNIT_RECEIVED", date(2026, 10, 31), Decimal("800.00"))]
    check_adjustment(actor=city.actor("FCHK"), adjustment_id=sheet.pk, at=AT)
    printed = print_context(load_adjustment(sheet.pk))
    assert printed["title_text"] == "银行收入户存款余额调节表"
    assert printed["is_final"]


def test_a_deposit_leaves_the_demand_account_whose_statement_the_bureau_sends(city):
    """100,000.00 in, 60,000.00 of it placed for a term (100302): 40,000.00 left on demand."""
    fiscal = account("FISCAL")
    posted(
        city, debit("100301", "100000"), credit("4101", "100000"), day=DAY, event=E.FISCAL_SUBSIDY
    )
    placed = date(2026, 10, 9)
    bought(city, DEPOSIT | {"principal": Decimal(60_000), "date_from": placed})
    movements = [
        (DAY, "0.00", "100000.00", "S1", "财政补贴"),
        (placed, "60000.00", "0.00", "S2", "转存定期"),
    ]
    bank_statement(city, movements, account=fiscal)
    sheet = draw_up(city, fiscal)
    assert (sheet.run.kind, sheet.run.left_count, sheet.run.right_count) == ("R4", 2, 2)
    assert (sheet.ledger_adjusted, sheet.bank_adjusted) == (Decimal("40000.00"),) * 2
    assert items(sheet) == []
    assert load_adjustment(sheet.pk).title == "财政专户存款余额调节表"


def test_an_item_of_an_earlier_month_is_a_typed_difference_with_an_owner(city):
    """The bank has 66.60 of September that the books do not know (D1)."""
    fiscal = account("FISCAL")
    september = date(2026, 9, 1)
    bank_statement(
        city,
        [(date(2026, 9, 21), "0.00", "66.60", "S1", "利息")],
        account=fiscal,
        month=september,
    )
    bank_statement(city, [], account=fiscal, opening="66.60")
    [row] = draw_up(city, fiscal).run.differences.all()
    assert (row.kind, row.left_amount, row.right_amount) == ("D1", 0, Decimal("66.60"))
    assert (row.owner_id, row.since_date) == (city.actor("FCASH").user_id, date(2026, 9, 21))


def test_every_book_has_its_own_sheets(city):
    farmers = account("EXPENDITURE", "LANDLESS_FARMERS")
    posted(
        city,
        debit("1004", "700"),
        credit("4401", "700"),
        day=DAY,
        event=E.HIGHER_SUBSIDY,
        book_id=farmers.book_id,
    )
    bank_statement(city, [(DAY, "0.00", "700.00", "S1", "上级补助")], account=farmers)
    sheet = draw_up(city, farmers)
    assert (sheet.run.kind, sheet.run.book_id) == ("R2", farmers.book_id)
    assert (sheet.ledger_adjusted, sheet.bank_adjusted) == (Decimal("700.00"),) * 2


def test_only_the_cashier_of_the_city_and_only_with_the_accounts_own_statement(city):
    income = account("INCOME")
    bank_statement(city, [], account=account("FISCAL"))
    with pytest.raises(DutyNotHeld):
        draw_up(city, income, post="FACC")
    with pytest.raises(StatementsMissing, match="请先导入收入户对账单"):
        draw_up(city, income)
    with pytest.raises(NotFound):
        run_ledger_bank(actor=city.actor("FCASH"), month=MONTH, at=AT, account_id=10**9)


def test_the_database_keeps_a_sheet_in_the_run_of_its_account(city):
    income, fiscal = account("INCOME"), account("FISCAL")
    bank_statement(city, [], account=income)
    bank_statement(city, [], account=fiscal)
    run = draw_up(city, income).run
    sheet = draw_up(city, fiscal)
    sheet.pk, sheet.run = None, run
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        sheet.save(force_insert=True)
    assert violated_constraint(caught.value) == "adjustment_in_the_run_of_its_account"
