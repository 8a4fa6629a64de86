"""Movements without a permitted edge: found at import, approved by three, booked once."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from accounts.enums import Decision
from accounts.models import Notice
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import ContentChanged, OpinionMissing
from common.actor import Job
from funds.enums import BusinessEvent, FlowFindingKind, FlowFindingState, FlowPlace, SourceKind
from funds.models import FlowEdge, FlowFinding, Period, Voucher
from funds.selectors.worklist import list_waiting_work
from funds.services import flow_findings, periods
from funds.services.bank_statements import import_bank_statement
from funds.services.drafting import SourceAlreadyBooked
from funds.services.voucher_rules import SpecialApprovalMissing
from funds.services.vouchers import draft_voucher, void_voucher
from tests.city import NOW, TODAY, found_city
from tests.funds.builders import close_month, credit, debit, post, posted, sign, voucher_draft, yuan
from tests.funds.flow_findings import (
    SCAN,
    account_of,
    applied,
    approved,
    decided,
    found,
    load,
    number_of,
    statement,
)
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db
PLACES = ("INCOME", "FISCAL", "EXPENDITURE")


def run(statement_: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement_, values)


def twin(lines) -> set[tuple]:
    """The slow twin of find_flow_findings.sql over the lines of one statement, without pairs."""
    permitted = {(e.from_place, e.to_place) for e in FlowEdge.objects.all()}
    numbers = {}
    for book in ("UNEMPLOYMENT", "LANDLESS_FARMERS"):
        for kind in PLACES:
            account = account_of(kind, book)
            numbers[account.number_key] = account
    wrong = set()
    for line in lines:
        own = line.statement.bank_account
        other = numbers.get(line.counter_key)
        if other is not None and other.book_id != own.book_id:
            wrong.add((line.serial, FlowFindingKind.OTHER_BOOK))
            continue
        if other is not None:
            place = other.kind
        elif line.counterparty.startswith("国家金库"):
            place = FlowPlace.TREASURY
        else:
            place = FlowPlace.OUTSIDE
        flow = (own.kind, place) if line.debit else (place, own.kind)
        if flow not in permitted:
            wrong.add((line.serial, FlowFindingKind.NO_EDGE))
    return wrong


class TestFinding:
    def test_between_our_accounts_only_the_edges_are_let_through(self, city):
        # Every pair of the three accounts, both ways, and the treasury, the outside, another
        # book; amounts differ, so that no movement is taken for another.
        for place, own in enumerate(PLACES):
            others = [("本单位", number_of(city, kind)) for kind in PLACES if kind != own]
            others += [("国家金库攀枝花市中心支库", ""), ("某公司", "62270001000100010")]
            others += [("本单位", number_of(city, "FISCAL", "LANDLESS_FARMERS"))]
            movements = []
            for step, (name, number) in enumerate(others, start=1):
                out, back = (f"{place * 100 + step + more}.00" for more in (0, 50))
                movements.append(("2026-10-09", out, "0.00", name, number))
                movements.append(("2026-10-09", "0.00", back, name, number))
            load(city, statement(number_of(city, own), *movements))
            lines = (
                account_of(own)
                .bankstatement_set.get()
                .lines.select_related("statement__bank_account")
            )
            rows = FlowFinding.objects.filter(bank_account__kind=own)
            assert set(rows.values_list("statement_line__serial", "kind")) == twin(lines)
        between = FlowFinding.objects.filter(kind="NO_EDGE")
        # By hand from 财社〔2017〕144号: 收入户 pays only 财政专户 and the outside, so not 支出户
        # and not the treasury; 财政专户 pays 支出户, not 收入户; 支出户 pays 财政专户, not 收入户;
        # the treasury pays 财政专户 alone.
        assert set(between.values_list("from_place", "to_place")) == {
            ("INCOME", "EXPENDITURE"), ("EXPENDITURE", "INCOME"), ("FISCAL", "INCOME"),
            ("INCOME", "TREASURY"), ("FISCAL", "TREASURY"), ("EXPENDITURE", "TREASURY"),
            ("TREASURY", "INCOME"), ("TREASURY", "EXPENDITURE"),
        }  # fmt: skip

    def test_a_finding_says_what_why_and_who(self, city):
        finding = found(city)
        assert (finding.kind, finding.state, finding.amount) == ("NO_EDGE", "OPEN", yuan("3000"))
        assert (finding.from_place, finding.to_place) == ("INCOME", "EXPENDITURE")
        assert finding.value_date == date(2026, 10, 20)
        assert finding.owner_id == city.actor("FCASH").user_id
        assert finding.counter_account == account_of("EXPENDITURE")

    def test_accountants_and_head_of_finance_hear_of_it_at_once(self, city):
        found(city)
        told = Notice.objects.filter(text__contains="收入户对账单有1笔资金流向异常")
        wanted = {city.actor(code).user_id for code in ("FACC", "FACC2", "FHEAD")}
        assert set(told.values_list("recipient_id", flat=True)) == wanted

    def test_a_job_finds_it_too_and_names_nobody(self, city):
        paid = ("2026-10-20", "1.00", "0.00", "本单位", number_of(city, "EXPENDITURE"))
        outcome = import_bank_statement(
            actor=Job(city.pool.pk, "poll"), content=statement(number_of(city, "INCOME"), paid),
            file_name="a", at=NOW,
        )  # fmt: skip
        assert outcome.finding_count == 1
        assert FlowFinding.objects.get().owner is None

    def test_a_permitted_movement_is_no_finding(self, city):
        moved = ("2026-10-20", "3000.00", "0.00", "市财政局", number_of(city, "FISCAL"))
        assert load(city, statement(number_of(city, "INCOME"), moved)).finding_count == 0

    def test_the_other_accounts_statement_finds_no_second_one(self, city):
        income, spending = number_of(city, "INCOME"), number_of(city, "EXPENDITURE")
        paid = ("2026-10-20", "3000.00", "0.00", "本单位", spending)
        came = ("2026-10-20", "0.00", "3000.00", "本单位", income)
        assert load(city, statement(income, paid)).finding_count == 1
        # Twice on this side, once on that: the second movement is news, the first is not.
        assert load(city, statement(spending, came, came)).finding_count == 1
        days = "2026-11-01,2026-11-02"
        later = ("2026-11-01", "3000.00", "0.00", "本单位", spending)
        following = statement(income, later, later, opening="7000.00", days=days)
        assert load(city, following).finding_count == 1
        assert FlowFinding.objects.count() == 3

    def test_the_same_file_again_finds_nothing_more(self, city):
        finding = found(city)
        paid = ("2026-10-20", "3000.00", "0.00", "市就业服务管理局", number_of(city, "EXPENDITURE"))
        load(city, statement(number_of(city, "INCOME"), paid))
        assert list(FlowFinding.objects.all()) == [finding]


class TestApproval:
    def test_three_people_sign_and_only_then_it_is_approved(self, city):
        finding = applied(city, found(city))
        assert (finding.state, finding.owner_id) == ("REVIEW", city.actor("FACC").user_id)
        finding = decided(city, finding, "FHEAD")
        assert finding.state == FlowFindingState.APPROVAL
        with pytest.raises(DutyNotHeld):
            decided(city, finding, "FHEAD")
        assert decided(city, finding, "HEAD").state == FlowFindingState.APPROVED

    @pytest.mark.parametrize("post_code", ["FHEAD", "FCASH", "HEAD", "FCHK"])
    def test_only_the_accountant_applies(self, city, post_code):
        with pytest.raises(DutyNotHeld):
            flow_findings.apply_for_approval(
                actor=city.actor(post_code), finding_id=found(city).pk,
                application=flow_findings.Application("误划", SCAN), at=NOW,
            )  # fmt: skip

    def test_an_application_needs_a_reason_and_comes_once(self, city):
        finding = found(city)
        with pytest.raises(flow_findings.FindingReasonMissing):
            applied(city, finding, " ")
        applied(city, finding)
        with pytest.raises(flow_findings.FindingNotWaiting):
            applied(city, finding)

    def test_nothing_is_signed_before_it_is_asked_for(self, city):
        with pytest.raises(flow_findings.FindingNotWaiting):
            decided(city, found(city), "FHEAD")

    def test_sent_back_it_is_asked_for_again_and_signed_anew(self, city):
        finding = decided(city, applied(city, found(city)), "FHEAD")
        with pytest.raises(OpinionMissing):
            decided(city, finding, "HEAD", Decision.RETURN, "")
        finding = decided(city, finding, "HEAD", Decision.RETURN, "请补充银行回单")
        assert finding.state == FlowFindingState.RETURNED
        finding = applied(city, finding, "出纳误划，附银行回单")
        assert (finding.state, finding.round) == ("REVIEW", 2)
        assert decided(city, decided(city, finding, "FHEAD"), "HEAD").state == "APPROVED"

    def test_what_was_not_seen_is_not_signed(self, city):
        finding = applied(city, found(city))
        finding.content_sha256 = "0" * 64
        with pytest.raises(ContentChanged):
            decided(city, finding, "FHEAD")

    def test_the_database_wants_three_signatures_and_a_document(self, city):
        finding = decided(city, applied(city, found(city)), "FHEAD")
        approve = "UPDATE funds_flowfinding SET state = 'APPROVED' WHERE id = %s"
        assert refused_by(lambda: run(approve, finding.pk)) == "flow_finding_signed_by_three"

    @pytest.mark.parametrize(
        "change",
        ["amount = amount + 1", "value_date = value_date + 1", "to_place = 'FISCAL'",
         "reason = '另一事由'", "round = round + 1", "owner_id = NULL"],
    )  # fmt: skip
    def test_what_was_found_and_asked_never_changes(self, city, change):
        finding = applied(city, found(city))
        statement_ = f"UPDATE funds_flowfinding SET {change} WHERE id = %s"
        assert refused_by(lambda: run(statement_, finding.pk)) == "flow_finding_never_changes"

    def test_a_finding_starts_open_from_its_own_line(self, city):
        found(city)
        copied = (
            "INSERT INTO funds_flowfinding (pool_id, book_id, statement_line_id, bank_account_id,"
            " kind, from_place, to_place, amount, value_date, found_at, state, round, reason,"
            " content_sha256) SELECT pool_id, book_id, statement_line_id, bank_account_id, kind,"
            " from_place, to_place, amount + 1, value_date, found_at, 'OPEN', 0, '', ''"
            " FROM funds_flowfinding"
        )
        assert refused_by(lambda: run(copied)) == "flow_finding_starts_from_its_line"

    def test_nobody_deletes_a_finding(self, city):
        found(city)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            run("DELETE FROM funds_flowfinding")


def special(city, finding, *lines, event=BusinessEvent.SPECIAL_BUSINESS, **changes):
    """Draft a SPECIAL voucher as the service would, with other lines or another source."""
    lines = lines or (debit("1004", "3000"), credit("1002", "3000"))
    values = {"source_kind": SourceKind.SPECIAL_BUSINESS, "source_id": finding.pk} | changes
    draft = voucher_draft(*lines, event=event, day=date(2026, 10, 20), **values)
    return draft_voucher(actor=city.actor("FACC"), draft=draft, at=NOW)


def booked_from(city, finding) -> Voucher:
    return flow_findings.draft_special_voucher(
        actor=city.actor("FACC"), finding_id=finding.pk, at=NOW
    )


class TestBooking:
    def test_an_approved_movement_is_booked_as_the_bank_moved_it(self, city):
        posted(city, debit("1002", "9000"), credit("4301", "9000"), day=date(2026, 10, 1))
        voucher = post(city, booked_from(city, approved(city, found(city))))
        rows = voucher.lines.values_list("account__code", "debit", "credit")
        assert list(rows.order_by("position")) == [
            ("1004", yuan("3000"), Decimal("0.00")),
            ("1002", Decimal("0.00"), yuan("3000")),
        ]
        assert (voucher.event, voucher.voucher_date) == ("SPECIAL", date(2026, 10, 20))
        assert (voucher.state, voucher.edge_id) == ("POSTED", None)

    @pytest.mark.parametrize("far", [0, 1, 2])
    def test_before_approval_there_is_no_voucher(self, city, far):
        finding = found(city)
        if far:
            finding = applied(city, finding)
        if far == 2:
            finding = decided(city, finding, "FHEAD")
        with pytest.raises(flow_findings.FindingNotApproved):
            booked_from(city, finding)
        with pytest.raises(SpecialApprovalMissing):
            special(city, finding)

    def test_without_an_approval_no_special_voucher_is_entered(self, city):
        with pytest.raises(SpecialApprovalMissing):
            special(city, approved(city, found(city)), source_kind=SourceKind.NONE, source_id=None)

    def test_an_approval_is_used_once_while_its_voucher_stands(self, city):
        finding = approved(city, found(city))
        voucher = booked_from(city, finding)
        with pytest.raises(SourceAlreadyBooked):
            booked_from(city, finding)
        void_voucher(actor=city.actor("FCHK"), voucher_id=voucher.pk, at=NOW, reason="附件不全")
        assert booked_from(city, finding).pk != voucher.pk

    @pytest.mark.parametrize(
        "lines",
        [
            (debit("1004", "2999.99"), credit("1002", "2999.99")),
            (debit("1002", "3000"), credit("1004", "3000")),
            (debit("100301", "3000"), credit("1002", "3000")),
            (debit("1004", "3000"), credit("450199", "3000")),
        ],
        ids=["another amount", "the other way", "another account", "from outside"],
    )
    def test_another_amount_or_movement_does_not_post(self, city, lines):
        voucher = special(city, approved(city, found(city)), *lines)
        voucher = sign(city, voucher, until="BOOKING")
        with pytest.raises(SpecialApprovalMissing):
            sign(city, voucher, until="POSTED")

    def test_between_books_each_book_owes_the_other(self, city):
        farmers = number_of(city, "FISCAL", "LANDLESS_FARMERS")
        paid = ("2026-10-20", "500.00", "0.00", "市财政局", farmers)
        came = ("2026-10-21", "0.00", "200.00", "市财政局", farmers)
        load(city, statement(number_of(city, "FISCAL"), paid, came))
        out, back = FlowFinding.objects.order_by("id")
        found_accounts = [flow_findings.accounts_of(row) for row in (out, back)]
        assert found_accounts == [("110199", "100301"), ("100301", "200199")]
        voucher = post(city, booked_from(city, approved(city, out)))
        assert voucher.state == "POSTED"

    def test_money_straight_from_the_treasury_is_booked_from_its_account(self, city):
        came = ("2026-10-20", "0.00", "500.00", "国家金库攀枝花市中心支库", "")
        load(city, statement(number_of(city, "INCOME"), came))
        assert flow_findings.accounts_of(FlowFinding.objects.get()) == ("1002", "1005")


class TestClosing:
    def close_all(self, city, until: date) -> None:
        """Close the open months up to this one, each asked for by one and closed by another."""
        for period in Period.objects.filter(
            book__kind="UNEMPLOYMENT", month__lte=until, state="OPEN"
        ).order_by("month"):
            close_month(city, period)

    def test_a_month_does_not_close_over_a_finding(self, city):
        self.close_all(city, date(2026, 9, 1))
        finding = found(city)
        with pytest.raises(periods.FindingsUnanswered, match=r"1笔资金流向异常.*3,000\.00元"):
            self.close_all(city, date(2026, 10, 1))
        close = (
            "UPDATE funds_period SET state = 'CLOSED', closed_at = now()"
            " WHERE month = '2026-10-01' AND book_id = %s"
        )
        rule = refused_by(lambda: run(close, finding.book_id))
        assert rule == "period_without_flow_findings"
        approved(city, finding)
        self.close_all(city, date(2026, 10, 1))

    def test_a_finding_of_a_later_month_or_another_book_does_not_keep_it_open(self, city):
        spending = number_of(city, "EXPENDITURE")
        paid = ("2026-11-01", "1.00", "0.00", "本单位", spending)
        days = "2026-11-01,2026-11-02"
        load(city, statement(number_of(city, "INCOME"), paid, days=days))
        other = number_of(city, "INCOME", "LANDLESS_FARMERS")
        of_farmers = number_of(city, "EXPENDITURE", "LANDLESS_FARMERS")
        load(city, statement(other, ("2026-10-20", "1.00", "0.00", "本单位", of_farmers)))
        self.close_all(city, date(2026, 10, 1))

    def test_a_voucher_of_a_closed_months_movement_takes_todays_date(self, city):
        self.close_all(city, date(2026, 10, 1))
        voucher = booked_from(city, approved(city, found(city)))
        assert voucher.voucher_date == NOW.date()


def test_each_desk_says_what_waits_there(city):
    def lines() -> dict:
        return {
            code: [
                (work.label, work.count)
                for work in list_waiting_work(actor=city.actor(code), today=TODAY)
                if "特殊业务" in work.label or "资金流向" in work.label
            ]
            for code in ("FACC", "FHEAD", "HEAD", "FCHK")
        }

    finding = found(city)
    assert lines() == {
        "FACC": [("资金流向异常待申请", 1)], "FHEAD": [("资金流向异常待会计申请", 1)],
        "HEAD": [], "FCHK": [],
    }  # fmt: skip
    finding = applied(city, finding)
    assert (lines()["FACC"], lines()["FHEAD"]) == ([], [("待审核特殊业务", 1)])
    finding = decided(city, finding, "FHEAD")
    assert lines()["HEAD"] == [("待批准特殊业务", 1)]
    finding = decided(city, finding, "HEAD")
    assert lines()["FACC"] == [("待填制特殊业务凭证", 1)]
    booked_from(city, finding)
    assert not any(lines().values())


@pytest.mark.django_db(transaction=True)
class TestPages:
    @pytest.fixture
    def desk(self, client, time_machine):
        time_machine.move_to("2026-11-02T09:00:00+08:00", tick=True)
        city = found_city()
        with city.tenant():
            self.finding = found(city)

        def sign_in(post_code: str, office: str = "510400"):
            with city.tenant():
                user = city.user(post_code, office)
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            return client

        self.city = city
        return sign_in

    def url(self, name: str = "flow_finding") -> str:
        return reverse(f"funds:{name}", args=[self.finding.pk])

    def state(self) -> str:
        with self.city.tenant():
            return FlowFinding.objects.get().state

    def test_list_statement_and_page_show_it(self, desk):
        page = desk("SUPV").get(reverse("funds:flow_findings"), {"state": "OPEN"}).content.decode()
        assert "收入户 → 支出户" in page
        with self.city.tenant():
            statement_id = self.finding.statement_line.statement_id
        sheet = desk("FCASH").get(reverse("funds:bank_statement", args=[statement_id]))
        assert "批准后才能记账和结账" in sheet.content.decode()
        one = desk("AUDX").get(self.url()).content.decode()
        assert "账户之间不许可的流向" in one
        assert "提交申请" not in one

    def test_the_way_through_the_pages(self, desk):
        scan = SimpleUploadedFile("a.pdf", SCAN.content, "application/pdf")
        desk("FACC").post(self.url("flow_finding_apply"), {"reason": "误划", "scan": scan})
        assert self.state() == "REVIEW"
        for code, after in (("FHEAD", "APPROVAL"), ("HEAD", "APPROVED")):
            page = desk(code).get(self.url())
            seen = page.context["decision_form"].initial["seen"]
            answer = {"decision": "APPROVE", "opinion": "同意", "seen": seen}
            desk(code).post(self.url("flow_finding_decide"), answer)
            assert self.state() == after
        assert "填制特殊业务凭证" in desk("FACC").get(self.url()).content.decode()
        desk("FACC").post(self.url("flow_finding_voucher"))
        with self.city.tenant():
            voucher = Voucher.objects.get(event="SPECIAL")
        assert "填制特殊业务凭证" not in desk("FACC").get(self.url()).content.decode()
        page = desk("FCHK").get(reverse("funds:voucher", args=[voucher.pk])).content.decode()
        assert self.url() in page

    def test_an_application_without_its_document_stays_in_the_form(self, desk):
        answer = desk("FACC").post(self.url("flow_finding_apply"), {"reason": "误划"})
        assert answer.status_code == 422
        assert "误划" in answer.content.decode()
        assert self.state() == "OPEN"
