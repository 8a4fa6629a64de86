"""Handovers of former offices: the list, one with all its parts, and what they add up to (P39)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from accounts.duties import Duty
from accounts.enums import OrganisationLevel, SubjectKind
from accounts.models import Organisation
from accounts.permissions import require_any, require_visible
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.errors import NotFound
from funds.enums import BusinessEvent, HandoverState, SourceKind, VoucherState
from funds.models import Handover, HandoverBalance, LedgerAccount, VoucherLine
from funds.selectors.books import full_name
from funds.selectors.tax_lists import VoucherLink, list_source_vouchers

ZERO = Decimal("0.00")
TONES = {
    HandoverState.DRAFT: "grey",
    HandoverState.TRANSFER: "amber",
    HandoverState.RECEIVE: "amber",
    HandoverState.SUPERVISE: "amber",
    HandoverState.COMPLETE: "green",
}


@dataclass(frozen=True, slots=True)
class BalancePart:
    """The balance of one account, in yuan."""

    id: int
    code: str
    name: str
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class BankPart:
    """One bank's confirmation, in yuan; `document_id` is its letter."""

    id: int
    code: str
    bank_name: str
    number_masked: str
    balance: Decimal
    document_id: int
    file_name: str


@dataclass(frozen=True, slots=True)
class ClaimPart:
    """One receivable or payable, in yuan."""

    id: int
    kind_label: str
    code: str
    counterparty: str
    amount: Decimal
    reference: str


@dataclass(frozen=True, slots=True)
class ArchivePart:
    """Archives of one kind and some years."""

    id: int
    kind_label: str
    years: str
    volume_count: int
    note: str


@dataclass(frozen=True, slots=True)
class HandoverSheet:
    """A handover as its page and its print show it. Yuan."""

    id: int
    number: str
    office: str
    office_name: str
    organisation_id: int
    book_id: int
    book: str
    cutoff_date: date
    opening_date: date
    state: str
    state_label: str
    tone: str
    content_sha256: str
    completed_at: datetime | None
    audit_body: str
    audit_reference: str
    audit_amount: Decimal | None
    audit_conclusion: str
    audit_document_id: int | None
    balances: Sequence[BalancePart]
    banks: Sequence[BankPart]
    claims: Sequence[ClaimPart]
    archives: Sequence[ArchivePart]
    timeline: Sequence[TimelineEntry]
    vouchers: Sequence[VoucherLink]

    @property
    def debit(self) -> Decimal:
        """Return the sum of the debit balances."""
        return sum((part.debit for part in self.balances), ZERO)

    @property
    def credit(self) -> Decimal:
        """Return the sum of the credit balances."""
        return sum((part.credit for part in self.balances), ZERO)

    @property
    def fund_balance(self) -> Decimal:
        """Return the balance of 一般基金结余."""
        return sum((p.credit - p.debit for p in self.balances if p.code == "3001"), ZERO)

    @property
    def bank_total(self) -> Decimal:
        """Return what the banks confirm together."""
        return sum((part.balance for part in self.banks), ZERO)

    @property
    def volume_count(self) -> int:
        """Return how many volumes of archives are handed over."""
        return sum(part.volume_count for part in self.archives)

    def signer(self, step: str) -> TimelineEntry | None:
        """Return the signature of a step that still counts; None if nobody signed it."""
        found = [
            entry
            for entry in self.timeline
            if entry.step == step and entry.decision == "APPROVE" and not entry.is_void
        ]
        return found[0] if found else None


def get_handover(*, actor: Person, handover_id: int) -> HandoverSheet:
    """Return one handover; NotFound if there is none or it is another office's.

    Raises:
        DutyNotHeld: the post reads no reconciliation anywhere.
    """
    rows = Handover.objects.select_related("organisation", "book")
    handover = rows.filter(pk=handover_id).first()
    require_any(actor, Duty.RECONCILIATION_READ)
    if handover is None:
        raise NotFound
    require_visible(actor, Duty.RECONCILIATION_READ, over=handover.organisation_id)
    state = HandoverState(handover.state)
    return HandoverSheet(
        id=handover.pk,
        number=handover.number,
        office=handover.organisation.short_name,
        office_name=handover.organisation.name,
        organisation_id=handover.organisation_id,
        book_id=handover.book_id,
        book=handover.book.name,
        cutoff_date=handover.cutoff_date,
        opening_date=handover.cutoff_date + timedelta(days=1),
        state=state,
        state_label=state.label,
        tone=TONES[state],
        content_sha256=handover.content_sha256,
        completed_at=handover.completed_at,
        audit_body=handover.audit_body,
        audit_reference=handover.audit_reference,
        audit_amount=handover.audit_amount,
        audit_conclusion=handover.audit_conclusion,
        audit_document_id=handover.audit_document_id,
        balances=_balances(handover),
        banks=_banks(handover),
        claims=_claims(handover),
        archives=_archives(handover),
        timeline=list_timeline(
            kind=SubjectKind.HANDOVER,
            subject_id=handover.pk,
            current_round=handover.round,
            current_sha256=handover.content_sha256,
        ),
        vouchers=list_source_vouchers(source_kinds=(SourceKind.HANDOVER,), source_id=handover.pk),
    )


def _balances(handover: Handover) -> list[BalancePart]:
    rows = handover.balances.filter(is_live=True).select_related("account__parent")
    return [
        BalancePart(row.pk, row.account.code, full_name(row.account), row.debit, row.credit)
        for row in rows.order_by("account__code")
    ]


def _banks(handover: Handover) -> list[BankPart]:
    rows = handover.banks.filter(is_live=True).select_related("account", "document")
    return [
        BankPart(
            id=row.pk,
            code=row.account.code,
            bank_name=row.bank_name,
            number_masked=row.number_masked,
            balance=row.balance,
            document_id=row.document_id,
            file_name=row.document.file_name,
        )
        for row in rows.defer("document__content_cipher").order_by("id")
    ]


def _claims(handover: Handover) -> list[ClaimPart]:
    rows = handover.claims.filter(is_live=True).select_related("account")
    return [
        ClaimPart(
            id=row.pk,
            kind_label=row.get_kind_display(),
            code=row.account.code,
            counterparty=row.counterparty,
            amount=row.amount,
            reference=row.reference,
        )
        for row in rows.order_by("kind", "id")
    ]


def _archives(handover: Handover) -> list[ArchivePart]:
    return [
        ArchivePart(
            id=row.pk,
            kind_label=row.get_kind_display(),
            years=f"{row.first_year}年"
            if row.first_year == row.last_year
            else f"{row.first_year}—{row.last_year}年",
            volume_count=row.volume_count,
            note=row.note,
        )
        for row in handover.archives.filter(is_live=True).order_by("id")
    ]


@dataclass(frozen=True, slots=True)
class ConsolidationRow:
    """One office: its handover, if there is one, and its amounts in the columns' order.

    Amounts are debits less credits, in yuan.
    """

    office: str
    handover_id: int | None
    number: str
    state_label: str
    tone: str
    is_complete: bool
    amounts: Sequence[Decimal]


@dataclass(frozen=True, slots=True)
class Consolidation:
    """The offices against the accounts they hand over; complete ones add up to the opening (P39).

    `handed_over` sums the complete ones, `booked` the posted opening vouchers.
    """

    accounts: Sequence[tuple[str, str]]
    rows: Sequence[ConsolidationRow]
    handed_over: Sequence[Decimal]
    booked: Sequence[Decimal]

    @property
    def missing(self) -> list[str]:
        """Return the offices whose handover is not complete."""
        return [row.office for row in self.rows if not row.is_complete]

    @property
    def is_equal(self) -> bool:
        """Tell whether what was handed over is what the books opened with."""
        return list(self.handed_over) == list(self.booked)

    @property
    def gaps(self) -> list[Decimal]:
        """Return handed over less booked, by account."""
        return [a - b for a, b in zip(self.handed_over, self.booked, strict=True)]


def consolidate_handovers(*, actor: Person, book_id: int) -> Consolidation:
    """Return every office in reach with what it hands over to a book; six statements.

    Raises:
        DutyNotHeld: the post reads no reconciliation anywhere.
    """
    reach = require_any(actor, Duty.RECONCILIATION_READ)
    offices = Organisation.objects.filter(pk__in=reach).exclude(level=OrganisationLevel.TOWN)
    handovers = {row.organisation_id: row for row in Handover.objects.filter(book_id=book_id)}
    amounts: dict[int, dict[str, Decimal]] = defaultdict(dict)
    parts = HandoverBalance.objects.filter(is_live=True, handover__book_id=book_id)
    for handover_id, code, debit, credit in parts.values_list(
        "handover_id", "account__code", "debit", "credit"
    ):
        amounts[handover_id][code] = debit - credit
    booked = _booked(book_id, reach)
    codes = sorted({code for each in amounts.values() for code in each} | set(booked))
    rows = [
        _office_row(office.short_name, handovers.get(office.pk), amounts, codes)
        for office in offices.order_by("code")
    ]
    complete = [row.amounts for row in rows if row.is_complete]
    return Consolidation(
        accounts=_names(book_id, codes),
        rows=rows,
        handed_over=[sum(column, ZERO) for column in zip(*complete, strict=True)]
        if complete
        else [ZERO] * len(codes),
        booked=[booked.get(code, ZERO) for code in codes],
    )


def _booked(book_id: int, reach: frozenset[int]) -> dict[str, Decimal]:
    """Return the posted opening balances of offices by account, debits less credits."""
    lines = (
        VoucherLine.objects.filter(
            voucher__book_id=book_id,
            voucher__event=BusinessEvent.OPENING,
            voucher__state=VoucherState.POSTED,
            organisation_id__in=reach,
        )
        .order_by()
        .values_list("account__code")
        .annotate(net=Sum("debit") - Sum("credit"))
    )
    return dict(lines)


def _office_row(
    office: str,
    handover: Handover | None,
    amounts: dict[int, dict[str, Decimal]],
    codes: Sequence[str],
) -> ConsolidationRow:
    own = amounts[handover.pk] if handover else {}
    return ConsolidationRow(
        office=office,
        handover_id=handover.pk if handover else None,
        number=handover.number if handover else "",
        state_label=handover.get_state_display() if handover else "未编制",
        tone=TONES[HandoverState(handover.state)] if handover else "red",
        is_complete=bool(handover and handover.state == HandoverState.COMPLETE),
        amounts=[own.get(code, ZERO) for code in codes],
    )


def _names(book_id: int, codes: Sequence[str]) -> list[tuple[str, str]]:
    rows = LedgerAccount.objects.filter(book_id=book_id, code__in=codes)
    return [(row.code, row.name) for row in rows.order_by("code")]
