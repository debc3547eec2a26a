"""What probes ask: is the process alive, and can the installation do its work?"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from hindsight.plant import health


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. It asks nothing else, so that a database that is down does not get the process restarted."""
    return _answer({"status": "ok"}, 200)


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Every check and what it says; 503 when one of them failed. Public, so it holds no secrets and no names."""
    found = health.findings(now=timezone.now())
    is_ready = all(finding.ok for finding in found)
    checks = {finding.name: {"ok": finding.ok, "said": finding.said} for finding in found}
    return _answer({"status": "ok" if is_ready else "unready", "checks": checks}, 200 if is_ready else 503)


def _answer(body: dict[str, object], status: int) -> JsonResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
