"""The registers of seals, bills and bank keys: the list, one item, its log, its hand-overs."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt, attempt_or_warn, go, obtain, render_page
from common.lists import Narrowing, Viewer, narrowing, open_list, window_of
from common.periods import today_in_shanghai
from funds.enums import CustodyKind, CustodyState, CustodyTransferState, CustodyUseKind
from funds.forms import DecisionForm
from funds.forms import custody as forms
from funds.selectors import custody as selector
from funds.selectors.access import may
from funds.selectors.custody import CustodySheet, TransferSheet
from funds.services import custody as service
from funds.views.shared import timeline_rows

STEP_NAMES = {"GIVE": "移交人签字", "TAKE": "接收人签字", "WITNESS": "监交人签字"}
FILTERS = ("kind", "state", "text")


def _own_kind(request: TenantRequest) -> CustodyKind | None:
    """Return what the current post keeps; None for a post that keeps nothing."""
    keeps = may(request.actor, Duty.CUSTODY_KEEP) and request.actor.post in CustodyKind.values
    return CustodyKind(request.actor.post) if keeps else None


@require_GET
def custody(request: TenantRequest) -> HttpResponse:
    """List what is kept."""
    filters = {name: request.GET.get(name, "") for name in FILTERS}
    form = forms.CustodyFilterForm(filters)
    listing = open_list(
        selector.CUSTODY,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(form, filters),
    )
    kind = _own_kind(request)
    context = {"listing": listing, "filters": form, "own_kind": kind.label if kind else ""}
    return render_page(request, "funds/custody.html", context=context)


def _registration_form(kind: CustodyKind, data: Any = None) -> Form:
    if kind == CustodyKind.KEY:
        return forms.KeyForm(data, accounts=selector.list_keyed_accounts())
    return forms.SealForm(data) if kind == CustodyKind.SEAL else forms.BillBookForm(data)


@require_http_methods(["GET", "POST"])
def custody_new(request: TenantRequest) -> HttpResponse:
    """Register an item of the kind the current post keeps."""
    kind = _own_kind(request)
    if kind is None:
        raise DutyNotHeld
    form, status = _registration_form(kind), 200
    if request.method == "POST":
        form, status = _registration_form(kind, request.POST), 422
        item_id = _register(request, kind, form) if form.is_valid() else None
        if item_id is not None:
            return go(request, "funds:custody_item", item_id=item_id)
    context = {"form": form, "kind": kind.label}
    return render_page(request, "funds/custody_new.html", context=context, status=status)


def _register(request: TenantRequest, kind: CustodyKind, form: Form) -> int | None:
    """Return the id of the registered item; None with the refusal on top of the form."""
    values = dict(form.cleaned_data)
    if "bank_account" in values:
        values["bank_account_id"] = values.pop("bank_account")
    registration = service.Registration(kind, **values)
    item = obtain(
        form,
        lambda: service.register_item(
            actor=request.actor, registration=registration, at=timezone.now()
        ),
    )
    if item is None:
        return None
    messages.success(request, "已登记，等待监交人签字")
    return item.pk


@require_GET
def custody_item(request: TenantRequest, item_id: int) -> HttpResponse:
    """Show one item with its log and its changes of hands."""
    return _show(request, item_id)


def _show(request: TenantRequest, item_id: int, status: int = 200, **bound: Any) -> HttpResponse:
    found = selector.get_custody_item(actor=request.actor, item_id=item_id)
    listing = open_list(
        selector.USES,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=Narrowing({"item_id": item_id}, [("保管物品", f"{found.name} {found.number}")]),
    )
    is_keeper = (
        found.state == CustodyState.KEPT
        and found.keeper_id == request.actor.user_id
        and _own_kind(request) == found.kind
    )
    context = {
        "item": found,
        "listing": listing,
        "is_keeper": is_keeper,
        "form": next(iter(bound.values()), None),
        **(_forms(request, found) | bound if is_keeper else bound),
    }
    return render_page(request, "funds/custody_item.html", context=context, status=status)


def _forms(request: TenantRequest, found: CustodySheet) -> dict[str, Form]:
    """Return what the keeper may fill in: the log, and while nothing is under way a hand-over."""
    today = today_in_shanghai()
    shown: dict[str, Form] = {
        "use_form": _use_form(found.kind, initial={"use_date": today.isoformat()})
    }
    if not found.has_open_transfer:
        takers = selector.list_takers(kind=found.kind, today=today, but=request.actor.user_id)
        shown |= {
            "pass_form": forms.PassForm(takers=takers),
            "give_back_form": forms.GiveBackForm(),
        }
    return shown


def _use_form(kind: str, data: Any = None, **options: Any) -> forms.UseForm:
    form = forms.BillUseForm if kind == CustodyKind.BILL else forms.UseForm
    return form(data, **options)


@require_POST
def custody_use(request: TenantRequest, item_id: int) -> HttpResponse:
    """Write a use, or what became of some numbers, into the item's log."""
    found = selector.get_custody_item(actor=request.actor, item_id=item_id)
    form = _use_form(found.kind, request.POST)

    def act() -> object:
        values = {"kind": CustodyUseKind.USE, **form.cleaned_data}
        use = service.Use(**values)
        return service.record_use(actor=request.actor, item_id=item_id, use=use, at=timezone.now())

    return _answer(request, item_id, ("use_form", form), act, "已登记")


@require_POST
def custody_pass(request: TenantRequest, item_id: int) -> HttpResponse:
    """Hand an item over to another keeper, who has to take it."""
    found = selector.get_custody_item(actor=request.actor, item_id=item_id)
    takers = selector.list_takers(
        kind=found.kind, today=today_in_shanghai(), but=request.actor.user_id
    )
    form = forms.PassForm(request.POST, takers=takers)

    def act() -> object:
        return service.pass_on(
            actor=request.actor,
            item_id=item_id,
            taker_id=form.cleaned_data["taker"],
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
        )

    return _answer(request, item_id, ("pass_form", form), act, "已发起移交，等待接收人签字")


@require_POST
def custody_give_back(request: TenantRequest, item_id: int) -> HttpResponse:
    """Give an item back for good."""
    form = forms.GiveBackForm(request.POST)

    def act() -> object:
        reason = form.cleaned_data["reason"]
        return service.give_back(
            actor=request.actor, item_id=item_id, reason=reason, at=timezone.now()
        )

    return _answer(request, item_id, ("give_back_form", form), act, "已申请停用，等待监交人签字")


def _answer(
    request: TenantRequest,
    item_id: int,
    bound: tuple[str, Form],
    act: Callable[[], object],
    success: str,
) -> HttpResponse:
    """Act on a good form and lead back to the item; show a refused one where it stands."""
    name, form = bound
    if form.is_valid() and attempt(form, act):
        messages.success(request, success)
        return go(request, "funds:custody_item", item_id=item_id)
    return _show(request, item_id, status=422, **{name: form})


@require_http_methods(["GET", "POST"])
def custody_transfer(request: TenantRequest, transfer_id: int) -> HttpResponse:
    """Show a change of hands; POST signs it for who it waits for."""
    found = selector.get_custody_transfer(actor=request.actor, transfer_id=transfer_id)
    form, status = DecisionForm(initial={"seen": found.content_sha256}), 200
    if request.method == "POST":
        form, status = DecisionForm(request.POST), 422
        if form.is_valid():
            _sign(request, transfer_id, form)
            return go(request, "funds:custody_transfer", transfer_id=transfer_id)
    actions, blocked = _actions(request, found)
    context = {
        "transfer": found,
        "entries": timeline_rows(found.timeline, STEP_NAMES),
        "actions": actions,
        "blocked": blocked,
        "phrases": ("清点无误，同意", "实物与登记不符，请核对"),
        "decision_form": form,
        "form": form if form.is_bound else None,
    }
    return render_page(request, "funds/custody_transfer.html", context=context, status=status)


def _sign(request: TenantRequest, transfer_id: int, form: DecisionForm) -> None:
    data = form.cleaned_data
    if not data["decision"]:
        return
    decision = Decision(data["decision"])
    verdict = Verdict(decision, data["opinion"], timezone.now(), data["seen"])
    attempt_or_warn(
        request,
        lambda: service.sign_transfer(
            actor=request.actor, transfer_id=transfer_id, verdict=verdict
        ),
        "已签字" if decision == Decision.APPROVE else "已退回",
    )


def _actions(request: TenantRequest, found: TransferSheet) -> tuple[list[dict[str, Any]], str]:
    is_taking = found.state == CustodyTransferState.TAKING
    if found.state not in (CustodyTransferState.TAKING, CustodyTransferState.WITNESSING):
        return [], ""
    if is_taking and request.actor.user_id != found.taker_id:
        return [], f"待接收：由接收人{found.taker}签字"
    if not is_taking and not may(request.actor, Duty.CUSTODY_WITNESS):
        return [], "待监交：由财务负责人签字"
    word = "接收" if is_taking else "监交"
    people = "、".join(name for name in (found.giver, found.taker) if name)
    words = f"{found.item_kind} {found.item_title}，{found.kind_label}：{people}。请当面清点。"
    approve = {
        "value": Decision.APPROVE.value,
        "label": f"{word}签字",
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": f"{word}签字",
        "confirm_text": words,
        "confirm_button": "签字",
    }
    refuse = {
        "value": Decision.RETURN.value,
        "label": "退回",
        "tone": "outline-danger",
        "confirm_title": "退回交接",
        "confirm_text": words,
        "confirm_button": "退回",
    }
    return [approve, refuse], ""
