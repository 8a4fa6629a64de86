"""Addresses of claims."""

from django.urls import URLPattern, path

from payouts.views import bulk_reviews, cases, entitlement_changes, intake, people, queues, reviews

urlpatterns: list[URLPattern] = [
    path("cases/", cases.cases, name="cases"),
    path("cases/next/", queues.next_case, name="next_case"),
    path("cases/bulk/", bulk_reviews.bulk_review, name="bulk_review"),
    path("cases/bulk/sheet/", bulk_reviews.bulk_sheet, name="bulk_sheet"),
    path("cases/<int:case_id>/", cases.case_page, name="case"),
    path("cases/<int:case_id>/review/", reviews.review, name="review"),
    path("cases/<int:case_id>/letter/<str:kind>/", cases.case_document, name="case_document"),
    path("cases/<int:case_id>/reveal/<str:secret>/", people.reveal, name="reveal"),
    path("intake/", intake.intake_new, name="intake_new"),
    path("intake/<int:case_id>/", intake.intake, name="intake"),
    path("intake/<int:case_id>/result/", intake.intake_result, name="intake_result"),
    path("intake/<int:case_id>/resume/", intake.intake_resume, name="intake_resume"),
    path("intake/<int:case_id>/restart/", intake.intake_restart, name="intake_restart"),
    path("intake/<int:case_id>/withdraw/", intake.intake_withdraw, name="intake_withdraw"),
    path("intake/<int:case_id>/steps/<str:step>/", intake.intake_step, name="intake_step"),
    path("intake/<int:case_id>/drafts/<str:step>/", intake.intake_draft, name="intake_draft"),
    path("search/", people.search, name="search"),
    path("people/<int:claimant_id>/", people.person, name="person"),
    path("recipients/", people.recipients, name="recipients"),
    path("changes/", entitlement_changes.changes, name="changes"),
    path("changes/<int:change_id>/", entitlement_changes.change, name="change"),
    path(
        "entitlements/<int:entitlement_id>/change/",
        entitlement_changes.change_new,
        name="change_new",
    ),
]
