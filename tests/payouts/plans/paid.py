"""One payment that succeeded in October 2026: what makes that month need a signature."""

from datetime import date

from funds.selectors.books import expenditure_account, unemployment_book
from payouts.models import PaymentBatch, PaymentInstruction
from tests.city import NOW, City
from tests.payouts.build import approved_plan


def paid_in_october(city: City, office: str) -> None:
    """Let the bank have paid one person of the office on 28 October 2026."""
    october = date(2026, 10, 1)
    plan = approved_plan(city, office, ["1864.00"], month=october)
    book = unemployment_book()
    batch = PaymentBatch.objects.create(
        pool=city.pool,
        number=f"PC{office}",
        kind="REGULAR",
        book=book,
        bank_account=expenditure_account(book.pk),
        organisation=plan.organisation,
        item=plan.item,
        month=october,
        line_count=1,
        total_amount="1864.00",
        content_sha256="0" * 64,
        created_at=NOW,
    )
    line = plan.lines.get()
    instruction = PaymentInstruction.objects.create(
        pool=city.pool,
        batch=batch,
        plan_line=line,
        position=1,
        end_to_end_id=f"E2E{office}",
        payee_name=line.claimant.name,
        payee_account=line.payee_account,
        amount=line.amount,
    )
    rows = PaymentInstruction.objects.filter(pk=instruction.pk)
    rows.update(state="SENT")
    rows.update(state="SUCCESS", bank_serial=f"S{office}", bank_date=date(2026, 10, 28))
