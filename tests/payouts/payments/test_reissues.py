"""Re-issue of failed payments: three people, one line back, another attempt."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.enums import Decision
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import OpinionMissing
from common.db import violated_constraint
from common.encryption import Purpose, decrypt
from common.identifiers import AccountNumberInvalid
from payouts.enums import AccountKind, BatchState, InstructionState, ReissueState
from payouts.models import BatchPlan, Entitlement, PayeeAccount, PaymentInstruction, ReissueRequest
from payouts.services import sending
from payouts.services.batches import (
    NothingToPay,
    check_batch,
    confirm_with_bank,
    prepare_batch,
    prepare_reissue_batch,
    withdraw_batch,
)
from payouts.services.reissues import (
    CorrectedAccount,
    NotFailed,
    ReissueExists,
    ReissueNotWaiting,
    apply_reissue,
    approve_reissue,
    review_reissue,
)
from tests.city import NOW
from tests.payouts.build import approved_plan, card_number, fund_expenditure_account
from tests.payouts.payments.bank import release, released_batch, settle

pytestmark = pytest.mark.django_db(transaction=True)
OFFICE = "510402"


@pytest.fixture
def failed(city, bank):
    """A payment the bank could not make, beside one it made."""
    with city.tenant():
        fund_expenditure_account(city, "100000.00")
        plan = approved_plan(city, OFFICE, ["1864.00", "932.00"])
        account = plan.lines.get(position=1).payee_account
        number = decrypt(account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)
    bank.control(failing_accounts={number: "03"})
    batch = released_batch(city, plan)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    settle(bank, batch.number)
    with city.tenant():
        return PaymentInstruction.objects.select_related(
            "plan_line__entitlement", "payee_account"
        ).get(state=InstructionState.FAILED)


def apply(city, instruction, corrected=True, by=None):
    account = CorrectedAccount(AccountKind.CARD, card_number(777001), "中国农业银行")
    with city.tenant():
        return apply_reissue(
            actor=by or city.actor("PLAN", OFFICE),
            instruction_id=instruction.pk,
            reason="本人到窗口更正账户",
            corrected=account if corrected else None,
            at=NOW,
        )


def decide(city, request, act, post, decision=Decision.APPROVE, opinion=""):
    with city.tenant():
        return act(
            actor=city.actor(post, OFFICE),
            reissue_id=request.pk,
            decision=decision,
            opinion=opinion,
            at=NOW,
        )


def approved(city, instruction, **changes):
    request = apply(city, instruction, **changes)
    decide(city, request, review_reissue, "REV2")
    return decide(city, request, approve_reissue, "APP")


def send_again(city, request):
    with city.tenant():
        batch = prepare_reissue_batch(actor=city.actor("FACC"), reissue_ids=[request.pk], at=NOW)
        check_batch(actor=city.actor("FCHK"), batch_id=batch.pk, at=NOW)
    confirm_with_bank(actor=city.actor("FCASH"), batch_id=batch.pk, at=NOW)
    with city.tenant():
        batch.refresh_from_db()
    release(city, batch)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    return batch


def test_a_failed_payment_goes_again_to_the_corrected_account(city, bank, failed):
    request = approved(city, failed)
    batch = send_again(city, request)
    settle(bank, batch.number)
    with city.tenant():
        attempts = list(
            PaymentInstruction.objects.filter(plan_line_id=failed.plan_line_id)
            .order_by("attempt")
            .values_list("attempt", "state", "payee_account_id")
        )
        line = failed.plan_line
        entitlement = Entitlement.objects.get(pk=line.entitlement_id)
        found = ReissueRequest.objects.get()
        batch.refresh_from_db()
    assert attempts == [
        (1, "FAILED", failed.payee_account_id),
        (2, "SUCCESS", request.payee_account_id),
    ]
    assert (found.state, found.batch_id, batch.state) == ("IN_BATCH", batch.pk, BatchState.RETURNED)
    assert batch.total_amount == Decimal("1864.00")
    assert (entitlement.months_paid, entitlement.payee_account_id) == (1, request.payee_account_id)
    record = bank.read()
    assert record.times_paid[failed.end_to_end_id] == 0
    assert record.times_paid[f"{batch.number}-1"] == 1


def test_the_same_account_needs_only_a_reason_and_may_fail_again(city, bank, failed):
    batch = send_again(city, approved(city, failed, corrected=False))
    settle(bank, batch.number)
    with city.tenant():
        again = PaymentInstruction.objects.get(batch=batch)
    assert (again.attempt, again.state) == (2, InstructionState.FAILED)
    third = approved(city, again)
    with city.tenant():
        batch = prepare_reissue_batch(actor=city.actor("FACC"), reissue_ids=[third.pk], at=NOW)
        assert PaymentInstruction.objects.get(batch=batch).attempt == 3


def test_each_step_is_another_persons_and_stays_in_its_office(city, failed):
    with pytest.raises(DutyNotHeld):
        apply(city, failed, by=city.actor("PLAN", "510403"))
    request = apply(city, failed)
    with pytest.raises(ReissueExists):
        apply(city, failed)
    with city.tenant(), pytest.raises(DutyNotHeld):
        review_reissue(
            actor=city.actor("REV2", "510403"),
            reissue_id=request.pk,
            decision=Decision.APPROVE,
            opinion="",
            at=NOW,
        )
    with pytest.raises(ReissueNotWaiting):
        decide(city, request, approve_reissue, "APP")
    with city.tenant(), pytest.raises(NothingToPay):
        prepare_reissue_batch(actor=city.actor("FACC"), reissue_ids=[request.pk], at=NOW)


def test_a_refusal_needs_a_reason_and_leaves_room_for_a_better_request(city, failed):
    request = apply(city, failed)
    with pytest.raises(OpinionMissing):
        decide(city, request, review_reissue, "REV2", Decision.REFUSE)
    refused = decide(city, request, review_reissue, "REV2", Decision.REFUSE, "账户未核实")
    assert refused.state == ReissueState.REFUSED
    assert apply(city, failed).pk != request.pk


def test_only_a_definite_failure_goes_again(city, failed):
    with city.tenant():
        paid = PaymentInstruction.objects.get(state=InstructionState.SUCCESS)
    with pytest.raises(NotFailed):
        apply(city, paid)


def test_a_wrong_number_is_refused_and_a_known_account_not_doubled(city, failed):
    wrong = CorrectedAccount(AccountKind.CARD, "6228480000000000001", "中国农业银行")
    with city.tenant(), pytest.raises(AccountNumberInvalid):
        apply_reissue(
            actor=city.actor("PLAN", OFFICE),
            instruction_id=failed.pk,
            reason="更正",
            corrected=wrong,
            at=NOW,
        )
    with city.tenant():
        before = PayeeAccount.objects.count()
        number = decrypt(
            failed.payee_account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT
        )
        same = CorrectedAccount(AccountKind.CARD, number, "中国农业银行")
        request = apply_reissue(
            actor=city.actor("PLAN", OFFICE),
            instruction_id=failed.pk,
            reason="更正",
            corrected=same,
            at=NOW,
        )
        assert PayeeAccount.objects.count() == before
        assert request.payee_account_id == failed.payee_account_id


def test_withdrawing_its_batch_gives_the_request_back(city, failed):
    request = approved(city, failed)
    with city.tenant():
        batch = prepare_reissue_batch(actor=city.actor("FACC"), reissue_ids=[request.pk], at=NOW)
        withdraw_batch(actor=city.actor("FACC"), batch_id=batch.pk, reason="重做", at=NOW)
        request.refresh_from_db()
        assert (request.state, request.batch_id) == (ReissueState.APPROVED, None)
        prepare_reissue_batch(actor=city.actor("FACC"), reissue_ids=[request.pk], at=NOW)


def test_the_plan_itself_does_not_pay_the_failed_line_again(city, failed):
    plan_id = failed.plan_line.plan_id
    with city.tenant():
        BatchPlan.objects.filter(plan_id=plan_id).update(is_live=False)
    with city.tenant(), pytest.raises(NothingToPay):
        prepare_batch(actor=city.actor("FACC"), plan_ids=[plan_id], at=NOW)


def test_the_database_approves_no_request_without_three_signatures(city, failed):
    request = apply(city, failed)
    for state, rule in (("APPROVAL", None), ("APPROVED", "reissue_signed_by_its_chain")):
        statement = "UPDATE payouts_reissuerequest SET state = %s WHERE id = %s"
        with city.tenant(), connection.cursor() as cursor:
            if rule is None:
                cursor.execute(statement, [state, request.pk])
                continue
            with pytest.raises(DatabaseError) as caught, transaction.atomic():
                cursor.execute(statement, [state, request.pk])
            assert violated_constraint(caught.value) == rule
