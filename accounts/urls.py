"""Addresses of accounts."""

from django.urls import path

from accounts.views import audit, grants, me, records, work

app_name = "accounts"
urlpatterns = [
    path("me/", me.me, name="me"),
    path("me/post/", me.switch_post, name="switch_post"),
    path("me/session/", me.session_clock, name="session_clock"),
    path("me/sessions/<int:session_id>/end/", me.end_session, name="end_session"),
    path("notices/", work.notices, name="notices"),
    path("notices/<int:notice_id>/", work.notice, name="notice"),
    path("jobs/", work.jobs, name="jobs"),
    path("jobs/<int:job_id>/", work.job, name="job"),
    path("jobs/<int:job_id>/stop/", work.job_stop, name="job_stop"),
    path("lists/export/", work.list_export, name="list_export"),
    path("documents/<int:document_id>/", work.document, name="document"),
    path("people/", records.people, name="people"),
    path("people/<int:user_id>/unlock/", records.unlock, name="unlock"),
    path("organisations/", records.organisations, name="organisations"),
    path("parameters/", records.parameters, name="parameters"),
    path("posts/", records.posts, name="posts"),
    path("grants/", grants.grants, name="grants"),
    path("grants/new/", grants.grant_new, name="grant_new"),
    path("grants/<int:grant_id>/", grants.grant, name="grant"),
    path("grants/<int:grant_id>/revoke/", grants.grant_revoke, name="grant_revoke"),
    path("audit/", audit.audit, name="audit"),
    path("audit/verify/", audit.audit_verify, name="audit_verify"),
    path("audit/<int:event_id>/", audit.audit_event, name="audit_event"),
]
