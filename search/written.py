"""Results as Markdown, for a chat or a document."""

from collections.abc import Callable

from search.results import Result, Results

PROOF = {
    "verified": "verified",
    "waived": "proof waived",
    "unproven": "not proven",
    "did_not_hold": "did not hold",
}
_MEANT = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>#|"})


def as_markdown(results: Results, absolute: Callable[[str], str]) -> str:
    """A list of the results with cause, fix and proof; `absolute` makes an address of a path."""
    more = "" if results.count_is_exact else "at least "
    count = f"{more}{results.count:,} {'result' if results.count == 1 else 'results'}"
    lines = [f"# Search: {_plain(results.text)}", "", f"{count}."]
    lines += [f"> {_plain(note)}" for note in (results.notice, *results.notes) if note]
    for result in results.results:
        lines += ["", *_result(result, absolute)]
    return "\n".join(lines) + "\n"


def _result(result: Result, absolute: Callable[[str], str]) -> list[str]:
    hit = result.hit
    began = f"{hit.started_at:%Y-%m-%d}" if hit.started_at else ""
    facts = [hit.severity_label, hit.status_label, ", ".join(hit.services), began, PROOF.get(hit.verified, "")]
    lines = [f"- [{hit.number} {_plain(hit.title)}]({absolute(hit.url)})"]
    lines += [f"  {_plain(' · '.join(filter(None, facts)))}"] if any(facts) else []
    lines += [f"  Cause: {_plain(hit.root_cause)}"] if hit.root_cause else []
    lines += [f"  Fix: {_plain(hit.fix)}"] if hit.fix else []
    return lines


def _plain(text: str) -> str:
    return " ".join(text.split()).translate(_MEANT)
