"""Measures how long a co-op takes to start: first with `kith init`, later again, and the demonstration from nothing to a result.

Run with `python -m bench.start`. The reference is the two servers alone, started the way Kith starts them, on a folder of their own:
`initdb`, PostgreSQL and NATS the first time, PostgreSQL and NATS later. Rounds alternate.
"""

import asyncio
import re
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.report import is_quick_run, markdown_table, median_ratio, save_report, verdict
from libs.host.backing import BackingSettings, DataFolder, start_backing_services
from tests.support.demo_process import KITH, free_address
from tests.support.http_probe import http_get
from tests.support.kith_up_process import service_readable_folder

ROUNDS = 1 if is_quick_run() else 5
FIRST_AIM, LATER_AIM = 6.0, 4.0
_SECRET = "bench-password-16"  # noqa: S105 - of servers that live for seconds
_TIMEOUT_SECONDS = 90.0
_STEP = re.compile(r" *\d+\.\d\d s  ")


@dataclass
class StartTimes:
    """Seconds of each round."""

    init: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    later: list[float] = field(default_factory=list)
    servers_first: list[float] = field(default_factory=list)
    servers_later: list[float] = field(default_factory=list)


def time_init(folder: Path, address: str) -> float:
    options = ["--name", "Bench Row Care", "--id", "bench-row", "--template", "somerset-like", "--zone", "Europe/London", "--phone", ""]
    options += ["--founder", "Ash Example", "--founder-email", "ash@example.org", "--address", address, "--no-input"]
    began = time.perf_counter()
    subprocess.run([KITH, "init", folder, *options], check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return time.perf_counter() - began


async def time_up(folder: Path, address: str) -> float:
    """Seconds from the command until everything answers and the co-op is founded. Stops it again."""
    host, port = address.rsplit(":", 1)
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        KITH, "up", str(folder), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            while (await http_get(f"{host}:{int(port) + 1}", "/readyz")).status != 200 or (folder / "founding.toml").exists():
                await asyncio.sleep(0.02)
        return time.perf_counter() - began
    finally:
        process.terminate()
        await process.wait()


async def time_servers_alone(folder: Path) -> float:
    began = time.perf_counter()
    backing = await start_backing_services(DataFolder(folder), BackingSettings(postgres_password=_SECRET, nats_password=_SECRET))
    elapsed = time.perf_counter() - began
    await backing.stop()
    return elapsed


async def measure(times: StartTimes) -> None:
    async with service_readable_folder() as folder:
        address = free_address()
        init_seconds = time_init(folder / "co-op", address)
        times.init.append(init_seconds)
        times.first.append(init_seconds + await time_up(folder / "co-op", address))
        times.servers_first.append(await time_servers_alone(folder / "alone"))
        times.later.append(await time_up(folder / "co-op", address))
        times.servers_later.append(await time_servers_alone(folder / "alone"))


async def demonstration_timings() -> str:
    """Runs `kith demo --timings` once and returns the lines with its steps."""
    async with service_readable_folder() as folder:
        command = [KITH, "demo", "--folder", folder / "demo", "--address", free_address(), "--exit", "--timings"]
        process = await asyncio.create_subprocess_exec(*map(str, command), stdout=asyncio.subprocess.PIPE)
        output, _ = await process.communicate()
    return "\n".join(line for line in output.decode().splitlines() if _STEP.match(line))


async def main() -> int:
    times = StartTimes()
    for _ in range(ROUNDS):
        await measure(times)
    rows, missed = [["`kith init`", *_seconds(times.init), "", "", "", ""]], False
    for name, kith_seconds, servers_seconds, aim in (
        ("first start, `kith init` and `kith up`", times.first, times.servers_first, FIRST_AIM),
        ("later start, `kith up`", times.later, times.servers_later, LATER_AIM),
    ):
        median = statistics.median(kith_seconds)
        missed |= median > aim
        relative = f"{median_ratio(list(zip(kith_seconds, servers_seconds, strict=True))):.1f}"
        rows.append(
            [name, *_seconds(kith_seconds), f"{statistics.median(servers_seconds):.2f}", relative, f"{aim:.0f}", verdict(median, aim)]
        )
    head = ["until everything answers", "median s", "slowest s", "servers alone s", "ratio", "aim s", ""]
    about = f"{ROUNDS} rounds, each on a fresh folder."
    # `stalls.py` runs the same demonstration; a quick run need not do so twice.
    demo = [] if is_quick_run() else [f"One demonstration:\n\n```\n{await demonstration_timings()}\n```"]
    save_report("start", "Cold start", about, markdown_table(head, rows), *demo)
    return int(missed and not is_quick_run())


def _seconds(seconds: list[float]) -> list[str]:
    return [f"{statistics.median(seconds):.2f}", f"{max(seconds):.2f}"]


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
