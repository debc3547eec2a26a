"""Words in their file: any number of segments, merged without those that are gone, and damage is seen."""

import random
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from search.documents import Document, Part
from search.engines import whoosh_engine
from search.engines.protocol import Plan, Term
from search.engines.whoosh_engine import MAX_SEGMENTS, WhooshEngine
from search.engines.word_files import Gathering, WordFile, check, value_word
from search.preparing import prepare

pytestmark = pytest.mark.usefixtures("shelf")


def documents(count: int) -> list[Document]:
    return [
        Document("note", pk, (Part("title", f"disk number{pk}"),), frozenset({"public"}), version=str(pk))
        for pk in range(1, count + 1)
    ]


def found(engine: WhooshEngine, word: str) -> set[int]:
    view = engine.view(frozenset({"public"}))
    return {row.key[1] for row in view.rank(Plan(terms=(Term(word, (word,)),)), 100).rows}


def opened(gathering: Gathering, size: int) -> WordFile:
    return held(b"".join(gathering.contents()), size)


def held(whole: bytes, size: int) -> WordFile:
    return WordFile(lambda count, at: whole[at : at + count], size)


@pytest.mark.parametrize("count", [0, 1, 3, 4, 10])
def test_a_rebuild_in_several_segments_holds_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(whoosh_engine, "_SEGMENT", 3)
    engine = WhooshEngine(tmp_path / "index")
    assert engine.rebuild([prepare([document]) for document in documents(count)], count) == count
    assert found(engine, "disk") == set(range(1, count + 1))
    assert found(engine, f"number{count}") == ({count} if count else set())
    engine.apply(prepare(documents(count)[:1]), [("note", count)] if count > 1 else [])
    assert found(engine, "disk") == (set(range(1, max(count, 2))) if count else set())


def test_merging_keeps_what_is_there_and_drops_what_is_gone(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.rebuild([], 0)
    every = documents(3 * MAX_SEGMENTS)
    for at, document in enumerate(every):
        engine.apply(prepare([document]), [every[at - 1].key] if at % 3 == 2 else [])
    assert len(engine.snapshot(fresh=True).segments) < MAX_SEGMENTS + 3
    assert found(engine, "disk") == {document.id for at, document in enumerate(every) if at % 3 != 1}
    assert found(engine, "number1") == {1}
    assert found(engine, "number2") == set()
    assert {pk: version for (_, pk), version in engine.versions()} == {pk: str(pk) for pk in found(engine, "disk")}


def test_words_that_share_their_beginning_are_told_apart() -> None:
    words = ["a", "aa", "abcdefgh", "abcdefgha", "abcdefghb", "abcdefgi", "éa", "\uffff\uffff\uffff", "~disk"]
    gathering = Gathering()
    for place, word in enumerate(words):
        gathering.add(place, {word: [place, 0, 300, 1]}, [value_word("facts", word)])
    file = opened(gathering, len(words))
    for place, word in enumerate(words):
        held = file.postings(word)
        assert held is not None
        assert (held[0].tolist(), held[1].tolist()) == ([place], [[place, 0, 255, 1]])
    assert [file.frequency(word) for word in ("", "abcdefg", "abcdefghaa", "zz", "\U0010ffff")] == [0] * 5
    assert [word for word, _ in file.beginning_with("abcdefgh", 2)] == ["abcdefgh", "abcdefgha"]
    assert {value: places.tolist() for value, places in file.values("facts")} == {
        word: [place] for place, word in enumerate(words)
    }


def test_a_file_taken_in_is_as_if_written_anew() -> None:
    first = Gathering()
    for place in range(3):
        first.add(place, {"disk": [1, 0, 0, 0], f"number{place}": [0, 0, 0, place]}, [])
    merged = Gathering()
    merged.add(0, {"disk": [2, 0, 0, 0]}, [])
    merged.add_file(opened(first, 3), np.array([1, -1, 2]))
    file = opened(merged, 3)
    held = file.postings("disk")
    assert held is not None
    assert held[0].tolist() == [0, 1, 2]
    assert file.postings("number2") is not None


def test_every_flipped_bit_is_seen() -> None:
    gathering = Gathering()
    gathering.add(0, {"disk": [1, 0, 0, 0]}, [])
    whole = b"".join(gathering.contents())
    for at in range(len(whole)):
        data = bytearray(whole)
        data[at] ^= 4
        with pytest.raises(ValueError, match="damaged"):
            check(BytesIO(bytes(data)))
    check(BytesIO(whole))
    with pytest.raises(ValueError, match="damaged"):
        check(BytesIO(whole[:-8]))
    with pytest.raises(ValueError, match="damaged"):
        held(whole, 0)


@pytest.mark.parametrize("seed", range(2))
def test_any_run_of_commits_ends_as_a_rebuild_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(whoosh_engine, "_SEGMENT", 4)
    dice, every = random.Random(seed), documents(12)
    engine = WhooshEngine(tmp_path / "index")
    held = {document.id: document for document in every[: dice.randrange(9)]}
    engine.rebuild([prepare([document]) for document in held.values()], len(held))
    for turn in range(12):
        changed = dice.sample(every, dice.randrange(4))
        gone = [document for document in dice.sample(every, dice.randrange(5)) if document not in changed]
        changed = [replace(document, parts=(*document.parts, Part("fix", f"turn{turn}"))) for document in changed]
        engine.apply(prepare(changed), [document.key for document in gone])
        held = {pk: each for pk, each in held.items() if pk not in {document.id for document in gone}}
        held.update({document.id: document for document in changed})
        # A process that has seen nothing before reads the same as the one that wrote.
        for reader in (engine, WhooshEngine(tmp_path / "index")):
            assert found(reader, "disk") == set(held)
            assert found(reader, f"turn{turn}") == {document.id for document in changed}
            assert reader.health().documents == len(held)
