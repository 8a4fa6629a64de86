"""Payments and their books as tests of reconciliation plant them.

batch = pay(city, "510402", ["1864.00", "1760.00"], fails=[1])   # sent, returned
book(city, batch)                                                # E09, posted
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.models import Signature
from accounts.services.documents import NewDocument, store_document
from accounts.services.signatures import Matter, approve
from common.encryption import Purpose, lookup_key
from common.periods import add_months
from funds.enums import BusinessEvent
from funds.models import BankStatement, BankStatementLine
from funds.selectors.books import expenditure_account, unemployment_book
from funds.services.vouchers import DraftLine, draft_voucher
from payouts.models import (
    BankReturn,
    BankReturnLine,
    BatchPlan,
    BenefitItem,
    ComparisonResult,
    ComparisonRun,
    DisbursementPlan,
    DisbursementPlanLine,
    Entitlement,
    PaymentApplication,
    PaymentBatch,
    PaymentInstruction,
    SourceExtract,
)
from tests.city import NOW
from tests.funds import builders
from tests.funds.builders import voucher_draft
from tests.payouts.build import determined_people
from tests.standards import months_earning

ZERO = Decimal("0.00")
MONTH = date(2026, 10, 1)
PAID_ON = date(2026, 10, 20)
AT = NOW  # 2026-11-02, the first working day after the month
SHA = "a" * 64
ACCOUNTS = {"B01": "500101", "B02": "500102", "B08": "5201", "B10": "5104", "B11": "5105"}
_numbers = count(1)


def pay(
    city,
    office,
    amounts,
    *,
    fails=(),
    bank_date=PAID_ON,
    item="B01",
    answered=True,
    received_at=None,
):
    """Plan, release, send and return one batch; `fails` are positions from 0."""
    plan = approved_plan(city, office, amounts, item)
    batch = released_batch(city, plan, datetime.combine(bank_date, time(1), tzinfo=UTC))
    if answered:
        return_batch(city, batch, bank_date=bank_date, fails=fails, received_at=received_at)
    return batch


def approved_plan(city, office, amounts, item_code="B01", month=None, *, is_received=True):
    """Return a plan with a line per amount, signed by its chain, its form received or not."""
    number, amounts = next(_numbers), [Decimal(amount) for amount in amounts]
    organisation = city.offices[office]
    item = BenefitItem.objects.get(code=item_code)
    month = month or _free_month(organisation, item)
    run = _comparison(city, organisation, item, month)
    plan = DisbursementPlan.objects.create(
        pool=city.pool,
        number=f"JH-{office}-{number:04d}",
        organisation=organisation,
        item=item,
        month=month,
        comparison_run=run,
        line_count=len(amounts),
        total_amount=sum(amounts, ZERO),
        largest_amount=max(amounts),
        content_sha256=SHA,
        prepared_by_id=city.actor("PLAN", office).user_id,
        prepared_at=AT,
    )
    earned = months_earning(city.pool, organisation, amounts)
    people = determined_people(city, office, len(amounts), months_granted=24, contributed=earned)
    Entitlement.objects.filter(pk__in=[person.pk for person in people]).update(months_planned=1)
    for position, (person, amount) in enumerate(zip(people, amounts, strict=True), start=1):
        _line(city, plan, position, person, amount)
    for step, post, where in (
        ("PREPARE", "PLAN", office),
        ("OFFICE", "OFFH", office),
        ("DEPARTMENT", "DEPT", "510400"),
        ("LEADER", "LEAD", "510400"),
    ):
        _sign(city, SubjectKind.PLAN, plan, step, city.actor(post, where))
    for state in ("DRAFT", "OFFICE", "DEPARTMENT", "LEADER", "APPROVED"):
        DisbursementPlan.objects.filter(pk=plan.pk).update(state=state)
    if not is_received:
        return plan
    PaymentApplication.objects.create(
        pool=city.pool,
        plan=plan,
        channel="PAPER",
        month=month,
        item_code=item_code,
        line_count=plan.line_count,
        total_amount=plan.total_amount,
        received_by_id=city.actor("FACC").user_id,
        received_at=AT,
    )
    return plan


def _free_month(organisation, item):
    """Return a benefit month without a plan, before any month of payment."""
    taken = DisbursementPlan.objects.filter(organisation=organisation, item=item).count()
    return add_months(date(2022, 5, 1), taken)


def _comparison(city, organisation, item, month):
    extracts = [_extract(city, kind) for kind in ("ENROLMENT", "MEDICAL")]
    return ComparisonRun.objects.create(
        pool=city.pool,
        organisation=organisation,
        item=item,
        month=month,
        enrolment_extract=extracts[0],
        medical_extract=extracts[1],
        state="DONE",
        started_by_id=city.actor("PLAN", organisation.code).user_id,
        started_at=AT,
    )


def _extract(city, kind):
    existing = SourceExtract.objects.filter(kind=kind).first()
    return existing or SourceExtract.objects.create(
        pool=city.pool,
        kind=kind,
        document=_document(city, kind.encode()),
        sha256=SHA,
        data_date=MONTH,
        state="APPLIED",
        received_at=AT,
        applied_at=AT,
    )


def _document(city, content):
    centre = city.offices["510400"]
    return store_document(
        actor=city.actor("DATA"),
        document=NewDocument(
            centre.pk, Duty.SOURCE_READ, "文件", "file.txt", "text/plain", content
        ),
        at=AT,
    )


def _line(city, plan, position, entitlement, amount):
    result = ComparisonResult.objects.create(
        pool=city.pool, run=plan.comparison_run, entitlement=entitlement, state="PASSED"
    )
    DisbursementPlanLine.objects.create(
        pool=city.pool,
        plan=plan,
        position=position,
        entitlement=entitlement,
        claimant=entitlement.claimant,
        person_key=entitlement.person_key,
        item_code=plan.item.code,
        benefit_month=plan.month,
        month_number=1,
        amount=amount,
        payee_account=entitlement.payee_account,
        comparison_result=result,
    )


def _sign(city, kind, row, step, actor):
    approve(actor, Matter(kind, row.pk, 1, SHA, row.organisation_id), step, AT)


def unknown_batch(city, office, amounts=("1864.00",)):
    """Return a batch whose outcome at the bank is unknown."""
    plan = approved_plan(city, office, amounts)
    return released_batch(city, plan, datetime(2026, 10, 20, 1, tzinfo=UTC), state="UNKNOWN")


def released_batch(city, plan, sent_at, *, state="SENT"):
    """Return a batch of the plan's lines, released by two and sent, or of unknown outcome."""
    number = f"{plan.organisation.code}{plan.month:%Y%m%d}{plan.item.code}{plan.pk % 10000:04d}"
    book = unemployment_book()
    batch = PaymentBatch.objects.create(
        pool=city.pool,
        number=number,
        kind="REGULAR",
        book=book,
        bank_account=expenditure_account(book.pk),
        organisation=plan.organisation,
        item=plan.item,
        month=plan.month,
        line_count=plan.line_count,
        total_amount=plan.total_amount,
        content_sha256=SHA,
        created_at=sent_at,
    )
    BatchPlan.objects.create(pool=city.pool, batch=batch, plan=plan)
    for line in plan.lines.order_by("position"):
        PaymentInstruction.objects.create(
            pool=city.pool,
            batch=batch,
            plan_line=line,
            position=line.position,
            end_to_end_id=f"ZF{number}{line.position:05d}",
            payee_name=line.claimant.name,
            payee_account=line.payee_account,
            amount=line.amount,
        )
    for step, post in (("PREPARE", "FACC"), ("CHECK", "FCHK"), ("RELEASE", "FCASH")):
        _sign(city, SubjectKind.BATCH, batch, step, city.actor(post))
    rows = PaymentBatch.objects.filter(pk=batch.pk)
    rows.update(state="CHECKED")
    rows.update(
        state="CONFIRMED",
        bank_count=batch.line_count,
        bank_total=batch.total_amount,
        bank_checked_at=sent_at,
    )
    rows.update(state="RELEASED", released_at=sent_at)
    rows.update(state="SENDING")
    rows.update(state=state, sent_at=sent_at if state == "SENT" else None)
    PaymentInstruction.objects.filter(batch=batch).update(state=state)
    batch.refresh_from_db()
    return batch


def return_batch(city, batch, *, bank_date, fails=(), says=None, received_at=None):
    """Apply the bank's answer; `says` overrides what the file says of a position (True: paid)."""
    instructions = list(batch.instructions.order_by("position"))
    paid = {i.pk: n not in fails for n, i in enumerate(instructions)}
    said = {i.pk: (says or {}).get(n, paid[i.pk]) for n, i in enumerate(instructions)}
    at = received_at or datetime.combine(bank_date, time(9), tzinfo=UTC)
    answer = BankReturn.objects.create(
        pool=city.pool,
        batch=batch,
        document=_document(city, batch.number.encode()),
        sha256=lookup_key(batch.number, purpose=Purpose.ACCOUNT),
        via="UPLOAD",
        state="APPLIED",
        bank_date=bank_date,
        success_count=sum(said.values()),
        success_total=sum((i.amount for i in instructions if said[i.pk]), ZERO),
        fail_count=sum(not value for value in said.values()),
        fail_total=sum((i.amount for i in instructions if not said[i.pk]), ZERO),
        received_at=at,
    )
    for position, instruction in enumerate(instructions, start=1):
        serial = f"NY{batch.pk:08d}{position:04d}"
        BankReturnLine.objects.create(
            pool=city.pool,
            bank_return=answer,
            position=position,
            instruction=instruction,
            amount=instruction.amount,
            is_success=said[instruction.pk],
            fail_code="" if said[instruction.pk] else "01",
            bank_serial=serial if said[instruction.pk] else "",
        )
        row = PaymentInstruction.objects.filter(pk=instruction.pk)
        if paid[instruction.pk]:
            row.update(state="SUCCESS", bank_serial=serial, bank_date=bank_date)
        else:
            row.update(state="FAILED", fail_code="01")
    PaymentBatch.objects.filter(pk=batch.pk).update(state="RETURNED", returned_at=at)
    batch.refresh_from_db()
    return answer


def book(
    city, batch, *, amount=None, entries=None, office=None, item=None, day=PAID_ON, number=None
):
    """Draft, check and post what the books hold of a batch; defaults say what is true."""
    paid = list(batch.instructions.filter(state="SUCCESS")) if batch else []
    amount = Decimal(amount) if amount else sum((i.amount for i in paid), ZERO)
    item = item or batch.item.code
    number = batch.number if number is None else number
    organisation = city.offices[office] if office else batch.organisation
    lines = [
        DraftLine(
            ACCOUNTS[item],
            amount,
            ZERO,
            "待遇支付",
            organisation.pk,
            item,
            number,
            len(paid) if entries is None else entries,
        ),
        DraftLine("1004", ZERO, amount, "待遇支付", batch_number=number),
    ]
    return post(city, lines, event=BusinessEvent.BENEFIT_PAID, day=day)


def post(city, lines, *, event=None, day=PAID_ON, summary="手工凭证"):
    """Post a voucher of these lines through all who sign it; the event is what they fit."""
    changes = {"event": event, "day": day, "summary": summary}
    draft = voucher_draft(*lines, **changes, **builders.allotment_of(city, lines, changes))
    return finish(city, draft_voucher(actor=city.actor("FACC"), draft=draft, at=AT))


def finish(city, voucher):
    """Take a drafted voucher through every signature."""
    return builders.post(city, voucher, AT)


def bank_statement(city, movements, *, opening="0.00", month=MONTH, account=None):
    """Import a month's statement; movements are (day, debit, credit, serial, summary).

    A sixth value is the number of the account on the other side.
    """
    account = account or expenditure_account(unemployment_book().pk)
    balance = Decimal(opening)
    statement = BankStatement.objects.create(
        pool=city.pool,
        bank_account=account,
        document=_document(city, f"对账单{account.pk}{month}{len(movements)}".encode()),
        from_date=month,
        until_date=add_months(month, 1) - timedelta(days=1),
        opening_balance=balance,
        closing_balance=balance + sum((Decimal(c) - Decimal(d) for _, d, c, *_ in movements), ZERO),
        line_count=len(movements),
        imported_at=AT - timedelta(hours=1),
    )
    for position, (day, debit, credit, serial, summary, *other) in enumerate(movements, start=1):
        balance += Decimal(credit) - Decimal(debit)
        BankStatementLine.objects.create(
            pool=city.pool,
            statement=statement,
            position=position,
            value_date=day,
            serial=serial,
            debit=Decimal(debit),
            credit=Decimal(credit),
            balance=balance,
            summary=summary,
            counter_key=lookup_key(other[0], purpose=Purpose.ACCOUNT) if other else "",
        )
    return statement


def steps_of(kind, subject_id):
    """Return the steps signed on a matter."""
    rows = Signature.objects.filter(subject_kind=kind, subject_id=subject_id)
    return list(rows.order_by("id").values_list("step", flat=True))
