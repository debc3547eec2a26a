"""What is known of a service."""

from django import forms

from accounts.models import Team
from hindsight.lib.forms import FormErrors, LineField, MarkdownField
from incidents.models import SERVICE_NAME_LIMIT
from incidents.services.catalogue import DESCRIPTION_LIMIT, ServiceFields


class ServiceForm(FormErrors, forms.Form):
    """Its name, what it does, where its runbook is, and who answers for it."""

    name = LineField(limit=SERVICE_NAME_LIMIT)
    description = MarkdownField(limit=DESCRIPTION_LIMIT, required=False)
    runbook_url = LineField(label="Runbook", limit=500, required=False, help_text="An http or https address.")
    team = forms.ModelChoiceField(Team.objects.all(), required=False, empty_label="Nobody in particular")
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def service_fields(self) -> ServiceFields:
        """What was sent, as the service wants it."""
        values = self.cleaned_data
        return ServiceFields(
            name=values["name"],
            description=values["description"],
            runbook_url=values["runbook_url"],
            team=values["team"],
        )
