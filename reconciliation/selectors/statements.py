"""Office statements as screens and documents show them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.models import Organisation
from accounts.permissions import require_visible
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.errors import NotFound
from reconciliation.enums import DifferenceState, RunKind, StatementState
from reconciliation.models import Difference, OfficeStatement, ReconciliationRun

TONES = {
    StatementState.DRAFT: "grey",
    StatementState.SIGNING: "amber",
    StatementState.SIGNED: "blue",
    StatementState.CONFIRMED: "green",
    StatementState.SUPERSEDED: "grey",
}


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One item of a statement, in yuan."""

    position: int
    item_code: str
    item_name: str
    business_count: int
    business_amount: Decimal
    ledger_count: int
    ledger_amount: Decimal
    reason: str
    outcome: str

    @property
    def gap(self) -> Decimal:
        """Return business less ledger."""
        return self.business_amount - self.ledger_amount


@dataclass(frozen=True, slots=True)
class StatementDifference:
    """One difference of the month, with who explained and who closed it."""

    id: int
    kind: str
    kind_label: str
    subject: str
    left_amount: Decimal
    right_amount: Decimal
    state: str
    state_label: str
    owner: str
    explanation: str
    explained_by: str
    closed_by: str
    closed_at: datetime | None

    @property
    def gap(self) -> Decimal:
        """Return business less ledger."""
        return self.left_amount - self.right_amount

    @property
    def is_closed(self) -> bool:
        """Tell whether a second person closed it."""
        return self.state == DifferenceState.CLOSED

    @property
    def tone(self) -> str:
        """Return the state's colour."""
        return "red" if self.state == DifferenceState.OPEN else "amber"


@dataclass(frozen=True, slots=True)
class StatementPage:
    """One version of a statement with everything that hangs on it."""

    id: int
    organisation_id: int
    office: str
    office_short: str
    book_id: int
    book: str
    month: date
    version: int
    state: str
    state_label: str
    tone: str
    business_count: int
    business_amount: Decimal
    ledger_count: int
    ledger_amount: Decimal
    content_sha256: str
    prepared_by_id: int
    prepared_at: datetime
    superseded_reason: str
    replaces_id: int | None
    replaced_by_id: int | None
    workbook_id: int | None
    print_id: int | None
    lines: tuple[StatementLine, ...]
    differences: tuple[StatementDifference, ...]
    timeline: tuple[TimelineEntry, ...]

    @property
    def gap(self) -> Decimal:
        """Return business less ledger."""
        return self.business_amount - self.ledger_amount

    @property
    def open_count(self) -> int:
        """Return how many differences of the month are not closed."""
        return sum(not difference.is_closed for difference in self.differences)

    def signed(self, step: str) -> TimelineEntry | None:
        """Return the signature that counts at a step, or None."""
        for entry in self.timeline:
            if entry.step == step and not entry.is_void and entry.decision == "APPROVE":
                return entry
        return None


def get_statement(*, actor: Person, statement_id: int) -> StatementPage:
    """Return a statement the person may read.

    Raises:
        NotFound: no such statement, or another office's. DutyNotHeld.
    """
    page = load_statement(statement_id)
    require_visible(actor, Duty.RECONCILIATION_READ, over=page.organisation_id)
    return page


def load_statement(statement_id: int) -> StatementPage:
    """Return a statement for jobs and documents, which check no reach; NotFound if none."""
    statement = (
        OfficeStatement.objects.select_related("organisation", "book")
        .filter(pk=statement_id)
        .first()
    )
    if statement is None:
        raise NotFound
    successor = OfficeStatement.objects.filter(replaces=statement).first()
    return StatementPage(
        id=statement.pk,
        organisation_id=statement.organisation_id,
        office=statement.organisation.name,
        office_short=statement.organisation.short_name,
        book_id=statement.book_id,
        book=statement.book.name,
        month=statement.month,
        version=statement.version,
        state=statement.state,
        state_label=StatementState(statement.state).label,
        tone=TONES[StatementState(statement.state)],
        business_count=statement.business_count,
        business_amount=statement.business_amount,
        ledger_count=statement.ledger_count,
        ledger_amount=statement.ledger_amount,
        content_sha256=statement.content_sha256,
        prepared_by_id=statement.prepared_by_id,
        prepared_at=statement.prepared_at,
        superseded_reason=statement.superseded_reason,
        replaces_id=statement.replaces_id,
        replaced_by_id=successor.pk if successor else None,
        workbook_id=statement.workbook_id,
        print_id=statement.print_document_id,
        lines=tuple(_lines(statement)),
        differences=tuple(_differences(statement)),
        timeline=tuple(
            list_timeline(
                kind=SubjectKind.STATEMENT,
                subject_id=statement.pk,
                current_round=statement.round,
                current_sha256=statement.content_sha256,
            )
        ),
    )


def _lines(statement: OfficeStatement) -> list[StatementLine]:
    return [
        StatementLine(
            line.position,
            line.item_code,
            line.item_name,
            line.business_count,
            line.business_amount,
            line.ledger_count,
            line.ledger_amount,
            line.reason,
            line.outcome,
        )
        for line in statement.lines.order_by("position")
    ]


def _differences(statement: OfficeStatement) -> list[StatementDifference]:
    """Return the run's differences, and while unsigned also those of earlier runs still open."""
    rows = Difference.objects.select_related("owner", "explained_by", "closed_by").order_by("id")
    if statement.state in {StatementState.SIGNING, StatementState.DRAFT}:
        open_before = rows.filter(
            run__kind=RunKind.BUSINESS_LEDGER,
            run__organisation_id=statement.organisation_id,
            run__book_id=statement.book_id,
            run__month=statement.month,
        ).exclude(state=DifferenceState.CLOSED)
        rows = (rows.filter(run_id=statement.run_id) | open_before).distinct()
    else:
        rows = rows.filter(run_id=statement.run_id)
    return [
        StatementDifference(
            row.pk,
            row.kind,
            row.get_kind_display(),
            row.subject,
            row.left_amount,
            row.right_amount,
            row.state,
            row.get_state_display(),
            row.owner.name if row.owner else "",
            row.explanation,
            row.explained_by.name if row.explained_by else "",
            row.closed_by.name if row.closed_by else "",
            row.closed_at,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class StatementVersion:
    """One version in the list of an office's month."""

    id: int
    version: int
    state_label: str
    tone: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run as the month's page shows it; `gap` is left less right, in yuan."""

    id: int
    is_equal: bool
    left_count: int
    left_amount: Decimal
    right_count: int
    right_amount: Decimal
    run_at: datetime
    run_by: str

    @property
    def gap(self) -> Decimal:
        """Return left less right."""
        return self.left_amount - self.right_amount


def run_line(run: ReconciliationRun) -> RunLine:
    """Return a run for the screen."""
    return RunLine(
        run.pk,
        run.state == "EQUAL",
        run.left_count,
        run.left_amount,
        run.right_count,
        run.right_amount,
        run.run_at,
        run.run_by.name if run.run_by else "系统",
    )


@dataclass(frozen=True, slots=True)
class OfficeMonthPage:
    """An office's month before there is a statement to sign: its run and earlier versions."""

    organisation_id: int
    office: str
    month: date
    run: RunLine | None
    current_id: int | None
    versions: tuple[StatementVersion, ...]


def get_office_month(*, actor: Person, organisation_id: int, month: date) -> OfficeMonthPage:
    """Return where an office's month stands.

    Raises:
        NotFound: another office's. DutyNotHeld.
    """
    require_visible(actor, Duty.RECONCILIATION_READ, over=organisation_id)
    office = Organisation.objects.get(pk=organisation_id)
    run = (
        ReconciliationRun.objects.filter(
            kind=RunKind.BUSINESS_LEDGER,
            organisation_id=organisation_id,
            month=month,
            is_current=True,
        )
        .select_related("run_by")
        .first()
    )
    rows = list(
        OfficeStatement.objects.filter(organisation_id=organisation_id, month=month).order_by(
            "-version"
        )
    )
    current = next((row.pk for row in rows if row.state != StatementState.SUPERSEDED), None)
    return OfficeMonthPage(
        organisation_id=organisation_id,
        office=office.name,
        month=month,
        run=run_line(run) if run else None,
        current_id=current,
        versions=tuple(
            StatementVersion(
                row.pk,
                row.version,
                StatementState(row.state).label,
                TONES[StatementState(row.state)],
                row.superseded_reason,
            )
            for row in rows
        ),
    )
