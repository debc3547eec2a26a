"""Reading what the composer sends: times, commands, fences, and text that only looks like one of them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hindsight.lib.problems import InvalidError
from incidents.commands.clocks import is_time
from incidents.commands.grammar import COMMANDS_LIMIT, Piece, moment_of, read
from incidents.commands.known import COMMANDS, find, nearest

NOW = datetime(2026, 3, 1, 14, 5, tzinfo=UTC)


def said(text: str) -> list[tuple[str, str]]:
    """Command names and words of a text's blocks; no name for a note."""
    return [(block.command.name if block.command else "", block.words) for block in read(text).blocks]


def test_plain_text_is_one_note() -> None:
    assert said("The pool is empty.\n\n- twice\n- today") == [("", "The pool is empty.\n\n- twice\n- today")]


def test_commands_take_their_line_and_what_is_below() -> None:
    text = "Seen at the balancer\n/hypothesis Pool is empty\nnobody returns leases\n\n/sev 2\nafter it\n/ruled-out no"
    assert said(text) == [
        ("", "Seen at the balancer"),
        ("hypothesis", "Pool is empty\nnobody returns leases"),
        ("sev", "2"),
        ("", "after it"),
        ("ruled-out", "no"),
    ]


@pytest.mark.parametrize(
    "line", ["/etc/nginx/nginx.conf is wrong", "a /fix b", " /fix x", "\\/fix x", "//fix", "/1 x", "/"]
)
def test_a_slash_alone_makes_no_command(line: str) -> None:
    assert said(line) == [("", line.strip())]


@pytest.mark.parametrize("word", ["RULED-OUT", "ruled_out", "ruledout", "Ruled-Out"])
def test_spellings_of_a_command(word: str) -> None:
    assert said(f"/{word} it was fine") == [("ruled-out", "it was fine")]


@pytest.mark.parametrize(
    ("word", "meant"),
    [("hypothsis", "hypothesis"), ("statsu", "status"), ("confrimed", "confirmed"), ("serivce", "service")],
)
def test_almost_a_command_is_asked_about(word: str, meant: str) -> None:
    with pytest.raises(InvalidError, match=f"Line 2: there is no command /{word}. Did you mean /{meant}"):
        read(f"first\n/{word} something")


@pytest.mark.parametrize("word", ["tmp", "checkout", "health", "login", "server", "metrics", "var"])
def test_a_word_of_its_own_is_text_and_is_said_to_be(word: str) -> None:
    written = read(f"/{word} returns 502")
    assert [block.words for block in written.blocks] == [f"/{word} returns 502"]
    assert written.notices == [f"/{word} is no command: line 1 is text."]


@pytest.mark.parametrize(
    ("first", "moment"),
    [
        ("14:05", "2026-03-01 14:05"),
        ("14:05:30 ", "2026-03-01 14:05"),
        ("10m ago", "2026-03-01 13:55"),
        ("1h 30m ago:", "2026-03-01 12:35"),
        ("yesterday 23:10", "2026-02-28 23:10"),
        ("2026-02-27 08:00", "2026-02-27 08:00"),
        ("23:10 yesterday", "2026-02-28 23:10"),
        ("9:05 am", "2026-03-01 09:05"),
        ("18:00", "2026-02-28 18:00"),
    ],
)
def test_a_time_on_top(first: str, moment: str) -> None:
    written = read(f"{first}\nThe pool is empty")
    found = moment_of(written, zone=ZoneInfo("UTC"), now=NOW)
    assert found is not None
    assert f"{found:%Y-%m-%d %H:%M}" == moment
    assert [block.words for block in written.blocks] == ["The pool is empty"]


@pytest.mark.parametrize(
    "first", ["14:05 to 14:20", "10m", "25:00", "2026", "at 14:05", "mon", "10 ago", "- 10m", "12:00/13:00", "ago"]
)
def test_what_is_no_time_on_top(first: str) -> None:
    assert not is_time(first) or first == "25:00"
    written = read(f"{first}\ntext")
    if first != "25:00":
        assert (written.moment, said(f"{first}\ntext")) == ("", [("", f"{first}\ntext")])


def test_an_impossible_time_is_told_and_nothing_saved() -> None:
    with pytest.raises(InvalidError, match=r"Line 1: .25:00. is not a time of day.*still here"):
        moment_of(read("25:00\ntext"), zone=ZoneInfo("UTC"), now=NOW)


def test_a_time_that_came_twice_is_asked_about() -> None:
    written = read("/at 2026-10-25 02:30\nthe clocks were put back")
    with pytest.raises(InvalidError, match="came twice"):
        moment_of(written, zone=ZoneInfo("Europe/Berlin"), now=datetime(2026, 11, 1, tzinfo=UTC))


def test_at_takes_the_longest_time_and_leaves_the_rest() -> None:
    written = read("/at yesterday 23:10 restarted the pool")
    assert (written.moment, [block.words for block in written.blocks]) == ("yesterday 23:10", ["restarted the pool"])


@pytest.mark.parametrize("text", ["/at", "/at noon", "/at soon then"])
def test_at_needs_a_time(text: str) -> None:
    with pytest.raises(InvalidError, match="/at needs a time"):
        read(text)


def test_two_times_are_one_too_many() -> None:
    with pytest.raises(InvalidError, match="Line 3: there are two times"):
        read("14:05\nx\n/at 14:10")


def test_fences_become_pieces_of_what_they_stand_in() -> None:
    written = read("note\n```py app.py\n/fix x\n```\nmore\n/hypothesis H\n~~~\nlog\n~~~~\n```\n\n```")
    note, step = written.blocks
    assert (note.words, note.pieces) == ("note\nmore", [Piece("/fix x\n", "py", "app.py")])
    assert (step.words, step.pieces) == ("H", [Piece("log\n")])


def test_a_fence_without_end_reaches_to_the_end() -> None:
    assert read("```\na\n\nb").blocks[0].pieces == [Piece("a\n\nb\n")]


def test_inline_code_is_no_fence() -> None:
    assert said("```not``` a fence") == [("", "```not``` a fence")]


def test_too_many_commands() -> None:
    with pytest.raises(InvalidError, match="More than"):
        read("/fix x\n" * (COMMANDS_LIMIT + 1))


def test_every_name_leads_to_one_command() -> None:
    names = [name for command in COMMANDS for name in (command.name, *command.aliases)]
    assert len(names) == len(set(names))
    assert all(find(name) for name in names)
    assert nearest("completely-else") is None


def test_a_long_text_is_read_in_no_time() -> None:
    assert len(read("/x" * 20_000 + "\n" + "word\n" * 50_000).blocks) == 1


@pytest.mark.parametrize(
    ("line", "moment", "words"),
    [
        ("14:05 restarted the pods", "14:05", "restarted the pods"),
        ("9:05: we rolled back to 118", "9:05", "we rolled back to 118"),
        ("  14:05 - I restarted it", "14:05", "I restarted it"),
        ("2:05 pm alerts are gone", "2:05 pm", "alerts are gone"),
        ("yesterday 23:10 alerts began", "yesterday 23:10", "alerts began"),
        ("today at 13:00, Überlast am Proxy", "today at 13:00", "Überlast am Proxy"),
        ("14:05 重启", "14:05", "重启"),
    ],
)
def test_a_time_before_the_words_of_the_first_line(line: str, moment: str, words: str) -> None:
    written = read(f"\n{line}\nand saw\n```\n14:05:11 ERROR x\n```")
    assert (written.moment, written.moment_line, written.moment_words) == (moment, 2, words)
    assert [block.words for block in written.blocks] == [f"{words}\nand saw"]
    assert moment_of(written, zone=ZoneInfo("UTC"), now=NOW)
    # With a time chosen beside the text, or behind a backslash, it is text.
    assert (read(line, has_time=True).moment, said(line)[0][1]) == ("", words)
    kept = read(f"\\{line.strip()}")
    assert (kept.moment, kept.blocks[0].words) == ("", line.strip())


@pytest.mark.parametrize(
    "text",
    [
        "10 minutes ago we restarted it",
        "10m ago it began",
        "5 pods are down",
        "12:30:45.123 ERROR pool exhausted",
        "12:30:45 restarted",
        "2026-03-01 14:05 ERROR pool",
        "2026-03-01T14:05 restarted",
        "14:05 ERROR pool exhausted",
        "14:05 error: pool exhausted",
        "14:05 web1[812]: pool exhausted",
        "14:05 sshd[812]: pool exhausted",
        "14:05 [error] pool",
        "14:05 CET restarted",
        "14:05 to 14:20 it was slow",
        "14:05-14:20 slow",
        "14:05 – 14:20 slow",
        "14:05 is when it began",
        "14:05 yesterday it began",
        "14:05 on Tuesday it began",
        "14:05 pm restarted",
        "13:05 am restarted",
        "2:30 hours of errors",
        "25:10 restarted",
        "14:60 restarted",
        "14:5 restarted",
        "14:05restarted",
        "14:05 42 pods",
        "1.14:05 restarted",
        "at 14:05 we restarted it",
        "mon 14:05 we restarted it",
        "14:05 alerts began\n14:20 rolled back",
        "14:05 alerts began\n- yesterday 14:20 it was quiet",
        "\\10.0.0.1\\share is full",
        "\\14:05:11 ERROR x",
    ],
)
def test_what_is_not_plainly_a_time_of_the_words_behind_it(text: str) -> None:
    written = read(text)
    assert (written.moment, [block.words for block in written.blocks]) == ("", [text])


def test_a_time_that_is_said_goes_before_one_that_begins_the_text() -> None:
    written = read("14:05 restarted the pods\n/at 14:10")
    assert (written.moment, said("14:05 restarted the pods\n/at 14:10")) == (
        "14:10",
        [("", "14:05 restarted the pods")],
    )


def test_a_time_alone_behind_a_backslash_is_text() -> None:
    assert (read("\\14:05\nx").moment, said("\\14:05\nx")) == ("", [("", "14:05\nx")])
