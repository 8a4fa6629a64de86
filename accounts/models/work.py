"""Jobs and what they leave behind: documents, notices, messages to the broker."""

from django.db import models
from django.db.models import F, Q

from accounts.enums import JobState, NoticeKind
from accounts.models.base import PoolRow
from accounts.models.organisations import Organisation
from accounts.models.people import User
from common.db import known_state
from common.encryption import Purpose, decrypt_bytes, encrypt_bytes


class Document(PoolRow):
    """A file, stored once with its SHA-256 and never changed; downloads check `duty`.

    The bytes rest encrypted: bank files and extracts hold full identity and account numbers.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构")
    duty = models.CharField("查阅权限", max_length=40)
    title = models.CharField("标题", max_length=150)
    file_name = models.CharField("文件名", max_length=150)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("摘要", max_length=64)
    content_cipher = models.BinaryField("内容密文")
    created_by = models.ForeignKey(User, models.PROTECT, verbose_name="经办人", null=True)
    created_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = "文件"
        indexes = [models.Index(fields=["pool", "sha256"], name="document_by_digest")]

    @property
    def content(self) -> bytes:
        """Return the file's bytes as they came in or were made."""
        sealed = bytes(self.content_cipher)
        return decrypt_bytes(sealed, pool_id=self.pool_id, purpose=Purpose.DOCUMENT)

    @content.setter
    def content(self, plain: bytes) -> None:
        self.content_cipher = encrypt_bytes(plain, pool_id=self.pool_id, purpose=Purpose.DOCUMENT)


class Job(PoolRow):
    """One piece of background work. The row is the truth; the broker only wakes a worker.

    A worker claims it by raising `epoch` and taking a lease; only the holder of the newest
    epoch may write. `key` makes the same request twice one job.
    """

    kind = models.CharField("作业", max_length=60)
    key = models.CharField("唯一键", max_length=120)
    title = models.CharField("标题", max_length=150)
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构")
    requested_by = models.ForeignKey(User, models.PROTECT, verbose_name="发起人", null=True)
    arguments = models.JSONField("参数", default=dict)
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.QUEUED)
    epoch = models.PositiveIntegerField("轮次", default=0)
    lease_until = models.DateTimeField("租约", null=True)
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    error = models.CharField("原因", max_length=1000, blank=True)
    result_url = models.CharField("结果", max_length=200, blank=True)
    report = models.ForeignKey(Document, models.PROTECT, verbose_name="报告", null=True)
    is_stoppable = models.BooleanField("可停止", default=False)
    created_at = models.DateTimeField("创建时间")
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "作业"
        indexes = [
            models.Index(fields=["pool", "-id"], name="job_newest_first"),
            models.Index(
                fields=["state", "lease_until"],
                name="job_unfinished",
                condition=Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
            ),
            models.Index(
                fields=["pool", "finished_at"],
                name="job_failed",
                condition=Q(state=JobState.FAILED),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "kind", "key"],
                name="job_once_per_key",
                condition=~Q(state__in=[JobState.FAILED, JobState.STOPPED]),
            ),
            known_state("job_state_known", JobState),
            models.CheckConstraint(
                condition=Q(state__in=[JobState.DONE, JobState.FAILED, JobState.STOPPED])
                ^ Q(finished_at__isnull=True),
                name="job_finished_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(total=0) | Q(done__lte=F("total")), name="job_done_within_total"
            ),
        ]


class JobStop(PoolRow):
    """The wish of who asked for a job that it stop; its worker heeds it before the next step.

    A row of its own, because a worker holds the job's row for as long as a step lasts.
    """

    job = models.ForeignKey(Job, models.PROTECT, verbose_name="作业")
    asked_by = models.ForeignKey(User, models.PROTECT, verbose_name="请求人")
    asked_at = models.DateTimeField("请求时间")

    class Meta:
        verbose_name = "停止作业请求"
        constraints = [models.UniqueConstraint(fields=["pool", "job"], name="job_stop_once")]


class OutboxEvent(PoolRow):
    """A task to send, written in the business transaction and relayed after it commits."""

    task = models.CharField("任务", max_length=100)
    arguments = models.JSONField("参数", default=dict)
    created_at = models.DateTimeField("创建时间")
    sent_at = models.DateTimeField("发送时间", null=True)

    class Meta:
        verbose_name = "待发任务"
        indexes = [
            models.Index(fields=["id"], name="outbox_unsent", condition=Q(sent_at__isnull=True))
        ]


class Notice(PoolRow):
    """A message to one person, leading to the place where it is dealt with."""

    recipient = models.ForeignKey(User, models.PROTECT, verbose_name="收件人")
    kind = models.CharField("类别", max_length=15, choices=NoticeKind)
    text = models.CharField("内容", max_length=300)
    url = models.CharField("地址", max_length=200)
    key = models.CharField("唯一键", max_length=120)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True)

    class Meta:
        verbose_name = "消息"
        indexes = [models.Index(fields=["recipient", "-id"], name="notice_newest_first")]
        constraints = [
            models.UniqueConstraint(fields=["pool", "recipient", "key"], name="notice_once"),
            known_state("notice_kind_known", NoticeKind, "kind"),
        ]


class NumberSeries(PoolRow):
    """The last number given in one series (案件、计划、批次编号); raised under a row lock."""

    key = models.CharField("编号序列", max_length=60)
    last_number = models.PositiveIntegerField("最后编号", default=0)

    class Meta:
        verbose_name = "编号序列"
        constraints = [models.UniqueConstraint(fields=["pool", "key"], name="series_once")]
