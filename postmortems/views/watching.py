"""Whether a fix held: the page that asks, its three answers, and what is offered where it did not."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from hindsight.lib.htmx import private, redirect
from hindsight.lib.problems import InvalidError, StaleError
from incidents.access import NOT_FOUND, get_writable_incident
from incidents.models import Incident, Status
from incidents.services.update import change_status
from postmortems.access import get_evidence, get_writable_postmortem
from postmortems.models import Evidence, Postmortem, ProofState
from postmortems.pages.proofs import proofs_of, with_recurrences
from postmortems.services import watching as service
from postmortems.services.recurring import fix_did_not_hold
from postmortems.watch_forms import BrokeForm, ExtendForm

CHANGED = "Somebody changed this proof meanwhile. Look at it again, then answer."
NO_SUCH_INCIDENT = "There is no such incident, or it is not shared with you."


@require_safe
def watch(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Did it hold? With the three answers; where it did not, what comes next."""
    postmortem = get_writable_postmortem(request.user, number)
    return _page(request, postmortem, get_evidence(postmortem, pk))


@require_POST
def held(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """It held."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    proof = get_evidence(postmortem, pk)
    try:
        service.held(proof=proof, by=request.user, now=timezone.now())
    except StaleError:
        messages.warning(request, CHANGED)
        return redirect(request, _here(postmortem, proof))
    messages.success(request, "Noted: it held.")
    return redirect(request, _reading(postmortem, proof))


@require_POST
def extend(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Watch on until another day."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    proof, form = get_evidence(postmortem, pk), ExtendForm(request.POST, prefix="extend")
    if form.is_valid():
        try:
            until = form.cleaned_data["until"]
            service.extend(proof=proof, by=request.user, now=timezone.now(), until=until)
            messages.success(request, f"Watched until {until:%-d %b %Y}.")
            return redirect(request, _reading(postmortem, proof))
        except (InvalidError, StaleError) as problem:
            _told(form, problem)
    return _page(request, postmortem, proof, extend=form)


@require_POST
def broke(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """It did not hold: why, since when, and where it came back."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    proof, form = get_evidence(postmortem, pk), BrokeForm(request.POST, prefix="broke")
    if form.is_valid():
        values = form.cleaned_data
        try:
            service.did_not_hold(
                proof=proof,
                by=request.user,
                now=timezone.now(),
                reason=values["reason"],
                on=values["on"],
                recurrence=_incident(request.user, values["recurrence"]),
                version=values["version"],
            )
            messages.warning(request, f"Noted: the fix of {postmortem.incident.label} did not hold.")
            return redirect(request, _here(postmortem, proof))
        except (InvalidError, StaleError) as problem:
            _told(form, problem)
    return _page(request, postmortem, proof, broke=form)


@require_POST
def reopen_incident(request: HttpRequest, number: int) -> HttpResponse:
    """Open the incident again, because its fix did not hold."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    incident = postmortem.incident
    if postmortem.proof != ProofState.DID_NOT_HOLD:
        messages.info(request, "Nothing on record says that the fix did not hold.")
    elif not incident.is_active:
        reason = "The fix did not hold. " + _why(postmortem)
        change_status(
            incident=incident, by=request.user, now=timezone.now(), status=Status.INVESTIGATING, reason=reason.strip()
        )
        messages.success(request, f"{incident.label} is open again.")
    return redirect(request, incident.get_absolute_url())


@require_POST
def recurred(request: HttpRequest, number: int) -> HttpResponse:
    """Say on an incident that the fix of an earlier one, `earlier`, did not hold."""
    again = get_writable_incident(request.user, number)
    assert isinstance(request.user, User)
    found = _numbered(request.user, request.POST.get("earlier", ""))
    if found is None:
        raise Http404(NOT_FOUND)
    try:
        row = fix_did_not_hold(incident=found, again=again, by=request.user, now=timezone.now())
    except InvalidError as problem:
        messages.error(request, " ".join(problem.fields.values()))
        return redirect(request, again.get_absolute_url())
    messages.warning(request, f"Noted: the fix of {found.label} did not hold.")
    return redirect(request, f"{reverse('postmortem', args=[row.incident.number])}#evidence")


def _why(postmortem: Postmortem) -> str:
    last = postmortem.evidence.exclude(broke_at=None).order_by("-broke_at").first()
    return last.broke_reason[:900] if last else ""


def _incident(user: User, text: str) -> Incident | None:
    """The incident that was typed. InvalidError for one that is unknown or hidden, in the same words."""
    if not text:
        return None
    found = _numbered(user, text)
    if found is None:
        raise InvalidError({"recurrence": NO_SUCH_INCIDENT})
    return found


def _numbered(user: User, text: str) -> Incident | None:
    digits = text.strip().upper().removeprefix("INC").lstrip("-")
    if not (digits.isdecimal() and digits.isascii() and len(digits) < 10):
        return None
    return Incident.objects.visible_to(user).filter(number=int(digits)).first()


def _told(form: BaseForm, problem: InvalidError | StaleError) -> None:
    if isinstance(problem, StaleError):
        form.add_error(None, CHANGED)
        return
    for name, message in problem.fields.items():
        form.add_error(name if name in form.fields else None, message)


def _page(request: HttpRequest, postmortem: Postmortem, proof: Evidence, **sent: BaseForm) -> HttpResponse:
    assert isinstance(request.user, User)
    shown = [one for one in proofs_of(postmortem) if one.row.pk == proof.pk]
    initial = {"version": proof.version}
    context: dict[str, Any] = {
        "postmortem": postmortem,
        "incident": postmortem.incident,
        "proof": with_recurrences(shown, reader=request.user)[0] if shown else None,
        "is_over": service.is_over(proof, timezone.localdate()),
        "extend": sent.get("extend") or ExtendForm(prefix="extend", initial=initial),
        "broke": sent.get("broke") or BrokeForm(prefix="broke", initial=initial),
    }
    return private(render(request, "postmortems/proof_watch.html", context, status=422 if sent else 200))


def _here(postmortem: Postmortem, proof: Evidence) -> str:
    return reverse("evidence_watch", args=[postmortem.incident.number, proof.pk])


def _reading(postmortem: Postmortem, proof: Evidence) -> str:
    return f"{reverse('postmortem', args=[postmortem.incident.number])}#{proof.anchor}"
