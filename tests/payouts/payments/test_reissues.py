"""Re-issue of failed payments: three people, one line back, another attempt."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.enums import Decision
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import OpinionMissing
from common.db import violated_constraint
from common.encryption import Purpose, decrypt
from common.identifiers import AccountNumberInvalid
from funds.enums import BusinessEvent, SourceKind
from funds.models import AccountBalance, Voucher
from funds.selectors.balances import account_balance
from funds.selectors.books import unemployment_book
from payouts.enums import AccountKind, BatchState, InstructionState, ReissueState
from payouts.models import (
    BankReturn,
    BatchPlan,
    Entitlement,
    PayeeAccount,
    PaymentInstruction,
    ReissueRequest,
)
from payouts.selectors.case_sheet import read_payments
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
from reconciliation.selectors.comparisons import (
    compare_batches_with_returns,
    compare_business_with_ledger,
)
from reconciliation.services.ledger_bank import run_ledger_bank
from tests.city import NOW
from tests.funds.builders import credit, debit, drafted, post, posted
from tests.payouts.build import approved_plan, card_number, fund_expenditure_account
from tests.payouts.payments.bank import release, released_batch, settle
from tests.reconciliation.build import bank_statement
from tests.values import put_value

pytestmark = pytest.mark.django_db(transaction=True)
OFFICE = "510402"
E = BusinessEvent


@pytest.fixture
def failed(city, bank):
    """A payment the bank could not make, beside one it made."""
    with city.tenant():
        fund_expenditure_account(city, "100000.00", day=timezone.localdate())
    return failing(city, bank)


def failing(city, bank):
    """Return the failed instruction of a batch of 1,864.00 and 932.00; the second is paid."""
    with city.tenant():
        plan = approved_plan(city, OFFICE, ["1864.00", "932.00"])
        account = plan.lines.get(position=1).payee_account
        number = decrypt(account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)
    bank.control(failing_accounts={number: "03"})
    batch = released_batch(city, plan)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    settle(bank, batch.number)
    with city.tenant():
        return PaymentInstruction.objects.select_related(
            "plan_line__entitlement", "payee_account", "batch"
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
        [shown] = read_payments(person_key=line.person_key, case_id=None, limit=24)
    assert (shown.state_label, shown.tone) == (InstructionState.SUCCESS.label, "green")
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


def booked_lines(event):
    """Return the lines of the only voucher of an event: account, debit, credit, entries."""
    rows = Voucher.objects.get(event=event).lines.order_by("position")
    return list(rows.values_list("account__code", "debit", "credit", "entry_count"))


def test_what_is_paid_again_is_a_reissue_and_business_books_and_bank_stay_tied(city, bank, failed):
    """Of 2,796.00 the bank paid 932.00 (E09), then 1,864.00 again (E14); no failure is booked."""
    first = failed.batch
    again = send_again(city, approved(city, failed))
    settle(bank, again.number)
    with city.tenant():
        assert booked_lines(E.BENEFIT_PAID) == [
            ("500101", Decimal("932.00"), 0, 1),
            ("1004", 0, Decimal("932.00"), 1),
        ]
        assert booked_lines(E.REISSUE) == [
            ("500101", Decimal("1864.00"), 0, 1),
            ("1004", 0, Decimal("1864.00"), 1),
        ]
        for voucher in Voucher.objects.exclude(state="POSTED"):
            post(city, voucher)
        book, day = unemployment_book().pk, timezone.localdate()  # the bank pays by the clock
        month, office = day.replace(day=1), city.offices[OFFICE].pk
        pairs = compare_business_with_ledger(organisation_id=office, book_id=book, month=month)
        assert {p.batch_number: (p.business_amount, p.ledger_amount, p.kind) for p in pairs} == {
            first.number: (Decimal("932.00"), Decimal("932.00"), ""),
            again.number: (Decimal("1864.00"), Decimal("1864.00"), ""),
        }
        checks = compare_batches_with_returns(organisation_ids=[office], book_id=book, month=month)
        assert [(c.sent_amount, c.success_amount, c.fail_amount, c.is_equal) for c in checks] == [
            (Decimal("2796.00"), Decimal("932.00"), Decimal("1864.00"), True),
            (Decimal("1864.00"), Decimal("1864.00"), 0, True),
        ]
        movements = [
            (day, "0", "100000.00", "S1", "上级补助"),
            (day, "932.00", "0", "S2", first.number),
            (day, "1864.00", "0", "S3", again.number),
        ]
        bank_statement(city, movements, month=month)
        later = timezone.now() + timedelta(days=31)
        sheet = run_ledger_bank(actor=city.actor("FCASH"), month=month, at=later)
        assert (sheet.ledger_adjusted, sheet.bank_adjusted) == (Decimal("97204.00"),) * 2
        assert not sheet.items.exists()
        [benefits] = AccountBalance.objects.filter(account__code="500101")
        assert benefits.debit - benefits.credit == Decimal("2796.00")


def test_a_failure_debited_gross_is_credited_back_before_it_is_paid_again(city, bank):
    """932.00 paid and 1,864.00 in 110101 (E10), credited (E10B), fails once more (E14, E10B)."""
    with city.tenant():
        put_value(city.pool, "bank_debit_mode", "GROSS", date(2026, 1, 2))
        fund_expenditure_account(city, "100000.00")
    instruction = failing(city, bank)
    with city.tenant():
        post(city, Voucher.objects.get(event=E.BENEFIT_PAID_GROSS))
        assert in_transit() == Decimal("1864.00")
        posted(city, debit("1004", "1864"), credit("110101", "1864"), event=E.FAILED_CREDIT_BACK)
        assert in_transit() == 0
    again = send_again(city, approved(city, instruction, corrected=False))
    settle(bank, again.number)
    with city.tenant():
        assert booked_lines(E.REISSUE) == [
            ("110101", Decimal("1864.00"), 0, 1),
            ("1004", 0, Decimal("1864.00"), 1),
        ]
        post(city, Voucher.objects.get(event=E.REISSUE))
        assert in_transit() == Decimal("1864.00")


def in_transit():
    return account_balance(
        book_id=unemployment_book().pk, account_code="110101", until=timezone.localdate()
    )


def test_the_database_books_a_reissue_and_a_first_payment_each_by_its_own_event(city, bank, failed):
    batch = send_again(city, approved(city, failed))
    settle(bank, batch.number)
    with city.tenant():
        answers = {r.batch.kind: r for r in BankReturn.objects.select_related("batch")}
        for kind, event in (("REISSUE", E.BENEFIT_PAID), ("REGULAR", E.REISSUE)):
            lines = (debit("500101", "1"), credit("1004", "1"))
            source = {"source_kind": SourceKind.BANK_RETURN, "source_id": answers[kind].pk}
            with pytest.raises(DatabaseError) as caught, transaction.atomic():
                drafted(city, *lines, event=event, **source)
            assert violated_constraint(caught.value) == "return_booked_by_its_kind"


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
