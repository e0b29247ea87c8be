"""What three co-ops cost that are peers, have decided together and have nothing to do: processor, and calls to each other.

Run with `python -m bench.idle`. They are those of the demonstration, looked at when it has been quiet for a while. Processor is user and
system time of each part with its children (`/proc/<pid>/stat`), as a share of one core.
"""

import os
import re
import time
import urllib.request
from pathlib import Path

from bench.memory import with_children
from bench.tables import grid, quick, show, verdict
from tests.support.demonstration import demonstration

QUIET_SECONDS = 5 if quick() else 60
LOOK_SECONDS = 5 if quick() else 60
CO_OPS = ("elm-row", "brook-side", "mill-lane")
PARTS = {"Kith": " up ", "PostgreSQL": "postgres -D ", "NATS": "nats-server "}
AIM_PERCENT = 10.0
AIM_CALLS = 6.0
"""A minute, by one co-op: each of two peers is called every 30 seconds, and one of the three calls for both sides."""
_TICKS = os.sysconf("SC_CLK_TCK")


def roots(place: Path) -> dict[str, list[int]]:
    """The first process of each part of one co-op."""
    found: dict[str, list[int]] = {part: [] for part in PARTS}
    for one in Path("/proc").iterdir():
        if one.name.isdigit():
            said = _line(one)
            for part, word in PARTS.items():
                if word in said and str(place) in said:
                    found[part].append(int(one.name))
    return found


def seconds(pids: list[int]) -> float:
    """Of processor time so far."""
    return sum(_ticks(Path(f"/proc/{pid}")) for pid in with_children(pids)) / _TICKS


def calls(health: str) -> float:
    """Exchanges that this co-op began."""
    with urllib.request.urlopen(f"{health}/metrics") as answer:  # noqa: S310 - the demonstration's own, on this machine
        text = answer.read().decode()
    return sum(float(number) for number in re.findall(r"^kith_peer_exchanges_total\{.*\} (\S+)$", text, re.MULTILINE))


def main() -> int:
    rows, missed = [], False
    with demonstration() as demo:
        healths = re.findall(r"health: (http://\S+)/readyz", demo.said)
        time.sleep(QUIET_SECONDS)
        parts = {co_op: roots(demo.place / co_op) for co_op in CO_OPS}
        # Kith may be the parent of its servers: each part is counted without the others.
        before = {co_op: _used(each) for co_op, each in parts.items()}
        called, began = [calls(one) for one in healths], time.monotonic()
        time.sleep(LOOK_SECONDS)
        took = time.monotonic() - began
        for at, co_op in enumerate(CO_OPS):
            used = {part: 100 * (after - before[co_op][part]) / took for part, after in _used(parts[co_op]).items()}
            a_minute = 60 * (calls(healths[at]) - called[at]) / took
            missed |= sum(used.values()) > AIM_PERCENT or a_minute > AIM_CALLS
            shares = [f"{used[part]:.1f}" for part in PARTS]
            rows.append([co_op, *shares, f"{sum(used.values()):.1f}", verdict(sum(used.values()), AIM_PERCENT), f"{a_minute:.0f}"])
    about = f"% of one core over {LOOK_SECONDS} s, {QUIET_SECONDS} s after the last act; aim at most {AIM_PERCENT:.0f}."
    show("idle", "Three idle co-ops that are peers", about, grid(["co-op", *PARTS, "together", "", "calls a minute"], rows))
    return int(missed)


def _used(parts: dict[str, list[int]]) -> dict[str, float]:
    servers = {part: seconds(pids) for part, pids in parts.items() if part != "Kith"}
    whole = seconds([pid for pids in parts.values() for pid in pids])
    return {"Kith": whole - sum(servers.values()), **servers}


def _line(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _ticks(process: Path) -> int:
    try:
        fields = (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


if __name__ == "__main__":
    raise SystemExit(main())
