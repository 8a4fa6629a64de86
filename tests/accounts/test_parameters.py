"""The parameters' page: what is in force, what comes, what was; and values in words."""

from datetime import date

import pytest

from accounts.models import Parameter
from accounts.selectors.parameter_texts import parameter_text
from accounts.selectors.parameters import ParameterMissing, list_parameters, parameter_in_force
from common.remembering import remembering
from payouts.parameters import DURATIONS, STANDARDS
from tests.city import TODAY, found_city


@pytest.mark.django_db
def test_values_are_past_in_force_or_to_come_by_district():
    city = found_city()
    Parameter.objects.create(
        pool=city.pool, code="minimum_wage", value="2500.00", valid_from=date(2027, 1, 1),
        source="四川省最低工资标准（2027）",
    )  # fmt: skip
    (group,) = list_parameters(today=TODAY, text="最低工资标准（元")
    assert [(line.region, line.value, line.when_label) for line in group.lines] == [
        ("全统筹区", "2500.00", "将生效"),
        ("全统筹区", "2330.00", "现行"),
        ("全统筹区", "1970.00", "历史"),
        ("米易县", "2200.00", "现行"),
        ("米易县", "1870.00", "历史"),
        ("盐边县", "2200.00", "现行"),
        ("盐边县", "1870.00", "历史"),
    ]
    coming = list_parameters(today=TODAY, when="coming")
    assert [(group.code, len(group.lines)) for group in coming] == [("minimum_wage", 1)]
    assert list_parameters(today=TODAY, text="没有这个参数") == []


@pytest.mark.django_db
def test_the_value_in_force_is_the_same_read_alone_and_with_all():
    """For a service, which asks for one, and for a page, which reads all."""
    found_city()
    for row in Parameter.objects.all():
        parts = {"code": row.code, "region_code": row.region_code, "on": row.valid_from}
        alone = parameter_in_force(**parts)
        with remembering():
            assert parameter_in_force(**parts) == alone
        assert alone == (
            *(row.region_code, row.value, row.valid_from, row.valid_until, row.source),
        )
    with pytest.raises(ParameterMissing), remembering():
        parameter_in_force(code="duration", on=date(1990, 1, 1))


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        (
            "duration",
            DURATIONS["CHONGQING"][0],
            (
                "满1年不足2年：3个月；满2年不足3年：6个月；满3年不足4年：9个月；满4年不足5年：12个月；"
                "满5年不足7年：15个月；满7年：16个月，以后每满1年加1个月"
            ),
        ),
        ("duration", DURATIONS["SHANGHAI"][0], "缴费每满1年：2个月"),
        ("duration", DURATIONS["GUANGDONG"][0], "前4年每满1年：1个月；以后每满半年加1个月"),
        ("benefit_standard", STANDARDS["SICHUAN"][0], "当地最低工资标准的80%"),
        ("benefit_standard", STANDARDS["SHANGHAI"][0],
         "第1至12个月：2340.00元；第13至24个月：1872.00元"),
        ("deadlines", {"ACCEPT": 18, "PAY": 28}, "受理每月18日前；支付每月28日前"),
        ("bank_debit_mode", "SUCCESS", "银行只扣成功款项"),
        ("medical_payer_units", ["YB1", "YB2"], "YB1、YB2"),
        ("new", {"kind": "NEW", "a": 1}, '{"kind": "NEW", "a": 1}'),
    ],
)  # fmt: skip
def test_a_value_is_told_in_words(code, value, text):
    assert parameter_text(code, value) == text


def test_every_shape_of_the_provinces_has_words():
    for rules in (*DURATIONS.values(), *STANDARDS.values()):
        assert "{" not in parameter_text("x", rules[0])
