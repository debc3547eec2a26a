"""What became of proofs, as one reader may see it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from accounts.models import User
from incidents.models import Incident

if TYPE_CHECKING:
    from postmortems.pages.shown import ShownProof


def with_recurrences(proofs: "list[ShownProof]", *, reader: User) -> "list[ShownProof]":
    """The same with the incidents in which fixes broke, where `reader` may see those; no query without any."""
    ids = {proof.row.broke_in_id for proof in proofs if proof.row.broke_in_id}
    if not ids:
        return proofs
    seen = Incident.objects.visible_to(reader).only("number", "title").in_bulk(ids)
    return [replace(proof, recurrence=seen.get(proof.row.broke_in_id)) for proof in proofs]
