"""Second review of several like cases on one sheet: each is signed by itself, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import transaction

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import require_any
from accounts.services.signatures import Verdict
from common.actor import Person
from common.errors import DomainError, NotFound
from payouts.enums import CaseState
from payouts.models import BenefitCase
from payouts.selectors.bulk_reviews import SHEET_LIMIT, BulkLine, judge_lines
from payouts.services.case_rows import lock_case
from payouts.services.reviews import review_case


class SheetEmpty(DomainError):
    code = "SHEET_EMPTY"
    message = "清单上没有案件，请先选择要批量复核的案件"


class SheetTooLong(DomainError):
    code = "SHEET_TOO_LONG"
    message = f"一张清单最多{SHEET_LIMIT}件，请分批办理"


class SheetMixed(DomainError):
    code = "SHEET_MIXED"
    message = "清单上的案件项目或月发放标准不同，不能一并办理，请返回重新选择"


class SheetFiguresDiffer(DomainError):
    code = "SHEET_FIGURES_DIFFER"


class ReviewAlone(DomainError):
    """The case may be reviewed, but not on a sheet; the message says why."""

    code = "REVIEW_ALONE"


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One case as the sheet showed it."""

    case_id: int
    seen_sha256: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a person confirmed: the lines, and their number and sum as he read them (yuan)."""

    lines: tuple[SheetLine, ...]
    count: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What became of one line; `case` is None where it is not there for this person."""

    case: BenefitCase | None
    refusal: str = ""

    @property
    def is_signed(self) -> bool:
        """Tell whether the line was signed."""
        return not self.refusal


@transaction.atomic
def review_sheet(
    *, actor: Person, sheet: Sheet, verdict: Verdict, today: date
) -> list[LineOutcome]:
    """Approve each case of a sheet at second review; return what became of every line.

    A sheet whose number, sum, item or monthly standard is not what was confirmed is refused
    whole. Otherwise each line stands alone: `review_case` signs it with every rule of its own
    in a savepoint, and a refused line leaves no trace while the others are signed. Rows are
    locked in id order. Repeating a sheet signs nothing twice: the cases no longer wait.

    Raises:
        DutyNotHeld: the post does not review a second time anywhere.
        SheetEmpty, SheetTooLong, SheetMixed, SheetFiguresDiffer: nothing was signed.
    """
    require_any(actor, Duty.CASE_RE_REVIEW)
    if not sheet.lines:
        raise SheetEmpty
    if len(sheet.lines) > SHEET_LIMIT:
        raise SheetTooLong
    seen = {line.case_id: line.seen_sha256 for line in sheet.lines}
    cases = _lock(actor, seen)
    _require_one_band(cases)
    _require_confirmed_figures(sheet, len(seen), cases)
    judged = {line.case.pk: line for line in judge_lines(cases, today)}
    marked = replace(
        verdict,
        decision=Decision.APPROVE,
        opinion=f"{verdict.opinion}（批量复核，同一清单{len(seen)}件）",
    )
    return [
        _review(actor, judged.get(case_id), replace(marked, seen_sha256=sha256))
        for case_id, sha256 in seen.items()
    ]


def _lock(actor: Person, case_ids: Sequence[int] | dict[int, str]) -> list[BenefitCase]:
    """Lock the cases the actor may see, in id order; the others are left out."""
    cases = []
    for case_id in sorted(case_ids):
        try:
            cases.append(lock_case(actor, case_id))
        except NotFound:
            continue
    return cases


def _require_one_band(cases: Sequence[BenefitCase]) -> None:
    if len({(case.item_id, case.monthly_amount) for case in cases}) > 1:
        raise SheetMixed


def _require_confirmed_figures(sheet: Sheet, count: int, cases: Sequence[BenefitCase]) -> None:
    total = sum((case.monthly_amount or Decimal(0) for case in cases), Decimal(0))
    if (count, total) != (sheet.count, sheet.total):
        raise SheetFiguresDiffer(
            f"核对的件数{sheet.count}、合计¥{sheet.total:,.2f}与清单不符"
            f"（清单{count}件，月标准合计¥{total:,.2f}），没有签署任何案件，请重新核对"
        )


def _review(actor: Person, line: BulkLine | None, verdict: Verdict) -> LineOutcome:
    """Sign one line in its own savepoint."""
    if line is None:
        return LineOutcome(None, NotFound.message)
    try:
        with transaction.atomic():
            if line.case.state == CaseState.RE_REVIEW and line.reasons:
                raise ReviewAlone(f"须逐件办理：{'；'.join(line.reasons)}")
            case = review_case(
                actor=actor,
                case_id=line.case.pk,
                verdict=verdict,
                seen_state=CaseState.RE_REVIEW,
            )
    except DomainError as error:
        return LineOutcome(line.case, error.message)
    return LineOutcome(case)
