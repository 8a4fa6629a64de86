"""Addresses of batches, return files and re-issues."""

from django.urls import URLPattern, path

from payouts.views import bank_answers, batches, reissues, returns

urlpatterns: list[URLPattern] = [
    path("batches/", batches.batches, name="batches"),
    path("batches/new/", batches.batch_new, name="batch_new"),
    path("batches/<int:batch_id>/", batches.batch, name="batch"),
    path("batches/<int:batch_id>/lines/", batches.batch_lines, name="batch_lines"),
    path("batches/<int:batch_id>/check/", batches.batch_check, name="batch_check"),
    path("batches/<int:batch_id>/confirm/", batches.batch_confirm, name="batch_confirm"),
    path("batches/<int:batch_id>/release/", batches.batch_release, name="batch_release"),
    path("batches/<int:batch_id>/withdraw/", batches.batch_withdraw, name="batch_withdraw"),
    path("batches/<int:batch_id>/print/", batches.batch_print, name="batch_print"),
    path(
        "batches/<int:batch_id>/answers/new/", bank_answers.bank_answer_new, name="bank_answer_new"
    ),
    path("bank-answers/<int:answer_id>/", bank_answers.bank_answer, name="bank_answer"),
    path("returns/", returns.returns, name="returns"),
    path("returns/new/", returns.return_import, name="return_import"),
    path("returns/<int:return_id>/", returns.bank_return, name="return"),
    path("reissues/", reissues.reissues, name="reissues"),
    path("reissues/new/<int:instruction_id>/", reissues.reissue_new, name="reissue_new"),
    path("reissues/<int:reissue_id>/", reissues.reissue, name="reissue"),
]
