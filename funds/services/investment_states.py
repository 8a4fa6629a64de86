"""How the entries of a term deposit or bond move it on, and back when they are withdrawn."""

from common.db import constraint_errors
from funds.entry_shapes import BUYING, REDEEMING
from funds.enums import InvestmentState
from funds.models import FundsEntry, Investment
from funds.services.entry_input import REFUSALS


def move(investment: Investment, state: InvestmentState) -> None:
    """Write the state that follows from the newest entry; the caller holds the row's lock."""
    investment.state = state
    with constraint_errors(REFUSALS):
        investment.save(update_fields=["state", "certificate_number"])


def release(entry: FundsEntry) -> None:
    """Take back what a withdrawn entry did: a purchase waits again, a redeemed one is held."""
    if entry.investment_id is None or entry.kind not in {*BUYING, *REDEEMING}:
        return
    rows = Investment.objects.select_for_update(of=("self",), no_key=True)
    investment = rows.get(pk=entry.investment_id)
    if entry.kind in REDEEMING:
        move(investment, InvestmentState.HELD)
        return
    investment.certificate_number = ""
    move(investment, InvestmentState.APPROVED)
