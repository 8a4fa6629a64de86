"""What waits for a person among the disclosures."""

from datetime import date
from urllib.parse import urlencode

from django.db.models import Count
from django.db.models.functions import ExtractYear
from django.urls import reverse

from accounts.duties import Duty
from accounts.selectors.worklist import Waiting
from common.actor import Person
from funds.enums import BookKind, FinancialStatementState, StatementForm
from funds.models import FinancialStatement
from funds.selectors.access import may
from funds.selectors.books import BOOK_IN_ADDRESS

WAITING = (
    (Duty.REPORT_CHECK, "待复核信息披露", FinancialStatementState.CHECKING),
    (Duty.REPORT_APPROVE, "待签发信息披露", FinancialStatementState.APPROVING),
    (Duty.REPORT_SIGN_HEAD, "待签发信息披露", FinancialStatementState.SIGNING),
)


def list_waiting_disclosures(*, actor: Person, today: date) -> list[Waiting]:
    """Return the disclosures that wait for the person's current post, the latest year first.

    Each line leads to the book and year in which they are listed; late are those of a past year.
    """
    found = []
    for duty, label, state in WAITING:
        if may(actor, duty):
            rows = FinancialStatement.objects.filter(form=StatementForm.DISCLOSURE, state=state)
            places = rows.annotate(year=ExtractYear("month")).values_list("book__kind", "year")
            counted = places.annotate(count=Count("pk")).order_by("-year", "-book__kind")
            for kind, year, count in counted:
                query = urlencode({"year": year, BOOK_IN_ADDRESS: kind})
                book = "" if kind == BookKind.UNEMPLOYMENT else f"（{BookKind(kind).label}）"
                late = count if year < today.year else 0
                url = f"{reverse('disclosures')}?{query}"
                found.append(
                    Waiting(label=f"{label}{book}", url=url, count=count, overdue_count=late)
                )
    return found
