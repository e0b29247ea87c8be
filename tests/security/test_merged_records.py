"""Two entries of one person are merged: what either had is there under the one in use, and nobody sees more than they were shown."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from kith.identity.facts.v1 import facts_pb2 as facts
from kith.identity.v1 import consent_pb2 as consent
from kith.identity.v1 import credentials_pb2 as cred
from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1 import notices_pb2 as notices
from kith.identity.v1 import relationships_pb2 as rel
from kith.identity.v1.consent_pb2_grpc import ConsentServiceStub
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.identity.v1.notices_pb2_grpc import NoticeServiceStub
from kith.identity.v1.relationships_pb2_grpc import RelationshipServiceStub
from kith.matching.facts.v1.facts_pb2 import TeamMemberJoined
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted, MembershipEnded
from libs import callers
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition
from libs.rpc.client import call_service
from tests.support.person_records import TEAM, PersonRecords, person_audience
from tests.support.qualified_people import Qualified, noisy_photo, qualified_people
from tests.support.running_co_op import Infrastructure, event_publisher
from tests.support.waiting import wait_until

UNDERSTAND, KEY_SAFE, IMPORTANT = "communication.understand", "home.key_safe", "health.allergies"


@pytest.fixture
async def people(infrastructure: Infrastructure) -> AsyncIterator[Qualified]:
    async with qualified_people(infrastructure, "Ada Ampel", "Kim Kind", "Lee Long") as made:
        yield made


async def merge(people: Qualified, kept: UUID, other: UUID, *, followed_but: int = 0) -> None:
    """Waits until the records are moved, but for so many merges that cannot be followed."""
    request = pb.MergePersonsRequest(
        request_id=str(new_id()), kept_person_id=str(kept), other_person_id=str(other), reason="I rang them up."
    )
    await call_service(people.co_op.stub(IdentityServiceStub).MergePersons, request, people.secretary)

    async def is_followed() -> bool:
        return len(await people.co_op.all_rows("identity", "merge_to_follow")) <= followed_but

    await wait_until(is_followed, "the records are moved")


async def change(people: Qualified, statement: str, *values: object) -> None:
    """As a job, in identity's own database."""
    async with people.co_op.database_transaction("identity", caller=callers.job("tests"), owner=True) as connection:
        await connection.execute(statement, *values)


async def propose(people: Qualified, subject: UUID, holder: UUID) -> str:
    proposal = rel.ProposeRelationshipRequest(
        request_id=str(new_id()), holder_id=str(holder), kind=rel.RELATIONSHIP_KIND_FRIEND, scopes=[rel.ACTING_SCOPE_HOME]
    )
    stub = people.co_op.stub(RelationshipServiceStub)
    return str((await call_service(stub.ProposeRelationship, proposal, people.co_op.token(subject))).relationship_id)


async def let_act(people: Qualified, subject: UUID, holder: UUID) -> str:
    proposed = await propose(people, subject, holder)
    acceptance = rel.AcceptRelationshipRequest(request_id=str(new_id()), relationship_id=proposed)
    await call_service(people.co_op.stub(RelationshipServiceStub).AcceptRelationship, acceptance, people.co_op.token(holder))
    return proposed


async def live_rights(people: Qualified) -> list[tuple[str, str]]:
    """Who acts for whom."""
    rights = await people.co_op.all_rows("identity", "acting_right")
    return sorted((str(row[2]), str(row[3])) for row in rights if row[-1] is None)


@pytest.mark.capability("I1", "I2")
async def test_words_are_joined_and_shown_to_nobody_who_did_not_see_them(people: Qualified) -> None:
    records = PersonRecords(people.co_op)
    kept, kim, lee = people.others
    other = people.ada
    await records.fill_in(kept, communication__understand="Please speak slowly.", health__allergies="None.")
    await records.fill_in(other, communication__understand="Look at me.", health__allergies="None.", home__key_safe="4711")
    await records.share(other, person_audience(kim), UNDERSTAND, KEY_SAFE)
    await records.share(other, person_audience(lee), IMPORTANT)
    await records.share(kept, person_audience(lee), UNDERSTAND, KEY_SAFE)
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
    ways = people.co_op.stub(NoticeServiceStub)
    await let_act(people, other, fay)
    await let_act(people, moss, other)
    await let_act(people, kept, moss)
    await let_act(people, other, moss)
    chosen = notices.WaysToBeTold(easy_read=True, language="en", channel=notices.NOTICE_CHANNEL_LETTER)
    request = notices.SetWaysToBeToldRequest(request_id=str(new_id()), person_id=str(other), ways=chosen)
    await call_service(ways.SetWaysToBeTold, request, people.co_op.token(other))
    await merge(people, kept, other)

    live = sorted([(str(fay), str(kept)), (str(kept), str(moss)), (str(moss), str(kept))])
    assert await live_rights(people) == live, "once for each, none for the other"
    ended = [event for event in await people.events(facts.RelationshipEnded) if isinstance(event, facts.RelationshipEnded)]
    assert {event.why for event in ended} == {"replaced"}
    asked = notices.GetWaysToBeToldRequest(person_id=str(kept))
    found = await call_service(ways.GetWaysToBeTold, asked, people.co_op.token(kept))
    assert found.ways.easy_read


@pytest.mark.capability("I1", "I2")
@pytest.mark.parametrize("kept_has_team", [False, True], ids=["the kept entry had no team", "both had a team"])
async def test_a_team_sees_nothing_that_only_the_team_of_the_other_entry_was_shown(people: Qualified, *, kept_has_team: bool) -> None:
    records, other = PersonRecords(people.co_op), people.ada
    kept, kim, lee = people.others
    await records.fill_in(kept, communication__understand="Please speak slowly.")
    await records.fill_in(other, home__key_safe="4711")
    await records.share(kept, TEAM, UNDERSTAND)
    await records.share(other, TEAM, KEY_SAFE)
    async with event_publisher(people.co_op, "matching") as matching:
        for owner, member in ((other, kim), (kept, lee))[: 1 + kept_has_team]:
            team = str(new_id())
            joined = TeamMemberJoined(team_id=team, owner_id=str(owner), person_id=str(member), kind="friend")
            await matching.publish((joined, team))
        await people.co_op.wait_until_consumed("identity", "matching")
    assert await records.read(kim, other, KEY_SAFE) == {KEY_SAFE: "4711"}
    await merge(people, kept, other)
    assert await records.read(kim, kept, UNDERSTAND, KEY_SAFE) == ({} if kept_has_team else {KEY_SAFE: "4711"})
    assert await records.read(lee, kept, UNDERSTAND, KEY_SAFE) == {}


@pytest.mark.capability("I1", "I2", "I4")
@pytest.mark.parametrize("heard_first", [True, False], ids=["before the job", "after the job"])
async def test_a_membership_that_ends_by_the_merge_takes_nothing_else_with_it(people: Qualified, *, heard_first: bool) -> None:
    records, other = PersonRecords(people.co_op), people.ada
    kept, kim, moss = people.others
    await records.fill_in(moss, home__key_safe="0815")
    await records.share(moss, person_audience(other), KEY_SAFE)
    await let_act(people, moss, other)
    said = consent.RecordConsentRequest(
        request_id=str(new_id()), person_id=str(other), decision=consent.CONSENT_DECISION_SIGN_IN_HELP,
        answer=consent.CONSENT_ANSWER_YES, explained=[consent.EXPLANATION_SPOKEN], words="Yes.",
    )  # fmt: skip
    await call_service(people.co_op.stub(ConsentServiceStub).RecordConsent, said, people.co_op.token(other))
    today = people.today().isoformat()
    async with event_publisher(people.co_op, "membership") as membership:
        await membership.publish(*((MemberAdmitted(person_id=str(one), member_class="user"), str(one)) for one in (kept, other)))
        # The end that was planned for the other membership is dropped with it.
        await membership.publish((MembershipEnded(person_id=str(other), on="2999-01-01", reason="left"), str(other)))
        ended = (MembershipEnded(person_id=str(other), on=today, reason="merged"), str(other))
        if heard_first:
            await membership.publish(ended)
            await people.co_op.wait_until_consumed("identity", "membership")
        await merge(people, kept, other)
        if not heard_first:
            await membership.publish(ended)
            await people.co_op.wait_until_consumed("identity", "membership")
    assert await records.read(kept, moss, KEY_SAFE) == {KEY_SAFE: "0815"}
    assert await live_rights(people) == [(str(kept), str(moss))]
    assert await people.events(facts.ConsentEnded, facts.AccessEnded) == []
    assert [await people.co_op.all_rows("identity", table) for table in ("former_member", "membership_end")] == [[], []]
    assert await people.co_op.all_rows("identity", "co_op_member") == [(kept,)]
    assert await records.read(kim, moss, KEY_SAFE) == {}


@pytest.mark.capability("I1", "I4")
async def test_what_was_in_force_goes_before_what_only_waits_also_for_somebody_who_comes_back(people: Qualified) -> None:
    kept, moss, fay = people.others
    async with event_publisher(people.co_op, "membership") as membership:
        await membership.publish((MembershipEnded(person_id=str(kept), on="2026-01-01", reason="left"), str(kept)))
        await people.co_op.wait_until_consumed("identity", "membership")
    waits = await propose(people, kept, moss)
    await let_act(people, people.ada, moss)
    await let_act(people, fay, people.ada)
    await merge(people, kept, people.ada)
    assert await live_rights(people) == sorted([(str(moss), str(kept)), (str(kept), str(fay))])
    ended = [event for event in await people.events(facts.RelationshipEnded) if isinstance(event, facts.RelationshipEnded)]
    assert {event.why for event in ended} == {"replaced"}
    assert waits in {event.relationship_id for event in ended}


@pytest.mark.capability("I1", "I4")
async def test_who_acted_for_an_entry_of_their_own_acts_for_nobody(people: Qualified) -> None:
    """Both were merged into a third one before the job came by."""
    kept, second, last = people.others
    acts = await let_act(people, people.ada, second)
    async with people.co_op.database_transaction("identity", caller=callers.job("tests"), owner=True) as connection:
        await connection.execute("update person set merged_into = $1 where id = any($2)", kept, [people.ada, second])
        await connection.execute("insert into merge_to_follow (other) select unnest($1::uuid[])", [people.ada, second])
    await merge(people, kept, last)
    ended = [event for event in await people.events(facts.RelationshipEnded) if isinstance(event, facts.RelationshipEnded)]
    assert [(event.relationship_id, event.why) for event in ended] == [(acts, "mistake")]
    assert await live_rights(people) == []


@pytest.mark.capability("I1", "I6")
async def test_a_damaged_file_keeps_no_other_merge_waiting(people: Qualified) -> None:
    kept, second, friend = people.others
    photo = await people.upload(noisy_photo())
    records = PersonRecords(people.co_op)
    await records.fill_in(second, home__key_safe="4711")
    content = "update file_chunk set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) where file = $1 and number = 1"
    await change(people, content, UUID(photo))
    async with event_publisher(people.co_op, "matching") as matching:
        team = str(new_id())
        await matching.publish((TeamMemberJoined(team_id=team, owner_id=str(second), person_id=str(friend), kind="friend"), team))
        await people.co_op.wait_until_consumed("identity", "matching")
    await merge(people, kept, people.ada, followed_but=1)
    await merge(people, kept, second, followed_but=1)
    assert await records.read(kept, kept, KEY_SAFE) == {KEY_SAFE: "4711"}
    [waits] = await people.co_op.all_rows("identity", "merge_to_follow")
    assert waits[:3] == (people.ada, False, True), "the team that came to the kept entry meanwhile sees nothing that waits"
    as_kept = people.co_op.token(kept)
    # Put right, it is followed with the next try.
    await change(people, content, UUID(photo))
    await change(people, "update merge_to_follow set tried_at = null")
    await merge(people, kept, friend)
    assert await people.download(photo, as_kept)


@pytest.mark.capability("I1", "I6")
async def test_a_merged_entry_takes_nothing_more(people: Qualified) -> None:
    """As in the moments until the job has moved what it had."""
    kept, other, token = people.others[0], people.ada, people.own
    records, licence = PersonRecords(people.co_op), await people.add()
    await change(people, "update person set merged_into = $1 where id = $2", kept, other)
    begin = cred.BeginFileRequest(request_id=str(new_id()), person_id=str(other), purpose="evidence", size=1000)
    reject = cred.RejectCredentialRequest(request_id=str(new_id()), credential_id=licence, version=1, reason="Blurred.")
    chosen = notices.WaysToBeTold(easy_read=True, language="en", channel=notices.NOTICE_CHANNEL_LETTER)
    ways = notices.SetWaysToBeToldRequest(request_id=str(new_id()), person_id=str(other), ways=chosen)
    for call in (
        people.add(),
        people.verify(licence),
        call_service(people.credentials.RejectCredential, reject, people.secretary),
        call_service(people.files.BeginFile, begin, token),
        records.fill_in(other, home__key_safe="4711"),
        call_service(people.co_op.stub(NoticeServiceStub).SetWaysToBeTold, ways, token),
    ):
        with pytest.raises(FailedPrecondition, match="PERSON_MERGED") as refused:
            await call
        assert refused.value.details["person"] == str(kept)
