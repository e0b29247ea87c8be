"""Who a pseudonym belongs to stays at home, and at home with whom it concerns: in the tables, in the facts, and over the wire."""

from uuid import UUID

import pytest

from kith.governance.v1 import votes_pb2 as pb
from libs import callers
from libs.callers import Caller
from libs.refusals import NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.support.member_assembly import refused_with
from tests.support.running_co_op import Infrastructure
from tests.support.simulated_vote import SimulatedVote, member_identity, simulated_vote

WHOSE_ROWS = "select person from vote_row"


async def list_visible_rows(voting: SimulatedVote, caller: Caller, query: str = WHOSE_ROWS) -> list[UUID]:
    """Whom the run role finds as this caller."""
    async with voting.assembly.co_op.database_transaction("governance", caller=caller) as rows:
        return [row["person"] for row in await rows.fetch(query)]


@pytest.mark.capability("G15")
async def test_a_members_own_row_is_the_only_one_they_can_read_even_by_sql(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5, friend=1) as voting:
        await voting.open()
        pat, kim = voting.voters[:2]
        await voting.cast(pat, "for")
        await voting.cast(kim, "against")
        secretary, scrutineer = voting.assembly.secretary, voting.scrutineers[0]
        assert await list_visible_rows(voting, callers.person(pat)) == [pat]
        assert await list_visible_rows(voting, callers.person(pat), "select person from vote_ballot") == [pat]
        for nobody in (callers.ANONYMOUS, callers.person(secretary), callers.person(pat, hat="operator"), callers.job("close_due_motions")):
            seen = await list_visible_rows(voting, nobody)
            assert seen == ([pat] if nobody.person == pat else [])
        # A hat that is claimed and not worn opens nothing more.
        assert await list_visible_rows(voting, callers.person(pat, hat="secretary")) == [pat]
        for office in (callers.person(secretary, hat="secretary"), callers.person(scrutineer, hat="scrutineer")):
            assert len(await list_visible_rows(voting, office)) == 11
            # Not what they chose.
            assert await list_visible_rows(voting, office, "select person from vote_ballot") == []


@pytest.mark.parametrize(
    "deed",
    [
        "delete from vote_row",
        "delete from vote_ballot",
        "delete from vote",
        "update vote_ballot set choice = '\"for\"'",
        "update vote set terms = 'x'",
        "update vote_row set pseudonym = 'x'",
        "update vote_row set person = gen_random_uuid()",
        "truncate vote_attestation",
        "update vote_word set decision = 1",
    ],
)
async def test_what_was_taken_or_cast_cannot_be_altered_by_the_service_itself(infrastructure: Infrastructure, deed: str) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        secretary = callers.person(voting.assembly.secretary, hat="secretary")
        async with voting.assembly.co_op.database_transaction("governance", caller=secretary) as rows:
            with pytest.raises(Exception, match="permission denied"):
                await rows.execute(deed)


@pytest.mark.capability("G15")
async def test_the_ballot_event_identifies_nobody(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        await voting.open()
        await voting.cast(voting.voters[0], "for", request_id="a-request-of-pat")
        async with voting.assembly.co_op.database_transaction("governance") as rows:
            cast = await rows.fetch("select actor, cause, traceparent from outbox where type like '%VoteBallotCast'")
            everything = await rows.fetch("select * from outbox where type like '%.Vote%'")
        assert [tuple(row.values()) for row in cast] == [("", "", "")]
        said = b" ".join(row["payload"] for row in everything)
        for person in voting.voters:
            assert str(person).encode() not in said
            assert member_identity(person).partition("\n")[2].encode() not in said


@pytest.mark.capability("G15")
async def test_a_card_is_its_members_or_shown_to_a_secretary_and_written_down(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5, friend=1) as voting:
        assembly = voting.assembly
        await voting.open()
        pat, kim = voting.voters[:2]

        async def card(token: str, person: UUID | None = None) -> pb.GetVoteCardResponse:
            request = pb.GetVoteCardRequest(vote_id=voting.vote, person_id=str(person or ""))
            response: pb.GetVoteCardResponse = await call_service(voting.stub.GetVoteCard, request, token)
            return response

        own = await card(assembly.co_op.token(pat))
        with refused_with(NotAllowed, "HAT_NEEDED"):
            await card(assembly.co_op.token(kim), pat)
        with refused_with(NotAllowed, "HAT_NEEDED"):
            await card(voting.scrutineer(), pat)
        with refused_with(NotFound, "NOT_ON_VOTE_ROLL"):
            await card(assembly.co_op.token(assembly.members["friend"][0]))
        async with assembly.co_op.database_transaction("governance") as rows:
            assert await rows.fetchval("select count(*) from read_audit") == 0
        assert await card(assembly.secretary_token(), pat) == own
        async with assembly.co_op.database_transaction("governance") as rows:
            noted = await rows.fetch("select reader, subject, record from read_audit")
        assert [tuple(row.values()) for row in noted] == [(str(assembly.secretary), pat, "card of a vote")]


async def test_the_list_of_rows_is_for_offices_paged_written_down_and_without_pseudonyms(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        assembly = voting.assembly
        await voting.open()
        pat = voting.voters[0]
        await voting.cast(pat, "for")
        with refused_with(NotAllowed, "HAT_NEEDED"):
            await call_service(voting.stub.ListVoteRows, pb.ListVoteRowsRequest(vote_id=voting.vote), assembly.co_op.token(pat))
        found: list[pb.VoteRow] = []
        token = ""
        for size in (4, 4, 3):
            request = pb.ListVoteRowsRequest(vote_id=voting.vote, page_size=4, page_token=token)
            page = await call_service(voting.stub.ListVoteRows, request, voting.scrutineer())
            assert len(page.rows) == size
            found += page.rows
            token = page.next_page_token
        assert token == ""
        assert sorted(one.person_id for one in found) == sorted(str(voter) for voter in voting.voters)
        assert [one.person_id for one in found if one.has_voted] == [str(pat)]
        async with assembly.co_op.database_transaction("governance") as rows:
            assert await rows.fetchval("select count(*) from read_audit where record = 'row of a vote'") == 11
