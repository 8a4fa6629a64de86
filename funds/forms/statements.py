"""Forms of the financial statements."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from common import forms
from funds.forms import month_choices
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


class RemarkForm(forms.Form):
    """What the accountant says to the figures of a month."""

    text = forms.CharField(
        label="分析说明", max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].wide = True  # type: ignore[attr-defined]


class DisclosureForm(forms.Form):
    """What a disclosure says beside its figures."""

    text = forms.CharField(
        label="情况说明",
        max_length=TEXT_LENGTH,
        help_text="政策执行、基金运行的总体情况；没有的填“无”。",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].wide = True  # type: ignore[attr-defined]


class AnalysisFilterForm(forms.Form):
    """Which month is analysed."""

    month = forms.ChoiceField(label="月份", required=False)

    def __init__(self, *args: Any, months: Sequence[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = month_choices(months)  # type: ignore[attr-defined]
