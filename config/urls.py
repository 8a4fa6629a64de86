"""Every address of the site."""

from django.urls import include, path

from accounts.views import sign_in
from config import health, home
from config.analysis import views as analysis
from config.capacity.views import capacity
from config.disclosures import views as disclosures
from config.help import views as help_views
from config.parameter_changes import views as changes
from config.plan_closings import views as plan_closings

urlpatterns = [
    path("", home.desk, name="desk"),
    path("login/", sign_in.login, name="login"),
    path("logout/", sign_in.logout, name="logout"),
    path("password/", sign_in.password_change, name="password_change"),
    path("help/", help_views.help_index, name="help"),
    path("help/posts/<str:code>/", help_views.help_post, name="help_post"),
    path("help/posts/<str:code>/print/", help_views.help_post_print, name="help_post_print"),
    path("help/<slug:slug>/", help_views.help_task, name="help_task"),
    path("capacity/", capacity, name="capacity"),
    path("analysis/", analysis.analysis, name="analysis"),
    path("analysis/print/", analysis.analysis_print, name="analysis_print"),
    path("analysis/workbook/", analysis.analysis_workbook, name="analysis_workbook"),
    path("disclosures/", disclosures.disclosures, name="disclosures"),
    path("disclosures/new/", disclosures.disclosure_new, name="disclosure_new"),
    path("disclosures/<int:statement_id>/", disclosures.disclosure, name="disclosure"),
    path(
        "disclosures/<int:statement_id>/print/",
        disclosures.disclosure_print,
        name="disclosure_print",
    ),
    path("parameters/changes/", changes.parameter_changes, name="parameter_changes"),
    path(
        "parameters/changes/new/", changes.parameter_change_choose, name="parameter_change_choose"
    ),
    path(
        "parameters/changes/new/<str:code>/",
        changes.parameter_change_new,
        name="parameter_change_new",
    ),
    path("parameters/changes/<int:change_id>/", changes.parameter_change, name="parameter_change"),
    path(
        "organisations/<int:organisation_id>/onboarding/",
        changes.onboarding_change_new,
        name="onboarding_change_new",
    ),
    path("funds-plans/<int:plan_id>/closing/", plan_closings.plan_closing, name="plan_closing"),
    path(
        "funds-plans/closings/<int:closing_id>/decide/",
        plan_closings.plan_closing_decide,
        name="plan_closing_decide",
    ),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("accounts/", include("accounts.urls")),
    path("payouts/", include("payouts.urls")),
    path("funds/", include("funds.urls")),
    path("reconciliation/", include("reconciliation.urls")),
    path("api/v1/bank/", include("payouts.urls.bank")),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.failure"
