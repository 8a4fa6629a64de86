"""Extract files, and the way from determined people to a plan, for the tests of plans.

people = determined_people(city, "510402", 3)
import_sources(city, people)
plan = planned(city, "510402")
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from accounts.enums import Decision
from accounts.models import Job, Parameter
from common.encryption import Purpose, decrypt
from payouts.enums import ReturnVia, SourceKind
from payouts.models import BenefitItem, ComparisonRun, DisbursementPlan, Entitlement
from payouts.services import comparisons, plans
from payouts.services.sources import receive_extract
from payouts.tasks import plans as tasks
from tests.city import NOW, City

MONTH = date(2026, 11, 1)
PAYER = "YB510400001"
ENROLMENT_HEADER = "identity,name,place,status,last premium month,contributed months,unit"
MEDICAL_HEADER = "month,identity,name,medical unit no,unit,base,unit part,person part,total"


@dataclass(frozen=True)
class Known:
    """What both sources say of one person; by default nothing that stops a payment."""

    identity: str
    name: str
    status: str = "STOPPED"
    last_month: str = "202609"
    medical_name: str = ""
    medical_unit: str = PAYER
    in_enrolment: bool = True
    in_medical: bool = True


def known(entitlement: Entitlement, **differences: object) -> Known:
    """Return a person as both sources know him, apart from the differences."""
    cipher = entitlement.claimant.identity_cipher
    identity = decrypt(cipher, pool_id=entitlement.claimant.pool_id, purpose=Purpose.IDENTITY)
    return replace(Known(identity, entitlement.claimant_name), **differences)


def enrolment_file(people: list[Known], day: str = "2026-11-01") -> bytes:
    """Return an enrolment extract of these people."""
    rows = [
        f"{p.identity},{p.name},攀枝花市东区,{p.status},{p.last_month},60,某某矿业公司"
        for p in people
        if p.in_enrolment
    ]
    return "\n".join([f"#enrolment,{day},{len(rows)}", ENROLMENT_HEADER, *rows, ""]).encode()


def medical_file(people: list[Known], day: str = "2026-11-01", month: str = "202611") -> bytes:
    """Return a medical-insurance extract of these people."""
    rows = [
        f"{month},{p.identity},{p.medical_name or p.name},{p.medical_unit},某单位,"
        "4000.00,320.00,80.00,400.00"
        for p in people
        if p.in_medical
    ]
    head = f"#medical,{day},{len(rows)},{month}"
    return "\n".join([head, MEDICAL_HEADER, *rows, ""]).encode()


def received(city: City, kind: str, content: bytes, at: datetime = NOW, name: str = "file.csv"):
    """Upload one extract; its job has yet to run."""
    return receive_extract(
        actor=city.actor("DATA", city.pool.code),
        kind=kind,
        content=content,
        file_name=name,
        via=ReturnVia.UPLOAD,
        at=at,
    )


def take_in(city: City, kind: str, content: bytes, at: datetime = NOW, name: str = "file.csv"):
    """Upload one extract and let its job run; return the extract as it stands then."""
    extract = received(city, kind, content, at, name)
    tasks.import_extract(pool_id=city.pool.pk, job_id=extract.job_id)
    extract.refresh_from_db()
    return extract


def import_sources(city: City, people: list[Known], at: datetime = NOW) -> None:
    """Import both sources for these people."""
    day = f"{at:%Y-%m-%d}"
    for kind, make in ((SourceKind.ENROLMENT, enrolment_file), (SourceKind.MEDICAL, medical_file)):
        extract = take_in(city, kind, make(people, day=day), at)
        assert extract.state == "APPLIED", extract.job.error


def compared(city: City, office: str, at: datetime = NOW, month: date = MONTH) -> ComparisonRun:
    """Run the comparison of an office's B01 and return it done."""
    run = comparisons.start_comparison(
        actor=city.actor("PLAN", office),
        organisation_id=city.offices[office].pk,
        item_id=BenefitItem.objects.get(code="B01").pk,
        month=month,
        at=at,
    )
    tasks.compare_sources(pool_id=city.pool.pk, job_id=run.job_id)
    run.refresh_from_db()
    return run


def built(city: City, office: str, at: datetime = NOW, month: date = MONTH) -> DisbursementPlan:
    """Build the plan of a comparison in force and return it."""
    plan = plans.build_plan(
        actor=city.actor("PLAN", office),
        organisation_id=city.offices[office].pk,
        item_id=BenefitItem.objects.get(code="B01").pk,
        month=month,
        at=at,
    )
    tasks.build_plan(pool_id=city.pool.pk, job_id=plan.job_id)
    plan.refresh_from_db()
    return plan


def planned(city: City, office: str) -> DisbursementPlan:
    """Compare and build."""
    compared(city, office)
    return built(city, office)


def approved(city: City, office: str, plan: DisbursementPlan) -> DisbursementPlan:
    """Submit a plan and let its whole chain sign it; let the job print its form."""
    plans.submit_plan(actor=city.actor("PLAN", office), plan_id=plan.pk, at=NOW)
    chain = [("OFFH", office), ("DEPT", "510400"), ("LEAD", "510400")]
    for post, place in [*chain, ("HEAD", "510400")] if plan.needs_principal else chain:
        sign(city, plan, post, place)
    job = Job.objects.filter(kind=plans.FORM_TASK).latest("pk")
    tasks.make_application_form(pool_id=city.pool.pk, job_id=job.pk)
    plan.refresh_from_db()
    return plan


def sign(
    city: City,
    plan: DisbursementPlan,
    post: str,
    place: str = "510400",
    decision: Decision = Decision.APPROVE,
    opinion: str = "",
) -> DisbursementPlan:
    """Let the person of one post decide about a plan."""
    return plans.sign_plan(
        actor=city.actor(post, place),
        plan_id=plan.pk,
        decision=decision,
        opinion=opinion,
        at=NOW,
        seen_sha256=plan.content_sha256,
    )


def pay_everyone(city: City, yuan: str) -> None:
    """Make the monthly standard of every person this amount from November 2026 on."""
    Parameter.objects.create(
        pool=city.pool,
        code="benefit_standard",
        value={"kind": "STAGES", "stages": [[1, 24, yuan]]},
        valid_from=MONTH,
        source="测试用标准",
    )


def total_of(plan: DisbursementPlan) -> Decimal:
    """Return what a plan's lines come to, added up one by one."""
    return sum((line.amount for line in plan.lines.all()), Decimal("0.00"))
