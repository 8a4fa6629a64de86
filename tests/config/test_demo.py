"""The demo: people who could exist, and something to do for everybody who logs in."""

import os
from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import AuditEvent, Pool, Post, PostGrant, User
from accounts.selectors.worklist import Waiting
from common.actor import Job, Person
from common.identifiers import (
    parse_account_number,
    parse_credit_code,
    parse_identity_number,
    parse_person_name,
)
from common.tenancy import tenant_transaction
from config.demo.ahead import AHEAD, done_ahead
from config.demo.calendar import DemoCalendar
from config.demo.charters import DEMO_PASSWORD, PANZHIHUA, charter_of
from config.demo.claims import list_claims
from config.demo.income import credit_code
from config.demo.loading import LOADED
from config.demo.people import RARE_GIVEN, invent_person
from config.demo.sources import extract_files
from config.home import WORKLISTS
from payouts.enums import SourceKind
from payouts.models import BenefitCase, DisbursementPlan, PaymentBatch
from payouts.services.case_rows import content_sha256
from payouts.services.source_files import read_source
from tests.config.ground import loaded_demo

CALENDAR = DemoCalendar(datetime(2026, 11, 21, 4, tzinfo=UTC))


def test_invented_people_have_valid_numbers_and_no_two_share_one():
    people = [
        invent_person(seed=1, region="510402", number=number * 37, place="东区")
        for number in range(1500)
    ]
    for person in people:
        identity = parse_identity_number(person.identity, CALENDAR.today)
        assert (identity.sex, identity.birth_date) == (person.sex, person.birth_date)
        assert parse_account_number(person.card, "CARD") == person.card
        assert parse_person_name(person.name) == person.name
    assert len({person.identity for person in people}) == len(people)
    assert len({person.card for person in people}) == len(people)
    assert any("·" in person.name for person in people)
    assert any(rare in person.name for person in people for rare in RARE_GIVEN)


def test_the_same_seed_invents_the_same_person():
    one, again = (
        invent_person(seed=7, region="510421", number=3, place="米易县") for _ in range(2)
    )
    other = invent_person(seed=8, region="510421", number=3, place="米易县")
    assert one == again
    assert one.name != other.name or one.card != other.card


def test_the_calendar_follows_the_day_of_loading_and_never_reaches_into_the_future():
    assert CALENDAR.history == (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1))
    assert CALENDAR.day_of(date(2026, 11, 1), 26) == date(2026, 11, 21)
    assert CALENDAR.at(date(2026, 11, 21), 23) == CALENDAR.now
    january = DemoCalendar(datetime(2027, 1, 1, 4, tzinfo=UTC))
    assert january.history[-1] == date(2026, 12, 1)
    claims = list(list_claims(PANZHIHUA, 60, 1, january))
    assert max(claim.applied_date for claim in claims) <= january.today


def test_every_post_of_the_catalogue_is_held_by_somebody_else():
    people = charter_of(PANZHIHUA, founded_on=date(2026, 6, 1), seed=1).people
    names = [person.username for person in people]
    assert len(set(names)) == len(names)
    assert {"acc510402", "rev1510402", "facc", "fcash", "fhead", "lead", "head", "audx"} <= {*names}
    assert all(len(person.posts) == 1 for person in people)


def test_units_have_valid_credit_codes():
    assert parse_credit_code(credit_code("510402", 1003)) == credit_code("510402", 1003)


def with_its_process(part):
    return part, os.getpid()


def test_work_done_ahead_comes_in_order_from_another_process_and_never_far_ahead():
    asked = []

    def parts():
        for part in range(6):
            asked.append(part)
            yield part

    done = done_ahead(with_its_process, parts())
    first, process = next(done)
    assert (first, len(asked)) == (0, AHEAD + 1)
    assert process != os.getpid()
    assert [part for part, _ in done] == [1, 2, 3, 4, 5]


def test_the_extracts_can_be_read_and_differ_from_the_claims_here_and_there():
    month = CALENDAR.month
    for kind, content in extract_files(PANZHIHUA, 600, 1, CALENDAR, month).items():
        file = read_source(content, kind, today=CALENDAR.today)
        assert file.table.is_clean, file.table.problems
        if kind == SourceKind.ENROLMENT:
            statuses = [row.status for row in file.table.rows]
            assert 0 < statuses.count("ACTIVE") < 30
        else:
            units = {row.unit_number for row in file.table.rows}
            assert len(units) == 2


@pytest.fixture(scope="module")
def demo(tmp_path_factory, django_db_setup, django_db_blocker):
    with loaded_demo(tmp_path_factory, django_db_blocker) as folder:
        yield folder


@pytest.fixture
def pool(db, demo):
    return Pool.objects.get(code=PANZHIHUA.code)


def work_of(pool, post, office):
    """Return what waits for the person who holds a post."""
    with tenant_transaction(Job(pool.pk, "test")):
        grants = PostGrant.objects.filter(
            post_id=post, organisation__code=office, is_founding=True, pool=pool
        )
        grant = grants.earliest("pk")
        person = Person(pool.pk, grant.organisation_id, grant.user_id, grant.pk, post)
    with tenant_transaction(person):
        today = timezone.localdate()
        lines = [line for worklist in WORKLISTS for line in worklist(actor=person, today=today)]
    assert all(isinstance(line, Waiting) for line in lines)
    return {line.label for line in lines if line.count}


@pytest.mark.parametrize(
    ("post", "office", "label"),
    [
        ("ACC", "510402", "受理中的案件"),
        ("REV1", "510403", "待初审案件"),
        ("REV2", "510422", "待复核案件"),
        ("APP", "510400", "待审批案件"),
        ("OFFH", "510403", "发放计划待签字"),
        ("OFFH", "510422", "对账明细表待签字"),
        ("DEPT", "510400", "发放计划待签字"),
        ("LEAD", "510400", "发放计划待签字"),
        ("FACC", "510400", "对账明细表待财务确认"),
        ("FCHK", "510400", "待稽核凭证"),
        ("FCASH", "510400", "待确认支付"),
        ("FHEAD", "510400", "待会计主管签章凭证"),
        ("RISK", "510402", "岗位授权待办"),
    ],
)
def test_whoever_logs_in_finds_something_to_do(pool, post, office, label):
    assert label in work_of(pool, post, office)


def test_everybody_signs_in_with_the_printed_password(pool, client, capsys):
    call_command("list_demo_accounts")
    printed = capsys.readouterr().out
    assert DEMO_PASSWORD in printed
    assert {post.name for post in Post.objects.all() if post.name not in printed} == set()
    assert User.objects.get(username="fcash").check_password(DEMO_PASSWORD)


def test_a_second_load_says_so_and_changes_nothing(pool, capsys):
    call_command("load_demo")
    assert "已经装载" in capsys.readouterr().out
    with tenant_transaction(Job(pool.pk, "test")):
        assert AuditEvent.objects.filter(verb=LOADED).count() == 1


def test_signatures_of_taken_over_cases_cover_their_content(pool):
    with tenant_transaction(Job(pool.pk, "test")):
        cases = BenefitCase.objects.select_related("item", "claimant", "payee_account")
        for case in cases.filter(state="DETERMINED")[:40]:
            assert content_sha256(case) == case.content_sha256


def test_the_two_cities_do_not_meet(pool):
    neighbour = Pool.objects.get(code="513400")
    with tenant_transaction(Job(neighbour.pk, "test")):
        offices = set(DisbursementPlan.objects.values_list("organisation__code", flat=True))
        assert offices == {"513400", "513401"}
        assert not PaymentBatch.objects.filter(number__startswith="5104").exists()


def test_example_files_lie_beside_the_inbox(demo):
    files = {path.name for path in (demo / "examples" / "510400").iterdir()}
    assert "申请人.csv" in files
    assert len(files) == 5
