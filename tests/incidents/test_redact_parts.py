"""One line, step, snippet or picture is redacted by itself, and without scripts too."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import AuditEntry, OnceKey, User
from accounts.once import once
from hindsight.lib.files import FileStore
from hindsight.lib.shapes import Shape
from incidents.models import Attachment, Incident, TextState
from incidents.previews import ensure_preview
from incidents.services.attachments import attach
from incidents.services.drawing import draw_on
from incidents.services.snippets import add_snippet
from incidents.services.timeline import edit_entry
from tests.lib.made_up_secrets import AWS
from tests.support.pictures import terminal
from tests.support.records import make_entry, make_incident, make_step

WORD = "swordfish-of-the-harbour"


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    """Files of other tests are not looked at."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


def sent(client: Client, name: str, incident: Incident, pk: object, **data: object) -> int:
    """The status that redacting a part answers with."""
    answer = client.post(reverse(name, args=[incident.number, pk]), {"reason": "pasted by mistake", **data})
    return answer.status_code


@pytest.mark.django_db
def test_a_line_alone_goes_with_what_it_said_before(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    now = timezone.now()
    entry = make_entry(incident, responder, f"first {WORD}")
    edit_entry(entry=entry, by=responder, now=now, version=1, body=f"then {WORD} too")
    other = make_entry(incident, responder, f"another with {WORD}")
    once(by=responder, key="k" * 20, request="r", now=now, act=lambda: {"body": f"then {WORD} too"})

    assert sent(responder_client, "entry_redact", incident, entry.pk, marked=[WORD], where="here") == 303

    entry.refresh_from_db()
    other.refresh_from_db()
    assert (entry.body, entry.revisions.get().body) == ("then [redacted] too", "first [redacted]")
    assert WORD not in entry.html("body")
    assert WORD in other.body
    assert OnceKey.objects.get(key="k" * 20).answer == {"body": "then [redacted] too"}
    assert AuditEntry.objects.get(action="incident.redact").detail["part"] == entry.anchor


@pytest.mark.django_db
def test_all_that_a_line_says_goes_and_other_lines_stay(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    entry, other = make_entry(incident, responder, "ok"), make_entry(incident, responder, "all is ok here")
    snippet = add_snippet(incident=incident, by=responder, now=timezone.now(), code=f"x\npassphrase {WORD}\n")

    assert sent(responder_client, "entry_redact", incident, entry.pk, is_whole="on") == 303
    assert sent(responder_client, "snippet_redact", incident, snippet.pk, is_whole="on", where="here") == 303

    for row in (entry, other, snippet):
        row.refresh_from_db()
    assert (entry.body, other.body, snippet.code) == ("[redacted]", "all is ok here", "[redacted]")


@pytest.mark.django_db
def test_a_credential_in_a_step_goes_wherever_it_is_repeated(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    step = make_step(incident, responder, f"Was it {AWS}?")
    entry = make_entry(incident, responder, f"see {AWS}")
    page = responder_client.get(reverse("step_redact", args=[incident.number, step.pk]))
    (found,) = [choice for choice, _ in page.context["form"].fields["found"].choices]

    assert sent(responder_client, "step_redact", incident, step.pk, found=[found]) == 303

    step.refresh_from_db()
    entry.refresh_from_db()
    assert step.hypothesis == "Was it [masked: AWS access key]?"
    assert entry.body == "see [masked: AWS access key]"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "data", [{}, {"marked": ["abc"]}, {"is_whole": "on", "reason": ""}, {"exact": "stands nowhere"}]
)
def test_what_is_refused_comes_back_with_what_was_typed(
    incident: Incident, responder: User, responder_client: Client, data: dict[str, Any]
) -> None:
    entry = make_entry(incident, responder, WORD)
    address = reverse("entry_redact", args=[incident.number, entry.pk])

    answer = responder_client.post(address, {"reason": "because of that", **data})

    assert answer.status_code == 422
    assert f'value="{data.get("reason", "because of that")}"' in answer.content.decode() or not data.get("reason", "x")
    entry.refresh_from_db()
    assert entry.body == WORD


@pytest.mark.django_db
def test_only_who_may_write_redacts(
    incident: Incident, responder: User, viewer_client: Client, outsider_client: Client
) -> None:
    hidden = make_incident(responder, is_private=True)
    entry, secret = make_entry(incident, responder, WORD), make_entry(hidden, responder, WORD)

    assert sent(viewer_client, "entry_redact", incident, entry.pk, is_whole="on") == 403
    assert sent(outsider_client, "entry_redact", hidden, secret.pk, is_whole="on") == 404
    assert sent(outsider_client, "entry_redact", incident, secret.pk, is_whole="on") == 404


# --- pictures ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def picture(incident: Incident, responder: User) -> Attachment:
    row = attach(
        incident=incident, by=responder, now=timezone.now(), upload=ContentFile(terminal()), filename="shot.png"
    )
    Attachment.objects.filter(pk=row.pk).update(text=f"read {WORD}", text_state=TextState.READ)
    row.refresh_from_db()
    ensure_preview(row)
    return row


def pixels(row: Attachment) -> Image.Image:
    return Image.open(io.BytesIO(FileStore().path(row.path).read_bytes())).convert("RGB")


@pytest.mark.django_db(transaction=True)
def test_places_of_a_picture_go_black_and_the_original_is_gone(
    incident: Incident, responder: User, responder_client: Client, picture: Attachment
) -> None:
    copy = draw_on(original=picture, shapes=[Shape("box", 5, 5, 50, 50)], by=responder, now=timezone.now())
    before, original, copied = pixels(picture), FileStore().path(picture.path), FileStore().path(copy.path)
    place = {"x": ["10"], "y": ["12"], "w": ["200"], "h": ["40"]}

    # The copy leads to the picture that it shows.
    drawn = responder_client.get(reverse("attachment_redact", args=[incident.number, copy.pk]))
    assert drawn["Location"].endswith(f"{picture.pk}/redact/")
    assert sent(responder_client, "attachment_redact", incident, picture.pk, **place) == 303

    picture.refresh_from_db()
    copy.refresh_from_db()
    after, black = pixels(picture), (16, 19, 20)
    assert [after.getpixel(at) for at in ((10, 12), (150, 30), (210, 52))] == [black] * 3
    assert after.getpixel((5, 5)) == before.getpixel((5, 5))
    assert pixels(copy).getpixel((150, 30)) == black
    assert copy.drawn_shapes is not None
    assert picture.text == ""
    assert picture.text_state in {TextState.PENDING, TextState.UNAVAILABLE}
    assert not [path for old in (original, copied) for path in old.parent.glob(f"{old.name}*")]
    assert picture.version == 2


@pytest.mark.django_db(transaction=True)
def test_a_whole_picture_goes_black(incident: Incident, responder_client: Client, picture: Attachment) -> None:
    assert sent(responder_client, "attachment_redact", incident, picture.pk, is_whole="on") == 303

    picture.refresh_from_db()
    assert pixels(picture).getcolors() == [(picture.width * picture.height, (0, 0, 0))]  # type: ignore[operator]  # a picture has both
    assert (picture.text, picture.text_state) == ("", TextState.EMPTY)


@pytest.mark.django_db
def test_rectangles_come_and_go_without_a_script(
    incident: Incident, responder_client: Client, picture: Attachment
) -> None:
    address = reverse("attachment_redact", args=[incident.number, picture.pk])

    added = responder_client.post(address, {"do": "add:cover", "reason": "typed already", "is_whole": ""})
    cover = added.context["covers"][0]
    assert 'value="typed already"' in added.content.decode()
    kept = {"x": cover.x, "y": cover.y, "w": "99999", "h": cover.h}
    shown = responder_client.post(address, {"do": "show", **kept}).context["covers"]
    assert shown[0].x + shown[0].w == added.context["width"]
    assert responder_client.post(address, {"do": "remove:0", **kept}).context["covers"] == []
    assert responder_client.post(address, {**kept, "w": "0", "reason": "why"}).status_code == 422
