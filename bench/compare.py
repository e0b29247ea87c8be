"""Compares this tree with another built tree of Kith: each measure is taken on both in turn, and the median of the ratios is kept.

Run with `python -m bench.compare --against DIR [MEASURE ...]`; DIR is a checkout with its `.venv`. `--name NAME` names the table
(`results/against-NAME.md`; by default the commit of the other tree). CPU seconds are user and system time of everything that was started
for it: Kith, PostgreSQL, NATS and what those started.
"""

import argparse
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.built_tree import (
    THIS_TREE,
    BuiltTree,
    CoOpAlone,
    co_op_alone,
    cpu_during,
    demonstration,
    other_tree,
    short_folder,
    stop_on_sigterm,
)
from bench.processes import adopt_orphans, cpu_of_command, cpu_of_descendants, find_parts, megabytes, reap_orphans, with_descendants
from bench.report import is_quick_run, markdown_table, median_ratio, save_report, verdict
from tests.support.demo_process import free_address

IDLE_SECONDS = 2 if is_quick_run() else 20
HELP, NOUN_HELP = "`kith --help`", "`kith motion --help`"
DEMO_UP, DEMO_END = "demonstration, until three co-ops are up", "demonstration, to its end"
EVENT = "commit to projection, idle,"
_RUN_BENCH = """
import asyncio, importlib, importlib.util, pathlib, sys
report = "bench.report" if importlib.util.find_spec("bench.report") else "bench.tables"
importlib.import_module(report).RESULTS = pathlib.Path(sys.argv[2])
sys.argv[1:] = sys.argv[1:2] + sys.argv[3:]
measure = importlib.import_module("bench." + sys.argv[1])
sys.exit(asyncio.run(measure.main()))
"""
"""Runs one of the tree's own measurements and keeps its table away from the tree's own results."""

Values = dict[str, float]
"""Names of rows, with their figures."""


@dataclass(frozen=True)
class Measure:
    """Something that is measured on one tree."""

    unit: str
    take: Callable[[BuiltTree], Values]
    rounds: int
    ratios: Values = field(default_factory=dict)
    """The most that the ratio of a row may be."""
    limits: Values = field(default_factory=dict)
    """The most that this tree's own figure may be."""


def measure_help(tree: BuiltTree) -> Values:
    whole = cpu_of_command([tree.kith, "--help"], tree.path)
    noun = cpu_of_command([tree.kith, "motion", "--help"], tree.path)
    return {HELP: whole, NOUN_HELP: noun, f"{NOUN_HELP}, times {HELP}": noun / whole}


def measure_starts(tree: BuiltTree) -> Values:
    with short_folder() as folder:
        co_op = CoOpAlone(tree, folder / "co-op", free_address())
        try:
            co_op.init()
            first = cpu_during(co_op.start)
            co_op.stop()
            reap_orphans()
            return {"first start, `kith up`": first, "later start, `kith up`": cpu_during(co_op.start)}
        finally:
            co_op.stop()
            reap_orphans()


def measure_demonstration(tree: BuiltTree) -> Values:
    began = cpu_of_descendants()
    with demonstration(tree) as demo:
        demo.start("--exit")
        demo.wait_until_up()
        until_up = cpu_of_descendants() - began
        if demo.process is None or demo.process.wait():
            raise RuntimeError(demo.log.read_text(encoding="utf-8")[-2000:])
    reap_orphans()
    return {DEMO_UP: until_up, DEMO_END: cpu_of_descendants() - began}


def measure_memory(tree: BuiltTree) -> Values:
    """PostgreSQL's processes share most of their memory and are counted by PSS; Kith and NATS whole."""
    with co_op_alone(tree) as co_op:
        time.sleep(IDLE_SECONDS)
        parts = {part: with_descendants(pids) for part, pids in find_parts(co_op.folder).items()}
        parts["Kith"] -= parts["PostgreSQL"] | parts["NATS"]
        sizes = {part: sum(megabytes(pid, "Pss" if part == "PostgreSQL" else "Rss") for pid in pids) for part, pids in parts.items()}
    reap_orphans()
    return {"an idle co-op": sum(sizes.values()), "of it Kith": sizes["Kith"]}


def measure_events(tree: BuiltTree) -> Values:
    table = _run_bench(tree, "facts")
    return {f"{EVENT} {name}": _cell(table, rf"\| {name} \| (\S+) \|") for name in ("p50", "p99")}


def measure_calls(tree: BuiltTree) -> Values:
    table = _run_bench(tree, "calls")
    names = ("own read", "audited read", "command", "command, its facts waiting")
    return {f"{name}, times the raw reference": _cell(table, rf"\| {name} \| 1 \| \d+ \| \S+ \| \S+ \| (\S+) \|") for name in names}


MEASURES = {
    "help": Measure("CPU s", measure_help, 5, limits={f"{NOUN_HELP}, times {HELP}": 3.0}),
    "starts": Measure("CPU s", measure_starts, 3),
    "demonstration": Measure("CPU s", measure_demonstration, 3, ratios={DEMO_UP: 0.4, DEMO_END: 0.6}),
    "memory": Measure("MB", measure_memory, 2, limits={"an idle co-op": 180.0}),
    "events": Measure("ms", measure_events, 1, limits={f"{EVENT} p50": 8.0, f"{EVENT} p99": 30.0}),
    "calls": Measure("ratio", measure_calls, 2, limits={"own read, times the raw reference": 1.5}),
}


def compare(measure: Measure, trees: tuple[BuiltTree, BuiltTree]) -> list[list[str]]:
    """The rows of one measure. The trees take turns, and each begins as often as the other."""
    taken: dict[str, list[Values]] = {tree.name: [] for tree in trees}
    for number in range(1 if is_quick_run() else measure.rounds):
        for tree in trees if number % 2 == 0 else reversed(trees):
            taken[tree.name].append(measure.take(tree))
    now, before = (taken[tree.name] for tree in trees)
    rows = []
    for name in now[0]:
        pairs = [(values[name], reference[name]) for values, reference in zip(now, before, strict=True)]
        ratio, ours = median_ratio(pairs), statistics.median(pair[0] for pair in pairs)
        aim = ["", ""]
        if name in measure.ratios:
            aim = [f"ratio {measure.ratios[name]}", verdict(ratio, measure.ratios[name])]
        elif name in measure.limits:
            aim = [f"now {measure.limits[name]:g}", verdict(ours, measure.limits[name])]
        rows.append([name, measure.unit, f"{ours:.3g}", f"{statistics.median(pair[1] for pair in pairs):.3g}", f"{ratio:.2f}", *aim])
    return rows


def _run_bench(tree: BuiltTree, name: str) -> str:
    with TemporaryDirectory() as folder:
        return tree.python(_RUN_BENCH, name, folder, *(["--quick"] if is_quick_run() else []))


def _cell(table: str, pattern: str) -> float:
    match = re.search(pattern, table)
    if match is None:
        message = f"no row like {pattern} in:\n{table}"
        raise ValueError(message)
    return float(match[1].replace(",", ""))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measures", nargs="*", default=list(MEASURES), choices=list(MEASURES))
    parser.add_argument("--against", type=Path, help="the other built tree")
    parser.add_argument("--name", help="names the table")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    if arguments.against is None:
        print("There is nothing to compare with: name another built tree with --against DIR.")
        return 0
    stop_on_sigterm()
    adopt_orphans()
    trees = THIS_TREE, other_tree(arguments.against)
    rows = [row for name in arguments.measures for row in compare(MEASURES[name], trees)]
    head = ["measure", "unit", *(tree.name for tree in trees), "ratio", "aim at most", ""]
    about = f"Medians, taken in turn on the same machine in one session; {', '.join(f'{tree.name}: {tree.commit}' for tree in trees)}."
    save_report(f"against-{arguments.name or trees[1].commit}", "This tree against another", about, markdown_table(head, rows))
    return int(not is_quick_run() and any(row[-1] == "MISSED" for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
