"""The figures of the first page: each computed by hand, or by a slow twin over every row."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from accounts.models import Job
from accounts.permissions import DutyNotHeld
from accounts.selectors.trail_figures import count_job_days
from common.lists import Viewer
from config import desk_pictures
from funds.enums import BusinessEvent, CustodyUseKind, SourceKind
from funds.models import FundsUsePlanLine, Voucher
from funds.selectors.books import unemployment_book
from funds.selectors.custody_figures import count_custody
from funds.services.custody import Use, record_use
from funds.services.funds_plans import FundsNeed
from funds.services.vouchers import DraftLine, VoucherDraft, draft_voucher
from payouts.models import (
    BatchPlan,
    BenefitCase,
    ComparisonRun,
    DisbursementPlan,
    PaymentBatch,
    PaymentInstruction,
)
from payouts.selectors.case_figures import count_month_cases
from payouts.selectors.cases import CASES
from payouts.selectors.funds_needed import get_funds_needed
from payouts.selectors.paid_months import sum_paid_months
from payouts.selectors.returns import RETURNS
from reconciliation.models import Difference, OfficeStatement
from reconciliation.selectors.age_groups import AGES
from reconciliation.selectors.comparisons import sum_payments
from reconciliation.selectors.difference_ages import count_difference_ages
from reconciliation.selectors.differences import DIFFERENCES
from reconciliation.selectors.month_progress import STEPS, get_month_progress
from reconciliation.services.business_ledger import run_business_ledger
from reconciliation.services.statements import prepare_statement
from tests.city import NOW, TODAY
from tests.funds.keeping import kept
from tests.funds.plan_builders import allot as record_allotment
from tests.funds.plan_builders import approve, ask_in_full
from tests.reconciliation.build import (
    AT,
    MONTH,
    approved_plan,
    book,
    finish,
    pay,
    released_batch,
    return_batch,
)

pytestmark = pytest.mark.django_db
EAST, WEST, MIYI = "510402", "510403", "510421"
NOVEMBER = date(2026, 11, 1)


# The board of the month ------------------------------------------------------------------------


def allot(city, plan):
    """Let the finance bureau allot what a plan needs."""
    need = FundsNeed(
        plan.organisation_id, plan.item.code, plan.pk, plan.number, plan.line_count,
        plan.total_amount,
    )  # fmt: skip
    asked = approve(city, ask_in_full(city, need, month=plan.month, at=AT), at=AT)
    record_allotment(city, asked, asked.total_amount, f"BK{plan.pk}", at=AT)


def booked(city, answer, *, is_posted=True):
    """Draft the voucher of a return file, and post it unless it is to stay a draft."""
    lines = [
        DraftLine("500101", answer.success_total, Decimal(0), "支付", batch_number="B"),
        DraftLine("1004", Decimal(0), answer.success_total, "支付", batch_number="B"),
    ]
    draft = VoucherDraft(
        unemployment_book().pk,
        MONTH + timedelta(days=20),
        BusinessEvent.BENEFIT_PAID,
        "支付",
        SourceKind.BANK_RETURN,
        answer.pk,
        1,
        lines,
    )
    voucher = draft_voucher(actor=city.actor("FACC"), draft=draft, at=AT)
    return finish(city, voucher) if is_posted else voucher


def sent(city, plan):
    return released_batch(city, plan, datetime.combine(MONTH, time(1), tzinfo=UTC))


def month_with_offices_at_every_step(city):
    """East is booked, the centre returned with a draft voucher, West sent, Miyi only approved."""
    plans = {
        office: approved_plan(city, office, ["1864.00", "100.00"], month=MONTH)
        for office in ("510400", EAST, WEST, MIYI)
    }
    for office in ("510400", EAST, WEST):
        allot(city, plans[office])
    batches = {office: sent(city, plans[office]) for office in ("510400", EAST, WEST)}
    booked(city, return_batch(city, batches[EAST], bank_date=MONTH + timedelta(days=20)))
    booked(
        city,
        return_batch(city, batches["510400"], bank_date=MONTH + timedelta(days=20)),
        is_posted=False,
    )
    approved_plan(city, MIYI, ["50.00"], item_code="B02", month=MONTH)
    return plans


def states(city, *, post="FACC", office="510400", today=TODAY, month=MONTH):
    board = get_month_progress(actor=city.actor(post, office), month=month, today=today)
    return {
        row.office: [(cell.done, cell.total, cell.state) for cell in row.cells]
        for row in board.rows
    }


def test_the_board_tells_each_offices_step(city):
    month_with_offices_at_every_step(city)
    found = states(city, today=MONTH)
    done, none = (1, 1, "DONE"), (0, 1, "NONE")
    assert found["东区"] == [done] * 7 + [none]
    assert found["市本级"] == [done] * 6 + [none, none]
    assert found["西区"] == [done] * 5 + [none] * 3
    two, untouched = (2, 2, "DONE"), (0, 2, "NONE")
    assert found["米易县"] == [two, two, two, *[untouched] * 4, none]
    assert found["盐边县"] == [(0, 0, "IDLE")] * 8


def test_what_should_be_done_by_now_is_late(city):
    month_with_offices_at_every_step(city)
    found = states(city, today=date(2026, 11, 2))
    assert [cell[2] for cell in found["米易县"]] == [*["DONE"] * 3, *["LATE"] * 4, "NONE"]
    assert [cell[2] for cell in found["盐边县"]] == ["IDLE"] * 8, "it pays nobody"
    assert {cell[2] for cell in states(city, today=date(2026, 11, 30))["东区"]} == {"DONE", "LATE"}


def test_an_office_that_paid_last_month_is_expected_to_pay_this_month(city):
    approved_plan(city, EAST, ["10.00"], month=MONTH)
    found = states(city, month=NOVEMBER, today=NOVEMBER)
    assert found["东区"] == [(0, 0, "NONE")] * 8
    assert found["西区"] == [(0, 0, "IDLE")] * 8


def test_a_county_sees_its_own_row_and_a_clerk_none(city):
    month_with_offices_at_every_step(city)
    assert list(states(city, post="PLAN", office=EAST)) == ["东区"]
    with pytest.raises(DutyNotHeld):
        states(city, post="ACC", office=EAST)


def test_sum_month_progress_agrees_with_its_twin(city):
    """`sum_month_progress.sql` against plain Python over plans, batches and vouchers."""
    month_with_offices_at_every_step(city)
    DisbursementPlan.objects.filter(organisation=city.offices[WEST]).update(prepared_at=AT)
    board = get_month_progress(actor=city.actor("FACC"), month=MONTH, today=MONTH)
    figures = {row.office: [(cell.done, cell.total) for cell in row.cells] for row in board.rows}
    assert figures == {office.short_name: twin(office) for office in city.offices.values()}


def twin(office):
    """Count each step of an office's month, one row at a time."""
    plans = list(
        DisbursementPlan.objects.filter(organisation=office, month=MONTH).exclude(state="WITHDRAWN")
    )
    runs = list(ComparisonRun.objects.filter(organisation=office, month=MONTH, is_current=True))
    statements = OfficeStatement.objects.filter(organisation=office, month=MONTH).exclude(
        state="SUPERSEDED"
    )
    signed = [row for row in statements if row.signed_at]
    done = {step: 0 for step, _, _ in STEPS}
    for plan in plans:
        held = BatchPlan.objects.filter(plan=plan, is_live=True).first()
        batch = held.batch if held else None
        lines = FundsUsePlanLine.objects.filter(source_id=plan.pk, is_live=True)
        leaves = PaymentBatch.objects.filter(pk=batch.pk) if batch else []
        answers = [answer for leaf in leaves for answer in leaf.returns.filter(state="APPLIED")]
        done["approved"] += plan.state == "APPROVED"
        done["received"] += hasattr(plan, "paymentapplication")
        done["funded"] += any(line.plan.state in {"ALLOTTED", "COVERED"} for line in lines)
        done["paid"] += bool(batch and batch.released_at)
        done["returned"] += bool(batch and batch.state == "RETURNED")
        done["booked"] += bool(answers) and all(
            Voucher.objects.filter(
                source_kind="BANK_RETURN", source_id=answer.pk, state="POSTED"
            ).exists()
            for answer in answers
        )
    return [
        (sum(run.state == "DONE" for run in runs), max(len(runs), len(plans))),
        *((done[step], len(plans)) for step, _, _ in STEPS[1:-1]),
        (len(signed), max(len(statements), int(bool(plans)))),
    ]


def test_a_statement_in_signing_is_begun_and_a_signed_one_done(city):
    book(city, pay(city, EAST, ["1864.00"]))
    approved_plan(city, EAST, ["10.00"], item_code="B02", month=MONTH)
    office = city.offices[EAST].pk
    run_business_ledger(actor=city.actor("PLAN", EAST), organisation_id=office, month=MONTH, at=AT)
    prepare_statement(actor=city.actor("PLAN", EAST), organisation_id=office, month=MONTH, at=AT)
    assert states(city)["东区"][-1] == (0, 1, "PART")
    assert states(city, today=date(2026, 11, 30))["东区"][-1] == (0, 1, "LATE")


# Payments, 支出户, differences, claims ---------------------------------------------------------


def test_payments_by_office_and_month_agree_with_the_single_payments(city):
    pay(city, EAST, ["1864.00", "1760.00"], fails=[1])
    pay(city, EAST, ["300.00"], bank_date=date(2026, 9, 9))
    pay(city, WEST, ["5.50"], bank_date=date(2026, 10, 31))
    found = sum_paid_months(actor=city.actor("LEAD"), until=NOVEMBER, months=3)
    assert [(office.office, [cell.success_total for cell in office.cells]) for office in found] == [
        ("东区", [Decimal("300.00"), Decimal("1864.00"), Decimal(0)]),
        ("西区", [Decimal(0), Decimal("5.50"), Decimal(0)]),
    ]
    east = found[0].cells[1]
    assert (east.success_count, east.fail_count, east.fail_total) == (1, 1, Decimal("1760.00"))
    lines = sum_payments(
        organisation_ids=[office.pk for office in city.offices.values()],
        from_month=date(2026, 9, 1),
        until_month=NOVEMBER,
    )
    assert {(row.organisation_id, row.month): row.amount for row in lines if row.month} == {
        (office.organisation_id, cell.month): cell.success_total
        for office in found
        for cell in office.cells
        if cell.success_count
    }
    assert PaymentInstruction.objects.filter(state="SUCCESS").count() == sum(
        cell.success_count for office in found for cell in office.cells
    )
    listed = RETURNS.query(
        Viewer(city.actor("LEAD"), NOW),
        tab="applied",
        organisation_id=city.offices[EAST].pk,
        month="2026-10-01",
    )
    assert [row.success_total for row in listed] == [Decimal("1864.00")], "behind the segment"


def test_a_county_sees_its_own_payments_only(city):
    pay(city, EAST, ["1.00"])
    pay(city, WEST, ["2.00"])
    found = sum_paid_months(actor=city.actor("PLAN", WEST), until=MONTH, months=1)
    assert [(row.office, row.cells[0].success_total) for row in found] == [
        ("西区", Decimal("2.00"))
    ]


def test_approved_and_unpaid_plans_stand_beside_what_the_account_holds(city):
    plans = [approved_plan(city, EAST, ["100.00"], month=MONTH)]
    plans.append(approved_plan(city, WEST, ["20.00"], month=MONTH))
    allot(city, plans[1])
    sent(city, approved_plan(city, MIYI, ["3.00"], month=MONTH))
    found = get_funds_needed(actor=city.actor("FACC"), at=NOW)
    assert {need.label: (need.count, need.amount) for need in found.needs} == {
        "待接收申请表": (0, Decimal(0)),
        "待申请或拨付用款": (1, Decimal("100.00")),
        "待编制批次": (1, Decimal("20.00")),
        "批次待复核或确认支付": (0, Decimal(0)),
    }
    assert found.money.committed == Decimal("3.00")
    assert found.left == found.money.balance - Decimal("123.00")


def test_money_that_is_missing_is_said_in_words(city):
    approved_plan(city, EAST, ["100.00"], month=MONTH)
    table = desk_pictures.funds_table(actor=city.actor("FACC"), at=NOW)
    assert "还差¥100.00，须先申请用款" in table.summary
    assert table.rows[-1].label == "资金缺口"
    assert table.rows[-1].figures[-1].text == "−100.00"


def test_open_differences_are_grouped_by_age_and_state(city):
    for office in (EAST, WEST, MIYI):
        pay(city, office, ["900.00"])
        run_business_ledger(
            actor=city.actor("PLAN", office),
            organisation_id=city.offices[office].pk,
            month=MONTH,
            at=AT,
        )
    today = date(2026, 12, 20)
    for row, days in zip(Difference.objects.order_by("id"), (30, 31, 91), strict=True):
        Difference.objects.filter(pk=row.pk).update(since_date=today - timedelta(days=days))
    explained = Difference.objects.order_by("id").last()
    Difference.objects.filter(pk=explained.pk).update(
        state="EXPLAINED",
        explanation="银行退汇次日入账",
        explained_by_id=city.actor("FACC").user_id,
        explained_at=AT,
    )
    found = count_difference_ages(actor=city.actor("LEAD"), today=today)
    assert [(group.label, group.counts) for group in found.groups] == [
        ("30天以内", (1, 0)),
        ("31至60天", (1, 0)),
        ("61至90天", (0, 0)),
        ("90天以上", (0, 1)),
    ]
    assert (found.total, found.late_count) == (3, 3)
    own = count_difference_ages(actor=city.actor("OFFH", EAST), today=today)
    assert own.total == 1
    noon = datetime.combine(today, time(4), tzinfo=UTC)
    for code, group in zip(AGES, found.groups, strict=True):
        for state, count in zip(("OPEN", "EXPLAINED"), group.counts, strict=True):
            listed = DIFFERENCES.query(Viewer(city.actor("LEAD"), noon), state=state, age=code)
            assert listed.count() == count, "the list behind the number holds as many"


def test_this_months_claims_are_counted_by_day_and_fate(city):
    for office, days in ((EAST, (0, 0, 1)), (WEST, (1,))):
        plan = approved_plan(city, office, ["1.00"] * len(days))
        cases = BenefitCase.objects.filter(entitlement__disbursementplanline__plan=plan)
        for case, days_later in zip(cases.order_by("id"), days, strict=True):
            day = date(2026, 11, 2) + timedelta(days=days_later)
            BenefitCase.objects.filter(pk=case.pk).update(applied_date=day)
    found = count_month_cases(actor=city.actor("APP", EAST), today=date(2026, 11, 4))
    assert found.days == (0, 2, 1, 0)
    east = BenefitCase.objects.filter(organisation=city.offices[EAST])
    assert found.accepted == 3
    listed = CASES.query(
        Viewer(city.actor("APP", EAST), NOW), tab="all", since="2026-11-01", until="2026-11-02"
    )
    assert listed.count() == 2, "behind the column of a day"
    assert found.determined == sum(case.state == "DETERMINED" for case in east)
    assert count_month_cases(actor=city.actor("APP", WEST), today=TODAY).days == (0, 0)


def test_the_jobs_of_a_week_are_counted_by_the_day_they_ended_on(city):
    ends = [(NOW, "DONE"), (NOW, "FAILED"), (NOW - timedelta(days=6), "DONE")]
    ends += [(NOW - timedelta(days=7), "DONE"), (NOW, "QUEUED")]
    with city.tenant():
        for place, (end, state) in enumerate(ends):
            Job.objects.create(
                pool=city.pool,
                kind="accounts.tasks.export_list",
                key=f"{place}",
                title="导出",
                organisation=city.offices[EAST],
                state=state,
                created_at=end,
                finished_at=None if state == "QUEUED" else end,
            )
        days = count_job_days(actor=city.actor("SYS"), today=TODAY)
        assert [(day.done, day.failed) for day in days] == [(1, 0), *[(0, 0)] * 5, (1, 1)]
        assert days[-1].day == TODAY
        elsewhere = count_job_days(actor=city.actor("PLAN", WEST), today=TODAY)
        assert {(day.done, day.failed) for day in elsewhere} == {(0, 0)}


def test_a_keeper_sees_what_he_keeps_and_how_often_he_logged_a_use(city):
    with city.tenant():
        item = kept(city, "SEAL")
        for day in (TODAY, TODAY, date(2026, 9, 30), date(2026, 5, 31)):
            entry = Use(CustodyUseKind.USE, day, "盖章", "李会计", "记字5号", None, None)
            record_use(actor=city.actor("SEAL"), item_id=item.pk, use=entry, at=NOW)
        found = count_custody(actor=city.actor("SEAL"), today=TODAY, months=6)
        assert (found.kept, [count for _, count in found.months]) == (1, [0, 0, 0, 1, 0, 2])
        with pytest.raises(DutyNotHeld):
            count_custody(actor=city.actor("FACC"), today=TODAY, months=6)
