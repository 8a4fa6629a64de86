"""Short ways to gap sheets and reserve entries, for the tests."""

from datetime import date
from decimal import Decimal

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.evidence import Evidence
from funds.enums import BusinessEvent
from funds.selectors.books import unemployment_book
from funds.services import gap_sheets, reserves
from funds.services.founding import open_periods
from funds.services.reserves import Correction, NewReserve
from funds.sharing_enums import ReserveKind
from tests.city import NOW, TODAY
from tests.funds import budget_builders
from tests.funds.builders import credit, debit, posted

SCAN = Evidence("依据.pdf", "application/pdf", b"%PDF-1.7 decided")
OCTOBER = date(2026, 10, 1)


def registered(city, kind=ReserveKind.ALLOCATION, amount="1000.00", post_code="BUDG", **changes):
    """Return a reserve entry that waits for the head."""
    book_id = changes.pop("book_id", None) or unemployment_book().pk
    values = {"entry_date": TODAY, "reason": "年度计提", "document_number": "攀人社〔2026〕9号"}
    new = NewReserve(kind=kind, amount=Decimal(amount), **(values | changes))
    actor = city.actor(post_code)
    return reserves.prepare_reserve(actor=actor, book_id=book_id, new=new, scan=SCAN, at=NOW)


def approved(city, entry, decision=Decision.APPROVE, opinion="", post_code="HEAD"):
    """Let the head decide on a reserve entry; return it."""
    verdict = Verdict(decision, opinion, NOW, entry.content_sha256)
    actor = city.actor(post_code)
    return reserves.decide_reserve(actor=actor, entry_id=entry.pk, verdict=verdict)


def booked(city, *args, **changes):
    """Return a reserve entry that stands in the account."""
    return approved(city, registered(city, *args, **changes))


def reversed_entry(city, entry, post_code="BUDG"):
    """Return the counter entry of a reserve entry, which waits for the head."""
    correction = Correction("重复登记", "攀人社〔2026〕10号", SCAN)
    return reserves.reverse_reserve(
        actor=city.actor(post_code), entry_id=entry.pk, correction=correction, at=NOW
    )


def prepared(city, month=OCTOBER, post_code="BUDG"):
    """Return a gap sheet of January to a month that waits for the head."""
    return gap_sheets.prepare_gap_sheet(
        actor=city.actor(post_code), book_id=unemployment_book().pk, month=month, at=NOW
    )


def signed(city, sheet, decision=Decision.APPROVE, opinion="", post_code="HEAD"):
    """Let the head decide on a gap sheet; return it."""
    verdict = Verdict(decision, opinion, NOW, sheet.content_sha256)
    actor = city.actor(post_code)
    return gap_sheets.decide_gap_sheet(actor=actor, sheet_id=sheet.pk, verdict=verdict)


def gap_year(city, rolled="5000000.00"):
    """Post the books of a year with a gap of 200,000.00 by October, under a budget in force.

    Targets by October are ten twelfths of a million for each county and of 6,760,000 for the
    city. 东区 collected 800,000, which is 33,333.33 short; the others what was asked. 东区 spent
    200,000 more than it collected, 西区 600,000, the city 200,000; interest brought 800,000.
    """
    budget_builders.approved(city)
    if Decimal(rolled):
        open_periods(book=unemployment_book(), first_month=date(2025, 1, 1), months=12)
        posted(city, debit("1004", rolled), credit("4401", rolled), day=date(2025, 6, 2))
    premiums = dict.fromkeys(city.offices, "833333.33")
    premiums |= {"510400": "5633333.33", "510402": "800000.00"}
    spent = dict.fromkeys(city.offices, "833333.33")
    spent |= {"510400": "5833333.33", "510402": "1000000.00", "510403": "1433333.33"}
    ids = {code: office.pk for code, office in city.offices.items()}
    day = date(2026, 10, 12)
    posted(
        city,
        debit("1002", "9766666.65"),
        *(credit("400101", yuan, organisation_id=ids[code]) for code, yuan in premiums.items()),
        day=day,
    )
    posted(
        city,
        *(debit("500101", yuan, organisation_id=ids[code]) for code, yuan in spent.items()),
        credit("1004", "10766666.65"),
        day=day,
        event=BusinessEvent.REISSUE,
    )
    posted(city, debit("1002", "800000"), credit("420101", "800000"), day=day)
