"""From approved plan to posted voucher against the real bank simulator."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Notice
from common.encryption import Purpose, decrypt
from funds.enums import BusinessEvent
from funds.models import Voucher
from payouts.enums import BatchState, EntitlementState, InstructionState
from payouts.models import (
    BankMessage,
    BankReturn,
    DisbursementPlanLine,
    Entitlement,
    PaymentInstruction,
)
from payouts.services import polling, sending
from tests.payouts.build import approved_plan, fund_expenditure_account
from tests.payouts.payments.bank import later, released_batch, reread, settle

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plan(city):
    with city.tenant():
        fund_expenditure_account(city, "100000.00")
        return approved_plan(city, "510402", ["1864.00", "1864.00", "932.00"], months_granted=1)


def states(city):
    with city.tenant():
        return sorted(PaymentInstruction.objects.values_list("state", flat=True))


def test_a_batch_is_sent_paid_returned_and_its_voucher_drafted(city, bank, plan):
    batch = released_batch(city, plan)
    assert sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    sent = reread(city, batch)
    assert sent.state == BatchState.SENT
    assert sent.receipt.startswith("R")
    assert states(city) == ["SENT"] * 3
    settle(bank, batch.number)
    assert reread(city, batch).state == BatchState.RETURNED
    assert states(city) == ["SUCCESS"] * 3
    with city.tenant():
        voucher = Voucher.objects.get(event=BusinessEvent.BENEFIT_PAID)
        lines = list(
            voucher.lines.order_by("position").values_list(
                "account__code", "debit", "credit", "entry_count", "batch_number"
            )
        )
        assert set(Entitlement.objects.values_list("months_paid", "state")) == {
            (1, EntitlementState.FINISHED)
        }
    assert lines == [
        ("500101", Decimal("4660.00"), Decimal("0.00"), 3, batch.number),
        ("1004", Decimal("0.00"), Decimal("4660.00"), 3, batch.number),
    ]
    paid = dict.fromkeys((f"{batch.number}-{n}" for n in (1, 2, 3)), 1)
    assert paid.items() <= bank.read().times_paid.items()


def test_sending_twice_sends_once(city, bank, plan):
    batch = released_batch(city, plan)
    assert sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    assert not sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    sent = [c for c in bank.read().calls if c.path == "/files" and c.batch == batch.number]
    assert len(sent) == 1


@pytest.mark.parametrize("way", ["never_answer", "error_500"])
def test_no_answer_is_unknown_and_goes_again_only_when_the_bank_never_saw_it(city, bank, plan, way):
    bank.control(send=way)
    batch = released_batch(city, plan)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    assert reread(city, batch).state == BatchState.UNKNOWN
    assert states(city) == ["UNKNOWN"] * 3
    bank.behave()
    assert sending.resolve_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    assert reread(city, batch).state == BatchState.SENT
    settle(bank, batch.number)
    assert states(city) == ["SUCCESS"] * 3
    assert not bank.read().paid_more_than_once


@pytest.mark.parametrize("way", ["accept_then_drop", "late"])
def test_accepted_but_unanswered_is_found_by_asking_and_never_sent_again(city, bank, plan, way):
    bank.control(send=way, late_seconds=3)
    batch = released_batch(city, plan)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    assert reread(city, batch).state == BatchState.UNKNOWN
    assert sending.resolve_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    found = reread(city, batch)
    assert (found.state, found.receipt[:1]) == (BatchState.SENT, "R")
    settle(bank, batch.number)
    assert reread(city, batch).state == BatchState.RETURNED
    posts = [
        c
        for c in bank.read().calls
        if c.method == "POST" and c.path == "/files" and c.batch == batch.number
    ]
    assert len(posts) <= 1
    assert not bank.read().paid_more_than_once


def test_while_the_bank_is_silent_the_batch_stays_unknown(city, bank, plan, settings):
    bank.control(send="error_500")
    batch = released_batch(city, plan)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    settings.BANK_GATEWAY_URL = "http://127.0.0.1:9"
    assert not sending.resolve_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    assert reread(city, batch).state == BatchState.UNKNOWN
    assert states(city) == ["UNKNOWN"] * 3


def test_a_refused_batch_is_withdrawn_line_by_line_and_may_be_made_again(city, bank, plan):
    bank.control(send="reject")
    batch = released_batch(city, plan)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    assert reread(city, batch).state == BatchState.REJECTED
    assert states(city) == ["WITHDRAWN"] * 3
    bank.behave()
    again = released_batch(city, plan)
    assert again.number != batch.number
    sending.send_batch(pool_id=city.pool.pk, batch_id=again.pk)
    settle(bank, again.number)
    assert states(city) == ["SUCCESS"] * 3 + ["WITHDRAWN"] * 3


def test_a_dead_workers_claim_is_unknown_and_an_older_claim_writes_nothing(city, bank, plan):
    batch = released_batch(city, plan)
    actor = sending.Job(city.pool.pk, "test")
    with city.tenant():
        claim = sending._claim(actor, batch.pk, (BatchState.RELEASED,), timezone.now())
    assert reread(city, batch).state == BatchState.SENDING
    assert not sending.resolve_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    assert sending.resolve_batch(pool_id=city.pool.pk, batch_id=batch.pk, clock=later)
    assert reread(city, batch).state == BatchState.SENT
    late = sending.Outcome(BatchState.REJECTED, "迟到的回答")
    with city.tenant():
        assert not sending._write_outcome(actor, claim, late, timezone.now())
    assert reread(city, batch).state == BatchState.SENT


def test_polling_sends_what_was_released_and_whose_message_was_lost(city, bank, plan):
    batch = released_batch(city, plan)
    assert polling.poll_bank() == 0
    assert polling.poll_bank(clock=later) >= 1
    assert reread(city, batch).state in {BatchState.SENT, BatchState.RETURNED}


def test_altered_bytes_are_never_sent(city, bank, plan, monkeypatch):
    batch = released_batch(city, plan)
    monkeypatch.setattr(sending, "sha256_hex", lambda content: "0" * 64)
    assert not sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    assert reread(city, batch).state == BatchState.RELEASED
    with city.tenant():
        outcomes = BankMessage.objects.filter(batch=batch).values_list("outcome", flat=True)
        assert any("摘要不一致" in outcome for outcome in outcomes)
    assert batch.number not in {b.batch for b in bank.read().batches}


def test_a_late_return_is_announced_once_to_the_office_and_to_finance(city, bank, plan):
    bank.control(return_="never")
    batch = released_batch(city, plan)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    bank.paid(batch.number)
    polling.poll_bank()
    now = timezone.now()
    assert polling.notify_late_returns(now=now + timedelta(hours=23)) == 0
    assert polling.notify_late_returns(now=now + timedelta(hours=25)) == 1
    assert polling.notify_late_returns(now=now + timedelta(hours=26)) == 0
    with city.tenant():
        people = set(
            Notice.objects.filter(key__startswith="return-late").values_list(
                "recipient__username", flat=True
            )
        )
    assert people == {"plan510402", "facc510400", "facc2510400"}


def test_a_failed_line_is_settled_as_failed_with_its_reason(city, bank, plan):
    with city.tenant():
        line = DisbursementPlanLine.objects.get(plan=plan, position=2)

        account = decrypt(
            line.payee_account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT
        )
    bank.control(failing_accounts={account: "03"})
    batch = released_batch(city, plan)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    settle(bank, batch.number)
    with city.tenant():
        failed = PaymentInstruction.objects.get(state=InstructionState.FAILED)
        applied = BankReturn.objects.get()
        voucher = Voucher.objects.get(event=BusinessEvent.BENEFIT_PAID)
        debit = voucher.lines.get(account__code="500101")
    assert (failed.plan_line_id, failed.fail_code) == (line.pk, "03")
    assert (applied.success_total, applied.fail_total) == (Decimal("2796.00"), Decimal("1864.00"))
    assert (debit.debit, debit.entry_count) == (Decimal("2796.00"), 2)
