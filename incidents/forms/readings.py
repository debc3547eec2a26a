"""The words beside a file and in it."""

from typing import Any

from django import forms

from hindsight.lib.forms import CodeField, FormErrors, LineField
from hindsight.lib.ocr import PROPOSAL_LIMIT, WORDS_LIMIT, proposed_alt
from incidents.models import CAPTION_LIMIT, Attachment

WORDS = ("caption", "alt_text", "text")


class AttachmentForm(FormErrors, forms.Form):
    """Caption, text for the picture, and the words read in it. A field that nobody touched is left as it is by then."""

    caption = LineField(limit=CAPTION_LIMIT, required=False, show_hidden_initial=True)
    alt_text = LineField(
        label="What the picture shows",
        limit=CAPTION_LIMIT,
        required=False,
        show_hidden_initial=True,
        help_text="For those who can't see it, and for search.",
    )
    takes_proposal = forms.BooleanField(required=False)
    proposal = LineField(limit=PROPOSAL_LIMIT, required=False, widget=forms.HiddenInput)
    text = CodeField(
        label="Words in this picture",
        limit=WORDS_LIMIT,
        required=False,
        show_hidden_initial=True,
        help_text="What search finds it by. Correct what was read wrongly; your words are kept.",
        widget=forms.Textarea(attrs={"class": "mono"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, attachment: Attachment, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not attachment.may_hold_words:
            for name in ("alt_text", "takes_proposal", "proposal", "text"):
                del self.fields[name]
            return
        proposal = "" if attachment.alt_text else proposed_alt(attachment.text)
        self.initial.setdefault("proposal", proposal)
        self.fields["takes_proposal"].label = f"Use the first words read in it: “{self['proposal'].value()}”"

    @property
    def has_proposal(self) -> bool:
        """Whether there is anything to propose."""
        return "proposal" in self.fields and bool(self["proposal"].value())

    def changes(self) -> dict[str, str]:
        """What was really changed, by field; a proposal counts only where it was taken and nothing else was written."""
        changed = {name: str(self.cleaned_data[name]) for name in WORDS if name in self.changed_data}
        if self.cleaned_data.get("takes_proposal") and not self.cleaned_data["alt_text"]:
            changed["alt_text"] = str(self.cleaned_data["proposal"])
        return changed
