"""The month-end board: every check by its figure, closing only over a board that passes.

October 2026 of the ground, in yuan: 20,000.00 from the province into the 支出户 on the 5th, and
3,624.00 (1,864 + 1,760) paid for 东区 on the 20th, so 16,376.00 stand in books and bank.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.enums import Decision
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import Verdict
from common.periods import last_day
from funds.enums import BusinessEvent, VoucherState
from funds.models import (
    AccountBalance,
    BankAccount,
    BankStatement,
    FinancialStatement,
    Period,
    PeriodRequest,
    TaxIncomeList,
    Voucher,
    VoucherLine,
)
from funds.selectors.books import unemployment_book
from funds.services import periods
from funds.services.financial_statements import StatementDraft, prepare_financial_statement
from funds.services.founding import open_periods
from payouts.models import PaymentBatch
from reconciliation.models import BalanceAdjustment, Difference, OfficeStatement
from reconciliation.selectors.month_end import (
    check_month_end,
    list_month_end_accounts,
    sum_month_end,
)
from reconciliation.services.ledger_bank import check_adjustment, run_ledger_bank
from reconciliation.services.month_end import (
    ChecksFailed,
    ExplanationMissing,
    close_month_end,
    decide_month_reopening,
    prepare_month_end,
)
from tests.city import NOW, found_city
from tests.funds.builders import close_until, credit, debit, drafted, posted
from tests.funds.flow_findings import found as found_flow
from tests.funds.statement_year import scope
from tests.reconciliation.build import AT, MONTH, _document, bank_statement, book, pay
from tests.reconciliation.test_business_ledger import EAST, WEST, run
from tests.reconciliation.test_statements import prepare, sign

BEFORE = date(2026, 9, 1)
ZERO = Decimal("0.00")


def october() -> Period:
    return Period.objects.get(book=unemployment_book(), month=MONTH)


def board(period=None):
    """Return {code of the check: (figure, state)}."""
    rows = check_month_end(period or october())
    return {row.check.value: (row.figure, row.state.value) for row in rows}


def failing(period=None):
    return {code for code, (_, state) in board(period).items() if state == "FAILED"}


def paid_month(city):
    """Close what came before and book October's two movements."""
    close_until(city, BEFORE)
    posted(
        city,
        debit("1004", "20000"),
        credit("4401", "20000"),
        day=date(2026, 10, 5),
        event=BusinessEvent.HIGHER_SUBSIDY,
    )
    batch = pay(city, EAST, ["1864.00", "1760.00"])
    book(city, batch)
    return batch


def reconcile(city):
    """Put October right: bank, sheet, office statement, financial statements."""
    movements = [
        (date(2026, 10, 5), "0.00", "20000.00", "S1", "上级补助"),
        (date(2026, 10, 20), "3624.00", "0.00", "S2", "待遇支付"),
    ]
    bank_statement(city, movements)
    sheet = run_ledger_bank(actor=city.actor("FCASH"), month=MONTH, at=AT)
    check_adjustment(actor=city.actor("FCHK"), adjustment_id=sheet.pk, at=AT)
    sign(city, prepare(city))
    state(city)


def state(city):
    """Prepare October's financial statements."""
    draft = StatementDraft(scope(MONTH), ["无"] * 6, {})
    return prepare_financial_statement(actor=city.actor("FACC"), draft=draft, at=NOW)


def ask(city, post="FACC", explanation="", period=None):
    return prepare_month_end(
        actor=city.actor(post),
        period_id=(period or october()).pk,
        explanation=explanation,
        at=AT,
    )


def close(city, post="FHEAD", decision=Decision.APPROVE, opinion="同意结账"):
    verdict = Verdict(decision, opinion, AT)
    return close_month_end(actor=city.actor(post), period_id=october().pk, verdict=verdict)


@pytest.mark.django_db
class TestTheBoard:
    def test_a_paid_month_before_it_is_reconciled(self, city):
        paid_month(city)
        assert board() == {
            "BATCHES": ("0个批次未回盘", "PASSED"),
            "SUSPENSE": ("余额0.00元", "PASSED"),
            "VOUCHERS": ("0张凭证未过账", "PASSED"),
            "DAY_BOOKS": ("0个账户不一致", "PASSED"),
            "INCOME_BANK": ("没有发生额", "IDLE"),
            "FISCAL_BANK": ("没有发生额", "IDLE"),
            "EXPENDITURE_BANK": (
                "账面16,376.00元，没有对账单，余额调节表未复核",
                "FAILED",
            ),
            "FLOW_FINDINGS": ("0笔未办结", "PASSED"),
            "TAX_LISTS": ("本月没有征收收入入账", "IDLE"),
            "STATEMENTS": ("1个机构未签署", "FAILED"),
            "DIFFERENCES": ("0项差异未销号", "PASSED"),
            "BALANCED": ("借方23,624.00元，贷方23,624.00元", "PASSED"),
            "CARRIED_FORWARD": ("12月办理", "IDLE"),
            "REPORTS": ("未编制", "FAILED"),
        }

    def test_a_reconciled_month_passes_everywhere(self, city):
        paid_month(city)
        reconcile(city)
        found = board()
        assert failing() == set()
        assert found["EXPENDITURE_BANK"] == (
            "账面16,376.00元，对账单16,376.00元，余额调节表已复核",
            "PASSED",
        )
        assert found["REPORTS"] == ("已编制", "PASSED")

    def test_a_movement_nobody_answered_for_keeps_the_month_open(self, city):
        paid_month(city)
        reconcile(city)
        found_flow(city)  # 3,000.00 from 收入户 to 支出户 on 20 October
        assert board()["FLOW_FINDINGS"] == ("1笔未办结", "FAILED")
        with pytest.raises(ChecksFailed, match="资金流向异常已办结"):
            ask(city)

    def test_what_is_wrong_is_counted(self, city):
        paid_month(city)
        pay(city, WEST, ["1864.00"], answered=False)
        drafted(city, day=date(2026, 10, 9))
        posted(city, debit("110101", "50"), credit("200199", "50"), day=date(2026, 10, 9))
        TaxIncomeList.objects.create(
            pool=city.pool, book=unemployment_book(), month=MONTH, line_count=1,
            document=_document(city, b"tax"), total_amount=Decimal("76000.00"), imported_at=AT,
        )  # fmt: skip
        found = board()
        assert found["BATCHES"] == ("1个批次未回盘", "FAILED")
        assert found["VOUCHERS"] == ("1张凭证未过账", "FAILED")
        assert found["SUSPENSE"] == ("余额50.00元", "EXPLAIN")
        assert found["TAX_LISTS"] == ("明细表76,000.00元，账簿0.00元", "FAILED")

    def test_tax_lists_agree_once_they_are_booked(self, city):
        close_until(city, BEFORE)
        income = TaxIncomeList.objects.create(
            pool=city.pool, book=unemployment_book(), month=MONTH, line_count=1,
            document=_document(city, b"tax"), total_amount=Decimal("76000.00"), imported_at=AT,
        )  # fmt: skip
        posted(
            city,
            debit("1005", "76000"),
            credit("400101", "75000"),
            credit("450101", "1000"),
            day=date(2026, 10, 24),
            event=BusinessEvent.TAX_COLLECTED,
            source_id=income.pk,
        )
        assert board()["TAX_LISTS"] == ("明细表76,000.00元，账簿76,000.00元", "PASSED")

    def test_another_account_needs_its_checked_sheet_too(self, city):
        """An equal balance alone does not do: the 财政专户 is reconciled as the 支出户 is (R4)."""
        close_until(city, BEFORE)
        self.interest(city, "1000")
        missing = "账面1,000.00元，没有对账单，余额调节表未复核"
        assert board()["FISCAL_BANK"] == (missing, "FAILED")
        self.fiscal_statement(city, MONTH, date(2026, 10, 15), [])
        assert board()["FISCAL_BANK"] == (missing, "FAILED")
        lines = [(date(2026, 10, 21), "1000"), (date(2026, 11, 2), "5")]
        self.fiscal_statement(city, date(2026, 10, 16), date(2026, 11, 5), lines)
        figure = "账面1,000.00元，对账单1,000.00元，余额调节表"
        assert board()["FISCAL_BANK"] == (f"{figure}未复核", "FAILED")
        fiscal = BankAccount.objects.get(book=unemployment_book(), kind="FISCAL")
        sheet = run_ledger_bank(actor=city.actor("FCASH"), month=MONTH, at=AT, account_id=fiscal.pk)
        assert board()["FISCAL_BANK"] == (f"{figure}未复核", "FAILED")
        check_adjustment(actor=city.actor("FCHK"), adjustment_id=sheet.pk, at=AT)
        assert board()["FISCAL_BANK"] == (f"{figure}已复核", "PASSED")

    def interest(self, city, amount):
        lines = debit("100301", amount), credit("420101", amount)
        posted(city, *lines, day=date(2026, 10, 21), event=BusinessEvent.BANK_INTEREST)

    def fiscal_statement(self, city, first, last, lines):
        """Import a statement of the 财政专户 that opens at zero; lines are (day, credit)."""
        statement = BankStatement.objects.create(
            pool=city.pool,
            bank_account=BankAccount.objects.get(book=unemployment_book(), kind="FISCAL"),
            from_date=first,
            until_date=last,
            opening_balance=ZERO,
            closing_balance=sum((Decimal(amount) for _, amount in lines), ZERO),
            line_count=len(lines),
            document=_document(city, f"fiscal {first}".encode()),
            imported_at=AT,
        )
        balance = ZERO
        for position, (day, amount) in enumerate(lines, start=1):
            balance += Decimal(amount)
            statement.lines.create(
                pool=city.pool, position=position, value_date=day, serial=f"L{position}",
                debit=ZERO, credit=Decimal(amount), balance=balance,
            )  # fmt: skip

    def test_december_asks_for_the_carry_forward_and_for_no_statement_because_of_it(self, city):
        book_ = unemployment_book()
        open_periods(book=book_, first_month=date(2025, 11, 1), months=2)
        east = {"organisation_id": city.offices[EAST].pk, "item_code": "B01"}
        paid = (debit("500101", "1864", **east), credit("1004", "1864"))
        posted(city, *paid, day=date(2025, 11, 20), event=BusinessEvent.BENEFIT_PAID)
        december = Period.objects.get(book=book_, month=date(2025, 12, 1))
        assert board(december)["CARRIED_FORWARD"] == ("1个收支科目有余额", "FAILED")
        carried = (credit("500101", "1864", **east), debit("3001", "1864"))
        posted(
            city,
            *carried,
            day=date(2025, 12, 31),
            event=BusinessEvent.PERIOD_CLOSE,
            source_id=december.pk,
        )
        assert board(december)["CARRIED_FORWARD"] == ("0个收支科目有余额", "PASSED")
        assert board(december)["STATEMENTS"] == ("0个机构未签署", "PASSED")


@pytest.mark.django_db
class TestClosing:
    def test_asking_is_refused_by_the_names_of_what_does_not_pass(self, city):
        paid_month(city)
        with pytest.raises(ChecksFailed, match=r"对账明细表已签署（1个机构未签署）.*财务报表"):
            ask(city)
        assert not PeriodRequest.objects.filter(period=october()).exists()

    def test_a_board_that_passes_is_closed_by_another_person(self, city):
        paid_month(city)
        reconcile(city)
        request = ask(city)
        assert request.figures["STATEMENTS"] == "通过：0个机构未签署"
        for post in ("FACC", "FCHK", "FCASH", "HEAD"):
            with pytest.raises(DutyNotHeld), transaction.atomic():
                close(city, post)
        assert close(city).state == "CLOSED"

    def test_the_board_is_checked_again_when_it_is_closed(self, city):
        paid_month(city)
        reconcile(city)
        ask(city)
        drafted(city, day=date(2026, 10, 9))
        with pytest.raises(ChecksFailed, match="凭证全部过账（1张凭证未过账）"):
            close(city)
        close(city, decision=Decision.RETURN, opinion="还有凭证")
        assert october().state == "OPEN"
        with pytest.raises(periods.PeriodRequestDecided):
            close(city)

    def test_figures_that_moved_need_another_request(self, city):
        paid_month(city)
        reconcile(city)
        ask(city)
        posted(city, debit("200199", "5"), credit("200102", "5"), day=date(2026, 10, 9))
        with pytest.raises(periods.FiguresMoved):
            close(city)

    def test_what_is_on_its_way_is_explained(self, city):
        close_until(city, BEFORE)
        posted(city, debit("110101", "50"), credit("200199", "50"), day=date(2026, 10, 9))
        state(city)
        with pytest.raises(ExplanationMissing):
            ask(city)
        request = ask(city, explanation="10月30日批次失败款，11月2日已退回")
        assert request.reason == "10月30日批次失败款，11月2日已退回"
        assert close(city).state == "CLOSED"

    def test_the_head_opens_it_again(self, city):
        close_until(city, MONTH)
        periods.request_reopening(
            actor=city.actor("FHEAD"), period_id=october().pk, reason="漏记利息", at=AT
        )
        verdict = Verdict(Decision.APPROVE, "同意", AT)
        opened = decide_month_reopening(
            actor=city.actor("HEAD"), period_id=october().pk, verdict=verdict
        )
        assert opened.state == "OPEN"


@pytest.mark.django_db
class TestTwins:
    """sum_month_end and list_month_end_accounts against loops over the rows."""

    @pytest.fixture
    def city(self):
        city = found_city()
        paid_month(city)
        pay(city, WEST, ["1864.00"], answered=False)
        pay(city, EAST, ["900.00"])  # paid and not booked
        assert run(city).differences.exists()
        drafted(city, day=date(2026, 10, 9))
        posted(city, debit("110101", "50"), credit("200199", "50"), day=date(2026, 10, 9))
        posted(city, debit("1002", "70"), credit("400101", "70"), day=date(2026, 11, 1))
        bank_statement(city, [(date(2026, 10, 5), "0.00", "20000.00", "S1", "补助")])
        run_ledger_bank(actor=city.actor("FCASH"), month=MONTH, at=AT)
        return city

    def test_sum_month_end(self, city):
        for month in (BEFORE, MONTH, date(2026, 11, 1), date(2026, 12, 1)):
            period = Period.objects.get(book=unemployment_book(), month=month)
            assert tuple(sum_month_end(period)) == plain_sums(period), month

    def test_list_month_end_accounts(self, city):
        for month in (BEFORE, MONTH, date(2026, 11, 1)):
            period = Period.objects.get(book=unemployment_book(), month=month)
            found = [tuple(row) for row in list_month_end_accounts(period)]
            assert found == plain_accounts(period), month

    def test_a_balance_that_left_its_lines_shows(self, city):
        wrong = AccountBalance.objects.filter(account__code="1004", period=october()).first()
        AccountBalance.objects.filter(pk=wrong.pk).update(debit=wrong.debit + 1)
        assert sum_month_end(october()).day_books == 1
        assert plain_sums(october())[3] == 1


def plain_sums(period):
    balances = list(
        AccountBalance.objects.filter(
            period__book=period.book, period__month__lte=period.month
        ).select_related("account", "period")
    )
    own = [one for one in balances if one.period_id == period.pk]
    posted_here = Voucher.objects.filter(period=period, state=VoucherState.POSTED)
    lines = list(VoucherLine.objects.filter(voucher__in=posted_here).select_related("account"))
    codes = {one.account.code for one in (*own, *lines) if one.account.code[:4] in CASH}
    tax_lines = [
        line
        for line in lines
        if line.account.code[:4] in {"4001", "4501"}
        and "E01" in {line.voucher.event, getattr(line.voucher.reverses, "event", "")}
    ]
    lists = [
        one
        for one in TaxIncomeList.objects.filter(book=period.book)
        if _is_listed(one, period, posted_here)
    ]
    results = {one.account.code for one in balances if one.account.code[0] in "45"}
    return (
        Voucher.objects.filter(period=period).exclude(state__in=["POSTED", "VOIDED"]).count(),
        sum(_is_unanswered(batch, period) for batch in PaymentBatch.objects.filter(is_leaf=True)),
        _net(one for one in balances if one.account.code.startswith("110101")),
        sum(_both(own, code) != _both(lines, code) for code in codes),
        sum((one.debit for one in own), ZERO),
        sum((one.credit for one in own), ZERO),
        len(_paid_offices(own) - _signed_offices(period)),
        sum(
            1
            for one in Difference.objects.exclude(state="CLOSED").select_related("run")
            if one.run.is_current and one.run.organisation_id and one.run.month == period.month
        ),
        sum((one.total_amount for one in lists), ZERO),
        -_net(tax_lines),
        sum(_net(one for one in balances if one.account.code == code) != 0 for code in results)
        if period.month.month == 12
        else 0,
        FinancialStatement.objects.filter(
            book=period.book, form="ACCOUNTS", span="MONTH", month=period.month
        )
        .exclude(state="RETURNED")
        .count(),
    )


CASH = {"1002", "1003", "1004"}


def _net(rows):
    return sum((row.debit - row.credit for row in rows), ZERO)


def _both(rows, code):
    own = [row for row in rows if row.account.code == code]
    return sum((row.debit for row in own), ZERO), sum((row.credit for row in own), ZERO)


def _is_listed(income, period, posted_here):
    vouchers = Voucher.objects.filter(
        source_kind="TAX_INCOME_LIST", source_id=income.pk, event="E01", state="POSTED"
    )
    return (vouchers & posted_here).exists() or (
        income.month == period.month and not vouchers.exists()
    )


def _is_unanswered(batch, period):
    if batch.state not in {"RELEASED", "SENDING", "UNKNOWN", "SENT"}:
        return False
    released = (batch.released_at + timedelta(hours=8)).date()  # Shanghai keeps one clock
    return batch.book_id == period.book_id and released <= last_day(period.month)


def _paid_offices(own):
    return {
        one.organisation_id
        for one in own
        if one.organisation_id and one.item_code and not one.is_closing
    }


def _signed_offices(period):
    return {
        one.organisation_id
        for one in OfficeStatement.objects.filter(book=period.book, month=period.month)
        if one.state in {"SIGNED", "CONFIRMED"}
    }


def plain_accounts(period):
    until = last_day(period.month)
    rows = []
    accounts = BankAccount.objects.filter(book=period.book, is_active=True)
    for account in accounts.select_related("ledger_account").order_by("ledger_account__code", "id"):
        moved = [
            one
            for one in AccountBalance.objects.filter(
                period__book=period.book, period__month__lte=period.month
            ).select_related("account")
            if one.account.code.startswith(account.ledger_account.code)
        ]
        bank = None
        for statement in BankStatement.objects.filter(bank_account=account):
            if statement.from_date <= until <= statement.until_date:
                before = [x for x in statement.lines.order_by("position") if x.value_date <= until]
                bank = before[-1].balance if before else statement.opening_balance
        sheets = BalanceAdjustment.objects.filter(bank_account=account, month=period.month)
        checked = any(one.state == "CHECKED" and one.run.is_current for one in sheets)
        rows.append((account.kind, account.number_masked, _net(moved), bool(moved), bank, checked))
    return rows


@pytest.mark.django_db(transaction=True)
class TestThePage:
    @pytest.fixture
    def signed_in(self, city, client):
        def sign_in(post):
            with city.tenant():
                user = city.user(post)
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            return client

        return sign_in

    def url(self, name, city, month=MONTH):
        with city.tenant():
            period = Period.objects.get(book=unemployment_book(), month=month)
        return reverse(f"reconciliation:{name}", args=[period.pk])

    def test_a_month_is_closed_and_opened_again_by_three_people(self, city, signed_in):
        with city.tenant():
            paid_month(city)
        page = signed_in("FACC").get(self.url("month_end", city))
        assert "检查全部通过后才能申请结账" in page.text
        assert f"{reverse('reconciliation:month')}?month=2026-10" in page.text
        answer = signed_in("FACC").post(self.url("month_end", city), {"explanation": ""})
        assert answer.status_code == 422
        assert "以下检查没有通过，不能结账" in answer.text
        with city.tenant():
            reconcile(city)
        page = signed_in("FACC").post(self.url("month_end", city), {"explanation": ""}, follow=True)
        assert "已申请结账，等待财务负责人结账" in page.text
        assert "待财务负责人结账" in page.text
        assert "待结账" in signed_in("FACC").get(reverse("funds:periods")).text
        with city.tenant():
            seen = PeriodRequest.objects.latest("pk").content_sha256
        decision = {"decision": "APPROVE", "opinion": "同意", "seen": seen}
        page = signed_in("FHEAD").post(self.url("month_end_close", city), decision, follow=True)
        assert "已结账，该月份不再接受凭证" in page.text
        page = signed_in("FHEAD").post(self.url("month_end_reopen", city), {"reason": ""})
        assert page.status_code == 422
        reason = {"reason": "漏记10月利息"}
        page = signed_in("FHEAD").post(self.url("month_end_reopen", city), reason, follow=True)
        assert "已申请反结账" in page.text
        assert "待主要领导批准反结账" in page.text
        with city.tenant():
            seen = PeriodRequest.objects.latest("pk").content_sha256
        decision = {"decision": "APPROVE", "opinion": "同意", "seen": seen}
        page = signed_in("HEAD").post(self.url("month_end_allow", city), decision, follow=True)
        assert "已反结账" in page.text
        with city.tenant():
            assert october().state == "OPEN"

    def test_who_reads_only_the_books_is_led_nowhere_else(self, city, signed_in):
        page = signed_in("SEAL").get(self.url("month_end", city))
        assert f"{reverse('funds:vouchers')}?month=202610" in page.text
        for name in ("reconciliation:month", "reconciliation:differences", "payouts:batches"):
            assert f'href="{reverse(name)}?' not in page.text

    def test_the_year_is_carried_forward_from_the_board(self, city, signed_in):
        with city.tenant():
            open_periods(book=unemployment_book(), first_month=date(2025, 12, 1), months=1)
            posted(city, day=date(2025, 12, 9))
        december = date(2025, 12, 1)
        page = signed_in("FACC").get(self.url("month_end", city, december))
        assert "填制年末结转凭证" in page.text
        url = self.url("month_end_carry", city, december)
        assert "已填制年末结转凭证" in signed_in("FACC").post(url, follow=True).text
        with city.tenant():
            assert Voucher.objects.latest("pk").event == "E34"
        assert "还有1张凭证没有过账" in signed_in("FACC").post(url, follow=True).text
