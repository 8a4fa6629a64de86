"""What a request reads about its person at its start, and what an act reads again."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.permissions import (
    DutyNotHeld,
    duties_of,
    effective_grants,
    reach_of,
    require_duty,
)
from accounts.selectors.parameters import value_in_force
from accounts.selectors.workplaces import load_working_person
from accounts.services.grants import revoke_grant
from common.remembering import is_remembering, remembered, remembering
from tests.city import NOW, TODAY, found_city


@pytest.mark.django_db
def test_one_statement_says_what_the_grants_and_the_holdings_say():
    """The twin of working_person.sql: the selectors that services use."""
    city = found_city()
    for (post, office), actor in city.actors.items():
        user = city.user(post, office)
        working = load_working_person(user=user, chosen_grant_id=actor.grant_id)
        assert working.actor == actor
        assert dict(working.actor.duties) == duties_of(actor)
        assert working.actor.centre_id == city.offices["510400"].pk
        assert [place.grant_id for place in working.workplaces] == [
            grant.pk for grant in effective_grants(user_id=user.pk)
        ]


@pytest.mark.django_db
def test_who_chose_no_post_or_one_not_his_works_under_the_first_in_force():
    city = found_city()
    actor, stranger = city.actor("ACC", "510402"), city.actor("FACC")
    for chosen in (None, 0, stranger.grant_id):
        working = load_working_person(user=city.user("ACC", "510402"), chosen_grant_id=chosen)
        assert working.actor == actor
        assert [place.is_current for place in working.workplaces] == [True]


@pytest.mark.django_db
def test_without_a_post_in_force_nothing_is_open():
    city = found_city()
    actor, user = city.actor("FACC"), city.user("FACC")
    revoke_grant(actor=city.actor("PERM"), grant_id=actor.grant_id, reason="调离", at=NOW)
    working = load_working_person(user=user, chosen_grant_id=actor.grant_id)
    assert (working.actor.grant_id, working.actor.post) == (0, "")
    assert dict(working.actor.duties) == {}
    assert working.workplaces == ()


@pytest.mark.django_db
def test_an_act_asks_again_what_the_request_read_before():
    city = found_city()
    centre = city.offices["510400"].pk
    user, grant_id = city.user("FACC"), city.actor("FACC").grant_id
    actor = load_working_person(user=user, chosen_grant_id=grant_id).actor
    assert require_duty(actor, Duty.VOUCHER_PREPARE, over=centre) is actor
    revoke_grant(actor=city.actor("PERM"), grant_id=grant_id, reason="调离", at=NOW)
    assert centre in reach_of(actor, Duty.VOUCHER_PREPARE), "the page was begun before"
    with pytest.raises(DutyNotHeld):
        require_duty(actor, Duty.VOUCHER_PREPARE, over=centre)


@pytest.mark.django_db(transaction=True)
def test_a_revoked_post_opens_nothing_from_the_next_click_on():
    city = found_city()
    with city.tenant():
        user = city.user("FACC")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = reverse("payouts:funds_request_new")
    assert client.get(page).status_code == 200
    with city.tenant(city.actor("PERM")):
        revoke_grant(
            actor=city.actor("PERM"),
            grant_id=city.actor("FACC").grant_id,
            reason="调离",
            at=timezone.now(),
        )
    assert client.get(page).status_code == 403


def test_a_page_asks_once_for_what_it_shows_twice():
    asked = []

    @remembered
    def ask(what, *, on=0):
        asked.append((what, on))
        return what

    assert [ask("甲"), ask("甲")] == ["甲", "甲"]
    assert asked == [("甲", 0), ("甲", 0)], "outside a page every call asks"
    asked.clear()
    with remembering():
        assert is_remembering()
        assert [ask("甲"), ask("甲"), ask("乙"), ask("甲", on=1)] == ["甲", "甲", "乙", "甲"]
    assert asked == [("甲", 0), ("乙", 0), ("甲", 1)]
    assert not is_remembering()


@pytest.mark.django_db
def test_a_remembered_parameter_is_the_one_the_database_says(django_assert_num_queries):
    found_city()
    codes = ("source_days", "large_case", "benefit_standard", "duration")
    asked = [value_in_force(code=code, on=TODAY, region_code="510402") for code in codes]
    with remembering(), django_assert_num_queries(1):
        kept = [value_in_force(code=code, on=TODAY, region_code="510402") for code in codes]
    assert kept == asked
