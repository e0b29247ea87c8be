"""How long a co-op takes to stand up: the first start with `kith init`, a later start, and the demonstration from nothing to a result.

Run with `python -m bench.start`. The reference is the two servers alone, started the way Kith starts them on a folder of its own: `initdb`,
PostgreSQL and NATS the first time, both again later. Rounds take turns.
"""

import asyncio
import re
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.tables import grid, quick, ratio, show, verdict
from libs.host.backing import BackingSettings, DataFolder, start
from tests.support.demonstration import KITH, an_address
from tests.support.http import get
from tests.support.kith_up import a_place

ROUNDS = 1 if quick() else 5
FIRST_AIM, LATER_AIM = 6.0, 4.0
_SECRET = "bench-password-16"  # noqa: S105 - of servers that live for seconds
_SECONDS = 90.0
_STEP = re.compile(r" *\d+\.\d\d s  ")


@dataclass
class Taken:
    """Seconds of each round."""

    init: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    later: list[float] = field(default_factory=list)
    servers_first: list[float] = field(default_factory=list)
    servers_later: list[float] = field(default_factory=list)


def initialised(folder: Path, address: str) -> float:
    said = ["--name", "Bench Row Care", "--id", "bench-row", "--template", "somerset-like", "--zone", "Europe/London", "--phone", ""]
    said += ["--founder", "Ash Example", "--founder-email", "ash@example.org", "--address", address, "--no-input"]
    began = time.perf_counter()
    subprocess.run([KITH, "init", folder, *said], check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return time.perf_counter() - began


async def up_and_down(folder: Path, address: str) -> float:
    """From the command until everything answers and the co-op is founded. Stopped again."""
    host, port = address.rsplit(":", 1)
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        KITH, "up", str(folder), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(_SECONDS):
            while (await get(f"{host}:{int(port) + 1}", "/readyz")).status != 200 or (folder / "founding.toml").exists():
                await asyncio.sleep(0.02)
        return time.perf_counter() - began
    finally:
        process.terminate()
        await process.wait()


async def servers_alone(folder: Path) -> float:
    began = time.perf_counter()
    backing = await start(DataFolder(folder), BackingSettings(postgres_password=_SECRET, nats_password=_SECRET))
    taken = time.perf_counter() - began
    await backing.stop()
    return taken


async def measure(taken: Taken) -> None:
    async with a_place() as place:
        address = an_address()
        init = initialised(place / "co-op", address)
        taken.init.append(init)
        taken.first.append(init + await up_and_down(place / "co-op", address))
        taken.servers_first.append(await servers_alone(place / "alone"))
        taken.later.append(await up_and_down(place / "co-op", address))
        taken.servers_later.append(await servers_alone(place / "alone"))


async def demonstration() -> str:
    """What `kith demo --timings` says of itself, once."""
    async with a_place() as place:
        command = [KITH, "demo", "--folder", place / "demo", "--address", an_address(), "--exit", "--timings"]
        process = await asyncio.create_subprocess_exec(*map(str, command), stdout=asyncio.subprocess.PIPE)
        said, _ = await process.communicate()
    return "\n".join(line for line in said.decode().splitlines() if _STEP.match(line))


async def main() -> int:
    taken = Taken()
    for _ in range(ROUNDS):
        await measure(taken)
    rows, missed = [["`kith init`", *_seconds(taken.init), "", "", "", ""]], False
    for name, ours, alone, aim in (
        ("first start, `kith init` and `kith up`", taken.first, taken.servers_first, FIRST_AIM),
        ("later start, `kith up`", taken.later, taken.servers_later, LATER_AIM),
    ):
        middle = statistics.median(ours)
        missed |= middle > aim
        times = f"{ratio(list(zip(ours, alone, strict=True))):.1f}"
        rows.append([name, *_seconds(ours), f"{statistics.median(alone):.2f}", times, f"{aim:.0f}", verdict(middle, aim)])
    head = ["until everything answers", "median s", "slowest s", "servers alone s", "ratio", "aim s", ""]
    about = f"{ROUNDS} rounds, each on a fresh folder."
    # `stalls.py` tells the same story; a quick run need not hear it twice.
    demo = [] if quick() else [f"One demonstration:\n\n```\n{await demonstration()}\n```"]
    show("start", "Cold start", about, grid(head, rows), *demo)
    return int(missed and not quick())


def _seconds(found: list[float]) -> list[str]:
    return [f"{statistics.median(found):.2f}", f"{max(found):.2f}"]


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
