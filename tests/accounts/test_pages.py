"""Every page of accounts: who may open it, what it shows, what it refuses."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

import accounts
from accounts.duties import Duty
from accounts.models import AuditEvent, Job, Notice, PostGrant
from accounts.services import audit
from accounts.services.documents import CSV, NewDocument, store_document
from accounts.services.jobs import JobRequest, request_job
from accounts.verbs import JOBS, VERBS
from common.actor import Job as Worker
from config.celery import app as celery
from config.demo.loading import LOADED
from tests.city import NOW, another_city

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def browser(city, post, office="510400"):
    """A browser in which the person of that post is signed in."""
    with city.tenant():
        user = city.user(post, office)
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


PAGES = {
    "me": {"ACC", "RISK", "PERM", "LOGA", "OFFH"},
    "notices": {"ACC", "RISK", "PERM", "LOGA", "OFFH"},
    "jobs": {"ACC", "RISK", "PERM", "LOGA", "OFFH"},
    "people": {"RISK", "PERM", "OFFH"},
    "organisations": {"RISK", "PERM", "OFFH"},
    "posts": {"RISK", "PERM", "OFFH"},
    "grants": {"RISK", "PERM", "OFFH"},
    "grant_new": {"OFFH"},
    "audit": {"RISK", "LOGA"},
    "parameters": {"RISK"},
}


def test_a_page_opens_for_the_posts_that_hold_its_duty_and_for_no_other(city):
    for post in ("ACC", "RISK", "PERM", "LOGA", "OFFH"):
        client = browser(city, post)
        for name, posts in PAGES.items():
            response = client.get(reverse(f"accounts:{name}"))
            assert response.status_code == (200 if post in posts else 403), (post, name)


def test_another_offices_grant_and_job_look_as_if_they_were_not_there(city):
    with city.tenant():
        job = a_job(city, "510403")
        grant = city.actor("ACC", "510403").grant_id
    client = browser(city, "OFFH", "510402")
    for url in (
        reverse("accounts:grant", args=[grant]),
        reverse("accounts:job", args=[job.pk]),
        reverse("accounts:grant", args=[999_999_999]),
    ):
        answer = client.get(url)
        assert answer.status_code == 404
        assert "没有找到，或不在您的管理范围内" in answer.content.decode()
    assert browser(city, "OFFH", "510403").get(f"/accounts/grants/{grant}/").status_code == 200


def test_another_citys_rows_are_not_there(city):
    other = another_city()
    with other.tenant():
        grant = other.actor("ACC", "513401").grant_id
        user = other.user("ACC", "513401").pk
    client = browser(city, "PERM")
    assert client.get(f"/accounts/grants/{grant}/").status_code == 404
    assert client.post(f"/accounts/people/{user}/unlock/").status_code == 404
    assert "西昌" not in client.get("/accounts/people/").content.decode()


def a_job(city, office="510402", requested_by="ACC"):
    """A queued job of an office."""
    request = JobRequest("payouts.tasks.x", "1", "导入医保数据", city.offices[office].pk, {})
    return request_job(actor=city.actor(requested_by, office), request=request, at=NOW)


def test_a_job_shows_its_progress_and_asks_for_itself_without_keeping_the_session_alive(city):
    with city.tenant():
        job = a_job(city)
    client = browser(city, "ACC", "510402")
    url = reverse("accounts:job", args=[job.pk])
    whole = client.get(url).content.decode()
    part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "导入医保数据" in whole
    assert "<html" in whole
    assert "<html" not in part
    assert f'hx-get="{url}"' in part
    assert '"Polling"' in part
    with city.tenant():
        Job.objects.filter(pk=job.pk).update(state="RUNNING")
        Job.objects.filter(pk=job.pk).update(state="FAILED", error="第3行", finished_at=NOW)
    part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in part
    assert "第3行" in part
    assert "导入医保数据" in client.get("/accounts/jobs/").content.decode()
    assert (
        "导入医保数据"
        in browser(city, "PLAN", "510402").get("/accounts/jobs/?scope=office").content.decode()
    )


class TestDocuments:
    def stored(self, city):
        with city.tenant():
            return store_document(
                actor=city.actor("PLAN", "510402"), at=NOW,
                document=NewDocument(
                    city.offices["510402"].pk, Duty.PLAN_READ, "明细", "明细.csv", CSV,
                    "姓名\n张三\n".encode(),
                ),
            )  # fmt: skip

    def test_a_post_that_may_read_it_gets_the_file_and_leaves_a_trace(self, city):
        document = self.stored(city)
        answer = browser(city, "PLAN", "510402").get(f"/accounts/documents/{document.pk}/")
        assert answer.content.decode() == "姓名\n张三\n"
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        with city.tenant():
            event = AuditEvent.objects.get(verb="accounts.document.downloaded")
            assert event.after == {"sha256": document.sha256}
            assert event.person_id == city.actor("PLAN", "510402").user_id

    def test_other_offices_and_other_posts_do_not_get_it(self, city):
        url = f"/accounts/documents/{self.stored(city).pk}/"
        assert browser(city, "PLAN", "510403").get(url).status_code == 404
        assert browser(city, "LOGA").get(url).status_code == 403
        with city.tenant():
            assert not AuditEvent.objects.exists()


class TestNotices:
    def told(self, city, text="案件已退回", kind="RETURNED"):
        with city.tenant():
            return Notice.objects.create(
                pool=city.pool, recipient=city.user("ACC", "510402"), kind=kind, text=text,
                url="/accounts/jobs/", key=text, created_at=NOW,
            )  # fmt: skip

    def test_the_bell_counts_and_opening_a_message_reads_it_and_goes_there(self, city):
        notice = self.told(city)
        self.told(city, "待办", "TASK")
        client = browser(city, "ACC", "510402")
        desk = client.get("/").content.decode()
        assert "案件已退回" in desk
        assert '<b class="count">2<span' in desk
        assert client.get(f"/accounts/notices/{notice.pk}/").url == "/accounts/jobs/"
        assert '<b class="count">1<span' in client.get("/").content.decode()

    def test_messages_are_listed_by_kind_and_may_all_be_marked_read(self, city):
        self.told(city)
        self.told(city, "请复核", "TASK")
        client = browser(city, "ACC", "510402")
        tasks = client.get("/accounts/notices/?kind=TASK").content.decode()
        assert "请复核" in tasks
        assert "案件已退回" not in tasks
        client.post("/accounts/notices/")
        assert "没有未读消息" in client.get("/accounts/notices/?unread=1").content.decode()

    def test_nobody_reads_a_colleagues_message(self, city):
        notice = self.told(city)
        assert (
            browser(city, "REV1", "510402").get(f"/accounts/notices/{notice.pk}/").status_code
            == 404
        )


class TestGrantScreens:
    def test_the_collision_is_on_the_screen_before_anything_is_signed(self, city):
        with city.tenant():
            clerk, centre = city.user("ACC"), city.offices["510400"].pk
        client = browser(city, "DEPT")
        asked = {"person": clerk.username, "post": "FACC", "organisation": centre,
                 "valid_from": "2026-11-02"}  # fmt: skip
        page = client.get("/accounts/grants/new/", asked).content.decode()
        assert "市本级ACC现任受理岗（市本级），与会计岗不得兼任" in page
        asked["post"] = "OFFH"
        assert "没有冲突" in client.get("/accounts/grants/new/", asked).content.decode()

    def test_wrong_input_keeps_what_was_typed_and_says_where(self, city):
        client = browser(city, "DEPT")
        answer = client.post(
            "/accounts/grants/new/",
            {"person": "无此人", "post": "ACC", "valid_from": "2026-13-01", "reason": "轮岗"},
        )
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "请输入工号，或从列表中选择一名人员" in page
        assert 'value="2026-13-01"' in page
        assert "轮岗" in page

    def test_three_browsers_bring_a_grant_into_force_and_a_fourth_ends_it(self, city):
        with city.tenant():
            clerk, office = city.user("ACC", "510402"), city.offices["510402"].pk
        browser(city, "OFFH", "510402").post(
            "/accounts/grants/new/",
            {"person": clerk.username, "post": "APP", "organisation": office,
             "valid_from": "20261102", "reason": "轮岗"},
        )  # fmt: skip
        with city.tenant():
            grant = PostGrant.objects.latest("id")
        url = reverse("accounts:grant", args=[grant.pk])
        for post, place, word in (("RISK", "510402", "审核通过"), ("HEAD", "510400", "核准授权")):
            client = browser(city, post, place)
            assert "岗位授权待办" in client.get("/").content.decode()
            page = client.get(url)
            assert word in page.content.decode()
            sheet = page.context["sheet"]
            client.post(
                url,
                {"decision": "APPROVE", "opinion": "同意", "seen_sha256": sheet.content_sha256},
            )
        keeper = browser(city, "PERM")
        assert "已生效" in keeper.get(url).content.decode()
        keeper.post(f"{url}revoke/", {"reason": "调离"})
        page = keeper.get(url).content.decode()
        assert "已撤销" in page
        assert "调离" in page

    def test_who_may_not_sign_reads_why(self, city):
        with city.tenant():
            clerk = city.actor("ACC", "510402")
        client = browser(city, "OFFH", "510402")
        with city.tenant():
            office = city.offices["510402"].pk
        client.post(
            "/accounts/grants/new/",
            {"person": "acc510402", "post": "APP", "organisation": office,
             "valid_from": "20261102", "reason": "轮岗"},
        )  # fmt: skip
        with city.tenant():
            grant = PostGrant.objects.filter(user_id=clerk.user_id).latest("id")
        url = reverse("accounts:grant", args=[grant.pk])
        page = client.get(url)
        assert "您的当前岗位不办理此环节" in page.content.decode()
        seen = page.context["sheet"].content_sha256
        refused = client.post(url, {"decision": "APPROVE", "opinion": "", "seen_sha256": seen})
        assert refused.status_code == 403
        assert "您当前的岗位没有此项权限" in refused.content.decode()


def test_every_verb_that_services_record_has_words():
    root = Path(accounts.__file__).resolve().parent.parent
    apps = "accounts|funds|payouts|reconciliation"
    verb = re.compile(rf'"((?:{apps})\.(?!tasks)[a-z_]+\.[a-z_]+)"')
    found = {
        match
        for app in apps.split("|")
        for path in (root / app / "services").rglob("*.py")
        for match in verb.findall(path.read_text(encoding="utf-8"))
    }
    assert len(found) > 30
    assert (found | {LOADED}) - set(VERBS) == set()


def test_every_job_that_acts_in_nobodys_name_has_words():
    """Tasks by their names, and every name that a piece of code acts under."""
    root = Path(accounts.__file__).resolve().parent.parent
    apps = ("accounts", "funds", "payouts", "reconciliation", "config")
    named = re.compile(r'\bJob(?:Actor)?\([^()]*?"([^"]+)"\)|^ACTOR = "([^"]+)"', re.MULTILINE)
    found = {
        name
        for app in apps
        for path in (root / app).rglob("*.py")
        for names in named.findall(path.read_text(encoding="utf-8"))
        for name in names
        if name
    }
    assert len(found) > 20
    celery.loader.import_default_modules()
    found |= {name for name in celery.tasks if name.startswith(tuple(f"{app}." for app in apps))}
    words = {name.rpartition(".")[2] for name in found}
    assert words == set(JOBS)


class TestWhoActed:
    def test_my_page_names_the_post_i_acted_under(self, city):
        with city.tenant():
            act_on(city, city.actor("ACC", "510402"))
        page = browser(city, "ACC", "510402").get(reverse("accounts:me"))
        [act] = page.context["acts"]
        assert (act.post, act.verb_label) == ("受理岗", "新建受理")

    def test_the_trail_tells_what_a_job_did_by_its_words(self, city):
        with city.tenant():
            act_on(city, Worker(city.pool.pk, "payouts.tasks.build_plan"))
        page = browser(city, "LOGA").get(reverse("accounts:audit"))
        told = [(line.who, line.post) for line in page.context["listing"].rows]
        assert ("系统", "编制发放计划") in told


def act_on(city, actor):
    audit.record(actor=actor, verb="payouts.case.opened", subject=city.pool, at=NOW)
