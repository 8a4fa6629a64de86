"""Movements with the outside that no business names: kept as findings, and explained later.

收入户 pays the outside, and 支出户 takes money from it, for a few named kinds of business and
nothing else (财社〔2017〕144号). A bank line does not say which; the voucher that books it does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from accounts.services import audit
from common.actor import Actor, Person
from common.db import constraint_errors, run_sql
from common.errors import DomainError
from funds.enums import (
    BankAccountKind,
    FlowFindingKind,
    FlowFindingState,
    FlowPlace,
    VoucherState,
)
from funds.models import BankAccount, FlowFinding, Voucher, VoucherLine
from funds.selectors.books import city_centre
from funds.services.flow_findings import tell_of_findings

# Where only named business moves money from or to the outside: account -> the flow.
NAMED_FLOWS: Mapping[str, tuple[FlowPlace, FlowPlace]] = {
    BankAccountKind.INCOME: (FlowPlace.INCOME, FlowPlace.OUTSIDE),
    BankAccountKind.EXPENDITURE: (FlowPlace.OUTSIDE, FlowPlace.EXPENDITURE),
}
UNANSWERED = (FlowFindingState.OPEN, FlowFindingState.RETURNED)


class NotItsBusiness(DomainError):
    code = "VOUCHER_BOOKS_NO_SUCH_MOVEMENT"
    message = "凭证与该笔银行流水的账户、流向或金额不符"


@dataclass(frozen=True, slots=True)
class JudgedMovements:
    """What a reconciliation of an account says of its bank lines, by their ids.

    `left`: nothing in the books matches them. `matched`: the voucher lines that do.
    """

    left: Sequence[int]
    matched: Mapping[int, Sequence[int]]


def takes_from_outside(account: BankAccount) -> bool:
    """Tell which way the account's named flow goes: True into the account, False out of it."""
    return NAMED_FLOWS[account.kind][1] != FlowPlace.OUTSIDE


@transaction.atomic
def keep_unnamed_movements(
    *, actor: Actor, account: BankAccount, judged: JudgedMovements, at: datetime
) -> int:
    """Keep what no voucher names as findings, explain what one names by now; return the new ones.

    A line is named by a posted voucher, not reversed, whose edge is the account's named flow. One
    that moves money between our own accounts names nothing where the bank tells another account
    on the other side. A finding whose voucher was reversed waits again.
    """
    vouchers = _standing_vouchers(judged)
    named, contradicted = {}, []
    for line_id, voucher_line_ids in judged.matched.items():
        booked = [vouchers[pk] for pk in voucher_line_ids if pk in vouchers]
        fitting = [voucher for voucher in booked if _flow(voucher) == NAMED_FLOWS[account.kind]]
        if fitting:
            named[line_id] = fitting[0]
        elif booked and all(_is_our_own(voucher) for voucher in booked):
            contradicted.append(line_id)
    _reopen_reversed(account)
    _explain(actor, account, named, at)
    return _insert(actor, account, judged.left, contradicted, at)


def _standing_vouchers(judged: JudgedMovements) -> dict[int, Voucher]:
    """Return the matched vouchers that nobody reversed, by the ids of their lines."""
    ids = {pk for line_ids in judged.matched.values() for pk in line_ids}
    rows = VoucherLine.objects.filter(~Exists(_reversals("voucher_id")), pk__in=ids)
    return {line.pk: line.voucher for line in rows.select_related("voucher__edge")}


def _reversals(voucher: str) -> QuerySet[Voucher]:
    return Voucher.objects.filter(reverses_id=OuterRef(voucher), state=VoucherState.POSTED)


def _flow(voucher: Voucher) -> tuple[str, str] | None:
    return (voucher.edge.from_place, voucher.edge.to_place) if voucher.edge else None


def _is_our_own(voucher: Voucher) -> bool:
    flow = _flow(voucher)
    return flow is not None and FlowPlace.OUTSIDE not in flow


def _unnamed(account: BankAccount) -> QuerySet[FlowFinding]:
    rows = FlowFinding.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(bank_account=account, kind=FlowFindingKind.UNNAMED)


def _reopen_reversed(account: BankAccount) -> None:
    explained = _unnamed(account).filter(
        Exists(_reversals("voucher_id")), state=FlowFindingState.EXPLAINED
    )
    for finding in explained:
        finding.state = FlowFindingState.RETURNED if finding.round else FlowFindingState.OPEN
        finding.voucher = None
        finding.save(update_fields=["state", "voucher"])


def _explain(
    actor: Actor, account: BankAccount, named: Mapping[int, Voucher], at: datetime
) -> None:
    waiting = _unnamed(account).filter(state__in=UNANSWERED, statement_line_id__in=list(named))
    for finding in waiting.order_by("id"):
        finding.state = FlowFindingState.EXPLAINED
        finding.voucher = named[finding.statement_line_id]
        try:
            with constraint_errors({"flow_finding_explained_by_its_business": NotItsBusiness}):
                finding.save(update_fields=["state", "voucher"])
        except NotItsBusiness:
            continue  # its amount is used up by another movement; this one stays open
        audit.record(
            actor=actor,
            verb="funds.flow_finding.explained",
            subject=finding,
            at=at,
            label=f"{finding.value_date} {finding.amount:,.2f}元",
            organisation_id=city_centre().pk,
            after={"voucher": finding.voucher.pk, "state": finding.state},
        )


def _insert(
    actor: Actor,
    account: BankAccount,
    left: Sequence[int],
    contradicted: Sequence[int],
    at: datetime,
) -> int:
    parameters = {
        "line_ids": list(left),
        "contradicted_ids": list(contradicted),
        "found_at": at,
        "owner_id": actor.user_id if isinstance(actor, Person) else None,
    }
    found = run_sql("funds", "insert_unnamed_movements", parameters)
    if found:
        audit.record(
            actor=actor,
            verb="funds.flow_finding.unnamed",
            subject=account,
            at=at,
            label=account.get_kind_display(),
            organisation_id=city_centre().pk,
            after={"count": len(found)},
        )
        tell_of_findings(
            pool_id=account.pool_id,
            text=f"{account.get_kind_display()}有{len(found)}笔外部收付没有许可业务的凭证，请查明办理",
            url=f"{reverse('funds:flow_findings')}?state={FlowFindingState.OPEN}",
            key=f"unnamed-movements:{max(pk for (pk,) in found)}",
            at=at,
        )
    return len(found)
