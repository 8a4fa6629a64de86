"""R1: each kind of difference, planted by hand and found; the statement against its twin."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.permissions import DutyNotHeld
from funds.enums import BusinessEvent
from funds.models import Period
from funds.selectors.books import unemployment_book
from funds.services.entries import live_voucher
from funds.services.founding import open_periods
from funds.services.vouchers import reverse_voucher
from payouts.models import PaymentInstruction
from reconciliation.enums import DifferenceState
from reconciliation.models import Difference, ReconciliationRun
from reconciliation.selectors.comparisons import (
    compare_business_with_ledger,
    list_compared_lines,
)
from reconciliation.services.business_ledger import run_business_ledger
from reconciliation.services.runs import MonthNotBegun
from tests.funds.builders import credit, debit, posted
from tests.funds.entry_builders import K, booked
from tests.reconciliation import build
from tests.reconciliation.build import AT, MONTH, book, finish, pay, return_batch
from tests.reconciliation.twin import plain_comparison

pytestmark = pytest.mark.django_db
EAST, WEST = "510402", "510403"


def run(city, office=EAST, month=MONTH, at=AT):
    return run_business_ledger(
        actor=city.actor("PLAN", office),
        organisation_id=city.offices[office].pk,
        month=month,
        at=at,
    )


def found(city, office=EAST):
    """Return the kinds the run found, and its only difference if there is one."""
    rows = list(run(city, office).differences.order_by("id"))
    return [row.kind for row in rows], rows


def test_equal_sides_give_no_difference_to_the_cent(city):
    batch = pay(city, EAST, ["1864.00", "1760.00", "1200.50"], fails=[1])
    book(city, batch)
    result = run(city)
    assert (result.state, result.left_count, result.left_amount) == (
        "EQUAL",
        2,
        Decimal("3064.50"),
    )
    assert (result.right_count, result.right_amount) == (2, Decimal("3064.50"))


def test_a_payment_without_voucher_is_missing_in_the_books_and_the_accountant_is_asked(city):
    batch = pay(city, EAST, ["1864.00"])
    [kind], [row] = found(city)
    assert kind == "D3"
    assert (row.key, row.left_amount, row.right_amount) == (
        f"B01|{batch.number}",
        Decimal("1864.00"),
        0,
    )
    assert row.owner_id == city.actor("FACC").user_id
    assert row.due_date == date(2026, 11, 30)


def test_a_booking_without_payment_is_missing_in_business_and_due_in_five_working_days(city):
    build.book(
        city, None, amount="900.00", entries=1, office=EAST, item="B01", number="000000X0001"
    )
    [kind], [row] = found(city)
    assert (kind, row.right_amount) == ("D4", Decimal("900.00"))
    assert row.due_date == date(2026, 11, 9)  # from Monday 2 November
    assert row.owner_id == city.actor("PLAN", EAST).user_id


def test_another_amount_and_another_count_both_differ(city):
    book(city, pay(city, EAST, ["1864.00"]), amount="1864.01")
    book(city, pay(city, EAST, ["1760.00"]), entries=2)
    kinds, rows = found(city)
    assert kinds == ["D2", "D2"]
    assert [row.left_amount - row.right_amount for row in rows] == [Decimal("-0.01"), 0]


def test_a_batch_booked_twice_is_a_duplicate(city):
    batch = pay(city, EAST, ["1864.00"])
    book(city, batch)
    book(city, batch)
    [kind], [row] = found(city)
    assert (kind, row.right_amount) == ("D5", Decimal("3728.00"))


def test_a_batch_booked_under_another_office_is_miscoded_in_both_offices(city):
    batch = pay(city, EAST, ["1864.00"])
    book(city, batch, office=WEST)
    assert found(city, EAST)[0] == ["D6"]
    assert found(city, WEST)[0] == ["D6"]


def test_a_batch_booked_under_another_item_is_miscoded_on_both_lines(city):
    batch = pay(city, EAST, ["1864.00"])
    book(city, batch, item="B02")
    kinds, rows = found(city)
    assert kinds == ["D6", "D6"]
    assert {row.key for row in rows} == {f"B01|{batch.number}", f"B02|{batch.number}"}


@pytest.mark.parametrize(("fails", "says"), [([1], {1: True}), ([], {1: False})])
def test_a_line_whose_outcome_contradicts_the_return_is_found_either_way(city, fails, says):
    batch = pay(city, EAST, ["1864.00", "1760.00"], answered=False)
    return_batch(city, batch, bank_date=build.PAID_ON, fails=fails, says=says)
    book(city, batch)
    assert found(city)[0] == ["D7"]


def test_a_batch_booked_in_the_next_month_is_a_timing_difference_in_both(city):
    batch = pay(city, EAST, ["1864.00"], bank_date=date(2026, 10, 31))
    book(city, batch, day=date(2026, 11, 1))
    [kind], [row] = found(city)
    assert kind == "D1"
    assert row.due_date == date(2026, 12, 31)
    later = run(city, month=date(2026, 11, 1))
    assert [row.kind for row in later.differences.all()] == ["D1"]


NOVEMBER, DAY_BACK = date(2026, 11, 1), date(2026, 11, 2)


def paid_in_october(city):
    """Return a batch of 1,864.00 and 1,760.00 paid and booked in October, and its voucher."""
    batch = pay(city, EAST, ["1864.00", "1760.00"])
    voucher = book(city, batch)
    assert run(city).state == "EQUAL"
    return batch, voucher


def test_money_that_comes_back_a_month_later_is_a_timing_difference(city):
    """Books of November -1,864.00 (E11) and -500.00 (E13); the business paid in October."""
    batch, voucher = paid_in_october(city)
    booked(city, K.LATE_RETURN, "1864.00", entry_date=DAY_BACK, original=(voucher.pk, 1))
    booked(city, K.RECOVERY, "500.00", entry_date=DAY_BACK, original=(voucher.pk, 1))
    result = run(city, month=NOVEMBER)
    [row] = result.differences.all()
    assert (row.kind, row.key) == ("D1", f"B01|{batch.number}")
    assert (row.left_amount, row.right_amount) == (0, Decimal("-2364.00"))
    assert row.subject.endswith("以前月份支付的款项本月退回或追回2笔")
    assert row.due_date == date(2026, 12, 31)
    assert run(city).state == "EQUAL"  # October stays as it was signed


def test_money_that_came_back_and_the_reversal_of_its_voucher_cancel_out(city):
    _, voucher = paid_in_october(city)
    entry = booked(city, K.LATE_RETURN, "1864.00", entry_date=DAY_BACK, original=(voucher.pk, 1))
    returned = live_voucher(entry.pk)
    finish(
        city,
        reverse_voucher(
            actor=city.actor("FACC"),
            voucher_id=returned.pk,
            voucher_date=DAY_BACK,
            reason="退票未到账",
            at=AT,
        ),
    )
    assert run(city, month=NOVEMBER).state == "EQUAL"


def test_a_payments_voucher_reversed_a_month_later_is_no_timing_difference(city):
    _, voucher = paid_in_october(city)
    finish(
        city,
        reverse_voucher(
            actor=city.actor("FACC"),
            voucher_id=voucher.pk,
            voucher_date=DAY_BACK,
            reason="误冲",
            at=AT,
        ),
    )
    [row] = run(city, month=NOVEMBER).differences.all()
    assert (row.kind, row.right_amount) == ("D2", Decimal("-3624.00"))


def test_a_return_file_that_arrives_a_month_later_belongs_to_the_month_the_bank_paid_in(city):
    late = datetime(2026, 11, 5, 9, tzinfo=UTC)
    batch = pay(city, EAST, ["1864.00"], bank_date=date(2026, 10, 30), received_at=late)
    book(city, batch, day=date(2026, 10, 30))
    october = run(city, at=late)
    assert (october.state, october.left_amount) == ("EQUAL", Decimal("1864.00"))
    november = run(city, month=NOVEMBER, at=late)
    assert (november.state, november.left_count, november.right_count) == ("EQUAL", 0, 0)


def test_a_reversal_and_a_correct_voucher_in_the_month_leave_no_difference(city):
    batch = pay(city, EAST, ["1864.00"])
    wrong = book(city, batch, amount="1684.00")
    assert found(city)[0] == ["D2"]
    finish(
        city,
        reverse_voucher(
            actor=city.actor("FACC"),
            voucher_id=wrong.pk,
            voucher_date=build.PAID_ON,
            reason="金额录错",
            at=AT,
        ),
    )
    book(city, batch)
    assert run(city).state == "EQUAL"


def test_a_period_end_close_and_its_reversal_are_no_payments(city):
    """What December carries forward, and takes back again, the business never paid."""
    december = date(2025, 12, 1)
    open_periods(book=unemployment_book(), first_month=december, months=1)
    east = {"organisation_id": city.offices[EAST].pk, "item_code": "B01"}
    carried = posted(
        city,
        credit("500101", "1864", **east),
        debit("3001", "1864"),
        day=date(2025, 12, 31),
        event=BusinessEvent.PERIOD_CLOSE,
        source_id=Period.objects.get(book=unemployment_book(), month=december).pk,
    )
    assert run(city, month=december).state == "EQUAL"
    finish(
        city,
        reverse_voucher(
            actor=city.actor("FACC"),
            voucher_id=carried.pk,
            voucher_date=date(2025, 12, 31),
            reason="结转有误",
            at=AT,
        ),
    )
    assert run(city, month=december).state == "EQUAL"


def test_running_again_replaces_the_run_and_takes_its_differences_along(city):
    batch = pay(city, EAST, ["1864.00"])
    first = run(city)
    [before] = first.differences.all()
    second = run(city)
    first.refresh_from_db()
    assert not first.is_current
    assert [row.pk for row in second.differences.all()] == [before.pk]
    book(city, batch)
    third = run(city)
    assert not third.differences.exists()
    before.refresh_from_db()
    assert (before.run_id, before.state) == (second.pk, DifferenceState.EXPLAINED)
    assert before.explanation == "重新对账后该差异已消除"


def test_a_difference_whose_figures_changed_is_open_again(city):
    batch = pay(city, EAST, ["1864.00"])
    [row] = run(city).differences.all()
    Difference.objects.filter(pk=row.pk).update(
        state="EXPLAINED", explanation="漏记", explained_by_id=city.actor("FACC").user_id
    )
    pay(city, EAST, ["10.00"])
    book(city, batch, amount="1000.00")
    rows = {d.kind: d for d in run(city).differences.all()}
    assert rows["D2"].state == DifferenceState.OPEN
    assert ReconciliationRun.objects.filter(is_current=True).count() == 1


def test_only_the_planner_of_the_office_runs_it_and_not_for_a_month_to_come(city):
    with pytest.raises(DutyNotHeld):
        run_business_ledger(
            actor=city.actor("PLAN", WEST),
            organisation_id=city.offices[EAST].pk,
            month=MONTH,
            at=AT,
        )
    with pytest.raises(MonthNotBegun):
        run(city, month=date(2026, 12, 1))


@pytest.mark.parametrize("seed", range(4))
def test_compare_business_with_ledger_agrees_with_its_twin_on_random_books(city, seed):
    fill_books_at_random(city, random.Random(seed))
    for office in (EAST, WEST):
        for month in (date(2026, 9, 1), MONTH, date(2026, 11, 1)):
            pairs = compare_business_with_ledger(
                organisation_id=city.offices[office].pk,
                book_id=unemployment_book().pk,
                month=month,
            )
            fast = {
                (pair.item_code, pair.batch_number): (
                    pair.business_count,
                    pair.business_amount,
                    pair.ledger_count,
                    pair.ledger_amount,
                    pair.kind,
                )
                for pair in pairs
            }
            assert fast == plain_comparison(city, office, month)


def fill_books_at_random(city, dice):
    """Pay fourteen batches and book them rightly, wrongly, twice or not at all."""
    for _ in range(14):
        office = dice.choice([EAST, WEST])
        amounts = [f"{dice.randrange(100, 3000)}.00" for _ in range(dice.randrange(1, 4))]
        batch = pay(
            city,
            office,
            amounts,
            fails=[n for n in range(len(amounts) - 1) if dice.random() < 0.2],
            item=dice.choice(["B01", "B01", "B02", "B10"]),
            bank_date=dice.choice([build.PAID_ON, date(2026, 9, 30), date(2026, 11, 1)]),
        )
        for _ in range(dice.choice([0, 1, 1, 1, 2])):
            voucher = book(
                city,
                batch,
                amount=dice.choice([None, None, None, "77.00"]),
                office=dice.choice([None, None, None, EAST, WEST]),
                item=dice.choice([None, None, None, "B01"]),
                day=dice.choice([batch.returned_at.date()] * 3 + [build.PAID_ON]),
            )
            if dice.random() < 0.2:
                some = {"original": (voucher.pk, 1), "reference": f"退票{voucher.pk}"}
                booked(city, K.LATE_RETURN, "10.00", entry_date=date(2026, 11, 2), **some)
            elif dice.random() < 0.2:
                finish(
                    city,
                    reverse_voucher(
                        actor=city.actor("FACC"),
                        voucher_id=voucher.pk,
                        voucher_date=max(
                            voucher.voucher_date, dice.choice([build.PAID_ON, date(2026, 11, 2)])
                        ),
                        reason="冲销",
                        at=AT,
                    ),
                )


def test_list_compared_lines_agrees_with_its_twin(city):
    paid = pay(city, EAST, ["1864.00", "1760.00"], fails=[0])
    voucher = book(city, paid)
    build.book(city, None, amount="5.00", entries=1, office=EAST, item="B01", number="Z")
    lines = list(
        list_compared_lines(
            organisation_id=city.offices[EAST].pk, book_id=unemployment_book().pk, month=MONTH
        )
    )
    [instruction] = PaymentInstruction.objects.filter(state="SUCCESS")
    assert [
        (line.batch_number, line.instruction, line.amount, line.batch_booked) for line in lines
    ] == [
        (paid.number, instruction.end_to_end_id, Decimal("1760.00"), Decimal("1760.00")),
        ("Z", "", None, Decimal("5.00")),
    ]
    assert lines[0].vouchers == str(voucher.number)
