#!/usr/bin/env python3
"""Times `sluice compare` against statsmodels on the same files and prints a table.

    make bench-evaluation BENCH="--customers 1000000 --rounds 5"

An experiment of two policies that never agree, ten covariates of four decimals: every row is used. Both read and join the two
files, fit and give the difference with its error by HC2, by turns in one run; results must agree to 1e-9. Of statsmodels the time
without its imports counts, of Sluice all of the process. Medians.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import random
import statistics
import sys

from comparison.processes import measure

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = ".build/release/sluice"
FOLDER = ".build/bench/evaluation"
METHODS = {"ols-hc2": "OLS + HC2", "lin": "Lin + HC2"}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def generate(customers: int, covariates: int) -> tuple[str, str]:
    """The two files; made once for each size."""
    os.makedirs(FOLDER, exist_ok=True)
    experiment = f"{FOLDER}/experiment-{customers}-{covariates}.csv"
    policies = f"{FOLDER}/policies-{customers}.csv"
    if not os.path.exists(experiment):
        say(f"making {experiment}")
        draws = random.Random(1)
        with open(experiment + ".new", "w", encoding="ascii") as file:
            names = ",".join(f"x{number}" for number in range(1, covariates + 1))
            file.write(f"customer,action,outcome,propensity,{names}\n")
            for customer in range(customers):
                x = [draws.gauss(0, 1) for _ in range(covariates)]
                action = draws.random() < 0.5
                outcome = 2 + 0.1 * action + 0.3 * x[0] - 0.2 * x[1] + draws.gauss(0, 1)
                values = ",".join(f"{value:.4f}" for value in x)
                file.write(f"{customer},{'ab'[action]},{outcome:.4f},0.5,{values}\n")
        os.rename(experiment + ".new", experiment)
    if not os.path.exists(policies):
        with open(policies + ".new", "w", encoding="ascii") as file:
            file.write("customer,champion,challenger\n")
            file.writelines(f"{customer},a,b\n" for customer in range(customers))
        os.rename(policies + ".new", policies)
    return experiment, policies


def run_sluice(method: str, experiment: str, policies: str):
    words = ["--experiment", experiment, "--policies", policies, "--method", method, "--csv", "--exact"]
    run = measure([PROGRAM, "compare", *words])
    if run.exit_code != 0:
        sys.exit(f"sluice: {run.complaint}")
    row = next(csv.DictReader(io.StringIO(run.output)))
    return run, float(row["difference"]), float(row["se"]), run.seconds


def run_statsmodels(method: str, experiment: str, policies: str):
    run = measure([sys.executable, f"{HERE}/comparison/peers/with_statsmodels.py", method, experiment, policies])
    if run.exit_code != 0:
        sys.exit(f"statsmodels: {run.complaint}")
    difference, se, seconds = map(float, run.output.split())
    return run, difference, se, seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--covariates", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if not os.path.exists(PROGRAM):
        say(f"{PROGRAM} is not there: run `make bench-evaluation` in the package's folder")
        return 2
    files = generate(options.customers, options.covariates)
    megabytes = sum(os.path.getsize(file) for file in files) / 1e6
    print(f"{options.customers:,} customers, {options.covariates} covariates, {megabytes:.0f} MB; {os.cpu_count()} cores; "
          f"medians of {options.rounds}\n")
    print(f"{'work':<12}{'sluice s':>10}{'CPU s':>8}{'MB':>6}{'statsmodels s':>15}{'with imports':>14}{'MB':>7}{'ratio':>8}")
    differs = False
    for method, name in METHODS.items():
        ours, peers = [], []
        for _ in range(options.rounds):
            ours.append(run_sluice(method, *files))
            peers.append(run_statsmodels(method, *files))
        for index in (1, 2):
            if abs(ours[0][index] - peers[0][index]) > 1e-9 * abs(peers[0][index]):
                say(f"differs: {name}: {ours[0][index]!r}, statsmodels says {peers[0][index]!r}")
                differs = True

        def median(runs, value):
            return statistics.median(map(value, runs))

        seconds, peer = median(ours, lambda run: run[3]), median(peers, lambda run: run[3])
        print(
            f"{name:<12}{seconds:>10.3f}{median(ours, lambda run: run[0].processor_seconds):>8.3f}"
            f"{median(ours, lambda run: run[0].peak_bytes) / 1e6:>6.0f}{peer:>15.3f}"
            f"{median(peers, lambda run: run[0].seconds):>14.3f}{median(peers, lambda run: run[0].peak_bytes) / 1e6:>7.0f}"
            f"{peer / seconds:>8.1f}"
        )
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
