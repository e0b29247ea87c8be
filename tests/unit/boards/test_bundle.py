"""A finished vote in one file that any tar reads."""

import hashlib
import io
import tarfile

from libs.boards.bundle import BoardFile, Bundle, pack
from tests.support.boards import some_vote


def test_any_tar_reads_the_members_in_their_order() -> None:
    vote = some_vote("ash", "ash-grove", observers=["ash.hill"]).begin()
    vote.ballot("ash", 0, "for")
    vote.close()
    vote.conclude()
    vote.papers = [b'{"kind":"b"}', b'{"kind":"a"}']
    with tarfile.open(fileobj=io.BytesIO(vote.bundle())) as archive:
        members = archive.getmembers()
        found = {one.name: archive.extractfile(one).read() for one in members}  # type: ignore[union-attr]  # every member is a file

    # A hyphen and a full stop stand before a slash.
    parties = ["ash-grove", "ash.hill", "ash"]
    assert [one.name for one in members] == [
        "terms",
        *(f"identity/{one}" for one in sorted(parties)),
        *(f"boards/{one}/entries" for one in parties),
        *(f"boards/{one}/checkpoints" for one in parties),
        "outcome",
        "signatures/ash",
        "signatures/ash-grove",
        *(f"evidence/{one}" for one in sorted(hashlib.sha256(paper).hexdigest() for paper in vote.papers)),
    ]
    assert all((one.mode, one.uid, one.gid, one.mtime, one.uname) == (0o644, 0, 0, 0, "") for one in members)
    assert found["terms"] == vote.terms.data
    assert found["outcome"] == vote.outcome
    entries, framed = vote.entries["ash"], found["boards/ash/entries"]
    assert framed == b"".join(len(one).to_bytes(4, "big") + one for one in entries)


def test_an_annulled_vote_has_no_outcome_and_a_board_may_be_empty() -> None:
    data = pack(Bundle(b"{}", {}, {"oak": BoardFile([], [])}, None, {}, []))

    assert len(data) % 512 == 0
    assert data[-1024:] == bytes(1024)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert archive.getnames() == ["terms", "boards/oak/entries", "boards/oak/checkpoints"]
