"""Lists of cases: what waits, what one did, what is finished, and the next one to take."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.models import Signature, User
from accounts.permissions import duties_of, require_any
from accounts.selectors.offices import Office, known_offices, organisation_choices
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.db import run_sql
from common.encryption import Purpose, lookup_key
from common.lists import Listing, Viewer
from common.workbooks import Kind
from payouts.enums import CaseState
from payouts.models import BenefitCase
from payouts.selectors.case_access import visible_cases
from payouts.selectors.items import Item, known_items, offered_items
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
LAST_SIGNS = 4  # of an identity number, by which it may be looked for
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
    """What a list of cases is narrowed to; empty parts narrow nothing.

    `since` and `until` are days of application, both inclusive.
    """

    tab: str = "waiting"
    state: str = ""
    organisation_id: int | None = None
    item_id: int | None = None
    number: str = ""
    name: str = ""
    identity: str = ""
    identity_key: str = ""
    since: date | str | None = None
    until: date | str | None = None

    def stored(self) -> dict[str, Any]:
        """Return the parts as JSON values."""
        return asdict(self) | stored_identity(self.identity)


def stored_identity(identity: str) -> dict[str, str]:
    """Return the two filters that stand for a typed identity number, fit to be kept.

    The last four signs stay as they are; a whole number becomes its key, so that no export
    keeps it in clear.
    """
    text = identity.strip()
    if len(text) <= LAST_SIGNS:
        return {"identity": text, "identity_key": ""}
    return {"identity": "", "identity_key": lookup_key(text, purpose=Purpose.IDENTITY)}


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
    due_date: date
    days_left: int | None
    url: str

    @property
    def offices(self) -> str:
        """Say where the case was taken in and where it is paid."""
        return f"{self.organisation} → {self.paying_organisation or '—'}"


CASE_FIELDS = (
    *("number", "item_id", "organisation_id", "paying_organisation_id", "applied_date"),
    *("monthly_amount", "state", "due_date", "claimant__name", "claimant__identity_masked"),
)


def find_cases(viewer: Viewer, **filters: Any) -> QuerySet[BenefitCase]:
    """Return the cases of a tab within the viewer's reach (the parts of `CaseFilter`)."""
    narrow = CaseFilter(**filters)
    seen = visible_cases(viewer.actor)
    return _narrowed(_of_tab(seen, viewer.actor, narrow.tab), narrow)


def show_cases(viewer: Viewer, cases: Sequence[Any]) -> list[CaseRow]:
    """Return the lines of these cases."""
    calendar, naming = working_days(), CaseNaming()
    accepts_at = duties_of(viewer.actor).get(Duty.CASE_ACCEPT.value, frozenset())
    return [
        case_row(
            case,
            None
            if case.state in workflow.FINISHED
            else days_left(calendar=calendar, today=viewer.today, due=case.due_date),
            naming=naming,
            is_clerk=case.organisation_id in accepts_at,
        )
        for case in cases
    ]


CASES = Listing(
    code="payouts.selectors.cases.CASES",
    title="待遇案件",
    duty=Duty.CASE_READ.value,
    columns=(
        Column(
            "number",
            "业务编号",
            order="number",
            is_indexed=True,
            width=22,
            link="url",
            is_whole=True,
        ),
        Column("name", "申领人", order="claimant__name", note="identity_masked"),
        Column("identity", "证件号", value="identity_masked", place="file", width=22),
        Column("item", "项目", order="item__code"),
        Column("offices", "受理 → 发放", order="organisation__code", place="screen", is_whole=True),
        Column("accepting", "受理机构", value="organisation", place="file"),
        Column("paying", "发放地", value="paying_organisation", place="file"),
        Column("amount", "月标准", Kind.AMOUNT, order="monthly_amount", value="monthly_amount"),
        Column(
            "applied", "申请日期", Kind.DAY, "applied_date", is_indexed=True, value="applied_date"
        ),
        Column(
            "due",
            "期限",
            Kind.DAY,
            order="due_date",
            is_indexed=True,
            value="due_date",
            days_left="days_left",
        ),
        Column("days", "剩余工作日", Kind.COUNT, value="days_left", place="file"),
        Column("state", "状态", order="state", value="state_label", tone="tone"),
    ),
    query=find_cases,
    show=show_cases,
    fields=CASE_FIELDS,
    is_written=True,
)


def count_cases(actor: Person) -> dict[str, int]:
    """Return how many cases the tabs hold that count what is to be done."""
    waiting, returned, _ = count_waiting(actor, CaseFilter())
    return {"waiting": waiting, "returned": returned}


def count_waiting(
    actor: Person, narrow: CaseFilter, *, since: datetime | None = None, most: int | None = None
) -> tuple[int, int, int]:
    """Return how many cases wait for the actor, were sent back, and he signed from `since` on.

    Waiting are those of `waiting_queue`, at most `most`; of `narrow` count the parts that travel
    with a queue: state, office, item, number and name. None signed are counted without `since`.
    """
    duties = duties_of(actor)
    to_sign = [
        (state, place)
        for state, duty in workflow.DUTY_AT.items()
        for place in duties.get(duty.value, ())
    ]
    parameters = {
        "user_id": actor.user_id,
        "since": since,
        "steps": list(workflow.STEP_AT.values()),
        "window": list(duties.get(Duty.CASE_ACCEPT.value, ())),
        "readable": list(duties.get(Duty.CASE_READ.value, ())),
        "states": [state for state, _ in to_sign],
        "places": [place for _, place in to_sign],
        "state": narrow.state,
        "organisation_id": narrow.organisation_id,
        "item_id": narrow.item_id,
        "number": narrow.number,
        "name": narrow.name,
        "most": most,
    }
    [(waiting, returned, signed)] = run_sql("payouts", "count_waiting_cases", parameters)
    return waiting, returned, signed


@dataclass(frozen=True, slots=True)
class CaseNaming:
    """What the lines of a list call offices and items, read once for all of them."""

    offices: Mapping[int, Office] = field(default_factory=known_offices)
    items: Mapping[int, Item] = field(default_factory=known_items)


def case_row(case: Any, left: int | None, *, naming: CaseNaming, is_clerk: bool = False) -> CaseRow:
    """Return the line of one case, a tuple of pk and `CASE_FIELDS`.

    A draft opens in the wizard for whoever may go on with it.
    """
    name = "payouts:intake" if is_clerk and case.state == CaseState.DRAFT else "payouts:case"
    paying, state = case.paying_organisation_id, CaseState(case.state)
    return CaseRow(
        id=case.pk,
        number=case.number,
        item=naming.items[case.item_id].name,
        name=case.claimant__name,
        identity_masked=case.claimant__identity_masked,
        organisation=naming.offices[case.organisation_id].short_name,
        paying_organisation=naming.offices[paying].short_name if paying else "",
        state_label=str(state.label),
        tone=TONES[state],
        monthly_amount=case.monthly_amount,
        applied_date=case.applied_date,
        due_date=case.due_date,
        days_left=left,
        url=address(name, case.pk),
    )


def waiting_cases(actor: Person) -> QuerySet[BenefitCase]:
    """Return the cases the actor may act on now; none he signed this round, none of his own.

    A list never offers a signature that `review_case` would refuse.
    """
    duties = duties_of(actor)
    parts = []
    if window := duties.get(Duty.CASE_ACCEPT.value):
        at_window = [CaseState.DRAFT, CaseState.RETURNED]
        parts.append(Q(state__in=at_window, organisation_id__in=window))
    to_review = [
        Q(state=state, paying_organisation_id__in=reach)
        for state, duty in workflow.DUTY_AT.items()
        if (reach := duties.get(duty.value))
    ]
    if to_review:
        signed = Exists(_signed_by(actor).filter(round=OuterRef("round")))
        parts.append(Q(reduce(or_, to_review), ~signed))
    if not parts:
        return BenefitCase.objects.none()
    own_keys = User.objects.filter(pk=actor.user_id).exclude(person_key="").values("person_key")
    return BenefitCase.objects.filter(reduce(or_, parts)).exclude(claimant__person_key__in=own_keys)


def waiting_queue(actor: Person, narrow: CaseFilter) -> QuerySet[BenefitCase]:
    """Return the cases the actor may act on now, narrowed as his list was (any tab)."""
    return _narrowed(waiting_cases(actor), narrow)


def filter_choices(actor: Person) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return the offices within reach and the items, for the filter bar."""
    return organisation_choices(require_any(actor, Duty.CASE_READ)), offered_items()


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
    wanted = {
        "state": narrow.state,
        "item_id": narrow.item_id,
        "number__prefix": narrow.number,
        "claimant__name__prefix": narrow.name,
        "claimant__person_key": narrow.identity_key,
        "applied_date__gte": narrow.since,
        "applied_date__lte": narrow.until,
    }
    cases = cases.filter(**{path: value for path, value in wanted.items() if value})
    if narrow.organisation_id:
        cases = cases.filter(
            Q(organisation_id=narrow.organisation_id)
            | Q(paying_organisation_id=narrow.organisation_id)
        )
    if narrow.identity:
        cases = cases.filter(of_identity(narrow.identity))
    return cases
