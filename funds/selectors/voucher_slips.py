"""Posted vouchers as they are printed two to a page: slips of a fixed number of lines."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from accounts.enums import Decision, SubjectKind
from accounts.models import Signature
from common.actor import Person
from funds.enums import VoucherState
from funds.models import Voucher, VoucherLine
from funds.selectors.access import require_books
from funds.selectors.books import full_name

ZERO = Decimal("0.00")
SLIP_LINES = 6  # lines a slip of half a page holds
SUMMARY_LENGTH = 34  # characters that fit a line of a slip


@dataclass(frozen=True, slots=True)
class VoucherRange:
    """Which posted vouchers of a book to print; numbers None for all of the months."""

    book_id: int
    first: date
    last: date
    first_number: int | None = None
    last_number: int | None = None


@dataclass(frozen=True, slots=True)
class SlipLine:
    """One line of a slip; empty lines fill it up."""

    summary: str = ""
    account: str = ""
    debit: Decimal = ZERO
    credit: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Slip:
    """Half a page: some lines of a voucher, on the last one its total. `signers` by step."""

    book: str
    title: str
    part: str
    voucher_date: date
    attachment_count: int
    lines: Sequence[SlipLine]
    total: Decimal | None
    note: str
    signers: dict[str, str]


def find_vouchers(*, actor: Person, wanted: VoucherRange) -> QuerySet[Voucher]:
    """Return the posted vouchers of a range in the order of their months and numbers."""
    require_books(actor)
    rows = Voucher.objects.filter(
        book_id=wanted.book_id,
        state=VoucherState.POSTED,
        period__month__gte=wanted.first,
        period__month__lte=wanted.last,
    )
    numbers = Q()
    if wanted.first_number is not None:
        numbers &= Q(number__gte=wanted.first_number)
    if wanted.last_number is not None:
        numbers &= Q(number__lte=wanted.last_number)
    return rows.filter(numbers).order_by("period__month", "number")


def count_slips(*, actor: Person, wanted: VoucherRange) -> list[tuple[int, int]]:
    """Return id and number of slips of each voucher of a range, in its order."""
    rows = find_vouchers(actor=actor, wanted=wanted).annotate(line_count=Count("lines"))
    return [(pk, -(-lines // SLIP_LINES)) for pk, lines in rows.values_list("pk", "line_count")]


def list_slips(*, actor: Person, voucher_ids: Sequence[int]) -> list[Slip]:
    """Return the slips of these vouchers in the order given; three statements."""
    require_books(actor)
    found = Voucher.objects.filter(pk__in=voucher_ids).select_related(
        "book", "prepared_by", "reverses"
    )
    vouchers = {voucher.pk: voucher for voucher in found}
    lines: defaultdict[int, list[SlipLine]] = defaultdict(list)
    rows = VoucherLine.objects.filter(voucher_id__in=voucher_ids)
    for row in rows.select_related("account__parent", "organisation").order_by("position"):
        lines[row.voucher_id].append(_line(row))
    signers = _signers(vouchers.values())
    return [
        slip for pk in voucher_ids for slip in _slips(vouchers[pk], lines[pk], signers.get(pk, {}))
    ]


def _line(row: VoucherLine) -> SlipLine:
    dimensions = [row.organisation.short_name if row.organisation else "", row.item_code]
    return SlipLine(
        summary=_short(row.summary),
        account=" ".join([row.account.code, full_name(row.account), *filter(None, dimensions)]),
        debit=row.debit,
        credit=row.credit,
    )


def _short(text: str) -> str:
    return text if len(text) <= SUMMARY_LENGTH else f"{text[: SUMMARY_LENGTH - 1]}…"


def _signers(vouchers: Iterable[Voucher]) -> dict[int, dict[str, str]]:
    """Return who approved each step of the present round of each voucher."""
    rounds = {voucher.pk: voucher.round for voucher in vouchers}
    rows = Signature.objects.filter(
        subject_kind=SubjectKind.VOUCHER, subject_id__in=rounds, decision=Decision.APPROVE
    )
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for row in rows.select_related("person"):
        if row.round == rounds[row.subject_id]:
            found[row.subject_id][row.step] = row.person.name
    return dict(found)


def _slips(voucher: Voucher, lines: list[SlipLine], signers: dict[str, str]) -> list[Slip]:
    """Cut a voucher's lines into slips; the last bears the total."""
    pieces = [lines[n : n + SLIP_LINES] for n in range(0, len(lines), SLIP_LINES)] or [[]]
    total = sum((line.debit for line in lines), ZERO)
    prepared = voucher.prepared_by.name if voucher.prepared_by else "系统"
    return [
        Slip(
            book=voucher.book.name,
            title=f"记字第{voucher.number}号" if voucher.number else f"未编号 #{voucher.pk}",
            part=f"{place}/{len(pieces)}",
            voucher_date=voucher.voucher_date,
            attachment_count=voucher.attachment_count,
            lines=[*piece, *[SlipLine()] * (SLIP_LINES - len(piece))],
            total=total if place == len(pieces) else None,
            note=_note(voucher),
            signers={"PREPARE": prepared} | signers,
        )
        for place, piece in enumerate(pieces, start=1)
    ]


def _note(voucher: Voucher) -> str:
    """Return what the foot of a slip says: the event, what it reverses, whether it counts yet."""
    parts = [voucher.get_event_display()]
    if voucher.reverses:
        other = voucher.reverses
        parts.append(f"冲销 {other.voucher_date} 记字第{other.number}号")
    if voucher.state != VoucherState.POSTED:
        parts.append(f"{voucher.get_state_display()}，未入账")
    return "；".join(parts)
