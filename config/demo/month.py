"""One whole closed month of a demo city, from the extracts to the closing."""

from datetime import date

from common.periods import add_months
from config.demo import closing, investments, money, receipts, reissues, review, statistics
from config.demo.story import Story
from payouts.enums import PlanState
from payouts.services.batches import prepare_batch


def play_month(story: Story, month: date) -> None:
    """Play a month of the history: paid, returned, booked; what the month before left is re-sent.

    Statements and closing come with `close_history`, as offices sign in the month after.
    """
    review.import_sources(story, month)
    plan_ids = [_plan(story, month, office.code) for office in story.city.offices]
    day = story.calendar.day_of(month, 23)
    money.receive_forms(story, plan_ids, story.calendar.at(day, 9))
    money.obtain_funds(story, plan_ids, day)
    receipts.register_month(story, month)
    investments.invest_month(story, month)
    money.receive_income(story, month)
    statistics.await_statistics()
    _pay_plans(story, month, plan_ids)


def _plan(story: Story, month: date, office: str) -> int:
    review.compare(story, month, office)
    review.clear_some(story, month, office)
    plan_id = review.build(story, month, office)
    review.submit(story, plan_id, office)
    review.sign_until(story, plan_id, office, PlanState.APPROVED)
    return plan_id


def _pay_plans(story: Story, month: date, plan_ids: list[int]) -> None:
    day = story.calendar.day_of(month, 26)
    story.bank.set_day(day, reissues.failing_cards(story, month))
    for plan_id in plan_ids:
        with story.act("FACC") as actor:
            at = story.calendar.at(day, 9)
            batch = prepare_batch(actor=actor, plan_ids=[plan_id], at=at)
        money.confirm(story, batch.pk, day)
        money.pay(story, batch.pk, day)
    if month != story.calendar.history[0]:
        story.bank.set_day(day)
        reissues.send_again(story, add_months(month, -1), day)


def close_history_month(story: Story, month: date) -> None:
    """Reconcile a month with the bank, have every office's statement signed, close it.

    Its financial statements are then final; those of the newest month wait for the head.
    """
    closing.reconcile_bank(story, month)
    for office in story.city.offices:
        statement_id = closing.prepare_office_statement(story, month, office.code)
        closing.sign_office_statement(story, statement_id, office.code)
        closing.confirm_office_statement(story, statement_id)
    prepared = closing.prepare_statements(story, month)
    closing.ask_to_close(story, month)
    closing.close_month(story, month)
    signers = ("FCHK", "FHEAD", "HEAD")
    is_newest = month == story.calendar.history[-2]
    closing.sign_statements(story, prepared, *(signers[:-1] if is_newest else signers))
