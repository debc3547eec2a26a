"""Traces of the Java virtual machine: Java, Kotlin, Scala, Groovy, Clojure."""

import re

from search.signatures.events import Event, FaultSeen, frame
from search.signatures.model import Origin

_FRAME = re.compile(
    r"\s*(?:at |! at )(?:[\w.\-]{0,80}(?:@[\w.\-]{1,40})?/{1,2}){0,2}([\w.$<>\-]{1,300})\.([\w$<>\-]{1,120})"
    r"\(([\w$.\-]{1,100}\.(?:java|kt|kts|scala|groovy|clj))?(?::\d+)?(Native Method|Unknown Source|<generated>"
    r"|<unknown>)?[^)]{0,80}\)"
)
_RUNTIME = ("java.", "javax.", "jdk.", "sun.", "com.sun.", "kotlin.", "scala.", "clojure.", "groovy.")
_LIBRARY = tuple(
    f"{name}."
    for name in [
        "jakarta",
        "org.springframework",
        "org.apache",
        "org.hibernate",
        "org.eclipse",
        "org.junit",
        "org.jboss",
        "org.mockito",
        "org.slf4j",
        "org.glassfish",
        "org.postgresql",
        "org.codehaus",
        "org.quartz",
        "org.aspectj",
        "org.jooq",
        "org.mybatis",
        "io.netty",
        "io.grpc",
        "io.micrometer",
        "io.vertx",
        "io.undertow",
        "io.reactivex",
        "io.lettuce",
        "io.opentelemetry",
        "reactor",
        "rx",
        "akka",
        "play",
        "ch.qos",
        "com.zaxxer",
        "com.fasterxml",
        "com.google.common",
        "com.google.inject",
        "com.google.gson",
        "com.mysql",
        "com.mongodb",
        "com.netflix",
        "com.amazonaws",
        "com.datastax",
        "com.rabbitmq",
        "com.github.benmanes",
        "kotlinx",
        "feign",
        "okhttp3",
        "retrofit2",
        "redis.clients",
        "software.amazon",
        "freemarker",
    ]
)
# Numbers and hashes that proxies, lambdas and generated classes carry.
_GENERATED = re.compile(
    r"\$\$(?:EnhancerBy|FastClassBy|Lambda|SpringCGLIB)[\w$.\-/<>]*|\$(?:Proxy)?\d+|(?<=Accessor)\d+"
)
_LAMBDA = re.compile(r"lambda\$(\w+)\$\d+")
_CAUSE = re.compile(r"\s*(?:Caused by|Suppressed): ([\w.$]{2,200})(?:: (.*))?$")
_THREAD = re.compile(r"\s*Exception in thread \"[^\"]{0,200}\" ([\w.$]{2,200})(?:: (.*))?$")


def read(text: str) -> Event | None:
    """A frame, a cause, or the heading of an uncaught exception."""
    if "at " in text and "(" in text:
        found = _FRAME.match(text)
        if found and (found[3] or found[4]):
            return _frame(found[1], found[2], found[3] or "")
    if "Caused by: " in text or "Suppressed: " in text:
        found = _CAUSE.match(text)
        return FaultSeen("java", found[1], found[2] or "", is_cause=True) if found else None
    if "Exception in thread " in text:
        found = _THREAD.match(text)
        return FaultSeen("java", found[1], found[2] or "") if found else None
    return None


def _frame(owner: str, method: str, file: str) -> Event:
    plain = _GENERATED.sub("", owner)
    name = plain.rpartition(".")[2].partition("$")[0]
    return frame("java", f"{name}.{_method(method)}", file, _origin(owner))


def _method(method: str) -> str:
    return _GENERATED.sub("", _LAMBDA.sub(r"\1", method))


def _origin(owner: str) -> Origin:
    if owner.startswith(_RUNTIME):
        return "runtime"
    return "library" if owner.startswith(_LIBRARY) or "$Proxy" in owner else "project"
