"""对账明细表: two people and a third, locked once signed, a new version after that."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounts.enums import SubjectKind
from accounts.models import Job
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import (
    AlreadySigned,
    ContentChanged,
    OpinionMissing,
    Verdict,
    approve,
)
from common.db import violated_constraint
from payouts.models import MonthSignOff
from reconciliation.models import Difference, OfficeStatement, OfficeStatementLine
from reconciliation.selectors.board import get_board
from reconciliation.services.differences import (
    ClosedByExplainer,
    DifferenceNotWaiting,
    close_difference,
    explain_difference,
    return_difference,
)
from reconciliation.services.runs import StatementSigned
from reconciliation.services.statement_preparing import matter_of
from reconciliation.services.statements import (
    DifferenceOpen,
    FiguresMoved,
    NotReconciled,
    StatementExists,
    StatementNotWaiting,
    confirm_statement,
    prepare_statement,
    sign_statement,
    supersede_statement,
)
from tests.reconciliation.build import AT, MONTH, approved_plan, book, pay, steps_of
from tests.reconciliation.test_business_ledger import EAST, WEST, run
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db


def prepare(city, office=EAST, reconcile=True):
    if reconcile:
        run(city, office)
    return prepare_statement(
        actor=city.actor("PLAN", office),
        organisation_id=city.offices[office].pk,
        month=MONTH,
        at=AT,
    )


def sign(city, statement, *, actor=None, decision="APPROVE", opinion="同意", seen=""):
    return sign_statement(
        actor=actor or city.actor("OFFH", EAST),
        statement_id=statement.pk,
        verdict=Verdict(decision, opinion, AT, seen),
    )


def paid_and_booked(city):
    batch = pay(city, EAST, ["1864.00", "1760.00"])
    book(city, batch)
    return batch


LAID = {"paid": paid_and_booked}


@pytest.fixture
def paid(laid):
    return laid


def test_prepared_signed_and_confirmed_by_three_people_it_locks_and_asks_for_its_documents(
    city, paid
):
    statement = prepare(city)
    [line] = statement.lines.all()
    assert (line.item_name, line.business_count, line.business_amount, line.ledger_amount) == (
        "失业保险金",
        2,
        Decimal("3624.00"),
        Decimal("3624.00"),
    )
    assert sign(city, statement, seen=statement.content_sha256).state == "SIGNED"
    confirmed = confirm_statement(actor=city.actor("FACC"), statement_id=statement.pk, at=AT)
    assert confirmed.state == "CONFIRMED"
    assert steps_of("STATEMENT", statement.pk) == ["PREPARE", "SIGN", "CONFIRM"]
    assert Job.objects.get(key=f"statement:{statement.pk}").kind.endswith(
        "make_statement_documents"
    )


def test_the_signature_frees_the_offices_next_plan_and_withdrawal_blocks_it_again(city, paid):
    statement = prepare(city)
    assert not MonthSignOff.objects.exists()
    sign(city, statement)
    sign_off = MonthSignOff.objects.get()
    assert (sign_off.organisation_id, sign_off.month, sign_off.is_live) == (
        city.offices[EAST].pk,
        MONTH,
        True,
    )
    supersede_statement(
        actor=city.actor("PLAN", EAST), statement_id=statement.pk, reason="补记凭证", at=AT
    )
    sign_off.refresh_from_db()
    assert not sign_off.is_live


def test_the_database_takes_the_next_months_plan_only_once_the_month_is_signed(city, paid):
    november = date(2026, 11, 1)
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        approved_plan(city, EAST, ["5.00"], month=november)
    assert violated_constraint(refusal.value) == "plan_blocked_by_unsigned_month"
    sign(city, prepare(city))
    assert approved_plan(city, EAST, ["5.00"], month=november).pk


def test_the_preparer_cannot_sign_nor_a_head_of_another_office(city, paid):
    statement = prepare(city)
    with pytest.raises(DutyNotHeld):
        sign(city, statement, actor=city.actor("PLAN", EAST))
    with pytest.raises(DutyNotHeld):
        sign(city, statement, actor=city.actor("OFFH", WEST))
    with pytest.raises(DutyNotHeld):
        confirm_statement(actor=city.actor("FCHK"), statement_id=statement.pk, at=AT)


def test_the_preparer_cannot_sign_even_when_he_holds_both_posts(city, paid):
    statement = prepare(city)
    with pytest.raises(AlreadySigned):
        approve(city.actor("PLAN", EAST), matter_of(statement), "SIGN", AT)
    assert steps_of(SubjectKind.STATEMENT, statement.pk) == ["PREPARE"]
    assert (
        refused_by(
            "UPDATE reconciliation_officestatement SET state = 'SIGNED', signed_at = now() "
            "WHERE id = %s",
            statement.pk,
        )
        == "statement_signed_by_the_office_head"
    )


def test_content_that_changed_on_the_way_is_not_signed(city, paid):
    statement = prepare(city)
    with pytest.raises(ContentChanged):
        sign(city, statement, seen="0" * 64)


def test_without_a_run_or_with_figures_that_moved_nothing_is_stated_or_signed(city, paid):
    with pytest.raises(NotReconciled):
        prepare(city, reconcile=False)
    run(city)
    late = pay(city, EAST, ["5.00"])
    book(city, late)
    with pytest.raises(FiguresMoved):
        prepare(city, reconcile=False)
    statement = prepare(city)
    book(city, pay(city, EAST, ["6.00"]))
    with pytest.raises(FiguresMoved):
        sign(city, statement)


def test_a_month_has_one_standing_statement_and_running_again_sets_an_unsigned_one_aside(
    city, paid
):
    first = prepare(city)
    with pytest.raises(StatementExists):
        prepare(city, reconcile=False)
    second = prepare(city)
    first.refresh_from_db()
    assert (first.state, first.superseded_reason) == ("SUPERSEDED", "签字前重新对账")
    assert (second.version, second.replaces_id) == (2, first.pk)


def test_sent_back_needs_an_opinion_and_leads_to_another_version(city, paid):
    statement = prepare(city)
    with pytest.raises(OpinionMissing):
        sign(city, statement, decision="RETURN", opinion="")
    returned = sign(city, statement, decision="RETURN", opinion="人次有误")
    assert (returned.state, returned.superseded_reason) == ("SUPERSEDED", "负责人退回：人次有误")
    assert not MonthSignOff.objects.exists()
    assert prepare(city, reconcile=False).version == 2


def test_a_signed_statement_is_not_reconciled_over_but_replaced_by_a_version_that_names_it(
    city, paid
):
    first = prepare(city)
    sign(city, first)
    with pytest.raises(StatementSigned):
        run(city)
    supersede_statement(
        actor=city.actor("PLAN", EAST), statement_id=first.pk, reason="凭证更正", at=AT
    )
    with pytest.raises(StatementNotWaiting):
        sign(city, first)
    second = prepare(city)
    assert (second.version, second.replaces_id) == (2, first.pk)
    sign(city, second)
    assert MonthSignOff.objects.get(is_live=True).statement_id == second.pk
    first.refresh_from_db()
    assert first.lines.get().business_amount == Decimal("3624.00")


def test_an_open_difference_keeps_the_statement_from_being_signed_also_by_raw_sql(city, paid):
    pay(city, EAST, ["900.00"])
    statement = prepare(city)
    assert statement.lines.get().reason == "财务缺记：待查"
    with pytest.raises(DifferenceOpen):
        sign(city, statement)
    approve(city.actor("OFFH", EAST), matter_of(statement), "SIGN", AT)
    assert (
        refused_by(
            "UPDATE reconciliation_officestatement SET state = 'SIGNED', signed_at = now() "
            "WHERE id = %s",
            statement.pk,
        )
        == "statement_without_open_difference"
    )


def test_a_difference_is_explained_by_one_and_closed_by_another(city, paid):
    pay(city, EAST, ["900.00"])
    [row] = run(city).differences.all()
    accountant, head = city.actor("FACC"), city.actor("OFFH", EAST)
    with pytest.raises(DifferenceNotWaiting):
        close_difference(actor=head, difference_id=row.pk, at=AT)
    explain_difference(actor=accountant, difference_id=row.pk, explanation="漏制凭证，已补", at=AT)
    returned = return_difference(actor=head, difference_id=row.pk, reason="未见凭证", at=AT)
    assert (returned.state, returned.explanation) == ("OPEN", "")
    explain_difference(
        actor=city.actor("PLAN", EAST), difference_id=row.pk, explanation="银行跨月", at=AT
    )
    assert (
        refused_by(
            "UPDATE reconciliation_difference SET state = 'CLOSED', closed_at = now(), "
            "closed_by_id = explained_by_id WHERE id = %s",
            row.pk,
        )
        == "difference_closed_by_a_second_person"
    )
    closed = close_difference(actor=head, difference_id=row.pk, at=AT)
    assert (closed.state, closed.closed_by_id) == ("CLOSED", head.user_id)
    statement = prepare(city, reconcile=False)
    assert statement.lines.get().outcome == "已销号"
    assert sign(city, statement).state == "SIGNED"


def test_who_explained_cannot_close_and_another_office_cannot_touch_it(city):
    pay(city, EAST, ["900.00"])
    [row] = run(city).differences.all()
    with pytest.raises(DutyNotHeld):
        explain_difference(
            actor=city.actor("PLAN", WEST), difference_id=row.pk, explanation="x", at=AT
        )
    head = city.actor("OFFH", EAST)
    Difference.objects.filter(pk=row.pk).update(
        state="EXPLAINED", explanation="x", explained_by_id=head.user_id
    )
    with pytest.raises(ClosedByExplainer):
        close_difference(actor=head, difference_id=row.pk, at=AT)


def test_a_difference_that_was_closed_is_carried_into_the_version_after_a_signed_one(city, paid):
    pay(city, EAST, ["900.00"])
    [row] = run(city).differences.all()
    explain_difference(
        actor=city.actor("FACC"), difference_id=row.pk, explanation="下月入账", at=AT
    )
    close_difference(actor=city.actor("OFFH", EAST), difference_id=row.pk, at=AT)
    first = prepare(city, reconcile=False)
    sign(city, first)
    supersede_statement(actor=city.actor("PLAN", EAST), statement_id=first.pk, reason="更正", at=AT)
    second = prepare(city)
    [copy] = second.run.differences.all()
    assert (copy.state, copy.explanation, copy.pk != row.pk) == ("CLOSED", "下月入账", True)
    row.refresh_from_db()
    assert row.run_id == first.run_id


def test_raw_sql_cannot_change_a_signed_statement_nor_slip_anything_in(city, paid):
    statement = prepare(city)
    sign(city, statement)
    table = "reconciliation_officestatement"
    for change in (
        "business_amount = 1",
        "version = 9",
        "round = 2",
        "prepared_by_id = 1",
        "signed_at = now() - interval '1 day'",
    ):
        sql = f"UPDATE {table} SET {change} WHERE id = %s"
        assert refused_by(sql, statement.pk) == "statement_never_changes"
    assert "permission denied" in refused_by(
        "UPDATE reconciliation_officestatementline SET ledger_amount = 0"
    )
    assert "permission denied" in refused_by(f"DELETE FROM {table}")
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        OfficeStatementLine.objects.create(
            pool=city.pool,
            statement=statement,
            position=9,
            item_code="B01",
            item_name="x",
            business_count=0,
            business_amount=0,
            ledger_count=0,
            ledger_amount=0,
        )
    assert violated_constraint(refusal.value) == "statement_never_changes"
    assert refused_by(f"UPDATE {table} SET state = 'SIGNING', signed_at = NULL") in {
        "state_transition_known",
        "statement_never_changes",
    }


def test_raw_sql_cannot_change_what_a_signed_statement_rests_on(city, paid):
    statement = prepare(city)
    sign(city, statement)
    assert (
        refused_by(
            "INSERT INTO reconciliation_difference (pool_id, run_id, kind, subject, key, "
            "left_amount, right_amount, since_date, due_date, explanation, state) "
            "VALUES (%s, %s, 'D2', 'x', 'x', 1, 2, now(), now(), '', 'OPEN')",
            city.pool.pk,
            statement.run_id,
        )
        == "difference_before_the_signature"
    )
    assert (
        refused_by(
            "UPDATE reconciliation_reconciliationrun SET is_current = false WHERE id = %s",
            statement.run_id,
        )
        == "run_carries_a_signed_statement"
    )


def test_no_statement_is_born_signed_and_its_totals_are_its_lines(city, paid):
    result = run(city)
    values = {
        "pool": city.pool,
        "organisation": city.offices[EAST],
        "book_id": result.book_id,
        "month": date(2026, 9, 1),
        "run": result,
        "business_count": 1,
        "business_amount": 1,
        "ledger_count": 1,
        "ledger_amount": 1,
        "content_sha256": "c" * 64,
        "prepared_by_id": city.actor("PLAN", EAST).user_id,
        "prepared_at": AT,
    }
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        OfficeStatement.objects.create(**values, state="SIGNED", signed_at=AT)
    assert violated_constraint(refusal.value) == "reconciliation_starts_unsigned"
    draft = OfficeStatement.objects.create(**values, state="DRAFT")
    sql = "UPDATE reconciliation_officestatement SET state = 'SIGNING' WHERE id = %s"
    assert refused_by(sql, draft.pk) == "statement_signed_by_its_preparer"
    approve(city.actor("PLAN", EAST), matter_of(draft), "PREPARE", AT)
    assert refused_by(sql, draft.pk) == "statement_totals_equal_its_lines"


def test_the_board_shows_each_office_of_ones_reach_and_who_is_late(city, paid):
    statement = prepare(city)
    board = get_board(actor=city.actor("FACC"), month=MONTH, today=date(2026, 11, 30))
    rows = {row.office: row for row in board.rows}
    assert len(rows) == 6
    assert rows["东区"].is_late
    assert not rows["西区"].is_late  # nothing was paid there
    assert (board.signed_count, board.late_count) == (0, 1)
    sign(city, statement)
    own = get_board(actor=city.actor("PLAN", EAST), month=MONTH, today=date(2026, 11, 30))
    assert [(row.office, row.is_late) for row in own.rows] == [("东区", False)]
    assert not own.rows[0].statement.is_stale
    pay(city, EAST, ["9.00"], bank_date=date(2026, 10, 31), received_at=AT + timedelta(hours=1))
    [row] = get_board(actor=city.actor("OFFH", EAST), month=MONTH, today=date(2026, 11, 30)).rows
    assert row.statement.is_stale
