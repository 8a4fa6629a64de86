"""The one signing mechanism: two persons are a database fact."""

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from accounts.enums import Decision, SubjectKind
from accounts.models import Signature
from accounts.selectors.signatures import list_timeline
from accounts.services import grants, signatures
from accounts.services.signatures import (
    AlreadySigned,
    ContentChanged,
    Matter,
    OpinionMissing,
    PostNotInForce,
    StepAlreadySigned,
    Verdict,
)
from tests.city import NOW

pytestmark = pytest.mark.django_db


def matter(city, content="甲", round_number=1):
    return Matter(
        kind=SubjectKind.PARAMETER, id=7, round=round_number,
        content_sha256=signatures.content_hash({"content": content}),
        organisation_id=city.offices["510400"].pk,
    )  # fmt: skip


def test_one_person_cannot_sign_two_steps_of_a_round(city):
    clerk = city.actor("ACC")
    signatures.approve(clerk, matter(city), "APPLY", NOW)
    with pytest.raises(AlreadySigned):
        signatures.approve(clerk, matter(city), "REVIEW", NOW)
    signatures.approve(clerk, matter(city, round_number=2), "APPLY", NOW)


def test_one_step_is_not_signed_by_two_people(city):
    signatures.approve(city.actor("ACC"), matter(city), "APPLY", NOW)
    with pytest.raises(StepAlreadySigned):
        signatures.approve(city.actor("REV1"), matter(city), "APPLY", NOW)


def test_other_content_than_the_screen_showed_is_not_signed(city):
    seen = Verdict(Decision.APPROVE, "", NOW, matter(city, "乙").content_sha256)
    with pytest.raises(ContentChanged):
        signatures.sign(
            actor=city.actor("ACC"), matter=matter(city, "甲"), step="APPLY", verdict=seen
        )


def test_changed_content_voids_the_signatures_visibly(city):
    first = matter(city, "甲")
    signatures.approve(city.actor("ACC"), first, "APPLY", NOW)
    second = matter(city, "乙")
    signatures.approve(city.actor("REV1"), second, "REVIEW", NOW)
    timeline = list_timeline(
        kind=first.kind, subject_id=7, current_round=1, current_sha256=second.content_sha256
    )
    assert [(line.person, line.is_void) for line in timeline] == [
        ("市本级ACC", True), ("市本级REV1", False),
    ]  # fmt: skip
    assert timeline[0].void_reason == "签署后内容已变更，本签署作废"
    rounds = list_timeline(
        kind=first.kind, subject_id=7, current_round=2, current_sha256=second.content_sha256
    )
    assert {line.void_reason for line in rounds} == {"已退回重办，本签署作废"}


def test_a_timeline_gives_what_the_signatures_hold(city):
    """read_timeline.sql beside the ORM."""
    signatures.approve(city.actor("ACC"), matter(city), "APPLY", NOW)
    refusal = Verdict(Decision.RETURN, "补正", NOW, matter(city).content_sha256)
    signatures.sign(actor=city.actor("REV1"), matter=matter(city), step="REVIEW", verdict=refusal)
    signatures.approve(city.actor("ACC"), matter(city, round_number=2), "APPLY", NOW)
    found = Signature.objects.filter(subject_kind=SubjectKind.PARAMETER, subject_id=7)
    lines = list_timeline(
        kind=SubjectKind.PARAMETER, subject_id=7, current_round=2, current_sha256=""
    )
    assert [
        (line.round, line.step, line.person_id, line.person, line.post, line.organisation)
        for line in lines
    ] == [
        (one.round, one.step, one.person_id, one.person.name, one.post.name, "市本级")
        for one in found.order_by("id")
    ]
    assert [(line.decision, line.opinion, line.at) for line in lines] == list(
        found.order_by("id").values_list("decision", "opinion", "signed_at")
    )


def test_a_refusal_without_an_opinion_is_refused(city):
    with pytest.raises(OpinionMissing):
        signatures.sign(
            actor=city.actor("ACC"), matter=matter(city), step="APPLY",
            verdict=Verdict(Decision.REFUSE, "", NOW),
        )  # fmt: skip


def test_an_ended_grant_signs_nothing(city):
    accountant = city.actor("FACC")
    grants.revoke_grant(
        actor=city.actor("PERM"), grant_id=accountant.grant_id, reason="调离", at=NOW
    )
    with pytest.raises(PostNotInForce):
        signatures.approve(accountant, matter(city), "APPLY", NOW)


def test_a_signature_is_never_changed_or_removed(city):
    signature = signatures.approve(city.actor("ACC"), matter(city), "APPLY", NOW)
    for change in (
        lambda: Signature.objects.filter(pk=signature.pk).update(opinion="改"),
        lambda: Signature.objects.filter(pk=signature.pk)._raw_delete("default"),
    ):
        with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
            change()


def test_the_hash_depends_on_content_and_not_on_the_order_of_its_names():
    assert signatures.content_hash({"a": 1, "b": "值"}) == signatures.content_hash(
        {"b": "值", "a": 1}
    )
    assert signatures.content_hash({"a": 1}) != signatures.content_hash({"a": 2})
