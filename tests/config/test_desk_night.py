"""What the first page tells of the night, and what has waited longest for whom."""

from datetime import date, datetime, timedelta
from unittest.mock import ANY

import pytest
from django.utils import timezone

from accounts.enums import JobState
from accounts.models import Job, Notice, OutboxEvent
from accounts.services.jobs import run_job
from config import nightly
from config.desk import list_oldest
from config.desk_night import list_night_lines
from config.invariants import INVARIANTS
from config.tasks import request_nightly_checks
from payouts.models import BankReturn
from tests.city import NOW, TODAY, another_city, found_city
from tests.reconciliation.build import approved_plan, pay

EAST, WEST = "510402", "510403"
MIDDAY = NOW + timedelta(hours=3)


@pytest.fixture
def committed_city(transactional_db):
    return found_city()


def night(city, post, office="510400", now=MIDDAY):
    lines = list_night_lines(actor=city.actor(post, office), today=timezone.localdate(now), now=now)
    return {line.label: (line.tone, line.text, line.url) for line in lines}


# The nightly check ------------------------------------------------------------------------------


def check(city):
    """Ask for the day's check now and let a worker do it."""
    assert nightly.request_check(pool_id=city.pool.pk, at=timezone.now())
    with city.tenant():
        job = Job.objects.filter(kind=nightly.TASK).latest("pk")
    run_job(pool_id=city.pool.pk, job_id=job.pk, work=nightly.check_pool)
    with city.tenant():
        job.refresh_from_db()
    return job


def test_before_the_first_night_the_desk_says_so(city):
    assert night(city, "SYS")["系统自检"][:2] == ("amber", "还没有运行过，每天凌晨2:30自动运行")


def test_a_clean_night_is_told_with_its_hour_and_number_of_properties(committed_city):
    city = committed_city
    job = check(city)
    assert job.error == ""
    now = timezone.now()
    assert (job.state, job.done, job.total) == (JobState.DONE, len(INVARIANTS), len(INVARIANTS))
    with city.tenant():
        hour = f"{timezone.localtime(job.finished_at):%m-%d %H:%M}"
        text = f"{hour} 检查{len(INVARIANTS)}项，未发现不符"
        assert night(city, "SYS", now=now)["系统自检"] == (
            "green", text, f"/accounts/jobs/{job.pk}/",
        )  # fmt: skip
        of_a_clerk = night(city, "ACC", EAST, now)["系统自检"]
        assert of_a_clerk == ("green", text, ""), "the job is the city's"


def test_a_violation_fails_the_night_and_warns_the_readers_of_the_trail(committed_city):
    city = committed_city
    with city.tenant():
        lost = timezone.now() - timedelta(hours=1)
        OutboxEvent.objects.create(pool=city.pool, task="funds.tasks.lost", created_at=lost)
    job = check(city)
    assert job.state == JobState.FAILED
    assert job.error.startswith("发现1处不符：X06")
    now = timezone.now()
    with city.tenant():
        tone, text, url = night(city, "RISK", now=now)["系统自检"]
        assert (tone, url) == ("red", f"/accounts/jobs/{job.pk}/")
        assert "发现1处不符" in text
        tone, text, url = night(city, "ACC", EAST, now)["系统自检"]
        assert (tone, url) == ("red", "")
        assert "正在查明" in text, "what it found is the city's to know"
        told = Notice.objects.filter(key=f"invariants-{job.pk}")
        assert city.actor("RISK").user_id in told.values_list("recipient_id", flat=True)
        assert city.actor("ACC", EAST).user_id not in told.values_list("recipient_id", flat=True)


def test_a_night_without_a_check_is_noticed(committed_city):
    city = committed_city
    check(city)
    with city.tenant():
        tone, text, _ = night(city, "SYS", now=timezone.now() + timedelta(hours=27))["系统自检"]
    assert (tone, text[:6]) == ("amber", "昨夜没有运行")


def test_the_check_is_asked_for_once_a_day_in_every_pool(committed_city):
    other = another_city()
    assert request_nightly_checks() == 2
    assert request_nightly_checks() == 0
    for pool in (committed_city, other):
        with pool.tenant():
            [job] = Job.objects.filter(kind=nightly.TASK)
            assert OutboxEvent.objects.filter(arguments__job_id=job.pk, task=nightly.TASK).exists()
            assert job.organisation.level == "CITY"


# Jobs, sources, returns ------------------------------------------------------------------------


def failed_job(city, office, at, title="三源比对"):
    return Job.objects.create(
        pool=city.pool,
        kind="payouts.tasks.compare_sources",
        key=f"{office}{at}",
        title=title,
        organisation=city.offices[office],
        state=JobState.FAILED,
        error="参保信息已过期",
        created_at=at,
        finished_at=at,
    )


def test_failed_jobs_since_yesterday_are_told_to_those_who_may_read_them(city):
    assert night(city, "PLAN", EAST)["后台作业"] == ("green", "昨日以来没有失败的作业", "")
    failed_job(city, EAST, NOW - timedelta(days=3))
    assert night(city, "PLAN", EAST)["后台作业"][0] == "green", "three days ago is not last night"
    job = failed_job(city, EAST, NOW - timedelta(hours=20))
    lines = list_night_lines(actor=city.actor("PLAN", EAST), today=TODAY, now=MIDDAY)
    told = [(line.tone, line.text, line.url) for line in lines if line.label == "后台作业"]
    assert told == [
        ("red", "昨日以来1项作业失败", "/accounts/jobs/?scope=office&state=FAILED"),
        ("red", "三源比对：参保信息已过期", f"/accounts/jobs/{job.pk}/"),
    ]
    assert [line.tone for line in lines][:2] == ["red", "red"], "trouble stands on top"
    assert night(city, "SYS")["后台作业"][0] == "red", "the city reaches every office"
    assert night(city, "PLAN", WEST)["后台作业"][0] == "green"


def test_stale_sources_are_told_to_those_who_look_at_sources(city):
    assert night(city, "DATA")["全国社保参保信息"] == ("red", "还没有导入", "/payouts/sources/")
    approved_plan(city, EAST, ["1.00"])  # brings both sources, with data of the first of October
    assert night(city, "DATA")["全国社保参保信息"][:2] == ("green", "数据截至10-01，32天前")
    tone, text, _ = night(city, "DATA", now=MIDDAY + timedelta(days=20))["职工医保参保信息"]
    assert (tone, text) == ("red", "数据截至10-01，已52天，超过45天")
    assert "职工医保参保信息" not in night(city, "FACC"), "finance reads no sources"


def test_a_quarantined_return_of_the_night_is_told(city):
    batch = pay(city, EAST, ["5.00"], answered=False)
    assert night(city, "PLAN", EAST)["银行回盘"][0] == "green"
    taken = pay(city, WEST, ["6.00"])
    BankReturn.objects.create(
        pool=city.pool,
        document=taken.returns.get().document,
        sha256="b" * 64,
        via="UPLOAD",
        state="QUARANTINED",
        batch=batch,
        problem="合计不符",
        received_at=NOW - timedelta(hours=2),
    )
    url = "/payouts/returns/?tab=quarantined"
    assert night(city, "FACC")["银行回盘"] == ("red", "昨日以来1个回盘文件被隔离", url)


# The oldest work --------------------------------------------------------------------------------


def oldest(city, post, office="510400", today=TODAY):
    rows = list_oldest(actor=city.actor(post, office), today=today)
    return [(row.label, row.subject, row.days_left) for row in rows]


def test_a_sent_batch_waits_for_its_return_with_its_working_days(city):
    pay(city, EAST, ["5.00"], answered=False)
    pay(city, WEST, ["6.00"], answered=False)
    [(label, subject, left)] = oldest(city, "PLAN", EAST)
    assert (label, subject.split(" · ")[:2]) == ("批次待回盘", ["东区", "失业保险金"])
    assert left < 0, "its benefit month is long past"
    assert len(oldest(city, "FACC")) == 2
    assert oldest(city, "REV1", EAST) == []


def test_what_is_late_stands_on_top_and_the_rest_by_age(city):
    late = approved_plan(city, EAST, ["1.00"])  # of a month long past
    due = approved_plan(city, WEST, ["1.00"], month=date(2026, 11, 1))
    type(due).objects.filter(pk=due.pk).update(approved_at=NOW - timedelta(days=9))
    type(late).objects.filter(pk=late.pk).update(approved_at=NOW)
    found = oldest(city, "FACC")
    assert [(label, left < 0) for label, _, left in found] == [
        ("待申请用款", True),
        ("待申请用款", False),
    ]
    assert [subject.split(" · ")[0] for _, subject, _ in found] == ["东区", "西区"]


def test_a_failed_payment_waits_for_the_planner_of_its_office(city):
    pay(city, EAST, ["5.00", "6.00"], fails=[1])
    assert oldest(city, "PLAN", EAST) == [("支付失败待申请重发", ANY, None)]
    assert oldest(city, "PLAN", WEST) == []


def test_at_most_eight_things_are_listed(city):
    for number in range(10):
        pay(city, EAST, [f"{number + 1}.00"], answered=False)
    assert len(oldest(city, "PLAN", EAST)) == 8


def test_the_day_begins_at_midnight_in_the_city(city):
    failed_job(city, EAST, datetime(2026, 10, 31, 15, 59, tzinfo=NOW.tzinfo))
    assert night(city, "PLAN", EAST)["后台作业"][0] == "green", "23:59 of the day before yesterday"
    failed_job(city, EAST, datetime(2026, 10, 31, 16, 1, tzinfo=NOW.tzinfo))
    assert night(city, "PLAN", EAST)["后台作业"][0] == "red", "00:01 of yesterday"
