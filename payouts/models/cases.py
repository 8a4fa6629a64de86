"""Claimants, their accounts, their claims, and the five recorded intake steps."""

from django.db import models
from django.db.models import Q

from accounts.models import Document, Organisation, PoolRow, User
from common.db import amount_above_zero, known_state
from payouts.enums import (
    AccountKind,
    CaseState,
    Channel,
    Feedback,
    LeavingReason,
    ServiceMode,
    Sex,
    StepKind,
)
from payouts.models.items import BenefitItem, CheckList


class Claimant(PoolRow):
    """A person who claims (申领人). The identity number is encrypted; `person_key` finds it.

    `person_key` is the same in every pool of the installation, so that one person cannot draw
    twice; `name` has the C collation so that a prefix search keeps its index.
    """

    person_key = models.CharField("检索键", max_length=64)
    identity_cipher = models.TextField("证件号密文")
    identity_masked = models.CharField("证件号", max_length=18)
    identity_last_four = models.CharField("证件号后四位", max_length=4)
    name = models.CharField("姓名", max_length=50, db_collation="C")
    sex = models.CharField("性别", max_length=6, choices=Sex)
    birth_date = models.DateField("出生日期")
    phone_cipher = models.TextField("电话密文", blank=True)
    phone_masked = models.CharField("电话", max_length=20, blank=True)

    class Meta:
        verbose_name = "申领人"
        constraints = [
            models.UniqueConstraint(fields=["pool", "person_key"], name="claimant_once_per_pool"),
            known_state("claimant_sex_known", Sex, "sex"),
        ]
        indexes = [
            models.Index(fields=["pool", "name"], name="claimant_by_name"),
            models.Index(fields=["pool", "identity_last_four"], name="claimant_by_last_four"),
        ]


class PayeeAccount(PoolRow):
    """An account a claimant is paid to. Never edited: another account is another row."""

    claimant = models.ForeignKey(Claimant, models.PROTECT, verbose_name="申领人")
    kind = models.CharField("账户类别", max_length=10, choices=AccountKind)
    number_cipher = models.TextField("账号密文")
    number_key = models.CharField("账号检索键", max_length=64)
    number_masked = models.CharField("账号", max_length=40)
    bank_name = models.CharField("开户银行", max_length=60)
    bank_number = models.CharField("联行号", max_length=12, blank=True)
    holder_name = models.CharField("户名", max_length=50)
    created_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "收款账户"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "claimant", "number_key"], name="payee_account_once_per_claimant"
            ),
            known_state("payee_account_kind_known", AccountKind, "kind"),
        ]
        indexes = [models.Index(fields=["pool", "number_key"], name="payee_account_by_key")]


class BenefitCase(PoolRow):
    """One claim of one person for one item (待遇案件), from first question to determination.

    `organisation` took it in; `paying_organisation` is the paying place the person chose (P09)
    and whose plan will carry it. Amount and months are computed, never typed; the computation
    is kept line by line. `content_sha256` is what reviewers sign.
    """

    number = models.CharField("业务编号", max_length=40)
    item = models.ForeignKey(BenefitItem, models.PROTECT, verbose_name="业务项目")
    claimant = models.ForeignKey(Claimant, models.PROTECT, verbose_name="申领人")
    check_list = models.ForeignKey(CheckList, models.PROTECT, verbose_name="审核要点")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name="受理机构", related_name="+"
    )
    insured_organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name="参保地", related_name="+", null=True
    )
    paying_organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name="发放地", related_name="+", null=True
    )
    channel = models.CharField("申请渠道", max_length=10, choices=Channel)
    service_mode = models.CharField("办理方式", max_length=12, choices=ServiceMode)
    is_special_group = models.BooleanField("特殊群体", default=False)
    agent_name = models.CharField("代办人", max_length=50, blank=True)
    agent_identity_cipher = models.TextField("代办人证件号密文", blank=True)
    agent_identity_masked = models.CharField("代办人证件号", max_length=18, blank=True)
    agent_relation = models.CharField("与本人关系", max_length=30, blank=True)
    leaving_reason = models.CharField("失业原因", max_length=2, choices=LeavingReason, blank=True)
    unemployed_date = models.DateField("失业日期", null=True)
    registered_date = models.DateField("失业登记日期", null=True)
    applied_date = models.DateField("申请日期")
    payee_account = models.ForeignKey(
        PayeeAccount, models.PROTECT, verbose_name="收款账户", null=True
    )
    contributed_months = models.PositiveSmallIntegerField("累计缴费月数", null=True)
    carried_months = models.PositiveSmallIntegerField("结转未领月数", default=0)
    months_granted = models.PositiveSmallIntegerField("核定月数", null=True)
    monthly_amount = models.DecimalField("月发放标准", max_digits=18, decimal_places=2, null=True)
    first_month = models.DateField("首次发放月份", null=True)
    computation = models.JSONField("核定计算", default=list)
    review_depth = models.PositiveSmallIntegerField("审核级次")
    feedback = models.CharField("反馈方式", max_length=10, choices=Feedback, blank=True)
    feedback_text = models.CharField("反馈内容", max_length=1000, blank=True)
    feedback_document = models.ForeignKey(
        Document, models.PROTECT, verbose_name="反馈文书", null=True, related_name="+"
    )
    decision_document = models.ForeignKey(
        Document, models.PROTECT, verbose_name="核定文书", null=True, related_name="+"
    )
    draft_cipher = models.TextField("未提交内容密文", blank=True)
    state = models.CharField("状态", max_length=15, choices=CaseState, default=CaseState.DRAFT)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, verbose_name="受理人", related_name="+")
    entered_at = models.DateTimeField("受理时间")
    due_date = models.DateField("办理期限")
    changed_at = models.DateTimeField("最近办理时间")

    class Meta:
        verbose_name = "待遇案件"
        constraints = [
            models.UniqueConstraint(fields=["pool", "number"], name="case_number_once"),
            models.UniqueConstraint(
                fields=["pool", "claimant", "item"],
                condition=~Q(
                    state__in=[CaseState.DETERMINED, CaseState.REFUSED, CaseState.WITHDRAWN]
                ),
                name="case_one_open_per_person_and_item",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        CaseState.DRAFT,
                        CaseState.SUPPLEMENT,
                        CaseState.REFUSED,
                        CaseState.WITHDRAWN,
                        CaseState.RETURNED,
                    ]
                )
                | Q(
                    insured_organisation__isnull=False,
                    paying_organisation__isnull=False,
                    payee_account__isnull=False,
                    months_granted__isnull=False,
                    monthly_amount__isnull=False,
                    first_month__isnull=False,
                    unemployed_date__isnull=False,
                    registered_date__isnull=False,
                    contributed_months__isnull=False,
                    content_sha256__regex=r"^[0-9a-f]{64}$",
                ),
                name="case_complete_before_review",
            ),
            models.CheckConstraint(
                condition=Q(months_granted__isnull=True)
                | Q(months_granted__gte=1, months_granted__lte=24),
                name="case_months_one_to_twenty_four",
            ),
            models.CheckConstraint(
                condition=Q(service_mode=ServiceMode.IN_PERSON)
                | (~Q(agent_name="") & ~Q(agent_relation="")),
                name="case_agent_is_named",
            ),
            models.CheckConstraint(
                condition=Q(review_depth__in=[2, 3]), name="case_depth_two_or_three"
            ),
            amount_above_zero("case_amount_above_zero", "monthly_amount"),
            known_state("case_state_known", CaseState),
            known_state("case_channel_known", Channel, "channel"),
            known_state("case_service_mode_known", ServiceMode, "service_mode"),
        ]
        indexes = [
            models.Index(fields=["pool", "state", "entered_at", "id"], name="case_waiting"),
            # With the offices, so that a page and a count of one office's read no other's rows.
            models.Index(
                fields=["pool", "-id"],
                include=["organisation", "paying_organisation"],
                name="case_newest_with_offices",
            ),
            models.Index(fields=["pool", "claimant"], name="case_by_claimant"),
            models.Index(fields=["pool", "applied_date", "id"], name="case_by_applied"),
            models.Index(fields=["pool", "due_date", "id"], name="case_by_due"),
            models.Index(
                fields=["pool", "organisation", "applied_date"],
                include=["state"],
                name="case_by_office_and_day",
            ),
        ]


class IntakeStep(PoolRow):
    """One recorded step of 问看查收录馈 with its answers; a trigger keeps their order.

    `answers` maps question id (text) to {"answer": Answer code, "note": text}; `findings` is
    what the sources said at the third step; `facts` is the claim as it stood at the fifth, in
    the words of the screen (`selectors.case_rounds`), and nothing at the other steps.
    """

    case = models.ForeignKey(BenefitCase, models.PROTECT, verbose_name="案件", related_name="steps")
    round = models.PositiveSmallIntegerField("轮次")
    step = models.CharField("环节", max_length=10, choices=StepKind)
    position = models.PositiveSmallIntegerField("顺序")
    answers = models.JSONField("答复", default=dict)
    findings = models.JSONField("核查结果", default=list)
    facts = models.JSONField("反馈时的申领信息", null=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, verbose_name="记录人")
    recorded_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "受理环节"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "case", "round", "step"], name="intake_step_once_per_round"
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=5), name="intake_step_one_to_five"
            ),
            known_state("intake_step_known", StepKind, "step"),
        ]
