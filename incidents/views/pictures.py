"""The screenshots of an incident: all, one, two beside each other, and drawing on a copy of one."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from hindsight.lib.htmx import redirect, render
from hindsight.lib.shapes import COLOURS, COVER, EDGE, INK, KINDS, MOST, Shape, letter_size, stroke
from incidents import access
from incidents.forms.drawing import DrawingForm, changed, check, initial, shapes_of
from incidents.models import Attachment, Incident
from incidents.pages.cited import margin_of
from incidents.pages.margin import Margin
from incidents.pages.pictures import pictures_of, shown, spot_of
from incidents.previews import ensure_large, size_of
from incidents.services.drawing import draw_on
from incidents.views.replies import OK, act_once, attempt, person

WAYS = {"side": "Side by side", "slider": "Slider", "overlay": "Overlay", "difference": "Difference"}


@require_safe
def picture_list(request: HttpRequest, number: int) -> HttpResponse:
    """All pictures of an incident."""
    incident = access.get_incident(request.user, number)
    pictures = pictures_of(incident)
    margin = _margin(incident)
    context = {"incident": incident, "pictures": pictures, "can_write": person(request).can_write, "margin": margin}
    return render(request, page="incidents/pictures.html", fragment="incidents/_pictures.html", context=context)


@require_safe
def picture_detail(request: HttpRequest, number: int, pk: uuid.UUID) -> HttpResponse:
    """One picture, large, with what is known of it; for htmx its figure alone."""
    incident = access.get_incident(request.user, number)
    pictures = pictures_of(incident)
    spot = spot_of(pictures, pk)
    if spot is None:
        raise Http404(access.NOT_FOUND)
    context = {
        "incident": incident,
        "spot": spot,
        "file": spot.file,
        "margin": _margin(incident),
        "others": [one for one in shown(pictures) if one.pk != pk],
        "can_write": person(request).can_write,
    }
    return render(request, page="incidents/picture.html", fragment="incidents/_figure.html", context=context)


def _margin(incident: Incident) -> Margin:
    """The steps that rest on pictures, which stand on the page of the incident."""
    return margin_of(incident, page=incident.get_absolute_url(), has_notes=False)


@require_safe
def picture_compare(request: HttpRequest, number: int) -> HttpResponse:
    """Two pictures: `?picture=` twice, `how` is side, slider, overlay or difference. Without two, the first two."""
    incident = access.get_incident(request.user, number)
    pictures = shown(pictures_of(incident))
    known = {str(one.pk): one for one in pictures}
    chosen = [known[pk] for pk in request.GET.getlist("picture")[:2] if pk in known]
    rest = [one for one in pictures if one not in chosen]
    how = request.GET.get("how", "")
    context = {
        "incident": incident,
        "pictures": pictures,
        "pair": [*chosen, *rest][:2] if len(pictures) > 1 else [],
        "how": how if how in WAYS else "side",
        "ways": WAYS.items(),
    }
    return render(request, page="incidents/compare.html", fragment="incidents/_compare.html", context=context)


@require_http_methods(["GET", "HEAD", "POST"])
def picture_draw(request: HttpRequest, number: int, pk: uuid.UUID) -> HttpResponse:
    """Boxes, arrows, labels and covers on a copy. A copy is drawn on its original again, with what is there already."""
    incident = access.get_writable_incident(request.user, number)
    picture = access.get_attachment_of(incident, pk)
    original = picture.drawn_from or picture
    path = ensure_large(original)
    if path is None:
        raise Http404(original.preview_note or access.NOT_FOUND)
    size = size_of(path)
    if request.method != "POST":
        shapes = initial(picture.drawn_shapes if original is not picture else None)
        return _draw_page(request, original, DrawingForm(initial={"caption": picture.caption}), shapes, size, OK)
    form, shapes = DrawingForm(request.POST), shapes_of(request.POST, size=size)
    again = changed(shapes, request.POST.get("do", ""), size=size)
    if again is not None:
        return _draw_page(request, original, DrawingForm(initial=_kept(request)), again, size, OK)
    answer, status = attempt(form, lambda: _drawn(request, form, original, shapes))
    if answer is None:
        return _draw_page(request, original, form, shapes, size, status)
    messages.success(request, "The copy is saved. The original stays as it is.")
    return redirect(request, f"{incident.get_absolute_url()}pictures/{answer['attachment']}/")


def _kept(request: HttpRequest) -> dict[str, str]:
    """What was typed beside the shapes."""
    return {name: request.POST[name] for name in ("caption", "once") if request.POST.get(name)}


def _drawn(request: HttpRequest, form: DrawingForm, original: Attachment, shapes: list[Shape]) -> dict[str, str]:
    check(shapes)

    def act() -> dict[str, str]:
        caption = form.cleaned_data["caption"]
        copy = draw_on(original=original, shapes=shapes, by=person(request), now=timezone.now(), caption=caption)
        return {"attachment": str(copy.pk)}

    return act_once(request, form, f"drawing on {original.pk}", act)


def _draw_page(
    request: HttpRequest,
    original: Attachment,
    form: DrawingForm,
    shapes: list[Shape],
    size: tuple[int, int],
    status: int,
) -> HttpResponse:
    incident: Incident = original.incident
    context = {
        "incident": incident,
        "file": original,
        "form": form,
        "shapes": shapes,
        "width": size[0],
        "height": size[1],
        "stroke": stroke(*size),
        "edge": stroke(*size) * 2,
        "letters": letter_size(*size),
        "kinds": KINDS.items(),
        "colours": COLOURS,
        "inks": INK,
        "look": {"cover": COVER, "edge": EDGE, "most": MOST},
    }
    return render(
        request, page="incidents/draw.html", fragment="incidents/_draw_form.html", context=context, status=status
    )
