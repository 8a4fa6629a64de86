"""The monthly comparison of three sources, and the clearing of its exceptions (gate 2, P44)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import JobState, NoticeKind, SubjectKind
from accounts.models import Document, Job, Organisation, User
from accounts.permissions import require_duty
from accounts.selectors.parameters import value_in_force
from accounts.services import audit, documents, jobs, notices, signatures
from accounts.services.jobs import INTERRUPTIONS, JobRequest, JobRun
from accounts.services.signatures import Matter, OwnMatter
from common.actor import Person
from common.db import constraint_errors, run_sql, whole_table_joins
from common.errors import DomainError, NotFound
from common.evidence import Evidence
from common.periods import month_of, month_text
from payouts.enums import (
    NEVER_CLEARED,
    ComparisonState,
    MismatchReason,
    PlanState,
    RunState,
    SourceKind,
)
from payouts.models import (
    BenefitItem,
    ComparisonResult,
    ComparisonRun,
    DisbursementPlan,
    SourceExtract,
)
from payouts.selectors.sources import newest_extract

COMPARE_TASK = "payouts.tasks.compare_sources"


class SourceStale(DomainError):
    code = "SOURCE_STALE"
    message = "比对数据已过期，请先导入最新数据"


class MonthNotReached(DomainError):
    code = "MONTH_NOT_REACHED"
    message = "该月份尚未开始，不能提前比对"


class ItemNotOffered(DomainError):
    code = "ITEM_NOT_OFFERED"
    message = "该业务项目尚未开办"


class ComparisonRunning(DomainError):
    code = "COMPARISON_RUNNING"
    message = "该月份正在比对，请等待作业完成"


class PlanStands(DomainError):
    code = "PLAN_STANDS"
    message = "该月份的发放计划已生成；如需重新比对，请先作废计划"


class ResultNotOpen(DomainError):
    code = "RESULT_NOT_OPEN"
    message = "该记录没有待核实的差异，或比对已被新的比对取代，请刷新页面"


class ReasonNeverCleared(DomainError):
    code = "REASON_NEVER_CLEARED"
    message = "该差异不能排除，此人不得列入本月计划"


class ClearedByRunner(DomainError):
    code = "CLEARED_BY_RUNNER"
    message = "比对人不能核实排除自己比对出的差异，请由其他人员办理"


class ClearingTextMissing(DomainError):
    code = "CLEARING_TEXT_MISSING"
    message = "请填写核实说明"


CLEARING_REFUSALS = {
    "comparison_cleared_by_another_person": ClearedByRunner,
    "comparison_reason_can_be_cleared": ReasonNeverCleared,
}


@transaction.atomic
def start_comparison(
    *, actor: Person, organisation_id: int, item_id: int, month: date, at: datetime
) -> ComparisonRun:
    """Start the comparison of an office, item and month; it replaces the current one.

    The newest applied extract of each source is used and remembered.

    Raises:
        DutyNotHeld, ItemNotOffered, MonthNotReached, PlanStands, ComparisonRunning.
        SourceStale: a source is missing or too old; says which and what to do.
    """
    person = require_duty(actor, Duty.COMPARISON_RUN, over=organisation_id)
    item, month, today = _offered(item_id), month_of(month), timezone.localdate(at)
    if month > today:
        raise MonthNotReached
    office = Organisation.objects.get(pk=organisation_id)
    extracts = require_fresh_sources(today=today)
    _replace_current(organisation_id, item_id, month)
    with constraint_errors({"comparison_one_current_per_office_item_month": ComparisonRunning}):
        run = ComparisonRun.objects.create(
            pool_id=person.pool_id,
            organisation_id=organisation_id,
            item=item,
            month=month,
            enrolment_extract=extracts[SourceKind.ENROLMENT],
            medical_extract=extracts[SourceKind.MEDICAL],
            started_by_id=person.user_id,
            started_at=at,
        )
    run.job = _request_job(person, run, office, at)
    run.save(update_fields=["job"])
    extract_ids = {kind.value.lower(): extract.pk for kind, extract in extracts.items()}
    audit.record(
        actor=person,
        verb="payouts.comparison.started",
        subject=run,
        at=at,
        label=run.job.title,
        organisation_id=organisation_id,
        after=extract_ids,
    )
    return run


def _request_job(person: Person, run: ComparisonRun, office: Organisation, at: datetime) -> Job:
    return jobs.request_job(
        actor=person,
        request=JobRequest(
            task=COMPARE_TASK,
            key=f"comparison {run.pk}",
            title=f"{office.short_name}{run.item.name}{month_text(run.month)}三源比对",
            organisation_id=office.pk,
            arguments={"run_id": run.pk},
            is_stoppable=True,
        ),
        at=at,
    )


def _offered(item_id: int) -> BenefitItem:
    item = BenefitItem.objects.filter(pk=item_id).first()
    if item is None:
        raise NotFound
    if not item.is_offered:
        raise ItemNotOffered
    return item


def require_fresh_sources(*, today: date) -> dict[SourceKind, SourceExtract]:
    """Return the newest extract of each source, or refuse naming the stale one.

    Raises:
        SourceStale: missing, or its data is older than the pool's `source_days`.
    """
    limit = int(value_in_force(code="source_days", on=today))
    found: dict[SourceKind, SourceExtract] = {}
    for kind in SourceKind:
        extract = newest_extract(kind)
        if extract is None or extract.data_date is None:
            raise SourceStale(f"尚未导入“{kind.label}”，请先在“外部数据”页面导入")
        age = (today - extract.data_date).days
        if age > limit:
            raise SourceStale(
                f"“{kind.label}”的数据日期为 {extract.data_date:%Y-%m-%d}，距今 {age} 天，"
                f"超过时效 {limit} 天，请先在“外部数据”页面导入最新数据"
            )
        found[kind] = extract
    return found


def _replace_current(organisation_id: int, item_id: int, month: date) -> None:
    """Take the current comparison out of force, unless it is working or a plan rests on it."""
    same = {"organisation_id": organisation_id, "item_id": item_id, "month": month}
    if DisbursementPlan.objects.filter(**same).exclude(state=PlanState.WITHDRAWN).exists():
        raise PlanStands
    current = (
        ComparisonRun.objects.select_for_update(of=("self",), no_key=True)
        .select_related("job")
        .filter(**same, is_current=True)
        .first()
    )
    if current is None:
        return
    is_working = current.job is not None and current.job.state in (
        JobState.QUEUED,
        JobState.RUNNING,
    )
    if current.state == RunState.RUNNING and is_working:
        raise ComparisonRunning
    current.is_current = False
    current.save(update_fields=["is_current"])


def compare_sources(run: JobRun, *, at: datetime) -> None:
    """Compare: the work of the job `payouts.tasks.compare_sources`; done once, however often."""
    run_id = run.arguments["run_id"]
    try:
        with run.step():
            _compare(run, run_id, at)
    except INTERRUPTIONS:
        raise  # another worker compares
    except Exception:
        with run.step():
            give_up(run)
        raise


def give_up(run: JobRun) -> None:
    """Mark the comparison of a job that failed, or was stopped, so that another may begin."""
    unfinished = ComparisonRun.objects.filter(pk=run.arguments["run_id"], state=RunState.RUNNING)
    unfinished.update(state=RunState.FAILED)


def _compare(run: JobRun, run_id: int, at: datetime) -> None:
    comparison = ComparisonRun.objects.select_for_update(of=("self",), no_key=True).get(pk=run_id)
    if comparison.state != RunState.RUNNING:
        return
    with whole_table_joins():
        [(passed, exceptions)] = run_sql("payouts", "compare_sources", _figures_of(comparison))
    counts = {"passed": passed, "exceptions": exceptions}
    comparison.state = RunState.DONE
    comparison.passed_count, comparison.exception_count = counts["passed"], counts["exceptions"]
    comparison.save(update_fields=["state", "passed_count", "exception_count"])
    audit.record(
        actor=run.actor,
        verb="payouts.comparison.done",
        subject=comparison,
        at=at,
        organisation_id=comparison.organisation_id,
        after=counts,
    )
    url = reverse("payouts:comparison", kwargs={"run_id": run_id})
    run.finish(result_url=url)
    if counts["exceptions"]:
        notices.notify_duty(
            pool_id=comparison.pool_id,
            duty=Duty.COMPARISON_CLEAR,
            over=comparison.organisation_id,
            message=notices.Message(
                kind=NoticeKind.TASK,
                text=f"{month_text(comparison.month)}三源比对有 {counts['exceptions']} 人不一致，"
                "有佐证的请核实排除",
                url=url,
                key=f"comparison {run_id}",
            ),
            at=at,
        )


def _figures_of(comparison: ComparisonRun) -> dict[str, Any]:
    """Return what `compare_sources` needs to know; as values, so that the database can plan."""
    plans = DisbursementPlan.objects.filter(item=comparison.item_id, month=comparison.month)
    units = value_in_force(code="medical_payer_units", on=comparison.month)
    return {
        "run_id": comparison.pk,
        "organisation_id": comparison.organisation_id,
        "item_id": comparison.item_id,
        "item_code": comparison.item.code,
        "month": comparison.month,
        "enrolment_extract_id": comparison.enrolment_extract_id,
        "medical_extract_id": comparison.medical_extract_id,
        "plan_ids": list(plans.exclude(state=PlanState.WITHDRAWN).values_list("pk", flat=True)),
        "payer_units": list(units),
    }


@transaction.atomic
def clear_exception(
    *, actor: Person, result_id: int, text: str, evidence: Evidence, at: datetime
) -> ComparisonResult:
    """Clear one person's mismatch with evidence, by another person than who compared.

    Raises:
        DutyNotHeld, ResultNotOpen, ClearingTextMissing, ClearedByRunner, OwnMatter.
        SignedTheCase: who handled the person's claim does not clear its mismatch.
        ReasonNeverCleared: death, months used up, or drawing elsewhere.
    """
    result = _locked_result(result_id)
    run = result.run
    person = require_duty(actor, Duty.COMPARISON_CLEAR, over=run.organisation_id)
    _require_clearable(person, result, text.strip())
    document = _keep_evidence(person, result, evidence, at)
    content = signatures.content_hash(
        {
            "run": run.pk,
            "entitlement": result.entitlement_id,
            "reasons": result.reasons,
            "text": text.strip(),
            "evidence": document.sha256,
        }
    )
    matter = Matter(SubjectKind.COMPARISON_EXCEPTION, result.pk, 1, content, run.organisation_id)
    signatures.approve(person, matter, "CLEAR", at, text.strip())
    result.state, result.clearing_text = ComparisonState.CLEARED, text.strip()
    result.evidence, result.cleared_by_id, result.cleared_at = document, person.user_id, at
    with constraint_errors(CLEARING_REFUSALS):
        result.save(
            update_fields=["state", "clearing_text", "evidence", "cleared_by_id", "cleared_at"]
        )
    audit.record(
        actor=person,
        verb="payouts.comparison.cleared",
        subject=result,
        at=at,
        label=result.entitlement.claimant_name,
        organisation_id=run.organisation_id,
        before={"reasons": ",".join(result.reasons)},
        after={"text": text.strip()},
    )
    return result


def _locked_result(result_id: int) -> ComparisonResult:
    result = (
        ComparisonResult.objects.select_for_update(of=("self",), no_key=True)
        .select_related("run", "entitlement")
        .filter(pk=result_id)
        .first()
    )
    if result is None:
        raise NotFound
    return result


def _require_clearable(person: Person, result: ComparisonResult, text: str) -> None:
    run = result.run
    is_open = run.is_current and run.state == RunState.DONE
    if not is_open or result.state != ComparisonState.EXCEPTION:
        raise ResultNotOpen
    fixed = [MismatchReason(code).label for code in result.reasons if code in NEVER_CLEARED]
    if fixed:
        raise ReasonNeverCleared(f"“{'、'.join(fixed)}”不能排除，此人不得列入本月计划")
    if person.user_id == run.started_by_id:
        raise ClearedByRunner
    if User.objects.filter(pk=person.user_id, person_key=result.entitlement.person_key).exists():
        raise OwnMatter
    if not text:
        raise ClearingTextMissing


def _keep_evidence(
    person: Person, result: ComparisonResult, evidence: Evidence, at: datetime
) -> Document:
    return documents.store_document(
        actor=person,
        document=documents.NewDocument(
            organisation_id=result.run.organisation_id,
            duty=Duty.CASE_READ,
            title="比对差异佐证材料",
            file_name=evidence.file_name[-150:],
            media_type=evidence.media_type,
            content=evidence.content,
        ),
        at=at,
    )
