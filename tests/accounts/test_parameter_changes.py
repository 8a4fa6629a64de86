"""Policy values and onboarding states change by an application that another person approves."""

from datetime import UTC, date, datetime

import pytest

from accounts.enums import Decision, Onboarding
from accounts.models import AuditEvent, Notice, Organisation, Parameter, ParameterChange
from accounts.parameter_values import (
    SHAPES,
    ParameterUnknown,
    ValueUnreadable,
    read_value,
    shape_of,
    typed_value,
)
from accounts.permissions import DutyNotHeld
from accounts.selectors.parameter_changes import list_waiting_changes
from accounts.selectors.parameter_texts import LABELS
from accounts.selectors.parameters import value_in_force, value_or
from accounts.services import parameter_changes as service
from accounts.services import signatures
from accounts.services.signatures import AlreadySigned, OpinionMissing, Verdict
from common.evidence import Evidence
from config.parameter_changes.checks import check_value
from payouts.calculators import RuleInvalid
from payouts.parameters import COMMON, DURATIONS, STANDARDS
from tests.city import NOW, TODAY, found_city
from tests.refusals import refused_by

EAST = "510402"
NEXT_MONTH = date(2026, 12, 1)
SCAN = Evidence("依据.pdf", "application/pdf", b"%PDF-1.7 basis")
GROUNDS = service.Grounds(
    "川人社发〔2026〕12号", "省里调整了标准", "每月约增支3万元，基金可承受", SCAN, SCAN
)


def ask(city, code="minimum_wage", value="2400.00", region="", day=NEXT_MONTH, until=None):
    wish = service.NewValue(code, region, value, day, until)
    return service.apply_for_value(
        actor=city.actor("DEPT"), wish=wish, grounds=GROUNDS, check=check_value, at=NOW
    )


def ask_onboarding(city, state, office=EAST):
    return service.apply_for_onboarding(
        actor=city.actor("DEPT"),
        organisation_id=city.offices[office].pk,
        state=state,
        grounds=GROUNDS,
        at=NOW,
    )


def decide(city, change, decision=Decision.APPROVE, opinion="同意", post="LEAD", at=NOW):
    verdict = Verdict(decision, opinion, at)
    return service.decide_change(actor=city.actor(post), change_id=change.pk, verdict=verdict)


class TestAValue:
    def test_one_asks_another_approves_and_it_holds_from_its_day(self, city):
        change = ask(city)
        assert value_in_force(code="minimum_wage", on=NEXT_MONTH) == "2330.00"
        decide(city, change)
        assert value_in_force(code="minimum_wage", on=date(2026, 11, 30)) == "2330.00"
        assert value_in_force(code="minimum_wage", on=NEXT_MONTH) == "2400.00"

    def test_both_acts_are_in_the_trail_and_the_applicant_is_told(self, city):
        change = decide(city, ask(city))
        found = AuditEvent.objects.filter(subject_id=change.pk, verb__contains="parameter_change")
        assert [event.verb.rpartition(".")[2] for event in found.order_by("id")] == [
            "requested",
            "decided",
        ]
        told = Notice.objects.filter(recipient_id=city.actor("DEPT").user_id)
        assert "已核准" in told.latest("id").text

    def test_a_district_gets_its_own_value(self, city):
        decide(city, ask(city, value="2250.00", region="510421"))
        assert value_in_force(code="minimum_wage", on=NEXT_MONTH, region_code="510421") == "2250.00"
        assert value_in_force(code="minimum_wage", on=NEXT_MONTH) == "2330.00"

    def test_a_value_with_an_end_gives_way_to_the_one_before(self, city):
        decide(city, ask(city, until=date(2026, 12, 31)))
        assert value_in_force(code="minimum_wage", on=date(2026, 12, 31)) == "2400.00"
        assert value_in_force(code="minimum_wage", on=date(2027, 1, 1)) == "2330.00"

    def test_a_refusal_needs_words_and_changes_nothing(self, city):
        change = ask(city)
        with pytest.raises(OpinionMissing):
            decide(city, change, Decision.REFUSE, "")
        decide(city, change, Decision.REFUSE, "依据不足")
        assert value_in_force(code="minimum_wage", on=NEXT_MONTH) == "2330.00"
        with pytest.raises(service.ChangeNotWaiting):
            decide(city, change)

    def test_each_post_does_its_own_part(self, city):
        with pytest.raises(DutyNotHeld):
            service.apply_for_value(
                actor=city.actor("LEAD"),
                wish=service.NewValue("minimum_wage", "", "2400.00", NEXT_MONTH, None),
                grounds=GROUNDS,
                check=check_value,
                at=NOW,
            )
        change = ask(city)
        with pytest.raises(DutyNotHeld):
            decide(city, change, post="DEPT")

    def test_it_waits_for_who_approves_and_for_nobody_else(self, city):
        ask(city)
        assert [w.count for w in list_waiting_changes(actor=city.actor("LEAD"), today=TODAY)] == [1]
        assert list_waiting_changes(actor=city.actor("DEPT"), today=TODAY) == []

    def test_it_begins_after_the_day_it_is_asked_for_and_approved(self, city):
        with pytest.raises(service.ChangeTooLate):
            ask(city, day=TODAY)
        change = ask(city)
        with pytest.raises(service.ChangeTooLate):
            decide(city, change, at=datetime(2026, 12, 1, 1, 0, tzinfo=UTC))
        assert value_in_force(code="minimum_wage", on=NEXT_MONTH) == "2330.00"

    def test_one_application_at_a_time_and_one_value_a_day(self, city):
        change = ask(city)
        with pytest.raises(service.ChangeWaiting):
            ask(city, value="2500.00")
        decide(city, change)
        with pytest.raises(service.ValueKnown):
            ask(city, value="2500.00")

    def test_a_table_beyond_the_law_is_refused(self, city):
        with pytest.raises(RuleInvalid):
            ask(city, code="duration", value={"kind": "STEPS", "steps": [[1, None, 13]]})


class TestTheDatabase:
    """The same refusals, whichever way the rows get in."""

    def test_an_application_changes_and_signs_nothing_by_itself(self, city):
        change = ask(city)
        rows = ParameterChange.objects.filter(pk=change.pk)
        assert (
            refused_by(lambda: rows.update(value="1.00")) == "parameter_change_stays_as_asked_for"
        )
        assert refused_by(lambda: rows.update(state="APPROVED")) == "parameter_change_signed_by_two"

    def test_an_application_starts_waiting(self, city):
        change = decide(city, ask(city))
        change.pk = None
        assert refused_by(change.save) == "parameter_change_starts_waiting"

    def test_a_value_is_exactly_what_was_signed(self, city):
        change = ask(city)
        signed = {"code": "minimum_wage", "valid_from": NEXT_MONTH, "source": change.source}
        assert (
            refused_by(
                lambda: Parameter.objects.create(
                    pool=city.pool, value=change.value, change=change, **signed
                )
            )
            == "parameter_as_signed"
        )
        decide(city, change)
        assert (
            refused_by(
                lambda: Parameter.objects.create(
                    pool=city.pool, value="9999.00", change=change, **signed
                )
            )
            == "parameter_as_signed"
        )

    def test_who_asked_never_signs_the_approval(self, city):
        change, matter = ask(city), service._matter
        with pytest.raises(AlreadySigned):
            signatures.approve(city.actor("DEPT"), matter(change), "DECIDE", NOW, "同意")


@pytest.mark.django_db(transaction=True)
class TestAfterTheFounding:
    def test_no_value_and_no_office_comes_in_unsigned(self):
        city = found_city()
        with city.tenant(city.actor("DEPT")):
            assert (
                refused_by(
                    lambda: Parameter.objects.create(
                        pool=city.pool,
                        code="large_plan",
                        value="9.00",
                        valid_from=NEXT_MONTH,
                        source="无",
                    )
                )
                == "parameter_as_signed"
            )
            east = Organisation.objects.filter(code=EAST)
            assert (
                refused_by(lambda: east.update(onboarding=Onboarding.TESTING))
                == "organisation_onboarding_as_signed"
            )
            other = east.get()
            other.pk, other.code = None, "510499"
            assert refused_by(other.save) == "organisation_starts_off_line"

    def test_an_approval_is_carried_out_once(self):
        city = found_city()
        with city.tenant(city.actor("DEPT")):
            decide(city, ask_onboarding(city, Onboarding.TESTING))
            decide(city, ask_onboarding(city, Onboarding.LIVE))
            decide(city, ask(city))
            east = Organisation.objects.filter(code=EAST)
            assert east.get().onboarding == Onboarding.LIVE
            assert (
                refused_by(lambda: east.update(onboarding=Onboarding.TESTING))
                == "organisation_onboarding_as_signed"
            )
            assert value_in_force(code="minimum_wage", on=NEXT_MONTH) == "2400.00"


class TestAnOffice:
    def test_goes_from_pilot_to_live_as_two_people_signed(self, city):
        Organisation.objects.filter(code=EAST).update(onboarding=Onboarding.PILOT)
        change = ask_onboarding(city, Onboarding.LIVE)
        assert Organisation.objects.get(code=EAST).onboarding == Onboarding.PILOT
        decide(city, change)
        assert Organisation.objects.get(code=EAST).onboarding == Onboarding.LIVE

    def test_skips_no_state(self, city):
        Organisation.objects.filter(code=EAST).update(onboarding=Onboarding.NOT_ONLINE)
        with pytest.raises(service.StateNotNext):
            ask_onboarding(city, Onboarding.LIVE)

    def test_is_not_brought_forward_by_a_refused_application(self, city):
        decide(city, ask_onboarding(city, Onboarding.TESTING), Decision.REFUSE, "暂不调整")
        assert Organisation.objects.get(code=EAST).onboarding == Onboarding.LIVE


class TestTyping:
    def test_every_parameter_has_a_shape(self):
        assert set(SHAPES) == set(LABELS) - {"onboarding"}

    @pytest.mark.parametrize(
        ("code", "value"),
        [
            *((code, value) for code, value, _ in COMMON),
            *(("duration", value) for value, _ in DURATIONS.values()),
            *(("benefit_standard", value) for value, _ in STANDARDS.values()),
            (
                "benefit_standard",
                {"kind": "TIERS", "tiers": [[1, 5, "1500.00"], [5, None, "1600.00"]]},
            ),
            ("review_depth.B01", 3),
            ("deadlines.B01", {"ACCEPT": 1, "REVIEW": 2, "PLAN": 2, "PAY": 3, "RETURN": 31}),
        ],
    )
    def test_what_is_shown_may_be_typed_again(self, code, value):
        assert read_value(code, typed_value(code, value)) == value

    @pytest.mark.parametrize(
        ("code", "typed"),
        [
            ("duration", "满1年不足2年：3个月\n满3年以上：12个月"),  # a gap
            ("duration", "满1年不足2年：3个月"),  # no last step
            ("duration", "三个月"),
            ("benefit_standard", "当地最低工资标准的100%"),
            ("benefit_standard", "第1至12个月：2340.00元"),  # nothing from the thirteenth on
            ("deadlines", "受理每月18日前"),
            (
                "deadlines",
                "受理每月28日前\n审核每月22日前\n计划每月25日前\n支付每月28日前\n回盘每月30日前",
            ),
            ("capacity_levels", "不足12个月红色\n不足6个月橙色\n不足3个月黄色"),
            ("budget_deviation", "超过±20个百分点黄色\n超过±10个百分点橙色"),
            ("budget_deviation", "超过±10个百分点黄色"),
            ("gap_ratio_if_not", "0:0"),
            ("gap_ratio_if_not", "六比四"),
            ("budget_required_from_year", "26"),
            ("decision_days", "0"),
            ("decision_days", "²"),
            ("reserve_months", "2.5"),
            ("reserve_months", "NaN"),
            ("review_depth.B01", "1"),
            ("start_basis", "BIRTH"),
            ("medical_payer_units", "、"),
        ],
    )
    def test_what_does_not_fit_is_refused_in_words(self, code, typed):
        with pytest.raises(ValueUnreadable):
            read_value(code, typed)

    @pytest.mark.parametrize(
        "code", ["", "unknown", "minimum_wage.B01", "deadlines.X", "review_depth"]
    )
    def test_only_known_parameters_take_a_value(self, code):
        with pytest.raises(ParameterUnknown):
            shape_of(code)

    def test_a_value_that_is_not_set_follows_the_law(self, city):
        assert value_or(code="demand_rate", on=TODAY, default="0.35") == "0.35"
