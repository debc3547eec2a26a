"""Forms of reviews, comments and of what a severity asks for: shape of the input."""

from typing import Any

from django import forms
from django.db.models import Q

from accounts.models import User
from hindsight.lib.forms import CleanCharField, FormErrors, LineField, MarkdownField, OnceField
from incidents.models import Incident, Severity
from postmortems.business import DAYS_OFF_LIMIT, NoDayError, days_off_in
from postmortems.models import (
    COMMENT_LIMIT,
    DUE_DAYS_LIMIT,
    NOT_NEEDED_LIMIT,
    NOTE_LIMIT,
    QUOTE_LIMIT,
    VERDICT_LIMIT,
    Postmortem,
    Verdict,
    WritingPolicy,
)
from postmortems.services.policy import PolicyFields
from postmortems.services.review import authors

# A list to choose from; in a larger installation the rest are named.
OFFERED = 60


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Several people, by the names that pages show."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        """The shown name."""
        return str(obj.shown_name)


class AskForm(FormErrors, forms.Form):
    """Whom to ask for a review."""

    people = PeopleField(User.objects.none(), required=False, label="Reviewers")
    names = LineField(limit=2_000, required=False, label="Others by user name", help_text="Separated by commas.")
    once = OnceField()

    def __init__(self, postmortem: Postmortem, by: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["people"]
        assert isinstance(field, PeopleField)
        people = could_review(postmortem, by)
        self.is_cut = len(people) > OFFERED
        field.queryset = User.objects.filter(pk__in=[person.pk for person in people[:OFFERED]]).order_by("username")

    def user_names(self) -> list[str]:
        """Everybody who was named."""
        named = [name.strip() for name in self.cleaned_data["names"].replace(";", ",").split(",")]
        return [*(person.username for person in self.cleaned_data["people"]), *(name for name in named if name)]


def could_review(postmortem: Postmortem, by: User) -> list[User]:
    """Those who may be asked, one more than are offered; of a private incident only whom it is open to."""
    incident = postmortem.incident
    people = User.objects.filter(is_active=True).exclude(pk__in=authors(postmortem) | {by.pk})
    people = people.filter(Q(is_superuser=True) | Q(role__in=("responder", "admin")))
    if incident.is_private:
        people = people.filter(_sees(incident))
    return list(people.distinct().order_by("username")[: OFFERED + 1])


def _sees(incident: Incident) -> Q:
    """The same rule as `Incident.objects.visible_to`, from the side of people; the service checks it once more."""
    own = [pk for pk in (incident.declared_by_id, incident.lead_id) if pk]
    return (
        Q(is_superuser=True)
        | Q(role="admin")
        | Q(pk__in=own)
        | Q(opened_incidents=incident)
        | Q(teams__opened_incidents=incident)
    )


class VerdictForm(FormErrors, forms.Form):
    """What a reviewer says."""

    verdict = forms.ChoiceField(choices=Verdict.choices, label="Verdict", widget=forms.RadioSelect)
    body = MarkdownField(
        limit=VERDICT_LIMIT, required=False, label="In a few words", help_text="Needed where changes are asked for."
    )


class CommentForm(FormErrors, forms.Form):
    """A comment on a section, or on words of it."""

    section = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    body = MarkdownField(limit=COMMENT_LIMIT, label="Comment")
    quote = LineField(limit=QUOTE_LIMIT, required=False, label="About these words")
    offset = forms.IntegerField(min_value=0, max_value=10_000_000, required=False, widget=forms.HiddenInput)
    once = OnceField()


class ReplyForm(FormErrors, forms.Form):
    """An answer, or other words for a comment."""

    body = MarkdownField(limit=COMMENT_LIMIT, label="Answer")
    once = OnceField()


class DueForm(FormErrors, forms.Form):
    """The day on which it should be out."""

    due_on = forms.DateField(
        label="Due", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class AmendForm(FormErrors, forms.Form):
    """What the changes since the publication are about."""

    note = LineField(limit=NOTE_LIMIT, label="What changed, and why")


class NotNeededForm(FormErrors, forms.Form):
    """Why no postmortem is needed."""

    reason = MarkdownField(
        limit=NOT_NEEDED_LIMIT, label="Why no postmortem is needed", help_text="Shown on the incident with your name."
    )


class PolicyForm(FormErrors, forms.Form):
    """What a severity asks for: `days_sev1`, `review_sev1`, `parts_sev1` and so on."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    days_off = CleanCharField(
        limit=DAYS_OFF_LIMIT,
        required=False,
        label="Days off",
        help_text="One a line: 2027-04-05 Easter Monday, or 12-25 Christmas Day for every year.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_days_off(self) -> str:
        """Each line has to name a day."""
        text = str(self.cleaned_data["days_off"])
        try:
            days_off_in(text)
        except NoDayError as problem:
            raise forms.ValidationError(str(problem)) from problem
        return text

    def __init__(self, policy: WritingPolicy, parts: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(policy))
        super().__init__(*args, **kwargs)
        for severity, name in Severity.choices:
            self.fields[f"days_{severity}"] = forms.IntegerField(
                min_value=1, max_value=DUE_DAYS_LIMIT, required=False, label=f"Business days, {name}"
            )
            self.fields[f"review_{severity}"] = forms.BooleanField(required=False, label=f"Needs a review, {name}")
            self.fields[f"parts_{severity}"] = forms.MultipleChoiceField(
                choices=parts, required=False, label=f"Required sections, {name}", widget=forms.CheckboxSelectMultiple
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Its fields by severity."""
        return [
            {
                "severity": severity,
                "name": name,
                **{part: self[f"{part}_{severity}"] for part in ("days", "review", "parts")},
            }
            for severity, name in Severity.choices
        ]

    def values(self) -> PolicyFields:
        """What was sent, as the service wants it."""
        sent = self.cleaned_data
        return PolicyFields(
            due_days={key: sent[f"days_{key}"] for key in Severity.values},
            review_for=[key for key in Severity.values if sent[f"review_{key}"]],
            extra_parts={key: sent[f"parts_{key}"] for key in Severity.values if sent[f"parts_{key}"]},
            days_off=sent["days_off"],
        )


def _initial(policy: WritingPolicy) -> dict[str, Any]:
    return {
        "version": policy.version,
        "days_off": policy.days_off,
        **{f"days_{key}": policy.days(key) for key in Severity.values},
        **{f"review_{key}": policy.needs_review(key) for key in Severity.values},
        **{f"parts_{key}": policy.parts(key) for key in Severity.values},
    }
