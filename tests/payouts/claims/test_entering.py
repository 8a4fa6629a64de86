"""Whichever way a case or an entitlement gets into the database, its chain stands behind it."""

import pytest

from payouts.models import BenefitCase, Entitlement
from tests.city import found_city
from tests.payouts.build import determined_people
from tests.refusals import refused_in_the_end

pytestmark = pytest.mark.django_db
EAST = "510402"


@pytest.fixture
def entitlement():
    [entitlement] = determined_people(found_city(), EAST, 1)
    return Entitlement.objects.select_related("case").get(pk=entitlement.pk)


def copied(case: BenefitCase, **changes) -> BenefitCase:
    case = BenefitCase.objects.get(pk=case.pk)
    case.pk, case.number = None, "SY-COPY"
    for name, value in changes.items():
        setattr(case, name, value)
    case.save(force_insert=True)
    return case


def test_a_case_does_not_enter_determined_without_its_signatures(entitlement):
    for state in ("DETERMINED", "APPROVAL", "REFUSED"):
        assert (
            refused_in_the_end(lambda state=state: copied(entitlement.case, state=state))
            == "case_starts_as_draft_or_signed"
        )


def test_a_draft_enters_freely_but_entitles_nobody(entitlement):
    draft = copied(entitlement.case, state="DRAFT")
    assert draft.state == "DRAFT"

    def entitle():
        entitlement.pk, entitlement.case = None, draft
        entitlement.save(force_insert=True)

    assert refused_in_the_end(entitle) == "entitlement_as_determined"


@pytest.mark.parametrize(
    "change", [{"months_granted": 24}, {"contributed_months": 90}, {"months_planned": 1}]
)
def test_an_entitlement_says_what_its_case_says(entitlement, change):
    case = entitlement.case

    def entitle():
        again = copied(case, state="DETERMINED")  # its own refusal waits for the end
        entitlement.pk, entitlement.case = None, again
        for name, value in change.items():
            setattr(entitlement, name, value)
        entitlement.save(force_insert=True)

    assert refused_in_the_end(entitle) == "entitlement_as_determined"
