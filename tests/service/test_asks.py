"""Asks between co-ops in one of them: who may ask and reply, what all of it becomes when people act, merge, leave or are erased."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from google.protobuf.message import Message

from kith.federation.facts.v1 import facts_pb2 as federation
from kith.governance.facts.v1.facts_pb2 import AdoptedMatching, RulebookAdopted
from kith.identity.facts.v1.facts_pb2 import HatGiven, PersonErased, PersonsMerged
from kith.matching.v1 import asks_pb2 as pb
from kith.matching.v1 import support_profiles_pb2 as profiles
from kith.matching.v1.asks_pb2_grpc import AskServiceStub
from kith.matching.v1.support_profiles_pb2_grpc import SupportProfileServiceStub
from libs import callers
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.support.matching_people import MatchingPeople, matching_people
from tests.support.running_co_op import EventPublisher, Infrastructure, event_publisher
from tests.support.waiting import wait_until

REPLY, ASK_OF_ANOTHER, REFERENCE = "1b" * 16, "2c" * 16, "K7QF-2M9D"
WORDS = pb.AskWords(languages=["bsl"], blocks=["tue_morning"], district="zz1")


@dataclass
class AskingPeople:
    """Calls in the names of people, and what federation publishes."""

    people: MatchingPeople
    federation: EventPublisher

    @property
    def stub(self) -> AskServiceStub:
        return self.people.co_op.stub(AskServiceStub)

    def token(self, of: UUID, hat: str = "") -> str:
        return self.people.co_op.token(of, hat=hat)

    async def ask(self, person: UUID, token: str = "", words: pb.AskWords = WORDS) -> str:
        request = pb.AskOtherCoOpsRequest(request_id=str(new_id()), person_id=str(person), words=words, co_ops=["brook"])
        asked = await call_service(self.stub.AskOtherCoOps, request, token or self.token(person))
        assert asked == pb.AskOtherCoOpsResponse(), "answers are kept beside who called"
        return (await self.own(person, token))[0].ask_id

    async def own(self, of: UUID, token: str = "") -> list[pb.OwnAsk]:
        request = pb.GetAsksRequest(person_id=str(of))
        return list((await call_service(self.stub.GetAsks, request, token or self.token(of))).asks)

    async def answer(self, by: UUID, *, yes: bool = True) -> str:
        request = pb.AnswerAskReplyRequest(request_id=str(new_id()), reply_id=REPLY, yes=yes)
        return str((await call_service(self.stub.AnswerAskReply, request, self.token(by))).reference)

    async def hear(self, *events: Message) -> None:
        """What federation received of other co-ops."""
        await self.federation.publish(*((event, "0") for event in events))
        await self.people.co_op.wait_until_consumed("matching", "federation")

    async def take(self, ask: str = ASK_OF_ANOTHER) -> int:
        request = pb.TakeAskRequest(co_op="brook", ask_id=ask, languages=["bsl"], blocks=["tue_morning"])
        request.area.north, request.area.east = 1415, 1799
        request.until.FromDatetime(self.people.co_op.now() + timedelta(days=2))
        taken: pb.TakeAskResponse = await call_service(self.stub.TakeAsk, request, self.people.co_op.federation_token())
        return taken.at_least

    async def offer(self, worker: UUID) -> None:
        times = [profiles.WeeklyTime(day="tue", begins="09:00", ends="10:00")]
        profile = profiles.GivingSupport(
            postcode="ZZ1 1AA",
            reach_km=30,
            times=times,
            minutes_a_week=60,
            languages=["bsl"],
            works_as=profiles.WORKS_AS_VOLUNTEER,
            open=True,
        )
        request = profiles.SetGivingSupportRequest(request_id=str(new_id()), person_id=str(worker), profile=profile)
        await call_service(self.people.co_op.stub(SupportProfileServiceStub).SetGivingSupport, request, self.token(worker))
        await self.people.get_ready(worker)

    async def reply(self, worker: UUID, token: str = "") -> None:
        request = pb.ReplyToAskRequest(request_id=str(new_id()), co_op="brook", ask_id=ASK_OF_ANOTHER)
        await call_service(self.stub.ReplyToAsk, request, token or self.token(worker))

    async def replies(self, worker: UUID) -> list[pb.OwnReply]:
        return list((await call_service(self.stub.FindAsks, pb.FindAsksRequest(), self.token(worker))).replies)

    async def agreed(self, link: UUID, hat: str = "secretary") -> list[tuple[str, str]]:
        found = await call_service(self.stub.GetAgreedReplies, pb.GetAgreedRepliesRequest(), self.token(link, hat))
        return [(one.person_id, one.reference) for one in found.replies]

    async def published(self) -> list[str]:
        """The types of all events about asks, and of notices about them."""
        async with self.people.co_op.database_transaction("matching", owner=True) as connection:
            rows = await connection.fetch("select type, actor, cause, traceparent, acting_for, helped_by from outbox order by id")
        asks = [row for row in rows if "Ask" in row["type"] or "OtherCoOps" in row["type"]]
        assert {tuple(row.values())[1:] for row in asks} <= {("", "", "", "", "")}, "an event about an ask says who"
        return [row["type"].rpartition(".")[2] for row in asks]


@asynccontextmanager
async def asking_people(infrastructure: Infrastructure) -> AsyncIterator[AskingPeople]:
    async with matching_people(infrastructure) as people, event_publisher(people.co_op, "federation") as news:
        yield AskingPeople(people, news)


@pytest.mark.capability("T5")
async def test_the_person_and_who_acts_for_them_ask_and_nobody_else(infrastructure: Infrastructure) -> None:
    async with asking_people(infrastructure) as asking:
        ada, wren = await asking.people.members(2)
        acts = await asking.people.let_act(wren, ada)
        ask = await asking.ask(ada, acts)
        [own] = await asking.own(ada)
        assert (own.ask_id, own.words.district, own.open, list(own.co_ops)) == (ask, "ZZ1", True, ["brook"])
        assert [one.ask_id for one in await asking.own(ada, acts)] == [ask]
        for call in (asking.ask(ada, asking.token(wren)), asking.own(ada, asking.token(wren))):
            with pytest.raises(NotAllowed, match="NOT_YOURS"):
                await call
        with pytest.raises(NotAllowed, match="MEMBERS_ONLY"):
            await asking.ask(new_id())
        with pytest.raises(Invalid, match="DISTRICT_UNKNOWN"):
            await asking.ask(ada, words=pb.AskWords(blocks=["tue_morning"], district="ZZ1 1AA"))
        withdrawal = pb.WithdrawAskRequest(request_id=str(new_id()), ask_id=ask)
        with pytest.raises(NotFound, match="ASK_UNKNOWN"):
            await call_service(asking.stub.WithdrawAsk, withdrawal, asking.token(wren))
        await asking.hear(
            federation.AskCounted(peer="brook", ask_id=ask, at_least=10),
            federation.AskCounted(peer="brook", ask_id=ask, at_least=5),
            federation.AskCounted(peer="cove", ask_id=ask, at_least=5),
            federation.AskReplyReceived(peer="cove", ask_id=ask, reply_id=ASK_OF_ANOTHER),
            federation.AskReplyReceived(peer="brook", ask_id=ask, reply_id=REPLY),
            federation.AskReplyReceived(peer="brook", ask_id=ask, reply_id=REPLY),
        )
        [own] = await asking.own(ada)
        assert [(count.co_op, count.at_least) for count in own.counts] == [("brook", 10)], "the first answer stays, of who was asked"
        assert [(reply.co_op, reply.reply_id) for reply in own.replies] == [("brook", REPLY)]
        with pytest.raises(NotFound, match="ASK_REPLY_UNKNOWN"):
            await asking.answer(wren)
        assert await asking.published() == ["OtherCoOpsAsked"]


@pytest.mark.capability("T5")
async def test_both_entries_of_one_person_have_one_ask_and_who_leaves_or_is_erased_has_none(infrastructure: Infrastructure) -> None:
    async with asking_people(infrastructure) as asking:
        ada, twin, wren, link = await asking.people.members(4)
        await asking.people.identity.publish((HatGiven(person_id=str(link), hat="secretary"), str(link)))
        await asking.offer(wren)
        assert await asking.take() == 0
        assert await asking.take() == 0, "the same once more"
        ask = await asking.ask(twin)
        await asking.hear(federation.AskReplyReceived(peer="brook", ask_id=ask, reply_id=REPLY))
        await asking.reply(wren)
        await asking.reply(wren)
        [own] = await asking.replies(wren)
        await asking.hear(
            federation.AskReplyAgreed(peer="cove", ask_id=ASK_OF_ANOTHER, reply_id=own.reply_id, reference="AAAA-AAAA"),
            federation.AskReplyAgreed(peer="brook", ask_id=ASK_OF_ANOTHER, reply_id=own.reply_id, reference=REFERENCE),
        )
        reference = await asking.answer(twin)
        assert await asking.answer(twin) == reference, "a yes is said once"
        merged = PersonsMerged(kept_person_id=str(ada), other_person_id=str(twin))
        await asking.people.identity.publish((merged, str(ada)))
        await asking.people.co_op.wait_until_consumed("matching", "identity")
        assert [one.ask_id for one in await asking.own(ada)] == [ask]
        assert sorted(await asking.agreed(link)) == sorted([(str(ada), reference), (str(wren), REFERENCE)])
        await _follows_the_hat_of_the_link(asking, link)
        kinds = {kind for kind, _ in await asking.people.exported(ada)}
        assert {"co_op_ask", "co_op_ask_reply"} <= kinds
        assert "received_ask_reply" in {kind for kind, _ in await asking.people.exported(wren)}

        await asking.people.leave(wren)
        erased = PersonErased(erasure_id=str(new_id()), person_ids=[str(ada), str(twin)])
        await asking.people.identity.publish((erased, str(ada)))
        await asking.people.co_op.wait_until_consumed("matching", "identity")
        published = ["OtherCoOpsAsked", "AskReplied", "AskReplyAccepted", "AskWithdrawn", "AskReplyTakenBack"]
        await wait_until(lambda: _has_published(asking, published))
        assert await asking.agreed(link) == []
        await asking.ask(link)
        # A month later nothing is left of any ask.
        await asking.people.co_op.move_clock(100 * 86_400)
        await wait_until(lambda: _is_forgotten(asking))


async def _is_forgotten(asking: AskingPeople) -> bool:
    async with asking.people.co_op.database_transaction("matching", owner=True) as connection:
        await connection.execute("select set_config('kith.system', 'tests', true)")
        left = [await connection.fetchval(f"select count(*) from {table}") for table in ("co_op_ask", "received_ask", "told_count")]  # noqa: S608 - our own names
    return left == [0, 0, 0]


async def _has_published(asking: AskingPeople, types: list[str]) -> bool:
    return sorted(await asking.published()) == sorted(types)


@pytest.mark.capability("T5")
async def test_who_does_not_fit_does_not_reply_and_five_are_enough(infrastructure: Infrastructure) -> None:
    async with asking_people(infrastructure) as asking:
        members = await asking.people.members(8)
        ada, workers = members[0], members[1:]
        for worker in workers[:6]:
            await asking.offer(worker)
        await asking.take()
        acts = await asking.people.let_act(ada, workers[0])
        with pytest.raises(NotAllowed):
            await asking.reply(workers[0], acts)
        for outside in (ada, workers[6]):
            with pytest.raises(FailedPrecondition, match="ASK_DOES_NOT_FIT"):
                await asking.reply(outside)
        for worker in workers[:5]:
            await asking.reply(worker)
        with pytest.raises(FailedPrecondition, match="ENOUGH_REPLIED"):
            await asking.reply(workers[5])
        await asking.hear(federation.AskEnded(peer="brook", ask_id=ASK_OF_ANOTHER))
        assert await asking.replies(workers[0]) == []
        with pytest.raises(NotFound, match="ASK_UNKNOWN"):
            await asking.reply(workers[5])
        # Another peer's asks go with its peering, and what it replied.
        await asking.take("3d" * 16)
        own = await asking.ask(ada)
        await asking.hear(federation.AskReplyReceived(peer="brook", ask_id=own, reply_id=REPLY))
        assert len((await asking.own(ada))[0].replies) == 1
        await asking.hear(federation.PeerSevered(peer="brook"))
        assert list((await asking.own(ada))[0].replies) == []
        found = await call_service(asking.stub.FindAsks, pb.FindAsksRequest(), asking.token(workers[5]))
        assert (list(found.asks), found.has_offer) == ([], True)


async def _follows_the_hat_of_the_link(asking: AskingPeople, link: UUID) -> None:
    """Where the rulebook names a hat of its own, a secretary sees nothing of it, and neither does the database show it to them."""
    await asking.people.identity.publish((HatGiven(person_id=str(link), hat="link"), str(link)))
    await asking.people.co_op.wait_until_consumed("matching", "identity")
    for hat, other in (("link", "secretary"), ("secretary", "link")):
        rules = AdoptedMatching(interest_days=14, meeting_days=28, trial_days=56, shown_a_week=20, link_hat=hat)
        adopted = RulebookAdopted(rulebook_hash="11" * 32, decision_id=str(new_id()), matching=rules)
        await asking.people.governance.publish((adopted, adopted.decision_id))
        await asking.people.co_op.wait_until_consumed("matching", "governance")
        assert len(await asking.agreed(link, hat)) == 2
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await asking.agreed(link, other)
        async with asking.people.co_op.database_transaction("matching", caller=callers.Caller(str(link), link, hat=other)) as rows:
            assert await rows.fetch("select id from co_op_ask_reply union all select id from received_ask_reply") == []
