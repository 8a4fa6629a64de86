"""Comparisons of one office, item and month, and what they found for each person."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from accounts.duties import Duty
from accounts.permissions import require_any, require_visible
from accounts.selectors.offices import known_offices
from accounts.selectors.work import JobLine, job_line
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.remembering import remembered
from common.workbooks import Kind
from payouts.enums import (
    NEVER_CLEARED,
    ComparisonState,
    EnrolmentStatus,
    MismatchReason,
    RunState,
)
from payouts.models import ComparisonResult, ComparisonRun, SourceExtractRow
from payouts.selectors.items import known_items

RUN_TONES = {"RUNNING": "blue", "DONE": "green", "FAILED": "red"}
RESULT_TONES = {"PASSED": "green", "EXCEPTION": "red", "CLEARED": "amber"}
ENROLMENT_NAME = {MismatchReason.NAME_DIFFERS}
ENROLMENT_STATE = {
    MismatchReason.RE_EMPLOYED,
    MismatchReason.RETIRED,
    MismatchReason.DECEASED,
}


@dataclass(frozen=True, slots=True)
class RunRow:
    """One comparison of the list."""

    month: date
    organisation: str
    item: str
    state_label: str
    tone: str
    marks: Sequence[tuple[str, str]]
    passed_count: int
    exception_count: int
    enrolment_date: date | None
    medical_date: date | None
    started_by: str
    started_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """One comparison as its page shows it."""

    id: int
    organisation_id: int
    organisation: str
    item_id: int
    item: str
    month: date
    state: str
    state_label: str
    tone: str
    is_current: bool
    passed_count: int
    exception_count: int
    started_by_id: int
    started_by: str
    started_at: datetime
    enrolment_date: date | None
    medical_date: date | None
    job: JobLine | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of one source; `differs` where it does not agree."""

    label: str
    value: str
    differs: bool = False

    def __str__(self) -> str:
        return f"{self.label} {self.value}{'（不一致）' if self.differs else ''}".strip()


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One person: approved record, enrolment and medical insurance side by side."""

    id: int
    person: str
    identity_masked: str
    case_id: int
    case_number: str
    state: str
    state_label: str
    tone: str
    reasons: tuple[str, ...]
    can_be_cleared: bool
    business: tuple[Cell, ...]
    enrolment: tuple[Cell, ...]
    medical: tuple[Cell, ...]
    clearing_text: str
    cleared_by: str
    cleared_at: datetime | None
    evidence_id: int | None


def find_runs(
    viewer: Viewer, *, organisation_id: int | None = None, month: str | None = None
) -> QuerySet[ComparisonRun]:
    """Return the comparisons of the offices in reach."""
    reach = require_any(viewer.actor, Duty.SOURCE_READ)
    runs = ComparisonRun.objects.filter(organisation_id__in=reach)
    if organisation_id:
        runs = runs.filter(organisation_id=organisation_id)
    return runs.filter(month=month) if month else runs


def show_runs(_viewer: Viewer, runs: Sequence[Any]) -> list[RunRow]:
    """Return the lines of these comparisons."""
    offices, items = known_offices(), known_items()
    return [
        RunRow(
            month=run.month,
            organisation=offices[run.organisation_id].short_name,
            item=items[run.item_id].name,
            state_label=str(RunState(run.state).label),
            tone=RUN_TONES[run.state],
            marks=[] if run.is_current else [("已被取代", "grey")],
            passed_count=run.passed_count,
            exception_count=run.exception_count,
            enrolment_date=run.enrolment_extract__data_date,
            medical_date=run.medical_extract__data_date,
            started_by=run.started_by__name,
            started_at=run.started_at,
            url=address("payouts:comparison", run.pk),
        )
        for run in runs
    ]


RUNS = Listing(
    code="payouts.selectors.comparisons.RUNS",
    title="三源比对",
    duty=Duty.SOURCE_READ.value,
    columns=(
        Column("month", "待遇月份", order="month", link="url", is_whole=True),
        Column("office", "经办机构", order="organisation__code", value="organisation"),
        Column("item", "业务项目", order="item__code"),
        Column("state", "状态", order="state", value="state_label", tone="tone", marks="marks"),
        Column("passed", "一致", Kind.COUNT, order="passed_count", value="passed_count"),
        Column("open", "不一致", Kind.COUNT, order="exception_count", value="exception_count"),
        Column(
            "enrolment",
            "参保数据",
            Kind.DAY,
            order="enrolment_extract__data_date",
            value="enrolment_date",
        ),
        Column(
            "medical",
            "医保数据",
            Kind.DAY,
            order="medical_extract__data_date",
            value="medical_date",
        ),
        Column("who", "比对人", order="started_by__name", value="started_by"),
        Column(
            "started", "比对时间", order="started_at", value="started_at", width=18, is_whole=True
        ),
    ),
    query=find_runs,
    show=show_runs,
    fields=(
        *("month", "organisation_id", "item_id", "state", "is_current", "passed_count"),
        *("exception_count", "enrolment_extract__data_date", "medical_extract__data_date"),
        *("started_by__name", "started_at"),
    ),
    is_written=True,
)


@remembered
def get_run(*, actor: Person, run_id: int) -> RunLine:
    """Return one comparison; NotFound for another office's."""
    runs = ComparisonRun.objects.select_related(
        "organisation",
        "item",
        "started_by",
        "enrolment_extract",
        "medical_extract",
        "job__requested_by",
        "job__organisation",
    )
    run = runs.filter(pk=run_id).first()
    if run is None:
        raise NotFound
    require_visible(actor, Duty.SOURCE_READ, over=run.organisation_id)
    return _run_line(run)


def _run_line(run: ComparisonRun) -> RunLine:
    return RunLine(
        id=run.pk,
        organisation_id=run.organisation_id,
        organisation=run.organisation.short_name,
        item_id=run.item_id,
        item=run.item.name,
        month=run.month,
        state=run.state,
        state_label=RunState(run.state).label,
        tone=RUN_TONES[run.state],
        is_current=run.is_current,
        passed_count=run.passed_count,
        exception_count=run.exception_count,
        started_by_id=run.started_by_id,
        started_by=run.started_by.name,
        started_at=run.started_at,
        enrolment_date=run.enrolment_extract.data_date,
        medical_date=run.medical_extract.data_date,
        job=job_line(run.job) if run.job else None,
    )


def count_results(*, run_id: int) -> dict[str, int]:
    """Return how many results are open, cleared and passed, and how many name each reason."""
    counts: Counter[str] = Counter()
    rows = ComparisonResult.objects.filter(run_id=run_id).exclude(state=ComparisonState.PASSED)
    for state, reasons in rows.values_list("state", "reasons"):
        counts[state] += 1
        counts.update(reasons)
    return counts


def find_results(
    viewer: Viewer, *, run_id: int, state: str = "", reason: str = "", name: str = ""
) -> QuerySet[ComparisonResult]:
    """Return the people of a comparison, those who differ unless `state` says otherwise."""
    get_run(actor=viewer.actor, run_id=run_id)
    results = _results().filter(run_id=run_id)
    if state in ComparisonState.values:
        results = results.filter(state=state)
    else:
        results = results.exclude(state=ComparisonState.PASSED)
    if reason in MismatchReason.values:
        results = results.filter(reasons__contains=[reason])
    return results.filter(entitlement__claimant_name__prefix=name) if name else results


def show_results(_viewer: Viewer, results: Sequence[ComparisonResult]) -> list[ResultLine]:
    """Return the lines of these people."""
    return [_result_line(result) for result in results]


RESULTS = Listing(
    code="payouts.selectors.comparisons.RESULTS",
    title="比对结果",
    duty=Duty.SOURCE_READ.value,
    columns=(
        Column("person", "人员", order="entitlement__claimant_name"),
        Column("identity", "证件号", value="identity_masked", place="file", width=22),
        Column("case", "业务编号", value="case_number", place="file", width=22),
        Column("business", "业务数据", width=40),
        Column("enrolment", "全国社保参保信息", width=50),
        Column("medical", "职工医保参保信息", width=40),
        Column("state", "结果", order="state", value="state_label"),
        Column("reasons", "原因", place="file", width=30),
        Column("clearing", "核实说明", value="clearing_text", place="file", width=30),
        Column("handling", "办理", place="screen"),
    ),
    query=find_results,
    show=show_results,
)


def get_result(*, actor: Person, result_id: int) -> tuple[ResultLine, RunLine]:
    """Return one person's comparison and its run; NotFound for another office's."""
    result = _results().filter(pk=result_id).first()
    if result is None:
        raise NotFound
    return _result_line(result), get_run(actor=actor, run_id=result.run_id)


def _results() -> QuerySet[ComparisonResult]:
    return ComparisonResult.objects.select_related(
        "entitlement__claimant",
        "entitlement__case",
        "entitlement__organisation",
        "enrolment_row",
        "medical_row",
        "cleared_by",
    )


def _result_line(result: ComparisonResult) -> ResultLine:
    entitlement, reasons = result.entitlement, set(result.reasons)
    return ResultLine(
        id=result.pk,
        person=entitlement.claimant_name,
        identity_masked=entitlement.claimant.identity_masked,
        case_id=entitlement.case_id,
        case_number=entitlement.case.number,
        state=result.state,
        state_label=ComparisonState(result.state).label,
        tone=RESULT_TONES[result.state],
        reasons=tuple(MismatchReason(code).label for code in result.reasons),
        can_be_cleared=result.state == ComparisonState.EXCEPTION and not reasons & NEVER_CLEARED,
        business=(
            Cell("姓名", entitlement.claimant_name),
            Cell("发放地", entitlement.organisation.short_name),
            Cell(
                "已列计划 / 核定",
                f"{entitlement.months_planned} / {entitlement.months_granted} 个月",
                differs=MismatchReason.MONTHS_EXHAUSTED in reasons,
            ),
        ),
        enrolment=_enrolment_cells(result.enrolment_row, reasons),
        medical=_medical_cells(result.medical_row, reasons),
        clearing_text=result.clearing_text,
        cleared_by=result.cleared_by.name if result.cleared_by else "",
        cleared_at=result.cleared_at,
        evidence_id=result.evidence_id,
    )


def _enrolment_cells(row: SourceExtractRow | None, reasons: set[str]) -> tuple[Cell, ...]:
    if row is None:
        return (Cell("", "查无此人", differs=True),)
    status = EnrolmentStatus(row.status).label if row.status else ""
    last = f"{row.last_month:%Y-%m}" if row.last_month else "—"
    return (
        Cell("姓名", row.name, differs=bool(reasons & ENROLMENT_NAME)),
        Cell("状态", status, differs=bool(reasons & ENROLMENT_STATE)),
        Cell("最后缴费月份", last, differs=MismatchReason.RE_EMPLOYED in reasons),
        Cell("单位", row.unit_name or "—"),
    )


def _medical_cells(row: SourceExtractRow | None, reasons: set[str]) -> tuple[Cell, ...]:
    if row is None:
        return (Cell("", "查无此人", differs=True),)
    return (
        Cell("姓名", row.name, differs=MismatchReason.MEDICAL_NAME_DIFFERS in reasons),
        Cell(
            "缴费单位",
            " ".join(filter(None, (row.unit_number, row.unit_name))),
            differs=MismatchReason.MEDICAL_OTHER_UNIT in reasons,
        ),
    )
