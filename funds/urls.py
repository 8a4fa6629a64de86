"""Addresses of funds."""

from django.urls import path

from funds.views import (
    bank,
    bank_accounts,
    bank_reviews,
    books,
    financial_statements,
    funds_plans,
    handovers,
    income,
    ledgers,
    periods,
    voucher_corrections,
    voucher_entry,
    vouchers,
)

app_name = "funds"
urlpatterns = [
    path("book/", books.book_switch, name="book_switch"),
    path("vouchers/", vouchers.vouchers, name="vouchers"),
    path("vouchers/new/", voucher_entry.voucher_new, name="voucher_new"),
    path("vouchers/<int:voucher_id>/", vouchers.voucher, name="voucher"),
    path("vouchers/<int:voucher_id>/decide/", vouchers.voucher_decide, name="voucher_decide"),
    path("vouchers/<int:voucher_id>/reverse/", vouchers.voucher_reverse, name="voucher_reverse"),
    path("vouchers/<int:voucher_id>/redraft/", vouchers.voucher_redraft, name="voucher_redraft"),
    path(
        "vouchers/<int:voucher_id>/correct/",
        voucher_corrections.voucher_correct,
        name="voucher_correct",
    ),
    path(
        "vouchers/<int:voucher_id>/attach/",
        voucher_corrections.voucher_attach,
        name="voucher_attach",
    ),
    path("vouchers/<int:voucher_id>/print/", vouchers.voucher_print, name="voucher_print"),
    path("ledger/", ledgers.ledger, name="ledger"),
    path("day-book/", ledgers.day_book, name="day_book"),
    path("trial-balance/", ledgers.trial_balance, name="trial_balance"),
    path("tax-lists/", income.tax_lists, name="tax_lists"),
    path("tax-lists/<int:list_id>/", income.tax_list, name="tax_list"),
    path("plans/", funds_plans.funds_plans, name="funds_plans"),
    path("plans/<int:plan_id>/", funds_plans.funds_plan, name="funds_plan"),
    path("plans/<int:plan_id>/allot/", funds_plans.funds_plan_allot, name="funds_plan_allot"),
    path("plans/<int:plan_id>/print/", funds_plans.funds_plan_print, name="funds_plan_print"),
    path("bank-accounts/", bank_accounts.bank_accounts, name="bank_accounts"),
    path("bank-accounts/new/", bank_accounts.bank_account_new, name="bank_account_new"),
    path("bank-accounts/<int:account_id>/", bank_accounts.bank_account, name="bank_account"),
    path(
        "bank-accounts/<int:account_id>/decide/",
        bank_accounts.bank_account_decide,
        name="bank_account_decide",
    ),
    path(
        "bank-accounts/<int:account_id>/close/",
        bank_accounts.bank_account_close,
        name="bank_account_close",
    ),
    path("bank-accounts/<int:account_id>/review/", bank_reviews.bank_review, name="bank_review"),
    path("bank-reviews/", bank_reviews.bank_reviews, name="bank_reviews"),
    path("bank-reviews/print/", bank_reviews.bank_reviews_print, name="bank_reviews_print"),
    path("bank-statements/", bank.bank_statements, name="bank_statements"),
    path("bank-statements/<int:statement_id>/", bank.bank_statement, name="bank_statement"),
    path("periods/", periods.periods, name="periods"),
    path("statements/", financial_statements.financial_statements, name="financial_statements"),
    path(
        "statements/new/",
        financial_statements.financial_statement_new,
        name="financial_statement_new",
    ),
    path(
        "statements/<int:statement_id>/",
        financial_statements.financial_statement,
        name="financial_statement",
    ),
    path(
        "statements/<int:statement_id>/print/",
        financial_statements.financial_statement_print,
        name="financial_statement_print",
    ),
    path(
        "statements/<int:statement_id>/workbook/",
        financial_statements.financial_statement_workbook,
        name="financial_statement_workbook",
    ),
    path("handovers/", handovers.handovers, name="handovers"),
    path("handovers/<int:handover_id>/", handovers.handover, name="handover"),
    path(
        "handovers/<int:handover_id>/<str:part>/add/",
        handovers.handover_part,
        name="handover_part",
    ),
    path(
        "handovers/<int:handover_id>/<str:part>/remove/",
        handovers.handover_remove,
        name="handover_remove",
    ),
    path("handovers/<int:handover_id>/submit/", handovers.handover_submit, name="handover_submit"),
    path("handovers/<int:handover_id>/print/", handovers.handover_print, name="handover_print"),
]
