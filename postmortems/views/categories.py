"""The list of cause categories, for administrators."""

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import HIDDEN, require_admin
from accounts.models import User
from hindsight.lib.htmx import SeeOther, private
from hindsight.lib.problems import InvalidError
from postmortems.cause_forms import CategoryForm
from postmortems.models import CauseCategory, ContributingFactor
from postmortems.services import categories as service
from postmortems.views.rendering import refuse


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """GET shows the list; POST adds a category."""
    by = require_admin(request.user)
    form = CategoryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            service.add_category(name=values["name"], meaning=values["meaning"], by=by, now=timezone.now())
            messages.success(request, f"“{values['name']}” is on the list.")
            return SeeOther(reverse("cause_list"))
        except InvalidError as problem:
            refuse(form, problem, default="name")
    return _page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a category another name or meaning."""
    by, row = _category(request, pk)
    initial = {"name": row.name, "meaning": row.meaning}
    form = CategoryForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            service.rename_category(
                category=row, name=values["name"], meaning=values["meaning"], by=by, now=timezone.now()
            )
            messages.success(request, "Saved. Past factors show the new name as well.")
            return SeeOther(reverse("cause_list"))
        except InvalidError as problem:
            refuse(form, problem, default="name")
    return _page(request, form, row)


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down."""
    by, row = _category(request, pk)
    service.move_category(category=row, up=request.POST.get("to") == "up", by=by, now=timezone.now())
    return SeeOther(reverse("cause_list"))


@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer it no more, or with `restore` again."""
    by, row = _category(request, pk)
    try:
        act = service.restore_category if "restore" in request.POST else service.retire_category
        act(category=row, by=by, now=timezone.now())
    except InvalidError as problem:
        messages.error(request, " ".join(problem.fields.values()))
    return SeeOther(reverse("cause_list"))


def _category(request: HttpRequest, pk: int) -> tuple[User, CauseCategory]:
    by = require_admin(request.user)
    row = CauseCategory.objects.filter(pk=pk).first()
    if row is None:
        raise Http404(HIDDEN)
    return by, row


def _page(request: HttpRequest, form: CategoryForm, row: CauseCategory | None) -> HttpResponse:
    used = dict(ContributingFactor.objects.order_by().values_list("category").annotate(n=Count("pk")))
    rows = [(one, used.get(one.key, 0)) for one in CauseCategory.objects.all()]
    context = {"tab": "causes", "rows": rows, "form": form, "category": row}
    return private(render(request, "postmortems/causes.html", context, status=422 if form.is_bound else 200))
