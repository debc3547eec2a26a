"""The tell-tale lines of what machines print: traces, differences, shell sessions, logs; language, weight, pattern."""

OUTPUT: dict[str, list[tuple[int, str]]] = {
    "pytb": [
        (8, r"^Traceback \(most recent call last\):"),
        (4, r'^  File "[^"\n]+", line \d+, in '),
        (3, r"^During handling of the above exception|^The above exception was the direct cause"),
    ],
    "diff": [
        (6, r"^diff --git a/"),
        (5, r"^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@"),
        (4, r"^--- \S.*\n\+\+\+ \S"),
        (2, r"^index [0-9a-f]{7,40}\.\.[0-9a-f]{7,40}"),
    ],
    "console": [
        (5, r"^(?:\[?[\w.-]+@[\w.-]+[: ][^\n$#]{0,60}\]?[$#] )\S"),
        (4, r"^(?:\$|❯|➜) [a-z./~][\w./-]*"),
        (3, r"^# (?:kubectl|systemctl|journalctl|docker|curl|ps|df|free|top|cat|ls|dmesg) "),
        (3, r"^[\w-]+(?:=[#>]) \S|^mysql> |^127\.0\.0\.1:6379> |^>>> \S|^irb\("),
    ],
    "log": [
        (4, r"^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^\n]*\n(?:[^\n]*\n){0,3}?\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d"),
        (
            3,
            r"^\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d\S*\]?\s+\S*(?:\b(?:ERROR|WARN|WARNING|INFO|"
            r"DEBUG|FATAL|TRACE|error|info|warn)\b)?",
        ),
        (4, r"^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d \S+ "),
        (4, r"^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ \S+\.go:\d+\]"),
        (5, r'^\S+ \S+ \S+ \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "[A-Z]+ '),
        (4, r"\b(?:level|lvl)=(?:info|warn|warning|error|debug|fatal)\b.*\b(?:msg|message)="),
        (4, r"^\[ *\d+\.\d{6}\] "),
        (3, r"^\[?\d\d:\d\d:\d\d[.,\]\d]*\s+\[?(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL)\b"),
        (3, r"^(?:ERROR|WARN(?:ING)?|INFO|FATAL|CRITICAL|DEBUG)[: \[]"),
    ],
}
