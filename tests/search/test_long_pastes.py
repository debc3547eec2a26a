"""A long log is pasted, and one line among ten thousand tells what happened."""

from collections.abc import Callable
from dataclasses import replace
from time import process_time

import pytest

from search.documents import Part
from search.results import find, similar
from search.signatures import numbered, signature, telling, tokens
from search.signing import part_of
from tests.search import logs
from tests.search.conftest import PUBLIC, Shelf

Run = Callable[[], None]

# The line as it stood in the incident, and as it is pasted: with other numbers, hosts and ids.
LINES: dict[str, tuple[logs.Line, str, str]] = {
    "syslog": (
        logs.syslog,
        "Jan  9 03:12:44 db-3 kernel: [88123.220411] nf_conntrack: table full, dropping packet",
        "Mar  4 01:56:40 web-7 kernel: [1723.118200] nf_conntrack: table full, dropping packet",
    ),
    "json lines": (
        logs.json_lines,
        '{"ts": "2025-11-02T08:00:01.000Z", "level": "error", "msg": "lease fenced: generation 4411 is behind 4412",'
        ' "user": "niaj", "request_id": "a81f00b2c3d4e5f6", "ms": 3}',
        '{"ts": "2026-03-04T01:10:59.120Z", "level": "error", "msg": "lease fenced: generation 97 is behind 99",'
        ' "user": "wendy", "request_id": "0011aabbccddeeff", "ms": 12}',
    ),
    "nginx": (
        logs.nginx,
        "2025/12/24 23:59:01 [crit] 811#811: *40 SSL_do_handshake() failed (SSL: error:0A000086: certificate verify"
        " failed) while SSL handshaking to upstream, client: 10.3.0.9, server: shop",
        "2026/03/04 07:30:11 [crit] 29#29: *77123 SSL_do_handshake() failed (SSL: error:0A000086: certificate verify"
        " failed) while SSL handshaking to upstream, client: 192.0.2.4, server: shop",
    ),
    "cluster": (
        logs.klog,
        'E0109 03:12:44.118200    1187 eviction_manager.go:256] "Eviction manager: must evict pods to reclaim"'
        ' resourceName="inodes"',
        'E0304 11:02:09.000120     903 eviction_manager.go:256] "Eviction manager: must evict pods to reclaim"'
        ' resourceName="inodes"',
    ),
    "java": (
        logs.java,
        "2025-06-01 12:00:00,001 [pool-3-thread-9] ERROR c.a.shop.Stock - reservation journal diverged at offset 118",
        "2026-03-04 02:41:07,913 [pool-8-thread-1] ERROR c.a.shop.Stock - reservation journal diverged at offset 7",
    ),
}


def stored(shelf: Shelf, pk: int, title: str, code: str) -> None:
    shelf.put(pk, title, "")
    held = shelf.held[pk]
    anchor = f"#snippet-{pk}"
    extra = (Part("code", code, anchor, "Snippet"), part_of(tokens(signature(code)), anchor))
    shelf.held[pk] = replace(held, parts=(*held.parts, *extra))


@pytest.fixture
def library(either: str, shelf: Shelf, indexed: Run) -> Shelf:
    """For each format an incident with the telling line, and two with an excerpt of ordinary lines."""
    for pk, (line, told, _) in enumerate(LINES.values(), 1):
        stored(shelf, pk, f"What was found {pk}", told)
        stored(shelf, 100 + pk, f"An ordinary hour {pk}", logs.log(line, 25, seed=pk))
        stored(shelf, 200 + pk, f"Another hour {pk}", logs.log(line, 60, seed=50 + pk))
    indexed()
    return shelf


@pytest.mark.parametrize("at", [0.0, 0.5, 1.0], ids=["start", "middle", "end"])
def test_the_one_telling_line_decides(library: Shelf, at: float) -> None:
    for pk, (name, (line, _, pasted)) in enumerate(LINES.items(), 1):
        text = logs.log(line, 10_000, seed=900 + pk, among=pasted, at=at)[:1_000_000]
        if pasted not in text:
            text = text[: -len(pasted) - 1] + "\n" + pasted
        found = find(PUBLIC, text)
        assert found.results[0].hit.id == pk, name
        assert similar(PUBLIC, text).results[0].hit.id == pk, name


def test_the_telling_line_stands_beside_the_stored_one(library: Shelf) -> None:
    line, told, pasted = LINES["java"]
    text = logs.log(line, 10_000, seed=7, among=pasted, at=0.75)
    alike = find(PUBLIC, text).results[0].alike
    assert alike is not None
    assert (alike.lines[0].pasted_line_no, alike.lines[0].stored) == (7501, told)


def test_an_error_that_fills_the_log_is_found_where_nothing_rarer_is_known(
    either: str, shelf: Shelf, indexed: Run
) -> None:
    stored(shelf, 1, "Journal", LINES["java"][1])
    stored(shelf, 2, "Orders", logs.log(logs.json_lines, 10, seed=3))
    indexed()
    ordinary = logs.log(logs.java, 5_000, seed=4).splitlines()
    said = LINES["java"][2]
    text = "\n".join(line if at % 3 else said for at, line in enumerate(ordinary))
    assert find(PUBLIC, text).results[0].hit.id == 1


def test_a_trace_among_ordinary_lines_stays_whole() -> None:
    trace = (
        "2026-03-04 02:41:07,913 [main] ERROR c.a.shop.Stock - gave up\n"
        "com.acme.shop.JournalException: diverged\n"
        "\tat com.acme.shop.Stock.reserve(Stock.java:88)\n"
        "\tat com.acme.shop.Orders.place(Orders.java:31)\n"
        "Caused by: java.io.IOException: No space left on device\n"
        "\t... 12 more"
    )
    assert telling(logs.log(logs.java, 5_000, seed=4, among=trace))[0] == trace


def test_numbers_of_lines_stay() -> None:
    said = LINES["java"][2]
    text = logs.log(logs.java, 5_000, seed=4, among=said, at=0.2)
    assert numbered(text).splitlines()[1000] == said


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "a\n" * 500_000,
        "é =" * 330_000,
        "a1" * 500_000,
        ("x" * 999 + "\n") * 1_000,
        "\n" * 1_000_000,
        "\r\n\x00" * 300_000,
        "error=" * 160_000,
        ("no error " * 100 + "\n") * 1_000,
    ],
    ids=["a word", "letters", "marks", "mixed", "equal", "empty", "returns", "alarms", "harmless"],
)
def test_no_text_takes_long(text: str) -> None:
    begin = process_time()
    first, second = telling(text)
    numbered(text)
    assert process_time() - begin < 2
    assert len(first) <= len(text)
    assert len(second) <= len(text)


def test_a_short_text_is_read_as_it_is() -> None:
    assert telling("Error: gone\nok\n" * 20) == ("Error: gone\nok\n" * 20, "")
