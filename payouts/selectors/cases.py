"""Lists of cases: what waits, what one did, what is finished, and the next one to take."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.models import Organisation, Signature, User
from accounts.permissions import duties_of, require_any
from accounts.selectors.paging import Page, page_of
from common.actor import Person
from common.encryption import Purpose, lookup_key
from payouts.enums import CaseState
from payouts.models import BenefitCase, BenefitItem
from payouts.selectors.case_access import visible_cases
from payouts.selectors.parameters import days_left, working_days
from payouts.workflows import cases as workflow

TONES = {
    CaseState.DRAFT: "grey",
    CaseState.SUPPLEMENT: "amber",
    CaseState.FIRST_REVIEW: "blue",
    CaseState.RE_REVIEW: "cyan",
    CaseState.APPROVAL: "indigo",
    CaseState.DETERMINED: "green",
    CaseState.RETURNED: "amber",
    CaseState.REFUSED: "red",
    CaseState.WITHDRAWN: "grey",
}
TABS = {
    "waiting": "待办",
    "done": "已办",
    "finished": "办结",
    "returned": "已退回",
    "accepted": "我受理的",
    "all": "全部",
}


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list of cases is narrowed to; empty parts narrow nothing."""

    tab: str = "waiting"
    state: str = ""
    organisation_id: int | None = None
    item_id: int | None = None
    number: str = ""
    name: str = ""
    identity: str = ""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of a list of cases. `days_left` are working days, None once finished."""

    id: int
    number: str
    item: str
    name: str
    identity_masked: str
    organisation: str
    paying_organisation: str
    state_label: str
    tone: str
    monthly_amount: Decimal | None
    applied_date: date
    days_left: int | None
    url: str


@dataclass(frozen=True, slots=True)
class CaseList:
    """One page of cases with its pager and the counts the tabs show."""

    rows: list[CaseRow]
    page: Page[BenefitCase]
    waiting_count: int
    returned_count: int


def list_cases(
    *, actor: Person, narrow: CaseFilter, today: date, after: str = "", before: str = ""
) -> CaseList:
    """Return one page of the cases of a tab, newest first, within the actor's reach."""
    seen = visible_cases(actor)
    found = _narrowed(_of_tab(seen, actor, narrow.tab), narrow).select_related(
        "item", "claimant", "organisation", "paying_organisation"
    )
    page = page_of(found, after=after, before=before)
    calendar = working_days()
    accepts_at = duties_of(actor).get(Duty.CASE_ACCEPT.value, frozenset())
    rows = [
        case_row(
            case,
            None
            if case.state in workflow.FINISHED
            else days_left(calendar=calendar, today=today, due=case.due_date),
            is_clerk=case.organisation_id in accepts_at,
        )
        for case in page.rows
    ]
    return CaseList(
        rows,
        page,
        waiting_count=_of_tab(seen, actor, "waiting").count(),
        returned_count=_of_tab(seen, actor, "returned").count(),
    )


def case_row(case: BenefitCase, left: int | None, *, is_clerk: bool) -> CaseRow:
    """Return the line of one case; a draft opens in the wizard for whoever may go on with it."""
    name = "payouts:intake" if is_clerk and case.state == CaseState.DRAFT else "payouts:case"
    paying = case.paying_organisation
    return CaseRow(
        id=case.pk,
        number=case.number,
        item=case.item.name,
        name=case.claimant.name,
        identity_masked=case.claimant.identity_masked,
        organisation=case.organisation.short_name,
        paying_organisation=paying.short_name if paying else "",
        state_label=str(CaseState(case.state).label),
        tone=TONES[CaseState(case.state)],
        monthly_amount=case.monthly_amount,
        applied_date=case.applied_date,
        days_left=left,
        url=reverse(name, args=[case.pk]),
    )


def waiting_cases(actor: Person) -> QuerySet[BenefitCase]:
    """Return the cases the actor may act on now; none he signed this round, none of his own.

    A list never offers a signature that `review_case` would refuse.
    """
    duties = duties_of(actor)
    at_window = Q(
        state__in=[CaseState.DRAFT, CaseState.RETURNED],
        organisation_id__in=duties.get(Duty.CASE_ACCEPT.value, ()),
    )
    to_review = Q(pk__in=[])
    for state, duty in workflow.DUTY_AT.items():
        to_review |= Q(state=state, paying_organisation_id__in=duties.get(duty.value, ()))
    own_keys = User.objects.filter(pk=actor.user_id).exclude(person_key="").values("person_key")
    signed = Exists(_signed_by(actor).filter(round=OuterRef("round")))
    return BenefitCase.objects.filter(at_window | (to_review & ~signed)).exclude(
        claimant__person_key__in=own_keys
    )


def next_waiting_case(actor: Person) -> BenefitCase | None:
    """Return the case that has waited longest for the actor, or None."""
    return waiting_cases(actor).order_by("entered_at", "id").first()


def filter_choices(actor: Person) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return the offices within reach and the items, for the filter bar."""
    reach = require_any(actor, Duty.CASE_READ)
    offices = Organisation.objects.filter(pk__in=reach).order_by("code")
    return [(office.pk, office.short_name) for office in offices], list_offered_items()


def list_offered_items() -> list[tuple[int, str]]:
    """Return the items a window may take in, as choices."""
    items = BenefitItem.objects.filter(is_offered=True).order_by("code")
    return [(item.pk, str(item)) for item in items]


def of_identity(identity: str, prefix: str = "claimant__") -> Q:
    """Return the condition for a full identity number (by its key) or its last four signs."""
    text = identity.strip().upper()
    if len(text) == 4:
        return Q(**{f"{prefix}identity_last_four": text})
    return Q(**{f"{prefix}person_key": lookup_key(text, purpose=Purpose.IDENTITY)})


def _signed_by(actor: Person) -> QuerySet[Signature]:
    return Signature.objects.filter(
        subject_kind=SubjectKind.CASE, subject_id=OuterRef("pk"), person_id=actor.user_id
    )


def _of_tab(seen: QuerySet[BenefitCase], actor: Person, tab: str) -> QuerySet[BenefitCase]:
    match tab:
        case "done":
            return seen.filter(Exists(_signed_by(actor)))
        case "finished":
            return seen.filter(state__in=workflow.FINISHED)
        case "returned":
            return seen.filter(state__in=workflow.RESUMABLE)
        case "accepted":
            return seen.filter(entered_by_id=actor.user_id)
        case "all":
            return seen
    return waiting_cases(actor)


def _narrowed(cases: QuerySet[BenefitCase], narrow: CaseFilter) -> QuerySet[BenefitCase]:
    if narrow.state:
        cases = cases.filter(state=narrow.state)
    if narrow.organisation_id:
        cases = cases.filter(
            Q(organisation_id=narrow.organisation_id)
            | Q(paying_organisation_id=narrow.organisation_id)
        )
    if narrow.item_id:
        cases = cases.filter(item_id=narrow.item_id)
    if narrow.number:
        cases = cases.filter(number__startswith=narrow.number)
    if narrow.name:
        cases = cases.filter(claimant__name__startswith=narrow.name)
    if narrow.identity:
        cases = cases.filter(of_identity(narrow.identity))
    return cases
