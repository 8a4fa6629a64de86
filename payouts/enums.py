"""Stored codes of payouts, with the words screens show."""

from django.db import models


class RiskLevel(models.TextChoices):
    HIGH = "HIGH", "高"
    MEDIUM = "MEDIUM", "中"
    LOW = "LOW", "低"


class StepKind(models.TextChoices):
    """The five intake steps (五步工作法), in order."""

    ASK = "ASK", "一问"
    LOOK = "LOOK", "二看"
    CHECK = "CHECK", "三查"
    RECORD = "RECORD", "四收录"
    FEED_BACK = "FEED_BACK", "五反馈"


class Answer(models.TextChoices):
    YES = "YES", "是"
    NO = "NO", "否"
    NOT_APPLICABLE = "NOT_APPLICABLE", "不适用"


class Feedback(models.TextChoices):
    """How the fifth step ends."""

    RECEIPT = "RECEIPT", "予以受理（受理回执）"
    SUPPLEMENT = "SUPPLEMENT", "需补正（一次性告知）"
    REFUSAL = "REFUSAL", "不予受理（书面告知）"


class CaseState(models.TextChoices):
    """Where a case waits, or what it is."""

    DRAFT = "DRAFT", "受理中"
    SUPPLEMENT = "SUPPLEMENT", "待补正材料"
    FIRST_REVIEW = "FIRST_REVIEW", "待初审"
    RE_REVIEW = "RE_REVIEW", "待复核"
    APPROVAL = "APPROVAL", "待审批"
    DETERMINED = "DETERMINED", "已核定"
    RETURNED = "RETURNED", "退回补正"
    REFUSED = "REFUSED", "不予受理或批准"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class Channel(models.TextChoices):
    """Where the claim came in (P34); the steps are the same for all."""

    WINDOW = "WINDOW", "经办窗口"
    WEB = "WEB", "网上服务大厅"
    WECHAT = "WECHAT", "四川E就业微信公众号"


class ServiceMode(models.TextChoices):
    IN_PERSON = "IN_PERSON", "本人办理"
    POST_AGENT = "POST_AGENT", "邮寄代办"
    DOOR_AGENT = "DOOR_AGENT", "上门收件代办"


class LeavingReason(models.TextChoices):
    """Why work ended; 90 is the person's own will and gives no entitlement."""

    CONTRACT_ENDED = "01", "劳动合同终止（期满、破产、吊销关闭）"
    DISMISSED = "02", "用人单位解除劳动合同（39、40、41条）"
    AGREED = "03", "用人单位提出协商一致解除（36条）"
    STAFF_DISMISSED = "04", "辞退、除名、开除或解除聘用合同"
    EMPLOYER_BREACH = "05", "因用人单位违法由本人解除（38条）"
    OTHER_BY_LAW = "06", "法律、行政法规规定的其他情形"
    OWN_WILL = "90", "本人意愿中断就业"


class Sex(models.TextChoices):
    MALE = "MALE", "男"
    FEMALE = "FEMALE", "女"


class AccountKind(models.TextChoices):
    CARD = "CARD", "社会保障卡（银行卡）"
    SETTLEMENT = "SETTLEMENT", "结算账户（存折）"


class EntitlementState(models.TextChoices):
    PAYING = "PAYING", "发放中"
    SUSPENDED = "SUSPENDED", "暂停"
    STOPPED = "STOPPED", "停发"
    FINISHED = "FINISHED", "领取期满"


class ChangeKind(models.TextChoices):
    """What an application does to an entitlement."""

    STOP = "STOP", "停发"
    SUSPEND = "SUSPEND", "暂停"
    RESUME = "RESUME", "恢复"


class ChangeReason(models.TextChoices):
    """Why an entitlement ends or rests; RESTORED is the only reason to resume."""

    RE_EMPLOYED = "RE_EMPLOYED", "重新就业"
    MILITARY = "MILITARY", "应征服兵役"
    ABROAD = "ABROAD", "移居境外"
    PENSION = "PENSION", "享受基本养老保险待遇"
    REFUSED_WORK = "REFUSED_WORK", "无正当理由拒不接受适当工作或培训"
    PRISON = "PRISON", "被判刑收监执行"
    DEATH = "DEATH", "死亡"
    RESTORED = "RESTORED", "暂停情形消失"


class ChangeState(models.TextChoices):
    WAITING = "WAITING", "待核准"
    APPROVED = "APPROVED", "已核准"
    REFUSED = "REFUSED", "未核准"


class SourceKind(models.TextChoices):
    ENROLMENT = "ENROLMENT", "全国社保参保信息"
    MEDICAL = "MEDICAL", "职工医保参保信息"


class EnrolmentStatus(models.TextChoices):
    ACTIVE = "ACTIVE", "参保缴费"
    STOPPED = "STOPPED", "暂停缴费"
    RETIRED = "RETIRED", "领取养老金"
    DECEASED = "DECEASED", "死亡"


class ExtractState(models.TextChoices):
    CHECKING = "CHECKING", "校验中"
    APPLIED = "APPLIED", "已入库"
    REJECTED = "REJECTED", "未入库"


class RunState(models.TextChoices):
    RUNNING = "RUNNING", "比对中"
    DONE = "DONE", "已完成"
    FAILED = "FAILED", "未完成"


class ComparisonState(models.TextChoices):
    PASSED = "PASSED", "一致"
    EXCEPTION = "EXCEPTION", "不一致"
    CLEARED = "CLEARED", "已核实排除"


class MismatchReason(models.TextChoices):
    """Why the three sources do not agree about a person and month."""

    NOT_IN_ENROLMENT = "NOT_IN_ENROLMENT", "全国参保信息查无此人"
    NAME_DIFFERS = "NAME_DIFFERS", "姓名与参保信息不一致"
    RE_EMPLOYED = "RE_EMPLOYED", "已重新就业参保"
    RETIRED = "RETIRED", "已领取基本养老金"
    DECEASED = "DECEASED", "已死亡"
    NOT_IN_MEDICAL = "NOT_IN_MEDICAL", "职工医保信息查无此人"
    MEDICAL_NAME_DIFFERS = "MEDICAL_NAME_DIFFERS", "姓名与医保信息不一致"
    MEDICAL_OTHER_UNIT = "MEDICAL_OTHER_UNIT", "职工医保由其他单位缴费"
    DRAWING_ELSEWHERE = "DRAWING_ELSEWHERE", "本月已在其他计划或统筹区发放"
    MONTHS_EXHAUSTED = "MONTHS_EXHAUSTED", "核定月数已用完"


# Facts that no explanation removes: such a person is left out of the month.
NEVER_CLEARED = frozenset({"DECEASED", "MONTHS_EXHAUSTED", "DRAWING_ELSEWHERE"})


class PlanState(models.TextChoices):
    BUILDING = "BUILDING", "生成中"
    DRAFT = "DRAFT", "待提交"
    OFFICE = "OFFICE", "待机构负责人签字"
    DEPARTMENT = "DEPARTMENT", "待市职能部门签字"
    LEADER = "LEADER", "待分管领导签字"
    PRINCIPAL = "PRINCIPAL", "待主要领导签字"
    APPROVED = "APPROVED", "已签批"
    RETURNED = "RETURNED", "已退回"
    WITHDRAWN = "WITHDRAWN", "已作废"


class ApplicationChannel(models.TextChoices):
    OFFICE_AUTOMATION = "OFFICE_AUTOMATION", "协同办公平台"
    PAPER = "PAPER", "纸质申请表"


class UnlockState(models.TextChoices):
    WAITING = "WAITING", "待批准"
    GRANTED = "GRANTED", "已解锁"
    REFUSED = "REFUSED", "未批准"


class BatchKind(models.TextChoices):
    REGULAR = "REGULAR", "正常发放"
    REISSUE = "REISSUE", "退票重发"


class BatchState(models.TextChoices):
    DRAFT = "DRAFT", "待复核"
    CHECKED = "CHECKED", "待银行核对"
    CONFIRMED = "CONFIRMED", "待确认支付"
    RELEASED = "RELEASED", "待发送银行"
    SENDING = "SENDING", "发送中"
    UNKNOWN = "UNKNOWN", "结果未明"
    SENT = "SENT", "待回盘"
    RETURNED = "RETURNED", "已回盘"
    REJECTED = "REJECTED", "银行拒收"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class AnswerState(models.TextChoices):
    WAITING = "WAITING", "待核准"
    APPROVED = "APPROVED", "已核准"
    REFUSED = "REFUSED", "未核准"


class InstructionState(models.TextChoices):
    CREATED = "CREATED", "待发送"
    SENT = "SENT", "已发送"
    UNKNOWN = "UNKNOWN", "结果未明"
    SUCCESS = "SUCCESS", "支付成功"
    FAILED = "FAILED", "支付失败"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class FailCode(models.TextChoices):
    ACCOUNT_NOT_FOUND = "01", "账号不存在"
    NAME_MISMATCH = "02", "户名不符"
    ACCOUNT_CLOSED = "03", "账户销户或冻结"
    LIMIT = "04", "超出限额"
    BANK_BUSY = "05", "银行系统繁忙"
    OTHER = "99", "其他原因"


class ReturnVia(models.TextChoices):
    UPLOAD = "UPLOAD", "页面上传"
    FOLDER = "FOLDER", "文件夹接收"
    GATEWAY = "GATEWAY", "银行接口"


class ReturnState(models.TextChoices):
    APPLIED = "APPLIED", "已入账"
    QUARANTINED = "QUARANTINED", "异常回盘"


class ReissueState(models.TextChoices):
    REVIEW = "REVIEW", "待复核"
    APPROVAL = "APPROVAL", "待审批"
    APPROVED = "APPROVED", "待重发"
    IN_BATCH = "IN_BATCH", "已进入批次"
    REFUSED = "REFUSED", "未批准"
