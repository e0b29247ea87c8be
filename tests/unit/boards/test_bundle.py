"""A finished vote in one file that any tar reads."""

import hashlib
import io
import tarfile

from libs.boards.bundle import BoardFile, Bundle, pack
from tests.support.vote_boards import make_vote_boards


def test_any_tar_reads_the_members_in_their_order() -> None:
    vote = make_vote_boards("ash", "ash-grove", observers=["ash.hill"]).open_vote()
    vote.ballot("ash", 0, "for")
    vote.close()
    vote.conclude()
    vote.documents = [b'{"kind":"b"}', b'{"kind":"a"}']
    with tarfile.open(fileobj=io.BytesIO(vote.bundle())) as archive:
        members = archive.getmembers()
        results = {member.name: archive.extractfile(member).read() for member in members}  # type: ignore[union-attr]  # every member is a file

    # A hyphen and a full stop stand before a slash.
    parties = ["ash-grove", "ash.hill", "ash"]
    assert [member.name for member in members] == [
        "terms",
        *(f"identity/{party}" for party in sorted(parties)),
        *(f"boards/{party}/entries" for party in parties),
        *(f"boards/{party}/checkpoints" for party in parties),
        "outcome",
        "signatures/ash",
        "signatures/ash-grove",
        *(f"evidence/{one}" for one in sorted(hashlib.sha256(paper).hexdigest() for paper in vote.documents)),
    ]
    assert all((member.mode, member.uid, member.gid, member.mtime, member.uname) == (0o644, 0, 0, 0, "") for member in members)
    assert results["terms"] == vote.terms.data
    assert results["outcome"] == vote.outcome
    entries, framed = vote.entries["ash"], results["boards/ash/entries"]
    assert framed == b"".join(len(entry).to_bytes(4, "big") + entry for entry in entries)


def test_an_annulled_vote_has_no_outcome_and_a_board_may_be_empty() -> None:
    data = pack(Bundle(b"{}", {}, {"oak": BoardFile([], [])}, None, {}, []))

    assert len(data) % 512 == 0
    assert data[-1024:] == bytes(1024)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert archive.getnames() == ["terms", "boards/oak/entries", "boards/oak/checkpoints"]
