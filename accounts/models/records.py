"""What was signed, what happened, and which policy values were in force. Insert-only tables."""

from django.db import models
from django.db.models import F, Q

from accounts.enums import Decision, SubjectKind
from accounts.models.base import PoolRow
from accounts.models.changes import ParameterChange
from accounts.models.organisations import Organisation
from accounts.models.people import User
from accounts.models.posts import Post
from accounts.models.work import Document
from common.db import known_state
from common.money import AMOUNT_CAP


class Signature(PoolRow):
    """One person's decision at one step of one matter. Rows are inserted and never changed.

    Separation of duties is a database fact: within a round no step is signed twice and nobody
    signs twice. Entering the matter is itself the round's first signature, so the maker can
    never be a checker. A returned matter starts a new round.
    """

    subject_kind = models.CharField("事项类别", max_length=25, choices=SubjectKind)
    subject_id = models.BigIntegerField("事项")
    round = models.PositiveSmallIntegerField("轮次")
    step = models.CharField("环节", max_length=25)
    # Every case has four: no index that another one contains or that nobody looks into.
    person = models.ForeignKey(User, models.PROTECT, verbose_name="签署人", db_index=False)
    post = models.ForeignKey(Post, models.PROTECT, verbose_name="岗位", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构")
    decision = models.CharField("结论", max_length=10, choices=Decision)
    opinion = models.CharField("意见", max_length=500, blank=True)
    content_sha256 = models.CharField("签署内容摘要", max_length=64)
    signed_at = models.DateTimeField("签署时间")

    class Meta:
        verbose_name = "签署记录"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "subject_kind", "subject_id", "round", "person"],
                name="signature_one_step_per_person",
            ),
            models.UniqueConstraint(
                fields=["pool", "subject_kind", "subject_id", "round", "step"],
                name="signature_one_person_per_step",
            ),
            models.CheckConstraint(
                condition=Q(decision=Decision.APPROVE) | ~Q(opinion=""),
                name="signature_refusal_has_opinion",
            ),
            models.CheckConstraint(
                condition=Q(content_sha256__regex=r"^[0-9a-f]{64}$"),
                name="signature_names_its_content",
            ),
            known_state("signature_subject_known", SubjectKind, "subject_kind"),
            known_state("signature_decision_known", Decision, "decision"),
        ]
        indexes = [models.Index(fields=["person", "-signed_at"], name="signature_by_person")]


class OutsideDecision(PoolRow):
    """What a body outside the agency decided on a matter (外部意见), as its letter says.

    Tax authority, human-resources bureau, finance bureau, government: they have no account here.
    A person of ours records the decision with the letter's number; one step of a round is
    decided once, and it names the content it was about, like a signature.
    """

    subject_kind = models.CharField("事项类别", max_length=25, choices=SubjectKind)
    subject_id = models.BigIntegerField("事项")
    round = models.PositiveSmallIntegerField("轮次")
    step = models.CharField("环节", max_length=25)
    body = models.CharField("外部单位", max_length=60)
    decision = models.CharField("结论", max_length=10, choices=Decision)
    opinion = models.CharField("意见", max_length=500, blank=True)
    amount = models.DecimalField("核定金额", max_digits=18, decimal_places=2, null=True)
    document_number = models.CharField("文号", max_length=60)
    decided_date = models.DateField("批复日期")
    content_sha256 = models.CharField("内容摘要", max_length=64)
    evidence = models.ForeignKey(Document, models.PROTECT, verbose_name="批复文件", null=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, verbose_name="登记人")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "外部意见"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "subject_kind", "subject_id", "round", "step"],
                name="outside_decision_once_per_step",
            ),
            models.CheckConstraint(
                condition=Q(decision=Decision.APPROVE) | ~Q(opinion=""),
                name="outside_refusal_has_opinion",
            ),
            models.CheckConstraint(
                condition=~Q(document_number=""), name="outside_decision_names_its_letter"
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | (Q(amount__gt=0) & Q(amount__lte=AMOUNT_CAP)),
                name="outside_decision_amount_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(content_sha256__regex=r"^[0-9a-f]{64}$"),
                name="outside_decision_names_its_content",
            ),
            known_state("outside_subject_known", SubjectKind, "subject_kind"),
            known_state("outside_decision_known", Decision, "decision"),
        ]


class Attachment(PoolRow):
    """A file kept with a matter as its source document or evidence (附件). Never changed."""

    subject_kind = models.CharField("事项类别", max_length=25, choices=SubjectKind)
    subject_id = models.BigIntegerField("事项")
    document = models.ForeignKey(Document, models.PROTECT, verbose_name="文件")
    attached_by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人")
    attached_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "附件"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "subject_kind", "subject_id", "document"],
                name="attachment_once_per_matter",
            ),
            known_state("attachment_subject_known", SubjectKind, "subject_kind"),
        ]


class AuditEvent(PoolRow):
    """One act, written in the transaction of the change it reports; never changed.

    `row_sha256` is computed by a trigger over all other columns. Holds no full identity or
    account number.
    """

    at = models.DateTimeField("时间")
    person = models.ForeignKey(User, models.PROTECT, verbose_name="人员", null=True)
    post = models.CharField("岗位", max_length=5, blank=True)
    job = models.CharField("后台作业", max_length=60, blank=True)
    verb = models.CharField("动作", max_length=60)
    subject_kind = models.CharField("对象类别", max_length=60)
    subject_id = models.BigIntegerField("对象")
    subject_label = models.CharField("对象名称", max_length=120, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", null=True)
    before = models.JSONField("变更前", default=dict)
    after = models.JSONField("变更后", default=dict)
    row_sha256 = models.CharField("行摘要", max_length=64, blank=True, default="")

    class Meta:
        verbose_name = "操作日志"
        indexes = [
            models.Index(fields=["pool", "-at", "-id"], name="audit_newest_first"),
            models.Index(fields=["pool", "subject_kind", "subject_id"], name="audit_by_subject"),
            models.Index(fields=["pool", "person", "-at"], name="audit_by_person"),
        ]


class AuditSeal(PoolRow):
    """The place of one audit event in its pool's hash chain; written by the sealer."""

    sequence = models.BigIntegerField("序号")
    event = models.OneToOneField(AuditEvent, models.PROTECT, verbose_name="操作日志")
    previous_sha256 = models.CharField("前一摘要", max_length=64)
    sha256 = models.CharField("链摘要", max_length=64)

    class Meta:
        verbose_name = "日志链"
        constraints = [
            models.UniqueConstraint(fields=["pool", "sequence"], name="seal_sequence_once"),
        ]


class Parameter(PoolRow):
    """A dated policy value of a pool: in force from `valid_from` to `valid_until` inclusive.

    `region_code` narrows it to one district (empty: the whole pool). `value` is a number as
    text, or a table, according to the parameter's kind (payouts/parameters.py and others).
    Only the pool's first values have no signed `change`.
    """

    code = models.CharField("参数", max_length=40)
    region_code = models.CharField("区划代码", max_length=6, blank=True)
    value = models.JSONField("取值")
    valid_from = models.DateField("生效日期")
    valid_until = models.DateField("失效日期", null=True, blank=True)
    source = models.CharField("依据", max_length=200)
    change = models.OneToOneField(
        ParameterChange,
        models.PROTECT,
        verbose_name="参数变更",
        null=True,
        related_name="parameter",
    )

    class Meta:
        verbose_name = "政策参数"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "code", "region_code", "valid_from"],
                name="parameter_one_value_per_start",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="parameter_ends_after_it_starts",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="parameter_names_its_source"),
        ]


class StateTransition(models.Model):
    """A permitted change of state; a trigger on each table with a state refuses all others.

    The rows are written by migrations; each app's `workflows.py` holds the same table, and an
    architecture test compares the two.
    """

    table_name = models.CharField("数据表", max_length=60)
    from_state = models.CharField("原状态", max_length=15)
    to_state = models.CharField("新状态", max_length=15)

    class Meta:
        verbose_name = "状态变更"
        constraints = [
            models.UniqueConstraint(
                fields=["table_name", "from_state", "to_state"], name="state_transition_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.table_name}: {self.from_state} → {self.to_state}"
