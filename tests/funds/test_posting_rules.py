"""Every event debits and credits what the regulation says, and moves money only where it may.

Source: 财会〔2017〕28号; 财社〔2017〕144号第三十九至四十二条.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.services import signatures
from common.db import violated_constraint
from funds.enums import BusinessEvent, FlowPlace, SourceKind, VoucherState
from funds.models import FlowEdge, PostingAccount, PostingRule, Voucher, VoucherLine
from funds.posting_rules import RULES, UNRULED
from funds.selectors.books import city_centre
from funds.services import vouchers
from funds.services.drafting import content_of, lines_of, matter_of
from funds.services.founding import open_periods
from tests.city import NOW, TODAY
from tests.funds.builders import (
    credit,
    debit,
    drafted,
    post,
    posted,
    ready,
    sign,
    source_of,
    voucher_draft,
)

pytestmark = pytest.mark.django_db
E = BusinessEvent
OUT, TREASURY = FlowPlace.OUTSIDE, FlowPlace.TREASURY
INCOME, FISCAL, SPENDING = FlowPlace.INCOME, FlowPlace.FISCAL, FlowPlace.EXPENDITURE

# The entries of the regulation, one line per direction money can take: event, debits, credits,
# from and to. Amounts are invented; each entry balances.
ENTRIES = (
    (E.TREASURY_INTEREST, {"1005": 8}, {"420101": 8}, (OUT, TREASURY)),
    (E.PREMIUM_DIRECT, {"1002": 50}, {"400101": 50}, (OUT, INCOME)),
    (E.PREMIUM_DIRECT, {"100301": 50}, {"400104": 50}, (OUT, FISCAL)),
    (E.PREMIUM_REFUND, {"400101": 7}, {"1002": 7}, (INCOME, OUT)),
    (E.PREMIUM_REFUND_EARLIER, {"5401": 7}, {"1004": 7}, (SPENDING, OUT)),
    (E.INCOME_TO_FISCAL, {"100301": 50}, {"1002": 50}, (INCOME, FISCAL)),
    (E.ALLOTMENT, {"1004": 40}, {"100301": 40}, (FISCAL, SPENDING)),
    (E.BENEFIT_PAID, {"500101": 18, "5104": 2}, {"1004": 20}, (SPENDING, OUT)),
    (E.BENEFIT_PAID_GROSS, {"500101": 18, "110101": 2}, {"1004": 20}, (SPENDING, OUT)),
    (E.FAILED_CREDIT_BACK, {"1004": 2}, {"110101": 2}, (OUT, SPENDING)),
    (E.LATE_RETURN, {"1004": 18}, {"500101": 18}, (OUT, SPENDING)),
    (E.EARLIER_YEAR_RETURN, {"1002": 18}, {"450102": 18}, (OUT, INCOME)),
    (E.RECOVERY, {"1002": 18}, {"500101": 18}, (OUT, INCOME)),
    (E.REISSUE, {"200101": 18}, {"1004": 18}, (SPENDING, OUT)),
    (E.REISSUE, {"500101": 18, "110101": 2}, {"1004": 20}, (SPENDING, OUT)),
    (E.MEDICAL_PREMIUM, {"500102": 4}, {"1004": 4}, (SPENDING, OUT)),
    (E.STABILITY_SUBSIDY, {"5104": 30}, {"1004": 30}, (SPENDING, OUT)),
    (E.SKILL_SUBSIDY, {"5105": 10}, {"1004": 10}, (SPENDING, OUT)),
    (E.TRANSFER_IN, {"1002": 26}, {"4301": 26}, (OUT, INCOME)),
    (E.TRANSFER_IN_RETURNED, {"4301": 26}, {"1002": 26}, (INCOME, OUT)),
    (E.TRANSFER_OUT, {"5201": 26}, {"1004": 26}, (SPENDING, OUT)),
    (E.TRANSFER_OUT_RETURNED, {"1002": 26}, {"5201": 26}, (OUT, INCOME)),
    (E.BANK_INTEREST, {"1004": 1}, {"420101": 1}, (OUT, SPENDING)),
    (E.INTEREST_TO_FISCAL, {"100301": 1}, {"1004": 1}, (SPENDING, FISCAL)),
    (E.FISCAL_SUBSIDY, {"100301": 90}, {"4101": 90}, (OUT, FISCAL)),
    (E.HIGHER_SUBSIDY, {"1004": 90}, {"4401": 90}, (OUT, SPENDING)),
    (E.TO_HIGHER_LEVEL, {"5301": 9}, {"100301": 9}, (FISCAL, OUT)),
    (E.DEPOSIT_PLACED, {"100302": 60}, {"100301": 60}, None),
    (E.DEPOSIT_MATURED, {"100301": 61}, {"100302": 60, "420101": 1}, (OUT, FISCAL)),
    (E.BOND_BOUGHT, {"1201": 60}, {"100301": 60}, (FISCAL, OUT)),
    (E.BOND_REDEEMED, {"100301": 63}, {"1201": 60, "420102": 3}, (OUT, FISCAL)),
    (E.UNKNOWN_RECEIPT, {"1002": 5}, {"200102": 5}, (OUT, INCOME)),
    (E.RECEIPT_IDENTIFIED, {"200102": 5}, {"4301": 5}, None),
    (E.LOAN_RECEIVED, {"100301": 99}, {"2101": 99}, (OUT, FISCAL)),
    (E.LOAN_REPAID, {"2101": 99, "5401": 1}, {"100301": 100}, (FISCAL, OUT)),
    (E.LOAN_REPAID_BY_FINANCE, {"2101": 99}, {"4101": 99}, None),
    (E.ADVANCE_PAID, {"110102": 6}, {"1004": 6}, (SPENDING, OUT)),
    (E.ADVANCE_RECOVERED, {"1004": 6}, {"110102": 6}, (OUT, SPENDING)),
    (E.ADVANCE_RECOVERED, {"500104": 6}, {"110102": 6}, None),
    (E.ADVANCE_WRITTEN_OFF, {"5401": 6}, {"110102": 6}, None),
    (E.PAYABLE_WRITTEN_OFF, {"200199": 6}, {"450199": 6}, None),
    (E.RECLASSIFICATION, {"500104": 6}, {"500105": 6}, None),
)


def lines(debits, credits):
    return [
        *(debit(code, str(amount)) for code, amount in debits.items()),
        *(credit(code, str(amount)) for code, amount in credits.items()),
    ]


@pytest.mark.parametrize(
    ("event", "debits", "credits", "flow"),
    ENTRIES,
    ids=[f"{event.value}-{'-'.join(debits)}" for event, debits, _, _ in ENTRIES],
)
def test_an_entry_of_the_regulation_is_drafted_along_its_edge(city, event, debits, credits, flow):
    voucher = drafted(city, *lines(debits, credits), event=event, **source_of(event))
    edge = voucher.edge
    assert (flow and (edge.from_place, edge.to_place)) == flow
    assert voucher.is_cash == any(code[:4] in {"1002", "1003", "1004"} for code in debits | credits)


def test_each_entry_of_the_regulation_passes_the_gate(city):
    # Those that come from the register alone are posted in test_entry_lines.py.
    given = [e for e in ENTRIES if RULES[e[0]].sources != (SourceKind.FUNDS_ENTRY,)]
    for event, debits, credits, _ in given:
        posted(city, *lines(debits, credits), event=event)
    assert Voucher.objects.filter(state=VoucherState.POSTED).count() == len(given)


def test_the_database_holds_the_same_rules():
    rows = {r.event: (r.document, tuple(r.sources), r.law) for r in PostingRule.objects.all()}
    assert rows == {
        rule.event.value: (rule.document, tuple(s.value for s in rule.sources), rule.law)
        for rule in RULES.values()
    }
    sides = set(PostingAccount.objects.values_list("rule_id", "side", "prefix"))
    assert sides == {
        (r.event.value, side, prefix)
        for r in RULES.values()
        for side, prefixes in (("DEBIT", r.debit), ("CREDIT", r.credit))
        for prefix in prefixes
    }
    edges = set(FlowEdge.objects.values_list("rule_id", "from_place", "to_place"))
    assert edges == {
        (r.event.value, start.value, end.value) for r in RULES.values() for start, end in r.edges
    }


def test_every_event_has_a_rule_or_is_judged_otherwise():
    assert {*RULES, *UNRULED} == set(BusinessEvent)


class TestWhatServicesRefuse:
    def test_an_account_on_the_wrong_side_is_named(self, city):
        with pytest.raises(vouchers.RuleViolated, match=r"第2条分录：.*不能贷记科目400101"):
            drafted(city, debit("1004", "1"), credit("400101", "1"), event=E.BANK_INTEREST)

    def test_a_flow_outside_the_closed_loop_is_refused(self, city):
        """Benefits are paid from the 支出户 alone."""
        with pytest.raises(vouchers.RuleViolated):
            drafted(city, debit("500102", "1"), credit("1002", "1"), event=E.MEDICAL_PREMIUM)

    def test_one_voucher_moves_money_one_way(self, city):
        both = (debit("1002", "1"), debit("1004", "1"), credit("420101", "2"))
        with pytest.raises(vouchers.FlowForbidden, match="一笔资金流动"):
            drafted(city, *both, event=E.BANK_INTEREST)

    @pytest.mark.parametrize("event", ["E01", "E08", "E09", "E34"])
    def test_what_comes_from_a_document_is_not_entered_by_hand(self, city, event):
        with pytest.raises(vouchers.SourceRequired, match="自动生成"):
            drafted(city, event=E(event), source_kind=SourceKind.NONE, source_id=None)


class TestWhatTheDatabaseRefuses:
    """The services aside: rows of the application role, signed by everybody."""

    def refusal(self, city, *wrong, **columns):
        """Return the rule by which the gate refuses a voucher of these lines, else its name."""
        model = ready(city)
        raw = Voucher.objects.create(
            **{
                "pool_id": model.pool_id,
                "book_id": model.book_id,
                "period_id": model.period_id,
                "voucher_date": model.voucher_date,
                "event": E.BANK_INTEREST,
                "summary": "x",
                "source_kind": "NONE",
                "attachment_count": 1,
                "content_sha256": "a" * 64,
                "prepared_at": NOW,
                "is_cash": True,
                "edge": FlowEdge.objects.get(rule_id="E20", to_place="EXPENDITURE"),
                **columns,
            }
        )
        codes = {a.code: a for a in model.lines.first().account.book.ledgeraccount_set.all()}
        VoucherLine.objects.bulk_create(
            VoucherLine(
                pool_id=raw.pool_id,
                voucher=raw,
                position=place,
                account=codes[line.account_code],
                summary="x",
                debit=line.debit,
                credit=line.credit,
            )
            for place, line in enumerate(wrong, start=1)
        )
        sign(city, raw, until=VoucherState.BOOKING)
        signatures.approve(city.actor("FACC2"), matter_of(raw, city_centre()), "POST", NOW)
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute("UPDATE funds_period SET last_number = 1 WHERE id = %s", [raw.period_id])
            try:
                with transaction.atomic():
                    cursor.execute(
                        "UPDATE funds_voucher SET state = 'POSTED', number = 1, posted_at = now()"
                        " WHERE id = %s",
                        [raw.pk],
                    )
            except DatabaseError as error:
                return violated_constraint(error)
        return ""

    INTEREST = (debit("1004", "1"), credit("420101", "1"))

    def test_what_follows_its_rule_posts(self, city):
        assert self.refusal(city, *self.INTEREST) == ""

    def test_an_account_that_is_not_the_events(self, city):
        rule = self.refusal(city, debit("1004", "1"), credit("400101", "1"))
        assert rule == "voucher_follows_its_rule"

    def test_a_voucher_that_does_not_say_it_moves_money(self, city):
        assert self.refusal(city, *self.INTEREST, is_cash=False) == "voucher_cash_marked"

    def test_a_movement_without_an_edge(self, city):
        assert self.refusal(city, *self.INTEREST, edge=None) == "voucher_flow_permitted"

    def test_a_movement_along_another_edge(self, city):
        other = FlowEdge.objects.get(rule_id="E20", to_place="INCOME")
        assert self.refusal(city, *self.INTEREST, edge=other) == "voucher_flow_permitted"

    def test_an_edge_of_another_event(self, city):
        other = FlowEdge.objects.get(rule_id="E11")
        assert self.refusal(city, *self.INTEREST, edge=other) == "voucher_flow_permitted"

    def test_two_movements_in_one_voucher(self, city):
        both = (debit("1002", "1"), debit("1004", "1"), credit("420101", "2"))
        assert self.refusal(city, *both) == "voucher_flow_permitted"

    def test_income_without_the_tax_authoritys_list(self, city):
        tax = (debit("1005", "1"), credit("400101", "1"))
        edge = FlowEdge.objects.get(rule_id="E01")
        values = {"event": "E01", "is_cash": False, "edge": edge}
        assert self.refusal(city, *tax, **values) == "voucher_from_its_source"
        listed = {"source_kind": "TAX_INCOME_LIST", "source_id": 77}
        assert self.refusal(city, *tax, **values, **listed) == "voucher_equals_its_tax_list"

    def test_a_reversal_that_is_not_its_originals_mirror(self, city):
        original = posted(city, debit("1004", "2"), credit("420101", "2"), day=date(2026, 10, 5))
        turned = (debit("420101", "1"), credit("1004", "1"))
        values = {"event": "REVERSAL", "edge": None, "reverses": original}
        assert self.refusal(city, *turned, **values) == "voucher_mirrors_its_original"

    def test_special_business_without_its_approval(self, city):
        wrong_way = (debit("1004", "1"), credit("1002", "1"))
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            self.refusal(city, *wrong_way, event="SPECIAL", edge=None)
        assert violated_constraint(caught.value) == "voucher_has_special_approval"

    def test_what_was_signed_is_not_changed_before_posting(self, city):
        voucher = ready(city)
        for change in ("event = 'E20'", "edge_id = NULL", "voucher_date = voucher_date + 1"):
            with (
                pytest.raises(DatabaseError) as caught,
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"UPDATE funds_voucher SET {change} WHERE id = %s", [voucher.pk])
            assert violated_constraint(caught.value) == "voucher_content_never_changes"

    @pytest.mark.parametrize("table", ["postingrule", "postingaccount", "flowedge"])
    def test_the_application_does_not_change_the_rules(self, table):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM funds_{table}")


class TestCorrections:
    """会计基础工作规范: 注销 and 订正, the difference alone, and earlier years."""

    def correct(self, city, voucher, *changed, day=TODAY):
        return vouchers.correct_voucher(
            actor=city.actor("FACC"),
            voucher_id=voucher.pk,
            correction=vouchers.Correction(day, 1, changed, "金额写错"),
            at=NOW,
        )

    def reverse(self, city, voucher, day=TODAY):
        return vouchers.reverse_voucher(
            actor=city.actor("FACC"),
            voucher_id=voucher.pk,
            voucher_date=day,
            reason="科目写错",
            at=NOW,
        )

    def interest(self, city, amount="10", **more):
        return posted(city, debit("1004", amount), credit("420101", amount), **more)

    def test_after_the_red_voucher_stands_a_blue_one(self, city):
        wrong = self.interest(city)
        post(city, self.reverse(city, wrong))
        lines = (debit("1002", "10"), credit("420101", "10"))
        right = [replace(line, summary="") for line in lines]
        correction = post(city, self.correct(city, wrong, *right))
        assert correction.summary == "订正2026年11月2日记字第1号凭证"
        assert {line.summary for line in lines_of(correction)} == {correction.summary}
        assert (correction.event, correction.corrects_id) == ("E20", wrong.pk)

    def test_too_little_is_raised_by_the_difference(self, city):
        wrong = self.interest(city, "10")
        more = post(city, self.correct(city, wrong, debit("1004", "2"), credit("420101", "2")))
        assert more.summary == "订正2026年11月2日记字第1号凭证差额"

    def test_too_much_is_lowered_with_the_sides_exchanged(self, city):
        wrong = self.interest(city, "10")
        less = post(city, self.correct(city, wrong, debit("420101", "3"), credit("1004", "3")))
        assert less.state == VoucherState.POSTED
        assert (less.edge.from_place, less.edge.to_place) == (OUT, SPENDING)

    def test_another_account_needs_the_reversal_first(self, city):
        wrong = self.interest(city)
        with pytest.raises(vouchers.ReversalNeeded):
            self.correct(city, wrong, debit("1002", "10"), credit("420101", "10"))

    def test_a_voucher_is_corrected_once(self, city):
        wrong = self.interest(city)
        self.correct(city, wrong, debit("1004", "1"), credit("420101", "1"))
        with pytest.raises(vouchers.AlreadyCorrected):
            self.correct(city, wrong, debit("1004", "1"), credit("420101", "1"))

    def test_only_a_posted_voucher_is_corrected_and_with_a_reason(self, city):
        draft = drafted(city, debit("1004", "1"), credit("420101", "1"))
        with pytest.raises(vouchers.NotPosted):
            self.correct(city, draft, debit("1004", "1"), credit("420101", "1"))

    def test_an_earlier_year_is_corrected_in_blue_and_never_reversed(self, city):
        wrong = self.interest(city)
        open_periods(book=wrong.book, first_month=date(2027, 1, 1), months=1)
        with pytest.raises(vouchers.EarlierYear):
            self.reverse(city, wrong, day=date(2027, 1, 5))
        later = self.correct(
            city, wrong, debit("1002", "10"), credit("420101", "10"), day=date(2027, 1, 5)
        )
        assert later.summary == "更正2026年11月2日记字第1号凭证"
        assert later.voucher_date == date(2027, 1, 5)
        assert Decimal("10.00") == sum(line.debit for line in lines_of(later))


def test_the_drafts_hash_covers_what_it_corrects(city):
    draft = voucher_draft()
    assert content_of(draft) != content_of(replace(draft, corrects_id=5))
