"""Forms of the registers of seals, bills and bank keys."""

from typing import Any

from common import forms
from funds.enums import CustodyKind, CustodyUseKind, KeyRole
from funds.selectors.custody import MOVING

LARGEST = 999_999_999  # of a bill number


class CustodyFilterForm(forms.Form):
    """What narrows the register."""

    kind = forms.ChoiceField(
        label="类别", required=False, choices=[("", "全部"), *CustodyKind.choices]
    )
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            ("", "全部"),
            ("KEPT", "在管"),
            (MOVING, "交接中"),
            ("RETIRED", "已停用"),
            ("REFUSED", "未予登记"),
        ],
    )
    text = forms.CharField(label="名称", required=False, max_length=60)


class SealForm(forms.Form):
    """A seal to register."""

    name = forms.CharField(label="印章名称", max_length=60, help_text="例如：财务专用章。")
    number = forms.CharField(
        label="编号", max_length=40, help_text="公安备案编码，没有备案的填单位编号。"
    )


class KeyForm(forms.Form):
    """A key of a bank account to register; no password, no PIN."""

    name = forms.CharField(label="密钥名称", max_length=60, help_text="例如：企业网银U盾。")
    number = forms.CharField(label="介质编号", max_length=40, help_text="只登记编号，不登记密码。")
    bank_account = forms.TypedChoiceField(label="银行账户", coerce=int)
    key_role = forms.ChoiceField(
        label="密钥角色",
        choices=[("", "请选择"), *KeyRole.choices],
        help_text="同一账户的制单、复核两把密钥由两人分别保管。",
    )

    def __init__(self, *args: Any, accounts: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank_account"].choices = [("", "请选择"), *accounts]  # type: ignore[attr-defined]


class BillBookForm(forms.Form):
    """A book of bills to register."""

    name = forms.CharField(
        label="票据名称", max_length=60, help_text="例如：转账支票、资金往来结算票据。"
    )
    number = forms.CharField(label="册号", max_length=40)
    first_number = forms.IntegerField(label="起号", min_value=1, max_value=LARGEST)
    last_number = forms.IntegerField(
        label="止号", min_value=1, max_value=LARGEST, help_text="一册最多一万份。"
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a range that runs backwards or is too long for one book."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = data.get("first_number"), data.get("last_number")
        if first and last and not 0 <= last - first < 10_000:
            self.add_error("last_number", "止号不能小于起号，一册最多一万份")
        return data


class PassForm(forms.Form):
    """To whom an item is handed over."""

    taker = forms.TypedChoiceField(
        label="接收人", coerce=int, help_text="只列出持有同一保管岗位的其他人员。"
    )
    reason = forms.CharField(label="移交事由", max_length=200)

    def __init__(self, *args: Any, takers: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taker"].choices = [("", "请选择"), *takers]  # type: ignore[attr-defined]


class GiveBackForm(forms.Form):
    """Why an item goes out of use."""

    reason = forms.CharField(label="停用原因", max_length=200)


class UseForm(forms.Form):
    """One use of a seal or a key."""

    use_date = forms.DayField(label="使用日期")
    purpose = forms.CharField(label="用途", max_length=200)
    document = forms.CharField(label="文件或凭证号", required=False, max_length=100)
    asked_by = forms.CharField(label="经办人", max_length=30)


class BillUseForm(UseForm):
    """What became of some numbers of a book of bills."""

    kind = forms.ChoiceField(
        label="登记类别", choices=CustodyUseKind.choices, help_text="作废、缴回须写明原因。"
    )
    first_number = forms.IntegerField(label="起号", min_value=1, max_value=LARGEST)
    last_number = forms.IntegerField(
        label="止号", min_value=1, max_value=LARGEST, help_text="只有一份时与起号相同。"
    )
