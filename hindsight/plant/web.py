"""The web server as a child of the supervisor: gunicorn on a socket that is already bound."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from gunicorn.app.base import BaseApplication

from hindsight import gunicorn_conf


class Web(BaseApplication):
    """gunicorn with the project's configuration and an application that is already loaded."""

    def __init__(self, application: WSGIHandler, *, listener: int, workers: int) -> None:
        self.wsgi_application = application
        self.overrides: dict[str, Any] = {"bind": f"fd://{listener}", "workers": workers}
        super().__init__()

    def load_config(self) -> None:
        """The configuration file first, then what bin/serve was told."""
        settings = {name: value for name, value in vars(gunicorn_conf).items() if name in self.cfg.settings}
        for name, value in {**settings, **self.overrides}.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application; gunicorn asks once, before it forks its workers."""
        return self.wsgi_application
