"""What every reconciliation does with its findings: replace the earlier run, keep what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.enums import NoticeKind
from accounts.services import audit, notices
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError
from common.periods import month_of, month_text
from payouts.selectors.parameters import working_days
from reconciliation.calculators import due_date
from reconciliation.enums import (
    DifferenceKind,
    DifferenceState,
    RunKind,
    RunState,
    StatementState,
)
from reconciliation.models import Difference, OfficeStatement, ReconciliationRun

GONE = "重新对账后该差异已消除"


class MonthNotBegun(DomainError):
    code = "RECONCILIATION_MONTH_NOT_BEGUN"
    message = "该月份尚未开始，不能对账"


class StatementSigned(DomainError):
    code = "RECONCILIATION_STATEMENT_SIGNED"
    message = "该月对账明细表已签字，不能重新对账；确需更正的，请先在对账明细表页面发起新版本"


class RunInProgress(DomainError):
    code = "RECONCILIATION_RUN_IN_PROGRESS"
    message = "他人正在对同一月份对账，请稍后刷新页面查看结果"


@dataclass(frozen=True, slots=True)
class Figures:
    """What was compared: both sides' counts and amounts (yuan) of one kind, office and month."""

    kind: RunKind
    book_id: int
    organisation_id: int | None
    month: date
    left_count: int
    left_amount: Decimal
    right_count: int
    right_amount: Decimal


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference found. `since` is the day its age counts from; None: today."""

    kind: DifferenceKind
    key: str
    subject: str
    left_amount: Decimal
    right_amount: Decimal
    owner_id: int | None
    since: date | None = None


def check_month(month: date, at: datetime) -> None:
    """Refuse a month that has not begun. A running month may be reconciled as often as needed."""
    if month > month_of(timezone.localdate(at)):
        raise MonthNotBegun


@transaction.atomic
def replace_run(
    *, actor: Person, figures: Figures, findings: Sequence[Finding], over: int, at: datetime
) -> ReconciliationRun:
    """Write a run with its differences in place of the current one; return it.

    A difference found again moves over with all that was done about it; one that is gone stays
    with the earlier run and waits to be closed with that reason; one whose figures changed is
    open again. Owners are told of what is new. `over` is the office the run belongs to.

    Raises:
        StatementSigned: a signed statement stands on the current run.
        RunInProgress: somebody else wrote the same run a moment ago.
    """
    earlier = _retire_current(actor, figures, at)
    with constraint_errors({"reconciliation_one_current": RunInProgress}):
        run = ReconciliationRun.objects.create(
            pool_id=actor.pool_id,
            kind=figures.kind,
            book_id=figures.book_id,
            organisation_id=figures.organisation_id,
            month=figures.month,
            left_count=figures.left_count,
            left_amount=figures.left_amount,
            right_count=figures.right_count,
            right_amount=figures.right_amount,
            state=RunState.DIFFERENT if findings else RunState.EQUAL,
            run_by_id=actor.user_id,
            run_at=at,
        )
    new = _write_findings(run, earlier, findings, timezone.localdate(at))
    if earlier is not None:
        _propose_closing(earlier, findings, actor, at)
    _tell_owners(run, new, at)
    audit.record(
        actor=actor,
        verb="reconciliation.run.written",
        subject=run,
        at=at,
        label=f"{figures.kind.label} {month_text(figures.month)}",
        organisation_id=over,
        after={"differences": len(findings), "gap": run.left_amount - run.right_amount},
    )
    return run


def _retire_current(actor: Person, figures: Figures, at: datetime) -> ReconciliationRun | None:
    """Lock and retire the current run; an unsigned statement on it is superseded."""
    place = (
        Q(organisation__isnull=True)
        if figures.organisation_id is None
        else Q(organisation_id=figures.organisation_id)
    )
    current = (
        ReconciliationRun.objects.select_for_update(of=("self",), no_key=True)
        .filter(
            place,
            kind=figures.kind,
            book_id=figures.book_id,
            month=figures.month,
            is_current=True,
        )
        .first()
    )
    if current is None:
        return None
    statements = OfficeStatement.objects.select_for_update(of=("self",), no_key=True)
    for statement in statements.filter(run=current).exclude(state=StatementState.SUPERSEDED):
        if statement.signed_at is not None:
            raise StatementSigned
        statement.state = StatementState.SUPERSEDED
        statement.superseded_reason = "签字前重新对账"
        statement.save(update_fields=["state", "superseded_reason"])
        audit.record(
            actor=actor,
            verb="reconciliation.statement.superseded",
            subject=statement,
            at=at,
            organisation_id=statement.organisation_id,
            after={"reason": statement.superseded_reason},
        )
    current.is_current = False
    current.save(update_fields=["is_current"])
    return current


def _write_findings(
    run: ReconciliationRun,
    earlier: ReconciliationRun | None,
    findings: Sequence[Finding],
    today: date,
) -> list[Difference]:
    """Write or take over each difference; return those nobody knew of before."""
    known = {}
    if earlier is not None:
        known = {(row.kind, row.key): row for row in earlier.differences.order_by("id")}
    # The rows of a version that was once signed stay where they are; they are copied.
    is_history = (
        earlier is not None and earlier.officestatement_set.filter(signed_at__isnull=False).exists()
    )
    new = []
    for finding in findings:
        row = known.get((finding.kind, finding.key))
        if row is None:
            row = _new_difference(run, finding, today)
            new.append(row)
        else:
            _take_over(row, run, finding, as_copy=is_history)
        row.save()
    return new


def _new_difference(run: ReconciliationRun, finding: Finding, today: date) -> Difference:
    return Difference(
        pool_id=run.pool_id,
        run=run,
        kind=finding.kind,
        key=finding.key,
        subject=finding.subject,
        left_amount=finding.left_amount,
        right_amount=finding.right_amount,
        owner_id=finding.owner_id,
        since_date=finding.since or today,
        due_date=due_date(finding.kind, found=today, days=working_days()),
    )


def _take_over(row: Difference, run: ReconciliationRun, finding: Finding, *, as_copy: bool) -> None:
    has_changed = (row.left_amount, row.right_amount) != (
        finding.left_amount,
        finding.right_amount,
    )
    if as_copy or (has_changed and row.state == DifferenceState.CLOSED):
        row.pk, row._state.adding = None, True
    row.run, row.subject = run, finding.subject
    row.left_amount, row.right_amount = finding.left_amount, finding.right_amount
    if has_changed:
        row.state, row.explanation = DifferenceState.OPEN, ""
        row.explained_by = row.explained_at = row.closed_by = row.closed_at = None


def _propose_closing(
    earlier: ReconciliationRun, findings: Sequence[Finding], actor: Person, at: datetime
) -> None:
    """Explain what was not found again, so that a second person can close it."""
    found = {(str(finding.kind), finding.key) for finding in findings}
    for row in earlier.differences.filter(state=DifferenceState.OPEN).order_by("id"):
        if (row.kind, row.key) in found:
            continue
        row.state, row.explanation = DifferenceState.EXPLAINED, GONE
        row.explained_by_id, row.explained_at = actor.user_id, at
        row.save(update_fields=["state", "explanation", "explained_by", "explained_at"])


def _tell_owners(run: ReconciliationRun, rows: Sequence[Difference], at: datetime) -> None:
    for row in rows:
        if row.owner_id is None:
            continue
        notices.notify_people(
            pool_id=run.pool_id,
            user_ids=[row.owner_id],
            message=notices.Message(
                NoticeKind.RECONCILIATION,
                f"{month_text(run.month)}对账发现差异：{row.subject}，"
                f"请于{row.due_date:%Y-%m-%d}前查明处理",
                reverse("reconciliation:difference", args=[row.pk]),
                f"difference:{row.pk}",
            ),
            at=at,
        )
