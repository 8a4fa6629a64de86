"""The fund of a former office: drawn up whole, signed by three, booked once, never changed."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.enums import Decision
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import AlreadySigned
from common.db import violated_constraint
from common.errors import NotFound
from funds.enums import BusinessEvent, HandoverState, SourceKind, VoucherState
from funds.models import Period, Voucher
from funds.selectors.balances import account_balance
from funds.selectors.books import unemployment_book
from funds.selectors.handovers import consolidate_handovers, get_handover
from funds.services import handover_signing as signing
from funds.services import handovers, vouchers
from tests.city import NOW
from tests.funds.builders import credit, debit, drafted, post
from tests.funds.handovers import (
    FIRST_DAY,
    PLAIN,
    drawn_up,
    handed_over,
    opened,
    opening_of,
    sign,
    submitted,
)
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db
EAST, WEST = "510402", "510403"
ARCHIVE = """INSERT INTO funds_handoverarchive
    (pool_id, handover_id, kind, first_year, last_year, volume_count, note, is_live)
    SELECT pool_id, id, 'OTHER', 2020, 2021, 1, '', true FROM funds_handover"""
SIX = ("510400", "510402", "510403", "510411", "510421", "510422")


class TestSigning:
    def test_three_people_sign_in_order_and_the_opening_voucher_follows(self, city):
        handover = submitted(city)
        for post_code, state in (
            ("OFFH", HandoverState.RECEIVE),
            ("FHEAD", HandoverState.SUPERVISE),
            ("SUPV", HandoverState.COMPLETE),
        ):
            assert not Voucher.objects.exists()
            handover = sign(city, handover, post_code)
            assert handover.state == state
        voucher = opening_of(handover)
        assert (voucher.event, voucher.state, voucher.voucher_date) == (
            BusinessEvent.OPENING, VoucherState.DRAFT, FIRST_DAY,
        )  # fmt: skip
        lines = voucher.lines.order_by("position").values_list(
            "account__code", "debit", "credit", "organisation__code"
        )
        assert list(lines) == [
            ("100301", Decimal("100000.00"), Decimal("0.00"), EAST),
            ("3001", Decimal("0.00"), Decimal("100000.00"), EAST),
        ]

    def test_nobody_signs_before_his_turn_or_for_another_office(self, city):
        handover = submitted(city)
        for post_code in ("FHEAD", "SUPV", "FACC"):
            with pytest.raises(DutyNotHeld):
                sign(city, handover, post_code)
        for office in (WEST, "510400"):
            with pytest.raises(DutyNotHeld):
                signing.sign_handover(
                    actor=city.actor("OFFH", office),
                    handover_id=handover.pk,
                    verdict=signing.signatures.Verdict(Decision.APPROVE, "", NOW),
                )

    def test_one_person_signs_once(self, city):
        handover = submitted(city)
        sign(city, handover, "OFFH")
        actor = city.actor("OFFH", EAST)
        matter = signing.matter_of(handover)
        with pytest.raises(AlreadySigned):
            signing.signatures.approve(actor, matter, "RECEIVE", NOW)

    def test_a_returned_handover_is_corrected_and_signed_anew(self, city):
        handover = submitted(city)
        sign(city, handover, "OFFH")
        handover = sign(city, handover, "FHEAD", Decision.RETURN, "银行余额不符")
        assert (handover.state, handover.round) == (HandoverState.DRAFT, 2)
        signing.submit_handover(actor=city.actor("FACC"), handover_id=handover.pk, at=NOW)
        for post_code in ("OFFH", "FHEAD", "SUPV"):
            handover = sign(city, handover, post_code)
        assert handover.state == HandoverState.COMPLETE

    def test_an_office_hands_over_once(self, city):
        handed_over(city)
        with pytest.raises(handovers.HandoverExists):
            drawn_up(city)

    def test_only_the_accountant_draws_it_up(self, city):
        for post_code in ("FHEAD", "FCHK", "SUPV", "OFFH"):
            with pytest.raises(DutyNotHeld):
                handovers.open_handover(
                    actor=city.actor(post_code), book_id=unemployment_book().pk,
                    organisation_id=city.offices[EAST].pk, cutoff_date=date(2025, 12, 31), at=NOW,
                )  # fmt: skip

    def test_a_month_without_open_books_is_no_day_to_open(self, city):
        for cutoff, refusal in (
            (date(2024, 12, 31), vouchers.PeriodMissing),
            (date(2026, 11, 3), handovers.CutoffInvalid),
        ):
            with pytest.raises(refusal):
                handovers.open_handover(
                    actor=city.actor("FACC"), book_id=unemployment_book().pk,
                    organisation_id=city.offices[EAST].pk, cutoff_date=cutoff, at=NOW,
                )  # fmt: skip


class TestAgreement:
    """Σ debit = Σ credit; banks, claims and audit agree with the balances."""

    def refuse(self, city, refusal, **more):
        handover = drawn_up(city, **more)
        with pytest.raises(refusal):
            signing.submit_handover(actor=city.actor("FACC"), handover_id=handover.pk, at=NOW)

    def test_balances_balance(self, city):
        # 100,000.00 debit against 99,999.99 credit
        balances = (("100301", "100000", "0"), ("3001", "0", "99999.99"))
        self.refuse(city, signing.HandoverUnbalanced, balances=balances)

    def test_income_is_carried_first(self, city):
        balances = (("100301", "100000", "0"), ("400101", "0", "100000"))
        self.refuse(city, signing.IncomeNotCarried, balances=balances, audited="1")

    def test_the_audit_confirms_the_fund_balance(self, city):
        self.refuse(city, signing.AuditDisagrees, audited="99999.99")

    @pytest.mark.parametrize(
        ("part", "refusal"),
        [
            ("banks", signing.BanksUnconfirmed),
            ("claims", signing.ClaimsUnlisted),
            ("archives", signing.ArchivesUnlisted),
        ],
    )
    def test_a_missing_line_is_named(self, city, part, refusal):
        # 100,000 + 8,000 = 12,600 + 95,400
        balances = (
            ("100301", "100000", "0"), ("110199", "8000", "0"),
            ("200102", "0", "12600"), ("3001", "0", "95400"),
        )  # fmt: skip
        handover = drawn_up(city, balances=balances)
        row = getattr(handover, part).order_by("id").first()
        on = {"actor": city.actor("FACC"), "handover_id": handover.pk, "at": NOW}
        handovers.remove_part(part=part[:-1], row_id=row.pk, **on)
        with pytest.raises(refusal):
            signing.submit_handover(**on)

    def test_every_account_has_one_line_and_is_usable(self, city):
        handover = drawn_up(city)
        on = {"actor": city.actor("FACC"), "handover_id": handover.pk, "at": NOW}
        amounts = {"debit": Decimal(1), "credit": Decimal(0)}
        with pytest.raises(handovers.AccountTwice):
            handovers.add_balance(account_code="100301", **amounts, **on)
        with pytest.raises(vouchers.AccountUnusable):
            handovers.add_balance(account_code="1003", **amounts, **on)


class TestFrozen:
    def test_what_is_under_signature_does_not_change(self, city):
        handover = submitted(city)
        on = {"actor": city.actor("FACC"), "handover_id": handover.pk, "at": NOW}
        with pytest.raises(handovers.HandoverNotDraft):
            handovers.remove_part(part="balance", row_id=handover.balances.first().pk, **on)
        for sql in (
            "UPDATE funds_handoverbalance SET is_live = false",
            ARCHIVE,
            "UPDATE funds_handover SET audit_amount = 1",
            "UPDATE funds_handover SET content_sha256 = repeat('0', 64)",
        ):
            assert refused_by(sql) == "handover_frozen"

    def test_lines_never_change_their_figures(self, city):
        drawn_up(city)
        sql = "UPDATE funds_handoverbalance SET debit = debit + 1 WHERE debit > 0"
        assert refused_by(sql) == "handover_frozen"

    def test_a_complete_handover_stays(self, city):
        handover = handed_over(city)
        with pytest.raises(signing.HandoverNotWaiting):
            sign(city, handover, "SUPV")
        sql = "UPDATE funds_handover SET audit_conclusion = '其他'"
        assert refused_by(sql) == "handover_complete_stays"
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("DELETE FROM funds_handover WHERE id = %s", [handover.pk])

    def test_no_state_without_its_signatures(self, city):
        submitted(city)
        sql = "UPDATE funds_handover SET state = 'RECEIVE'"
        assert refused_by(sql) == "handover_signed_in_order"


class TestOpening:
    def test_six_handovers_add_up_to_the_opening_balance(self, city):
        # 10,000 + 20,000 + … + 60,000 = 210,000
        for place, office in enumerate(SIX, start=1):
            opened(city, f"{place}0000", office)
        book = unemployment_book()
        for code in ("1003", "3001"):
            found = account_balance(book_id=book.pk, account_code=code, until=FIRST_DAY)
            assert found == Decimal("210000.00")
        table = consolidate_handovers(actor=city.actor("SUPV"), book_id=book.pk)
        assert [code for code, _ in table.accounts] == ["100301", "3001"]
        assert table.handed_over == [Decimal("210000.00"), Decimal("-210000.00")]
        assert table.is_equal
        assert table.missing == []

    def test_missing_offices_are_named_and_unposted_vouchers_show(self, city):
        handed_over(city, EAST)
        submitted(city, WEST)
        table = consolidate_handovers(actor=city.actor("FACC"), book_id=unemployment_book().pk)
        assert table.missing == ["市本级", "西区", "仁和区", "米易县", "盐边县"]
        assert not table.is_equal
        assert table.gaps == [Decimal("100000.00"), Decimal("-100000.00")]

    def test_an_opening_voucher_comes_from_nothing_else(self, city):
        lines = (debit("100301", "5"), credit("3001", "5"))
        with pytest.raises(vouchers.SourceRequired, match="基金移交书"):
            drafted(
                city, *lines, event=BusinessEvent.OPENING,
                source_kind=SourceKind.NONE, source_id=None,
            )  # fmt: skip
        for event, source in (
            (BusinessEvent.OPENING, SourceKind.NONE),
            (BusinessEvent.OPENING, SourceKind.FUNDS_USE_PLAN),
            (BusinessEvent.RECLASSIFICATION, SourceKind.HANDOVER),
        ):
            with pytest.raises(DatabaseError) as caught, transaction.atomic():
                Voucher.objects.create(
                    pool_id=city.pool.pk, book=unemployment_book(), event=event,
                    period=Period.objects.get(book=unemployment_book(), month=FIRST_DAY),
                    voucher_date=FIRST_DAY, summary="期初", source_kind=source, source_id=1,
                    attachment_count=1, prepared_at=NOW,
                )  # fmt: skip
            assert violated_constraint(caught.value) == "opening_only_from_handover"

    @pytest.mark.parametrize("state", ["unsigned", "of another day"])
    def test_an_opening_voucher_needs_a_complete_handover_and_its_day(self, city, state):
        if state == "unsigned":
            handover, day = submitted(city), FIRST_DAY
        else:
            handover, day = handed_over(city), date(2026, 2, 1)
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            drafted(
                city, debit("100301", "5"), credit("3001", "5"), day=day,
                event=BusinessEvent.OPENING, source_kind=SourceKind.HANDOVER,
                source_id=handover.pk,
            )  # fmt: skip
        assert violated_constraint(caught.value) == "opening_from_signed_handover"

    def test_an_opening_voucher_books_what_was_handed_over(self, city):
        handover = handed_over(city)
        vouchers.void_voucher(
            actor=city.actor("FCHK"), voucher_id=opening_of(handover).pk, reason="重填", at=NOW
        )
        other = drafted(
            city, debit("100301", "99999"), credit("3001", "99999"), day=FIRST_DAY,
            event=BusinessEvent.OPENING, source_kind=SourceKind.HANDOVER, source_id=handover.pk,
        )  # fmt: skip
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            post(city, other)
        assert violated_constraint(caught.value) == "opening_equals_handover"

    def test_a_voided_opening_voucher_is_drafted_again(self, city):
        voucher = opening_of(handed_over(city))
        vouchers.void_voucher(
            actor=city.actor("FCHK"), voucher_id=voucher.pk, reason="附件不清", at=NOW
        )
        again = vouchers.redraft_voucher(
            actor=city.actor("FACC"), voucher_id=voucher.pk, voucher_date=FIRST_DAY,
            attachment_count=1, at=NOW,
        )  # fmt: skip
        assert post(city, again).state == VoucherState.POSTED

    def test_what_was_opened_is_not_reversed(self, city):
        voucher = opened(city)
        with pytest.raises(vouchers.OpeningStays):
            vouchers.reverse_voucher(
                actor=city.actor("FACC"), voucher_id=voucher.pk, voucher_date=FIRST_DAY,
                reason="错", at=NOW,
            )  # fmt: skip


class TestReading:
    def test_both_sides_read_it_and_another_office_does_not(self, city):
        handover = submitted(city)
        for post_code, office in (("OFFH", EAST), ("FHEAD", "510400"), ("SUPV", "510400")):
            sheet = get_handover(actor=city.actor(post_code, office), handover_id=handover.pk)
            assert (sheet.fund_balance, sheet.volume_count) == (Decimal("100000.00"), 36)
        with pytest.raises(NotFound):
            get_handover(actor=city.actor("OFFH", WEST), handover_id=handover.pk)
        with pytest.raises(DutyNotHeld):
            get_handover(actor=city.actor("ACC", EAST), handover_id=handover.pk)

    def test_a_county_sees_its_own_office_only(self, city):
        submitted(city)
        table = consolidate_handovers(
            actor=city.actor("OFFH", WEST), book_id=unemployment_book().pk
        )
        assert [row.office for row in table.rows] == ["西区"]

    def test_defaults_stand(self):
        assert sum(Decimal(d) - Decimal(c) for _, d, c in PLAIN) == 0
