"""Reserve and means of a funds-use plan, by hand and against slow plain-Python twins."""

import random
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from accounts.enums import Decision
from accounts.models import Organisation, Parameter
from funds.enums import BusinessEvent
from funds.models import FundsUsePlan, FundsUsePlanLine, Voucher, VoucherLine
from funds.selectors.books import unemployment_book
from funds.selectors.funds_demand import (
    PAID_FROM_EXPENDITURE,
    expected_amount,
    funds_demand,
    paid_by_month,
)
from funds.selectors.funds_plans import get_funds_plan, plan_needs
from funds.services.vouchers import Correction, correct_voucher, reverse_voucher
from tests.city import NOW, TODAY
from tests.funds.builders import credit, debit, post, posted
from tests.funds.entry_builders import K, P, booked
from tests.funds.plan_builders import allot, approve, ask, ask_in_full, need, request, sign

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 1)


def receive(city, amount, day):
    """Book money that arrives on 支出户."""
    posted(city, debit("1004", amount), credit("4401", amount), day=day)


def pay(city, amount, day, account="500101"):
    """Book a payment of benefits."""
    dimensions = {"organisation_id": city.offices["510402"].pk, "item_code": "B01"}
    lines = debit(account, amount, **dimensions), credit("1004", amount, **dimensions)
    return posted(city, *lines, day=day, event=BusinessEvent.BENEFIT_PAID)


def give_back(city, voucher, amount, day):
    """Book that part of a payment came back to 支出户 in the same year (E13)."""
    changes = {"entry_date": day, "place": P.EXPENDITURE, "original": (voucher.pk, 1)}
    booked(city, K.RECOVERY, amount, **changes)


@pytest.fixture
def autumn(city):
    """10,000.00 come in; 1,000.00 are paid in August, nothing in September, 1,500.00 in October
    (2,000.00 less 500.00 that came back): 7,500.00 are left."""
    receive(city, "10000.00", date(2026, 8, 3))
    pay(city, "1000.00", date(2026, 8, 20))
    october = pay(city, "2000.00", date(2026, 10, 20))
    give_back(city, october, "500.00", date(2026, 10, 28))
    pay(city, "9000.00", date(2026, 6, 20))  # before the three months that count
    receive(city, "9000.00", date(2026, 6, 20))
    return city


def demand_of(payments="11184.00", promised="0.00", today=TODAY):
    return funds_demand(
        book_id=unemployment_book().pk,
        month=NOVEMBER,
        payments=Decimal(payments),
        promised=Decimal(promised),
        today=today,
    )


class TestByHand:
    def test_two_average_months_stay_and_what_is_there_is_taken_off(self, autumn):
        """Average (1,000 + 1,500) / 2 = 1,250; two months 2,500; 11,184 + 2,500 − 7,500 = 6,184."""
        demand = demand_of()
        assert demand.average_paid == Decimal("1250.00")
        assert demand.reserve == Decimal("2500.00")
        assert demand.balance == Decimal("7500.00")
        assert demand.asked == Decimal("6184.00")
        plan = ask(autumn, need(autumn, 1, "11184.00"))
        assert plan.total_amount == Decimal("6184.00")
        sheet = get_funds_plan(actor=autumn.actor("FACC"), plan_id=plan.pk)
        assert sheet.demand == demand

    def test_the_reserve_follows_the_parameters_in_force_on_the_day(self, autumn):
        for code, value in (("reserve_months", "1"), ("reserve_average_months", 1)):
            Parameter.objects.create(
                pool=autumn.pool, code=code, value=value, valid_from=TODAY, source="测试"
            )
        # One month, by October alone: 1,500.00.
        assert demand_of().reserve == Decimal("1500.00")
        assert demand_of(today=date(2026, 11, 1)).reserve == Decimal("2500.00")

    def test_a_plan_that_asked_for_all_leaves_nothing_to_the_next(self, autumn):
        """The first asks 6,184 and pays 11,184; the second has 7,500 + 6,184 − 11,184 = 2,500, the
        reserve, and asks its own 3,000 whole."""
        ask(autumn, need(autumn, 1, "11184.00"))
        demand = demand_of("3000.00", promised="11184.00")
        assert (demand.expected, demand.available) == (Decimal(6184), Decimal(2500))
        assert demand.asked == Decimal("3000.00")

    def test_the_approved_and_the_booked_count_and_the_returned_does_not(self, city):
        book_id = unemployment_book().pk
        plan = approve(city, request(city), "9000.00", "预算不足")
        assert expected_amount(book_id=book_id) == Decimal("9000.00")
        allot(city, plan, "4000.00")
        assert expected_amount(book_id=book_id) == Decimal("9000.00")  # a draft is no money
        post(city, Voucher.objects.get(event=BusinessEvent.ALLOTMENT))
        assert expected_amount(book_id=book_id) == Decimal("5000.00")
        assert expected_amount(book_id=book_id, plan_id=plan.pk) == 0
        returned = ask_in_full(city, need(city, 8))
        sign(city, returned, Decision.RETURN, "退回")
        assert expected_amount(book_id=book_id) == Decimal("5000.00")

    def test_an_allotment_whose_voucher_was_reversed_has_not_arrived(self, city):
        """Of 9,000.00 approved 4,000.00 came; reversed, 9,000.00 are awaited again, and 5,500.00
        once the right sum of 3,500.00 is booked in blue."""
        book_id = unemployment_book().pk
        plan = approve(city, request(city), "9000.00", "预算不足")
        allot(city, plan, "4000.00")
        wrong = post(city, Voucher.objects.get(event=BusinessEvent.ALLOTMENT))
        assert expected_amount(book_id=book_id) == Decimal("5000.00")
        reversal = reverse_voucher(
            actor=city.actor("FACC"),
            voucher_id=wrong.pk,
            voucher_date=TODAY,
            reason="拨款被银行退回",
            at=NOW,
        )
        assert expected_amount(book_id=book_id) == Decimal("5000.00")  # a draft takes nothing back
        post(city, reversal)
        assert expected_amount(book_id=book_id) == Decimal("9000.00")
        lines = debit("1004", "3500"), credit("100301", "3500")
        right = correct_voucher(
            actor=city.actor("FACC"),
            voucher_id=wrong.pk,
            correction=Correction(TODAY, 1, lines, "实际到账金额"),
            at=NOW,
        )
        post(city, right)
        assert expected_amount(book_id=book_id) == Decimal("5500.00")


class TestTwins:
    def test_sum_paid_by_month(self, autumn):
        """Twin of `sum_paid_by_month`: every posted line of an account of expenditure."""
        pay(autumn, "12.34", date(2026, 9, 9), "5105")
        found = defaultdict(Decimal)
        for line in VoucherLine.objects.filter(voucher__state="POSTED"):
            month = line.voucher.period.month
            is_paid = any(line.account.code.startswith(code) for code in PAID_FROM_EXPENDITURE)
            if is_paid and date(2026, 8, 1) <= month < NOVEMBER and line.voucher.event != "E34":
                found[month] += line.debit - line.credit
        assert paid_by_month(unemployment_book().pk, NOVEMBER, TODAY) == found
        assert len(found) == 3

    def test_sum_expected_funds(self, city):
        """Twin of `sum_expected_funds`: plan by plan, allotment by allotment."""
        chance = random.Random(5)
        for place in range(6):
            amount = Decimal(chance.randrange(100, 99999)) / 100
            plan = ask_in_full(city, need(city, place, str(amount)))
            if place % 3 == 0:
                sign(city, plan, Decision.RETURN, "退回")
            elif place % 3 == 1:
                plan = approve(city, plan)
                allot(city, plan, str(plan.total_amount - Decimal("0.40")), f"拨{place}")
                allot(city, plan, "0.10", f"续{place}")
                vouchers = Voucher.objects.filter(event="E08", state="DRAFT")
                post(city, vouchers.order_by("id")[0])
        total = Decimal(0)
        for plan in FundsUsePlan.objects.exclude(state__in=["RETURNED", "WITHDRAWN"]):
            total += plan.total_amount if plan.approved_amount is None else plan.approved_amount
            for row in plan.allotments.all():
                booked = Voucher.objects.filter(
                    source_kind="FUNDS_ALLOTMENT", source_id=row.pk, state="POSTED"
                )
                total -= row.amount if booked else 0
        assert expected_amount(book_id=unemployment_book().pk) == total

    def test_sum_funds_plan_needs(self, city):
        """Twin of `sum_funds_plan_needs`: the lines of a plan by office and item, one by one."""
        chance = random.Random(7)
        needs = [
            need(
                city,
                place,
                str(Decimal(chance.randrange(1, 999999)) / 100),
                chance.choice(["510400", "510402", "510421"]),
                chance.choice(["B01", "B02"]),
            )
            for place in range(24)
        ]
        plan = ask(city, *needs)
        plan = approve(city, plan, str((plan.total_amount / 2).quantize(Decimal("0.01"))), "不足")
        groups = defaultdict(list)
        for line in FundsUsePlanLine.objects.filter(plan=plan).order_by("id"):
            office = Organisation.objects.get(pk=line.organisation_id)
            groups[office.code, office.short_name, line.item_code].append(line)
        twin = [
            (
                office,
                item,
                [(line.source_id, line.source_number, line.is_short) for line in lines],
                sum(line.line_count for line in lines),
                sum(line.amount for line in lines),
                sum(line.amount for line in lines if line.is_short),
            )
            for (_, office, item), lines in sorted(groups.items())
        ]
        rows = plan_needs(plan.pk)
        assert [
            (r.office, r.item_code, r.sources, r.line_count, r.amount, r.short) for r in rows
        ] == twin
        assert any(row.short for row in rows)
        assert sum(row.amount - row.short for row in rows) <= plan.approved_amount
