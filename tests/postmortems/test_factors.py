"""Contributing factors: chains of why, what shows them, their wording, and the list of categories."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.services.diagnosis import add_step
from postmortems.models import CauseCategory, ContributingFactor, Postmortem
from postmortems.pages.causes import read_causes
from postmortems.services.categories import (
    add_category,
    ensure_categories,
    move_category,
    rename_category,
    restore_category,
    retire_category,
)
from postmortems.services.factor_changes import add_factor, keep_wording, move_factor, remove_factor, update_factor
from postmortems.services.factors import replace_factors, set_factors
from postmortems.wording import hint_for
from tests.support.personas import bearer, client_of
from tests.support.postmortems import make_postmortem
from tests.support.records import NOW, make_incident
from tests.support.web import form_values

pytestmark = pytest.mark.django_db
NAMES = ["ada.b", "Ada Byron", "deploy", "scheduler"]


@pytest.fixture
def draft(responder: User) -> Postmortem:
    return make_postmortem(responder)


def factor(row: Postmortem, text: str, under: ContributingFactor | None = None, **fields: object) -> ContributingFactor:
    given = {"category": "test", "text": text, "parent": under.pk if under else None, **fields}
    return add_factor(postmortem=row, by=row.begun_by, now=NOW, fields=given)  # type: ignore[arg-type]


def outline(row: Postmortem, reader: User) -> list[str]:
    causes = read_causes(row.factors.all(), incident=row.incident, reader=reader)
    return [f"{one.number} {one.row.text}" for one in causes.all()]


class TestChains:
    def test_a_chain_branches(self, draft: Postmortem, responder: User) -> None:
        top = factor(draft, "Pool was empty")
        one = factor(draft, "No limit", top)
        factor(draft, "Retries piled up", top)
        factor(draft, "Default was unlimited", one)
        factor(draft, "Nobody was told")
        assert outline(draft, responder) == [
            "1 Pool was empty",
            "1.1 No limit",
            "1.1.1 Default was unlimited",
            "1.2 Retries piled up",
            "2 Nobody was told",
        ]

    def test_moves(self, draft: Postmortem, responder: User) -> None:
        a, b, c = (factor(draft, text) for text in "abc")
        for one, to, expected in (
            (c, "up", ["1 a", "2 c", "3 b"]),
            (c, "in", ["1 a", "1.1 c", "2 b"]),
            (b, "in", ["1 a", "1.1 c", "1.2 b"]),
            (b, "up", ["1 a", "1.1 b", "1.2 c"]),
            (b, "out", ["1 a", "1.1 c", "2 b"]),
            (a, "down", ["1 b", "2 a", "2.1 c"]),
        ):
            assert move_factor(factor=one, to=to, by=responder, now=NOW)
            assert outline(draft, responder) == expected
        assert not move_factor(factor=a, to="down", by=responder, now=NOW)
        with pytest.raises(InvalidError):
            move_factor(factor=a, to="sideways", by=responder, now=NOW)

    def test_a_circle_is_refused_and_nothing_is_changed(self, draft: Postmortem, responder: User) -> None:
        top = factor(draft, "a")
        below = factor(draft, "c", factor(draft, "b", top))
        for under in (below, top):
            with pytest.raises(InvalidError, match="circle"):
                update_factor(factor=top, by=responder, now=NOW, version=None, fields={"parent": under.pk})
        assert outline(draft, responder) == ["1 a", "1.1 b", "1.1.1 c"]

    def test_a_circle_in_a_whole_list_is_refused(self, draft: Postmortem, responder: User) -> None:
        top = factor(draft, "a")
        below = factor(draft, "b", top)
        rows = [{"id": top.pk, "parent": below.pk}, {"id": below.pk, "parent": top.pk}]
        with pytest.raises(InvalidError, match="circle"):
            replace_factors(postmortem=draft, by=responder, now=NOW, factors=rows)  # type: ignore[arg-type]
        assert outline(draft, responder) == ["1 a", "1.1 b"]

    def test_a_parent_of_another_postmortem_is_unknown(self, draft: Postmortem, responder: User) -> None:
        other = factor(make_postmortem(responder, make_incident(responder)), "elsewhere")
        with pytest.raises(InvalidError, match="not there any more"):
            factor(draft, "a", other)

    def test_depth_and_number_are_limited(self, draft: Postmortem, responder: User) -> None:
        last = None
        for depth in range(8):
            last = factor(draft, f"why {depth}", last)
        with pytest.raises(InvalidError, match="8 whys"):
            factor(draft, "one more", last)
        wide = factor(draft, "wide")
        factor(draft, "below", wide)
        with pytest.raises(InvalidError, match="8 whys"):
            update_factor(factor=wide, by=responder, now=NOW, version=None, fields={"parent": last.parent_id})  # type: ignore[union-attr]
        with pytest.raises(InvalidError, match="limit is 60"):
            set_factors(postmortem=draft, by=responder, now=NOW, factors=[("test", str(n)) for n in range(61)])

    def test_answers_stay_when_a_factor_goes(self, draft: Postmortem, responder: User) -> None:
        a, b = factor(draft, "a"), factor(draft, "b")
        for text in ("c", "d"):
            factor(draft, text, a)
        remove_factor(factor=a, by=responder, now=NOW)
        remove_factor(factor=a, by=responder, now=NOW)
        assert outline(draft, responder) == ["1 c", "2 d", "3 b"]
        assert ContributingFactor.objects.filter(pk=b.pk).exists()

    def test_a_whole_list_keeps_what_an_old_client_does_not_know(self, draft: Postmortem, responder: User) -> None:
        top = factor(draft, "a", kind="trigger")
        factor(draft, "b", top, kind="luck")
        set_factors(postmortem=draft, by=responder, now=NOW, factors=[("test", "a"), ("test", "b"), ("change", "new")])
        assert outline(draft, responder) == ["1 a", "1.1 b", "2 new"]
        assert list(draft.factors.values_list("kind", flat=True)) == ["trigger", "luck", ""]
        before = draft.version
        draft.refresh_from_db()
        set_factors(postmortem=draft, by=responder, now=NOW, factors=[("test", "a"), ("test", "b"), ("change", "new")])
        now = draft.version
        draft.refresh_from_db()
        assert (draft.version == now, now > before) == (True, True)

    def test_an_older_text_is_not_saved_over_a_newer(self, draft: Postmortem, responder: User) -> None:
        one = factor(draft, "a")
        update_factor(factor=one, by=responder, now=NOW, version=1, fields={"text": "theirs"})
        with pytest.raises(StaleError):
            update_factor(factor=one, by=responder, now=NOW, version=1, fields={"text": "mine"})


class TestEvidence:
    def test_it_must_be_there_and_shared(self, draft: Postmortem, responder: User, outsider: User) -> None:
        step = add_step(incident=draft.incident, by=responder, now=NOW, fields={"hypothesis": "The pool"})
        hidden = make_incident(outsider, title="Zebra", is_private=True)
        secret = add_step(incident=hidden, by=outsider, now=NOW, fields={"hypothesis": "Zebra step"})
        one = factor(draft, "a", evidence=[f"[[step-{step.pk}]]", "https://example.org/x", f"step-{step.pk}"])
        assert one.references == [f"step-{step.pk}", "https://example.org/x"]
        refusals = []
        for given in (f"step-{secret.pk}", "step-999999"):
            with pytest.raises(InvalidError) as refused:
                factor(draft, "b", evidence=[given])
            refusals.append(str(refused.value).replace(given, ""))
        assert refusals[0] == refusals[1]
        for given in ("javascript:alert(1)", "nonsense", "https://" + "x" * 600):
            with pytest.raises(InvalidError):
                factor(draft, "b", evidence=[given])

    def test_it_is_shown_as_it_is_now_and_gone_things_stay_named(self, draft: Postmortem, responder: User) -> None:
        step = add_step(incident=draft.incident, by=responder, now=NOW, fields={"hypothesis": "The pool"})
        one = factor(draft, "a", evidence=[f"step-{step.pk}"])
        shown = next(read_causes(draft.factors.all(), incident=draft.incident, reader=responder).all())
        assert "The pool" in shown.evidence[0].label
        step.delete()
        shown = next(read_causes(draft.factors.all(), incident=draft.incident, reader=responder).all())
        assert shown.evidence[0].is_gone
        kept = update_factor(
            factor=one, by=responder, now=NOW, version=None, fields={"text": "b", "evidence": one.references}
        )
        assert kept.references == one.references


class TestWording:
    @pytest.mark.parametrize(
        "text",
        [
            "Human error during the deploy",
            "Ada forgot to run the job",
            "**Ada Byron** should have checked",
            "ada.b overlooked the flag",
            "@ada.b failed to check",
            "It was caused by Ada Byron",
            "He should have known",
            "The on-call engineer didn't check the graph",
            "Somebody mistakenly deleted the table",
            "Ada's mistake",
        ],
    )
    def test_a_person_as_cause(self, text: str) -> None:
        hint = hint_for(text, NAMES)
        assert hint
        assert hint.question.endswith("?")

    @pytest.mark.parametrize(
        "text",
        [
            "The deploy failed to start",
            "deploy failed to roll back",
            "The scheduler should have retried",
            "The alert should have fired",
            "They should have retried",
            "The operator failed to reconcile the resource",
            "The cluster manager failed to elect a leader",
            "Ada Byron wrote the fix",
            "Found by Ada Byron",
            "The user service failed to answer because of a full disk",
            "No test broke, because nobody runs them on two nodes",
            "",
        ],
    )
    def test_what_is_no_blame(self, text: str) -> None:
        assert hint_for(text, NAMES) is None

    def test_it_never_blocks_and_goes_away(self, draft: Postmortem, responder: User, responder_client: Client) -> None:
        one = factor(draft, "Human error")
        editor = reverse("postmortem_edit", args=[1])
        assert "as if a person were the cause" in responder_client.get(editor).content.decode()
        keep_wording(factor=one, by=responder, now=NOW)
        assert "as if a person were the cause" not in responder_client.get(editor).content.decode()
        one.refresh_from_db()
        update_factor(factor=one, by=responder, now=NOW, version=None, fields={"text": "Human error again"})
        assert "as if a person were the cause" in responder_client.get(editor).content.decode()


class TestPages:
    def place(self, name: str, *rest: int) -> str:
        return reverse(name, args=[1, *rest])

    def test_without_scripts(self, draft: Postmortem, responder: User, responder_client: Client) -> None:
        editor = responder_client.get(self.place("postmortem_edit")).content.decode()
        sent = form_values(editor) | {"factor-category": "test", "factor-text": "No load test"}
        assert responder_client.post(self.place("postmortem_factors"), sent).status_code == 303
        # The same form twice is one factor.
        responder_client.post(self.place("postmortem_factors"), sent)
        one = draft.factors.get()
        page = responder_client.get(f"{self.place('postmortem_factors')}?under={one.pk}").content.decode()
        # The list that htmx would put the answer in is not on this page.
        assert 'hx-target="#factors"' not in page
        answer = form_values(page) | {"category": "process", "kind": "let_through", "text": "It was never asked for"}
        assert answer["parent"] == str(one.pk)
        responder_client.post(self.place("postmortem_factors"), answer)
        assert outline(draft, responder) == ["1 No load test", "1.1 It was never asked for"]
        responder_client.post(self.place("factor_move", draft.factors.latest("pk").pk), {"to": "out"})
        assert outline(draft, responder) == ["1 No load test", "2 It was never asked for"]
        changed = form_values(responder_client.get(self.place("factor_edit", one.pk)).content.decode())
        responder_client.post(self.place("factor_edit", one.pk), changed | {"text": "Other"})
        responder_client.post(self.place("factor_remove", draft.factors.latest("pk").pk))
        assert outline(draft, responder) == ["1 Other"]

    def test_bad_input_comes_back(self, draft: Postmortem, responder_client: Client) -> None:
        for sent in ({"factor-text": "Text alone"}, {"factor-text": "Text alone", "factor-category": "human"}):
            response = responder_client.post(self.place("postmortem_factors"), sent)
            assert response.status_code == 422
            assert "Text alone" in response.content.decode()
        one = factor(draft, "mine")
        below = factor(draft, "below", one)
        sent = {"text": "kept words", "category": "test", "parent": str(below.pk), "version": "1"}
        response = responder_client.post(self.place("factor_edit", one.pk), sent)
        assert response.status_code == 422
        assert "kept words" in response.content.decode()
        stale = {"text": "kept words", "category": "test", "version": "9"}
        response = responder_client.post(self.place("factor_edit", one.pk), stale)
        assert response.status_code == 409
        assert "kept words" in response.content.decode()

    def test_who_may(self, responder: User, outsider_client: Client, viewer_client: Client) -> None:
        open_one = factor(make_postmortem(responder), "a")
        private = make_postmortem(responder, make_incident(responder, is_private=True))
        hidden = factor(private, "Zebra")
        for name in ("factor_edit", "factor_move", "factor_remove", "factor_wording"):
            assert viewer_client.post(reverse(name, args=[1, open_one.pk])).status_code == 403
            for number, pk in ((private.incident.number, hidden.pk), (1, hidden.pk), (99, 1)):
                assert outsider_client.post(reverse(name, args=[number, pk])).status_code == 404, name

    def test_the_page_costs_the_same_with_many(self, draft: Postmortem, responder_client: Client) -> None:
        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                responder_client.get(self.place("postmortem_edit"))
            return len(queries)

        factor(draft, "a")
        few = cost()
        for n in range(20):
            factor(draft, f"b{n}", draft.factors.first())
        assert cost() == few

    def test_two_who_add_at_once_keep_both(self, draft: Postmortem, outsider: User, responder_client: Client) -> None:
        for client, text in ((responder_client, "No load test"), (client_of(outsider), "Twenty connections")):
            client.post(self.place("postmortem_factors"), {"factor-category": "test", "factor-text": text})
        assert sorted(draft.factors.values_list("text", flat=True)) == ["No load test", "Twenty connections"]


class TestCategories:
    def test_renamed_added_and_retired_without_losing_history(self, draft: Postmortem, admin: User) -> None:
        one = factor(draft, "a", category="monitoring")
        row = CauseCategory.objects.get(key="monitoring")
        rename_category(category=row, name="Observability", meaning="", by=admin, now=NOW)
        retire_category(category=row, by=admin, now=NOW)
        one = draft.factors.get()
        assert (one.category, one.get_category_display()) == ("monitoring", "Observability")
        made = add_category(name="Cost  cutting", meaning="", by=admin, now=NOW)
        assert made.key == "cost_cutting"
        factor(draft, "b", category=made.key)
        ensure_categories()
        assert CauseCategory.objects.get(key="monitoring").is_retired
        restore_category(category=row, by=admin, now=NOW)
        move_category(category=made, up=True, by=admin, now=NOW)
        assert [c.key for c in CauseCategory.objects.all()][-2:] == ["cost_cutting", "external"]

    def test_bad_names(self, admin: User) -> None:
        for name in ("", "  ", "change", "x" * 41):
            with pytest.raises(InvalidError):
                add_category(name=name, meaning="", by=admin, now=NOW)
        for row in CauseCategory.objects.exclude(key="test"):
            retire_category(category=row, by=admin, now=NOW)
        with pytest.raises(InvalidError, match="last"):
            retire_category(category=CauseCategory.objects.get(key="test"), by=admin, now=NOW)


class TestApi:
    def test_chains_go_in_and_come_back(self, draft: Postmortem, responder: User, client: Client) -> None:
        place = "/api/v1/incidents/INC-1/postmortem/"
        headers = bearer(responder)

        def patch(body: dict[str, object]) -> tuple[int, dict[str, Any]]:
            answer = client.patch(place, body, content_type="application/json", headers=headers)
            return answer.status_code, answer.json()

        why = [
            {"category": "knowledge", "kind": "let_through", "text": "Nobody knew", "evidence": ["https://x.example"]}
        ]
        status, body = patch({"factors": [{"category": "test", "text": "No load test", "kind": "trigger", "why": why}]})
        assert status == 200, body
        top, answer = body["factors"]
        assert (top["kind"], top["category_name"], top["parent"]) == ("trigger", "Test", None)
        assert (answer["parent"], answer["evidence"]) == (top["id"], ["https://x.example"])
        # An old client sends back what it knows of; nothing else is lost.
        again = [{"category": one["category"], "text": one["text"]} for one in (top, answer)]
        assert patch({"factors": again})[1]["factors"] == body["factors"]
        circle = [{**again[0], "id": top["id"], "parent": answer["id"]}, {**again[1], "id": answer["id"]}]
        status, refused = patch({"factors": circle})
        assert status == 422
        assert "circle" in str(refused)
        for wrong in (
            {"category": "test", "text": "x", "colour": "red"},
            {"category": "test", "text": "x", "kind": "y"},
        ):
            assert patch({"factors": [wrong]})[0] == 422


class TestCategoryPages:
    def test_an_administrator_edits_the_list(self, admin_client_: Client) -> None:
        place = reverse("cause_list")
        assert "External" in admin_client_.get(place).content.decode()
        assert admin_client_.post(place, {"name": "Cost"}).status_code == 303
        refused = admin_client_.post(place, {"name": "cost", "meaning": "Kept words"})
        assert refused.status_code == 422
        assert "Kept words" in refused.content.decode()
        row = CauseCategory.objects.get(key="cost")
        admin_client_.post(reverse("cause_edit", args=[row.pk]), {"name": "Money"})
        admin_client_.post(reverse("cause_move", args=[row.pk]), {"to": "up"})
        admin_client_.post(reverse("cause_retire", args=[row.pk]))
        row.refresh_from_db()
        assert (row.name, row.is_retired, row.position) == ("Money", True, 10)
        admin_client_.post(reverse("cause_retire", args=[row.pk]), {"restore": "1"})
        row.refresh_from_db()
        assert not row.is_retired

    def test_nobody_else_does(self, responder_client: Client) -> None:
        assert responder_client.get(reverse("cause_list")).status_code == 404
        assert responder_client.post(reverse("cause_retire", args=[1])).status_code == 404
