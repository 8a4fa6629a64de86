"""A month is closed by two people, and opened again with the head's signature and a reason."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from accounts.enums import Decision, SubjectKind
from accounts.models import AuditEvent, Signature
from accounts.permissions import DutyNotHeld
from accounts.services import signatures
from accounts.services.signatures import AlreadySigned, ContentChanged, OpinionMissing, Verdict
from common.db import violated_constraint
from common.errors import NotFound
from funds.enums import StatementForm
from funds.models import FinancialStatement, Period, PeriodRequest
from funds.selectors.books import unemployment_book
from funds.services import periods, vouchers
from funds.services.financial_statements import (
    StatementDraft,
    prepare_financial_statement,
    sign_financial_statement,
)
from tests.city import NOW
from tests.funds.builders import ask_to_close, close_month, close_until, drafted, posted
from tests.funds.statement_year import scope
from tests.refusals import refused_by

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
pytestmark = pytest.mark.django_db


def period(month=JANUARY) -> Period:
    return Period.objects.get(book=unemployment_book(), month=month)


def verdict(decision=Decision.APPROVE, opinion="同意", seen=""):
    return Verdict(decision, opinion, NOW, seen)


def close(city, request, post="FHEAD", **more):
    said = verdict(**more)
    return periods.decide_closing(actor=city.actor(post), request_id=request.pk, verdict=said)


def ask_to_reopen(city, month=JANUARY, post="FHEAD", reason="一月漏记利息收入"):
    return periods.request_reopening(
        actor=city.actor(post), period_id=period(month).pk, reason=reason, at=NOW
    )


def reopen(city, request, post="HEAD", **more):
    said = verdict(**more)
    return periods.decide_reopening(actor=city.actor(post), request_id=request.pk, verdict=said)


class TestClosing:
    def test_two_people_sign_and_the_trail_says_who(self, city):
        request = ask_to_close(city, period())
        assert (period().state, request.state) == ("OPEN", "WAITING")
        assert close(city, request).state == "CLOSED"
        request.refresh_from_db()
        assert (request.state, request.decided_at) == ("DONE", NOW)
        signed = Signature.objects.filter(subject_kind=SubjectKind.PERIOD).order_by("id")
        assert [(s.step, s.person_id) for s in signed] == [
            ("PREPARE", city.actor("FACC").user_id),
            ("CLOSE", city.actor("FHEAD").user_id),
        ]
        verbs = AuditEvent.objects.filter(verb__startswith="funds.period.").order_by("id")
        assert [one.verb for one in verbs] == [
            "funds.period.closing_requested",
            "funds.period.closed",
        ]

    def test_who_asked_cannot_close(self, city):
        """The duty aside, the signatures refuse the same person the second step."""
        request = ask_to_close(city, period())
        matter = periods.matter_of(request, city.offices["510400"].pk)
        with pytest.raises(AlreadySigned):
            signatures.approve(city.actor("FACC"), matter, "CLOSE", NOW)

    def test_a_returned_request_leaves_the_month_open_for_another(self, city):
        request = ask_to_close(city, period())
        with pytest.raises(periods.PeriodRequestWaiting):
            ask_to_close(city, period())
        with pytest.raises(OpinionMissing), transaction.atomic():
            close(city, request, decision=Decision.REFUSE, opinion="")
        close(city, request, decision=Decision.REFUSE, opinion="利息没有入账")
        with pytest.raises(periods.PeriodRequestDecided):
            close(city, request)
        assert period().state == "OPEN"
        assert close_month(city, period()).state == "CLOSED"

    def test_a_voucher_drafted_after_the_request_keeps_the_month_open(self, city):
        request = ask_to_close(city, period())
        drafted(city, day=date(2026, 1, 9))
        with pytest.raises(periods.VouchersUnfinished, match="还有1张凭证"):
            close(city, request)

    def test_figures_that_moved_since_are_not_closed_over(self, city):
        report = periods.ClosingReport({"VOUCHERS": "0"}, "在途款次日到账")
        request = periods.request_closing(
            actor=city.actor("FACC"), period_id=period().pk, report=report, at=NOW
        )
        decide = {"actor": city.actor("FHEAD"), "request_id": request.pk, "verdict": verdict()}
        with pytest.raises(periods.FiguresMoved):
            periods.decide_closing(**decide, figures={"VOUCHERS": "1"})
        assert periods.decide_closing(**decide, figures={"VOUCHERS": "0"}).state == "CLOSED"

    def test_the_screen_showed_another_request(self, city):
        request = ask_to_close(city, period())
        with pytest.raises(ContentChanged):
            close(city, request, seen="0" * 64)

    def test_a_request_to_reopen_closes_nothing(self, city):
        close_month(city, period())
        request = ask_to_reopen(city)
        with pytest.raises(NotFound):
            close(city, request)


class TestReopening:
    def test_the_head_opens_a_month_again_and_it_takes_vouchers(self, city):
        close_until(city, FEBRUARY)
        opened = reopen(city, ask_to_reopen(city, FEBRUARY))
        assert (opened.state, opened.closed_at) == ("OPEN", None)
        posted(city, day=date(2026, 2, 9))
        assert close_month(city, period(FEBRUARY)).last_number == 1
        kinds = PeriodRequest.objects.filter(period__month=FEBRUARY).order_by("id")
        assert [one.kind for one in kinds] == ["CLOSE", "REOPEN", "CLOSE"]

    def test_only_the_head_of_finance_asks_and_only_the_head_signs(self, city):
        close_month(city, period())
        for post in ("FACC", "FCHK", "HEAD", "LEAD"):
            with pytest.raises(DutyNotHeld):
                ask_to_reopen(city, post=post)
        request = ask_to_reopen(city)
        for post in ("FHEAD", "FACC", "LEAD"):
            with pytest.raises(DutyNotHeld):
                reopen(city, request, post=post)
        matter = periods.matter_of(request, city.offices["510400"].pk)
        with pytest.raises(AlreadySigned):
            signatures.approve(city.actor("FHEAD"), matter, "REOPEN", NOW)

    def test_it_needs_a_reason(self, city):
        close_month(city, period())
        with pytest.raises(periods.ReopenReasonMissing):
            ask_to_reopen(city, reason="  ")

    def test_a_refused_request_leaves_the_month_closed(self, city):
        close_month(city, period())
        reopen(city, ask_to_reopen(city), decision=Decision.REFUSE, opinion="在二月更正")
        assert period().state == "CLOSED"
        with pytest.raises(vouchers.PeriodClosed):
            drafted(city, day=date(2026, 1, 9))

    def test_months_open_again_from_the_last_one(self, city):
        with pytest.raises(periods.PeriodNotClosed):
            ask_to_reopen(city)
        close_until(city, FEBRUARY)
        with pytest.raises(periods.LaterPeriodClosed):
            ask_to_reopen(city, JANUARY)

    def test_not_under_a_final_statement(self, city):
        posted(city, day=date(2026, 1, 9))
        draft = StatementDraft(scope(JANUARY, form=StatementForm.ACCOUNTS), ["无"] * 6, {})
        statement = prepare_financial_statement(actor=city.actor("FACC"), draft=draft, at=NOW)
        close_month(city, period())
        request = ask_to_reopen(city)  # the statement still waits for signatures
        for post in ("FCHK", "FHEAD", "HEAD"):
            sign_financial_statement(
                actor=city.actor(post), statement_id=statement.pk, verdict=verdict()
            )
        with pytest.raises(periods.StatementsFinal, match="已经定稿"):
            reopen(city, request)
        reopen(city, request, decision=Decision.REFUSE, opinion="报表已定稿")
        with pytest.raises(periods.StatementsFinal):
            ask_to_reopen(city)
        assert FinancialStatement.objects.get().state == "FINAL"


class TestWhatTheDatabaseRefuses:
    def test_no_month_is_closed_without_two_signatures(self, city):
        sql = "UPDATE funds_period SET state = 'CLOSED', closed_at = now() WHERE id = %s"
        assert refused_by(sql, period().pk) == "period_closed_by_two"
        ask_to_close(city, period())
        assert refused_by(sql, period().pk) == "period_closed_by_two"

    def test_no_request_is_done_without_two_signatures(self, city):
        request = ask_to_close(city, period())
        sql = "UPDATE funds_periodrequest SET state = 'DONE', decided_at = now() WHERE id = %s"
        assert refused_by(sql, request.pk) == "period_request_signed_by_two"

    def test_no_month_is_opened_again_without_the_heads_signature(self, city):
        close_month(city, period())
        sql = "UPDATE funds_period SET state = 'OPEN', closed_at = NULL WHERE id = %s"
        assert refused_by(sql, period().pk) == "period_reopened_by_two"
        ask_to_reopen(city)
        assert refused_by(sql, period().pk) == "period_reopened_by_two"

    def test_the_closing_of_before_does_not_close_a_month_again(self, city):
        close_month(city, period())
        reopen(city, ask_to_reopen(city))
        sql = "UPDATE funds_period SET state = 'CLOSED', closed_at = now() WHERE id = %s"
        assert refused_by(sql, period().pk) == "period_closed_by_two"

    @pytest.mark.parametrize(
        "change", ["reason = 'x'", "kind = 'REOPEN', reason = 'x'", "figures = '{\"A\": \"1\"}'",
                   "content_sha256 = 'x'"],
    )  # fmt: skip
    def test_a_request_never_changes(self, city, change):
        ask_to_close(city, period())
        assert refused_by(f"UPDATE funds_periodrequest SET {change}") == (
            "period_request_never_changes"
        )

    def test_a_month_starts_open_and_a_request_unsigned(self, city):
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            Period.objects.create(
                pool=city.pool, book=unemployment_book(), month=date(2031, 1, 1),
                state="CLOSED", closed_at=NOW,
            )  # fmt: skip
        assert violated_constraint(caught.value) == "period_starts_open"
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            PeriodRequest.objects.create(
                pool=city.pool, period=period(), kind="CLOSE", state="DONE", requested_at=NOW,
                decided_at=NOW, requested_by_id=city.actor("FACC").user_id,
            )  # fmt: skip
        assert violated_constraint(caught.value) == "period_request_starts_unsigned"

    def test_a_reopening_without_reason_never_comes_in(self, city):
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            PeriodRequest.objects.create(
                pool=city.pool, period=period(), kind="REOPEN", requested_at=NOW,
                requested_by_id=city.actor("FACC").user_id,
            )  # fmt: skip
        assert violated_constraint(caught.value) == "period_reopened_for_a_reason"
