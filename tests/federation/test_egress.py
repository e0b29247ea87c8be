"""Only fields on a written list leave a co-op, and nothing that leaves it contains personal data."""

import base64
import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import pytest
from google.protobuf.descriptor import Descriptor

from kith.governance.v1 import votes_pb2 as pb
from kith.peer.v1 import peer_pb2
from libs.boards import entries, evidence
from libs.boards.entries import read_entry
from libs.boards.vote_terms import read_terms
from libs.database.engine import new_id
from libs.rpc.client import call_service
from libs.signing import canonical
from scripts.verifier.verdict import ExitCode
from tests.support.ask_letters import ASK_LETTERS, strays
from tests.support.co_op_network import NetworkServers, co_op_network
from tests.support.federated_vote import FederatedVote
from tests.support.networked_co_op import NetworkedCoOp
from tests.support.peer_traffic import encodings_of, record_peer_traffic

pytestmark = pytest.mark.capability("L12")
PEOPLE = ("Ottoline Farthingale-Quux", "Benedikta Ærøskøbing", "Zebedee Oxenholme")
ADDRESSES = ("17 Quagmire Lane, Nether Wallop", "ottoline@quagmire.example", "The Old Oast House")
NUMBERS = ("01632 960443", "+44 7700 900881", "M-77-4051")

MESSAGES = {
    "ExchangeRequest": ["parcel"],
    "ExchangeResponse": ["parcel"],
    "Parcel": ["clock", "hello", "letters", "have", "boards", "papers", "identity"],
    "Hello": ["held", "held_hash", "sent", "sent_hash", "identity", "yours"],
    "VoteHave": ["vote", "boards", "papers"],
    "BoardHave": ["co_op", "size", "heads"],
    "Head": ["size", "root", "signature"],
    "Cosignature": ["witness", "size", "root", "time", "signature"],
    "BoardPart": ["vote", "co_op", "first", "entries", "head", "proof", "heads", "cosignatures"],
    "VotePaper": ["vote", "content"],
    "ProbeRequest": ["clock", "nonce", "dial_back"],
    "ProbeResponse": ["clock", "nonce", "version", "versions", "identity", "standing", "dialled_back"],
}
"""Every field of every message between co-ops."""

LETTERS = {
    "agree": ["half"],
    "signed": ["hash", "sig"],
    "vote_keys_wanted": ["draft", "kind"],
    "vote_keys": ["classes", "draft", "party"],
    "terms": ["terms"],
    "vote_identity": ["document", "vote"],
}
"""Every kind of letter that a vote needs, and what it holds; those about the end of a peering hold a decision's number, those about asks
are in `tests/support/ask_letters.py`.
"""

ENTRIES = {
    "join": ["body", "sig"],
    "row": ["commitment", "group", "pseudonym"],
    "roll": ["groups"],
    "ready": ["rolls"],
    "open": ["ready"],
    "ballot": ["choice", "pseudonym"],
    "closed": ["boards"],
    "outcome": ["body", "sig"],
    "notice": ["about", "hash"],
}
TERMS = [
    "audience", "candidates", "ceilings", "classes", "close", "convener", "double_membership", "draft", "grace", "groups", "k",
    "open_latest", "options", "parties", "proposed", "q", "question", "rule", "settle", "settlers", "small", "text", "ties", "v", "window",
]  # fmt: skip
PAPERS = ["double_outcome", "falling_dates", "fork", "late_cosignature", "objection", "settlement"]


def test_the_fields_of_every_message_between_co_ops_are_a_written_list() -> None:
    found: Mapping[str, Descriptor] = peer_pb2.DESCRIPTOR.message_types_by_name
    assert {name: [field.name for field in message.fields] for name, message in found.items()} == MESSAGES
    assert [method.name for method in peer_pb2.DESCRIPTOR.services_by_name["PeerService"].methods] == ["Exchange", "Probe"]


@pytest.mark.parametrize("seed", [PEOPLE[1], NUMBERS[2], UUID(int=0x0199_1234_5678_7ABC_9DEF_0123_4567_89AB)], ids=["name", "number", "id"])
def test_a_seed_is_found_in_any_encoding_and_position(seed: str | UUID) -> None:
    """The search is as good as this: a seed that crossed in one of these forms, amid anything, is seen."""
    plain = seed.bytes if isinstance(seed, UUID) else seed.encode()
    for before in range(4):
        amid = b"x" * before + plain + b"more"
        for written in (amid, amid.hex().encode(), base64.b64encode(amid), b"y" * before + str(seed).encode("utf-16-le")):
            assert [name for name, form in encodings_of(seed).items() if form in written], (before, written)


async def test_a_whole_journey_lets_no_person_cross_and_no_field_that_is_not_on_the_list(network_servers: NetworkServers) -> None:
    """The register is full of seeds; a vote is drafted, joined, rolled, voted on by page, paper and phone, changed, objected to."""
    with record_peer_traffic() as crossing:
        async with co_op_network(network_servers, 2) as network:
            vote = FederatedVote(network)
            vote.identities = _register_identity
            await vote.propose()
            await vote.open()
            for co_op in network.co_ops.values():
                await vote.ballot(co_op.id, co_op.voters[0], "for")
                await vote.ballot(co_op.id, co_op.voters[0], "against", revision=1)
                await _vote_on_paper(vote, co_op, co_op.voters[1])
            await vote.close()
            await vote.object("brook")
            await vote.wait_until(lambda found: found.contested)
            await vote.assert_agreed(exit_code=ExitCode.CONTESTED)
            seeds: list[str | UUID] = [*PEOPLE, *ADDRESSES, *NUMBERS]
            for co_op in network.co_ops.values():
                seeds += [*co_op.voters, co_op.secretary, *co_op.scrutineers]
                for person in co_op.voters:
                    seeds.append(_register_identity(person))
                    seeds += [part for part in _register_identity(person).split("\n") if len(part) > 6]
            own = network["alder"].voters[0]
            shown = (await vote.get_ballot("alder", own)).pseudonym
    everything = crossing.all_bytes
    assert len(crossing.messages) > 20
    assert shown.encode() in everything, "the recorder hears nothing"
    found = [(seed, name) for seed in seeds for name, form in encodings_of(seed).items() if form in everything]
    assert not found
    _assert_fields_allowed(crossing.messages)


def _register_identity(person: UUID) -> str:
    """As the member list has it, with more in it than anyone should write there."""
    number = person.int
    name, address, phone = (seeds[number % len(seeds)] for seeds in (PEOPLE, ADDRESSES, NUMBERS))
    return f"{phone}-{person.hex[:8]}\n{name}, {address}"


async def _vote_on_paper(vote: FederatedVote, party: NetworkedCoOp, person: UUID) -> None:
    """Two people write it down; the second is given the secretary's hat for it."""
    second = new_id()
    async with party.co_op.database_transaction("governance", owner=True) as connection:
        await connection.execute("insert into worn_hat (person, hat, since) values ($1, 'secretary', now())", second)
    marks = [pb.Mark(option="for")]
    request = pb.RecordVoteBallotRequest(
        request_id=str(new_id()), vote_id=vote.id, person_id=str(person), marks=marks, taken="phone", asked_for=True
    )
    recorded: pb.RecordVoteBallotResponse = await call_service(party.votes.RecordVoteBallot, request, party.secretary_token)
    confirmed = pb.ConfirmVoteBallotRequest(request_id=str(new_id()), record_id=recorded.record_id, marks=marks, asked_for=True)
    await call_service(party.votes.ConfirmVoteBallot, confirmed, party.co_op.token(second, hat="secretary"))


def _assert_fields_allowed(messages: list[bytes]) -> None:
    """Every document that crossed has a kind and fields of the written list, and no others."""
    parcels = [peer_pb2.ExchangeRequest.FromString(message).parcel for message in messages]
    letters = [json.loads(letter)["body"] for parcel in parcels for letter in (*parcel.letters, *parcel.hello.yours)]
    assert {letter["kind"] for letter in letters} == set(LETTERS)
    for one in letters:
        assert sorted(one["payload"]) == LETTERS[one["kind"]]
        assert sorted(one) == ["expires", "from", "kind", "payload", "prev", "seq", "to", "v"]
    boards = itertools.chain.from_iterable(part.entries for parcel in parcels for part in parcel.boards)
    kinds = set()
    for data in set(boards):
        value = json.loads(data)
        if "kind" not in value:
            assert sorted(value) == TERMS
            assert read_terms(data).data == data
            continue
        kinds.add(value["kind"])
        assert read_entry(data) is not None
        allowed = {*ENTRIES[value["kind"]], "kind", *(("rows", "scrutineers") if value.get("about") == entries.SCRUTINY else ())}
        assert set(value) == allowed
    assert kinds == set(ENTRIES)
    papers = [canonical.decode(document.content) for parcel in parcels for document in parcel.papers]
    assert {document["kind"] for document in papers if isinstance(document, dict)} == {evidence.OBJECTION} <= set(PAPERS)


@pytest.mark.parametrize("stray", [PEOPLE[0], ADDRESSES[0], NUMBERS[0], str(UUID(int=7)), {"name": PEOPLE[0]}, ["for her mother"], 7.5])
@pytest.mark.parametrize("name", sorted({name for names in ASK_LETTERS.values() for name in names}))
def test_nothing_of_a_person_has_a_place_in_a_letter_about_asks(name: str, stray: object) -> None:
    """What `tests/federation/test_asks.py` searches all letters of its journeys with notices each of these, wherever it stands."""
    good = {
        "area": [1415, 1799], "ask": "0a" * 16, "reply": "1b" * 16, "blocks": ["tue_morning"], "languages": ["bsl"], "skills": ["dbs"],
        "until": 1, "at_least": 5, "reference": "K7QF-2M9D",
    }  # fmt: skip
    for kind, names in ASK_LETTERS.items():
        letter = {each: good[each] for each in names}
        assert strays(kind, letter) == []
        assert strays(kind, letter | {name: stray}), (kind, name)


def test_the_written_list_is_that_of_the_published_format() -> None:
    """Every key of terms and entries stands in docs/formats/federated-vote.md, and every paper in bundle.md."""
    formats = Path(__file__).parents[2] / "docs/formats"
    page, bundle = (formats / "federated-vote.md").read_text(encoding="utf-8"), (formats / "bundle.md").read_text(encoding="utf-8")
    for word in {*TERMS, *ENTRIES, *itertools.chain.from_iterable(ENTRIES.values())}:
        assert f"`{word}`" in page or f'"{word}"' in page, word
    for word in PAPERS:
        assert f"`{word}`" in bundle, word
    ask = (formats / "ask.md").read_text(encoding="utf-8")
    for word in {*ASK_LETTERS, *itertools.chain.from_iterable(ASK_LETTERS.values())}:
        assert f"`{word}`" in ask, word
