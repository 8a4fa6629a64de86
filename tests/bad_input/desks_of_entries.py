"""Where the forms of receipts, payments and special business are filled in."""

from funds.models import FundsEntry, VoucherLine
from tests.bad_input.desk import Desk, Healthy, always, seen
from tests.city import City

ENTRY = {
    "place": "FISCAL",
    "entry_date": "2026-11-02",
    "amount": "1,000.00",
    "counterparty": "市财政局",
    "reference": "L0001",
    "note": "",
}


def returning(city: City, _: int) -> Healthy:
    """Return a recovery of what was paid first."""
    voucher = VoucherLine.objects.filter(account__code="500101", voucher__state="POSTED").first()
    return ENTRY | {
        "place": "EXPENDITURE",
        "amount": "1.00",
        "original": f"{voucher.voucher_id}-{voucher.position}",
    }


def writing_off(city: City, _: int) -> Healthy:
    """Return a write-off of the advance that stands open; its scan comes as a file."""
    advance = FundsEntry.objects.get(kind="ADVANCE_PAID")
    return ENTRY | {"amount": "1.00", "clears": advance.pk, "approval_number": "财社函1号"}


ENTRIES = (
    Desk(
        "funds.forms.entries.EntryForm",
        "funds:entry_new_of",
        "FACC",
        always(
            **ENTRY,
            account="400101",
            second_amount="1.00",
            second_account="400102",
            office="",
            item_code="",
        ),
        words=("PREMIUM_DIRECT",),
    ),
    Desk(
        "funds.forms.entries.EntryForm",
        "funds:entry_new_of",
        "FACC",
        returning,
        words=("RECOVERY",),
    ),
    Desk(
        "funds.forms.entries.EntryForm",
        "funds:entry_new_of",
        "FACC",
        writing_off,
        words=("ADVANCE_WRITTEN_OFF",),
    ),
    Desk(
        "funds.forms.entries.EntryForm",
        "funds:entry_correct",
        "FACC",
        always(**ENTRY, office="", item_code=""),
        of="voided-entry",
    ),
    Desk(
        "funds.forms.entries.WithdrawForm",
        "funds:entry_withdraw",
        "FACC",
        always(reason="重复登记"),
        of="voided-entry",
    ),
    Desk(
        "funds.forms.DecisionForm",
        "funds:entry_decide",
        "FHEAD",
        seen("entry", decision="APPROVE"),
        of="write-off",
    ),
)
