"""The practice incident: open, labelled as a drill, made up, and there to be worked on."""

from datetime import UTC, datetime, timedelta

from incidents.models import DetectedBy, EntryKind, Kind, Outcome, Precision, Severity, Status
from incidents.services.diagnosis import StepFields
from incidents.services.fields import IncidentFields
from integrations.importing.records import EntryRecord, Origin, Record, SnippetRecord

EXTERNAL_ID = "demo-practice"
# Raise it when the text below changes.
EDITION = "practice-1"

SUMMARY = (
    "**Practice: nothing is broken, and everything here is made up.** A drill never counts in statistics.\n\n"
    "Try the workbench on it: note what you see, give the open step its outcome, paste a log or a screenshot, change "
    "the status, resolve it, and write its postmortem. Publication will ask you for proof that the fix works."
)
LOG = """\
{0:%Y-%m-%dT%H:%M:%S}Z practice-shop WARN  pool: waiting for a connection (waited 5000 ms, 4 of 4 in use)
{0:%Y-%m-%dT%H:%M:%S}Z practice-shop ERROR checkout: TimeoutError: no connection within 5000 ms
    at Pool.acquire (pool.js:118)
    at placeOrder (checkout.js:42)
{1:%Y-%m-%dT%H:%M:%S}Z practice-shop INFO  health: ok
"""


def practice_record(*, now: datetime) -> Record:
    """The practice incident, begun shortly before `now`."""
    start = now - timedelta(minutes=25)
    return Record(
        external_id=EXTERNAL_ID,
        fields=IncidentFields(
            title="Practice: one checkout in ten ends with an error page",
            summary=SUMMARY,
            severity=Severity.SEV3,
            status=Status.INVESTIGATING,
            kind=Kind.DRILL,
            detected_by=DetectedBy.ALERT,
            services=["practice-shop"],
            tags=["practice"],
            started_at=start,
            started_precision=Precision.MINUTE,
            detected_at=start + timedelta(minutes=5),
            external_id=EXTERNAL_ID,
            source_name="Hindsight demo",
        ),
        origin=Origin("demo", EDITION, "Practice data, made up and loaded with `load_demo`.", {"kind": "practice"}),
        entries=_entries(start),
        steps=_steps(start),
        snippets=(SnippetRecord(code=_log(start), language="log", filename="practice-shop.log"),),
    )


def _log(start: datetime) -> str:
    """What the service wrote while it was at its worst."""
    moment = start.astimezone(UTC) + timedelta(minutes=11)
    return LOG.format(moment, moment + timedelta(seconds=1))


def _entries(start: datetime) -> tuple[EntryRecord, ...]:
    lines = (
        (EntryKind.CHANGE, -6, "Deploy 118 of practice-shop: new settings of the connection pool"),
        (EntryKind.ALERT, 5, "Error rate of practice-shop above 5 % for five minutes"),
        (EntryKind.MESSAGE, 9, "Support passes on: some customers see an error page when they pay; a second try works"),
    )
    return tuple(EntryRecord(kind, body, start + timedelta(minutes=minutes)) for kind, minutes, body in lines)


def _steps(start: datetime) -> tuple[StepFields, ...]:
    return (
        StepFields(
            hypothesis="The load balancer sends requests to a node that is down",
            action="Looked at the health checks and at the errors of each node",
            finding="All nodes are healthy, and the errors are spread evenly over them",
            outcome=Outcome.RULED_OUT,
            at=start + timedelta(minutes=12),
        ),
        StepFields(
            hypothesis="Deploy 118 made the connection pool too small",
            outcome=Outcome.OPEN,
            at=start + timedelta(minutes=17),
        ),
    )
