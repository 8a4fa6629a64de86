"""收入户 pays the outside, and 支出户 takes money from it, for named business alone.

What no voucher names when the account is reconciled is a red finding: explained by the voucher
that books it, or approved as special business, before its month may close.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Notice
from common.actor import Job
from common.db import run_sql
from funds.enums import BusinessEvent, FlowFindingKind
from funds.models import BankAccount, BankStatementLine, FlowFinding, Period, Voucher
from funds.selectors.flow_findings import get_flow_finding
from funds.services import corrections, flow_findings
from funds.services.periods import FindingsUnanswered, check_findings
from reconciliation.services.ledger_bank import run_ledger_bank
from reconciliation.services.unnamed_movements import judge_every_account
from tests.city import found_city
from tests.funds.builders import close_until, credit, debit, posted
from tests.funds.flow_findings import approved, number_of
from tests.funds.flow_findings import found as found_between_accounts
from tests.reconciliation.build import AT, MONTH, bank_statement, finish
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 8)
E = BusinessEvent


def account(kind) -> BankAccount:
    return BankAccount.objects.get(kind=kind, book__kind="UNEMPLOYMENT", is_active=True)


def out_of_income(city, amount="300.00", day=DAY, other=()):
    """Let the bank pay this from 收入户, which 5,000.00 came to, known to the books."""
    posted(city, debit("1002", "5000"), credit("400101", "5000"), day=date(2026, 10, 1))
    moved = [
        (date(2026, 10, 1), "0.00", "5000.00", "S000001", "直接缴费"),
        (day, amount, "0.00", "S000002", "付款", *other),
    ]
    bank_statement(city, moved, account=account("INCOME"))


def into_spending(city, amount="800.00", day=DAY):
    """Let the bank take this into 支出户."""
    bank_statement(city, [(day, "0.00", amount, "S000003", "来款")], account=account("EXPENDITURE"))


def reconcile(city, kind):
    return run_ledger_bank(
        actor=city.actor("FCASH"), month=MONTH, at=AT, account_id=account(kind).pk
    )


def found(**wanted) -> list[FlowFinding]:
    return list(FlowFinding.objects.filter(**wanted).order_by("id"))


def remitted(city, amount="300", day=DAY) -> Voucher:
    """Book money remitted to the province: Dr 5301, Cr 1002 (E24), an edge of 收入户."""
    return posted(
        city, debit("5301", amount), credit("1002", amount), day=day, event=E.TO_HIGHER_LEVEL
    )


def interest(city, amount="800", day=DAY) -> Voucher:
    """Book the account's own interest: Dr 1004, Cr 420101 (E20), an edge of 支出户."""
    return posted(
        city, debit("1004", amount), credit("420101", amount), day=day, event=E.BANK_INTEREST
    )


class TestFinding:
    def test_what_left_the_income_account_unnamed_is_found_when_it_is_reconciled(self, city):
        out_of_income(city)
        assert found() == []
        sheet = reconcile(city, "INCOME")
        (one,) = found()
        assert (one.kind, one.from_place, one.to_place) == ("UNNAMED", "INCOME", "OUTSIDE")
        assert (one.amount, one.value_date, one.state) == (Decimal("300.00"), DAY, "OPEN")
        assert one.owner_id == city.actor("FCASH").user_id
        assert sheet.ledger_adjusted == sheet.bank_adjusted
        told = Notice.objects.filter(text__contains="1笔外部收付没有许可业务的凭证")
        assert set(told.values_list("recipient__name", flat=True)) >= {
            city.user("FACC").name,
            city.user("FHEAD").name,
        }

    def test_what_came_to_the_expenditure_account_unnamed_is_found_too(self, city):
        into_spending(city)
        reconcile(city, "EXPENDITURE")
        (one,) = found()
        assert (one.kind, one.from_place, one.to_place) == ("UNNAMED", "OUTSIDE", "EXPENDITURE")

    def test_reconciling_again_finds_nothing_twice(self, city):
        out_of_income(city)
        reconcile(city, "INCOME")
        reconcile(city, "INCOME")
        assert len(found()) == 1

    def test_named_business_is_no_finding(self, city):
        out_of_income(city)
        remitted(city)
        into_spending(city)
        interest(city)
        reconcile(city, "INCOME")
        reconcile(city, "EXPENDITURE")
        assert found() == []

    def test_the_other_directions_are_reconciled_without_findings(self, city):
        # The bank took premiums into 收入户 and paid from 支出户; the books know neither yet.
        income = [(DAY, "0.00", "40.00", "S000011", "直接缴费")]
        bank_statement(city, income, account=account("INCOME"))
        spent = [(DAY, "40.00", "0.00", "S000012", "待遇")]
        bank_statement(city, spent, account=account("EXPENDITURE"), opening="100.00")
        reconcile(city, "INCOME")
        reconcile(city, "EXPENDITURE")
        assert found() == []

    @pytest.mark.parametrize(("other", "count"), [((), 0), (("6227000100010001000",), 1)])
    def test_booked_as_if_to_our_own_account_it_names_nothing(self, city, other, count):
        """The books say it went to 财政专户; the bank names another account, or none."""
        out_of_income(city, other=other)
        posted(city, debit("100301", "300"), credit("1002", "300"), day=DAY)
        reconcile(city, "INCOME")
        assert len(found(kind=FlowFindingKind.UNNAMED)) == count


def twin(lines) -> set[str]:
    """The slow twin of insert_unnamed_movements.sql: the serials of what no business names."""
    own = {row.number_key for row in BankAccount.objects.all()}
    found = set()
    for line in lines:
        flow = (line.statement.bank_account.kind, "out" if line.debit else "in")
        is_outside = line.counter_key not in own and not line.counterparty.startswith("国家金库")
        if is_outside and flow in {("INCOME", "out"), ("EXPENDITURE", "in")}:
            found.add(line.serial)
    return found


@pytest.mark.parametrize("is_contradicted", [False, True])
def test_the_statement_keeps_what_its_slow_twin_keeps(city, is_contradicted):
    """Lines of every account, both ways, with every other side; contradicted ones name one."""
    others = ["", "6227000100010001000"]
    others += [number_of(city, kind) for kind in ("INCOME", "FISCAL", "EXPENDITURE")]
    for place, kind in enumerate(("INCOME", "FISCAL", "EXPENDITURE")):
        moved = [
            (DAY, out, back, f"{place}{step}{out}", "往来", *([other] if other else []))
            for step, other in enumerate(others)
            for out, back in (("1.00", "0.00"), ("0.00", "1.00"))
        ]
        bank_statement(city, moved, opening="100.00", account=account(kind))
    lines = list(BankStatementLine.objects.select_related("statement__bank_account"))
    ids = [line.pk for line in lines]
    kept = run_sql(
        "funds",
        "insert_unnamed_movements",
        {
            "line_ids": [] if is_contradicted else ids,
            "contradicted_ids": ids if is_contradicted else [],
            "found_at": AT,
            "owner_id": None,
        },
    )
    expected = twin(line for line in lines if line.counter_key or not is_contradicted)
    assert len(expected) == (2 if is_contradicted else 4)
    assert {row.statement_line.serial for row in found()} == expected
    assert len(kept) == len(expected)


class TestEachNight:
    def judge(self, city, today):
        job = Job(city.pool.pk, "test")
        return judge_every_account(actor=job, today=today, at=AT)

    def test_movements_are_judged_once_their_vouchers_had_time_to_come(self, city):
        out_of_income(city)
        assert self.judge(city, DAY + timedelta(days=3)) == 0
        assert self.judge(city, DAY + timedelta(days=4)) == 1
        assert self.judge(city, DAY + timedelta(days=5)) == 0
        (one,) = found()
        assert one.owner_id is None

    def test_a_closed_month_is_not_judged_again(self, city):
        """September was closed over its own reconciliation; the night looks at October."""
        close_until(city, date(2026, 9, 1))
        september = date(2026, 9, 1)
        moved = [
            (september, "0.00", "5000.00", "S000031", "直接缴费"),
            (date(2026, 9, 20), "300.00", "0.00", "S000032", "付款"),
        ]
        bank_statement(city, moved, account=account("INCOME"), month=september)
        assert self.judge(city, DAY) == 0
        assert found() == []

    def test_a_finding_booked_meanwhile_is_explained(self, city):
        out_of_income(city)
        self.judge(city, DAY + timedelta(days=4))
        voucher = remitted(city)
        self.judge(city, DAY + timedelta(days=5))
        (one,) = found()
        assert (one.state, one.voucher_id) == ("EXPLAINED", voucher.pk)

    def test_a_running_month_is_not_judged_to_its_last_day(self, city):
        """On 2 November the statement of 1 November waits; that of October does not."""
        out_of_income(city, day=date(2026, 10, 31))
        reconcile(city, "INCOME")
        assert len(found()) == 1
        moved = [(date(2026, 11, 1), "1.00", "0.00", "S000021", "付款")]
        november = date(2026, 11, 1)
        bank_statement(city, moved, account=account("INCOME"), opening="4700.00", month=november)
        run_ledger_bank(
            actor=city.actor("FCASH"), month=november, at=AT, account_id=account("INCOME").pk
        )
        assert len(found()) == 1


class TestAnswer:
    def october(self):
        return Period.objects.get(book=account("INCOME").book, month=MONTH)

    def test_its_month_closes_once_a_voucher_explains_it(self, city):
        out_of_income(city)
        reconcile(city, "INCOME")
        with pytest.raises(FindingsUnanswered):
            check_findings(self.october())
        voucher = remitted(city)
        reconcile(city, "INCOME")
        (one,) = found()
        assert (one.state, one.voucher_id) == ("EXPLAINED", voucher.pk)
        check_findings(self.october())
        sheet = get_flow_finding(actor=city.actor("FACC"), finding_id=one.pk)
        assert [link.id for link in sheet.vouchers] == [voucher.pk]

    def test_the_page_names_the_business_that_may_explain_it(self, city):
        into_spending(city)
        reconcile(city, "EXPENDITURE")
        sheet = get_flow_finding(actor=city.actor("FACC"), finding_id=found()[0].pk)
        # By hand from 财社〔2017〕144号: money returned, own interest, the province's allotment;
        # and what nobody knows yet (E28), or what was lent out comes back (E31).
        assert sheet.permitted == [
            E(code).label for code in ("E10B", "E11", "E12", "E13", "E20", "E23", "E28", "E31B")
        ]

    @pytest.mark.parametrize(
        ("kind", "accounts"), [("INCOME", ("110199", "1002")), ("EXPENDITURE", ("1004", "200199"))]
    )
    def test_no_permitted_business_needs_three_signatures_and_is_owed(self, city, kind, accounts):
        out_of_income(city) if kind == "INCOME" else into_spending(city)
        reconcile(city, kind)
        one = approved(city, found()[0])
        check_findings(self.october())
        draft = flow_findings.draft_special_voucher(
            actor=city.actor("FACC"), finding_id=one.pk, at=AT
        )
        voucher = finish(city, draft)
        lines = voucher.lines.order_by("position").values_list("account__code", flat=True)
        assert tuple(lines) == accounts
        sheet = reconcile(city, kind)
        assert not sheet.items.exists()
        assert [row.state for row in found()] == ["APPROVED"]

    def test_a_reversed_voucher_explains_nothing_any_more(self, city):
        out_of_income(city)
        reconcile(city, "INCOME")
        voucher = remitted(city)
        reconcile(city, "INCOME")
        reversal = corrections.reverse_voucher(
            actor=city.actor("FACC"),
            voucher_id=voucher.pk,
            voucher_date=DAY,
            reason="不是上解款",
            at=AT,
        )
        finish(city, reversal)
        sheet = reconcile(city, "INCOME")
        (one,) = found()
        assert (one.state, one.voucher_id) == ("OPEN", None)
        # The voucher and its reversal move nothing: only the bank's payment is outstanding.
        assert [(item.side, item.amount) for item in sheet.items.all()] == [
            ("BANK_PAID", Decimal("300.00"))
        ]


class TestDatabase:
    EXPLAIN = "UPDATE funds_flowfinding SET state = 'EXPLAINED', voucher_id = %s WHERE id = %s"
    RULE = "flow_finding_explained_by_its_business"

    @pytest.fixture
    def finding(self, city):
        out_of_income(city)
        reconcile(city, "INCOME")
        return found()[0]

    def test_a_voucher_of_the_movement_explains_it(self, city, finding):
        assert refused_by(self.EXPLAIN, remitted(city).pk, finding.pk) is None

    def test_another_amount_edge_or_account_does_not(self, city, finding):
        less = remitted(city, "299.99")
        inside = posted(city, debit("100301", "300"), credit("1002", "300"), day=DAY)
        other = posted(city, debit("5301", "300"), credit("100301", "300"), day=DAY)
        for voucher in (less, inside, other):
            assert refused_by(self.EXPLAIN, voucher.pk, finding.pk) == self.RULE

    def test_one_voucher_does_not_explain_more_than_its_amount(self, city, finding):
        voucher = remitted(city, "500")
        assert refused_by(self.EXPLAIN, voucher.pk, finding.pk) is None
        november = date(2026, 11, 1)
        moved = [(november, "201.00", "0.00", "S000022", "付款")]
        bank_statement(city, moved, account=account("INCOME"), opening="4700.00", month=november)
        judge_every_account(
            actor=Job(city.pool.pk, "test"), today=november + timedelta(days=9), at=AT
        )
        (second,) = found(state="OPEN")
        assert refused_by(self.EXPLAIN, voucher.pk, second.pk) == self.RULE

    def test_what_is_explained_stays_so_while_its_voucher_stands(self, city, finding):
        voucher = remitted(city)
        assert refused_by(self.EXPLAIN, voucher.pk, finding.pk) is None
        reopen = "UPDATE funds_flowfinding SET state = 'OPEN', voucher_id = NULL WHERE id = %s"
        assert refused_by(reopen, finding.pk) == self.RULE
        assert refused_by(self.EXPLAIN, remitted(city).pk, finding.pk) == self.RULE

    def test_explained_names_a_voucher_and_nothing_else_does(self, city, finding):
        bare = "UPDATE funds_flowfinding SET state = 'EXPLAINED' WHERE id = %s"
        rule = "flow_finding_explained_by_voucher"
        assert refused_by(bare, finding.pk) == rule
        named = "UPDATE funds_flowfinding SET voucher_id = %s WHERE id = %s"
        assert refused_by(named, remitted(city).pk, finding.pk) == rule

    def test_a_movement_between_accounts_is_not_explained(self, city):
        one = found_between_accounts(city)
        posted(city, debit("1002", "9000"), credit("4301", "9000"), day=date(2026, 10, 1))
        assert refused_by(self.EXPLAIN, remitted(city, "3000").pk, one.pk) == self.RULE


@pytest.mark.django_db(transaction=True)
def test_the_page_says_what_to_do(client, time_machine):
    time_machine.move_to("2026-11-02T09:00:00+08:00", tick=True)
    city = found_city()
    with city.tenant():
        into_spending(city)
        reconcile(city, "EXPENDITURE")
        url = reverse("funds:flow_finding", args=[found()[0].pk])
        user = city.user("FACC")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(url).content.decode()
    assert "账上没有对应的许可业务" in page
    assert E.BANK_INTEREST.label in page
    assert "申请特殊业务" in page
    with city.tenant():
        interest(city)
        reconcile(city, "EXPENDITURE")
    page = client.get(url).content.decode()
    assert "已有业务凭证，不需要申请特殊业务" in page
    assert "账上没有对应的许可业务" not in page
