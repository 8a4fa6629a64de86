"""The current month of the demo: work waiting at every post."""

from collections.abc import Mapping

from accounts.enums import Decision
from accounts.services.grants import GrantApplication, apply_for_grant, review_grant
from accounts.services.signatures import Verdict
from config.demo import closing, money, reissues, review
from config.demo.charters import DemoOffice
from config.demo.story import Story
from funds.enums import ListState, VoucherState
from funds.models import TaxIncomeList
from funds.services import tax_lists
from payouts.enums import PlanState
from payouts.services.batches import prepare_batch

# Whose turn each office's plan of this month is; other offices' plans wait for their own head.
WAITS_FOR: Mapping[str, PlanState] = {
    "510400": PlanState.PRINCIPAL,
    "510402": PlanState.APPROVED,
    "510403": PlanState.OFFICE,
    "510411": PlanState.DEPARTMENT,
    "510421": PlanState.LEADER,
}
# Last month's statement: still to be signed by the head, still to be confirmed by finance.
UNSIGNED, UNCONFIRMED = "510422", "510421"


def leave_last_month(story: Story) -> None:
    """Reconcile last month, leaving a sheet to check and three statements on their way."""
    month = story.calendar.history[-1]
    closing.reconcile_bank(story, month, is_checked=False)
    for office in story.city.offices:
        statement_id = closing.prepare_office_statement(story, month, office.code)
        if office.code == UNSIGNED:
            continue
        closing.sign_office_statement(story, statement_id, office.code)
        if office.code != UNCONFIRMED:
            closing.confirm_office_statement(story, statement_id)
    closing.prepare_statements(story, month)


def leave_plans(story: Story) -> None:
    """Compare and plan this month; every signer finds one plan, the cashier one batch."""
    month = story.calendar.month
    review.import_sources(story, month)
    approved = [plan_id for office in story.city.offices for plan_id in _leave_plan(story, office)]
    if approved:
        day = story.calendar.day_of(month, 23)
        money.receive_forms(story, approved, story.calendar.at(day, 9))
        money.obtain_funds(story, approved, day, leaves_some=True)
        with story.act("FACC") as actor:
            batch = prepare_batch(actor=actor, plan_ids=approved, at=story.calendar.at(day, 17))
        money.confirm(story, batch.pk, story.calendar.day_of(month, 24))


def _leave_plan(story: Story, office: DemoOffice) -> list[int]:
    """Bring one office's plan to the person it waits for; return its id if it is approved."""
    month, code = story.calendar.month, office.code
    review.compare(story, month, code)
    if code == UNSIGNED:
        return []  # its planner finds the mismatches, and cannot hand in before the signature
    review.clear_some(story, month, code)
    plan_id = review.build(story, month, code)
    review.submit(story, plan_id, code)
    state = WAITS_FOR.get(code, PlanState.OFFICE)
    review.sign_until(story, plan_id, code, state)
    return [plan_id] if state == PlanState.APPROVED else []


def leave_vouchers(story: Story) -> None:
    """Leave one voucher to check and one to post: this month's contributions."""
    month = story.calendar.month
    money.import_income(story, month)
    day = story.calendar.day_of(month, 25)
    at = story.calendar.at(day, 10)
    money.sign_all(story, VoucherState.DRAFT, at)
    with story.act("FACC") as actor:
        waiting = TaxIncomeList.objects.get(month=month, state=ListState.IMPORTED)
        tax_lists.record_treasury_transfer(
            actor=actor,
            list_id=waiting.pk,
            transferred_date=day,
            reference=f"GK{day:%Y%m%d}01",
            at=at,
        )


def leave_reissues(story: Story) -> None:
    """Leave last month's failures at every stage: one to review, to approve, to send; the rest
    still to be asked for.
    """
    at = story.calendar.at(story.calendar.today, 9)
    stages = zip(reissues.failures_of(story, story.calendar.history[-1]), range(3), strict=False)
    for (instruction_id, office), stage in stages:
        reissue_id = reissues.apply(story, instruction_id, office, at)
        if stage >= 1:
            reissues.review(story, reissue_id, office, at)
        if stage >= 2:
            reissues.approve(story, reissue_id, office, at)


def leave_grants(story: Story) -> None:
    """Leave one application for a post to internal control and one to the head."""
    at = story.calendar.at(story.calendar.today, 9, 30)
    for office, is_reviewed in zip(story.city.offices[1:3], (False, True), strict=False):
        with story.act("OFFH", office.code) as actor:
            clerk = story.person("ACC", office.code)
            application = GrantApplication(
                user_id=clerk.user_id,
                post_code="REV1",
                organisation_id=story.offices[office.code],
                valid_from=story.calendar.today,
                valid_until=None,
                reason="初审岗人员休假，兼任初审岗（不办理本人受理的案件）",
            )
            grant = apply_for_grant(actor=actor, application=application, at=at)
        if is_reviewed:
            with story.act("RISK", office.code) as actor:
                verdict = Verdict(Decision.APPROVE, "不相容岗位审核通过", at)
                review_grant(actor=actor, grant_id=grant.pk, verdict=verdict)
