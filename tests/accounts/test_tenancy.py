"""Row-level security, seen from two pools."""

import pytest
from django.db import transaction
from django.db.utils import ProgrammingError

from accounts.models import Organisation, User
from tests.city import another_city, found_city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two():
    return found_city(), another_city()


def test_each_pool_sees_its_own_rows(two):
    for city, count in zip(two, (6, 2), strict=True):
        with city.tenant():
            assert Organisation.objects.count() == count


def test_without_a_tenant_no_row_passes_and_none_leaks_after(two):
    with two[0].tenant():
        assert Organisation.objects.exists()
    assert not Organisation.objects.exists()
    with transaction.atomic():
        assert not Organisation.objects.exists()


def test_inside_a_tenant_other_pools_people_are_invisible(two):
    stranger = two[1].actor("FACC", "513400").user_id
    with two[0].tenant():
        assert not User.objects.filter(pk=stranger).exists()


def test_a_row_for_another_pool_is_refused(two):
    panzhihua, liangshan = two
    with pytest.raises(ProgrammingError), panzhihua.tenant():
        Organisation.objects.create(
            pool=liangshan.pool,
            code="9",
            region_code="9",
            name="x",
            short_name="x",
            level="COUNTY",
            onboarding="NOT_ONLINE",
            parent=panzhihua.offices["510400"],
        )


def test_tenant_transactions_do_not_nest(two):
    with two[0].tenant(), pytest.raises(RuntimeError), two[0].tenant():
        pass
