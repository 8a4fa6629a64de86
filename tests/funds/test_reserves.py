"""The reserve's memo account: two people and a document, never below zero, once and for ever."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.enums import Decision
from accounts.models import Attachment
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import OpinionMissing
from funds.enums import BookKind
from funds.models import AccountBalance, Book, GapSheet, ReserveEntry, Voucher
from funds.selectors.books import unemployment_book
from funds.selectors.reserves import reserve_balance
from funds.services.gap_sheets import GapSheetDrawnOn
from funds.services.reserves import (
    DrawNeedsSheet,
    DrawTooLarge,
    OfficeCarriedUp,
    OfficeNotEmptied,
    ReserveInvalid,
    ReserveNotReversible,
    ReserveNotWaiting,
    ReserveTooSmall,
)
from funds.sharing_enums import GapSheetState, ReserveKind, ReserveState
from tests.funds.builders import credit, debit, posted, yuan
from tests.funds.sharing import (
    approved,
    booked,
    gap_year,
    prepared,
    registered,
    reversed_entry,
    signed,
)
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db


# An entry like another one, but for what is said.
COPY = """INSERT INTO funds_reserveentry SELECT (jsonb_populate_record(e,
    jsonb_build_object('id', 999999, 'number', 'X') || %s::jsonb)).*
    FROM funds_reserveentry AS e WHERE id = %s"""


def carried_up(city, amount="300.00", office="510402", **changes):
    values = {"organisation_id": city.offices[office].pk, "handed_over": yuan(amount)}
    return registered(city, ReserveKind.CARRIED_UP, amount, **(values | changes))


class TestTheAccount:
    def test_every_approved_entry_has_its_place_and_the_balance_after_it(self, city):
        first = booked(city, amount="1000.00")
        waiting = registered(city, ReserveKind.LOWERED, "100.00")
        second = approved(city, carried_up(city))
        third = booked(city, ReserveKind.RAISED, "0.50")
        approved(city, waiting)
        entries = ReserveEntry.objects.order_by("position")
        # 1,000 + 300 + 0.50 − 100; what waited takes its place when it is approved.
        assert [(e.pk, str(e.balance)) for e in entries] == [
            (first.pk, "1000.00"), (second.pk, "1300.00"), (third.pk, "1300.50"),
            (waiting.pk, "1200.50"),
        ]  # fmt: skip
        assert reserve_balance(book_id=unemployment_book().pk) == yuan("1200.50")

    def test_nothing_of_it_is_in_the_double_entry(self, city):
        booked(city)
        assert not Voucher.objects.exists()
        assert not AccountBalance.objects.exists()

    def test_each_book_has_an_account_of_its_own(self, city):
        booked(city)
        other = Book.objects.get(kind=BookKind.SKILL_ACTION)
        entry = booked(city, amount="7.00", book_id=other.pk)
        assert (entry.position, entry.balance) == (1, yuan("7.00"))

    def test_no_entry_takes_out_more_than_there_is(self, city):
        booked(city, amount="100.00")
        with pytest.raises(ReserveTooSmall):
            registered(city, ReserveKind.LOWERED, "100.01")
        assert booked(city, ReserveKind.LOWERED, "100.00").balance == 0

    def test_two_that_wait_do_not_take_the_same_money(self, city):
        booked(city, amount="100.00")
        one = registered(city, ReserveKind.LOWERED, "60.00")
        other = registered(city, ReserveKind.LOWERED, "60.00")
        approved(city, one)
        with pytest.raises(ReserveTooSmall):
            approved(city, other)
        assert ReserveEntry.objects.get(pk=other.pk).state == ReserveState.WAITING
        assert reserve_balance(book_id=unemployment_book().pk) == yuan("40.00")

    def test_an_entry_is_not_of_tomorrow(self, city):
        with pytest.raises(ReserveInvalid, match="不能晚于今天"):
            registered(city, entry_date=date(2026, 11, 3))

    @pytest.mark.parametrize("field", ["reason", "document_number"])
    def test_an_entry_says_why_and_by_which_document(self, city, field):
        with pytest.raises(ReserveInvalid, match="事由和依据文号"):
            registered(city, **{field: "  "})


class TestOffices:
    def test_an_office_hands_up_all_it_has_and_has_nothing_left(self, city):
        entry = approved(city, carried_up(city))
        assert (entry.change, entry.handed_over) == (yuan("300.00"), yuan("300.00"))

    def test_a_part_of_it_is_refused(self, city):
        with pytest.raises(OfficeNotEmptied):
            carried_up(city, handed_over=yuan("300.01"))

    def test_the_database_refuses_a_part_of_it(self, city):
        entry = carried_up(city)
        clause = (
            "INSERT INTO funds_reserveentry SELECT (jsonb_populate_record(e, jsonb_build_object("
        )
        assert refused_by(
            f"{clause}'id', 9999, 'number', 'X', 'handed_over', 301))).* "
            "FROM funds_reserveentry AS e WHERE id = %s", entry.pk
        ) == "reserve_of_office_closed_to_zero"  # fmt: skip

    def test_no_office_hands_up_twice(self, city):
        one, other = carried_up(city), carried_up(city)
        approved(city, one)
        with pytest.raises(OfficeCarriedUp):
            approved(city, other)

    def test_unless_the_first_was_taken_back(self, city):
        first = approved(city, carried_up(city))
        approved(city, reversed_entry(city, first))
        assert approved(city, carried_up(city, "290.00")).balance == yuan("290.00")

    def test_another_kind_names_no_office(self, city):
        with pytest.raises(ReserveInvalid, match="其他类别不填"):
            registered(city, organisation_id=city.offices["510402"].pk, handed_over=yuan("1000"))


class TestHands:
    def test_only_the_budget_post_prepares_and_only_the_head_approves(self, city):
        for post in ("FACC", "FHEAD", "HEAD", "RISK"):
            with pytest.raises(DutyNotHeld):
                registered(city, post_code=post)
        entry = registered(city)
        for post in ("BUDG", "FHEAD", "LEAD"):
            with pytest.raises(DutyNotHeld):
                approved(city, entry, post_code=post)
        assert approved(city, entry).state == ReserveState.APPROVED

    def test_the_head_sends_back_with_a_reason_and_for_good(self, city):
        entry = registered(city)
        with pytest.raises(OpinionMissing):
            approved(city, entry, Decision.RETURN)
        entry = approved(city, entry, Decision.RETURN, "依据不足")
        assert (entry.state, entry.balance) == (ReserveState.RETURNED, None)
        with pytest.raises(ReserveNotWaiting):
            approved(city, entry)

    def test_the_database_approves_nothing_that_one_person_signed(self, city):
        entry = registered(city)
        update = "UPDATE funds_reserveentry SET state = 'APPROVED', approved_at = now()"
        assert refused_by(f"{update} WHERE id = %s", entry.pk) == "reserve_signed_by_two"

    def test_the_document_is_kept_with_the_entry(self, city):
        entry = registered(city)
        assert Attachment.objects.filter(subject_kind="RESERVE", subject_id=entry.pk).count() == 1


class TestForEver:
    @pytest.mark.parametrize(
        "change",
        ["amount = 1", "reason = 'x'", "balance = 5", "position = 9", "entry_date = now()"],
    )
    def test_an_approved_entry_never_changes(self, city, change):
        entry = booked(city)
        update = f"UPDATE funds_reserveentry SET {change} WHERE id = %s"
        assert refused_by(update, entry.pk) == "reserve_never_changes"

    def test_and_is_never_deleted(self, city):
        entry = booked(city)
        delete = "DELETE FROM funds_reserveentry WHERE id = %s"
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(delete, [entry.pk])

    def test_a_counter_entry_takes_it_back_once(self, city):
        first = booked(city)
        counter = approved(city, reversed_entry(city, first))
        assert (counter.change, counter.balance) == (yuan("-1000.00"), yuan("0.00"))
        with pytest.raises(ReserveNotReversible):
            reversed_entry(city, first)
        with pytest.raises(ReserveNotReversible):
            reversed_entry(city, counter)

    def test_a_returned_counter_entry_may_be_asked_for_again(self, city):
        first = booked(city)
        approved(city, reversed_entry(city, first), Decision.RETURN, "无须冲销")
        assert approved(city, reversed_entry(city, first)).balance == 0

    def test_what_was_spent_since_is_not_taken_back(self, city):
        first = booked(city)
        booked(city, ReserveKind.LOWERED, "1.00")
        with pytest.raises(ReserveTooSmall):
            approved(city, reversed_entry(city, first))

    def test_what_waits_is_not_reversed(self, city):
        with pytest.raises(ReserveNotReversible):
            reversed_entry(city, registered(city))

    def test_a_reversal_is_only_made_of_an_entry(self, city):
        with pytest.raises(ReserveNotReversible):
            registered(city, ReserveKind.REVERSAL)

    def test_the_database_knows_the_direction_of_a_kind(self, city):
        entry = registered(city)
        clause = (
            "INSERT INTO funds_reserveentry SELECT (jsonb_populate_record(e, jsonb_build_object("
        )
        assert refused_by(
            f"{clause}'id', 9999, 'number', 'X', 'change', -1000))).* "
            "FROM funds_reserveentry AS e WHERE id = %s", entry.pk
        ) == "reserve_change_fits_its_kind"  # fmt: skip


class TestDraws:
    """The pool's share of the year's gap is 133,333.35; see test_gap_sheets."""

    @pytest.fixture
    def sheet(self, city):
        gap_year(city)
        booked(city, amount="200000.00")
        return signed(city, prepared(city))

    def draw(self, city, amount, sheet):
        return registered(city, ReserveKind.DRAW, amount, gap_sheet_id=sheet.pk)

    def test_a_draw_names_a_signed_sheet(self, city):
        booked(city)
        with pytest.raises(DrawNeedsSheet):
            registered(city, ReserveKind.DRAW, "1.00")
        gap_year(city)
        with pytest.raises(DrawNeedsSheet):
            self.draw(city, "1.00", prepared(city))

    def test_draws_reach_the_share_of_the_pool_and_no_further(self, city, sheet):
        approved(city, self.draw(city, "100000.00", sheet))
        last = approved(city, self.draw(city, "33333.35", sheet))
        assert last.balance == yuan("66666.65")
        with pytest.raises(DrawTooLarge):
            self.draw(city, "0.01", sheet)

    def test_two_draws_that_wait_do_not_pass_the_share_together(self, city, sheet):
        one, other = (self.draw(city, "70000.00", sheet) for _ in range(2))
        approved(city, one)
        with pytest.raises(DrawTooLarge):
            approved(city, other)

    def test_a_draw_taken_back_counts_no_longer(self, city, sheet):
        draw = approved(city, self.draw(city, "133333.35", sheet))
        approved(city, reversed_entry(city, draw))
        assert approved(city, self.draw(city, "133333.35", sheet)).balance == yuan("66666.65")

    def test_a_sheet_that_was_drawn_on_is_not_replaced_until_the_draw_is_taken_back(
        self, city, sheet
    ):
        draw = approved(city, self.draw(city, "1.00", sheet))
        posted(city, debit("1002", "5"), credit("420101", "5"), day=date(2026, 10, 13))
        later = prepared(city)
        with pytest.raises(GapSheetDrawnOn):
            signed(city, later)
        approved(city, reversed_entry(city, draw))
        signed(city, later)
        assert GapSheet.objects.get(pk=sheet.pk).state == GapSheetState.VOIDED

    def test_what_waited_for_a_sheet_that_became_void_is_not_drawn(self, city, sheet):
        draw = self.draw(city, "1.00", sheet)
        posted(city, debit("1002", "5"), credit("420101", "5"), day=date(2026, 10, 13))
        signed(city, prepared(city))
        with pytest.raises(DrawNeedsSheet):
            approved(city, draw)
