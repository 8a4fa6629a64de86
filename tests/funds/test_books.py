"""Three books per pool: opened together, switched in the session, never mixed."""

from datetime import date

import pytest
from django.urls import reverse

from funds.enums import BankAccountKind, BookKind
from funds.models import BankAccount, Book, LedgerAccount, Period, Voucher
from funds.selectors.books import list_books, unemployment_book
from funds.selectors.worklist import list_waiting_work
from funds.services import founding
from funds.services.charts import CHARTS
from funds.services.founding import open_missing_books
from funds.services.tax_lists import NoTaxIncome, request_tax_list_import
from tests.city import NOW, TODAY, found_city
from tests.funds.builders import close_month, close_until, credit, debit, drafted, posted

FARMERS, SKILLS = "LANDLESS_FARMERS", "SKILL_ACTION"


def book_of(kind: str) -> Book:
    return Book.objects.get(kind=kind)


@pytest.mark.django_db
class TestFounding:
    def test_a_pool_opens_three_books_each_with_chart_accounts_and_months(self):
        found_city()
        assert [book.kind for book in list_books()] == list(BookKind)
        for book in list_books():
            codes = set(LedgerAccount.objects.filter(book=book).values_list("code", flat=True))
            assert codes == {line.code for line in CHARTS[BookKind(book.kind)]}
            assert Period.objects.filter(book=book).count() == 12

    def test_each_book_has_bank_accounts_of_its_own(self):
        found_city()
        kinds: dict[str, set[str]] = {}
        for account in BankAccount.objects.select_related("book", "ledger_account__book"):
            assert account.ledger_account.book == account.book
            kinds.setdefault(account.book.kind, set()).add(account.kind)
        every = set(BankAccountKind)
        assert kinds == {
            "UNEMPLOYMENT": every, FARMERS: every, SKILLS: every - {BankAccountKind.INCOME},
        }  # fmt: skip
        assert len(set(BankAccount.objects.values_list("number_key", flat=True))) == 8

    def test_the_two_small_books_keep_to_their_own_accounts(self):
        """Neither is collected by tax (1005), invests in bonds (1201), or pays upward (5301)."""
        found_city()
        for kind in (FARMERS, SKILLS):
            codes = {line.code for line in CHARTS[BookKind(kind)]}
            assert not codes & {"1005", "1201", "2101", "5301", "5302"}
            assert codes >= {"100301", "1004", "3001", "420101", "500104"}
            parents = {code[:4] for code in codes}
            assert parents <= codes
        assert not {line.code for line in CHARTS[BookKind.SKILL_ACTION]} & {"4001", "500101"}

    def test_an_older_pool_gets_the_missing_books_once_for_its_open_months(self, monkeypatch):
        whole = founding._open
        first = lambda kinds, months, pool: whole(kinds[:1], months, pool)  # noqa: E731
        monkeypatch.setattr(founding, "_open", first)
        city = found_city()
        monkeypatch.undo()
        close_until(city, date(2026, 9, 1))
        assert open_missing_books(pool=city.pool) == 2
        assert open_missing_books(pool=city.pool) == 0
        months = Period.objects.filter(book__kind=SKILLS).order_by("month")
        assert [p.month.month for p in months] == [10, 11, 12]
        assert BankAccount.objects.count() == 3  # the others are opened by request

    def test_a_complete_pool_gets_none(self):
        city = found_city()
        assert open_missing_books(pool=city.pool) == 0


@pytest.mark.django_db
class TestApart:
    def test_months_close_by_themselves_in_each_book(self, city):
        drafted(city, day=date(2026, 1, 5))
        month = Period.objects.get(book__kind=FARMERS, month=date(2026, 1, 1))
        close_month(city, month)
        assert Period.objects.get(book=unemployment_book(), month=month.month).state == "OPEN"

    def test_a_book_without_a_treasury_account_takes_no_tax_list(self, city):
        with pytest.raises(NoTaxIncome):
            request_tax_list_import(
                actor=city.actor("FACC"), book_id=book_of(FARMERS).pk, content=b"x",
                file_name="x.csv", at=NOW,
            )  # fmt: skip

    def test_work_of_each_book_waits_apart_and_leads_into_that_book(self, city):
        drafted(city)
        drafted(city, debit("1002", "5"), credit("400101", "5"), book_id=book_of(FARMERS).pk)
        work = list_waiting_work(actor=city.actor("FCHK"), today=TODAY)
        assert [(line.label, line.count) for line in work] == [
            ("待稽核凭证", 1), ("待稽核凭证（失地农民失业保险基金）", 1),
        ]  # fmt: skip
        assert work[1].url.endswith("?state=DRAFT&book=LANDLESS_FARMERS")


@pytest.mark.django_db(transaction=True)
class TestSwitching:
    @pytest.fixture
    def city(self, time_machine, founded):
        time_machine.move_to("2026-11-02T09:00:00+08:00", tick=True)
        return founded

    @pytest.fixture
    def desk(self, city, client):
        with city.tenant():
            user = city.user("FACC")
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    def switch(self, desk, kind, page="/funds/vouchers/"):
        return desk.post(reverse("funds:book_switch"), {"book": kind, "page": page})

    def test_the_chosen_book_stays_in_the_session_on_every_page(self, city, desk):
        with city.tenant():
            own = posted(city, summary="本账套凭证")
            book = book_of(FARMERS)
            other = posted(
                city, debit("1002", "5"), credit("400101", "5"), book_id=book.pk, summary="失地凭证"
            )
        page = desk.get(reverse("funds:vouchers"), {"state": "POSTED"}).content.decode()
        assert "本账套凭证" in page
        assert "失地凭证" not in page
        assert "账套：<b>失业保险基金</b>" in page
        assert self.switch(desk, FARMERS).url == reverse("funds:vouchers")
        page = desk.get(reverse("funds:vouchers"), {"state": "POSTED"}).content.decode()
        assert "失地凭证" in page
        assert "本账套凭证" not in page
        assert "账套：<b>失地农民失业保险基金</b>" in page
        assert own.number == other.number == 1
        for name in ("ledger", "trial_balance", "day_book", "tax_lists", "funds_plans",
                     "bank_accounts", "bank_statements", "periods", "voucher_new"):  # fmt: skip
            page = desk.get(reverse(f"funds:{name}")).content.decode()
            assert "账套：<b>失地农民失业保险基金</b>" in page, name
        for name in ("analysis", "capacity", "disclosures", "disclosure_new"):
            page = desk.get(reverse(name)).content.decode()
            assert "账套：<b>失地农民失业保险基金</b>" in page, name
            assert self.switch(desk, FARMERS, page=reverse(name)).url == reverse(name)

    def test_the_ledger_and_the_entry_are_the_chosen_books(self, city, desk):
        with city.tenant():
            posted(city, debit("1002", "7"), credit("400101", "7"), book_id=book_of(FARMERS).pk)
        url = reverse("funds:trial_balance")
        assert "收入户存款" not in desk.get(url).content.decode()
        self.switch(desk, FARMERS)
        assert "收入户存款" in desk.get(url).content.decode()
        page = desk.get(reverse("funds:voucher_new")).content.decode()
        assert "400101" in page
        assert "1005 国库存款" not in page
        desk.post(reverse("funds:voucher_new"), {
            "voucher_date": "2026-11-02", "event": "E04", "attachment_count": "1",
            "summary": "失地", "line-TOTAL_FORMS": "2", "line-INITIAL_FORMS": "0",
            "line-0-account": "1002", "line-0-debit": "3",
            "line-1-account": "400101", "line-1-credit": "3",
        })  # fmt: skip
        with city.tenant():
            assert Voucher.objects.get(summary="失地").book.kind == FARMERS

    def test_opening_another_books_voucher_switches_and_says_so(self, city, desk):
        with city.tenant():
            voucher = drafted(
                city, debit("1002", "5"), credit("400101", "5"), book_id=book_of(FARMERS).pk
            )
        url = reverse("funds:voucher", args=[voucher.pk])
        assert "已切换到账套“失地农民失业保险基金”" in desk.get(url).content.decode()
        page = desk.get(url).content.decode()
        assert "已切换" not in page
        assert "账套：<b>失地农民失业保险基金</b>" in page
        assert self.switch(desk, SKILLS, url).url == reverse("funds:vouchers")

    def test_a_link_may_name_its_book(self, desk):
        page = desk.get(reverse("funds:periods"), {"book": SKILLS}).content.decode()
        assert "账套：<b>职业技能提升行动专账资金</b>" in page
        page = desk.get(reverse("funds:periods"), {"book": "x"}).content.decode()
        assert "账套：<b>职业技能提升行动专账资金</b>" in page

    @pytest.mark.parametrize("page", ["https://evil.example/", "/funds/", "", "/funds/book/", "/x"])
    def test_switching_never_leaves_the_books(self, desk, page):
        assert self.switch(desk, SKILLS, page).url == reverse("funds:vouchers")
        assert self.switch(desk, "nonsense", page).status_code == 302

    def test_a_page_outside_the_books_offers_no_book(self, desk):
        assert "切换账套" not in desk.get(reverse("desk")).content.decode()
