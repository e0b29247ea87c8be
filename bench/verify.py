"""Measures the time and memory of verifying a bundle of 300,000 ballots offline, against hashing and signatures alone.

These are the RFC 6962 tree of every board (a SHA-256 of every entry and of every node) and one Ed25519 check for each signature in the
file, in one loop that trusts everything else and reads no entry. Both run as processes of their own and alternate.

    python -m bench.verify [--ballots N] [--quick]
"""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from base64 import b64decode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bench.report import is_quick_run, markdown_table, median_ratio, save_report, verdict

CO_OPS = ("ash-grove", "birch-hill", "cedar-row")
BALLOTS = 30_000 if is_quick_run() else 300_000
ROUNDS = 1 if is_quick_run() else 3
AIM_RATIO, AIM_MEBIBYTES = 2.5, 200
_MINIMAL_FLAG, _BUILD_FLAG = "--the-least", "--build"


def write_closed_vote(folder: Path, ballots: int) -> None:
    """Writes the bundle of a vote of three co-ops in which every member votes once, and its pins. Runs in a process of its own.

    What a process needs before it starts another counts as memory of the other, so that the measuring one must stay small.
    """
    from libs.boards.documents import encode_pins
    from tests.support.vote_boards import fingerprints, make_vote_boards

    vote = make_vote_boards(*CO_OPS).open_vote({co_op: {"member": ballots // 3} for co_op in CO_OPS})
    for co_op in CO_OPS:
        for number in range(ballots // 3):
            vote.ballot(co_op, number, "against" if number % 3 == 2 else "for")
    vote.close()
    vote.conclude()
    (folder / "large.kith").write_bytes(vote.bundle())
    (folder / "pins").write_bytes(encode_pins(fingerprints(CO_OPS)))


def verify_minimally(file: Path) -> None:
    """Hashes every board and checks every signature of every note."""
    with tarfile.open(file) as archive:
        content = {member.name: archive.extractfile(member).read() for member in archive.getmembers()}  # type: ignore[union-attr]  # every member is a file
    parties = {party["id"]: party for party in json.loads(content["terms"])["parties"]}
    for name, data in content.items():
        if name.endswith("/entries"):
            _hash_tree(data)
        elif name.endswith("/checkpoints"):
            for note in _split_length_prefixed(data):
                _check_signatures(note, name.split("/")[1], parties)


def _hash_tree(data: bytes) -> None:
    level = [sha256(b"\0" + entry).digest() for entry in _split_length_prefixed(data)]
    while len(level) > 1:
        odd = level[len(level) & ~1 :]
        level = [sha256(b"\1" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)] + odd


def _check_signatures(note: bytes, board: str, parties: dict[str, dict[str, str]]) -> None:
    body, _, lines = note.partition(b"\n\n")
    for line in lines.decode().splitlines():
        _, name, encoded = line.split(" ")
        data = b64decode(encoded)
        witness = name.split("/")[0]
        if witness == board and not name.endswith("/witness"):
            key, signature, message = parties[board]["board"], data[4:], body + b"\n"
        else:
            time_ = int.from_bytes(data[4:12], "big")
            key, signature, message = parties[witness]["witness"], data[12:], b"cosignature/v1\ntime %d\n" % time_ + body + b"\n"
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, message)


def _split_length_prefixed(data: bytes) -> list[bytes]:
    pieces, offset = [], 0
    while offset < len(data):
        size = int.from_bytes(data[offset : offset + 4], "big")
        pieces.append(data[offset + 4 : offset + 4 + size])
        offset += 4 + size
    return pieces


def run_process(command: Sequence[str]) -> tuple[float, int]:
    """Returns seconds and peak memory in MiB. Raises RuntimeError when the process fails."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    elapsed = time.perf_counter() - began
    if process.returncode:
        message = f"{' '.join(command)} ended with {process.returncode}"
        raise RuntimeError(message)
    return elapsed, usage.ru_maxrss // 1024


def main() -> int:
    ballots = int(sys.argv[sys.argv.index("--ballots") + 1]) if "--ballots" in sys.argv else BALLOTS
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        file, pins_file = Path(folder) / "large.kith", Path(folder) / "pins"
        run_process([sys.executable, "-m", "bench.verify", _BUILD_FLAG, folder, str(ballots)])
        size = file.stat().st_size
        verifier = [sys.executable, "-m", "scripts.verifier", str(file), "--pins", str(pins_file)]
        reference = [sys.executable, "-m", "bench.verify", _MINIMAL_FLAG, str(file)]
        rounds = [(run_process(verifier), run_process(reference)) for _ in range(ROUNDS)]
    ours, theirs = [kith for kith, _ in rounds], [reference_run for _, reference_run in rounds]
    largest = max(memory for _, memory in ours)
    rows = [
        ["scripts/verifier", _seconds(ours), str(largest)],
        ["SHA-256 of the trees, Ed25519", _seconds(theirs), str(max(memory for _, memory in theirs))],
    ]
    times = median_ratio([(kith[0], reference_run[0]) for kith, reference_run in rounds])
    save_report(
        "verify",
        "Verifying a bundle",
        f"{ballots} ballots of {len(CO_OPS)} co-ops, {size / 1e6:.1f} MB, pinned, exit code 0; {ROUNDS} rounds in turn.",
        markdown_table(["what", "seconds", "MiB at most"], rows),
        f"Ratio {times:.2f}, aim {AIM_RATIO}: {verdict(times, AIM_RATIO)}. "
        f"At most {largest} MiB, aim {AIM_MEBIBYTES}: {verdict(largest, AIM_MEBIBYTES)}.",
    )
    return int(times > AIM_RATIO or largest > AIM_MEBIBYTES)


def _seconds(runs: Sequence[tuple[float, int]]) -> str:
    return ", ".join(f"{seconds:.2f}" for seconds, _ in runs)


if __name__ == "__main__":
    if _MINIMAL_FLAG in sys.argv:
        verify_minimally(Path(sys.argv[-1]))
    elif _BUILD_FLAG in sys.argv:
        write_closed_vote(Path(sys.argv[-2]), int(sys.argv[-1]))
    else:
        raise SystemExit(main())
