"""Entry and correction of receipts and payments: a form that changes with the kind."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.duties import Duty
from accounts.permissions import DutyNotHeld
from common.http import TenantRequest, go, obtain, render_page
from common.periods import today_in_shanghai
from funds.entry_shapes import RULES, EntryRule
from funds.enums import EntryState
from funds.forms.entries import EntryForm, EntryKindFilter, EntryOffer, kind_or_none
from funds.models import FundsEntry
from funds.selectors import entry_choices
from funds.selectors.access import may
from funds.selectors.books import list_offices, list_usable_accounts
from funds.selectors.entries import get_entry
from funds.services import entries as service
from funds.views.shared import chosen_book, work_in


@require_GET
def entry_new(request: TenantRequest) -> HttpResponse:
    """Choose what to register; a chosen kind opens its form."""
    if not may(request.actor, Duty.ENTRY_PREPARE):
        raise DutyNotHeld
    kind = kind_or_none(request.GET.get("kind", ""))
    if kind is not None:
        return go(request, "funds:entry_new_of", kind=kind.value)
    return _page(request, None, None, {})


@require_http_methods(["GET", "POST"])
def entry_new_of(request: TenantRequest, kind: str) -> HttpResponse:
    """Register an entry of one kind; `?find=` looks for the original."""
    if not may(request.actor, Duty.ENTRY_PREPARE):
        raise DutyNotHeld
    chosen = kind_or_none(kind)
    if chosen is None:
        raise Http404
    form = _form(request, RULES[chosen])
    if request.method == "POST" and form.is_valid():
        made = obtain(form, lambda: _register(request, form))
        if made is not None:
            messages.success(request, _outcome(made))
            return go(request, "funds:entry", entry_id=made.pk)
    return _page(request, RULES[chosen], form, {})


@require_http_methods(["GET", "POST"])
def entry_correct(request: TenantRequest, entry_id: int) -> HttpResponse:
    """Correct an entry whose voucher was voided or that was sent back."""
    if not may(request.actor, Duty.ENTRY_PREPARE):
        raise DutyNotHeld
    found = get_entry(actor=request.actor, entry_id=entry_id)
    work_in(request, found.book_id)
    kind = kind_or_none(found.kind)
    if kind is None:
        raise Http404
    form = _form(request, RULES[kind], entry_choices.get_row(entry_id))
    if request.method == "POST" and form.is_valid():
        made = obtain(form, lambda: _correct(request, entry_id, form))
        if made is not None:
            messages.success(request, _outcome(made))
            return go(request, "funds:entry", entry_id=entry_id)
    return _page(request, RULES[kind], form, {"entry": found})


def _page(
    request: TenantRequest, rule: EntryRule | None, form: EntryForm | None, more: dict[str, Any]
) -> HttpResponse:
    context = {
        "form": form,
        "rule": rule,
        "kind_form": EntryKindFilter(
            initial={"kind": rule.kind if rule else "", "find": request.GET.get("find", "")},
            rule=rule,
        ),
        **more,
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "funds/entry_form.html", context=context, status=status)


def _form(request: TenantRequest, rule: EntryRule, entry: FundsEntry | None = None) -> EntryForm:
    book_id = entry.book_id if entry else chosen_book(request).pk
    is_post = request.method == "POST"
    offer = EntryOffer(
        accounts=list_usable_accounts(book_id=book_id),
        offices=list_offices(),
        open_entries=entry_choices.list_open_entries(
            book_id=book_id, rule=rule, besides=entry.pk if entry else None
        ),
        originals=_originals(request, rule, book_id, entry),
    )
    if is_post:
        return EntryForm(request.POST, request.FILES, rule=rule, offer=offer)
    return EntryForm(initial=_initial(request.GET, entry), rule=rule, offer=offer)


def _originals(
    request: TenantRequest, rule: EntryRule, book_id: int, entry: FundsEntry | None
) -> list[entry_choices.OriginalLine]:
    """Return the lines offered: the one chosen, else those found, else the entry's own."""
    key = request.POST.get("original", "")
    if not key and entry is not None and "find" not in request.GET:
        key = f"{entry.original_id}-{entry.original_position}"
    if key:
        line = entry_choices.get_original(book_id=book_id, origin=rule.origin, key=key)
        return [line] if line else []
    text = request.GET.get("find", "")
    return entry_choices.find_originals(book_id=book_id, origin=rule.origin, text=text)


def _initial(get: QueryDict, entry: FundsEntry | None) -> dict[str, Any]:
    if entry is None:
        names = ("clears", "amount", "reference", "counterparty", "place")
        asked = {name: get[name] for name in names if name in get}
        return {"entry_date": today_in_shanghai().isoformat()} | asked
    second = entry.second_amount
    return {
        "original": f"{entry.original_id}-{entry.original_position}",
        "clears": entry.clears_id,
        "place": entry.place,
        "entry_date": entry.entry_date.isoformat(),
        "amount": f"{entry.amount:.2f}",
        "account": entry.account_code,
        "second_amount": f"{second:.2f}" if second else "",
        "second_account": entry.second_account_code,
        "counterparty": entry.counterparty,
        "reference": entry.reference,
        "office": entry.organisation_id,
        "item_code": entry.item_code,
        "approval_number": entry.approval_number,
        "note": entry.note,
    }


def _register(request: TenantRequest, form: EntryForm) -> FundsEntry:
    return service.register_entry(
        actor=request.actor,
        book_id=chosen_book(request).pk,
        new=form.to_entry(),
        evidence=form.cleaned_data["evidence"],
        at=timezone.now(),
    )


def _correct(request: TenantRequest, entry_id: int, form: EntryForm) -> FundsEntry:
    return service.correct_entry(
        actor=request.actor,
        entry_id=entry_id,
        new=form.to_entry(),
        evidence=form.cleaned_data["evidence"],
        at=timezone.now(),
    )


def _outcome(entry: FundsEntry) -> str:
    if entry.state == EntryState.SIGNING:
        return f"已登记{entry.number}，等待财务负责人核准"
    return f"已登记{entry.number}，并生成凭证等待稽核"
