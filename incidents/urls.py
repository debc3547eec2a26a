"""Addresses of the record."""

from django.urls import path

import incidents.converters  # noqa: F401 - registers the converter `inc`
from incidents.views import (
    attachments,
    board,
    catalogue,
    composer,
    declare,
    detail,
    edit,
    entries,
    file_lines,
    lifecycle,
    lists,
    log_notes,
    readings,
    snippets,
    steps,
    uploads,
)

ONE = "incidents/<inc:number>/"

urlpatterns = [
    path("", board.board, name="board"),
    # /incidents/
    path("incidents/", lists.incident_list, name="incident_list"),
    path("incidents/new/", declare.incident_new, name="incident_new"),
    # /incidents/INC-42/
    path(ONE, detail.incident_detail, name="incident_detail"),
    path("incidents/<inc:number>.md", detail.incident_markdown, name="incident_markdown"),
    path("incidents/<inc:number>.json", detail.incident_json, name="incident_json"),
    path(f"{ONE}edit/", edit.incident_edit, name="incident_edit"),
    path(f"{ONE}status/", lifecycle.incident_status, name="incident_status"),
    path(f"{ONE}severity/", lifecycle.incident_severity, name="incident_severity"),
    path(f"{ONE}lead/take/", lifecycle.lead_take, name="lead_take"),
    # its parts
    path(f"{ONE}entries/new/", composer.entry_new, name="entry_new"),
    path(f"{ONE}entries/preview/", composer.entry_preview, name="entry_preview"),
    path(f"{ONE}entries/plan/", composer.entry_plan, name="entry_plan"),
    path(f"{ONE}entries/<int:pk>/edit/", entries.entry_edit, name="entry_edit"),
    path(f"{ONE}steps/new/", steps.step_new, name="step_new"),
    path(f"{ONE}steps/<int:pk>/edit/", steps.step_edit, name="step_edit"),
    path(f"{ONE}steps/<int:pk>/outcome/", steps.step_outcome, name="step_outcome"),
    path(f"{ONE}snippets/new/", snippets.snippet_new, name="snippet_new"),
    path(f"{ONE}snippets/<int:pk>/", snippets.snippet_detail, name="snippet_detail"),
    path(f"{ONE}snippets/<int:pk>/edit/", snippets.snippet_edit, name="snippet_edit"),
    path(f"{ONE}snippets/<int:pk>/raw/", snippets.snippet_raw, name="snippet_raw"),
    path(f"{ONE}attachments/new/", uploads.attachment_new, name="attachment_new"),
    path(f"{ONE}attachments/<uuid:pk>/edit/", readings.attachment_edit, name="attachment_edit"),
    path(f"{ONE}attachments/<uuid:pk>/lines/", file_lines.file_lines, name="attachment_lines"),
    path(f"{ONE}log-notes/new/", log_notes.log_note_new, name="log_note_new"),
    path(f"{ONE}log-notes/<int:pk>/remove/", log_notes.log_note_remove, name="log_note_remove"),
    # files
    path("attachments/<uuid:pk>/", attachments.attachment, name="attachment"),
    path("attachments/<uuid:pk>/preview/", attachments.attachment_preview, name="attachment_preview"),
    # /services/, /tags/
    path("services/", catalogue.service_list, name="service_list"),
    path("services/<slug:slug>/", catalogue.service_detail, name="service_detail"),
    path("services/<slug:slug>/edit/", catalogue.service_edit, name="service_edit"),
    path("tags/<str:name>/", lists.tag_detail, name="tag_detail"),
]
