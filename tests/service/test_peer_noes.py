"""A no between neighbours: nobody can tell it from silence, and it counts wherever the two could meet."""

from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonsMerged
from kith.matching.v1 import introductions_pb2 as steps
from libs.refusals import Conflict
from tests.support.peer_people import INTEREST, MEETING, PeerPeople, peer_people
from tests.support.running_co_op import Infrastructure
from tests.support.waiting import wait_until

PAIRED = steps.INTRODUCTION_STEP_PAIRED


@pytest.mark.capability("T7")
async def test_a_no_cannot_be_told_from_silence(infrastructure: Infrastructure) -> None:
    """One answers and hears nothing, one is refused, two were blocked before: what they see is the same for all, to the end."""
    async with peer_people(infrastructure) as people:
        link, ada, *others = await people.people.members(6)
        silent, refused, blocked, blocked_elsewhere = others
        await people.make_link(link)
        post = await people.write(ada)
        await people.no(ada, blocked, block=True)
        await people.people.no(ada, blocked_elsewhere, people.token(ada), block=True)
        assert {tuple(await people.board_of(one)) for one in others} == {((post, False),)}
        for one in others:
            assert await people.answer(post, one) == INTEREST
        await people.no(ada, refused)
        assert [live.person_id for live in (await people.own(ada)).introductions] == [str(silent)]

        async def seen() -> list[list[tuple[object, ...]]]:
            found = [await people.own(one) for one in others]
            return [
                [
                    *((live.step, live.said_yes, live.asked) for live in own.introductions),
                    *((no.person_id, no.kind) for no in own.not_now),
                    *await people.board_of(one),
                ]
                for one, own in zip(others, found, strict=True)
            ]

        async def exported() -> list[list[tuple[object, ...]]]:
            kinds = {"introduction", "peer_no", "peer_pair", "peer_post", "private_no"}
            records = [await people.people.exported(one) for one in others]
            return [[(kind, row.get("step"), row.get("kind")) for kind, row in found if kind in kinds] for found in records]

        first, *rest = await seen()
        assert first == [(INTEREST, True, False), (post, True)]
        assert rest == [first] * 3
        assert await exported() == [[("introduction", "interest", "peer")]] * 4
        for one in others:
            with pytest.raises(Conflict, match="STEP_PASSED"):
                await people.yes(one, ada, MEETING)

        await people.co_op.move_clock(15 * 86_400)
        await _until_over(people, silent)
        first, *rest = await seen()
        assert first == [(str(ada), steps.NO_KIND_LAPSED)]
        assert rest == [first] * 3
        own, *rest_exported = await exported()
        assert own == [("introduction", "over", "peer"), ("peer_no", None, "lapsed")]
        assert rest_exported == [own] * 3
        assert await people.co_op.published_events("matching") == [], "no event and no notice tells of it"

        # Asking again looks the same for all too, and she, who has not lifted anything, sees none of it.
        for one in others:
            await people.lift(one, ada)
            assert await people.answer(post, one) == INTEREST
        assert list((await people.own(ada)).introductions) == []
        await people.lift(ada, silent)
        assert [live.person_id for live in (await people.own(ada)).introductions] == [str(silent)]


@pytest.mark.capability("T7")
async def test_a_no_of_who_has_asked_cannot_be_told_from_silence(infrastructure: Infrastructure) -> None:
    """Ada asks four and changes her mind about three, one of them where support is given: what they see and are answered is the same."""
    async with peer_people(infrastructure) as people:
        link, ada, *others = await people.people.members(6)
        silent, refused, blocked, blocked_elsewhere = others
        await people.make_link(link)
        for one in others:
            assert await people.answer(await people.write(one), ada) == INTEREST
        await people.no(ada, refused)
        await people.no(ada, blocked, block=True)
        await people.people.no(ada, blocked_elsewhere, people.token(ada), block=True)

        async def seen() -> list[list[tuple[object, ...]]]:
            lists = [(await people.own(one)).introductions for one in others]
            return [[(live.step, live.said_yes, live.asked) for live in found] for found in lists]

        assert await seen() == [[(INTEREST, False, True)]] * 4
        for step in (INTEREST, MEETING):
            assert [await people.yes(one, ada, step) for one in others] == [MEETING] * 4
        assert await seen() == [[(MEETING, True, False)]] * 4
        assert [live.person_id for live in (await people.own(ada)).introductions] == [str(silent)]
        assert len(await people.board_of(ada)) == 1, "nobody is proposed again"


@pytest.mark.capability("T7")
@pytest.mark.parametrize(
    ("said", "counts"), [("no", True), ("block", True), ("block elsewhere", True), ("no elsewhere", False), ("", False)]
)
async def test_a_no_of_either_entry_counts_against_a_yes_of_the_other(infrastructure: Infrastructure, said: str, *, counts: bool) -> None:
    """Kept said yes to Ben, and the same person under their other entry had said no to him: then his yes makes no pair."""
    async with peer_people(infrastructure) as people:
        other, ben, kept, link, wren = await people.people.members(5)
        await people.make_link(link)
        for one in (ben, wren):
            await people.answer(await people.write(one), kept)
            await people.yes(one, kept, INTEREST)
            await people.yes(kept, one, MEETING)
        if said.endswith("elsewhere"):
            await people.people.no(other, ben, people.token(other), block=said.startswith("block"))
        elif said:
            await people.no(other, ben, block=said == "block")
        merged = PersonsMerged(kept_person_id=str(kept), other_person_id=str(other))
        await people.people.identity.publish((merged, str(kept)))
        await people.co_op.wait_until_consumed("matching", "identity")
        assert await people.yes(ben, kept, MEETING) == (MEETING if counts else PAIRED)
        assert await people.yes(wren, kept, MEETING) == PAIRED


@pytest.mark.capability("T7")
async def test_never_again_counts_wherever_they_could_meet(infrastructure: Infrastructure) -> None:
    """Said while they meet as peers, it hides the other's call-out and offer too, and the last yes of the other makes no pair."""
    async with peer_people(infrastructure) as people:
        ada, wren, link = await people.people.members(3)
        await people.make_link(link)
        await people.people.look_for_support(ada)
        await people.people.offer_support(wren)
        await people.answer(await people.write(ada), wren)
        await people.yes(ada, wren, INTEREST)
        await people.yes(ada, wren, MEETING)
        assert await people.people.find_offers(ada) == [wren]
        assert await people.people.yes(ada, wren, people.token(wren)) == INTEREST
        await people.people.no(ada, wren, people.token(ada), block=True)
        assert await people.yes(wren, ada, MEETING) == MEETING, "her yes counts no longer"
        assert list((await people.own(ada)).introductions) == []

        await people.people.lift(ada, wren, people.token(ada))
        assert len((await people.own(ada)).introductions) == len((await people.people.introductions(ada)).introductions) == 1
        await people.no(ada, wren, block=True)
        assert list((await people.people.introductions(ada)).introductions) == []
        assert await people.people.find_offers(ada) == []
        [theirs] = (await people.people.introductions(wren, giving=True)).introductions
        assert theirs.said_yes
        assert (await people.own(wren)).introductions[0].said_yes, "and Wren sees no difference"


async def _until_over(people: PeerPeople, one: UUID) -> None:
    async def is_over() -> bool:
        own = await people.own(one)
        return bool(own.not_now) and not own.introductions

    await wait_until(is_over, "no introduction has ended")
