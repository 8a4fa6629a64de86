"""Claims in the making: drafts, supplements, and cases at each level of review."""

from datetime import timedelta

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.periods import month_of
from config.demo.charters import DemoOffice
from config.demo.claims import DemoClaim, applicant_of
from config.demo.sources import APPLICANTS
from config.demo.story import Story
from payouts.enums import AccountKind, Answer, Channel, Feedback, ServiceMode, StepKind
from payouts.models import CheckQuestion
from payouts.services import intake, intake_claim, intake_feedback, reviews
from payouts.services.claimants import AccountEntry, PersonEntry

# What becomes of each office's first applicants; the last only at the city centre. The others
# have not come to the window yet.
FATES = ("FIRST_REVIEW", "RE_REVIEW", "APPROVAL", "DRAFT", "BEGUN", "SUPPLEMENT")
REVIEWS = {"RE_REVIEW": ("REV1",), "APPROVAL": ("REV1", "REV2")}
WALK_INS = range(len(FATES), APPLICANTS)


def leave_cases(story: Story, office: DemoOffice) -> None:
    """Take in an office's applicants of today, each as far as his fate says."""
    fates = FATES if office.code == story.city.code else FATES[:-1]
    for place, fate in enumerate(fates):
        claim = applicant_of(
            story.city, office, place, story.recipients, story.seed, story.calendar
        )
        case_id = take_in(story, office.code, claim, fate, place)
        for post in REVIEWS.get(fate, ()):
            approve_as(story, post, office.code, case_id, claim)


def approve_as(story: Story, post: str, office: str, case_id: int, claim: DemoClaim) -> None:
    """Let one reviewer of the office approve a case, some days after the application."""
    days, hour = {"REV1": (0, 11), "REV2": (0, 14), "APP": (1, 10)}[post]
    day = min(claim.applied_date + timedelta(days=days), story.calendar.today)
    at = story.calendar.at(day, hour, claim.person.number % 60)
    with story.act(post, office) as actor:
        verdict = Verdict(Decision.APPROVE, "材料齐全，数据一致", at)
        reviews.review_case(actor=actor, case_id=case_id, verdict=verdict)


def take_in(story: Story, office: str, claim: DemoClaim, fate: str, place: int) -> int:
    """Open one case and go through the five steps, or stop where the fate says; return its id."""
    today = claim.applied_date
    at = story.calendar.at(today, 9, place * 4)
    with story.act("ACC", office) as actor:
        new = intake.NewClaim(
            item_id=story.item_id,
            person=PersonEntry(claim.person.identity, claim.person.name),
            channel=Channel.WINDOW,
            service_mode=ServiceMode.IN_PERSON,
            applied_date=today,
        )
        case_id = intake.open_case(actor=actor, claim=new, today=today, at=at).pk
        if fate == "BEGUN":
            return case_id
        for step in (StepKind.ASK, StepKind.LOOK, StepKind.CHECK):
            intake.record_step(
                actor=actor, case_id=case_id, entry=_answered(step), today=today, at=at
            )
        if fate == "DRAFT":
            return case_id
        intake_claim.record_claim(
            actor=actor,
            case_id=case_id,
            record=_record(story, office, claim),
            entry=_answered(StepKind.RECORD),
            today=today,
            at=at,
        )
        intake_feedback.feed_back(
            actor=actor,
            case_id=case_id,
            feedback=_feedback(fate),
            entry=_answered(StepKind.FEED_BACK),
            today=today,
            at=at,
        )
    return case_id


def _answered(step: StepKind) -> intake.StepEntry:
    """Return a step with every question answered."""
    return intake.StepEntry(
        step,
        {
            str(question.pk): {
                "answer": (Answer.YES if question.is_mandatory else Answer.NOT_APPLICABLE).value,
                "note": "",
            }
            for question in CheckQuestion.objects.filter(step=step)
        },
    )


def _record(story: Story, office: str, claim: DemoClaim) -> intake_claim.ClaimRecord:
    today = claim.applied_date
    return intake_claim.ClaimRecord(
        insured_organisation_id=story.offices[office],
        paying_organisation_id=story.offices[office],
        leaving_reason=claim.leaving_reason,
        unemployed_date=month_of(today) - timedelta(days=1),
        registered_date=max(today - timedelta(days=1), month_of(today) - timedelta(days=1)),
        phone=claim.person.phone,
        account=AccountEntry(
            AccountKind.CARD, claim.person.card, claim.person.name, claim.person.bank_name
        ),
    )


def _feedback(fate: str) -> intake_feedback.FeedbackEntry:
    if fate == "SUPPLEMENT":
        return intake_feedback.FeedbackEntry(
            Feedback.SUPPLEMENT, "解除劳动合同证明缺少单位公章，请补正后再次提交"
        )
    return intake_feedback.FeedbackEntry(Feedback.RECEIPT)
