"""Granting a post: three people, never-both pairs, levels, established staff, and the end."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.duties import Duty
from accounts.enums import Decision, GrantState
from accounts.models import AuditEvent, Notice, PostGrant, User
from accounts.permissions import DutyNotHeld, reach_of
from accounts.selectors.grants import get_grant_sheet, list_waiting_grant_work
from accounts.services import grants, signatures
from accounts.services.grants import (
    EstablishedStaffOnly,
    GrantApplication,
    GrantChangedAfterSigning,
    GrantExists,
    GrantNotInForce,
    GrantNotWaiting,
    PersonNotActive,
    PostNotAtThisLevel,
    PostsIncompatible,
)
from accounts.services.signatures import (
    AlreadySigned,
    ContentChanged,
    OpinionMissing,
    OwnMatter,
    Verdict,
)
from common.actor import Job, Person
from common.errors import NotFound
from tests.accounts.raw import admin_rows
from tests.city import NOW, TODAY, found_city

APPROVED = Verdict(Decision.APPROVE, "同意", NOW)
REFUSED = Verdict(Decision.REFUSE, "材料不全", NOW)


def ask(city, user_post="ACC", post="APP", office="510402", applicant=None, **changes):
    """Apply for `post` for the person who holds `user_post` at the office."""
    application = GrantApplication(
        user_id=changes.pop("user_id", city.actor(user_post, office).user_id),
        post_code=post,
        organisation_id=city.offices[changes.pop("at", office)].pk,
        valid_from=changes.pop("valid_from", TODAY),
        valid_until=changes.pop("valid_until", None),
        reason="轮岗",
    )
    return grants.apply_for_grant(
        actor=applicant or city.actor("OFFH", office), application=application, at=NOW
    )


def walk(city, grant, office="510402"):
    """Review and approve an application."""
    grants.review_grant(actor=city.actor("RISK", office), grant_id=grant.pk, verdict=APPROVED)
    return grants.approve_grant(actor=city.actor("LEAD"), grant_id=grant.pk, verdict=APPROVED)


class TestThreePeople:
    def test_application_review_and_approval_bring_a_grant_into_force(self, city):
        grant = ask(city)
        assert grant.state == GrantState.REVIEW
        assert walk(city, grant).state == GrantState.EFFECTIVE
        actor = Person(city.pool.pk, grant.organisation_id, grant.user_id, grant.pk, "APP")
        assert reach_of(actor, Duty.CASE_APPROVE) == {city.offices["510402"].pk}
        sheet = get_grant_sheet(actor=city.actor("PERM"), grant_id=grant.pk)
        assert [line.step for line in sheet.timeline] == ["APPLY", "REVIEW", "APPROVE"]
        assert not any(line.is_void for line in sheet.timeline)

    def test_every_step_leaves_a_trace_and_tells_the_next_person(self, city):
        grant = walk(city, ask(city))
        verbs = AuditEvent.objects.filter(subject_id=grant.pk).order_by("id")
        assert [event.verb for event in verbs if "grant" in event.verb] == [
            "accounts.grant.applied", "accounts.grant.decided", "accounts.grant.decided",
        ]  # fmt: skip
        told = Notice.objects.filter(key__startswith=f"grant-{grant.pk}-")
        reviewer, lead = city.actor("RISK", "510402"), city.actor("LEAD")
        assert told.filter(recipient_id=reviewer.user_id, key__endswith="REVIEW").exists()
        assert told.filter(recipient_id=lead.user_id, key__endswith="APPROVAL").exists()
        assert told.filter(recipient_id=grant.user_id, key__endswith="EFFECTIVE").exists()

    def test_who_applied_can_neither_review_nor_approve(self, city):
        office_head = city.actor("OFFH", "510402")
        grant = ask(city)
        with pytest.raises(DutyNotHeld):
            grants.review_grant(actor=office_head, grant_id=grant.pk, verdict=APPROVED)

    def test_one_person_cannot_review_and_approve_even_with_both_posts(self, city):
        reviewer = city.actor("RISK", "510402")
        lead = as_second_post(city, reviewer, "LEAD")
        grant = ask(city)
        grants.review_grant(actor=reviewer, grant_id=grant.pk, verdict=APPROVED)
        with pytest.raises(AlreadySigned):
            grants.approve_grant(actor=lead, grant_id=grant.pk, verdict=APPROVED)
        grant.refresh_from_db()
        assert grant.state == GrantState.APPROVAL

    def test_a_step_cannot_be_skipped_or_taken_twice(self, city):
        grant = ask(city)
        with pytest.raises(GrantNotWaiting):
            grants.approve_grant(actor=city.actor("LEAD"), grant_id=grant.pk, verdict=APPROVED)
        walk(city, grant)
        with pytest.raises(GrantNotWaiting):
            grants.approve_grant(actor=city.actor("HEAD"), grant_id=grant.pk, verdict=APPROVED)

    def test_a_refusal_needs_a_reason_and_ends_the_application(self, city):
        grant = ask(city)
        reviewer = city.actor("RISK", "510402")
        empty = Verdict(Decision.REFUSE, "", NOW)
        with pytest.raises(OpinionMissing):
            grants.review_grant(actor=reviewer, grant_id=grant.pk, verdict=empty)
        refused = grants.review_grant(actor=reviewer, grant_id=grant.pk, verdict=REFUSED)
        assert refused.state == GrantState.REFUSED

    def test_nobody_decides_on_his_own_post(self, city):
        head = city.actor("OFFH", "510402")
        with pytest.raises(OwnMatter):
            ask(city, post="APP", user_id=head.user_id)
        lead = city.actor("LEAD")
        grant = ask(
            city, post="SUPV", office="510400", user_id=lead.user_id, applicant=city.actor("DEPT")
        )
        reviewer = city.actor("RISK")
        grants.review_grant(actor=reviewer, grant_id=grant.pk, verdict=APPROVED)
        with pytest.raises(OwnMatter):
            grants.approve_grant(actor=lead, grant_id=grant.pk, verdict=APPROVED)

    def test_content_other_than_the_screen_showed_is_not_signed(self, city):
        grant = ask(city)
        stale = Verdict(Decision.APPROVE, "", NOW, seen_sha256="0" * 64)
        with pytest.raises(ContentChanged):
            grants.review_grant(
                actor=city.actor("RISK", "510402"), grant_id=grant.pk, verdict=stale
            )

    def test_an_office_head_applies_for_his_own_office_only(self, city):
        with pytest.raises(DutyNotHeld):
            ask(city, at="510403")
        with pytest.raises(NotFound):
            grants.review_grant(actor=city.actor("RISK"), grant_id=0, verdict=APPROVED)

    def test_the_same_grant_is_not_applied_for_twice(self, city):
        ask(city)
        with pytest.raises(GrantExists):
            ask(city)
        with pytest.raises(PersonNotActive):
            ask(city, user_id=0)

    def test_the_worklist_offers_what_may_be_signed_and_nothing_else(self, city):
        ask(city)
        later = TODAY + timedelta(days=9)
        mine = list_waiting_grant_work(actor=city.actor("RISK", "510402"), today=later)
        assert [(line.count, line.overdue_count) for line in mine] == [(1, 1)]
        elsewhere = list_waiting_grant_work(actor=city.actor("RISK", "510403"), today=TODAY)
        assert [line.count for line in elsewhere] == [0]
        assert list_waiting_grant_work(actor=city.actor("ACC", "510402"), today=TODAY) == []


def as_second_post(city, actor, post):
    """Give the person a further founding post (the test is the founding transaction)."""
    grant = PostGrant.objects.create(
        pool=city.pool, user_id=actor.user_id, post_id=post, organisation=city.offices["510400"],
        valid_from=date(2026, 1, 1), reason="x", state=GrantState.EFFECTIVE, is_founding=True,
        applied_by_id=actor.user_id, applied_at=NOW,
    )  # fmt: skip
    return Person(city.pool.pk, grant.organisation_id, actor.user_id, grant.pk, post)


class TestNeverBoth:
    def test_the_refusal_names_both_posts_the_rule_and_its_source(self, city):
        with pytest.raises(PostsIncompatible) as refusal:
            ask(city, user_post="ACC", post="FACC", office="510400", applicant=city.actor("DEPT"))
        message = refusal.value.message
        assert "受理岗" in message
        assert "会计岗" in message
        assert "不得兼任" in message
        assert "池人社秘〔2019〕158号 第3项：严禁业务和财务岗位兼任" in message

    def test_posts_may_follow_each_other_and_may_not_overlap(self, city):
        clerk = city.actor("ACC", "510400")
        end_grant(city, clerk, date(2026, 12, 31))
        department = city.actor("DEPT")
        with pytest.raises(PostsIncompatible):
            ask(
                city, post="FCHK", office="510400", applicant=department,
                valid_from=date(2026, 12, 31),
            )  # fmt: skip
        follows = ask(
            city, post="FCHK", office="510400", applicant=department, valid_from=date(2027, 1, 1)
        )
        assert walk(city, follows, "510400").state == GrantState.EFFECTIVE

    def test_a_raw_insert_is_refused_by_the_database(self, city):
        clerk = city.actor("ACC", "510400")
        with pytest.raises(IntegrityError, match="严禁业务和财务岗位兼任"), transaction.atomic():
            as_second_post(city, clerk, "FACC")
        assert as_second_post(city, clerk, "OFFH").post == "OFFH"

    def test_two_applications_side_by_side_cannot_both_come_into_force(self, city):
        department = city.actor("DEPT")
        newcomer = User.objects.create(
            pool=city.pool, organisation=city.offices["510400"], username="new", name="新人",
            is_established=True,
        )  # fmt: skip
        cashier, accountant = (
            ask(city, post=post, office="510400", user_id=newcomer.pk, applicant=department)
            for post in ("FCASH", "FACC")
        )
        walk(city, cashier, "510400")
        with pytest.raises(PostsIncompatible, match="会计和出纳"):
            walk(city, accountant, "510400")
        refused = grants.review_grant(
            actor=city.actor("RISK"), grant_id=accountant.pk, verdict=REFUSED
        )
        assert refused.state == GrantState.REFUSED


def end_grant(city, actor, day):
    """Replace a founding grant by one with a last day: a grant's dates never change."""
    grants.revoke_grant(actor=city.actor("PERM"), grant_id=actor.grant_id, reason="改期", at=NOW)
    PostGrant.objects.create(
        pool=city.pool, user_id=actor.user_id, post_id=actor.post,
        organisation=city.offices["510400"], valid_from=date(2026, 1, 1), valid_until=day,
        reason="x", state=GrantState.EFFECTIVE, is_founding=True, applied_by_id=actor.user_id,
        applied_at=NOW,
    )  # fmt: skip


class TestConditions:
    def test_a_post_for_established_staff_refuses_others(self, city):
        clerk = city.actor("ACC", "510402")
        User.objects.filter(pk=clerk.user_id).update(is_established=False)
        with pytest.raises(EstablishedStaffOnly, match="待遇发放岗须由在编人员担任"):
            ask(city, post="PLAN")
        with pytest.raises(IntegrityError, match="established staff"), transaction.atomic():
            as_second_post(city, clerk, "REV2")

    def test_finance_posts_exist_at_the_city_only(self, city):
        with pytest.raises(PostNotAtThisLevel, match="会计岗不能设在县"):
            ask(city, user_post="OFFH", post="FACC", applicant=city.actor("DEPT"))

    def test_the_database_wants_all_three_signatures(self, city):
        grant = ask(city)
        PostGrant.objects.filter(pk=grant.pk).update(state=GrantState.APPROVAL)
        with pytest.raises(IntegrityError, match="three people"), transaction.atomic():
            PostGrant.objects.filter(pk=grant.pk).update(state=GrantState.EFFECTIVE)

    def test_what_was_applied_for_cannot_be_changed_afterwards(self, city):
        grant = walk(city, ask(city))
        for change in ({"post_id": "OFFH"}, {"valid_until": date(2030, 1, 1)}, {"reason": "x"}):
            with (
                pytest.raises(IntegrityError, match="only state and end"),
                transaction.atomic(),
            ):
                PostGrant.objects.filter(pk=grant.pk).update(**change)

    def test_there_is_no_superuser(self, city):
        with pytest.raises(IntegrityError, match="user_never_superuser"), transaction.atomic():
            User.objects.filter(username="facc510400").update(is_superuser=True)


class TestEnd:
    def test_revoking_takes_the_duties_at_once(self, city):
        accountant = city.actor("FACC")
        assert reach_of(accountant, Duty.BATCH_PREPARE)
        grants.revoke_grant(
            actor=city.actor("PERM"), grant_id=accountant.grant_id, reason="调离", at=NOW
        )
        assert not reach_of(accountant, Duty.BATCH_PREPARE)
        with pytest.raises(GrantNotInForce):
            grants.revoke_grant(
                actor=city.actor("SEC"), grant_id=accountant.grant_id, reason="调离", at=NOW
            )

    def test_only_permission_posts_revoke_and_nobody_his_own(self, city):
        keeper = city.actor("PERM")
        with pytest.raises(DutyNotHeld):
            grants.revoke_grant(
                actor=city.actor("LEAD"), grant_id=keeper.grant_id, reason="x", at=NOW
            )
        with pytest.raises(OwnMatter):
            grants.revoke_grant(actor=keeper, grant_id=keeper.grant_id, reason="x", at=NOW)

    def test_a_grant_ends_with_its_last_day_in_shanghai(self, city):
        grant = walk(city, ask(city, valid_until=date(2026, 11, 30)))
        actor = Job(city.pool.pk, "test")
        last_evening = datetime.fromisoformat("2026-11-30T23:59:00+08:00")
        assert grants.end_expired_grants(actor=actor, now=last_evening) == 0
        midnight = last_evening + timedelta(minutes=1)
        assert grants.end_expired_grants(actor=actor, now=midnight) == 1
        assert grants.end_expired_grants(actor=actor, now=midnight) == 0
        grant.refresh_from_db()
        assert grant.state == GrantState.EXPIRED


@pytest.mark.django_db(transaction=True)
def test_a_founding_grant_is_refused_after_the_founding():
    city = found_city()
    with pytest.raises(IntegrityError, match="founding transaction"), city.tenant():
        as_second_post(city, city.actor("ACC", "510402"), "OFFH")


@pytest.mark.django_db(transaction=True)
def test_content_changed_behind_the_services_voids_the_application():
    city = found_city()
    with city.tenant():
        grant = ask(city)
    admin_rows("UPDATE accounts_postgrant SET valid_until = '2026-12-31' WHERE id = %s", grant.pk)
    with city.tenant():
        sheet = get_grant_sheet(actor=city.actor("RISK"), grant_id=grant.pk)
        assert [line.void_reason for line in sheet.timeline] == ["签署后内容已变更，本签署作废"]
        with pytest.raises(GrantChangedAfterSigning):
            walk(city, grant)
    assert signatures.content_hash({"a": 1}) != signatures.content_hash({"a": 2})
