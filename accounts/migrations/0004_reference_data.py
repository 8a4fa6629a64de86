"""Posts and incompatible posts, the same for every pool, each with its source.

The literal tables stand here, as a migration must not change when the code does. A test compares
them with `docs/rules/posts.md`.
"""

from itertools import combinations, product

from django.db import migrations

S0 = "攀枝花市级统筹：三道关口、不相容岗位相互分离"
S1 = "浙人社发〔2012〕320号（四）"
S3 = "池人社秘〔2019〕158号"
GANSU = "社会保险经办岗位权限管理实施细则"
ACCOUNTING = "《会计基础工作规范》"

# code, name, layer, family, city, county, town, established staff only, acts, source
POSTS = [
    ("ACC", "受理岗", "OPERATE", "BUSINESS", 1, 1, 1, 0, "受理申请，完成五步工作法", S0),
    ("REV1", "初审岗", "OPERATE", "BUSINESS", 1, 1, 0, 0, "初审", S1),
    ("REV2", "复核岗", "OPERATE", "BUSINESS", 1, 1, 0, 1, "复核，核定待遇", S1),
    ("APP", "审批岗", "MANAGE", "BUSINESS", 1, 1, 0, 0, "审批重要业务", S3),
    ("PLAN", "待遇发放岗", "OPERATE", "BUSINESS", 1, 1, 0, 1, "三源比对、发放计划、本机构回盘", S0),
    ("OFFH", "经办机构负责人", "MANAGE", "LEADERSHIP", 1, 1, 0, 0, "签发计划，签署对账明细表", S0),
    (
        "DEPT",
        "市中心职能部门负责人",
        "MANAGE",
        "LEADERSHIP",
        1,
        0,
        0,
        0,
        "计划第二级审签",
        "天津：三级审签",
    ),
    ("LEAD", "分管领导", "MANAGE", "LEADERSHIP", 1, 0, 0, 0, "计划第三级审签", "天津：三级审签"),
    ("HEAD", "主要领导", "MANAGE", "LEADERSHIP", 1, 0, 0, 0, "大额支付本人审签", S1),
    ("FACC", "会计岗", "OPERATE", "FINANCE", 1, 0, 0, 1, "凭证、账簿、报表、支付批次", S0),
    ("FCASH", "出纳岗", "OPERATE", "FINANCE", 1, 0, 0, 1, "日记账、确认支付", S0),
    ("FCHK", "财务复核岗", "OPERATE", "FINANCE", 1, 0, 0, 0, "凭证稽核、支付复核", ACCOUNTING),
    ("FHEAD", "财务负责人", "MANAGE", "FINANCE", 1, 0, 0, 0, "过账、结账、报表", ACCOUNTING),
    (
        "BUDG",
        "预算岗",
        "MANAGE",
        "FINANCE",
        1,
        0,
        0,
        0,
        "预算编制与监控",
        "天津：基金预算与执行分开",
    ),
    ("SEAL", "印章管理岗", "OPERATE", "FINANCE", 1, 0, 0, 0, "保管印章", S3),
    ("BILL", "票据管理岗", "OPERATE", "FINANCE", 1, 0, 0, 0, "保管票据", S3),
    ("KEY", "密钥管理岗", "OPERATE", "FINANCE", 1, 0, 0, 0, "登记银行密钥", S3),
    ("RISK", "内控稽核岗", "SUPERVISE", "SUPERVISION", 1, 1, 0, 0, "抽查、疑点、授权审核", S3),
    ("SUPV", "基金监督岗", "SUPERVISE", "SUPERVISION", 1, 1, 0, 0, "要情、检查，只读", S1),
    ("AUDX", "外部审计", "SUPERVISE", "SUPERVISION", 1, 0, 0, 0, "只读、导出", S1),
    ("DATA", "数据管理岗", "OPERATE", "INFORMATION", 1, 0, 0, 0, "数据导入与交换", GANSU),
    ("PERM", "系统权限维护岗", "ADMINISTER", "INFORMATION", 1, 0, 0, 0, "维护岗位权限", GANSU),
    ("SYS", "系统管理员", "ADMINISTER", "INFORMATION", 1, 0, 0, 0, "系统配置与作业", "三员分立"),
    ("SEC", "安全管理员", "ADMINISTER", "INFORMATION", 1, 0, 0, 0, "授权与会话策略", "三员分立"),
    ("LOGA", "审计管理员", "ADMINISTER", "INFORMATION", 1, 0, 0, 0, "查阅日志", "三员分立"),
]
BUSINESS = ("ACC", "REV1", "REV2", "APP", "PLAN")
FINANCE = ("FACC", "FCASH", "FCHK", "FHEAD")
INFORMATION = ("DATA", "PERM", "SYS", "SEC", "LOGA")
SUPERVISION = ("RISK", "SUPV", "AUDX")

NEVER_BOTH = [
    *((pair, f"{S3} 第3项：严禁业务和财务岗位兼任") for pair in product(BUSINESS, FINANCE)),
    *((pair, f"{S3} 第3项：严禁业务和信息岗位兼任") for pair in product(BUSINESS, INFORMATION)),
    *((pair, f"{GANSU}第十一条：财务与信息") for pair in product(FINANCE, INFORMATION)),
    *(
        (pair, f"{GANSU}第十一条：稽核监督独立")
        for pair in product(SUPERVISION, (*BUSINESS, *FINANCE, *INFORMATION))
    ),
    (("FACC", "FCASH"), f"{S3} 第3项：严禁会计和出纳兼任"),
    (("FCASH", "FCHK"), f"{ACCOUNTING}第十二条：出纳不得兼管稽核"),
    (("SEAL", "BILL"), f"{S3} 第14项：严禁票据和印章兼管"),
    (("SEAL", "FCASH"), f"{S3} 第14项：印章与出纳分管"),
    (("BUDG", "FCASH"), "天津：基金预算与执行分开"),
    (("BUDG", "PLAN"), "天津：基金预算与执行分开"),
    (("SYS", "SEC"), "三员分立"),
    (("SYS", "LOGA"), "三员分立"),
    (("SEC", "LOGA"), "三员分立"),
]
NEVER_ON_ONE_MATTER = [
    *((pair, f"{S1}：受理、初审、复核、审批不得混岗") for pair in combinations(BUSINESS[:4], 2)),
    (("REV2", "PLAN"), S0),
    (("APP", "PLAN"), S0),
    (("FACC", "FCHK"), f"{ACCOUNTING}第五十一条：填制与稽核"),
    (("OFFH", "PLAN"), "天津：三级审签"),
    *((pair, S1) for pair in product(("OFFH", "DEPT", "LEAD", "HEAD"), BUSINESS[:4])),
]


def load(apps, schema_editor):
    post_model = apps.get_model("accounts", "Post")
    pair_model = apps.get_model("accounts", "IncompatiblePosts")
    names = ("code", "name", "layer", "family", "at_city", "at_county", "at_town")
    names += ("requires_established", "acts", "source")
    post_model.objects.bulk_create(
        post_model(**dict(zip(names, row, strict=True)), position=position)
        for position, row in enumerate(POSTS, start=1)
    )
    pair_model.objects.bulk_create(
        pair_model(first_id=min(pair), second_id=max(pair), kind=kind, source=source)
        for kind, pairs in (
            ("NEVER_BOTH", NEVER_BOTH),
            ("NEVER_ON_ONE_MATTER", NEVER_ON_ONE_MATTER),
        )
        for pair, source in pairs
    )


def unload(apps, schema_editor):
    apps.get_model("accounts", "IncompatiblePosts").objects.all().delete()
    apps.get_model("accounts", "Post").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_seal_accounts")]
    operations = [migrations.RunPython(load, unload)]
