"""Measures the CPU time of an idle co-op, alone and with two idle peers, against the two servers alone and against another tree of Kith.

Run with `python -m bench.idle_against_bare [--against DIR]`; DIR is a checkout with its `.venv`. All of them are started first, the two
servers alone the way Kith starts its own, and then idle side by side: each window of time is measured for all at once, so that whatever
slows the machine slows them all. Each co-op with peers counts as a third of a
demonstration. CPU time is that of Kith, PostgreSQL and NATS with all their children, as a share of one core.
"""

import argparse
import asyncio
import math
import statistics
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.built_tree import THIS_TREE, BuiltTree, co_op_alone, demonstration, other_tree, short_folder, stop_on_sigterm
from bench.processes import PART_PATTERNS, cpu_by_part, find_parts
from bench.report import is_quick_run, markdown_table, save_report, verdict
from libs.host.backing import BackingSettings, DataFolder, start_backing_services

QUIET_SECONDS = 3 if is_quick_run() else 60
WINDOWS = 2 if is_quick_run() else 10
WINDOW_SECONDS = 2 if is_quick_run() else 30
BARE_AIM = 2.0
"""A co-op alone costs at most as many times the two servers alone."""
BEFORE_AIMS = {"alone": 0.25, "with two idle peers": 0.3}
"""Shares of what the other tree costs."""
_SECRET = "bench-password-16"  # noqa: S105 - of servers that live for minutes


@dataclass
class Idler:
    """Something idle: its parts in each of its data folders, and for each window the share of a core that one of them used, in percent."""

    name: str
    tree: str
    parts: list[dict[str, list[int]]]
    windows: list[dict[str, float]] = field(default_factory=list)

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far by part, the mean over its folders."""
        used = [cpu_by_part(parts) for parts in self.parts]
        return {part: sum(each[part] for each in used) / len(used) for part in PART_PATTERNS}

    @property
    def total(self) -> float:
        """The sum over all windows; a short window is measured in too few ticks to be divided by."""
        return sum(sum(window.values()) for window in self.windows)


async def measure(trees: list[BuiltTree]) -> list[Idler]:
    """Starts everything, waits until it is quiet, and measures all in the same windows. The bare servers come first."""
    async with AsyncExitStack() as stack:
        idlers = [Idler("PostgreSQL and NATS", "", [await _bare_servers(stack)])]
        for tree in trees:
            co_op = stack.enter_context(co_op_alone(tree))
            idlers.append(Idler("alone", tree.name, [find_parts(co_op.folder)]))
        for tree in trees:
            demo = stack.enter_context(demonstration(tree))
            demo.start()
            await asyncio.to_thread(demo.wait_until_decided)
            folders = sorted(file.parent for file in demo.folder.glob("*/kith.toml"))
            idlers.append(Idler("with two idle peers", tree.name, [find_parts(folder) for folder in folders]))
        await asyncio.sleep(QUIET_SECONDS)
        for _ in range(WINDOWS):
            await _measure_window(idlers)
    return idlers


async def _bare_servers(stack: AsyncExitStack) -> dict[str, list[int]]:
    folder = stack.enter_context(short_folder()) / "bare"
    backing = await start_backing_services(DataFolder(folder), BackingSettings(postgres_password=_SECRET, nats_password=_SECRET))
    stack.push_async_callback(backing.stop)
    return find_parts(folder)


async def _measure_window(idlers: list[Idler]) -> None:
    began, before = time.monotonic(), [idler.cpu() for idler in idlers]
    await asyncio.sleep(WINDOW_SECONDS)
    after, elapsed = [idler.cpu() for idler in idlers], time.monotonic() - began
    for idler, first, last in zip(idlers, before, after, strict=True):
        idler.windows.append({part: 100 * (last[part] - first[part]) / elapsed for part in PART_PATTERNS})


def report(idlers: list[Idler], trees: list[BuiltTree]) -> int:
    """Prints and saves the table; 1 when an aim was missed."""
    bare, rows, missed = idlers[0], [], False
    before = {idler.name: idler for idler in idlers if idler.tree == "before"}
    for idler in idlers:
        now = idler.tree == THIS_TREE.name
        comparisons = (
            (bare if idler is not bare else None, BARE_AIM if now and idler.name == "alone" else 0.0),
            (before.get(idler.name) if now else None, BEFORE_AIMS.get(idler.name, 0.0)),
        )
        cells = []
        for other, aim in comparisons:
            ratio = idler.total / (other.total or math.inf) if other else 0.0
            missed |= bool(other and aim) and ratio > aim
            cells += [f"{ratio:.2f}" if other else "", f"{aim} {verdict(ratio, aim)}" if other and aim else ""]
        medians = [f"{statistics.median(window[part] for window in idler.windows):.2f}" for part in PART_PATTERNS]
        rows.append([idler.name, idler.tree, *medians, f"{idler.total / WINDOWS:.2f}", *cells])
    head = ["idle", "tree", *PART_PATTERNS, "together", "against bare", "aim", "against before", "aim"]
    windows = f"{WINDOWS} windows of {WINDOW_SECONDS} s (parts: medians)"
    measured = f"% of one core over {windows}, all measured at once, {QUIET_SECONDS} s after the last act"
    commits = ", ".join(f"{tree.name}: {tree.commit}" for tree in trees)
    title = "An idle co-op against its servers alone"
    save_report("idle_against_bare", title, f"{measured}; {commits}.", markdown_table(head, rows))
    return int(missed and not is_quick_run())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, help="another built tree")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    stop_on_sigterm()
    trees = [THIS_TREE, *([other_tree(arguments.against)] if arguments.against else [])]
    return report(asyncio.run(measure(trees)), trees)


if __name__ == "__main__":
    raise SystemExit(main())
