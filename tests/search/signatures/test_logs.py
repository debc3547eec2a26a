"""Logs, JSON errors, shells and plain text: their kinds, and that the same line is found again."""

import pytest

from search.signatures import recognise, signature, similarity, tokens

LOGS = {
    "klog": (
        """E0113 12:34:56.789012   12345 watch.go:123] stream for 10.0.0.7 broke: lease 17 lost
I0113 12:34:57.000001   12345 watch.go:9] again""",
        """E0614 02:00:01.000007       1 watch.go:131] stream for 10.9.1.2 broke: lease 99812 lost
I0614 02:00:02.1   1 watch.go:9] again""",
    ),
    "syslog": (
        """Jan 13 12:00:01 web-3 keeper[4411]: cannot renew grant 17 for vault: permission denied
Jan 13 12:00:02 web-3 keeper[4411]: giving up""",
        """Jun  4 02:11:59 db1 keeper[9]: cannot renew grant 99 for vault: permission denied
Jun  4 02:12:00 db1 keeper[9]: giving up""",
    ),
    "nginx": (
        "2026/01/13 12:00:00 [error] 31#31: *88 no live upstreams for /a, client: 10.1.2.3, server: a.example.com",
        "2027/06/01 01:09:00 [error] 7#7: *1234 no live upstreams for /a, client: 10.9.9.9, server: b.example.org",
    ),
    "jsonl": (
        """{"level":"error","ts":1768305600.5,"msg":"lease is gone","lease":17,"caller":"lease/keep.go:71"}
{"level":"info","ts":1768305601.5,"msg":"starting over"}""",
        """{"level":"error","ts":1798305600.1,"msg":"lease is gone","lease":991,"caller":"lease/keep.go:88"}
{"level":"info","ts":1798305601.5,"msg":"starting over"}""",
    ),
    "logfmt": (
        """time=2026-01-13T12:00:00Z level=error msg="flush of segment 17 failed" err="no space left" dur=3.2s""",
        """time=2027-06-01T01:09:00Z level=error msg="flush of segment 2217 failed" err="no space left" dur=9ms""",
    ),
    "python logging": (
        """2026-01-13 12:00:00,123 ERROR keeper.lease: grant 17 was refused by 10.0.0.1
2026-01-13 12:00:01,001 INFO keeper: bye""",
        """2027-06-01 01:09:00,777 ERROR keeper.lease: grant 9 was refused by 10.3.1.9
2027-06-01 01:09:01,001 INFO keeper: bye""",
    ),
    "postgres": (
        """2026-01-13 12:00:00 UTC [123] ERROR:  deadlock detected
2026-01-13 12:00:00 UTC [123] DETAIL:  Process 17 waits for ShareLock on transaction 9""",
        """2027-06-01 01:09:00 UTC [9] ERROR:  deadlock detected
2027-06-01 01:09:00 UTC [9] DETAIL:  Process 2 waits for ShareLock on transaction 7712""",
    ),
    "docker compose": (
        """api-1  | 2026-01-13T12:00:00Z ERROR queue is full: 1000 of 1000
api-1  | 2026-01-13T12:00:01Z INFO dropping 17 messages""",
        """api-3  | 2027-06-01T01:09:00Z ERROR queue is full: 50 of 50
api-3  | 2027-06-01T01:09:03Z INFO dropping 3 messages""",
    ),
}


@pytest.mark.parametrize("name", LOGS)
def test_logs_are_recognised_and_found_again(name: str) -> None:
    one, other = LOGS[name]
    assert recognise(one).kind == recognise(other).kind == "log"
    first, second = signature(one), signature(other)
    assert first.messages
    assert first.messages == second.messages
    assert similarity(first, second).score >= 0.9


def test_different_logs_of_one_kind_are_not_alike() -> None:
    for name, (one, _) in LOGS.items():
        for other_name, (_, other) in LOGS.items():
            if name != other_name:
                assert similarity(signature(one), signature(other)).score < 0.4


def test_a_json_error_is_recognised() -> None:
    body = '{{"error": {{"code": 429, "message": "quota of project {} is used up", "requestId": "{}"}}}}'
    one, other = body.format("1712", "8f14e45fceea167a"), body.format("9", "c9f0f895fb98ab91")
    assert recognise(one).kind == "json_error"
    assert similarity(signature(one), signature(other)).score >= 0.9


def test_a_shell_session_is_recognised() -> None:
    text = """ada@web-3:~/keeper$ kubectl get pods
NAME   READY
web-7d9f8b6c5-x2lqp 0/1 CrashLoopBackOff 17
$ df -h
/dev/sda1 100% /var
"""
    assert recognise(text).kind == "shell"
    assert "crashloopbackoff" in signature(text).codes


def test_prose_is_text() -> None:
    assert recognise("The shop was slow.\nNobody knew why. Then the disk was full.").kind == "text"
    assert signature("Everything was fine for a while and then we all went home.\n" * 5).is_empty


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("connect ECONNREFUSED 127.0.0.1:5432", "econnrefused"),
        ("OSError: [Errno 28] No space", "enospc"),
        ("container exited with code 137", "exit-137"),
        ("rpc error: code = Unavailable desc = gone", "grpc-unavailable"),
        ('"GET / HTTP/1.1" 502 1', "http-502"),
        ("SQLSTATE[40001]: serialization", "sqlstate-40001"),
        ("ORA-00600: internal error", "ora-00600"),
        ("error[E0502]: cannot borrow", "e0502"),
        ("received signal SIGKILL", "sigkill"),
        ("ERR_MODULE_NOT_FOUND", "err_module_not_found"),
        ("failed with 0x80070005", "0x80070005"),
    ],
)
def test_codes_are_found_in_one_spelling(line: str, code: str) -> None:
    assert code in signature(line).codes
    assert f"sig:c:{code}" in tokens(signature(line))


def test_an_alarm_in_the_middle_of_a_megabyte_is_found() -> None:
    calm = "".join(f"2026-01-13T12:00:{n % 60:02d}Z INFO served request {n} in {n % 90}ms\n" for n in range(9000))
    alarm = "2026-01-13T12:00:59Z ERROR lease 17 of the vault is gone\n"
    text = calm + alarm + calm
    assert "lease * of the vault is gone" in signature(text).messages
