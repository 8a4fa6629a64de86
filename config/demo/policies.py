"""Changes of policy in the demo: one in force from next month, one of an office, one that waits."""

from accounts.enums import Decision, Onboarding
from accounts.models import ParameterChange
from accounts.services.parameter_changes import (
    Grounds,
    NewValue,
    apply_for_onboarding,
    apply_for_value,
    decide_change,
)
from accounts.services.signatures import Verdict
from common.periods import add_months
from config.demo.papers import demo_paper
from config.demo.story import Story
from config.parameter_changes.checks import check_value


def leave_policies(story: Story) -> None:
    """Leave a value approved for next month, the last office gone live, and a value to approve."""
    at = story.calendar.at(story.calendar.today, 9, 40)
    next_month = add_months(story.calendar.month, 1)
    approved = _ask(story, NewValue("large_case", "", "60000.00", next_month, None), "大额起点")
    with story.act("DEPT") as actor:
        live = apply_for_onboarding(
            actor=actor,
            organisation_id=story.offices[story.city.offices[-1].code],
            state=Onboarding.LIVE,
            grounds=_grounds("试点验收", "试点期间各项业务正常，转为正式上线"),
            at=at,
        )
    for change in (approved, live):
        with story.act("LEAD") as actor:
            verdict = Verdict(Decision.APPROVE, "依据充分、风险可控，同意", at)
            decide_change(actor=actor, change_id=change.pk, verdict=verdict)
    _ask(story, NewValue("minimum_wage", "", "2400.00", next_month, None), "最低工资标准")


def _ask(story: Story, wish: NewValue, subject: str) -> ParameterChange:
    with story.act("DEPT") as actor:
        return apply_for_value(
            actor=actor,
            wish=wish,
            grounds=_grounds(subject, f"按省里文件调整{subject}"),
            check=check_value,
            at=story.calendar.at(story.calendar.today, 9, 40),
        )


def _grounds(subject: str, reason: str) -> Grounds:
    return Grounds(
        source=f"关于{subject}的通知（演示文件）",
        reason=reason,
        risk="待遇支出和审核工作量变化在基金和经办能力可承受范围内，无须另设控制措施。",
        source_scan=demo_paper("policy", "basis"),
        risk_scan=demo_paper("policy", "risk"),
    )
