"""Loops that do one step after the other until they are told to stop, whatever a step raises."""

import threading
from collections.abc import Callable

import structlog
from django.db import connection

log = structlog.get_logger(__name__)

# After a failure, so that a database that is down is not asked hundreds of times a second.
AFTER_FAILURE = 5.0


class Loop:
    """One step over and over. It answers whether it found work; when it did not, the loop pauses so many seconds."""

    def __init__(self, name: str, step: Callable[[], bool], *, pause: float) -> None:
        self.name = name
        self.step = step
        self.pause = pause

    def run(self, stop: threading.Event) -> None:
        """Go round until `stop` is set; the step that runs then is finished first."""
        while not stop.is_set():
            wait = self.one_round()
            if wait:
                stop.wait(wait)
        connection.close()

    def one_round(self) -> float:
        """Do one step; the seconds to pause after it. Anything raised is logged, and the connection is made anew."""
        try:
            return 0.0 if self.step() else self.pause
        except Exception:
            log.exception("background step failed", loop=self.name)
            connection.close()
            return AFTER_FAILURE
