"""Forms of the register of receipts and payments: their fields follow from the kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.selectors.offices import Office
from common import forms
from funds.entry_rules import ZERO
from funds.entry_shapes import GROUP_LABELS, RULES, EntryRule, Group, Origin
from funds.enums import EntryKind, FlowPlace
from funds.selectors.books import AccountChoice
from funds.selectors.entries import STATUSES, kinds_of
from funds.selectors.entry_choices import OpenEntry, OriginalLine
from funds.services.entry_input import NewEntry

TYPED = tuple(group for group in Group if group != Group.INVESTMENT)  # has pages of its own


class EntryFilterForm(forms.Form):
    """Filters of the register; the tab rides along."""

    group = forms.CharField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(label="编号、对方单位或银行流水号", required=False, max_length=60)
    month = forms.ChoiceField(label="业务月份", required=False)
    status = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), *((code, words[0]) for code, words in STATUSES.items())],
    )

    def __init__(self, *args: Any, months: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = [("", "全部"), *months]  # type: ignore[attr-defined]


class EntryKindFilter(forms.Form):
    """Which kind of receipt or payment; choosing another shows its own fields."""

    kind = forms.ChoiceField(
        label="业务种类",
        choices=[
            ("", "请选择"),
            *((str(GROUP_LABELS[g]), [(k.value, k.label) for k in kinds_of(g)]) for g in TYPED),
        ],
    )
    find = forms.CharField(
        label="查找原凭证",
        required=False,
        max_length=60,
        help_text="输入凭证号、支付批次号或摘要中的文字。",
    )

    def __init__(self, *args: Any, rule: EntryRule | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rule is None or rule.origin == Origin.NONE:
            del self.fields["find"]


@dataclass(frozen=True, slots=True)
class EntryOffer:
    """What the form offers to choose from."""

    accounts: Sequence[AccountChoice]
    offices: Sequence[Office]
    open_entries: Sequence[OpenEntry]
    originals: Sequence[OriginalLine]


class EntryForm(forms.Form):
    """What a clerk registers; fields that the kind does not have are left out."""

    original = forms.ChoiceField(
        label="原凭证分录",
        widget=forms.RadioSelect,
        error_messages={"required": "请查找并选择原凭证分录"},
        help_text="科目、经办机构、业务项目随原凭证；入账科目由原凭证与退回的年度决定。",
    )
    clears = forms.ChoiceField(
        label="清理的登记单", error_messages={"required": "请选择要清理的登记单"}
    )
    place = forms.ChoiceField(label="账户")
    entry_date = forms.DayField(label="业务日期", help_text="款项到账、划出或批准核销的日期。")
    amount = forms.AmountField(label="金额")
    account = forms.ChoiceField(label="会计科目")
    second_amount = forms.AmountField(label="第二项金额", required=False)
    second_account = forms.ChoiceField(label="第二项科目", required=False)
    counterparty = forms.CharField(label="对方单位", max_length=100)
    reference = forms.CharField(
        label="银行流水号或文号", max_length=60, help_text="经过银行的填银行流水号，否则填文号。"
    )
    office = forms.ChoiceField(label="经办机构", required=False)
    item_code = forms.RegexField(
        r"[A-Z][0-9]{2}",
        label="业务项目",
        required=False,
        error_messages={"invalid": "业务项目为一个字母加两位数字，例如B01"},
    )
    approval_number = forms.CharField(
        label="批准文号", max_length=60, help_text="核销须报经批准；请同时上传批准文件扫描件。"
    )
    note = forms.CharField(label="说明", required=False, max_length=200)
    evidence = forms.EvidenceField(label="原始凭证扫描件")

    def __init__(self, *args: Any, rule: EntryRule, offer: EntryOffer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rule = rule
        for name in _absent(rule):
            del self.fields[name]
        self._offer(offer)
        self.fields["note"].wide = True  # type: ignore[attr-defined]
        self.fields["amount"].label = "本金" if rule.second == "利息" else "金额"
        if "second_amount" in self.fields:
            self.fields["second_amount"].label = rule.second
        laws = dict.fromkeys(shape.law for shape in rule.shapes)
        self.fields["amount"].basis = "；".join(laws)  # type: ignore[attr-defined]

    def _offer(self, offer: EntryOffer) -> None:
        names = {a.code: f"{a.code} {a.full_name}" for a in offer.accounts}
        accounts = [(code, names[code]) for code in self._rule.chosen if code in names]
        choices: dict[str, list[tuple[str, str]]] = {
            "place": [(place.value, place.label) for place in self._rule.places],
            "account": accounts,
            "second_account": [("", "—"), *accounts],
            "office": [("", "—"), *((str(o.id), o.short_name) for o in offer.offices)],
            "clears": [(str(entry.id), entry.title) for entry in offer.open_entries],
            "original": [(line.key, _original_words(line)) for line in offer.originals],
        }
        for name, offered in choices.items():
            if name in self.fields:
                self.fields[name].choices = offered  # type: ignore[attr-defined]
                self.fields[name].wide = name in {"clears", "original"}  # type: ignore[attr-defined]

    def to_entry(self) -> NewEntry:
        """Return what was typed; the form is valid."""
        data = self.cleaned_data
        original = data.get("original", "")
        voucher, _, position = original.partition("-")
        return NewEntry(
            kind=self._rule.kind,
            entry_date=_day(data["entry_date"]),
            amount=_yuan(data["amount"]),
            counterparty=data["counterparty"],
            reference=data["reference"],
            place=FlowPlace(data["place"]) if data.get("place") else None,
            second_amount=_yuan(data.get("second_amount")),
            account_code=data.get("account", ""),
            second_account_code=data.get("second_account", ""),
            note=data["note"],
            organisation_id=int(data["office"]) if data.get("office") else None,
            item_code=data.get("item_code", ""),
            clears_id=int(data["clears"]) if data.get("clears") else None,
            original=(int(voucher), int(position)) if original else None,
            approval_number=data.get("approval_number", ""),
        )


def _absent(rule: EntryRule) -> set[str]:
    """Return the fields that an entry of this rule does not have."""
    absent = set()
    if rule.origin == Origin.NONE:
        absent.add("original")
    else:
        absent |= {"office", "item_code"}
    if not rule.clears:
        absent.add("clears")
    if not rule.places:
        absent.add("place")
    if not rule.chosen:
        absent |= {"account", "second_account"}
    if not rule.second:
        absent |= {"second_amount", "second_account"}
    if not rule.is_write_off:
        absent.add("approval_number")
    return absent


def _original_words(line: OriginalLine) -> str:
    parts = (line.office, line.item_code, line.batch_number)
    where = " ".join(part for part in parts if part)
    return (
        f"{line.voucher_date} {line.voucher} {line.account} {where} "
        f"{line.amount:,.2f}元 {line.summary}"
    )


def _day(value: Any) -> date:
    assert isinstance(value, date)
    return value


def _yuan(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else ZERO


def kind_or_none(text: str) -> EntryKind | None:
    """Return the kind an address names; None for anything else, and what has pages of its own."""
    if text not in EntryKind.values or text not in RULES:
        return None
    kind = EntryKind(text)
    return kind if RULES[kind].group in TYPED else None


class WithdrawForm(forms.Form):
    """Why an entry is taken back."""

    reason = forms.CharField(label="撤回原因", max_length=200)
