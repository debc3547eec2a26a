"""Adding screenshots and other files."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents import access
from incidents.forms.log import FileForm
from incidents.models import Attachment, Incident
from incidents.services.attachments import attach_stored, on_disk
from incidents.views.replies import OK, act_once, attempt, form_again, named_uploads, person, to_incident


@require_http_methods(["GET", "HEAD", "POST"])
def attachment_new(request: HttpRequest, number: int) -> HttpResponse:
    """Files, below a step (`?step=`) or with lines of their own."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        return _page(request, incident, FileForm(initial={"step": request.GET.get("step", "")[:18]}), OK)
    form = FileForm(request.POST, request.FILES)
    answer, status = attempt(form, lambda: _added(request, incident, form))
    if answer is None:
        return _page(request, incident, form, status)
    return to_incident(request, incident, f"attachment-{answer['attachment']}")


def _added(request: HttpRequest, incident: Incident, form: FileForm) -> dict[str, str]:
    # Files take their time: they come before the transaction.
    with on_disk(named_uploads(form)) as rows:
        return act_once(request, form, f"file of {incident.label}", lambda: _written(request, incident, form, rows))


def _written(request: HttpRequest, incident: Incident, form: FileForm, rows: list[Attachment]) -> dict[str, str]:
    data = form.cleaned_data
    step = access.get_step(incident, data["step"]) if data["step"] else None
    for row in rows:
        attach_stored(
            row=row,
            incident=incident,
            by=person(request),
            now=timezone.now(),
            caption=data["caption"],
            alt_text=data["alt_text"],
            step=step,
        )
    return {"attachment": str(rows[0].pk)}


def _page(request: HttpRequest, incident: Incident, form: FileForm, status: int) -> HttpResponse:
    context = {"incident": incident, "form": form, "heading": "Add a screenshot or another file"}
    return form_again(request, fragment="incidents/_file_form.html", context=context, status=status)
