"""Lists as workbooks: what the screen showed, masked, safe, by a job, for those who may."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import JobState
from accounts.models import AuditEvent, Document, Job, Notice, User
from accounts.permissions import DutyNotHeld
from accounts.selectors.directory import PEOPLE
from accounts.selectors.work import ExportExpired, get_document
from accounts.services import list_exports
from accounts.services.grants import revoke_grant
from accounts.services.jobs import JobExists
from accounts.services.list_exports import (
    ExportUnreadable,
    ListEmpty,
    ListTooLong,
    request_export,
)
from accounts.tasks import export_list
from common.lists import Narrowing, sign_export
from tests.city import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def token(sort="number", **filters):
    words = [("姓名", filters["text"])] if "text" in filters else []
    return sign_export(PEOPLE, Narrowing(filters, words, bool(words)), sort)


def asked(city, actor, carried=None, at=NOW):
    with city.tenant(actor):
        return request_export(actor=actor, token=carried or token(), at=at)


def written(city, actor, carried=None):
    """Ask for a list and let the worker write it; return its job and its rows."""
    job = asked(city, actor, carried)
    export_list(pool_id=city.pool.pk, job_id=job.pk)
    with city.tenant(actor):
        job = Job.objects.get(pk=job.pk)
        content = bytes(job.report.content) if job.report else b""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active if content else None
    return job, sheet and [list(row) for row in sheet.iter_rows(values_only=True)]


def test_the_workbook_holds_what_the_filter_shows_in_its_order(city, monkeypatch):
    monkeypatch.setattr(list_exports, "CHUNK", 2)
    actor = city.actor("OFFH", "510402")
    job, rows = written(city, actor, token(sort="-number", text="东区"))
    title, conditions, when, masked, head, *people = rows
    assert title[0] == "人员"
    assert conditions[0] == "筛选条件：姓名：东区"
    assert "东区OFFH（经办机构负责人）" in when[0]
    assert "共7条" in when[0]
    assert "脱敏" in masked[0]
    assert head == ["工号", "姓名", "所属机构", "在编", "现任岗位", "上次登录", "状态"]
    with city.tenant(actor):
        names = User.objects.filter(organisation=city.offices["510402"]).order_by("-username")
        assert [row[0] for row in people] == list(names.values_list("username", flat=True))
    assert (job.state, job.done, job.total) == (JobState.DONE, 7, 7)


def test_a_city_post_gets_all_offices_and_a_county_post_its_own(city):
    _, city_rows = written(city, city.actor("LEAD"))
    _, own_rows = written(city, city.actor("OFFH", "510402"))
    assert {row[2] for row in city_rows[5:]} == {office.short_name for office in offices(city)}
    assert {row[2] for row in own_rows[5:]} == {"东区"}


def offices(city):
    return city.offices.values()


def test_a_name_that_looks_like_a_formula_stays_text(city):
    actor = city.actor("OFFH", "510402")
    with city.tenant(actor):
        User.objects.filter(pk=city.actor("ACC", "510402").user_id).update(name="=1+1")
        job = request_export(actor=actor, token=token(text="=1+1"), at=NOW)
    export_list(pool_id=city.pool.pk, job_id=job.pk)
    with city.tenant(actor):
        content = bytes(Job.objects.get(pk=job.pk).report.content)
    cell = openpyxl.load_workbook(io.BytesIO(content)).active["B6"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_asking_and_taking_leave_a_trace_and_the_person_is_told(city):
    actor = city.actor("LEAD")
    job, _ = written(city, actor, token(text="东区"))
    with city.tenant(actor):
        event = AuditEvent.objects.get(verb="accounts.list.exported")
        assert (event.person_id, event.subject_label) == (actor.user_id, "人员")
        assert event.after == {"filters": "姓名：东区", "rows": 7}
        notice = Notice.objects.get(recipient_id=actor.user_id)
        assert notice.url == job.result_url == reverse("accounts:document", args=[job.report_id])


def test_only_a_post_that_reads_the_list_may_ask_and_download(city):
    clerk, leader = city.actor("ACC", "510402"), city.actor("LEAD")
    with pytest.raises(DutyNotHeld):
        asked(city, clerk)
    job, _ = written(city, leader)
    with city.tenant(), pytest.raises(DutyNotHeld):
        get_document(actor=city.actor("FACC"), document_id=job.report_id, now=NOW)
    with city.tenant():
        assert get_document(actor=city.actor("HEAD"), document_id=job.report_id, now=NOW)


def test_the_download_ends_after_a_week(city):
    leader = city.actor("LEAD")
    job, _ = written(city, leader)
    with city.tenant():
        made = Document.objects.get(pk=job.report_id).created_at
        week = timedelta(days=7)
        assert get_document(actor=leader, document_id=job.report_id, now=made + week)
        with pytest.raises(ExportExpired):
            get_document(
                actor=leader, document_id=job.report_id, now=made + week + timedelta(seconds=1)
            )


def test_an_export_ends_with_the_grant_under_which_it_was_asked_for(city):
    leader = city.actor("LEAD")
    job = asked(city, leader)
    with city.tenant():
        revoke_grant(actor=city.actor("PERM"), grant_id=leader.grant_id, reason="调离", at=NOW)
    export_list(pool_id=city.pool.pk, job_id=job.pk)
    with city.tenant():
        job.refresh_from_db()
        assert (job.state, job.report_id) == (JobState.FAILED, None)
        assert job.error == DutyNotHeld.message


def test_too_many_none_and_the_same_again_are_refused(city, monkeypatch):
    leader = city.actor("LEAD")
    with pytest.raises(ListEmpty):
        asked(city, leader, token(text="无此人"))
    asked(city, leader)
    with pytest.raises(JobExists):
        asked(city, leader, at=NOW + timedelta(seconds=30))
    assert asked(city, leader, at=NOW + timedelta(minutes=1))
    monkeypatch.setattr(list_exports, "ROW_LIMIT", 3)
    with pytest.raises(ListTooLong):
        asked(city, leader, at=NOW + timedelta(minutes=2))
    with pytest.raises(ExportUnreadable):
        asked(city, leader, token()[:-1] + "x")


def test_the_button_on_the_page_leads_to_the_job(city):
    client = Client()
    with city.tenant():
        client.force_login(city.user("LEAD"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("accounts:people"), {"q": "东区", "sort": "name"})
    carried = page.context["listing"].export_token
    assert carried in page.content.decode()
    answer = client.post(reverse("accounts:list_export"), {"token": carried})
    with city.tenant():
        job = Job.objects.get(kind="accounts.tasks.export_list")
        assert job.arguments["request"]["filters"]["text"] == "东区"
    assert answer.headers["Location"] == reverse("accounts:job", args=[job.pk])
    refused = client.post(reverse("accounts:list_export"), {"token": "x"})
    assert refused.headers["Location"] == reverse("accounts:jobs")
