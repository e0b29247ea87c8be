"""Measures what three idle co-ops cost that are peers and have decided together: CPU time, and calls to each other.

Run with `python -m bench.idle`. They are the co-ops of the demonstration, measured after a quiet while. CPU time is user and system time of
each part with its child processes (`/proc/<pid>/stat`), as a share of one core.
"""

import re
import time
import urllib.request

from bench.processes import PART_PATTERNS, cpu_by_part, find_parts
from bench.report import is_quick_run, markdown_table, save_report, verdict
from tests.support.demo_process import running_demo

QUIET_SECONDS = 5 if is_quick_run() else 60
MEASURE_SECONDS = 5 if is_quick_run() else 60
CO_OPS = ("elm-row", "brook-side", "mill-lane")
AIM_PERCENT = 10.0
AIM_CALLS = 6.0
"""Per minute and co-op: each of two peers is called every 30 seconds, and of the three co-ops one calls for both sides."""


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
        parts = {co_op: find_parts(demo.folder_of_co_ops / co_op) for co_op in CO_OPS}
        before = {co_op: cpu_by_part(each) for co_op, each in parts.items()}
        exchanges_before, began = [exchange_count(health) for health in health_urls], time.monotonic()
        time.sleep(MEASURE_SECONDS)
        elapsed = time.monotonic() - began
        for index, co_op in enumerate(CO_OPS):
            used = {part: 100 * (after - before[co_op][part]) / elapsed for part, after in cpu_by_part(parts[co_op]).items()}
            calls_per_minute = 60 * (exchange_count(health_urls[index]) - exchanges_before[index]) / elapsed
            missed |= sum(used.values()) > AIM_PERCENT or calls_per_minute > AIM_CALLS
            shares = [f"{used[part]:.1f}" for part in PART_PATTERNS]
            rows.append([co_op, *shares, f"{sum(used.values()):.1f}", verdict(sum(used.values()), AIM_PERCENT), f"{calls_per_minute:.0f}"])
    about = f"% of one core over {MEASURE_SECONDS} s, {QUIET_SECONDS} s after the last act; aim at most {AIM_PERCENT:.0f}."
    save_report(
        "idle",
        "Three idle co-ops that are peers",
        about,
        markdown_table(["co-op", *PART_PATTERNS, "together", "", "calls a minute"], rows),
    )
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
