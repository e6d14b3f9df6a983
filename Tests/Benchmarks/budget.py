#!/usr/bin/env python3
"""Times `sluice budget` against a hull greedy in numpy and Polars on the same files and prints a table.

    make bench-budget BENCH="--large 10000000 --rounds 5"

Five options a customer, costs in cents, values of six decimals, a budget of a quarter of all that could be spent. Both read the
same CSV and write the decisions, as whole processes, by turns in one run: medians of seconds and of the processors' seconds. Then
the growth from a tenth to ten times the customers, the last within 512 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys

from comparison.processes import measure

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = ".build/release/sluice"
FOLDER = ".build/bench/budget"
MAKE = """
import sys, numpy, polars
path, count, seed = sys.argv[1], int(sys.argv[2]), 1
draws = numpy.random.default_rng(seed)
with open(path + ".new", "wb") as file:
    file.write(b"customer,option,value,cost\\n")
    for start in range(0, count, 200000):
        size = min(200000, count - start)
        cost = numpy.cumsum(draws.integers(50, 2000, (size, 5)), axis=1)
        value = draws.gamma(2.0, 1.5, (size, 5)) * numpy.sqrt(cost) / 8 - 0.4
        polars.DataFrame({
            "customer": numpy.repeat(["c%08d" % number for number in range(start, start + size)], 5),
            "option": ["call", "gift", "letter", "mail", "voucher"] * size,
            "value": numpy.round(value.ravel(), 6), "cost": cost.ravel() / 100,
        }).write_csv(file, include_header=False)
"""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def generate(count: int) -> str:
    """The options; made once for each size."""
    path = f"{FOLDER}/options-{count}.csv"
    os.makedirs(FOLDER, exist_ok=True)
    if not os.path.exists(path):
        say(f"making {path}")
        subprocess.run([sys.executable, "-c", MAKE, path, str(count)], check=True)
        os.rename(path + ".new", path)
    return path


def run_sluice(path: str, budget: int, *words: str):
    output = f"{FOLDER}/out"
    run = measure([PROGRAM, "budget", "--options", path, "--budget", str(budget), "--output", output, "--quiet", *words])
    if run.exit_code != 0:
        sys.exit(f"sluice: {run.complaint}")
    with open(f"{output}/budget.json", encoding="utf-8") as file:
        return run, json.load(file)


def run_peer(path: str, budget: int):
    peer = f"{HERE}/comparison/peers/with_hull_greedy.py"
    run = measure([sys.executable, peer, path, str(budget), f"{FOLDER}/peer.csv"])
    if run.exit_code != 0:
        sys.exit(f"numpy: {run.complaint}")
    return run, float(run.output.split()[0])


def show(name: str, runs: list) -> float:
    seconds = statistics.median(run.seconds for run in runs)
    processor = statistics.median(run.processor_seconds for run in runs)
    print(f"{name:<34} {seconds:>8.2f} {processor:>10.2f} {max(run.peak_bytes for run in runs) / 1e6:>8.0f}", flush=True)
    return processor


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    count = arguments.customers
    path, budget = generate(count), 8 * count
    print(f"{'':<34} {'seconds':>8} {'processor':>10} {'MB':>8}")
    ours, theirs = [], []
    for _ in range(arguments.rounds):
        run, result = run_sluice(path, budget)
        ours.append(run)
        run, value = run_peer(path, budget)
        theirs.append(run)
        # The peer's doubles leave out what is filled in after the first step that does not fit.
        assert abs(value - result["value"]) < 1e-5 * value, (value, result["value"])
    mine, other = show(f"sluice, {count:,} x 5", ours), show(f"numpy and Polars, {count:,} x 5", theirs)
    wall = statistics.median(run.seconds for run in theirs) / statistics.median(run.seconds for run in ours)
    print(f"{'ratio':<34} {wall:>8.2f} {other / mine:>10.2f}")
    print(f"gap to the bound {result['gap']}")
    assert result["gap"] <= 1e-4
    times = {}
    for size in sorted({count // 10, count, arguments.large}):
        run, result = run_sluice(generate(size), 8 * size, "--memory", "512M")
        times[size] = show(f"sluice --memory 512M, {size:,} x 5", [run])
        assert result["gap"] <= 1e-4 and run.peak_bytes <= 512 << 20, (result["gap"], run.peak_bytes)
    sizes = sorted(times)
    growth = times[sizes[-1]] / times[sizes[0]] / (sizes[-1] / sizes[0])
    print(f"processor time by customer, the largest over the smallest: {growth:.2f}")
    shutil.rmtree(f"{FOLDER}/out")
    return 0


if __name__ == "__main__":
    sys.exit(main())
