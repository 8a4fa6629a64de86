"""Financial statements (财务报表) as they were signed, and the words written to an analysis."""

from django.db import models
from django.db.models import F, Q

from accounts.models import PoolRow, User
from common.db import known_state
from funds.enums import (
    FinancialStatementState,
    StatementColumn,
    StatementForm,
    StatementSpan,
    StatementTable,
)
from funds.models.books import Book

IN_WORK = (
    FinancialStatementState.CHECKING,
    FinancialStatementState.APPROVING,
    FinancialStatementState.SIGNING,
)


class FinancialStatement(PoolRow):
    """One version of a book's statements for some months: 资产负债表, 收支表 and 附注 (P52, P53).

    Figures are its cells, written when it is prepared and never changed. It becomes final when
    preparer, checker, head of finance and principal head, four people, have signed it and its
    months are closed; a later version names the final one it replaces. A disclosure (信息披露,
    Z34) keeps the same cells and those of the recipients.
    """

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    form = models.CharField("用途", max_length=12, choices=StatementForm)
    span = models.CharField("期别", max_length=10, choices=StatementSpan)
    first_month = models.DateField("起始月份")
    month = models.DateField("截止月份")
    version = models.PositiveSmallIntegerField("版本")
    replaces = models.ForeignKey(
        "self", models.PROTECT, verbose_name="替换的版本", null=True, related_name="replaced_by"
    )
    state = models.CharField(
        "状态",
        max_length=12,
        choices=FinancialStatementState,
        default=FinancialStatementState.CHECKING,
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64)
    prepared_by = models.ForeignKey(User, models.PROTECT, verbose_name="编制人", related_name="+")
    prepared_at = models.DateTimeField("编制时间")
    finalised_at = models.DateTimeField("定稿时间", null=True)

    class Meta:
        verbose_name = "财务报表"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "book", "form", "span", "month", "version"],
                name="financial_statement_version_once",
            ),
            models.UniqueConstraint(
                fields=["pool", "book", "form", "span", "month"],
                condition=Q(state__in=IN_WORK),
                name="financial_statement_one_in_work",
            ),
            models.CheckConstraint(
                condition=Q(state=FinancialStatementState.FINAL) ^ Q(finalised_at__isnull=True),
                name="financial_statement_final_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(first_month__day=1)
                & Q(month__day=1)
                & Q(first_month__lte=F("month"))
                & Q(first_month__year=F("month__year")),
                name="financial_statement_months_of_one_year",
            ),
            models.CheckConstraint(
                condition=Q(form=StatementForm.ACCOUNTS, span__in=["MONTH", "YEAR"])
                | Q(form=StatementForm.DISCLOSURE, span__in=["QUARTER", "HALF_YEAR", "YEAR"]),
                name="financial_statement_span_fits_form",
            ),
            known_state("financial_statement_state_known", FinancialStatementState),
            known_state("financial_statement_form_known", StatementForm, "form"),
            known_state("financial_statement_span_known", StatementSpan, "span"),
        ]


class FinancialStatementCell(PoolRow):
    """One figure of a statement: yuan, or persons; null where it would show who was paid."""

    statement = models.ForeignKey(
        FinancialStatement, models.PROTECT, verbose_name="财务报表", related_name="cells"
    )
    table = models.CharField("表", max_length=10, choices=StatementTable)
    line = models.CharField("行", max_length=12)
    column = models.CharField("栏", max_length=10, choices=StatementColumn)
    amount = models.DecimalField("金额", max_digits=18, decimal_places=2, null=True)

    class Meta:
        verbose_name = "报表数据"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "statement", "table", "line", "column"],
                name="financial_statement_cell_once",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=False) | Q(table=StatementTable.RECIPIENTS),
                name="financial_statement_cell_has_amount",
            ),
            known_state("financial_statement_table_known", StatementTable, "table"),
            known_state("financial_statement_column_known", StatementColumn, "column"),
        ]


class FinancialStatementNote(PoolRow):
    """One of the six points of the notes (附注) to a statement, as its preparer wrote it."""

    statement = models.ForeignKey(
        FinancialStatement, models.PROTECT, verbose_name="财务报表", related_name="notes"
    )
    number = models.PositiveSmallIntegerField("序号")
    text = models.TextField("说明")

    class Meta:
        verbose_name = "报表附注"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "statement", "number"], name="financial_statement_note_once"
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="financial_statement_note_says_something"
            ),
        ]


class AnalysisRemark(PoolRow):
    """What the accountant says to the figures of a month (T18); the newest one is shown."""

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    month = models.DateField("月份")
    text = models.TextField("分析说明")
    written_by = models.ForeignKey(User, models.PROTECT, verbose_name="撰写人", related_name="+")
    written_at = models.DateTimeField("撰写时间")

    class Meta:
        verbose_name = "运行分析说明"
        constraints = [
            models.CheckConstraint(
                condition=Q(month__day=1), name="analysis_remark_month_starts_on_the_first"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="analysis_remark_says_something"),
        ]
        indexes = [
            models.Index(fields=["pool", "book", "month", "-id"], name="analysis_remark_newest")
        ]
