"""The register's refusals: each beside what would be allowed, and what the database says."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Decision, SubjectKind
from accounts.models import Attachment
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import OpinionMissing
from common.errors import DomainError
from funds.entry_rules import EntryInvalid
from funds.enums import BusinessEvent, EntryKind, EntryState, SourceKind, VoucherState
from funds.models import FundsEntry, VoucherLine
from funds.selectors.balances import account_balance
from funds.selectors.books import unemployment_book
from funds.services import entries, vouchers
from funds.services.entry_input import (
    ApprovalMissing,
    ClearedTooMuch,
    EntryAlreadyRegistered,
    EntryAnswered,
    EntryBooked,
    EntryNotWaiting,
    EntryReasonMissing,
    NothingToClear,
    OriginalUnusable,
    ReturnedTooMuch,
)
from funds.services.posting import EntryDisagrees
from funds.services.voucher_rules import SourceRequired
from tests.city import NOW
from tests.funds.builders import DAY, credit, debit, drafted, post, yuan
from tests.funds.entry_builders import SCAN, K, P, booked, decide, new, paid, register
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db


class TestRegistering:
    def test_only_the_accountant_registers(self, city):
        with pytest.raises(DutyNotHeld):
            entries.register_entry(
                actor=city.actor("FCHK"), book_id=unemployment_book().pk,
                new=new(K.FISCAL_SUBSIDY), at=NOW,
            )  # fmt: skip

    def test_numbers_run_on_within_the_month(self, city):
        first, second = register(city, K.BANK_INTEREST), register(city, K.FISCAL_SUBSIDY)
        assert (first.number, second.number) == ("SZ5104002026110001", "SZ5104002026110002")

    def test_a_bank_reference_is_registered_once_for_a_kind(self, city):
        register(city, K.BANK_INTEREST, reference="L001")
        with pytest.raises(EntryAlreadyRegistered):
            register(city, K.BANK_INTEREST, "7.00", reference="L001")
        assert register(city, K.BANK_INTEREST, "7.00", reference="L001", place=P.FISCAL)

    @pytest.mark.parametrize(
        ("kind", "said", "words"),
        [
            (K.FISCAL_SUBSIDY, {"place": P.EXPENDITURE}, "只能通过财政专户办理"),
            (K.TRANSFER_OUT, {"place": P.INCOME}, "只能通过支出户办理"),
            (K.PREMIUM_DIRECT, {"account_code": "450101"}, "会计科目"),
            (K.ADVANCE_RECOVERED, {}, "要清理的登记单"),
            (K.LATE_RETURN, {}, "原凭证"),
            (K.BANK_INTEREST, {"reference": " "}, "银行流水号"),
            (K.BANK_INTEREST, {"entry_date": DAY + timedelta(days=1)}, "不能晚于今天"),
        ],
    )
    def test_what_does_not_fit_its_kind_is_refused_in_words(self, city, kind, said, words):
        with pytest.raises(EntryInvalid, match=words):
            register(city, kind, **said)

    def test_two_equal_premiums_are_one_amount(self, city):
        with pytest.raises(EntryInvalid, match="合并"):
            register(city, K.PREMIUM_DIRECT, second_amount=yuan("1"), second_account_code="400101")


class TestReturns:
    def test_no_more_comes_back_than_was_paid(self, city):
        original = paid(city, "1000.00")
        register(city, K.LATE_RETURN, "600.00", original=(original.pk, 1))
        with pytest.raises(ReturnedTooMuch):
            register(city, K.RECOVERY, "400.01", original=(original.pk, 1))
        assert register(city, K.RECOVERY, "400.00", original=(original.pk, 1))

    def test_the_original_is_posted_and_an_expense(self, city):
        draft = drafted(city)
        with pytest.raises(OriginalUnusable):
            register(city, K.RECOVERY, original=(draft.pk, 1))
        with pytest.raises(OriginalUnusable):
            register(city, K.RECOVERY, original=(paid(city).pk, 2))  # the bank's line

    def test_a_return_cannot_come_before_its_payment(self, city):
        original = paid(city)
        with pytest.raises(EntryInvalid, match="早于原凭证"):
            register(
                city, K.RECOVERY, original=(original.pk, 1), entry_date=DAY - timedelta(days=1)
            )

    def test_this_years_late_return_arrives_where_it_left(self, city):
        with pytest.raises(EntryInvalid, match="只能通过支出户"):
            register(city, K.LATE_RETURN, original=(paid(city).pk, 1), place=P.INCOME)

    def test_the_database_refuses_another_event_than_the_years_demand(self, city):
        entry = register(city, K.RECOVERY, original=(paid(city).pk, 1))
        vouchers.void_voucher(
            actor=city.actor("FACC"), voucher_id=entries.live_voucher(entry.pk).pk,
            reason="重填", at=NOW,
        )  # fmt: skip
        change = "UPDATE funds_fundsentry SET event = 'E12', round = 2 WHERE id = %s"
        assert refused_by(change, entry.pk) == "entry_event_follows_the_years"
        change = "UPDATE funds_fundsentry SET amount = 5001, round = 2 WHERE id = %s"
        assert refused_by(change, entry.pk) == "entry_returns_at_most_the_original"


class TestClearing:
    def test_what_is_cleared_is_posted(self, city):
        receipt = register(city, K.UNKNOWN_RECEIPT)
        with pytest.raises(NothingToClear):
            register(city, K.RECEIPT_IDENTIFIED, clears_id=receipt.pk)
        post(city, entries.live_voucher(receipt.pk))
        assert register(city, K.RECEIPT_IDENTIFIED, clears_id=receipt.pk)

    def test_no_more_is_cleared_than_is_open(self, city):
        receipt = booked(city, K.UNKNOWN_RECEIPT)
        register(city, K.RECEIPT_IDENTIFIED, "999.99", clears_id=receipt.pk)
        with pytest.raises(ClearedTooMuch):
            register(city, K.PAYABLE_WRITTEN_OFF, "0.02", clears_id=receipt.pk)
        assert register(city, K.PAYABLE_WRITTEN_OFF, "0.01", clears_id=receipt.pk)

    def test_a_receipt_is_no_advance(self, city):
        receipt = booked(city, K.UNKNOWN_RECEIPT)
        with pytest.raises(NothingToClear):
            register(city, K.ADVANCE_RECOVERED, clears_id=receipt.pk)

    def test_what_others_clear_is_not_reversed(self, city):
        receipt = booked(city, K.UNKNOWN_RECEIPT)
        register(city, K.RECEIPT_IDENTIFIED, "1.00", clears_id=receipt.pk)
        voucher = entries.live_voucher(receipt.pk)
        with pytest.raises(DomainError, match="已有收支登记单"):
            vouchers.reverse_voucher(
                actor=city.actor("FACC"), voucher_id=voucher.pk, voucher_date=DAY,
                reason="误登", at=NOW,
            )  # fmt: skip


class TestWriteOffs:
    def test_a_write_off_needs_its_document(self, city):
        advance = booked(city, K.ADVANCE_PAID)
        with pytest.raises(ApprovalMissing):
            register(city, K.ADVANCE_WRITTEN_OFF, clears_id=advance.pk, approval_number=" ")
        with pytest.raises(ApprovalMissing):
            entries.register_entry(
                actor=city.actor("FACC"), book_id=unemployment_book().pk, at=NOW,
                new=new(K.ADVANCE_WRITTEN_OFF, clears_id=advance.pk),
            )  # fmt: skip
        entry = register(city, K.ADVANCE_WRITTEN_OFF, clears_id=advance.pk)
        kept = Attachment.objects.get(subject_kind=SubjectKind.FUNDS_ENTRY, subject_id=entry.pk)
        assert kept.document.file_name == SCAN.file_name

    def test_the_head_of_finance_decides_and_nobody_else(self, city):
        entry = register(city, K.ADVANCE_WRITTEN_OFF, clears_id=booked(city, K.ADVANCE_PAID).pk)
        with pytest.raises(DutyNotHeld):
            decide(city, entry, post_code="FACC")
        with pytest.raises(OpinionMissing):
            decide(city, entry, Decision.RETURN)
        assert decide(city, entry).state == EntryState.BOOKED
        with pytest.raises(EntryNotWaiting):
            decide(city, entry)

    def test_one_sent_back_is_corrected_and_decided_anew(self, city):
        advance = booked(city, K.ADVANCE_PAID)
        entry = register(city, K.ADVANCE_WRITTEN_OFF, clears_id=advance.pk)
        assert decide(city, entry, Decision.RETURN, "文号不符").state == EntryState.RETURNED
        again = entries.correct_entry(
            actor=city.actor("FACC"), entry_id=entry.pk, at=NOW,
            new=new(K.ADVANCE_WRITTEN_OFF, "900.00", clears_id=advance.pk),
        )  # fmt: skip
        assert (again.state, again.round) == (EntryState.SIGNING, 2)
        assert decide(city, again).state == EntryState.BOOKED
        assert entries.live_voucher(entry.pk).lines.first().debit == yuan("900")

    def test_the_database_books_no_write_off_without_the_signature(self, city):
        entry = register(city, K.ADVANCE_WRITTEN_OFF, clears_id=booked(city, K.ADVANCE_PAID).pk)
        change = "UPDATE funds_fundsentry SET state = 'BOOKED' WHERE id = %s"
        assert refused_by(change, entry.pk) == "entry_write_off_signed_by_two"

    def test_a_voucher_of_a_write_off_needs_its_entry(self, city):
        sides = (debit("5401", "10.00"), credit("110102", "10.00"))
        with pytest.raises(SourceRequired):
            drafted(
                city,
                *sides,
                event=BusinessEvent.ADVANCE_WRITTEN_OFF,
                source_kind=SourceKind.NONE,
                source_id=None,
            )
        of_nothing = drafted(city, *sides, event=BusinessEvent.ADVANCE_WRITTEN_OFF)
        with pytest.raises(EntryDisagrees):
            post(city, of_nothing)


class TestCorrecting:
    def void(self, city, entry):
        vouchers.void_voucher(
            actor=city.actor("FACC"), voucher_id=entries.live_voucher(entry.pk).pk,
            reason="金额有误", at=NOW,
        )  # fmt: skip

    def correct(self, city, entry, amount):
        return entries.correct_entry(
            actor=city.actor("FACC"), entry_id=entry.pk, new=new(entry.kind, amount), at=NOW
        )

    def test_after_its_voucher_is_voided(self, city):
        entry = register(city, K.BANK_INTEREST, "1000.00")
        with pytest.raises(EntryBooked):
            self.correct(city, entry, "100.00")
        self.void(city, entry)
        self.correct(city, entry, "100.00")
        assert entries.live_voucher(entry.pk).lines.first().debit == yuan("100")

    def test_withdrawing_needs_a_reason_and_no_living_voucher(self, city):
        entry = register(city, K.BANK_INTEREST)
        actor = city.actor("FACC")
        with pytest.raises(EntryAnswered):
            entries.withdraw_entry(actor=actor, entry_id=entry.pk, reason="重复", at=NOW)
        self.void(city, entry)
        with pytest.raises(EntryReasonMissing):
            entries.withdraw_entry(actor=actor, entry_id=entry.pk, reason=" ", at=NOW)
        gone = entries.withdraw_entry(actor=actor, entry_id=entry.pk, reason="重复", at=NOW)
        assert gone.state == EntryState.WITHDRAWN
        assert register(city, K.BANK_INTEREST)  # the reference is free again

    def test_a_posted_one_is_withdrawn_after_its_reversal(self, city):
        entry = booked(city, K.BANK_INTEREST)
        voucher = entries.live_voucher(entry.pk)
        reversal = vouchers.reverse_voucher(
            actor=city.actor("FACC"), voucher_id=voucher.pk, voucher_date=DAY,
            reason="误登", at=NOW,
        )  # fmt: skip
        subject = {"actor": city.actor("FACC"), "entry_id": entry.pk, "reason": "误登", "at": NOW}
        with pytest.raises(EntryAnswered):
            entries.withdraw_entry(**subject)
        post(city, reversal)
        assert entries.withdraw_entry(**subject).state == EntryState.WITHDRAWN

    def test_the_database_keeps_a_booked_entry_as_it_is(self, city):
        entry = register(city, K.BANK_INTEREST)
        change = "UPDATE funds_fundsentry SET amount = 1, round = 2 WHERE id = %s"
        assert refused_by(change, entry.pk) == "entry_booked_never_changes"
        change = "UPDATE funds_fundsentry SET state = 'WITHDRAWN' WHERE id = %s"
        assert refused_by(change, entry.pk) == "entry_withdrawn_leaves_nothing"
        assert (
            refused_by("UPDATE funds_fundsentry SET event = 'E03' WHERE id = %s", entry.pk)
            == "entry_booked_never_changes"
        )


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                K.UNKNOWN_RECEIPT, K.ADVANCE_PAID, K.LOAN_RECEIVED, K.RECEIPT_IDENTIFIED,
                K.ADVANCE_RECOVERED, K.ADVANCE_EXPENSED, K.LOAN_REPAID, K.LOAN_REPAID_BY_FINANCE,
                K.FISCAL_SUBSIDY, K.TRANSFER_OUT,
            ]
        ),
        st.integers(1, 300_000),  # fen
    ),
    max_size=12,
)  # fmt: skip
COMMON = {"max_examples": 15, "deadline": None}


@given(steps=STEPS)
@settings(**COMMON, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_permitted_entries_balance_and_clear_to_no_less_than_zero(city, steps):
    with transaction.atomic():
        for position, (kind, fen) in enumerate(steps):
            _enter(city, kind, Decimal(fen) / 100, position)
        sides = [(row.debit, row.credit) for row in VoucherLine.objects.all()]
        assert sum(debit for debit, _ in sides) == sum(credit for _, credit in sides)
        for entry in FundsEntry.objects.filter(clears=None):
            cleared = sum(e.amount for e in entry.clearings.all())
            assert 0 <= cleared <= entry.amount
        book = unemployment_book().pk
        for code in ("1101", "2001", "2101"):
            assert account_balance(book_id=book, account_code=code, until=None) >= 0
        transaction.set_rollback(True)


def _enter(city, kind: EntryKind, amount: Decimal, position: int) -> None:
    opens = entries.RULES[kind].clears
    rows = FundsEntry.objects.filter(kind__in=opens).order_by("id")
    target = rows.first() if opens else None
    if opens and target is None:
        return
    try:
        booked(
            city, kind, f"{amount:.2f}", reference=f"R{position}",
            clears_id=target.pk if target else None,
        )  # fmt: skip
    except ClearedTooMuch:
        assert amount > target.amount - sum(e.amount for e in target.clearings.all())


def test_a_draft_is_no_clearing_of_the_ledger_yet(city):
    receipt = booked(city, K.UNKNOWN_RECEIPT)
    entry = register(city, K.RECEIPT_IDENTIFIED, clears_id=receipt.pk)
    assert entries.live_voucher(entry.pk).state == VoucherState.DRAFT
    book = unemployment_book().pk
    assert account_balance(book_id=book, account_code="200102", until=date(2026, 11, 30)) == yuan(
        "1000"
    )
