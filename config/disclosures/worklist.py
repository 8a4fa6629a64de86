"""What waits for a person among the disclosures."""

from datetime import date

from django.urls import reverse

from accounts.duties import Duty
from accounts.selectors.worklist import Waiting
from common.actor import Person
from funds.enums import FinancialStatementState, StatementForm
from funds.models import FinancialStatement
from funds.selectors.access import may

WAITING = (
    (Duty.REPORT_CHECK, "待复核信息披露", FinancialStatementState.CHECKING),
    (Duty.REPORT_APPROVE, "待签发信息披露", FinancialStatementState.APPROVING),
    (Duty.REPORT_SIGN_HEAD, "待签发信息披露", FinancialStatementState.SIGNING),
)


def list_waiting_disclosures(*, actor: Person, today: date) -> list[Waiting]:
    """Return the disclosures that wait for the person's current post; none is ever overdue."""
    url = f"{reverse('disclosures')}?year={today.year}"
    found = []
    for duty, label, state in WAITING:
        if may(actor, duty):
            rows = FinancialStatement.objects.filter(form=StatementForm.DISCLOSURE, state=state)
            found.append(Waiting(label=label, url=url, count=rows.count(), overdue_count=0))
    return [row for row in found if row.count]
