"""Log lines as JSON, one a line, so that no user input can forge a second line; and without secrets."""

import json
import logging
import logging.config
import re
import time
from typing import Any

import structlog

# What a record always has; everything else on it was given with the message and belongs in the line.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request", "server_time"}

# The set-up link and the password link are secrets that stand in a path; tokens look like hst_…
_SECRETS = re.compile(r"(/setup/|/key/)[^/\s\"']+|(Bearer\s+)\S+|(hst_)[A-Za-z0-9_-]+", re.IGNORECASE)
_QUERY = re.compile(r"\?[^\s\"']*=[^\s\"']*")


def configure(config: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: the standard library's loggers as `config` says, and structlog on top of them."""
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


class JsonFormatter(logging.Formatter):
    """One JSON object a record: time, level, logger, message, what was given with it, a traceback."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__()
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """The line; whatever can't be JSON is written as text."""
        line: dict[str, Any] = {
            "at": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
            # Django's own lines get the request's id as well.
            **structlog.contextvars.get_contextvars(),
            **{name: value for name, value in vars(record).items() if name not in _STANDARD},
        }
        if record.exc_info:
            line["traceback"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=True, default=str)


def masked(text: str) -> str:
    """The text without set-up and password links, tokens and query strings."""
    return _QUERY.sub("?…", _SECRETS.sub(lambda found: f"{found[1] or found[2] or found[3]}…", text))
