"""Extracts of other systems: how fresh each source is, what came in, what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from accounts.duties import Duty
from accounts.models import Job
from accounts.permissions import reach_of, require_any
from accounts.selectors.parameters import value_in_force
from accounts.selectors.work import JobLine, job_line
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer
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
class ExtractRow:
    """One extract of the list; `report_url` is empty for whoever may not read the errors."""

    file_name: str
    kind_label: str
    via_label: str
    received_by: str
    data_date: date | None
    row_count: int
    state_label: str
    tone: str
    received_at: datetime
    problem_count: int
    url: str
    report_url: str

    @property
    def rows_found(self) -> int | None:
        """Return how many rows were read, None before that."""
        return self.row_count or None

    @property
    def problems(self) -> str:
        """Say how many errors there are, if any."""
        return f"{self.problem_count} 处错误" if self.problem_count else ""

    @property
    def report(self) -> str:
        """Return what the link to the error workbook is called, if there is one."""
        return "错误明细" if self.report_url else ""


@dataclass(frozen=True, slots=True)
class ExtractLine:
    """One extract as its page shows it; `report_id` only for whoever may read the errors."""

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
    extracts = SourceExtract.objects.all()
    return extracts.filter(kind=kind) if kind in SourceKind.values else extracts


def show_extracts(viewer: Viewer, rows: Sequence[Any]) -> list[ExtractRow]:
    """Return the lines of these extracts."""
    importable = reach_of(viewer.actor, Duty.SOURCE_IMPORT)
    return [
        ExtractRow(
            file_name=row.document__file_name,
            kind_label=str(SourceKind(row.kind).label),
            via_label=str(ReturnVia(row.via).label),
            received_by=row.document__created_by__name or "文件夹接收",
            data_date=row.data_date,
            row_count=row.row_count,
            state_label=str(ExtractState(row.state).label),
            tone=TONES[row.state],
            received_at=row.received_at,
            problem_count=row.problem_count,
            url=address("payouts:source", row.pk),
            report_url=(
                address("accounts:document", row.report_id)
                if row.report_id and row.document__organisation_id in importable
                else ""
            ),
        )
        for row in rows
    ]


EXTRACTS = Listing(
    code="payouts.selectors.sources.EXTRACTS",
    title="外部数据导入记录",
    duty=Duty.SOURCE_READ.value,
    columns=(
        Column(
            "file", "文件", order="document__file_name", value="file_name", width=36, link="url"
        ),
        Column("kind", "来源", order="kind", value="kind_label", width=24),
        Column("via", "接收", value="via_label", note="received_by"),
        Column("who", "接收人", value="received_by", place="file"),
        Column("day", "数据日期", Kind.DAY, order="data_date", value="data_date"),
        Column("count", "记录数", Kind.COUNT, order="row_count", value="rows_found"),
        Column("state", "状态", order="state", value="state_label", tone="tone"),
        Column(
            "received",
            "接收时间",
            order="received_at",
            value="received_at",
            width=18,
            is_whole=True,
        ),
        Column("problems", "错误数", Kind.COUNT, value="problem_count", place="file"),
        Column(
            "result",
            "结果",
            value="problems",
            place="screen",
            note="report",
            note_link="report_url",
        ),
    ),
    query=find_extracts,
    show=show_extracts,
    fields=(
        *("kind", "via", "data_date", "row_count", "state", "received_at", "problem_count"),
        *("report_id", "document__file_name", "document__organisation_id"),
        "document__created_by__name",
    ),
    is_written=True,
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
