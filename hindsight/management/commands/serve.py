"""`manage.py serve`: prepare the installation, then run the web server and the worker until told to end."""

import argparse
import gc
import http.client
import socket
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import OperationalError
from django.urls import get_resolver
from django.utils import timezone

from accounts.services import setup
from hindsight.handler import Handler
from hindsight.plant import prepare
from hindsight.plant.options import Options, add_to
from hindsight.plant.supervisor import Child, Supervisor
from hindsight.plant.web import Web

SLOW_START = 30.0


class Command(BaseCommand):
    """bin/serve, once its environment is there."""

    help = "Run the web server and the worker together (bin/serve does this)."
    # They cost a fifth of a start and say nothing that the tests have not said.
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The options of bin/serve."""
        add_to(parser)

    def handle(self, *args: Any, **given: Any) -> None:
        """Ends the process with the supervisor's exit code; raises CommandError when it can't start."""
        options = Options(**{name: given[name] for name in ("host", "port", "workers", "demo")})
        listener = bound(options)
        greeting = Greeting(options, prepared(options))
        application = loaded_application()
        prepare.let_go_of_database()
        # What is loaded so far is shared by every process; the collector must not write to it.
        gc.freeze()
        children = [
            Child("web", lambda: serve(application, listener, options.workers)),
            Child("worker", work),
        ]
        sys.exit(Supervisor(children, report=say).run(each_round=greeting.is_waiting))


class Greeting:
    """The lines that tell the operator where the site is, said once, when it answers."""

    def __init__(self, options: Options, lines: list[str]) -> None:
        self.options = options
        self.lines = lines
        self.is_over = False
        self.complains_at = time.monotonic() + SLOW_START

    def is_waiting(self) -> bool:
        """Ask for /healthz until it answers, then greet; False from then on."""
        if self.is_over:
            return False
        if is_healthy(self.options):
            for line in self.lines:
                say(line)
            self.is_over = True
        elif time.monotonic() > self.complains_at:
            say("The web server does not answer yet; the lines above may say why.")
            self.is_over = True
        return not self.is_over


def bound(options: Options) -> int:
    """The listening socket as a descriptor, taken before anything else, so that a port in use is said at once."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
        listener.listen(512)
    except OSError as problem:
        listener.close()
        raise CommandError(
            f"Can't listen on {options.host} port {options.port}: {problem.strerror}. "
            "Stop what uses it, or choose another: bin/serve --port 8001"
        ) from problem
    return listener.detach()


def prepared(options: Options) -> list[str]:
    """Make everything ready; the lines to greet with."""
    try:
        prepare.prepare_database(say=say)
        prepare.prepare_static(say=say)
        lines = [f"Hindsight is at {settings.BASE_URL}/"]
        if options.demo:
            call_command("load_demo")
            lines.append("The demo data is loaded.")
        if setup.is_needed():
            secret = setup.renew_link(now=timezone.now())
            lines.append(
                f"There is no account yet. Begin here (this link works once): {settings.BASE_URL}/setup/{secret}/"
            )
    except prepare.CannotStart as problem:
        raise CommandError(str(problem)) from problem
    except OperationalError as problem:
        raise CommandError(f"The database is not usable: {problem}") from problem
    return [*lines, "Ctrl-C ends it."]


def loaded_application() -> Handler:
    """The application with every URL's view imported, once for all processes."""
    application = Handler()
    get_resolver()._populate()
    return application


def serve(application: Handler, listener: int, workers: int) -> int:
    """The life of the web process."""
    Web(application, listener=listener, workers=workers).run()
    return 0


def work() -> int:
    """The life of the worker process."""
    call_command("work")
    return 0


def is_healthy(options: Options) -> bool:
    """Whether the web server answers now; waits a fifth of a second at most."""
    asking = http.client.HTTPConnection(options.near_host, options.port, timeout=0.2)
    try:
        asking.request("GET", "/healthz", headers={"Host": "localhost"})
        return asking.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()


def say(line: str) -> None:
    """Tell the operator."""
    print(line, flush=True)
