"""The news projection of web: events become a person's news, and a rebuild gives the same rows."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from google.protobuf.message import Message

from kith.federation.facts.v1.facts_pb2 import PeerUnreachable, VoteDisputed, VoteOpened, VoteProposed
from kith.governance.facts.v1.facts_pb2 import BallotCast, MotionClosed, MotionOpened
from kith.identity.facts.v1.facts_pb2 import HoldDue, SignInCodeIssued
from kith.scheduling.facts.v1.facts_pb2 import NoticeWanted
from libs import callers
from libs.clock import SystemClock
from libs.database.engine import Database, new_id
from libs.host.event_anchor import EventAnchor
from libs.host.process import Process
from libs.messages.reactions import Reactions
from libs.messages.rebuild import rebuild_projections
from services.web.news_reader import DatabaseNewsReader
from services.web.reactions import federation, governance, identity, scheduling
from services.web.storage.news import NewsItem
from tests.support.running_co_op import EventPublisher, Infrastructure, RunningCoOp, event_publisher, running_co_op

_ADDRESSES = ("identity_address", "membership_address", "governance_address", "federation_address")
ADA, BEN, MOTION = new_id(), new_id(), new_id()
VOTE = "5e" * 32


@dataclass
class NewsFeedHarness:
    """Web, and the voices it listens to."""

    co_op: RunningCoOp
    governance: EventPublisher
    identity: EventPublisher
    federation: EventPublisher
    scheduling: EventPublisher
    database: Database

    async def lived(self) -> None:
        """A question is put, both vote and one on paper, it is counted; Ada gets a card."""
        await self.governance.publish((MotionOpened(motion_id=str(MOTION)), str(MOTION)))
        await self.identity.publish((SignInCodeIssued(person_id=str(ADA), kind="card"), str(ADA)))
        await self.governance.publish(*((_ballot_recorded(one, taken), str(MOTION)) for one, taken in ((ADA, "paper"), (BEN, "page"))))
        await self.governance.publish((MotionClosed(motion_id=str(MOTION), passes=True), str(MOTION)))
        await self.heard()

    async def heard(self) -> None:
        for source in ("governance", "identity"):
            await self.co_op.wait_until_consumed("web", source)

    async def of(self, person: UUID, most: int = 10, page_token: str = "", hats: Sequence[str] = ()) -> tuple[list[NewsItem], str]:
        page = await DatabaseNewsReader(self.database, SystemClock()).list_for(str(person), most, page_token, hats)
        return page.items, page.next_token

    async def kinds(self, person: UUID) -> list[str]:
        return [one.kind for one in (await self.of(person))[0]]

    async def rebuild(self, reactions: Sequence[Reactions]) -> None:
        for reaction in reactions:
            async with self.database.work(callers.reaction(reaction.source), datetime.now(UTC)) as work:
                await rebuild_projections(work, [reaction])


def _ballot_recorded(person: UUID, taken: str) -> Message:
    return BallotCast(motion_id=str(MOTION), ballot_id=str(new_id()), person_id=str(person), revision=1, taken=taken)


@asynccontextmanager
async def news_feed_harness(infrastructure: Infrastructure) -> AsyncIterator[NewsFeedHarness]:
    settings = {name: f"unix:/nobody/{name}" for name in _ADDRESSES}
    forms_key = infrastructure.keys_folder / "forms.key"
    web: dict[str, object] = {**settings, "forms_key_file": forms_key, "page_address": "127.0.0.1:0"}
    async with (
        running_co_op(infrastructure, "web", web=web) as co_op,
        event_publisher(co_op, "governance") as votes,
        event_publisher(co_op, "identity") as doors,
        event_publisher(co_op, "federation") as edge,
        event_publisher(co_op, "scheduling") as visits,
    ):
        database = Database(co_op.databases["web"].run_url)
        try:
            yield NewsFeedHarness(co_op, votes, doors, edge, visits, database)
        finally:
            await database.close()


async def test_everybody_hears_of_questions_and_each_of_their_own_votes_and_cards(infrastructure: Infrastructure) -> None:
    async with news_feed_harness(infrastructure) as room:
        await room.lived()
        assert await room.kinds(ADA) == ["motion_closed", "vote_recorded", "code_issued", "motion_opened"]
        assert await room.kinds(BEN) == ["motion_closed", "vote_recorded", "motion_opened"]
        assert await room.kinds(new_id()) == ["motion_closed", "motion_opened"]
        found, _ = await room.of(ADA)
        assert [(one.about, one.word) for one in found[1:3]] == [(str(MOTION), "paper"), ("", "card")]

        due = [HoldDue(hold_id=hold, person_id=str(BEN), secretary_id=secretary) for hold, secretary in (("a", str(ADA)), ("b", ""))]
        await room.identity.publish(*((event, str(BEN)) for event in due))
        await room.heard()
        seen = {person: (await room.of(person, hats=["secretary"]))[0] for person in (ADA, BEN)}
        told = {person: {item.about for item in items if item.kind == "hold_due"} for person, items in seen.items()}
        assert told == {ADA: {"a", "b"}, BEN: {"b"}}, "one is not told of a hold on themself"


async def test_news_is_paged_newest_first_without_a_gap(infrastructure: Infrastructure) -> None:
    async with news_feed_harness(infrastructure) as room:
        at = datetime.now(UTC)
        for _ in range(3):
            await room.governance.publish(*((_ballot_recorded(ADA, "page"), str(MOTION)) for _ in range(2)), at=at)
        await room.identity.publish((SignInCodeIssued(person_id=str(ADA), kind="link"), str(ADA)), at=at)
        await room.heard()
        shown, token = await room.of(ADA, 3)
        rest, end = await room.of(ADA, 3, token)
        last, nothing = await room.of(ADA, 3, end)
        assert [one.kind for one in (*shown, *rest, *last)] == ["code_issued", *["vote_recorded"] * 6]
        assert (bool(token), bool(end), nothing) == (True, True, "")


async def test_rebuilt_news_equals_what_lived_and_one_source_leaves_the_other_alone(infrastructure: Infrastructure) -> None:
    async with news_feed_harness(infrastructure) as room:
        await room.lived()
        lived = await room.co_op.all_rows("web", "news")
        assert len(lived) == 5
        async with room.database.work(callers.reaction("governance"), datetime.now(UTC)) as work:
            await rebuild_projections(work, [governance.REACTIONS])
            kept = await work.connection.exec_driver_sql("select n from position where source = 'identity'")
            assert kept.scalar_one() == 1
        await room.heard()
        assert await room.co_op.all_rows("web", "news") == lived
        await room.rebuild((identity.REACTIONS, governance.REACTIONS))
        await room.heard()
        assert await room.co_op.all_rows("web", "news") == lived


async def test_everybody_hears_once_that_the_records_are_an_older_copy(infrastructure: Infrastructure, tmp_path: Path) -> None:
    """The anchor knows of events that the database no longer has; who then accepts the copy does not take the news away."""
    anchor = tmp_path / "anchor"
    anchor.write_text(json.dumps(["events/web", 99, "f" * 15]) + "\n", encoding="utf-8")
    async with news_feed_harness(infrastructure) as room:
        make_process = room.co_op.make_process
        assert await room.kinds(ADA) == []
        for accepted in (False, False, True):

            def make_anchored(accepted: bool = accepted) -> Process:  # noqa: FBT001 - bound now, not a parameter
                process = make_process()
                process._event_anchor = EventAnchor(anchor, accept_older=accepted)
                return process

            room.co_op.make_process = make_anchored
            await room.co_op.restart()
            async with asyncio.timeout(60):
                while await room.kinds(BEN) != ["older_copy"]:
                    await asyncio.sleep(0.02)
        assert await room.kinds(ADA) == ["older_copy"]


async def test_everybody_hears_how_a_vote_with_other_co_ops_goes_and_the_secretary_how_the_co_ops_are(
    infrastructure: Infrastructure,
) -> None:
    async with news_feed_harness(infrastructure) as room:
        await room.federation.publish(
            (VoteProposed(vote_id=VOTE, convener="harbour"), VOTE),
            (VoteOpened(vote_id=VOTE), VOTE),
            (PeerUnreachable(peer="harbour"), "harbour"),
            (VoteDisputed(vote_id=VOTE, why="split"), VOTE),
        )
        await room.co_op.wait_until_consumed("web", "federation")
        found, _ = await room.of(ADA)
        assert [(one.kind, one.about, one.word) for one in found] == [
            ("between_disputed", VOTE, "split"),
            ("between_opened", VOTE, ""),
            ("between_proposed", VOTE, "harbour"),
        ], "every member has notice of a vote from the day its terms came"
        to_the_secretary, _ = await room.of(ADA, hats=("secretary",))
        assert [(one.kind, one.about) for one in to_the_secretary] == [
            ("between_disputed", VOTE),
            ("peer_unreachable", "harbour"),
            ("between_opened", VOTE),
            ("between_proposed", VOTE),
        ]
        lived = await room.co_op.all_rows("web", "news")
        await room.rebuild((federation.REACTIONS,))
        await room.co_op.wait_until_consumed("web", "federation")
        assert await room.co_op.all_rows("web", "news") == lived


def _visit_notice(kind: str, visit: UUID, until: datetime, *people: UUID) -> Message:
    notice = NoticeWanted(person_ids=map(str, people), kind=kind, about_id=f"{visit}.{new_id()}")
    notice.due_at.FromDatetime(datetime.now(UTC))
    notice.until.FromDatetime(until)
    return notice


async def test_everybody_who_is_told_of_a_visit_finds_it_in_the_news(infrastructure: Infrastructure) -> None:
    async with news_feed_harness(infrastructure) as room:
        visit, starts = new_id(), datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
        notices = [
            _visit_notice("visit_moved", visit, starts, ADA, BEN),
            _visit_notice("visit_cancelled", visit, starts, BEN),
            _visit_notice("watch_late", visit, starts, ADA),
        ]
        await room.scheduling.publish(*((notice, str(visit)) for notice in notices))
        await room.co_op.wait_until_consumed("web", "scheduling")
        for person, kinds in ((ADA, ["visit_moved"]), (BEN, ["visit_cancelled", "visit_moved"]), (new_id(), [])):
            found, _ = await room.of(person)
            assert sorted(item.kind for item in found) == kinds
            assert {(item.about, item.word) for item in found} == ({(str(visit), starts.isoformat())} if kinds else set())
        made = await room.co_op.all_rows("web", "notice")
        assert len(made) == 4, "and each is told in the way they chose, too"
        lived = await room.co_op.all_rows("web", "news")
        await room.rebuild((scheduling.REACTIONS,))
        await room.co_op.wait_until_consumed("web", "scheduling")
        assert await room.co_op.all_rows("web", "news") == lived
        async with room.co_op.database_transaction("web", caller=callers.person(BEN)) as connection:
            assert await connection.fetchval("select count(*) from news_of_scheduling") == 0, "nobody reads a part"


async def test_the_tables_give_nobody_the_news_of_somebody_else(infrastructure: Infrastructure) -> None:
    async with news_feed_harness(infrastructure) as room:
        await room.lived()
        for table in ("news", "news_of_identity", "news_of_governance"):
            async with room.co_op.database_transaction("web", caller=callers.person(BEN)) as connection:
                seen = {row["person"] for row in await connection.fetch(f"select person from {table}")}  # noqa: S608 - our own names
            assert seen == ({None, BEN} if table == "news" else set()), table
