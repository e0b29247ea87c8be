"""False signatures from one peer cost little: the first few that fail end the parcel, and are counted against the peer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kith.peer.v1 import peer_pb2 as pb
from libs import callers
from libs.clock import FixedClock
from libs.database.engine import Database
from libs.signing import checkpoint
from libs.signing.canonical import encode
from libs.signing.checkpoint import Checkpoint
from services.federation.border.board_recovery import BoardRecovery
from services.federation.border.board_sync import BoardSync
from services.federation.border.clock_skew_monitor import ClockSkewMonitor
from services.federation.border.false_proofs import FORGOTTEN_AFTER, LONGEST_PAUSE, FalseProofs
from services.federation.commands import accept_board_update
from services.federation.domain import witnessing
from services.federation.storage import boards, votes
from services.federation.storage.anchor_file import AnchorFile
from services.federation.storage.board_cache import BoardCache
from services.federation.storage.key_cipher import KeyCipher
from services.federation.storage.local_identity import LocalIdentity
from services.federation.storage.votes import VoteKeys
from tests.support.running_co_op import Infrastructure
from tests.support.vote_boards import VoteBoards, make_vote_boards, private_key

_CALLER = callers.job("test")
_NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
_FALSE = 8_000


@asynccontextmanager
async def _board_sync(infrastructure: Infrastructure, vote: VoteBoards, clock: FixedClock, folder: Path) -> AsyncIterator[BoardSync]:
    """What cedar has to do with boards, on a database of its own."""
    async with infrastructure.databases.fresh_database("federation") as service_database:
        database, cipher, anchor = Database(service_database.run_url), KeyCipher(bytes(32)), AnchorFile(folder / "anchor")
        recovery = BoardRecovery("cedar", database, clock, anchor)
        identity = LocalIdentity("cedar", "cedar", "", cipher, folder / "root.pem")
        async with database.work(_CALLER, clock.now()) as work:
            await votes.add(work, vote.terms)
            await boards.create_all(work, vote.terms.vote, vote.parties)
            keys = VoteKeys(*(private_key("cedar", purpose) for purpose in ("statement", "board", "witness")))
            party = encode(vote.terms.by_id["cedar"].json())
            await votes.add_keys(work, cipher, vote.terms.draft, vote.terms.convener, "participant", party, keys)
        await recovery.start()
        try:
            yield BoardSync(identity, database, clock, anchor, BoardCache(), ClockSkewMonitor(clock), recovery)
        finally:
            await database.close()


def _parts(vote: VoteBoards, false_ones: int, true_ones: int = 0, earlier: int = 0) -> list[pb.BoardPart]:
    """The board of ash, with cosignatures of birch: the true ones first. Each is dated before the last, so that a cut could need it."""
    head = Checkpoint(checkpoint.origin_of("ash", vote.terms.vote), len(vote.entries["ash"]), vote.root("ash"))
    message = pb.Head(size=head.size, root=head.root, signature=checkpoint.sign_checkpoint(private_key("ash", "board"), head))
    start = vote.terms.open_latest - 50_000 - earlier
    cosigned = [
        pb.Cosignature(
            witness="birch",
            size=head.size,
            root=head.root,
            time=start - number,
            signature=checkpoint.cosign(private_key("birch", "witness"), head, start - number) if number < true_ones else bytes(64),
        )
        for number in range(true_ones + false_ones)
    ]
    part = pb.BoardPart(vote=bytes.fromhex(vote.terms.vote), co_op="ash", entries=vote.entries["ash"], head=message)
    parts = []
    for at in range(0, len(cosigned), 400):
        more = pb.BoardPart()
        more.CopyFrom(part)
        more.cosignatures.extend(cosigned[at : at + 400])
        parts.append(more)
    return parts


async def test_thousands_of_false_cosignatures_end_with_the_third(
    infrastructure: Infrastructure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vote, clock = make_vote_boards("ash", "birch", "cedar", *(f"dell-{number}" for number in range(18))), FixedClock(_NOW)
    vote.join("ash")
    checked = _count_checks(monkeypatch)
    async with _board_sync(infrastructure, vote, clock, tmp_path) as sync:
        for parcels in (1, 2):
            await sync.accept("birch", _parts(vote, _FALSE), ())
            assert len(checked) == parcels * accept_board_update.MAX_FALSE_PROOFS

        # What is true is still taken from a parcel with false ones behind it. But it is the third, and that has a price.
        assert await sync.accept("birch", _parts(vote, _FALSE, true_ones=1), ())
        assert len(checked) == 3 * accept_board_update.MAX_FALSE_PROOFS + 1
        assert not await sync.accept("birch", _parts(vote, 0, true_ones=1, earlier=9_000), ())
        assert len(checked) == 3 * accept_board_update.MAX_FALSE_PROOFS + 1

        # Another peer does not pay it, and it ends.
        assert await sync.accept("ash", _parts(vote, 0, true_ones=1, earlier=10_000), ())
        clock.at = _NOW + timedelta(seconds=31)
        assert await sync.accept("birch", _parts(vote, 0, true_ones=1, earlier=11_000), ())


def _count_checks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every check of a cosignature, which is done all the same."""
    checked: list[object] = []
    verify = witnessing.verify_cosignature

    def counted(*arguments: object) -> None:
        checked.append(arguments)
        verify(*arguments)  # type: ignore[arg-type]  # they are passed on as they came

    monkeypatch.setattr(witnessing, "verify_cosignature", counted)
    return checked


def test_a_peer_is_ignored_for_longer_each_time_and_forgiven_in_the_end() -> None:
    counted = FalseProofs()
    pauses = [counted.count("birch", _NOW).total_seconds() for _ in range(9)]

    assert pauses[:5] == [0, 0, 30, 60, 120]
    assert pauses[-1] == LONGEST_PAUSE.total_seconds()
    assert counted.is_ignored("birch", _NOW + LONGEST_PAUSE - timedelta(seconds=1))
    assert not counted.is_ignored("birch", _NOW + LONGEST_PAUSE)
    assert not counted.is_ignored("cove", _NOW)
    assert counted.count("birch", _NOW + FORGOTTEN_AFTER) == timedelta()
