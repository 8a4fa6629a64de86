"""Determined claims in bulk: people, accounts, cases with their signatures, entitlements."""

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from accounts.models import Organisation, PostGrant
from accounts.services.numbers import take_numbers
from common.db import copy_lines, copy_rows
from common.periods import month_of
from common.remembering import remembering
from config.demo.ahead import done_ahead
from config.demo.calendar import DemoCalendar
from config.demo.charters import DemoCity, DemoOffice
from config.demo.claim_rows import STAGED, ClaimKind, Portion, StagedClaims, stage_portion
from config.demo.claims import CONTRIBUTED, REASON_OF, application_days, recipients_of
from config.demo.statements import expect_rows_in_memory, run
from payouts.enums import Answer, ServiceMode, StepKind
from payouts.models import (
    BenefitCase,
    BenefitItem,
    CheckList,
    CheckQuestion,
    Claimant,
    PayeeAccount,
)
from payouts.selectors.case_findings import Finding, Level
from payouts.selectors.computation import ClaimFacts, compute_claim
from payouts.selectors.parameters import working_days

PORTION = 10_000  # claims held in memory at once
RECORDED_CITY = 20_000  # recipients; a larger city takes every case over without its steps
WORKING_DAYS = 10  # from the application until the decision is due
CHAIN = (
    ("ACCEPT", "ACC", 0.0, ""),
    ("FIRST_REVIEW", "REV1", 0.4, "材料齐全，数据一致"),
    ("RE_REVIEW", "REV2", 0.8, "核定无误"),
    ("APPROVE", "APP", 1.0, "同意"),
)
STAFF = ("organisation_id", "user_id", "post", "step", "place", "opinion")
KINDS = (
    *("number", "office_id", "leaving_reason", "unemployed_date", "registered_date"),
    *("applied_date", "due_date", "contributed_months", "months_granted", "monthly_amount"),
    *("first_month", "review_depth", "computation", "determined_at", "is_recorded"),
)


@dataclass
class ClaimLoader:
    """Writes a city's determined claims portion by portion.

    Made and asked to write inside the pool's tenant transaction; the rows come from another
    process while the database writes those before.
    """

    pool_id: int
    city: DemoCity
    calendar: DemoCalendar
    recipients: int
    seed: int

    def __post_init__(self) -> None:
        self._item = BenefitItem.objects.get(code="B01")
        self._check_list = CheckList.objects.get(item=self._item)
        self._offices = {o.code: o for o in Organisation.objects.order_by("pk")}
        self._kinds = {office.code: self._kinds_of(office) for office in self.city.offices}
        self._steps = _steps(self._check_list)

    def staged(self) -> Generator[StagedClaims]:
        """Yield the rows of every portion, in order; a small city's are made in this process."""
        if self.recipients <= PORTION:
            yield from map(stage_portion, self._portions())
        else:
            yield from done_ahead(stage_portion, self._portions())

    def write(self, staged: StagedClaims) -> int:
        """Write one portion; return how many claims it holds."""
        expect_rows_in_memory()
        self._stage(staged)
        first = {
            name: take_numbers(pool_id=self.pool_id, key=f"case/{name}", count=count)
            for name, count in staged.series.items()
        }
        keys = {"pool_id": self.pool_id, "item_id": self._item.pk}
        run("add_claimants", pool_id=self.pool_id)
        run("add_accounts", pool_id=self.pool_id)
        run("add_cases", **keys, check_list_id=self._check_list.pk, first_numbers=json.dumps(first))
        run("add_intake_steps", pool_id=self.pool_id, steps=self._steps)
        run("add_case_signatures", pool_id=self.pool_id)
        if self.recipients <= RECORDED_CITY:
            for state in ("FIRST_REVIEW", "RE_REVIEW", "APPROVAL", "DETERMINED"):
                run("move_cases", state=state)
        run("add_entitlements", **keys)
        return staged.series.total()

    def _stage(self, staged: StagedClaims) -> None:
        """Fill the transaction's temporary tables and let the planner know how large they are."""
        for table in ("claims", "kinds", "staff"):
            run(f"stage_{table}")
        copy_lines("staged_claims", STAGED, [staged.lines])
        kinds = (kind for kinds in self._kinds.values() for kind in kinds.values())
        copy_rows("staged_kinds", KINDS, map(self._kind_row, kinds))
        copy_rows("staged_staff", STAFF, list(_staff()))
        run("analyse_staged")

    def _portions(self) -> Iterator[Portion]:
        for office in self.city.offices:
            count = recipients_of(self.city, office, self.recipients)
            for first in range(0, count, PORTION):
                yield Portion(
                    pool_id=self.pool_id,
                    office=office,
                    numbers=range(first, min(first + PORTION, count)),
                    seed=self.seed,
                    calendar=self.calendar,
                    kinds=self._kinds[office.code],
                    office_ids=tuple(o.pk for o in self._offices.values()),
                )

    def _kinds_of(self, office: DemoOffice) -> dict[tuple[date, int], ClaimKind]:
        """Compute what an office's claims come to, once for each day and contribution time."""
        kinds: dict[tuple[date, int], ClaimKind] = {}
        with remembering():
            for day, months in product(application_days(self.calendar), CONTRIBUTED):
                account = PayeeAccount()
                case = self._case(self._offices[office.code], day, months)
                case.claimant, case.payee_account = Claimant(), account
                number = case.organisation_id * 1_000 + len(kinds)
                kinds[day, months] = ClaimKind(number, case, account, self.calendar.at(day, 9))
        return kinds

    def _case(self, office: Organisation, day: date, contributed_months: int) -> BenefitCase:
        """Return the case as its signers saw it, its person still missing; never saved."""
        facts = ClaimFacts(
            applied_date=day,
            registered_date=day - timedelta(days=1),
            unemployed_date=month_of(day) - timedelta(days=1),
            leaving_reason=REASON_OF[contributed_months],
            contributed_months=contributed_months,
            contribution_source="全国社保参保信息",
            carried_months=0,
            region_code=office.region_code,
            item_depth=self._item.review_depth,
        )
        found = compute_claim(facts)
        return BenefitCase(
            item=self._item,
            organisation_id=office.pk,
            paying_organisation_id=office.pk,
            review_depth=found.depth,
            service_mode=ServiceMode.IN_PERSON,
            leaving_reason=facts.leaving_reason,
            unemployed_date=facts.unemployed_date,
            registered_date=facts.registered_date,
            applied_date=day,
            due_date=working_days().add(day, WORKING_DAYS),
            contributed_months=contributed_months,
            months_granted=found.months,
            monthly_amount=found.monthly_amount,
            first_month=found.first_month,
            computation=[line.as_dict() for line in found.lines],
        )

    def _kind_row(self, kind: ClaimKind) -> tuple[object, ...]:
        """Return a kind's row in the order of KINDS."""
        case = kind.case
        # Who drew already in the first month was taken over from the earlier system; the others
        # were taken in by this one, their five steps recorded.
        is_late = month_of(case.applied_date) > self.calendar.history[0]
        return (
            *(kind.number, case.organisation_id, case.leaving_reason, case.unemployed_date),
            *(case.registered_date, case.applied_date, case.due_date, case.contributed_months),
            *(case.months_granted, case.monthly_amount, case.first_month, case.review_depth),
            json.dumps(case.computation, ensure_ascii=False),
            self.calendar.at(case.applied_date + timedelta(days=5), 16),
            self.recipients <= RECORDED_CITY and is_late,
        )


def _staff() -> Iterator[tuple[object, ...]]:
    """Yield who signs each step at each office."""
    steps = {post: (step, place, opinion) for step, post, place, opinion in CHAIN}
    for grant in PostGrant.objects.filter(post_id__in=steps):
        yield (grant.organisation_id, grant.user_id, grant.post_id, *steps[grant.post_id])


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
