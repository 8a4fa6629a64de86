"""Input of batches, returns and re-issues: shape only."""

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from accounts.enums import Decision
from common import forms
from common.errors import DomainError
from common.identifiers import parse_account_number
from common.textfiles import MAX_BYTES
from payouts.enums import AccountKind, InstructionState
from payouts.services.bank_answers import Letter
from payouts.services.reissues import CorrectedAccount

SAME, CORRECTED = "SAME", "CORRECTED"
TAKEN, NOT_TAKEN = "TAKEN", "NOT_TAKEN"


class BatchFilterForm(forms.Form):
    """Filters of the list of batches."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    organisation = forms.TypedChoiceField(
        label="经办机构", required=False, coerce=int, empty_value=None
    )
    month = forms.MonthField(label="待遇月份", required=False)
    search = forms.CharField(
        label="批次号",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "data-search": ""}),
    )

    def __init__(self, *args: Any, offices: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [("", "全部机构"), *offices]  # type: ignore[attr-defined]

    def to_filters(self) -> dict[str, Any]:
        """Return the filters that are filled in correctly."""
        self.is_valid()
        return {
            "organisation_id": self.cleaned_data.get("organisation"),
            "month": self.cleaned_data.get("month"),
            "search": self.cleaned_data.get("search", "").strip(),
        }


class InstructionFilterForm(forms.Form):
    """Filters of a batch's instructions."""

    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部状态"), *InstructionState.choices]
    )
    name = forms.CharField(label="户名", required=False, max_length=50)


class ReturnLineFilterForm(forms.Form):
    """Filter of a return's lines; which of them travels along."""

    lines = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label="户名（从首字起）", required=False, max_length=50)


class ReissueFilterForm(forms.Form):
    """Filter of failed payments and of requests to send them again; the tab travels along."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label="户名（从首字起）", required=False, max_length=50)


class BankAnswerForm(forms.Form):
    """What the bank wrote about a batch whose outcome is unknown."""

    outcome = forms.ChoiceField(
        label="银行答复",
        choices=[(TAKEN, "已受理该批次（等待回盘）"), (NOT_TAKEN, "未受理，款项未支付")],
        widget=forms.RadioSelect,
    )
    receipt = forms.CharField(
        label="银行回执号", max_length=60, required=False, help_text="已受理的必填，未受理的不填。"
    )
    reference = forms.CharField(label="答复文号", max_length=60)
    answered_on = forms.DayField(label="答复日期")
    note = forms.CharField(
        label="核实情况",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="与银行何人、怎样核对，结论如何。",
    )
    scan = forms.EvidenceField(label="答复扫描件", required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("outcome", "note"):
            self.fields[name].wide = True  # type: ignore[attr-defined]

    def to_letter(self) -> Letter:
        """Return the service's command; call on a valid form."""
        values = self.cleaned_data
        return Letter(
            was_taken=values["outcome"] == TAKEN,
            receipt=values["receipt"],
            reference=values["reference"],
            answered_on=values["answered_on"],
            note=values["note"],
            scan=values["scan"],
        )


class TickedForm(forms.Form):
    """The rows ticked in a list."""

    ids = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": "请先勾选要支付的行"}
    )

    def __init__(self, *args: Any, choices: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ids"].choices = [(choice, str(choice)) for choice in choices]  # type: ignore[attr-defined]
        self.fields["ids"].label = "所选行"


class CheckForm(forms.Form):
    """The checker's signature under a batch; `seen` is the digest the page showed."""

    seen = forms.SeenField(required=False)
    opinion = forms.CharField(label="复核意见", required=False, max_length=500)


class ReleaseForm(forms.Form):
    """The cashier's release: the last digits of the amount, typed by hand."""

    seen = forms.SeenField(required=False)
    digits = forms.CharField(
        label="输入金额末几位",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": "请输入金额末几位，防止误付"},
    )

    def __init__(self, *args: Any, digits_shown: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if digits_shown:
            self.fields[
                "digits"
            ].help_text = f"对照本批次金额，输入其末{digits_shown}位（含小数点和角分）"


class WithdrawForm(forms.Form):
    """Why a batch is taken back."""

    reason = forms.CharField(
        label="撤回原因",
        max_length=300,
        help_text="确认支付以前可以撤回；所含计划回到待编批次。",
        error_messages={"required": "请填写撤回原因"},
    )


class ReturnUploadForm(forms.Form):
    """A return file to import."""

    file = forms.FileField(
        label="回盘文件", error_messages={"required": "请选择银行回盘文件", "empty": "文件是空的"}
    )

    def clean_file(self) -> UploadedFile:
        """Refuse a file above the limit before it is read."""
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > MAX_BYTES:
            raise forms.ValidationError(f"文件超过{MAX_BYTES // 1024 // 1024}MB")
        return file


class ReturnFilterForm(forms.Form):
    """Filters of the list of return files; the month is that of the bank's day."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    organisation = forms.TypedChoiceField(
        label="经办机构", required=False, coerce=int, empty_value=None
    )
    month = forms.MonthField(label="银行日期月份", required=False)
    search = forms.CharField(
        label="批次号或文件名",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "data-search": ""}),
    )

    def __init__(self, *args: Any, offices: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [("", "全部机构"), *offices]  # type: ignore[attr-defined]

    def to_filters(self) -> dict[str, Any]:
        """Return the filters that are filled in correctly."""
        self.is_valid()
        return {
            "organisation_id": self.cleaned_data.get("organisation"),
            "month": self.cleaned_data.get("month"),
            "search": self.cleaned_data.get("search", "").strip(),
        }


class ReissueForm(forms.Form):
    """An application to send a failed payment again."""

    account = forms.ChoiceField(
        label="重发账户",
        choices=[(CORRECTED, "更正为本人其他账户"), (SAME, "仍用原账户")],
        widget=forms.RadioSelect,
        initial=CORRECTED,
    )
    kind = forms.ChoiceField(label="账户类别", choices=AccountKind.choices, required=False)
    number = forms.CharField(
        label="账号",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    bank_name = forms.CharField(label="开户银行", required=False, max_length=60)
    bank_number = forms.RegexField(
        r"[0-9]{12}",
        label="联行号",
        required=False,
        help_text="社会保障卡可不填",
        error_messages={"invalid": "联行号应为12位数字"},
    )
    reason = forms.CharField(
        label="处理说明",
        max_length=300,
        widget=forms.Textarea,
        help_text="失败原因如何核实，账户为何更正或为何仍用原账户",
        error_messages={"required": "请写明失败原因如何核实"},
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the corrected account's number and bank where one is given."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("account") == CORRECTED:
            for name, message in (
                ("number", "请填写更正后的账号"),
                ("bank_name", "请填写开户银行"),
            ):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, message)
            self._check_number(cleaned)
        return cleaned

    def _check_number(self, cleaned: dict[str, Any]) -> None:
        """Put the corrected number in canonical form, checked by its kind."""
        number, kind = cleaned.get("number"), cleaned.get("kind")
        if not kind and "kind" not in self.errors:
            self.add_error("kind", "请选择账户类别")
        elif number and kind:
            try:
                cleaned["number"] = parse_account_number(number, kind)
            except DomainError as error:
                self.add_error("number", error.message)

    def to_corrected(self) -> CorrectedAccount | None:
        """Return the corrected account, or None where the old one stays."""
        if self.cleaned_data["account"] == SAME:
            return None
        return CorrectedAccount(
            kind=AccountKind(self.cleaned_data["kind"]),
            number=self.cleaned_data["number"],
            bank_name=self.cleaned_data["bank_name"],
            bank_number=self.cleaned_data["bank_number"],
        )


class DecisionForm(forms.Form):
    """A reviewer's or approver's decision on a re-issue; refusing needs an opinion."""

    seen = forms.SeenField(required=False)
    decision = forms.ChoiceField(
        label="办理结果",
        choices=[(Decision.APPROVE, "同意"), (Decision.REFUSE, "不予通过")],
        widget=forms.HiddenInput,
        required=True,
    )
    opinion = forms.CharField(label="意见", required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        """Ask for an opinion with a refusal."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decision") == Decision.REFUSE and not cleaned.get("opinion", "").strip():
            self.add_error("opinion", "不予通过时请填写意见")
        return cleaned
