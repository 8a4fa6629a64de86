"""Gate two of a demo month: sources, comparison, plans and their signatures."""

from datetime import date, datetime

from accounts.enums import Decision
from config.demo.calendar import DemoCalendar
from config.demo.papers import demo_paper
from config.demo.source_rows import add_extract_directly
from config.demo.sources import extract_files
from config.demo.story import Story
from payouts.enums import NEVER_CLEARED, ComparisonState, PlanState, ReturnVia, SourceKind
from payouts.models import ComparisonResult, ComparisonRun, DisbursementPlan
from payouts.services import comparisons, plans
from payouts.services.sources import receive_extract

IMPORTED_CITY = 200_000  # recipients; a larger city's extracts would pass the limit of one file
CLEARED_PER_OFFICE = 3
SIGNERS = (("OFFH", True, 21), ("DEPT", False, 22), ("LEAD", False, 22), ("HEAD", False, 22))


def import_sources(story: Story, month: date) -> None:
    """Bring in both extracts of a month on its 17th."""
    at = story.calendar.at(story.calendar.day_of(month, 17), 9, 10)
    if story.recipients > IMPORTED_CITY:
        for kind in SourceKind:
            add_extract_directly(story, kind, month, at)
        return
    files = extract_files(story.city, story.recipients, story.seed, story.calendar, month)
    for kind, content in files.items():
        with story.act("DATA") as actor:
            receive_extract(
                actor=actor,
                kind=kind,
                content=content,
                file_name=f"{kind.lower()}-{month:%Y%m}.csv",
                via=ReturnVia.UPLOAD,
                at=at,
            )
        story.finish_jobs(at)


def compare(story: Story, month: date, office: str) -> int:
    """Compare an office's month on the 18th; return the run's id."""
    at = story.calendar.at(story.calendar.day_of(month, 18), 10)
    with story.act("PLAN", office) as actor:
        run = comparisons.start_comparison(
            actor=actor,
            organisation_id=story.offices[office],
            item_id=story.item_id,
            month=month,
            at=at,
        )
    story.finish_jobs(at)
    return run.pk


def clear_some(story: Story, month: date, office: str) -> None:
    """Let the office head clear the first few mismatches of names on the 19th.

    The approver may not: he signed these people's claims.
    """
    at = story.calendar.at(story.calendar.day_of(month, 19), 14)
    with story.act("OFFH", office) as actor:
        run = ComparisonRun.objects.get(
            organisation_id=story.offices[office], month=month, is_current=True
        )
        waiting = ComparisonResult.objects.filter(run=run, state=ComparisonState.EXCEPTION)
        clearable = [
            result.pk
            for result in waiting.order_by("pk")
            if not set(result.reasons) & {*NEVER_CLEARED, "RE_EMPLOYED", "MEDICAL_OTHER_UNIT"}
        ]
        for result_id in clearable[:CLEARED_PER_OFFICE]:
            comparisons.clear_exception(
                actor=actor,
                result_id=result_id,
                text="经核对身份证件，系登记用字不同，确为同一人",
                evidence=demo_paper("identity-check", office),
                at=at,
            )


def build(story: Story, month: date, office: str) -> int:
    """Build an office's plan on the 20th; return its id."""
    at = story.calendar.at(story.calendar.day_of(month, 20), 9)
    with story.act("PLAN", office) as actor:
        plan = plans.build_plan(
            actor=actor,
            organisation_id=story.offices[office],
            item_id=story.item_id,
            month=month,
            at=at,
        )
    story.finish_jobs(at)
    return plan.pk


def submit(story: Story, plan_id: int, office: str) -> None:
    """Hand a plan in on the 20th."""
    with story.act("PLAN", office) as actor:
        month = DisbursementPlan.objects.get(pk=plan_id).month
        at = story.calendar.at(story.calendar.day_of(month, 20), 11)
        plans.submit_plan(actor=actor, plan_id=plan_id, at=at)


def sign_until(story: Story, plan_id: int, office: str, state: PlanState) -> None:
    """Have a plan signed, one person after another, until it waits in `state`."""
    for post, is_of_office, day in SIGNERS:
        with story.look():
            plan = DisbursementPlan.objects.get(pk=plan_id)
        if plan.state in {state, PlanState.APPROVED}:
            break
        at = _signing_instant(story.calendar, plan.month, day, post)
        with story.act(post, office if is_of_office else "") as actor:
            plans.sign_plan(
                actor=actor, plan_id=plan_id, decision=Decision.APPROVE, opinion="同意", at=at
            )
    story.finish_jobs(story.calendar.at(story.calendar.day_of(plan.month, 22), 17))


def _signing_instant(calendar: DemoCalendar, month: date, day: int, post: str) -> datetime:
    hour = {"OFFH": 15, "DEPT": 9, "LEAD": 11, "HEAD": 16}[post]
    return calendar.at(calendar.day_of(month, day), hour)
