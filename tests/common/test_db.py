"""What the tabs of a list hold is counted in one statement."""

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from accounts.enums import OrganisationLevel
from accounts.models import Organisation
from common.db import count_each
from tests.city import found_city

pytestmark = pytest.mark.django_db


def test_each_condition_is_counted_and_none_twice():
    found_city()
    rows = Organisation.objects.order_by("code")
    city, named = Q(level=OrganisationLevel.CITY), Q(short_name__gt="")
    with CaptureQueriesContext(connection) as queries:
        counts = count_each(
            rows, {"city": city, "either": city | named, "none": Q(pk__in=[]), "all": Q()}
        )
    assert len(queries) == 1
    everything = rows.count()
    assert counts == {"city": 1, "either": everything, "none": 0, "all": everything}
    assert count_each(rows.none(), {"all": Q()}) == {"all": 0}
