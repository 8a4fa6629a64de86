"""Lists as workbooks: asked for from the screen, written by a job, kept for a week."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse
from django.utils.module_loading import import_string

from accounts.duties import Duty
from accounts.enums import NoticeKind
from accounts.models import Job
from accounts.permissions import require_duty
from accounts.selectors.people import person_label
from accounts.selectors.work import EXPORT_KEPT, EXPORT_TASK
from accounts.services import audit, documents, jobs, notices
from common.actor import Person
from common.documents import CellValue, detail_workbook
from common.errors import DomainError
from common.lists import ExportRequest, Listing, Viewer, exported_ids, exported_rows, read_export

ROW_LIMIT = 200_000
CHUNK = 2_000  # rows between two reports of progress

_SHANGHAI = ZoneInfo("Asia/Shanghai")


class ListTooLong(DomainError):
    code = "LIST_TOO_LONG"
    message = f"名单超过{ROW_LIMIT:,}条，请先缩小筛选范围再导出"


class ListEmpty(DomainError):
    code = "LIST_EMPTY"
    message = "没有符合条件的记录，无需导出"


class ExportUnreadable(DomainError):
    code = "EXPORT_UNREADABLE"
    message = "导出请求已失效，请返回列表页面重新点击导出"


@dataclass(frozen=True, slots=True)
class _Export:
    """One workbook to write: what, and in whose reach."""

    listing: Listing[Any, Any]
    request: ExportRequest
    viewer: Viewer

    @property
    def actor(self) -> Person:
        """Return who asked for it."""
        return self.viewer.actor


@transaction.atomic
def request_export(*, actor: Person, token: str, at: datetime) -> Job:
    """Ask for the list a page showed, with its filters and order; a job writes it.

    Args:
        token: what the page's export button carries.

    Raises:
        DutyNotHeld: the post may not read this list. ListTooLong. ListEmpty.
        ExportUnreadable: the button was not written by this site.
        JobExists: the same list was asked for within the minute.
    """
    request = read_export(token)
    if request is None:
        raise ExportUnreadable
    listing = _listing(request.code)
    require_duty(actor, Duty(listing.duty), over=actor.organisation_id)
    count = exported_ids(listing, Viewer(actor, at), request)[: ROW_LIMIT + 1].count()
    if count > ROW_LIMIT:
        raise ListTooLong
    if not count:
        raise ListEmpty
    job = jobs.request_job(actor=actor, request=_job_request(actor, listing, request, at), at=at)
    audit.record(
        actor=actor,
        verb="accounts.list.exported",
        subject=job,
        at=at,
        label=listing.title,
        organisation_id=actor.organisation_id,
        after={"filters": request.conditions[:500] or "全部", "rows": count},
    )
    return job


def _job_request(
    actor: Person, listing: Listing[Any, Any], request: ExportRequest, at: datetime
) -> jobs.JobRequest:
    arguments = {
        "request": asdict(request),
        "person": {
            "organisation_id": actor.organisation_id,
            "user_id": actor.user_id,
            "grant_id": actor.grant_id,
            "post": actor.post,
        },
    }
    asked = f"{actor.grant_id}|{asdict(request)}"
    digest = hashlib.sha256(asked.encode()).hexdigest()[:32]
    return jobs.JobRequest(
        task=EXPORT_TASK,
        key=f"{digest}:{at:%Y%m%d%H%M}",
        title=f"导出{listing.title}",
        organisation_id=actor.organisation_id,
        arguments=arguments,
        is_stoppable=True,
    )


def write_export(run: jobs.JobRun, at: datetime) -> None:
    """Write the workbook of a request and keep it; tell the person who asked.

    Which rows and in which order is settled at the start, in one statement; their contents
    are read in portions. A grant that ended meanwhile ends the export.
    """
    export = _export_of(run, at)
    listing, actor = export.listing, export.actor
    with run.step():
        found = exported_ids(listing, export.viewer, export.request)
        ids = list(found[: ROW_LIMIT + 1])
        head = _head(export, len(ids), at)
    if len(ids) > ROW_LIMIT:
        raise ListTooLong
    columns, rows = listing.export_columns(), _rows(run, export, ids)
    content = detail_workbook(columns, rows, title=listing.title, head=head)
    local = at.astimezone(_SHANGHAI)
    with run.step():
        kept = documents.store_document(
            actor=actor,
            document=documents.NewDocument(
                organisation_id=actor.organisation_id,
                duty=Duty(listing.duty),
                title=f"{listing.title}（导出）",
                file_name=f"{listing.title}-{local:%Y%m%d-%H%M}.xlsx",
                media_type=documents.XLSX,
                content=content,
            ),
            at=at,
        )
        url = reverse("accounts:document", args=[kept.pk])
        _tell(run, export, len(ids), url, at)
        run.finish(result_url=url, report_id=kept.pk)


def _export_of(run: jobs.JobRun, at: datetime) -> _Export:
    request = ExportRequest(**run.arguments["request"])
    actor = Person(pool_id=run.actor.pool_id, **run.arguments["person"])
    return _Export(_listing(request.code), request, Viewer(actor, at))


def _listing(code: str) -> Listing[Any, Any]:
    """Return the list a code names; the code was signed by this site."""
    found = import_string(code)
    if not isinstance(found, Listing):
        raise ExportUnreadable
    return found


def _rows(run: jobs.JobRun, export: _Export, ids: list[int]) -> Iterator[list[CellValue]]:
    """Yield the cells of all rows, a portion per transaction."""
    for start in range(0, len(ids), CHUNK):
        run.report(start, len(ids))
        portion = ids[start : start + CHUNK]
        with run.step():
            rows = exported_rows(export.listing, export.viewer, export.request, portion)
        yield from rows
    run.report(len(ids), len(ids))


def _head(export: _Export, count: int, at: datetime) -> list[str]:
    """Return the lines above the table: what, narrowed to what, when, by whom."""
    local = at.astimezone(_SHANGHAI)
    return [
        export.listing.title,
        f"筛选条件：{export.request.conditions or '全部'}",
        f"导出时间：{local:%Y-%m-%d %H:%M}  导出人：{person_label(export.actor)}  共{count:,}条",
        "证件号和账号已脱敏；金额单位：元",
    ]


def _tell(run: jobs.JobRun, export: _Export, count: int, url: str, at: datetime) -> None:
    message = notices.Message(
        NoticeKind.SYSTEM,
        f"{export.listing.title}已导出{count:,}条，请在{EXPORT_KEPT.days}天内下载",
        url,
        f"export:{run.job_id}",
    )
    notices.notify_people(
        pool_id=run.actor.pool_id, user_ids=[export.actor.user_id], message=message, at=at
    )
