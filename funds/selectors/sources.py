"""Where the document a voucher was drafted from is shown."""

from collections.abc import Mapping
from types import MappingProxyType

from django.urls import reverse

from funds.enums import SourceKind

# Kind of source -> address of its page, which takes the source's id. Names of other apps'
# addresses are resolved when a page is drawn, so nothing is imported upwards.
SOURCE_PAGES: Mapping[SourceKind, str] = MappingProxyType(
    {
        SourceKind.TAX_INCOME_LIST: "funds:tax_list",
        SourceKind.TREASURY_TRANSFER: "funds:tax_list",
        SourceKind.FUNDS_USE_PLAN: "funds:funds_plan",
        SourceKind.FUNDS_ALLOTMENT: "funds:allotment",
        SourceKind.FUNDS_ENTRY: "funds:entry",
        SourceKind.HANDOVER: "funds:handover",
        SourceKind.BANK_RETURN: "payouts:return",
        SourceKind.VOUCHER: "funds:voucher",
        SourceKind.SPECIAL_BUSINESS: "funds:flow_finding",
    }
)


def source_url(kind: str, source_id: int | None) -> str:
    """Return the address of a voucher's source, empty for a voucher entered by hand."""
    if source_id is None or kind not in SOURCE_PAGES:
        return ""
    return reverse(SOURCE_PAGES[SourceKind(kind)], args=[source_id])
