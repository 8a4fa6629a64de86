"""Vouchers from draft to posting: worked entries, and who may do what in which order."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError

from accounts.enums import SubjectKind
from accounts.models import AuditEvent, Signature
from accounts.permissions import DutyNotHeld
from accounts.services import signatures
from accounts.services.signatures import AlreadySigned, ContentChanged
from common.actor import Job
from common.db import violated_constraint
from common.errors import NotFound
from funds.enums import BankAccountKind, BookKind, BusinessEvent, SourceKind, VoucherState
from funds.models import (
    AccountBalance,
    BankAccount,
    Book,
    LedgerAccount,
    Period,
    Voucher,
    VoucherLine,
)
from funds.selectors.balances import account_balance, account_balances
from funds.selectors.books import (
    city_centre,
    expenditure_account,
    full_name,
    unemployment_book,
)
from funds.selectors.vouchers import LineRow, get_voucher
from funds.services import drafting, vouchers
from funds.services.drafting import matter_of
from tests.city import NOW, TODAY
from tests.funds.builders import (
    checked,
    credit,
    debit,
    drafted,
    post,
    posted,
    ready,
    sign,
    voucher_draft,
    yuan,
)
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db


class TestWorkedEntries:
    """Entries of the regulation's own examples, 财会〔2017〕28号."""

    def test_premiums_reach_the_treasury(self, city):
        posted(city, debit("1002", "76000"), credit("400101", "76000"))
        assert balance("1002") == Decimal("76000.00")
        assert balance("4001") == Decimal("76000.00")

    def test_the_treasury_pays_into_the_fiscal_account(self, city):
        posted(city, debit("1002", "880000"), credit("400101", "880000"))
        posted(city, debit("100301", "880000"), credit("1002", "880000"))
        assert (balance("1003"), balance("1002")) == (Decimal("880000.00"), Decimal("0.00"))

    def test_an_allotment_moves_money_to_the_account_that_pays(self, city):
        posted(city, debit("1004", "500000"), credit("100301", "500000"))
        assert (balance("1004"), balance("1003")) == (Decimal("500000.00"), Decimal("-500000.00"))

    def test_benefits_are_booked_by_office_and_item(self, city):
        east, west = city.offices["510402"].pk, city.offices["510403"].pk
        posted(
            city,
            debit("500101", "1864.00", organisation_id=east, item_code="B01"),
            debit("500101", "3728.00", organisation_id=west, item_code="B01", entry_count=2),
            credit("1004", "5592.00", entry_count=3),
        )
        rows = AccountBalance.objects.filter(account__code="500101").order_by("organisation_id")
        assert [(r.organisation_id, r.item_code, r.debit, r.entry_count) for r in rows] == [
            (east, "B01", Decimal("1864.00"), 1),
            (west, "B01", Decimal("3728.00"), 2),
        ]


def balance(code: str, until: date | None = None) -> Decimal:
    return account_balance(book_id=unemployment_book().pk, account_code=code, until=until)


class TestBalances:
    def test_a_balance_until_a_day_takes_that_day_and_no_later_one(self, city):
        for day, amount in ((date(2026, 9, 30), "1"), (TODAY, "20"), (date(2026, 11, 3), "300")):
            posted(city, debit("1002", amount), credit("400101", amount), day=day)
        assert balance("1002", date(2026, 9, 29)) == 0
        assert balance("1002", date(2026, 10, 1)) == Decimal("1.00")
        assert balance("1002", TODAY) == Decimal("21.00")
        assert balance("1002", date(2026, 11, 3)) == balance("1002") == Decimal("321.00")

    def test_what_is_not_posted_does_not_count(self, city):
        drafted(city)
        checked(city)
        assert balance("1002") == Decimal("0.00")

    def test_the_account_that_pays_is_the_active_expenditure_account(self, city):
        account = expenditure_account(unemployment_book().pk)
        assert (account.kind, account.ledger_account.code) == (BankAccountKind.EXPENDITURE, "1004")


class TestDrafting:
    def test_a_draft_signs_its_preparer_and_leaves_a_trace(self, city):
        voucher = drafted(city)
        signature = Signature.objects.get(subject_kind=SubjectKind.VOUCHER, subject_id=voucher.pk)
        assert (voucher.state, voucher.number) == (VoucherState.DRAFT, None)
        assert (signature.step, signature.person_id) == ("PREPARE", city.actor("FACC").user_id)
        assert signature.content_sha256 == voucher.content_sha256
        assert AuditEvent.objects.filter(verb="funds.voucher.drafted").count() == 1

    def test_a_job_drafts_without_a_preparer(self, city):
        job = Job(city.pool.pk, "settle")
        voucher = vouchers.draft_voucher(actor=job, draft=voucher_draft(), at=NOW)
        assert voucher.prepared_by_id is None
        post(city, voucher)
        assert Voucher.objects.get(pk=voucher.pk).number == 1

    def test_one_live_voucher_per_source_and_another_after_voiding(self, city):
        source = {"source_kind": SourceKind.BANK_RETURN, "source_id": 7}
        first = drafted(city, **source)
        with pytest.raises(vouchers.SourceAlreadyBooked):
            drafted(city, **source)
        vouchers.void_voucher(
            actor=city.actor("FCHK"), voucher_id=first.pk, reason="附件不全", at=NOW
        )
        again = vouchers.redraft_voucher(
            actor=city.actor("FACC"),
            voucher_id=first.pk,
            voucher_date=date(2026, 11, 4),
            attachment_count=2,
            at=NOW,
        )
        assert (again.source_id, again.lines.count(), again.attachment_count) == (7, 2, 2)
        with pytest.raises(vouchers.SourceAlreadyBooked):
            drafted(city, **source)

    @pytest.mark.parametrize(
        ("lines", "refusal"),
        [
            ((debit("1002", "1"), credit("400101", "2")), vouchers.VoucherUnbalanced),
            ((debit("1002", "1"),), vouchers.LinesInvalid),
            ((debit("1002", "0"), credit("400101", "0")), vouchers.LinesInvalid),
            ((debit("1003", "1"), credit("400101", "1")), vouchers.AccountUnusable),
            ((debit("1001", "1"), credit("400101", "1")), vouchers.AccountUnusable),
            ((debit("9999", "1"), credit("400101", "1")), vouchers.AccountUnusable),
        ],
        ids=["unbalanced", "one line", "zero", "not a leaf", "disabled", "unknown"],
    )
    def test_wrong_lines_are_refused(self, city, lines, refusal):
        with pytest.raises(refusal):
            drafted(city, *lines)
        assert not Voucher.objects.exists()

    def test_an_amount_that_is_no_number_is_refused(self, city):
        bad = vouchers.DraftLine("1002", Decimal("NaN"), Decimal(0), "x")
        with pytest.raises(vouchers.LinesInvalid):
            drafted(city, bad, credit("400101", "1"), event=BusinessEvent.PREMIUM_DIRECT)

    def test_a_voucher_needs_its_attachment_unless_it_corrects(self, city):
        with pytest.raises(vouchers.AttachmentMissing):
            drafted(city, attachment_count=0)

    def test_a_date_outside_the_periods_is_refused(self, city):
        with pytest.raises(vouchers.PeriodMissing, match="2027年1月"):
            drafted(city, day=date(2027, 1, 5))

    def test_only_the_accountant_drafts(self, city):
        for code in ("FCHK", "FHEAD", "FCASH", "BUDG", "LEAD"):
            with pytest.raises(DutyNotHeld):
                vouchers.draft_voucher(actor=city.actor(code), draft=voucher_draft(), at=NOW)


class TestCheckingAndPosting:
    def test_numbers_run_without_gaps_per_month(self, city):
        numbers = [posted(city).number for _ in range(3)]
        other = posted(city, day=date(2026, 10, 9)).number
        assert (numbers, other) == ([1, 2, 3], 1)

    def test_each_signs_in_turn_and_the_last_posts(self, city):
        voucher, waits = drafted(city), []
        for post_code in ("FCHK", "FCASH", "FHEAD", "FACC2"):
            waits.append(voucher.state)
            actor = city.actor(post_code)
            voucher = vouchers.sign_voucher(actor=actor, voucher_id=voucher.pk, at=NOW)
        assert waits == ["DRAFT", "CASHIER", "APPROVAL", "BOOKING"]
        assert (voucher.state, voucher.number) == ("POSTED", 1)
        steps = Signature.objects.filter(subject_kind=SubjectKind.VOUCHER).order_by("id")
        assert [s.step for s in steps] == ["PREPARE", "CHECK", "CASHIER", "APPROVE", "POST"]

    def test_a_voucher_that_moves_no_money_passes_the_cashier_by(self, city):
        east = city.offices["510402"].pk
        voucher = checked(city, debit("500101", "9", organisation_id=east), credit("500102", "9"))
        assert (voucher.event, voucher.state) == ("RECLASS", VoucherState.APPROVAL)
        assert sign(city, voucher, until=VoucherState.POSTED).edge_id is None

    def test_the_accountant_who_prepared_it_does_not_book_it(self, city):
        voucher = ready(city)
        with pytest.raises(AlreadySigned):
            vouchers.sign_voucher(actor=city.actor("FACC"), voucher_id=voucher.pk, at=NOW)

    def test_a_check_covers_what_the_screen_showed(self, city):
        voucher = drafted(city)
        with pytest.raises(ContentChanged):
            vouchers.sign_voucher(
                actor=city.actor("FCHK"), voucher_id=voucher.pk, at=NOW, seen_sha256="0" * 64
            )

    def test_each_step_belongs_to_its_post(self, city):
        voucher = drafted(city)
        with pytest.raises(DutyNotHeld):
            vouchers.sign_voucher(actor=city.actor("FHEAD"), voucher_id=voucher.pk, at=NOW)
        with pytest.raises(DutyNotHeld):
            vouchers.sign_voucher(actor=city.actor("FACC"), voucher_id=voucher.pk, at=NOW)

    def test_one_person_never_takes_two_steps(self, city):
        """The duty aside, the signatures refuse the same person a second step."""
        voucher = drafted(city)
        facc = city.actor("FACC")
        matter = matter_of(voucher, city_centre())
        with pytest.raises(AlreadySigned):
            signatures.approve(facc, matter, "CHECK", NOW)

    def test_many_are_posted_at_once_and_the_refused_are_named(self, city):
        good, draft, done = ready(city), drafted(city), posted(city)
        outcome = vouchers.sign_vouchers(
            actor=city.actor("FACC2"),
            voucher_ids=[done.pk, draft.pk, good.pk],
            state=VoucherState.BOOKING,
            at=NOW,
        )
        assert list(outcome.done) == [good.pk]
        assert {pk for pk, _ in outcome.refused} == {draft.pk, done.pk}
        assert Voucher.objects.get(pk=good.pk).number == 2

    def test_many_are_checked_at_once(self, city):
        first, second = drafted(city), checked(city)
        outcome = vouchers.sign_vouchers(
            actor=city.actor("FCHK"),
            voucher_ids=[first.pk, second.pk],
            state=VoucherState.DRAFT,
            at=NOW,
        )
        assert (list(outcome.done), [pk for pk, _ in outcome.refused]) == ([first.pk], [second.pk])

    def test_a_voided_voucher_is_out_of_the_game(self, city):
        voucher = sign(city, drafted(city), until=VoucherState.APPROVAL)
        vouchers.void_voucher(
            actor=city.actor("FHEAD"), voucher_id=voucher.pk, reason="科目用错", at=NOW
        )
        with pytest.raises(vouchers.VoucherNotWaiting):
            vouchers.sign_voucher(actor=city.actor("FHEAD"), voucher_id=voucher.pk, at=NOW)

    def test_the_preparer_may_withdraw_his_own_draft_only(self, city):
        voucher = drafted(city)
        with pytest.raises(vouchers.ReasonMissing):
            vouchers.void_voucher(
                actor=city.actor("FACC"), voucher_id=voucher.pk, reason=" ", at=NOW
            )
        vouchers.void_voucher(
            actor=city.actor("FACC"), voucher_id=voucher.pk, reason="重复录入", at=NOW
        )
        other = checked(city)
        with pytest.raises(DutyNotHeld):
            vouchers.void_voucher(
                actor=city.actor("FACC"), voucher_id=other.pk, reason="重复录入", at=NOW
            )


class TestReversal:
    def reverse(self, city, voucher, day=TODAY):
        return vouchers.reverse_voucher(
            actor=city.actor("FACC"),
            voucher_id=voucher.pk,
            voucher_date=day,
            reason="金额有误",
            at=NOW,
        )

    def test_a_reversal_points_back_and_brings_the_balance_to_zero(self, city):
        voucher = posted(city)
        reversal = post(city, self.reverse(city, voucher))
        assert reversal.reverses_id == voucher.pk
        assert reversal.event == BusinessEvent.REVERSAL
        assert reversal.summary == "注销2026年11月2日记字第1号凭证"
        assert (balance("1002"), balance("400101")) == (0, 0)

    def test_a_voucher_is_reversed_once(self, city):
        voucher = posted(city)
        self.reverse(city, voucher)
        with pytest.raises(vouchers.AlreadyReversed):
            self.reverse(city, voucher)

    def test_a_reversal_is_not_reversed(self, city):
        reversal = post(city, self.reverse(city, posted(city)))
        with pytest.raises(vouchers.ReversalNotReversible):
            self.reverse(city, reversal)

    def test_what_is_not_posted_is_not_reversed(self, city):
        with pytest.raises(vouchers.NotPosted):
            self.reverse(city, checked(city))

    def test_a_reversal_never_lies_before_its_voucher(self, city):
        with pytest.raises(vouchers.PeriodClosed):
            self.reverse(city, posted(city), day=date(2026, 10, 31))


class TestWhatTheDatabaseRefuses:
    """The services aside: raw statements of the application role."""

    def raw_voucher(self, city, *amounts: tuple[str, str]) -> Voucher:
        """Insert a draft without the service's checks, signed by all but the bookkeeper."""
        voucher = drafted(city)
        raw = Voucher.objects.create(
            pool_id=voucher.pool_id,
            book_id=voucher.book_id,
            period_id=voucher.period_id,
            voucher_date=voucher.voucher_date,
            event="E04",
            summary="x",
            source_kind="NONE",
            attachment_count=1,
            content_sha256="a" * 64,
            prepared_at=NOW,
        )
        account = LedgerAccount.objects.get(book_id=voucher.book_id, code="1002")
        VoucherLine.objects.bulk_create(
            VoucherLine(
                pool_id=raw.pool_id,
                voucher=raw,
                position=n,
                account=account,
                summary="x",
                debit=yuan(d),
                credit=yuan(c),
            )
            for n, (d, c) in enumerate(amounts, start=1)
        )
        return sign(city, raw, until=VoucherState.BOOKING)

    def test_an_unbalanced_voucher_does_not_post(self, city):
        raw = self.raw_voucher(city, ("1", "0"), ("0", "2"))
        with pytest.raises(vouchers.VoucherUnbalanced):
            vouchers.sign_voucher(actor=city.actor("FACC2"), voucher_id=raw.pk, at=NOW)

    def test_a_voucher_of_one_line_or_none_does_not_post(self, city):
        for amounts in ((("1", "0"),), ()):
            raw = self.raw_voucher(city, *amounts)
            with pytest.raises(vouchers.VoucherUnbalanced):
                vouchers.sign_voucher(actor=city.actor("FACC2"), voucher_id=raw.pk, at=NOW)

    def test_a_voucher_without_its_signatures_does_not_post(self, city):
        raw = ready(city)
        Period.objects.filter(pk=raw.period_id).update(last_number=1)
        rule = refused_by(
            "UPDATE funds_voucher SET state = 'POSTED', number = 1, posted_at = now()"
            " WHERE id = %s",
            raw.pk,
        )
        assert rule == "voucher_signed"

    def test_a_number_out_of_order_is_refused(self, city):
        voucher = ready(city)
        signatures.approve(city.actor("FACC2"), matter_of(voucher, city_centre()), "POST", NOW)
        rule = refused_by(
            "UPDATE funds_voucher SET state = 'POSTED', number = 5, posted_at = now()"
            " WHERE id = %s",
            voucher.pk,
        )
        assert rule == "voucher_number_next"

    def test_a_voucher_is_not_born_posted(self, city):
        voucher = drafted(city)
        rule = refused_by(
            "INSERT INTO funds_voucher (pool_id, book_id, period_id, number, voucher_date, event,"
            " summary, source_kind, attachment_count, state, round, content_sha256, prepared_at,"
            " posted_at) SELECT pool_id, book_id, period_id, 1, voucher_date, event, summary,"
            " source_kind, 1, 'POSTED', 1, content_sha256, now(), now() FROM funds_voucher"
            " WHERE id = %s",
            voucher.pk,
        )
        assert rule == "voucher_starts_as_draft"

    @pytest.mark.parametrize("column", ["summary = 'x'", "state = 'VOIDED'", "number = 9"])
    def test_a_posted_voucher_never_changes(self, city, column):
        voucher = posted(city)
        rule = refused_by(f"UPDATE funds_voucher SET {column} WHERE id = %s", voucher.pk)
        assert rule == "voucher_posted"

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM funds_voucher",
            "DELETE FROM funds_voucherline",
            "UPDATE funds_voucherline SET debit = debit + 1",
            "TRUNCATE funds_voucher CASCADE",
            "TRUNCATE funds_voucherline",
        ],
    )
    def test_the_application_may_not_remove_or_change_rows(self, city, statement):
        posted(city)
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_lines_are_not_added_after_the_check(self, city):
        voucher = checked(city)
        line = voucher.lines.first()
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            VoucherLine.objects.create(
                pool_id=line.pool_id,
                voucher=voucher,
                position=9,
                account_id=line.account_id,
                debit=1,
                summary="x",
            )
        assert violated_constraint(caught.value) == "voucher_posted"

    def test_a_line_has_one_side_above_zero_within_the_cap(self, city):
        voucher = drafted(city)
        account = voucher.lines.first().account_id
        for debit_text, credit_text in (
            ("1", "1"),
            ("0", "0"),
            ("-1", "0"),
            ("NaN", "0"),
            ("1000000000000", "0"),
        ):
            rule = refused_by(
                "INSERT INTO funds_voucherline (pool_id, voucher_id, position, account_id, debit,"
                " credit, summary, item_code, batch_number, entry_count)"
                " VALUES (%s, %s, 9, %s, %s, %s, 'x', '', '', 1)",
                city.pool.pk,
                voucher.pk,
                account,
                debit_text,
                credit_text,
            )
            assert rule == "voucher_line_one_side_above_zero"

    def test_a_voided_voucher_does_not_come_back(self, city):
        voucher = drafted(city)
        vouchers.void_voucher(actor=city.actor("FCHK"), voucher_id=voucher.pk, reason="错", at=NOW)
        rule = refused_by("UPDATE funds_voucher SET state = 'DRAFT' WHERE id = %s", voucher.pk)
        assert rule == "state_transition_known"


class TestBooksAndBankAccounts:
    def second_book(self) -> Book:
        return Book.objects.get(kind=BookKind.LANDLESS_FARMERS)

    def test_two_books_never_share_a_voucher(self, city):
        other = self.second_book()
        foreign = LedgerAccount.objects.filter(book=other)
        own = LedgerAccount.objects.filter(book=unemployment_book())
        ties = drafting._Ties(None, None)
        mixed = drafting._insert(city.actor("FACC"), voucher_draft(), NOW, ties)
        VoucherLine.objects.bulk_create(
            [
                VoucherLine(
                    pool_id=mixed.pool_id,
                    voucher=mixed,
                    position=1,
                    summary="x",
                    account=foreign.get(code="1002"),
                    debit=1,
                ),
                VoucherLine(
                    pool_id=mixed.pool_id,
                    voucher=mixed,
                    position=2,
                    summary="x",
                    account=own.get(code="400101"),
                    credit=1,
                ),
            ]
        )
        signatures.approve(city.actor("FACC"), matter_of(mixed, city_centre()), "PREPARE", NOW)
        sign(city, mixed, until=VoucherState.BOOKING)
        with pytest.raises(vouchers.AccountUnusable):
            vouchers.sign_voucher(actor=city.actor("FACC2"), voucher_id=mixed.pk, at=NOW)

    def test_books_count_their_own_numbers_and_balances(self, city):
        other = self.second_book()
        posted(city)
        voucher = posted(city, debit("1002", "5"), credit("400101", "5"), book_id=other.pk)
        assert voucher.number == 1
        assert balance("1002") == Decimal("76000.00")
        assert account_balance(book_id=other.pk, account_code="1002", until=None) == 5
        codes, book_id = ["1002", "1004", "4001", "400101"], unemployment_book().pk
        assert account_balances(book_id=book_id, codes=codes) == {
            code: account_balance(book_id=book_id, account_code=code, until=None) for code in codes
        }
        assert account_balances(book_id=book_id, codes=[]) == {}

    def test_a_county_keeps_no_bank_account(self, city):
        account = BankAccount.objects.get(book=unemployment_book(), kind=BankAccountKind.INCOME)
        rule = refused_by(
            "UPDATE funds_bankaccount SET organisation_id = %s WHERE id = %s",
            city.offices["510402"].pk,
            account.pk,
        )
        assert rule == "bank_account_only_at_the_city"

    def test_one_active_bank_account_of_a_kind(self, city):
        account = expenditure_account(unemployment_book().pk)
        account.pk = None
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            account.save()
        assert violated_constraint(caught.value) == "bank_account_one_active_per_kind"

    def test_a_bank_account_books_to_its_own_books_chart(self, city):
        other = self.second_book()
        rule = refused_by(
            "UPDATE funds_bankaccount SET ledger_account_id = %s WHERE book_id = %s",
            LedgerAccount.objects.get(book=other, code="1002").pk,
            unemployment_book().pk,
        )
        assert rule == "bank_account_same_book"


class TestReadVoucher:
    """read_voucher.sql and read_voucher_lines.sql beside the rows themselves."""

    def same(self, city, voucher):
        row = Voucher.objects.get(pk=voucher.pk)
        sheet = get_voucher(actor=city.actor("FACC"), voucher_id=row.pk)
        for name in (
            *("book_id", "number", "voucher_date", "event", "summary", "state", "source_kind"),
            *("source_id", "attachment_count", "content_sha256", "prepared_by_id", "prepared_at"),
            *("posted_at", "reverses_id", "corrects_id", "is_cash"),
        ):
            assert getattr(sheet, name) == getattr(row, name)
        assert (sheet.book, sheet.event_label) == (row.book.name, row.get_event_display())
        assert sheet.prepared_by == (row.prepared_by.name if row.prepared_by else "系统")
        edge = row.edge
        assert sheet.flow_text == (
            f"{edge.get_from_place_display()} → {edge.get_to_place_display()}" if edge else ""
        )
        live = Voucher.objects.exclude(state="VOIDED")
        reversal, correction = live.filter(reverses=row), live.filter(corrects=row)
        assert sheet.reversal_id == (reversal.get().pk if reversal else None)
        assert sheet.correction_id == (correction.get().pk if correction else None)
        assert sheet.lines == [
            LineRow(
                line.summary,
                line.account.code,
                full_name(line.account),
                line.organisation.short_name if line.organisation else "",
                line.item_code,
                line.batch_number,
                line.entry_count,
                line.debit,
                line.credit,
            )
            for line in row.lines.order_by("position")
        ]
        return sheet

    def test_it_gives_a_draft_and_a_posted_voucher(self, city):
        assert self.same(city, drafted(city)).title.startswith("凭证（未编号）")
        credited = credit("400101", "800", organisation_id=city.offices["510402"].pk)
        sheet = self.same(city, posted(city, debit("1002", "800"), credited))
        assert sheet.title == "记字第1号"
        assert any(line.office for line in sheet.lines)
        assert any("—" in line.account_name for line in sheet.lines)

    def test_it_gives_what_a_voucher_reverses_and_the_live_one_that_does_so(self, city):
        voucher = posted(city)
        reversal = vouchers.reverse_voucher(
            actor=city.actor("FACC"),
            voucher_id=voucher.pk,
            voucher_date=TODAY,
            reason="金额有误",
            at=NOW,
        )
        assert self.same(city, voucher).reversal_id == reversal.pk
        assert self.same(city, reversal).reverses_text == "2026-11-02 记字第1号"
        vouchers.void_voucher(
            actor=city.actor("FCHK"), voucher_id=reversal.pk, reason="重复", at=NOW
        )
        assert self.same(city, voucher).reversal_id is None

    def test_there_is_no_voucher_of_no_number(self, city):
        with pytest.raises(NotFound):
            get_voucher(actor=city.actor("FACC"), voucher_id=posted(city).pk + 1)
