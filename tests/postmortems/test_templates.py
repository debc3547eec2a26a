"""Templates: versions that never change, a draft that is edited and published, rules that choose, and upgrades."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import Incident
from postmortems.models import Postmortem, Template, TemplateRule, TemplateVersion
from postmortems.services import templates as service
from postmortems.services.begin import begin
from postmortems.services.choosing import choose
from postmortems.services.moving import move_to
from postmortems.services.publish import missing
from postmortems.services.rules import add_rule
from postmortems.services.sections import save_sections
from postmortems.services.shipping import ensure_templates
from postmortems.shipped import FIRST_STANDARD, SHIPPED, SHORT, STANDARD
from tests.support.postmortems import make_postmortem
from tests.support.records import NOW, make_incident
from tests.support.web import form_values, queries_of

pytestmark = pytest.mark.django_db

FIELDS: dict[str, Any] = {
    "title": "Customers told",
    "question": "What did customers hear?",
    "guidance": "",
    "example": "",
    "text_label": "",
    "points": "When?\nBy which way?",
    "is_required": False,
    "drawn_from": [],
}


def template(key: str = "standard") -> Template:
    return Template.objects.get(key=key)


def edited(admin: User, key: str = "standard", /, **fields: Any) -> TemplateVersion:
    """The template with one more section, published."""
    row = template(key)
    given = {**FIELDS, **fields}
    row = service.save_section(template=row, by=admin, now=NOW, version=row.version, key="", fields=given)  # type: ignore[arg-type]
    return service.publish_version(template=row, by=admin, now=NOW, version=row.version, note="Customers")


class TestShipping:
    def test_all_that_ship_are_there_with_every_release(self) -> None:
        for key, releases in SHIPPED.items():
            kept = list(template(key).versions.order_by("number"))
            assert [one.questions(key=key).sections for one in kept] == [one.sections for one in releases]
        assert template().is_default

    def test_repeating_it_changes_nothing(self, admin: User) -> None:
        TemplateRule.objects.all().delete()
        service.archive_template(template=template("short"), by=admin, now=NOW)
        before = list(TemplateVersion.objects.values_list("pk", "number"))
        ensure_templates(now=NOW)
        assert list(TemplateVersion.objects.values_list("pk", "number")) == before
        assert not TemplateRule.objects.exists()
        assert template("short").is_archived

    def test_an_upgrade_adds_a_release_but_never_over_a_teams_own(self, admin: User) -> None:
        TemplateVersion.objects.filter(template__key="standard", shipped=2).delete()
        ensure_templates(now=NOW)
        assert template().versions.filter(shipped=2).count() == 1
        TemplateVersion.objects.filter(template__key="standard", shipped=2).delete()
        own = edited(admin)
        ensure_templates(now=NOW)
        assert template().versions.order_by("-number").first() == own

    def test_what_was_begun_before_keeps_its_questions(self, responder: User) -> None:
        incident = make_incident(responder)
        row = Postmortem.objects.create(incident=incident, begun_at=NOW, updated_at=NOW, begun_by=responder)
        assert row.questions.sections == FIRST_STANDARD.sections
        ensure_templates(now=NOW)
        row.refresh_from_db()
        assert row.template is not None
        assert row.questions.sections == FIRST_STANDARD.sections


class TestChoice:
    @pytest.mark.parametrize(
        ("fields", "key", "why"),
        [
            ({"severity": "sev1"}, "standard", "no rule says otherwise"),
            ({"severity": "sev4"}, "short", "the severity is SEV3 or SEV4"),
            ({"severity": "sev1", "kind": "near_miss"}, "near-miss", "the kind is near miss"),
            ({"severity": "sev4", "tags": ["security"]}, "security", "the tag is security"),
        ],
    )
    def test_the_first_rule_that_fits_decides_and_says_why(
        self, responder: User, fields: dict[str, Any], key: str, why: str
    ) -> None:
        row = begin(incident=make_incident(responder, **fields), by=responder, now=NOW)
        assert row.template is not None
        assert row.template.template.key == row.template_key == key
        assert why in row.template_why

    def test_by_service_with_all_conditions(self, admin: User) -> None:
        incident = make_incident(admin, severity="sev1", services=["checkout"])
        service_ = incident.services.get()
        add_rule(template=template("security"), by=admin, now=NOW, severities=["sev1"], service=service_)
        assert choose(incident).template.key == "security"
        assert choose(make_incident(admin, severity="sev2", services=["checkout"])).template.key == "standard"

    def test_an_archived_one_is_passed_over(self, admin: User) -> None:
        service.archive_template(template=template("short"), by=admin, now=NOW)
        assert choose(make_incident(admin, severity="sev4")).template.key == "standard"

    def test_a_rule_needs_a_condition(self, admin: User) -> None:
        with pytest.raises(InvalidError, match="at least one condition"):
            add_rule(template=template(), by=admin, now=NOW)


class TestVersions:
    def test_a_new_version_never_changes_what_was_begun(self, admin: User) -> None:
        row = make_postmortem(admin, make_incident(admin, severity="sev1"), impact="Many")
        before = row.questions
        edited(admin)
        row = Postmortem.objects.get(pk=row.pk)
        assert row.questions == before
        assert begin(incident=make_incident(admin, severity="sev1"), by=admin, now=NOW).questions != before

    def test_moving_keeps_every_text(self, admin: User) -> None:
        row = make_postmortem(admin, make_incident(admin, severity="sev1"), impact="Many", lessons="Luck")
        short = TemplateVersion.objects.get(template__key="short")
        move_to(postmortem=row, version=short, by=admin, now=NOW)
        row = Postmortem.objects.get(pk=row.pk)
        assert row.questions.sections == SHORT.sections
        assert row.sections.get(key="impact").body == "Many"
        page = self._page(admin, row)
        assert "Kept from another template" in page
        assert "Many" in page
        # Whoever still had the old page open saves into the section that is gone.
        save_sections(postmortem=row, by=admin, now=NOW, sections={"detection": ("By luck", 0)})
        assert "By luck" in self._page(admin, row)

    def _page(self, by: User, row: Postmortem) -> str:
        client = Client()
        client.force_login(by)
        return client.get(reverse("postmortem_edit", args=[row.incident.number])).content.decode()

    def test_a_published_version_is_left_alone_by_editing(self, admin: User) -> None:
        version = template().versions.order_by("-number")[0]
        before = version.sections
        row = template()
        service.remove_section(template=row, by=admin, now=NOW, version=row.version, key="impact")
        version.refresh_from_db()
        assert version.sections == before
        assert template().versions.get(published_at=None).number == version.number + 1

    def test_what_publication_needs_stays(self, admin: User, responder: User) -> None:
        row = template()
        with pytest.raises(InvalidError, match="stay"):
            service.remove_section(template=row, by=admin, now=NOW, version=row.version, key="fix")
        near = make_postmortem(responder, make_incident(responder, kind="near_miss"), root_cause="x", fix="y")
        assert missing(near) == []
        real = make_postmortem(responder, make_incident(responder), root_cause="x", fix="y")
        assert missing(real) == ["verification", "evidence"]

    @pytest.mark.parametrize(
        ("fields", "field", "words"),
        [
            ({"title": ""}, "title", "Title is empty"),
            ({"question": "x" * 301}, "question", "301 characters; the limit is 300"),
            ({"points": "\n".join("abcdefghi")}, "points", "9 further questions; the limit is 8"),
            ({"drawn_from": ["timeline"]}, "drawn_from", "“Timeline” draws timeline already"),
        ],
    )
    def test_faults_name_the_field_and_the_limit(
        self, admin: User, fields: dict[str, Any], field: str, words: str
    ) -> None:
        with pytest.raises(InvalidError) as raised:
            edited(admin, **fields)
        assert words in raised.value.fields[field]

    def test_two_administrators(self, admin: User) -> None:
        row = template()
        service.move_section(template=row, by=admin, now=NOW, version=row.version, key="impact", steps=-1)
        with pytest.raises(StaleError):
            service.remove_section(template=row, by=admin, now=NOW, version=row.version, key="impact")

    def test_the_default_is_not_archived(self, admin: User) -> None:
        with pytest.raises(InvalidError, match="default"):
            service.archive_template(template=template(), by=admin, now=NOW)


class TestPages:
    def test_edit_preview_publish(self, admin: User, admin_client_: Client) -> None:
        admin_client_.post(reverse("template_new"), {"name": "Data loss", "like": template().versions.all()[0].pk})
        address = reverse("template_edit", args=["data-loss"])
        version = form_values(admin_client_.get(address).content.decode())["version"]
        sent = {**FIELDS, "version": version}
        added = admin_client_.post(reverse("template_section_add", args=["data-loss"]), sent)
        assert added.status_code == 302 or added.status_code == 303
        preview = admin_client_.get(reverse("template_preview", args=["data-loss"])).content.decode()
        assert "What did customers hear?" in preview
        row = template("data-loss")
        admin_client_.post(reverse("template_publish", args=["data-loss"]), {"version": row.version, "note": "First"})
        assert template("data-loss").versions.get().is_published
        assert "Data loss" in admin_client_.get(reverse("template_list")).content.decode()
        assert AuditEntry.objects.filter(action="template.publish", target="data-loss").exists()

    def test_the_newest_version_is_what_is_edited(self, admin_client_: Client) -> None:
        page = admin_client_.get(reverse("template_edit", args=["standard"])).content.decode()
        assert STANDARD.sections[4].question in page
        assert FIRST_STANDARD.sections[4].question not in page
        old = admin_client_.get(reverse("template_version", args=["standard", 1])).content.decode()
        assert FIRST_STANDARD.sections[4].question in old

    def test_removing_a_section_tells_of_the_drafts(self, admin: User, admin_client_: Client) -> None:
        make_postmortem(admin, make_incident(admin, severity="sev1"), impact="Many")
        row = template()
        address = reverse("template_section_remove", args=["standard", "impact"])
        page = admin_client_.post(address, {"version": row.version}, follow=True).content.decode()
        assert "1 draft keeps the version begun with" in page

    def test_a_bad_section_comes_back_with_what_was_typed(self, admin: User, admin_client_: Client) -> None:
        sent = {**FIELDS, "question": "x" * 400, "version": template().version}
        answer = admin_client_.post(reverse("template_section_add", args=["standard"]), sent)
        assert answer.status_code == 422
        assert "Question has 400 characters; the limit is 300." in answer.content.decode()
        assert "Customers told" in answer.content.decode()

    def test_it_is_for_administrators(self, responder_client: Client) -> None:
        for address in ("", "new/", "standard/", "standard/preview/", "standard/sections/impact/"):
            assert responder_client.get(f"/settings/templates/{address}").status_code == 404
        assert responder_client.post("/settings/templates/standard/publish/").status_code == 404
        assert responder_client.post("/settings/templates/rules/").status_code == 404

    def test_queries_of_the_list_do_not_grow(self, admin: User, admin_client_: Client) -> None:
        address = reverse("template_list")
        few = queries_of(admin_client_, address)
        for at in range(4):
            like = TemplateVersion.objects.get(template__key="short")
            service.create_template(by=admin, now=NOW, name=f"Own {at}", purpose="", like=like)
            add_rule(template=template("short"), by=admin, now=NOW, tag=f"tag{at}")
        assert queries_of(admin_client_, address) == few

    def test_a_writer_chooses_other_questions(self, responder: User, responder_client: Client) -> None:
        row = make_postmortem(responder, make_incident(responder), lessons="Luck")
        address = reverse("postmortem_template", args=[row.incident.number])
        page = responder_client.get(address).content.decode()
        assert "the severity is SEV3 or SEV4" in page
        version = TemplateVersion.objects.get(template__key="standard", shipped=2)
        responder_client.post(address, {"version": version.pk})
        row = Postmortem.objects.get(pk=row.pk)
        assert row.questions.keys == STANDARD.keys
        assert row.sections.get(key="lessons").body == "Luck"


def test_the_api_takes_the_contracts_keys_whatever_the_template(responder: User) -> None:
    incident: Incident = make_incident(responder)
    row = make_postmortem(responder, incident, impact="Many", detection="An alert", summary="It broke")
    assert row.questions.keys == SHORT.keys
    assert set(row.sections.values_list("key", flat=True)) >= {"impact", "detection", "summary"}
