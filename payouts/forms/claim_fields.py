"""Form fields of claims: each takes what people type and gives the canonical value."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms

from common.errors import DomainError
from common.identifiers import parse_identity_number, parse_person_name
from common.periods import parse_typed_day
from common.text import half_width
from payouts.services.claimants import parse_phone


class ParsedField(forms.CharField):
    """A text field whose value a domain function reads; its refusal becomes the field's error."""

    def __init__(self, parse: Callable[[str], Any], **options: Any) -> None:
        super().__init__(**options)
        self.parse = parse

    def clean(self, value: Any) -> Any:
        """Return the parsed value; empty optional input is None."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.parse(text)
        except DomainError as error:
            raise forms.ValidationError(error.message) from error


class NameField(ParsedField):
    """A person's name, up to 50 signs, every ideograph and the middle dot."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_person_name, max_length=60, **options)
        self.widget.attrs["autocomplete"] = "off"


class DayField(ParsedField):
    """A day as 2026-11-21 or 20261121, full-width digits too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_typed_day, max_length=20, **options)
        self.widget.attrs.update(
            {"placeholder": "20261121", "inputmode": "numeric", "autocomplete": "off"}
        )

    def prepare_value(self, value: Any) -> Any:
        """Return a day as it is typed."""
        return value.isoformat() if isinstance(value, date) else value


class PhoneField(ParsedField):
    """A mobile number or an area code and number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_phone, max_length=30, **options)
        self.widget.attrs.update({"inputmode": "tel", "autocomplete": "off"})


class CountField(ParsedField):
    """A whole number of months between two bounds, full-width digits too."""

    def __init__(self, lowest: int, highest: int, **options: Any) -> None:
        self.lowest, self.highest = lowest, highest
        super().__init__(self._parse, max_length=10, **options)
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off"})

    def _parse(self, text: str) -> int:
        plain = half_width(text).strip()
        if not (plain.isascii() and plain.isdigit() and len(plain) <= 4):
            raise DomainError("应为不带符号的整数")
        if not self.lowest <= int(plain) <= self.highest:
            raise DomainError(f"应在{self.lowest}至{self.highest}之间")
        return int(plain)


class IdentityField(forms.CharField):
    """An identity number; `today` bounds the birth date and is set by the form."""

    today: date

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, **options)
        self.widget.attrs.update({"autocomplete": "off", "spellcheck": "false"})

    def clean(self, value: Any) -> str:
        """Return the number in canonical form: 18 half-width signs, X upper case."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            return parse_identity_number(text, self.today).number
        except DomainError as error:
            raise forms.ValidationError(error.message) from error
