"""R7: every file sent against its answer; and the sums of P25."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from common.errors import NotFound
from payouts.models import PaymentInstruction
from reconciliation.selectors.batch_checks import list_batch_checks
from reconciliation.selectors.comparisons import sum_payments
from reconciliation.selectors.summary import summarise_payments
from reconciliation.services.batch_returns import run_batch_return
from tests.reconciliation.build import AT, MONTH, PAID_ON, pay, return_batch
from tests.reconciliation.test_business_ledger import EAST, WEST

pytestmark = pytest.mark.django_db


def check(city, at=AT):
    return run_batch_return(
        actor=city.actor("PLAN", EAST), organisation_id=city.offices[EAST].pk, month=MONTH, at=at
    )


def test_sent_equals_success_and_failure(city):
    pay(city, EAST, ["1864.00", "1760.00"], fails=[1])
    result = check(city)
    assert (result.state, result.left_count, result.left_amount) == (
        "EQUAL",
        2,
        Decimal("3624.00"),
    )
    assert (result.right_count, result.right_amount) == (2, Decimal("3624.00"))


def test_no_answer_is_waiting_for_two_working_days_and_overdue_after(city):
    pay(city, EAST, ["50.00"], answered=False, bank_date=date(2026, 10, 29))  # a Thursday
    assert check(city, at=AT).state == "EQUAL"  # Monday 2 November is the second day
    page = list_batch_checks(
        actor=city.actor("FACC"), month=MONTH, organisation_id=None, today=date(2026, 11, 2)
    )
    assert [(row.result, row.days_left) for row in page.rows] == [("待回盘", 0)]
    [row] = check(city, at=AT + timedelta(days=1)).differences.all()
    assert (row.kind, row.since_date) == ("D1", date(2026, 10, 29))
    assert row.owner_id == city.actor("PLAN", EAST).user_id


def test_a_line_settled_against_the_answer_is_found(city):
    batch = pay(city, EAST, ["1864.00", "1760.00"], answered=False)
    return_batch(city, batch, bank_date=PAID_ON, fails=[0], says={0: True})
    [row] = check(city).differences.all()
    assert (row.kind, row.key) == ("D7", batch.number)


def test_an_office_sees_its_own_files_only(city):
    pay(city, EAST, ["1.00"])
    pay(city, WEST, ["2.00"])
    own = list_batch_checks(
        actor=city.actor("PLAN", EAST), month=MONTH, organisation_id=None, today=PAID_ON
    )
    assert [row.office for row in own.rows] == ["东区"]
    with pytest.raises(NotFound):
        list_batch_checks(
            actor=city.actor("PLAN", EAST),
            month=MONTH,
            organisation_id=city.offices[WEST].pk,
            today=PAID_ON,
        )


def plain_check(city, month):
    """compare_batches_with_returns, slowly."""
    rows = []
    for batch in city.offices[EAST].paymentbatch_set.order_by("id"):
        if not batch.sent_at or (batch.sent_at.year, batch.sent_at.month) != (
            month.year,
            month.month,
        ):
            continue
        answer = batch.returns.filter(state="APPLIED").first()
        lines = list(answer.lines.select_related("instruction")) if answer else []
        wrong = sum(line.is_success != (line.instruction.state == "SUCCESS") for line in lines)
        rows.append(
            (
                batch.number,
                batch.line_count,
                batch.total_amount,
                bool(answer),
                sum(line.is_success for line in lines),
                sum(line.amount for line in lines if line.is_success),
                sum(not line.is_success for line in lines),
                wrong,
            )
        )
    return rows


def test_compare_batches_with_returns_agrees_with_its_twin(city):
    pay(city, EAST, ["1864.00", "1760.00"], fails=[1])
    pay(city, EAST, ["5.00"], bank_date=date(2026, 9, 30))
    pay(city, EAST, ["7.00"], answered=False)
    odd = pay(city, EAST, ["8.00", "9.00"], answered=False)
    return_batch(city, odd, bank_date=PAID_ON, fails=[0], says={0: True})
    page = list_batch_checks(
        actor=city.actor("PLAN", EAST), month=MONTH, organisation_id=None, today=PAID_ON
    )
    fast = [
        (
            row.check.number,
            row.check.sent_count,
            row.check.sent_amount,
            row.check.is_answered,
            row.check.success_count,
            row.check.success_amount,
            row.check.fail_count,
            row.check.wrong_count,
        )
        for row in sorted(page.rows, key=lambda row: row.check.id)
    ]
    assert fast == plain_check(city, MONTH)


def test_sum_payments_agrees_with_its_twin_and_the_page_adds_up(city):
    pay(city, EAST, ["1864.00", "1760.00"], fails=[1])
    pay(city, EAST, ["10.00"], bank_date=date(2026, 9, 30))
    pay(city, WEST, ["20.50", "0.50"])
    months = (date(2026, 9, 1), MONTH)
    plain = defaultdict(lambda: [set(), 0, Decimal(0)])
    for row in PaymentInstruction.objects.filter(state="SUCCESS").select_related("batch"):
        for key in (
            (row.batch.organisation_id, row.bank_date.replace(day=1)),
            (row.batch.organisation_id, None),
            (None, None),
        ):
            plain[key][0].add(row.batch.parent_id or row.batch_id)
            plain[key][1] += 1
            plain[key][2] += row.amount
    fast = sum_payments(
        organisation_ids=[office.pk for office in city.offices.values()],
        from_month=months[0],
        until_month=months[1],
    )
    assert {
        (r.organisation_id, r.month): (r.batch_count, r.line_count, r.amount) for r in fast
    } == {key: (len(batches), lines, amount) for key, (batches, lines, amount) in plain.items()}
    page = summarise_payments(actor=city.actor("AUDX"), from_month=months[0], until_month=months[1])
    assert (page.batch_count, page.line_count, page.amount) == (3, 4, Decimal("1895.00"))
    assert [row.batch_count for row in page.rows] == [0, 2, 1, 0, 0, 0]
    empty = summarise_payments(
        actor=city.actor("PLAN", "510421"), from_month=months[0], until_month=months[1]
    )
    assert (empty.batch_count, empty.amount) == (0, 0)
