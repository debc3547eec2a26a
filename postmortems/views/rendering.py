"""Drawing the editor: the whole page, or for htmx the part of it that was changed."""

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from hindsight.lib.htmx import SeeOther, private, wants_fragment
from hindsight.lib.problems import InvalidError
from postmortems.models import Postmortem
from postmortems.pages.editor import EditorForms, read_editor
from postmortems.services.sections import SectionsStaleError

PAGE = "postmortems/editor.html"


def editor(
    request: HttpRequest,
    postmortem: Postmortem,
    *,
    fragment: str = "",
    status: int = 200,
    sent: EditorForms | None = None,
    said: str = "",
    refusal: str = "",
) -> HttpResponse:
    """The editor with the forms that were refused; htmx gets `fragment` (with the checklist) where one is named."""
    assert isinstance(request.user, User)
    is_fragment = bool(fragment) and wants_fragment(request)
    context = {
        "editor": read_editor(postmortem, sent, reader=request.user),
        "postmortem": postmortem,
        "incident": postmortem.incident,
        "is_fragment": is_fragment,
        "said": said,
        "refusal": refusal,
    }
    html = render_to_string(fragment if is_fragment else PAGE, context, request=request)
    return private(HttpResponse(html, status=status))


def changed(
    request: HttpRequest,
    postmortem: Postmortem,
    *,
    fragment: str,
    anchor: str,
    said: str,
    sent: EditorForms | None = None,
) -> HttpResponse:
    """After a change: htmx gets the part as it is now, a plain browser goes back to it.

    `sent` is what the page that htmx changes still holds.
    """
    if wants_fragment(request):
        postmortem.refresh_from_db()
        return editor(request, postmortem, fragment=fragment, sent=sent, said=said)
    messages.success(request, said)
    return SeeOther(f"{reverse('postmortem_edit', args=[postmortem.incident.number])}#{anchor}")


def conflict(
    request: HttpRequest, postmortem: Postmortem, problem: SectionsStaleError, others: dict[str, str]
) -> HttpResponse:
    """409: both texts of each section that somebody else changed, with the difference; nothing typed is lost."""
    is_fragment = wants_fragment(request)
    template = "postmortems/_conflict.html" if is_fragment else "postmortems/conflict.html"
    context = {
        "postmortem": postmortem,
        "incident": postmortem.incident,
        "conflicts": problem.conflicts,
        "others": others,
    }
    response = HttpResponse(render_to_string(template, context, request=request), status=409)
    if is_fragment:
        # It takes the editor's place, so that there is one box for each text and not two.
        response.headers["HX-Retarget"] = "#content"
        response.headers["HX-Reswap"] = "innerHTML show:window:top"
    return private(response)


def refuse(form: BaseForm, problem: InvalidError, *, default: str) -> None:
    """Put what a service refused at the fields of a form; what has no field there goes to `default`."""
    for name, message in problem.fields.items():
        form.add_error(name if name in form.fields else default, message)


SENT_ELSEWHERE = "This form was sent before with other content. Load the page anew and send it again."


def rebase(form: BaseForm, version: int) -> None:
    """Let the next save of a refused form count as made from `version`."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    data["version"] = str(version)
    form.data = data
