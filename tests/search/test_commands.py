"""rebuild_index, check_index and eval_search as an operator meets them."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from search.engines.whoosh_files import IndexFiles
from tests.search.conftest import Shelf

pytestmark = pytest.mark.usefixtures("either")


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_rebuild_counts_and_if_needed_leaves_a_good_index_alone(shelf: Shelf) -> None:
    shelf.put(1, "Disk full")
    assert "Indexed 1 records" in run("rebuild_index", "--if-needed")
    shelf.read.clear()
    assert "The index is good: 1 records" in run("rebuild_index", "--if-needed")
    assert shelf.read == []


def test_rebuild_says_when_another_process_writes(shelf: Shelf, either: str, tmp_path: Path) -> None:
    if either == "whoosh":
        with IndexFiles(tmp_path / "index").writing(), pytest.raises(CommandError, match="Another process"):
            run("rebuild_index")


def test_check_agrees_then_finds_drift(shelf: Shelf, indexed: Callable[[], None]) -> None:
    shelf.put(1, "Disk full")
    shelf.put(2, "Disk slow")
    indexed()
    assert "agree" in run("check_index")
    del shelf.held[1]
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("check_index", stdout=out)
    assert end.value.code == 1
    assert "1 in the index but not in the database: note 1" in out.getvalue()


def test_check_without_an_index_says_what_to_do(shelf: Shelf) -> None:
    with pytest.raises(CommandError, match="rebuild_index"):
        run("check_index")


def test_evaluation_measures_by_kind(shelf: Shelf, indexed: Callable[[], None], tmp_path: Path) -> None:
    shelf.put(1, "Disk full", "quota")
    shelf.put(2, "Disk slow", "queue", rights="t:9")
    indexed()
    rows = [
        {"qid": "a", "kind": "keyword", "query": "disk quota", "relevant": ["x1"]},
        {"qid": "b", "kind": "keyword", "query": "disk quota", "relevant": ["x2"]},
        {"qid": "c", "kind": "error", "query": "nowhere at all", "relevant": ["x1"]},
    ]
    file = tmp_path / "queries.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    figures = json.loads(run("eval_search", str(file), "--json"))
    assert figures["kinds"]["keyword"] == {"success@1": 0.5, "success@3": 1.0, "success@10": 1.0, "mrr@10": 0.75}
    assert figures["kinds"]["error"]["success@10"] == 0
    assert set(figures) == {"overall", "kinds", "ms", "engine"}
    assert "overall" in run("eval_search", str(file))


@pytest.mark.parametrize("content", ["", "no json", '{"qid": 1}'])
def test_a_file_that_holds_no_queries_is_refused(shelf: Shelf, tmp_path: Path, content: str) -> None:
    file = tmp_path / "queries.jsonl"
    file.write_text(content)
    with pytest.raises(CommandError):
        run("eval_search", str(file))
