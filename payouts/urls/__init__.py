"""Addresses of payouts, one module per area."""

from payouts.urls import claims, payments, plans

app_name = "payouts"
urlpatterns = [*claims.urlpatterns, *plans.urlpatterns, *payments.urlpatterns]
