"""A text that had to go is nowhere any more: no row, no earlier version, no cache, no file, nothing search keeps."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, OnceKey, User
from accounts.once import once
from incidents import redacting
from incidents.models import Incident, PreviewState
from incidents.previews import ensure_preview
from incidents.services.attachments import attach
from incidents.services.diagnosis import add_log_note
from incidents.services.redact import suspects
from incidents.services.snippets import add_snippet
from incidents.services.timeline import edit_entry
from postmortems.services.sections import save_sections
from search.indexing import drain, rebuild
from search.models import SavedSearch
from tests.lib.made_up_secrets import AWS
from tests.support.pictures import terminal
from tests.support.postmortems import make_action, make_postmortem
from tests.support.records import make_entry, make_incident, make_step

EXACT = "swordfish-of-the-harbour"
TEXT = f"it used {AWS} and {EXACT}"


@pytest.fixture(autouse=True)
def own_directories(settings: Any, tmp_path: Path) -> None:
    """Files of other tests hold the same made-up credentials."""
    settings.MEDIA_ROOT, settings.INDEX_DIR = tmp_path / "media", tmp_path / "index"


def test_no_model_with_text_is_forgotten() -> None:
    assert redacting.forgotten() == []


def test_what_is_found_so_is_what_there_is() -> None:
    labels = {holder.label for holder in redacting.holders()}

    assert {
        *("incidents.Incident", "incidents.TimelineEntry", "incidents.EntryRevision", "incidents.DiagnosisStep"),
        *("incidents.Snippet", "incidents.Attachment", "incidents.LogNote", "incidents.LogTemplate"),
        *("incidents.HandoverNote", "incidents.StepEvidence", "postmortems.Section", "postmortems.Revision"),
        *("postmortems.Evidence", "postmortems.ContributingFactor", "postmortems.ActionItem", "accounts.OnceKey"),
    } <= labels


@pytest.fixture
def incident(responder: User) -> Incident:
    """One with the text in everything that can hold it."""
    now = timezone.now()
    incident = make_incident(responder, title=f"Leak of {AWS}", summary=TEXT)
    entry = make_entry(incident, responder, TEXT)
    edit_entry(entry=entry, by=responder, now=now, version=entry.version, body=f"now without, but {AWS}")
    make_step(incident, responder, f"Was it {AWS}?", action=TEXT, finding=TEXT)
    add_snippet(incident=incident, by=responder, now=now, code=f"key = '{AWS}'\n{EXACT}\n", language="python")
    add_log_note(incident=incident, by=responder, now=now, verdict="noisy", line=f"ERROR {TEXT} again and again")
    attach(incident=incident, by=responder, now=now, upload=ContentFile(f"log\n{TEXT}\n".encode()), filename="a.log")
    attach(incident=incident, by=responder, now=now, upload=ContentFile(terminal()), filename="shot.png")
    postmortem = make_postmortem(responder, incident, summary=TEXT)
    save_sections(postmortem=postmortem, by=responder, now=now, sections={"summary": (f"later {EXACT}", None)})
    make_action(incident, responder, f"Rotate {AWS}")
    once(by=responder, key="k" * 20, request="r", now=now, act=lambda: {"body": TEXT})
    SavedSearch.objects.create(owner=responder, name="mine", query=EXACT)
    return incident


def held_in(path: Path, word: str) -> list[str]:
    """The files below a directory that hold a word in plain bytes."""
    return [str(file) for file in path.rglob("*") if file.is_file() and word.encode() in file.read_bytes()]


def everything_told() -> Iterator[str]:
    for holder in redacting.holders():
        for values in holder.model._base_manager.values_list():
            yield repr(values)


@pytest.mark.django_db(transaction=True)
def test_nothing_of_it_is_left(incident: Incident, responder: User, responder_client: Client) -> None:
    drain()
    rebuild()
    picture = incident.attachments.get(filename="shot.png")
    ensure_preview(picture)
    assert held_in(Path(settings.MEDIA_ROOT), EXACT)
    answer = responder_client.post(
        reverse("redact", args=[incident.number]),
        {
            "found": [one.digest for one in suspects(incident)],
            "exact": EXACT,
            "pictures": [str(picture.pk)],
            "reason": f"It was {AWS}, by mistake",
        },
    )
    assert answer.status_code == 303, answer.content.decode()
    drain()
    rebuild()

    for word in (AWS, EXACT):
        assert [row for row in everything_told() if word in row] == []
        assert held_in(Path(settings.MEDIA_ROOT), word) == []
        assert held_in(Path(settings.INDEX_DIR), word) == []
        assert held_in(Path(settings.INDEX_DIR), word.lower()) == []
        for address in (incident.get_absolute_url(), reverse("postmortem", args=[incident.number])):
            assert word not in responder_client.get(address).content.decode()
        found = responder_client.get(reverse("search"), {"q": word}).content.decode()
        assert f"{incident.label}<" not in found
    if connection.vendor == "sqlite":
        database = Path(str(connection.settings_dict["NAME"]))
        for path in (database, database.with_name(f"{database.name}-wal")):
            assert not path.exists() or AWS.encode() not in path.read_bytes()
    picture.refresh_from_db()
    assert (picture.preview_state, picture.text) == (PreviewState.PENDING, "")
    assert "[masked: AWS access key]" in incident.snippets.get().code
    assert OnceKey.objects.get(key="k" * 20).answer["body"].count("[") == 2


@pytest.mark.django_db(transaction=True)
def test_who_and_why_stand_there_without_it(incident: Incident, responder_client: Client) -> None:
    address = reverse("redact", args=[incident.number])
    responder_client.post(address, {"exact": EXACT, "reason": f"wrong {EXACT} paste"})

    line = incident.entries.latest("pk")
    entry = AuditEntry.objects.get(action="incident.redact")
    assert line.source == "system"
    assert line.body.endswith("Reason: wrong [redacted] paste")
    assert entry.target == incident.label
    assert EXACT not in f"{entry.detail}"


@pytest.mark.parametrize(
    "sent",
    [{"exact": EXACT}, {"reason": "why"}, {"exact": "ab", "reason": "why"}, {"exact": "not there", "reason": "why"}],
    ids=["no reason", "nothing chosen", "too short", "not there"],
)
def test_what_is_refused_changes_nothing(incident: Incident, responder_client: Client, sent: dict[str, str]) -> None:
    answer = responder_client.post(reverse("redact", args=[incident.number]), sent)

    assert answer.status_code == 422
    assert Incident.objects.get(pk=incident.pk).summary == TEXT


def test_others_may_not(incident: Incident, viewer_client: Client) -> None:
    assert viewer_client.get(reverse("redact", args=[incident.number])).status_code == 403
