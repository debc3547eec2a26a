"""The four weights that a document's fields fall into, and the numbers that fields have inside an index."""

from search.documents import FIELDS

# a: what it is called. b: what it is filed under. c: what the answer says. d: everything else that was written down.
GROUPS: dict[str, tuple[str, ...]] = {
    "a": ("number", "title"),
    "b": ("service", "tag", "person"),
    "c": ("summary", "symptom", "root_cause", "fix"),
    "d": ("verification", "step", "entry", "section", "code", "log", "attachment", "action", "link", "signature"),
}
GROUP_COUNT = len(GROUPS)
GROUP_OF: dict[str, int] = {name: at for at, names in enumerate(GROUPS.values()) for name in names}
FIELD_NUMBER: dict[str, int] = {name: at for at, name in enumerate(FIELDS)}
OTHER_GROUP = GROUP_COUNT - 1


def group_of(field: str) -> int:
    """The weight group of a field; a field nobody knows counts as everything else."""
    return GROUP_OF.get(field, OTHER_GROUP)


def field_bit(field: str) -> int:
    """A field as one bit of a mask; 0 for a field nobody knows."""
    number = FIELD_NUMBER.get(field)
    return 0 if number is None else 1 << number
