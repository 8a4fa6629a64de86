"""Form fields of claims: each takes what people type and gives the canonical value."""

from datetime import date
from typing import Any

from common import forms
from common.errors import DomainError
from common.identifiers import parse_identity_number, parse_person_name
from payouts.services.claimants import parse_phone


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
            {"placeholder": "20261121", "inputmode": "numeric", "autocomplete": "off"}
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


class IdentityField(forms.CharField):
    """An identity number; `today` bounds the birth date and is set by the form."""

    today: date

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=200, **options)
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
