"""The board of peers and neighbours: who writes, who reads, what is found, and until when."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from kith.matching.v1 import peer_posts_pb2 as posts
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition, Invalid, NotAllowed, NotFound
from tests.support.peer_people import peer_people
from tests.support.running_co_op import Infrastructure
from tests.support.waiting import wait_until


@pytest.mark.capability("T7")
async def test_offers_are_searchable_by_words_kind_and_side(infrastructure: Infrastructure) -> None:
    async with peer_people(infrastructure) as people:
        ada, wren, reader = await people.people.members(3)
        garden = await people.write(
            ada,
            "I can help with GARDENING.",
            kind=posts.PEER_HELP_KIND_GARDEN,
            experience="I use a wheelchair.",
            place="near the 100% Café",
        )
        dogs = await people.write(wren)
        wish = await people.write(
            wren, "I would like company.", side=posts.PEER_POST_SIDE_ASK, kind=posts.PEER_HELP_KIND_COMPANY, times="Sundays"
        )

        async def found(words: str = "", **wanted: Any) -> list[str]:
            return [post for post, _ in await people.board_of(reader, words, **wanted)]

        assert await found() == [wish, dogs, garden], "newest first"
        assert await found("garden wheelchair") == [garden], "all words, wherever they stand, in capitals or not"
        assert await found("gardening sundays") == []
        assert await found("100%") == [garden], "what is a pattern in SQL is a sign here"
        assert await found("CAFÉ") == await found("cafe") == [garden], "with and without accents"
        assert await found("%") == [garden]
        assert await found("_") == []
        assert await found(side=posts.PEER_POST_SIDE_ASK) == [wish]
        assert await found(kind=posts.PEER_HELP_KIND_PETS, side=posts.PEER_POST_SIDE_OFFER) == [dogs]
        assert [post for post, _ in await people.board_of(ada)] == [wish, dogs], "not one's own"
        with pytest.raises(Invalid, match="WORDS_TOO_LONG"):
            await people.page(reader, "long " * 30)

        first = await people.page(reader, page_size=2)
        second = await people.page(reader, page_size=2, page_token=first.next_page_token)
        assert [[post.post_id for post in page.posts] for page in (first, second)] == [[wish, dogs], [garden]]
        assert second.next_page_token == ""
        reads = {(row[4], row[3]) for row in await people.co_op.all_rows("matching", "read_audit")}
        assert reads, "who was read has it in their list of readers"


@pytest.mark.capability("T7")
async def test_only_members_read_the_board_and_only_who_wrote_a_post_takes_it_down(infrastructure: Infrastructure) -> None:
    async with peer_people(infrastructure) as people:
        ada, wren, sister = await people.people.members(3)
        stranger = new_id()
        post = await people.write(ada)
        assert await people.board_of(stranger) == []
        with pytest.raises(NotAllowed, match="MEMBERS_ONLY"):
            await people.write(stranger)
        with pytest.raises(NotFound, match="POST_UNKNOWN"):
            await people.withdraw(post, wren)
        as_ada = await people.people.let_act(sister, ada)
        with pytest.raises(NotAllowed):
            await people.write(ada, token=as_ada)
        with pytest.raises(NotAllowed):
            await people.page(ada, token=as_ada)

        await people.withdraw(post, ada)
        assert (await people.own_posts(ada), await people.board_of(wren)) == ([], [])
        assert await people.co_op.all_rows("matching", "peer_post") == [], "its words are gone"

        left = await people.write(ada)
        await people.people.leave(ada)
        assert await people.board_of(wren) == []
        with pytest.raises(NotFound, match="POST_UNKNOWN"):
            await people.answer(left, wren)


@pytest.mark.capability("T7")
async def test_a_post_has_an_end_and_a_health_of_others_is_asked_about_first(infrastructure: Infrastructure) -> None:
    async with peer_people(infrastructure) as people:
        ada, wren = await people.people.members(2)
        today = people.co_op.today()

        async def refused(**typed: Any) -> list[str]:
            with pytest.raises(Invalid) as refusal:
                await people.write(ada, **typed)
            return [problem.reason for problem in refusal.value.problems]

        assert await refused(words="  ") == ["POST_EMPTY"]
        assert await refused(words="x" * 1001) == ["WORDS_TOO_LONG"]
        assert await refused(experience="My mother has dementia.") == ["OTHERS_HEALTH"]
        assert await refused(until_day=(today + timedelta(days=91)).isoformat()) == ["POST_TOO_LONG"]
        assert await refused(until_day=(today - timedelta(days=1)).isoformat()) == ["DAY_PAST"]
        assert await refused(kind=0) == ["KIND_UNKNOWN"]
        assert await refused(side=0) == ["SIDE_UNKNOWN"]
        own = [await people.write(ada, experience="My mother has dementia.", agreed=True)]
        own += [await people.write(ada) for _ in range(4)]
        with pytest.raises(FailedPrecondition, match="TOO_MANY_POSTS"):
            await people.write(ada)
        for post in own[1:]:
            await people.withdraw(post, ada)
        [shown] = (await people.page(wren)).posts
        assert (shown.experience, shown.until_day) == ("My mother has dementia.", (today + timedelta(days=90)).isoformat())

        await people.co_op.move_clock(91 * 86_400)
        assert (await people.board_of(wren), await people.own_posts(ada)) == ([], [])
        with pytest.raises(NotFound, match="POST_UNKNOWN"):
            await people.answer(own[0], wren)

        async def is_forgotten() -> bool:
            return await people.co_op.all_rows("matching", "peer_post") == []

        await wait_until(is_forgotten, "the post is still there")


async def test_of_posts_written_at_once_none_is_too_many(infrastructure: Infrastructure) -> None:
    async with peer_people(infrastructure) as people:
        [ada] = await people.people.members(1)
        written = await asyncio.gather(*(people.write(ada) for _ in range(8)), return_exceptions=True)
        assert len([post for post in written if isinstance(post, str)]) == 5
        assert len(await people.own_posts(ada)) == 5
