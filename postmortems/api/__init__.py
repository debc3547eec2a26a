"""Postmortems and action items over the API."""

from postmortems.api.actions import incident_router as incident_actions_router
from postmortems.api.actions import router as actions_router
from postmortems.api.comments import router as comments_router
from postmortems.api.postmortem import router as postmortem_router
from postmortems.api.review import router as review_router

# They share the addresses of incidents.
postmortem_router.add_router("", review_router)
postmortem_router.add_router("", comments_router)

__all__ = ["actions_router", "incident_actions_router", "postmortem_router"]
