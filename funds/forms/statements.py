"""Forms of the financial statements."""

from collections.abc import Sequence
from typing import Any

from common import forms
from funds.statement_lines import NOTES

NUMBERS = "一二三四五六"
TEXT_LENGTH = 2000


class NotesForm(forms.Form):
    """The six points of the notes, prefilled with what the books say."""

    important = forms.CharField(max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 4}))
    not_shown = forms.CharField(max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 2}))
    bonds = forms.CharField(max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 2}))
    entrusted = forms.CharField(max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 2}))
    policy = forms.CharField(max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 2}))
    other = forms.CharField(max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: Any = None, *, texts: Sequence[str] = ()) -> None:
        super().__init__(data, initial=dict(zip(self.base_fields, texts, strict=False)))
        for number, title, field in zip(NUMBERS, NOTES, self.fields.values(), strict=True):
            field.label = f"（{number}）{title}"
            field.wide = True  # type: ignore[attr-defined]

    def texts(self) -> list[str]:
        """Return the six texts in their order."""
        return [self.cleaned_data[name] for name in self.fields]
