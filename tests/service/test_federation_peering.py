"""Two co-ops become peers: by documents carried by hand, a code compared by phone, and a decision on each side."""

import asyncio

import pytest

from kith.federation.facts.v1 import facts_pb2 as facts
from kith.federation.v1 import federation_pb2 as pb
from kith.governance.facts.v1.facts_pb2 import MotionClosed
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from services.federation.border import peer_call_scheduler
from tests.support.running_co_op import Infrastructure, event_publisher
from tests.support.running_federation import RunningFederation, count_peer_exchanges, pair_co_ops, running_federation, running_federations
from tests.support.waiting import wait_until_quiet


@pytest.mark.capability("G15")
async def test_two_co_ops_pair_and_hold_the_same_agreement(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        await pair_co_ops(elm, mill)

        ours, theirs = await elm.peer("mill-lane"), await mill.peer("elm-row")
        assert ours.agreement == theirs.agreement != b""
        assert ours.code == theirs.code
        assert (ours.fingerprint, theirs.fingerprint) == ((await mill.own_identity()).fingerprint, (await elm.own_identity()).fingerprint)
        assert [event.what for event in reversed(ours.events)][:3] == ["accepted", "compared", "decided"]
        assert ours.contact == "secretary of mill-lane, 01632 960001"
        assert (await elm.co_op.published_events("federation")).count(facts.PeerPaired(peer="mill-lane")) == 1


async def test_a_co_op_without_an_inbound_port_pairs_by_calling(infrastructure: Infrastructure, monkeypatch: pytest.MonkeyPatch) -> None:
    # Only what it does after news is tested: the call that comes by itself would take an hour.
    monkeypatch.setattr(peer_call_scheduler, "IDLE_SECONDS", 3600.0)
    async with running_federations(infrastructure, "elm-row", "mill-lane", unreachable=("mill-lane",)) as (elm, mill):
        await pair_co_ops(elm, mill)

        assert (await elm.peer("mill-lane")).endpoint == ""

        # Nobody can call it with this; it asks again by itself, soon after the last news and not only every 30 seconds.
        await _suspend(elm, "mill-lane")
        await mill.wait_until_peer("elm-row", lambda known_peer: known_peer.suspended_by_them)


async def test_who_was_called_does_not_call_back(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        await pair_co_ops(elm, mill)

        # A call that came in was answered in full. Two co-ops that each called back for it would go on for ever, five times a second.
        await wait_until_quiet(count_peer_exchanges, seconds=3, most=2)


async def test_without_a_decision_on_both_sides_the_peering_is_pending(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        code = (await mill.accept(await elm.invitation())).peer.code
        await elm.accept(await mill.invitation())
        await elm.confirm("mill-lane", code)
        pending = await mill.confirm("elm-row", code, decided=False)
        await mill.wait_until_peer(
            "elm-row", lambda known_peer: any(event.by_them and event.what == "decided" for event in known_peer.events)
        )

        assert (pending.state, pending.decided) == (pb.PEER_STATE_CONFIRMED, False)
        assert (await elm.peer("mill-lane")).state == pb.PEER_STATE_CONFIRMED
        assert (await mill.peer("elm-row")).state == pb.PEER_STATE_CONFIRMED

        await mill.confirm("elm-row", "")
        await elm.wait_until_peer_state("mill-lane", pb.PEER_STATE_ACTIVE)


async def test_a_decision_must_be_there_and_must_have_passed_as_governance_stated_it(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        code = (await mill.accept(await elm.invitation())).peer.code
        with pytest.raises(FailedPrecondition, match="DECISION_UNKNOWN"):
            await mill.confirm("elm-row", code, decision=str(new_id()))
        with pytest.raises(FailedPrecondition, match="DECISION_NOT_PASSED"):
            await mill.confirm("elm-row", code, decision=await mill.record_decision(passed=False))

        async with event_publisher(mill.co_op, "governance") as governance:
            decision = str(new_id())
            await governance.publish((MotionClosed(motion_id=str(new_id()), passes=True, decision_id=decision), "motion"))
            await mill.co_op.wait_until_consumed("federation", "governance")
            confirmed = await mill.confirm("elm-row", code, decision=decision)
        assert confirmed.decided


async def test_another_code_confirms_nothing(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        code = (await mill.accept(await elm.invitation())).peer.code
        for wrong in ("", "AAAA-AAAA", code[:-1]):
            with pytest.raises(Invalid, match="CODE_DIFFERS"):
                await mill.confirm("elm-row", wrong)

        assert (await mill.peer("elm-row")).state == pb.PEER_STATE_INVITED
        assert (await mill.confirm("elm-row", code.lower().replace("-", " "))).state == pb.PEER_STATE_CONFIRMED


async def test_the_same_id_under_another_root_is_refused(infrastructure: Infrastructure) -> None:
    async with (
        running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill),
        running_federation(infrastructure, "elm-row") as other,
    ):
        await mill.accept(await elm.invitation())

        with pytest.raises(Conflict, match="PEER_ROOT_DIFFERS"):
            await mill.accept(await other.invitation())
        with pytest.raises(Invalid, match="INVITATION_IS_OURS"):
            await elm.accept(await elm.invitation())
        with pytest.raises(Invalid, match="INVITATION_UNREADABLE"):
            await elm.accept("hello")


async def test_peering_is_for_the_secretary_and_keys_for_the_operator(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row") as (elm,):
        await elm.own_identity()
        member = elm.co_op.token(new_id())
        fields = {
            elm.stub.InvitePeer: pb.InvitePeerRequest(),
            elm.stub.AcceptPeer: pb.AcceptPeerRequest(request_id=str(new_id()), invitation="x"),
            elm.stub.SeverPeer: pb.SeverPeerRequest(request_id=str(new_id()), peer="x"),
            elm.stub.RotateKeys: pb.RotateKeysRequest(request_id=str(new_id())),
            elm.stub.CheckPeer: pb.CheckPeerRequest(peer="x"),
        }
        for method, request in fields.items():
            with pytest.raises(NotAllowed, match="HAT_NEEDED"):
                await call_service(method, request, member)
        with pytest.raises(NotFound, match="PEER_UNKNOWN"):
            await elm.peer("mill-lane")


async def test_suspending_and_resuming_reach_the_other_side_and_both_must_resume(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        await pair_co_ops(elm, mill)
        await _suspend(elm, "mill-lane")
        await mill.wait_until_peer("elm-row", lambda known_peer: known_peer.suspended_by_them)
        with pytest.raises(AlreadyExists, match="SUSPENDED_ALREADY"):
            await _suspend(elm, "mill-lane")
        with pytest.raises(FailedPrecondition, match="NOT_SUSPENDED_BY_US"):
            await _resume(mill, "elm-row")
        await _suspend(mill, "elm-row")
        await elm.wait_until_peer("mill-lane", lambda known_peer: known_peer.suspended_by_them)

        await _resume(elm, "mill-lane")
        await mill.wait_until_peer("elm-row", lambda known_peer: not known_peer.suspended_by_them)
        assert (await elm.peer("mill-lane")).state == pb.PEER_STATE_SUSPENDED
        await _resume(mill, "elm-row")
        await elm.wait_until_peer_state("mill-lane", pb.PEER_STATE_ACTIVE)
        await mill.wait_until_peer_state("elm-row", pb.PEER_STATE_ACTIVE)

        events = await elm.co_op.published_events("federation")
        assert (events.count(facts.PeerSuspended(peer="mill-lane")), events.count(facts.PeerResumed(peer="mill-lane"))) == (1, 1)


async def test_a_severed_peer_is_told_and_is_not_heard_any_more(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        await pair_co_ops(elm, mill)
        for one, other in ((elm, "mill-lane"), (mill, "elm-row")):
            async with one.co_op.database_transaction("federation", owner=True) as rows:
                await rows.execute("insert into ask_in (peer, ask, content, until, came_at) values ($1, 'ask', '', 0, now())", other)
        request = pb.SeverPeerRequest(request_id=str(new_id()), peer="mill-lane", decision_id=await elm.record_decision(), return_data=True)
        await call_service(elm.stub.SeverPeer, request, elm.token)

        severed = await mill.wait_until_peer_state("elm-row", pb.PEER_STATE_SEVERED)
        assert {event.what for event in severed.events if event.by_them} >= {"severed", "data_return_asked"}
        assert facts.PeerSevered(peer="elm-row", by_us=False) in await mill.co_op.published_events("federation")
        for one in (elm, mill):
            async with one.co_op.database_transaction("federation", owner=True) as rows:
                assert await rows.fetchval("select ended from ask_in"), "nothing is answered to it any more"
        with pytest.raises(FailedPrecondition, match="PEER_IS_SEVERED"):
            await mill.confirm("elm-row", severed.code)

        # They may begin anew, with the same papers and new decisions.
        await pair_co_ops(elm, mill)
        assert [event.what for event in (await elm.peer("mill-lane")).events].count("paired") == 2


async def test_what_was_written_while_the_other_side_was_down_arrives_when_it_is_back(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        await pair_co_ops(elm, mill)

        async def meanwhile() -> None:
            await _suspend(elm, "mill-lane")
            await elm.wait_until_peer("mill-lane", lambda known_peer: known_peer.failing != "")
            assert (await elm.peer("mill-lane")).waiting == 1

        await mill.co_op.restart(meanwhile)
        await mill.wait_until_peer_state("elm-row", pb.PEER_STATE_SUSPENDED)
        await elm.wait_until_peer("mill-lane", lambda known_peer: known_peer.waiting == 0 and known_peer.failing == "")


async def test_a_co_op_set_back_takes_its_own_letters_back_and_never_gives_a_number_twice(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        await pair_co_ops(elm, mill)
        await _suspend(elm, "mill-lane")
        await mill.wait_until_peer("elm-row", lambda known_peer: known_peer.suspended_by_them)
        before = await elm.co_op.all_rows("federation", "letter_out")

        async def restored() -> None:
            async with elm.co_op.database_transaction("federation", owner=True) as connection:
                await connection.execute("delete from letter_out where seq > 1")
                await connection.execute("update peer set letters_held = 1, suspended_by_us = false, state = 'active'")

        await elm.co_op.restart(restored)
        # Written before anybody was asked: it must not take the place of a letter that the other side holds.
        await _suspend(elm, "mill-lane")
        await elm.wait_until_peer(
            "mill-lane",
            lambda known_peer: known_peer.waiting == 0 and any(event.what == "letters_taken_back" for event in known_peer.events),
        )

        after = await elm.co_op.all_rows("federation", "letter_out")
        assert [row[1:4] for row in after][: len(before)] == [row[1:4] for row in before]
        assert len(after) == len(before) + 1
        assert await mill.co_op.all_rows("federation", "letter_conflict") == []


async def test_a_restored_receiver_is_sent_everything_again(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        await pair_co_ops(elm, mill)
        await _suspend(elm, "mill-lane")
        await mill.wait_until_peer("elm-row", lambda known_peer: known_peer.suspended_by_them)

        async def restored() -> None:
            async with mill.co_op.database_transaction("federation", owner=True) as connection:
                await connection.execute("delete from letter_in where seq > 2")
                await connection.execute("update peer set suspended_by_them = false, state = 'active'")

        await mill.co_op.restart(restored)
        await mill.wait_until_peer("elm-row", lambda known_peer: known_peer.suspended_by_them)


async def test_a_peer_not_heard_for_a_day_is_told_to_people_once_and_its_return_as_well(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        await pair_co_ops(elm, mill)

        async def a_day_later() -> None:
            async with elm.co_op.database_transaction("federation", owner=True) as connection:
                await connection.execute("update peer set heard_at = now() - interval '25 hours'")
            await elm.co_op.restart()
            await elm.wait_until_peer("mill-lane", lambda known_peer: known_peer.unreachable)

        await mill.co_op.restart(a_day_later)
        await elm.wait_until_peer("mill-lane", lambda known_peer: not known_peer.unreachable)

        events = await elm.co_op.published_events("federation")
        assert events.count(facts.PeerUnreachable(peer="mill-lane")) == 1
        assert events.count(facts.PeerReachable(peer="mill-lane")) == 1


async def test_new_keys_reach_the_peer_and_everything_goes_on(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        await pair_co_ops(elm, mill)
        before = await elm.invitation()
        rotated = await call_service(elm.stub.RotateKeys, pb.RotateKeysRequest(request_id=str(new_id())), elm.operator)
        assert rotated.seq == 2
        await mill.wait_until_peer(
            "elm-row", lambda known_peer: any(event.what == "keys_rotated" and event.by_them for event in known_peer.events)
        )
        await _suspend(elm, "mill-lane")
        await mill.wait_until_peer("elm-row", lambda known_peer: known_peer.suspended_by_them)
        await _suspend(mill, "elm-row")
        await elm.wait_until_peer("mill-lane", lambda known_peer: known_peer.suspended_by_them)

        # A co-op that was restored from before its rotation gives this one; accepting it changes nothing, and must not look as if it did.
        with pytest.raises(Conflict, match="IDENTITY_IS_OLDER") as refused:
            await mill.accept(before)
        assert refused.value.details == {"theirs": "1", "held": "2"}
        await mill.accept(await elm.invitation())


async def test_a_root_key_kept_elsewhere_signs_what_it_is_given(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row") as (elm,):
        await elm.own_identity()
        await asyncio.to_thread(elm.root_file.unlink)
        first = await call_service(elm.stub.RotateKeys, pb.RotateKeysRequest(request_id=str(new_id()), revoke=["ab" * 32]), elm.operator)
        assert (first.document, (await elm.own_identity()).seq, (await elm.own_identity()).root_here) == (b"", 1, False)
        with pytest.raises(Invalid, match="SIGNATURE_WRONG"):
            await _send_signature(elm, b"\x00" * 64)

        done = await _send_signature(elm, elm.signature(first.to_sign))
        assert done.seq == (await elm.own_identity()).seq == 2
        with pytest.raises(FailedPrecondition, match="NOTHING_TO_SIGN"):
            await _send_signature(elm, elm.signature(first.to_sign))


async def test_the_way_is_looked_at_from_both_sides(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane", "brook-side", unreachable=("brook-side",)) as (elm, mill, brook):
        await pair_co_ops(elm, mill)
        await pair_co_ops(elm, brook)

        checks = (await call_service(elm.stub.CheckPeer, pb.CheckPeerRequest(peer="mill-lane"), elm.token)).checks
        assert [check.what for check in checks] == ["name", "port", "tls", "keys", "clock", "version", "round_trip", "dialled_back"]
        assert all(check.good for check in checks)
        checks = (await call_service(brook.stub.CheckPeer, pb.CheckPeerRequest(peer="elm-row"), brook.token)).checks
        assert (checks[-1].what, checks[-1].good, checks[-1].detail) == ("dialled_back", True, "no_port")
        checks = (await call_service(elm.stub.CheckPeer, pb.CheckPeerRequest(peer="brook-side"), elm.token)).checks
        assert [check.reason for check in checks] == ["NO_INBOUND_PORT"]

        await elm.co_op.move_clock(45)
        checks = (await call_service(elm.stub.CheckPeer, pb.CheckPeerRequest(peer="mill-lane"), elm.token)).checks
        assert [check.reason for check in checks if not check.good] == ["CLOCK_DIFFERS"]


async def test_a_clock_that_differs_from_two_peers_is_doubted(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane", "brook-side") as (elm, mill, brook):
        await pair_co_ops(elm, mill)
        await pair_co_ops(elm, brook)
        await pair_co_ops(mill, brook)
        assert not (await elm.own_identity()).clock_doubtful

        await elm.co_op.move_clock(45)
        for peer in (mill, brook):
            await _suspend(peer, "elm-row")
            await _resume(peer, "elm-row")
        async with asyncio.timeout(60):
            while not (await elm.own_identity()).clock_doubtful:
                await asyncio.sleep(0.1)
        assert not (await mill.own_identity()).clock_doubtful


async def _suspend(co_op: RunningFederation, peer: str) -> None:
    request = pb.SuspendPeerRequest(request_id=str(new_id()), peer=peer, decision_id=await co_op.record_decision())
    await call_service(co_op.stub.SuspendPeer, request, co_op.token)


async def _resume(co_op: RunningFederation, peer: str) -> None:
    request = pb.ResumePeerRequest(request_id=str(new_id()), peer=peer, decision_id=await co_op.record_decision())
    await call_service(co_op.stub.ResumePeer, request, co_op.token)


async def _send_signature(co_op: RunningFederation, signature: bytes) -> pb.RotateKeysResponse:
    request = pb.RotateKeysRequest(request_id=str(new_id()), root_signature=signature)
    response: pb.RotateKeysResponse = await call_service(co_op.stub.RotateKeys, request, co_op.operator)
    return response
