"""Scans of source documents kept with a voucher until it is posted."""

from datetime import datetime

from django.db import transaction

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.models import Attachment
from accounts.permissions import require_duty
from accounts.services.attachments import attach
from common.actor import Person
from common.evidence import Evidence
from funds.selectors.books import city_centre
from funds.services.drafting import locked_voucher
from funds.services.posting import VoucherNotWaiting
from funds.workflows import UNPOSTED


@transaction.atomic
def attach_file(*, actor: Person, voucher_id: int, evidence: Evidence, at: datetime) -> Attachment:
    """Keep a scan with a voucher; whoever reads the books may download it.

    Raises:
        VoucherNotWaiting: posted or voided, so its papers stand.
    """
    voucher, centre = locked_voucher(voucher_id), city_centre()
    require_duty(actor, Duty.VOUCHER_PREPARE, over=centre.pk)
    if voucher.state not in UNPOSTED:
        raise VoucherNotWaiting("凭证已过账或作废，不能再补充原始凭证")
    return attach(
        actor=actor,
        matter=(SubjectKind.VOUCHER, voucher.pk),
        organisation_id=centre.pk,
        duty=Duty.BOOKS_READ,
        evidence=evidence,
        at=at,
    )
