"""Filters of the ageing of current accounts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from common import forms
from funds.ageing import BRACKET_LABELS
from funds.forms import month_choices


class AgeingFilterForm(forms.Form):
    """Which month's end, account and age."""

    month = forms.ChoiceField(label="截止月份", required=False)
    account = forms.ChoiceField(label="会计科目", required=False)
    bracket = forms.ChoiceField(
        label="账龄段", required=False, choices=[("", "全部"), *BRACKET_LABELS.items()]
    )

    def __init__(
        self, *args: Any, months: Sequence[date], accounts: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = month_choices(months)  # type: ignore[attr-defined]
        named = [(code, f"{code} {name}") for code, name in accounts.items()]
        self.fields["account"].choices = [("", "全部"), *named]  # type: ignore[attr-defined]
