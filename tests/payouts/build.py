"""Approved plans with their form received, in a few statements: the ground of payment tests.

    plan = approved_plan(city, "510402", ["1864.00", "1864.00"])
    fund_expenditure_account(city, "100000.00")

Built the honest way: every case is taken in, signed by its chain and determined, every plan
signed by its own; only in bulk, because each row's screens are tested elsewhere.
"""

import hashlib
import itertools
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.models import Signature
from accounts.services.documents import TEXT, NewDocument, store_document
from common.encryption import Purpose, encrypt_many, lookup_keys_many
from common.identifiers import is_luhn_valid, make_identity_number, mask_account, mask_identity
from funds.enums import BusinessEvent, SourceKind
from funds.selectors.books import unemployment_book
from funds.services import vouchers
from funds.services.vouchers import DraftLine, VoucherDraft
from payouts import enums
from payouts.models import (
    BenefitCase,
    BenefitItem,
    CheckList,
    CheckQuestion,
    Claimant,
    ComparisonResult,
    ComparisonRun,
    DisbursementPlan,
    DisbursementPlanLine,
    Entitlement,
    EntitlementChange,
    IntakeStep,
    PayeeAccount,
    PaymentApplication,
    SourceExtract,
)
from tests.city import NOW, City
from tests.funds.builders import post
from tests.standards import months_earning

MONTH = date(2026, 11, 1)
NAMES = ("张伟", "王芳", "李娜", "刘洋", "陈静", "杨磊", "赵敏", "黄勇", "周杰", "吴霞")
_serial = itertools.count(1)


def card_number(serial: int) -> str:
    """Return an invented card number with a valid Luhn digit, another for every serial."""
    stem = f"622848{serial:012d}"
    return next(stem + str(d) for d in range(10) if is_luhn_valid(stem + str(d)))


def fund_expenditure_account(city: City, amount: str, *, day: date = date(2026, 11, 2)) -> None:
    """Post money from the province into the 支出户 (E23), by five people."""
    yuan, zero = Decimal(amount), Decimal("0.00")
    draft = VoucherDraft(
        book_id=unemployment_book().pk,
        voucher_date=day,
        event=BusinessEvent.HIGHER_SUBSIDY,
        summary="上级补助拨入支出户",
        source_kind=SourceKind.NONE,
        source_id=None,
        attachment_count=1,
        lines=(
            DraftLine("1004", yuan, zero, "拨入"),
            DraftLine("4401", zero, yuan, "上级补助"),
        ),
    )
    voucher = vouchers.draft_voucher(actor=city.actor("FACC"), draft=draft, at=NOW)
    post(city, voucher)


def approved_plan(
    city: City, office: str, amounts: list[str], *, month: date = MONTH, months_granted: int = 12
) -> DisbursementPlan:
    """Return an APPROVED plan of item B01 with one line per amount and its form received."""
    earned = months_earning(city.pool, city.offices[office], [Decimal(a) for a in amounts])
    entitlements = determined_people(
        city, office, len(amounts), months_granted=months_granted, contributed=earned
    )
    plan = _empty_plan(city, office, month)
    results = [
        ComparisonResult(
            pool=city.pool,
            run=plan.comparison_run,
            entitlement=entitlement,
            state=enums.ComparisonState.PASSED,
        )
        for entitlement in entitlements
    ]
    ComparisonResult.objects.bulk_create(results)
    lines = [
        DisbursementPlanLine(
            pool=city.pool,
            plan=plan,
            position=position,
            entitlement=result.entitlement,
            claimant=result.entitlement.claimant,
            person_key=result.entitlement.person_key,
            item_code="B01",
            benefit_month=month,
            month_number=1,
            amount=Decimal(amount),
            payee_account=result.entitlement.payee_account,
            comparison_result=result,
        )
        for position, (result, amount) in enumerate(zip(results, amounts, strict=True), start=1)
    ]
    Entitlement.objects.filter(pk__in=[e.pk for e in entitlements]).update(months_planned=1)
    DisbursementPlanLine.objects.bulk_create(lines)
    _sign_plan(city, office, plan, [Decimal(amount) for amount in amounts])
    receive_application(city, plan)
    return plan


def _empty_plan(city: City, office: str, month: date) -> DisbursementPlan:
    organisation, item = city.offices[office], BenefitItem.objects.get(code="B01")
    planner = city.actor("PLAN", office)
    run = ComparisonRun.objects.create(
        pool=city.pool,
        organisation=organisation,
        item=item,
        month=month,
        enrolment_extract=_extract(city, enums.SourceKind.ENROLMENT),
        medical_extract=_extract(city, enums.SourceKind.MEDICAL),
        started_by_id=planner.user_id,
        started_at=NOW,
    )
    ComparisonRun.objects.filter(pk=run.pk).update(state=enums.RunState.DONE)
    return DisbursementPlan.objects.create(
        pool=city.pool,
        number=f"JH{office}{next(_serial):06d}",
        organisation=organisation,
        item=item,
        month=month,
        comparison_run=run,
        prepared_by_id=planner.user_id,
        prepared_at=NOW,
    )


def _extract(city: City, kind: enums.SourceKind) -> SourceExtract:
    found = SourceExtract.objects.filter(kind=kind, state=enums.ExtractState.APPLIED).first()
    if found:
        return found
    document = store_document(
        actor=city.actor("DATA"),
        document=NewDocument(
            city.offices[city.pool.code].pk, Duty.SOURCE_READ, kind, f"{kind}.csv", TEXT, b"#"
        ),
        at=NOW,
    )
    extract = SourceExtract.objects.create(
        pool=city.pool, kind=kind, document=document, sha256=document.sha256, received_at=NOW
    )
    SourceExtract.objects.filter(pk=extract.pk).update(
        state=enums.ExtractState.APPLIED, data_date=date(2026, 11, 1), applied_at=NOW
    )
    return extract


def _sign_plan(city: City, office: str, plan: DisbursementPlan, amounts: list[Decimal]) -> None:
    is_large = max(amounts) >= 50000 or sum(amounts) >= 1000000
    digest = hashlib.sha256(f"plan {plan.pk}".encode()).hexdigest()
    plan.line_count, plan.total_amount = len(amounts), sum(amounts)
    plan.largest_amount, plan.needs_principal = max(amounts), is_large
    plan.content_sha256, plan.state = digest, enums.PlanState.DRAFT
    plan.save()
    chain = [
        ("PREPARE", city.actor("PLAN", office), enums.PlanState.OFFICE),
        ("OFFICE", city.actor("OFFH", office), enums.PlanState.DEPARTMENT),
        ("DEPARTMENT", city.actor("DEPT"), enums.PlanState.LEADER),
        ("LEADER", city.actor("LEAD"), enums.PlanState.APPROVED),
    ]
    if is_large:
        chain[3] = ("LEADER", city.actor("LEAD"), enums.PlanState.PRINCIPAL)
        chain.append(("PRINCIPAL", city.actor("HEAD"), enums.PlanState.APPROVED))
    for step, person, state in chain:
        _sign(city, SubjectKind.PLAN, [plan.pk], step, person, plan.organisation_id, digest)
        plan.state = state
        plan.save(update_fields=["state"])
    plan.approved_at = NOW
    plan.save(update_fields=["approved_at"])


def receive_application(city: City, plan: DisbursementPlan) -> None:
    """Let finance receive the plan's form."""
    PaymentApplication.objects.create(
        pool=city.pool,
        plan=plan,
        channel=enums.ApplicationChannel.PAPER,
        month=plan.month,
        item_code="B01",
        line_count=plan.line_count,
        total_amount=plan.total_amount,
        received_by_id=city.actor("FACC").user_id,
        received_at=NOW,
    )


def determined_people(
    city: City,
    office: str,
    count: int,
    *,
    months_granted: int = 12,
    contributed: Sequence[int] | None = None,
) -> list[Entitlement]:
    """Return the entitlements of as many people, each with a determined case.

    `contributed`: months of contributions of each, five years if not given.
    """
    claimants, accounts = _people(city, count)
    people = list(zip(claimants, accounts, contributed or [60] * count, strict=True))
    cases = _cases(city, office, people, months_granted)
    return Entitlement.objects.bulk_create(
        Entitlement(
            pool=city.pool,
            case=case,
            claimant=claimant,
            person_key=claimant.person_key,
            claimant_name=claimant.name,
            item=case.item,
            organisation=city.offices[office],
            payee_account=account,
            contributed_months=months,
            months_granted=months_granted,
            first_month=MONTH,
        )
        for case, (claimant, account, months) in zip(cases, people, strict=True)
    )


def let_draw_no_more(
    city: City, office: str, entitlements: list[Entitlement], state: str = "STOPPED"
) -> None:
    """Stop or suspend entitlements by an application that two people signed."""
    kind, reason = {"STOPPED": ("STOP", "RE_EMPLOYED"), "SUSPENDED": ("SUSPEND", "PRISON")}[state]
    planner, organisation = city.actor("PLAN", office), city.offices[office]
    changes = EntitlementChange.objects.bulk_create(
        EntitlementChange(
            pool=city.pool,
            entitlement=entitlement,
            organisation=organisation,
            kind=kind,
            reason=reason,
            happened_on=MONTH,
            note="已核实",
            requested_by_id=planner.user_id,
            requested_at=NOW,
        )
        for entitlement in entitlements
    )
    ids = [change.pk for change in changes]
    for step, person in (("APPLY", planner), ("DECIDE", city.actor("REV2", office))):
        _sign(city, "ENTITLEMENT_CHANGE", ids, step, person, organisation.pk, "e" * 64)
    EntitlementChange.objects.filter(pk__in=ids).update(state="APPROVED", from_month=MONTH)
    Entitlement.objects.filter(pk__in=[one.pk for one in entitlements]).update(state=state)


def _people(city: City, count: int) -> tuple[list[Claimant], list[PayeeAccount]]:
    serials = [next(_serial) for _ in range(count)]
    identities = [
        make_identity_number("510402", date(1980 + s // 999 % 20, 1, 1 + s // 20000), s % 999 + 1)
        for s in serials
    ]
    cards = [card_number(serial) for serial in serials]
    keys = lookup_keys_many(identities, purpose=Purpose.IDENTITY)
    ciphers = encrypt_many(identities, pool_id=city.pool.pk, purpose=Purpose.IDENTITY)
    claimants = Claimant.objects.bulk_create(
        Claimant(
            pool=city.pool,
            person_key=key,
            identity_cipher=cipher,
            identity_masked=mask_identity(identity),
            identity_last_four=identity[-4:],
            name=NAMES[serial % len(NAMES)],
            sex=enums.Sex.MALE,
            birth_date=date(1980, 1, 1),
        )
        for serial, identity, key, cipher in zip(serials, identities, keys, ciphers, strict=True)
    )
    keys = lookup_keys_many(cards, purpose=Purpose.ACCOUNT)
    ciphers = encrypt_many(cards, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)
    accounts = PayeeAccount.objects.bulk_create(
        PayeeAccount(
            pool=city.pool,
            claimant=claimant,
            kind=enums.AccountKind.CARD,
            number_cipher=cipher,
            number_key=key,
            number_masked=mask_account(card),
            bank_name="中国农业银行",
            holder_name=claimant.name,
            created_at=NOW,
        )
        for claimant, card, key, cipher in zip(claimants, cards, keys, ciphers, strict=True)
    )
    return claimants, accounts


def _cases(city, office, people, months_granted) -> list[BenefitCase]:
    organisation, item = city.offices[office], BenefitItem.objects.get(code="B01")
    check_list = CheckList.objects.get(item=item)
    digest = hashlib.sha256(b"case").hexdigest()
    cases = BenefitCase.objects.bulk_create(
        BenefitCase(
            pool=city.pool,
            number=f"SY{office}{next(_serial):08d}",
            item=item,
            claimant=claimant,
            check_list=check_list,
            organisation=organisation,
            insured_organisation=organisation,
            paying_organisation=organisation,
            channel=enums.Channel.WINDOW,
            service_mode=enums.ServiceMode.IN_PERSON,
            leaving_reason=enums.LeavingReason.CONTRACT_ENDED,
            unemployed_date=date(2026, 10, 1),
            registered_date=date(2026, 10, 8),
            applied_date=date(2026, 10, 9),
            payee_account=account,
            contributed_months=months,
            months_granted=months_granted,
            monthly_amount=Decimal("1864.00"),
            first_month=MONTH,
            review_depth=3,
            content_sha256=digest,
            entered_by_id=city.actor("ACC", office).user_id,
            entered_at=NOW,
            due_date=date(2026, 11, 16),
            changed_at=NOW,
        )
        for claimant, account, months in people
    )
    _take_steps(city, office, cases, check_list)
    ids, clerk = [case.pk for case in cases], city.actor("ACC", office)
    rows = BenefitCase.objects.filter(pk__in=ids)
    chain = (
        ("ACCEPT", clerk, enums.CaseState.FIRST_REVIEW),
        ("FIRST_REVIEW", city.actor("REV1", office), enums.CaseState.RE_REVIEW),
        ("RE_REVIEW", city.actor("REV2", office), enums.CaseState.APPROVAL),
        ("APPROVE", city.actor("APP", office), enums.CaseState.DETERMINED),
    )
    for step, person, state in chain:
        _sign(city, SubjectKind.CASE, ids, step, person, organisation.pk, digest)
        rows.update(state=state)
    return cases


def _take_steps(city, office, cases, check_list) -> None:
    answers = {step: {} for step in enums.StepKind}
    for question in CheckQuestion.objects.filter(check_list=check_list):
        answers[question.step][str(question.pk)] = {"answer": "YES", "note": ""}
    IntakeStep.objects.bulk_create(
        IntakeStep(
            pool=city.pool,
            case=case,
            round=1,
            step=step,
            position=position,
            answers=answers[step],
            recorded_by_id=city.actor("ACC", office).user_id,
            recorded_at=NOW,
        )
        for case in cases
        for position, step in enumerate(enums.StepKind, start=1)
    )


def _sign(city, kind, subject_ids, step, person, organisation_id, digest) -> None:
    Signature.objects.bulk_create(
        Signature(
            pool=city.pool,
            subject_kind=kind,
            subject_id=subject_id,
            round=1,
            step=step,
            person_id=person.user_id,
            post_id=person.post,
            organisation_id=organisation_id,
            decision=Decision.APPROVE,
            content_sha256=digest,
            signed_at=NOW,
        )
        for subject_id in subject_ids
    )
