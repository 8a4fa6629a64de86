"""Balances and ledgers against a plain recomputation from the lines."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import DutyNotHeld
from common.errors import NotFound
from funds.enums import BusinessEvent, VoucherState
from funds.models import AccountBalance, Voucher, VoucherLine
from funds.selectors.account_ledger import account_ledger, place_of
from funds.selectors.books import unemployment_book
from funds.selectors.ledger import LedgerScope, trial_balance
from funds.services import vouchers
from tests.city import NOW, found_city
from tests.funds.builders import checked, credit, debit, drafted, post, posted

pytestmark = pytest.mark.django_db
PAIRS = (
    *(("1002", "400101"), ("100301", "1002"), ("1004", "100301"), ("500101", "1004")),
    *(("1002", "200102"), ("200102", "450199"), ("110103", "100301"), ("500102", "500101")),
)


def recompute() -> dict:
    """The slow twin of add_vouchers_to_balances.sql: from every line of every posted voucher."""
    sums: dict = defaultdict(lambda: [Decimal(0), Decimal(0), 0])
    for line in VoucherLine.objects.select_related("voucher"):
        if line.voucher.state == VoucherState.POSTED:
            is_closing = line.voucher.event == BusinessEvent.PERIOD_CLOSE
            key = (
                line.voucher.period_id, line.account_id, line.organisation_id, line.item_code,
                is_closing,
            )  # fmt: skip
            sums[key][0] += line.debit
            sums[key][1] += line.credit
            sums[key][2] += line.entry_count
    return {key: tuple(value) for key, value in sums.items()}


def stored() -> dict:
    return {
        (b.period_id, b.account_id, b.organisation_id, b.item_code, b.is_closing): (
            b.debit, b.credit, b.entry_count,
        )
        for b in AccountBalance.objects.all()
    }  # fmt: skip


def turnover(scope: LedgerScope) -> dict:
    """The slow twin of account_turnover.sql: opening, debit, credit per leaf from every line."""
    sums: dict = defaultdict(lambda: [Decimal(0), Decimal(0), Decimal(0)])
    for line in VoucherLine.objects.select_related("voucher__period", "account"):
        month = line.voucher.period.month
        if line.voucher.state != VoucherState.POSTED or month > scope.last:
            continue
        if scope.organisation_id not in {None, line.organisation_id}:
            continue
        if scope.item_code not in {"", line.item_code}:
            continue
        is_closing = line.voucher.event == BusinessEvent.PERIOD_CLOSE
        if is_closing and not scope.with_closing and month >= scope.first:
            continue
        entry = sums[line.account.code]
        if month < scope.first:
            entry[0] += line.debit - line.credit
        else:
            entry[1] += line.debit
            entry[2] += line.credit
    return {code: tuple(entry) for code, entry in sums.items()}


def shown_turnover(city, scope: LedgerScope) -> dict:
    """Return the leaves of the screen's table in the same shape."""
    rows = trial_balance(actor=city.actor("FACC"), scope=scope).rows
    return {
        row.code: (row.opening if row.side_label == "借" else -row.opening, row.debit, row.credit)
        for row in rows
        if row.is_leaf
    }


def act(city, step) -> None:
    """Do one step of a random history; a refusal is part of the game."""
    kind, first, second, cents, day, place = step
    office = (None, city.offices["510402"].pk, city.offices["510403"].pk)[place]
    debited, credited = PAIRS[(first + second) % len(PAIRS)]
    lines = (
        debit(debited, str(Decimal(cents) / 100), organisation_id=office, item_code="B01"),
        credit(credited, str(Decimal(cents) / 100)),
    )
    if kind == "post":
        posted(city, *lines, day=day)
    elif kind == "check":
        checked(city, *lines, day=day)
    elif kind == "draft":
        drafted(city, *lines, day=day)
    elif target := Voucher.objects.filter(state=VoucherState.POSTED).order_by("id").first():
        try:
            reversal = vouchers.reverse_voucher(
                actor=city.actor("FACC"), voucher_id=target.pk, reason="错",
                voucher_date=max(day, target.voucher_date), at=NOW,
            )  # fmt: skip
        except (vouchers.AlreadyReversed, vouchers.ReversalNotReversible):
            return
        post(city, reversal)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["post", "post", "reverse", "check", "draft"]),
        st.integers(0, 6),
        st.integers(0, 6),
        st.integers(1, 10**9),
        st.dates(date(2026, 9, 1), date(2026, 11, 2)),
        st.integers(0, 2),
    ),
    max_size=6,
)


def test_after_any_history_debits_equal_credits_and_balances_equal_the_lines():
    city = found_city()
    scope = LedgerScope(unemployment_book().pk, date(2026, 9, 1), date(2026, 11, 1))

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=STEPS)
    def history(steps):
        for step in steps:
            act(city, step)
        assert stored() == recompute()
        assert trial_balance(actor=city.actor("FACC"), scope=scope).is_balanced
        for narrowed in (
            scope,
            replace(scope, first=date(2026, 10, 1), last=date(2026, 10, 1)),
            replace(scope, organisation_id=city.offices["510402"].pk),
            replace(scope, item_code="B01"),
            replace(scope, with_closing=False),
        ):
            assert shown_turnover(city, narrowed) == turnover(narrowed)

    history()


class TestLedger:
    @pytest.fixture
    def city(self):
        city = found_city()
        east = city.offices["510402"].pk
        posted(city, debit("1004", "500"), credit("100301", "500"), day=date(2026, 9, 5))
        posted(city, debit("500101", "120", organisation_id=east, item_code="B01"),
               credit("1004", "120"), day=date(2026, 10, 8))  # fmt: skip
        posted(city, debit("500102", "30", organisation_id=east, item_code="B02"),
               credit("1004", "30"), day=date(2026, 10, 8))  # fmt: skip
        posted(city, debit("1004", "1"), credit("420101", "1"), day=date(2026, 10, 20))
        return city

    def scope(self, **changes) -> LedgerScope:
        values = {"first": date(2026, 10, 1), "last": date(2026, 10, 1)}
        return LedgerScope(book_id=unemployment_book().pk, **(values | changes))

    def test_an_account_runs_line_by_line_from_its_opening(self, city):
        sheet = account_ledger(actor=city.actor("FCASH"), scope=self.scope(), account_code="1004")
        assert sheet.opening == Decimal("500.00")
        assert [line.balance for line in sheet.lines] == [
            Decimal("380.00"), Decimal("350.00"), Decimal("351.00"),
        ]  # fmt: skip
        assert (sheet.debit, sheet.credit, sheet.closing) == (
            Decimal("1.00"), Decimal("150.00"), Decimal("351.00"),
        )  # fmt: skip

    def test_later_lines_start_from_the_balance_of_the_earlier(self, city):
        sheet = account_ledger(
            actor=city.actor("FCASH"), scope=self.scope(), account_code="1004", size=2
        )
        later = account_ledger(
            actor=city.actor("FCASH"),
            scope=self.scope(),
            account_code="1004",
            place=place_of(sheet.after),
        )
        assert (later.opening, len(later.lines)) == (Decimal("350.00"), 1)

    def test_a_parent_sums_its_details(self, city):
        rows = {
            row.code: row
            for row in trial_balance(actor=city.actor("LEAD"), scope=self.scope()).rows
        }
        assert rows["5001"].debit == rows["500101"].debit + rows["500102"].debit == Decimal("150")
        assert (rows["1003"].opening, rows["1004"].closing) == (
            Decimal("-500.00"), Decimal("351.00"),
        )  # fmt: skip

    def test_office_and_item_narrow_the_ledger(self, city):
        east = city.offices["510402"].pk
        rows = trial_balance(
            actor=city.actor("FACC"), scope=self.scope(organisation_id=east, item_code="B01")
        ).rows
        assert [(row.code, row.debit) for row in rows] == [
            ("5001", Decimal("120.00")), ("500101", Decimal("120.00")),
        ]  # fmt: skip

    def test_the_period_end_close_stands_apart(self, city):
        posted(city, debit("420101", "1"), credit("3001", "1"), day=date(2026, 10, 31),
               event=BusinessEvent.PERIOD_CLOSE)  # fmt: skip

        def interest(**changes):
            rows = trial_balance(actor=city.actor("FACC"), scope=self.scope(**changes)).rows
            return [(r.opening, r.debit, r.credit, r.closing) for r in rows if r.code == "420101"]

        one, none = Decimal("1.00"), Decimal("0.00")
        assert interest() == [(none, one, one, none)]
        assert interest(with_closing=False) == [(none, none, one, one)]
        # the next month opens after the close, however its own close is asked for
        november = {"first": date(2026, 11, 1), "last": date(2026, 11, 1)}
        for with_closing in (True, False):
            assert interest(with_closing=with_closing, **november) == [(none,) * 4]

        sheet = account_ledger(
            actor=city.actor("FACC"), scope=self.scope(with_closing=False), account_code="420101"
        )
        assert (len(sheet.lines), sheet.closing) == (1, one)

    def test_an_unknown_account_is_not_found(self, city):
        with pytest.raises(NotFound):
            account_ledger(actor=city.actor("FACC"), scope=self.scope(), account_code="9999")

    def test_a_county_does_not_open_the_citys_books(self, city):
        for code in ("RISK", "PLAN", "OFFH"):
            with pytest.raises(DutyNotHeld):
                trial_balance(actor=city.actor(code, "510402"), scope=self.scope())
