"""Extracts of other systems: how fresh each source is, what came in, what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from accounts.duties import Duty
from accounts.models import Job
from accounts.permissions import reach_of, require_any
from accounts.selectors.parameters import value_in_force
from accounts.selectors.work import JobLine, job_line
from common.actor import Person
from common.errors import NotFound
from common.lists import Column, Listing, Viewer
from common.workbooks import Kind
from payouts.enums import ExtractState, ReturnVia, SourceKind
from payouts.models import SourceExtract

RELATED = ("document__created_by", "job__requested_by", "job__organisation")
TONES = {"CHECKING": "blue", "APPLIED": "green", "REJECTED": "red"}


@dataclass(frozen=True, slots=True)
class Freshness:
    """One source's newest data: its day, its age in days, and whether it is too old to use."""

    kind: str
    label: str
    extract_id: int | None
    data_date: date | None
    row_count: int
    age_days: int | None
    limit_days: int

    @property
    def is_stale(self) -> bool:
        """Tell whether the data is missing or older than the pool allows."""
        return self.age_days is None or self.age_days > self.limit_days


@dataclass(frozen=True, slots=True)
class ExtractLine:
    """One extract of the list. `report_id` is the error workbook, if this person may read it."""

    id: int
    kind_label: str
    file_name: str
    via_label: str
    state: str
    state_label: str
    tone: str
    data_date: date | None
    month: date | None
    row_count: int
    problem_count: int
    received_at: datetime
    received_by: str
    applied_at: datetime | None
    report_id: int | None
    error: str
    job: JobLine | None


def newest_extract(kind: str) -> SourceExtract | None:
    """Return the applied extract with the newest data of one source."""
    return (
        SourceExtract.objects.filter(kind=kind, state=ExtractState.APPLIED)
        .order_by("-data_date", "-id")
        .first()
    )


def list_freshness(*, today: date) -> list[Freshness]:
    """Return how fresh each source is; age in calendar days."""
    limit = int(value_in_force(code="source_days", on=today))
    return [_freshness(kind, today, limit) for kind in SourceKind]


def _freshness(kind: SourceKind, today: date, limit: int) -> Freshness:
    extract = newest_extract(kind)
    if extract is None or extract.data_date is None:
        return Freshness(kind, kind.label, None, None, 0, None, limit)
    age = (today - extract.data_date).days
    return Freshness(kind, kind.label, extract.pk, extract.data_date, extract.row_count, age, limit)


def find_extracts(viewer: Viewer, *, kind: str = "") -> QuerySet[SourceExtract]:
    """Return the extracts; all offices share them.

    Raises:
        DutyNotHeld: the post does not look at sources.
    """
    require_any(viewer.actor, Duty.SOURCE_READ)
    extracts = SourceExtract.objects.select_related(*RELATED).defer("document__content_cipher")
    return extracts.filter(kind=kind) if kind in SourceKind.values else extracts


def show_extracts(viewer: Viewer, rows: Sequence[SourceExtract]) -> list[ExtractLine]:
    """Return the lines of these extracts."""
    importable = reach_of(viewer.actor, Duty.SOURCE_IMPORT)
    return [_extract_line(row, importable) for row in rows]


EXTRACTS = Listing(
    code="payouts.selectors.sources.EXTRACTS",
    title="外部数据导入记录",
    duty=Duty.SOURCE_READ.value,
    columns=(
        Column("file", "文件", order="document__file_name", value="file_name", width=36),
        Column("kind", "来源", order="kind", value="kind_label", width=24),
        Column("via", "接收", value="via_label"),
        Column("who", "接收人", value="received_by", place="file"),
        Column("day", "数据日期", Kind.DAY, order="data_date", value="data_date"),
        Column("count", "记录数", Kind.COUNT, order="row_count", value="row_count"),
        Column("state", "状态", order="state", value="state_label"),
        Column("received", "接收时间", order="received_at", value="received_at", width=18),
        Column("problems", "错误数", Kind.COUNT, value="problem_count", place="file"),
        Column("result", "结果", place="screen"),
    ),
    query=find_extracts,
    show=show_extracts,
)


def get_extract(*, actor: Person, extract_id: int) -> ExtractLine:
    """Return one extract; NotFound if there is none of this number in the pool."""
    require_any(actor, Duty.SOURCE_READ)
    extract = (
        SourceExtract.objects.select_related(*RELATED)
        .defer("document__content_cipher")
        .filter(pk=extract_id)
        .first()
    )
    if extract is None:
        raise NotFound
    return _extract_line(extract, reach_of(actor, Duty.SOURCE_IMPORT))


def _extract_line(extract: SourceExtract, importable: frozenset[int]) -> ExtractLine:
    uploader, job = extract.document.created_by, extract.job
    may_read_report = extract.document.organisation_id in importable
    return ExtractLine(
        id=extract.pk,
        kind_label=SourceKind(extract.kind).label,
        file_name=extract.document.file_name,
        via_label=ReturnVia(extract.via).label,
        state=extract.state,
        state_label=ExtractState(extract.state).label,
        tone=TONES[extract.state],
        data_date=extract.data_date,
        month=extract.month,
        row_count=extract.row_count,
        problem_count=extract.problem_count,
        received_at=extract.received_at,
        received_by=uploader.name if uploader else "文件夹接收",
        applied_at=extract.applied_at,
        report_id=extract.report_id if may_read_report else None,
        error=job.error if job else "",
        job=_line_of(job),
    )


def _line_of(job: Job | None) -> JobLine | None:
    return job_line(job) if job else None
