"""Form fields and their widgets, written by Python: pages hold dozens of fields, lists of options
hundreds of lines, and a template for each would be most of what such a page costs.
"""

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    RadioSelect,
    Select,
    Textarea,
)
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.templatetags.fund import icon

register = template.Library()

DEFAULT_ROWS = "10"  # Django's; too high for the short notes of this system
REQUIRED = SafeString('<span class="required" aria-hidden="true">*</span>')
NOTHING = SafeString("")


@register.simple_tag
def form_field(field: BoundField) -> SafeString:
    """One form field: label, widget, help, error.

    The form may set on `form.fields["x"]`: basis (依据), unit, capital (live 大写), wide.
    """
    wide = " field-wide" if is_wide(field) else ""
    refused = " field-refused" if field.errors else ""
    return format_html(
        '<div class="field{}{}">{}{}{}{}{}</div>',
        wide,
        refused,
        _labelled(field),
        _capital(field),
        _help(field),
        field_errors(field),
        _basis(field),
    )


@register.simple_tag
def suggestions(words: Iterable[str]) -> SafeString:
    """The options of a `datalist`: words a text field may be filled with."""
    options = (f'<option value="{escape(word)}"></option>' for word in words)
    return SafeString("".join(options))  # a hundred of them: escaped here, not each by a template


@register.simple_tag
def field_label(field: BoundField) -> SafeString:
    """The text of a label with its required mark."""
    return format_html("{}{}", field.label, REQUIRED if field.field.required else NOTHING)


@register.simple_tag
def field_errors(field: BoundField) -> SafeString:
    """What is wrong with a field, under the id that its widget is described by."""
    if not field.errors:
        return NOTHING
    told = format_html_join("", "<p>{} {}</p>", ((icon("x-circle"), e) for e in field.errors))
    return format_html('<div class="field-error" id="{}_error">{}</div>', field.auto_id, told)


def _labelled(field: BoundField) -> SafeString:
    """Return the widget with its label, before it, after it or around it."""
    label, widget = field_label(field), widget_class(field)
    if field.use_fieldset:
        described = field.aria_describedby
        return format_html(
            '<fieldset{}><legend class="label">{}</legend>{}</fieldset>',
            format_html(' aria-describedby="{}"', described) if described else NOTHING,
            label,
            widget,
        )
    if isinstance(field.field.widget, CheckboxInput):
        return format_html(
            '<div class="form-check">{}<label class="form-check-label" for="{}">{}</label></div>',
            widget,
            field.id_for_label,
            label,
        )
    unit = getattr(field.field, "unit", "")
    if unit:
        widget = format_html(
            '<div class="input-group">{}<span class="input-group-text">{}</span></div>',
            widget,
            unit,
        )
    return format_html(
        '<label class="label" for="{}">{}</label>{}', field.id_for_label, label, widget
    )


def _capital(field: BoundField) -> SafeString:
    if not getattr(field.field, "capital", False):
        return NOTHING
    return format_html(
        '<output class="capital" for="{0}" data-capital-for="{0}"></output>', field.id_for_label
    )


def _help(field: BoundField) -> SafeString:
    if not field.help_text:
        return NOTHING
    return format_html(
        '<div class="help" id="{}_helptext">{}</div>', field.auto_id, field.help_text
    )


def _basis(field: BoundField) -> SafeString:
    basis = getattr(field.field, "basis", "")
    if not basis:
        return NOTHING
    return format_html('<details class="basis"><summary>依据</summary><p>{}</p></details>', basis)


@register.filter
def widget_class(field: BoundField) -> SafeString:
    """The field's widget, with the classes that the style sheet expects."""
    widget = field.field.widget
    classes = [_style(widget), str(widget.attrs.get("class", ""))]
    if field.errors:
        classes.append("is-invalid")
    attrs: dict[str, Any] = {"class": " ".join(filter(None, classes))}
    if isinstance(widget, Textarea) and widget.attrs.get("rows") == DEFAULT_ROWS:
        attrs["rows"] = 3
    return field.as_widget(attrs=attrs)


@register.filter
def is_wide(field: BoundField) -> bool:
    """Whether a field takes a whole row of the form grid."""
    wide = (Textarea, CheckboxSelectMultiple)
    return isinstance(field.field.widget, wide) or getattr(field.field, "wide", False)


def _style(widget: object) -> str:
    match widget:
        case CheckboxSelectMultiple() | RadioSelect():
            return "choices"
        case CheckboxInput():
            return "form-check-input"
        case Select():
            return "form-select"
        case _:
            return "form-control"
