"""What `incidents.redacting` can't find out from the models of this app."""

from incidents import redacting

EXEMPT = {
    "postmortems.Template": "questions for all postmortems; edited in the settings",
    "postmortems.TemplateVersion": "questions for all postmortems; edited in the settings",
    "postmortems.TemplateRule": "which template is proposed",
    "postmortems.CauseCategory": "words for all postmortems; edited in the settings",
    "postmortems.WritingPolicy": "numbers and names of parts",
}


def register() -> None:
    """Tell it of them."""
    for label, reason in EXEMPT.items():
        redacting.register_exempt(label, reason)
