"""Made-up logs of ordinary days, in several formats, with some one line among them."""

import json
from collections.abc import Callable
from random import Random

PEOPLE = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "peggy", "trent")
PATHS = ("/api/orders/{}", "/api/carts/{}/lines", "/static/app.{}.js", "/healthz", "/login", "/search?q={}")
Line = Callable[[Random, int], str]


def syslog(some: Random, at: int) -> str:
    """A line of a host's own log, break-in attempts among them."""
    host, ip, pid = (
        f"web-{some.randint(1, 40)}",
        f"10.0.{some.randint(0, 255)}.{some.randint(1, 254)}",
        some.randint(1, 9999),
    )
    said = some.choice(
        (
            f"sshd[{pid}]: Accepted publickey for {some.choice(PEOPLE)} from {ip} port {pid} ssh2",
            f"sshd[{pid}]: Failed password for invalid user {some.choice(PEOPLE)} from {ip} port {pid} ssh2",
            f"CRON[{pid}]: (root) CMD (run-parts /etc/cron.hourly)",
            f"systemd[1]: Started Session {at} of user {some.choice(PEOPLE)}.",
        )
    )
    return f"Mar  4 {at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02} {host} {said}"


def json_lines(some: Random, at: int) -> str:
    """A line of a program that writes JSON, retries among them."""
    level, said = some.choice(
        (
            ("info", "request served"),
            ("info", "cart priced"),
            ("warn", "upstream slow, trying again"),
            ("error", "payment declined by issuer"),
        )
    )
    return json.dumps(
        {
            "ts": f"2026-03-04T{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02}.{some.randint(0, 999):03}Z",
            "level": level,
            "msg": said,
            "user": some.choice(PEOPLE),
            "request_id": f"{some.getrandbits(64):016x}",
            "ms": some.randint(1, 900),
        }
    )


def nginx(some: Random, at: int) -> str:
    """A line of a web server's access log, some not found."""
    path = some.choice(PATHS).format(some.randint(1, 99999))
    ip = f"203.0.113.{some.randint(1, 254)}"
    status = some.choice((200, 200, 200, 304, 404, 302))
    return (
        f"{ip} - - [04/Mar/2026:{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02} +0000]"
        f' "GET {path} HTTP/1.1" {status} {some.randint(100, 90000)} "-" "Mozilla/5.0 (X11; Linux x86_64)"'
    )


def klog(some: Random, at: int) -> str:
    """A line of a cluster's component, failed probes among them."""
    pod = f"shop/cart-{some.getrandbits(32):08x}-{some.choice(('x7k2p', 'q9z4m', 'b6w8n'))}"
    letter, said = some.choice(
        (
            ("I", f'reconciler.go:224] "Volume started mounting" pod="{pod}"'),
            ("I", f'kubelet.go:2421] "SyncLoop (PLEG): event for pod" pod="{pod}"'),
            ("W", f'prober.go:107] "Probe failed" probeType="Readiness" pod="{pod}" statuscode: 503'),
            ("E", f'pod_workers.go:965] "Error syncing pod, skipping" pod="{pod}"'),
        )
    )
    clock = f"{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02}.{some.randint(0, 999999):06}"
    return f"{letter}0304 {clock}    1187 {said}"


def java(some: Random, at: int) -> str:
    """A line of an application's log, declined cards among them."""
    level, said = some.choice(
        (
            ("INFO ", f"c.a.shop.OrderService - order {some.randint(1, 10**7)} placed by {some.choice(PEOPLE)}"),
            ("DEBUG", f"c.a.shop.PriceCache - hit for sku {some.randint(1, 9999)}"),
            ("WARN ", f"c.a.shop.Mailer - slow relay, {some.randint(1, 30)} s"),
            ("ERROR", f"c.a.shop.Payments - card declined for order {some.randint(1, 10**7)}"),
        )
    )
    clock = f"{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02},{some.randint(0, 999):03}"
    return f"2026-03-04 {clock} [http-{some.randint(1, 64)}] {level} {said}"


def log(line: Line, count: int, *, seed: int, among: str = "", at: float = 0.5) -> str:
    """`count` ordinary lines with `among` between them, at that share of the way."""
    some = Random(seed)
    lines = [line(some, number) for number in range(count)]
    if among:
        lines.insert(round(at * count), among)
    return "\n".join(lines)
