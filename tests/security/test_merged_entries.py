"""Two entries of one person are merged: one is used from then on, both histories stay, and nobody ends up with two votes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from kith.governance.v1 import governance_pb2 as gov
from kith.identity.facts.v1.facts_pb2 import (
    HatGiven,
    HatTaken,
    HoldNoticed,
    PersonsMerged,
    RelationshipEnded,
    SessionsEnded,
    SignInCodesRevoked,
)
from kith.identity.v1 import data_requests_pb2 as req
from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1 import record_pb2 as record
from kith.identity.v1 import recovery_pb2 as rec
from kith.identity.v1 import relationships_pb2 as rel
from kith.identity.v1.data_requests_pb2_grpc import DataRequestServiceStub
from kith.identity.v1.record_pb2_grpc import RecordServiceStub
from kith.identity.v1.recovery_pb2_grpc import RecoveryServiceStub
from kith.identity.v1.relationships_pb2_grpc import RelationshipServiceStub
from kith.membership.facts.v1.facts_pb2 import MembershipEnded
from kith.membership.v1 import membership_pb2 as memb
from libs import callers
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, FailedPrecondition, Invalid, NotAllowed, NotFound, NotSignedIn
from libs.rpc.client import call_service
from services.membership.reactions import governance, identity
from tests.support.merging_co_op import WHY, MergingCoOp, merging_co_op
from tests.support.running_co_op import Infrastructure

on_one_loop = pytest.mark.asyncio(loop_scope="module")
LONDON = ZoneInfo("Europe/London")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def co_op(infrastructure: Infrastructure) -> AsyncIterator[MergingCoOp]:
    async with merging_co_op(infrastructure) as made:
        yield made


@on_one_loop
async def test_the_other_entry_signs_nobody_in_any_more_and_stays_readable(co_op: MergingCoOp) -> None:
    kept, other = await co_op.register("Una Odell", email="una@example.org"), await co_op.register("Una O'Dell", phone="01632 960777")
    card = pb.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(other), kind=pb.CODE_KIND_CARD)
    code = (await call_service(co_op.identity.IssueSignInCode, card, co_op.token)).code
    session = await call_service(co_op.identity.SignIn, pb.SignInRequest(code=code))
    hat = pb.GiveHatRequest(request_id=str(new_id()), person_id=str(other), hat="operator")
    await call_service(co_op.identity.GiveHat, hat, co_op.token)
    before = len(await co_op.running.published_events("identity"))
    request_id = str(new_id())
    await co_op.merge(kept, other, request_id=request_id)
    await co_op.merge(kept, other, request_id=request_id)
    assert (await co_op.running.published_events("identity"))[before:] == [
        SessionsEnded(person_id=str(other), session_ids=[session.session_id], why="merged"),
        SignInCodesRevoked(person_id=str(other)),
        HatGiven(person_id=str(kept), hat="operator"),
        HatTaken(person_id=str(other), hat="operator"),
        PersonsMerged(kept_person_id=str(kept), other_person_id=str(other)),
    ]
    renewal = pb.RenewTokenRequest(session_id=session.session_id, session_key=session.session_key)
    await co_op.refused(NotSignedIn, "SESSION_ENDED", call_service(co_op.identity.RenewToken, renewal))
    await co_op.refused(NotSignedIn, "SIGN_IN_FAILED", call_service(co_op.identity.SignIn, pb.SignInRequest(code=code)))
    of_kept, of_other = await co_op.person(kept), await co_op.person(other)
    assert (list(of_kept.hats), of_kept.email, of_kept.phone, list(of_kept.merged_entries)) == (
        ["operator"], "una@example.org", "01632 960777", [str(other)],
    )  # fmt: skip
    assert (of_other.full_name, of_other.phone, of_other.merged_into, of_other.merge_reason) == (
        "Una O'Dell", "01632 960777", str(kept), WHY,
    )  # fmt: skip
    assert of_other.HasField("merged_at")
    correction = pb.CorrectPersonRequest(request_id=str(new_id()), person_id=str(other), full_name="Una", version=of_other.version)
    link = pb.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(other), kind=pb.CODE_KIND_LINK)
    hat = pb.GiveHatRequest(request_id=str(new_id()), person_id=str(other), hat="operator")
    for call in (
        call_service(co_op.identity.IssueSignInCode, link, co_op.token),
        call_service(co_op.identity.GiveHat, hat, co_op.token),
        call_service(co_op.identity.CorrectPerson, correction, co_op.token),
    ):
        refusal = await co_op.refused(FailedPrecondition, "PERSON_MERGED", call)
        assert refusal.details["person"] == str(kept)
    again = pb.NewPerson(full_name="una o\u2019dell", phone="+44 1632 960777")
    registration = pb.RegisterPersonsRequest(request_id=str(new_id()), persons=[again])
    [row] = (await call_service(co_op.identity.RegisterPersons, registration, co_op.token)).persons
    assert (row.refusal, row.person_id) == ("PERSON_KNOWN", str(kept)), "what recognised the other entry recognises the kept one"


@on_one_loop
async def test_what_cannot_be_merged_is_refused_and_says_why(co_op: MergingCoOp) -> None:
    ada, ben, cy = [await co_op.register(name) for name in ("Ada", "Ben", "Cy")]
    for kind, reason, call in (
        (NotAllowed, "HAT_NEEDED", co_op.merge(ada, ben, token=co_op.running.token(ada))),
        (NotAllowed, "HAT_NEEDED", co_op.check_merge(ada, co_op.running.token(ada))),
        (Invalid, "SAME_ENTRY", co_op.merge(ada, ada)),
        (NotFound, "PERSON_UNKNOWN", co_op.merge(ada, new_id())),
        (NotFound, "PERSON_UNKNOWN", co_op.merge(new_id(), ada)),
        (Invalid, "MERGE_REASON_MISSING", co_op.merge(ada, ben, reason="  ")),
        (Invalid, "REASON_TOO_LONG", co_op.merge(ada, ben, reason="x" * 501)),
        (FailedPrecondition, "OWN_ENTRY", co_op.merge(ada, co_op.secretary)),
    ):
        await co_op.refused(kind, reason, call)
    await co_op.merge(ben, ada)
    for kept, other in ((ben, ada), (cy, ada), (ada, cy)):
        await co_op.refused(FailedPrecondition, "PERSON_MERGED", co_op.merge(kept, other))
    await co_op.merge(cy, ben)
    assert [(await co_op.person(person)).merged_into for person in (ada, ben, cy)] == [str(cy), str(cy), ""]
    assert sorted((await co_op.person(cy)).merged_entries) == sorted([str(ada), str(ben)])
    merges = {row[0]: row[1] for row in await co_op.running.all_rows("identity", "person_merge")}
    assert (merges[ada], merges[ben]) == (ben, cy), "how they came there is kept"


@on_one_loop
async def test_a_name_finds_the_entry_in_use_and_nobody_acts_or_sees_through_a_merged_one(co_op: MergingCoOp) -> None:
    relationships, ash = co_op.running.stub(RelationshipServiceStub), await co_op.register("Ash")
    kept, other = await co_op.register("Ola Grey", email="ola@example.org"), await co_op.register("Ola Grey", email="ola.grey@example.org")

    async def propose(**holder: str) -> str:
        request = rel.ProposeRelationshipRequest(
            request_id=str(new_id()), kind=rel.RELATIONSHIP_KIND_FRIEND, scopes=[rel.ACTING_SCOPE_CONTACTS], **holder
        )
        return str((await call_service(relationships.ProposeRelationship, request, co_op.running.token(ash))).relationship_id)

    await co_op.refused(Invalid, "HOLDER_AMBIGUOUS", propose(holder_name="ola grey"))
    open_for_other = await propose(holder_id=str(other))
    await co_op.merge(kept, other)
    refusal = await co_op.refused(FailedPrecondition, "PERSON_MERGED", propose(holder_id=str(other)))
    assert refusal.details["person"] == str(kept)
    acceptance = rel.AcceptRelationshipRequest(request_id=str(new_id()), relationship_id=open_for_other)
    accept = call_service(relationships.AcceptRelationship, acceptance, co_op.running.token(other))
    await co_op.refused(FailedPrecondition, "PERSON_MERGED", accept)
    audience = record.Audience(kind=record.AUDIENCE_KIND_PERSON, person_id=str(other))
    access = record.GiveAccessRequest(request_id=str(new_id()), fields=["home.key_safe"], audience=audience)
    give = call_service(co_op.running.stub(RecordServiceStub).GiveAccess, access, co_op.running.token(ash))
    await co_op.refused(FailedPrecondition, "PERSON_MERGED", give)
    assert await propose(holder_name="ola grey") == await propose(holder_id=str(kept)), "the name means the entry in use"


@on_one_loop
@pytest.mark.parametrize("kept_acts", [True, False], ids=["the kept entry acts", "the other entry acts"])
async def test_neither_of_the_two_entries_acts_for_the_other_any_more(co_op: MergingCoOp, *, kept_acts: bool) -> None:
    relationships = co_op.running.stub(RelationshipServiceStub)
    kept, other, friend = [await co_op.register(name) for name in ("Ray", "Raymond", "Fay")]
    subject, holder = (other, kept) if kept_acts else (kept, other)

    async def let_act(by: UUID) -> str:
        proposal = rel.ProposeRelationshipRequest(
            request_id=str(new_id()), holder_id=str(by), kind=rel.RELATIONSHIP_KIND_FRIEND, scopes=[rel.ACTING_SCOPE_HOME]
        )
        id_ = str((await call_service(relationships.ProposeRelationship, proposal, co_op.running.token(subject))).relationship_id)
        acceptance = rel.AcceptRelationshipRequest(request_id=str(new_id()), relationship_id=id_)
        await call_service(relationships.AcceptRelationship, acceptance, co_op.running.token(by))
        return id_

    ends, stays = await let_act(holder), await let_act(friend)
    await co_op.merge(kept, other)
    told = [event for event in await co_op.running.published_events("identity") if isinstance(event, RelationshipEnded)]
    why = {event.relationship_id: event.why for event in told}
    assert (why.get(ends), why.get(stays)) == ("mistake", None)
    ended_at = {str(row[0]): row[-1] for row in await co_op.running.all_rows("identity", "acting_right")}
    assert (ended_at[ends] is None, ended_at[stays] is None) == (False, True)


@on_one_loop
async def test_each_address_of_both_entries_tells_a_helper_from_a_namesake(co_op: MergingCoOp) -> None:
    recovery, namesake = co_op.running.stub(RecoveryServiceStub), await co_op.register("Ivo Hart", email="hart@example.org")
    kept, other = await co_op.register("Ivo Hart", email="a.ivo@example.org"), await co_op.register("Ivo Hart", email="z.ivo@example.org")
    await co_op.merge(kept, other)

    async def name(email: str) -> str:
        person = await co_op.register("Eve")
        request = rec.NameRecoveryHelperRequest(request_id=str(new_id()), full_name="Ivo Hart", email=email)
        return str((await call_service(recovery.NameRecoveryHelper, request, co_op.running.token(person))).helper_id)

    assert [await name(email) for email in ("A.ivo@example.org", "z.ivo@example.org", "hart@example.org")] == [
        str(kept), str(kept), str(namesake),
    ]  # fmt: skip
    for email in ("", "nobody@example.org"):
        await co_op.refused(Invalid, "HELPER_AMBIGUOUS", name(email))


@on_one_loop
async def test_of_two_secretaries_who_merge_in_opposite_directions_one_is_refused(co_op: MergingCoOp) -> None:
    for _ in range(3):
        one, two = await co_op.register("One"), await co_op.register("Two")
        results = await asyncio.gather(co_op.merge(one, two), co_op.merge(two, one), return_exceptions=True)
        [refusal] = [result for result in results if result is not None]
        assert (type(refusal), getattr(refusal, "reason", "")) == (FailedPrecondition, "PERSON_MERGED")
        assert [bool((await co_op.person(person)).merged_into) for person in (one, two)].count(True) == 1


@on_one_loop
async def test_the_register_keeps_one_membership_and_both_histories_once_even_after_a_rebuild(co_op: MergingCoOp) -> None:
    today = co_op.running.today().isoformat()
    kept, other, newcomer, member = [await co_op.register(name) for name in ("Kept", "Other", "New", "Member")]
    await co_op.admit(kept)
    await co_op.admit(other, member, member_class="user")
    before = await co_op.member(kept), await co_op.member(other)
    await co_op.merge(kept, other)
    await co_op.merge(newcomer, member)
    await co_op.follow()
    after = await co_op.member(kept), await co_op.member(other)
    assert after[0] == before[0]
    assert (after[1].member_number, after[1].register_name, after[1].ended_on) == (before[1].member_number, "As Entered", today)
    assert [(span.member_class, span.from_day, span.to_day) for span in after[1].standings] == [("user", today, today)]
    taken_over, ended = await co_op.member(newcomer), await co_op.member(member)
    assert (taken_over.member_class, taken_over.admitted_on, taken_over.ended_on) == ("user", today, "")
    assert taken_over.member_number != ended.member_number
    listed = memb.ListMembersRequest(person_ids=[str(person) for person in (kept, other, newcomer, member)])
    register = (await call_service(co_op.membership.ListMembers, listed, co_op.token)).members
    assert {row.person_id for row in register} == {str(kept), str(newcomer)}, "each person once, today already"
    count = await call_service(co_op.membership.CountMembers, memb.CountMembersRequest(), co_op.token)
    everybody = (await call_service(co_op.membership.ListMembers, memb.ListMembersRequest(page_size=200), co_op.token)).members
    assert sum(row.members for row in count.classes) == len(everybody)
    published = await co_op.running.published_events("membership")
    assert published.count(MembershipEnded(person_id=str(other), on=today, reason="merged")) == 1
    row = memb.AdmitMembersRequest(request_id=str(new_id()), admissions=[memb.Admission(person_id=str(other), member_class="user",
                                   register_name="Again")])  # fmt: skip
    assert (await call_service(co_op.membership.AdmitMembers, row, co_op.token)).members[0].refusal == "PERSON_MERGED"
    await co_op.running.rebuild("membership", identity.reactions(LONDON), governance.reactions(LONDON))
    await co_op.follow()
    assert await co_op.running.published_events("membership") == published, "a rebuild merges nothing again"


@on_one_loop
async def test_an_application_of_either_entry_is_decided_when_the_kept_one_is_a_member_and_waits_otherwise(co_op: MergingCoOp) -> None:
    becomes_member, member, applicant, other = [await co_op.register(name) for name in ("Becomes", "Member", "Applicant", "Other")]
    await co_op.admit(member)
    for person in (becomes_member, other):
        request = memb.ApplyRequest(request_id=str(new_id()), member_class="worker", why="I live here.")
        await call_service(co_op.membership.Apply, request, co_op.running.token(person))
    await co_op.merge(becomes_member, member)
    await co_op.merge(applicant, other)
    await co_op.follow()
    waiting = await call_service(co_op.membership.ListApplications, memb.ListApplicationsRequest(), co_op.token)
    assert [application.person_id for application in waiting.applications] == [str(applicant)]


@on_one_loop
async def test_an_entry_on_the_roll_of_an_open_motion_is_not_merged_and_a_merged_one_casts_no_ballot(co_op: MergingCoOp) -> None:
    kept, other, late = [await co_op.register(name) for name in ("Voter", "Voter", "Voter")]
    await co_op.admit(kept, other, late)
    await co_op.follow()
    motion = await co_op.open_motion()
    blocking, on_no_roll = (await co_op.check_merge(other)).open_roll, await co_op.register("On no roll")
    assert blocking.title == "Shall we buy the van?"
    assert blocking.closes_at.ToDatetime(UTC) > co_op.running.now() + timedelta(hours=1)
    assert not (await co_op.check_merge(on_no_roll)).HasField("open_roll")
    reads = [row for row in await co_op.running.all_rows("governance", "read_audit") if other in row or on_no_roll in row]
    assert len(reads) == 2, "both reads are audited, also the one that stops the merge"
    # A secretary who merges at the very moment at which a roll is frozen finds both on it.
    await co_op.merge(kept, other)
    await co_op.follow()

    def ballot(revision: int = 0) -> gov.CastBallotRequest:
        return gov.CastBallotRequest(request_id=str(new_id()), motion_id=motion, choice="for", revision=revision)

    await call_service(co_op.governance.CastBallot, ballot(), co_op.running.token(kept))
    stale = co_op.running.token(other)
    await co_op.refused(FailedPrecondition, "PERSON_MERGED", call_service(co_op.governance.CastBallot, ballot(), stale))
    paper = gov.RecordBallotRequest(request_id=str(new_id()), motion_id=motion, person_id=str(other), choice="for", taken="paper")
    await co_op.refused(FailedPrecondition, "PERSON_MERGED", call_service(co_op.governance.RecordBallot, paper, co_op.token))
    roll = [row for row in await co_op.running.all_rows("governance", "roll") if row[0] == UUID(motion)]
    assert {row[1]: row[3] for row in roll if row[1] in (kept, other)} == {kept: 1, other: 0}, "a frozen roll stays as it is"
    later = await co_op.open_motion()
    on_roll = [row[1] for row in await co_op.running.all_rows("governance", "roll") if row[0] == UUID(later)]
    assert (kept in on_roll, other in on_roll) == (True, False), "both are members today, and only one entry votes"


@on_one_loop
async def test_the_register_follows_a_merge_although_it_was_stopped_before_it_could(co_op: MergingCoOp) -> None:
    """As after a kill between identity's commit and membership's reaction: the event waits in identity's outbox."""
    kept, other = await co_op.register("Before"), await co_op.register("After")
    await co_op.admit(kept, other)
    async with AsyncExitStack() as register:
        connection = await register.enter_async_context(co_op.running.database_transaction("membership"))
        await connection.execute("select n from next_number for update")
        await co_op.merge(kept, other)
        assert (await co_op.member(other)).ended_on == ""
        await co_op.running.restart(register.aclose)
    await co_op.follow()
    assert ((await co_op.member(kept)).ended_on, bool((await co_op.member(other)).ended_on)) == ("", True)


async def _held(co_op: MergingCoOp) -> set[object]:
    """The entries under a hold, which all services agree on."""
    await co_op.running.wait_until_consumed("membership", "identity")
    [held, followed] = [{row[1] for row in await co_op.running.all_rows(name, "held_person")} for name in ("identity", "membership")]
    assert held == followed
    return held


@on_one_loop
async def test_a_hold_protects_every_entry_of_the_person(co_op: MergingCoOp) -> None:
    kept, other, earlier, last = [await co_op.register("Hal Held") for _ in range(4)]
    stub, day = co_op.running.stub(DataRequestServiceStub), (co_op.running.today() + timedelta(days=30)).isoformat()
    place = req.PlaceHoldRequest(kind=req.HOLD_KIND_CLAIM, reason="A claim.", review_day=day)

    async def hold(person: UUID) -> str:
        place.request_id, place.person_id = str(new_id()), str(person)
        return str((await call_service(stub.PlaceHold, place, co_op.token)).hold_id)

    await co_op.merge(other, earlier)
    of_other = await hold(other)
    assert await _held(co_op) == {other, earlier}
    of_kept = await hold(kept)
    await co_op.merge(kept, other)
    await co_op.merge(kept, last)
    listed = await call_service(stub.ListHolds, req.ListHoldsRequest(person_id=str(kept)), co_op.token)
    assert {hold.hold_id for hold in listed.holds} == {of_kept, of_other}, "also those on an entry that was merged"
    for ended in (of_kept, of_other):
        assert await _held(co_op) == {kept, other, earlier, last}
        await call_service(stub.ReleaseHold, req.ReleaseHoldRequest(request_id=str(new_id()), hold_id=ended), co_op.token)
    assert await _held(co_op) == set()
    events = await co_op.running.published_events("identity")
    assert len([event for event in events if isinstance(event, HoldNoticed) and event.person_id == str(kept) and not event.released]) == 1


@on_one_loop
async def test_an_entry_that_is_to_be_erased_is_not_merged(co_op: MergingCoOp) -> None:
    kept, other = [await co_op.register("Gil Gone") for _ in range(2)]
    async with co_op.running.database_transaction("identity", caller=callers.job("tests")) as connection:
        await connection.execute(
            "insert into erasure (id, person, entries, decided_by, decided_at, erased_at) "
            "values ($1, $2, array[$2::uuid], 'tests', now(), now())",
            *(new_id(), other),
        )
    for one, two in ((kept, other), (other, kept)):
        await co_op.refused(AlreadyExists, "ERASED_BEFORE", co_op.merge(one, two))
