"""Addresses of sources, comparisons, plans, unlocks and application forms."""

from django.urls import path

from payouts.views import applications, comparisons, plans, sources, unlocks

urlpatterns = [
    path("sources/", sources.sources, name="sources"),
    path("sources/new/", sources.source_upload, name="source_upload"),
    path("sources/templates/<str:kind>/", sources.source_template, name="source_template"),
    path("sources/<int:extract_id>/", sources.source, name="source"),
    path("comparisons/", comparisons.comparisons, name="comparisons"),
    path("comparisons/new/", comparisons.comparison_new, name="comparison_new"),
    path("comparisons/<int:run_id>/", comparisons.comparison, name="comparison"),
    path(
        "comparisons/results/<int:result_id>/clear/",
        comparisons.comparison_clear,
        name="comparison_clear",
    ),
    path("plans/", plans.plans, name="plans"),
    path("plans/new/", plans.plan_new, name="plan_new"),
    path("plans/<int:plan_id>/", plans.plan, name="plan"),
    path("plans/<int:plan_id>/lines/", plans.plan_lines, name="plan_lines"),
    path("plans/<int:plan_id>/decide/", plans.plan_decide, name="plan_decide"),
    path("plans/<int:plan_id>/submit/", plans.plan_submit, name="plan_submit"),
    path("plans/<int:plan_id>/withdraw/", plans.plan_withdraw, name="plan_withdraw"),
    path("unlocks/", unlocks.unlocks, name="unlocks"),
    path("unlocks/new/", unlocks.unlock_new, name="unlock_new"),
    path("unlocks/<int:unlock_id>/", unlocks.unlock, name="unlock"),
    path("applications/", applications.applications, name="applications"),
    path(
        "applications/<int:plan_id>/",
        applications.application_receive,
        name="application_receive",
    ),
    path("funds/new/", applications.funds_request_new, name="funds_request_new"),
    path(
        "funds/<int:plan_id>/again/", applications.funds_request_again, name="funds_request_again"
    ),
]
