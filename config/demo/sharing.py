"""A demo city's gap sheet of the year, and its reserve: what an office handed up, an allocation."""

from datetime import date
from decimal import Decimal

from accounts.enums import Decision
from accounts.models import Organisation
from accounts.services.signatures import Verdict
from common.evidence import Evidence
from config.demo.story import Story
from funds.selectors.books import unemployment_book
from funds.services.gap_sheets import decide_gap_sheet, prepare_gap_sheet
from funds.services.reserves import NewReserve, decide_reserve, prepare_reserve
from funds.sharing_enums import ReserveKind

SCAN = Evidence("储备金文件.pdf", "application/pdf", b"%PDF-1.4\n% demo\n")
HANDED_UP, ALLOCATED, ASKED = Decimal("186400.00"), Decimal("500000.00"), Decimal("120000.00")


def share_the_year(story: Story, month: date) -> None:
    """Reckon the year's gap up to a closed month, and have the head sign it."""
    day = story.calendar.today
    with story.act("BUDG") as actor:
        book_id = unemployment_book().pk
        at = story.calendar.at(day, 9)
        sheet = prepare_gap_sheet(actor=actor, book_id=book_id, month=month, at=at)
    with story.act("HEAD") as actor:
        verdict = Verdict(
            Decision.APPROVE, "已与账簿核对，同意", story.calendar.at(day, 10), sheet.content_sha256
        )
        decide_gap_sheet(actor=actor, sheet_id=sheet.pk, verdict=verdict)


def keep_the_reserve(story: Story) -> None:
    """Enter what a county handed up and a yearly allocation; another one waits for the head."""
    with story.look():
        county = Organisation.objects.filter(parent__isnull=False).earliest("code")
    _enter(
        story,
        _new(
            story,
            ReserveKind.CARRIED_UP,
            HANDED_UP,
            f"{county.short_name}原储备金全额上交",
            organisation_id=county.pk,
            handed_over=HANDED_UP,
        ),
    )
    _enter(story, _new(story, ReserveKind.ALLOCATION, ALLOCATED, "年度计提储备金"))
    _enter(
        story,
        _new(story, ReserveKind.RAISED, ASKED, "按上级通知调增储备金"),
        is_decided=False,
    )


def _new(
    story: Story,
    kind: ReserveKind,
    amount: Decimal,
    reason: str,
    organisation_id: int | None = None,
    handed_over: Decimal | None = None,
) -> NewReserve:
    today = story.calendar.today
    number = f"人社发〔{today.year}〕{today.month}号"
    return NewReserve(kind, today, amount, reason, number, organisation_id, handed_over)


def _enter(story: Story, new: NewReserve, *, is_decided: bool = True) -> None:
    day = story.calendar.today
    with story.act("BUDG") as actor:
        entry = prepare_reserve(
            actor=actor,
            book_id=unemployment_book().pk,
            new=new,
            scan=SCAN,
            at=story.calendar.at(day, 9),
        )
    if not is_decided:
        return
    with story.act("HEAD") as actor:
        verdict = Verdict(
            Decision.APPROVE, "同意", story.calendar.at(day, 10), entry.content_sha256
        )
        decide_reserve(actor=actor, entry_id=entry.pk, verdict=verdict)
