"""Search, the person page, recipients, and numbers shown in full."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.duties import Duty
from common.errors import DomainError, Forbidden, NotFound
from common.http import TenantRequest, go, render_page
from common.lists import Viewer, narrowing, open_list, window_of
from common.periods import today_in_shanghai
from payouts.forms.claims import ReasonForm, RecipientFilterForm
from payouts.selectors.case_access import visible_case
from payouts.selectors.cases import filter_choices
from payouts.selectors.claimants import RECIPIENTS, get_person
from payouts.selectors.claimants import search as find
from payouts.services.reveals import Secret, reveal_number
from payouts.views.cases import watermark


@require_GET
def search(request: TenantRequest) -> HttpResponse:
    """Go straight to a case or a person, or list the people found."""
    text = request.GET.get("q", "")
    found = find(actor=request.actor, text=text)
    if found.case_id is not None:
        return go(request, "payouts:case", case_id=found.case_id)
    is_whole = len(text.strip()) == 18
    if is_whole and len(found.people) == 1:
        return go(request, "payouts:person", claimant_id=found.people[0].id)
    context = {"people": found.people, "text": text.strip(), "is_whole": is_whole}
    return render(request, "payouts/claims/search.html", context)


@require_GET
def person(request: TenantRequest, claimant_id: int) -> HttpResponse:
    """Show one person: claims, months, payments, and who looked at his numbers."""
    sheet = get_person(actor=request.actor, claimant_id=claimant_id, today=today_in_shanghai())
    return render(
        request, "payouts/claims/person.html", {"sheet": sheet, "watermark": watermark(request)}
    )


@require_GET
def recipients(request: TenantRequest) -> HttpResponse:
    """List those who draw, with their months used and left."""
    offices, _ = filter_choices(request.actor)
    filters = RecipientFilterForm(request.GET or None, offices=offices)
    listing = open_list(
        RECIPIENTS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, filters.to_filter().stored()),
    )
    context = {"filters": filters, "listing": listing}
    return render(request, "payouts/claims/recipients.html", context)


@require_POST
def reveal(request: TenantRequest, case_id: int, secret: str) -> HttpResponse:
    """Show one number in full for a minute, after asking why, and on the record."""
    visible_case(request.actor, case_id, Duty.SENSITIVE_REVEAL)
    if secret not in set(Secret):
        raise NotFound
    form = ReasonForm(request.POST)
    context: dict[str, object] = {"case_id": case_id, "form": form}
    if form.is_valid():
        try:
            shown = reveal_number(
                actor=request.actor,
                case_id=case_id,
                secret=Secret(secret),
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except (Forbidden, NotFound):
            raise
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            context |= {"value": shown.value, "masked": shown.masked}
    return render_page(
        request,
        "payouts/claims/revealed.html",
        "payouts/claims/_revealed.html",
        context,
        status=422 if form.errors else 200,
    )
