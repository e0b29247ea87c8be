"""How long it takes to verify a bundle of 100,000 ballots, and how much memory.

python -m bench.verify [ballots]
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support.bundle_maker import Story


def made(ballots: int) -> bytes:
    """Three co-ops; every member votes once."""
    names = ["ash-grove", "birch-hill", "cedar-row"]
    story = Story("large", names, rolls={one: {"member": ballots // 3} for one in names})
    story.begin()
    for one in names:
        for row, (pseudonym, _) in enumerate(story.pseudonyms(one)):
            choice = "against" if row % 3 else "for"
            story.ballots[one].append((story.say(one, {"kind": "ballot", "pseudonym": pseudonym, "choice": choice}), pseudonym, choice))
    story.close()
    story.conclude()
    return story.pack()


def main() -> None:
    ballots = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        file = Path(folder) / "large.kith"
        file.write_bytes(made(ballots))
        start = time.monotonic()
        run = subprocess.run([sys.executable, "-m", "scripts.verifier", str(file)], check=False, capture_output=True, text=True)
        took = time.monotonic() - start
        assert run.returncode == 2, run.stdout
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"{ballots} ballots, {file.stat().st_size / 1e6:.1f} MB: {took:.1f} s, {memory} MiB at most")


if __name__ == "__main__":
    main()
