"""Made-up incidents in a realistic vocabulary: a word's frequency falls with its rank, identifiers are rare."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

OPS = [
    "timeout",
    "connection",
    "database",
    "replica",
    "primary",
    "failover",
    "latency",
    "queue",
    "backlog",
    "deploy",
    "rollback",
    "config",
    "certificate",
    "expired",
    "memory",
    "disk",
    "full",
    "quota",
    "node",
    "pod",
    "container",
    "cluster",
    "restart",
    "crash",
    "loop",
    "leak",
    "cache",
    "redis",
    "postgres",
    "kafka",
    "consumer",
    "producer",
    "lag",
    "partition",
    "broker",
    "leader",
    "election",
    "dns",
    "resolver",
    "gateway",
    "proxy",
    "load",
    "balancer",
    "upstream",
    "retry",
    "storm",
    "throttle",
    "limit",
    "rate",
    "token",
    "session",
    "login",
    "auth",
    "credential",
    "secret",
    "rotation",
    "migration",
    "lock",
    "deadlock",
    "index",
    "query",
    "slow",
    "scan",
    "vacuum",
    "snapshot",
    "backup",
    "restore",
    "corrupt",
    "checksum",
    "volume",
    "mount",
    "inode",
    "filesystem",
    "network",
    "packet",
    "loss",
    "route",
    "peering",
    "firewall",
    "cable",
    "power",
    "cooling",
    "rack",
    "datacenter",
    "region",
    "zone",
    "alert",
    "dashboard",
    "metric",
    "probe",
    "health",
    "check",
    "drain",
    "evict",
    "schedule",
    "autoscale",
    "capacity",
    "spike",
    "saturation",
    "cpu",
    "thread",
    "pool",
    "exhausted",
    "socket",
    "refused",
    "reset",
    "pipe",
    "broken",
    "handshake",
    "cipher",
    "chain",
    "intermediate",
    "mail",
    "sender",
    "bounce",
    "webhook",
    "payment",
    "checkout",
    "invoice",
    "search",
    "indexer",
    "render",
    "template",
    "asset",
    "cdn",
    "purge",
    "stale",
    "header",
    "cookie",
    "release",
    "pipeline",
    "runner",
    "artifact",
    "image",
    "registry",
    "pull",
    "tag",
    "branch",
    "merge",
    "revert",
    "flag",
    "rollout",
    "canary",
    "region",
    "tenant",
]
SYLLABLES = [
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "ka",
    "le",
    "mi",
    "no",
    "pu",
    "ra",
    "se",
    "ti",
    "vo",
    "wu",
    "xa",
    "ye",
    "zi",
    "bra",
    "cle",
    "dro",
    "fli",
    "gra",
    "kle",
    "pla",
    "pri",
    "sta",
    "tri",
    "vor",
    "zen",
    "mar",
    "tel",
    "ron",
    "dex",
    "lim",
    "nor",
    "pol",
    "quin",
    "ras",
    "sol",
    "tur",
    "val",
    "wex",
]
SERVICES = [f"{name}-{kind}" for name in ("pay", "auth", "edge", "search", "mail", "cart", "feed") for kind in "abcde"]
BEGIN = datetime(2016, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Record:
    """One incident's texts and facts."""

    number: int
    title: str
    summary: str
    entries: tuple[str, ...]
    sections: tuple[tuple[str, str], ...]
    code: str
    service: str
    severity: str
    status: str
    started_at: datetime
    error: str


class Corpus:
    """`count` records, the same for the same seed."""

    def __init__(self, count: int, seed: int = 7) -> None:
        self.count = count
        self._dice = random.Random(seed)  # noqa: S311 - made-up text, nothing is kept secret by it
        self.words = [*OPS, *self._made_words(30_000)]
        self._weights = list(accumulate(1 / (rank + 8) for rank in range(len(self.words))))

    def records(self) -> Iterator[Record]:
        """Every record, in order."""
        return (self._record(number) for number in range(1, self.count + 1))

    def _made_words(self, count: int) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < count:
            found["".join(self._dice.choices(SYLLABLES, k=self._dice.randint(2, 4)))] = None
        return list(found)

    def _text(self, size: int) -> str:
        words = self._dice.choices(self.words, cum_weights=self._weights, k=size)
        return " ".join(word + (".\n" if at % 17 == 16 else "") for at, word in enumerate(words))

    def _identifier(self) -> str:
        words = self._dice.choices(self.words[: len(OPS)], k=2)
        return f"{words[0].title()}{words[1].title()}Error{self._dice.randrange(self.count)}"

    def _trace(self, error: str) -> str:
        frames = []
        for _ in range(8):
            package, module, call = self._dice.choices(self.words[:3000], k=3)
            frames.append(f"  at com.acme.{package}.{module.title()}.{call}({module.title()}.java:{self._number()})")
        return "\n".join([f"com.acme.{error}: {self._text(6)}", *frames])

    def _number(self) -> int:
        return self._dice.randrange(1, 2000)

    def _record(self, number: int) -> Record:
        error = self._identifier()
        return Record(
            number=number,
            title=self._text(7).replace("\n", " ")[:180],
            summary=self._text(35),
            entries=tuple(self._text(30) + f" host-{self._number()}.example {error}" for _ in range(4)),
            sections=(("root_cause", self._text(60)), ("fix", self._text(50)), ("lessons", self._text(90))),
            code=self._trace(error),
            service=self._dice.choice(SERVICES),
            severity=self._dice.choice(("sev1", "sev2", "sev3", "sev4")),
            status=self._dice.choice(("resolved", "resolved", "resolved", "investigating")),
            started_at=BEGIN + timedelta(minutes=self._dice.randrange(5_000_000)),
            error=error,
        )


def queries(corpus: Corpus, each: int, seed: int = 11) -> dict[str, list[str]]:
    """`each` queries of every kind over that corpus's words."""
    dice = random.Random(seed)  # noqa: S311 - made-up text, nothing is kept secret by it
    known = [record for record in Corpus(corpus.count).records() if record.number % max(1, corpus.count // each) == 0]
    known = (known * each)[:each]
    common, middle = corpus.words[:60], corpus.words[60:3000]
    rare = corpus.words[8000:]

    def some(words: list[str], least: int, most: int) -> str:
        return " ".join(dice.sample(words, dice.randint(least, most)))

    def slip(word: str) -> str:
        at = dice.randrange(1, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    long_words = [word for word in middle if len(word) > 6]
    return {
        "rare": [some(rare, 1, 2) for _ in range(each)],
        "common": [some(common, 1, 2) for _ in range(each)],
        "3-5 words": [some(common, 1, 2) + " " + some(middle, 2, 3) for _ in range(each)],
        "identifier": [record.error for record in known],
        "phrase": [f'"{" ".join(record.entries[0].split()[3:6])}"' for record in known],
        "as typed": [some(common, 1, 1) + " " + dice.choice(long_words)[:4] for _ in range(each)],
        "prefix": [dice.choice(long_words)[: dice.randint(3, 5)] for _ in range(each)],
        "typo": [slip(dice.choice(long_words)) + " " + some(common, 1, 1) for _ in range(each)],
        "trace": [record.code for record in known],
        "filtered": [f"{some(common, 1, 2)} severity:sev1 service:{dice.choice(SERVICES)}" for _ in range(each)],
        "only filters": [f"severity:sev2 service:{dice.choice(SERVICES)}" for _ in range(each)],
        # Half of all records, all of them counted by every facet.
        "faceted": [f"{some(common, 1, 2)} status:resolved severity:<=sev3" for _ in range(each)],
    }
