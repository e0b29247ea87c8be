"""Two members become a pair of peers: both want it, and the Link is told."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from kith.governance.facts.v1.facts_pb2 import AdoptedMatching, RulebookAdopted
from kith.identity.facts.v1.facts_pb2 import HatGiven, PersonErased, PersonsMerged
from kith.matching.facts.v1 import facts_pb2 as facts
from kith.matching.v1 import introductions_pb2 as steps
from kith.membership.facts.v1.facts_pb2 import MembershipEnded
from libs import callers
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from tests.support.peer_people import INTEREST, MEETING, PeerPeople, peer_people
from tests.support.running_co_op import Infrastructure
from tests.support.waiting import wait_until

PAIRED = steps.INTRODUCTION_STEP_PAIRED


@pytest.mark.capability("T7")
@pytest.mark.parametrize("turned_round", [False, True])
async def test_a_pair_needs_the_yes_of_both_and_the_link_is_told(infrastructure: Infrastructure, *, turned_round: bool) -> None:
    """Whoever of the two has the smaller id."""
    async with peer_people(infrastructure) as people:
        *two, link, other_link, stranger = await people.people.members(5)
        ada, wren = two[::-1] if turned_round else two
        await people.make_link(link, other_link)
        post = await people.write(ada)
        assert await people.answer(post, wren) == INTEREST
        [asked] = (await people.own(ada)).introductions
        assert (asked.person_id, asked.asked, asked.said_yes) == (str(wren), True, False)
        assert await people.board_of(wren) == [(post, True)]
        assert await people.answer(post, wren) == INTEREST, "answering twice is one answer"
        assert await people.yes(ada, wren, INTEREST) == MEETING
        with pytest.raises(Conflict, match="STEP_PASSED"):
            await people.yes(ada, wren, INTEREST)
        assert await people.yes(wren, ada, MEETING) == MEETING
        assert await people.yes(wren, ada, MEETING) == MEETING, "one yes, said twice, is one yes"
        assert (await people.own(ada)).pairs == await people.pairs(link) == []
        assert await people.co_op.published_events("matching") == []
        assert await people.yes(ada, wren, MEETING) == PAIRED

        [own], [its] = (await people.own(ada)).pairs, (await people.own(wren)).pairs
        assert (own.pair_id, own.person_id, its.person_id) == (its.pair_id, str(wren), str(ada))
        [seen] = await people.pairs(link)
        assert (seen.pair_id, list(seen.person_ids)) == (own.pair_id, [str(one) for one in sorted((ada, wren))])
        assert [type(event) for event in await people.co_op.published_events("matching")] == [
            facts.NoticeWanted, facts.PeerPairFormed, facts.NoticeWanted,
        ], "the Link first"  # fmt: skip
        assert facts.PeerPairFormed(pair_id=own.pair_id, person_ids=seen.person_ids) in await people.co_op.published_events("matching")
        assert await _notices(people) == [("peer_link_told", {link, other_link}), ("peer_paired", {ada, wren})]
        for hat in ("", "operator"):
            with pytest.raises(NotAllowed, match="HAT_NEEDED"):
                await people.pairs(link, hat=hat)
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await people.pairs(stranger)
        with pytest.raises(AlreadyExists, match="ALREADY_PEERS"):
            await people.answer(post, wren)
        readers = [row for row in await people.co_op.all_rows("matching", "read_audit") if "peer pair" in row]
        assert len(readers) == 2, "each of the two sees that the Link looked"


@pytest.mark.capability("T7")
async def test_the_link_may_ask_both_to_talk_and_either_ends_the_pair(infrastructure: Infrastructure) -> None:
    async with peer_people(infrastructure) as people:
        ada, wren, link, stranger = await people.people.members(4)
        await people.make_link(link)
        pair = await people.become_a_pair(ada, wren)
        for _ in range(2):
            await people.ask_to_talk(pair, link)
        for one in (ada, wren):
            [own] = (await people.own(one)).pairs
            assert (own.talk_asked_by, own.HasField("talk_asked_at")) == (str(link), True)
        assert (await _notices(people))[2:] == [("peer_talk_asked", {ada, wren})]
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await people.ask_to_talk(pair, stranger)
        for one in (stranger, link):
            with pytest.raises(NotFound, match="PEER_PAIR_UNKNOWN"):
                await people.end(pair, one)

        await people.end(pair, wren)
        assert (await people.own(ada)).pairs == (await people.own(wren)).pairs == await people.pairs(link) == []
        ended = facts.PeerPairEnded(pair_id=pair, person_ids=[str(one) for one in sorted((ada, wren))])
        assert ended in await people.co_op.published_events("matching")
        assert (await _notices(people))[3:] == [("peer_ended", {ada, wren})]
        assert await people.board_of(wren) == [], "not shown again until they want it"
        assert [no.kind for one in (ada, wren) for no in (await people.own(one)).not_now] == [steps.NO_KIND_LAPSED] * 2
        await people.lift(wren, ada)
        [(again, known)] = await people.board_of(wren)
        assert not known
        with pytest.raises(NotFound, match="PEER_PAIR_UNKNOWN"):
            await people.ask_to_talk(pair, link)
        assert await people.answer(again, wren) == INTEREST


@pytest.mark.capability("T7")
async def test_who_is_a_pair_already_becomes_no_second_one(infrastructure: Infrastructure) -> None:
    """An answer to a post may have begun a second introduction just as the last yes was written: it ends with the one pair."""
    async with peer_people(infrastructure) as people:
        ada, wren, link = await people.people.members(3)
        await people.make_link(link)
        pair = await people.become_a_pair(ada, wren)
        first, second = sorted((ada, wren))
        async with people.co_op.database_transaction("matching", caller=callers.job("tests")) as rows:
            await rows.execute(
                "insert into introduction (id, person, worker, step, since, until, person_said, kind)"
                " values ($1, $2, $3, 'meeting', $4, $5, true, 'peer')",
                *(new_id(), first, second, people.co_op.now(), people.co_op.now() + timedelta(days=20)),
            )
        assert await people.yes(second, first, MEETING) == PAIRED
        own = await people.own(ada)
        assert ([one.pair_id for one in own.pairs], list(own.introductions)) == ([pair], [])
        formed = [event for event in await people.co_op.published_events("matching") if isinstance(event, facts.PeerPairFormed)]
        assert len(formed) == 1


@pytest.mark.capability("T7")
async def test_a_last_yes_that_is_being_written_lets_no_answer_begin_again(infrastructure: Infrastructure) -> None:
    async with peer_people(infrastructure) as people:
        ada, wren, link = await people.people.members(3)
        await people.make_link(link)
        post = await people.write(ada)
        await people.answer(post, wren)
        first, second = sorted((ada, wren))
        async with people.co_op.database_transaction("matching", caller=callers.job("tests")) as rows:
            await rows.execute("update introduction set step = 'paired', until = null")
            answering = asyncio.create_task(people.answer(post, wren))
            await asyncio.sleep(0.5)
            add = "insert into peer_pair (id, first, second, paired_at) values ($1, $2, $3, $4)"
            await rows.execute(add, new_id(), first, second, people.co_op.now())
        with pytest.raises(AlreadyExists, match="ALREADY_PEERS"):
            await answering
        assert list((await people.own(wren)).introductions) == []


@pytest.mark.capability("T7")
async def test_without_a_link_apart_from_the_two_nobody_becomes_a_pair(infrastructure: Infrastructure) -> None:
    async with peer_people(infrastructure) as people:
        ada, wren, link = await people.people.members(3)
        await people.make_link(ada)
        await people.answer(await people.write(ada), wren)
        await people.yes(ada, wren, INTEREST)
        for one, other in ((ada, wren), (wren, ada)):
            with pytest.raises(FailedPrecondition, match="LINK_NEEDED"):
                await people.yes(one, other, MEETING)
        await people.make_link(link)
        await people.yes(ada, wren, MEETING)
        assert await people.yes(wren, ada, MEETING) == PAIRED
        assert (await _notices(people))[0] == ("peer_link_told", {link})
        assert await people.pairs(ada) == [], "her own pair is none that she watches"
        [pair] = await people.pairs(link)
        with pytest.raises(NotFound, match="PEER_PAIR_UNKNOWN"):
            await people.ask_to_talk(pair.pair_id, ada)


@pytest.mark.capability("T7")
async def test_the_rulebook_says_which_hat_makes_somebody_the_link(infrastructure: Infrastructure) -> None:
    """Nothing changes without a word of it; with a hat of its own, secretaries are told of nothing and see no pair."""
    async with peer_people(infrastructure) as people:
        ada, wren, secretary, link = await people.people.members(4)
        await people.make_link(secretary)
        await people.people.identity.publish((HatGiven(person_id=str(link), hat="link"), str(link)))
        await people.co_op.wait_until_consumed("matching", "identity")
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await people.pairs(link, hat="link")
        for hat in ("link", "", "link"):
            rules = AdoptedMatching(interest_days=14, meeting_days=28, trial_days=56, shown_a_week=20, link_hat=hat)
            adopted = RulebookAdopted(rulebook_hash="11" * 32, decision_id=str(new_id()), matching=rules)
            await people.people.governance.publish((adopted, adopted.decision_id))
            await people.co_op.wait_until_consumed("matching", "governance")
            wearer, other = (link, secretary) if hat else (secretary, link)
            assert await people.pairs(wearer, hat=hat or "secretary") == []
            with pytest.raises(NotAllowed, match="HAT_NEEDED"):
                await people.pairs(other, hat="secretary" if hat else "link")
        pair = await people.become_a_pair(ada, wren)
        assert [seen.pair_id for seen in await people.pairs(link, hat="link")] == [pair]
        await people.ask_to_talk(pair, link, hat="link")
        told = await _notices(people)
        assert [told[0], told[-1]] == [("peer_link_told", {link}), ("peer_talk_asked", {ada, wren})]
        async with people.co_op.database_transaction("matching", caller=callers.Caller(str(secretary), secretary, hat="secretary")) as rows:
            assert await rows.fetch("select id from peer_pair") == [], "the database shows it to no other hat"


async def test_nobody_speaks_for_another_and_nobody_is_their_own_peer(infrastructure: Infrastructure) -> None:
    async with peer_people(infrastructure) as people:
        ada, wren, sister = await people.people.members(3)
        post = await people.write(ada)
        await people.answer(post, wren)
        as_ada = await people.people.let_act(sister, ada)
        with pytest.raises(NotAllowed):
            await people.yes(ada, wren, INTEREST, as_ada)
        await people.no(ada, sister)
        kinds = [kind for kind, _ in await people.people.exported(ada)]
        assert {"peer_post", "introduction", "peer_no"} <= set(kinds)
        acting = [kind for kind, _ in await people.people.exported(ada, await people.people.let_act(sister, ada, "data_rights"))]
        assert {kind for kind in kinds if kind not in acting} == {"peer_no"}, "who acts may be whom she said no to"
        with pytest.raises(NotFound, match="POST_UNKNOWN"):
            await people.answer(post, ada)
        with pytest.raises(Invalid, match="SAME_PERSON"):
            await people.no(ada, ada)
        with pytest.raises(FailedPrecondition, match="INTRODUCTION_OVER"):
            await people.yes(sister, ada, INTEREST)


async def test_two_who_answer_each_other_at_once_have_one_introduction(infrastructure: Infrastructure) -> None:
    async with peer_people(infrastructure) as people:
        ada, *others = await people.people.members(6)
        own = await people.write(ada)
        theirs = {one: await people.write(one) for one in others}

        async def both(one: UUID) -> list[object]:
            return [*await asyncio.gather(people.answer(own, one), people.answer(theirs[one], ada), return_exceptions=True)]

        for answered in await asyncio.gather(*map(both, others)):
            assert any(isinstance(step, int) for step in answered)
            assert all(isinstance(step, int | Conflict) for step in answered), answered
        assert sorted(live.person_id for live in (await people.own(ada)).introductions) == sorted(map(str, others))


@pytest.mark.capability("T7")
async def test_a_pair_ends_with_the_membership_of_one(infrastructure: Infrastructure) -> None:
    async with peer_people(infrastructure) as people:
        ada, wren, robin, link = await people.people.members(4)
        await people.make_link(link)
        await people.become_a_pair(ada, wren)
        await people.answer(await people.write(robin), wren)
        await people.people.leave(wren)

        async def is_over() -> bool:
            return not (await people.own(ada)).pairs and not (await people.own(robin)).introductions

        await wait_until(is_over, "the pair goes on")
        assert await people.pairs(link) == []
        assert facts.PeerPairEnded in [type(event) for event in await people.co_op.published_events("matching")]


@pytest.mark.capability("T7")
async def test_a_merged_entry_has_the_posts_pairs_and_noes_of_both(infrastructure: Infrastructure) -> None:
    """Whoever has the smaller id: what each said stays theirs. What was between the two entries is gone."""
    async with peer_people(infrastructure) as people:
        *three, wren, robin, link = await people.people.members(6)
        other, ben, kept = three  # ben's id lies between those of the two entries
        await people.make_link(link)
        for entry in (kept, other):
            await people.become_a_pair(entry, wren)
        await people.become_a_pair(other, robin)
        await people.become_a_pair(kept, other)
        post = await people.write(other, "Mine too.")
        await people.answer(await people.write(ben), other)
        await people.no(other, link, block=True)
        await people.no(kept, link)
        await people.no(link, other)
        merged = PersonsMerged(kept_person_id=str(kept), other_person_id=str(other))
        await people.people.membership.publish((MembershipEnded(person_id=str(other), on="2020-01-01", reason="merged"), str(other)))
        await people.co_op.wait_until_consumed("matching", "membership")
        for _ in range(2):
            await people.people.identity.publish((merged, str(kept)))
            await people.co_op.wait_until_consumed("matching", "identity")

        own = await people.own(kept)
        assert sorted(pair.person_id for pair in own.pairs) == sorted(map(str, (wren, robin)))
        [live] = own.introductions
        assert (live.person_id, live.said_yes, live.asked) == (str(ben), True, False)
        assert (await people.own(ben)).introductions[0].asked
        assert await people.yes(ben, kept, INTEREST) == MEETING
        assert post in await people.own_posts(kept)
        noes = {(row[0], row[1], row[2]) for row in await people.co_op.all_rows("matching", "peer_no")}
        assert noes == {(kept, link, "block"), (link, kept, "no")}


@pytest.mark.capability("T7")
async def test_erasing_takes_posts_pairs_and_noes_with_it(infrastructure: Infrastructure) -> None:
    async with peer_people(infrastructure) as people:
        ada, wren, robin, link = await people.people.members(4)
        await people.make_link(link)
        await people.become_a_pair(ada, wren)
        kept = await people.become_a_pair(wren, robin)
        await people.ask_to_talk(kept, link)
        await people.no(ada, robin)
        await people.no(robin, ada)
        for person in (ada, link):
            await people.people.identity.publish((PersonErased(erasure_id=str(new_id()), person_ids=[str(person)]), str(person)))
        await people.co_op.wait_until_consumed("matching", "identity")
        tables = ("peer_post", "peer_no", "peer_pair", "introduction")
        rows = [row for table in tables for row in await people.co_op.all_rows("matching", table)]
        assert rows
        assert not [row for row in rows if ada in row or link in row]
        [own] = (await people.own(robin)).pairs
        assert (own.pair_id, own.talk_asked_by, own.HasField("talk_asked_at")) == (kept, "", True), "it was asked, by nobody's name"


@pytest.mark.capability("T7")
async def test_the_database_itself_shows_these_rows_to_nobody_else(infrastructure: Infrastructure) -> None:
    """Whatever a query forgets: row-level security knows the two, who chose, and the Link."""
    async with peer_people(infrastructure) as people:
        ada, wren, robin, link = await people.people.members(4)
        await people.make_link(link)
        await people.become_a_pair(ada, wren)
        await people.answer(await people.write(ada), robin)
        await people.no(ada, link)
        await people.people.let_act(robin, ada)
        tables = ("peer_no", "peer_pair", "introduction", "peer_post")

        async def seen(by: UUID, *, hat: str = "", acting_for: UUID | None = None) -> tuple[int, ...]:
            async with people.co_op.database_transaction("matching", caller=callers.person(by, hat=hat)) as rows:
                times = ("kith.now", people.co_op.now().isoformat()), ("kith.acting_for", str(acting_for or ""))
                for name, value in times:
                    await rows.execute("select set_config($1, $2, true)", name, value)
                counts = [await rows.fetchval(f"select count(*) from {table}") for table in tables]  # noqa: S608 - our own names
                return tuple(counts)

        assert await seen(ada) == (1, 1, 2, 2)
        assert await seen(wren) == (0, 1, 1, 2)
        assert await seen(link) == (0, 0, 0, 2)
        assert await seen(link, hat="secretary") == (0, 1, 0, 2)
        assert await seen(robin, hat="secretary") == (0, 0, 1, 2), "a hat that is only claimed"
        assert await seen(robin, acting_for=ada) == (0, 0, 0, 0), "nobody acts for another between peers"
        assert await seen(new_id()) == (0, 0, 0, 0)


async def _notices(people: PeerPeople) -> list[tuple[str, set[UUID]]]:
    """Of which kind, and for whom, in the order of the events."""
    events = [event for event in await people.co_op.published_events("matching") if isinstance(event, facts.NoticeWanted)]
    return [(event.kind, set(map(UUID, event.person_ids))) for event in events]
