"""The register of bank accounts: opened, closed and reviewed with documents and two people."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from accounts.enums import Decision, SubjectKind
from accounts.permissions import DutyNotHeld
from accounts.selectors.attachments import list_attachments
from accounts.services.signatures import ContentChanged, OpinionMissing, Verdict
from common.db import violated_constraint
from common.evidence import Evidence
from funds.enums import AccountOwner, BankAccountKind, BookKind
from funds.models import BankAccount, BankAccountReview, BankStatement, Book
from funds.selectors.bank_register import get_bank_account
from funds.selectors.bank_reviews import year_under_review
from funds.selectors.books import expenditure_account, unemployment_book
from funds.selectors.worklist import list_waiting_work
from funds.services import bank_accounts as service
from funds.services.bank_accounts import Closing, Opening, Review
from tests.city import NOW, TODAY, found_city
from tests.funds.builders import credit, debit, drafted, posted
from tests.reconciliation.build import bank_statement
from tests.refusals import refused_by

SCAN = Evidence("批文.pdf", "application/pdf", b"%PDF-1.7 approval")
NUMBER = "2302051040000009"
NOVEMBER = date(2026, 11, 1)


def skills() -> Book:
    return Book.objects.get(kind=BookKind.SKILL_ACTION)


def opening(**changes) -> Opening:
    values = {
        "book_id": skills().pk, "kind": BankAccountKind.INCOME, "bank_name": "中国工商银行东区支行",
        "number": NUMBER, "opened_date": TODAY, "approval": "攀财库〔2026〕31号", "scan": SCAN,
    }  # fmt: skip
    return Opening(**(values | changes))


def ask(city, post="FACC", **changes) -> BankAccount:
    return service.request_opening(actor=city.actor(post), opening=opening(**changes), at=NOW)


def decide(city, account, decision=Decision.APPROVE, opinion="", post="FHEAD", seen=None):
    account.refresh_from_db()
    seen = account.content_sha256 if seen is None else seen
    return service.decide_request(
        actor=city.actor(post), account_id=account.pk,
        verdict=Verdict(decision, opinion, NOW, seen),
    )  # fmt: skip


def close(city, account, day=TODAY, post="FACC"):
    closing = Closing(day, "攀财库〔2026〕40号", SCAN)
    return service.request_closing(
        actor=city.actor(post), account_id=account.pk, closing=closing, at=NOW
    )


@pytest.mark.django_db
class TestOpening:
    def test_one_asks_another_approves_and_the_account_is_in_use(self, city):
        account = ask(city)
        assert (account.state, account.owner) == ("OPENING", AccountOwner.CITY_CENTRE)
        assert decide(city, account).state == "ACTIVE"
        sheet = get_bank_account(actor=city.actor("FCASH"), account_id=account.pk)
        assert (sheet.number_masked, sheet.ledger_code, sheet.is_active) == (
            account.number_masked, "1002", True,
        )  # fmt: skip
        assert NUMBER not in sheet.number_masked
        assert [entry.step for entry in sheet.timeline] == ["OPEN", "APPROVE"]
        files = list_attachments(kind=SubjectKind.BANK_ACCOUNT, subject_id=account.pk)
        assert [file.file_name for file in files] == ["批文.pdf"]

    def test_a_second_account_of_the_kind_is_not_opened(self, city):
        ask(city)
        with pytest.raises(service.AccountAlreadyOpen):
            ask(city, number="2302051040000017")
        with pytest.raises(service.AccountAlreadyOpen):
            ask(city, kind=BankAccountKind.EXPENDITURE, number="2302051040000025")

    def test_a_number_is_registered_once(self, city):
        decide(city, ask(city), Decision.REFUSE, "批文不符")
        account = ask(city)
        decide(city, account)
        other = Book.objects.get(kind=BookKind.LANDLESS_FARMERS)
        income = BankAccount.objects.get(book=other, kind=BankAccountKind.INCOME)
        close(city, income)
        decide(city, income)
        with pytest.raises(service.AccountNumberKnown):
            ask(city, book_id=other.pk)

    def test_a_refused_request_says_why_and_frees_the_place(self, city):
        account = ask(city)
        with pytest.raises(OpinionMissing):
            decide(city, account, Decision.REFUSE)
        assert decide(city, account, Decision.REFUSE, "没有批文原件").state == "REFUSED"
        assert ask(city, number="2302051040000033").state == "OPENING"

    def test_the_finance_bureau_owns_the_fiscal_account(self, city):
        fiscal = BankAccount.objects.get(book=skills(), kind=BankAccountKind.FISCAL)
        close(city, fiscal)
        decide(city, fiscal)
        account = ask(city, kind=BankAccountKind.FISCAL)
        assert (account.owner, account.ledger_account.code) == ("FINANCE_BUREAU", "100301")

    def test_only_the_accountant_asks_and_only_the_head_decides_once(self, city):
        with pytest.raises(DutyNotHeld):
            ask(city, post="FHEAD")
        account = ask(city)
        with pytest.raises(DutyNotHeld):
            decide(city, account, post="FACC")
        with pytest.raises(ContentChanged):
            decide(city, account, seen="b" * 64)
        decide(city, account)
        with pytest.raises(service.AccountNotWaiting):
            decide(city, account)

    def test_an_account_is_not_opened_tomorrow(self, city):
        with pytest.raises(service.AccountDayInvalid):
            ask(city, opened_date=date(2026, 11, 3))

    def test_what_waits_is_shown_to_who_decides(self, city):
        ask(city)
        work = list_waiting_work(actor=city.actor("FHEAD"), today=TODAY)
        assert [(line.label, line.count) for line in work] == [
            ("待核准开户销户（职业技能提升行动专账资金）", 1)
        ]


@pytest.mark.django_db
class TestClosing:
    @pytest.fixture
    def account(self, city):
        return expenditure_account(unemployment_book().pk)

    def test_an_account_that_never_moved_closes(self, city, account):
        assert close(city, account).state == "CLOSING"
        closed = decide(city, account)
        assert (closed.state, closed.closed_date) == ("CLOSED", TODAY)
        account.refresh_from_db()
        assert account.is_active is False
        assert ask(city, book_id=account.book_id, kind=BankAccountKind.EXPENDITURE)

    def test_a_refused_closing_leaves_it_in_use_and_may_be_asked_again(self, city, account):
        close(city, account)
        kept = decide(city, account, Decision.RETURN, "先导入对账单")
        assert (kept.state, kept.closed_date, kept.closing_approval) == ("ACTIVE", None, "")
        assert close(city, account).round == 3

    def test_money_in_the_books_keeps_it_open(self, city, account):
        posted(city, debit("1004", "5"), credit("100301", "5"))
        with pytest.raises(service.AccountNotEmpty):
            close(city, account)
        posted(city, debit("100301", "5"), credit("1004", "5"))
        with pytest.raises(service.StatementNotEmpty):
            close(city, account)
        moved = [(TODAY, "0.00", "5.00", "S1", "拨入"), (TODAY, "5.00", "0.00", "S2", "拨出")]
        bank_statement(city, moved, month=NOVEMBER)
        assert close(city, account).state == "CLOSING"

    def test_a_draft_on_it_keeps_it_open(self, city, account):
        drafted(city, debit("1004", "5"), credit("100301", "5"))
        with pytest.raises(service.AccountInVouchers):
            close(city, account)

    def test_money_at_the_bank_keeps_it_open(self, city, account):
        bank_statement(city, [(TODAY, "0.00", "5.00", "S1", "拨入")], month=NOVEMBER)
        with pytest.raises(service.StatementNotEmpty):
            close(city, account)

    def test_what_came_in_between_keeps_it_open_at_the_decision(self, city, account):
        close(city, account)
        posted(city, debit("1004", "5"), credit("100301", "5"))
        with pytest.raises(service.AccountNotEmpty):
            decide(city, account)

    @pytest.mark.parametrize("day", [date(2026, 11, 3), date(2025, 12, 31)])
    def test_the_day_lies_between_opening_and_today(self, city, account, day):
        with pytest.raises(service.AccountDayInvalid):
            close(city, account, day)

    def test_only_an_account_in_use_is_closed_and_only_by_the_accountant(self, city, account):
        with pytest.raises(DutyNotHeld):
            close(city, account, post="FCASH")
        close(city, account)
        with pytest.raises(service.AccountNotWaiting):
            close(city, account)


@pytest.mark.django_db
class TestReview:
    def confirm(self, city, account, **changes):
        values = {
            "year": 2026, "balance_date": TODAY, "bank_balance": Decimal("5.00"),
            "is_needed": True, "note": "", "confirmation": SCAN,
        }  # fmt: skip
        return service.confirm_review(
            actor=city.actor("FACC"), account_id=account.pk, review=Review(**(values | changes)),
            at=NOW,
        )  # fmt: skip

    def test_a_review_holds_the_banks_figure_beside_ours(self, city):
        posted(city, debit("1004", "5"), credit("100301", "5"))
        account = expenditure_account(unemployment_book().pk)
        review = self.confirm(city, account)
        assert (review.book_balance, review.bank_balance) == (Decimal("5.00"), Decimal("5.00"))
        with pytest.raises(service.ReviewKnown):
            self.confirm(city, account)

    @pytest.mark.parametrize("changes", [{"bank_balance": Decimal("4.99")}, {"is_needed": False}])
    def test_a_difference_or_an_end_is_explained(self, city, changes):
        posted(city, debit("1004", "5"), credit("100301", "5"))
        account = expenditure_account(unemployment_book().pk)
        with pytest.raises(service.ReviewUnexplained):
            self.confirm(city, account, **changes)
        assert self.confirm(city, account, note="银行次日入账", **changes)

    @pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 11, 3)])
    def test_the_balance_is_of_a_past_day_of_the_year(self, city, day):
        account = expenditure_account(unemployment_book().pk)
        with pytest.raises(service.ReviewDayInvalid):
            self.confirm(city, account, balance_date=day)

    def test_a_year_before_the_opening_is_not_reviewed(self, city):
        account = expenditure_account(unemployment_book().pk)  # opened on 1 January 2026
        with pytest.raises(service.AccountNotWaiting):
            self.confirm(city, account, year=2025, balance_date=date(2025, 12, 31))

    def test_reviews_are_due_in_december_and_late_from_january(self, city):
        """Eight accounts of three books: 3 + 3 + 2, opened on 1 January 2026."""
        assert [year_under_review(date(2026, month, 1)) for month in (1, 11, 12)] == [
            2025, 2025, 2026,
        ]  # fmt: skip
        self.confirm(
            city, expenditure_account(unemployment_book().pk), bank_balance=Decimal("0.00")
        )

        def waiting(day):
            work = list_waiting_work(actor=city.actor("FACC"), today=day)
            reviews = [line for line in work if line.label.startswith("待年审")]
            return [(line.count, line.overdue_count) for line in reviews]

        assert waiting(TODAY) == []
        assert waiting(date(2026, 12, 1)) == [(2, 0), (3, 0), (2, 0)]
        assert waiting(date(2027, 1, 4)) == [(2, 2), (3, 3), (2, 2)]


@pytest.mark.django_db
class TestWhatTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "change",
        ["bank_name = 'x'", "number_masked = 'x'", "opened_date = '2020-01-01'",
         "opening_approval = 'x'", "round = 9", "closed_date = '2026-11-02'"],
    )  # fmt: skip
    def test_a_registered_account_never_changes(self, city, change):
        rule = refused_by(f"UPDATE funds_bankaccount SET {change} WHERE kind = 'INCOME'")
        assert rule in {"bank_account_never_changes", "bank_account_closes_with_day_and_approval"}

    def test_an_account_is_neither_opened_nor_closed_without_two_signatures(self, city):
        account = ask(city)
        rule = refused_by("UPDATE funds_bankaccount SET state = 'ACTIVE' WHERE id = %s", account.pk)
        assert rule == "bank_account_signed_by_two"
        decide(city, account)
        close(city, account)
        rule = refused_by("UPDATE funds_bankaccount SET state = 'CLOSED' WHERE id = %s", account.pk)
        assert rule == "bank_account_signed_by_two"

    def test_a_county_or_a_second_account_never_comes_in(self, city):
        account = ask(city)
        columns = "pool_id, book_id, kind, owner, organisation_id, bank_name, number_cipher"
        columns += ", number_masked, ledger_account_id, opened_date, opening_approval"
        insert = (
            f"INSERT INTO funds_bankaccount ({columns}, number_key, state, is_founding, round,"
            " content_sha256, closing_approval)"
            f" SELECT {columns}, repeat('9', 64), 'OPENING', false, 1, '', '' FROM"
            " funds_bankaccount WHERE id = %s"
        )
        assert refused_by(insert, account.pk) == "bank_account_one_active_per_kind"
        county = insert.replace("organisation_id, bank_name, number_cipher, number_masked,"
                                " ledger_account_id, opened_date, opening_approval, repeat",
                                f"{city.offices['510402'].pk}, bank_name, number_cipher,"
                                " number_masked, ledger_account_id, opened_date,"
                                " opening_approval, repeat")  # fmt: skip
        assert refused_by(county, account.pk) == "bank_account_only_at_the_city"

    def test_a_closed_account_stays_closed_and_a_review_stays_as_it_is(self, city):
        account = expenditure_account(unemployment_book().pk)
        close(city, account)
        decide(city, account)
        rule = refused_by("UPDATE funds_bankaccount SET state = 'ACTIVE' WHERE id = %s", account.pk)
        assert rule == "bank_account_never_changes"
        income = BankAccount.objects.get(book=unemployment_book(), kind="INCOME")
        TestReview().confirm(city, income, bank_balance=Decimal("0.00"))
        rule = refused_by("UPDATE funds_bankaccountreview SET note = 'x'")
        assert rule == "permission denied for table funds_bankaccountreview"


@pytest.mark.django_db
def test_a_later_account_does_not_start_in_use(django_db_blocker):
    city = found_city()
    account = expenditure_account(unemployment_book().pk)
    account.pk, account.number_key, account.is_founding = None, "x", False
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        account.save()
    assert violated_constraint(caught.value) == "bank_account_opens_by_request"
    assert city.pool.pk == account.pool_id


@pytest.mark.django_db(transaction=True)
class TestPages:
    @pytest.fixture
    def city(self, time_machine, founded):
        time_machine.move_to("2026-11-02T09:00:00+08:00", tick=True)
        return founded

    @pytest.fixture
    def browse(self, city, client):
        def sign_in(post: str):
            with city.tenant():
                user = city.user(post)
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            return client

        return sign_in

    def scan(self):
        return SimpleUploadedFile("批文.pdf", SCAN.content, "application/pdf")

    def test_asked_for_approved_closed_on_the_screens(self, city, browse):
        with city.tenant():
            book = skills()
        fields = {
            "kind": "INCOME", "bank_name": "工行", "number": "2302 0510 4000 0009",
            "opened_date": "2026-11-02", "approval": "攀财库〔2026〕31号", "scan": self.scan(),
        }  # fmt: skip
        url = f"{reverse('funds:bank_account_new')}?book={book.kind}"
        page = browse("FACC").post(url, fields, follow=True).content.decode()
        assert "等待财务负责人核准" in page
        assert "待核准开户：由财务负责人办理" in page
        with city.tenant():
            account = BankAccount.objects.get(book=book, kind="INCOME")
        decide_url = reverse("funds:bank_account_decide", args=[account.pk])
        verdict = {"decision": "APPROVE", "seen": account.content_sha256}
        assert "已核准" in browse("FHEAD").post(decide_url, verdict, follow=True).content.decode()
        close_url = reverse("funds:bank_account_close", args=[account.pk])
        closing = {"closed_date": "2026-11-02", "approval": "攀财库〔2026〕40号"}
        assert browse("FACC").post(close_url, closing).status_code == 422
        closing["scan"] = self.scan()
        page = browse("FACC").post(close_url, closing, follow=True).content.decode()
        assert "待核准销户" in page
        assert NUMBER not in page

    def test_the_years_list_is_shown_confirmed_printed(self, city, browse, time_machine):
        time_machine.move_to("2026-12-07T09:00:00+08:00", tick=True)
        with city.tenant():
            account = expenditure_account(unemployment_book().pk)
        url = reverse("funds:bank_reviews")
        assert browse("FACC").get(url).content.decode().count("待核查") == 3
        fields = {
            "balance_date": "2026-12-01", "bank_balance": "0.00", "is_needed": "yes",
            "scan": self.scan(),
        }  # fmt: skip
        page = browse("FACC").post(
            reverse("funds:bank_review", args=[account.pk]), fields, follow=True
        )
        assert "已登记2026年度账户年审" in page.content.decode()
        assert browse("SUPV").get(url).content.decode().count("待核查") == 2
        paper = browse("SUPV").get(reverse("funds:bank_reviews_print"))
        assert paper["Content-Type"] == "application/pdf"
        time_machine.move_to("2027-01-04T09:00:00+08:00", tick=True)
        assert browse("FACC").get(url).content.decode().count("逾期未核查") == 2
        with city.tenant():
            assert BankAccountReview.objects.count() == 1
            assert not BankStatement.objects.exists()
