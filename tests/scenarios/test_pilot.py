"""The pilot as it was reported (P25): six offices, 19 batches, ¥5,261,900.00.

Every act goes through the services, by the person whose post it is; the bank is the simulator,
a process of its own, and its journal says what was really paid.
"""

import os
import socket
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db.models import Sum

from accounts.models import Signature
from config.demo import closing, money, reissues, review, window
from config.demo.bank import bank_for_history
from config.demo.calendar import DemoCalendar
from config.demo.charters import PANZHIHUA
from config.demo.claims import claim_of
from config.demo.founding import found_demo_city
from config.demo.story import Story
from funds.enums import VoucherState
from funds.models import Voucher, VoucherLine
from payouts.enums import BatchState, InstructionState, PlanState, ReturnVia, SourceKind
from payouts.models import DisbursementPlan, PaymentBatch, PaymentInstruction
from payouts.services.batches import prepare_batch
from payouts.services.sources import receive_extract
from reconciliation.enums import AdjustmentState, RunState, StatementState
from reconciliation.models import (
    BalanceAdjustment,
    Difference,
    OfficeStatement,
    ReconciliationRun,
)
from tests.values import put_value
from tools.bank_simulator.journal import read_journal

pytestmark = pytest.mark.django_db(transaction=True)

TOTAL = Decimal("5261900.00")
# Two months of the 1,500,000.00 that August and September paid: asked for in September, when there
# is a first month to reckon by, and kept in 支出户 since.
RESERVE = Decimal("3000000.00")
STANDARD = {"kind": "TIERS", "tiers": [[1, 5, "100000.00"], [5, None, "61900.00"]], "later": "1"}
MONTHS = (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1))
# Office -> how many begin to draw in August; each draws three months at 100,000.00.
FROM_AUGUST = {"510400": 3, "510402": 2, "510403": 2, "510411": 3, "510421": 2, "510422": 3}
# In October seven more join at the city, and an eighth at 61,900.00: a batch above one million.
FROM_OCTOBER = (*(30,) * 7, 66)  # months contributed


@pytest.fixture
def story(settings, tmp_path, monkeypatch):
    """The city on 5 November, founded, with nothing yet in it, and its bank."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.BANK_GATEWAY_URL = f"http://127.0.0.1:{probe.getsockname()[1]}"
    monkeypatch.setitem(os.environ, "BANK_SIMULATOR_JOURNAL", str(tmp_path / "journal.sqlite3"))
    calendar = DemoCalendar(datetime(2026, 11, 5, 9, tzinfo=UTC))
    pool = found_demo_city(city=PANZHIHUA, calendar=calendar, seed=25)
    with bank_for_history() as bank:
        # 420 times 21,000 yuan are handed over to the 财政专户: what is paid and the
        # reserve, 8,261,900.
        pilot = Story(PANZHIHUA, pool, calendar, bank, recipients=420, seed=25)
        with pilot.look():
            for code, value in (("benefit_standard", STANDARD), ("large_line", "200000.00")):
                put_value(pool, code, value, MONTHS[0])
        yield pilot


def people_of(story):
    """Return every claim of the pilot with its office, in the order of their first month."""
    offices = {office.code: office for office in PANZHIHUA.offices}
    claims = []
    for code, count in FROM_AUGUST.items():
        for number in range(count):
            claim = claim_of(offices[code], number, story.seed, story.calendar)
            claims.append(replace(claim, applied_date=date(2026, 8, 4), contributed_months=30))
    for number, months in enumerate(FROM_OCTOBER, start=FROM_AUGUST["510400"]):
        claim = claim_of(offices["510400"], number, story.seed, story.calendar)
        claims.append(replace(claim, applied_date=date(2026, 10, 7), contributed_months=months))
    return claims


def import_sources(story, claims, month):
    """Both extracts of the month, in which everybody agrees."""
    enrolled = [
        f"{c.person.identity},{c.person.name},攀枝花市,STOPPED,202607,{c.contributed_months},"
        for c in claims
    ]
    insured = [
        f"{month:%Y%m},{c.person.identity},{c.person.name},YB510400001,,4246.00,1.00,1.00,2.00"
        for c in claims
    ]
    columns = "identity,name,place,status,last premium month,contributed months,unit"
    medical = "month,identity,name,medical unit no,unit,base,unit part,person part,total"
    day = f"{month:%Y-%m}-02"
    for kind, head, rows in (
        (SourceKind.ENROLMENT, f"#enrolment,{day},{len(claims)}\n{columns}", enrolled),
        (SourceKind.MEDICAL, f"#medical,{day},{len(claims)},{month:%Y%m}\n{medical}", insured),
    ):
        at = story.calendar.at(month.replace(day=3), 9)
        with story.act("DATA") as actor:
            receive_extract(
                actor=actor,
                kind=kind,
                content="\n".join([head, *rows, ""]).encode(),
                file_name=f"{kind}.csv",
                via=ReturnVia.UPLOAD,
                at=at,
            )
        story.finish_jobs(at)


def take_in_and_determine(story, claims):
    """One clerk, two reviewers and an approver of the office, each on his own."""
    for claim in claims:
        office = claim.office.code
        case_id = window.take_in(story, office, claim, "ACCEPTED", claim.person.number)
        for post in ("REV1", "REV2", "APP"):
            window.approve_as(story, post, office, case_id, claim)


def plan_and_pay(story, month, failing):
    """Compare, plan, sign, fund and pay the month of all six offices: six batches."""
    plan_ids = []
    for office in PANZHIHUA.offices:
        review.compare(story, month, office.code)
        plan_id = review.build(story, month, office.code)
        review.submit(story, plan_id, office.code)
        review.sign_until(story, plan_id, office.code, PlanState.APPROVED)
        plan_ids.append(plan_id)
    day = month.replace(day=26)
    money.receive_forms(story, plan_ids, story.calendar.at(day, 9))
    money.obtain_funds(story, plan_ids, day)
    story.bank.set_day(day, failing)
    for plan_id in plan_ids:
        with story.act("FACC") as actor:
            at = story.calendar.at(day, 9)
            batch = prepare_batch(actor=actor, plan_ids=[plan_id], at=at)
        money.confirm(story, batch.pk, day)
        money.pay(story, batch.pk, day)


def close(story, month):
    """Bank, offices, finance: the month is reconciled, signed, confirmed and closed."""
    closing.reconcile_bank(story, month)
    for office in PANZHIHUA.offices:
        statement_id = closing.prepare_office_statement(story, month, office.code)
        closing.sign_office_statement(story, statement_id, office.code)
        closing.confirm_office_statement(story, statement_id)
    closing.prepare_statements(story, month)
    closing.ask_to_close(story, month)
    closing.close_month(story, month)


def play(story):
    claims = people_of(story)
    money.open_the_books(story)
    for month in MONTHS:
        story.is_printing = month == MONTHS[-1]  # papers of every kind, once
        import_sources(story, claims, month)
        take_in_and_determine(
            story, [claim for claim in claims if claim.applied_date.month == month.month]
        )
        # The bank is busy for one person of 东区 in August: the 19th batch sends it again.
        busy = next(claim for claim in claims if claim.office.code == "510402")
        plan_and_pay(story, month, {busy.person.card: "05"} if month == MONTHS[0] else {})
        if month == MONTHS[0]:
            reissue_day = month.replace(day=28)
            story.bank.set_day(reissue_day)
            reissues.send_again(story, month, reissue_day)
        close(story, month)


def test_six_offices_pay_19_batches_of_5_261_900_yuan_reconciled_to_the_cent(story, tmp_path):
    play(story)
    with story.look():
        reviewed_and_signed()
        paid_and_returned()
        booked_and_reconciled()
        nobody_acted_twice()
    the_bank_agrees(tmp_path / "journal.sqlite3")
    call_command("check_invariants")


def reviewed_and_signed():
    plans = DisbursementPlan.objects.all()
    assert plans.count() == 18
    assert {plan.state for plan in plans} == {PlanState.APPROVED}
    assert sum(plan.total_amount for plan in plans) == TOTAL
    large = plans.get(needs_principal=True)
    assert (large.organisation.code, large.month) == ("510400", date(2026, 10, 1))
    assert large.total_amount == Decimal("1061900.00")
    assert Signature.objects.filter(subject_kind="PLAN", step="PRINCIPAL").count() == 1
    assert large.application_form_id is not None


def paid_and_returned():
    batches = PaymentBatch.objects.filter(is_leaf=True)
    assert batches.count() == 19
    assert {batch.state for batch in batches} == {BatchState.RETURNED}
    by_office = Counter(batches.values_list("organisation__code", flat=True))
    assert by_office == dict.fromkeys(FROM_AUGUST, 3) | {"510402": 4}
    paid = PaymentInstruction.objects.filter(state=InstructionState.SUCCESS)
    assert (paid.count(), paid.aggregate(s=Sum("amount"))["s"]) == (53, TOTAL)
    assert PaymentInstruction.objects.filter(state=InstructionState.FAILED).count() == 1


def booked_and_reconciled():
    assert not Voucher.objects.exclude(state=VoucherState.POSTED).exists()
    spent = VoucherLine.objects.filter(account__code="500101").aggregate(s=Sum("debit"))["s"]
    assert spent == TOTAL
    account = VoucherLine.objects.filter(account__code="1004").aggregate(
        arrived=Sum("debit"), left=Sum("credit")
    )
    assert account == {"arrived": TOTAL + RESERVE, "left": TOTAL}
    statements = OfficeStatement.objects.all()
    assert statements.count() == 18
    assert {statement.state for statement in statements} == {StatementState.CONFIRMED}
    assert sum(statement.business_amount for statement in statements) == TOTAL
    assert sum(s.business_amount - s.ledger_amount for s in statements) == Decimal("0.00")
    assert {run.state for run in ReconciliationRun.objects.all()} == {RunState.EQUAL}
    assert not Difference.objects.exists()
    sheets = BalanceAdjustment.objects.order_by("run__month")
    for sheet in sheets:
        assert (sheet.state, sheet.ledger_adjusted) == (
            AdjustmentState.CHECKED,
            sheet.bank_adjusted,
        )
    spent = sheets.filter(bank_account__kind="EXPENDITURE")
    assert [sheet.bank_balance for sheet in spent] == [Decimal("0.00"), RESERVE, RESERVE]


def nobody_acted_twice():
    """One case of 东区 passed nine people on its way to the money; none of them signed twice."""
    batch = PaymentBatch.objects.filter(organisation__code="510402").earliest("pk")
    plan = batch.plans.get().plan
    case_id = plan.lines.earliest("position").entitlement.case_id
    signers = [
        Signature.objects.filter(subject_kind=kind, subject_id=pk).values_list("person", flat=True)
        for kind, pk in (("CASE", case_id), ("PLAN", plan.pk), ("BATCH", batch.pk))
    ]
    assert [len(people) for people in signers] == [4, 4, 3]
    people = [person for some in signers for person in some]
    assert len(set(people)) == 11


def the_bank_agrees(journal):
    record = read_journal(journal)
    assert record.paid_fen == 526_190_000
    assert record.paid_more_than_once == {} or not record.paid_more_than_once
    assert len(record.batches) == 19
