"""What bin/serve takes on its command line."""

import argparse
from dataclasses import dataclass

# Listening on "everywhere" is no address to ask or to show: this one is, for it.
LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to


@dataclass(frozen=True)
class Options:
    """Where to listen, with how many web workers, and whether the demo data is wanted."""

    host: str
    port: int
    workers: int
    demo: bool

    @property
    def near_host(self) -> str:
        """The host under which this machine reaches itself."""
        return LOCAL.get(self.host, self.host)

    @property
    def address(self) -> str:
        """The URL of the site where HINDSIGHT_BASE_URL does not name one."""
        host = "localhost" if self.near_host in {"127.0.0.1", "::1"} else self.near_host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def add_to(parser: argparse.ArgumentParser) -> None:
    """The four options, with their defaults."""
    parser.add_argument("--port", type=_port, default=8000, help="where to listen (%(default)s)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s)")
    parser.add_argument("--demo", action="store_true", help="load the demo data; safe to repeat")
    parser.add_argument("--workers", type=_workers, default=2, help="web processes, four threads each (%(default)s)")


def parse(arguments: list[str]) -> Options:
    """The options; argparse ends the process with a message for wrong ones."""
    parser = argparse.ArgumentParser(prog="bin/serve", description="Start Hindsight: web server and worker.")
    add_to(parser)
    return Options(**vars(parser.parse_args(arguments)))


def _port(word: str) -> int:
    return _between(word, 1, 65_535)


def _workers(word: str) -> int:
    return _between(word, 1, 64)


def _between(word: str, low: int, high: int) -> int:
    if word.isascii() and word.isdigit() and low <= int(word) <= high:
        return int(word)
    raise argparse.ArgumentTypeError(f"{word!r} is not a whole number from {low} to {high}")
