"""What postmortems have to say when two incidents are merged."""

from incidents import merging
from incidents.models import Incident
from postmortems.models import Postmortem


def two_postmortems(source: Incident, target: Incident) -> str:
    """Two texts can't become one by themselves."""
    if Postmortem.objects.filter(incident__in=(source, target)).count() < 2:
        return ""
    return (
        f"Both have a postmortem, and an incident has one. Copy what {source.label}'s should keep into "
        f"{target.label}'s, or link the two as duplicates instead of merging them."
    )


def register() -> None:
    """Object where two postmortems meet."""
    merging.register_check(two_postmortems)
