"""The policy parameters payouts reads, and the sets a pool may start with.

Each value is dated (`accounts.Parameter`). Codes and shapes:

* `duration`: {"kind": "STEPS", "steps": [[years from, years to or null, months], ...]}, or
  {"kind": "STEPS_THEN_YEARLY", "steps": [...], "base_years": n, "base_months": m}, or
  {"kind": "PER_YEAR", "months_per_year": n}, or {"kind": "YEARS_THEN_HALVES", "full_years": 4}.
* `minimum_wage` (per district): yuan a month as text.
* `benefit_standard`: {"kind": "MINIMUM_WAGE_SHARE", "percent": "80"}, or
  {"kind": "STAGES", "stages": [[month from, month to, "yuan"], ...]}, or
  {"kind": "TIERS", "tiers": [[years from, years to or null, "yuan"], ...], "later": "yuan"}.
* `start_month_offset`: months between the application month and the first month paid.
* `start_basis`: "REGISTRATION" (the month of registration, 社保法50) or "APPLICATION" (the later
  of the months of registration and application). `prison`: "STOP" or "SUSPEND" who is imprisoned.
* `minimum_living` (optional, per district): yuan a month as text, which no standard goes below.
* `decision_days`: working days for the decision. `source_days`: days a source stays fresh.
* `large_line`, `large_plan`: yuan from which the principal head signs in person (Z14).
* `review_depth.<item>` (optional): 2 or 3, levels of review of an item from the day on (C04).
* `large_case`: monthly amount in yuan from which a claim takes three levels whatever its item.
* `deadlines`: {"ACCEPT": day, "REVIEW": day, "PLAN": day, "PAY": day, "RETURN": day}, days of
  the month; `reconciliation_days`: working days of the next month for the signed statement.
* `bank_file_lines`, `bank_file_amount`: the bank's limits for one file.
* `return_hours`: hours after which a missing return is late (P26).
* `medical_payer_units`: unit numbers under which the pool itself pays medical premiums (P16).
* `capacity_levels`: {"RED": months, "ORANGE": …, "YELLOW": …}, as text: below so many months of
  capacity a level begins. `policy_gate_months`: months of last year's expenditure that last
  year's closing balance must pay before subsidies for jobs and skills are paid.
* `budget_required_from_year`: from this year on nothing is signed without an approved budget
  but, in the first quarter, within last year's same months; founded as the year after.
  `budget_deviation`: {"YELLOW": points, "ORANGE": …}, as text: a line so far from the year's pace.
* `gap_ratio_if_covered`, `gap_ratio_if_not`: parts of a gap that the pool and the offices'
  governments bear, "8:2", where the rolled balance covers the gap and where it does not.
* `reserve_months`: months of average payments that stay in 支出户, 1 to 2 as text ("1.5");
  `reserve_average_months`: months before the plan's whose payments make the average.
* `bank_debit_mode`: "SUCCESS" (the bank debits successes only, E09) or "GROSS" (E10).
"""

from typing import Any

SICHUAN = "四川省默认值，启用前由市级核对"
NATIONAL = "《中华人民共和国社会保险法》第四十六条上限内"

COMMON: tuple[tuple[str, Any, str], ...] = (
    ("start_month_offset", 0, SICHUAN),
    ("start_basis", "REGISTRATION", "《中华人民共和国社会保险法》第五十条"),
    ("prison", "STOP", "《失业保险条例》第十五条"),
    ("decision_days", 10, "《社会保险经办条例》第二十四条"),
    ("source_days", 45, "市级统筹经办规程：比对数据时效"),
    ("large_line", "50000.00", "浙人社发〔2012〕320号：大额支付审核"),
    ("large_plan", "1000000.00", "浙人社发〔2012〕320号：大额支付审核"),
    ("large_case", "50000.00", "浙人社发〔2012〕320号：大额支付审核"),
    (
        "deadlines",
        {"ACCEPT": 18, "REVIEW": 22, "PLAN": 25, "PAY": 28, "RETURN": 30},
        "市级统筹业务时间节点",
    ),
    ("reconciliation_days", 5, "市级统筹对账制度"),
    ("bank_file_lines", 5000, "银行单文件限额"),
    ("bank_file_amount", "5000000.00", "银行单文件限额"),
    ("return_hours", 24, "市级统筹经办规程：回盘时限"),
    ("medical_payer_units", ["YB510400001"], "市就业中心医保扣缴单位编号"),
    ("bank_debit_mode", "SUCCESS", "支出户开户银行扣款方式"),
    (
        "capacity_levels",
        {"RED": "3", "ORANGE": "6", "YELLOW": "12"},
        "基金支付能力预警，启用前由市级核对",
    ),
    ("policy_gate_months", "12", "人社部等关于稳岗返还实施条件的通知：上年滚存结余备付12个月以上"),
    (
        "budget_deviation",
        {"YELLOW": "10", "ORANGE": "20"},
        "预算执行监控：偏离时间进度，启用前由市级核对",
    ),
    ("gap_ratio_if_covered", "8:2", "参照辽宁省失业保险省级统筹缺口分担办法，启用前由市级核对"),
    ("gap_ratio_if_not", "6:4", "参照辽宁省失业保险省级统筹缺口分担办法，启用前由市级核对"),
    ("reserve_months", "2", "支出户备付一至两个月支付额，启用前由市级核对"),
    ("reserve_average_months", 3, "支出户备付按最近月份实际支付的平均数计算"),
)

DURATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "SICHUAN": (
        {
            "kind": "STEPS",
            "steps": [[1, 2, 3], [2, 3, 6], [3, 5, 12], [5, 8, 15], [8, 10, 18], [10, None, 24]],
        },
        SICHUAN,
    ),
    "CHONGQING": (
        {
            "kind": "STEPS_THEN_YEARLY",
            "steps": [[1, 2, 3], [2, 3, 6], [3, 4, 9], [4, 5, 12], [5, 7, 15]],
            "base_years": 7,
            "base_months": 16,
        },
        "《重庆市失业保险条例》第二十四条",
    ),
    "GUANGDONG": (
        {"kind": "YEARS_THEN_HALVES", "full_years": 4},
        "《广东省失业保险条例》第十七条",
    ),
    "SHANGHAI": ({"kind": "PER_YEAR", "months_per_year": 2}, "沪人社规〔2026〕18号"),
}

STANDARDS: dict[str, tuple[dict[str, Any], str]] = {
    "SICHUAN": ({"kind": "MINIMUM_WAGE_SHARE", "percent": "80"}, SICHUAN),
    "CHONGQING": ({"kind": "MINIMUM_WAGE_SHARE", "percent": "80"}, "重庆市默认值，启用前核对"),
    "GUANGDONG": (
        {"kind": "MINIMUM_WAGE_SHARE", "percent": "90"},
        "《广东省失业保险条例》第十九条",
    ),
    "SHANGHAI": (
        {
            "kind": "STAGES",
            "stages": [[1, 12, "2340.00"], [13, 24, "1872.00"]],
        },
        "沪人社规〔2026〕7号，2026-07-01起",
    ),
}

# district -> dated minimum wages; other districts of a pool use its own (empty) entry
MINIMUM_WAGES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "": (
        ("2022-04-01", "1970.00", "四川省最低工资标准（2022）"),
        ("2025-01-01", "2330.00", "四川省最低工资标准（2025）"),
    ),
    "510421": (
        ("2022-04-01", "1870.00", "四川省最低工资标准（2022）"),
        ("2025-01-01", "2200.00", "四川省最低工资标准（2025）"),
    ),
    "510422": (
        ("2022-04-01", "1870.00", "四川省最低工资标准（2022）"),
        ("2025-01-01", "2200.00", "四川省最低工资标准（2025）"),
    ),
}
