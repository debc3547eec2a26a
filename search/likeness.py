"""What a record is told by when others like it are looked for."""

from search.engines.protocol import Key
from search.reading import Reading

# What broke and how it showed; what was done about it would find records that were handled alike.
FIELDS = ("title", "summary", "symptom", "code", "log")
MAX_PART = 8_000
MAX_TEXT = 40_000


def text_of(key: Key) -> str:
    """The record's title, symptoms, code and logs as one text; "" for one that can't be read."""
    parts = Reading(changed=[key]).parts([key]).get(key, ())
    texts = [part.text[:MAX_PART] for name in FIELDS for part in parts if part.field == name]
    return "\n".join(texts)[:MAX_TEXT]
