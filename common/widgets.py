"""Form widgets written by Python instead of by templates: `FORM_RENDERER`.

Pages hold dozens of fields and lists of options hundreds of lines; a template for each widget, its
attributes and every option would be most of what such a page costs. What is written is what
Django's templates of the same names write.
"""

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.safestring import SafeString

_Widget = Mapping[str, Any]


class WidgetRenderer(TemplatesSetting):
    """Write the widgets named in `WRITERS`; leave everything else of a form to templates."""

    def render(
        self, template_name: str, context: Mapping[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        """Return a widget, or another part of a form, as HTML."""
        write = WRITERS.get(template_name)
        if write is None:
            return SafeString(super().render(template_name, dict(context), request))
        return SafeString(write(context["widget"]))  # every part is escaped where it is written


def _input(widget: _Widget) -> str:
    value = widget["value"]
    written = "" if value is None else f' value="{_escaped(value)}"'
    attributes = _attributes(widget["attrs"])
    return f'<input type="{widget["type"]}" name="{_escaped(widget["name"])}"{written}{attributes}>'


def _select(widget: _Widget) -> str:
    opening, closing = '\n  <optgroup label="{}">', "\n  </optgroup>"
    options = _grouped(widget["optgroups"], _option, opening, closing)
    attributes = _attributes(widget["attrs"])
    return f'<select name="{_escaped(widget["name"])}"{attributes}>{options}\n</select>'


def _option(option: _Widget) -> str:
    value, label = _escaped(option["value"]), _escaped(option["label"])
    return f'\n  <option value="{value}"{_attributes(option["attrs"])}>{label}</option>'


def _textarea(widget: _Widget) -> str:
    name, attributes = _escaped(widget["name"]), _attributes(widget["attrs"])
    value = _escaped(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{name}"{attributes}>\n{value}</textarea>'


def _choices(widget: _Widget) -> str:
    """Write radio buttons or ticks, each within its label."""
    named = {name: widget["attrs"].get(name) for name in ("id", "class")}
    attributes = _attributes({name: value for name, value in named.items() if value})
    opening, closing = "\n  <div><label>{}</label>", "\n  </div>"
    return f"<div{attributes}>{_grouped(widget['optgroups'], _choice, opening, closing)}\n</div>"


def _choice(option: _Widget) -> str:
    of = option["attrs"].get("id")
    label = f"<label{_attributes({'for': of}) if of else ''}>"
    return f"<div>\n    {label}{_input(option)} {_escaped(option['label'])}</label></div>"


def _grouped(
    groups: Iterable[tuple[object, Iterable[_Widget], int]],
    write: Callable[[_Widget], str],
    opening: str,
    closing: str,
) -> str:
    """Write options, those of a named group between its opening and closing."""
    parts: list[str] = []
    for name, options, _ in groups:
        parts += [opening.format(_escaped(name))] if name else []
        parts += map(write, options)
        parts += [closing] if name else []
    return "".join(parts)


def _attributes(attributes: Mapping[str, Any]) -> str:
    """Write attributes: True as a name alone, False not at all."""
    return "".join(
        f" {_escaped(name)}" if value is True else f' {_escaped(name)}="{_escaped(value)}"'
        for name, value in attributes.items()
        if value is not False
    )


def _escaped(value: object) -> str:
    """Escape as templates do; Django's own function asks first whether the text is lazy."""
    return str(value) if isinstance(value, SafeString) else escape(str(value))


_FOLDER = "django/forms/widgets/"
WRITERS: dict[str, Callable[[_Widget], str]] = {
    f"{_FOLDER}text.html": _input,
    f"{_FOLDER}hidden.html": _input,
    f"{_FOLDER}password.html": _input,
    f"{_FOLDER}checkbox.html": _input,
    f"{_FOLDER}select.html": _select,
    f"{_FOLDER}textarea.html": _textarea,
    f"{_FOLDER}radio.html": _choices,
    f"{_FOLDER}checkbox_select.html": _choices,
}
