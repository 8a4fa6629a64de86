"""Receipts and payments: registered from a document, booked by rule, cleared, withdrawn."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.models import Pool
from accounts.permissions import require_duty
from accounts.services import audit, numbers, signatures
from accounts.services.attachments import attach
from common.actor import Actor, Job, Person
from common.db import constraint_errors
from common.errors import NotFound
from common.evidence import Evidence
from common.periods import month_code, month_of
from funds.entry_rules import (
    ZERO,
    EntryFacts,
    EntryLine,
    account_to_clear,
    lines_of,
    shape_of,
)
from funds.entry_shapes import RULES
from funds.enums import EntryKind, EntryState, FlowPlace, SourceKind, VoucherState
from funds.models import FundsEntry, Voucher, VoucherLine
from funds.selectors.books import city_centre
from funds.services.drafting import DraftLine, VoucherDraft, draft_voucher
from funds.services.entry_input import (
    REFUSALS,
    ApprovalMissing,
    EntryBooked,
    EntryNotWaiting,
    EntryReasonMissing,
    InterestUnexplained,
    InvestmentEntryStays,
    NewEntry,
    NothingToClear,
    OriginalUnusable,
    check_input,
)
from funds.services.investment_states import release


@transaction.atomic
def register_entry(
    *, actor: Person, book_id: int, new: NewEntry, at: datetime, evidence: Evidence | None = None
) -> FundsEntry:
    """Register a receipt or payment and draft its voucher.

    A write-off waits for approval first, and so does interest that differs from what was agreed.

    Raises:
        EntryInvalid: what the kind needs is missing or does not fit.
        EntryAlreadyRegistered, ClearedTooMuch, NothingToClear, ReturnedTooMuch,
        OriginalUnusable, ApprovalMissing, PeriodMissing, PeriodClosed, DutyNotHeld.
    """
    centre = city_centre()
    require_duty(actor, Duty.ENTRY_PREPARE, over=centre.pk)
    entry = FundsEntry(pool_id=actor.pool_id, book_id=book_id, kind=new.kind)
    entry.number = _number(actor.pool_id, new.entry_date)
    lines = _fill(entry, new, actor, at)
    if RULES[new.kind].is_write_off and evidence is None:
        raise ApprovalMissing
    with constraint_errors(REFUSALS):
        entry.save(force_insert=True)
    _sign_and_keep(actor, entry, evidence, at)
    _record(actor, entry, "funds.entry.registered", at, amount=entry.amount, event=entry.event)
    if entry.state == EntryState.BOOKED:
        _draft(actor, entry, lines, at)
    return entry


@transaction.atomic
def correct_entry(
    *, actor: Person, entry_id: int, new: NewEntry, at: datetime, evidence: Evidence | None = None
) -> FundsEntry:
    """Correct an entry whose voucher was voided, or that was sent back, and draft it once more.

    Raises:
        EntryBooked: its voucher stands; InvestmentEntryStays: taken back and entered anew
        instead; otherwise what `register_entry` refuses.
    """
    entry, centre = _locked(entry_id), city_centre()
    require_duty(actor, Duty.ENTRY_PREPARE, over=centre.pk)
    if entry.investment_id is not None:
        raise InvestmentEntryStays
    if entry.state not in {EntryState.BOOKED, EntryState.RETURNED} or new.kind != entry.kind:
        raise EntryNotWaiting
    if live_voucher(entry.pk) is not None:
        raise EntryBooked
    entry.round += 1
    lines = _fill(entry, new, actor, at)
    with constraint_errors(REFUSALS):
        entry.save()
    _sign_and_keep(actor, entry, evidence, at)
    _record(actor, entry, "funds.entry.corrected", at, amount=entry.amount, event=entry.event)
    if entry.state == EntryState.BOOKED:
        _draft(actor, entry, lines, at)
    return entry


@transaction.atomic
def decide_entry(*, actor: Person, entry_id: int, verdict: signatures.Verdict) -> FundsEntry:
    """Sign step APPROVE of a write-off or of interest that differs.

    Approval drafts its voucher, anything else sends it back. A difference is explained by the
    opinion, whoever approves it.

    Raises:
        EntryNotWaiting: decided already; AlreadySigned: the actor registered it;
        OpinionMissing: sent back without an opinion; InterestUnexplained: approved without one.
    """
    entry, centre = _locked(entry_id), city_centre()
    if entry.state != EntryState.SIGNING:
        raise EntryNotWaiting
    require_duty(actor, Duty.ENTRY_APPROVE, over=centre.pk)
    is_approved = verdict.decision == Decision.APPROVE
    if is_approved and entry.investment_id is not None and not verdict.opinion.strip():
        raise InterestUnexplained
    signatures.sign(actor=actor, matter=matter_of(entry), step="APPROVE", verdict=verdict)
    entry.state = EntryState.BOOKED if is_approved else EntryState.RETURNED
    with constraint_errors(REFUSALS):
        entry.save(update_fields=["state"])
    _record(actor, entry, "funds.entry.decided", verdict.signed_at, decision=verdict.decision)
    if is_approved:
        job = Job(actor.pool_id, "funds.services.entries.decide_entry")
        _draft(job, entry, lines_of(_facts(entry)), verdict.signed_at)
    return entry


@transaction.atomic
def withdraw_entry(*, actor: Person, entry_id: int, reason: str, at: datetime) -> FundsEntry:
    """Take back an entry whose voucher was voided or reversed, or that was never approved.

    Raises:
        EntryAnswered: its voucher stands, or other entries clear it; EntryReasonMissing.
    """
    entry, centre = _locked(entry_id), city_centre()
    require_duty(actor, Duty.ENTRY_PREPARE, over=centre.pk)
    if entry.state == EntryState.WITHDRAWN:
        raise EntryNotWaiting
    if not reason.strip():
        raise EntryReasonMissing
    entry.state = EntryState.WITHDRAWN
    with constraint_errors(REFUSALS):
        entry.save(update_fields=["state"])
    release(entry)
    _record(actor, entry, "funds.entry.withdrawn", at, reason=reason.strip())
    return entry


def live_voucher(entry_id: int) -> Voucher | None:
    """Return the entry's voucher that is not voided, if it has one."""
    rows = Voucher.objects.filter(source_kind=SourceKind.FUNDS_ENTRY, source_id=entry_id)
    return rows.exclude(state=VoucherState.VOIDED).first()


def _number(pool_id: int, day: date) -> str:
    series = f"SZ{Pool.objects.get(pk=pool_id).code}{month_code(month_of(day))}"
    return f"{series}{numbers.next_number(pool_id=pool_id, key=series):04d}"


def _fill(entry: FundsEntry, new: NewEntry, actor: Person, at: datetime) -> Sequence[EntryLine]:
    """Write what was registered into the row; return its lines."""
    rule = RULES[new.kind]
    check_input(new, today=timezone.localdate(at))
    entry.entry_date, entry.place = new.entry_date, new.place or ""
    entry.amount = new.amount
    entry.second_amount = new.second_amount if rule.second else ZERO
    entry.account_code = new.account_code if rule.chosen else ""
    entry.second_account_code = new.second_account_code if entry.second_amount else ""
    entry.counterparty, entry.reference = new.counterparty.strip(), new.reference.strip()
    entry.note, entry.approval_number = new.note.strip(), new.approval_number.strip()
    entry.organisation_id, entry.item_code = new.organisation_id, new.item_code
    entry.clears_id = new.clears_id
    if new.investment is not None:
        entry.investment_id = new.investment.investment_id
        entry.expected_income = new.investment.expected_income
        entry.interest_tolerance = new.investment.tolerance
        entry.demand_rate = new.investment.demand_rate
    if new.original is not None:
        _take_original(entry, *new.original)
    facts = _facts(entry)
    entry.event = shape_of(facts).event
    lines = lines_of(facts)
    needs_approval = rule.is_write_off or new.is_red
    entry.state = EntryState.SIGNING if needs_approval else EntryState.BOOKED
    entry.content_sha256 = signatures.content_hash(asdict(new) | {"number": entry.number})
    entry.prepared_by_id, entry.prepared_at = actor.user_id, at
    return lines


def _take_original(entry: FundsEntry, voucher_id: int, position: int) -> None:
    """Take account, office, item and batch from the line that a return answers."""
    rows = VoucherLine.objects.filter(voucher_id=voucher_id, position=position)
    line = rows.select_related("account").first()
    if line is None:
        raise OriginalUnusable
    entry.original_id, entry.original_position = voucher_id, position
    entry.account_code = line.account.code
    entry.organisation_id, entry.item_code = line.organisation_id, line.item_code
    entry.batch_number = line.batch_number


def _facts(entry: FundsEntry) -> EntryFacts:
    cleared = FundsEntry.objects.filter(pk=entry.clears_id).first() if entry.clears_id else None
    if cleared is not None and cleared.kind not in RULES[EntryKind(entry.kind)].clears:
        raise NothingToClear
    original = Voucher.objects.filter(pk=entry.original_id).first() if entry.original_id else None
    return EntryFacts(
        kind=EntryKind(entry.kind),
        amount=entry.amount,
        second_amount=entry.second_amount,
        place=FlowPlace(entry.place) if entry.place else None,
        chosen=entry.account_code,
        second=entry.second_account_code,
        cleared=account_to_clear(EntryKind(cleared.kind), cleared.account_code) if cleared else "",
        entry_date=entry.entry_date,
        original_date=original.voucher_date if original else None,
    )


def matter_of(entry: FundsEntry) -> signatures.Matter:
    """Return the entry as a matter to sign."""
    return signatures.Matter(
        SubjectKind.FUNDS_ENTRY, entry.pk, entry.round, entry.content_sha256, city_centre().pk
    )


def _sign_and_keep(
    actor: Person, entry: FundsEntry, evidence: Evidence | None, at: datetime
) -> None:
    signatures.approve(actor, matter_of(entry), "PREPARE", at)
    if evidence is not None:
        attach(
            actor=actor,
            matter=(SubjectKind.FUNDS_ENTRY, entry.pk),
            organisation_id=city_centre().pk,
            duty=Duty.BOOKS_READ,
            evidence=evidence,
            at=at,
        )


def _draft(actor: Actor, entry: FundsEntry, lines: Sequence[EntryLine], at: datetime) -> Voucher:
    kind = EntryKind(entry.kind).label
    summary = " ".join(part for part in (kind, entry.counterparty, entry.note) if part)[:200]
    return draft_voucher(
        actor=actor,
        draft=VoucherDraft(
            book_id=entry.book_id,
            voucher_date=entry.entry_date,
            event=shape_of(_facts(entry)).event,
            summary=summary,
            source_kind=SourceKind.FUNDS_ENTRY,
            source_id=entry.pk,
            attachment_count=1,
            lines=[
                DraftLine(line.account_code, line.debit, line.credit, summary)
                if line.is_cash
                else DraftLine(
                    line.account_code, line.debit, line.credit, summary,
                    entry.organisation_id, entry.item_code, entry.batch_number,
                )
                for line in lines
            ],
        ),
        at=at,
    )  # fmt: skip


def _locked(entry_id: int) -> FundsEntry:
    rows = FundsEntry.objects.select_for_update(of=("self",), no_key=True)
    entry = rows.filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    return entry


def _record(actor: Person, entry: FundsEntry, verb: str, at: datetime, **after: object) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=entry,
        at=at,
        label=f"{entry.number} {entry.get_kind_display()}"[:120],
        organisation_id=city_centre().pk,
        after=after | {"state": entry.state},
    )
