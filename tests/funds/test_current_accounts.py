"""The ageing of current accounts: items, brackets, the tie to the balance, pages and papers."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import DutyNotHeld
from common.errors import DomainError
from common.lists import Viewer
from common.periods import months_later
from funds.ageing import BRACKET_LABELS, bracket_of, is_overdue
from funds.enums import SourceKind, VoucherState
from funds.models import FundsEntry, Voucher, VoucherLine
from funds.selectors.books import unemployment_book
from funds.selectors.current_accounts import (
    LINE_FIELDS,
    find_open_items,
    get_ageing,
    open_items,
    show_open_items,
)
from funds.selectors.worklist import list_waiting_work
from funds.services import entries, vouchers
from tests.city import NOW, TODAY, found_city
from tests.funds.builders import DAY, credit, debit, post, posted, yuan
from tests.funds.entry_builders import K, P, booked, decide, register

NOVEMBER, AUGUST_DAY = date(2026, 11, 1), date(2026, 8, 1)


class TestBrackets:
    # From 31 August: one month later is 30 September, three 30 November, six 28 February, a
    # year 31 August. The day itself still belongs to the younger bracket.
    @pytest.mark.parametrize(
        ("on", "bracket"),
        [
            (date(2026, 8, 31), "M1"),
            (date(2026, 9, 30), "M1"),
            (date(2026, 10, 1), "M3"),
            (date(2026, 11, 30), "M3"),
            (date(2026, 12, 1), "M6"),
            (date(2027, 2, 28), "M6"),
            (date(2027, 3, 1), "M12"),
            (date(2027, 8, 31), "M12"),
            (date(2027, 9, 1), "OLD"),
        ],
    )
    def test_an_item_ages_from_day_to_day(self, on, bracket):
        assert bracket_of(date(2026, 8, 31), on) == bracket

    def test_a_leap_day_is_a_year_old_on_the_last_of_february(self):
        assert months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)

    def test_late_is_what_stood_open_for_more_than_three_months(self):
        assert not is_overdue(date(2026, 8, 2), date(2026, 11, 2))
        assert is_overdue(date(2026, 8, 1), date(2026, 11, 2))


def items(until: date = DAY) -> list[tuple[str, str, str, str]]:
    """Return what stands open: account, raised, cleared, open."""
    found = open_items(book_id=unemployment_book().pk, until=until)
    return [
        (i.account_code, f"{i.raised:.2f}", f"{i.cleared:.2f}", f"{i.open_amount:.2f}")
        for i in found
    ]


def twin(until: date) -> dict[int, tuple]:
    """The slow twin of open_items.sql: line it began with -> raised, cleared, since, clearings."""
    groups: dict[tuple, list[VoucherLine]] = defaultdict(list)
    rows = VoucherLine.objects.select_related("voucher", "account").order_by("id")
    for line in rows.filter(voucher__state=VoucherState.POSTED, voucher__voucher_date__lte=until):
        if line.account.code[:4] not in {"1101", "2001"}:
            continue
        root = line.voucher
        while root.reverses_id or root.corrects_id:
            root = Voucher.objects.get(pk=root.reverses_id or root.corrects_id)
        if root.source_kind == SourceKind.FUNDS_ENTRY:
            entry = FundsEntry.objects.get(pk=root.source_id)
            key = ("entry", entry.clears_id or entry.pk)
        elif line.batch_number:
            key = ("batch", line.batch_number)
        else:
            key = ("voucher", root.pk)
        groups[(line.account_id, *key)].append(line)
    found = {}
    for lines in groups.values():
        amounts = [
            line.debit - line.credit if line.account.code < "2" else line.credit - line.debit
            for line in lines
        ]
        if not sum(amounts):
            continue
        pairs = sorted(
            zip(amounts, lines, strict=True),
            key=lambda pair: (pair[0] < 0, pair[1].voucher.voucher_date, pair[1].pk),
        )
        found[pairs[0][1].pk] = (
            sum((a for a in amounts if a > 0), Decimal(0)),
            -sum((a for a in amounts if a < 0), Decimal(0)),
            pairs[0][1].voucher.voucher_date,
            sorted({line.voucher_id for amount, line in pairs if amount < 0}),
        )
    return found


def fast(until: date) -> dict[int, tuple]:
    """Return the statement's rows in the twin's shape."""
    found = open_items(book_id=unemployment_book().pk, until=until)
    return {i.line_id: (i.raised, i.cleared, i.since, sorted(i.clearing_ids)) for i in found}


class TestOpenItems:
    def test_what_clears_an_item_lessens_it_and_the_last_cent_takes_it_off(self, city):
        advance = booked(city, K.ADVANCE_PAID, "6000.00", place=P.FISCAL)
        booked(city, K.ADVANCE_RECOVERED, "4000.00", place=P.FISCAL, clears_id=advance.pk)
        assert items() == [("110102", "6000.00", "4000.00", "2000.00")]
        written_off = register(city, K.ADVANCE_WRITTEN_OFF, "2000.00", clears_id=advance.pk)
        decide(city, written_off)
        assert items() == [("110102", "6000.00", "4000.00", "2000.00")]  # not booked yet
        post(city, entries.live_voucher(written_off.pk))
        assert items() == []

    def test_items_of_one_account_stand_apart(self, city):
        booked(city, K.UNKNOWN_RECEIPT, "300.00", reference="A")
        second = booked(city, K.UNKNOWN_RECEIPT, "500.00", reference="B")
        booked(city, K.RECEIPT_IDENTIFIED, "500.00", clears_id=second.pk)
        assert items() == [("200102", "300.00", "0.00", "300.00")]

    def test_a_reversal_takes_its_voucher_out_and_a_reversed_clearing_opens_again(self, city):
        receipt = booked(city, K.UNKNOWN_RECEIPT, "300.00")
        clearing = booked(city, K.RECEIPT_IDENTIFIED, "300.00", clears_id=receipt.pk)
        reversal = vouchers.reverse_voucher(
            actor=city.actor("FACC"), voucher_id=entries.live_voucher(clearing.pk).pk,
            reason="误列", voucher_date=DAY, at=NOW,
        )  # fmt: skip
        assert items() == []
        post(city, reversal)
        assert items() == [("200102", "600.00", "300.00", "300.00")]

    def test_a_clearing_that_names_nothing_stands_below_zero(self, city):
        booked(city, K.ADVANCE_PAID, "1000.00", place=P.FISCAL)
        posted(city, debit("100301", "400.00"), credit("110102", "400.00"))
        assert items() == [
            ("110102", "1000.00", "0.00", "1000.00"),
            ("110102", "0.00", "400.00", "-400.00"),
        ]

    def test_failures_of_a_batch_are_cleared_by_its_own_number(self, city):
        posted(city, debit("100301", "9000.00"), credit("4101", "9000.00"))
        for number in ("ZF1", "ZF2"):
            posted(city, debit("110199", "20.00", batch_number=number), credit("100301", "20.00"))
        posted(city, debit("100301", "20.00"), credit("110199", "20.00", batch_number="ZF1"))
        assert items() == [("110199", "20.00", "0.00", "20.00")]

    def test_what_is_booked_later_does_not_count_yet(self, city):
        booked(city, K.UNKNOWN_RECEIPT, "300.00")
        assert items(until=date(2026, 11, 1)) == []

    @settings(
        max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        steps=st.lists(
            st.tuples(
                st.sampled_from(["open", "clear", "reverse", "hand", "batch"]),
                st.integers(0, 5),
                st.integers(1, 99999),
                st.integers(0, 30),
            ),
            min_size=1,
            max_size=8,
        )
    )
    def test_the_statement_and_its_twin_agree_and_tie_to_the_balances(self, city, steps):
        for number, step in enumerate(steps):
            try:
                _act(city, number, step)
            except DomainError:
                continue  # a refusal is part of the game
        for until in (date(2026, 10, 20), DAY):
            assert fast(until) == twin(until)
        book = unemployment_book().pk
        ageing = get_ageing(actor=city.actor("FACC"), book_id=book, month=NOVEMBER, today=DAY)
        assert ageing.ties


def _act(city, number: int, step) -> None:
    kind, which, cents, ago = step
    amount = f"{Decimal(cents) / 100:.2f}"
    day = date(2026, 10, 3 + ago % 28) if ago else DAY
    made = list(FundsEntry.objects.filter(clears=None).order_by("id"))
    if kind == "open":
        opened = (K.ADVANCE_PAID, K.UNKNOWN_RECEIPT)[which % 2]
        booked(city, opened, amount, place=P.FISCAL, entry_date=day, reference=f"R{number}-{cents}")
    elif kind == "clear" and made:
        one = made[which % len(made)]
        is_advance = one.kind == K.ADVANCE_PAID
        clearing = K.ADVANCE_RECOVERED if is_advance else K.RECEIPT_IDENTIFIED
        place = {"place": P.FISCAL} if is_advance else {}
        taken = min(one.amount, yuan(amount))
        booked(
            city,
            clearing,
            f"{taken:.2f}",
            clears_id=one.pk,
            reference=f"C{number}-{cents}",
            **place,
        )
    elif kind == "hand":
        sides = [debit("110199", amount), credit("100301", amount)]
        posted(city, *sides, day=day)
    elif kind == "batch":
        posted(city, debit("110199", amount, batch_number=f"ZF{which}"), credit("100301", amount))
    elif target := Voucher.objects.filter(state=VoucherState.POSTED).order_by("id").first():
        reversal = vouchers.reverse_voucher(
            actor=city.actor("FACC"), voucher_id=target.pk, reason="错", voucher_date=DAY, at=NOW
        )
        post(city, reversal)


class TestAgeing:
    def test_brackets_add_up_to_the_balance(self, city):
        # On 2 November: 1 August is over three months old (bracket 3-6), 21 September over one
        # (1-3), 2 November none. 110102: 600 - 150 cleared = 450 and 70 = 520; 200102: 30.
        old = booked(city, K.ADVANCE_PAID, "600.00", place=P.FISCAL, entry_date=AUGUST_DAY)
        booked(city, K.ADVANCE_RECOVERED, "150.00", place=P.FISCAL, clears_id=old.pk)
        september = date(2026, 9, 21)
        booked(city, K.ADVANCE_PAID, "70.00", place=P.FISCAL, entry_date=september)
        booked(city, K.UNKNOWN_RECEIPT, "30.00")
        found = get_ageing(
            actor=city.actor("FACC"), book_id=unemployment_book().pk, month=NOVEMBER, today=DAY
        )
        lines = {line.code: line for line in found.lines}
        amounts = {code: [f"{a:.2f}" for _, a in line.amounts] for code, line in lines.items()}
        assert amounts["110102"] == ["0.00", "70.00", "450.00", "0.00", "0.00"]
        assert amounts["1101"] == amounts["110102"]
        assert amounts["200102"] == ["30.00", "0.00", "0.00", "0.00", "0.00"]
        assert (lines["1101"].total, lines["1101"].balance) == (yuan("520"), yuan("520"))
        assert (lines["2001"].total, lines["2001"].balance) == (yuan("30"), yuan("30"))
        assert (found.ties, found.overdue_count, found.on) == (True, 1, DAY)
        assert found.labels == list(BRACKET_LABELS.values())

    def test_an_earlier_month_shows_what_stood_open_then(self, city):
        old = booked(city, K.ADVANCE_PAID, "600.00", place=P.FISCAL, entry_date=AUGUST_DAY)
        booked(city, K.ADVANCE_RECOVERED, "600.00", place=P.FISCAL, clears_id=old.pk)
        book = unemployment_book().pk
        seen = {
            month: get_ageing(
                actor=city.actor("FACC"), book_id=book, month=date(2026, month, 1), today=DAY
            )
            for month in (8, 11)
        }
        # At the end of August it was 30 days old.
        august = next(line for line in seen[8].lines if line.code == "1101")
        assert (seen[8].on, august.total, dict(august.amounts)["M1"]) == (
            date(2026, 8, 31), yuan("600"), yuan("600"),
        )  # fmt: skip
        assert all(not line.total for line in seen[11].lines)
        assert seen[11].ties

    def test_nobody_outside_the_books_reads_it(self, city):
        with pytest.raises(DutyNotHeld):
            get_ageing(
                actor=city.actor("ACC", "510402"), book_id=unemployment_book().pk,
                month=NOVEMBER, today=DAY,
            )  # fmt: skip

    def test_a_row_names_its_source_and_what_cleared_it(self, city):
        advance = booked(city, K.ADVANCE_PAID, "600.00", place=P.FISCAL, entry_date=AUGUST_DAY)
        booked(city, K.ADVANCE_RECOVERED, "150.00", place=P.FISCAL, clears_id=advance.pk)
        viewer, book = Viewer(city.actor("FACC"), NOW), unemployment_book().pk
        found = find_open_items(viewer, book_id=book, month="2026-11-01", account="1101")
        row = show_open_items(viewer, list(found.values_list("pk", *LINE_FIELDS, named=True)))[0]
        assert (row.voucher_title, row.clearing_words) == ("2026-08-01 记-1", "2026-11-02 记-1")
        # 1 August to 2 November: 30 + 30 + 31 + 2 days.
        assert (row.entry_number, row.days, row.is_overdue) == (advance.number, 93, True)
        others = find_open_items(viewer, book_id=book, month="2026-11-01", bracket="M1")
        assert not others.exists()

    def test_the_desk_of_the_accountant_says_what_is_late(self, city):
        booked(city, K.ADVANCE_PAID, "600.00", place=P.FISCAL, entry_date=AUGUST_DAY)
        booked(city, K.ADVANCE_PAID, "70.00", place=P.FISCAL)
        lines = {
            post: [w for w in list_waiting_work(actor=city.actor(post), today=TODAY)
                   if "往来款" in w.label]
            for post in ("FACC", "FCASH")
        }  # fmt: skip
        assert [(w.label, w.count) for w in lines["FACC"]] == [("超期未清理的往来款", 1)]
        assert lines["FCASH"] == []


@pytest.mark.django_db(transaction=True)
class TestPages:
    @pytest.fixture
    def browse(self, client, time_machine):
        time_machine.move_to("2026-11-02T09:00:00+08:00", tick=True)
        city = found_city()
        with city.tenant():
            booked(city, K.ADVANCE_PAID, "600.00", place=P.FISCAL, entry_date=AUGUST_DAY)
            booked(city, K.UNKNOWN_RECEIPT, "30.00")

        def sign_in(post: str, office: str = "510400"):
            with city.tenant():
                user = city.user(post, office)
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            return client

        return sign_in

    def test_the_page_shows_the_tie_the_items_and_the_late_ones(self, browse):
        words = browse("AUDX").get(reverse("funds:current_accounts")).content.decode()
        assert "与账面余额一致" in words
        assert "有 1 笔款项超过 3 个月未清理" in words
        assert "2026-08-01 记-1" in words
        assert "ADVANCE_RECOVERED" not in words

    def test_the_accountant_is_led_to_what_clears_an_item(self, browse):
        words = browse("FACC").get(reverse("funds:current_accounts")).content.decode()
        way = reverse("funds:entry_new_of", args=["ADVANCE_RECOVERED"])
        assert f"{way}?clears=" in words
        assert "amount=600.00" in words

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ({"account": "2001"}, 1),
            ({"bracket": "M6"}, 1),
            ({"bracket": "OLD"}, 0),
            ({"month": "202610"}, 1),
            ({"month": "190001", "account": "9999", "bracket": "x"}, 2),
        ],
    )
    def test_filters_narrow_and_unknown_words_do_not(self, browse, query, shown):
        page = browse("FACC").get(reverse("funds:current_accounts"), query)
        assert len(page.context["listing"].rows) == shown

    def test_the_paper_holds_table_and_items(self, browse):
        paper = browse("SUPV").get(reverse("funds:current_accounts_print"))
        pdf = pypdfium2.PdfDocument(paper.content)
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
        assert "往来款账龄表" in text
        assert "600.00" in text
        assert "截至2026年11月2日" in text
