"""Receipts and payments of a demo month that have no other document in the system."""

from datetime import date
from decimal import Decimal

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.evidence import Evidence
from config.demo.money import expenditure_number, post_all
from config.demo.story import Story
from funds.enums import EntryKind, FlowPlace
from funds.models import FundsEntry
from funds.selectors.books import unemployment_book
from funds.services.entries import decide_entry, register_entry
from funds.services.entry_input import NewEntry

K, P = EntryKind, FlowPlace
SCAN = Evidence("核销批复.pdf", "application/pdf", b"%PDF-1.4\n% demo\n")


def register_month(story: Story, month: date) -> None:
    """Register a month's interest, transfers, an advance and an unknown receipt, and book them."""
    day = story.calendar.day_of(month, 21)
    _enter(story, K.TRANSFER_IN, "11184.00", day, P.INCOME, "成都市就业服务管理局", "ZR01")
    _enter(story, K.INCOME_TO_FISCAL, "11184.00", day, P.INCOME, "市财政局", "GJ01")
    _enter(story, K.BANK_INTEREST, "1286.35", day, P.FISCAL, "中国建设银行", "LX01")
    _enter(story, K.BANK_INTEREST, "96.42", day, P.EXPENDITURE, "中国农业银行", "LX02")
    _bring_to_bank(story, "96.42", day)
    _enter(story, K.UNKNOWN_RECEIPT, "3520.00", day, P.FISCAL, "付款人不详", "BM01")
    advance = {"account_code": "110102", "note": "省平台建设预付款"}
    _enter(
        story, K.ADVANCE_PAID, "6000.00", day, P.FISCAL, "四川省就业服务管理局", "YF01", **advance
    )
    post_all(story, story.calendar.at(day, 17))
    _clear(story, month, day)
    post_all(story, story.calendar.at(day, 18))


def leave_entries(story: Story) -> None:
    """Leave a receipt to check, a write-off to approve and one that was sent back."""
    day = story.calendar.today
    _enter(story, K.FISCAL_SUBSIDY, "50000.00", day, P.FISCAL, "市财政局", "BT01")
    with story.look():
        advances = FundsEntry.objects.filter(kind=K.ADVANCE_PAID, clearings=None)
        advance = advances.earliest("pk").pk
    approved = {"clears_id": advance, "approval_number": "攀财社函〔2026〕18号"}
    for amount, words in (("1200.00", "QX01"), ("800.00", "QX02")):
        entry = _enter(
            story, K.ADVANCE_WRITTEN_OFF, amount, day, None, "省就业服务管理局", words, **approved
        )  # fmt: skip
    with story.act("FHEAD") as actor:
        verdict = Verdict(Decision.RETURN, "批复金额与登记不符，请核对后重报", story.calendar.now)
        decide_entry(actor=actor, entry_id=entry.pk, verdict=verdict)


def _clear(story: Story, month: date, day: date) -> None:
    """Identify last month's unknown receipt, and recover part of this month's advance."""
    with story.look():
        receipts = FundsEntry.objects.filter(kind=K.UNKNOWN_RECEIPT, entry_date__lt=month)
        receipt = receipts.filter(clearings=None).order_by("pk").first()
        advance = FundsEntry.objects.get(kind=K.ADVANCE_PAID, entry_date=day)
    if receipt is not None:
        _enter(
            story, K.RECEIPT_IDENTIFIED, "3520.00", day, None, "攀枝花市某建筑公司", "CM01",
            account_code="400104", clears_id=receipt.pk, note="补缴保险费误汇",
        )  # fmt: skip
        _enter(
            story, K.ADVANCE_RECOVERED, "4000.00", day, P.FISCAL, "四川省就业服务管理局", "SH01",
            clears_id=advance.pk,
        )  # fmt: skip


def _enter(
    story: Story,
    kind: EntryKind,
    amount: str,
    day: date,
    place: FlowPlace | None,
    counterparty: str,
    series: str,
    **more: object,
) -> FundsEntry:
    new = NewEntry(
        kind=kind,
        entry_date=day,
        amount=Decimal(amount),
        place=place,
        counterparty=counterparty,
        reference=f"{series}-{day:%Y%m%d}",
        **more,  # type: ignore[arg-type]
    )  # fmt: skip
    with story.act("FACC") as actor:
        return register_entry(
            actor=actor,
            book_id=unemployment_book().pk,
            new=new,
            evidence=SCAN if kind == K.ADVANCE_WRITTEN_OFF else None,
            at=story.calendar.at(day, 16),
        )


def _bring_to_bank(story: Story, amount: str, day: date) -> None:
    """Let the interest of 支出户 stand on the bank's own statement."""
    with story.look():
        account = expenditure_number()
    serial = f"LX02-{day:%Y%m%d}-{story.pool.pk}"
    story.bank.credit(account, Decimal(amount), day=day, serial=serial, summary="存款利息")
