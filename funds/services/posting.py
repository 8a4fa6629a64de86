"""What happens to a drafted voucher: checked, voided, posted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import require_duty
from accounts.services import audit, signatures
from common.actor import Person
from common.db import constraint_errors, run_sql
from common.errors import DomainError
from common.periods import month_text
from funds.enums import PeriodState, VoucherState
from funds.models import Period, Voucher
from funds.selectors.books import city_centre
from funds.services.drafting import (
    AccountUnusable,
    LinesInvalid,
    PeriodClosed,
    ReasonMissing,
    VoucherUnbalanced,
    locked_voucher,
    matter_of,
)


class VoucherNotWaiting(DomainError):
    code = "VOUCHER_NOT_WAITING"
    message = "凭证已由他人处理，请刷新页面查看最新状态"


class SignaturesIncomplete(DomainError):
    code = "VOUCHER_SIGNATURES_INCOMPLETE"
    message = "凭证须由填制、稽核、过账三个不同的人办理，现有签署不完整"


REFUSALS = {
    "period_closed": PeriodClosed,
    "voucher_balanced": VoucherUnbalanced,
    "voucher_accounts_usable": AccountUnusable,
    "voucher_in_its_period": LinesInvalid,
    "voucher_signed": SignaturesIncomplete,
}


@transaction.atomic
def check_voucher(
    *, actor: Person, voucher_id: int, at: datetime, seen_sha256: str = "", opinion: str = ""
) -> Voucher:
    """Sign step CHECK (稽核) on a draft; it then waits to be posted.

    Raises:
        VoucherNotWaiting: it is no draft any more; AlreadySigned: the actor prepared it.
    """
    voucher, centre = locked_voucher(voucher_id), city_centre()
    if voucher.state != VoucherState.DRAFT:
        raise VoucherNotWaiting
    require_duty(actor, Duty.VOUCHER_CHECK, over=centre.pk)
    verdict = signatures.Verdict(Decision.APPROVE, opinion, at, seen_sha256)
    signatures.sign(actor=actor, matter=matter_of(voucher, centre), step="CHECK", verdict=verdict)
    _move(actor, voucher, VoucherState.CHECKED, "funds.voucher.checked", at)
    return voucher


@transaction.atomic
def void_voucher(*, actor: Person, voucher_id: int, reason: str, at: datetime) -> Voucher:
    """Void a voucher that is not posted: its preparer, its checker, or who would post it.

    The source may then be drafted again. Checker and poster sign the refusal.

    Raises:
        VoucherNotWaiting: posted or voided already; ReasonMissing: no reason given.
    """
    voucher, centre = locked_voucher(voucher_id), city_centre()
    if voucher.state not in {VoucherState.DRAFT, VoucherState.CHECKED}:
        raise VoucherNotWaiting
    if not reason.strip():
        raise ReasonMissing("请填写作废原因")
    is_draft = voucher.state == VoucherState.DRAFT
    if is_draft and voucher.prepared_by_id == actor.user_id:
        require_duty(actor, Duty.VOUCHER_PREPARE, over=centre.pk)
    else:
        duty = Duty.VOUCHER_CHECK if is_draft else Duty.VOUCHER_POST
        require_duty(actor, duty, over=centre.pk)
        verdict = signatures.Verdict(Decision.REFUSE, reason.strip(), at)
        step = "CHECK" if is_draft else "POST"
        signatures.sign(actor=actor, matter=matter_of(voucher, centre), step=step, verdict=verdict)
    _move(actor, voucher, VoucherState.VOIDED, "funds.voucher.voided", at, reason.strip())
    return voucher


@transaction.atomic
def post_voucher(*, actor: Person, voucher_id: int, at: datetime, seen_sha256: str = "") -> Voucher:
    """Sign step POST, give the voucher its number, post it and update the balances.

    The number is the next of its book and month, taken under the period's row lock: postings
    of one month stand in line, a rolled-back number is given again, and there is no gap.

    Raises:
        VoucherNotWaiting, PeriodClosed, AlreadySigned, DutyNotHeld, SignaturesIncomplete: and
            what the posting gate refuses.
    """
    voucher = locked_voucher(voucher_id)
    if voucher.state != VoucherState.CHECKED:
        raise VoucherNotWaiting
    _post(actor, [voucher], signatures.Verdict(Decision.APPROVE, "", at, seen_sha256))
    return voucher


def _post(actor: Person, vouchers: Sequence[Voucher], verdict: signatures.Verdict) -> None:
    """Post locked vouchers that wait for it, all or none: sign, number, balances, trail."""
    centre, at = city_centre(), verdict.signed_at
    require_duty(actor, Duty.VOUCHER_POST, over=centre.pk)
    matters = [matter_of(voucher, centre) for voucher in vouchers]
    signatures.sign_many(actor=actor, matters=matters, step="POST", verdict=verdict)
    _lock_open_periods(vouchers)
    ids = {"voucher_ids": [voucher.pk for voucher in vouchers]}
    with constraint_errors(REFUSALS):
        numbers = dict(run_sql("funds", "post_vouchers", ids | {"posted_at": at}))
    run_sql("funds", "add_vouchers_to_balances", ids)
    acts = []
    for voucher in vouchers:
        before, voucher.state = voucher.state, VoucherState.POSTED
        voucher.number, voucher.posted_at = numbers[voucher.pk], at
        after = {"state": voucher.state, "number": voucher.number}
        acts.append(audit.Act(voucher, voucher.summary[:120], {"state": before}, after))
    audit.record_many(
        actor=actor, verb="funds.voucher.posted", acts=acts, at=at, organisation_id=centre.pk
    )


def _lock_open_periods(vouchers: Sequence[Voucher]) -> None:
    rows = Period.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    for period in rows.filter(pk__in={voucher.period_id for voucher in vouchers}):
        if period.state != PeriodState.OPEN:
            raise PeriodClosed(f"{month_text(period.month)}已结账，不能再过账")


def _move(
    actor: Person, voucher: Voucher, state: VoucherState, verb: str, at: datetime, reason: str = ""
) -> None:
    before, voucher.state = voucher.state, state
    voucher.save(update_fields=["state", "number", "posted_at"])
    after = {"state": state, "number": voucher.number} | ({"reason": reason} if reason else {})
    audit.record(
        actor=actor,
        verb=verb,
        subject=voucher,
        at=at,
        label=voucher.summary[:120],
        organisation_id=city_centre().pk,
        before={"state": before},
        after=after,
    )


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of many vouchers: the ids done, and (id, reason) of those refused."""

    done: Sequence[int]
    refused: Sequence[tuple[int, str]]


@transaction.atomic
def check_vouchers(*, actor: Person, voucher_ids: Iterable[int], at: datetime) -> BulkOutcome:
    """Check each voucher by itself; one that is refused does not hold up the others."""
    done, refused = [], []
    for voucher_id in sorted(set(voucher_ids)):
        try:
            check_voucher(actor=actor, voucher_id=voucher_id, at=at)
        except DomainError as error:
            refused.append((voucher_id, error.message))
        else:
            done.append(voucher_id)
    return BulkOutcome(done, refused)


@transaction.atomic
def post_vouchers(*, actor: Person, voucher_ids: Iterable[int], at: datetime) -> BulkOutcome:
    """Post vouchers by date and id; one that is refused takes no number, the others are posted.

    All at once, which is how it nearly always goes; where anything is refused, each by itself,
    to find out which and why.
    """
    rows = Voucher.objects.filter(pk__in=list(voucher_ids)).order_by("voucher_date", "id")
    waiting = rows.filter(state=VoucherState.CHECKED).order_by("pk")
    try:
        with transaction.atomic():
            together = list(waiting.select_for_update(of=("self",), no_key=True))
            if together:
                _post(actor, together, signatures.Verdict(Decision.APPROVE, "", at))
    except DomainError:
        return _post_each(actor, [voucher.pk for voucher in rows], at)
    done = {voucher.pk for voucher in together}
    others = [pk for pk in rows.values_list("pk", flat=True) if pk not in done]
    return BulkOutcome(
        [voucher.pk for voucher in sorted(together, key=lambda v: (v.voucher_date, v.pk))],
        [(pk, VoucherNotWaiting.message) for pk in others],
    )


def _post_each(actor: Person, voucher_ids: Sequence[int], at: datetime) -> BulkOutcome:
    done, refused = [], []
    for voucher_id in voucher_ids:
        try:
            post_voucher(actor=actor, voucher_id=voucher_id, at=at)
        except DomainError as error:
            refused.append((voucher_id, error.message))
        else:
            done.append(voucher_id)
    return BulkOutcome(done, refused)
