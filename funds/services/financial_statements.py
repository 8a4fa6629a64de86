"""Financial statements: prepared from the books, checked, approved, signed by the head."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.permissions import require_duty
from accounts.services import audit, signatures
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from funds.enums import FinancialStatementState
from funds.models import (
    FinancialStatement,
    FinancialStatementCell,
    FinancialStatementNote,
    Period,
)
from funds.selectors.books import city_centre
from funds.selectors.statement_figures import Place, StatementScope, compute_figures
from funds.workflows import STATEMENT_STEPS

DUTIES = {
    FinancialStatementState.CHECKING: Duty.REPORT_CHECK,
    FinancialStatementState.APPROVING: Duty.REPORT_APPROVE,
    FinancialStatementState.SIGNING: Duty.REPORT_SIGN_HEAD,
}


class StatementMonthNotOver(DomainError):
    code = "STATEMENT_MONTH_NOT_OVER"
    message = "报表所属期间尚未结束，期末之后才能编制"


class StatementMonthUnknown(DomainError):
    code = "STATEMENT_MONTH_UNKNOWN"
    message = "本账套没有该会计期间，不能编制报表"


class NoteMissing(DomainError):
    code = "NOTE_MISSING"
    message = "说明不能为空，没有需要说明的事项时请填写“无”"


class StatementInWork(DomainError):
    code = "STATEMENT_IN_WORK"
    message = "该期间已有一份报表正在办理，请先办结或退回"


class FinancialStatementNotWaiting(DomainError):
    code = "FINANCIAL_STATEMENT_NOT_WAITING"
    message = "报表已由他人处理，请刷新页面查看最新状态"


class BooksMoved(DomainError):
    code = "BOOKS_MOVED"
    message = "报表编制后账簿又有变动，数字与账簿不符，请退回后重新编制"


class MonthsNotClosed(DomainError):
    code = "MONTHS_NOT_CLOSED"
    message = "报表期间还没有结账：业务、账簿与银行核对一致并结账后，报表才能定稿"


class SignedOutOfOrder(DomainError):
    code = "STATEMENT_SIGNED_OUT_OF_ORDER"
    message = "报表须由不同的人依次编制、复核、签发"


_REFUSALS = {
    "financial_statement_equals_the_books": BooksMoved,
    "financial_statement_of_closed_months": MonthsNotClosed,
    "financial_statement_signed_by_different_people": SignedOutOfOrder,
}


@dataclass(frozen=True, slots=True)
class StatementDraft:
    """What is prepared: which months, the notes in their order, and cells of the recipients."""

    scope: StatementScope
    notes: Sequence[str]
    recipients: Mapping[Place, Decimal | None]


@transaction.atomic
def prepare_financial_statement(
    *, actor: Person, draft: StatementDraft, at: datetime
) -> FinancialStatement:
    """Keep the figures of the books as a new version, sign step PREPARE, and send it to check.

    It may be prepared before its months are closed, and is final only afterwards.

    Raises:
        StatementMonthUnknown, StatementMonthNotOver: there is nothing to state yet.
        StatementInWork: another version waits for a signature; NoteMissing: a note is empty.
    """
    centre, scope = city_centre(), draft.scope
    require_duty(actor, Duty.REPORT_PREPARE, over=centre.pk)
    if not Period.objects.filter(book_id=scope.book_id, month=scope.month).exists():
        raise StatementMonthUnknown
    if scope.last_day >= timezone.localdate(at):
        raise StatementMonthNotOver
    notes = [note.strip() for note in draft.notes]
    if not all(notes):
        raise NoteMissing
    cells = {**compute_figures(scope).cells, **draft.recipients}
    statement = _insert(actor, scope, _content(scope, cells, notes), at)
    FinancialStatementCell.objects.bulk_create(
        FinancialStatementCell(
            pool_id=actor.pool_id,
            statement=statement,
            table=table,
            line=line,
            column=column,
            amount=amount,
        )
        for (table, line, column), amount in cells.items()
    )
    FinancialStatementNote.objects.bulk_create(
        FinancialStatementNote(pool_id=actor.pool_id, statement=statement, number=number, text=text)
        for number, text in enumerate(notes, start=1)
    )
    signatures.approve(actor, matter_of(statement, centre.pk), "PREPARE", at)
    _record(actor, statement, "funds.financial_statement.prepared", at)
    return statement


def _content(
    scope: StatementScope, cells: Mapping[Place, Decimal | None], notes: Sequence[str]
) -> str:
    content = {
        "book": scope.book_id,
        "form": scope.form,
        "span": scope.span,
        "month": scope.month,
        "cells": {" ".join(place): amount for place, amount in cells.items()},
        "notes": notes,
    }
    return signatures.content_hash(content)


def _insert(
    actor: Person, scope: StatementScope, content_sha256: str, at: datetime
) -> FinancialStatement:
    versions = FinancialStatement.objects.filter(
        book_id=scope.book_id, form=scope.form, span=scope.span, month=scope.month
    )
    last = versions.aggregate(last=Max("version"))["last"] or 0
    finals = versions.filter(state=FinancialStatementState.FINAL)
    refusals = {
        "financial_statement_one_in_work": StatementInWork,
        "financial_statement_version_once": StatementInWork,
        "financial_statement_names_what_it_replaces": StatementInWork,
    }
    with constraint_errors(refusals):
        return FinancialStatement.objects.create(
            pool_id=actor.pool_id,
            book_id=scope.book_id,
            form=scope.form,
            span=scope.span,
            first_month=scope.first,
            month=scope.month,
            version=last + 1,
            replaces=finals.order_by("-version").first(),
            content_sha256=content_sha256,
            prepared_by_id=actor.user_id,
            prepared_at=at,
        )


def matter_of(statement: FinancialStatement, centre_id: int) -> signatures.Matter:
    """Return the statement as a matter to sign."""
    return signatures.Matter(
        SubjectKind.FINANCIAL_STATEMENT,
        statement.pk,
        statement.round,
        statement.content_sha256,
        centre_id,
    )


@transaction.atomic
def sign_financial_statement(
    *, actor: Person, statement_id: int, verdict: signatures.Verdict
) -> FinancialStatement:
    """Sign the step the statement waits for; the last approval makes it final.

    Anything but an approval returns it for good: the accountant prepares a new version.

    Raises:
        FinancialStatementNotWaiting: final or returned already.
        BooksMoved: a voucher was posted since; MonthsNotClosed: at the last step only.
        AlreadySigned: the actor signed another step; OpinionMissing: a refusal without opinion.
    """
    statement, centre = _locked(statement_id), city_centre()
    if statement.state not in STATEMENT_STEPS:
        raise FinancialStatementNotWaiting
    require_duty(actor, DUTIES[FinancialStatementState(statement.state)], over=centre.pk)
    step, after = STATEMENT_STEPS[statement.state]
    matter = matter_of(statement, centre.pk)
    signatures.sign(actor=actor, matter=matter, step=step, verdict=verdict)
    is_approved = verdict.decision == Decision.APPROVE
    statement.state = after if is_approved else FinancialStatementState.RETURNED
    if statement.state == FinancialStatementState.FINAL:
        statement.finalised_at = verdict.signed_at
    with constraint_errors(_REFUSALS):
        statement.save(update_fields=["state", "finalised_at"])
    verb = "funds.financial_statement.signed"
    _record(actor, statement, verb, verdict.signed_at, state=statement.state)
    return statement


def _locked(statement_id: int) -> FinancialStatement:
    rows = FinancialStatement.objects.select_for_update(of=("self",), no_key=True)
    statement = rows.filter(pk=statement_id).first()
    if statement is None:
        raise NotFound
    return statement


def _record(
    actor: Person, statement: FinancialStatement, verb: str, at: datetime, **after: object
) -> None:
    label = f"{statement.get_form_display()} {statement.month:%Y-%m} 第{statement.version}版"
    audit.record(
        actor=actor,
        verb=verb,
        subject=statement,
        at=at,
        label=label,
        organisation_id=city_centre().pk,
        after=after,
    )
