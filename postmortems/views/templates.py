"""The Templates tab of administrators: which questions postmortems ask, and which incidents get which."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import HIDDEN, require_admin
from accounts.models import User
from hindsight.lib import markdown
from hindsight.lib.htmx import SeeOther, private
from hindsight.lib.problems import InvalidError, StaleError
from postmortems.models import Template, TemplateRule
from postmortems.pages.templates import read_list, read_template, section_of
from postmortems.prompts import section_from
from postmortems.services import rules as rule_service
from postmortems.services import templates as service
from postmortems.services.choosing import newest_versions
from postmortems.template_forms import (
    NewTemplateForm,
    RuleForm,
    SectionForm,
    TemplateForm,
    VersionForm,
    section_initial,
)
from postmortems.views.rendering import rebase, refuse

TAB = "templates"
STALE = "Somebody changed this template meanwhile. Here is how it stands now; nothing of theirs was overwritten."


def get_template(request: HttpRequest, key: str) -> tuple[User, Template]:
    """The administrator who asks, and the template; 404 for all others and for none."""
    by = require_admin(request.user)
    row = Template.objects.filter(key=key).first()
    if row is None:
        raise Http404(HIDDEN)
    return by, row


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All templates, and the rules by which one is chosen."""
    require_admin(request.user)
    return _index(request, RuleForm())


def _index(request: HttpRequest, form: RuleForm, status: int = 200) -> HttpResponse:
    context = {"tab": TAB, "list": read_list(), "form": form}
    return private(render(request, "postmortems/template_list.html", context, status=status))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """GET asks for a name, POST makes a copy to edit."""
    by = require_admin(request.user)
    form = NewTemplateForm(list(newest_versions().values()), request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            row = service.create_template(
                by=by, now=timezone.now(), name=values["name"], purpose=values["purpose"], like=values["like"]
            )
        except InvalidError as problem:
            refuse(form, problem, default="name")
        else:
            return SeeOther(reverse("template_edit", args=[row.key]))
    context = {"tab": TAB, "form": form}
    status = 422 if form.is_bound else 200
    return private(render(request, "postmortems/template_new.html", context, status=status))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """GET shows a template with its sections, POST changes its name and purpose."""
    by, row = get_template(request, key)
    initial = {"name": row.name, "purpose": row.purpose, "version": row.version}
    form = TemplateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            service.describe_template(template=row, by=by, now=timezone.now(), **values)
        except InvalidError as problem:
            refuse(form, problem, default="name")
        except StaleError:
            messages.warning(request, STALE)
            return _back(key)
        else:
            messages.success(request, "Saved.")
            return _back(key)
    context = {"tab": TAB, "template": read_template(row), "form": form}
    status = 422 if form.is_bound else 200
    return private(render(request, "postmortems/template.html", context, status=status))


@require_safe
def preview(request: HttpRequest, key: str, version: int | None = None) -> HttpResponse:
    """The questions as a writer meets them: of the draft, or of a published version."""
    _, row = get_template(request, key)
    edited = read_template(row)
    shown = edited.draft or edited.newest
    if version is not None:
        shown = next((one for one in edited.versions if one.number == version), None)
    if shown is None:
        raise Http404(HIDDEN)
    prompts = [section_from(section) for section in shown.sections]
    examples = [(prompt, markdown.render(prompt.example)) for prompt in prompts]
    context = {"tab": TAB, "template": edited, "shown": shown, "sections": examples}
    return private(render(request, "postmortems/template_preview.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
def section_add(request: HttpRequest, key: str) -> HttpResponse:
    """GET asks what a new section asks, POST adds it to the draft."""
    return _section(request, key, "")


@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, key: str, section: str) -> HttpResponse:
    """GET shows a section of the draft, POST changes it."""
    return _section(request, key, section)


def _section(request: HttpRequest, key: str, name: str) -> HttpResponse:
    by, row = get_template(request, key)
    edited = read_template(row)
    prompt = section_of(edited, name) if name else None
    if name and prompt is None and request.method != "POST":
        raise Http404(HIDDEN)
    initial = {**(section_initial(prompt) if prompt else {}), "version": row.version}
    form = SectionForm(request.POST or None, initial=initial)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        fields = form.section_fields()
        try:
            service.save_section(template=row, by=by, now=timezone.now(), version=version, key=name, fields=fields)
        except InvalidError as problem:
            refuse(form, problem, default="title")
        except StaleError as problem:
            status = 409
            form.add_error(None, "Somebody changed this template meanwhile. Save again to keep what you typed here.")
            rebase(form, problem.current.version)
        else:
            messages.success(request, "Saved to the draft. Publish it when it is ready.")
            return _back(key)
    context = {"tab": TAB, "template": edited, "form": form, "prompt": prompt, "name": name}
    return private(render(request, "postmortems/template_section.html", context, status=status))


@require_POST
def section_move(request: HttpRequest, key: str, section: str) -> HttpResponse:
    """Move a section up or down."""
    by, row = get_template(request, key)
    return _act(
        request,
        key,
        lambda form: service.move_section(
            template=row, by=by, now=timezone.now(), key=section, version=form["version"], steps=form["steps"] or 0
        ),
        "",
    )


@require_POST
def section_remove(request: HttpRequest, key: str, section: str) -> HttpResponse:
    """Take a section out of the draft."""
    by, row = get_template(request, key)
    used = read_template(row).drafts_in_use
    said = "Taken out of the next version."
    if used:
        writers = "1 draft keeps" if used == 1 else f"{used} drafts keep"
        said += f" {writers} the version begun with, this section and every text in it."
    return _act(
        request,
        key,
        lambda form: service.remove_section(
            template=row, by=by, now=timezone.now(), key=section, version=form["version"]
        ),
        said,
    )


@require_POST
def publish(request: HttpRequest, key: str) -> HttpResponse:
    """Publish the draft."""
    by, row = get_template(request, key)
    return _act(
        request,
        key,
        lambda form: service.publish_version(
            template=row, by=by, now=timezone.now(), version=form["version"], note=form["note"]
        ),
        "Published. New postmortems ask these questions; those begun before keep theirs.",
    )


@require_POST
def discard(request: HttpRequest, key: str) -> HttpResponse:
    """Drop the draft."""
    by, row = get_template(request, key)
    answer = _act(
        request,
        key,
        lambda form: service.discard_draft(template=row, by=by, now=timezone.now(), version=form["version"]),
        "The draft is gone; what was published stays.",
    )
    is_there = Template.objects.filter(pk=row.pk).exists()
    return answer if is_there else SeeOther(reverse("template_list"))


@require_POST
def archive(request: HttpRequest, key: str) -> HttpResponse:
    """Begin nothing new with it."""
    by, row = get_template(request, key)
    used = read_template(row).drafts_in_use
    said = "Archived: nothing new is begun with it."
    if used:
        said += f" {used} draft{'s' if used != 1 else ''} written with it go{'es' if used == 1 else ''} on unchanged."
    return _act(request, key, lambda _: service.archive_template(template=row, by=by, now=timezone.now()), said)


@require_POST
def restore(request: HttpRequest, key: str) -> HttpResponse:
    """Offer it again."""
    by, row = get_template(request, key)
    done = "It is offered again."
    return _act(request, key, lambda _: service.restore_template(template=row, by=by, now=timezone.now()), done)


@require_POST
def make_default(request: HttpRequest, key: str) -> HttpResponse:
    """Use it where no rule says otherwise."""
    by, row = get_template(request, key)
    done = "It is the default now."
    return _act(request, key, lambda _: service.make_default(template=row, by=by, now=timezone.now()), done)


@require_POST
def rule_add(request: HttpRequest) -> HttpResponse:
    """Add a rule."""
    by = require_admin(request.user)
    form = RuleForm(request.POST)
    if form.is_valid():
        try:
            rule_service.add_rule(by=by, now=timezone.now(), **form.cleaned_data)
        except InvalidError as problem:
            refuse(form, problem, default="severities")
        else:
            messages.success(request, "Rule added.")
            return SeeOther(f"{reverse('template_list')}#rules")
    return _index(request, form, status=422)


@require_POST
def rule_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a rule earlier or later."""
    by, rule = _rule(request, pk)
    steps = -1 if request.POST.get("steps") == "-1" else 1
    rule_service.move_rule(rule=rule, by=by, now=timezone.now(), steps=steps)
    return SeeOther(f"{reverse('template_list')}#rules")


@require_POST
def rule_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a rule away."""
    by, rule = _rule(request, pk)
    rule_service.remove_rule(rule=rule, by=by, now=timezone.now())
    messages.success(request, "Rule removed. What was begun by it keeps its questions.")
    return SeeOther(f"{reverse('template_list')}#rules")


def _rule(request: HttpRequest, pk: int) -> tuple[User, TemplateRule]:
    by = require_admin(request.user)
    rule = TemplateRule.objects.select_related("template", "service").filter(pk=pk).first()
    if rule is None:
        raise Http404(HIDDEN)
    return by, rule


def _act(request: HttpRequest, key: str, act: Callable[[dict[str, Any]], object], said: str) -> HttpResponse:
    """Do one thing to a template and go back to it, with what came of it in words."""
    form = VersionForm({"version": "1", **request.POST.dict()})
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return _back(key)
    try:
        act(form.cleaned_data)
    except InvalidError as problem:
        messages.error(request, str(problem))
    except StaleError:
        messages.warning(request, STALE)
    else:
        if said:
            messages.success(request, said)
    return _back(key)


def _back(key: str) -> HttpResponse:
    return SeeOther(reverse("template_edit", args=[key]))
