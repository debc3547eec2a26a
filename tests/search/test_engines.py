"""One suite that every engine passes: the same records, the same questions, the same answers."""

from collections.abc import Callable

import pytest

from search import indexing
from search.current import engine
from search.query import parse
from search.ranking import rank
from search.results import find
from tests.search.conftest import INSIDER, PUBLIC, Person, Shelf

Run = Callable[[], None]
pytestmark = pytest.mark.usefixtures("either")


def found(text: str, viewer: Person = PUBLIC) -> list[int]:
    return [result.hit.id for result in find(viewer, text).results]


@pytest.fixture
def library(shelf: Shelf, indexed: Run) -> Shelf:
    """A few records that differ, indexed."""
    shelf.put(1, "Disk full on the primary", "Nobody rotated the logs", service="db", severity="sev1", year="2024")
    shelf.put(2, "Logins slow", "The disk of the cache was full of sessions", service="auth", severity="sev2")
    shelf.put(3, "Expired certificate", "The intermediate certificate had expired", service="edge", severity="sev1")
    shelf.put(4, "Queue stuck", "acme.worker.QueueDrainer.run blocked in max_retry_count", service="db,edge")
    shelf.put(5, "Checkout fails", "ECONNREFUSED from /var/run/pay.sock on payments-v2", service="Payment API")
    indexed()
    return shelf


def test_a_match_in_the_title_stands_above_one_in_the_text(library: Shelf) -> None:
    assert found("disk full") == [1, 2]


def test_words_are_found_in_other_endings(library: Shelf) -> None:
    assert found("expiring certificates")[0] == 3


@pytest.mark.parametrize(
    "text", ["QueueDrainer", "acme.worker.QueueDrainer.run", "drainer", "max_retry_count", "retry"]
)
def test_code_is_found_whole_and_by_its_pieces(library: Shelf, text: str) -> None:
    assert found(text)[0] == 4


@pytest.mark.parametrize("text", ["econnrefused", "/var/run/pay.sock", "pay.sock", "payments-v2"])
def test_errors_and_paths_are_found(library: Shelf, text: str) -> None:
    assert found(text)[0] == 5


@pytest.mark.parametrize("text", ["certifcate", "experied certificate", "intermedaite"])
def test_slips_are_forgiven(library: Shelf, text: str) -> None:
    assert found(text)[0] == 3


def test_a_slip_is_named_and_the_typed_word_kept(library: Shelf) -> None:
    assert find(PUBLIC, "intermedaite cert").did_you_mean == "intermediate cert"
    assert find(PUBLIC, "intermediate").did_you_mean == ""


def test_a_number_finds_its_record_first(library: Shelf, indexed: Run) -> None:
    library.put(6, "Follow-up of NOTE-2, NOTE-2 and NOTE-2", "see NOTE-2")
    indexed()
    assert found("NOTE-2")[0] == 2
    assert found("#2")[0] == 2
    assert found("note-2 disk")[0] == 2


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("service:db", {1, 4}),
        ("service:DB disk", {1}),
        ('service:"payment api"', {5}),
        ("severity:sev1", {1, 3}),
        ("severity:sev1 -service:db", {3}),
        ("service:auth or service:edge", {2, 3, 4}),
        ("service:auth,db", {1, 2, 4}),
        ("year:2024", {1}),
        ("before:2025", {1}),
        ("after:2025-01", {2, 3, 4, 5}),
        ("disk -cache", {1}),
        ("service:nothing", set()),
    ],
)
def test_filters_narrow(library: Shelf, text: str, wanted: set[int]) -> None:
    results = find(PUBLIC, text)
    assert {result.hit.id for result in results.results} == wanted
    assert results.count == len(wanted)


def test_a_phrase_needs_its_words_together(library: Shelf) -> None:
    assert found('"disk full"') == [1]
    assert found('"intermediate certificate"') == [3]
    assert found('-"disk full" disk') == [2]


def test_a_phrase_that_nothing_has_is_searched_apart_and_that_is_said(library: Shelf) -> None:
    results = find(PUBLIC, '"certificate intermediate"')
    assert [result.hit.id for result in results.results] == [3]
    assert "next to each other" in results.notes[0]


def test_facets_count_the_answers(library: Shelf) -> None:
    facets = {facet.name: {v.value: v.count for v in facet.values} for facet in find(PUBLIC, "severity:sev1").facets}
    assert facets["service"] == {"db": 1, "edge": 1}
    assert facets["severity"] == {"sev1": 2}
    assert facets["year"] == {"2025": 1, "2024": 1}


def test_a_changed_record_is_found_by_its_new_words_alone(library: Shelf, indexed: Run) -> None:
    library.put(3, "Expired lease", "Nobody renewed it")
    indexed()
    assert found("lease") == [3]
    assert found("intermediate") == []


def test_a_deleted_record_is_gone(library: Shelf, indexed: Run) -> None:
    library.drop(3)
    indexed()
    assert found("certificate") == []
    assert indexing.drift().is_none


def test_many_changes_leave_one_document_each(library: Shelf, indexed: Run) -> None:
    for turn in range(12):
        library.put(1, f"Disk full, told for the {turn}th time", "logs")
        indexed()
    assert found("disk logs told") == [1, 2]
    assert engine().health().documents == 5


def test_a_pasted_trace_is_searched_by_its_rarest_words(library: Shelf) -> None:
    # Record 5 has "run" as well, which is no answer to a trace.
    lines = "\n".join(f"  at com.vendor.lib{n}.Class{n}.call(File{n}.java:{n})" for n in range(300))
    pasted = f"Exception in thread main\n{lines}\n  at acme.worker.QueueDrainer.run(Q.java:7)"
    assert found(pasted) == [4]
    assert (find(PUBLIC, pasted).count, find(PUBLIC, pasted).count_is_exact) == (1, True)


def test_more_than_a_page_is_counted_and_paged(shelf: Shelf, indexed: Run) -> None:
    for pk in range(1, 31):
        shelf.put(pk, f"Outage {pk}", "broken pipe")
    indexed()
    first = find(PUBLIC, "broken pipe", limit=20)
    second = find(PUBLIC, "broken pipe", limit=20, offset=first.next_offset or 0)
    ids = [result.hit.id for page in (first, second) for result in page.results]
    assert sorted(ids) == list(range(1, 31))
    assert (first.count, first.count_is_exact, second.next_offset) == (30, True, None)


def test_a_stem_is_not_another_word(library: Shelf, indexed: Run) -> None:
    library.put(6, "Outage in US", "the US region")
    library.put(7, "Tapes are used", "by using tapes")
    indexed()
    assert found("used") == [7]
    assert 6 not in found("disk full")


def test_what_was_saved_a_moment_ago_is_found_before_the_index_has_it(library: Shelf) -> None:
    library.put(7, "Brandnew flapping", "haproxy flaps", service="lb")
    library.put(3, "Expired lease", "Nobody renewed it")
    library.drop(1)
    assert found("flapping") == [7]
    assert found("service:lb") == [7]
    assert found("intermediate") == []
    assert found("disk") == [2]
    assert found("flappign") == [7]


def shape(text: str, viewer: Person) -> object:
    """Everything of an answer that could tell."""
    results = find(viewer, text)
    rows = [(r.hit.id, round(r.score, 4), r.why) for r in results.results]
    return (
        rows,
        results.count,
        results.count_is_exact,
        results.facets,
        results.did_you_mean,
        results.notes,
        results.notice,
    )


@pytest.mark.parametrize(
    "question", ["{}", "disk {}", '"{}"', "-{} disk", "service:{}", "{} certificte", "disk {} full logs"]
)
@pytest.mark.parametrize("is_indexed", [True, False])
def test_a_word_of_a_hidden_record_is_like_a_word_that_does_not_exist(
    library: Shelf, indexed: Run, question: str, *, is_indexed: bool
) -> None:
    before = shape(question.format("zanzibar"), PUBLIC), shape(question.format("zanzibra"), PUBLIC)
    library.put(9, "Zanzibar", "zanzibar disk", rights="t:1", service="zanzibar", severity="sev4")
    if is_indexed:
        indexed()
    after = shape(question.format("zanzibar"), PUBLIC), shape(question.format("zanzibra"), PUBLIC)
    nowhere = shape(question.format("quetzalx"), PUBLIC)
    assert after == before
    assert str(after[0]).replace("zanzibar", "quetzalx") == str(nowhere)


def test_who_may_see_a_hidden_record_finds_it(library: Shelf, indexed: Run) -> None:
    library.put(9, "Zanzibar", "zanzibar disk", rights="t:1")
    indexed()
    assert found("zanzibar", INSIDER) == [9]
    assert found("zanzibra", INSIDER) == [9]


def test_making_private_takes_effect_at_once_in_results_counts_and_facets(library: Shelf, indexed: Run) -> None:
    library.share(3, "t:1")
    for _ in range(2):
        results = find(PUBLIC, "severity:sev1")
        assert [result.hit.id for result in results.results] == [1]
        assert results.count == 1
        assert {v.value: v.count for facet in results.facets if facet.name == "service" for v in facet.values} == {
            "db": 1
        }
        indexed()


def test_losing_a_team_takes_effect_at_once(library: Shelf, indexed: Run) -> None:
    library.put(9, "Zanzibar", "zanzibar", rights="t:1")
    indexed()
    assert found("zanzibar", INSIDER) == [9]
    assert found("zanzibar", Person(frozenset({"public", "t:2"}))) == []


def test_somebody_with_no_rights_sees_nothing(library: Shelf) -> None:
    nobody = Person(frozenset())
    assert found("disk", nobody) == []
    assert find(nobody, "disk").count == 0


@pytest.mark.parametrize(
    "text", ["", " ", '"', "-", "the of", "or or", "::::", "\x00", "a" * 5000, "ü" * 300, "'; drop --", "\\"]
)
def test_odd_questions_are_answered(library: Shelf, text: str) -> None:
    assert find(PUBLIC, text).notice == ""


def test_a_rebuild_gives_the_same_answers(library: Shelf) -> None:
    before = shape("disk certificate", PUBLIC)
    assert indexing.rebuild() == 5
    assert shape("disk certificate", PUBLIC) == before
    assert indexing.drift().is_none


def test_drift_is_seen(library: Shelf) -> None:
    library.held[1] = library.held.pop(2)
    drift = indexing.drift()
    assert drift.extra == (("note", 2),)
    assert drift.stale == (("note", 1),)


def test_the_words_that_matched_are_told(library: Shelf) -> None:
    ranking = rank(PUBLIC, parse("disk sessions zebra"), 10)
    assert ranking.rows[0].terms[:2] == ("sessions", "disk") or set(ranking.rows[0].terms) >= {"disk"}
    assert find(PUBLIC, "sessions disk").results[0].why == ("sessions", "disk")


def test_an_identifier_in_code_stands_above_its_parts_in_titles(shelf: Shelf, indexed: Run) -> None:
    shelf.put(1, "Zork, quux 17", "zork quux 17")
    shelf.put(2, "Nothing in the title", "it said zork_quux_17 once " + "among much else " * 120)
    for pk in range(3, 30):
        shelf.put(pk, f"Something else {pk}", "with quite other words " * 30)
    indexed()
    assert found("zork_quux_17")[:2] == [2, 1]
