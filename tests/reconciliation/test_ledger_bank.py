"""R2: matching in its order, the four groups by hand, and a sheet that two people sign."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.models import Job
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import AlreadySigned, approve
from common.db import read_objects
from common.errors import NotFound
from funds.enums import BusinessEvent
from funds.models import Voucher
from funds.selectors.books import (
    city_centre,
    expenditure_account,
    full_name,
    unemployment_book,
)
from funds.services.corrections import reverse_voucher
from funds.services.vouchers import DraftLine
from payouts.models import BankReturn, PaymentBatch
from reconciliation.calculators import (
    RULE_BATCH,
    RULE_NEAR,
    RULE_SERIAL,
    Movement,
    adjusted_balances,
    match_movements,
    outstanding_items,
)
from reconciliation.enums import OutstandingSide
from reconciliation.models import BalanceAdjustment, OutstandingItem
from reconciliation.selectors.adjustments import get_panes, load_adjustment
from reconciliation.selectors.bank_movements import StatementsMissing, ledger_side
from reconciliation.services.ledger_bank import (
    AdjustmentNotWaiting,
    AdjustmentUnequal,
    check_adjustment,
    matter_of,
    run_ledger_bank,
)
from tests.reconciliation.build import (
    AT,
    MONTH,
    ZERO,
    bank_statement,
    book,
    finish,
    pay,
    post,
    steps_of,
)
from tests.reconciliation.test_business_ledger import EAST
from tests.refusals import refused_by

DAY = date(2026, 10, 20)
CHANGE = "UPDATE reconciliation_balanceadjustment SET {} WHERE id = %s"


def move(key, amount, *, day=DAY, inflow=False, batch="", reference="", text=""):
    return Movement(key, inflow, Decimal(amount), day, batch, reference, text)


def rules(matching):
    return [
        (match.rule, [m.id for m in match.ledger], [m.id for m in match.bank])
        for match in matching.matches
    ]


def test_lines_that_name_a_batch_are_summed_and_must_be_equal():
    ledger = [move(1, "60.00", batch="P"), move(2, "40.00", batch="P"), move(3, "5.00", batch="Q")]
    bank = [move(1, "100.00", batch="P"), move(2, "5.01", batch="Q")]
    matching = match_movements(ledger, bank)
    assert rules(matching) == [(RULE_BATCH, [1, 2], [1])]
    assert ([m.id for m in matching.ledger_left], [m.id for m in matching.bank_left]) == ([3], [2])


def test_then_by_the_banks_serial_then_one_to_one_by_amount_within_three_days():
    ledger = [
        move(1, "7.00", text="拨款 ABC123456", inflow=True),
        move(2, "9.00", day=DAY),
        move(3, "9.00", day=DAY + timedelta(days=2)),
        move(4, "8.00"),
        move(5, "6.00"),
    ]
    bank = [
        move(1, "7.00", reference="ABC123456", inflow=True, day=DAY + timedelta(days=9)),
        move(2, "9.00", day=DAY + timedelta(days=3)),
        move(3, "8.00", day=DAY + timedelta(days=4)),
        move(4, "6.00", inflow=True),
    ]
    matching = match_movements(ledger, bank)
    assert rules(matching) == [(RULE_SERIAL, [1], [1]), (RULE_NEAR, [3], [2])]
    assert [m.id for m in matching.ledger_left] == [2, 4, 5]


def test_two_named_batches_never_match_by_amount():
    matching = match_movements([move(1, "9.00", batch="P")], [move(1, "9.00", batch="Q")])
    assert matching.matches == ()


def test_adjusted_balances_by_hand_with_items_in_all_four_groups():
    ledger = [move(1, "30.00", inflow=True), move(2, "400.00")]
    bank = [move(1, "5.00", inflow=True), move(2, "60.00")]
    items = outstanding_items(match_movements(ledger, bank))
    assert {item.side for item in items} == set(OutstandingSide)
    # Books 1,630.00: both sides begin with 2,000.00.
    balances = adjusted_balances(
        ledger_balance=Decimal("1630.00"), bank_balance=Decimal("1945.00"), items=items
    )
    assert balances.ledger == Decimal("1575.00")  # 1630 + 5 - 60
    assert balances.bank == Decimal("1575.00")  # 1945 + 30 - 400
    assert balances.is_equal


def allot(city, amount, day, reference):
    """Money from the finance bureau: Dr 1004, Cr 100301."""
    lines = [
        DraftLine("1004", Decimal(amount), ZERO, f"拨款 {reference}"),
        DraftLine("100301", ZERO, Decimal(amount), "拨款"),
    ]
    return post(city, lines, event=BusinessEvent.ALLOTMENT, day=day, summary=f"拨款 {reference}")


def october_of(city):
    """Pay two batches, book one otherwise; the books do not know the interest yet."""
    allot(city, "20000.00", date(2026, 10, 5), "CZ20261005")
    allot(city, "500.00", date(2026, 10, 31), "CZ20261031")
    first = pay(city, EAST, ["1864.00", "1760.00"], fails=[1])
    second = pay(city, EAST, ["900.00"])
    third = pay(city, EAST, ["70.00"])
    book(city, first)
    book(city, third)
    bank_statement(
        city,
        [
            (date(2026, 10, 5), "0.00", "20000.00", "CZ20261005", "财政拨款"),
            (date(2026, 10, 20), "1864.00", "0.00", "NY000001", first.number),
            (date(2026, 10, 20), "900.00", "0.00", "NY000002", second.number),
            (date(2026, 10, 30), "0.00", "12.34", "NY000003", "利息"),
        ],
    )
    return first, second, third


LAID = {"october": october_of}


@pytest.fixture
def october(laid):
    return laid


def reconcile(city, at=AT):
    return run_ledger_bank(actor=city.actor("FCASH"), month=MONTH, at=at)


def test_the_sheet_ties_with_an_item_in_each_group(city, october):
    sheet = reconcile(city)
    # Books: 20,000 + 500 - 1,864 - 70 = 18,566.00; bank: 20,000 - 1,864 - 900 + 12.34.
    assert (sheet.ledger_balance, sheet.bank_balance) == (
        Decimal("18566.00"),
        Decimal("17248.34"),
    )
    page = load_adjustment(sheet.pk)
    totals = {side.name: page.total_of(side) for side in OutstandingSide}
    assert totals == {
        "BANK_RECEIVED": Decimal("12.34"),
        "BANK_PAID": Decimal("900.00"),
        "UNIT_RECEIVED": Decimal("500.00"),
        "UNIT_PAID": Decimal("70.00"),
    }
    assert (sheet.ledger_adjusted, sheet.bank_adjusted) == (
        Decimal("17678.34"),
        Decimal("17678.34"),
    )
    assert [item.age for item in page.items] == [11, 11, 1, 0]


def test_a_second_person_checks_it_once_and_asks_for_the_print(city, october):
    sheet = reconcile(city)
    with pytest.raises(DutyNotHeld):
        check_adjustment(actor=city.actor("FCASH"), adjustment_id=sheet.pk, at=AT)
    with pytest.raises(AlreadySigned):
        approve(city.actor("FCASH"), matter_of(sheet, city_centre()), "CHECK", AT)
    checker = city.actor("FCHK")
    checked = check_adjustment(
        actor=checker, adjustment_id=sheet.pk, at=AT, seen_sha256=sheet.content_sha256
    )
    assert checked.state == "CHECKED"
    assert steps_of("BALANCE_ADJUSTMENT", sheet.pk) == ["PREPARE", "CHECK"]
    assert Job.objects.filter(key=f"adjustment:{sheet.pk}").exists()
    with pytest.raises(AdjustmentNotWaiting):
        check_adjustment(actor=checker, adjustment_id=sheet.pk, at=AT)


def test_running_again_replaces_the_sheet_and_the_old_one_is_checked_no_more(city, october):
    old, new = reconcile(city), reconcile(city)
    old.run.refresh_from_db()
    assert (old.run.is_current, new.run.is_current) == (False, True)
    with pytest.raises(AdjustmentNotWaiting):
        check_adjustment(actor=city.actor("FCHK"), adjustment_id=old.pk, at=AT)


def test_the_page_shows_the_matching_as_it_was_when_the_sheet_was_made(city, october):
    first, second, _ = october
    sheet = reconcile(city)
    before = get_panes(actor=city.actor("FCHK"), adjustment_id=sheet.pk)
    assert [(group.rule, len(group.matches)) for group in before.groups] == [
        (RULE_BATCH, 1),
        (RULE_SERIAL, 1),
    ]
    assert [m.batch for m in before.bank_left] == [second.number, ""]
    assert first.number in {m.batch for g in before.groups for x in g.matches for m in x.ledger}
    book(city, second)
    later = reconcile(city, at=AT + timedelta(hours=1))
    after = get_panes(actor=city.actor("FCHK"), adjustment_id=later.pk)
    assert [m.batch for m in after.bank_left] == [""]


def test_a_batch_whose_amounts_differ_is_a_difference_and_stands_on_both_sides(city):
    batch = pay(city, EAST, ["900.00"])
    book(city, batch, amount="909.00")
    allot(city, "5000.00", date(2026, 10, 5), "CZ20261005")
    bank_statement(
        city,
        [
            (date(2026, 10, 5), "0.00", "5000.00", "CZ20261005", ""),
            (date(2026, 10, 20), "900.00", "0.00", "NY000001", batch.number),
        ],
    )
    sheet = reconcile(city)
    [row] = sheet.run.differences.all()
    assert (row.kind, row.left_amount, row.right_amount) == (
        "D2",
        Decimal("909.00"),
        Decimal("900.00"),
    )
    assert sheet.items.count() == 2


def test_an_item_of_an_earlier_month_is_a_timing_difference_with_its_own_age(city, october):
    october_sheet = reconcile(city)
    assert not october_sheet.run.differences.exists()
    bank_statement(city, [], opening="17248.34", month=date(2026, 11, 1))
    sheet = run_ledger_bank(
        actor=city.actor("FCASH"), month=date(2026, 11, 1), at=AT + timedelta(days=29)
    )
    rows = sheet.run.differences.order_by("since_date", "id")
    assert [row.kind for row in rows] == ["D1"] * 4
    assert rows[0].since_date == date(2026, 10, 20)
    assert sheet.ledger_adjusted == sheet.bank_adjusted


def test_without_statements_of_the_whole_month_nothing_is_reconciled(city):
    with pytest.raises(StatementsMissing):
        reconcile(city)


def test_a_sheet_that_does_not_tie_cannot_be_checked_not_even_by_raw_sql(city):
    bank_statement(city, [], opening="100.00")
    sheet = reconcile(city)
    assert (sheet.ledger_adjusted, sheet.bank_adjusted) == (0, 100)
    with pytest.raises(AdjustmentUnequal):
        check_adjustment(actor=city.actor("FCHK"), adjustment_id=sheet.pk, at=AT)
    approve(city.actor("FCHK"), matter_of(sheet, city_centre()), "CHECK", AT)
    assert (
        refused_by(CHANGE.format("state = 'CHECKED'"), sheet.pk)
        == "adjustment_checked_only_when_equal"
    )


def test_a_prepared_sheet_never_changes_and_takes_no_item_more(city, october):
    sheet = reconcile(city)
    assert (
        refused_by(CHANGE.format("bank_adjusted = ledger_adjusted + 1"), sheet.pk)
        == "adjustment_never_changes"
    )
    assert (
        refused_by(CHANGE.format("state = 'CHECKED'"), sheet.pk)
        == "adjustment_checked_by_a_second_person"
    )
    item = OutstandingItem(
        pool=city.pool,
        adjustment=sheet,
        side="BANK_PAID",
        item_date=DAY,
        reference="x",
        summary="x",
        amount=1,
    )
    assert refused_by(item.save) == "adjustment_never_changes"


def test_a_county_planner_sees_nothing_of_the_citys_bank(city, october):
    sheet = reconcile(city)
    with pytest.raises(NotFound):
        get_panes(actor=city.actor("PLAN", EAST), adjustment_id=sheet.pk)
    assert PaymentBatch.objects.count() == 3


def posted_movements(account, until, as_of):
    """list_posted_movements.sql, voucher by voucher."""
    vouchers = [
        one
        for one in Voucher.objects.filter(state="POSTED", posted_at__lte=as_of)
        if MONTH <= one.voucher_date <= until
    ]
    there = {one.pk for one in vouchers}
    undone = {one.reverses_id for one in vouchers} | {
        one.pk for one in vouchers if one.reverses_id in there
    }
    lines = []
    for one in vouchers:
        if one.book_id != account.book_id or one.event == "E35" or one.pk in undone:
            continue
        for line in one.lines.filter(account_id=account.ledger_account_id):
            answer = BankReturn.objects.filter(pk=one.source_id).first()
            named = one.source_kind == "BANK_RETURN" and answer and answer.batch.number
            lines.append((one.voucher_date, line.pk, line.batch_number or named or ""))
    return [(pk, day, batch) for day, pk, batch in sorted(lines)]


def test_list_posted_movements_agrees_with_its_twin(city, october):
    """Nothing of a voucher with its reversal, nothing posted later, batches by their returns."""
    _, second, _ = october
    wrong = book(city, second, amount="909.00")
    reversal = reverse_voucher(
        actor=city.actor("FACC"), voucher_id=wrong.pk, voucher_date=wrong.voucher_date,
        reason="金额有误", at=AT,
    )  # fmt: skip
    account = expenditure_account(unemployment_book().pk)

    def agree(as_of, until=date(2026, 10, 31)):
        side = ledger_side(bank_account=account, month=MONTH, first_date=MONTH, as_of=as_of)
        found = [(one.id, one.day, one.batch) for one in side.movements]
        assert found == posted_movements(account, until, as_of)
        return found

    assert len(agree(AT)) >= 5
    assert not agree(AT - timedelta(days=90))
    finish(city, reversal)
    assert len(agree(AT)) >= 4


def test_read_adjustment_gives_what_the_whole_rows_hold(city, october):
    """read_adjustment.sql beside the rows themselves."""
    sheet = BalanceAdjustment.objects.get(pk=reconcile(city).pk)
    parameters = {"adjustment_id": sheet.pk}
    [shown] = read_objects(BalanceAdjustment, "reconciliation", "read_adjustment", parameters)

    def holds(one, other):
        own = {name: value for name, value in vars(other).items() if not name.startswith("_")}
        return own.items() <= {**vars(one)}.items()

    account, other = sheet.bank_account, shown.bank_account
    assert holds(sheet, shown)
    assert holds(sheet.run, shown.run)
    assert holds(account, other)
    assert holds(account.book, other.book)
    assert holds(account.ledger_account, other.ledger_account)
    assert full_name(account.ledger_account) == full_name(other.ledger_account)
    with pytest.raises(NotFound):
        load_adjustment(sheet.pk + 1)
