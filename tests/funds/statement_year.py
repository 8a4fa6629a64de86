"""Fourteen months of a small city with vouchers of every kind, for the tests of statements."""

from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from django.db import transaction

from funds.enums import BusinessEvent, EntryState, SourceKind, StatementForm, StatementSpan
from funds.models import Investment, Voucher
from funds.selectors.books import unemployment_book
from funds.selectors.statement_figures import StatementScope
from funds.services.entries import live_voucher
from funds.services.founding import open_periods
from funds.services.vouchers import reverse_voucher
from tests.city import NOW, found_city
from tests.funds.builders import credit, debit, post, posted
from tests.funds.entry_builders import K, P, decide, register
from tests.funds.handovers import opened
from tests.funds.investing import BOND, DEPOSIT, bought, redeemed

E = BusinessEvent
AUGUST, DECEMBER = date(2025, 8, 1), date(2025, 12, 1)

# Day, event, debits, credits: account and yuan.
HISTORY = (
    ("2024-11-10", E.PREMIUM_DIRECT, {"100301": "50000"}, {"400101": "50000"}),
    ("2024-11-20", E.HIGHER_SUBSIDY, {"1004": "200000"}, {"4401": "200000"}),
    ("2024-12-05", E.REISSUE, {"500101": "30000"}, {"1004": "30000"}),
    ("2024-12-21", E.BANK_INTEREST, {"100301": "1234.56"}, {"420101": "1234.56"}),
    ("2025-01-10", E.PREMIUM_DIRECT, {"1002": "60000"}, {"400101": "60000"}),
    ("2025-01-12", E.INCOME_TO_FISCAL, {"100301": "60000"}, {"1002": "60000"}),
    ("2025-01-15", E.PREMIUM_REFUND, {"400101": "1000"}, {"1004": "1000"}),
    ("2025-02-03", E.FISCAL_SUBSIDY, {"100301": "500000"}, {"4101": "500000"}),
    ("2025-02-10", E.REISSUE, {"500101": "20000"}, {"1004": "20000"}),
    ("2025-02-11", E.MEDICAL_PREMIUM, {"500102": "5000"}, {"1004": "5000"}),
    ("2025-03-21", E.BANK_INTEREST, {"1004": "321.09"}, {"420101": "321.09"}),
    ("2025-03-22", E.INTEREST_TO_FISCAL, {"100301": "321.09"}, {"1004": "321.09"}),
    ("2025-03-25", E.STABILITY_SUBSIDY, {"5104": "40000"}, {"1004": "40000"}),
    ("2025-04-02", E.SKILL_SUBSIDY, {"5105": "6000"}, {"1004": "6000"}),
    ("2025-04-03", E.TRANSFER_IN, {"1002": "7000"}, {"4301": "7000"}),
    ("2025-04-04", E.TRANSFER_IN_RETURNED, {"4301": "2000"}, {"1002": "2000"}),
    ("2025-04-05", E.INCOME_TO_FISCAL, {"100301": "5000"}, {"1002": "5000"}),
    ("2025-05-06", E.TRANSFER_OUT, {"5201": "3000"}, {"1004": "3000"}),
    ("2025-05-07", E.TRANSFER_OUT_RETURNED, {"1002": "500"}, {"5201": "500"}),
    ("2025-05-08", E.INCOME_TO_FISCAL, {"100301": "500"}, {"1002": "500"}),
    ("2025-06-03", E.HIGHER_SUBSIDY, {"100301": "80000"}, {"4401": "80000"}),
    ("2025-06-04", E.TO_HIGHER_LEVEL, {"5301": "10000"}, {"100301": "10000"}),
    ("2025-07-01", E.UNKNOWN_RECEIPT, {"1004": "900"}, {"200102": "900"}),
    ("2025-07-02", E.ADVANCE_PAID, {"110103": "4000"}, {"1004": "4000"}),
    ("2025-07-03", E.LOAN_RECEIVED, {"100301": "100000"}, {"2101": "100000"}),
    ("2025-08-01", E.EARLIER_YEAR_RETURN, {"1004": "800"}, {"450102": "800"}),
    ("2025-08-02", E.LATE_RETURN, {"1004": "1500"}, {"500101": "1500"}),
    ("2025-08-03", E.RECOVERY, {"1004": "250"}, {"5104": "250"}),
    ("2025-08-04", E.EARLIER_YEAR_RETURN, {"1004": "77"}, {"450102": "77"}),  # reversed below
    ("2025-09-01", E.DEPOSIT_PLACED, {"100302": "300000"}, {"100301": "300000"}),
    ("2025-09-02", E.BOND_BOUGHT, {"1201": "50000"}, {"100301": "50000"}),
    ("2025-10-08", E.REISSUE, {"500105": "2222.22"}, {"1004": "2222.22"}),
    ("2025-10-09", E.PREMIUM_REFUND_EARLIER, {"5401": "600"}, {"1004": "600"}),
    (
        "2025-11-03",
        E.LOAN_REPAID,
        {"2101": "100000", "5401": "1111.11"},
        {"100301": "101111.11"},
    ),
    ("2025-11-04", E.BOND_REDEEMED, {"100301": "52000"}, {"1201": "50000", "420102": "2000"}),
    ("2025-12-01", E.PAYABLE_WRITTEN_OFF, {"200102": "900"}, {"450199": "900"}),
    ("2025-12-02", E.ADVANCE_WRITTEN_OFF, {"5401": "4000"}, {"110103": "4000"}),
    ("2025-12-10", E.PREMIUM_DIRECT, {"100301": "70000"}, {"400104": "70000"}),
    ("2025-12-11", E.REISSUE, {"500101": "8000"}, {"1004": "8000"}),
)
REVERSED = "2025-08-04"
# What only the register books: kind, what the clerk says, the original line (day, position), the
# entry it clears.
REGISTERED = {
    "2025-01-15": (K.PREMIUM_REFUND, {"place": P.EXPENDITURE}, ("2025-01-10", 2), None),
    "2025-07-01": (K.UNKNOWN_RECEIPT, {"place": P.EXPENDITURE}, None, None),
    "2025-07-02": (
        K.ADVANCE_PAID,
        {"place": P.EXPENDITURE, "account_code": "110103"},
        None,
        None,
    ),
    "2025-08-01": (K.LATE_RETURN, {}, ("2024-12-05", 1), None),
    "2025-08-02": (K.LATE_RETURN, {}, ("2025-02-10", 1), None),
    "2025-08-03": (K.RECOVERY, {"place": P.EXPENDITURE}, ("2025-03-25", 1), None),
    "2025-08-04": (K.LATE_RETURN, {}, ("2024-12-05", 1), None),
    "2025-10-09": (K.PREMIUM_REFUND, {"place": P.EXPENDITURE}, ("2024-11-10", 2), None),
    "2025-12-01": (K.PAYABLE_WRITTEN_OFF, {}, None, "2025-07-01"),
    "2025-12-02": (K.ADVANCE_WRITTEN_OFF, {}, None, "2025-07-02"),
}


@contextmanager
def kept_city(blocker):
    """Give a module one city with this history, in a transaction that is undone at its end."""
    with blocker.unblock(), undone():
        city = found_city()
        book_history(city)
        yield city


@contextmanager
def undone():
    """Undo at the end what is done inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def book_history(city) -> None:
    """Post the whole history, one reversal included."""
    open_periods(book=unemployment_book(), first_month=date(2024, 11, 1), months=14)
    opened(city, "1000000", day=date(2024, 11, 1))
    vouchers, entered = {}, {}
    for text, event, debits, credits in HISTORY:
        day = date.fromisoformat(text)
        if text in REGISTERED:
            entered[text] = enter(city, text, sum(map(Decimal, debits.values())), vouchers, entered)
            voucher = post(city, live_voucher(entered[text].pk))
            assert voucher.event == event
        elif text in INVESTED:
            invest(city, text)
            voucher = Voucher.objects.get(event=event)
        else:
            lines = [debit(code, amount) for code, amount in debits.items()]
            lines += [credit(code, amount) for code, amount in credits.items()]
            voucher = posted(city, *lines, day=day, event=event)
        vouchers[text] = voucher
        if text == REVERSED:
            reversal = reverse_voucher(
                actor=city.actor("FACC"),
                voucher_id=voucher.pk,
                voucher_date=date(2025, 8, 5),
                reason="重复入账",
                at=NOW,
            )
            post(city, reversal)


def enter(city, text, amount, vouchers, entered):
    """Register a receipt or payment that only the register books; return its booked entry."""
    kind, said, original, cleared = REGISTERED[text]
    if original:
        said = {**said, "original": (vouchers[original[0]].pk, original[1])}
    if cleared:
        said = {**said, "clears_id": entered[cleared].pk}
    day = date.fromisoformat(text)
    entry = register(city, kind, f"{amount:.2f}", entry_date=day, **said)
    return decide(city, entry) if entry.state == EntryState.SIGNING else entry


# What only the register of deposits and bonds books: the days of their purchases and the end.
INVESTED = {
    "2025-09-01": DEPOSIT | {"principal": Decimal(300_000)},
    "2025-09-02": BOND | {"principal": Decimal(50_000), "fees": Decimal(0)},
    "2025-11-04": None,
}


def invest(city, text) -> None:
    """Buy the deposit or the bond of a day, or take the bond back with 2,000.00 of interest."""
    terms, day = INVESTED[text], date.fromisoformat(text)
    if terms:
        bought(city, terms | {"date_from": day})
        return
    entry = redeemed(city, Investment.objects.get(kind="BOND"), "52000", day=day)
    post(city, live_voucher(decide(city, entry, opinion="提前兑取，按公告利率").pk))


def close_the_books_of_august(city) -> None:
    """Post E34 of August 2025: what the accounts hold since January goes to 3001."""
    taken = {
        "400101": "59000", "4101": "500000", "420101": "321.09", "4301": "5000",
        "4401": "80000", "450102": "800",
    }  # fmt: skip
    given = {
        "500101": "18500", "500102": "5000", "5104": "39750", "5105": "6000", "5201": "2500",
        "5301": "10000",
    }  # fmt: skip
    lines = [debit(code, amount) for code, amount in taken.items()]
    lines += [credit("3001", "645121.09"), debit("3001", "81750")]
    lines += [credit(code, amount) for code, amount in given.items()]
    posted(
        city,
        *lines,
        day=date(2025, 8, 31),
        event=E.PERIOD_CLOSE,
        source_kind=SourceKind.PERIOD,
        source_id=1,
    )


def scope(month=AUGUST, span=StatementSpan.MONTH, form=StatementForm.ACCOUNTS) -> StatementScope:
    """Return the statement of a month, or of the span that ends with it."""
    return StatementScope(unemployment_book().pk, form, span, month)
