"""Seals, bills and bank keys: registering, handing over, giving back, logging their use."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.models import PostGrant
from accounts.permissions import DutyNotHeld, require_duty
from accounts.services import audit, signatures
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from funds.enums import (
    CustodyKind,
    CustodyState,
    CustodyTransferKind,
    CustodyTransferState,
    CustodyUseKind,
)
from funds.models import CustodyItem, CustodyTransfer, CustodyUse
from funds.selectors.books import city_centre

GIVE, TAKE, WITNESS = "GIVE", "TAKE", "WITNESS"


class NumberKnown(DomainError):
    code = "CUSTODY_NUMBER_KNOWN"
    message = "该编号已经登记在册，请核对"


class KeyKnown(DomainError):
    code = "CUSTODY_KEY_KNOWN"
    message = "该账户的这一把密钥已经登记在册"


class BothKeysWithOne(DomainError):
    code = "BOTH_KEYS_WITH_ONE"
    message = "同一账户的制单密钥和复核密钥不能由一人保管"


class SealAndBillWithOne(DomainError):
    code = "SEAL_AND_BILL_WITH_ONE"
    message = "印章和票据不能由一人保管"


class KeeperWithoutPost(DomainError):
    code = "KEEPER_WITHOUT_POST"
    message = "接收人没有相应的保管岗位，不能保管"


class NotTheKeeper(DomainError):
    code = "NOT_THE_KEEPER"
    message = "只有现保管人可以办理"


class TransferOpen(DomainError):
    code = "CUSTODY_TRANSFER_OPEN"
    message = "该物品还有没有办结的交接，请先办结"


class TransferNotWaiting(DomainError):
    code = "CUSTODY_TRANSFER_NOT_WAITING"
    message = "该交接已由他人办理，请刷新页面查看最新状态"


class TransferDayInvalid(DomainError):
    code = "CUSTODY_DAY_INVALID"
    message = "日期不能晚于今天"


class BillsLeft(DomainError):
    code = "BILLS_LEFT"
    message = "该册票据还有号码没有登记使用、作废或缴回，不能停用上交"


class BillNumberTaken(DomainError):
    code = "BILL_NUMBER_TAKEN"
    message = "其中有号码已经登记过使用、作废或缴回，一个号码只登记一次"


class BillNumberOutside(DomainError):
    code = "BILL_NUMBER_OUTSIDE"
    message = "号码不在本册票据的起止号之内，止号不能小于起号"


class NumbersNotAsked(DomainError):
    code = "NUMBERS_NOT_ASKED"
    message = "印章和密钥只登记使用，不填号码"


REFUSALS = {
    "custody_number_once": NumberKnown,
    "custody_one_key_per_account_and_role": KeyKnown,
    "custody_two_keys_never_with_one": BothKeysWithOne,
    "seal_and_bill_never_with_one": SealAndBillWithOne,
    "custody_keeper_holds_the_post": KeeperWithoutPost,
    "custody_given_by_its_keeper": NotTheKeeper,
    "custody_used_by_its_keeper": NotTheKeeper,
    "custody_one_open_transfer": TransferOpen,
    "bill_book_returned_whole": BillsLeft,
    "bill_number_once": BillNumberTaken,
    "bill_numbers_of_the_book": BillNumberOutside,
    "only_bills_have_numbers": NumbersNotAsked,
}


@dataclass(frozen=True, slots=True)
class Registration:
    """A seal, a bill book (`first_number` to `last_number`) or a key of a bank account."""

    kind: CustodyKind
    name: str
    number: str
    bank_account_id: int | None = None
    key_role: str = ""
    first_number: int | None = None
    last_number: int | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """One entry of the log; for bills the numbers it is about."""

    kind: CustodyUseKind
    use_date: date
    purpose: str
    asked_by: str
    document: str = ""
    first_number: int | None = None
    last_number: int | None = None


@transaction.atomic
def register_item(*, actor: Person, registration: Registration, at: datetime) -> CustodyItem:
    """Enter an item into its register; its registrar takes it, and the witness signs.

    Raises:
        DutyNotHeld: the actor does not keep things of this kind;
        NumberKnown, KeyKnown.
    """
    _require_keeper(actor, registration.kind)
    with constraint_errors(REFUSALS):
        item = CustodyItem.objects.create(
            pool_id=actor.pool_id,
            kind=registration.kind,
            name=registration.name,
            number=registration.number,
            bank_account_id=registration.bank_account_id,
            key_role=registration.key_role,
            first_number=registration.first_number,
            last_number=registration.last_number,
            registered_at=at,
        )
    transfer = _open_transfer(
        item, CustodyTransferKind.ISSUE, None, actor.user_id, "登记领用", timezone.localdate(at)
    )
    signatures.approve(actor, matter_of(transfer), TAKE, at)
    _record(actor, item, transfer, "funds.custody.registered", at, number=item.number)
    return item


@transaction.atomic
def pass_on(
    *, actor: Person, item_id: int, taker_id: int, reason: str, at: datetime
) -> CustodyTransfer:
    """Hand an item to another holder of the post: he takes it, then the witness signs.

    Raises:
        NotTheKeeper: the actor does not keep it; KeeperWithoutPost: the taker holds no such
        post; TransferOpen, BothKeysWithOne, SealAndBillWithOne.
    """
    item = _locked_item(item_id)
    _require_keeper(actor, CustodyKind(item.kind))
    if item.keeper_id != actor.user_id or taker_id == actor.user_id:
        raise NotTheKeeper
    if not PostGrant.objects.filter(user_id=taker_id, post_id=item.kind).exists():
        raise KeeperWithoutPost
    transfer = _open_transfer(
        item, CustodyTransferKind.PASS, actor.user_id, taker_id, reason, timezone.localdate(at)
    )
    signatures.approve(actor, matter_of(transfer), GIVE, at, reason)
    _record(actor, item, transfer, "funds.custody.passed", at, reason=reason)
    return transfer


@transaction.atomic
def give_back(*, actor: Person, item_id: int, reason: str, at: datetime) -> CustodyTransfer:
    """Give an item back for good; the witness signs that it is out of use.

    Raises:
        NotTheKeeper, TransferOpen; when it is signed also BillsLeft.
    """
    item = _locked_item(item_id)
    _require_keeper(actor, CustodyKind(item.kind))
    if item.keeper_id != actor.user_id:
        raise NotTheKeeper
    transfer = _open_transfer(
        item, CustodyTransferKind.RETIRE, actor.user_id, None, reason, timezone.localdate(at)
    )
    signatures.approve(actor, matter_of(transfer), GIVE, at, reason)
    _record(actor, item, transfer, "funds.custody.given_back", at, reason=reason)
    return transfer


@transaction.atomic
def sign_transfer(
    *, actor: Person, transfer_id: int, verdict: signatures.Verdict
) -> CustodyTransfer:
    """Sign what a transfer waits for: the taker's taking, then the witness's witnessing.

    The last signature changes the keeper; a refusal leaves the item where it is.

    Raises:
        TransferNotWaiting: signed or refused already; DutyNotHeld: it waits for somebody else;
        KeeperWithoutPost, BothKeysWithOne, SealAndBillWithOne, BillsLeft: the item may not go.
    """
    transfer = _locked_transfer(transfer_id)
    item = _locked_item(transfer.item_id)
    step = {
        CustodyTransferState.TAKING: TAKE,
        CustodyTransferState.WITNESSING: WITNESS,
    }.get(CustodyTransferState(transfer.state))
    if step is None:
        raise TransferNotWaiting
    if step == WITNESS:
        require_duty(actor, Duty.CUSTODY_WITNESS, over=city_centre().pk)
    else:
        _require_keeper(actor, CustodyKind(item.kind))
        if actor.user_id != transfer.taker_id:
            raise DutyNotHeld
    signatures.sign(actor=actor, matter=matter_of(transfer), step=step, verdict=verdict)
    _move(transfer, item, is_approved=verdict.decision == Decision.APPROVE)
    after = {"state": transfer.state, "opinion": verdict.opinion}
    _record(actor, item, transfer, "funds.custody.signed", verdict.signed_at, **after)
    return transfer


def _move(transfer: CustodyTransfer, item: CustodyItem, *, is_approved: bool) -> None:
    is_last = transfer.state == CustodyTransferState.WITNESSING
    if not is_approved:
        transfer.state = CustodyTransferState.REFUSED
    else:
        transfer.state = CustodyTransferState.DONE if is_last else CustodyTransferState.WITNESSING
    transfer.save(update_fields=["state"])
    if transfer.state == CustodyTransferState.DONE:
        is_over = transfer.kind == CustodyTransferKind.RETIRE
        item.state = CustodyState.RETIRED if is_over else CustodyState.KEPT
        item.keeper_id = transfer.taker_id
    elif transfer.state == CustodyTransferState.REFUSED and item.keeper_id is None:
        item.state = CustodyState.REFUSED
    with constraint_errors(REFUSALS):
        item.save(update_fields=["state", "keeper"])


@transaction.atomic
def record_use(*, actor: Person, item_id: int, use: Use, at: datetime) -> CustodyUse:
    """Write a use into the item's log; for bills also what was voided or returned.

    Raises:
        NotTheKeeper, TransferDayInvalid, BillNumberTaken, BillNumberOutside, NumbersNotAsked.
    """
    item = _locked_item(item_id)
    _require_keeper(actor, CustodyKind(item.kind))
    if use.use_date > timezone.localdate(at):
        raise TransferDayInvalid
    with constraint_errors(REFUSALS):
        entry = CustodyUse.objects.create(
            pool_id=actor.pool_id,
            item=item,
            kind=use.kind,
            use_date=use.use_date,
            purpose=use.purpose,
            document=use.document,
            asked_by=use.asked_by,
            first_number=use.first_number,
            last_number=use.last_number,
            recorded_by_id=actor.user_id,
            recorded_at=at,
        )
    _record(actor, item, item, "funds.custody.used", at, kind=use.kind, purpose=use.purpose)
    return entry


def matter_of(transfer: CustodyTransfer) -> signatures.Matter:
    """Return a transfer as a matter to sign."""
    return signatures.Matter(
        SubjectKind.CUSTODY,
        transfer.pk,
        transfer.round,
        transfer.content_sha256,
        city_centre().pk,
    )


def _require_keeper(actor: Person, kind: CustodyKind) -> None:
    """Refuse whoever does not work under the post that keeps things of this kind."""
    require_duty(actor, Duty.CUSTODY_KEEP, over=city_centre().pk)
    if actor.post != kind:
        raise DutyNotHeld


def _open_transfer(
    item: CustodyItem,
    kind: CustodyTransferKind,
    giver_id: int | None,
    taker_id: int | None,
    reason: str,
    day: date,
) -> CustodyTransfer:
    is_passed = kind == CustodyTransferKind.PASS
    content = {
        "item": [item.pk, item.kind, item.name, item.number],
        "kind": kind,
        "giver": giver_id,
        "taker": taker_id,
        "reason": reason,
        "date": day,
    }
    with constraint_errors(REFUSALS):
        return CustodyTransfer.objects.create(
            pool_id=item.pool_id,
            item=item,
            kind=kind,
            giver_id=giver_id,
            taker_id=taker_id,
            reason=reason,
            transfer_date=day,
            state=CustodyTransferState.TAKING if is_passed else CustodyTransferState.WITNESSING,
            content_sha256=signatures.content_hash(content),
        )


def _locked_item(item_id: int) -> CustodyItem:
    rows = CustodyItem.objects.select_for_update(of=("self",), no_key=True)
    item = rows.filter(pk=item_id).first()
    if item is None:
        raise NotFound
    return item


def _locked_transfer(transfer_id: int) -> CustodyTransfer:
    rows = CustodyTransfer.objects.select_for_update(of=("self",), no_key=True)
    transfer = rows.filter(pk=transfer_id).first()
    if transfer is None:
        raise NotFound
    return transfer


def _record(
    actor: Person,
    item: CustodyItem,
    subject: CustodyItem | CustodyTransfer,
    verb: str,
    at: datetime,
    **after: object,
) -> None:
    """Write what was done with an item; what was signed is an event of its transfer."""
    audit.record(
        actor=actor,
        verb=verb,
        subject=subject,
        at=at,
        label=f"{item.get_kind_display()} {item.number}",
        organisation_id=city_centre().pk,
        after=after,
    )
