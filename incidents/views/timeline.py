"""One line of the timeline on its own: what it said before, pinning it, and lines as Markdown."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.api import or_token
from hindsight.lib.htmx import private, wants_fragment
from hindsight.lib.problems import InvalidError, StaleError
from incidents import access
from incidents.models import WRITABLE_KINDS, Incident
from incidents.pages.corrections import corrections
from incidents.pages.excerpt import excerpt_of, part_markdown
from incidents.pages.timeline import part_named, read_lines
from incidents.services.timeline import restore_entry, set_key
from incidents.views.replies import CONFLICT, OK, conflict_words, person, to_incident


@require_safe
def entry_detail(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """A line with everything that can be done with it, and how it came to say what it says."""
    return _page(request, access.get_incident(request.user, number), pk)


def _page(request: HttpRequest, incident: Incident, pk: int, status: int = OK, **more: object) -> HttpResponse:
    entry = access.get_entry(incident, pk)
    can_write = person(request).can_write
    context = {
        "incident": incident,
        "entry": entry,
        "timeline": read_lines(incident, [pk]),
        "corrections": corrections(entry),
        "can_write": can_write,
        "can_restore": can_write and entry.kind in WRITABLE_KINDS,
        "excerpt": excerpt_of(incident, entry),
        **more,
    }
    return private(render(request, "incidents/entry.html", context, status=status))


@require_POST
def entry_key(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Mark a line as a key moment, or no longer."""
    incident = access.get_writable_incident(request.user, number)
    set_key(entry=access.get_entry(incident, pk), is_key=request.POST.get("is_key") == "1")
    return answer_with_line(request, incident, pk)


def answer_with_line(request: HttpRequest, incident: Incident, pk: int) -> HttpResponse:
    """The line as it is now for the script of the page, else back to its place."""
    if not wants_fragment(request):
        return to_incident(request, incident, f"entry-{pk}")
    context = {
        "incident": incident,
        "timeline": read_lines(incident, [pk]),
        "can_write": person(request).can_write,
        "linked_steps": True,
        "line_tools": True,
    }
    return private(render(request, "incidents/_line.html", context))


@require_POST
def entry_restore(request: HttpRequest, number: int, pk: int, version: int) -> HttpResponse:
    """Bring back what a line said in an earlier version. What it says now stays in its history."""
    incident = access.get_writable_incident(request.user, number)
    entry = access.get_entry(incident, pk)
    revision = access.get_revision(entry, version)
    seen = request.POST.get("version", "")
    try:
        restore_entry(
            entry=entry,
            revision=revision,
            by=person(request),
            now=timezone.now(),
            version=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else 0,
        )
    except StaleError:
        return _page(request, incident, pk, CONFLICT, conflict=conflict_words(None, timezone.now()))
    except InvalidError as problem:
        messages.error(request, next(iter(problem.fields.values())))
    else:
        messages.success(request, f"Version {revision.version} stands again.")
    return to_incident(request, incident, entry.anchor)


@or_token
@require_safe
def entry_markdown(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """One line as Markdown, with what it carries."""
    incident = access.get_incident(request.user, number)
    text = excerpt_of(incident, access.get_entry(incident, pk))
    return private(HttpResponse(text, content_type="text/markdown; charset=utf-8"))


@or_token
@require_safe
def timeline_markdown(request: HttpRequest, number: int) -> StreamingHttpResponse:
    """The story, one kind, or the whole timeline as Markdown, a piece at a time however long it is."""
    incident = access.get_incident(request.user, number)
    part = part_named(request.GET.get("view", ""), request.GET.get("kind", ""))
    answer = StreamingHttpResponse(part_markdown(incident, part), content_type="text/markdown; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="{incident.label}-timeline.md"'
    answer["Cache-Control"] = "private, no-store"
    return answer
