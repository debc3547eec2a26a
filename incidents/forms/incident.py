"""Declaring an incident and changing its fields."""

from typing import Any, TypeVar

from django import forms
from django.db.models import Model, QuerySet

from accounts.models import Team, User
from hindsight.lib.forms import FixedChoiceField, FormErrors, LineField, MarkdownField, MomentField, OnceField
from incidents.forms.fields import NamesField, RowsField
from incidents.forms.meeting import MeetingForm
from incidents.models import (
    SUMMARY_LIMIT,
    TITLE_LIMIT,
    DetectedBy,
    Incident,
    Kind,
    Precision,
    Severity,
)
from incidents.services.fields import IncidentFields

Row = TypeVar("Row", bound=Model)
SEVERITY_CHOICES = [(severity.value, severity.value) for severity in Severity]


def _suggest(datalist: str) -> forms.TextInput:
    """A text box with suggestions, which the page lists under that id."""
    return forms.TextInput(attrs={"list": datalist, "autocomplete": "off"})


class AccessFields(forms.Form):
    """Who may see it."""

    is_private = forms.BooleanField(
        label="Private",
        required=False,
        help_text="Only you, the lead, administrators, and those chosen here can find it.",
    )
    people = RowsField(User.objects.none(), label="Open to people", required=False)
    teams = RowsField(Team.objects.none(), label="Open to teams", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people, teams = self.fields["people"], self.fields["teams"]
        assert isinstance(people, RowsField)
        assert isinstance(teams, RowsField)
        people.queryset = User.objects.filter(is_active=True)
        teams.queryset = Team.objects.all()


def _chosen(rows: QuerySet[Row]) -> list[Row]:
    """The rows that were chosen; to find none in the database takes as long as a query."""
    return [] if rows.query.is_empty() else list(rows)


class DeclareForm(FormErrors, AccessFields):
    """The title is enough; all the rest has a good default."""

    title = LineField(limit=TITLE_LIMIT)
    severity = FixedChoiceField(choices=SEVERITY_CHOICES, widget=forms.RadioSelect, initial=Severity.SEV3)
    services = NamesField(
        required=False,
        widget=_suggest("service-names"),
        help_text="Commas between them; a new name makes a new service.",
    )
    started_at = MomentField(label="Started", required=False, help_text="Now, unless you write 10m ago or 14:05.")
    summary = MarkdownField(limit=SUMMARY_LIMIT, required=False)
    kind = FixedChoiceField(choices=Kind.choices, initial=Kind.REAL, required=False)
    detected_by = FixedChoiceField(
        choices=DetectedBy.choices, initial=DetectedBy.UNKNOWN, required=False, label="How we found out"
    )
    tags = NamesField(required=False, widget=_suggest("tag-names"), help_text="Commas between them.")
    once = OnceField()

    field_order = ["title", "severity", "services", "started_at", "summary", "kind", "detected_by", "tags"]

    def incident_fields(self) -> IncidentFields:
        """What was filled in, for the service."""
        data = self.cleaned_data
        fields: IncidentFields = {
            "title": data["title"],
            "severity": data["severity"],
            "summary": data["summary"],
            "services": data["services"],
            "tags": data["tags"],
            "is_private": data["is_private"],
            "kind": data["kind"] or Kind.REAL,
            "detected_by": data["detected_by"] or DetectedBy.UNKNOWN,
            "people": _chosen(data["people"]),
            "teams": _chosen(data["teams"]),
        }
        if data["started_at"]:
            fields["started_at"] = data["started_at"]
        return fields


class EditForm(FormErrors, AccessFields, MeetingForm):
    """Every field of an incident but its status, which has its own form."""

    title = LineField(limit=TITLE_LIMIT)
    severity = FixedChoiceField(choices=SEVERITY_CHOICES, widget=forms.RadioSelect)
    summary = MarkdownField(limit=SUMMARY_LIMIT, required=False)
    services = NamesField(
        required=False,
        widget=_suggest("service-names"),
        help_text="Commas between them; a new name makes a new service.",
    )
    tags = NamesField(required=False, widget=_suggest("tag-names"), help_text="Commas between them.")
    lead = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Nobody")
    kind = FixedChoiceField(choices=Kind.choices)
    detected_by = FixedChoiceField(choices=DetectedBy.choices, label="How we found out")
    started_at = MomentField(label="Started", required=False)
    started_precision = FixedChoiceField(choices=Precision.choices, label="Start is known")
    detected_at = MomentField(label="Detected", required=False)
    acknowledged_at = MomentField(label="Acknowledged", required=False)
    mitigated_at = MomentField(label="Mitigated", required=False)
    resolved_at = MomentField(label="Resolved", required=False)
    closed_at = MomentField(label="Closed", required=False)
    source_name = LineField(label="Source", limit=200, required=False)
    source_url = LineField(label="Source address", limit=500, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    WORDS = ("title", "severity", "summary", "kind", "detected_by", "started_precision", "source_name", "source_url")
    MOMENTS = ("started_at", "detected_at", "acknowledged_at", "mitigated_at", "resolved_at", "closed_at")
    EDITED = (*WORDS, *MOMENTS, "services", "tags", "lead", "is_private", "people", "teams")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lead = self.fields["lead"]
        assert isinstance(lead, forms.ModelChoiceField)
        lead.queryset = User.objects.filter(is_active=True)

    def incident_fields(self) -> IncidentFields:
        """What this person changed, for the service; the rest stays as it is."""
        fields: IncidentFields = {}
        for name in self.EDITED:
            if name in self.changed_data:
                value = self.cleaned_data[name]
                # The keys are the names of IncidentFields, which a TypedDict can't check when they are computed.
                fields[name] = list(value) if name in {"people", "teams"} else value  # type: ignore[literal-required]
        return fields


def stored_values(incident: Incident) -> dict[str, Any]:
    """The incident as the edit form shows it.

    An account that was switched off can't be chosen, and so isn't shown: who leaves the field alone leaves it in.
    """
    values: dict[str, Any] = {name: getattr(incident, name) for name in (*EditForm.WORDS, *EditForm.MOMENTS)}
    return {
        **values,
        "services": [service.name for service in incident.services.all()],
        "tags": [tag.name for tag in incident.tags.all()],
        "lead": incident.lead_id if incident.lead and incident.lead.is_active else None,
        "is_private": incident.is_private,
        "people": [person.pk for person in incident.people.all() if person.is_active],
        "teams": [team.pk for team in incident.teams.all()],
        "version": incident.version,
    }
