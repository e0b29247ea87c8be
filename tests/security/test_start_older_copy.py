"""A database that was set back is noticed by the anchor, without any peer, and stays known until an operator accepts it."""

from pathlib import Path

from libs.host.event_anchor import EventAnchor
from libs.messages.relay import OutboxState
from services.federation.storage.anchor_file import AnchorFile


def outbox(number: int, epoch: int = 1) -> OutboxState:
    return OutboxState(epoch=epoch, number=number, published=number, unnumbered=False)


def older(file: Path, *, accept: bool = False, **numbers: OutboxState) -> list[str]:
    """What a start finds that has these events."""
    anchor = EventAnchor(file, accept_older=accept)
    for service, state in numbers.items():
        anchor.check(service, state)
    return anchor.older_services


def test_an_older_copy_is_known_at_this_start_and_the_next_however_far_it_has_gone_on(tmp_path: Path) -> None:
    file = tmp_path / "anchor"
    assert older(file, governance=outbox(7), identity=outbox(3)) == []
    anchor = EventAnchor(file, accept_older=False)
    anchor.record({"governance": outbox(12), "identity": outbox(3)})
    assert older(file, governance=outbox(12), identity=outbox(3)) == []
    assert older(file, governance=outbox(11), identity=outbox(3)) == ["governance"]
    # It goes on, and has more events than the anchor knows: others than were lost.
    again = EventAnchor(file, accept_older=False)
    again.record({"governance": outbox(40)})
    assert older(file, governance=outbox(40), identity=outbox(3)) == ["governance"]
    assert older(file, accept=True, governance=outbox(40), identity=outbox(3)) == []
    assert older(file, governance=outbox(40), identity=outbox(3)) == []
    assert older(file, governance=outbox(39), identity=outbox(3)) == ["governance"]


def test_a_source_whose_epoch_was_raised_counts_from_one_again(tmp_path: Path) -> None:
    file = tmp_path / "anchor"
    EventAnchor(file, accept_older=False).record({"governance": outbox(12)})
    assert older(file, governance=outbox(4, epoch=2)) == []
    EventAnchor(file, accept_older=False).record({"governance": outbox(4, epoch=2)})
    assert older(file, governance=outbox(3, epoch=2)) == ["governance"]


def test_who_accepts_an_older_copy_begins_a_new_epoch_once(tmp_path: Path) -> None:
    file = tmp_path / "anchor"
    EventAnchor(file, accept_older=False).record({"governance": outbox(12, epoch=3)})
    assert EventAnchor(file, accept_older=False).next_epoch("governance", outbox(7)) is None
    accepting = EventAnchor(file, accept_older=True)
    assert [accepting.next_epoch("governance", state) for state in (outbox(7), outbox(7, epoch=3), outbox(12, epoch=3))] == [4, 4, None]
    # Found before, and gone on with: the lost numbers are others now.
    assert older(file, governance=outbox(7, epoch=3)) == ["governance"]
    accepting = EventAnchor(file, accept_older=True)
    assert accepting.next_epoch("governance", outbox(40, epoch=3)) == 4
    accepting.check("governance", outbox(40, epoch=3))
    accepting.record({"governance": outbox(40, epoch=4)})
    assert EventAnchor(file, accept_older=True).next_epoch("governance", outbox(40, epoch=4)) is None


async def test_signed_heads_and_events_share_the_file_and_neither_loses_the_other(tmp_path: Path) -> None:
    file = tmp_path / "anchor"
    AnchorFile(file)
    EventAnchor(file, accept_older=False).record({"governance": outbox(12)})
    heads = AnchorFile(file)
    await heads.record([("alder/votes/1", 5, b"\x01" * 32)])
    with file.open("a", encoding="utf-8") as half_written:
        half_written.write('["events/governance", 1')
    assert older(file, governance=outbox(11)) == ["governance"]
    assert older(file) == ["governance"], "the line after the half one is whole"
    assert AnchorFile(file).get_largest_head("alder/votes/1") == (5, b"\x01" * 32)


def test_an_unchanged_co_op_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "anchor"
    anchor = EventAnchor(file, accept_older=False)
    anchor.record({"governance": outbox(12)})
    size = file.stat().st_size
    for _ in range(100):
        anchor.record({"governance": outbox(12)})
    assert file.stat().st_size == size
