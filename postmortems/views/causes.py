"""Contributing factors in the editor, each with forms of its own."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.once import KeyUsedElsewhereError, once
from hindsight.lib.htmx import private, redirect, wants_fragment
from hindsight.lib.landing import lands_on
from hindsight.lib.problems import InvalidError, StaleError
from incidents.access import NOT_FOUND
from postmortems.access import get_writable_postmortem
from postmortems.cause_forms import FactorForm
from postmortems.models import ContributingFactor, Postmortem
from postmortems.pages.citable import read_citable
from postmortems.pages.editor import EditorForms
from postmortems.services import factor_changes as service
from postmortems.views import rendering

FACTORS = "postmortems/_factors.html"


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, number: int) -> HttpResponse:
    """POST adds a factor; GET is the form for one, as the answer to why `?under=` was."""
    postmortem = get_writable_postmortem(request.user, number)
    if request.method != "POST":
        if wants_fragment(request) and "under" not in request.GET:
            return rendering.editor(request, postmortem, fragment=FACTORS)
        under = request.GET.get("under", "")
        return _page(request, postmortem, FactorForm(postmortem, initial={"parent": under}, auto_id=_ids(under)))
    is_below = "factor-text" in request.POST
    slot = request.POST.get("slot", "")
    form = FactorForm(postmortem, request.POST, prefix="factor" if is_below else None, auto_id=_ids(slot))
    if form.is_valid() and _added(request, postmortem, form):
        return rendering.changed(request, postmortem, fragment=FACTORS, anchor="factors", said="Factor added.")
    if not is_below:
        return _page(request, postmortem, form, status=422)
    return rendering.editor(request, postmortem, fragment=FACTORS, status=422, sent=EditorForms(factor=form))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """A factor on a page of its own; for htmx, the form in its place."""
    postmortem = get_writable_postmortem(request.user, number)
    factor = _factor(postmortem, pk)
    if request.method != "POST":
        return _page(request, postmortem, FactorForm(postmortem, factor=factor, auto_id=_ids(str(pk))), factor)
    form = FactorForm(postmortem, request.POST, factor=factor, auto_id=_ids(str(pk)))
    status = 422
    if form.is_valid():
        try:
            if _updated(request, factor, form):
                return rendering.changed(request, postmortem, fragment=FACTORS, anchor=factor.anchor, said="Saved.")
        except StaleError as problem:
            if problem.current is None:
                return _gone(request, postmortem)
            status, factor = 409, problem.current
            form.add_error(None, "Somebody changed this factor meanwhile; theirs is shown. Save again to keep yours.")
            rendering.rebase(form, factor.version)
    return _page(request, postmortem, form, factor, status=status)


@lands_on("postmortem_edit")
@require_POST
def move(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Move a factor `up`, `down`, `in` under the one before it, or `out`."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    factor, to = _factor(postmortem, pk), request.POST.get("to", "")
    try:
        service.move_factor(factor=factor, to=to, by=request.user, now=timezone.now())
    except InvalidError as problem:
        return _refused(request, postmortem, " ".join(problem.fields.values()))
    except StaleError:
        return _gone(request, postmortem)
    return rendering.changed(request, postmortem, fragment=FACTORS, anchor=factor.anchor, said="Moved.")


@lands_on("postmortem_edit")
@require_POST
def remove(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take a factor away; the answers under it stay."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    service.remove_factor(factor=_factor(postmortem, pk), by=request.user, now=timezone.now())
    return rendering.changed(request, postmortem, fragment=FACTORS, anchor="factors", said="Factor removed.")


@lands_on("postmortem_edit")
@require_POST
def keep_wording(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Leave the wording of a factor as it is; the hint goes."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    factor = _factor(postmortem, pk)
    service.keep_wording(factor=factor, by=request.user, now=timezone.now())
    return rendering.changed(request, postmortem, fragment=FACTORS, anchor=factor.anchor, said="Left as it is.")


def _ids(slot: str) -> str:
    """Ids of a form's fields: several forms may be open in one page."""
    return f"id_{slot}_%s" if slot.isdecimal() and slot.isascii() and len(slot) < 13 else "id_%s"


def _factor(postmortem: Postmortem, pk: int) -> ContributingFactor:
    factor = postmortem.factors.filter(pk=pk).first()
    if factor is None:
        raise Http404(NOT_FOUND)
    return factor


def _added(request: HttpRequest, postmortem: Postmortem, form: FactorForm) -> bool:
    assert isinstance(request.user, User)
    by, now = request.user, timezone.now()

    def act() -> dict[str, Any]:
        return {"id": service.add_factor(postmortem=postmortem, by=by, now=now, fields=form.factor_fields()).pk}

    try:
        once(by=by, key=form.cleaned_data["once"], request=f"factor.add:{postmortem.pk}", now=now, act=act)
    except InvalidError as problem:
        rendering.refuse(form, problem, default="text")
    except KeyUsedElsewhereError:
        form.add_error(None, rendering.SENT_ELSEWHERE)
    return not form.errors


def _updated(request: HttpRequest, factor: ContributingFactor, form: FactorForm) -> bool:
    assert isinstance(request.user, User)
    version = form.cleaned_data["version"]
    try:
        service.update_factor(
            factor=factor, by=request.user, now=timezone.now(), version=version, fields=form.factor_fields()
        )
    except InvalidError as problem:
        rendering.refuse(form, problem, default="text")
        return False
    return True


def _page(
    request: HttpRequest,
    postmortem: Postmortem,
    form: FactorForm,
    factor: ContributingFactor | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    assert isinstance(request.user, User)
    asked = str(factor.pk) if factor else request.POST.get("slot") or request.GET.get("under", "")
    slot = asked if asked.isdecimal() and asked.isascii() and len(asked) < 13 else "0"
    context: dict[str, Any] = {
        "postmortem": postmortem,
        "incident": postmortem.incident,
        "form": form,
        "factor": factor,
        "status": status,
        "slot": slot,
    }
    if not wants_fragment(request):
        context["options"] = read_citable(postmortem.incident, reader=request.user)
        return private(render(request, "postmortems/factor.html", context, status=status))
    response = render(request, "postmortems/_factor_form.html", context, status=status)
    # A form that was refused comes back into its place under the factor, and not in place of all of them.
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = f"#slot-factor-{slot}", "innerHTML"
    return private(response)


def _refused(request: HttpRequest, postmortem: Postmortem, said: str) -> HttpResponse:
    """It stays where it is, and why."""
    if wants_fragment(request):
        return rendering.editor(request, postmortem, fragment=FACTORS, status=422, refusal=said)
    messages.error(request, said)
    return redirect(request, f"{reverse('postmortem_edit', args=[postmortem.incident.number])}#factors")


def _gone(request: HttpRequest, postmortem: Postmortem) -> HttpResponse:
    said = "Somebody took this factor away meanwhile. Here are those that are left."
    return rendering.changed(request, postmortem, fragment=FACTORS, anchor="factors", said=said)
