"""Pages go out compressed: a page of an incident is five times as long as what it says."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXT = ("text/html", "text/markdown", "text/plain", "application/json")
# Below this a packet is not saved.
SHORTEST = 1_400


class PackMiddleware(GZipMiddleware):
    """Django's, for texts that are whole and long enough; files are streamed and stay as they are stored.

    The length of what is compressed tells of its content to who can make a reader ask for it again and again; Django
    adds up to 100 random bytes against that, tokens are masked anew in each answer, and cookies are SameSite=Lax.
    """

    def process_response(self, request, response: HttpResponseBase) -> HttpResponseBase:  # type: ignore[no-untyped-def]  # as Django's
        """Compress it if the browser takes that."""
        kind = response.headers.get("Content-Type", "").split(";")[0]
        if not isinstance(response, HttpResponse) or kind not in TEXT or len(response.content) < SHORTEST:
            return response
        return super().process_response(request, response)
