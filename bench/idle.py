"""Measures what three idle co-ops cost that are peers and have decided together: CPU time, and calls to each other.

Run with `python -m bench.idle`. They are the co-ops of the demonstration, measured after a quiet while. CPU time is user and system time of
each part with its child processes (`/proc/<pid>/stat`), as a share of one core.
"""

import os
import re
import time
import urllib.request
from pathlib import Path

from bench.memory import with_descendants
from bench.report import is_quick_run, markdown_table, save_report, verdict
from tests.support.demo_process import running_demo

QUIET_SECONDS = 5 if is_quick_run() else 60
MEASURE_SECONDS = 5 if is_quick_run() else 60
CO_OPS = ("elm-row", "brook-side", "mill-lane")
PROCESS_PATTERNS = {"Kith": " up ", "PostgreSQL": "postgres -D ", "NATS": "nats-server "}
AIM_PERCENT = 10.0
AIM_CALLS = 6.0
"""Per minute and co-op: each of two peers is called every 30 seconds, and of the three co-ops one calls for both sides."""
_TICKS = os.sysconf("SC_CLK_TCK")


def find_root_processes(folder: Path) -> dict[str, list[int]]:
    """Finds the first process of each part of one co-op."""
    roots: dict[str, list[int]] = {part: [] for part in PROCESS_PATTERNS}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            command_line = _command_line(process)
            for part, pattern in PROCESS_PATTERNS.items():
                if pattern in command_line and str(folder) in command_line:
                    roots[part].append(int(process.name))
    return roots


def cpu_seconds(pids: list[int]) -> float:
    """CPU seconds used so far by these processes and their descendants."""
    return sum(_cpu_ticks(Path(f"/proc/{pid}")) for pid in with_descendants(pids)) / _TICKS


def exchange_count(health_url: str) -> float:
    """Number of exchanges this co-op has started."""
    with urllib.request.urlopen(f"{health_url}/metrics") as response:  # noqa: S310 - the demonstration's own, on this machine
        text = response.read().decode()
    return sum(float(number) for number in re.findall(r"^kith_peer_exchanges_total\{.*\} (\S+)$", text, re.MULTILINE))


def main() -> int:
    rows, missed = [], False
    with running_demo() as demo:
        health_urls = re.findall(r"health: (http://\S+)/readyz", demo.stdout)
        time.sleep(QUIET_SECONDS)
        parts = {co_op: find_root_processes(demo.folder_of_co_ops / co_op) for co_op in CO_OPS}
        # Kith may be the parent of its servers: each part is counted without the others.
        before = {co_op: _cpu_by_part(each) for co_op, each in parts.items()}
        exchanges_before, began = [exchange_count(health) for health in health_urls], time.monotonic()
        time.sleep(MEASURE_SECONDS)
        elapsed = time.monotonic() - began
        for index, co_op in enumerate(CO_OPS):
            used = {part: 100 * (after - before[co_op][part]) / elapsed for part, after in _cpu_by_part(parts[co_op]).items()}
            calls_per_minute = 60 * (exchange_count(health_urls[index]) - exchanges_before[index]) / elapsed
            missed |= sum(used.values()) > AIM_PERCENT or calls_per_minute > AIM_CALLS
            shares = [f"{used[part]:.1f}" for part in PROCESS_PATTERNS]
            rows.append([co_op, *shares, f"{sum(used.values()):.1f}", verdict(sum(used.values()), AIM_PERCENT), f"{calls_per_minute:.0f}"])
    about = f"% of one core over {MEASURE_SECONDS} s, {QUIET_SECONDS} s after the last act; aim at most {AIM_PERCENT:.0f}."
    save_report(
        "idle",
        "Three idle co-ops that are peers",
        about,
        markdown_table(["co-op", *PROCESS_PATTERNS, "together", "", "calls a minute"], rows),
    )
    return int(missed)


def _cpu_by_part(parts: dict[str, list[int]]) -> dict[str, float]:
    servers = {part: cpu_seconds(pids) for part, pids in parts.items() if part != "Kith"}
    whole = cpu_seconds([pid for pids in parts.values() for pid in pids])
    return {"Kith": whole - sum(servers.values()), **servers}


def _command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _cpu_ticks(process: Path) -> int:
    try:
        fields = (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


if __name__ == "__main__":
    raise SystemExit(main())
