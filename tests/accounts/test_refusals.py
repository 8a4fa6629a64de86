"""A refusal that no form shows still reaches the person in words, and changes nothing."""

import pytest
from django.test import override_settings
from django.urls import include, path

from accounts.models import Organisation
from common.errors import DomainError
from tests.city import found_city

pytestmark = pytest.mark.django_db(transaction=True)


def rename_and_refuse(request):
    Organisation.objects.update(short_name="改名")
    raise DomainError("缺少发放标准，请先由市级维护")


urlpatterns = [path("refuse/", rename_and_refuse), path("", include("config.urls"))]


@override_settings(ROOT_URLCONF=__name__)
def test_an_open_refusal_says_what_to_do_and_rolls_back(client):
    city = found_city()
    client.force_login(city_user(city), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/refuse/")
    assert answer.status_code == 409
    assert "缺少发放标准，请先由市级维护" in answer.text
    with city.tenant():
        assert not Organisation.objects.filter(short_name="改名").exists()


def city_user(city):
    with city.tenant():
        return city.user("FACC")
