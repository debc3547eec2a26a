"""Words that people in operations use for the same thing; a typed word brings the others of its line at low weight."""

from collections.abc import Iterable, Iterator

from search.words import tokens, words_of

GROUPS = """
out of memory, oom, oomkilled, memory exhausted
no space left, enospc, disk full, disk space
too many open files, emfile, file descriptor, ulimit
connection refused, econnrefused
connection reset, econnreset, broken pipe, epipe
timeout, timed out, deadline exceeded, etimedout, gateway timeout, 504
failover, takeover, switchover, promotion
certificate, cert, tls, ssl, x509
expired, expiry, expiration, lapsed
email, e-mail, mail, smtp
host, node, machine, server, box, vm
replica, standby, secondary, follower
primary, master, leader
slow, latency, sluggish, delay, degraded
outage, unavailable, unreachable, offline, downtime
crash, panic, segfault, sigsegv, abort
hang, stuck, freeze, frozen, blocked, deadlock, locked
restart, reboot, bounce
loop, crashloop, crashloopbackoff
deploy, deployment, rollout, release
rollback, revert, roll back
config, configuration, misconfiguration, settings
dns, resolver, nameserver, name resolution
database, db
kubernetes, k8s
container, pod
quota, limit, cap, exhausted, exceeded
throttle, rate limit, 429, too many requests
saturated, saturation, overload, overloaded
cache, redis, memcached
queue, backlog, lag
credential, token, password, secret, api key
login, sign-in, signin, authentication, auth
permission denied, forbidden, 403, unauthorized, 401, access denied
delete, remove, drop, wipe, erase
missing, lost, vanished, disappeared
start, boot, launch, spawn
load balancer, lb, elb, alb, nlb, haproxy
ip address, dhcp, ipam
disk, volume, pvc, storage, filesystem
stop, quit, halt, cease
leak, leaking, growth, unbounded
backup, snapshot, dump
corrupt, corruption, damaged, garbled
clock, ntp, time sync, leap second
fibre, fiber, cable, link cut
power, ups, generator
upgrade, update, patch
migration, migrate, alter table
lock, mutex, contention
race, race condition, concurrency
nil, null, none, undefined
memory, heap, ram, rss
"""


def _key(phrase: str) -> tuple[str, ...]:
    found = []
    for token in tokens(phrase):
        words = words_of(token.lower())
        found.append(words[0].stem or words[0].text if words else token.lower())
    return tuple(found)


def _table() -> dict[tuple[str, ...], tuple[str, ...]]:
    table: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in GROUPS.strip().splitlines():
        group = tuple(phrase.strip() for phrase in line.split(","))
        for phrase in group:
            others = tuple(other for other in group if other != phrase)
            table[_key(phrase)] = (*table.get(_key(phrase), ()), *others)
    return table


TABLE = _table()
LONGEST = max(map(len, TABLE))


def beside(text: str) -> Iterator[str]:
    """What may be said instead of words and phrases of a text, each once, in the text's order."""
    said = _key(text)
    given: set[str] = set()
    for other in _others(said):
        if other not in given:
            given.add(other)
            yield other


def _others(said: tuple[str, ...]) -> Iterable[str]:
    for at in range(len(said)):
        for size in range(1, LONGEST + 1):
            yield from TABLE.get(said[at : at + size], ())
