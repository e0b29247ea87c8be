"""What every service answers: what it stores about a person, who read it, and how it is."""

import json
from collections.abc import Mapping
from datetime import timedelta

from kith.person.v1 import person_data_pb2 as person_data
from kith.person.v1 import person_rights_pb2 as rights
from kith.status.v1 import status_pb2 as stat
from libs.refusals import Unavailable
from tests.unit.web.fake_ids import EMERGENCY, OTHERS_ENTRY, OWN_ENTRY
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp


class FakePersonDataService(FakeService):
    """What one service has logged of Ada: the reads of `reads_of_ada` that are its own."""

    def __init__(self, name: str) -> None:
        super().__init__(person_data.DESCRIPTOR.services_by_name["PersonDataService"])
        self.name = name

    def ListReads(self, request: person_data.ListReadsRequest) -> person_data.ListReadsResponse:
        left = [read for read in reads_of_ada(self.name) if not request.page_token or read.page_token > request.page_token]
        size = request.page_size or 50
        return person_data.ListReadsResponse(reads=left[:size], next_page_token=left[size - 1].page_token if len(left) > size else "")


def reads_of_ada(service: str) -> list[person_data.Read]:
    """Forty looks in three services, one each hour back from now; the latest first."""
    records = {
        "identity": (
            {"record": "profile", "action": "get", "fields": ["health.risks", "home.key_safe"], "emergency_access_id": EMERGENCY},
            {"record": "emergency access", "action": "list", "hat": "secretary"},
        ),
        "membership": ({"record": "register entry", "action": "list", "hat": "secretary"},),
        "governance": (
            {"record": "card of a vote", "action": "read", "acting_for_person_id": JO, "reason": "Jo asked me to", "stale": True},
        ),
    }
    order = [(name, fields) for name, rows in records.items() for fields in rows] * 10
    return [
        person_data.Read(
            read_id=f"01939f00-0000-7000-8000-0000000{number:05}", reader_id=MO, read_at=to_timestamp(NOW - timedelta(hours=number)),
            page_token=f"{number:03}", **fields,
        )
        for number, (name, fields) in enumerate(order, 1)
        if name == service
    ]  # fmt: skip


class FakeStatusService(FakeService):
    def __init__(self, name: str) -> None:
        super().__init__(stat.DESCRIPTOR.services_by_name["StatusService"])
        self.name = name

    def GetStatus(self, _request: stat.GetStatusRequest) -> stat.GetStatusResponse:
        if self.name == "membership":
            raise Unavailable("SERVICE_AWAY")
        degraded = self.name == "governance"
        return stat.GetStatusResponse(
            service=self.name, state=stat.STATE_DEGRADED if degraded else stat.STATE_WELL, reasons=["BUS_AWAY"] if degraded else [],
            facts_stated=1204, facts_waiting=1 if degraded else 0, last_fact_at=to_timestamp(NOW),
            version="0.1.0", started_at=to_timestamp(NOW),
            listening=[stat.Listening(source="identity", position=40, head=42)] if degraded else [],
        )  # fmt: skip


class FakePersonRightsService(FakeService):
    """What one service stores about a person: here, a few records of each kind of value."""

    def __init__(self, service: str) -> None:
        super().__init__(rights.DESCRIPTOR.services_by_name["PersonRightsService"])
        self.service = service
        self.records: list[tuple[str, Mapping[str, object]]] = []
        self.erasure_waits: list[rights.ErasureWait] = []

    def DescribeErasure(self, _request: rights.DescribeErasureRequest) -> rights.DescribeErasureResponse:
        if self.service != "identity":
            return rights.DescribeErasureResponse()
        kept = rights.ErasureOfKind(kind="contact", action=rights.ERASURE_ACTION_BLANK, kept_for="others")
        return rights.DescribeErasureResponse(kinds=[rights.ErasureOfKind(kind="session", action=rights.ERASURE_ACTION_DELETE), kept])

    def ListErasureWaits(self, _request: rights.ListErasureWaitsRequest) -> rights.ListErasureWaitsResponse:
        return rights.ListErasureWaitsResponse(waits=self.erasure_waits)

    def ListDisposals(self, _request: rights.ListDisposalsRequest) -> rights.ListDisposalsResponse:
        line = rights.Disposal(day=NOW.date().isoformat(), kind="profile", records=3, years=8, after="leaving")
        return rights.ListDisposalsResponse(disposals=[line] if self.service == "identity" else [])

    def Export(self, request: rights.ExportRequest) -> rights.ExportResponse:
        if self.service != "identity":
            return rights.ExportResponse()
        if self.records:
            return rights.ExportResponse(records=[_exported(kind, fields) for kind, fields in self.records])
        if not request.page_token:
            contact = {"person": ADA, "email": "ada@example.org", "phone": ""}
            return rights.ExportResponse(records=[_exported("contact", contact)], next_page_token="more")
        session = {"id": OWN_ENTRY, "person": ADA, "strength": "card", "started_at": NOW.isoformat(), "expires_at": None, "ended_at": None}
        read = {
            "id": OTHERS_ENTRY, "reader": MO, "hat": "secretary", "subject": ADA, "record": "person", "action": "get", "stale": False,
            "at": NOW.isoformat(), "fields": [], "reason": "", "acting_for": None, "helped_by": None,
        }  # fmt: skip
        return rights.ExportResponse(records=[_exported("session", session), _exported("read_audit", read)])


def _exported(kind: str, fields: Mapping[str, object]) -> rights.ExportedRecord:
    return rights.ExportedRecord(kind=kind, json=json.dumps(fields))
