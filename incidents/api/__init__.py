"""The record over the API."""

from incidents.api.catalogue import router as services_router
from incidents.api.changes import incident_router as incident_changes_router
from incidents.api.changes import router as changes_router
from incidents.api.diagnosis import router as diagnosis_router
from incidents.api.incidents import router as incidents_router
from incidents.api.lifecycle import router as lifecycle_router
from incidents.api.material import router as material_router
from incidents.api.parts import router as parts_router

incidents_router.add_router("", parts_router)
incidents_router.add_router("", material_router)
incidents_router.add_router("", diagnosis_router)
incidents_router.add_router("", incident_changes_router)
incidents_router.add_router("", lifecycle_router)

__all__ = ["changes_router", "incidents_router", "services_router"]
