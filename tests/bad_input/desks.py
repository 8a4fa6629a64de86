"""Where every form is filled in: its address, who sits there, on which object, with what."""

from accounts.models import ParameterChange
from accounts.selectors.parameter_changes import change_matter
from accounts.selectors.signatures import content_hash
from payouts.enums import StepKind
from payouts.models import BenefitCase, BenefitItem, CheckQuestion
from tests.bad_input.desk import OFFICE, Desk, Healthy, always, seen
from tests.bad_input.desks_of_budgets import BUDGETS
from tests.bad_input.desks_of_entries import ENTRIES
from tests.bad_input.desks_of_funds import (
    BANK_ACCOUNTS,
    CUSTODY,
    FLOW_FINDINGS,
    FUNDS,
    HANDOVERS,
)
from tests.bad_input.desks_of_investments import INVESTMENTS
from tests.bad_input.desks_of_sharing import SHARING
from tests.bad_input.ground import Ground
from tests.city import City
from tests.payouts.claims import story


def points(case_id: int, step: StepKind) -> Healthy:
    """Answer every point of a step."""
    check_list = BenefitCase.objects.get(pk=case_id).check_list_id
    found = CheckQuestion.objects.filter(check_list_id=check_list, step=step)
    return {f"q{q.pk}": "YES" for q in found} | {f"n{q.pk}": "" for q in found}


def opening(city: City, _: int) -> Healthy:
    """Return a claim brought by an agent, so that every field is asked for."""
    return {
        "item": BenefitItem.objects.get(code="B01").pk,
        "identity_number": story.person_number(707),
        "name": "王小兰",
        "channel": "WINDOW",
        "service_mode": "MAIL_AGENT",
        "applied_date": "2026-11-02",
        "agent_name": "王大明",
        "agent_identity_number": story.person_number(709),
        "agent_relation": "父亲",
    }


def recording(city: City, case_id: int) -> Healthy:
    """Return the claim itself."""
    return points(case_id, StepKind.RECORD) | {
        "insured_organisation": city.offices[OFFICE].pk,
        "paying_organisation": city.offices[OFFICE].pk,
        "leaving_reason": "01",
        "unemployed_date": "2026-09-30",
        "registered_date": "2026-10-15",
        "carried_months": "0",
        "contributed_months": "137",
        "evidence_note": "缴费凭证1号",
        "phone": "13800138000",
        "account_kind": "CARD",
        "account_number": story.CARD,
        "holder_name": story.NAME,
        "bank_name": "农业银行",
    }


def office_month(city: City, _: int) -> Healthy:
    """Return office, item and month as the forms of plans take them."""
    return {
        "organisation": city.offices[OFFICE].pk,
        "item": BenefitItem.objects.get(code="B01").pk,
        "month": "202611",
        "reason": "数据割接延误",
    }


def granting(city: City, _: int) -> Healthy:
    """Return an application for a post."""
    return {
        "person": f"acc{OFFICE}",
        "post": "PLAN",
        "organisation": city.offices[OFFICE].pk,
        "valid_from": "2026-11-02",
        "valid_until": "2027-11-02",
        "reason": "岗位调整",
    }


def deciding(_: City, change_id: int) -> Healthy:
    """Return an approval of a change of parameters, formed on what its page shows."""
    change = ParameterChange.objects.get(pk=change_id)
    seen_sha256 = content_hash(change_matter(change))
    return {"seen_sha256": seen_sha256, "decision": "APPROVE", "opinion": "同意"}


def signing(_: City, object_id: int) -> Healthy:
    """Return a reviewer's opinion on a case."""
    case = BenefitCase.objects.get(pk=object_id)
    return {
        "seen_sha256": case.content_sha256,
        "seen_state": case.state,
        "opinion": "资料不全",
        "supply": "解除劳动合同证明",
        "decision": "RETURN",
    }


def sheet(city: Ground, _: int) -> Healthy:
    """Return the sheet of one case, as bulk review shows it."""
    case = BenefitCase.objects.get(pk=city.waiting["second-review"])
    return {
        "line": f"{case.pk}:{case.content_sha256}",
        "opinion": "同意",
        "count": "1",
        "total": "1864.00",
    }


GROUNDS = {"source": "川人社发〔2026〕12号", "reason": "省里调整了标准", "risk": "基金可承受"}
ACCOUNTS = (
    Desk(
        "accounts.forms.ParameterChangeForm",
        "parameter_change_new",
        "DEPT",
        always(region="", value="2400.00", valid_from="2026-12-01", valid_until="", **GROUNDS),
        words=("minimum_wage",),
    ),
    Desk(
        "accounts.forms.OnboardingForm",
        "onboarding_change_new",
        "DEPT",
        always(state="TESTING", **GROUNDS),
        of="office",
    ),
    Desk(
        "accounts.forms.DecisionForm",
        "parameter_change",
        "LEAD",
        deciding,
        of="parameter_change",
    ),
    Desk("accounts.forms.LogInForm", "login", "", always(username="acc510402", password="x")),
    Desk(
        "accounts.forms.NewPasswordForm",
        "password_change",
        "SYS",
        always(old_password="x", new_password1="y", new_password2="y"),
    ),
    Desk("accounts.forms.GrantForm", "accounts:grant_new", "DEPT", granting),
    Desk(
        "accounts.forms.DecisionForm",
        "accounts:grant",
        "RISK",
        always(seen_sha256="a" * 64, decision="APPROVE", opinion="同意"),
        of="grant",
        is_open=False,
    ),
    Desk(
        "accounts.forms.ReasonForm",
        "accounts:grant_revoke",
        "PERM",
        always(reason="离岗"),
        of="grant",
    ),
)
CLAIMS = (
    Desk("payouts.forms.claims.NewClaimForm", "payouts:intake_new", "ACC", opening, OFFICE),
    Desk(
        "payouts.forms.claims.StepForm",
        "payouts:intake_step",
        "ACC",
        lambda _, case_id: points(case_id, StepKind.ASK),
        OFFICE,
        "draft",
        ("ask",),
    ),
    Desk(
        "payouts.forms.claims.RecordForm",
        "payouts:intake_step",
        "ACC",
        recording,
        OFFICE,
        "draft",
        ("record",),
    ),
    Desk(
        "payouts.forms.claims.FeedbackForm",
        "payouts:intake_step",
        "ACC",
        lambda _, case_id: {
            **points(case_id, StepKind.FEED_BACK),
            "kind": "REFUSAL",
            "text": "不符合条件",
            "legal_basis": "《失业保险条例》第十四条",
        },
        OFFICE,
        "draft",
        ("feed_back",),
    ),
    Desk("payouts.forms.claims.ReviewForm", "payouts:review", "REV1", signing, OFFICE, "review"),
    Desk(
        "payouts.forms.claims.ReasonForm",
        "payouts:intake_withdraw",
        "ACC",
        always(reason="本人撤回"),
        OFFICE,
        "draft",
    ),
    Desk(
        "payouts.forms.claims.ReasonForm",
        "payouts:reveal",
        "ACC",
        always(reason="核对身份"),
        OFFICE,
        "draft",
        ("identity",),
    ),
)
REVIEWS = (
    Desk(
        "payouts.forms.reviews.SheetForm",
        "payouts:bulk_sheet",
        "REV2",
        sheet,
        OFFICE,
        is_open=False,
    ),
)
PLANS = (
    Desk("payouts.forms.plans.OfficeMonthForm", "payouts:plan_new", "PLAN", office_month, OFFICE),
    Desk(
        "payouts.forms.plans.OfficeMonthForm",
        "payouts:comparison_new",
        "PLAN",
        office_month,
        OFFICE,
    ),
    Desk(
        "payouts.forms.entitlements.ChangeForm",
        "payouts:change_new",
        "PLAN",
        always(reason="RE_EMPLOYED", happened_on="2026-10-28", note="参保信息显示已就业"),
        OFFICE,
        "entitlement",
    ),
    Desk(
        "payouts.forms.plans.DecisionForm",
        "payouts:change",
        "REV2",
        always(decision="APPROVE", opinion="同意", seen=""),
        OFFICE,
        "change",
    ),
    Desk(
        "payouts.forms.payments.BankAnswerForm",
        "payouts:bank_answer_new",
        "FACC",
        always(
            outcome="TAKEN",
            receipt="R2026110200001",
            reference="农银攀函〔2026〕7号",
            answered_on="2026-11-02",
            note="与对公柜台核对流水",
        ),
        of="unknown-batch",
    ),
    Desk(
        "payouts.forms.payments.DecisionForm",
        "payouts:bank_answer",
        "FHEAD",
        always(seen="", decision="APPROVE", opinion="同意"),
        of="recorded-answer",
    ),
    Desk("payouts.forms.plans.UnlockForm", "payouts:unlock_new", "PLAN", office_month, OFFICE),
    Desk(
        "payouts.forms.plans.ClearingForm",
        "payouts:comparison_clear",
        "OFFH",
        always(text="已核实"),
        "510403",
        "mismatch",
    ),
    Desk(
        "payouts.forms.plans.DecisionForm",
        "payouts:plan_decide",
        "OFFH",
        seen("plan", decision="RETURN"),
        "510403",
        "plan-to-sign",
    ),
    Desk(
        "payouts.forms.plans.DecisionForm",
        "payouts:unlock",
        "DEPT",
        always(decision="APPROVE", opinion="同意", seen=""),
        of="unlock",
    ),
    Desk(
        "payouts.forms.plans.WithdrawForm",
        "payouts:plan_withdraw",
        "PLAN",
        always(reason="漏人"),
        "510411",
        "drafted-plan",
    ),
    Desk(
        "payouts.forms.plans.ApplicationForm",
        "payouts:application_receive",
        "FACC",
        always(
            channel="PAPER",
            month="202611",
            item_code="B01",
            line_count="1",
            total_amount="1,864.00",
        ),
        of="approved-plan",
    ),
    Desk("payouts.forms.plans.FundsRequestForm", "payouts:funds_request_new", "FACC", always()),
)
PAYMENTS = (
    Desk("payouts.forms.payments.TickedForm", "payouts:batch_new", "FACC", always(kind="REGULAR")),
    Desk(
        "payouts.forms.payments.CheckForm",
        "payouts:batch_check",
        "FCHK",
        seen("batch"),
        of="prepared-batch",
    ),
    Desk(
        "payouts.forms.payments.ReleaseForm",
        "payouts:batch_release",
        "FCASH",
        seen("batch", digits="4.00"),
        of="confirmed-batch",
    ),
    Desk(
        "payouts.forms.payments.WithdrawForm",
        "payouts:batch_withdraw",
        "FACC",
        always(reason="重做"),
        of="prepared-batch",
    ),
    Desk(
        "payouts.forms.payments.ReissueForm",
        "payouts:reissue_new",
        "PLAN",
        always(
            account="CORRECTED",
            kind="CARD",
            number=story.CARD,
            bank_name="农业银行",
            bank_number="103651000012",
            reason="银行已核实",
        ),
        OFFICE,
        "instruction",
    ),
    Desk(
        "payouts.forms.payments.DecisionForm",
        "payouts:reissue",
        "REV2",
        seen("reissue", decision="APPROVE"),
        OFFICE,
        "reissue",
    ),
)
RECONCILIATION = (
    *(
        Desk(
            f"reconciliation.forms.{form}Form",
            f"reconciliation:{address}",
            post,
            seen(kind, decision="APPROVE"),
            office,
            of,
            is_open=is_open,
        )
        for form, address, kind, of, post, office, is_open in (
            ("Decision", "statement_sign", "statement", "statement", "OFFH", OFFICE, True),
            ("Opinion", "statement_confirm", "statement", "statement", "FACC", "510400", False),
            ("Opinion", "adjustment_check", "adjustment", "adjustment", "FCHK", "510400", False),
            ("Decision", "difference_close", "difference", "explained", "OFFH", "510422", True),
        )
    ),
    Desk(
        "reconciliation.forms.SupersedeForm",
        "reconciliation:statement_supersede",
        "PLAN",
        always(reason="数据更正"),
        OFFICE,
        "statement",
        is_open=False,
    ),
    Desk(
        "reconciliation.forms.ExportForm",
        "reconciliation:statement_export",
        "RISK",
        always(purpose="内部稽核"),
        of="statement",
        is_open=False,
    ),
    Desk(
        "reconciliation.forms.ExplainForm",
        "reconciliation:difference_explain",
        "PLAN",
        always(explanation="银行次月到账"),
        OFFICE,
        "open-difference",
    ),
    Desk(
        "reconciliation.forms.ClosingForm",
        "reconciliation:month_end",
        "FACC",
        always(explanation="在途款次日退回"),
        of="period",
    ),
    Desk(
        "reconciliation.forms.DecisionForm",
        "reconciliation:month_end_close",
        "FHEAD",
        seen("period", decision="RETURN"),
        of="asked-period",
    ),
    Desk(
        "reconciliation.forms.ReopeningForm",
        "reconciliation:month_end_reopen",
        "FHEAD",
        always(reason="漏记利息"),
        of="closed-period",
    ),
    Desk(
        "reconciliation.forms.DecisionForm",
        "reconciliation:month_end_allow",
        "HEAD",
        seen("period", decision="RETURN"),
        of="reopening-period",
    ),
    Desk(
        "reconciliation.forms.RunForm",
        "reconciliation:run",
        "PLAN",
        lambda city, _: {
            "kind": "BATCH_RETURN",
            "organisation": city.offices[OFFICE].pk,
            "month": "2026-10",
        },
        OFFICE,
        shows=False,
    ),
)
DESKS = (
    *ACCOUNTS,
    *CLAIMS,
    *REVIEWS,
    *PLANS,
    *PAYMENTS,
    *FUNDS,
    *ENTRIES,
    *HANDOVERS,
    *BANK_ACCOUNTS,
    *CUSTODY,
    *INVESTMENTS,
    *BUDGETS,
    *SHARING,
    *FLOW_FINDINGS,
    *RECONCILIATION,
)
