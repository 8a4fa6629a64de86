"""Determined claims in bulk: people, accounts, cases with their signatures, entitlements."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from itertools import islice
from random import Random
from typing import Any

from accounts.models import NumberSeries, Organisation, PostGrant
from common.db import copy_rows
from common.encryption import Purpose, encrypt_many, lookup_keys_many
from common.identifiers import mask_account, mask_identity
from common.periods import WorkingDays, month_code, month_of
from config.demo.calendar import DemoCalendar
from config.demo.charters import DemoCity, DemoOffice
from config.demo.people import InventedPerson, invent_person
from config.demo.statements import reserve_ids, run
from payouts.enums import Answer, Channel, ServiceMode, StepKind
from payouts.models import (
    BenefitCase,
    BenefitItem,
    CheckList,
    CheckQuestion,
    Claimant,
    PayeeAccount,
)
from payouts.selectors.case_findings import Finding, Level
from payouts.selectors.computation import ClaimFacts, Computation, compute_claim
from payouts.selectors.parameters import working_days
from payouts.services.case_rows import content_sha256

PORTION = 10_000  # claims held in memory at once
RECORDED_CITY = 20_000  # recipients; a larger city takes every case over without its steps
CONTRIBUTED = (14, 20, 26, 31, 41, 55, 64, 78, 92, 105, 126, 150)  # months
# One reason per contribution time: every combination is computed once, and there should be few.
REASONS = ("01", "02", "01", "03", "02", "01", "05", "02", "01", "04", "02", "03")
REASON_OF = dict(zip(CONTRIBUTED, REASONS, strict=True))
CHANNELS = (*(Channel.WINDOW,) * 7, Channel.WECHAT, Channel.WECHAT, Channel.WEB)
APPLICATION_DAYS = (3, 8, 13)
# Of a thousand recipients, how many begin in the newest months, this one last; the others drew
# before.
STARTS = (100, 70, 50)
CHAIN = (
    ("ACCEPT", "ACC", 0.0, ""),
    ("FIRST_REVIEW", "REV1", 0.4, "材料齐全，数据一致"),
    ("RE_REVIEW", "REV2", 0.8, "核定无误"),
    ("APPROVE", "APP", 1.0, "同意"),
)
STAGED = (
    *("claimant_id", "account_id", "case_id", "office_id", "insured_office_id", "person_key"),
    *("identity_cipher", "identity_masked", "identity_last_four", "name", "sex", "birth_date"),
    *("phone_cipher", "phone_masked", "number_cipher", "number_key", "number_masked", "bank_name"),
    *("case_number", "channel", "leaving_reason", "unemployed_date", "registered_date"),
    *("applied_date", "due_date", "contributed_months", "months_granted", "monthly_amount"),
    *("first_month", "review_depth", "computation", "content_sha256", "entered_at"),
    *("determined_at", "is_recorded"),
)


@dataclass(frozen=True, slots=True)
class DemoClaim:
    """One person's claim as invented: when it came in and what it says."""

    person: InventedPerson
    office: DemoOffice
    applied_date: date
    contributed_months: int
    leaving_reason: str
    channel: str


def recipients_of(city: DemoCity, office: DemoOffice, recipients: int) -> int:
    """Return how many of the city's recipients one office pays; every office pays somebody."""
    return max(recipients * office.share // 1000, 3)


def list_claims(
    city: DemoCity, recipients: int, seed: int, calendar: DemoCalendar
) -> Iterator[DemoClaim]:
    """Yield the city's determined claims, office by office; always the same for a seed."""
    for office in city.offices:
        for number in range(recipients_of(city, office, recipients)):
            yield claim_of(office, number, seed, calendar)


def claim_of(office: DemoOffice, number: int, seed: int, calendar: DemoCalendar) -> DemoClaim:
    """Return claim `number` of an office."""
    random = Random(f"{seed}/claim/{office.code}/{number}")
    region = office.identity_region
    contributed_months = random.choice(CONTRIBUTED)
    return DemoClaim(
        person=invent_person(seed=seed, region=region, number=number, place=office.short_name),
        office=office,
        applied_date=_application(random, calendar),
        contributed_months=contributed_months,
        leaving_reason=REASON_OF[contributed_months],
        channel=random.choice(CHANNELS),
    )


def applicant_of(
    city: DemoCity,
    office: DemoOffice,
    place: int,
    recipients: int,
    seed: int,
    calendar: DemoCalendar,
) -> DemoClaim:
    """Return a person of the office who lost his work lately and has not drawn yet."""
    number = recipients_of(city, office, recipients) + place
    return replace(claim_of(office, number, seed, calendar), applied_date=calendar.today)


def _application(random: Random, calendar: DemoCalendar) -> date:
    months = (*calendar.history, calendar.month)
    late = STARTS[-calendar.months :]
    month = random.choices(months, (1000 - sum(late), *late))[0]
    day = month + timedelta(days=random.choice(APPLICATION_DAYS) - 1)
    # A claim of this month must have been decided by now.
    return day if day + timedelta(days=5) <= calendar.today else calendar.history[-1]


@dataclass
class ClaimLoader:
    """Writes determined claims portion by portion, inside the pool's tenant transaction."""

    pool_id: int
    calendar: DemoCalendar
    recipients: int
    numbers: Counter[str] = field(default_factory=Counter)

    def load(self, claims: Iterable[DemoClaim]) -> int:
        """Write one portion (up to `PORTION`) of the claims; return how many there were."""
        portion = list(islice(claims, PORTION))
        if not portion:
            return 0
        item = BenefitItem.objects.get(code="B01")
        check_list = CheckList.objects.get(item=item)
        run("stage_claims")
        _stage_staff()
        copy_rows("staged_claims", STAGED, list(self._rows(portion, item)))
        self._write(item, check_list)
        return len(portion)

    def keep_numbers(self) -> None:
        """Let the next case continue the numbers given here."""
        NumberSeries.objects.bulk_create(
            NumberSeries(pool_id=self.pool_id, key=f"case/{series}", last_number=last)
            for series, last in self.numbers.items()
        )

    def is_recorded(self, claim: DemoClaim) -> bool:
        """Tell whether the claim was taken in by this system, its five steps recorded.

        Who drew already in the first month was taken over from the earlier system.
        """
        first = self.calendar.history[0]
        return self.recipients <= RECORDED_CITY and month_of(claim.applied_date) > first

    def _write(self, item: BenefitItem, check_list: CheckList) -> None:
        run("add_claimants", pool_id=self.pool_id)
        run("add_accounts", pool_id=self.pool_id)
        run("add_cases", pool_id=self.pool_id, item_id=item.pk, check_list_id=check_list.pk)
        run("add_intake_steps", pool_id=self.pool_id, steps=_steps(check_list))
        run("add_case_signatures", pool_id=self.pool_id)
        for state in ("FIRST_REVIEW", "RE_REVIEW", "APPROVAL", "DETERMINED"):
            run("move_cases", state=state)
        run("add_entitlements", pool_id=self.pool_id, item_id=item.pk)

    def _rows(self, claims: list[DemoClaim], item: BenefitItem) -> Iterator[tuple[Any, ...]]:
        """Yield the staged rows of the claims."""
        people = [claim.person for claim in claims]
        identities = [person.identity for person in people]
        phones = [person.phone for person in people]
        cards = [person.card for person in people]
        columns = zip(
            claims,
            reserve_ids("payouts_claimant", len(claims)),
            reserve_ids("payouts_payeeaccount", len(claims)),
            reserve_ids("payouts_benefitcase", len(claims)),
            lookup_keys_many(identities, purpose=Purpose.IDENTITY),
            encrypt_many(identities, pool_id=self.pool_id, purpose=Purpose.IDENTITY),
            encrypt_many(phones, pool_id=self.pool_id, purpose=Purpose.PHONE),
            lookup_keys_many(cards, purpose=Purpose.ACCOUNT),
            encrypt_many(cards, pool_id=self.pool_id, purpose=Purpose.ACCOUNT),
            strict=True,
        )
        writer = _RowWriter(self, item)
        for values in columns:
            yield writer.row(*values)


class _RowWriter:
    """Makes one staged row of one claim and its keys."""

    def __init__(self, loader: ClaimLoader, item: BenefitItem) -> None:
        self._loader = loader
        self._item = item
        self._offices = {o.code: o for o in Organisation.objects.all()}
        self._calendar: WorkingDays = working_days()
        self._due_dates: dict[date, date] = {}
        self._compute = cache(self._computed)

    def row(self, claim: DemoClaim, *keys: Any) -> tuple[Any, ...]:
        """Return the row, in the order of `STAGED`."""
        claimant_id, account_id, case_id, person_key, identity, phone, number_key, number = keys
        person, office = claim.person, self._offices[claim.office.code]
        insured = self._insured_at(office, person.number)
        facts = self._facts(claim, office)
        computation = self._compute(facts)
        lines = [line.as_dict() for line in computation.lines]
        case = self._case(claim, facts, computation, lines)
        case.insured_organisation_id, case.paying_organisation_id = insured.pk, office.pk
        case.organisation_id = office.pk
        case.claimant = Claimant(person_key=person_key, name=person.name)
        case.payee_account = PayeeAccount(number_key=number_key, holder_name=person.name)
        entered = self._loader.calendar.at(claim.applied_date, 9, person.number % 60)
        decided = self._loader.calendar.at(claim.applied_date + timedelta(days=5), 16)
        return (
            *(claimant_id, account_id, case_id, office.pk, insured.pk, person_key, identity),
            *(mask_identity(person.identity), person.identity[-4:], person.name, person.sex),
            *(person.birth_date, phone, f"{person.phone[:3]}****{person.phone[-4:]}", number),
            *(number_key, mask_account(person.card), person.bank_name),
            *(self._number(claim, office), claim.channel, claim.leaving_reason),
            *(facts.unemployed_date, facts.registered_date, claim.applied_date),
            *(self._due(claim.applied_date), claim.contributed_months, computation.months),
            *(computation.monthly_amount, computation.first_month, computation.depth),
            *(json.dumps(lines, ensure_ascii=False), content_sha256(case), entered, decided),
            self._loader.is_recorded(claim),
        )

    def _insured_at(self, office: Organisation, number: int) -> Organisation:
        """Return where the person was insured: here, but one of 25 elsewhere in the pool."""
        if number % 25:
            return office
        return list(self._offices.values())[number // 25 % len(self._offices)]

    def _facts(self, claim: DemoClaim, office: Organisation) -> ClaimFacts:
        return ClaimFacts(
            applied_date=claim.applied_date,
            registered_date=claim.applied_date - timedelta(days=1),
            unemployed_date=month_of(claim.applied_date) - timedelta(days=1),
            leaving_reason=claim.leaving_reason,
            contributed_months=claim.contributed_months,
            contribution_source="全国社保参保信息",
            carried_months=0,
            region_code=office.region_code,
            item_depth=self._item.review_depth,
        )

    def _computed(self, facts: ClaimFacts) -> Computation:
        return compute_claim(facts)

    def _case(
        self, claim: DemoClaim, facts: ClaimFacts, found: Computation, lines: list[dict[str, str]]
    ) -> BenefitCase:
        """Return the case as the signers saw it; for its digest, never saved."""
        return BenefitCase(
            item=self._item,
            review_depth=found.depth,
            channel=claim.channel,
            service_mode=ServiceMode.IN_PERSON,
            leaving_reason=claim.leaving_reason,
            unemployed_date=facts.unemployed_date,
            registered_date=facts.registered_date,
            applied_date=claim.applied_date,
            contributed_months=claim.contributed_months,
            months_granted=found.months,
            monthly_amount=found.monthly_amount,
            first_month=found.first_month,
            computation=lines,
        )

    def _number(self, claim: DemoClaim, office: Organisation) -> str:
        series = f"{office.region_code}-{month_code(claim.applied_date)}-{self._item.code}"
        self._loader.numbers[series] += 1
        return f"{series}-{self._loader.numbers[series]:06d}"

    def _due(self, applied: date) -> date:
        if applied not in self._due_dates:
            self._due_dates[applied] = self._calendar.add(applied, 10)
        return self._due_dates[applied]


def _stage_staff() -> None:
    """Name who signs each step at each office, for the statements of this transaction."""
    steps = {post: (step, place, opinion) for step, post, place, opinion in CHAIN}
    run("stage_staff")
    grants = PostGrant.objects.filter(post_id__in=steps)
    copy_rows(
        "staged_staff",
        ("organisation_id", "user_id", "post", "step", "place", "opinion"),
        [(g.organisation_id, g.user_id, g.post_id, *steps[g.post_id]) for g in grants],
    )


def _steps(check_list: CheckList) -> str:
    """Return the five steps with every question answered, as the statement reads them."""
    questions: dict[str, dict[str, dict[str, str]]] = {}
    for question in CheckQuestion.objects.filter(check_list=check_list):
        answer = Answer.YES if question.is_mandatory else Answer.NOT_APPLICABLE
        answers = questions.setdefault(question.step, {})
        answers[str(question.pk)] = {"answer": answer.value, "note": ""}
    findings = [finding.as_dict() for finding in _findings()]
    return json.dumps(
        [
            {
                "step": step.value,
                "position": position,
                "answers": questions.get(step.value, {}),
                "findings": findings if step == StepKind.CHECK else [],
            }
            for position, step in enumerate(StepKind, start=1)
        ]
    )


def _findings() -> Iterator[Finding]:
    """Yield what the third step found for everybody here: nothing against the claim."""
    yield Finding("R01", Level.GREEN, "身份证号格式、出生日期和校验位正确", "本系统")
    yield Finding("R08", Level.GREEN, "已停止参保缴费，未见重新就业", "全国社保参保信息")
    yield Finding("R14", Level.GREEN, "职工医保未见申请后其他单位缴费", "职工医保参保信息")
    yield Finding("R06", Level.GREEN, "未查到重复领取记录", "本系统")
