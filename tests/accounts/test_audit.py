"""The audit trail: its digests, its chain, and what tampering looks like."""

import io
import json
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse

from accounts.models import AuditEvent, AuditSeal, Job, Notice
from accounts.permissions import DutyNotHeld
from accounts.selectors.audit import EVENTS, get_audit_event
from accounts.selectors.posts import post_names
from accounts.selectors.trail import list_trail
from accounts.services import audit, audit_checks
from accounts.services.audit import event_digest, verify_chain
from accounts.tasks import seal_audit_trail, verify_audit_trail
from accounts.verbs import FIELDS, VERBS
from common.actor import Job as JobActor
from common.db import run_sql
from common.errors import NotFound
from common.keysets import Window
from common.lists import Narrowing, Viewer, open_list
from tests.accounts.raw import admin_rows
from tests.city import NOW, another_city, found_city


def record(city, actor=None, **options):
    """Record one act on the pool."""
    options = {"verb": "accounts.test.done", "at": NOW, **options}
    audit.record(actor=actor or city.actor("ACC"), subject=city.pool, **options)
    return AuditEvent.objects.latest("id")


INSTANTS = [
    datetime(2026, 11, 2, 1, 0, tzinfo=UTC),
    datetime(2026, 11, 2, 1, 0, 0, 500_000, tzinfo=UTC),
    datetime(2026, 11, 2, 1, 0, 0, 120_000, tzinfo=UTC),
    datetime(2026, 11, 2, 1, 0, 0, 1, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]
CONTENTS = [
    {},
    {"organisation_id": None},
    {"label": "张三·审批“通过”，共￥1,234.50元"},
    {"label": 'quotes " backslash \\ tab\t newline\n pipe | slash / \x1f \x7f'},
    {"label": "😀 𠮷"},
    {
        "before": {"a": None, "状态": "草稿", "zz": True},
        "after": {"状态": "已核", "n": 12, "b": False},
    },
    {"after": {"text": 'a|b "c" \\ \u2028', "long name": "x" * 500}},
]


@pytest.mark.django_db
class TestDigest:
    def test_every_instant_has_the_same_digest_here_and_in_the_trigger(self):
        city = found_city()
        for at in INSTANTS:
            record(city, at=at)
        assert_twins_agree()

    def test_every_content_has_the_same_digest_here_and_in_the_trigger(self):
        city = found_city()
        for content in CONTENTS:
            record(city, **content)
            record(city, actor=JobActor(city.pool.pk, "payouts.tasks.x"), **content)
        assert_twins_agree()

    def test_numbers_and_nested_json_of_raw_sql_have_the_same_digest(self):
        city = found_city()
        odd = json.dumps({"rate": 1.10, "big": 10**30, "list": [1, None, {"b": "é", "a": []}]})
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_auditevent (pool_id, at, post, job, verb, subject_kind,"
                " subject_id, subject_label, before, after, row_sha256)"
                " VALUES (%s, now(), '', 'raw', 'x', 'y', 1, '', %s, '[1.50, \"½\"]', 'forged')",
                [city.pool.pk, odd],
            )
        assert_twins_agree()

    def test_text_cannot_slide_from_one_column_into_the_next(self):
        city = found_city()
        first = record(city, verb="a", label="b|c")
        second = record(city, verb="a|b", label="c")
        assert first.row_sha256 != second.row_sha256


def assert_twins_agree():
    rows = run_sql("accounts", "audit_unsealed", {"rows": 1000})
    assert len(rows) == AuditEvent.objects.count()
    for event_id, stored, *columns in rows:
        assert event_digest(columns) == stored, AuditEvent.objects.get(pk=event_id).__dict__


@pytest.mark.django_db
class TestChain:
    def test_an_untouched_chain_holds(self):
        city = found_city()
        for number in range(5):
            record(city, label=f"第{number}条")
        total = AuditEvent.objects.count()
        assert audit.seal() == total
        record(city)
        found = verify_chain()
        assert (found.holds, found.sealed_count, found.unsealed_count) == (True, total, 1)
        assert run_sql("accounts", "audit_chain", {"after": 0, "rows": 1})[0][0] == 1

    def test_sealing_again_adds_nothing(self):
        city = found_city()
        record(city)
        audit.seal()
        assert audit.seal() == 0

    def test_the_application_cannot_change_what_was_recorded(self):
        city = found_city()
        event = record(city)
        for change in (
            lambda: AuditEvent.objects.filter(pk=event.pk).update(verb="x"),
            lambda: AuditEvent.objects.filter(pk=event.pk)._raw_delete("default"),
        ):
            with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
                change()


CHANGES = [
    "subject_label = '改'",
    "at = at + interval '1 microsecond'",
    "person_id = NULL",
    "after = '{\"a\": 1}'",
    "row_sha256 = repeat('0', 64)",
]


@pytest.fixture
def chain(transactional_db):
    """A city with a committed chain of five acts; returns the city and their event ids."""
    city = found_city()
    with city.tenant():
        ids = [record(city, label=f"第{number}条").pk for number in range(5)]
        audit.seal()
    return city, ids


def first_break(city):
    with city.tenant():
        found = verify_chain()
        position = AuditSeal.objects.filter(event_id=found.broken_event_id).first()
    assert not found.holds
    assert position is None or position.sequence == found.broken_sequence
    return found


class TestTampering:
    def test_a_changed_row_is_named_whatever_was_changed(self, chain):
        city, ids = chain
        # From the last to the first: the first broken row is the one changed just now.
        for event_id, change in zip(reversed(ids), CHANGES, strict=True):
            admin_rows(f"UPDATE accounts_auditevent SET {change} WHERE id = %s", event_id)
            found = first_break(city)
            assert found.broken_event_id == event_id
            assert "内容与摘要不符" in found.text

    def test_a_changed_row_with_a_new_digest_breaks_its_link(self, chain):
        city, ids = chain
        admin_rows("UPDATE accounts_auditevent AS e SET verb = 'forged' WHERE id = %s", ids[1])
        admin_rows(
            "UPDATE accounts_auditevent AS e SET row_sha256 = accounts_audit_digest(e)"
            " WHERE id = %s", ids[1],
        )  # fmt: skip
        found = first_break(city)
        assert found.broken_event_id == ids[1]
        assert "链接不符" in found.text

    def test_a_deleted_event_is_named(self, chain):
        city, ids = chain
        admin_rows("DELETE FROM accounts_auditevent WHERE id = %s", ids[3])
        found = first_break(city)
        assert found.broken_event_id == ids[3]
        assert "已被删除" in found.text

    def test_a_deleted_event_with_its_seal_leaves_a_gap(self, chain):
        city, ids = chain
        admin_rows("DELETE FROM accounts_auditseal WHERE event_id = %s", ids[3])
        admin_rows("DELETE FROM accounts_auditevent WHERE id = %s", ids[3])
        found = first_break(city)
        assert found.broken_event_id == ids[4]
        assert "之前缺少记录" in found.text

    def test_two_events_in_swapped_order_are_named(self, chain):
        city, ids = chain
        admin_rows("UPDATE accounts_auditseal SET event_id = -1 WHERE event_id = %s", ids[1])
        admin_rows(
            "UPDATE accounts_auditseal SET event_id = %s WHERE event_id = %s", ids[1], ids[2]
        )
        admin_rows("UPDATE accounts_auditseal SET event_id = %s WHERE event_id = -1", ids[2])
        found = first_break(city)
        assert found.broken_event_id == ids[2]
        assert "链接不符" in found.text

    def test_a_change_before_sealing_is_seen_too(self, chain):
        city, _ = chain
        with city.tenant():
            event = record(city)
        admin_rows("UPDATE accounts_auditevent SET verb = 'x' WHERE id = %s", event.pk)
        found = first_break(city)
        assert (found.broken_sequence, found.broken_event_id) == (None, event.pk)

    def test_the_command_names_the_row_and_fails(self, chain):
        _, ids = chain
        out, err = io.StringIO(), io.StringIO()
        call_command("verify_audit_chain", "--pool", "510400", stdout=out)
        assert "日志链完整" in out.getvalue()
        admin_rows("UPDATE accounts_auditevent SET verb = 'x' WHERE id = %s", ids[2])
        with pytest.raises(CommandError):
            call_command("verify_audit_chain", stdout=out, stderr=err)
        assert f"日志编号 {ids[2]}" in err.getvalue()
        with pytest.raises(CommandError):
            call_command("verify_audit_chain", "--pool", "999999")


class TestOnScreen:
    def test_the_button_runs_a_job_whose_result_stands_on_the_page(self, chain, client):
        city, ids = chain
        with city.tenant():
            user = city.user("LOGA")
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        client.post(reverse("accounts:audit_verify"))
        with city.tenant():
            job = Job.objects.get(kind=audit_checks.TASK)
        verify_audit_trail(pool_id=city.pool.pk, job_id=job.pk)
        assert "日志链完整" in client.get(reverse("accounts:audit")).content.decode()

        admin_rows("UPDATE accounts_auditevent SET verb = 'x' WHERE id = %s", ids[0])
        with city.tenant():
            job = audit_checks.request_chain_check(
                actor=city.actor("LOGA"), at=datetime(2026, 11, 3, tzinfo=UTC)
            )
        verify_audit_trail(pool_id=city.pool.pk, job_id=job.pk)
        page = client.get(reverse("accounts:audit")).content.decode()
        assert f"日志编号 {ids[0]}" in page
        with city.tenant():
            job.refresh_from_db()
            assert (job.state, str(ids[0]) in job.error) == ("FAILED", True)
            assert Notice.objects.filter(recipient=user, kind="RISK").count() == 1

    def test_only_readers_of_the_trail_may_ask(self, chain):
        city, _ = chain
        with city.tenant(), pytest.raises(DutyNotHeld):
            audit_checks.request_chain_check(actor=city.actor("FACC"), at=NOW)

    def test_the_sealer_seals_every_pool(self, chain):
        city, _ = chain
        other = another_city()
        for place, actor in ((city, None), (other, other.actor("ACC", "513400"))):
            with place.tenant():
                record(place, actor=actor or place.actor("ACC"))
        assert seal_audit_trail() == 2


def listed(reader, window=Window(), **search):  # noqa: B008
    page = open_list(EVENTS, Viewer(reader, NOW), window=window, narrow=Narrowing(search))
    return page.rows, page.page


@pytest.mark.django_db
class TestSearch:
    def test_filters_find_by_person_verb_subject_office_and_day(self):
        city = found_city()
        east = city.offices["510402"].pk
        record(city, actor=city.actor("ACC", "510402"), organisation_id=east, label="案件甲")
        record(city, organisation_id=city.offices["510400"].pk, verb="accounts.grant.revoked")
        reader = city.actor("LOGA")

        def found(**search):
            return [line.subject_label or line.verb for line in listed(reader, **search)[0]]

        assert found(text="东区ACC") == ["案件甲"]
        assert found(text="案件甲") == ["案件甲"]
        assert found(verb="撤销岗位") == ["accounts.grant.revoked"]
        assert found(verb="accounts.grant") == ["accounts.grant.revoked"]
        assert found(organisation=str(east)) == ["案件甲"]
        assert len(found(since=NOW.date(), until=NOW.date())) == 2
        assert found(until=datetime(2026, 11, 1, tzinfo=UTC).date()) == []

    def test_an_office_auditor_sees_his_own_office_only(self):
        city = found_city()
        event = record(city, organisation_id=city.offices["510403"].pk)
        east = city.actor("RISK", "510402")
        assert listed(east)[0] == []
        with pytest.raises(NotFound):
            get_audit_event(actor=east, event_id=event.pk)
        assert get_audit_event(actor=city.actor("LOGA"), event_id=event.pk).changes == []

    def test_pages_follow_each_other_without_gap(self):
        city = found_city()
        for number in range(120):
            record(city, label=str(number), organisation_id=city.offices["510400"].pk)
        reader, seen, after = city.actor("LOGA"), [], ""
        while True:
            rows, page = listed(reader, Window(after=after))
            seen += [int(row.subject_label) for row in rows]
            if not page.next:
                break
            after = str(page.next)
        assert seen == list(range(119, -1, -1))
        assert page.count_text == "共 120 条"
        newer, _ = listed(reader, Window(before=str(page.previous)))
        assert [row.subject_label for row in newer][-1] == "20"


@pytest.mark.django_db
class TestReadTrail:
    """read_trail.sql beside the events themselves."""

    def test_it_gives_the_newest_acts_in_the_order_they_were_done(self, monkeypatch):
        city, decided = found_city(), "accounts.grant.decided"
        centre = city.offices["510400"].pk
        record(city, verb=decided, after={"reason": "轮岗", "rows": 3, "total": "1864.50"})
        record(city, JobActor(city.pool.pk, "audit"), verb=decided)
        record(city, verb=decided, organisation_id=centre, after={"reason": ""})
        record(city)  # an act that pages do not name

        def told(most):
            rows = AuditEvent.objects.filter(subject_id=city.pool.pk, verb=decided)
            return [
                (
                    VERBS[decided],
                    row.person.name if row.person else "系统",
                    post_names().get(row.post, ""),
                    row.organisation.short_name if row.organisation else "",
                    row.at,
                )
                for row in reversed(rows.order_by("-id")[:most])
            ]

        def shown():
            entries = list_trail("accounts.pool", city.pool.pk)
            return [(one.step, one.person, one.post, one.organisation, one.at) for one in entries]

        assert shown() == told(50)
        assert [entry.opinion for entry in list_trail("accounts.pool", city.pool.pk)] == [
            f"轮岗；{FIELDS['rows']} 3；{FIELDS['total']} ¥1,864.50",
            "",
            "",
        ]
        assert not list_trail("accounts.pool", city.pool.pk + 1)
        monkeypatch.setattr("accounts.selectors.trail.ACTS_SHOWN", 2)
        assert shown() == told(2)
