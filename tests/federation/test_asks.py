"""Co-ops ask one another without saying for whom: counts in steps, somebody who would, and a reference for people to speak of.

One pair stands through the whole file, and all that crossed between the two is searched before one of them turns hostile.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kith.matching.v1 import asks_pb2 as pb
from libs.asks.documents import ASK_ID, REFERENCE
from libs.refusals import FailedPrecondition, NotAllowed, NotFound
from libs.rpc.client import call_service
from libs.signing import canonical
from libs.signing.canonical import Json
from services.federation.storage import peer_messages
from tests.support.ask_letters import ASK_LETTERS, letters_in, strays
from tests.support.asking_co_ops import FRIDAY_NIGHT, TUESDAY, WORDS, AskingPair, asking_pair, until
from tests.support.co_op_network import NetworkServers
from tests.support.hostile_peer import HostilePeer, hostile_peer
from tests.support.peer_traffic import encodings_of
from tests.support.waiting import wait_until

pytestmark = pytest.mark.capability("L12")
REFUSED, EFFECTIVE = "refused", ("effective", "")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pair(network_servers: NetworkServers) -> AsyncIterator[AskingPair]:
    async with asking_pair(network_servers) as standing:
        yield standing


async def test_somebody_asks_and_two_are_put_in_touch_by_people(pair: AskingPair) -> None:
    alder, brook = pair.alder, pair.brook
    ask = await alder.ask(brook)
    assert ASK_ID.fullmatch(ask)
    # Eight fit; how many are left out of the count is drawn by lot, and five are told in either case.
    assert await alder.told(ask) == 5
    worker, other = brook.workers[0], brook.workers[1]
    [shown] = [one for one in (await brook.asks_for(worker)).asks if one.ask_id == ask]
    assert (shown.co_op, list(shown.languages), list(shown.blocks)) == ("alder", ["bsl"], [TUESDAY])
    assert not await brook.shows(ask, brook.user), "who offers nothing is shown nothing"

    reply = await brook.reply(alder, ask, worker)
    received = await alder.a_reply(ask)
    assert (received.reply_id, received.co_op, received.agreed, received.reference) == (reply, "brook", False, "")
    assert (await alder.agreed(), await brook.agreed()) == ([], []), "one side has not agreed"
    reference = await alder.answer(reply, yes=True)
    assert REFERENCE.fullmatch(reference)
    [there] = await until(brook.agreed)
    [here] = await alder.agreed()
    assert (here.reference, here.co_op, here.person_id, here.asked) == (reference, "brook", str(alder.user), True)
    assert (there.reference, there.co_op, there.person_id, there.asked) == (reference, "alder", str(worker), False)
    assert [one.reference for one in (await brook.asks_for(worker)).replies] == [reference]
    assert [one.reference for one in (await brook.asks_for(other)).replies] == []

    await alder.withdraw(ask)
    await _wait_until_gone(pair, ask)
    assert [one.reference for one in await brook.agreed()] == [reference], "people are speaking of it"
    await brook.take_back(reply, worker)
    assert await brook.agreed() == []
    await wait_until(lambda: _nothing_agreed(pair))


async def test_a_no_looks_like_silence_and_a_reply_can_be_taken_back(pair: AskingPair) -> None:
    alder, brook = pair.alder, pair.brook
    ask = await alder.ask(brook)
    await alder.told(ask)
    refused = await brook.reply(alder, ask, brook.workers[0])
    await alder.a_reply(ask)
    sent_before = len(await brook.verdicts("alder"))
    assert await alder.answer(refused, yes=False) == ""
    assert await alder.replies(ask) == []
    regretted = await brook.reply(alder, ask, brook.workers[1])
    assert (await alder.a_reply(ask)).reply_id == regretted
    await brook.take_back(regretted, brook.workers[1])
    await wait_until(lambda: _no_replies(pair, ask))
    with pytest.raises(NotFound, match="ASK_REPLY_UNKNOWN"):
        await alder.answer(regretted, yes=True)
    # The no sent nothing, and who replied sees what they saw before.
    assert len(await brook.verdicts("alder")) == sent_before
    [own] = [one for one in (await brook.asks_for(brook.workers[0])).replies if one.ask_id == ask]
    assert (own.reply_id, own.reference) == (refused, "")
    await alder.withdraw(ask)
    await _wait_until_gone(pair, ask)


async def test_few_are_never_told_and_the_same_question_has_the_same_answer(pair: AskingPair) -> None:
    alder, brook = pair.alder, pair.brook
    few = pb.AskWords(languages=["bsl"], blocks=[FRIDAY_NIGHT], district="ZZ1")
    nobody = pb.AskWords(languages=["cy"], blocks=[TUESDAY], district="ZZ1")
    for words in (few, nobody):
        ask = await alder.ask(brook, words)
        assert await alder.told(ask) == 0, "two and none look alike"
        await alder.withdraw(ask)
        await _wait_until_gone(pair, ask)
    # Somebody else asks what was asked before, after all have closed their offers: no answer tells of it.
    another = alder.party.members["user"][1]
    await _open_all_offers(pair, "false")
    ask = await alder.ask(brook, WORDS, another)
    assert await alder.told(ask, another) == 5
    assert not await brook.shows(ask, brook.workers[0])
    await _open_all_offers(pair, "true")
    assert await brook.shows(ask, brook.workers[0])
    with pytest.raises(NotFound, match="ASK_UNKNOWN"):
        await alder.withdraw(ask)
    await alder.withdraw(ask, another)
    await _wait_until_gone(pair, ask)


async def test_an_ask_waits_for_a_peer_that_is_away_and_its_end_comes_with_it(pair: AskingPair) -> None:
    alder, brook = pair.alder, pair.brook
    pair.network.partition(["alder"], ["brook"])
    withdrawn, waiting = await alder.ask(brook), await alder.ask(brook)
    await alder.withdraw(withdrawn)
    # Two are open at most; a third waits for nobody.
    await alder.ask(brook)
    with pytest.raises(FailedPrecondition, match="TOO_MANY_ASKS"):
        await alder.ask(brook)
    pair.network.heal()
    assert await alder.told(waiting) == 5
    assert await brook.shows(waiting, brook.workers[0])
    assert not await brook.shows(withdrawn, brook.workers[0])
    async with brook.party.co_op.database_transaction("federation") as connection:
        # Its end came right behind it. On a busy machine it may have been counted in between; nobody is shown it either way.
        assert await connection.fetchval("select ended from ask_in where ask = $1", withdrawn)
    # Its time is over: nobody is shown it, and who asked is asked no more.
    pair.network.advance_clocks(29 * 86_400)
    assert not await brook.shows(waiting, brook.workers[0])
    assert await alder.own(waiting) is None
    with pytest.raises(NotFound, match="ASK_UNKNOWN"):
        await brook.reply(alder, waiting, brook.workers[0])


async def test_nobody_but_federation_hands_over_an_ask_and_the_link_alone_reads_who(pair: AskingPair) -> None:
    brook = pair.brook
    with pytest.raises(NotAllowed, match="NOT_FOR_THIS_CALLER"):
        await call_service(brook.stub.TakeAsk, pb.TakeAskRequest(), brook.party.secretary_token)
    with pytest.raises(NotAllowed, match="HAT_NEEDED"):
        await call_service(brook.stub.GetAgreedReplies, pb.GetAgreedRepliesRequest(), brook.token(brook.workers[0]))


def test_all_that_crossed_was_closed_words_numbers_and_random_bits(pair: AskingPair) -> None:
    """Of all that the tests above sent; those below send what no co-op would."""
    letters = [one for one in letters_in(pair.crossing.messages) if one["kind"].startswith("ask")]
    assert {one["kind"] for one in letters} == set(ASK_LETTERS)
    assert [(one["kind"], strays(one["kind"], one["payload"])) for one in letters if strays(one["kind"], one["payload"])] == []
    made = {one["payload"][name] for one in letters for name in ("ask", "reply") if name in one["payload"]}
    assert not all(UUID(name).version == 7 for name in made), "an id tells when it was made"
    seeds: list[str | UUID] = ["ZZ1", "ottoline", *(one.party.secretary for one in (pair.alder, pair.brook))]
    seeds += [person for one in (pair.alder, pair.brook) for person in one.party.voters]
    everything = pair.crossing.all_bytes
    assert [(seed, name) for seed in seeds for name, form in encodings_of(seed).items() if form in everything] == []


async def test_a_hostile_peer_gets_no_effect_beyond_the_closed_words(pair: AskingPair) -> None:
    alder, brook = pair.alder, pair.brook
    ask, other = await alder.ask(brook), await alder.ask(brook)
    await alder.told(other)
    before = len(await alder.verdicts("brook"))
    async with hostile_peer(brook.party) as hostile:
        now = alder.party.now()
        good = _ask("0" * 32, now)
        asks: list[tuple[dict[str, Json], tuple[str, str]]] = [
            (good, EFFECTIVE),
            (good, (REFUSED, "ASK_KNOWN")),
            (good | {"ask": "1" * 32, "skills": ["ottoline farthingale"]}, (REFUSED, "BAD_FORM")),
            (good | {"ask": "1" * 32, "languages": [str(alder.user)]}, (REFUSED, "BAD_FORM")),
            (good | {"ask": "1" * 32, "note": "for Ottoline"}, (REFUSED, "BAD_FORM")),
            (good | {"ask": "1" * 32, "skills": [f"skill_{n}" for n in range(6)]}, (REFUSED, "BAD_FORM")),
            (good | {"ask": "1" * 32, "area": [1800, 0]}, (REFUSED, "BAD_FORM")),
            (good | {"ask": "1" * 32, "blocks": []}, (REFUSED, "BAD_FORM")),
            (good | {"ask": "1" * 32, "until": now + 200 * 86_400}, (REFUSED, "ASK_TOO_LONG")),
            (good | {"ask": "1" * 32, "until": now}, (REFUSED, "ASK_OVER")),
        ]
        # A flood: ten in a day are taken, and no more.
        asks += [(good | {"ask": f"{number:032x}"}, EFFECTIVE) for number in range(2, 11)]
        asks += [(good | {"ask": f"{number:032x}"}, (REFUSED, "TOO_MANY_ASKS_TODAY")) for number in range(11, 40)]
        reply = "a" * 32
        others: list[tuple[str, dict[str, Json], tuple[str, str]]] = [
            ("ask_ended", {"ask": "f" * 32}, (REFUSED, "ASK_UNKNOWN")),
            ("ask_count", {"ask": "f" * 32, "at_least": 3}, (REFUSED, "ASK_UNKNOWN")),
            ("ask_count", {"ask": other, "at_least": 7}, (REFUSED, "ASK_UNKNOWN")),
            ("ask_count", {"ask": ask, "at_least": 1 << 40}, (REFUSED, "BAD_FORM")),
            ("ask_reply", {"ask": "f" * 32, "reply": reply}, (REFUSED, "ASK_UNKNOWN")),
            ("ask_reply", {"ask": ask, "reply": "Ottoline would"}, (REFUSED, "BAD_FORM")),
            *_replies(ask, 5),
            ("ask_reply", {"ask": ask, "reply": "5" * 32}, (REFUSED, "TOO_MANY_REPLIES")),
            ("ask_reply_ended", {"ask": ask, "reply": reply}, (REFUSED, "ASK_REPLY_UNKNOWN")),
            ("ask_agreed", {"ask": ask, "reply": f"{0:032x}", "reference": "AAAA-AAAA"}, (REFUSED, "ASK_REPLY_UNKNOWN")),
        ]
        sent = [("ask", payload) for payload, _ in asks] + [(kind, payload) for kind, payload, _ in others]
        await hostile.exchange("alder", letters=await hostile.letters("alder", *sent))
        late = await hostile.letters("alder", ("ask_reply", {"ask": ask, "reply": "6" * 32}), expires=now - 1)
        await hostile.exchange("alder", letters=late)
        await hostile.exchange("alder", letters=late)
        expected = [verdict for _, verdict in asks] + [verdict for *_, verdict in others] + [("expired", "")]
        assert (await alder.verdicts("brook"))[before:] == expected
        await hostile.exchange("alder", letters=[await _forged(hostile, _ask("7" * 32, now)), await _oversized(hostile)])
        assert len(await alder.verdicts("brook")) == before + len(expected)
        assert sorted(one.reply_id for one in await until(lambda: _five_replies(pair, ask))) == [f"{number:032x}" for number in range(5)]
    # The co-op's own software is back, and the two go on.
    await alder.withdraw(other)
    last = await alder.ask(brook)
    assert await alder.told(last) == 5


def _replies(ask: str, count: int) -> list[tuple[str, dict[str, Json], tuple[str, str]]]:
    return [("ask_reply", {"ask": ask, "reply": f"{number:032x}"}, EFFECTIVE) for number in range(count)]


def _ask(name: str, now: int) -> dict[str, Json]:
    words: Mapping[str, Any] = {"skills": [], "languages": ["bsl"], "blocks": [TUESDAY], "area": [1415, 1799]}
    return {"ask": name, **words, "until": now + 86_400}


async def _forged(hostile: HostilePeer, payload: dict[str, Json]) -> bytes:
    """A letter that would be the next, signed with a key of nobody's."""
    [real] = await hostile.letters("alder", ("ask", payload), kept=False)
    body: Any = canonical.decode(real)
    return peer_messages.sign_message(canonical.encode(body["body"]), Ed25519PrivateKey.generate())


async def _oversized(hostile: HostilePeer) -> bytes:
    [letter] = await hostile.letters("alder", ("ask", {"ask": "8" * 32, "skills": ["x" * 70_000]}), kept=False)
    return letter


async def _wait_until_gone(pair: AskingPair, ask: str) -> None:
    async def is_gone() -> bool:
        async with pair.brook.party.co_op.database_transaction("matching", owner=True) as connection:
            return not await connection.fetchval("select count(*) from received_ask where id = $1", ask)

    await wait_until(is_gone)


async def _open_all_offers(pair: AskingPair, value: str) -> None:
    async with pair.brook.party.co_op.database_transaction("matching", owner=True) as connection:
        await connection.execute("select set_config('kith.system', 'tests', true)")
        await connection.execute("update giving_support set open = $1::text::boolean", value)


async def _nothing_agreed(pair: AskingPair) -> bool:
    return not await pair.alder.agreed()


async def _no_replies(pair: AskingPair, ask: str) -> bool:
    return not await pair.alder.replies(ask)


async def _five_replies(pair: AskingPair, ask: str) -> list[pb.AskReply] | None:
    replies = await pair.alder.replies(ask)
    return replies if len(replies) == 5 else None
