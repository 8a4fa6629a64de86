"""The reserve fund's memo account: entries prepared with a document, approved by another."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.models import Pool
from accounts.permissions import require_duty
from accounts.services import audit, numbers, signatures
from accounts.services.attachments import attach
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.evidence import Evidence
from common.periods import month_code, month_of
from funds.models import GapSheet, ReserveEntry
from funds.selectors.books import city_centre
from funds.selectors.reserves import drawn_for, reserve_balance
from funds.sharing_enums import GapSheetState, ReserveKind, ReserveState

PREPARE, APPROVE = "PREPARE", "APPROVE"
TAKING = (ReserveKind.DRAW, ReserveKind.LOWERED)


class ReserveInvalid(DomainError):
    code = "RESERVE_INVALID"
    message = "储备金登记的内容不完整"


class ReserveTooSmall(DomainError):
    code = "RESERVE_TOO_SMALL"
    message = "储备金余额不足，登账后余额不能为负数"


class OfficeNotEmptied(DomainError):
    code = "RESERVE_OFFICE_NOT_EMPTIED"
    message = "各地不再保留储备金，须将移交的余额全额上交，不能留有余额"


class OfficeCarriedUp(DomainError):
    code = "RESERVE_OFFICE_CARRIED_UP"
    message = "该机构的储备金已经结转上交，不能重复登记"


class DrawNeedsSheet(DomainError):
    code = "RESERVE_DRAW_NEEDS_SHEET"
    message = "动用储备金须依据本账套已批准的缺口分担表"


class DrawTooLarge(DomainError):
    code = "RESERVE_DRAW_TOO_LARGE"
    message = "动用合计超过缺口分担表中统筹区分担的金额"


class ReserveNotReversible(DomainError):
    code = "RESERVE_NOT_REVERSIBLE"
    message = "只有已登账、未冲销的登记可以冲销，冲销登记本身不能再冲销"


class ReserveNotWaiting(DomainError):
    code = "RESERVE_NOT_WAITING"
    message = "该登记已由他人办理，请刷新页面查看最新状态"


class ReserveSignaturesMissing(DomainError):
    code = "RESERVE_SIGNATURES_MISSING"
    message = "储备金登记须附依据文件，并由登记、批准两个不同的人签署"


REFUSALS = {
    "reserve_balance_never_negative": ReserveTooSmall,
    "reserve_of_office_closed_to_zero": OfficeNotEmptied,
    "reserve_handed_over_by_an_office": ReserveInvalid,
    "reserve_carried_up_once": OfficeCarriedUp,
    "reserve_draw_names_its_sheet": DrawNeedsSheet,
    "reserve_draw_for_a_signed_sheet": DrawNeedsSheet,
    "reserve_draw_within_the_share": DrawTooLarge,
    "reserve_reversed_once": ReserveNotReversible,
    "reserve_reversal_mirrors": ReserveNotReversible,
    "reserve_signed_by_two": ReserveSignaturesMissing,
    "reserve_has_its_document": ReserveSignaturesMissing,
}


@dataclass(frozen=True, slots=True)
class NewReserve:
    """A movement to register. `amount` and `handed_over` in yuan, `handed_over` by an office."""

    kind: ReserveKind
    entry_date: date
    amount: Decimal
    reason: str
    document_number: str
    organisation_id: int | None = None
    handed_over: Decimal | None = None
    gap_sheet_id: int | None = None


@transaction.atomic
def prepare_reserve(
    *, actor: Person, book_id: int, new: NewReserve, scan: Evidence, at: datetime
) -> ReserveEntry:
    """Register a movement that waits for the head, with its document; sign step PREPARE.

    Raises:
        ReserveInvalid, OfficeNotEmptied, DrawNeedsSheet, DrawTooLarge, ReserveTooSmall: as the
        account stands now; all are asked again at the approval. DutyNotHeld.
    """
    require_duty(actor, Duty.RESERVE_PREPARE, over=city_centre().pk)
    if new.kind == ReserveKind.REVERSAL:
        raise ReserveNotReversible
    _check(book_id, new)
    change = -new.amount if new.kind in TAKING else new.amount
    return _register(actor, book_id, (new, change, None), scan, at)


def _check(book_id: int, new: NewReserve) -> None:
    is_from_office = new.kind == ReserveKind.CARRIED_UP
    if is_from_office != (new.organisation_id is not None and new.handed_over is not None):
        raise ReserveInvalid("结转上交须选择上交机构并填写其储备金余额，其他类别不填")
    if is_from_office and new.amount != new.handed_over:
        raise OfficeNotEmptied
    if (new.kind == ReserveKind.DRAW) != (new.gap_sheet_id is not None):
        raise DrawNeedsSheet
    if new.gap_sheet_id is not None:
        sheet = GapSheet.objects.filter(
            pk=new.gap_sheet_id, book_id=book_id, state=GapSheetState.SIGNED
        ).first()
        if sheet is None:
            raise DrawNeedsSheet
        if drawn_for(sheet.pk) + new.amount > sheet.pool_share:
            raise DrawTooLarge
    if new.kind in TAKING and new.amount > reserve_balance(book_id=book_id):
        raise ReserveTooSmall


@transaction.atomic
def reverse_reserve(
    *, actor: Person, entry_id: int, correction: "Correction", at: datetime
) -> ReserveEntry:
    """Register the counter entry of an approved movement; it waits for the head as any other.

    Raises:
        ReserveNotReversible: not approved, a counter entry itself, or taken back already.
    """
    require_duty(actor, Duty.RESERVE_PREPARE, over=city_centre().pk)
    original = _locked(entry_id)
    if original.state != ReserveState.APPROVED or original.kind == ReserveKind.REVERSAL:
        raise ReserveNotReversible
    new = NewReserve(
        ReserveKind.REVERSAL,
        timezone.localdate(at),
        original.amount,
        correction.reason,
        correction.document_number,
    )
    parts = (new, -original.change, original.pk)
    return _register(actor, original.book_id, parts, correction.scan, at)


@dataclass(frozen=True, slots=True)
class Correction:
    """Why an approved movement is taken back, and the document that says so."""

    reason: str
    document_number: str
    scan: Evidence


def _register(
    actor: Person,
    book_id: int,
    parts: tuple[NewReserve, Decimal, int | None],
    scan: Evidence,
    at: datetime,
) -> ReserveEntry:
    new, change, reverses_id = parts
    today = timezone.localdate(at)
    if new.entry_date > today:
        raise ReserveInvalid("日期不能晚于今天")
    reason, document_number = new.reason.strip(), new.document_number.strip()
    if not reason or not document_number:
        raise ReserveInvalid("请填写事由和依据文号")
    series = f"CB{Pool.objects.get(pk=actor.pool_id).code}{month_code(month_of(today))}"
    number = f"{series}{numbers.next_number(pool_id=actor.pool_id, key=series):04d}"
    values = asdict(new) | {
        "book_id": book_id,
        "number": number,
        "change": change,
        "reason": reason,
        "document_number": document_number,
        "reverses_id": reverses_id,
    }
    with constraint_errors(REFUSALS):
        entry = ReserveEntry.objects.create(
            pool_id=actor.pool_id,
            content_sha256=signatures.content_hash(values),
            prepared_by_id=actor.user_id,
            prepared_at=at,
            **values,
        )
    attach(
        actor=actor,
        matter=(SubjectKind.RESERVE, entry.pk),
        organisation_id=city_centre().pk,
        duty=Duty.BOOKS_READ,
        evidence=scan,
        at=at,
    )
    signatures.approve(actor, matter_of(entry), PREPARE, at)
    _record(actor, entry, "funds.reserve.prepared", at, change=entry.change)
    return entry


@transaction.atomic
def decide_reserve(*, actor: Person, entry_id: int, verdict: signatures.Verdict) -> ReserveEntry:
    """Sign step APPROVE: the entry takes its place in the account; else it is returned for good.

    Raises:
        ReserveNotWaiting; AlreadySigned: the actor prepared it; OpinionMissing; DutyNotHeld.
        ReserveTooSmall, DrawTooLarge, DrawNeedsSheet, OfficeCarriedUp: as it stands by now.
    """
    require_duty(actor, Duty.RESERVE_APPROVE, over=city_centre().pk)
    entry = _locked(entry_id)
    if entry.state != ReserveState.WAITING:
        raise ReserveNotWaiting
    signatures.sign(actor=actor, matter=matter_of(entry), step=APPROVE, verdict=verdict)
    if verdict.decision == Decision.APPROVE:
        entry.state, entry.approved_at = ReserveState.APPROVED, verdict.signed_at
    else:
        entry.state = ReserveState.RETURNED
    with constraint_errors(REFUSALS):
        entry.save(update_fields=["state", "approved_at"])
    entry.refresh_from_db(fields=["position", "balance"])
    verb = "funds.reserve.decided"
    _record(actor, entry, verb, verdict.signed_at, state=entry.state, balance=entry.balance)
    return entry


def matter_of(entry: ReserveEntry) -> signatures.Matter:
    """Return the entry as a matter to sign."""
    return signatures.Matter(
        SubjectKind.RESERVE, entry.pk, entry.round, entry.content_sha256, city_centre().pk
    )


def _locked(entry_id: int) -> ReserveEntry:
    rows = ReserveEntry.objects.select_for_update(of=("self",), no_key=True)
    entry = rows.filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    return entry


def _record(actor: Person, entry: ReserveEntry, verb: str, at: datetime, **after: object) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=entry,
        at=at,
        label=f"{entry.number} {entry.get_kind_display()}",
        organisation_id=city_centre().pk,
        after=after,
    )
