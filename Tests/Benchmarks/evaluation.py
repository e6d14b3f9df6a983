#!/usr/bin/env python3
"""Compares judging policies by Sluice with what one would run instead.

    evaluation.py SLUICE PYTHON [--rows 1000000,10000000] [--rounds 5] [--scaling 1000000,10000000,100000000] [--clustered 1000000]

PYTHON has the packages of Tests/Evaluation/requirements.txt. All read the same log on all cores, the log in the page cache, in turns,
and figures are checked. Times are medians: of Sluice the whole process, of a peer what it does after its imports.
Exit: 0 done, 1 figures differ.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import random
import statistics
import sys
import tempfile
from dataclasses import dataclass, field

from comparison.processes import Measurement, measure

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, "comparison", "peers")
CONTEXTS, ARMS = 20, 10


def write_policy(path: str) -> None:
    generator = random.Random(2)
    with open(path, "w", encoding="ascii") as file:
        file.write("user,variant,probability\n")
        for context in range(CONTEXTS):
            shares = [generator.random() for _ in range(ARMS)]
            for arm, share in enumerate(shares):
                file.write(f"user{context:02},arm{arm},{share / sum(shares)!r}\n")


def write_log(path: str, rows: int, visitors: int = 0) -> None:
    """Some 25 bytes a row: context, arm, reward, propensity with six decimals; with visitors, one of so many before them."""
    generator = random.Random(1)
    with open(path, "w", encoding="ascii") as file:
        file.write(("visitor," if visitors else "") + "user,variant,reward,propensity\n")
        lines = []
        for context in range(CONTEXTS):
            shares = [0.2 + generator.random() for _ in range(ARMS)]
            total = sum(shares)
            lines += [(f"user{context:02},arm{arm},", f",{share / total:.6f}\n") for arm, share in enumerate(shares)]
        choices = [line for line in lines for _ in range(round(float(line[1][1:]) * 1000))]
        generator.shuffle(choices)
        count = len(choices)
        for start in range(0, rows, 100_000):
            part = []
            for row in range(start, min(rows, start + 100_000)):
                lead, tail = choices[(row * 7919 + row // count) % count]
                visitor = f"v{row * 48271 % visitors}," if visitors else ""
                part.append(f"{visitor}{lead}{int(generator.random() < 0.05)}{tail}")
            file.writelines(part)


@dataclass
class Work:
    """One task, and who does it: by name a command."""

    name: str
    programs: dict[str, list[str]]
    runs: dict[str, list[Measurement]] = field(default_factory=dict)

    def run(self, rounds: int) -> None:
        for _ in range(rounds):
            for program, command in self.programs.items():
                result = measure(command)
                if result.exit_code:
                    sys.exit(f"{self.name}: {program}: {result.complaint}")
                self.runs.setdefault(program, []).append(result)

    def times(self, program: str) -> list[float]:
        runs = self.runs[program]
        return [run.seconds if program == "sluice" else figures(run.output)["seconds"] for run in runs]

    def seconds(self, program: str) -> float:
        return statistics.median(self.times(program))

    def report(self) -> None:
        mine = self.seconds("sluice")
        for program, runs in self.runs.items():
            peak = max(run.peak_bytes for run in runs) / 1e6
            spread = " ".join(f"{seconds:.3f}" for seconds in self.times(program))
            ratio = "" if program == "sluice" else f"  {self.seconds(program) / mine:.1f} times as long"
            print(f"{self.name:32} {program:8} {self.seconds(program):7.3f} s  {peak:6.0f} MB  ({spread}){ratio}")


def figures(output: str) -> dict[str, float]:
    return {name: float(value) for name, value in (line.split() for line in output.splitlines())}


def sluice_figures(output: str) -> dict[str, float]:
    lines = {line["estimator"]: line for line in csv.DictReader(io.StringIO(output)) if line["policy"] == "new"}
    found = {name: float(line["value"]) for name, line in lines.items()}
    ips = lines["ips"]
    found |= {"ips_se": float(ips["se"])} | {name: float(ips[name]) for name in ["ess", "max_weight", "mean_weight"]}
    return found


def agree(work: Work, names: list[str]) -> None:
    mine = sluice_figures(work.runs["sluice"][0].output)
    for program, runs in work.runs.items():
        if program == "sluice":
            continue
        for name, value in figures(runs[0].output).items():
            if name in names and abs(value - mine[name]) > 1e-9 * max(1, abs(value)):
                sys.exit(f"{work.name}: {name}: {program} says {value!r}, sluice {mine[name]!r}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("python")
    parser.add_argument("--rows", default="1000000,10000000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scaling", default="")
    parser.add_argument("--clustered", default="1000000")
    options = parser.parse_args()
    weights = ["ips", "ips_se", "snips", "ess", "max_weight", "mean_weight"]
    with tempfile.TemporaryDirectory() as directory:
        log, policy = os.path.join(directory, "log.csv"), os.path.join(directory, "policy.csv")
        write_policy(policy)
        mine = [options.sluice, "evaluate", "--log", log, "--policy", f"new={policy}", "--csv", "--exact"]
        for rows in [int(text) for text in options.rows.split(",") if text]:
            write_log(log, rows)
            size = os.path.getsize(log) / 1e6
            peers = {"duckdb": [options.python, f"{PEERS}/evaluate_with_duckdb.py", log, policy]}
            if rows <= 1_000_000:
                peers["obp"] = [options.python, f"{PEERS}/evaluate_with_obp.py", log, policy]
            work = Work(f"{rows:,} rows ({size:.0f} MB)", {"sluice": mine} | peers)
            work.run(options.rounds)
            work.report()
            agree(work, weights)
        for rows in [int(text) for text in options.scaling.split(",") if text]:
            write_log(log, rows)
            work = Work(f"{rows:,} rows alone", {"sluice": mine})
            work.run(min(3, options.rounds))
            work.report()
        # Errors by visitor take memory by visitor.
        for rows in [int(text) for text in options.clustered.split(",") if text]:
            write_log(log, rows, visitors=rows // 4)
            work = Work(f"{rows:,} rows of {rows // 4:,} visitors", {"sluice": mine})
            work.run(min(3, options.rounds))
            work.report()


if __name__ == "__main__":
    main()
