"""Batches up to release: who may, how much, and what the database refuses."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts.enums import SubjectKind
from accounts.models import OutboxEvent, Signature
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import (
    AlreadySigned,
    ContentChanged,
    Matter,
    SignedACaseOfBatch,
    approve,
)
from common.actor import Job
from funds.models import Voucher
from payouts.bank_files import FieldUnfit, FileHeading, Payment, write_batch_file
from payouts.enums import BatchState
from payouts.models import BankFile, PaymentBatch, PaymentInstruction
from payouts.selectors.balances import money_of_account
from payouts.services import sending
from payouts.services.bank_gateway import BankCount
from payouts.services.batch_preparing import matter_of
from payouts.services.batches import (
    BalanceTooSmall,
    BankCountDiffers,
    BatchNotWaiting,
    BatchNotWithdrawable,
    DigitsDiffer,
    NothingToPay,
    PlansDiffer,
    PlanUnfit,
    check_batch,
    confirm_with_bank,
    prepare_batch,
    release_batch,
    release_digits,
    withdraw_batch,
)
from tests.city import NOW, found_city
from tests.funds.builders import post
from tests.payouts.build import MONTH, approved_plan, fund_expenditure_account
from tests.payouts.payments.bank import confirmed_batch, release, released_batch, reread, settle
from tests.refusals import refused_by
from tests.values import put_value

committing = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(db):
    """A founded city inside the test's own transaction."""
    return found_city()


def prepared(city, *plans, by="FACC"):
    return prepare_batch(actor=city.actor(by), plan_ids=[p.pk for p in plans], at=NOW)


def set_limits(city, lines=5000, amount="5000000.00"):
    for code, value in (("bank_file_lines", lines), ("bank_file_amount", amount)):
        put_value(city.pool, code, value, date(2026, 1, 2))


def test_a_batch_carries_office_item_month_and_the_sum_of_its_lines(town):
    plan = approved_plan(town, "510402", ["1864.00", "932.50"])
    batch = prepared(town, plan)
    assert batch.number == "51040220261102B010001"
    assert (batch.line_count, batch.total_amount) == (2, Decimal("2796.50"))
    ids = PaymentInstruction.objects.order_by("position").values_list("end_to_end_id", flat=True)
    assert list(ids) == ["51040220261102B010001-1", "51040220261102B010001-2"]
    assert prepared(town, approved_plan(town, "510403", ["10.00"])).number.startswith("510403")


def test_only_the_accountant_prepares_and_only_approved_plans_once(town):
    plan = approved_plan(town, "510402", ["1864.00"])
    with pytest.raises(DutyNotHeld):
        prepared(town, plan, by="FCHK")
    prepared(town, plan)
    with pytest.raises((PlanUnfit, NothingToPay)):
        prepared(town, plan)


def test_plans_of_two_offices_or_months_do_not_share_a_batch(town):
    east = approved_plan(town, "510402", ["1864.00"])
    west = approved_plan(town, "510403", ["1864.00"])
    with pytest.raises(PlansDiffer):
        prepared(town, east, west)


def test_above_the_file_limits_a_batch_is_split_with_unchanged_totals(town):
    set_limits(town, lines=3, amount="5000.00")
    amounts = ["1864.00", "1864.00", "9000.00", "100.00", "100.00", "100.00", "100.00"]
    batch = prepared(town, approved_plan(town, "510402", amounts))
    children = list(
        batch.children.order_by("pk").values_list("number", "line_count", "total_amount")
    )
    assert [(n[-3:], c, t) for n, c, t in children] == [
        ("-01", 2, Decimal("3728.00")),
        ("-02", 1, Decimal("9000.00")),  # above the limit by itself: goes alone
        ("-03", 3, Decimal("300.00")),
        ("-04", 1, Decimal("100.00")),
    ]
    assert sum(total for *_, total in children) == batch.total_amount == Decimal("13128.00")
    assert not batch.is_leaf
    check_batch(actor=town.actor("FCHK"), batch_id=batch.pk, at=NOW)
    assert BankFile.objects.count() == 4


def test_whoever_prepared_cannot_check_and_changed_content_is_not_signed(town):
    batch = prepared(town, approved_plan(town, "510402", ["1864.00"]))
    checker = town.actor("FCHK")
    with pytest.raises(ContentChanged):
        check_batch(actor=checker, batch_id=batch.pk, at=NOW, seen_sha256="0" * 64)
    check_batch(actor=checker, batch_id=batch.pk, at=NOW, seen_sha256=batch.content_sha256)
    with pytest.raises(BatchNotWaiting):
        check_batch(actor=checker, batch_id=batch.pk, at=NOW)


def test_who_handled_a_case_of_the_batch_cannot_sign_it(town):
    """A case of another batch is nobody's hindrance."""
    checker = town.actor("FCHK")
    east, west = (approved_plan(town, office, ["1864.00"]) for office in ("510402", "510403"))
    case = east.lines.get().entitlement.case
    approve(checker, Matter(SubjectKind.CASE, case.pk, 2, "0" * 64, east.organisation_id), "X", NOW)
    with pytest.raises(SignedACaseOfBatch):
        check_batch(actor=checker, batch_id=prepared(town, east).pk, at=NOW)
    checked = check_batch(actor=checker, batch_id=prepared(town, west).pk, at=NOW)
    assert checked.state == BatchState.CHECKED


def test_the_bank_file_is_what_the_format_says_and_always_the_same(town):
    batch = prepared(town, approved_plan(town, "510402", ["1864.00", "932.50"]))
    check_batch(actor=town.actor("FCHK"), batch_id=batch.pk, at=NOW)
    lines = bytes(BankFile.objects.get().document.content).decode().splitlines()
    assert lines[0].split("|")[:10] == [
        *("H", batch.number, "UNEMPLOYMENT", "510402", "B01", "202611"),
        lines[0].split("|")[6],
        *("2", "2796.50", "2026-11-02T09:00:00+08:00"),
    ]
    assert lines[1].split("|")[:4] == ["D", "1", f"{batch.number}-1", "P"]
    assert lines[1].split("|")[-2:] == ["1864.00", "失业保险金202611"]
    assert lines[-1] == "T|2|2796.50"


def test_a_separator_in_a_name_is_refused_not_written():
    heading = FileHeading("B1", "U", "510402", "B01", MONTH, "1", NOW)
    payment = Payment("B1-1", "张|伟", "1", "2", "", Decimal("1.00"), "x")
    with pytest.raises(FieldUnfit):
        write_batch_file(heading, [payment])


def test_a_withdrawn_batch_frees_its_plans_and_keeps_its_number_for_ever(town):
    plan = approved_plan(town, "510402", ["1864.00"])
    batch = prepared(town, plan)
    withdraw_batch(actor=town.actor("FACC"), batch_id=batch.pk, reason="账户有误", at=NOW)
    again = prepared(town, plan)
    assert again.number[-4:] == "0002"
    assert sorted(PaymentInstruction.objects.values_list("state", flat=True)) == [
        "CREATED",
        "WITHDRAWN",
    ]


def test_the_database_refuses_what_the_services_never_do(town):
    plan = approved_plan(town, "510402", ["1864.00", "932.50"])
    batch = prepared(town, plan)
    one = PaymentInstruction.objects.order_by("pk").first()
    copy = (
        "INSERT INTO payouts_paymentinstruction (pool_id, batch_id, plan_line_id, position,"
        " attempt, end_to_end_id, payee_name, payee_account_id, amount, state, fail_code,"
        " bank_serial) SELECT pool_id, batch_id, plan_line_id, 9, {attempt}, 'X-9', payee_name,"
        " payee_account_id, {amount}, 'CREATED', '', ''"
        " FROM payouts_paymentinstruction WHERE id = %s"
    )
    second = copy.format(attempt=2, amount="amount")
    assert refused_by(second, one.pk) == "instruction_one_live_per_line"
    PaymentInstruction.objects.filter(batch=batch).update(state="WITHDRAWN")
    assert (
        refused_by(copy.format(attempt=1, amount="amount + 1"), one.pk) == "instruction_as_planned"
    )
    assert refused_by(second, one.pk) == "instruction_again_only_after_approved_reissue"
    change = "UPDATE payouts_paymentinstruction SET {} WHERE batch_id = %s"
    assert refused_by(change.format("amount = amount + 1"), batch.pk) == "instruction_never_changes"
    change = "UPDATE payouts_paymentbatch SET {} WHERE id = %s"
    assert (
        refused_by(change.format("total_amount = total_amount + 1"), batch.pk)
        == "batch_content_never_changes"
    )


def test_no_release_without_two_signatures_or_without_the_banks_count(town):
    batch = prepared(town, approved_plan(town, "510402", ["1864.00"]))
    change = "UPDATE payouts_paymentbatch SET {} WHERE id = %s"
    with connection.cursor() as cursor:
        cursor.execute(change.format("state = 'CHECKED'"), [batch.pk])
    assert (
        refused_by(change.format("state = 'CONFIRMED'"), batch.pk)
        == "batch_released_only_as_the_bank_counted"
    )
    wrong = "state = 'CONFIRMED', bank_count = 1, bank_total = 1"
    assert refused_by(change.format(wrong), batch.pk) == "batch_released_only_as_the_bank_counted"
    with connection.cursor() as cursor:
        right = "state = 'CONFIRMED', bank_count = line_count, bank_total = total_amount"
        cursor.execute(change.format(right), [batch.pk])
    assert refused_by(change.format("state = 'RELEASED'"), batch.pk) == "batch_released_by_two"
    assert refused_by(change.format("state = 'SENT'"), batch.pk) == "state_transition_known"


def test_release_digits_are_the_last_six():
    assert release_digits(Decimal("5261900.00")) == "1900.00"
    assert release_digits(Decimal("93.50")) == "93.50"


@committing
def test_a_batch_is_confirmed_only_as_the_bank_counts_it(city, bank, monkeypatch):
    with city.tenant():
        batch = prepared(city, approved_plan(city, "510402", ["1864.00"]))
        check_batch(actor=city.actor("FCHK"), batch_id=batch.pk, at=NOW)
    real = Decimal("1864.00")
    for wrong in (BankCount(batch.number, 2, real), BankCount(batch.number, 1, Decimal("1.00"))):
        monkeypatch.setattr(
            "payouts.services.bank_gateway.check_file", lambda content, wrong=wrong: wrong
        )
        with pytest.raises(BankCountDiffers):
            confirm_with_bank(actor=city.actor("FCASH"), batch_id=batch.pk, at=NOW)
        assert reread(city, batch).state == BatchState.CHECKED
    monkeypatch.undo()
    confirm_with_bank(actor=city.actor("FCASH"), batch_id=batch.pk, at=NOW)
    found = reread(city, batch)
    assert (found.state, found.bank_count, found.bank_total) == (BatchState.CONFIRMED, 1, real)


@committing
def test_a_job_that_died_after_confirming_finds_its_work_done(city, bank):
    with city.tenant():
        plan = approved_plan(city, "510402", ["1864.00"])
        fund_expenditure_account(city, "5000.00")
    batch = confirmed_batch(city, plan)
    again = {"batch_id": batch.pk, "at": NOW, "user_id": city.actor("FCHK").user_id}
    taken_up = confirm_with_bank(actor=Job(city.pool.pk, "test"), **again)
    assert (taken_up.pk, taken_up.state) == (batch.pk, BatchState.CONFIRMED)
    release(city, batch)
    released = confirm_with_bank(actor=Job(city.pool.pk, "test"), **again)
    assert released.state == BatchState.RELEASED
    with pytest.raises(BatchNotWaiting):
        confirm_with_bank(actor=city.actor("FCHK"), batch_id=batch.pk, at=NOW)


def test_release_needs_the_cashier_the_digits_and_the_balance(city, bank):
    with city.tenant():
        plan = approved_plan(city, "510402", ["1864.00"])
        fund_expenditure_account(city, "1863.99")
    batch = confirmed_batch(city, plan)
    with city.tenant(), pytest.raises(DutyNotHeld):
        release_batch(actor=city.actor("FACC"), batch_id=batch.pk, digits="1864.00", at=NOW)
    with city.tenant(), pytest.raises(DigitsDiffer):
        release_batch(actor=city.actor("FCASH"), batch_id=batch.pk, digits="1846.00", at=NOW)
    with city.tenant(), pytest.raises(BalanceTooSmall) as refusal:
        release_batch(actor=city.actor("FCASH"), batch_id=batch.pk, digits="1864.00", at=NOW)
    assert "1,863.99" in refusal.value.message
    assert "1,864.00" in refusal.value.message
    with city.tenant():
        fund_expenditure_account(city, "0.01")
    release(city, batch)
    with city.tenant():
        assert OutboxEvent.objects.filter(task="payouts.tasks.send_batch").count() == 1
    with city.tenant(), pytest.raises(BatchNotWithdrawable):
        withdraw_batch(actor=city.actor("FACC"), batch_id=batch.pk, reason="x", at=NOW)


@committing
def test_whoever_checked_cannot_release(city, bank):
    with city.tenant():
        fund_expenditure_account(city, "10000.00")
        plan = approved_plan(city, "510402", ["1864.00"])
    batch = confirmed_batch(city, plan)
    with city.tenant():
        with pytest.raises(AlreadySigned):
            approve(city.actor("FCHK"), matter_of(batch), "RELEASE", NOW)
        assert Signature.objects.filter(subject_kind="BATCH").count() == 2


@committing
def test_two_cashiers_at_once_cannot_spend_the_same_money(city, bank):
    with city.tenant():
        fund_expenditure_account(city, "2000.00")
        east = approved_plan(city, "510402", ["1864.00"])
        west = approved_plan(city, "510403", ["1864.00"])
    batches = [confirmed_batch(city, east), confirmed_batch(city, west)]
    start, outcomes = threading.Barrier(2), []

    def act(batch):
        try:
            start.wait()
            release(city, batch)
            outcomes.append("released")
        except BalanceTooSmall:
            outcomes.append("too small")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["released", "too small"]


@committing
def test_more_than_a_million_is_split_sent_and_returned_with_unchanged_totals(city, bank):
    amounts = ["400000.00", "400000.00", "400000.00", "61900.00"]
    with city.tenant():
        set_limits(city, amount="500000.00")
        fund_expenditure_account(city, "1261900.00")
        plan = approved_plan(city, "510402", amounts)
    batch = released_batch(city, plan)
    with city.tenant():
        leaves = list(batch.children.order_by("pk"))
    assert [leaf.total_amount for leaf in leaves] == [
        Decimal("400000.00"),
        Decimal("400000.00"),
        Decimal("461900.00"),
    ]
    for leaf in leaves:
        assert sending.send_batch(pool_id=city.pool.pk, batch_id=leaf.pk)
    bank.paid(*[leaf.number for leaf in leaves])
    assert reread(city, batch).state == BatchState.RELEASED
    settle(bank, *[leaf.number for leaf in leaves])
    assert reread(city, batch).state == BatchState.RETURNED
    assert bank.read().paid_fen == 126190000
    with city.tenant():
        states = set(PaymentBatch.objects.values_list("state", flat=True))
    assert states == {"RETURNED"}


@committing
def test_a_split_batch_of_which_the_bank_refuses_one_file_pays_the_rest_again(city, bank):
    with city.tenant():
        set_limits(city, lines=1)
        fund_expenditure_account(city, "10000.00")
        plan = approved_plan(city, "510402", ["1864.00", "932.00"])
    batch = released_batch(city, plan)
    with city.tenant():
        first, second = batch.children.order_by("pk")
    bank.control(batches={second.number: {"send": "reject"}})
    for leaf in (first, second):
        sending.send_batch(pool_id=city.pool.pk, batch_id=leaf.pk)
    settle(bank, first.number)
    assert reread(city, batch).state == BatchState.RETURNED
    again = released_batch(city, plan)
    assert (again.line_count, again.total_amount) == (1, Decimal("932.00"))
    sending.send_batch(pool_id=city.pool.pk, batch_id=again.pk)
    settle(bank, again.number)
    assert bank.read().paid_fen == 279600


@committing
def test_a_returned_batch_holds_its_money_until_its_voucher_is_posted(city, bank):
    with city.tenant():
        fund_expenditure_account(city, "2000.00")
        east = approved_plan(city, "510402", ["1864.00"])
        west = approved_plan(city, "510403", ["1864.00"])
    paid = released_batch(city, east)
    sending.send_batch(pool_id=city.pool.pk, batch_id=paid.pk)
    settle(bank, paid.number)
    waiting = confirmed_batch(city, west)
    with city.tenant(), pytest.raises(BalanceTooSmall):
        release_batch(
            actor=city.actor("FCASH"), batch_id=waiting.pk, digits="1864.00", at=timezone.now()
        )
    with city.tenant():
        voucher = Voucher.objects.get(event="E09")
        post(city, voucher)
        money = money_of_account(paid.bank_account, at=NOW)
    assert (money.balance, money.committed) == (Decimal("136.00"), Decimal("0.00"))
