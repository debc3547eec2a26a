"""Fields: what was typed is kept, cleaned and explained."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from hindsight.lib.forms import CodeField, DescribedField, FormErrors, LineField, MarkdownField, MomentField, OnceField


class NoteForm(FormErrors, forms.Form):
    title = LineField(limit=20)
    body = MarkdownField(required=False, limit=50, help_text="Markdown works.")
    code = CodeField(required=False)
    at = MomentField(required=False, zone=ZoneInfo("Europe/Berlin"), now=datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    once = OnceField()


def filled(**data: str) -> NoteForm:
    form = NoteForm({"title": "Checkout down", **data})
    form.is_valid()
    return form


def test_text_is_cleaned_and_the_reader_told() -> None:
    form = filled(title=" a\x00b\nc ", body="x\x01\x02\r\ny")
    assert form.cleaned_data["title"] == "a\ufffdb c"
    assert form.cleaned_data["body"] == "x\ufffd\ufffd\ny"
    assert form.notices == ["Title: 1 control character was replaced.", "Body: 2 control characters were replaced."]


def test_notices_belong_to_one_form() -> None:
    filled(title="a\x00")
    assert filled().notices == []


def test_code_keeps_its_indent_its_colours_and_its_end() -> None:
    assert filled(code="  \x1b[31mx\r\n\n").cleaned_data["code"] == "  \x1b[31mx\n\n"


def test_a_long_text_names_field_and_limit_and_is_not_cut() -> None:
    form = filled(title="x" * 10_000)
    assert form.errors["title"] == ["Title has 10,000 characters; the limit is 20."]
    assert "x" * 10_000 in str(form["title"])
    assert "maxlength" not in str(form["title"])


def test_an_empty_title_is_named() -> None:
    assert filled(title=" \n ").errors["title"] == ["Title is empty."]


def test_what_was_not_chosen_is_named() -> None:
    class ChoiceForm(FormErrors, forms.Form):
        category = forms.ChoiceField(choices=[("change", "Change")])
        file = forms.FileField(label="New file")

    errors = ChoiceForm({}).errors
    assert errors["category"] == ["Nothing was chosen for “Category”."]
    assert errors["file"] == ["Nothing was chosen for “New file”."]


def test_errors_and_hints_are_tied_to_their_widgets() -> None:
    form = filled(title="", body="x" * 51)
    title, body = str(form["title"]), str(form["body"])
    assert 'aria-invalid="true"' in title
    assert 'aria-describedby="id_title_error"' in title
    assert 'aria-describedby="id_body_error id_body_helptext"' in body
    assert "aria-" not in str(form["code"])
    bound = form["body"]
    assert isinstance(bound, DescribedField)
    assert bound.hint_id == "id_body_helptext"


def test_moments_are_read_in_the_users_zone() -> None:
    assert filled(at="2026-03-01T14:05").cleaned_data["at"] == datetime(2026, 3, 1, 13, 5, tzinfo=UTC)
    assert filled(at="10m ago").cleaned_data["at"] == datetime(2026, 3, 2, 9, 20, tzinfo=UTC)
    assert filled(at="").cleaned_data["at"] is None


def test_a_bad_moment_says_why_and_stays_in_the_form() -> None:
    form = filled(at="2026-03-29 02:30")
    assert "does not exist in Europe/Berlin" in form.errors["at"][0]
    assert 'value="2026-03-29 02:30"' in str(form["at"])


def test_a_stored_moment_is_shown_locally_and_unchanged_when_sent_back() -> None:
    initial: dict[str, Any] = {"at": datetime(2026, 10, 25, 0, 30, 5, 123456, tzinfo=UTC), "title": "T"}
    shown = NoteForm(initial=initial)["at"].value()
    assert shown == "2026-10-25 02:30:05+02:00"
    again = NoteForm({"at": shown, "title": "T"}, initial=initial)
    assert again.is_valid()
    assert again.changed_data == []


def test_the_nonce_is_new_in_a_fresh_form_and_kept_in_a_sent_one() -> None:
    first, second = NoteForm()["once"].value(), NoteForm()["once"].value()
    assert first != second
    form = filled(once=first, title="")
    assert f'value="{first}"' in str(form["once"])
    assert filled(once=first).cleaned_data["once"] == first
    assert len(filled(once="x'; --").cleaned_data["once"]) == 36
    assert len(filled().cleaned_data["once"]) == 36
