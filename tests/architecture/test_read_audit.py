"""Every service that logs reads of people's records has that log sealed and verified."""

from services.topology import PEOPLE_SERVICE_NAMES
from tests.architecture.codebase import SERVICE_NAMES, event_names, python_sources


def services_with(call: str, folder: str = "") -> set[str]:
    return {name for name in SERVICE_NAMES if any(call in text for _, text in python_sources(f"services/{name}{folder}"))}


def test_every_service_that_logs_reads_seals_and_publishes_them_and_shows_them_to_whom_they_are_about() -> None:
    logging = services_with("audit.record_read(")

    assert logging >= {"identity", "membership", "governance"}
    assert services_with("seal_reads_job(events_out.read_audit_sealed)") == logging
    assert {name for name in SERVICE_NAMES if "ReadAuditSealed" in event_names(name)} == logging
    assert services_with("person_data_service(runtime.transactions") == logging
    assert set(PEOPLE_SERVICE_NAMES) == logging


def test_what_may_be_done_for_others_is_bound_with_the_audit_of_what_is_refused() -> None:
    """`while_acting` is the only way; pages say for themselves that they can be used."""
    sources = [*python_sources("services"), *python_sources("libs")]

    assert {path.as_posix() for path, text in sources if "acting=True" in text and "services/web/" not in path.as_posix()} == {
        "libs/access/acting_audit.py"
    }
