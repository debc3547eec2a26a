"""Sessions in the database, read by a query that is compiled once: every request begins with it."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from hindsight.lib.kept import Kept

_BY_KEY = Kept(lambda key: Session.objects.filter(session_key=key))


class SessionStore(DatabaseStore):
    """Django's own but for how a session is read."""

    def _get_session_from_db(self) -> Session | None:
        """The session while it lasts; what is over is forgotten, as Django does it."""
        found = _BY_KEY.first(self.session_key or "")
        if found is not None and found.expire_date > timezone.now():
            return found
        self._session_key = None
        return None
