"""Jobs for the tests of the pool."""

import os
import time
from collections.abc import Mapping

kept: list[bytearray] = []
Options = Mapping[str, object]


def echo(options: Options, body: bytes) -> bytes:
    return body


def pid(options: Options, body: bytes) -> bytes:
    return str(os.getpid()).encode()


def environment(options: Options, body: bytes) -> bytes:
    return repr(dict(os.environ)).encode()


def noisy(options: Options, body: bytes) -> bytes:
    print("a stray line")  # noqa: T201 - what is tested
    return b"clean"


def spin(options: Options, body: bytes) -> bytes:
    while True:
        pass


def nap(options: Options, body: bytes) -> bytes:
    time.sleep(float(str(options["seconds"])))
    return b"awake"


def greedy(options: Options, body: bytes) -> bytes:
    return bytes(4_000_000_000)[:1]


def large(options: Options, body: bytes) -> bytes:
    kept.append(bytearray(os.urandom(1)) * 200_000_000)
    return str(len(kept[0])).encode()


def die(options: Options, body: bytes) -> bytes:
    os._exit(3)


def fail(options: Options, body: bytes) -> bytes:
    raise ValueError("no such thing")
