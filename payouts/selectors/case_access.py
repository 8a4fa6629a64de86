"""Which cases a person may see: those his office took in, and those his office pays."""

from django.db.models import Q, QuerySet

from accounts.duties import Duty
from accounts.permissions import require_any
from common.actor import Person
from common.db import read_objects
from common.errors import NotFound
from payouts.models import BenefitCase


def visible_cases(actor: Person, *duties: Duty) -> QuerySet[BenefitCase]:
    """Return the cases within reach of any of `duties` (default: reading cases).

    Raises:
        DutyNotHeld: the current post opens no case anywhere (403).
    """
    reach = require_any(actor, *(duties or (Duty.CASE_READ,)))
    return BenefitCase.objects.filter(
        Q(organisation_id__in=reach) | Q(paying_organisation_id__in=reach)
    )


def visible_case(actor: Person, case_id: int, *duties: Duty) -> BenefitCase:
    """Return one case with what every page of it shows.

    Raises:
        NotFound: it is not there, or another office's.
    """
    case = (
        visible_cases(actor, *duties)
        .filter(pk=case_id)
        .select_related(
            "item",
            "claimant",
            "organisation",
            "insured_organisation",
            "paying_organisation",
            "payee_account",
            "entered_by",
        )
        .first()
    )
    if case is None:
        raise NotFound
    return case


def shown_case(actor: Person, case_id: int, *duties: Duty) -> BenefitCase:
    """Return one case as `visible_case` does, with those columns only that its pages show.

    For showing alone: a service decides from whole rows.

    Raises:
        DutyNotHeld: the current post opens no case anywhere (403).
        NotFound: it is not there, or another office's.
    """
    reach = require_any(actor, *(duties or (Duty.CASE_READ,)))
    parameters = {"case_id": case_id, "reach": sorted(reach)}
    for case in read_objects(BenefitCase, "payouts", "read_case", parameters):
        return case
    raise NotFound
