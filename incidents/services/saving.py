"""Writing an incident's own row."""

from django.db import IntegrityError, transaction

from hindsight.lib.problems import InvalidError
from incidents.models import Incident


def save_incident(incident: Incident) -> None:
    """Save a new or changed row. An external id that another has is the sender's fault: InvalidError."""
    try:
        # Only what is told apart below has to be undone alone.
        with transaction.atomic(savepoint=bool(incident.external_id)):
            incident.save(force_insert=incident.pk is None)
    except IntegrityError as error:
        others = Incident.objects.exclude(pk=incident.pk) if incident.pk else Incident.objects.all()
        if not incident.external_id or not others.filter(external_id=incident.external_id).exists():
            raise
        raise InvalidError({"external_id": "An incident with this external id is there already."}) from error
