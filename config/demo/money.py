"""Gate three of a demo month: forms, funds, batches, the bank's answers, the books."""

import time
from datetime import date, datetime
from decimal import Decimal

from accounts.enums import Decision
from accounts.models import OutboxEvent
from accounts.services.signatures import Verdict
from common.actor import Job
from common.encryption import Purpose, decrypt
from common.money import round_yuan
from common.tenancy import tenant_transaction
from config.demo.bank import DemoBank
from config.demo.charters import SECOND_ACCOUNTANT
from config.demo.handovers import hand_over_funds
from config.demo.income import tax_file
from config.demo.papers import demo_paper
from config.demo.story import Story
from funds.enums import FundsPlanState, ListState, VoucherState
from funds.models import FundsAllotment, FundsUsePlan, TaxIncomeList, Voucher
from funds.selectors.books import expenditure_account, unemployment_book
from funds.services import tax_lists
from funds.services.allotments import record_allotment
from funds.services.funds_plan_signing import BureauReply, record_reply, sign_funds_plan
from funds.services.vouchers import sign_vouchers
from payouts.enums import ApplicationChannel, BatchState
from payouts.models import DisbursementPlan, PaymentBatch
from payouts.services import batches, polling, sending
from payouts.services.applications import FormFigures, receive_application, request_funds_for_plans

BANK_SECONDS = 600  # longest wait for the bank to pay one file


def open_the_books(story: Story) -> None:
    """Book what the former offices hand over, on the first day of the history."""
    hand_over_funds(story, Decimal("21000.00") * max(story.recipients, 100))
    post_all(story, story.calendar.at(story.calendar.history[0], 9))


def receive_income(story: Story, month: date) -> None:
    """Import the month's tax list on the 24th and record the treasury's transfer on the 25th."""
    import_income(story, month)
    day = story.calendar.day_of(month, 25)
    at = story.calendar.at(day, 10)
    with story.act("FACC") as actor:
        waiting = TaxIncomeList.objects.get(month=month, state=ListState.IMPORTED)
        tax_lists.record_treasury_transfer(
            actor=actor,
            list_id=waiting.pk,
            transferred_date=day,
            reference=f"GK{day:%Y%m%d}01",
            at=at,
        )
    post_all(story, at)


def import_income(story: Story, month: date) -> None:
    """Import the month's tax list; its voucher then waits to be checked."""
    day = story.calendar.day_of(month, 24)
    at = story.calendar.at(day, 9)
    with story.act("FACC") as actor:
        tax_lists.request_tax_list_import(
            actor=actor,
            book_id=unemployment_book().pk,
            content=tax_file(story.city, story.recipients, story.seed, month, day),
            file_name=f"tax-{month:%Y%m}.csv",
            at=at,
        )
    story.finish_jobs(at)


def receive_forms(story: Story, plan_ids: list[int], at: datetime) -> None:
    """Let the accountant take in the forms of approved plans."""
    with story.act("FACC") as actor:
        for plan in DisbursementPlan.objects.filter(pk__in=plan_ids).select_related("item"):
            figures = FormFigures(plan.month, plan.item.code, plan.line_count, plan.total_amount)
            receive_application(
                actor=actor,
                plan_id=plan.pk,
                channel=ApplicationChannel.OFFICE_AUTOMATION,
                figures=figures,
                scan=None,
                at=at,
            )


def obtain_funds(
    story: Story, plan_ids: list[int], day: date, *, leaves_some: bool = False
) -> None:
    """Ask for the plans' money, have it signed, allotted, booked, and arrive at the bank.

    `leaves_some`: part of the reserve is still to be allotted, if there is any.
    """
    at = story.calendar.at(day, 9)
    with story.act("FACC") as actor:
        funds_plan_id = request_funds_for_plans(actor=actor, plan_ids=plan_ids, at=at)
    if approve_funds_plan(story, funds_plan_id, day):
        allot_funds(story, funds_plan_id, day, leaves_some=leaves_some)
    post_all(story, story.calendar.at(day, 16))
    arrive_at_bank(story.bank, story.pool.pk, since=day)


def approve_funds_plan(story: Story, plan_id: int, day: date) -> bool:
    """Have a plan signed and both bureaus reply; tell whether it awaits money then."""
    for post, hour in (("FHEAD", 10), ("HEAD", 11)):
        with story.act(post) as actor:
            verdict = Verdict(Decision.APPROVE, "同意", story.calendar.at(day, hour))
            plan = sign_funds_plan(actor=actor, plan_id=plan_id, verdict=verdict)
    if plan.state == FundsPlanState.COVERED:
        return False
    for post, prefix, hour in (("FCHK", "攀人社函", 13), (SECOND_ACCOUNTANT, "攀财社", 14)):
        with story.act(post) as actor:
            reply = BureauReply(
                decision=Decision.APPROVE,
                opinion="",
                document_number=f"{prefix}〔{day.year}〕{plan_id}号",
                decided_date=day,
                amount=None,
                scan=demo_paper("funds plan reply", plan.number),
            )
            at = story.calendar.at(day, hour)
            record_reply(actor=actor, plan_id=plan_id, reply=reply, at=at)
    return True


def allot_funds(story: Story, plan_id: int, day: date, *, leaves_some: bool) -> None:
    """Record what the finance bureau allots at once: all that it approved, or what pays the plans
    and a half of the rest.
    """
    with story.act("FACC") as actor:
        plan = FundsUsePlan.objects.get(pk=plan_id)
        amount = plan.approved_amount or plan.total_amount
        if leaves_some:
            due = max(Decimal("0.00"), plan.payments_amount - max(0, plan.available_amount))
            amount = due + round_yuan((amount - due) / 2)
        record_allotment(
            actor=actor,
            plan_id=plan_id,
            amount=amount,
            allotted_date=day,
            reference=f"BK{day:%Y%m%d}{plan_id:04d}",
            at=story.calendar.at(day, 15),
        )


def arrive_at_bank(bank: DemoBank, pool_id: int, *, since: date) -> None:
    """Let every allotment from a day on arrive at the bank; a second time changes nothing."""
    with tenant_transaction(Job(pool_id, "config.demo.arrive_at_bank")):
        account = expenditure_number()
        allotted = FundsAllotment.objects.filter(allotted_date__gte=since).select_related("plan")
        arrivals = [(row.pk, row.plan.number, row.amount, row.allotted_date) for row in allotted]
    for allotment_id, number, amount, day in arrivals:
        serial = f"C{day:%Y%m%d}{allotment_id:06d}"
        bank.credit(account, amount, day=day, serial=serial, summary=f"财政拨款 {number}")


def expenditure_number() -> str:
    """Return the number of the pool's 支出户. Call inside a tenant transaction."""
    account = expenditure_account(unemployment_book().pk)
    return decrypt(account.number_cipher, pool_id=account.pool_id, purpose=Purpose.ACCOUNT)


SIGNERS = {
    VoucherState.DRAFT: "FCHK",
    VoucherState.CASHIER: "FCASH",
    VoucherState.APPROVAL: "FHEAD",
    VoucherState.BOOKING: SECOND_ACCOUNTANT,
}


def post_all(story: Story, at: datetime) -> None:
    """Take every voucher through all signatures to posting."""
    for state in SIGNERS:
        sign_all(story, state, at)


def sign_all(story: Story, state: VoucherState, at: datetime) -> None:
    """Let the post whose turn it is sign every voucher that waits in a state."""
    with story.act(SIGNERS[state]) as actor:
        waiting = Voucher.objects.filter(state=state).exclude(prepared_by=actor.user_id)
        ids = list(waiting.values_list("pk", flat=True))
        sign_vouchers(actor=actor, voucher_ids=ids, state=state, at=at)


def confirm(story: Story, batch_id: int, day: date) -> None:
    """Check a prepared batch and have the bank count it; it then waits for its release."""
    with story.act("FCHK") as actor:
        batches.check_batch(actor=actor, batch_id=batch_id, at=story.calendar.at(day, 10))
    at = story.calendar.at(day, 10, 30)
    batches.confirm_with_bank(actor=story.person("FCASH"), batch_id=batch_id, at=at)


def pay(story: Story, batch_id: int, day: date) -> None:
    """Release a confirmed batch, send it, and take in its return, all on one day."""
    at = story.calendar.at(day, 14)
    with story.act("FCASH") as actor:
        total = PaymentBatch.objects.get(pk=batch_id).total_amount
        digits = batches.release_digits(total)
        batches.release_batch(actor=actor, batch_id=batch_id, digits=digits, at=at)
        OutboxEvent.objects.filter(task="payouts.tasks.send_batch").update(sent_at=at)
        files = PaymentBatch.objects.filter(is_leaf=True, state=BatchState.RELEASED)
        leaves = list(files.values_list("pk", flat=True))
    returned = story.calendar.at(day, 16)
    for leaf_id in leaves:
        sending.send_batch(pool_id=story.pool.pk, batch_id=leaf_id, clock=lambda: at)
    for leaf_id in leaves:
        _await_return(story, leaf_id, returned)
    post_all(story, story.calendar.at(day, 17))


def _await_return(story: Story, leaf_id: int, at: datetime) -> None:
    deadline = time.monotonic() + BANK_SECONDS
    while not polling.take_return(pool_id=story.pool.pk, batch_id=leaf_id, clock=lambda: at):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the bank did not return batch {leaf_id}")
        time.sleep(0.05)
