"""The watched folder: files that other systems drop, taken by one worker each.

Below the inbox every pool has a folder named by its code, with `enrolment`, `medical`,
`returns` and `statements` in it. A file is renamed to a claim before it is read, so that two
workers never take one; after the commit it goes to `done`, or to `refused` with the reason
beside it. A claim whose worker died is taken up again after `CLAIM_LIFE`.
"""

import logging
import os
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from accounts.models import Pool
from common.actor import Job as JobActor
from common.errors import DomainError
from common.tenancy import tenant_transaction
from funds.services.bank_statements import import_bank_statement
from funds.services.imports import ImportOutcome
from payouts.enums import ReturnVia, SourceKind
from payouts.services.returns import BatchNotAwaiting, receive_return
from payouts.services.sources import receive_extract

SETTLED = 3  # seconds without a write after which a file counts as complete
# Seconds after which another worker may take a claimed file: with the 15 between two looks, one
# whose worker died is taken up within a minute. Two who take the same file import it once.
CLAIM_LIFE = 40
CLAIM = ".claim-"
FOLDERS = {
    "enrolment": (".csv", ".xlsx"),
    "medical": (".csv", ".xlsx"),
    "returns": (".txt",),
    "statements": (".csv", ".xlsx", ".xml"),
}
logger = logging.getLogger(__name__)


def collect_inbox(*, inbox: Path, at: datetime) -> int:
    """Take in every complete file of every pool's folders; return how many were taken."""
    return sum(
        _collect(pool_id, inbox / code / kind, kind, at)
        for pool_id, code in Pool.objects.order_by("id").values_list("pk", "code")
        for kind in FOLDERS
    )


def _collect(pool_id: int, folder: Path, kind: str, at: datetime) -> int:
    for place in (folder, folder / "done", folder / "refused"):
        place.mkdir(parents=True, exist_ok=True)
    count = 0
    for path in _complete_files(folder, FOLDERS[kind], at):
        claimed = _claim(path)
        if claimed is not None:
            _take(pool_id, kind, claimed, at)
            count += 1
    return count


def _complete_files(folder: Path, suffixes: tuple[str, ...], at: datetime) -> Iterator[Path]:
    """Yield files nobody writes to any more, and claims whose worker has died.

    Judged by the change time, which no copying program can set back.
    """
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.name.startswith("."):
            continue
        name, _, claim = path.name.partition(CLAIM)
        age = at.timestamp() - path.stat().st_ctime
        if name.lower().endswith(suffixes) and age >= (CLAIM_LIFE if claim else SETTLED):
            yield path


def _claim(path: Path) -> Path | None:
    """Rename the file so that it is ours; None if another worker was faster."""
    claimed = path.with_name(f"{_plain_name(path)}{CLAIM}{uuid.uuid4().hex}")
    try:
        os.rename(path, claimed)  # atomic on one file system
    except FileNotFoundError:
        return None
    return claimed


def _plain_name(path: Path) -> str:
    return path.name.partition(CLAIM)[0]


def _take(pool_id: int, kind: str, claimed: Path, at: datetime) -> None:
    """Bring one claimed file in and put it away; a bug leaves the claim for a later look."""
    name, actor = _plain_name(claimed), JobActor(pool_id, "payouts.tasks.collect_inbox")
    try:
        with tenant_transaction(actor):
            problem = _receive(actor, kind, name, claimed.read_bytes(), at)
    except BatchNotAwaiting:
        logger.info("inbox: a return of pool %s waits for its batch", pool_id)
        return  # looked at again when the claim has run out
    except DomainError as error:
        problem = error.message
    except Exception:
        logger.exception("inbox: %s file of pool %s could not be taken in", kind, pool_id)
        return
    _put_away(claimed, name, problem, at)


def _receive(actor: JobActor, kind: str, name: str, content: bytes, at: datetime) -> str:
    """Hand the file to its service; return why it was not taken, or nothing."""
    if kind == "returns":
        received = receive_return(
            actor=actor, content=content, file_name=name, via=ReturnVia.FOLDER, at=at
        )
        return received.problem
    if kind == "statements":
        outcome = import_bank_statement(actor=actor, content=content, file_name=name, at=at)
        return _problem_of(outcome)
    receive_extract(
        actor=actor,
        kind=SourceKind(kind.upper()),
        content=content,
        file_name=name,
        via=ReturnVia.FOLDER,
        at=at,
    )
    return ""


def _problem_of(outcome: ImportOutcome) -> str:
    """Return why a statement was not taken, or nothing."""
    if outcome.imported_at is not None:
        when = timezone.localtime(outcome.imported_at)
        return f"同一文件已于{when:%Y-%m-%d %H:%M}导入，没有重复登记"
    return "\n".join(str(problem) for problem in outcome.problems)


def _put_away(claimed: Path, name: str, problem: str, at: datetime) -> None:
    folder = claimed.parent / ("refused" if problem else "done")
    target = folder / f"{timezone.localtime(at):%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}-{name}"
    try:
        os.rename(claimed, target)
    except FileNotFoundError:
        logger.warning("inbox: %s was taken over by another worker meanwhile", name)
        return
    if problem:
        target.with_name(f"{target.name}.reason.txt").write_text(problem, encoding="utf-8")
