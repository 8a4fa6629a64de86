"""What happens to a drafted voucher: signed by each in turn, voided, or posted with its number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

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
from funds.services.policy_gates import PolicyGateClosed
from funds.services.voucher_rules import (
    FlowForbidden,
    RuleViolated,
    SourceRequired,
    SpecialApprovalMissing,
)
from funds.workflows import DUTY_AT, UNPOSTED, VOUCHER_STEPS, next_state

# Where a voucher waits -> the trail's word for what is signed there.
VERB_AT: Mapping[VoucherState, str] = MappingProxyType(
    {
        VoucherState.DRAFT: "funds.voucher.checked",
        VoucherState.CASHIER: "funds.voucher.cashier_signed",
        VoucherState.APPROVAL: "funds.voucher.approved",
        VoucherState.BOOKING: "funds.voucher.posted",
    }
)


class VoucherNotWaiting(DomainError):
    code = "VOUCHER_NOT_WAITING"
    message = "凭证已由他人处理，请刷新页面查看最新状态"


class SignaturesIncomplete(DomainError):
    code = "VOUCHER_SIGNATURES_INCOMPLETE"
    message = "凭证须由填制、稽核、出纳、会计主管、记账各由不同的人签署，现有签署不完整"


class NotMirrored(DomainError):
    code = "REVERSAL_NOT_MIRRORED"
    message = "冲销凭证的分录与原凭证不相符"


class DiffersFromTaxList(DomainError):
    code = "VOUCHER_DIFFERS_FROM_TAX_LIST"
    message = "凭证金额与征收收入明细表的合计不相符，请作废后由明细表重新生成"


class AllotmentMissing(DomainError):
    code = "VOUCHER_WITHOUT_ALLOTMENT"
    message = "拨付凭证须由登记的财政拨款生成，金额与登记的拨款一致；请作废后在用款计划页面登记拨款"


class EntryDisagrees(DomainError):
    code = "VOUCHER_DISAGREES_WITH_ENTRY"
    message = "凭证与收支登记单不一致，请作废后由登记单重新生成"


REFUSALS = {
    "period_closed": PeriodClosed,
    "voucher_balanced": VoucherUnbalanced,
    "voucher_accounts_usable": AccountUnusable,
    "voucher_in_its_period": LinesInvalid,
    "voucher_signed": SignaturesIncomplete,
    "voucher_follows_its_rule": RuleViolated,
    "voucher_flow_permitted": FlowForbidden,
    "voucher_from_its_source": SourceRequired,
    "voucher_of_an_allotment": AllotmentMissing,
    "voucher_equals_its_allotment": AllotmentMissing,
    "voucher_has_special_approval": SpecialApprovalMissing,
    "voucher_mirrors_its_original": NotMirrored,
    "voucher_equals_its_tax_list": DiffersFromTaxList,
    "voucher_agrees_with_its_entry": EntryDisagrees,
    "voucher_policy_gate_open": PolicyGateClosed,
}


@transaction.atomic
def sign_voucher(
    *, actor: Person, voucher_id: int, at: datetime, seen_sha256: str = "", opinion: str = ""
) -> Voucher:
    """Sign the step a voucher waits for: 稽核, 出纳, 会计主管 or 记账; the last one posts it.

    The number is the next of its book and month, taken under the period's row lock: postings
    of one month stand in line, a rolled-back number is given again, and there is no gap.

    Raises:
        VoucherNotWaiting: posted or voided; AlreadySigned: the actor signed another step.
        PeriodClosed, DutyNotHeld, SignaturesIncomplete: and what the posting gate refuses.
    """
    voucher = locked_voucher(voucher_id)
    if voucher.state not in UNPOSTED:
        raise VoucherNotWaiting
    verdict = signatures.Verdict(Decision.APPROVE, opinion, at, seen_sha256)
    _sign(actor, VoucherState(voucher.state), [voucher], verdict)
    return voucher


@transaction.atomic
def void_voucher(*, actor: Person, voucher_id: int, reason: str, at: datetime) -> Voucher:
    """Void a voucher that is not posted: its preparer while a draft, or who would sign next.

    The source may then be drafted again. Whoever would sign signs the refusal.

    Raises:
        VoucherNotWaiting: posted or voided already; ReasonMissing: no reason given.
    """
    voucher, centre = locked_voucher(voucher_id), city_centre()
    if voucher.state not in UNPOSTED:
        raise VoucherNotWaiting
    if not reason.strip():
        raise ReasonMissing("请填写作废原因")
    state = VoucherState(voucher.state)
    if state == VoucherState.DRAFT and voucher.prepared_by_id == actor.user_id:
        require_duty(actor, Duty.VOUCHER_PREPARE, over=centre.pk)
    else:
        require_duty(actor, DUTY_AT[state], over=centre.pk)
        verdict = signatures.Verdict(Decision.REFUSE, reason.strip(), at)
        matter, step = matter_of(voucher, centre), VOUCHER_STEPS[state]
        signatures.sign(actor=actor, matter=matter, step=step, verdict=verdict)
    voucher.state = VoucherState.VOIDED
    voucher.save(update_fields=["state"])
    audit.record(
        actor=actor,
        verb="funds.voucher.voided",
        subject=voucher,
        at=at,
        label=voucher.summary[:120],
        organisation_id=centre.pk,
        before={"state": state},
        after={"state": voucher.state, "reason": reason.strip()},
    )
    return voucher


def _sign(
    actor: Person,
    state: VoucherState,
    vouchers: Sequence[Voucher],
    verdict: signatures.Verdict,
) -> None:
    """Sign locked vouchers that wait in one state, all or none, and move them on."""
    centre = city_centre()
    require_duty(actor, DUTY_AT[state], over=centre.pk)
    matters = [matter_of(voucher, centre) for voucher in vouchers]
    signatures.sign_many(actor=actor, matters=matters, step=VOUCHER_STEPS[state], verdict=verdict)
    if state == VoucherState.BOOKING:
        _post(vouchers, verdict.signed_at)
    else:
        _move_on(state, vouchers)
    acts = [
        audit.Act(
            voucher,
            voucher.summary[:120],
            {"state": state},
            {"state": voucher.state, "number": voucher.number},
        )
        for voucher in vouchers
    ]
    audit.record_many(
        actor=actor,
        verb=VERB_AT[state],
        acts=acts,
        at=verdict.signed_at,
        organisation_id=centre.pk,
    )


def _move_on(state: VoucherState, vouchers: Sequence[Voucher]) -> None:
    for is_cash in (True, False):
        moved = [voucher for voucher in vouchers if voucher.is_cash == is_cash]
        if not moved:
            continue
        after = next_state(state, is_cash=is_cash)
        Voucher.objects.filter(pk__in=[voucher.pk for voucher in moved]).update(state=after)
        for voucher in moved:
            voucher.state = after


def _post(vouchers: Sequence[Voucher], at: datetime) -> None:
    """Give signed vouchers their numbers, post them and add them to the balances."""
    _lock_open_periods(vouchers)
    ids = {"voucher_ids": [voucher.pk for voucher in vouchers]}
    with constraint_errors(REFUSALS):
        numbers = dict(run_sql("funds", "post_vouchers", ids | {"posted_at": at}))
    run_sql("funds", "add_vouchers_to_balances", ids)
    for voucher in vouchers:
        voucher.state, voucher.posted_at = VoucherState.POSTED, at
        voucher.number = numbers[voucher.pk]


def _lock_open_periods(vouchers: Sequence[Voucher]) -> None:
    rows = Period.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    for period in rows.filter(pk__in={voucher.period_id for voucher in vouchers}):
        if period.state != PeriodState.OPEN:
            raise PeriodClosed(f"{month_text(period.month)}已结账，不能再过账")


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of many vouchers: the ids done, and (id, reason) of those refused."""

    done: Sequence[int]
    refused: Sequence[tuple[int, str]]


@transaction.atomic
def sign_vouchers(
    *, actor: Person, voucher_ids: Iterable[int], state: VoucherState, at: datetime
) -> BulkOutcome:
    """Sign vouchers that wait in one state, by date and id; one refused holds up no other.

    All at once, which is how it nearly always goes; where anything is refused, each by itself,
    to find out which and why. A refused voucher takes no number.
    """
    rows = Voucher.objects.filter(pk__in=list(voucher_ids)).order_by("voucher_date", "id")
    waiting = rows.filter(state=state).order_by("pk")
    try:
        with transaction.atomic():
            together = list(waiting.select_for_update(of=("self",), no_key=True))
            if together:
                _sign(actor, state, together, signatures.Verdict(Decision.APPROVE, "", at))
    except DomainError:
        return _sign_each(actor, [voucher.pk for voucher in rows], state, at)
    done = {voucher.pk for voucher in together}
    others = [pk for pk in rows.values_list("pk", flat=True) if pk not in done]
    return BulkOutcome(
        [voucher.pk for voucher in sorted(together, key=lambda v: (v.voucher_date, v.pk))],
        [(pk, VoucherNotWaiting.message) for pk in others],
    )


def _sign_each(
    actor: Person, voucher_ids: Sequence[int], state: VoucherState, at: datetime
) -> BulkOutcome:
    done, refused = [], []
    for voucher_id in voucher_ids:
        try:
            with transaction.atomic():
                if locked_voucher(voucher_id).state != state:
                    raise VoucherNotWaiting
                sign_voucher(actor=actor, voucher_id=voucher_id, at=at)
        except DomainError as error:
            refused.append((voucher_id, error.message))
        else:
            done.append(voucher_id)
    return BulkOutcome(done, refused)
