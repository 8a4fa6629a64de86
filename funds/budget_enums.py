"""Codes of budgets and the words screens show for them."""

from django.db import models


class BudgetState(models.TextChoices):
    """Where a budget stands: what it waits for, or that it is in force."""

    DRAFT = "DRAFT", "草案"
    HEAD = "HEAD", "待主要领导签发"
    TAX = "TAX", "税务会签"
    HR = "HR", "人社审核"
    FINANCE = "FINANCE", "财政复核"
    JOINT = "JOINT", "联合上报"
    SUBMITTED = "SUBMITTED", "待政府批准"
    APPROVED = "APPROVED", "执行中"
    REPLACED = "REPLACED", "已调整"
    RETURNED = "RETURNED", "已退回"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class BudgetCause(models.TextChoices):
    """The special causes for which a budget may be adjusted; a first budget has none."""

    NONE = "NONE", "年初预算"
    MORE_EXPENDITURE = "MORE_EXPENDITURE", "增加支出"
    LESS_INCOME = "LESS_INCOME", "减少收入"


class BudgetFormula(models.TextChoices):
    """How the amount of a budget line comes about."""

    PREMIUM = "PREMIUM", "参保人数×月均缴费基数×12×费率×征缴率"
    BENEFIT = "BENEFIT", "享受待遇人月×月人均标准"
    ENTERED = "ENTERED", "按测算依据填列"


class BudgetFactor(models.TextChoices):
    """The six factors every budget takes account of (J15), in the rule's order."""

    ECONOMY = "ECONOMY", "经济社会发展水平"
    LAST_EXECUTION = "LAST_EXECUTION", "上年度预算执行情况"
    RATE_CHANGE = "RATE_CHANGE", "费率调整"
    WAGE_GROWTH = "WAGE_GROWTH", "平均工资增长"
    EMPLOYMENT = "EMPLOYMENT", "就业状况"
    COVERAGE = "COVERAGE", "扩面征缴成效"


class DeviationLevel(models.TextChoices):
    """How far a budget line is from the year's pace, the most serious level first."""

    ORANGE = "ORANGE", "橙色预警"
    YELLOW = "YELLOW", "黄色预警"
    NORMAL = "NORMAL", "正常"
    NONE = "NONE", "不评价"
