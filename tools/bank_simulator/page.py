"""Draw the one page a person sees at the demo: batches, totals, and the switches."""

from html import escape

from tools.bank_simulator.behaviour import REASONS, RETURN, SEND, Rules
from tools.bank_simulator.formats import yuan_of
from tools.bank_simulator.journal import JournalRecord

STATES = {"ACCEPTED": "已受理", "PAID": "已付款"}
STATUSES = {"": "待付款", "00": "成功", "99": "失败"}
STYLE = (
    "body{font-family:sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #bbb;padding:.3rem .6rem}"
    "td.n{text-align:right}label{display:block;margin:.4rem 0}p.m{background:#eef;padding:.5rem}"
)


def page_of(record: JournalRecord, rules: Rules, message: str = "") -> str:
    """Return the page as HTML."""
    note = f'<p class="m" role="status">{escape(message)}</p>' if message else ""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>银行模拟器</title><style>{STYLE}</style></head><body>"
        f"<h1>银行模拟器</h1>{note}{_totals(record)}{_batches(record)}{_rules(rules)}{_form()}"
        "</body></html>"
    )


def _totals(record: JournalRecord) -> str:
    rows = "".join(
        f"<tr><td>{STATUSES[status]}</td><td class=n>{total['count']}</td>"
        f"<td class=n>{yuan_of(total['amount_fen'])}</td></tr>"
        for status, total in sorted(record.totals_by_status.items())
    )
    twice = "、".join(record.paid_more_than_once) or "无"
    return (
        "<h2>合计</h2><table><tr><th>状态</th><th>笔数</th><th>金额(元)</th></tr>"
        f"{rows}</table><p>重复付款:{escape(twice)}。"
        f"被拒绝的请求:{len(record.refused_calls)} 次。</p>"
    )


def _batches(record: JournalRecord) -> str:
    rows = "".join(
        f"<tr><td>{escape(batch.batch)}</td><td>{STATES[batch.state]}</td>"
        f"<td>{escape(batch.receipt)}</td><td class=n>{batch.line_count}</td>"
        f"<td class=n>{yuan_of(batch.total_fen)}</td><td class=n>{yuan_of(batch.paid_fen)}</td>"
        f"<td class=n>{yuan_of(batch.failed_fen)}</td><td>{escape(batch.received_at)}</td></tr>"
        for batch in reversed(record.batches)
    )
    heads = ("批次", "状态", "回执", "笔数", "总额", "成功", "失败", "受理时间")
    head = "".join(f"<th>{name}</th>" for name in heads)
    empty = "" if rows else "<tr><td colspan=8>尚无批次</td></tr>"
    return f"<h2>批次</h2><table><tr>{head}</tr>{rows}{empty}</table>"


def _rules(rules: Rules) -> str:
    common = rules.behaviour_for("")
    failing = "、".join(
        f"{account}({REASONS[reason]})" for account, reason in common.failing_accounts.items()
    )
    unknown = "、".join(sorted(common.unknown_accounts))
    return (
        f"<h2>现行规则</h2><p>收盘:{SEND[common.send]};回盘:{RETURN[common.returning]};"
        f"迟延:{common.late_seconds:g} 秒;失败账号:{escape(failing or '无')};"
        f"漏回账号:{escape(unknown or '无')};银行日期:{escape(common.today or '当日')};"
        f"单独设置的批次:{escape('、'.join(rules.batches) or '无')}</p>"
    )


def _form() -> str:
    return (
        '<h2>切换行为</h2><form method="post" action="/">'
        '<label>口令 <input name="token" type="password" required></label>'
        '<label>批次(空为全部) <input name="batch"></label>'
        f"<label>收盘 {_choice('send', SEND)}</label>"
        f"<label>回盘 {_choice('return', RETURN)}</label>"
        '<label>迟延秒数 <input name="late_seconds" type="number" min="0" max="3600"></label>'
        '<label>失败账号 <input name="failing_account"></label>'
        f"<label>失败原因 {_choice('failing_reason', REASONS)}</label>"
        '<label>漏回账号 <input name="unknown_account"></label>'
        '<label>银行日期 <input name="today" type="date"></label>'
        '<button name="act" value="set">设置</button> '
        '<button name="act" value="reset">恢复正常</button></form>'
    )


def _choice(name: str, choices: dict[str, str]) -> str:
    options = "".join(f'<option value="{key}">{label}</option>' for key, label in choices.items())
    return f'<select name="{name}">{options}</select>'


def rule_of_form(form: dict[str, str]) -> dict[str, object]:
    """Return the control call's body that a filled-in form stands for."""
    rule: dict[str, object] = {
        key: form[key].strip() for key in ("send", "return", "today") if form.get(key, "").strip()
    }
    late = form.get("late_seconds", "").strip()
    if late:
        rule["late_seconds"] = int(late) if late.isdecimal() else late
    failing = form.get("failing_account", "").strip()
    if failing:
        rule["failing_accounts"] = {failing: form.get("failing_reason", "")}
    unknown = form.get("unknown_account", "").strip()
    if unknown:
        rule["unknown_accounts"] = [unknown]
    batch = form.get("batch", "").strip()
    return {"batches": {batch: rule}} if batch else rule
