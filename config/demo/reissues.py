"""Failed payments of the demo: which fail at the bank, and how they are sent again."""

from collections.abc import Sequence
from datetime import date, datetime
from random import Random

from accounts.enums import Decision
from config.demo.claims import claim_of, recipients_of
from config.demo.money import confirm, pay
from config.demo.story import Story
from payouts.enums import AccountKind, FailCode, InstructionState
from payouts.models import PaymentInstruction
from payouts.services.batches import prepare_reissue_batch
from payouts.services.reissues import (
    CorrectedAccount,
    apply_reissue,
    approve_reissue,
    review_reissue,
)

FAILURES_PER_OFFICE = 2
CODES = ("05", "03", "05", "01")


def failing_cards(story: Story, month: date) -> dict[str, str]:
    """Return the cards whose payments fail at the bank in a month, with the bank's reason."""
    failing: dict[str, str] = {}
    for office in story.city.offices:
        random = Random(f"{story.seed}/fail/{office.code}/{month}")
        count = recipients_of(story.city, office, story.recipients)
        for place in range(FAILURES_PER_OFFICE):
            claim = claim_of(office, random.randrange(count), story.seed, story.calendar)
            failing[claim.person.card] = CODES[place % len(CODES)]
    return failing


def failures_of(story: Story, month: date) -> list[tuple[int, str]]:
    """Return the month's failed payments that were not sent again: (instruction, office code)."""
    with story.look():
        rows = PaymentInstruction.objects.filter(
            state=InstructionState.FAILED,
            plan_line__benefit_month=month,
            reissuerequest__isnull=True,
        )
        return list(rows.order_by("pk").values_list("pk", "batch__organisation__code"))


def apply(story: Story, instruction_id: int, office: str, at: datetime) -> int:
    """Let the office ask to send a failed payment again; return the request's id."""
    with story.act("PLAN", office) as actor:
        failed = PaymentInstruction.objects.get(pk=instruction_id)
        is_busy = failed.fail_code == FailCode.BANK_BUSY
        corrected = None
        if not is_busy:
            # An old passbook of the same person; the bank knows it under the person's name.
            number = f"22880{story.city.code}{instruction_id:09d}"
            corrected = CorrectedAccount(AccountKind.SETTLEMENT, number, "农业银行", "103665000015")
        request = apply_reissue(
            actor=actor,
            instruction_id=instruction_id,
            reason="银行系统繁忙，账户无误" if is_busy else "已联系本人，原卡已注销，改付存折账户",
            at=at,
            corrected=corrected,
        )
    return request.pk


def review(story: Story, reissue_id: int, office: str, at: datetime) -> None:
    """Let the second reviewer agree."""
    with story.act("REV2", office) as actor:
        review_reissue(
            actor=actor, reissue_id=reissue_id, decision=Decision.APPROVE, opinion="情况属实", at=at
        )


def approve(story: Story, reissue_id: int, office: str, at: datetime) -> None:
    """Let the approver agree; the payment then waits for its batch."""
    with story.act("APP", office) as actor:
        approve_reissue(
            actor=actor, reissue_id=reissue_id, decision=Decision.APPROVE, opinion="同意重发", at=at
        )


def send_again(story: Story, month: date, day: date) -> None:
    """Carry every failed payment of a month through its own review and pay it on a day."""
    by_office: dict[str, list[int]] = {}
    for instruction_id, office in failures_of(story, month):
        reissue_id = apply(story, instruction_id, office, story.calendar.at(day, 9))
        review(story, reissue_id, office, story.calendar.at(day, 9, 30))
        approve(story, reissue_id, office, story.calendar.at(day, 9, 45))
        by_office.setdefault(office, []).append(reissue_id)
    for reissue_ids in by_office.values():
        _pay(story, reissue_ids, day)


def _pay(story: Story, reissue_ids: Sequence[int], day: date) -> None:
    with story.act("FACC") as actor:
        at = story.calendar.at(day, 10)
        batch = prepare_reissue_batch(actor=actor, reissue_ids=reissue_ids, at=at)
    confirm(story, batch.pk, day)
    pay(story, batch.pk, day)
