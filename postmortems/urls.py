"""Addresses of postmortems and action items."""

from django.urls import path

import incidents.converters  # noqa: F401 - registers <inc:…>
from postmortems.views import actions, past, proof, questions, reading, sections, templates, writing

HERE = "incidents/<inc:number>/postmortem"

urlpatterns = [
    path("postmortems/", reading.library, name="postmortem_list"),
    path("postmortems/past/", past.past, name="postmortem_past"),
    path(f"{HERE}/", reading.postmortem, name="postmortem"),
    path(f"{HERE}.md", reading.markdown, name="postmortem_markdown"),
    path(f"{HERE}.json", reading.json, name="postmortem_json"),
    path(f"{HERE}/begin/", writing.begin, name="postmortem_begin"),
    path(f"{HERE}/edit/", writing.edit, name="postmortem_edit"),
    path(f"{HERE}/sections/<slug:key>/", sections.save, name="section_save"),
    path(f"{HERE}/sections/<slug:key>/preview/", sections.preview, name="section_preview"),
    path(f"{HERE}/citable/", sections.citable, name="postmortem_citable"),
    path(f"{HERE}/presence/", sections.presence, name="postmortem_presence"),
    path(f"{HERE}/questions/", questions.template, name="postmortem_template"),
    path(f"{HERE}/publish/", writing.publish, name="postmortem_publish"),
    path(f"{HERE}/withdraw/", writing.withdraw, name="postmortem_withdraw"),
    path(f"{HERE}/factors/", proof.factors, name="postmortem_factors"),
    path(f"{HERE}/evidence/", proof.add, name="evidence_add"),
    path(f"{HERE}/evidence/<int:pk>/", proof.edit, name="evidence_edit"),
    path(f"{HERE}/evidence/<int:pk>/remove/", proof.remove, name="evidence_remove"),
    path(f"{HERE}/waiver/", proof.waive, name="postmortem_waive"),
    path(f"{HERE}/waiver/remove/", proof.unwaive, name="postmortem_unwaive"),
    path(f"{HERE}/actions/", actions.add, name="action_add"),
    path("settings/templates/", templates.index, name="template_list"),
    path("settings/templates/new/", templates.new, name="template_new"),
    path("settings/templates/rules/", templates.rule_add, name="template_rule_add"),
    path("settings/templates/rules/<int:pk>/move/", templates.rule_move, name="template_rule_move"),
    path("settings/templates/rules/<int:pk>/remove/", templates.rule_remove, name="template_rule_remove"),
    path("settings/templates/<slug:key>/", templates.edit, name="template_edit"),
    path("settings/templates/<slug:key>/preview/", templates.preview, name="template_preview"),
    path("settings/templates/<slug:key>/versions/<int:version>/", templates.preview, name="template_version"),
    path("settings/templates/<slug:key>/publish/", templates.publish, name="template_publish"),
    path("settings/templates/<slug:key>/discard/", templates.discard, name="template_discard"),
    path("settings/templates/<slug:key>/archive/", templates.archive, name="template_archive"),
    path("settings/templates/<slug:key>/restore/", templates.restore, name="template_restore"),
    path("settings/templates/<slug:key>/default/", templates.make_default, name="template_default"),
    path("settings/templates/<slug:key>/sections/", templates.section_add, name="template_section_add"),
    path("settings/templates/<slug:key>/sections/<slug:section>/", templates.section, name="template_section"),
    path(
        "settings/templates/<slug:key>/sections/<slug:section>/move/",
        templates.section_move,
        name="template_section_move",
    ),
    path(
        "settings/templates/<slug:key>/sections/<slug:section>/remove/",
        templates.section_remove,
        name="template_section_remove",
    ),
    path("actions/", actions.action_list, name="action_list"),
    path("actions/<int:pk>/", actions.edit, name="action_edit"),
    path("actions/<int:pk>/state/", actions.change_state, name="action_state"),
]
