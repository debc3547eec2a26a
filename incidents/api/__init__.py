"""The record over the API."""

from incidents.api.catalogue import router as services_router
from incidents.api.diagnosis import router as diagnosis_router
from incidents.api.incidents import router as incidents_router
from incidents.api.material import router as material_router
from incidents.api.parts import router as parts_router

incidents_router.add_router("", parts_router)
incidents_router.add_router("", material_router)
incidents_router.add_router("", diagnosis_router)

__all__ = ["incidents_router", "services_router"]
