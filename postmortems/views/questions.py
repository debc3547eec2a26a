"""Choosing other questions for a postmortem."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import User
from hindsight.lib.htmx import private, redirect
from incidents.access import NOT_FOUND
from postmortems.access import get_writable_postmortem
from postmortems.models import TemplateVersion
from postmortems.pages.questions import read_questions
from postmortems.services.moving import move_to


@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, number: int) -> HttpResponse:
    """GET shows the templates and what each would ask; POST moves the postmortem to one, texts and all."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    if request.method == "POST":
        version = _version(request.POST.get("version", ""))
        move_to(postmortem=postmortem, version=version, by=request.user, now=timezone.now())
        messages.success(request, f"It asks the questions of “{version.template.name}” now. Every text is still here.")
        return redirect(request, reverse("postmortem_edit", args=[number]))
    context = {"questions": read_questions(postmortem), "postmortem": postmortem, "incident": postmortem.incident}
    return private(render(request, "postmortems/questions.html", context))


def _version(pk: str) -> TemplateVersion:
    """A published version of a template that is offered."""
    if not (pk.isdecimal() and pk.isascii() and len(pk) < 13):
        raise Http404(NOT_FOUND)
    offered = TemplateVersion.objects.filter(published_at__isnull=False, template__archived_at=None)
    version = offered.select_related("template").filter(pk=int(pk)).first()
    if version is None:
        raise Http404(NOT_FOUND)
    return version
