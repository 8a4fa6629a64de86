"""Months close in order, when nothing is left open, and never race with a posting."""

import threading
from datetime import date

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError

from accounts.enums import Decision
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import Verdict
from common.db import violated_constraint
from funds.models import Period, Voucher
from funds.selectors.books import unemployment_book
from funds.selectors.periods import list_periods
from funds.services import periods, vouchers
from tests.city import NOW, TODAY, found_city
from tests.databases import as_superuser
from tests.funds.builders import (
    ask_to_close,
    checked,
    close_month,
    close_until,
    drafted,
    posted,
    ready,
    voucher_draft,
)

OCTOBER = date(2026, 10, 1)


def october() -> Period:
    return Period.objects.get(book=unemployment_book(), month=OCTOBER)


def decide(city, request, post="FHEAD", decision=Decision.APPROVE, opinion="同意结账"):
    """Let somebody decide a request to close."""
    verdict = Verdict(decision, opinion, NOW)
    return periods.decide_closing(actor=city.actor(post), request_id=request.pk, verdict=verdict)


@pytest.mark.django_db
class TestClosing:
    def close(self, city, period, post="FHEAD"):
        return close_month(city, period, closer=post)

    def test_a_closed_month_takes_no_voucher(self, city):
        posted(city, day=date(2026, 10, 9))
        close_until(city, OCTOBER)
        with pytest.raises(vouchers.PeriodClosed, match="2026年10月已结账"):
            drafted(city, day=date(2026, 10, 9))

    def test_unfinished_vouchers_keep_a_month_open_and_are_named(self, city):
        close_until(city, date(2026, 9, 1))
        drafted(city, day=date(2026, 10, 9))
        checked(city, day=date(2026, 10, 9))
        with pytest.raises(periods.VouchersUnfinished, match=r"还有2张凭证.*收到直接缴纳.*待稽核"):
            self.close(city, october())

    def test_months_close_in_order_and_once(self, city):
        with pytest.raises(periods.EarlierPeriodOpen, match="2026年1月"):
            self.close(city, october())
        close_until(city, OCTOBER)
        with pytest.raises(periods.PeriodNotOpen):
            self.close(city, october())

    def test_a_month_closes_after_its_last_day(self, city):
        close_until(city, OCTOBER)
        with pytest.raises(periods.PeriodNotOver):
            self.close(city, Period.objects.get(book=unemployment_book(), month=date(2026, 11, 1)))

    def test_the_accountant_asks_and_only_the_head_of_finance_closes(self, city):
        close_until(city, date(2026, 9, 1))
        for post in ("FHEAD", "FCHK", "HEAD"):
            with pytest.raises(DutyNotHeld):
                ask_to_close(city, october(), post=post)
        for post in ("FACC2", "FCHK", "LEAD", "HEAD"):
            with pytest.raises(DutyNotHeld), transaction.atomic():
                self.close(city, october(), post)
        assert self.close(city, october()).state == "CLOSED"

    def test_the_list_says_what_keeps_a_month_open(self, city):
        close_until(city, date(2026, 9, 1))
        drafted(city, day=date(2026, 10, 9))
        rows = list_periods(actor=city.actor("FHEAD"), book_id=unemployment_book().pk, today=TODAY)
        obstacles = {row.month.month: row.obstacle for row in rows}
        assert obstacles[10] == "还有1张凭证没有过账"
        assert obstacles[11] == "须先结清更早的月份"
        assert obstacles[9] == ""

    def test_the_database_keeps_a_month_with_drafts_open(self, city):
        drafted(city, day=date(2026, 10, 9))
        with (
            pytest.raises(DatabaseError) as caught,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "UPDATE funds_period SET state = 'CLOSED', closed_at = now() WHERE month = %s",
                [OCTOBER],
            )
        assert violated_constraint(caught.value) == "period_without_unfinished_vouchers"


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Two connections: one holds its transaction open while the other tries."""

    @pytest.fixture
    def city(self):
        city = found_city()
        with city.tenant():
            close_until(city, date(2026, 9, 1))
        return city

    def in_thread(self, city, act) -> "tuple[threading.Thread, list]":
        """Run `act` in a transaction of another connection; collect its result or refusal."""
        outcome: list = []

        def work():
            try:
                with city.tenant():
                    outcome.append(act())
            except Exception as error:
                outcome.append(error)
            finally:
                connections["default"].close()

        thread = threading.Thread(target=work)
        thread.start()
        return thread, outcome

    def test_a_draft_waits_for_a_closing_and_is_refused(self, city):
        with city.tenant():
            close_month(city, october())
            thread, outcome = self.in_thread(city, lambda: drafted(city, day=date(2026, 10, 9)))
            thread.join(0.7)
            assert thread.is_alive()
        thread.join(10)
        assert isinstance(outcome[0], vouchers.PeriodClosed)

    def test_a_closing_waits_for_a_draft_and_is_refused(self, city):
        with city.tenant():
            request = ask_to_close(city, october())
        with city.tenant():
            drafted(city, day=date(2026, 10, 9))
            thread, outcome = self.in_thread(city, lambda: decide(city, request))
            thread.join(0.7)
            assert thread.is_alive()
        thread.join(10)
        assert isinstance(outcome[0], periods.VouchersUnfinished)

    def test_two_postings_of_a_month_take_numbers_one_after_the_other(self, city):
        with city.tenant():
            first, second = (ready(city, day=date(2026, 10, 9)) for _ in range(2))
        bookkeeper = city.actor("FACC2")
        with city.tenant():
            vouchers.sign_voucher(actor=bookkeeper, voucher_id=first.pk, at=NOW)
            thread, outcome = self.in_thread(
                city, lambda: vouchers.sign_voucher(actor=bookkeeper, voucher_id=second.pk, at=NOW)
            )
            thread.join(0.7)
            assert thread.is_alive()
        thread.join(10)
        assert outcome[0].number == 2

    def test_a_rolled_back_posting_gives_its_number_to_the_next(self, city):
        with city.tenant():
            first, second = (ready(city, day=date(2026, 10, 9)) for _ in range(2))
        bookkeeper = city.actor("FACC2")

        def post_and_lose_the_connection():
            with city.tenant():
                vouchers.sign_voucher(actor=bookkeeper, voucher_id=first.pk, at=NOW)
                raise ConnectionError

        with pytest.raises(ConnectionError):
            post_and_lose_the_connection()
        with city.tenant():
            assert vouchers.sign_voucher(actor=bookkeeper, voucher_id=second.pk, at=NOW).number == 1
            assert Voucher.objects.get(pk=first.pk).state == "BOOKING"

    def test_a_line_added_while_a_posting_runs_waits_and_is_refused(self, city):
        with city.tenant():
            voucher = ready(city, day=date(2026, 10, 9))
        with city.tenant():
            vouchers.sign_voucher(actor=city.actor("FACC2"), voucher_id=voucher.pk, at=NOW)

            def add_line():
                line = voucher.lines.first()
                line.pk, line.position = None, 9
                line.save()

            thread, outcome = self.in_thread(city, add_line)
            thread.join(0.7)
            assert thread.is_alive()
        thread.join(10)
        assert violated_constraint(outcome[0]) == "voucher_posted"

    def test_the_gate_refuses_a_closed_month_whatever_came_before(self, city):
        """A state the application cannot reach: a checked voucher in a closed month."""
        with city.tenant():
            voucher = ready(city, day=date(2026, 10, 9))
        with as_superuser(connection.settings_dict["NAME"]) as admin:
            admin.execute("SET session_replication_role = replica")
            admin.execute(
                "UPDATE funds_period SET state = 'CLOSED', closed_at = now()"
                " WHERE month = '2026-10-01'"
            )
        with city.tenant(), pytest.raises(vouchers.PeriodClosed):
            vouchers.sign_voucher(actor=city.actor("FACC2"), voucher_id=voucher.pk, at=NOW)
        with city.tenant():
            assert october().last_number == 0

    def test_one_live_voucher_per_source_also_when_two_draft_at_once(self, city):
        source = {"source_kind": "BANK_RETURN", "source_id": 5, "day": date(2026, 10, 9)}
        with city.tenant():
            drafted(city, **source)
            thread, outcome = self.in_thread(
                city,
                lambda: vouchers.draft_voucher(
                    actor=city.actor("FACC"), draft=voucher_draft(**source), at=NOW
                ),
            )
            thread.join(0.7)
            assert thread.is_alive()
        thread.join(10)
        assert isinstance(outcome[0], vouchers.SourceAlreadyBooked)
