"""Every URL of the site, by app."""

from django.urls import URLPattern, URLResolver, include, path

from hindsight import api, safe_paste
from hindsight.views import guide, health, reference, thesaurus

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/docs", reference.reference, name="api_reference"),
    path("api/v1/", api.urls),
    path("design/", guide.design, name="design"),
    path("settings/thesaurus/", thesaurus.thesaurus, name="settings_thesaurus"),
    path("settings/thesaurus/put-away/", thesaurus.put_away, name="settings_thesaurus_put_away"),
    path("settings/thesaurus/<int:pk>/undo/", thesaurus.undo, name="settings_thesaurus_undo"),
    path("safe-paste/keep/", safe_paste.keep_found, name="safe_paste_keep"),
    path("", include("accounts.urls")),
    path("", include("incidents.urls")),
    path("", include("search.urls")),
    path("", include("postmortems.urls")),
    path("", include("integrations.urls")),
]

# Allauth's rate limits answer with it.
handler429 = "accounts.views.limits.too_many_tries"

handler400 = "hindsight.views.errors.bad_request"
handler403 = "hindsight.views.errors.forbidden"
handler404 = "hindsight.views.errors.not_found"
handler500 = "hindsight.views.errors.server_error"
