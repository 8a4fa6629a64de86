"""Forms of review in a row: the queue somebody works through, and the sheet of bulk review."""

from typing import Any
from urllib.parse import urlencode

from common import forms
from payouts.enums import CaseState
from payouts.selectors.cases import CaseFilter
from payouts.services.bulk_reviews import Sheet, SheetLine

LINE_SEPARATOR = ":"


class QueueForm(forms.Form):
    """The filters of the list a reviewer came from; they travel with him in the address.

    A filter that is refused narrows nothing. Identity numbers do not travel.
    """

    state = forms.ChoiceField(choices=CaseState.choices, required=False)
    organisation = forms.IntegerField(min_value=1, max_value=999_999_999, required=False)
    item = forms.IntegerField(min_value=1, max_value=999_999_999, required=False)
    number = forms.CharField(max_length=40, required=False)
    name = forms.CharField(max_length=50, required=False)

    def to_filter(self) -> CaseFilter:
        """Return what the queue is narrowed to."""
        data = self._typed()
        return CaseFilter(
            state=data.get("state", ""),
            organisation_id=data.get("organisation"),
            item_id=data.get("item"),
            number=data.get("number", ""),
            name=data.get("name", ""),
        )

    def query(self, **more: object) -> str:
        """Return the filters, and `more`, as the end of an address; empty when there are none."""
        parts = {**self._typed(), **{name: value for name, value in more.items() if value}}
        return f"?{urlencode(parts)}" if parts else ""

    def _typed(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class SheetForm(forms.Form):
    """The sheet a reviewer confirms: its lines as shown, the number he counted, his opinion."""

    opinion = forms.CharField(label="意见", max_length=200, initial="同意")
    count = forms.IntegerField(
        label="核对件数",
        min_value=1,
        max_value=999,
        help_text="逐行核对后，填写清单上的件数",
    )
    total = forms.AmountField(label="月标准合计", widget=forms.HiddenInput)

    def __init__(self, *args: Any, shown: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.shown = shown
        self.fields["count"].unit = "件"  # type: ignore[attr-defined]
        self.fields["count"].widget.attrs["data-focus"] = ""

    def to_sheet(self) -> Sheet:
        """Return the service's command."""
        data = self.cleaned_data
        lines = tuple(SheetLine(case_id, sha256) for case_id, sha256 in self.shown)
        return Sheet(lines, data["count"], data["total"])


def sheet_lines(texts: list[str]) -> list[tuple[int, str]]:
    """Return the (case id, digest) pairs that a sheet posts; what is no pair is left out."""
    lines = []
    for text in texts:
        case_id, _, sha256 = text.partition(LINE_SEPARATOR)
        if case_id.isascii() and case_id.isdigit() and len(case_id) <= 18:
            lines.append((int(case_id), sha256[:64]))
    return lines
