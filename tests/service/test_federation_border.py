"""The border: only exactly known certificates may call, nothing else is accepted, and nobody can slow it down."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from kith.federation.v1 import federation_pb2 as pb
from kith.peer.v1 import peer_pb2 as peer
from kith.peer.v1.peer_pb2_grpc import PeerServiceStub
from libs.database import wakeups
from libs.database.engine import new_id
from libs.host.instance_keys import read_keys
from libs.observe import traces
from libs.rpc.client import call_service
from services.federation.border.peer_channel import ChannelSettings, PeerCallError, checked, open_peer_stub, to_peer_call_error
from services.federation.border.peer_exchanger import PeerExchanger
from services.federation.domain.message_stream import PeerMessage, body_hash
from services.federation.storage import certificates, wakeup_topics
from services.federation.storage.key_cipher import KeyCipher
from services.federation.storage.peer_messages import sign_message
from services.topology import SERVICE_NAMES
from tests.support.random_messages import UNUSABLE_TEXTS, messages_with_text
from tests.support.running_co_op import Infrastructure
from tests.support.running_federation import RunningFederation, count_peer_exchanges, pair_co_ops, running_federations
from tests.support.untrusted_peer import CertificateAndKey, make_certificate, open_stub_with_certificate, serve_probes
from tests.support.waiting import wait_until, wait_until_quiet


@pytest.fixture
async def neighbours(infrastructure: Infrastructure) -> AsyncIterator[tuple[RunningFederation, RunningFederation]]:
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        await pair_co_ops(elm, mill)
        yield elm, mill


async def test_a_peer_is_answered(neighbours: tuple[RunningFederation, RunningFederation]) -> None:
    elm, mill = neighbours
    async with _stub_as(elm, await _load_certificate(mill)) as stub:
        said = await stub.Probe(peer.ProbeRequest(nonce=b"12345"), timeout=60)

    assert (said.nonce, said.standing, said.identity) == (b"12345", "active", 1)


async def test_no_peer_sends_text_that_cannot_be_stored(neighbours: tuple[RunningFederation, RunningFederation]) -> None:
    """Every text of every message that a peer may send, as the protos list them: refused before anything reads it."""
    elm, mill = neighbours
    taken, fields = [], 0
    async with _stub_as(elm, await _load_certificate(mill)) as stub:
        for method in peer.DESCRIPTOR.services_by_name["PeerService"].methods:
            for text in UNUSABLE_TEXTS:
                for path, request in messages_with_text(method.input_type, text):
                    fields += 1
                    try:
                        await getattr(stub, method.name)(request, timeout=60)
                        taken.append((method.name, path, "OK"))
                    except grpc.aio.AioRpcError as error:
                        if (error.code(), error.details()) != (grpc.StatusCode.INVALID_ARGUMENT, "CHARACTER_NOT_ALLOWED"):
                            taken.append((method.name, path, f"{error.code().name} {error.details()}"))
        assert not taken
        assert fields >= len(UNUSABLE_TEXTS), "no peer message has a text any more"
        assert (await stub.Probe(peer.ProbeRequest(), timeout=60)).standing == "active"


async def test_no_answer_of_a_peer_has_text_that_cannot_be_stored(neighbours: tuple[RunningFederation, RunningFederation]) -> None:
    """What a peer answers is checked as what it asks: a peer of ours that answers with a NUL is a broken one."""
    for method in peer.DESCRIPTOR.services_by_name["PeerService"].methods:
        for path, response in messages_with_text(method.output_type, "\0"):
            with pytest.raises(PeerCallError, match="BROKEN_THERE"):
                pytest.fail(f"{method.name} {path}: {checked(response)}")
    elm, mill = neighbours
    real = await _load_certificate(mill)
    async with serve_probes(real, version="1\0") as port:
        async with elm.co_op.database_transaction("federation", owner=True) as connection:
            await connection.execute("update peer set endpoint = $1 where id = 'mill-lane'", f"127.0.0.1:{port}")
        checks = (await call_service(elm.stub.CheckPeer, pb.CheckPeerRequest(peer="mill-lane"), elm.token)).checks
    assert [check.reason for check in checks if check.reason] == ["BROKEN_THERE"]


async def test_nobody_without_a_known_certificate_gets_through_the_handshake(
    neighbours: tuple[RunningFederation, RunningFederation],
) -> None:
    elm, mill = neighbours
    real = await _load_certificate(mill)
    for stranger in (
        None,
        make_certificate("mill-lane"),
        make_certificate("mill-lane", by=real),
        make_certificate("mill-lane", key=real.key),
    ):
        assert await _refusal_status(elm, stranger) is grpc.StatusCode.UNAVAILABLE


async def test_many_simultaneous_connections_do_not_overload_it(neighbours: tuple[RunningFederation, RunningFederation]) -> None:
    """Each one asks for our certificate. Given the same one anew each time, gRPC ended this whole process within a second or two."""
    elm, mill = neighbours
    knocking = await asyncio.create_subprocess_exec(sys.executable, "-c", _KNOCK, str(elm.port), stdin=asyncio.subprocess.DEVNULL)
    assert await knocking.wait() == 0
    async with _stub_as(elm, await _load_certificate(mill)) as stub:
        assert (await stub.Probe(peer.ProbeRequest(), timeout=60)).standing == "active"


_KNOCK = """
import socket, ssl, sys, threading, time
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.set_alpn_protocols(["h2"])
def knock():
    until = time.monotonic() + 3
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 2) as line:
                context.wrap_socket(line).close()
        except OSError:
            pass
threads = [threading.Thread(target=knock) for _ in range(16)]
for one in threads: one.start()
for one in threads: one.join()
"""


async def test_our_own_certificate_opens_nothing(neighbours: tuple[RunningFederation, RunningFederation]) -> None:
    elm, _ = neighbours

    assert await _refusal_status(elm, await _load_certificate(elm)) in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNAUTHENTICATED)


async def test_a_leaf_that_names_one_peer_and_is_signed_by_another_passes_the_handshake_and_not_the_border(
    infrastructure: Infrastructure,
) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane", "brook-side") as (elm, mill, brook):
        await pair_co_ops(elm, mill)
        await pair_co_ops(elm, brook)
        # A hostile peer that managed to have an authority's certificate among its own.
        authority = make_certificate("brook-side", authority=True)
        await _swap_certificate(elm, "brook-side", authority)
        leaf = make_certificate("mill-lane", by=authority)

        # Until the border has read the change, the handshake itself fails.
        await _wait_until_refused(elm, leaf)
        assert await _refusal_status(elm, await _load_certificate(mill)) is None


def test_an_authority_is_no_certificate_of_a_peer() -> None:
    assert not certificates.is_usable(make_certificate("brook-side", authority=True).der)
    assert not certificates.is_usable(make_certificate("mill-lane", by=make_certificate("brook-side")).der)


async def test_a_caller_with_another_certificate_than_the_peers_is_not_called_though_it_has_its_key() -> None:
    made = certificates.create_tls_key("mill-lane", datetime.now(UTC))
    key = load_der_private_key(made.private, None)
    assert isinstance(key, EllipticCurvePrivateKey)
    real = CertificateAndKey(x509.load_der_x509_certificate(made.certificate), key)
    own = make_certificate("elm-row")
    for identity, reason in (
        (real, ""),
        (make_certificate("mill-lane", key=key), "CERTIFICATE_DIFFERS"),
        (make_certificate("mill-lane", by=real), "CERTIFICATE_DIFFERS"),
        (make_certificate("mill-lane"), "CERTIFICATE_DIFFERS"),
    ):
        async with (
            serve_probes(identity) as port,
            open_peer_stub(ChannelSettings(f"127.0.0.1:{port}", real.pem, own.pem, own.private)) as stub,
        ):
            try:
                await stub.Probe(peer.ProbeRequest(), timeout=60)
                text = ""
            except grpc.aio.AioRpcError as error:
                text = to_peer_call_error(error).reason
        assert text == reason


async def test_an_invited_and_a_severed_peer_are_not_heard(infrastructure: Infrastructure) -> None:
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        await elm.accept(await mill.invitation())
        await _wait_until_refused(elm, await _load_certificate(mill))

        await pair_co_ops(elm, mill)
        identity = await _load_certificate(mill)
        assert await _refusal_status(elm, identity) is None
        request = pb.SeverPeerRequest(request_id=str(new_id()), peer="mill-lane", decision_id=await elm.record_decision())
        await call_service(elm.stub.SeverPeer, request, elm.token)
        assert await _refusal_status(elm, identity) in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.UNAVAILABLE)


async def test_a_renewed_certificate_opens_and_the_one_before_does_not(neighbours: tuple[RunningFederation, RunningFederation]) -> None:
    elm, mill = neighbours
    before = await _load_certificate(mill)
    await call_service(mill.stub.RotateKeys, pb.RotateKeysRequest(request_id=str(new_id())), mill.operator)
    assert await _refusal_status(elm, await _load_certificate(mill)) is None

    # The next one of the document before is in use at once; with the new document the old one is nobody's.
    request = pb.SuspendPeerRequest(request_id=str(new_id()), peer="elm-row", decision_id=await mill.record_decision())
    await call_service(mill.stub.SuspendPeer, request, mill.token)
    await elm.wait_until_peer("mill-lane", lambda known_peer: known_peer.suspended_by_them)
    assert await _refusal_status(elm, before) in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.UNAVAILABLE)


async def test_a_message_beyond_4_mb_is_refused_and_small_ones_go_on(neighbours: tuple[RunningFederation, RunningFederation]) -> None:
    elm, mill = neighbours
    identity = await _load_certificate(mill)
    async with _stub_as(elm, identity) as stub:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Probe(peer.ProbeRequest(nonce=b"x" * (4 * 1024 * 1024 + 1)), timeout=60)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert await _refusal_status(elm, identity) is None


async def test_garbage_of_a_peer_changes_nothing_and_tells_it_nothing(neighbours: tuple[RunningFederation, RunningFederation]) -> None:
    elm, mill = neighbours
    before = await elm.co_op.all_rows("federation", "letter_in")
    junk = peer.Parcel(
        clock=2**52,
        hello=peer.Hello(held=9, held_hash=b"\x01" * 32, sent=2**60, sent_hash=b"", identity=2**60, yours=[b"junk"] * 300),
        letters=[b"", b"{}", b"\xff" * 1000] * 100,
        identity=b"nothing",
    )
    odd = [
        peer.Parcel(clock=-(2**63)),
        peer.Parcel(clock=2**63 - 1),
        peer.Parcel(hello=peer.Hello(held=-1)),
        peer.Parcel(hello=peer.Hello(held=1, held_hash=b"\x01" * 40)),
        peer.Parcel(hello=peer.Hello(identity=-5)),
    ]
    async with _stub_as(elm, await _load_certificate(mill)) as stub:
        answer = await stub.Exchange(peer.ExchangeRequest(parcel=junk), timeout=60)
        for parcel in odd:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await stub.Exchange(peer.ExchangeRequest(parcel=parcel), timeout=60)
            assert (refused.value.code(), refused.value.details()) == (grpc.StatusCode.INVALID_ARGUMENT, "HELLO_FORM")

    assert not answer.parcel.letters
    assert await elm.co_op.all_rows("federation", "letter_in") == before


async def test_a_letter_is_judged_once_and_a_second_one_under_its_number_is_kept_as_proof(
    neighbours: tuple[RunningFederation, RunningFederation],
) -> None:
    elm, mill = neighbours
    await wait_until_quiet(count_peer_exchanges, seconds=1, most=0)
    async with elm.co_op.database_transaction("federation") as connection:
        last = await connection.fetchrow("select seq, hash from letter_in order by seq desc limit 1")
    key = await _load_signing_key(mill)
    expired = PeerMessage("mill-lane", "elm-row", last["seq"] + 1, last["hash"], 1, "suspend", {"decision": "7"})
    strange = PeerMessage("mill-lane", "elm-row", last["seq"] + 2, body_hash(expired.body()), 0, "song", {"text": "la"})
    refused = PeerMessage(
        "mill-lane", "elm-row", last["seq"] + 3, body_hash(strange.body()), 0, "signed", {"hash": "ab" * 32, "sig": "cd" * 64}
    )
    other = PeerMessage("mill-lane", "elm-row", last["seq"] + 3, body_hash(strange.body()), 0, "suspend", {"decision": "8"})
    forged = sign_message(other.body(), Ed25519PrivateKey.generate())

    async with _stub_as(elm, await _load_certificate(mill)) as stub:
        for batch in ([expired, strange, refused], [expired], [other]):
            parcel = peer.Parcel(letters=[sign_message(one.body(), key) for one in batch], clock=int(time.time()))
            answer = await stub.Exchange(peer.ExchangeRequest(parcel=parcel), timeout=60)
        await stub.Exchange(peer.ExchangeRequest(parcel=peer.Parcel(letters=[forged], clock=int(time.time()))), timeout=60)

    assert answer.parcel.hello.held == refused.seq
    judged = [row[5:7] for row in await elm.co_op.all_rows("federation", "letter_in") if isinstance(row[1], int) and row[1] > last["seq"]]
    assert sorted(judged) == [("expired", ""), ("refused", "AGREEMENT_DIFFERS"), ("unknown", "")]
    proofs = await elm.co_op.all_rows("federation", "letter_conflict")
    assert [row[1:4] for row in proofs] == [(other.seq, body_hash(other.body()), sign_message(other.body(), key))]
    assert (await elm.peer("mill-lane")).state == pb.PEER_STATE_ACTIVE


async def test_a_peer_that_calls_without_end_has_two_calls_at_once_and_keeps_nobody_else_waiting(
    infrastructure: Infrastructure, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, most, release = 0, 0, asyncio.Event()
    handle_request = PeerExchanger.handle_request

    async def hold_the_hostile_ones(exchanger: PeerExchanger, peer_id: str, parcel: peer.Parcel) -> peer.Parcel:
        nonlocal running, most
        if peer_id == "mill-lane":
            running += 1
            most = max(most, running)
            try:
                await release.wait()
            finally:
                running -= 1
        return await handle_request(exchanger, peer_id, parcel)

    async with running_federations(infrastructure, "elm-row", "mill-lane", "brook-side") as (elm, mill, brook):
        await pair_co_ops(elm, mill)
        await pair_co_ops(elm, brook)
        hostile, friend = await _load_certificate(mill), await _load_certificate(brook)
        codes: list[grpc.StatusCode | None] = []
        stop = asyncio.Event()

        async def flood() -> None:
            async with _stub_as(elm, hostile) as stub:
                while not stop.is_set():
                    try:
                        await stub.Exchange(peer.ExchangeRequest(), timeout=60)
                        codes.append(None)
                    except grpc.aio.AioRpcError as error:
                        codes.append(error.code())

        monkeypatch.setattr(PeerExchanger, "handle_request", hold_the_hostile_ones)
        flooding = [asyncio.create_task(flood()) for _ in range(12)]
        await wait_until(lambda: running == 2 and codes.count(grpc.StatusCode.RESOURCE_EXHAUSTED) > 20)
        # Its calls last for as long as they may, and those that are refused are made again at once. All others are answered meanwhile.
        for _ in range(10):
            assert await _refusal_status(elm, friend) is None
            assert (await call_service(elm.stub.GetOwnIdentity, pb.GetOwnIdentityRequest(), elm.token)).seq == 1
        stop.set()
        release.set()
        await asyncio.gather(*flooding)

        assert most == 2


async def test_a_trace_ends_at_the_border(infrastructure: Infrastructure, tmp_path: Path) -> None:
    spans = tmp_path / "spans.json"
    provider = traces.configure_tracing(file=str(spans), sample=1.0)
    assert provider is not None
    async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
        await pair_co_ops(elm, mill)
        theirs = "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01"
        async with _stub_as(elm, await _load_certificate(mill)) as stub:
            await stub.Probe(peer.ProbeRequest(), timeout=60, metadata=(("traceparent", theirs),))
    provider.shutdown()

    seen = [json.loads(line) for line in spans.read_text(encoding="utf-8").splitlines()]
    calls = [one for one in seen if one["name"].startswith("peer/")]
    assert {call["name"] for call in calls} == {"peer/Exchange", "peer/Probe"}
    assert all(call["parent_id"] is None for call in calls)
    assert not any("a" * 32 in one["context"]["trace_id"] for one in seen)


@asynccontextmanager
async def _stub_as(
    co_op: RunningFederation, identity: CertificateAndKey | None, roots: list[bytes] | None = None
) -> AsyncIterator[PeerServiceStub]:
    async with open_stub_with_certificate(co_op.port, roots or [(await _load_certificate(co_op)).pem], identity) as stub:
        yield stub


async def _refusal_status(co_op: RunningFederation, identity: CertificateAndKey | None) -> grpc.StatusCode | None:
    """The status that a call gets; None when it is answered."""
    async with _stub_as(co_op, identity) as stub:
        try:
            await stub.Probe(peer.ProbeRequest(), timeout=60)
        except grpc.aio.AioRpcError as error:
            return error.code()
    return None


async def _wait_until_refused(co_op: RunningFederation, identity: CertificateAndKey) -> None:
    """Waits until a call gets through the handshake and is refused by the border. Before, it is never answered."""
    statuses: list[grpc.StatusCode | None] = []

    async def is_refused() -> bool:
        statuses.append(await _refusal_status(co_op, identity))
        return statuses[-1] is grpc.StatusCode.UNAUTHENTICATED

    await wait_until(is_refused)
    assert set(statuses) <= {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNAUTHENTICATED}


async def _load_certificate(co_op: RunningFederation) -> CertificateAndKey:
    """The certificate that it shows now, with its private key out of its own sealed table."""
    async with co_op.co_op.database_transaction("federation", owner=True) as connection:
        row = await connection.fetchrow("select hash, certificate, sealed from tls_key where place = 'current'")
    vault = KeyCipher(read_keys(co_op.co_op.infrastructure.keys_folder, SERVICE_NAMES).federation_seal)
    key = load_der_private_key(vault.decrypt("tls", row["hash"].hex(), row["sealed"]), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return CertificateAndKey(x509.load_der_x509_certificate(row["certificate"]), key)


async def _load_signing_key(co_op: RunningFederation) -> Ed25519PrivateKey:
    async with co_op.co_op.database_transaction("federation", owner=True) as connection:
        row = await connection.fetchrow("select key, sealed from signing_key where in_use")
    vault = KeyCipher(read_keys(co_op.co_op.infrastructure.keys_folder, SERVICE_NAMES).federation_seal)
    return Ed25519PrivateKey.from_private_bytes(vault.decrypt("signing", row["key"].hex(), row["sealed"]))


async def _swap_certificate(where: RunningFederation, peer_id: str, identity: CertificateAndKey) -> None:
    async with where.co_op.database_transaction("federation", owner=True) as connection:
        await connection.execute("delete from peer_certificate where peer = $1", peer_id)
        await connection.execute(
            "insert into peer_certificate (hash, peer, certificate) values ($1, $2, $3)",
            certificates.hash_from_pem(identity.pem),
            peer_id,
            identity.der,
        )
        await connection.execute("select pg_notify($1, $2)", wakeups.CHANNEL, wakeup_topics.PEERS)
