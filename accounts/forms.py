"""Forms of accounts: they parse and shape input; services decide."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm

from accounts.enums import Decision, GrantState, JobState, ParameterChangeState
from accounts.parameter_values import read_value, shape_of
from accounts.selectors.posts import Wish
from accounts.services.grants import GrantApplication
from accounts.services.parameter_changes import Grounds, NewValue
from common import forms
from common.errors import DomainError


class LogInForm(AuthenticationForm):
    """Staff number and password."""

    error_messages = {
        "invalid_login": "工号或密码不正确，请重新输入。连续输错会暂时锁定登录。",
        "inactive": "该工号已停用，请联系市级系统管理员。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "工号"
        self.fields["password"].label = "密码"


class NewPasswordForm(PasswordChangeForm):
    """The old password and twice the new one; the rules come from the settings' validators."""

    def clean(self) -> dict[str, Any]:
        """Refuse the old password as the new one."""
        values = super().clean() or {}
        new = values.get("new_password1")
        if new and new == values.get("old_password"):
            self.add_error("new_password1", "新密码不能与原密码相同")
        return values


class ReasonForm(forms.Form):
    """Why something is ended or refused."""

    reason = forms.CharField(label="原因", max_length=200)


class DecisionForm(forms.Form):
    """An opinion, and the content it was formed on; the pressed button says the decision."""

    seen_sha256 = forms.SeenField()
    decision = forms.ChoiceField(
        label="办理结果",
        choices=[(Decision.APPROVE, "通过"), (Decision.REFUSE, "不予通过")],
        widget=forms.HiddenInput,
    )
    opinion = forms.CharField(
        label="意见",
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"list": "phrases"}),
    )


class GrantForm(forms.Form):
    """An application for a post. Choices are given by the view from selectors."""

    person = forms.CharField(
        label="任职人员",
        max_length=100,
        help_text="输入工号或姓名查找",
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
    )
    post = forms.ChoiceField(label="岗位")
    organisation = forms.TypedChoiceField(label="任职机构", coerce=int)
    valid_from = forms.DayField(label="起始日期")
    valid_until = forms.DayField(label="截止日期", required=False, help_text="不填为长期")
    reason = forms.CharField(
        label="申请理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        *args: Any,
        people: list[tuple[int, str]],
        posts: list[tuple[str, str]],
        organisations: list[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        _choose(self, "post", posts, "请选择")
        _choose(self, "organisation", organisations, "请选择")

    def clean_person(self) -> int:
        """Return the id of the person whose line, staff number or unique name was typed."""
        typed = self.cleaned_data["person"].strip()
        found = [key for key, label in self.people if typed == label]
        found = found or [key for key, label in self.people if typed == label.split(" ")[0]]
        found = found or [key for key, label in self.people if f" {typed}（" in label]
        if len(found) != 1:
            raise forms.ValidationError("请输入工号，或从列表中选择一名人员")
        return found[0]

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start."""
        values = super().clean() or {}
        start, end = values.get("valid_from"), values.get("valid_until")
        if start and end and end < start:
            self.add_error("valid_until", "截止日期不能早于起始日期")
        return values

    def to_application(self) -> GrantApplication:
        """Return the service's command; call on a valid form."""
        values = self.cleaned_data
        return GrantApplication(
            user_id=values["person"],
            post_code=values["post"],
            organisation_id=values["organisation"],
            valid_from=values["valid_from"],
            valid_until=values["valid_until"],
            reason=values["reason"],
        )

    def to_wish(self) -> Wish | None:
        """Return what is asked for so far, once person, post, office and start are known."""
        values = getattr(self, "cleaned_data", {})
        if not all(values.get(name) for name in ("person", "post", "organisation", "valid_from")):
            return None
        return Wish(
            user_id=values["person"],
            post_code=values["post"],
            organisation_id=values["organisation"],
            valid_from=values["valid_from"],
            valid_until=values.get("valid_until"),
        )


class GrantFilter(forms.Form):
    """Which grants to list."""

    q = forms.CharField(label="人员", required=False, max_length=50)
    post = forms.ChoiceField(label="岗位", required=False)
    organisation = forms.ChoiceField(label="机构", required=False)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *GrantState.choices]
    )

    def __init__(
        self,
        *args: Any,
        posts: list[tuple[str, str]],
        organisations: list[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "post", posts)
        _choose(self, "organisation", organisations)


class PeopleFilter(forms.Form):
    """Which people to list."""

    q = forms.CharField(label="姓名或工号", required=False, max_length=50)
    organisation = forms.ChoiceField(label="机构", required=False)
    post = forms.ChoiceField(label="岗位", required=False)

    def __init__(
        self,
        *args: Any,
        posts: list[tuple[str, str]],
        organisations: list[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "post", posts)
        _choose(self, "organisation", organisations)


class JobFilter(forms.Form):
    """Filters of the list of jobs; the scope travels along."""

    scope = forms.CharField(required=False, widget=forms.HiddenInput, max_length=10)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *JobState.choices]
    )
    title = forms.CharField(label="作业名称", required=False, max_length=50)

    def to_filters(self) -> dict[str, str]:
        """Return the filters that could be understood."""
        cleaned = self.cleaned_data if self.is_valid() else {}
        return {name: str(cleaned.get(name, "")) for name in ("state", "title")}


class AuditFilter(forms.Form):
    """What to look for in the trail."""

    q = forms.CharField(label="人员或对象", required=False, max_length=50)
    verb = forms.CharField(
        label="动作",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"list": "verbs", "placeholder": "例如：登录"}),
    )
    subject_kind = forms.ChoiceField(label="对象类别", required=False)
    organisation = forms.ChoiceField(label="机构", required=False)
    since = forms.DayField(label="起", required=False)
    until = forms.DayField(label="止", required=False)

    def __init__(
        self,
        *args: Any,
        kinds: list[tuple[str, str]],
        organisations: list[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "subject_kind", kinds)
        _choose(self, "organisation", organisations)


class ParameterFilter(forms.Form):
    """Which parameters to list."""

    q = forms.CharField(label="参数或依据", required=False, max_length=50)
    when = forms.ChoiceField(
        label="时效",
        required=False,
        choices=[("", "全部"), ("now", "现行"), ("coming", "将生效"), ("past", "历史")],
    )


class GroundsForm(forms.Form):
    """What a change of policy values rests on; the state of an office needs nothing more."""

    source = forms.CharField(
        label="依据",
        max_length=200,
        help_text="文件名称和文号，例如《关于调整最低工资标准的通知》川人社发〔2026〕12号。",
    )
    source_scan = forms.EvidenceField(label="依据文件扫描件", required=True)
    reason = forms.CharField(
        label="变更理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    risk = forms.CharField(
        label="风险评估结论",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="对待遇支出、资格审核、系统和资金安全的影响，以及控制措施。",
    )
    risk_scan = forms.EvidenceField(label="风险评估报告", required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("source", "reason", "risk"):
            self.fields[name].wide = True  # type: ignore[attr-defined]

    def to_grounds(self) -> Grounds:
        """Return the grounds; call on a valid form."""
        names = ("source", "reason", "risk", "source_scan", "risk_scan")
        return Grounds(**{name: self.cleaned_data[name] for name in names})


class OnboardingForm(GroundsForm):
    """The state an office is to be given next."""

    state = forms.ChoiceField(label="改为", widget=forms.RadioSelect)
    field_order = ("state",)

    def __init__(self, *args: Any, states: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = states  # type: ignore[attr-defined]
        self.fields["state"].wide = True  # type: ignore[attr-defined]


class ParameterChangeForm(GroundsForm):
    """A new value of one parameter, typed as its shape says, and its days."""

    region = forms.ChoiceField(label="适用地区", required=False)
    value = forms.CharField(label="取值", max_length=1000)
    valid_from = forms.DayField(
        label="生效日期", help_text="晚于核准当日；已经核定和支付的不追溯。"
    )
    valid_until = forms.DayField(label="失效日期", required=False, help_text="不填为长期。")
    field_order = ("region", "value", "valid_from", "valid_until")

    def __init__(
        self, *args: Any, code: str, regions: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.parameter, shape = code, shape_of(code)
        if shape.choices:
            self.fields["value"] = forms.ChoiceField(label="取值", choices=shape.choices)
        elif shape.in_lines:
            self.fields["value"] = forms.CharField(
                label="取值", max_length=1000, widget=forms.Textarea(attrs={"rows": 7})
            )
        self.fields["value"].help_text = shape.hint
        self.fields["value"].wide = shape.in_lines  # type: ignore[attr-defined]
        self.fields["region"].choices = regions if shape.of_districts else regions[:1]  # type: ignore[attr-defined]

    def clean_value(self) -> Any:
        """Return the value in its stored shape."""
        try:
            return read_value(self.parameter, self.cleaned_data["value"])
        except DomainError as error:
            raise forms.ValidationError(error.message) from error

    def to_wish(self) -> NewValue:
        """Return the service's command; call on a valid form."""
        values = self.cleaned_data
        return NewValue(
            code=self.parameter,
            region_code=values["region"],
            value=values["value"],
            valid_from=values["valid_from"],
            valid_until=values["valid_until"],
        )


class ParameterChangeFilter(forms.Form):
    """Which applications to list."""

    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *ParameterChangeState.choices]
    )


def _choose(form: forms.Form, name: str, choices: list[Any], empty: str = "全部") -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", empty), *choices]
