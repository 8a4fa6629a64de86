"""Filters and tags of the screens, form fields among them, and what every form relies on."""

import datetime as dt
from decimal import Decimal

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import Context, Template
from django.test import RequestFactory

from common.templatetags import fields, fund

UTC_MORNING = dt.datetime(2026, 11, 20, 22, 5, tzinfo=dt.UTC)


class SampleForm(forms.Form):
    amount = forms.CharField(label="金额", help_text="单位为元")
    item = forms.ChoiceField(label="项目", choices=[("1", "失业保险金")], required=False)
    present = forms.ChoiceField(
        label="到场", choices=[("y", "是")], widget=forms.RadioSelect, required=False
    )
    note = forms.CharField(label="备注", widget=forms.Textarea, required=False)


def render(source: str, **context: object) -> str:
    return Template("{% load fund %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("1234567.89"), "¥1,234,567.89"),
        (Decimal("-1234.5"), "−¥1,234.50"),
        (Decimal("0.00"), "¥0.00"),
        (1000, "¥1,000.00"),
        ("1968.34", "¥1,968.34"),
        (None, "—"),
        ("", "—"),
    ],
)
def test_yuan_groups_by_three_and_marks_what_is_missing(value: object, shown: str) -> None:
    assert fund.yuan(value) == shown


def test_amount_leaves_the_sign_to_the_column_head() -> None:
    assert fund.amount(Decimal("5261900")) == "5,261,900.00"
    assert fund.amount(Decimal("-0.01")) == "−0.01"


def test_a_float_is_never_shown_as_money() -> None:
    with pytest.raises(TypeError):
        fund.yuan(0.1)


def test_capital_is_the_printed_form() -> None:
    assert fund.capital(Decimal("107000.53")) == "人民币壹拾万柒仟元零伍角叁分"
    assert fund.capital(None) == "—"


def test_dates_are_shown_in_the_citys_time() -> None:
    assert fund.instant(UTC_MORNING) == "2026-11-21 06:05"
    assert fund.day(UTC_MORNING) == "2026-11-21"
    assert fund.day_chinese(dt.date(2026, 1, 5)) == "2026年1月5日"
    assert fund.month(dt.date(2026, 11, 1)) == "2026年11月"


@pytest.mark.parametrize("show", [fund.day, fund.day_chinese, fund.month, fund.instant])
def test_a_missing_date_is_a_dash(show: object) -> None:
    assert callable(show)
    assert show(None) == "—"


def test_query_changes_one_parameter_and_keeps_the_others() -> None:
    request = RequestFactory().get("/", {"tab": "done", "name": "李 敏", "after": "x"})

    shown = render("{% query after=None before='a&b' %}", request=request)

    assert shown == "?tab=done&amp;name=%E6%9D%8E+%E6%95%8F&amp;before=a%26b"


def test_icon_is_hidden_from_screen_readers() -> None:
    shown = render('{% icon "bell" %}')

    assert 'aria-hidden="true"' in shown
    assert "icons.svg#bell" in shown


def test_widgets_get_the_classes_of_the_style_sheet() -> None:
    form = SampleForm()

    assert 'class="form-control"' in fields.widget_class(form["amount"])
    assert 'class="form-select"' in fields.widget_class(form["item"])
    assert 'rows="3"' in fields.widget_class(form["note"])
    assert fields.is_wide(form["note"])
    assert not fields.is_wide(form["amount"])


def test_a_refused_field_names_its_help_and_its_error() -> None:
    form = SampleForm({})

    shown = render("{% form_field field %}", field=form["amount"])

    assert 'aria-describedby="id_amount_helptext id_amount_error"' in shown
    assert 'id="id_amount_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert "is-invalid" in shown


def test_the_error_summary_links_to_each_refused_field() -> None:
    form = SampleForm({})

    shown = render('{% include "components/error_summary.html" %}', form=form)

    assert "有 1 处需要更正" in shown
    assert 'href="#id_amount"' in shown
    assert render('{% include "components/error_summary.html" %}', form=SampleForm()).strip() == ""


def test_a_choice_of_radio_buttons_is_a_group_with_a_legend() -> None:
    shown = render("{% form_field field %}", field=SampleForm()["present"])

    assert "<fieldset" in shown
    assert "<legend" in shown


class WideForm(forms.Form):
    place = forms.ChoiceField(
        choices=[
            ("", "请选择"),
            ("市", [("1", "<市本级>")]),
            ("县", [("2", "米易"), ("3", '"盐边"')]),
        ],
        initial="3",
        widget=forms.Select(attrs={"data-search": True, "data-none": None, "data-off": False}),
    )
    count = forms.IntegerField(min_value=1, initial=0, widget=forms.NumberInput({"step": "1"}))
    many = forms.MultipleChoiceField(choices=[(1, "一"), (2, "二")], initial=[1, 2])
    hidden = forms.CharField(widget=forms.HiddenInput, initial='<"&>')


@pytest.mark.parametrize("name", WideForm.base_fields)
def test_a_widget_is_written_as_django_writes_it(name: str) -> None:
    with_ours, with_djangos = WideForm(), WideForm(renderer=DjangoTemplates())
    ours, djangos = str(with_ours[name]), str(with_djangos[name])
    assert ours != ""
    assert ours.split() == djangos.split()


def test_suggestions_are_the_options_of_a_datalist():
    shown = '<option value="审核"></option><option value="&lt;&quot;"></option>'
    assert fields.suggestions(["审核", '<"']) == shown
    assert fields.suggestions([]) == ""
