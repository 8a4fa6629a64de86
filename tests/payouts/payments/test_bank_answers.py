"""What the bank's letter settles: recorded by one, approved by another, never by a job."""

from datetime import date

import pytest

from accounts.enums import Decision
from accounts.models import Notice, Signature
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import AlreadySigned, Verdict, approve
from common.encryption import Purpose, decrypt
from payouts.enums import BatchState, ReturnState, ReturnVia
from payouts.models import (
    BankAnswer,
    BankReturnLine,
    BatchPlan,
    PaymentBatch,
    PaymentInstruction,
)
from payouts.selectors.payment_worklist import list_waiting_payment_work
from payouts.services import bank_answers as service
from payouts.services.batches import prepare_batch
from payouts.services.returns import receive_return
from tests.city import NOW, TODAY
from tests.payouts.payments.answers import letter, recorded
from tests.reconciliation.build import unknown_batch
from tests.refusals import refused_by


@pytest.fixture
def city(founded):
    return founded


@pytest.fixture
def batch(city):
    return unknown_batch(city, "510402", ["1864.00", "1760.00"])


def decide(city, answer, decision=Decision.APPROVE, opinion="同意", post="FHEAD"):
    verdict = Verdict(decision, opinion, NOW)
    return service.decide_answer(actor=city.actor(post), answer_id=answer.pk, verdict=verdict)


def labels(city, post):
    return [line.label for line in list_waiting_payment_work(actor=city.actor(post), today=TODAY)]


def states(batch):
    rows = PaymentInstruction.objects.filter(batch=batch).order_by("position")
    return list(rows.values_list("state", flat=True))


def test_what_the_bank_did_not_take_may_be_paid_by_another_batch(city, batch):
    plan = BatchPlan.objects.get(batch=batch).plan
    answer = recorded(city, batch)
    assert states(batch) == ["UNKNOWN", "UNKNOWN"]
    decide(city, answer)
    batch.refresh_from_db()
    assert batch.state == BatchState.REJECTED
    assert states(batch) == ["WITHDRAWN", "WITHDRAWN"]
    again = prepare_batch(actor=city.actor("FACC"), plan_ids=[plan.pk], at=NOW)
    assert again.total_amount == batch.total_amount


def test_a_return_of_what_the_bank_said_it_did_not_take_is_quarantined_and_told(city, batch):
    """The letter and the file contradict each other: a person must ask the bank which is true."""
    decide(city, recorded(city, batch))
    received = receive_return(
        actor=city.actor("PLAN", "510402"),
        content=return_of(batch),
        file_name="回盘.txt",
        via=ReturnVia.UPLOAD,
        at=NOW,
    )
    assert received.state == ReturnState.QUARANTINED
    assert received.problem == "该批次没有发送给银行"
    assert states(batch) == ["WITHDRAWN", "WITHDRAWN"]
    assert not BankReturnLine.objects.exists()
    told = Notice.objects.filter(text__contains="异常回盘").values_list("recipient_id", flat=True)
    assert city.actor("FACC").user_id in set(told)


def return_of(batch):
    """Return the file of a bank that paid every line of a batch."""
    rows = PaymentInstruction.objects.filter(batch=batch).select_related("payee_account")
    lines = [
        f"D|{row.position}|{row.end_to_end_id}|{card_of(row.payee_account)}|{row.amount}|00||"
        f"S{row.position}|2026-11-02T10:00:00+08:00"
        for row in rows.order_by("position")
    ]
    head = f"H|{batch.number}|2026-11-02|{len(lines)}|{len(lines)}|{batch.total_amount}|0|0.00"
    return "\n".join([head, *lines, f"T|{len(lines)}|{batch.total_amount}", ""]).encode()


def card_of(account):
    return decrypt(account.number_cipher, pool_id=account.pool_id, purpose=Purpose.ACCOUNT)


def test_what_the_bank_took_waits_for_its_return(city, batch):
    epoch = batch.epoch
    decide(city, recorded(city, batch, was_taken=True, receipt="R1"))
    batch.refresh_from_db()
    assert (batch.state, batch.receipt, batch.sent_at) == (BatchState.SENT, "R1", NOW)
    assert states(batch) == ["SENT", "SENT"]
    assert batch.epoch == epoch + 1  # a query still on its way writes nothing
    assert "农银攀函〔2026〕7号" in batch.messages.latest("pk").outcome


def test_each_post_does_its_own_part_and_sees_it_waiting(city, batch):
    assert "结果未明待银行答复" in labels(city, "FACC")
    with pytest.raises(DutyNotHeld):
        service.record_answer(actor=city.actor("FHEAD"), batch_id=batch.pk, letter=letter(), at=NOW)
    answer = recorded(city, batch)
    assert "结果未明待银行答复" not in labels(city, "FACC")
    assert "待核准银行书面答复" in labels(city, "FHEAD")
    with pytest.raises(DutyNotHeld):
        decide(city, answer, post="FACC")


def test_a_refused_letter_leaves_the_batch_unknown_and_may_be_replaced(city, batch):
    answer = recorded(city, batch)
    with pytest.raises(service.AnswerWaiting):
        recorded(city, batch)
    decide(city, answer, Decision.REFUSE, "答复不明确")
    batch.refresh_from_db()
    assert batch.state == BatchState.UNKNOWN
    with pytest.raises(service.AnswerNotWaiting):
        decide(city, answer)
    assert recorded(city, batch).pk != answer.pk


def test_a_letter_says_one_thing_on_a_day_that_can_be(city, batch):
    with pytest.raises(service.ReceiptMismatch):
        recorded(city, batch, was_taken=True)
    with pytest.raises(service.ReceiptMismatch):
        recorded(city, batch, receipt="R1")
    for day in (date(2026, 11, 3), date(2026, 10, 19)):
        with pytest.raises(service.AnswerDayInvalid):
            recorded(city, batch, day=day)


def test_a_batch_that_became_known_needs_no_letter(city, batch):
    answer = recorded(city, batch)
    PaymentBatch.objects.filter(pk=batch.pk).update(state="SENT", sent_at=NOW)
    with pytest.raises(service.OutcomeKnown):
        decide(city, answer)
    assert not Signature.objects.filter(subject_kind="BANK_ANSWER", step="DECIDE").exists()
    decide(city, answer, Decision.REFUSE, "银行已答复")
    with pytest.raises(service.OutcomeKnown):
        recorded(city, batch)


class TestTheDatabase:
    def test_nobody_says_that_nothing_was_paid_without_the_letter(self, city, batch):
        rows = PaymentBatch.objects.filter(pk=batch.pk)
        assert (
            refused_by(lambda: rows.update(state="REJECTED")) == "batch_unknown_refused_by_letter"
        )
        decide(city, recorded(city, batch))
        assert rows.get().state == BatchState.REJECTED

    def test_a_letter_is_approved_by_another_person_as_it_was_recorded(self, city, batch):
        answer = recorded(city, batch)
        rows = BankAnswer.objects.filter(pk=answer.pk)
        assert refused_by(lambda: rows.update(state="APPROVED")) == "bank_answer_signed_by_two"
        assert refused_by(lambda: rows.update(note="另一说法")) == "bank_answer_stays_as_recorded"
        with pytest.raises(AlreadySigned):
            approve(city.actor("FACC"), service._matter(answer), "DECIDE", NOW, "同意")
        answer = decide(city, answer)
        answer.pk = None
        assert refused_by(answer.save) == "bank_answer_starts_waiting"
