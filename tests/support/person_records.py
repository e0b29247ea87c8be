"""Shorthand for people's records over the real API."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from kith.identity.v1 import record_pb2 as pb
from kith.identity.v1.record_pb2_grpc import RecordServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from libs.rpc.fields import timestamp
from tests.support.running_co_op import RunningCoOp

MEMBERS = pb.Audience(kind=pb.AUDIENCE_KIND_MEMBERS)
TEAM = pb.Audience(kind=pb.AUDIENCE_KIND_TEAM)


def person_audience(person: UUID) -> pb.Audience:
    return pb.Audience(kind=pb.AUDIENCE_KIND_PERSON, person_id=str(person))


def hat_audience(hat: str) -> pb.Audience:
    return pb.Audience(kind=pb.AUDIENCE_KIND_HAT, hat=hat)


class PersonRecords:
    """People's records in a running co-op, each call by somebody: a person, or a token."""

    def __init__(self, co_op: RunningCoOp) -> None:
        self._co_op = co_op
        self.stub = co_op.stub(RecordServiceStub)

    def token(self, by: UUID | str) -> str:
        return by if isinstance(by, str) else self._co_op.token(by)

    async def fill_in(self, person: UUID, by: UUID | str | None = None, version: int = 0, **texts: str) -> list[int]:
        """Sets fields, written `home__key_safe="4711"`."""
        fields = [pb.FieldText(field=name.replace("__", "."), text=text, version=version) for name, text in texts.items()]
        request = pb.SetFieldsRequest(request_id=str(new_id()), person_id=str(person), fields=fields)
        return list((await call_service(self.stub.SetFields, request, self.token(by or person))).versions)

    async def read(self, by: UUID | str, person: UUID, *fields: str, reason: str = "") -> dict[str, str]:
        """The fields that are shown, with their texts."""
        request = pb.GetRecordRequest(person_id=str(person), reason=reason, fields=fields)
        return {field.field: field.text for field in (await call_service(self.stub.GetRecord, request, self.token(by))).fields}

    async def read_all(self, by: UUID | str, field: str, size: int = 200) -> dict[UUID, str]:
        """This field of everybody, page by page."""
        found: dict[UUID, str] = {}
        page = ""
        while True:
            request = pb.ListRecordsRequest(field=field, page_size=size, page_token=page)
            response = await call_service(self.stub.ListRecords, request, self.token(by))
            found |= {UUID(record.person_id): record.text for record in response.records}
            page = response.next_page_token
            if not page:
                return found

    async def share(
        self,
        by: UUID | str,
        audience: pb.Audience,
        *fields: str,
        since: datetime | None = None,
        until: datetime | timedelta | None = None,
    ) -> list[str]:
        """The ids of the grants. `until` is a moment, or so long from now."""
        end = self._co_op.now() + until if isinstance(until, timedelta) else until
        request = pb.GiveAccessRequest(
            request_id=str(new_id()),
            fields=fields,
            audience=audience,
            valid_from=timestamp(since) if since else None,
            valid_until=timestamp(end) if end else None,
        )
        return list((await call_service(self.stub.GiveAccess, request, self.token(by))).grant_ids)

    async def stop(self, by: UUID | str, grant: str) -> None:
        request = pb.EndAccessRequest(request_id=str(new_id()), grant_id=grant)
        await call_service(self.stub.EndAccess, request, self.token(by))

    async def grants(self, by: UUID | str, field: str = "", *, only_open: bool = False) -> Sequence[pb.AccessGrant]:
        request = pb.ListAccessRequest(field=field, only_open=only_open)
        response: pb.ListAccessResponse = await call_service(self.stub.ListAccess, request, self.token(by))
        return response.grants

    async def shared_with(self, by: UUID | str) -> list[tuple[UUID, str, bool]]:
        """Whose field, and whether it ends by itself."""
        response = await call_service(self.stub.ListSharedWithMe, pb.ListSharedWithMeRequest(), self.token(by))
        return [(UUID(shared.person_id), shared.field, shared.HasField("valid_until")) for shared in response.fields]

    async def find(self, by: UUID | str, typed: str) -> list[str]:
        """Names that are found."""
        response = await call_service(self.stub.SearchMembers, pb.SearchMembersRequest(text=typed), self.token(by))
        return [name.full_name for name in response.names]
