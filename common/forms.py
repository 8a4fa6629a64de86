"""The form fields of every screen: Django's, but text can be stored, printed and read aloud.

Forms import `from common import forms` instead of Django's module. What a person types here
ends up in signed letters, bank files and the database, so a character that nobody sees is
refused at the field, with the remedy, wherever it comes from.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxLengthValidator
from django.forms import (
    BaseFormSet,
    BooleanField,
    BoundField,
    ChoiceField,
    ClearableFileInput,
    Field,
    FileField,
    Form,
    HiddenInput,
    MultipleChoiceField,
    RadioSelect,
    Textarea,
    TextInput,
    TypedChoiceField,
    TypedMultipleChoiceField,
    formset_factory,
)

from common import evidence
from common.errors import DomainError
from common.money import parse_typed_amount
from common.periods import parse_typed_day, parse_typed_month
from common.text import half_width, refuse_unseen

__all__ = [
    "AmountField",
    "BaseFormSet",
    "BooleanField",
    "BoundField",
    "CharField",
    "ChoiceField",
    "ClearableFileInput",
    "DayField",
    "EvidenceField",
    "Field",
    "FileField",
    "Form",
    "HiddenInput",
    "IntegerField",
    "MonthField",
    "MultipleChoiceField",
    "ParsedField",
    "RadioSelect",
    "RegexField",
    "SeenField",
    "TextInput",
    "Textarea",
    "TypedChoiceField",
    "TypedMultipleChoiceField",
    "ValidationError",
    "formset_factory",
]

_TYPED_LENGTH = 200  # characters of an amount, a day, a number, before anybody reads it
_TOO_LONG = "最多%(limit_value)d个字，现有%(show_value)d个字，请缩短"
_WHOLE = re.compile(r"[0-9]{1,9}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class CharField(forms.CharField):
    """Text without unseen characters; new lines only where several lines are asked for."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for validator in self.validators:
            if isinstance(validator, MaxLengthValidator):
                validator.message = _TOO_LONG

    def to_python(self, value: Any) -> Any:
        """Return the text, or refuse the character that nobody sees."""
        try:
            text: str = super().to_python(value) or ""
            return refuse_unseen(text, has_lines=isinstance(self.widget, Textarea))
        except DomainError as error:
            raise ValidationError(error.message, code="unseen") from error


class RegexField(CharField):
    """Text of one shape, full-width signs made half-width first."""

    def __init__(self, regex: str | re.Pattern[str], **options: Any) -> None:
        super().__init__(**options)
        self._regex = re.compile(regex)

    def clean(self, value: Any) -> Any:
        """Return the text in its shape, or refuse it in the words of `invalid`."""
        text = half_width(super().clean(value))
        if text and self._regex.fullmatch(text) is None:
            raise ValidationError(self.error_messages.get("invalid", "格式不正确"), code="invalid")
        return text


class ParsedField(CharField):
    """Text that a function of the kernel reads; its refusal becomes the field's error."""

    def __init__(self, parse: Callable[[str], Any], **options: Any) -> None:
        options.setdefault("max_length", _TYPED_LENGTH)
        super().__init__(**options)
        self.parse = parse

    def clean(self, value: Any) -> Any:
        """Return the parsed value, or None when the field is optional and empty."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.parse(text)
        except DomainError as error:
            raise ValidationError(error.message) from error

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave the bound on typed text to the server, which says what is wrong with it."""
        return {k: v for k, v in super().widget_attrs(widget).items() if k != "maxlength"}


class DayField(ParsedField):
    """A day typed as 2026-11-21 or 20261121, full-width digits too."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", TextInput(attrs={"placeholder": "2026-11-21"}))
        super().__init__(parse_typed_day, **options)

    def prepare_value(self, value: Any) -> Any:
        """Return a day as it is typed."""
        return value.isoformat() if isinstance(value, date) else value


class MonthField(ParsedField):
    """A month typed as 202611 or 2026-11, full-width digits too."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", TextInput(attrs={"inputmode": "numeric"}))
        super().__init__(parse_typed_month, **options)


class AmountField(ParsedField):
    """An amount in yuan, typed with or without separators; shown with 大写."""

    def __init__(self, *, allow_zero: bool = False, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off"}
        options.setdefault("widget", TextInput(attrs=attributes))
        super().__init__(partial(parse_typed_amount, allow_zero=allow_zero), **options)
        self.unit = "元"
        self.capital = True


class IntegerField(ParsedField):
    """A whole number between two bounds, digits only: no sign, exponent or underscore."""

    def __init__(self, *, min_value: int = 0, max_value: int = 999_999_999, **options: Any) -> None:
        attributes = {"inputmode": "numeric", "autocomplete": "off"}
        options.setdefault("widget", TextInput(attrs=attributes))
        self._least, self._most = min_value, max_value
        super().__init__(self._whole, **options)

    def _whole(self, text: str) -> int:
        plain = half_width(text).strip()
        if not (plain.isascii() and plain.isdigit()):
            raise DomainError("应为不带符号的整数")
        if _WHOLE.fullmatch(plain) is None or not self._least <= int(plain) <= self._most:
            raise DomainError(f"应在{self._least}至{self._most}之间")
        return int(plain)


class EvidenceField(FileField):
    """A PDF or a picture of up to 20 MB, given as `Evidence`; optional unless asked for."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "PDF、JPG 或 PNG，不超过 20MB。")
        options.setdefault("required", False)
        options.setdefault("max_length", 150)
        widget = ClearableFileInput(attrs={"accept": ",".join(evidence.TYPES)})
        super().__init__(widget=widget, **options)

    def clean(self, data: Any, initial: Any = None) -> evidence.Evidence | None:
        """Return the file, or None without one."""
        upload: UploadedFile | None = super().clean(data, initial)
        if not upload:
            return None
        try:
            return evidence.read_evidence(file_name=upload.name or "", content=upload.read())
        except DomainError as error:
            raise ValidationError(error.message) from error


class SeenField(CharField):
    """The digest of what the page showed when somebody decided; hidden, never typed."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", HiddenInput)
        options.setdefault("label", "页面内容")
        super().__init__(**options)

    def clean(self, value: Any) -> str:
        """Return the digest, or ask to look again at a page that was tampered with."""
        text = str(super().clean(value))
        if text and _DIGEST.fullmatch(text) is None:
            raise ValidationError("页面内容已失效，请刷新页面，核对后重新办理")
        return text
