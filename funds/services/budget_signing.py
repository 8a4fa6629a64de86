"""A budget's chain: the principal head's signature, then five letters, each confirmed (J13)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.models import OutsideDecision, Pool
from accounts.permissions import require_duty
from accounts.selectors.signatures import has_signed
from accounts.services import signatures
from accounts.services.outside_decisions import Reply, record_outside_decision
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError
from common.evidence import Evidence
from funds.budget_enums import BudgetState
from funds.models import Budget, BudgetConfirmation
from funds.selectors.books import city_centre
from funds.services.budgets import BudgetNotWaiting, locked_budget, matter_of, record
from funds.workflows import BUDGET_LETTERS, next_budget_state


class LetterUnscanned(DomainError):
    code = "BUDGET_LETTER_UNSCANNED"
    message = "请上传批复文件扫描件"


class LetterAwaitsConfirmation(DomainError):
    code = "BUDGET_LETTER_AWAITS_CONFIRMATION"
    message = "该环节的批复已登记，正在等待核对"


class NoLetterToConfirm(DomainError):
    code = "NO_BUDGET_LETTER_TO_CONFIRM"
    message = "没有等待核对的批复，请刷新页面查看"


class ConfirmedByRecorder(DomainError):
    code = "BUDGET_CONFIRMED_BY_RECORDER"
    message = "您登记过该批复，或编制、签发过本轮预算，批复须由其他人核对"


class LetterDatedBefore(DomainError):
    code = "BUDGET_LETTER_DATED_BEFORE"
    message = "批复日期不能早于上一环节的批复日期"


class ConfirmationReasonMissing(DomainError):
    code = "BUDGET_CONFIRMATION_REASON_MISSING"
    message = "登记与批复文件不符时，请写明不符之处"


REFUSALS = {
    "budget_letters_confirmed_by_another": ConfirmedByRecorder,
    "budget_letter_confirmed_once": NoLetterToConfirm,
}


@transaction.atomic
def sign_budget(*, actor: Person, budget_id: int, verdict: signatures.Verdict) -> Budget:
    """Sign a budget as the principal head: it goes to the tax authority, or back to its maker.

    Raises:
        BudgetNotWaiting; AlreadySigned: the actor made it; OpinionMissing; ContentChanged.
    """
    budget, centre = locked_budget(budget_id), city_centre()
    if budget.state != BudgetState.HEAD:
        raise BudgetNotWaiting
    require_duty(actor, Duty.BUDGET_SIGN, over=centre.pk)
    matter = matter_of(budget, centre.pk)
    signatures.sign(actor=actor, matter=matter, step="PRINCIPAL", verdict=verdict)
    is_approved = verdict.decision == Decision.APPROVE
    budget.state = BudgetState.TAX if is_approved else BudgetState.RETURNED
    budget.save(update_fields=["state"])
    record(actor, budget, "funds.budget.signed", verdict.signed_at, state=budget.state)
    return budget


@dataclass(frozen=True, slots=True)
class BudgetLetter:
    """A body's letter on a budget."""

    decision: Decision
    opinion: str
    document_number: str
    decided_date: date
    scan: Evidence | None
    seen_sha256: str = ""


@transaction.atomic
def record_letter(
    *, actor: Person, budget_id: int, letter: BudgetLetter, at: datetime
) -> OutsideDecision:
    """Record the letter a budget waits for. It counts when a second person has confirmed it.

    Raises:
        BudgetNotWaiting: no letter is awaited; LetterAwaitsConfirmation: it was recorded;
        LetterUnscanned; LetterDatedBefore; LetterMissing, ReplyInvalid, ReplyReasonMissing,
        ContentChanged.
    """
    budget, centre = locked_budget(budget_id), city_centre()
    if budget.state not in BUDGET_LETTERS:
        raise BudgetNotWaiting
    require_duty(actor, Duty.BUDGET_PREPARE, over=centre.pk)
    if open_letter(budget) is not None:
        raise LetterAwaitsConfirmation
    if letter.scan is None:
        raise LetterUnscanned
    before = _letters(budget).order_by("-id").first()
    if before is not None and letter.decided_date < before.decided_date:
        raise LetterDatedBefore(f"批复日期不能早于上一环节的批复日期{before.decided_date:%Y-%m-%d}")
    step, body = BUDGET_LETTERS[budget.state]
    city = Pool.objects.get(pk=actor.pool_id).name
    reply = Reply(
        body=f"{city}{body}",
        decision=letter.decision,
        opinion=letter.opinion,
        document_number=letter.document_number,
        decided_date=letter.decided_date,
        scan=letter.scan,
        seen_sha256=letter.seen_sha256,
    )
    decision = record_outside_decision(
        actor=actor,
        matter=matter_of(budget, centre.pk),
        step=step,
        reply=reply,
        today=timezone.localdate(at),
        at=at,
    )
    record(actor, budget, "funds.budget.replied", at, step=step, decision=letter.decision)
    return decision


def _letters(budget: Budget) -> QuerySet[OutsideDecision]:
    return OutsideDecision.objects.filter(
        subject_kind=SubjectKind.BUDGET, subject_id=budget.pk, round=budget.round
    )


def open_letter(budget: Budget) -> OutsideDecision | None:
    """Return the recorded letter that awaits its confirmation, None without one."""
    if budget.state not in BUDGET_LETTERS:
        return None
    return _letters(budget).filter(step=BUDGET_LETTERS[budget.state][0]).first()


@transaction.atomic
def confirm_letter(
    *, actor: Person, budget_id: int, is_right: bool, reason: str, at: datetime
) -> Budget:
    """Say whether a recorded letter is what its paper says, and move the budget as it decides.

    An approval leads on; the government's puts the budget into force and ends the one it adjusts.
    A refusal, and a record that is wrong, return the budget to its maker.

    Raises:
        NoLetterToConfirm; ConfirmedByRecorder: the actor recorded it, made or signed the round;
        ConfirmationReasonMissing: wrong, without saying in what.
    """
    budget, centre = locked_budget(budget_id), city_centre()
    letter = open_letter(budget)
    if letter is None:
        raise NoLetterToConfirm
    require_duty(actor, Duty.BUDGET_CONFIRM, over=centre.pk)
    if actor.user_id == letter.recorded_by_id or has_signed(
        kind=SubjectKind.BUDGET,
        subject_id=budget.pk,
        round_number=budget.round,
        user_id=actor.user_id,
    ):
        raise ConfirmedByRecorder
    if not is_right and not reason.strip():
        raise ConfirmationReasonMissing
    if is_right:
        with constraint_errors(REFUSALS):
            BudgetConfirmation.objects.create(
                pool_id=budget.pool_id,
                budget=budget,
                decision=letter,
                confirmed_by_id=actor.user_id,
                confirmed_at=at,
            )
    if is_right and letter.decision == Decision.APPROVE:
        _go_on(budget, at)
    else:
        budget.state = BudgetState.RETURNED
        budget.save(update_fields=["state"])
    after = {"state": budget.state, "is_right": is_right, "reason": reason.strip()}
    record(actor, budget, "funds.budget.letter_confirmed", at, **after)
    return budget


def _go_on(budget: Budget, at: datetime) -> None:
    state = next_budget_state(BudgetState(budget.state))
    if state == BudgetState.APPROVED:
        budget.approved_at = at
        if budget.replaces_id is not None:
            Budget.objects.filter(pk=budget.replaces_id).update(state=BudgetState.REPLACED)
    budget.state = state
    budget.save(update_fields=["state", "approved_at"])
