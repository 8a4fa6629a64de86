"""What the third step finds about a claim: green, yellow, red, each with its rule and source.

Source: suspicious-item rules R01 to R09, R14, R17, R18 (docs/rules).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from accounts.selectors.parameters import value_in_force
from common.db import run_sql
from common.periods import month_of, month_text
from payouts.calculators import MINIMUM_CONTRIBUTED
from payouts.enums import (
    Answer,
    EnrolmentStatus,
    EntitlementState,
    LeavingReason,
    StepKind,
)
from payouts.models import BenefitCase, CheckQuestion, IntakeStep, PayeeAccount
from payouts.selectors.case_sources import SourceView, sources_of_people


class Level(StrEnum):
    """How grave a finding is; a red one refuses acceptance until it is gone."""

    GREEN = "GREEN"
    YELLOW = "YELLOW"
    RED = "RED"


LEVEL_WORDS = {
    Level.GREEN: ("绿", "green"),
    Level.YELLOW: ("黄", "amber"),
    Level.RED: ("红", "red"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's answer about one claim. `source` says where from and of which day."""

    rule: str
    level: Level
    text: str
    source: str

    @property
    def label(self) -> str:
        """Return the level as a word."""
        return LEVEL_WORDS[self.level][0]

    @property
    def tone(self) -> str:
        """Return the colour that stands beside the word."""
        return LEVEL_WORDS[self.level][1]

    def as_dict(self) -> dict[str, str]:
        """Return the finding as it is stored with its step."""
        return {**asdict(self), "level": self.level.value}


def stored_findings(rows: list[dict[str, str]]) -> list[Finding]:
    """Return the findings a step recorded."""
    return [Finding(row["rule"], Level(row["level"]), row["text"], row["source"]) for row in rows]


def list_findings(*, case: BenefitCase, today: date) -> list[Finding]:
    """Return what own data and the newest extracts say against or for the claim, worst first."""
    return list_findings_of(cases=[case], today=today)[case.pk]


def list_findings_of(*, cases: Sequence[BenefitCase], today: date) -> dict[int, list[Finding]]:
    """Return the findings of several claims by case id, read together."""
    sources = sources_of_people(
        person_keys={case.claimant.person_key for case in cases}, today=today
    )
    own_units = value_in_force(code="medical_payer_units", on=today)
    payments = _own_payments(cases)
    order = (Level.RED, Level.YELLOW, Level.GREEN)
    found = {}
    for case in cases:
        enrolment, medical = sources[case.claimant.person_key]
        findings = [
            Finding("R01", Level.GREEN, "身份证号格式、出生日期和校验位正确", "本系统"),
            *_enrolment_findings(case, enrolment),
            *_medical_findings(case, medical, today, own_units),
            _own_finding(*payments.get(case.pk, ())),
        ]
        found[case.pk] = sorted(findings, key=lambda finding: order.index(finding.level))
    return found


def list_record_findings(*, case: BenefitCase) -> list[Finding]:
    """Return what the recorded claim itself shows: conditions, reason, registration, account."""
    findings = list(_answered_no(case))
    if case.leaving_reason in {"", LeavingReason.OWN_WILL}:
        findings.append(Finding("R04", Level.RED, "失业原因未认定或为本人意愿", "本系统"))
    if case.registered_date is None or case.registered_date > case.applied_date:
        findings.append(Finding("R05", Level.RED, "申请时尚未办理失业登记", "本系统"))
    account = case.payee_account
    if account is not None and account.holder_name != case.claimant.name:
        findings.append(Finding("R17", Level.RED, "收款账户户名与申领人不一致", "本系统"))
    if account is not None and is_account_taken(account.number_key, case.claimant_id):
        findings.append(Finding("R18", Level.RED, "收款账户已被其他申领人使用", "本系统"))
    return findings


def _answered_no(case: BenefitCase) -> Iterator[Finding]:
    """Look for a condition of the law the person said he does not meet.

    The mandatory points of the first step are put so that 是 meets the condition.
    """
    step = IntakeStep.objects.filter(case=case, round=case.round, step=StepKind.ASK).first()
    if step is None:
        return
    refused = [int(key) for key, said in step.answers.items() if said["answer"] == Answer.NO]
    points = CheckQuestion.objects.filter(pk__in=refused, is_mandatory=True).order_by("position")
    for point in points if refused else ():
        text = f"一问“{point.text}”答复为否，不符合领取条件"
        yield Finding("R04", Level.RED, text, point.basis or "本系统")


def is_account_taken(number_key: str, claimant_id: int) -> bool:
    """Tell whether another person of the pool already uses the account (R18)."""
    return (
        PayeeAccount.objects.filter(number_key=number_key).exclude(claimant_id=claimant_id).exists()
    )


def _enrolment_findings(case: BenefitCase, view: SourceView) -> Iterator[Finding]:
    if view.data_date is None:
        yield Finding("R02", Level.YELLOW, "尚未导入全国社保参保信息，无法比对", view.label)
        return
    if view.is_stale:
        text = f"参保信息已有{view.age_days}天，超过时效，请先更新或从严核对"
        yield Finding("R02", Level.YELLOW, text, view.origin)
    if not view.is_found:
        text = "全国社保参保信息查无此人，缴费月数须凭证据收录并说明"
        yield Finding("R02", Level.YELLOW, text, view.origin)
        return
    yield _name_finding(case, view, "R02", Level.RED)
    yield _status_finding(case, view)
    months = view.contributed_months or 0
    if months < MINIMUM_CONTRIBUTED:
        text = f"累计缴费{months}个月，不满12个月；仅可续领结转未领月数"
        yield Finding("R03", Level.YELLOW, text, view.origin)
    else:
        yield Finding("R03", Level.GREEN, f"累计缴费{months}个月，满12个月", view.origin)


def _name_finding(case: BenefitCase, view: SourceView, rule: str, level: Level) -> Finding:
    if view.name != case.claimant.name:
        text = f"姓名不一致：申领“{case.claimant.name}”，{view.label}“{view.name}”"
        return Finding(rule, level, text, view.origin)
    return Finding(rule, Level.GREEN, f"姓名与{view.label}一致", view.origin)


def _status_finding(case: BenefitCase, view: SourceView) -> Finding:
    """Judge the enrolment status: dead, retired, working again, or free."""
    last = view.last_month
    match view.status:
        case EnrolmentStatus.DECEASED:
            return Finding("R07", Level.RED, "参保状态为死亡", view.origin)
        case EnrolmentStatus.RETIRED:
            return Finding("R09", Level.RED, "已领取基本养老金", view.origin)
        case EnrolmentStatus.ACTIVE if last is not None and last >= month_of(case.applied_date):
            text = f"{month_text(last)}仍有单位参保缴费（{view.unit}），疑已重新就业"
            return Finding("R08", Level.RED, text, view.origin)
        case EnrolmentStatus.ACTIVE:
            text = f"参保状态仍为参保缴费（{view.unit}），请核对是否已停保"
            return Finding("R08", Level.YELLOW, text, view.origin)
    return Finding("R08", Level.GREEN, "已停止参保缴费，未见重新就业", view.origin)


def _medical_findings(
    case: BenefitCase, view: SourceView, today: date, own_units: Collection[str]
) -> Iterator[Finding]:
    if view.data_date is None:
        yield Finding("R14", Level.YELLOW, "尚未导入职工医保参保信息，无法比对", view.label)
        return
    if view.is_stale:
        text = f"医保信息已有{view.age_days}天，超过时效，请先更新或从严核对"
        yield Finding("R14", Level.YELLOW, text, view.origin)
    if not view.is_found:
        yield Finding("R14", Level.GREEN, "职工医保未见其他单位缴费", view.origin)
        return
    if view.name != case.claimant.name:
        yield _name_finding(case, view, "R02", Level.YELLOW)
    is_later = view.month is not None and view.month >= month_of(case.applied_date)
    if view.unit_number not in own_units and is_later:
        text = f"{month_text(view.month or today)}职工医保由其他单位缴费（{view.unit}）"
        yield Finding("R14", Level.YELLOW, text, view.origin)
    else:
        yield Finding("R14", Level.GREEN, "职工医保未见申请后其他单位缴费", view.origin)


def _own_payments(cases: Sequence[BenefitCase]) -> dict[int, list[Any]]:
    """Return what these people draw already or are planned for, by case id, read together."""
    parameters = {
        "case_ids": [case.pk for case in cases],
        "person_keys": [case.claimant.person_key for case in cases],
        "claimant_ids": [case.claimant_id for case in cases],
        "item_ids": [case.item_id for case in cases],
        "item_codes": [case.item.code for case in cases],
        "months": [month_of(case.applied_date) for case in cases],
    }
    rows = run_sql("payouts", "find_own_payments", parameters)
    return {case_id: found for case_id, *found in rows}


def _own_finding(
    office: str | None = None,
    state: str = "",
    granted: int = 0,
    paid: int = 0,
    planned: date | None = None,
) -> Finding:
    """Say that the same person draws already, or is planned for the month (R06)."""
    if office is not None:
        label = EntitlementState(state).label
        text = f"{office}已有{label}的待遇，核定{granted}个月，已发{paid}个月"
        return Finding("R06", Level.RED, text, "本系统")
    if planned is not None:
        return Finding("R06", Level.RED, f"{month_text(planned)}已列入发放计划", "本系统")
    return Finding("R06", Level.GREEN, "未查到重复领取记录", "本系统")
