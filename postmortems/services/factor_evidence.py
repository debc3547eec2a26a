"""What shows a factor: references to the record and web addresses, each there and to be seen by the writer."""

from collections.abc import Collection, Iterable

from accounts.models import User
from hindsight.lib.text import clean
from incidents.models import Incident
from incidents.services.checks import Faults
from postmortems.pages.sources import find_sources
from postmortems.references import REFERENCE, Reference, reference_of

ADDRESS_LIMIT = 500


def check_evidence(
    given: Iterable[str], *, incident: Incident, reader: User | None, kept: Collection[str] = ()
) -> tuple[list[str], str]:
    """The items as they are stored, each once, and what is wrong ("" when nothing is).

    `step-17` and `[[step-17]]` are the same; http and https addresses stay as they are. What is in `kept` was there
    before and stays though its source may be gone since; anything new has to exist for `reader`. Unknown and hidden are
    told in the same words.
    """
    items = list(dict.fromkeys(token for text in given for token in clean(text).text.split()))
    stored: list[str] = []
    fresh: dict[str, Reference] = {}
    for item in items:
        if item.startswith(("http://", "https://")):
            said = _address_fault(item)
            if said:
                return [], said
            stored.append(item)
            continue
        name = item.removeprefix("[[").removesuffix("]]")
        match = REFERENCE.fullmatch(f"[[{name}]]")
        if match is None:
            return [], f"{item[:60]!r} is no reference such as step-17, and no web address."
        stored.append(name)
        if name not in kept:
            fresh[name] = reference_of(match)
    return list(dict.fromkeys(stored)), _unknown(fresh, incident, reader)


def _address_fault(item: str) -> str:
    faults = Faults()
    faults.url("evidence", item, label=item[:60], limit=ADDRESS_LIMIT)
    return faults.fields.get("evidence", "")


def _unknown(fresh: dict[str, Reference], incident: Incident, reader: User | None) -> str:
    if not fresh or reader is None:
        return ""
    found = find_sources(fresh.values(), reader=reader, incident=incident)
    gone = next((name for name, reference in fresh.items() if reference.source not in found), None)
    return f"{gone} does not exist, or is not shared with you." if gone else ""
