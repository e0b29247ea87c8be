"""How long it takes to verify a bundle of 100,000 ballots offline, and how much memory, against the least that any check must do.

The least: SHA-256 of every entry, `json.loads` of it, and one Ed25519 check for each signature in the file, in one loop that believes
everything else. Both are processes of their own and take turns.

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

from bench.tables import grid, quick, ratio, show, verdict
from libs.boards.papers import pins
from tests.support.boards import WholeVote, fingerprints, some_vote

CO_OPS = ("ash-grove", "birch-hill", "cedar-row")
BALLOTS = 3_000 if quick() else 100_000
ROUNDS = 1 if quick() else 3
AIM_SECONDS = 30.0
_LEAST = "--the-least"


def made(ballots: int) -> WholeVote:
    """Three co-ops; every member votes once."""
    vote = some_vote(*CO_OPS).begin({one: {"member": ballots // 3} for one in CO_OPS})
    for one in CO_OPS:
        for number in range(ballots // 3):
            vote.ballot(one, number, "against" if number % 3 == 2 else "for")
    vote.close()
    vote.conclude()
    return vote


def least(file: Path) -> None:
    """Every entry hashed and read, every signature of every note checked."""
    with tarfile.open(file) as archive:
        content = {one.name: archive.extractfile(one).read() for one in archive.getmembers()}  # type: ignore[union-attr]  # every member is a file
    parties = {one["id"]: one for one in json.loads(content["terms"])["parties"]}
    for name, data in content.items():
        if name.endswith("/entries"):
            for entry in _pieces(data):
                sha256(b"\0" + entry)
                json.loads(entry)
        elif name.endswith("/checkpoints"):
            for note in _pieces(data):
                _signatures(note, name.split("/")[1], parties)


def _signatures(note: bytes, board: str, parties: dict[str, dict[str, str]]) -> None:
    body, _, lines = note.partition(b"\n\n")
    for line in lines.decode().splitlines():
        _, name, sealed = line.split(" ")
        data = b64decode(sealed)
        witness = name.split("/")[0]
        if witness == board and not name.endswith("/witness"):
            key, signature, message = parties[board]["board"], data[4:], body + b"\n"
        else:
            time_ = int.from_bytes(data[4:12], "big")
            key, signature, message = parties[witness]["witness"], data[12:], b"cosignature/v1\ntime %d\n" % time_ + body + b"\n"
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, message)


def _pieces(data: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def run(command: Sequence[str]) -> tuple[float, int]:
    """Seconds, and MiB at most. Raises where it does not end well."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - began
    if process.returncode:
        message = f"{' '.join(command)} ended with {process.returncode}"
        raise RuntimeError(message)
    return took, used.ru_maxrss // 1024


def main() -> int:
    ballots = int(sys.argv[sys.argv.index("--ballots") + 1]) if "--ballots" in sys.argv else BALLOTS
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        file, named = Path(folder) / "large.kith", Path(folder) / "pins"
        file.write_bytes(made(ballots).bundle())
        named.write_bytes(pins(fingerprints(CO_OPS)))
        size = file.stat().st_size
        verifier = [sys.executable, "-m", "scripts.verifier", str(file), "--pins", str(named)]
        reference = [sys.executable, "-m", "bench.verify", _LEAST, str(file)]
        rounds = [(run(verifier), run(reference)) for _ in range(ROUNDS)]
    ours, theirs = [one for one, _ in rounds], [one for _, one in rounds]
    slowest = max(took for took, _ in ours)
    rows = [
        ["scripts/verifier", _seconds(ours), str(max(memory for _, memory in ours))],
        ["SHA-256, json.loads, Ed25519", _seconds(theirs), str(max(memory for _, memory in theirs))],
    ]
    found = ratio([(one[0], other[0]) for one, other in rounds])
    show(
        "verify",
        "Verifying a bundle",
        f"{ballots} ballots of {len(CO_OPS)} co-ops, {size / 1e6:.1f} MB, pinned, exit code 0; {ROUNDS} rounds in turn.",
        grid(["what", "seconds", "MiB at most"], rows),
        f"Ratio {found:.2f}. The slowest took {slowest:.1f} s, aim {AIM_SECONDS:.0f} s: {verdict(slowest, AIM_SECONDS)}.",
    )
    return int(slowest > AIM_SECONDS)


def _seconds(runs: Sequence[tuple[float, int]]) -> str:
    return ", ".join(f"{took:.2f}" for took, _ in runs)


if __name__ == "__main__":
    if _LEAST in sys.argv:
        least(Path(sys.argv[-1]))
    else:
        raise SystemExit(main())
