"""Installing a pool's catalogue: the 17 items, the check-list, the policy parameters."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.models import Parameter, Pool
from payouts.enums import RiskLevel, StepKind
from payouts.models import BenefitItem, CheckList, CheckQuestion
from payouts.parameters import COMMON, DURATIONS, MINIMUM_WAGES, STANDARDS

FROM = date(2022, 4, 1)

# code, name, risk, depth, ledger account (P05). Only B01 is offered so far.
ITEMS = (
    ("B01", "失业保险金", RiskLevel.HIGH, 3, "500101"),
    ("B02", "代缴职工基本医疗保险费", RiskLevel.MEDIUM, 2, "500102"),
    ("B03", "丧葬补助金和抚恤金", RiskLevel.HIGH, 3, "500103"),
    ("B04", "职业培训补贴", RiskLevel.HIGH, 3, "500104"),
    ("B05", "职业介绍补贴", RiskLevel.MEDIUM, 3, "500104"),
    ("B06", "农民合同制工人一次性生活补助", RiskLevel.MEDIUM, 3, "500105"),
    ("B07", "价格临时补贴", RiskLevel.LOW, 2, "500105"),
    ("B08", "失业保险关系转出", RiskLevel.HIGH, 3, "5201"),
    ("B09", "失业保险关系转入", RiskLevel.MEDIUM, 2, "4301"),
    ("B10", "稳岗返还", RiskLevel.HIGH, 3, "5104"),
    ("B11", "技能提升补贴", RiskLevel.HIGH, 3, "5105"),
    ("B12", "一次性扩岗补助", RiskLevel.MEDIUM, 3, "5104"),
    ("B13", "一次性留工培训补助", RiskLevel.MEDIUM, 3, "5104"),
    ("B14", "失业补助金", RiskLevel.MEDIUM, 2, "500105"),
    ("B15", "临时生活补助", RiskLevel.MEDIUM, 2, "500105"),
    ("B16", "大龄领金人员延长领取", RiskLevel.HIGH, 3, "500101"),
    ("B17", "待遇补发、退回追回及退票重发", RiskLevel.HIGH, 3, "500101"),
)

# step, question, mandatory, basis
QUESTIONS = (
    (StepKind.ASK, "是否非因本人意愿中断就业", True, "《社会保险法》第四十五条"),
    (StepKind.ASK, "是否已办理失业登记并有求职要求", True, "《社会保险法》第四十五条"),
    (StepKind.ASK, "目前是否没有就业、没有参加其他单位社会保险", True, "《社会保险法》第五十一条"),
    (StepKind.ASK, "是否未在其他统筹区申领失业保险金", True, "《失业保险条例》第十四条"),
    (StepKind.ASK, "是否存在自办企业或个体经营", False, "疑点规则 R13"),
    (StepKind.LOOK, "身份证件真实有效、与本人一致", True, "《社会保险经办条例》第三十一条"),
    (StepKind.LOOK, "解除或终止劳动关系信息清晰可查", True, "《社会保险法》第五十条"),
    (StepKind.LOOK, "收款账户为本人社会保障卡或本人账户", True, "疑点规则 R17"),
    (StepKind.LOOK, "代办人证件与委托关系齐全", False, "市级统筹经办规程"),
    (StepKind.CHECK, "全国参保信息与申报一致", True, "三源比对"),
    (StepKind.CHECK, "职工医保参保信息无其他单位缴费", True, "三源比对"),
    (StepKind.CHECK, "未查到重复领取记录", True, "疑点规则 R06"),
    (StepKind.RECORD, "录入信息与证件资料核对一致", True, "池人社秘〔2019〕158号 第8项"),
    (StepKind.FEED_BACK, "已告知申领人办理结果、时限和查询方式", True, "五步工作法"),
)


def install_catalogue(
    *, pool: Pool, now: datetime, rules: str = "SICHUAN"
) -> dict[str, BenefitItem]:
    """Install items, check-list and the parameter set `rules` (a key of `DURATIONS`).

    Call in the pool's founding transaction.
    """
    created = BenefitItem.objects.bulk_create(
        BenefitItem(
            pool=pool,
            code=code,
            name=name,
            risk_level=risk,
            review_depth=depth,
            ledger_code=ledger_code,
            is_offered=code == "B01",
        )
        for code, name, risk, depth, ledger_code in ITEMS
    )
    items = {item.code: item for item in created}
    _install_check_list(pool, items["B01"])
    install_parameters(pool=pool, rules=rules)
    Parameter.objects.create(
        pool=pool,
        code="budget_required_from_year",
        value=timezone.localdate(now).year + 1,
        valid_from=FROM,
        source="《社会保险基金预算管理》：首个完整年度起无预算不支出",
    )
    return items


def _install_check_list(pool: Pool, item: BenefitItem) -> None:
    check_list = CheckList.objects.create(
        pool=pool,
        item=item,
        version=1,
        valid_from=FROM,
        source="《失业保险业务经办审核要点》",
    )
    CheckQuestion.objects.bulk_create(
        CheckQuestion(
            pool=pool,
            check_list=check_list,
            step=step,
            position=position,
            text=text,
            is_mandatory=is_mandatory,
            basis=basis,
        )
        for position, (step, text, is_mandatory, basis) in enumerate(QUESTIONS, start=1)
    )


def install_parameters(*, pool: Pool, rules: str) -> None:
    """Insert one dated parameter set; `rules` names a province of `payouts.parameters`."""
    duration, duration_source = DURATIONS[rules]
    standard, standard_source = STANDARDS[rules]
    rows: list[tuple[str, str, Any, date, str]] = [
        ("duration", "", duration, FROM, duration_source),
        ("benefit_standard", "", standard, FROM, standard_source),
        *((code, "", value, FROM, source) for code, value, source in COMMON),
        *(
            ("minimum_wage", region, wage, date.fromisoformat(start), source)
            for region, wages in MINIMUM_WAGES.items()
            for start, wage, source in wages
        ),
    ]
    Parameter.objects.bulk_create(
        Parameter(
            pool=pool, code=code, region_code=region, value=value, valid_from=start, source=source
        )
        for code, region, value, start, source in rows
    )
