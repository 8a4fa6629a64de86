"""The city in which everything is tried: for every form an object that waits for it."""

from dataclasses import dataclass, field
from datetime import date

from accounts.enums import Decision
from accounts.services.grants import GrantApplication, apply_for_grant, review_grant
from accounts.services.signatures import Verdict
from common.evidence import Evidence
from funds.enums import BankAccountKind, BookKind, BusinessEvent
from funds.models import BankAccount, Book, Period
from funds.services.bank_accounts import Opening, request_opening
from funds.services.entries import live_voucher
from funds.services.founding import open_periods
from funds.services.periods import request_reopening
from funds.services.vouchers import void_voucher
from payouts.models import ComparisonResult, PaymentBatch, PaymentInstruction, ReissueRequest
from payouts.services import plans
from payouts.services.applications import request_funds_for_plans
from payouts.services.batches import check_batch, prepare_batch
from payouts.services.reissues import apply_reissue, review_reissue
from reconciliation.models import Difference
from reconciliation.services.differences import explain_difference
from tests.architecture.matrix_objects import plant
from tests.city import NOW, City
from tests.funds import budget_builders, plan_builders, sharing
from tests.funds.builders import ask_to_close, close_month, credit, debit, drafted, posted
from tests.funds.entry_builders import K, booked, register
from tests.funds.flow_findings import applied, approved, found_later
from tests.funds.handovers import drawn_up
from tests.funds.investing import BOND, bought, decided, proposed
from tests.funds.keeping import kept, registered
from tests.payouts import build
from tests.payouts.claims import story
from tests.payouts.payments.answers import recorded
from tests.payouts.plans import ground
from tests.reconciliation import build as paid


@dataclass
class Ground(City):
    """A city, and the ids of objects by what they wait for."""

    waiting: dict[str, int] = field(default_factory=dict)
    sent_batch: PaymentBatch | None = None


def prepared(city: City) -> Ground:
    """Plant an object of every kind, and one for every form."""
    found = Ground(city.pool, city.offices, city.actors)
    plant(found, "510402", "510422")
    for part in (_grants, _claims, _plans, _batches, _books, _entries, _months):
        found.waiting |= {name: row.pk for name, row in part(found).items()}
    return found


def _grants(city: City) -> dict:
    clerk, today = city.actor("ACC", "510402"), NOW.date()
    wish = GrantApplication(clerk.user_id, "PLAN", clerk.organisation_id, today, None, "轮岗")
    applied = apply_for_grant(actor=city.actor("DEPT"), application=wish, at=NOW)
    verdict = Verdict(Decision.APPROVE, "同意", NOW, "")
    risk = city.actor("RISK")
    return {"reviewed-grant": review_grant(actor=risk, grant_id=applied.pk, verdict=verdict)}


def _claims(city: City) -> dict:
    story.enrol(city)
    draft = story.start(city)
    story.ask_look_check(city, draft)
    number = story.person_number(703)
    review = story.take_in(city, number=number, name="李四", card=story.CARDS[1])
    number = story.person_number(704)
    second = story.take_in(city, number=number, name="王五", card=story.CARDS[2])
    second = story.review(city, second, "REV1")
    number = story.person_number(705)
    returned = story.take_in(city, number=number, name="赵六", card=story.CARDS[3])
    returned = story.review(city, returned, "REV1", decision=Decision.RETURN, opinion="资料不全")
    return {"draft": draft, "review": review, "second-review": second, "returned": returned}


def _plans(city: City) -> dict:
    west, north = (build.determined_people(city, office, 2) for office in ("510403", "510411"))
    known = [ground.known(person) for person in (*west, *north)]
    known[0] = ground.known(west[0], in_medical=False)
    ground.import_sources(city, known)
    run = ground.compared(city, "510403")
    mismatch = ComparisonResult.objects.get(run=run, state="EXCEPTION")
    drafted_plan = ground.planned(city, "510411")
    signing = ground.built(city, "510403")
    plans.submit_plan(actor=city.actor("PLAN", "510403"), plan_id=signing.pk, at=NOW)
    approved = paid.approved_plan(city, "510421", ["1864.00"], is_received=False)
    return {
        "mismatch": mismatch,
        "drafted-plan": drafted_plan,
        "plan-to-sign": signing,
        "approved-plan": approved,
    }


def _batches(city: City) -> dict:
    build.fund_expenditure_account(city, "100000.00")
    made = []
    for office in ("510421", "510400"):
        plan = build.approved_plan(city, office, ["1864.00"])
        if not made:
            request_funds_for_plans(actor=city.actor("FACC"), plan_ids=[plan.pk], at=NOW)
        made.append(prepare_batch(actor=city.actor("FACC"), plan_ids=[plan.pk], at=NOW))
    plan = paid.approved_plan(city, "510400", ["1864.00"])
    made.append(prepare_batch(actor=city.actor("FACC"), plan_ids=[plan.pk], at=NOW))
    for batch in made[1:]:
        check_batch(actor=city.actor("FCHK"), batch_id=batch.pk, at=NOW)
    PaymentBatch.objects.filter(pk=made[1].pk).update(
        state="CONFIRMED", bank_count=1, bank_total="1864.00", bank_checked_at=NOW
    )
    names = ("prepared-batch", "confirmed-batch", "checked-batch")
    return {
        **dict(zip(names, made, strict=True)),
        "reviewed-reissue": _reviewed_reissue(city),
        "unknown-batch": paid.unknown_batch(city, "510400"),
        "recorded-answer": recorded(city, paid.unknown_batch(city, "510400")),
    }


def _reviewed_reissue(city: City) -> ReissueRequest:
    failed = PaymentInstruction.objects.filter(state="FAILED", reissuerequest__isnull=True)
    instruction = failed.filter(batch__organisation__code="510422")[0]
    planner, reviewer = city.actor("PLAN", "510422"), city.actor("REV2", "510422")
    request = apply_reissue(actor=planner, instruction_id=instruction.pk, reason="已核实", at=NOW)
    return review_reissue(
        actor=reviewer,
        reissue_id=request.pk,
        decision=Decision.APPROVE,
        opinion="同意",
        at=NOW,
    )


def _books(city: City) -> dict:
    voided = drafted(city)
    checker = city.actor("FCHK")
    void_voucher(actor=checker, voucher_id=voided.pk, reason="作废", at=NOW)
    open_one, explained = (
        Difference.objects.filter(state="OPEN", run__organisation__code=office)[0]
        for office in ("510402", "510422")
    )
    explain_difference(
        actor=city.actor("PLAN", "510422"),
        difference_id=explained.pk,
        explanation="银行次月到账",
        at=NOW,
    )
    to_review, to_book = found_later(city)
    return {
        "applied-finding": applied(city, to_review),
        "approved-finding": approved(city, to_book),
        "drafted-handover": drawn_up(city, "510403"),
        "bill-book": kept(city, "BILL", first_number=1001, last_number=1050),
        "account-to-open": _account_to_open(city),
        "transfer-to-witness": registered(city, "SEAL", "A-2").transfers.get(),
        "approved-investment": decided(city, proposed(city)),
        "held-bond": bought(city, BOND),
        "approved-reserve": sharing.booked(city),
        "drafted-voucher": drafted(city),
        "voided-voucher": voided,
        "posted-voucher": posted(city),
        **_funds_plans(city),
        **_budgets(city),
        "explained": explained,
        "open-difference": open_one,
    }


def _account_to_open(city: City) -> BankAccount:
    """Return an account of the skills action, which collects nothing so far, to be opened."""
    opening = Opening(
        book_id=Book.objects.get(kind=BookKind.SKILL_ACTION).pk,
        kind=BankAccountKind.INCOME,
        bank_name="工商银行东区支行",
        number="2302051040000017",
        opened_date=NOW.date(),
        approval="攀财库〔2026〕30号",
        scan=Evidence("批文.pdf", "application/pdf", b"%PDF-1.4"),
    )
    return request_opening(actor=city.actor("FACC"), opening=opening, at=NOW)


def _funds_plans(city: City) -> dict:
    """Return plans that wait for money, for a letter (prepared by the second), go back, or end."""
    needs = [plan_builders.need(city, 900_000 + place, "3624.00") for place in range(5)]
    requested, asked, returned, waiting, ending = (
        plan_builders.ask_in_full(city, need, post=post)
        for need, post in zip(needs, ("FACC", "FACC2", "FACC", "FACC", "FACC"), strict=True)
    )
    plan_builders.approve(city, requested)
    plan_builders.approve(city, ending)
    plan_builders.signed_by_us(city, asked)
    plan_builders.answer(city, asked)
    plan_builders.sign(city, returned, Decision.RETURN, "余额待核")
    return {
        "requested-funds": requested,
        "answered-funds": asked,
        "returned-funds": returned,
        "asked-funds": waiting,
        "asked-closing": plan_builders.ask_to_end(city, ending),
    }


def _budgets(city: City) -> dict:
    """Return budgets that wait for the head, for a letter, its confirmation, or go back."""
    farmers, skills = (
        Book.objects.get(kind=kind) for kind in (BookKind.LANDLESS_FARMERS, BookKind.SKILL_ACTION)
    )
    asked, lettered, recorded, approved = (
        budget_builders.filled(city, year, book=book)
        for book, year in ((farmers, 2027), (skills, 2027), (farmers, 2026), (skills, 2026))
    )
    returned = budget_builders.filled(city, 2025, today=date(2025, 12, 1))
    budget_builders.hand_in(city, asked)
    for budget in (lettered, recorded):
        budget_builders.answered(city, budget, letters=0)
    budget_builders.letter(city, recorded)
    budget_builders.answered(city, approved)
    budget_builders.hand_in(city, returned)
    budget_builders.sign(city, returned, Decision.RETURN, "收入偏低")
    return {
        "asked-budget": asked,
        "lettered-budget": lettered,
        "recorded-budget": recorded,
        "approved-budget": approved,
        "returned-budget": returned,
    }


def _entries(city: City) -> dict:
    advance = booked(city, K.ADVANCE_PAID)
    voided = register(city, K.BANK_INTEREST)
    voucher = live_voucher(voided.pk)
    void_voucher(actor=city.actor("FACC"), voucher_id=voucher.pk, reason="作废", at=NOW)
    return {
        "advance": advance,
        "voided-entry": voided,
        "write-off": register(city, K.ADVANCE_WRITTEN_OFF, "1.00", clears_id=advance.pk),
    }


def _months(city: City) -> dict:
    """Months of the two smaller books: asked to be closed, closed, asked to be opened again."""
    farmers, skills = (
        list(Period.objects.filter(book__kind=kind).order_by("month")[:2])
        for kind in (BookKind.LANDLESS_FARMERS, BookKind.SKILL_ACTION)
    )
    for period in (farmers[0], skills[0]):
        close_month(city, period)
    request_reopening(actor=city.actor("FHEAD"), period_id=farmers[0].pk, reason="漏记利息", at=NOW)
    ask_to_close(city, farmers[1])
    december = date(2025, 12, 1)
    open_periods(book=skills[0].book, first_month=december, months=1)
    posted(
        city,
        debit("100301", "500"),
        credit("4101", "500"),
        day=december,
        book_id=skills[0].book_id,
        event=BusinessEvent.FISCAL_SUBSIDY,
    )
    return {
        "asked-period": farmers[1],
        "closed-period": skills[0],
        "reopening-period": farmers[0],
        "year-end": Period.objects.get(book=skills[0].book, month=december),
    }
