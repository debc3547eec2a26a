"""How gunicorn serves Hindsight: for bin/serve, and for `gunicorn -c hindsight/gunicorn_conf.py hindsight.wsgi`."""

import logging
from pathlib import Path

from gunicorn import glogging
from gunicorn.config import Config

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn makes its own unpredictable, unlinked file in it


class Log(glogging.Logger):
    """Hands gunicorn's own messages to the application's log, so that every line on stderr is JSON."""

    def setup(self, cfg: Config) -> None:
        """Called by gunicorn with its configuration; adds no handlers of its own."""
        super().setup(cfg)
        for handler in list(self.error_log.handlers):
            self.error_log.removeHandler(handler)
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)


bind = "127.0.0.1:8000"
workers = 2
# Threads, because requests wait for the database and files; pages poll instead of holding a connection.
worker_class = "gthread"
threads = 4
# One import of the application, shared by all workers; a worker that is replaced is there at once.
preload_app = True
# Memory that leaks anywhere goes back to the system; the jitter keeps workers from leaving together.
max_requests = 5000
max_requests_jitter = 1000
# A worker whose main loop is silent for a minute is replaced. Long requests in its threads do not count.
timeout = 60
graceful_timeout = 8
keepalive = 5
backlog = 512
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 16380
# The heartbeat file of each worker must not wait for a busy disk.
worker_tmp_dir = str(SHARED_MEMORY) if SHARED_MEMORY.is_dir() else None
control_socket_disable = True
# hindsight.middleware writes the access log.
accesslog = None
logger_class = Log
