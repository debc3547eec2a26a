"""What is known of a service."""

from django import forms

from accounts.models import Team
from hindsight.lib.forms import FormErrors, LineField, MarkdownField
from incidents.models import SERVICE_NAME_LIMIT
from incidents.services.catalogue import DESCRIPTION_LIMIT


class ServiceForm(FormErrors, forms.Form):
    """Its name, what it does, where its runbook is, and who answers for it."""

    name = LineField(limit=SERVICE_NAME_LIMIT)
    description = MarkdownField(limit=DESCRIPTION_LIMIT, required=False)
    runbook_url = LineField(label="Runbook", limit=500, required=False, help_text="An http or https address.")
    team = forms.ModelChoiceField(Team.objects.all(), required=False, empty_label="Nobody in particular")
