"""Every address of the site."""

from django.urls import include, path

from accounts.views import sign_in
from config import health, home

urlpatterns = [
    path("", home.desk, name="desk"),
    path("login/", sign_in.login, name="login"),
    path("logout/", sign_in.logout, name="logout"),
    path("password/", sign_in.password_change, name="password_change"),
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
