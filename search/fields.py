"""The four weights that a document's fields fall into."""

# a: what it is called. b: what it is filed under. c: what the answer says. d: everything else that was written down.
GROUPS: dict[str, tuple[str, ...]] = {
    "a": ("number", "title"),
    "b": ("service", "tag", "person"),
    "c": ("summary", "symptom", "root_cause", "fix"),
    "d": ("verification", "step", "entry", "section", "code", "log", "attachment", "action", "link", "signature"),
}
GROUP_COUNT = len(GROUPS)
GROUP_OF: dict[str, int] = {name: at for at, names in enumerate(GROUPS.values()) for name in names}
OTHER_GROUP = GROUP_COUNT - 1


def group_of(field: str) -> int:
    """The weight group of a field; a field nobody knows counts as everything else."""
    return GROUP_OF.get(field, OTHER_GROUP)
