"""Faults that are a small story of their own: bad return files, a bank in trouble, a full disk,
and two people who want opposite things at the same moment.
"""

import json
import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connections
from django.db.models import Model
from django.utils import timezone

from accounts.enums import JobState
from accounts.models import Job, Notice
from common.errors import DomainError, Forbidden, NotFound
from config.demo import window
from config.demo.bank import configured_bank
from config.demo.claims import applicant_of
from config.local_servers import DATABASE
from funds.enums import PeriodState, VoucherState
from funds.models import Voucher
from payouts.enums import BatchState, PlanState, ReturnState, ReturnVia
from payouts.models import BankReturnLine, DisbursementPlan, PaymentBatch
from payouts.services import batches, plans, sending
from payouts.services.returns import receive_return
from reconciliation.enums import StatementState
from tests.faults import checks, deeds
from tests.faults.bad_returns import bad_returns
from tests.faults.campaign import REFUSED, Campaign, Result, act_once, bank_alone
from tests.faults.city import OFFICE, City
from tests.faults.deeds import BY_NAME
from tests.faults.injections import Injection, Scene
from tests.faults.points import Point
from tests.faults.processes import Crew, await_end
from tools.bank_simulator.journal import read_journal

BAD_RETURNS = 30
LOOK_AGAIN = 0.5  # seconds, until a trouble of the bank was met

# The bank in trouble -----------------------------------------------------------------------


@dataclass(frozen=True)
class BankTrouble(Injection):
    """The bank misbehaves for a while: `rules` of its control call.

    `shows`: what its journal then says of a call; without it the bank was never met in trouble.
    """

    rules: tuple[tuple[str, object], ...] = ()
    shows: str = ""
    seconds: float = 4.0
    tells_people: bool = True

    def prepare(self, scene: Scene) -> None:
        """Let the trouble begin; the bank's day stays what it was."""
        _control(self.rules)
        scene.sleeps_until = time.monotonic() + self.seconds

    def awake(self, scene: Scene) -> None:
        """Let the bank behave again, once a call of ours has met the trouble."""
        calls = read_journal(scene.stage.journal).calls
        scene.has_happened = any(self.shows in call.outcome for call in calls)
        if scene.has_happened:
            _control(())
        else:
            scene.sleeps_until = time.monotonic() + LOOK_AGAIN


def _control(rules: tuple[tuple[str, object], ...]) -> None:
    """Change the bank's rules; those not named stay, its day above all."""
    normal = {"send": "normal", "return": "normal"}
    body = json.dumps(normal | dict(rules)).encode()
    configured_bank()._call("PUT", "/control", body).raise_for_status()


BANK_TROUBLES = tuple(
    BankTrouble(f"bank: {text}", rules=rules, shows=shows)
    for text, shows, rules in (
        ("accepts and does not answer", "accept_then_drop", (("send", "accept_then_drop"),)),
        ("accepts and answers too late", "late", (("send", "late"), ("late_seconds", 2.5))),
        ("neither accepts nor answers", "never_answer", (("send", "never_answer"),)),
        ("answers with an error of its own", "500", (("send", "error_500"),)),
        ("gives no return for long", "204", (("return", "never"),)),
    )
)
# A file goes to the database in one piece: its disk is the one that runs full. The trigger says
# what PostgreSQL says then, at the place where it would say it.
DISK_RUNS_FULL = """
CREATE FUNCTION no_space_left() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE 'could not extend file "base/16384/16999": No space left on device'
        USING ERRCODE = 'disk_full', HINT = 'Check free disk space.';
END $$;
CREATE TRIGGER no_space_left BEFORE INSERT ON accounts_document
    FOR EACH ROW EXECUTE FUNCTION no_space_left()
"""
ROOM_AGAIN = "DROP TRIGGER no_space_left ON accounts_document; DROP FUNCTION no_space_left()"


def full_disk(campaign: Campaign, name: str) -> Result:
    """Do an export on a full disk: it fails once and says why; asked for with room, it succeeds."""
    campaign.restore(name)
    started, deed, findings = time.monotonic(), BY_NAME[name], []
    with campaign.stage.admin(DATABASE) as admin:
        admin.execute(DISK_RUNS_FULL)
    with campaign.crew() as crew:
        if campaign.do(deed, crew) is None:
            findings.append("not settled on the full disk")
    with campaign.city.look():
        told = [(job.error, job.epoch) for job in Job.objects.filter(state=JobState.FAILED)]
    if len(told) != 1 or "磁盘" not in told[0][0] or told[0][1] != 1:
        findings.append(f"one failure that names the disk, at the first try, is not {told}")
    findings += checks.findings_of(campaign.city, campaign.stage.journal, jobs=False)
    with campaign.stage.admin(DATABASE) as admin:
        admin.execute(ROOM_AGAIN)
    with campaign.crew() as crew:
        if campaign.do(deed, crew) is None:
            findings.append("not settled with room again")
    with campaign.city.look():
        if not Job.objects.filter(kind=deed.job, state=JobState.DONE).exists():
            findings.append("not exported with room again")
    findings += checks.findings_of(campaign.city, campaign.stage.journal, jobs=False)
    return Result(name, "full disk, then room again", findings, time.monotonic() - started)


def deadly_job(campaign: Campaign) -> Result:
    """A job that kills every worker is given up, said to be, and may be asked for again."""
    campaign.restore("compare")
    started, deed, findings = time.monotonic(), BY_NAME["compare"], []
    with campaign.crew() as crew:
        campaign.points.arm(Point("payouts.tasks.compare_sources.before_commit", 0), "kill")
        if campaign.do(deed, crew) is None:
            return Result("compare", "kills every worker", ["tried for ever"], 30.0)
    with campaign.city.look():
        job = Job.objects.get(kind="payouts.tasks.compare_sources")
        is_told = Notice.objects.filter(
            recipient_id=job.requested_by_id, key=f"job-given-up:{job.pk}"
        ).exists()
    if job.state != JobState.FAILED or not job.error:
        findings.append(f"the job is {job.state}: {job.error}")
    if not is_told:
        findings.append("who asked for the job was not told")
    with campaign.crew() as crew:
        if campaign.do(deed, crew) is None:
            findings.append("asked for again, it does not settle")
    findings += checks.findings_of(campaign.city, campaign.stage.journal, jobs=False)
    seconds = time.monotonic() - started
    return Result("compare", "a job that kills every worker", findings, seconds)


# Return files ------------------------------------------------------------------------------


def bad_return_files(campaign: Campaign) -> list[Result]:
    """Offer thirty wrong return files to a batch that waits; then the right one."""
    campaign.restore("pay")
    with bank_alone(campaign):
        return _offer_bad_files(campaign)


def _offer_bad_files(campaign: Campaign) -> list[Result]:
    city, started = campaign.city, time.monotonic()
    deeds.release(city)
    with city.look():
        batch = PaymentBatch.objects.get(state=BatchState.RELEASED)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    content = deeds.return_of(batch.number)
    results = []
    for name, wrong in bad_returns(content):
        findings = _offer(city, wrong)
        seconds = time.monotonic() - started
        results.append(Result("pay", f"bad return file: {name}", findings, seconds))
        started = time.monotonic()
    if len(results) != BAD_RETURNS:
        results[0].findings.append(f"{len(results)} wrong files were made, not {BAD_RETURNS}")
    for name in ("the right return file after thirty wrong ones", "the same return file again"):
        findings = _offer_right(city, batch.pk, content)
        findings += checks.findings_of(city, campaign.stage.journal, jobs=False)
        results.append(Result("pay", name, findings, time.monotonic() - started))
    return results


def _offer_right(city: City, batch_id: int, content: bytes) -> list[str]:
    """Bring in the right file, by the same hand as the wrong ones: it counts once."""
    with city.act("PLAN", OFFICE) as actor:
        received = receive_return(
            actor=actor,
            content=content,
            file_name="return.txt",
            via=ReturnVia.UPLOAD,
            at=timezone.now(),
        )
    with city.look():
        batch = PaymentBatch.objects.get(pk=batch_id)
        settled = BankReturnLine.objects.filter(bank_return__batch=batch).count()
        vouchers = Voucher.objects.filter(source_kind="BANK_RETURN").count()
    found = (received.state, batch.state, settled, vouchers)
    expected = (ReturnState.APPLIED, BatchState.RETURNED, batch.line_count, 1)
    return [] if found == expected else [f"{found} after the right file, not {expected}"]


def _offer(city: City, content: bytes) -> list[str]:
    """Import a wrong file; return what is wrong with what came of it."""
    try:
        with city.act("PLAN", OFFICE) as actor:
            received = receive_return(
                actor=actor,
                content=content,
                file_name="return.txt",
                via=ReturnVia.UPLOAD,
                at=timezone.now(),
            )
        findings = [] if received.state == ReturnState.QUARANTINED else ["it was applied"]
    except (Forbidden, NotFound) as error:
        findings = [f"refused for who brings it, not for what it is: {error.message}"]
    except DomainError:
        findings = []
    except Exception as error:
        findings = [f"{type(error).__name__}: {error}"]
    with city.look():
        if BankReturnLine.objects.exists():
            findings.append("lines were settled")
        if PaymentBatch.objects.filter(state=BatchState.RETURNED).exists():
            findings.append("the batch is returned")
        if Voucher.objects.filter(source_kind="BANK_RETURN").exists():
            findings.append("a voucher was drafted")
    return findings


# Two people at once ------------------------------------------------------------------------


@dataclass(frozen=True)
class Race:
    """Two acts at the same moment; `judge` says what is wrong with how they ended.

    `after`: the deed before which it happens. `prepare`: what is done before, by nobody else.
    `alone`: whether each of the two succeeds when the other does not act at all.
    """

    name: str
    after: str
    one: Callable[[City], object]
    other: Callable[[City], object]
    judge: Callable[[City, list[bool]], list[str]]
    prepare: Callable[[City], object] | None = None
    alone: tuple[bool, bool] = (True, True)


def _withdraw(city: City) -> None:
    with city.act("FACC") as actor:
        batches.withdraw_batch(
            actor=actor, batch_id=deeds.batch().pk, reason="编制有误", at=city.at(26, 15)
        )


def _one_wins(_city: City, won: list[bool]) -> list[str]:
    return [] if sum(won) == 1 else [f"{sum(won)} of two succeeded"]


def _both_win(_city: City, won: list[bool]) -> list[str]:
    return [] if all(won) else [f"{sum(won)} of two succeeded"]


def _batch() -> PaymentBatch:
    return PaymentBatch.objects.get(parent__isnull=True)


def _ends_as(row: Callable[[], Model], one: str, other: str) -> Callable[..., list[str]]:
    """Return the judge of two acts on one matter: one wins, and the matter stands as it left it."""

    def judge(city: City, won: list[bool]) -> list[str]:
        findings = _one_wins(city, won)
        with city.look():
            state = row().state
        expected = one if won[0] else other
        return findings if state == expected else [*findings, f"it is {state}, not {expected}"]

    return judge


def _withdrawn_in_the_end(city: City, won: list[bool]) -> list[str]:
    """A batch may be withdrawn before it is checked or after, never checked once withdrawn."""
    with city.look():
        state = _batch().state
    return [] if won[1] and state == BatchState.WITHDRAWN else [f"{won}, and it is {state}"]


def _withdraw_plan(city: City) -> None:
    plan_id = _plan(city).pk
    with city.act("PLAN", OFFICE) as actor:
        plans.withdraw_plan(actor=actor, plan_id=plan_id, reason="编制有误", at=city.at(21, 15))


def _plan(city: City) -> DisbursementPlan:
    with city.look():
        return DisbursementPlan.objects.latest("pk")


def _draft_and_sign(city: City) -> None:
    """Draft a voucher of the month and have it signed up to its posting."""
    _draft_late(city)
    for sign in deeds.SIGN_VOUCHERS:
        sign(city)


def _posted_before_closed(city: City, _won: list[bool]) -> list[str]:
    """The voucher is posted before the month closes, or the closing is refused because of it."""
    with city.look():
        voucher = Voucher.objects.select_related("period").latest("pk")
    period = voucher.period
    if period.state != PeriodState.CLOSED:
        return []
    if voucher.state != VoucherState.POSTED:
        return [f"the month is closed over a voucher that is {voucher.state}"]
    return [] if voucher.posted_at <= period.closed_at else ["posted after the month was closed"]


def _closed_over_nothing_open(city: City, won: list[bool]) -> list[str]:
    """A voucher of the month is either in before the closing, or refused."""
    with city.look():
        late = Voucher.objects.filter(period__state="CLOSED").exclude(state="POSTED").count()
    return [f"{late} unfinished vouchers in a closed month"] if late else []


def _draft_late(city: City) -> None:
    from funds.enums import BusinessEvent, SourceKind  # noqa: PLC0415
    from funds.selectors.books import unemployment_book  # noqa: PLC0415
    from funds.services.vouchers import DraftLine, VoucherDraft, draft_voucher  # noqa: PLC0415

    zero, amount = Decimal("0.00"), Decimal("1.00")
    with city.act("FACC") as actor:
        draft_voucher(
            actor=actor,
            draft=VoucherDraft(
                book_id=unemployment_book().pk,
                voucher_date=city.day(28),
                event=BusinessEvent.BANK_INTEREST,
                summary="月末补记",
                source_kind=SourceKind.NONE,
                source_id=None,
                attachment_count=1,
                lines=[
                    DraftLine("1004", amount, zero, "借"),
                    DraftLine("420101", zero, amount, "贷"),
                ],
            ),
            at=city.at(28, 9),
        )


def _supersede(city: City) -> None:
    from reconciliation.services.statements import supersede_statement  # noqa: PLC0415

    with city.act("PLAN", OFFICE) as actor:
        supersede_statement(
            actor=actor,
            statement_id=deeds.statement().pk,
            reason="更正",
            at=city.calendar.now,
        )


def _closed_as_signed(city: City, _won: list[bool]) -> list[str]:
    from funds.models import Period  # noqa: PLC0415
    from reconciliation.models import OfficeStatement  # noqa: PLC0415

    with city.look():
        closed = Period.objects.filter(month=city.month, state="CLOSED").exists()
        signed = OfficeStatement.objects.filter(
            state__in=[StatementState.SIGNED, StatementState.CONFIRMED]
        ).exists()
    return ["the month is closed without a signed statement"] if closed and not signed else []


def _take_in(place: int) -> Callable[[City], object]:
    def act(city: City) -> None:
        office = next(office for office in city.city.offices if office.code == OFFICE)
        claim = applicant_of(city.city, office, place, city.recipients, city.seed, city.calendar)
        window.take_in(city, OFFICE, claim, "BEGUN", place)

    return act


RACES = (
    Race("two cases taken in", "compare", _take_in(1), _take_in(2), _both_win),
    Race(
        "two build the plan",
        "build_plan",
        BY_NAME["build_plan"].act,
        BY_NAME["build_plan"].act,
        _one_wins,
    ),
    Race("two cashiers release", "pay", deeds.release, deeds.release_by_the_other, _one_wins),
    Race("one cashier releases twice", "pay", deeds.release, deeds.release, _one_wins),
    Race(
        "release against withdraw",
        "pay",
        deeds.release,
        _withdraw,
        _ends_as(_batch, BatchState.RELEASED, BatchState.WITHDRAWN),
    ),
    Race(
        "check against withdraw",
        "write_batch_file",
        BY_NAME["write_batch_file"].act,
        _withdraw,
        _withdrawn_in_the_end,
    ),
    Race(
        "submit against withdraw",
        "submit_plan",
        BY_NAME["submit_plan"].act,
        _withdraw_plan,
        _ends_as(
            lambda: DisbursementPlan.objects.latest("pk"), PlanState.OFFICE, PlanState.WITHDRAWN
        ),
    ),
    Race(
        "two sign the plan",
        "sign_plan_leader",
        BY_NAME["sign_plan_leader"].act,
        BY_NAME["sign_plan_leader"].act,
        _one_wins,
    ),
    Race(
        "close against post",
        "close_month",
        BY_NAME["close_month"].act,
        BY_NAME["post_paid"].act,
        _posted_before_closed,
        prepare=_draft_and_sign,
        alone=(False, True),
    ),
    Race(
        "close against draft",
        "close_month",
        BY_NAME["close_month"].act,
        _draft_late,
        _closed_over_nothing_open,
    ),
    Race(
        "close against a new version",
        "close_month",
        BY_NAME["close_month"].act,
        _supersede,
        _closed_as_signed,
    ),
    Race(
        "two post the same vouchers",
        "post_paid",
        BY_NAME["post_paid"].act,
        BY_NAME["post_paid"].act,
        lambda _city, won: [] if any(won) else ["nobody posted"],
    ),
)


def run_alone(campaign: Campaign, race: Race) -> Result:
    """Let each of the two act without the other: a race that one cannot win proves nothing."""
    started, findings = time.monotonic(), []
    for act, expected in zip((race.one, race.other), race.alone, strict=True):
        campaign.restore(race.after)
        campaign.points.clear()
        if race.prepare is not None:
            race.prepare(campaign.city)
        crew = Crew(campaign.points.folder, campaign.log, plant=campaign.plant)
        status = await_end(crew.fork("alone", lambda act=act: act_once(act, campaign.city)), 20)
        crew.running.clear()
        code = None if status is None else os.waitstatus_to_exitcode(status)
        if code != (0 if expected else REFUSED):
            findings.append(f"alone it ends with {code}, expected success: {expected}")
    text = f"{race.name}: each alone"
    return Result(race.after, text, findings, time.monotonic() - started)


def run_race(campaign: Campaign, race: Race) -> Result:
    """Let two processes act at the same moment, and look at what came of it."""
    campaign.restore(race.after)
    campaign.points.clear()
    started, city = time.monotonic(), campaign.city
    if race.prepare is not None:
        race.prepare(city)
    crew = Crew(campaign.points.folder, campaign.log, plant=campaign.plant)
    line = multiprocessing.get_context("fork").Barrier(2)

    def racing(act: Callable[[City], object], late: float) -> Callable[[], None]:
        def work() -> None:
            with city.look():  # connected before the shot
                pass
            connections["default"].ensure_connection()
            line.wait(timeout=20)
            time.sleep(late)
            act_once(act, city)

        return work

    lead = campaign.random.uniform(-0.02, 0.02)
    pids = [
        crew.fork("one", racing(race.one, max(lead, 0.0))),
        crew.fork("other", racing(race.other, max(-lead, 0.0))),
    ]
    statuses = [await_end(pid, 20) for pid in pids]
    crew.running.clear()
    findings = [f"{race.name}: one of them hangs" for status in statuses if status is None]
    codes = [os.waitstatus_to_exitcode(status) for status in statuses if status is not None]
    findings += ["one of them crashed" for code in codes if code not in {0, REFUSED}]
    won = [status is not None and os.waitstatus_to_exitcode(status) == 0 for status in statuses]
    findings += race.judge(city, won)
    findings += checks.findings_of(city, campaign.stage.journal, jobs=False)
    seconds = time.monotonic() - started
    winners = {(True, False): "one", (False, True): "other", (True, True): "both"}
    text = f"{race.name} ({winners.get((won[0], won[1]), 'nobody')})"
    return Result(race.after, text, findings, seconds)
