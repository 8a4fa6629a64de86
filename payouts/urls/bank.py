"""Addresses the bank calls; included under `api/v1/bank/`."""

from django.urls import URLPattern, path

from payouts.views import returns

app_name = "bank"
urlpatterns: list[URLPattern] = [path("returns/", returns.push_return, name="push_return")]
