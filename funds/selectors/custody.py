"""Seals, bills and bank keys as screens show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.models import User
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.workbooks import Kind
from funds.enums import CustodyKind, CustodyState, CustodyUseKind
from funds.models import BankAccount, CustodyItem, CustodyTransfer, CustodyUse
from funds.models.books import IN_USE
from funds.models.custody import OPEN
from funds.selectors.access import require_books

TONES = {"REGISTERED": "amber", "KEPT": "green", "RETIRED": "grey", "REFUSED": "red"}
TRANSFER_TONES = {"TAKING": "amber", "WITNESSING": "amber", "DONE": "green", "REFUSED": "red"}
MOVING = "moving"  # the items with a hand-over that is not finished
USE_TONES = {"USE": "blue", "VOID": "red", "RETURN": "grey"}


@dataclass(frozen=True, slots=True)
class CustodyRow:
    """One item of the register. `particulars`: a key's account and role, a book's numbers."""

    id: int
    kind_label: str
    name: str
    number: str
    particulars: str
    keeper: str
    registered_at: datetime
    state_label: str
    tone: str

    @property
    def url(self) -> str:
        """Return its address."""
        return address("funds:custody_item", self.id)


def find_custody_items(
    viewer: Viewer, *, kind: str = "", state: str = "", text: str = ""
) -> QuerySet[CustodyItem]:
    """Return the items of a kind and state; empty takes all."""
    require_books(viewer.actor)
    rows = CustodyItem.objects.select_related("keeper", "bank_account__book")
    if kind in CustodyKind.values:
        rows = rows.filter(kind=kind)
    if state in CustodyState.values:
        rows = rows.filter(state=state)
    elif state == MOVING:
        rows = rows.filter(transfers__state__in=OPEN)
    return rows.filter(name__icontains=text.strip()) if text.strip() else rows


def show_custody_items(_viewer: Viewer, items: Sequence[CustodyItem]) -> list[CustodyRow]:
    """Return the lines of these items."""
    return [
        CustodyRow(
            id=item.pk,
            kind_label=item.get_kind_display(),
            name=item.name,
            number=item.number,
            particulars=_particulars(item),
            keeper=item.keeper.name if item.keeper else "",
            registered_at=item.registered_at,
            state_label=item.get_state_display(),
            tone=TONES[item.state],
        )
        for item in items
    ]


def _particulars(item: CustodyItem) -> str:
    parts = []
    if item.bank_account:
        account = item.bank_account
        parts.append(f"{account.book.name}{account.get_kind_display()}{account.number_masked}")
    if item.key_role:
        parts.append(f"{item.get_key_role_display()}密钥")
    if item.first_number is not None:
        parts.append(f"{item.first_number}至{item.last_number}号")
    return "，".join(parts)


CUSTODY = Listing(
    code="funds.selectors.custody.CUSTODY",
    title="保管登记簿",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("kind", "类别", order="kind", value="kind_label"),
        Column("name", "名称", order="name", width=26, link="url"),
        Column("number", "编号", order="number", width=20),
        Column("particulars", "账户或号码", width=36),
        Column("keeper", "保管人", order="keeper__name"),
        Column(
            "registered",
            "登记时间",
            order="registered_at",
            value="registered_at",
            width=18,
            is_whole=True,
        ),
        Column("state", "状态", order="state", value="state_label", tone="tone"),
    ),
    query=find_custody_items,
    show=show_custody_items,
    is_written=True,
)


@dataclass(frozen=True, slots=True)
class UseRow:
    """One entry of a log of uses; `numbers` for bills only."""

    id: int
    kind_label: str
    tone: str
    use_date: date
    purpose: str
    document: str
    asked_by: str
    numbers: str
    person: str
    recorded_at: datetime


def find_custody_uses(viewer: Viewer, *, item_id: int) -> QuerySet[CustodyUse]:
    """Return an item's log."""
    require_books(viewer.actor)
    return CustodyUse.objects.filter(item_id=item_id).select_related("recorded_by")


def show_custody_uses(_viewer: Viewer, uses: Sequence[CustodyUse]) -> list[UseRow]:
    """Return these entries."""
    return [
        UseRow(
            id=use.pk,
            kind_label=use.get_kind_display(),
            tone=USE_TONES[use.kind],
            use_date=use.use_date,
            purpose=use.purpose,
            document=use.document,
            asked_by=use.asked_by,
            numbers=_numbers(use.first_number, use.last_number),
            person=use.recorded_by.name,
            recorded_at=use.recorded_at,
        )
        for use in uses
    ]


def _numbers(first: int | None, last: int | None) -> str:
    if first is None:
        return ""
    return f"{first}" if first == last else f"{first}—{last}"


USES = Listing(
    code="funds.selectors.custody.USES",
    title="使用登记",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("day", "日期", Kind.DAY, order="use_date", value="use_date"),
        Column("kind", "登记类别", order="kind", value="kind_label", tone="tone"),
        Column("numbers", "票据号码", width=20, is_whole=True),
        Column("purpose", "用途或原因", order="purpose", width=36),
        Column("document", "文件或凭证号", order="document", width=24),
        Column("asked", "经办人", order="asked_by", value="asked_by"),
        Column("person", "登记人", order="recorded_by__name"),
        Column(
            "recorded",
            "登记时间",
            order="recorded_at",
            value="recorded_at",
            width=18,
            is_whole=True,
        ),
    ),
    query=find_custody_uses,
    show=show_custody_uses,
    is_written=True,
)


@dataclass(frozen=True, slots=True)
class BillTally:
    """A book of bills in figures: issued = used + voided + returned + left."""

    issued: int
    used: int
    voided: int
    returned: int
    left_ranges: str

    @property
    def left(self) -> int:
        """Return how many numbers have had no fate yet."""
        return self.issued - self.used - self.voided - self.returned


@dataclass(frozen=True, slots=True)
class TransferRow:
    """One change of hands of an item."""

    id: int
    kind_label: str
    giver: str
    taker: str
    reason: str
    transfer_date: date
    state_label: str
    tone: str


@dataclass(frozen=True, slots=True)
class CustodySheet:
    """An item with its keeper, its changes of hands, and for bills its tally."""

    id: int
    kind: str
    kind_label: str
    name: str
    number: str
    particulars: str
    state: str
    state_label: str
    tone: str
    keeper: str
    keeper_id: int | None
    registered_at: datetime
    transfers: Sequence[TransferRow]
    tally: BillTally | None
    has_open_transfer: bool


def get_custody_item(*, actor: Person, item_id: int) -> CustodySheet:
    """Return an item with everything its page shows; NotFound if there is none."""
    require_books(actor)
    rows = CustodyItem.objects.select_related("keeper", "bank_account__book")
    item = rows.filter(pk=item_id).first()
    if item is None:
        raise NotFound
    transfers = list(item.transfers.select_related("giver", "taker").order_by("-id"))
    return CustodySheet(
        id=item.pk,
        kind=item.kind,
        kind_label=item.get_kind_display(),
        name=item.name,
        number=item.number,
        particulars=_particulars(item),
        state=item.state,
        state_label=item.get_state_display(),
        tone=TONES[item.state],
        keeper=item.keeper.name if item.keeper else "",
        keeper_id=item.keeper_id,
        registered_at=item.registered_at,
        transfers=[_transfer_row(transfer) for transfer in transfers],
        tally=_tally(item),
        has_open_transfer=any(t.state in OPEN for t in transfers),
    )


def _transfer_row(transfer: CustodyTransfer) -> TransferRow:
    return TransferRow(
        id=transfer.pk,
        kind_label=transfer.get_kind_display(),
        giver=transfer.giver.name if transfer.giver else "",
        taker=transfer.taker.name if transfer.taker else "",
        reason=transfer.reason,
        transfer_date=transfer.transfer_date,
        state_label=transfer.get_state_display(),
        tone=TRANSFER_TONES[transfer.state],
    )


def _tally(item: CustodyItem) -> BillTally | None:
    if item.first_number is None or item.last_number is None:
        return None
    uses = list(item.uses.order_by("first_number"))
    counts = dict.fromkeys(CustodyUseKind, 0)
    left, following = [], item.first_number
    for use in uses:
        first, last = use.first_number or 0, use.last_number or 0
        counts[CustodyUseKind(use.kind)] += last - first + 1
        if first > following:
            left.append(_numbers(following, first - 1))
        following = last + 1
    if following <= item.last_number:
        left.append(_numbers(following, item.last_number))
    return BillTally(
        issued=item.last_number - item.first_number + 1,
        used=counts[CustodyUseKind.USE],
        voided=counts[CustodyUseKind.VOID],
        returned=counts[CustodyUseKind.RETURN],
        left_ranges="、".join(left),
    )


@dataclass(frozen=True, slots=True)
class TransferSheet:
    """A change of hands with its item and its signatures; who it waits for."""

    id: int
    item_id: int
    item_kind: str
    item_title: str
    particulars: str
    kind: str
    kind_label: str
    giver: str
    taker: str
    taker_id: int | None
    reason: str
    transfer_date: date
    state: str
    state_label: str
    tone: str
    content_sha256: str
    timeline: Sequence[TimelineEntry]


def get_custody_transfer(*, actor: Person, transfer_id: int) -> TransferSheet:
    """Return a change of hands with its signatures; NotFound if there is none."""
    require_books(actor)
    rows = CustodyTransfer.objects.select_related("giver", "taker", "item__bank_account__book")
    found = rows.filter(pk=transfer_id).first()
    if found is None:
        raise NotFound
    line, item = _transfer_row(found), found.item
    return TransferSheet(
        id=found.pk,
        item_id=item.pk,
        item_kind=item.get_kind_display(),
        item_title=f"{item.name} {item.number}",
        particulars=_particulars(item),
        kind=found.kind,
        kind_label=line.kind_label,
        giver=line.giver,
        taker=line.taker,
        taker_id=found.taker_id,
        reason=found.reason,
        transfer_date=found.transfer_date,
        state=found.state,
        state_label=line.state_label,
        tone=line.tone,
        content_sha256=found.content_sha256,
        timeline=list_timeline(
            kind=SubjectKind.CUSTODY,
            subject_id=found.pk,
            current_round=found.round,
            current_sha256=found.content_sha256,
        ),
    )


def list_takers(*, kind: str, today: date, but: int) -> list[tuple[int, str]]:
    """Return who else holds the post that keeps things of a kind: (id, name)."""
    rows = User.objects.filter(
        Q(grants__valid_until__isnull=True) | Q(grants__valid_until__gte=today),
        is_active=True,
        grants__post_id=kind,
        grants__state="EFFECTIVE",
        grants__valid_from__lte=today,
    )
    return list(rows.exclude(pk=but).order_by("pk").values_list("pk", "name").distinct())


def list_keyed_accounts() -> list[tuple[int, str]]:
    """Return the bank accounts in use, of every book, that a key or a book of bills belongs to."""
    rows = BankAccount.objects.filter(state__in=IN_USE).select_related("book").order_by("pk")
    return [
        (row.pk, f"{row.book.name} {row.get_kind_display()} {row.number_masked}") for row in rows
    ]
