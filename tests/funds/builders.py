"""Short ways to vouchers for the tests of funds."""

from datetime import date
from decimal import Decimal
from itertools import count

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from funds import posting_rules
from funds.enums import BusinessEvent, SourceKind, VoucherState
from funds.models import FundsAllotment, Period
from funds.posting_rules import BY_HAND, RULES, Posting
from funds.selectors.books import unemployment_book
from funds.services import periods, vouchers
from funds.services.vouchers import DraftLine, VoucherDraft
from tests.city import NOW
from tests.funds import plan_builders

DAY = date(2026, 11, 2)
ZERO = Decimal(0)


def yuan(text: str) -> Decimal:
    """Return an amount given as text."""
    return Decimal(text).quantize(Decimal("0.01"))


def debit(code: str, amount: str, **dimensions) -> DraftLine:
    """Return a debit line."""
    return DraftLine(code, yuan(amount), ZERO, "测试", **dimensions)


def credit(code: str, amount: str, **dimensions) -> DraftLine:
    """Return a credit line."""
    return DraftLine(code, ZERO, yuan(amount), "测试", **dimensions)


SOURCES = count(10**9)  # far from every row that is there


def event_of(lines) -> BusinessEvent:
    """Return the first event whose sides and flow these lines fit, those entered by hand first."""
    postings = [Posting(line.account_code, line.debit, line.credit) for line in lines]
    for event in (*BY_HAND, BusinessEvent.ALLOTMENT, BusinessEvent.BENEFIT_PAID):
        fits = all(posting_rules.is_permitted(RULES[event], one) for one in postings)
        if fits and posting_rules.movement(postings) in (None, *RULES[event].edges):
            return event
    return BusinessEvent.RECLASSIFICATION


def source_of(event) -> dict:
    """Return a source of the kind the event is drafted from, another one at each call."""
    sources = RULES[event].sources if event in RULES else ()
    if not sources or SourceKind.NONE in sources:
        return {"source_kind": SourceKind.NONE, "source_id": None}
    return {"source_kind": sources[0], "source_id": next(SOURCES)}


def voucher_draft(*lines: DraftLine, day: date = DAY, book_id: int | None = None, **changes):
    """Return a draft of these lines, else of 76,000.00 yuan of premiums (textbook entry)."""
    lines = lines or (debit("1002", "76000"), credit("400101", "76000"))
    event = changes.get("event") or event_of(lines)
    changes.pop("event", None)
    values = {
        "book_id": book_id or unemployment_book().pk,
        "voucher_date": day,
        "event": event,
        "summary": "收到直接缴纳的失业保险费",
        "attachment_count": 1,
        "lines": lines,
        **source_of(event),
    }
    return VoucherDraft(**(values | changes))


def allotted(city, amount: Decimal, day: date) -> int:
    """Return an allotment of this sum to an approved plan, as if its voucher were to come."""
    source = next(SOURCES)
    plan = plan_builders.ask_in_full(city, plan_builders.need(city, source, f"{amount:.2f}"))
    return FundsAllotment.objects.create(
        pool=city.pool,
        plan=plan_builders.approve(city, plan),
        amount=amount,
        allotted_date=day,
        reference=f"拨{source}",
        recorded_by_id=city.actor("FACC").user_id,
        recorded_at=NOW,
    ).pk


def allotment_of(city, lines, changes) -> dict:
    """Return the source of an E08 that names none: a real allotment, which the gate asks for."""
    event = changes.get("event") or (event_of(lines) if lines else None)
    if event != BusinessEvent.ALLOTMENT or "source_id" in changes or "book_id" in changes:
        return {}
    amount = sum(line.debit for line in lines)
    return {"source_id": allotted(city, amount, changes.get("day", DAY))}


def drafted(city, *lines: DraftLine, **changes):
    """Return a voucher drafted by the accountant."""
    changes |= allotment_of(city, lines, changes)
    draft = voucher_draft(*lines, **changes)
    return vouchers.draft_voucher(actor=city.actor("FACC"), draft=draft, at=NOW)


def checked(city, *lines: DraftLine, **changes):
    """Return a voucher checked by the checker."""
    voucher = drafted(city, *lines, **changes)
    return vouchers.sign_voucher(actor=city.actor("FCHK"), voucher_id=voucher.pk, at=NOW)


def ready(city, *lines: DraftLine, **changes):
    """Return a voucher that has every signature but the bookkeeper's."""
    return sign(city, drafted(city, *lines, **changes), until=VoucherState.BOOKING)


def posted(city, *lines: DraftLine, **changes):
    """Return a voucher posted by the second accountant."""
    return post(city, drafted(city, *lines, **changes))


def post(city, voucher, at=NOW):
    """Take a drafted voucher through every signature to POSTED; return it."""
    return sign(city, voucher, until=VoucherState.POSTED, at=at)


SIGNERS = {
    VoucherState.DRAFT: "FCHK",
    VoucherState.CASHIER: "FCASH",
    VoucherState.APPROVAL: "FHEAD",
    VoucherState.BOOKING: "FACC2",
}


def sign(city, voucher, *, until, at=NOW):
    """Let each person whose turn it is sign the voucher until it waits in a state; return it."""
    while voucher.state != until:
        actor = city.actor(SIGNERS[VoucherState(voucher.state)])
        voucher = vouchers.sign_voucher(actor=actor, voucher_id=voucher.pk, at=at)
    return voucher


def close_until(city, month: date) -> None:
    """Close every month of the book up to this one."""
    book = unemployment_book()
    for period in Period.objects.filter(book=book, month__lte=month).order_by("month"):
        close_month(city, period)


def close_month(city, period: Period, at=NOW, closer: str = "FHEAD") -> Period:
    """Let the accountant ask for a month to be closed, and another person close it."""
    request = ask_to_close(city, period, at)
    verdict = Verdict(Decision.APPROVE, "同意结账", at)
    return periods.decide_closing(actor=city.actor(closer), request_id=request.pk, verdict=verdict)


def ask_to_close(city, period: Period, at=NOW, post: str = "FACC"):
    """Let somebody ask for a month to be closed; return the request."""
    return periods.request_closing(
        actor=city.actor(post), period_id=period.pk, report=periods.ClosingReport({}), at=at
    )
