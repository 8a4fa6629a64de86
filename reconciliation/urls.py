"""Addresses of reconciliation."""

from django.urls import path

from reconciliation.views import adjustments, differences, month, month_end, statements

app_name = "reconciliation"
urlpatterns = [
    path("", month.month, name="month"),
    path("run/", month.run, name="run"),
    path("summary/", month.summary, name="summary"),
    path(
        "offices/<int:organisation_id>/<str:month_code>/",
        statements.statement_prepare,
        name="statement_prepare",
    ),
    path("statements/<int:statement_id>/", statements.statement, name="statement"),
    path("statements/<int:statement_id>/sign/", statements.statement_sign, name="statement_sign"),
    path(
        "statements/<int:statement_id>/confirm/",
        statements.statement_confirm,
        name="statement_confirm",
    ),
    path(
        "statements/<int:statement_id>/supersede/",
        statements.statement_supersede,
        name="statement_supersede",
    ),
    path(
        "statements/<int:statement_id>/export/",
        statements.statement_export,
        name="statement_export",
    ),
    path(
        "statements/<int:statement_id>/print/", statements.statement_print, name="statement_print"
    ),
    path("differences/", differences.differences, name="differences"),
    path("differences/<int:difference_id>/", differences.difference, name="difference"),
    path(
        "differences/<int:difference_id>/explain/",
        differences.difference_explain,
        name="difference_explain",
    ),
    path(
        "differences/<int:difference_id>/close/",
        differences.difference_close,
        name="difference_close",
    ),
    path("bank/", adjustments.adjustments, name="adjustments"),
    path("bank/<int:adjustment_id>/", adjustments.adjustment, name="adjustment"),
    path("bank/<int:adjustment_id>/check/", adjustments.adjustment_check, name="adjustment_check"),
    path("bank/<int:adjustment_id>/print/", adjustments.adjustment_print, name="adjustment_print"),
    path("periods/<int:period_id>/", month_end.month_end, name="month_end"),
    path("periods/<int:period_id>/close/", month_end.month_end_close, name="month_end_close"),
    path("periods/<int:period_id>/carry/", month_end.month_end_carry, name="month_end_carry"),
    path("periods/<int:period_id>/reopen/", month_end.month_end_reopen, name="month_end_reopen"),
    path("periods/<int:period_id>/allow/", month_end.month_end_allow, name="month_end_allow"),
    path("batches/", adjustments.batch_checks, name="batch_checks"),
]
