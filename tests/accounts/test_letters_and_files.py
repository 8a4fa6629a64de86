"""Files kept with a matter, letters of outside bodies, and posts that get a release's duties."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.duties import DUTIES_OF_POST, Duty
from accounts.enums import Decision, PostFamily, SubjectKind
from accounts.models import Attachment, Document, DutyHolding, OutsideDecision, Post
from accounts.selectors.attachments import list_attachments
from accounts.selectors.outside_decisions import list_outside_decisions
from accounts.services import founding
from accounts.services.attachments import attach
from accounts.services.documents import TEXT, NewDocument, store_document
from accounts.services.outside_decisions import (
    LetterMissing,
    Reply,
    ReplyInvalid,
    ReplyReasonMissing,
    record_outside_decision,
)
from accounts.services.signatures import ContentChanged, Matter, StepAlreadySigned
from common.db import insert_row
from common.evidence import Evidence, EvidenceUnusable, read_evidence
from tests.city import NOW, TODAY, found_city

pytestmark = pytest.mark.django_db
DIGEST = "a" * 64


def matter(city):
    return Matter(SubjectKind.BUDGET, 7, 1, DIGEST, city.offices["510400"].pk)


def reply(**changes):
    values = {
        "body": "攀枝花市财政局",
        "decision": Decision.APPROVE,
        "opinion": "",
        "document_number": "攀财社〔2026〕18号",
        "decided_date": TODAY,
    }
    return Reply(**(values | changes))


def record(city, step="FINANCE", **changes):
    return record_outside_decision(
        actor=city.actor("BUDG"),
        matter=matter(city),
        step=step,
        reply=reply(**changes),
        today=TODAY,
        at=NOW,
    )


class TestLetters:
    def test_a_letter_stands_with_the_matter_it_decided(self, city):
        scan = Evidence("批复.pdf", "application/pdf", b"%PDF-1.7 letter")
        record(city, amount="120.00", scan=scan)
        (row,) = list_outside_decisions(kind=SubjectKind.BUDGET, subject_id=7)
        assert (row.body, row.document_number) == ("攀枝花市财政局", "攀财社〔2026〕18号")
        assert row.decision_label == "通过"
        assert row.evidence_id is not None

    def test_one_step_is_decided_once_a_round(self, city):
        record(city)
        with pytest.raises(StepAlreadySigned):
            record(city)
        record(city, step="GOVERNMENT")

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"document_number": " "}, LetterMissing),
            ({"body": ""}, LetterMissing),
            ({"decided_date": TODAY + timedelta(days=1)}, ReplyInvalid),
            ({"decision": Decision.REFUSE}, ReplyReasonMissing),
            ({"seen_sha256": "b" * 64}, ContentChanged),
        ],
    )
    def test_a_letter_without_its_particulars_is_refused(self, city, changes, refusal):
        with pytest.raises(refusal):
            record(city, **changes)
        assert not OutsideDecision.objects.exists()

    def test_a_recorded_letter_never_changes(self, city):
        decision = record(city)
        with pytest.raises(DatabaseError), transaction.atomic():
            OutsideDecision.objects.filter(pk=decision.pk).update(opinion="改写")


class TestAttachments:
    def test_a_file_is_kept_with_its_matter(self, city):
        attach(
            actor=city.actor("FACC"),
            matter=(SubjectKind.VOUCHER, 3),
            organisation_id=city.offices["510400"].pk,
            duty=Duty.BOOKS_READ,
            evidence=Evidence("发票.png", "image/png", b"\x89PNG\r\n1"),
            at=NOW,
        )
        (row,) = list_attachments(kind=SubjectKind.VOUCHER, subject_id=3)
        assert (row.file_name, row.size) == ("发票.png", 7)
        assert list_attachments(kind=SubjectKind.VOUCHER, subject_id=4) == []
        with pytest.raises(DatabaseError), transaction.atomic():
            Attachment.objects.update(subject_id=4)

    @pytest.mark.parametrize(
        ("name", "content"),
        [("a.exe", b"MZ"), ("a.pdf", b"MZ"), ("a.png", b"%PDF-"), ("a", b"%PDF-")],
    )
    def test_a_file_that_is_not_what_its_name_says_is_refused(self, name, content):
        with pytest.raises(EvidenceUnusable):
            read_evidence(file_name=name, content=content)


class TestStoredFiles:
    def test_a_file_is_kept_whole_and_not_held_in_memory(self, city):
        content = bytes(range(256)) * 100 + "回盘\\'%s|".encode()
        kept = store_document(
            actor=city.actor("FACC"),
            document=NewDocument(
                city.offices["510400"].pk, Duty.BATCH_READ, "回盘", "a.txt", TEXT, content
            ),
            at=NOW,
        )
        assert "content_cipher" not in kept.__dict__
        assert kept.content == content
        assert Document.objects.get(pk=kept.pk).content == content
        assert kept.size == len(content)

    def test_a_file_that_the_database_refuses_is_told_as_ever(self, city):
        document = Document(pool_id=city.pool.pk, content_cipher=b"x", created_at=NOW, size=1)
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_row(document)  # of no office
        assert not Document.objects.exists()


class TestEquippingPools:
    def held(self, city, post):
        name = f"{city.offices['510400'].pk}/{post}"
        rows = DutyHolding.objects.filter(group__name=name)
        return set(rows.values_list("permission__codename", flat=True))

    def test_a_post_gets_the_duties_that_a_release_adds(self, city, monkeypatch):
        assert Duty.BUDGET_SIGN.value not in self.held(city, "LEAD")
        more = {**founding.DUTIES_OF_POST, "LEAD": (Duty.BUDGET_SIGN,)}
        monkeypatch.setattr(founding, "DUTIES_OF_POST", more)
        founding.equip_organisations(list(city.offices.values()))
        assert Duty.BUDGET_SIGN.value in self.held(city, "LEAD")

    def test_the_statement_gives_what_a_walk_over_posts_and_offices_gives(self, city):
        """Twin of accounts/sql/equip_posts.sql: each post, office, duty and reach by itself."""
        centre = city.offices["510400"]
        expected = set()
        for office in city.offices.values():
            for post in Post.objects.all():
                if not (post.at_city if office == centre else post.at_county):
                    continue
                is_own_only = post.family == PostFamily.BUSINESS or post.code == "OFFH"
                reach = [office] if office != centre or is_own_only else city.offices.values()
                for over in reach:
                    expected |= {
                        (f"{office.pk}/{post.code}", duty.value, over.pk)
                        for duty in DUTIES_OF_POST[post.code]
                    }
        rows = DutyHolding.objects.values_list(
            "group__name", "permission__codename", "content_object_id"
        )
        assert set(rows) == expected
        assert rows.count() == len(expected) > 1000
        assert set(DutyHolding.objects.values_list("pool_id", flat=True)) == {city.pool.pk}

    def test_equipping_again_changes_nothing(self, city):
        before = set(DutyHolding.objects.values_list("pk", flat=True))
        founding.equip_organisations(list(city.offices.values()))
        assert set(DutyHolding.objects.values_list("pk", flat=True)) == before

    def test_the_application_withdraws_nothing(self, city):
        with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("DELETE FROM accounts_dutyholding")

    @pytest.mark.django_db(transaction=True)
    def test_equipping_needs_the_owner(self):
        found_city()
        with pytest.raises(DatabaseError):
            call_command("equip_pools")
