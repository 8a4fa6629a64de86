"""What Python writes of a widget is what Django's own template would have written."""

import pytest
from django.forms import widgets
from django.forms.renderers import DjangoTemplates

from common.widgets import WRITERS, WidgetRenderer

OFFICES = [("", "全部"), ("东区 <一>", [(1, "甲 & 乙"), (2, '"丙"')]), (3, "丁")]
ATTRIBUTES = {"class": "form-control", "id": 'id_"x"', "required": True, "disabled": False}
WIDGETS = {
    "text": (widgets.TextInput(), "<b>张三</b> & 'co'"),
    "empty text": (widgets.TextInput(), None),
    "number as text": (widgets.TextInput(), 12345),
    "hidden": (widgets.HiddenInput(), 'a"b'),
    "password": (widgets.PasswordInput(), "secret"),
    "tick set": (widgets.CheckboxInput(), True),
    "tick not set": (widgets.CheckboxInput(), False),
    "select": (widgets.Select(choices=OFFICES), 2),
    "select of several": (widgets.SelectMultiple(choices=OFFICES), [1, 3]),
    "text area": (widgets.Textarea(), "第一行\n<第二行>"),
    "empty text area": (widgets.Textarea(), ""),
    "radio buttons": (widgets.RadioSelect(choices=OFFICES), 1),
    "ticks": (widgets.CheckboxSelectMultiple(choices=OFFICES), [2, 3]),
}


@pytest.mark.parametrize("name", WIDGETS)
def test_a_written_widget_is_the_one_of_the_template(name):
    widget, value = WIDGETS[name]
    ours = widget.render("office", value, ATTRIBUTES, renderer=WidgetRenderer())
    of_django = widget.render("office", value, ATTRIBUTES, renderer=DjangoTemplates())
    assert _without_spaces(ours) == _without_spaces(of_django)


def test_every_written_widget_is_compared():
    compared = {widget.template_name for widget, _ in WIDGETS.values()}
    assert compared == set(WRITERS)


def test_a_widget_without_a_writer_is_left_to_its_template():
    chosen = widgets.ClearableFileInput().render("file", None, {}, renderer=WidgetRenderer())
    assert chosen.strip() == '<input type="file" name="file">'


def _without_spaces(html):
    return "".join(html.split())
