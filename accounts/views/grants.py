"""Applying for posts, signing the applications, ending grants."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.forms import DecisionForm, GrantFilter, GrantForm, ReasonForm
from accounts.permissions import reach_of, require_any
from accounts.selectors import grants as selector
from accounts.selectors.directory import person_choices
from accounts.selectors.offices import organisation_choices
from accounts.selectors.posts import list_obstacles, post_choices
from accounts.services import grants as service
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt, attempt_or_warn, go, render_page
from common.lists import Viewer, narrowing, open_list, window_of

TABS = (("waiting", "待办"), ("mine", "我发起的"), ("all", "全部"))
STEPS = {"APPLY": "申请", "REVIEW": "内控审核", "APPROVE": "领导核准"}
APPROVALS = {
    "REVIEW": "审核通过",
    "APPROVE": "核准授权",
}


@require_GET
def grants(request: TenantRequest) -> HttpResponse:
    """List grants in reach: waiting for me, applied for by me, all."""
    actor = request.actor
    reach = require_any(actor, *selector.READING)
    filters = GrantFilter(
        request.GET, posts=post_choices(), organisations=organisation_choices(reach)
    )
    filters.is_valid()
    counts = selector.count_grants(actor=actor)
    tab = request.GET.get("tab") or ("waiting" if counts["waiting"] else "all")
    listing = open_list(
        selector.GRANTS,
        Viewer(actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, asdict(_search(request, tab)), 分类=dict(TABS).get(tab, "全部")),
    )
    context = {
        "filters": filters,
        "listing": listing,
        "tab": tab,
        "may_apply": bool(reach_of(actor, Duty.GRANT_APPLY)),
        "tabs": [
            {"label": text, "url": f"?tab={code}", "is_current": code == tab, "count": counts[code]}
            for code, text in TABS
        ],
    }
    return render_page(request, "accounts/grants.html", context=context)


def _search(request: TenantRequest, tab: str) -> selector.GrantSearch:
    get = request.GET.get
    return selector.GrantSearch(
        tab=tab,
        text=get("q", "").strip(),
        post=get("post", ""),
        organisation=get("organisation", ""),
        state=get("state", ""),
    )


@require_http_methods(["GET", "POST"])
def grant_new(request: TenantRequest) -> HttpResponse:
    """Apply for a post; obstacles show as soon as person, post, office and start are chosen."""
    reach = require_any(request.actor, Duty.GRANT_APPLY)
    form = _grant_form(request.POST if request.method == "POST" else request.GET, reach)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: _apply(request, form))
    ):
        messages.success(request, "申请已提交，等待内控审核")
        return go(request, "accounts:grants")
    form.is_valid()
    wish = form.to_wish()
    context = {
        "form": form,
        "people": form.people,
        "wish": wish,
        "obstacles": list_obstacles(wish) if wish else [],
    }
    if request.method == "GET":
        first = {"valid_from": f"{timezone.localdate():%Y-%m-%d}", **request.GET.dict()}
        context["form"] = _grant_form(None, reach, initial=first)
    status = 422 if request.method == "POST" else 200
    return render_page(request, "accounts/grant_new.html", context=context, status=status)


def _grant_form(typed: QueryDict | None, reach: frozenset[int], **options: Any) -> GrantForm:
    return GrantForm(
        typed or None,
        people=person_choices(),
        posts=post_choices(),
        organisations=organisation_choices(reach),
        **options,
    )


def _apply(request: TenantRequest, form: GrantForm) -> None:
    service.apply_for_grant(
        actor=request.actor, application=form.to_application(), at=timezone.now()
    )


@require_http_methods(["GET", "POST"])
def grant(request: TenantRequest, grant_id: int) -> HttpResponse:
    """Show a grant and its timeline; POST signs the step it waits at."""
    sheet = selector.get_grant_sheet(actor=request.actor, grant_id=grant_id)
    form = DecisionForm(request.POST or None, initial={"seen_sha256": sheet.content_sha256})
    if request.method == "POST" and form.is_valid():
        decide = service.approve_grant if sheet.step == "APPROVE" else service.review_grant
        verdict = Verdict(
            decision=Decision(form.cleaned_data["decision"]),
            opinion=form.cleaned_data["opinion"],
            signed_at=timezone.now(),
            seen_sha256=form.cleaned_data["seen_sha256"],
        )
        if attempt(form, lambda: decide(actor=request.actor, grant_id=grant_id, verdict=verdict)):
            messages.success(request, "意见已签署")
            return go(request, "accounts:grants")
    context = _sheet_context(sheet, form)
    status = 422 if form.errors else 200
    return render_page(request, "accounts/grant.html", context=context, status=status)


def _sheet_context(sheet: selector.GrantSheet, form: DecisionForm) -> dict[str, Any]:
    actions = [
        {
            "value": Decision.REFUSE.value,
            "label": "不予通过",
            "tone": "outline-danger",
            "shortcut": "r",
        },
    ]
    if sheet.step and not sheet.obstacles:
        approval = {
            "value": Decision.APPROVE.value,
            "label": APPROVALS[sheet.step],
            "tone": "primary",
            "shortcut": "a",
        }
        if sheet.step == "APPROVE":
            approval |= {
                "confirm_title": "核准岗位授权",
                "confirm_text": f"核准后立即生效：{sheet.line.person}任{sheet.line.post}"
                f"（{sheet.line.organisation}）。",
                "confirm_button": "核准授权",
            }
        actions.insert(0, approval)
    return {
        "sheet": sheet,
        "form": form,
        "blocked": sheet.blocked,
        "actions": actions,
        "entries": [*map(_entry, sheet.timeline), *_still_to_come(sheet)],
        "phrases": ["同意", "岗位与人员资格相符，同意", "不相容岗位，不予通过"],
        "revoke_url": reverse("accounts:grant_revoke", args=[sheet.line.id]),
        "revoke_form": ReasonForm(),
    }


def _still_to_come(sheet: selector.GrantSheet) -> list[dict[str, Any]]:
    steps = {"REVIEW": ["REVIEW", "APPROVE"], "APPROVE": ["APPROVE"]}.get(sheet.step, [])
    return [{"step": STEPS[step]} for step in steps]


def _entry(line: Any) -> dict[str, Any]:
    return {
        "step": STEPS[line.step],
        "person": line.person,
        "post": line.post,
        "organisation": line.organisation,
        "decision": line.decision_label,
        "tone": "green" if line.decision == Decision.APPROVE else "red",
        "opinion": line.opinion,
        "at": line.at,
        "is_void": line.is_void,
        "void_reason": line.void_reason,
    }


@require_POST
def grant_revoke(request: TenantRequest, grant_id: int) -> HttpResponse:
    """End a grant at once, with a reason."""
    sheet = selector.get_grant_sheet(actor=request.actor, grant_id=grant_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        decision = DecisionForm(initial={"seen_sha256": sheet.content_sha256})
        context = _sheet_context(sheet, decision) | {"revoke_form": form}
        return render_page(request, "accounts/grant.html", context=context, status=422)
    attempt_or_warn(
        request,
        lambda: service.revoke_grant(
            actor=request.actor,
            grant_id=grant_id,
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
        ),
        "授权已撤销，立即生效",
    )
    return go(request, "accounts:grant", grant_id=grant_id)
