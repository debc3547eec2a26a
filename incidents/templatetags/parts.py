"""Parts of an incident's page that say nearly the same each time: filled into stencils."""

from functools import cache

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from hindsight.lib.forms import new_once
from hindsight.lib.stencil import Stencil, mark
from incidents.forms.composer import ComposerForm
from incidents.models import LogVerdict, Outcome
from incidents.pages.lifecycle import Stage
from incidents.pages.material import ShownSnippet
from incidents.templatetags.incidents import cited_by, code_lines, commas, moment

register = template.Library()

# What their templates read of the incident.
_OF_INCIDENT = ("incident.get_absolute_url", "incident.label")
_FIGURE = Stencil(
    "incidents/_code_figure.html",
    (
        *("page", "place", "pk", "anchor", "name", "language", "caption", "lines", "cited", "note"),
        *("total", "first", "last", "earlier", "later"),
    ),
)
_STEP = Stencil("incidents/_step_quick.html", (*_OF_INCIDENT, "csrf_token", "nonce"), outcomes=Outcome.choices)
_FIRST_CHECK = Stencil("incidents/_first_check_quick.html", ("incident.get_absolute_url", "csrf_token"))
_LOG_NOTE = Stencil(
    "incidents/_log_note_quick.html", (*_OF_INCIDENT, "csrf_token", "nonce"), verdicts=LogVerdict.choices
)
_STAGE = Stencil("incidents/_stage.html", ("page", "at"))
_ACTIONS = Stencil(
    "incidents/_header_actions.html",
    ("page", "bare", "status", "postmortem_url", "actions", "links", "csrf_token"),
)


@cache
def _unsent() -> ComposerForm:
    """The composer as it is drawn once, with holes for what differs."""
    return ComposerForm(auto_id="composer_%s", initial={"body": mark("body"), "once": mark("nonce")})


_COMPOSER = Stencil("incidents/_composer.html", (*_OF_INCIDENT, "csrf_token", "nonce", "body"), composer=_unsent)


@register.simple_tag(takes_context=True)
def code_figure(context: Context, snippet: ShownSnippet) -> SafeString:
    """A snippet with its lines and what can be done with it.

    Reads `incident`, `can_write`, and on a snippet's own page `is_whole`, `hit`, `earlier` and `later`.
    """
    row = snippet.row
    page = context["incident"].get_absolute_url()
    is_whole = bool(context.get("is_whole"))
    earlier, later = (context.get(name) if is_whole else None for name in ("earlier", "later"))
    cited = cited_by(snippet.margin, "snippet", row.pk)
    words = {
        "page": page,
        "place": f"{page}snippets/{row.pk}/",
        "pk": row.pk,
        "anchor": row.anchor,
        "name": row.filename or snippet.language_label,
        "language": snippet.language_label,
        "caption": row.caption,
        "lines": code_lines(snippet, "", context.get("hit")),
        "cited": cited,
        "note": snippet.note,
        "total": commas(snippet.total),
        "first": commas(snippet.first),
        "last": commas(snippet.last),
        "earlier": earlier,
        "later": later,
    }
    return _FIGURE.fill(
        words,
        can_write=bool(context.get("can_write")),
        is_part=snippet.is_cut or snippet.first != 1,
        has_filename=bool(row.filename),
        has_lines=bool(snippet.lines),
        is_cited=bool(cited),
        has_note=bool(snippet.note),
        unfold="" if is_whole or not snippet.is_cut else _unfold(snippet),
        has_earlier=bool(earlier),
        has_later=bool(later),
    )


def _unfold(snippet: ShownSnippet) -> str:
    """What is folded: the rest of one line, of the last line, or lines."""
    return "line" if snippet.total == 1 else "rest" if snippet.total == len(snippet.lines) else "lines"


@register.simple_tag(takes_context=True)
def composer_box(context: Context) -> SafeString:
    """An empty composer, or one that begins with what is quoted: `quoted`."""
    return _COMPOSER.fill({**_words(context), "body": context.get("quoted", "")})


@register.simple_tag(takes_context=True)
def stage_list(context: Context) -> SafeString:
    """The statuses of the incident in their order. Reads `incident`, `stages` and `can_write`."""
    page, can_write = context["incident"].get_absolute_url(), bool(context.get("can_write"))
    return SafeString("".join(_stage(stage, page, can_write=can_write) for stage in context["stages"]))


def _stage(stage: Stage, page: str, *, can_write: bool) -> str:
    has_time = stage.is_here or stage.is_passed
    return _STAGE.fill(
        {"page": page, "at": moment(stage.at, stage.style) if has_time else ""},
        status=stage.status.value,
        label=str(stage.status.label),
        meaning=stage.meaning,
        is_here=stage.is_here,
        is_passed=stage.is_passed,
        needs_reason=stage.needs_reason,
        can_write=can_write,
    )


@register.simple_tag(takes_context=True)
def header_actions(context: Context) -> SafeString:
    """The buttons and the menu of the page. Reads `can_write`, `glance`, `actions` and `postmortem_url`."""
    incident, links = context["incident"], len(context["glance"].links)
    page = incident.get_absolute_url()
    words = {
        "page": page,
        "bare": page.removesuffix("/"),
        "status": incident.status,
        "postmortem_url": context["postmortem_url"],
        "actions": context["actions"],
        "links": links,
        "csrf_token": context.get("csrf_token", ""),
    }
    return _ACTIONS.fill(
        words,
        can_write=bool(context["can_write"]),
        is_active=incident.is_active,
        has_postmortem=bool(context["postmortem_url"]),
        can_take_lead=bool(incident.lead_id) and incident.lead_id != context["request"].user.pk,
        has_links=bool(links),
    )


@register.simple_tag(takes_context=True)
def step_quick(context: Context) -> SafeString:
    """The form for a new step."""
    return _STEP.fill(_words(context), is_board=bool(context.get("is_board")))


@register.simple_tag(takes_context=True)
def first_check_quick(context: Context) -> SafeString:
    """The form for what should be checked first."""
    return _FIRST_CHECK.fill(_words(context), is_board=bool(context.get("is_board")))


@register.simple_tag(takes_context=True)
def log_note_quick(context: Context) -> SafeString:
    """The form for what a log line did."""
    return _LOG_NOTE.fill(_words(context))


def _words(context: Context) -> dict[str, object]:
    incident = context["incident"]
    return {
        "incident.get_absolute_url": incident.get_absolute_url(),
        "incident.label": incident.label,
        "csrf_token": context.get("csrf_token", ""),
        "nonce": new_once(),
    }
