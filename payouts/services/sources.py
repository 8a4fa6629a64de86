"""Taking in extracts of other systems: stored at once, checked by a job, applied whole."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import JobState, NoticeKind, OrganisationLevel
from accounts.models import Organisation
from accounts.permissions import DutyNotHeld, reach_of
from accounts.services import audit, documents, jobs, notices
from accounts.services.documents import NewDocument
from accounts.services.jobs import JobRequest, JobRun
from common.actor import Actor, Person
from common.db import constraint_errors, copy_rows, run_sql
from common.documents import error_workbook, sha256_hex
from common.encryption import Purpose, lookup_keys_many
from common.errors import DomainError
from common.tables import raw_rows
from payouts.enums import ExtractState, SourceKind
from payouts.models import SourceExtract
from payouts.services.source_files import SPECS, SourceFile, SourceRow, read_source

IMPORT_TASK = "payouts.tasks.import_extract"
KEYS_AT_ONCE = 50_000  # rows whose keys are computed between two reports of progress
STAGED_COLUMNS = (
    *("line_number", "person_key", "identity_masked", "name", "place", "status"),
    *("last_month", "contributed_months", "unit_number", "unit_name", "amount"),
)


class ExtractKnown(DomainError):
    code = "EXTRACT_KNOWN"
    message = "该文件已导入，不会重复入库"


class ExtractEmpty(DomainError):
    code = "EXTRACT_EMPTY"
    message = "文件是空的，请重新导出后上传"


@transaction.atomic
def receive_extract(
    *, actor: Actor, kind: str, content: bytes, file_name: str, via: str, at: datetime
) -> SourceExtract:
    """Keep an extract file and ask for its check; return the extract, CHECKING.

    `via` is a `ReturnVia`. A job may bring files from the watched folder; a person needs the
    duty to import. The file is read by the job, whole or not at all.

    Raises:
        DutyNotHeld: the person may not import sources.
        ExtractKnown: the same bytes are in already, or being checked; says since when.
    """
    organisation_id = _receiving_office(actor)
    if not content.strip():
        raise ExtractEmpty
    sha256 = sha256_hex(content)
    _refuse_known(kind, sha256)
    document = documents.store_document(
        actor=actor, document=_original(organisation_id, kind, file_name, content), at=at
    )
    with constraint_errors({"extract_once_per_file": ExtractKnown}):
        extract = SourceExtract.objects.create(
            pool_id=actor.pool_id,
            kind=kind,
            document=document,
            sha256=sha256,
            via=via,
            received_at=at,
        )
    request = JobRequest(
        task=IMPORT_TASK,
        key=f"extract {extract.pk}",
        title=f"导入{SourceKind(kind).label}：{file_name}"[:150],
        organisation_id=organisation_id,
        arguments={"extract_id": extract.pk},
        is_stoppable=True,
    )
    extract.job = jobs.request_job(actor=actor, request=request, at=at)
    extract.save(update_fields=["job"])
    audit.record(
        actor=actor,
        verb="payouts.extract.received",
        subject=extract,
        at=at,
        label=file_name[:120],
        organisation_id=organisation_id,
        after={"kind": kind, "via": via, "sha256": sha256},
    )
    return extract


def _original(organisation_id: int, kind: str, file_name: str, content: bytes) -> NewDocument:
    return NewDocument(
        organisation_id=organisation_id,
        duty=Duty.SOURCE_IMPORT,
        title=f"{SourceKind(kind).label}（原始文件）",
        file_name=file_name[-150:],
        media_type=documents.XLSX if content.startswith(b"PK") else documents.CSV,
        content=content,
    )


def _receiving_office(actor: Actor) -> int:
    """Return the office that keeps the file: the person's own, or the city centre for a job."""
    if isinstance(actor, Person):
        if not reach_of(actor, Duty.SOURCE_IMPORT):
            raise DutyNotHeld
        return actor.organisation_id
    return Organisation.objects.get(level=OrganisationLevel.CITY).pk


def _refuse_known(kind: str, sha256: str) -> None:
    # A file whose job was given up is checked by nobody: it may come again.
    SourceExtract.objects.filter(
        kind=kind, sha256=sha256, state=ExtractState.CHECKING, job__state=JobState.FAILED
    ).update(state=ExtractState.REJECTED)
    known = (
        SourceExtract.objects.filter(kind=kind, sha256=sha256)
        .exclude(state=ExtractState.REJECTED)
        .first()
    )
    if known is None:
        return
    day = timezone.localtime(known.received_at)
    raise ExtractKnown(f"该文件已于 {day:%Y-%m-%d %H:%M} 导入，不会重复入库")


def import_extract(run: JobRun, *, at: datetime) -> None:
    """Read, check and apply one extract: the work of the job `payouts.tasks.import_extract`.

    The day against which ages are judged is the one the file came in. Killed anywhere, the job
    starts again from the stored file; applied is applied once.
    """
    extract_id = run.arguments["extract_id"]
    with run.step():
        extract = SourceExtract.objects.select_related("document").get(pk=extract_id)
        content, today = bytes(extract.document.content), timezone.localdate(extract.received_at)
    if extract.state != ExtractState.CHECKING:
        return
    kind = SourceKind(extract.kind)
    file = read_source(content, kind, today=today)
    if not file.table.is_clean:
        _reject(run, extract, file, content, at)
        return
    staged = list(_staged_rows(run, file))
    with run.step():
        _apply(run, extract, file, staged, at)


def reject_stopped(run: JobRun) -> None:
    """Let a file whose import was stopped be brought in again: what a stopped job undoes."""
    SourceExtract.objects.filter(
        pk=run.arguments["extract_id"], state=ExtractState.CHECKING
    ).update(state=ExtractState.REJECTED)


def _staged_rows(run: JobRun, file: SourceFile) -> Iterator[tuple[object, ...]]:
    """Yield the rows as they are staged, keys computed in chunks with progress shown."""
    rows, total, done = iter(file.rows()), len(file.table.rows), 0
    while chunk := list(islice(rows, KEYS_AT_ONCE)):
        identities = [row.identity for _, row in chunk]
        keys = lookup_keys_many(identities, purpose=Purpose.IDENTITY)
        yield from _keyed(chunk, keys)
        done += len(chunk)
        run.report(done, total)


def _keyed(
    chunk: Iterable[tuple[int, SourceRow]], keys: Iterable[str]
) -> Iterator[tuple[object, ...]]:
    for (line, row), key in zip(chunk, keys, strict=True):
        yield (
            *(line, key, row.identity_masked, row.name, row.place, row.status),
            *(row.last_month, row.contributed_months, row.unit_number, row.unit_name, row.amount),
        )


def _apply(
    run: JobRun,
    extract: SourceExtract,
    file: SourceFile,
    staged: list[tuple[object, ...]],
    at: datetime,
) -> None:
    run_sql("payouts", "stage_extract_rows", {})
    copy_rows("staged_extract_rows", STAGED_COLUMNS, staged)
    run_sql(
        "payouts",
        "add_extract_rows",
        {"pool_id": extract.pool_id, "extract_id": extract.pk},
    )
    extract.state, extract.applied_at = ExtractState.APPLIED, at
    extract.data_date, extract.month = file.data_date, file.month
    extract.row_count = len(staged)
    extract.save(update_fields=["state", "applied_at", "data_date", "month", "row_count"])
    audit.record(
        actor=run.actor,
        verb="payouts.extract.applied",
        subject=extract,
        at=at,
        label=extract.get_kind_display(),
        after={"rows": extract.row_count, "data_date": extract.data_date},
    )
    run.finish(result_url=reverse("payouts:source", kwargs={"extract_id": extract.pk}))
    _tell_uploader(extract, "已入库", f"共 {extract.row_count:,} 条", at)


def _reject(
    run: JobRun, extract: SourceExtract, file: SourceFile, content: bytes, at: datetime
) -> None:
    """Hand the user's own rows back with what is wrong with them; nothing is applied."""
    workbook = _error_report(extract, file, content)
    count = file.table.problem_count
    with run.step():
        report = documents.store_document(
            actor=run.actor,
            document=NewDocument(
                organisation_id=extract.document.organisation_id,
                duty=Duty.SOURCE_IMPORT,
                title=f"{extract.get_kind_display()}错误明细",
                file_name=f"错误明细-{extract.document.file_name.rpartition('.')[0]}.xlsx"[-150:],
                media_type=documents.XLSX,
                content=workbook,
            ),
            at=at,
        )
        extract.state, extract.problem_count, extract.report = (
            ExtractState.REJECTED,
            count,
            report,
        )
        extract.save(update_fields=["state", "problem_count", "report"])
        audit.record(
            actor=run.actor,
            verb="payouts.extract.rejected",
            subject=extract,
            at=at,
            label=extract.get_kind_display(),
            after={"problems": count},
        )
        message = f"文件有 {count} 处错误，全部未入库：{file.table.problems[0]}"
        run.fail(message, report_id=report.pk)
        _tell_uploader(extract, "未入库", message, at)


def _error_report(extract: SourceExtract, file: SourceFile, content: bytes) -> bytes:
    """Return the error workbook; a file that cannot be read has no rows to hand back."""
    header = [column.label for column in SPECS[SourceKind(extract.kind)].columns]
    try:
        rows = list(raw_rows(content)) if file.table.has_rows else []
    except DomainError:
        rows = []
    declaration = rows[0] if rows else []
    return error_workbook(header, rows[2:], file.table.problems, declaration=declaration)


def _tell_uploader(extract: SourceExtract, outcome: str, detail: str, at: datetime) -> None:
    """Tell the person who brought the file, or for the folder everyone who may import."""
    message = notices.Message(
        kind=NoticeKind.TASK if extract.state == ExtractState.REJECTED else NoticeKind.SYSTEM,
        text=f"{extract.get_kind_display()}{outcome}。{detail}"[:300],
        url=reverse("payouts:source", kwargs={"extract_id": extract.pk}),
        key=f"extract {extract.pk} {extract.state}",
    )
    uploader = extract.document.created_by_id
    if uploader:
        notices.notify_people(pool_id=extract.pool_id, user_ids=[uploader], message=message, at=at)
    else:
        notices.notify_duty(
            pool_id=extract.pool_id,
            duty=Duty.SOURCE_IMPORT,
            over=extract.document.organisation_id,
            message=message,
            at=at,
        )
