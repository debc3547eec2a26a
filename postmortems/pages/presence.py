"""What somebody who has the editor open has to hear: who else writes where, and which texts are newer than theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from accounts.models import User
from postmortems.models import Postmortem, Section, Writer
from postmortems.pages.editor import EditorSection
from postmortems.pages.shown import ShownSection
from postmortems.services.presence import GONE
from postmortems.shipped import prompt_of


@dataclass(frozen=True, slots=True)
class News:
    """Writers by section, and sections that were saved since."""

    postmortem: Postmortem
    reader: User
    writers: dict[str, list[str]]
    sections: list[Section]

    @property
    def writers_key(self) -> str:
        """The writers as a word, so that a page can say which it knows."""
        return ";".join(f"{key}={','.join(names)}" for key, names in sorted(self.writers.items()))

    def as_json(self, request: HttpRequest) -> dict[str, Any]:
        """What the script takes in."""
        return {
            "writers": self.writers,
            "writers_key": self.writers_key,
            "sections": [
                {
                    "key": row.key,
                    "version": row.version,
                    "body": row.body,
                    "by": row.updated_by.shown_name if row.updated_by else "",
                    "is_yours": row.updated_by_id == self.reader.pk,
                    "state": self._state(row, request),
                }
                for row in self.sections
            ],
        }

    def _state(self, row: Section, request: HttpRequest) -> str:
        prompt = prompt_of(self.postmortem.questions, row.key, row.title)
        shown = EditorSection(ShownSection(prompt, row), row.body, row.version, [])
        context = {"section": shown, "postmortem": self.postmortem}
        return render_to_string("postmortems/_section_state.html", context, request=request)


def read_news(postmortem: Postmortem, *, reader: User, now: datetime, known: Mapping[str, int]) -> News:
    """What is new to a page that holds the texts in these versions."""
    others = Writer.objects.filter(postmortem=postmortem, seen_at__gt=now - GONE).exclude(user=reader)
    writers: dict[str, list[str]] = {}
    for row in others.select_related("user").order_by("user__username"):
        writers.setdefault(row.section, []).append(row.user.shown_name)
    versions = dict(postmortem.sections.values_list("key", "version"))
    newer = [key for key, version in versions.items() if key in known and version > known[key]]
    rows = list(postmortem.sections.filter(key__in=newer).select_related("updated_by")) if newer else []
    return News(postmortem, reader, writers, rows)
