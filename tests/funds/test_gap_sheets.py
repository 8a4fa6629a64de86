"""The gap-sharing sheet: reckoned by hand from a whole year, signed by two, replaced in sight."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.enums import Decision
from accounts.models import Organisation, Parameter
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import ContentChanged, Verdict
from funds.gap_sharing import Ratio
from funds.models import GapShare, GapSheet
from funds.selectors.books import unemployment_book
from funds.selectors.gap_sheets import get_gap_sheet, list_means, reckon_gap
from funds.services import gap_sheets
from funds.services.gap_sheets import (
    GapBooksMoved,
    GapMonthEarlier,
    GapMonthNotOver,
    GapMonthUnknown,
    GapNeedsBudget,
    GapSheetInWork,
    GapSheetNotWaiting,
    GapSheetUnchanged,
)
from funds.sharing_enums import GapSheetState
from tests.city import NOW
from tests.funds.builders import credit, debit, posted, yuan
from tests.funds.investing import bought
from tests.funds.sharing import OCTOBER, gap_year, prepared, signed
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db


def more_interest(city, amount="5"):
    posted(city, debit("1002", amount), credit("420101", amount), day=date(2026, 10, 13))


def shares_of(city, sheet):
    codes = {office.pk: code for code, office in city.offices.items()}
    return {
        codes[share.organisation_id]: (str(share.for_shortfall), str(share.of_rest))
        for share in GapShare.objects.filter(sheet=sheet)
        if share.for_shortfall or share.of_rest
    }


class TestFigures:
    def test_a_gap_that_the_rolled_balance_covers(self, city):
        gap_year(city)
        sheet = prepared(city)
        # Income 9,766,666.65 + 800,000; expenditure 10,766,666.65.
        assert (sheet.income, sheet.expenditure) == (yuan("10566666.65"), yuan("10766666.65"))
        assert (sheet.gap, sheet.rolled_balance) == (yuan("200000"), yuan("5000000"))
        assert (sheet.is_covered, sheet.pool_ratio, sheet.office_ratio) == (True, 8, 2)
        # Short: 833,333.33 − 800,000. Rest 166,666.67, two tenths 33,333.334, by 2 : 6 : 2.
        assert shares_of(city, sheet) == {
            "510402": ("33333.33", "6666.66"),
            "510403": ("0.00", "20000.00"),
            "510400": ("0.00", "6666.66"),
        }
        # 200,000 − 33,333.33 − 33,333.32
        assert sheet.pool_share == yuan("133333.35")

    def test_a_gap_that_it_does_not_cover(self, city):
        gap_year(city, rolled="0")
        sheet = prepared(city)
        # Four tenths of 166,666.67 are 66,666.668.
        assert (sheet.is_covered, sheet.pool_ratio, sheet.office_ratio) == (False, 6, 4)
        assert shares_of(city, sheet) == {
            "510402": ("33333.33", "13333.33"),
            "510403": ("0.00", "40000.00"),
            "510400": ("0.00", "13333.33"),
        }
        assert sheet.pool_share == yuan("100000.01")

    def test_the_citys_own_ratio_counts_from_its_day_on(self, city):
        Parameter.objects.create(
            pool=city.pool, code="gap_ratio_if_covered", value="1:1", valid_from="2026-10-31",
            source="测试",
        )  # fmt: skip
        gap_year(city)
        book_id = unemployment_book().pk
        assert reckon_gap(book_id=book_id, month=OCTOBER).ratio == Ratio(1, 1)
        assert reckon_gap(book_id=book_id, month=date(2026, 9, 1)).ratio == Ratio(8, 2)

    def test_more_income_than_expenditure_is_no_gap_and_needs_no_budget(self, city):
        more_interest(city)
        sheet = prepared(city)
        assert (sheet.gap, sheet.pool_share, shares_of(city, sheet)) == (0, 0, {})
        assert GapShare.objects.filter(sheet=sheet).count() == len(city.offices)

    def test_a_gap_is_not_shared_without_income_targets(self, city):
        posted(city, debit("500101", "5"), credit("1004", "5"), day=date(2026, 10, 13))
        with pytest.raises(GapNeedsBudget):
            prepared(city)

    def test_the_means_stand_in_their_order_with_what_is_at_hand(self, city):
        posted(city, debit("100301", "12000000"), credit("4101", "12000000"), day=date(2026, 5, 2))
        bought(city)  # ten million of them as a term deposit
        figures = reckon_gap(book_id=unemployment_book().pk, month=OCTOBER)
        means = list_means(figures.deposits, figures.invested)
        assert [m.amount for m in means] == [yuan("2000000"), yuan("10000000"), None, None, None]
        assert [m.number for m in means] == [1, 2, 3, 4, 5]


class TestVersions:
    def test_a_later_version_voids_the_one_before_in_sight(self, city):
        gap_year(city)
        first = signed(city, prepared(city))
        assert first.state == GapSheetState.SIGNED
        more_interest(city)
        second = signed(city, prepared(city))
        assert [(s.version, s.state) for s in GapSheet.objects.order_by("version")] == [
            (1, GapSheetState.VOIDED), (2, GapSheetState.SIGNED),
        ]  # fmt: skip
        assert second.gap == yuan("199995")

    def test_the_same_figures_make_no_later_version(self, city):
        signed(city, prepared(city))
        with pytest.raises(GapSheetUnchanged):
            prepared(city)

    def test_one_waits_at_a_time(self, city):
        prepared(city)
        with pytest.raises(GapSheetInWork):
            prepared(city)

    def test_a_later_version_does_not_end_earlier(self, city):
        more_interest(city)
        signed(city, prepared(city))
        with pytest.raises(GapMonthEarlier):
            prepared(city, date(2026, 9, 1))

    def test_a_month_that_runs_or_is_unknown_is_not_reckoned(self, city):
        with pytest.raises(GapMonthNotOver):
            prepared(city, date(2026, 11, 1))
        with pytest.raises(GapMonthUnknown):
            prepared(city, date(2020, 11, 1))


class TestHands:
    def test_only_the_budget_post_prepares_and_only_the_head_signs(self, city):
        for post in ("FACC", "FHEAD", "HEAD", "RISK"):
            with pytest.raises(DutyNotHeld):
                prepared(city, post_code=post)
        sheet = prepared(city)
        for post in ("BUDG", "FHEAD", "LEAD"):
            with pytest.raises(DutyNotHeld):
                signed(city, sheet, post_code=post)
        assert signed(city, sheet).state == GapSheetState.SIGNED

    def test_a_sheet_is_signed_once(self, city):
        sheet = signed(city, prepared(city))
        with pytest.raises(GapSheetNotWaiting):
            signed(city, sheet)

    def test_a_returned_sheet_stays_and_a_new_version_follows(self, city):
        first = signed(city, prepared(city), Decision.RETURN, "请核对预算任务")
        assert first.state == GapSheetState.RETURNED
        assert prepared(city).version == 2

    def test_nobody_signs_what_the_screen_did_not_show(self, city):
        sheet = prepared(city)
        verdict = Verdict(Decision.APPROVE, "", NOW, "0" * 64)
        with pytest.raises(ContentChanged):
            gap_sheets.decide_gap_sheet(
                actor=city.actor("HEAD"), sheet_id=sheet.pk, verdict=verdict
            )

    def test_a_sheet_is_not_signed_after_the_books_moved(self, city):
        sheet = prepared(city)
        more_interest(city)
        assert get_gap_sheet(actor=city.actor("HEAD"), sheet_id=sheet.pk).moved
        with pytest.raises(GapBooksMoved):
            signed(city, sheet)
        assert signed(city, sheet, Decision.RETURN, "重新测算").state == GapSheetState.RETURNED

    def test_the_database_signs_nothing_that_one_person_signed(self, city):
        sheet = prepared(city)
        update = "UPDATE funds_gapsheet SET state = 'SIGNED', signed_at = now() WHERE id = %s"
        assert refused_by(update, sheet.pk) == "gap_sheet_signed_by_two"


class TestDatabase:
    @pytest.mark.parametrize("change", ["pool_share = 0", "income = 7", "month = '2026-09-01'"])
    def test_a_sheet_never_changes(self, city, change):
        gap_year(city)
        sheet = signed(city, prepared(city))
        update = f"UPDATE funds_gapsheet SET {change} WHERE id = %s"
        assert refused_by(update, sheet.pk) == "gap_sheet_never_changes"

    def test_its_shares_never_change(self, city):
        sheet = prepared(city)
        with (
            pytest.raises(DatabaseError, match=r"permission denied|insert only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("UPDATE funds_gapshare SET of_rest = 1 WHERE sheet_id = %s", [sheet.pk])

    def test_no_share_comes_after_the_first_signature(self, city):
        sheet = prepared(city)
        town = Organisation.objects.create(
            pool=city.pool, parent=city.offices["510402"], code="510402001",
            region_code="510402", name="炳草岗街道", short_name="炳草岗", level="TOWN",
            onboarding="LIVE",
        )  # fmt: skip
        late = """INSERT INTO funds_gapshare (pool_id, sheet_id, organisation_id, target, income,
                expenditure, for_shortfall, of_rest) VALUES (%s, %s, %s, 0, 0, 0, 0, 0)"""
        assert refused_by(late, city.pool.pk, sheet.pk, town.pk) == "gap_sheet_never_changes"

    def test_shares_that_do_not_make_the_gap_are_refused(self, city):
        sheet = prepared(city)
        new_sheet = """INSERT INTO funds_gapsheet SELECT (jsonb_populate_record(s,
            '{"id": 999999, "year": 2025, "month": "2025-10-01", "expenditure": 10,
              "income": 0, "gap": 10, "pool_share": 4, "is_covered": false}'::jsonb)).*
            FROM funds_gapsheet AS s WHERE id = %s"""
        shares = """INSERT INTO funds_gapshare (pool_id, sheet_id, organisation_id, target, income,
                expenditure, for_shortfall, of_rest)
            SELECT pool_id, 999999, organisation_id, 0, 0, 0, 0, %s
            FROM funds_gapshare WHERE sheet_id = %s"""
        with connection.cursor() as cursor:
            cursor.execute(new_sheet, [sheet.pk])
        # Six offices at 0.99 with 4.00 of the pool are 9.94, not 10.
        assert refused_by(shares, "0.99", sheet.pk) == "gap_sheet_ties"
        with connection.cursor() as cursor:
            cursor.execute(shares, ["1.00", sheet.pk])

    def test_only_a_signed_later_version_voids(self, city):
        sheet = signed(city, prepared(city))
        update = "UPDATE funds_gapsheet SET state = 'VOIDED' WHERE id = %s"
        assert refused_by(update, sheet.pk) == "gap_sheet_voided_by_a_later_one"

    def test_the_gap_is_the_difference(self, city):
        sheet = prepared(city)
        copy = """INSERT INTO funds_gapsheet SELECT (jsonb_populate_record(s,
            '{"id": 999999, "version": 9, "year": 2025, "month": "2025-10-01", "gap": 3,
              "rolled_balance": 5}'::jsonb)).* FROM funds_gapsheet AS s WHERE id = %s"""
        assert refused_by(copy, sheet.pk) == "gap_sheet_gap_is_the_difference"


def test_each_office_line_says_how_it_was_computed(city):
    gap_year(city)
    sheet = get_gap_sheet(actor=city.actor("BUDG"), sheet_id=prepared(city).pk)
    words = {line.name: line.words for line in sheet.lines}
    assert words["东区"] == (
        "短收833,333.33－800,000.00＝33,333.33，承担33,333.33；"
        "其余缺口166,666.67×2÷10×本地缺口200,000.00÷各地缺口合计1,000,000.00，舍去分以下，"
        "分担6,666.66"
    )
    assert words["仁和区"] == "没有短收，收入不少于支出，不分担"
