"""Proofs as pages show them: with their material, and what became of them."""

from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from hindsight.lib.kept import Kept
from incidents.models import Attachment, Incident
from incidents.pages.material import Shelf, ShownSnippet, load_missing_code
from postmortems.models import Evidence, Postmortem, ProofResult
from postmortems.pages.citations import Citations
from postmortems.services.watching import is_over

_PROOFS = Kept(
    lambda row: Evidence.objects.filter(postmortem=row).select_related(
        "by", "snippet", "attachment", "held_by", "broke_by"
    )
)


@dataclass(frozen=True, slots=True)
class ShownProof:
    """A proof with the snippet and the file that it shows."""

    row: Evidence
    snippet: ShownSnippet | None
    file: Attachment | None
    citations: Citations | None = None
    # The incident in which it broke, where the reader may see that one.
    recurrence: Incident | None = None

    @property
    def detail_html(self) -> SafeString:
        """Its detail, rendered."""
        html = self.row.html("detail")
        return self.citations.html(html) if self.citations else html

    @property
    def markdown(self) -> str:
        """Its detail for an export."""
        return self.citations.markdown(self.row.detail) if self.citations else self.row.detail

    @property
    def is_watched(self) -> bool:
        """Whether the day up to which it is watched lies ahead."""
        return self.row.watch_until is not None and self.row.watch_until >= timezone.localdate()

    @property
    def is_asked(self) -> bool:
        """Whether its watch is over and nobody said whether it held."""
        return is_over(self.row, timezone.localdate())

    @property
    def can_break(self) -> bool:
        """Whether it passed, so that it may turn out not to hold."""
        return self.row.result == ProofResult.PASSED


def proofs_of(postmortem: Postmortem) -> list[ShownProof]:
    """Its proofs in the order in which they were made."""
    shelf = Shelf()
    rows = _PROOFS.rows(postmortem.pk)
    load_missing_code(row.snippet for row in rows if row.snippet)
    return [ShownProof(row, shelf.show(row.snippet) if row.snippet else None, row.attachment) for row in rows]


def with_recurrences(proofs: list[ShownProof], *, reader: User) -> list[ShownProof]:
    """The same with the incidents in which fixes broke, where `reader` may see those; no query without any."""
    ids = {proof.row.broke_in_id for proof in proofs if proof.row.broke_in_id}
    if not ids:
        return proofs
    seen = Incident.objects.visible_to(reader).only("number", "title").in_bulk(ids)
    return [replace(proof, recurrence=seen.get(proof.row.broke_in_id)) for proof in proofs]
