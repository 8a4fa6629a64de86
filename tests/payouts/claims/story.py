"""The main job's first half as tests tell it: a claim taken in, reviewed, determined.

case = take_in(city, "510402")              # accepted, waits for first review
case = determine(city, case)                # signed by its chain, entitlement opened
"""

from datetime import date

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.services.documents import NewDocument, store_document
from accounts.services.signatures import Verdict
from common.encryption import Purpose, lookup_key
from common.identifiers import make_identity_number, mask_identity
from payouts.enums import (
    AccountKind,
    Channel,
    EnrolmentStatus,
    ExtractState,
    Feedback,
    ServiceMode,
    SourceKind,
    StepKind,
)
from payouts.models import BenefitItem, CheckQuestion, SourceExtract, SourceExtractRow
from payouts.services.claimants import AccountEntry, PersonEntry
from payouts.services.intake import NewClaim, StepEntry, open_case, record_step
from payouts.services.intake_claim import ClaimRecord, record_claim
from payouts.services.intake_feedback import FeedbackEntry, feed_back
from payouts.services.reviews import review_case
from tests.city import NOW, TODAY

IDENTITY = "51040219850615202X"
NAME = "王小兰"
CARD = "6228480469000000015"
CARDS = (CARD, "6228480469000000023", "6222022302000000016", "6222022302000000024")
REVIEWERS = ("REV1", "REV2", "APP")


def person_number(index):
    """Return an invented valid identity number."""
    return make_identity_number("510402", date(1980, 1, 1), index)


def import_rows(city, kind=SourceKind.ENROLMENT, data_date=TODAY, rows=(), month=None):
    """Put an applied extract in place; rows are (identity number, name, columns)."""
    actor = city.actor("DATA")
    document = store_document(
        actor=actor,
        document=NewDocument(
            actor.organisation_id, Duty.SOURCE_READ, "数据", "data.csv", "text/csv", b"x"
        ),
        at=NOW,
    )
    extract = SourceExtract.objects.create(
        pool=city.pool,
        kind=kind,
        document=document,
        sha256=f"{SourceExtract.objects.count():064d}",
        data_date=data_date,
        month=month,
        row_count=len(rows),
        state=ExtractState.APPLIED,
        received_at=NOW,
        applied_at=NOW,
    )
    for line, (number, name, columns) in enumerate(rows, start=3):
        SourceExtractRow.objects.create(
            pool=city.pool,
            extract=extract,
            line_number=line,
            person_key=lookup_key(number, purpose=Purpose.IDENTITY),
            identity_masked=mask_identity(number),
            name=name,
            **columns,
        )
    return extract


def enrol(city, number=IDENTITY, name=NAME, months=137, **columns):
    """Let the enrolment source know one person, by default long insured and stopped."""
    columns = {
        "place": "510402",
        "status": EnrolmentStatus.STOPPED,
        "last_month": date(2026, 9, 1),
        "contributed_months": months,
        "unit_name": "攀枝花某公司",
        **columns,
    }
    return import_rows(city, rows=[(number, name, columns)])


def new_claim(number=IDENTITY, name=NAME, **changes):
    values = {
        "item_id": BenefitItem.objects.get(code="B01").pk,
        "person": PersonEntry(number, name),
        "channel": Channel.WINDOW,
        "service_mode": ServiceMode.IN_PERSON,
        "applied_date": TODAY,
        **changes,
    }
    return NewClaim(**values)


def start(city, office="510402", **changes):
    """Open a draft case at an office's window."""
    return open_case(
        actor=city.actor("ACC", office), claim=new_claim(**changes), today=TODAY, at=NOW
    )


def answers(case, step, answer="YES"):
    """Answer every question of a step alike."""
    questions = CheckQuestion.objects.filter(check_list_id=case.check_list_id, step=step)
    return StepEntry(step, {str(q.pk): {"answer": answer, "note": ""} for q in questions})


def ask_look_check(city, case, office="510402"):
    for step in (StepKind.ASK, StepKind.LOOK, StepKind.CHECK):
        record_step(
            actor=city.actor("ACC", office),
            case_id=case.pk,
            entry=answers(case, step),
            today=TODAY,
            at=NOW,
        )


def claim_record(city, paying="510402", card=CARD, name=NAME, **changes):
    values = {
        "insured_organisation_id": city.offices["510402"].pk,
        "paying_organisation_id": city.offices[paying].pk,
        "leaving_reason": "01",
        "unemployed_date": date(2026, 9, 30),
        "registered_date": date(2026, 10, 15),
        "phone": "13800138000",
        "account": AccountEntry(AccountKind.CARD, card, name),
        **changes,
    }
    return ClaimRecord(**values)


def record(city, case, office="510402", **changes):
    return record_claim(
        actor=city.actor("ACC", office),
        case_id=case.pk,
        record=claim_record(city, name=case.claimant.name, **changes),
        entry=answers(case, StepKind.RECORD),
        today=TODAY,
        at=NOW,
    )


def feed(city, case, kind=Feedback.RECEIPT, office="510402", text="", basis=""):
    return feed_back(
        actor=city.actor("ACC", office),
        case_id=case.pk,
        feedback=FeedbackEntry(kind, text, basis),
        entry=answers(case, StepKind.FEED_BACK),
        today=TODAY,
        at=NOW,
    )


def take_in(city, office="510402", paying=None, enrolled=137, **changes):
    """Take a claim in through all five steps; it then waits for first review."""
    card = changes.pop("card", CARD)
    number, name = changes.get("number", IDENTITY), changes.get("name", NAME)
    if enrolled is not None:
        enrol(city, number=number, name=name, months=enrolled)
    case = start(city, office, **changes)
    ask_look_check(city, case, office)
    record(city, case, office, paying=paying or office, card=card)
    return feed(city, case, office=office)


def verdict(decision=Decision.APPROVE, opinion="同意", seen=""):
    return Verdict(decision, opinion, NOW, seen)


def review(city, case, post, office=None, **words):
    office = office or next(
        code for code, o in city.offices.items() if o.pk == case.paying_organisation_id
    )
    return review_case(actor=city.actor(post, office), case_id=case.pk, verdict=verdict(**words))


def determine(city, case):
    """Sign the whole chain of a case."""
    for post in REVIEWERS[: case.review_depth]:
        case = review(city, case, post)
    return case
