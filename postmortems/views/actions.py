"""Action items: the list across incidents, adding one, working on one."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_page
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.once import KeyUsedElsewhereError, once
from hindsight.lib.htmx import private, redirect, render, wants_fragment
from hindsight.lib.landing import lands_on
from hindsight.lib.problems import InvalidError, StaleError
from incidents.access import get_writable_incident
from incidents.models import Incident
from postmortems.access import get_writable_action
from postmortems.forms import ActionEditForm, ActionForm, ActionStateForm
from postmortems.models import ActionItem, ActionState, Postmortem
from postmortems.pages.cited_actions import cite_actions
from postmortems.pages.editor import EditorForms
from postmortems.pages.listing import read_actions, read_board
from postmortems.references import without_references
from postmortems.services import actions as service
from postmortems.views import rendering

ACTIONS = "postmortems/_actions.html"
FIELDS = ("title", "kind", "owner", "due_on", "tracker_url", "done_when", "state", "proof", "reason", "version")


@require_safe
def action_list(request: HttpRequest) -> HttpResponse:
    """What is to be done, across incidents."""
    assert isinstance(request.user, User)
    context = {"listing": read_actions(request.user, request.GET), "today": timezone.localdate()}
    return render(
        request, page="postmortems/action_list.html", fragment="postmortems/_action_list.html", context=context
    )


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The action items in columns by state."""
    assert isinstance(request.user, User)
    context = {"board": read_board(request.user, request.GET), "today": timezone.localdate()}
    return render(request, page="postmortems/board.html", fragment="postmortems/_action_board.html", context=context)


@lands_on("postmortem_edit")
@require_POST
def add(request: HttpRequest, number: int) -> HttpResponse:
    """Add an action item to an incident."""
    incident = get_writable_incident(request.user, number)
    assert isinstance(request.user, User)
    form = ActionForm(request.POST, prefix="action")
    postmortem = Postmortem.objects.filter(incident=incident).select_related("incident").first()
    if form.is_valid():
        try:
            _add_once(incident, form, by=request.user)
        except InvalidError as problem:
            rendering.refuse(form, problem, default="title")
        except KeyUsedElsewhereError:
            form.add_error(None, rendering.SENT_ELSEWHERE)
    if postmortem is None:
        return _page_without_postmortem(request, number, form)
    if form.errors:
        return rendering.editor(request, postmortem, fragment=ACTIONS, status=422, sent=EditorForms(action=form))
    return rendering.changed(request, postmortem, fragment=ACTIONS, anchor="actions", said="Action item added.")


def _add_once(incident: Incident, form: ActionForm, *, by: User) -> None:
    """Add the item, once however often the form arrives."""
    now = timezone.now()
    today = timezone.localdate(now, timezone=by.zone)

    def act() -> dict[str, Any]:
        return {
            "id": service.add_action(incident=incident, by=by, now=now, fields=form.action_fields(), today=today).pk
        }

    once(by=by, key=form.cleaned_data["once"], request=f"action.add:{incident.pk}", now=now, act=act)


def _page_without_postmortem(request: HttpRequest, number: int, form: ActionForm) -> HttpResponse:
    """Action items may be there before the postmortem is."""
    for errors in form.errors.values():
        messages.error(request, " ".join(str(error) for error in errors))
    return redirect(request, reverse("postmortem", args=[number]))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """An action item on a page of its own."""
    action = get_writable_action(request.user, pk)
    initial = {name: getattr(action, name) for name in FIELDS}
    if request.GET.get("state") in ActionState.values:
        # Where a quick change needs a word more.
        initial["state"] = request.GET["state"]
    form = ActionEditForm(request.POST or None, initial=initial)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            if _updated(request, action, form):
                messages.success(request, "Saved.")
                return redirect(request, _next(request, action))
        except StaleError as problem:
            status, action = 409, problem.current
            form.add_error(
                None, "Somebody changed this meanwhile; how it stands is shown below. Save again to keep yours."
            )
            rendering.rebase(form, action.version)
    context = {
        "action": action,
        "form": form,
        "incident": action.incident,
        "status": status,
        "next": _next(request, action),
    }
    return private(render_page(request, "postmortems/action.html", context, status=status))


@require_POST
def change_state(request: HttpRequest, pk: int) -> HttpResponse:
    """A quick change of the state; what needs a reason goes to the item's page."""
    action = get_writable_action(request.user, pk)
    assert isinstance(request.user, User)
    form = ActionStateForm(request.POST)
    if not form.is_valid():
        return redirect(request, reverse("action_edit", args=[pk]))
    values = form.cleaned_data
    fields = service.ActionFields(state=values["state"])
    if values["reason"]:
        fields["reason"] = values["reason"]
    if values["proof"]:
        fields["proof"] = values["proof"]
    try:
        action = service.update_action(
            action=action,
            by=request.user,
            now=timezone.now(),
            version=values["version"],
            fields=fields,
            needs_proof=True,
        )
    except StaleError:
        messages.warning(request, "Somebody changed this action item first. Here is how it stands now.")
        return redirect(request, _next(request, action))
    except InvalidError as problem:
        messages.info(request, " ".join(problem.fields.values()))
        query = urlencode({"state": values["state"], "next": _next(request, action)})
        return redirect(request, f"{reverse('action_edit', args=[pk])}?{query}")
    if wants_fragment(request):
        cite_actions([action], reader=request.user, incident=action.incident)
        context = {"action": action, "today": timezone.localdate()}
        return private(render_page(request, "postmortems/_action_row.html", context))
    messages.success(request, f"“{without_references(action.title)}” is now {action.get_state_display().lower()}.")
    return redirect(request, _next(request, action))


def _updated(request: HttpRequest, action: ActionItem, form: ActionEditForm) -> bool:
    assert isinstance(request.user, User)
    version = form.cleaned_data["version"]
    try:
        service.update_action(
            action=action,
            by=request.user,
            now=timezone.now(),
            version=version,
            fields=form.action_fields(),
            needs_proof=True,
        )
    except InvalidError as problem:
        rendering.refuse(form, problem, default="title")
        return False
    return True


def _next(request: HttpRequest, action: ActionItem) -> str:
    """Where the person came from, when that is a page of ours; else the postmortem."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/"):
        return wanted
    return f"{reverse('postmortem', args=[action.incident.number])}#{action.anchor}"
