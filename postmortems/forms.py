"""Forms of postmortems and action items: shape of the input; what it means is decided in services."""

from typing import Any

from django import forms
from django.db.models import Q

from accounts.models import User
from hindsight.lib.forms import FormErrors, LineField, MarkdownField, MomentField, OnceField
from incidents.models import Attachment, Incident, Snippet
from postmortems.models import (
    ACTION_TEXT_LIMIT,
    ACTION_TITLE_LIMIT,
    CLAIM_LIMIT,
    DETAIL_LIMIT,
    DONE_WHEN_LIMIT,
    PLACE_LIMIT,
    SECTION_LIMIT,
    WAIVER_LIMIT,
    ActionKind,
    ActionState,
    ProofMethod,
    ProofResult,
)
from postmortems.prompts import SectionPrompt
from postmortems.services.actions import ActionFields
from postmortems.services.proof import EvidenceFields


class AddressField(LineField):
    """A web address; the service says what is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(limit=500, required=False, **kwargs)
        self.widget.attrs |= {"inputmode": "url", "placeholder": "https://", "dir": "ltr"}


def _day(label: str, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, **kwargs)


class SectionsForm(FormErrors, forms.Form):
    """The texts of a postmortem, `body_<key>`, each with the version that it was written from, `base_<key>`."""

    def __init__(self, prompts: tuple[SectionPrompt, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prompts = prompts
        for prompt in prompts:
            label = prompt.text_label or prompt.title
            self.fields[f"body_{prompt.key}"] = MarkdownField(limit=SECTION_LIMIT, required=False, label=label)
            self.fields[f"base_{prompt.key}"] = forms.IntegerField(
                min_value=0, max_value=2**31 - 1, required=False, label=f"Version of {prompt.title}"
            )

    def texts(self) -> dict[str, tuple[str, int | None]]:
        """What was sent: a section that was not in the request is left alone, one without its version starts at 0."""
        sent = [prompt.key for prompt in self.prompts if f"body_{prompt.key}" in self.data]
        values = self.cleaned_data
        return {key: (values[f"body_{key}"], values.get(f"base_{key}") or 0) for key in sent}


class EvidenceForm(FormErrors, forms.Form):
    """A proof of the fix."""

    method = forms.ChoiceField(choices=ProofMethod.choices, label="Method")
    claim = LineField(
        limit=CLAIM_LIMIT,
        label="Claim",
        help_text="One sentence that the check could have disproved.",
        widget=forms.TextInput(
            attrs={"placeholder": "With three nodes the job runs once; without the lock, three times"}
        ),
    )
    result = forms.ChoiceField(
        choices=ProofResult.choices, initial=ProofResult.PASSED, label="Result", widget=forms.RadioSelect
    )
    detail = MarkdownField(
        limit=DETAIL_LIMIT,
        required=False,
        label="What was done, and what it showed",
        help_text="A command and its output is perfect; a snippet, a file or a link below will do as well.",
    )
    url = AddressField(label="Link")
    snippet = forms.ModelChoiceField(Snippet.objects.none(), required=False, label="Snippet", empty_label="None")
    attachment = forms.ModelChoiceField(Attachment.objects.none(), required=False, label="File", empty_label="None")
    file = forms.FileField(required=False, label="New file", help_text="A screenshot or an output; joins the incident.")
    environment = LineField(limit=PLACE_LIMIT, required=False, label="Environment")
    app_version = LineField(limit=PLACE_LIMIT, required=False, label="Version")
    at = MomentField(required=False, label="Checked", help_text="Empty means now.")
    watch_until = _day("Watch until", help_text="Until then somebody looks whether it holds.")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    once = OnceField()

    def __init__(self, incident: Incident, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "snippet": Snippet.objects.filter(incident=incident).defer("code", "highlighted"),
            "attachment": Attachment.objects.filter(incident=incident).defer("text"),
        }
        for name, rows in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    def evidence_fields(self) -> EvidenceFields:
        """What was sent, as the service wants it; the new file is not part of it."""
        values = self.cleaned_data
        return EvidenceFields(
            method=values["method"],
            claim=values["claim"],
            detail=values["detail"],
            url=values["url"],
            snippet=values["snippet"],
            attachment=values["attachment"],
            environment=values["environment"],
            app_version=values["app_version"],
            result=values["result"],
            at=values["at"],
            watch_until=values["watch_until"],
        )


class WaiverForm(FormErrors, forms.Form):
    """Why there can be no proof."""

    reason = MarkdownField(
        limit=WAIVER_LIMIT,
        label="Why no proof can exist",
        help_text="Signed with your name, and shown wherever the fix is shown.",
    )


class OwnerField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Somebody who can look after it, by the name that pages show."""

    def __init__(self, **kwargs: Any) -> None:
        people = User.objects.filter(is_active=True).order_by("username")
        super().__init__(people, required=False, label="Owner", empty_label="Nobody yet", **kwargs)

    def keep(self, owner: User) -> None:
        """Let the one who owns it stay, though their account may be switched off by now."""
        self.queryset = User.objects.filter(Q(is_active=True) | Q(pk=owner.pk)).order_by("username")

    def label_from_instance(self, obj: Any) -> str:
        """The shown name."""
        return str(obj.shown_name) if obj.is_active else f"{obj.shown_name} (switched off)"


class ActionForm(FormErrors, forms.Form):
    """A new action item."""

    title = LineField(
        limit=ACTION_TITLE_LIMIT,
        label="What is to be done",
        widget=forms.TextInput(attrs={"placeholder": "Alert when the pool's waiting time passes 200 ms"}),
    )
    kind = forms.ChoiceField(choices=ActionKind.choices, initial=ActionKind.PREVENT, label="Kind")
    owner = OwnerField()
    due_on = _day("Due")
    done_when = LineField(
        limit=DONE_WHEN_LIMIT,
        required=False,
        label="Done when",
        help_text="What must be true then, so that nobody has to argue.",
        widget=forms.TextInput(attrs={"placeholder": "The alert fired in a drill, and paged the on-call"}),
    )
    tracker_url = AddressField(label="Tracker link")
    once = OnceField()

    def action_fields(self) -> ActionFields:
        """What was sent, as the service wants it."""
        values = self.cleaned_data
        return ActionFields(
            title=values["title"],
            kind=values["kind"],
            owner=values["owner"],
            due_on=values["due_on"],
            done_when=values["done_when"],
            tracker_url=values["tracker_url"],
        )


class ActionEditForm(ActionForm):
    """An action item with its state and what came of it."""

    state = forms.ChoiceField(choices=ActionState.choices, label="State", widget=forms.RadioSelect)
    proof = MarkdownField(
        limit=ACTION_TEXT_LIMIT,
        required=False,
        label="How we see that it is done",
        help_text="A commit, a link, a sentence; needed to close it as done.",
    )
    reason = MarkdownField(
        limit=ACTION_TEXT_LIMIT, required=False, label="Why it won't be done", help_text="Needed for “won't do”."
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    once = None  # type: ignore[assignment]  # how Django leaves a field out; its version guards it

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, owner = self.fields["owner"], self.initial.get("owner")
        assert isinstance(field, OwnerField)
        if owner is not None:
            field.keep(owner)

    def action_fields(self) -> ActionFields:
        """What was sent, as the service wants it."""
        values = self.cleaned_data
        fields = super().action_fields()
        fields.update(ActionFields(state=values["state"], proof=values["proof"], reason=values["reason"]))
        return fields


class ActionStateForm(FormErrors, forms.Form):
    """A quick change of the state."""

    state = forms.ChoiceField(choices=ActionState.choices)
    reason = LineField(limit=ACTION_TEXT_LIMIT, required=False)
    proof = LineField(limit=ACTION_TEXT_LIMIT, required=False)
    version = forms.IntegerField(min_value=1)
