"""Rows that keep the signature of their text: what stays the same when the same fault happens again."""

import hashlib
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from search.signatures import VERSION, signature, tokens


class SignedModel(models.Model):
    """Keeps the tokens of SIGNED_FIELD's signature in `signature`: a cache that may be emptied at any moment."""

    SIGNED_FIELD: ClassVar[str] = ""

    signature = models.JSONField(default=dict, editable=False)

    class Meta:
        """No table of its own."""

        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the signature in step with the text; what is not saved in full is left to `signature_of`."""
        if not kwargs.get("update_fields"):
            self.signature = self.signature_of()
        super().save(*args, **kwargs)

    @classmethod
    def outdated(cls) -> models.QuerySet[Self]:
        """Rows whose signature was made by other rules than those of now, or never."""
        is_kept = Q(signature__key__startswith=f"{VERSION}:")
        return cls._default_manager.filter(Q(signature__key__isnull=True) | ~is_kept)

    def signature_of(self) -> dict[str, Any]:
        """The signature as it is kept: made anew when text or rules changed since."""
        text = str(getattr(self, self.SIGNED_FIELD) or "")
        key = f"{VERSION}:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:32]}"
        kept: dict[str, Any] = self.signature
        if kept.get("key") == key:
            return kept
        return {"key": key, "tokens": tokens(signature(text)) if text else []}

    @property
    def signature_tokens(self) -> list[str]:
        """The tokens, for the index."""
        found: list[str] = self.signature_of()["tokens"]
        return found
