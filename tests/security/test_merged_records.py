"""Two entries of one person are merged: what either had is there under the one in use, and nobody sees more than they were shown."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from kith.identity.facts.v1 import facts_pb2 as facts
from kith.identity.v1 import credentials_pb2 as cred
from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1 import notices_pb2 as notices
from kith.identity.v1 import relationships_pb2 as rel
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.identity.v1.notices_pb2_grpc import NoticeServiceStub
from kith.identity.v1.relationships_pb2_grpc import RelationshipServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.person_records import PersonRecords, person_audience
from tests.support.qualified_people import Qualified, noisy_photo, qualified_people
from tests.support.running_co_op import Infrastructure
from tests.support.waiting import wait_until

UNDERSTAND, KEY_SAFE, IMPORTANT = "communication.understand", "home.key_safe", "health.allergies"


@pytest.fixture
async def people(infrastructure: Infrastructure) -> AsyncIterator[Qualified]:
    async with qualified_people(infrastructure, "Ada Ampel", "Kim Kind", "Lee Long") as made:
        yield made


async def merge(people: Qualified, kept: UUID, other: UUID) -> None:
    request = pb.MergePersonsRequest(
        request_id=str(new_id()), kept_person_id=str(kept), other_person_id=str(other), reason="I rang them up."
    )
    await call_service(people.co_op.stub(IdentityServiceStub).MergePersons, request, people.secretary)

    async def is_followed() -> bool:
        return await people.co_op.all_rows("identity", "merge_to_follow") == []

    await wait_until(is_followed, "the records are moved")


@pytest.mark.capability("I1", "I2")
async def test_words_are_joined_and_shown_to_nobody_who_did_not_see_them(people: Qualified) -> None:
    records = PersonRecords(people.co_op)
    kept, kim, lee = people.others
    other = people.ada
    await records.fill_in(kept, communication__understand="Please speak slowly.", health__allergies="None.")
    await records.fill_in(other, communication__understand="Look at me.", health__allergies="None.", home__key_safe="4711")
    await records.share(other, person_audience(kim), UNDERSTAND, KEY_SAFE)
    await records.share(other, person_audience(lee), IMPORTANT)
    await records.share(kept, person_audience(lee), UNDERSTAND)
    await records.share(lee, person_audience(other), KEY_SAFE)
    await records.fill_in(lee, home__key_safe="0815")
    await merge(people, kept, other)

    own = await records.read(kept, kept, UNDERSTAND, IMPORTANT, KEY_SAFE)
    assert own == {UNDERSTAND: "Please speak slowly.\n\nLook at me.", IMPORTANT: "None.", KEY_SAFE: "4711"}
    assert await records.read(kim, kept, UNDERSTAND, IMPORTANT, KEY_SAFE) == {KEY_SAFE: "4711"}
    assert await records.read(lee, kept, UNDERSTAND, IMPORTANT, KEY_SAFE) == {IMPORTANT: "None."}
    assert await records.read(kept, lee, KEY_SAFE) == {KEY_SAFE: "0815"}, "what others let the other entry see"
    ended = [event for event in await people.events(facts.AccessEnded) if isinstance(event, facts.AccessEnded)]
    assert {(event.person_id, event.why) for event in ended} == {(str(kept), "merged"), (str(other), "merged")}
    rows = await people.co_op.all_rows("identity", "record_field")
    assert other not in {row[0] for row in rows}


@pytest.mark.capability("I1", "I6")
async def test_a_paper_counts_for_the_entry_in_use_with_its_note_and_its_photo(people: Qualified) -> None:
    kept = people.others[0]
    photo = await people.upload(noisy_photo())
    before = await people.download(photo, people.own)
    licence = await people.add(file_id=photo, note="Seen on Monday.")
    await people.verify(licence)
    await merge(people, kept, people.ada)

    as_kept = people.co_op.token(kept)
    found = await call_service(people.credentials.GetCredential, cred.GetCredentialRequest(credential_id=licence), as_kept)
    assert (found.credential.person_id, found.credential.note) == (str(kept), "Seen on Monday.")
    assert await people.download(photo, as_kept) == before
    assert await people.check("driving", kept, as_kept) == []


@pytest.mark.capability("I1", "I4")
async def test_who_acted_goes_on_for_the_entry_in_use_and_so_do_the_ways_to_be_told(people: Qualified) -> None:
    kept, fay, moss = people.others
    other = people.ada
    relationships, ways = people.co_op.stub(RelationshipServiceStub), people.co_op.stub(NoticeServiceStub)

    async def let_act(subject: UUID, holder: UUID) -> None:
        proposal = rel.ProposeRelationshipRequest(
            request_id=str(new_id()), holder_id=str(holder), kind=rel.RELATIONSHIP_KIND_FRIEND, scopes=[rel.ACTING_SCOPE_HOME]
        )
        proposed = await call_service(relationships.ProposeRelationship, proposal, people.co_op.token(subject))
        acceptance = rel.AcceptRelationshipRequest(request_id=str(new_id()), relationship_id=proposed.relationship_id)
        await call_service(relationships.AcceptRelationship, acceptance, people.co_op.token(holder))

    await let_act(other, fay)
    await let_act(moss, other)
    await let_act(kept, moss)
    await let_act(other, moss)
    chosen = notices.WaysToBeTold(easy_read=True, language="en", channel=notices.NOTICE_CHANNEL_LETTER)
    request = notices.SetWaysToBeToldRequest(request_id=str(new_id()), person_id=str(other), ways=chosen)
    await call_service(ways.SetWaysToBeTold, request, people.co_op.token(other))
    await merge(people, kept, other)

    rights = await people.co_op.all_rows("identity", "acting_right")
    live = sorted((str(row[2]), str(row[3])) for row in rights if row[-1] is None)
    assert live == sorted([(str(fay), str(kept)), (str(kept), str(moss)), (str(moss), str(kept))]), "once for each, none for the other"
    ended = [event for event in await people.events(facts.RelationshipEnded) if isinstance(event, facts.RelationshipEnded)]
    assert {event.why for event in ended} == {"replaced"}
    asked = notices.GetWaysToBeToldRequest(person_id=str(kept))
    found = await call_service(ways.GetWaysToBeTold, asked, people.co_op.token(kept))
    assert found.ways.easy_read
