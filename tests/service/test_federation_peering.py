"""Two co-ops become peers: by documents carried by hand, a code compared by phone, and a decision on each side."""

from kith.federation.facts.v1 import facts_pb2 as facts
from kith.federation.v1 import federation_pb2 as pb
from tests.support.federations import federations, pair
from tests.support.running import Kith


async def test_two_co_ops_pair_and_hold_the_same_agreement(kith: Kith) -> None:
    async with federations(kith, "elm-row", "mill-lane") as (elm, mill):
        await pair(elm, mill)

        ours, theirs = await elm.peer("mill-lane"), await mill.peer("elm-row")
        assert ours.agreement == theirs.agreement != b""
        assert ours.code == theirs.code
        assert facts.PeerPaired(peer="mill-lane") in await elm.co_op.facts("federation")
        assert [one.what for one in reversed(ours.events)][:3] == ["accepted", "compared", "decided"]
        assert theirs.contact.startswith("secretary of elm-row")
