"""The killable child: limits hold, it comes back after anything, threads and forks do not disturb it."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from hindsight.lib.pool import Busy, Crashed, JobFailed, Pool, TookTooLong


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool()
    yield made
    made.close()


def run(pool: Pool, job: str, body: bytes = b"", limit_s: float = 10, **options: float) -> bytes:
    return pool.call(f"tests.lib.pool_jobs:{job}", body, options, limit_s=limit_s)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_nothing_runs_until_it_is_needed(pool: Pool) -> None:
    assert pool.child_pid is None


def test_a_large_body_goes_there_and_back(pool: Pool) -> None:
    body = os.urandom(5_000_000)
    assert run(pool, "echo", body) == body


def test_one_child_does_all_jobs(pool: Pool) -> None:
    assert run(pool, "pid") == run(pool, "pid") == str(pool.child_pid).encode()


def test_what_libraries_print_does_not_disturb_the_answers(pool: Pool) -> None:
    assert run(pool, "noisy") == b"clean"
    assert run(pool, "noisy") == b"clean"


def test_no_secret_of_ours_is_in_the_childs_environment(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HINDSIGHT_SECRET_KEY", "canary-4711")
    assert b"canary" not in run(pool, "environment")


def test_a_job_over_its_limit_is_killed_and_the_next_one_works(pool: Pool) -> None:
    first = int(run(pool, "pid"))
    started = time.monotonic()
    with pytest.raises(TookTooLong):
        run(pool, "spin", limit_s=0.3)
    assert time.monotonic() - started < 5
    assert is_gone(first)
    assert run(pool, "echo", b"x") == b"x"


def test_memory_is_limited(pool: Pool) -> None:
    with pytest.raises(JobFailed, match="MemoryError"):
        run(pool, "greedy")
    assert run(pool, "echo", b"x") == b"x"


def test_a_child_that_grew_is_replaced(pool: Pool) -> None:
    first = run(pool, "pid")
    assert run(pool, "large") == b"200000000"
    assert run(pool, "pid") != first


def test_a_child_that_dies_is_replaced(pool: Pool) -> None:
    with pytest.raises(Crashed):
        run(pool, "die")
    assert run(pool, "echo", b"x") == b"x"


def test_a_child_killed_between_jobs_is_not_noticed(pool: Pool) -> None:
    os.kill(int(run(pool, "pid")), signal.SIGKILL)
    assert run(pool, "echo", b"x") == b"x"


def test_a_job_that_raises_says_what(pool: Pool) -> None:
    with pytest.raises(JobFailed, match="ValueError: no such thing"):
        run(pool, "fail")
    with pytest.raises(JobFailed, match="ModuleNotFoundError"):
        pool.call("tests.lib.nowhere:job", b"", limit_s=5)
    assert run(pool, "echo", b"x") == b"x"


def test_an_idle_child_ends_by_itself_and_comes_back() -> None:
    pool = Pool(idle_s=0.1)
    first = run(pool, "pid")
    deadline = time.monotonic() + 10
    while pool.child_pid is not None and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    assert pool.child_pid is None
    assert run(pool, "pid") != first
    pool.close()


def test_a_second_thread_waits_its_turn_or_is_told(pool: Pool) -> None:
    run(pool, "echo")
    answers: list[bytes] = []
    thread = threading.Thread(target=lambda: answers.append(run(pool, "nap", seconds=0.5)))
    thread.start()
    deadline = time.monotonic() + 5
    refused = False
    while not refused and time.monotonic() < deadline and thread.is_alive():
        try:
            pool.call("tests.lib.pool_jobs:echo", b"", limit_s=5, wait_s=0)
        except Busy:
            refused = True
    thread.join()
    assert refused
    assert answers == [b"awake"]


def test_many_threads_get_their_own_answers(pool: Pool) -> None:
    answers: dict[int, bytes] = {}

    def ask(number: int) -> None:
        answers[number] = pool.call("tests.lib.pool_jobs:echo", str(number).encode(), limit_s=10, wait_s=30)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: str(number).encode() for number in range(20)}


def test_a_forked_process_starts_its_own_child(pool: Pool) -> None:
    parents = run(pool, "pid")
    reader, writer = os.pipe()
    forked = os.fork()
    if forked == 0:
        try:
            os.write(writer, run(pool, "pid"))
            pool.close()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        childs = pipe.read()
    os.waitpid(forked, 0)
    assert childs
    assert childs != parents
    assert run(pool, "pid") == parents


def test_closing_ends_the_child(pool: Pool) -> None:
    pid = int(run(pool, "pid"))
    pool.close()
    assert is_gone(pid)
