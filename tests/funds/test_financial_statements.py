"""Statements as they are kept: four people, closed months, the books behind every cell."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEvent, Signature
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import OpinionMissing, Verdict
from common.db import violated_constraint
from funds.enums import BusinessEvent, FinancialStatementState, StatementForm, StatementSpan
from funds.models import (
    FinancialStatement,
    FinancialStatementCell,
    FinancialStatementNote,
)
from funds.selectors.books import unemployment_book
from funds.selectors.financial_statements import get_statement, list_slots, list_years
from funds.selectors.worklist import list_waiting_work
from funds.services.financial_statements import (
    BooksMoved,
    FinancialStatementNotWaiting,
    MonthsNotClosed,
    NoteMissing,
    StatementDraft,
    StatementInWork,
    StatementMonthNotOver,
    StatementMonthUnknown,
    prepare_financial_statement,
    sign_financial_statement,
)
from tests.city import NOW, TODAY, found_city
from tests.funds.builders import close_until, credit, debit, posted, yuan
from tests.funds.statement_year import scope
from tests.refusals import refused_by

JANUARY, DECEMBER = date(2026, 1, 1), date(2026, 12, 1)
NOTES = ["无"] * 6
SIGNERS = {"CHECKING": "FCHK", "APPROVING": "FHEAD", "SIGNING": "HEAD"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    """January 2026 holds 1,000.00 of interest and 200.00 of premiums."""
    city = found_city()
    posted(
        city,
        debit("100301", "1000"),
        credit("420101", "1000"),
        day=date(2026, 1, 21),
        event=BusinessEvent.BANK_INTEREST,
    )
    premiums(city, "200")
    return city


def premiums(city, amount):
    posted(
        city,
        debit("1002", amount),
        credit("400101", amount),
        day=date(2026, 1, 22),
        event=BusinessEvent.PREMIUM_DIRECT,
    )


def prepare(city, month=JANUARY, post="FACC", notes=NOTES, **more):
    draft = StatementDraft(scope(month, **more), notes, {})
    return prepare_financial_statement(actor=city.actor(post), draft=draft, at=NOW)


def sign(city, statement, post="", decision="APPROVE", opinion="同意"):
    statement.refresh_from_db()
    actor = city.actor(post or SIGNERS[statement.state])
    return sign_financial_statement(
        actor=actor, statement_id=statement.pk, verdict=Verdict(decision, opinion, NOW)
    )


def finalised(city, month=JANUARY):
    close_until(city, month)
    statement = prepare(city, month)
    for _ in SIGNERS:
        statement = sign(city, statement)
    return statement


def differing(statement):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cell, stored, found FROM funds_differing_cells(ARRAY[%s]::bigint[])",
            [statement.pk],
        )
        return cursor.fetchall()


class TestWay:
    def test_four_people_make_it_final(self, city):
        close_until(city, JANUARY)
        statement = prepare(city)
        states = [statement.state, *(sign(city, statement).state for _ in SIGNERS)]
        assert states == ["CHECKING", "APPROVING", "SIGNING", "FINAL"]
        statement.refresh_from_db()
        assert (statement.version, statement.finalised_at) == (1, NOW)
        signed = Signature.objects.filter(subject_kind="FINANCIAL_STATEMENT").order_by("id")
        assert [(s.step, s.post_id) for s in signed] == [
            ("PREPARE", "FACC"), ("CHECK", "FCHK"), ("APPROVE", "FHEAD"), ("SIGN", "HEAD"),
        ]  # fmt: skip
        verbs = AuditEvent.objects.filter(verb__startswith="funds.financial_statement.")
        assert verbs.count() == 4

    @pytest.mark.parametrize("state", SIGNERS)
    def test_only_the_post_whose_turn_it_is_signs(self, city, state):
        close_until(city, JANUARY)
        statement = prepare(city)
        for _ in range(list(SIGNERS).index(state)):
            sign(city, statement)
        for post in {"FACC", "FCHK", "FHEAD", "HEAD", "AUDX"} - {SIGNERS[state]}:
            with pytest.raises(DutyNotHeld):
                sign(city, statement, post)
        assert sign(city, statement).state != state

    def test_only_the_accountant_prepares(self, city):
        for post in ("FCHK", "FHEAD", "HEAD", "FCASH"):
            with pytest.raises(DutyNotHeld):
                prepare(city, post=post)

    def test_it_is_final_only_when_its_months_are_closed(self, city):
        statement = prepare(city)  # may be prepared, checked and approved before
        sign(city, statement)
        sign(city, statement)
        with pytest.raises(MonthsNotClosed):
            sign(city, statement)
        close_until(city, JANUARY)
        assert sign(city, statement).state == FinancialStatementState.FINAL

    def test_figures_that_the_books_left_behind_go_no_step_further(self, city):
        statement = prepare(city)
        sign(city, statement)
        premiums(city, "0.01")
        with pytest.raises(BooksMoved):
            sign(city, statement)
        sheet = sheet_of(city, statement)
        # 100.01 more at 收入户 and its totals, the balance and its totals; income twice over
        assert [(c.line, c.column, c.difference) for c in sheet.moved][:2] == [
            ("收入户存款", "期末余额", yuan("0.01")),
            ("资产总计", "期末余额", yuan("0.01")),
        ]
        assert {c.difference for c in sheet.moved} == {yuan("0.01")}
        sign(city, statement, decision="RETURN", opinion="账簿有变动")
        again = prepare(city)
        assert (again.version, again.replaces_id) == (2, None)
        assert sign(city, again).state == FinancialStatementState.APPROVING

    def test_a_return_says_why_and_ends_it(self, city):
        statement = prepare(city)
        with pytest.raises(OpinionMissing):
            sign(city, statement, decision="RETURN", opinion="")
        assert sign(city, statement, decision="RETURN").state == FinancialStatementState.RETURNED
        with pytest.raises(FinancialStatementNotWaiting):
            sign(city, statement, "FCHK")

    def test_a_later_version_names_the_final_one_it_replaces(self, city):
        first = finalised(city)
        second = prepare(city)
        assert (second.version, second.replaces_id) == (2, first.pk)
        for _ in SIGNERS:
            sign(city, second)
        first.refresh_from_db()
        assert first.state == FinancialStatementState.FINAL
        assert sheet_of(city, first).replaced_by_id == second.pk
        assert sheet_of(city, second).replaces_version == 1

    def test_one_at_a_time(self, city):
        prepare(city)
        with pytest.raises(StatementInWork):
            prepare(city)
        assert prepare(city, DECEMBER.replace(month=3), form=StatementForm.DISCLOSURE,
                       span=StatementSpan.QUARTER).version == 1  # fmt: skip

    @pytest.mark.parametrize(
        ("month", "notes", "refused"),
        [
            (date(2026, 11, 1), NOTES, StatementMonthNotOver),
            (date(2020, 1, 1), NOTES, StatementMonthUnknown),
            (JANUARY, [*NOTES[1:], "  "], NoteMissing),
        ],
        ids=["running", "unknown", "note"],
    )
    def test_what_cannot_be_prepared(self, city, month, notes, refused):
        with pytest.raises(refused):
            prepare(city, month, notes=notes)
        assert not FinancialStatement.objects.exists()


def sheet_of(city, statement):
    return get_statement(
        actor=city.actor("AUDX"),
        statement_id=statement.pk,
        form=statement.form,
    )


class TestDatabase:
    def test_a_final_one_never_changes(self, city):
        statement = finalised(city)
        for change in ("state = 'RETURNED'", "version = 9", "finalised_at = now()"):
            sql = f"UPDATE funds_financialstatement SET {change} WHERE id = %s"
            assert refused_by(sql, statement.pk) == "financial_statement_never_changes"
        for table in ("cell", "note"):
            with (
                pytest.raises(DatabaseError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"DELETE FROM funds_financialstatement{table}")

    def test_cells_and_notes_come_before_the_first_signature(self, city):
        statement = prepare(city)
        late = {"pool": city.pool, "statement": statement}
        for row in (
            FinancialStatementCell(table="INCOME", line="X", column="CURRENT", amount=1, **late),
            FinancialStatementNote(number=7, text="后补", **late),
        ):
            with pytest.raises(DatabaseError) as caught, transaction.atomic():
                row.save()
            assert violated_constraint(caught.value) == "financial_statement_never_changes"

    @pytest.mark.parametrize("state", ["APPROVING", "SIGNING", "FINAL"])
    def test_no_step_without_its_signatures(self, city, state):
        statement = prepare(city)
        for _ in range(["APPROVING", "SIGNING", "FINAL"].index(state)):
            sign(city, statement)
        sql = (
            "UPDATE funds_financialstatement SET state = %s,"
            " finalised_at = CASE %s WHEN 'FINAL' THEN now() END WHERE id = %s"
        )
        name = refused_by(sql, state, state, statement.pk)
        assert name == "financial_statement_signed_by_different_people"

    def test_it_cannot_start_signed_nor_forget_its_predecessor(self, city):
        first = finalised(city)
        insert = (
            "INSERT INTO funds_financialstatement (pool_id, book_id, form, span, first_month,"
            " month, version, state, round, content_sha256, prepared_by_id, prepared_at)"
            " SELECT pool_id, book_id, form, span, first_month, month, 2, %s, 1, content_sha256,"
            " prepared_by_id, now() FROM funds_financialstatement WHERE id = %s"
        )
        assert refused_by(insert, "SIGNING", first.pk) == "financial_statement_starts_unsigned"
        name = "financial_statement_names_what_it_replaces"
        assert refused_by(insert, "CHECKING", first.pk) == name


class TestSecondComputation:
    """funds_differing_cells reads voucher lines; the statement was computed from balances."""

    def test_agrees_with_what_was_kept(self, city):
        statement = prepare(city)
        assert statement.cells.count() == 2 * 14 + 3 * 22
        assert differing(statement) == []

    def test_finds_a_voucher_posted_since(self, city):
        statement = prepare(city)
        premiums(city, "5")
        assert sorted(differing(statement)) == sorted(
            (f"{sheet} {line} {column}", yuan(before), yuan(before) + 5)
            for sheet, line, column, before in (
                ("BALANCE", "A02", "CLOSING", "200"), ("BALANCE", "A99", "CLOSING", "1200"),
                ("BALANCE", "N01", "CLOSING", "1200"), ("BALANCE", "N90", "CLOSING", "1200"),
                ("BALANCE", "T99", "CLOSING", "1200"),
                ("INCOME", "I00", "CURRENT", "1200"), ("INCOME", "I00", "TO_DATE", "1200"),
                ("INCOME", "I01", "CURRENT", "200"), ("INCOME", "I01", "TO_DATE", "200"),
                ("INCOME", "S00", "CURRENT", "1200"), ("INCOME", "S00", "TO_DATE", "1200"),
            )
        )  # fmt: skip


class TestLists:
    def slots(self, city, form=StatementForm.ACCOUNTS, year=2026):
        return list_slots(
            actor=city.actor("AUDX"),
            book_id=unemployment_book().pk,
            form=form,
            year=year,
            today=TODAY,
        )

    def test_every_month_and_the_year_with_its_newest_version(self, city):
        finalised(city)
        prepare(city)
        slots = self.slots(city)
        assert [slot.scope.text for slot in slots][:2] == ["2026年度", "2026年12月"]
        january = slots[-1]
        assert (january.is_closed, january.state, january.version, january.has_final) == (
            True, "CHECKING", 2, True,
        )  # fmt: skip
        assert not slots[0].is_over
        assert list_years(book_id=unemployment_book().pk) == [2026]

    def test_disclosures_are_listed_by_quarter_half_year_and_year(self, city):
        texts = [slot.scope.text for slot in self.slots(city, StatementForm.DISCLOSURE)]
        assert texts == [
            "2026年度", "2026年下半年", "2026年上半年", "2026年第四季度", "2026年第三季度",
            "2026年第二季度", "2026年第一季度",
        ]  # fmt: skip

    def test_what_waits_for_whom(self, city):
        """January waits to be stated as soon as it is over; its closing waits for that."""

        def waiting(post):
            rows = list_waiting_work(actor=city.actor(post), today=TODAY)
            return {row.label: row.count for row in rows if "财务报表" in row.label}

        assert waiting("FACC") == {"待编制财务报表": 1}
        statement = prepare(city)
        assert waiting("FACC") == {}
        close_until(city, JANUARY)
        for post, label in (("FCHK", "待复核"), ("FHEAD", "待签发"), ("HEAD", "待签发")):
            assert waiting(post) == {f"{label}财务报表": 1}
            sign(city, statement)
            assert waiting(post) == {}
