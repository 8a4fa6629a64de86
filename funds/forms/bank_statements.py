"""Filters of the banks' statements and of their movements."""

from collections.abc import Sequence
from typing import Any

from common import forms

SIDES = (("", "收入和支出"), ("credit", "收入"), ("debit", "支出"))


class StatementFilterForm(forms.Form):
    """Whose statements."""

    account = forms.TypedChoiceField(label="账户", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, accounts: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = [("", "全部账户"), *accounts]  # type: ignore[attr-defined]

    def to_filters(self) -> dict[str, int | None]:
        """Return the filters that could be understood."""
        return {"account_id": self.cleaned_data.get("account") if self.is_valid() else None}


class MovementFilterForm(forms.Form):
    """Which movements of one statement."""

    side = forms.ChoiceField(label="收支", required=False, choices=SIDES)
    text = forms.CharField(label="对方、摘要或流水号", required=False, max_length=50)

    def to_filters(self) -> dict[str, str]:
        """Return the filters that could be understood."""
        cleaned = self.cleaned_data if self.is_valid() else {}
        return {name: str(cleaned.get(name, "")) for name in ("side", "text")}
