"""What all imports of funds share: what they answer, and the report on a refused file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from accounts.duties import Duty
from accounts.models import Document
from accounts.services.documents import XLSX, NewDocument, store_document
from common.actor import Actor
from common.documents import error_workbook
from common.errors import DomainError
from common.tables import Problem, Table, TableSpec, raw_rows
from common.textfiles import MAX_BYTES
from common.xmlfiles import is_xml

SHOWN_PROBLEMS = 50


class FileTooLarge(DomainError):
    code = "FILE_TOO_LARGE"
    message = "文件超过64MB，请分成多个文件"


class FileImportedBefore(DomainError):
    code = "FILE_IMPORTED_BEFORE"
    message = "同一文件已经导入过，没有重复登记"


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What came of a file: the id of what it became, or why nothing was applied.

    `imported_at` is set when the very same file had been applied before; then `applied_id` is
    what it became at that time. `report_id` is the error workbook's document. `finding_count`
    counts the movements of an applied bank statement that have no permitted edge.
    """

    applied_id: int | None = None
    imported_at: datetime | None = None
    row_count: int = 0
    problem_count: int = 0
    problems: Sequence[Problem] = field(default=())
    report_id: int | None = None
    finding_count: int = 0

    @property
    def is_refused(self) -> bool:
        """Whether the file was wrong, so that nothing was applied."""
        return self.applied_id is None


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """An uploaded file and who may read what is kept of it."""

    content: bytes
    file_name: str
    duty: Duty
    organisation_id: int


def check_size(content: bytes) -> None:
    """Refuse a file above the limit before it is stored; FileTooLarge."""
    if len(content) > MAX_BYTES:
        raise FileTooLarge


def refuse(
    *, actor: Actor, file: IncomingFile, spec: TableSpec, table: Table, at: datetime
) -> ImportOutcome:
    """Keep the error workbook of a wrong file and say what is wrong; nothing was applied."""
    return ImportOutcome(
        row_count=len(table.rows),
        problem_count=table.problem_count,
        problems=tuple(table.problems[:SHOWN_PROBLEMS]),
        report_id=store_report(actor=actor, file=file, spec=spec, table=table, at=at).pk,
    )


def store_report(
    *, actor: Actor, file: IncomingFile, spec: TableSpec, table: Table, at: datetime
) -> Document:
    """Store the file's own rows as a workbook with the reasons beside the wrong ones."""
    stem = file.file_name.rpartition(".")[0] or file.file_name
    document = NewDocument(
        organisation_id=file.organisation_id,
        duty=file.duty,
        title=f"错误明细：{file.file_name}"[:150],
        file_name=f"错误明细-{stem[:100]}.xlsx",
        media_type=XLSX,
        content=_report(file.content, spec, table),
    )
    return store_document(actor=actor, document=document, at=at)


def _report(content: bytes, spec: TableSpec, table: Table) -> bytes:
    labels = [column.label for column in spec.columns]
    try:
        has_rows = table.has_rows and not is_xml(content)
        rows = list(raw_rows(content)) if has_rows else []
    except DomainError:
        rows = []
    return error_workbook(
        labels, islice(rows, 2, None), table.problems, declaration=rows[0] if rows else ()
    )
