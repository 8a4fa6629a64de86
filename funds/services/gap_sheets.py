"""Gap sharing: a sheet reckoned from the books, signed by the head, replaced by a later one."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.permissions import require_duty
from accounts.services import audit, signatures
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.periods import last_day
from funds.models import GapShare, GapSheet, Period
from funds.selectors.books import city_centre
from funds.selectors.gap_sheets import GapFigures, reckon_gap
from funds.selectors.reserves import sheet_title
from funds.sharing_enums import GapSheetState

PREPARE, APPROVE = "PREPARE", "APPROVE"


class GapMonthNotOver(DomainError):
    code = "GAP_MONTH_NOT_OVER"
    message = "截止月份尚未结束，月末之后才能测算"


class GapMonthUnknown(DomainError):
    code = "GAP_MONTH_UNKNOWN"
    message = "本账套没有该会计期间，不能测算"


class GapNeedsBudget(DomainError):
    code = "GAP_NEEDS_BUDGET"
    message = "本年度没有已批准的预算收入任务，不能区分各地短收，请先办理预算"


class GapSheetInWork(DomainError):
    code = "GAP_SHEET_IN_WORK"
    message = "本年度已有一份分担表等待批准，请先办结或退回"


class GapSheetUnchanged(DomainError):
    code = "GAP_SHEET_UNCHANGED"
    message = "账簿和预算与已批准的分担表相同，不需要新的版本"


class GapMonthEarlier(DomainError):
    code = "GAP_MONTH_EARLIER"
    message = "已批准的分担表截至更晚的月份，新版本不能早于它"


class GapSheetNotWaiting(DomainError):
    code = "GAP_SHEET_NOT_WAITING"
    message = "分担表已由他人办理，请刷新页面查看最新状态"


class GapBooksMoved(DomainError):
    code = "GAP_BOOKS_MOVED"
    message = "测算后账簿又有变动，数字与账簿不符，请退回后重新测算"


class GapSheetDrawnOn(DomainError):
    code = "GAP_SHEET_DRAWN_ON"
    message = "已按现行分担表动用储备金，须先冲销动用登记，才能批准新的版本"


class GapSignaturesMissing(DomainError):
    code = "GAP_SIGNATURES_MISSING"
    message = "缺口分担表须由测算、批准两个不同的人签署"


REFUSALS = {
    "gap_sheet_one_waiting": GapSheetInWork,
    "gap_sheet_version_once": GapSheetInWork,
    "gap_sheet_equals_the_books": GapBooksMoved,
    "gap_sheet_with_draws_stays": GapSheetDrawnOn,
    "gap_sheet_signed_by_two": GapSignaturesMissing,
}


@transaction.atomic
def prepare_gap_sheet(*, actor: Person, book_id: int, month: date, at: datetime) -> GapSheet:
    """Keep the gap of January to `month` as a new version of the year's sheet; sign PREPARE.

    Raises:
        GapMonthUnknown, GapMonthNotOver: there is nothing to reckon yet.
        GapNeedsBudget: a gap without income targets; GapSheetInWork: one waits already.
        GapSheetUnchanged, GapMonthEarlier: the signed one says the same, or more.
    """
    require_duty(actor, Duty.RESERVE_PREPARE, over=city_centre().pk)
    if not Period.objects.filter(book_id=book_id, month=month).exists():
        raise GapMonthUnknown
    if last_day(month) >= timezone.localdate(at):
        raise GapMonthNotOver
    figures = reckon_gap(book_id=book_id, month=month)
    if figures.split.gap and not figures.has_budget:
        raise GapNeedsBudget
    content = signatures.content_hash(content_of(figures))
    versions = GapSheet.objects.filter(book_id=book_id, year=month.year)
    signed = versions.filter(state=GapSheetState.SIGNED).first()
    if signed is not None and signed.content_sha256 == content:
        raise GapSheetUnchanged
    if signed is not None and signed.month > month:
        raise GapMonthEarlier
    last = versions.aggregate(last=Max("version"))["last"] or 0
    with constraint_errors(REFUSALS):
        sheet = GapSheet.objects.create(
            pool_id=actor.pool_id,
            book_id=book_id,
            year=month.year,
            month=month,
            version=last + 1,
            income=figures.income,
            expenditure=figures.expenditure,
            gap=figures.split.gap,
            rolled_balance=figures.rolled_balance,
            is_covered=figures.is_covered,
            pool_ratio=figures.ratio.pool,
            office_ratio=figures.ratio.offices,
            pool_share=figures.split.pool_share,
            deposits=figures.deposits,
            invested=figures.invested,
            content_sha256=content,
            prepared_by_id=actor.user_id,
            prepared_at=at,
        )
    _keep_shares(sheet, figures)
    signatures.approve(actor, matter_of(sheet), PREPARE, at)
    _record(actor, sheet, "funds.gap_sheet.prepared", at, gap=sheet.gap)
    return sheet


def _keep_shares(sheet: GapSheet, figures: GapFigures) -> None:
    GapShare.objects.bulk_create(
        GapShare(
            pool_id=sheet.pool_id,
            sheet=sheet,
            organisation_id=office.organisation_id,
            target=office.target,
            income=office.income,
            expenditure=office.expenditure,
            for_shortfall=figures.split.shares[office.organisation_id].for_shortfall,
            of_rest=figures.split.shares[office.organisation_id].of_rest,
        )
        for office in figures.offices
    )


def content_of(figures: GapFigures) -> dict[str, object]:
    """Return everything the signatures cover."""
    return {
        "book": figures.book_id,
        "month": figures.month,
        "income": figures.income,
        "expenditure": figures.expenditure,
        "rolled_balance": figures.rolled_balance,
        "ratio": [figures.ratio.pool, figures.ratio.offices],
        "pool_share": figures.split.pool_share,
        "means": [figures.deposits, figures.invested],
        "offices": [
            [
                office.organisation_id,
                office.target,
                office.income,
                office.expenditure,
                figures.split.shares[office.organisation_id].for_shortfall,
                figures.split.shares[office.organisation_id].of_rest,
            ]
            for office in figures.offices
        ],
    }


@transaction.atomic
def decide_gap_sheet(*, actor: Person, sheet_id: int, verdict: signatures.Verdict) -> GapSheet:
    """Sign step APPROVE: the sheet counts, and the one signed before it is void; else returned.

    Raises:
        GapSheetNotWaiting; AlreadySigned: the actor prepared it; OpinionMissing; DutyNotHeld.
        GapBooksMoved: a voucher was posted since; GapSheetDrawnOn: the one before was drawn on.
    """
    require_duty(actor, Duty.RESERVE_APPROVE, over=city_centre().pk)
    sheet = _locked(sheet_id)
    if sheet.state != GapSheetState.WAITING:
        raise GapSheetNotWaiting
    signatures.sign(actor=actor, matter=matter_of(sheet), step=APPROVE, verdict=verdict)
    at = verdict.signed_at
    if verdict.decision == Decision.APPROVE:
        _void_the_one_before(actor, sheet, at)
        sheet.state, sheet.signed_at = GapSheetState.SIGNED, at
    else:
        sheet.state = GapSheetState.RETURNED
    with constraint_errors(REFUSALS):
        sheet.save(update_fields=["state", "signed_at"])
    _record(actor, sheet, "funds.gap_sheet.decided", at, state=sheet.state)
    return sheet


def _void_the_one_before(actor: Person, sheet: GapSheet, at: datetime) -> None:
    rows = GapSheet.objects.select_for_update(of=("self",), no_key=True)
    before = rows.filter(book_id=sheet.book_id, year=sheet.year, state=GapSheetState.SIGNED).first()
    if before is None:
        return
    before.state = GapSheetState.VOIDED
    with constraint_errors(REFUSALS):
        before.save(update_fields=["state"])
    _record(actor, before, "funds.gap_sheet.voided", at, by=sheet.version)


def matter_of(sheet: GapSheet) -> signatures.Matter:
    """Return the sheet as a matter to sign."""
    return signatures.Matter(
        SubjectKind.GAP_SHARE, sheet.pk, sheet.round, sheet.content_sha256, city_centre().pk
    )


def _locked(sheet_id: int) -> GapSheet:
    rows = GapSheet.objects.select_for_update(of=("self",), no_key=True)
    sheet = rows.filter(pk=sheet_id).first()
    if sheet is None:
        raise NotFound
    return sheet


def _record(actor: Person, sheet: GapSheet, verb: str, at: datetime, **after: object) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=sheet,
        at=at,
        label=sheet_title(sheet),
        organisation_id=city_centre().pk,
        after=after,
    )
