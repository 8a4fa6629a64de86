"""What went wrong last night: the nightly check, failed jobs, stale sources, strange returns."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.permissions import duties_of
from accounts.selectors.night import LastRun, get_last_run, list_failed_jobs
from common.actor import Person
from config.nightly import TASK
from payouts.selectors.returns import count_quarantined
from payouts.selectors.sources import list_freshness

CHECK_EVERY = timedelta(hours=26)  # the nightly check, with room for a slow night
GOOD, WARN, BAD = "green", "amber", "red"
WORDS = {GOOD: "正常", WARN: "注意", BAD: "异常"}


@dataclass(frozen=True, slots=True)
class NightLine:
    """One thing that was looked at: its name, how it stands, in words, and where to look."""

    label: str
    tone: str
    text: str
    url: str = ""

    @property
    def word(self) -> str:
        """Return the tone in words."""
        return WORDS[self.tone]


def list_night_lines(*, actor: Person, today: date, now: datetime) -> list[NightLine]:
    """Return what happened since yesterday morning, as far as the post may know of it."""
    duties = duties_of(actor)
    since = start_of_day(today - timedelta(days=1))
    lines = [_check(get_last_run(actor=actor, kind=TASK), now), *_jobs(actor, since)]
    if Duty.SOURCE_READ.value in duties:
        lines += _sources(today)
    if Duty.BATCH_READ.value in duties:
        lines.append(_returns(actor, since))
    return sorted(lines, key=lambda line: (BAD, WARN, GOOD).index(line.tone))


def start_of_day(day: date) -> datetime:
    """Return the midnight a day begins with, in the city's time."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


def _check(run: LastRun | None, now: datetime) -> NightLine:
    label = "系统自检"
    if run is None:
        return NightLine(label, WARN, "还没有运行过，每天凌晨2:30自动运行")
    at = timezone.localtime(run.finished_at)
    when = f"{at:%m-%d %H:%M}"
    if not run.is_good:
        text = run.error or "发现不符或未能完成，市中心稽核和系统管理人员正在查明"
        return NightLine(label, BAD, f"{when} {_short(text)}", run.url)
    if now - run.finished_at > CHECK_EVERY:
        return NightLine(label, WARN, f"昨夜没有运行，上次为{when}，未发现不符", run.url)
    return NightLine(label, GOOD, f"{when} 检查{run.checked}项，未发现不符", run.url)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def _jobs(actor: Person, since: datetime) -> list[NightLine]:
    label, failed = "后台作业", list_failed_jobs(actor=actor, since=since, without=TASK)
    if not failed.count:
        return [NightLine(label, GOOD, "昨日以来没有失败的作业")]
    everything = f"{reverse('accounts:jobs')}?scope=office&state=FAILED"
    lines = [NightLine(label, BAD, f"昨日以来{failed.count}项作业失败", everything)]
    return lines + [
        NightLine(label, BAD, _short(f"{job.label}：{job.error}"), job.url) for job in failed.newest
    ]


def _sources(today: date) -> list[NightLine]:
    url, lines = reverse("payouts:sources"), []
    for source in list_freshness(today=today):
        if source.data_date is None:
            lines.append(NightLine(source.label, BAD, "还没有导入", url))
        elif source.is_stale:
            age = f"已{source.age_days}天，超过{source.limit_days}天"
            text = f"数据截至{source.data_date:%m-%d}，{age}"
            lines.append(NightLine(source.label, BAD, text, url))
        else:
            text = f"数据截至{source.data_date:%m-%d}，{source.age_days}天前"
            lines.append(NightLine(source.label, GOOD, text, url))
    return lines


def _returns(actor: Person, since: datetime) -> NightLine:
    label, count = "银行回盘", count_quarantined(actor=actor, since=since)
    if not count:
        return NightLine(label, GOOD, "昨日以来没有异常回盘")
    url = f"{reverse('payouts:returns')}?tab=quarantined"
    return NightLine(label, BAD, f"昨日以来{count}个回盘文件被隔离", url)
