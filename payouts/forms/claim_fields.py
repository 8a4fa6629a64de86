"""Form fields of claims: each takes what people type and gives the canonical value."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.forms import Select

from common import forms
from common.errors import DomainError
from common.identifiers import BANK_BY_PREFIX, parse_identity_number, parse_person_name
from payouts.services.claimants import parse_phone


class SearchSelect(Select):
    """A select that combobox.js lets people search by typing; without script a plain select.

    `codes` maps an option's value to the code it may be found by besides its words.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.attrs["data-search"] = ""
        self.codes: Mapping[str, str] = {}

    def create_option(self, name: str, value: Any, *rest: Any, **more: Any) -> dict[str, Any]:
        """Return one option with its code."""
        option: dict[str, Any] = super().create_option(name, value, *rest, **more)
        if code := self.codes.get(str(value)):
            option["attrs"]["data-code"] = code
        return option


class NameField(forms.ParsedField):
    """A person's name, up to 50 signs, every ideograph and the middle dot."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_person_name, **options)
        self.widget.attrs["autocomplete"] = "off"


class DayField(forms.DayField):
    """A day at the window: the short form is offered, the number pad opens."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs.update(
            {
                "placeholder": "20261121",
                "inputmode": "numeric",
                "autocomplete": "off",
                "data-day": "",
            }
        )


class PhoneField(forms.ParsedField):
    """A mobile number or an area code and number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_phone, **options)
        self.widget.attrs.update({"inputmode": "tel", "autocomplete": "off"})


class CountField(forms.IntegerField):
    """A whole number of months between two bounds, full-width digits too."""

    def __init__(self, lowest: int, highest: int, **options: Any) -> None:
        super().__init__(min_value=lowest, max_value=highest, **options)


class AccountField(forms.CharField):
    """An account number; the screen names the bank its prefix belongs to, as a hint."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, **options)
        banks = json.dumps(dict(BANK_BY_PREFIX), ensure_ascii=False)
        self.widget.attrs.update(
            {"inputmode": "numeric", "autocomplete": "off", "data-banks": banks}
        )


class IdentityField(forms.CharField):
    """An identity number; `today` bounds the birth date and is set by the form."""

    today: date

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=200, **options)
        self.widget.attrs.update(
            {"autocomplete": "off", "spellcheck": "false", "data-identity": ""}
        )

    def clean(self, value: Any) -> str:
        """Return the number in canonical form: 18 half-width signs, X upper case."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            return parse_identity_number(text, self.today).number
        except DomainError as error:
            raise forms.ValidationError(error.message) from error
