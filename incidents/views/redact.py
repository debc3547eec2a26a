"""Taking a credential, or any text, out of an incident for good."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from incidents import access
from incidents.forms.redact import RedactForm
from incidents.models import Incident
from incidents.services.redact import Redacted, redact, suspects
from incidents.views.replies import OK, attempt, form_again, person, to_incident


@sensitive_post_parameters("exact")
@require_http_methods(["GET", "HEAD", "POST"])
def incident_redact(request: HttpRequest, number: int) -> HttpResponse:
    """What was found in the incident, and a form to be rid of it."""
    incident = access.get_writable_incident(request.user, number)
    found = suspects(incident)
    if request.method != "POST":
        return _page(request, incident, RedactForm(incident=incident, suspects=found), OK)
    form = RedactForm(request.POST, incident=incident, suspects=found)

    def act() -> Redacted:
        data = form.cleaned_data
        return redact(
            incident=incident,
            by=person(request),
            now=timezone.now(),
            reason=data["reason"],
            digests=data.get("found", []),
            exact=data["exact"],
            pictures=data.get("pictures", []),
        )

    done, status = attempt(form, act)
    if done is None:
        return _page(request, incident, form, status)
    messages.success(request, "Redacted. Search forgets it within a minute; change the credential all the same.")
    return to_incident(request, incident)


def _page(request: HttpRequest, incident: Incident, form: RedactForm, status: int) -> HttpResponse:
    context = {"incident": incident, "form": form, "heading": "Redact"}
    return form_again(request, fragment="incidents/_redact_form.html", context=context, status=status)
