#!/usr/bin/env python3
"""Compares `sluice statistics` with what one would run instead: DuckDB, Polars, ClickHouse and, if asked for, Spark.

Each program reads the same log and computes the same statistics, as a whole process on all cores with the log in the page cache.
Programs take turns, so that a busy machine troubles all alike. First they must agree on a small log made of hard cases, and every
timed result is checked as well. `make bench` builds what this needs; options pass through BENCH="--size 1200000000 --rounds 5".
`--memory-size` and `--hostile` add tables about Sluice alone; without other programs and logs (`--peers= --logs=`) these alone.

Exit: 0 done, 1 results differ or nothing could be measured, 2 usage or set-up.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field

from comparison import hostile, logs, scaling, sluice
from comparison.processes import Measurement, measure
from comparison.results import Statistics

HERE = os.path.dirname(os.path.abspath(__file__))
ENVIRONMENT = ".build/bench-venv"
PYTHON = f"{ENVIRONMENT}/bin/python"
PACKAGES = {
    "duckdb": "duckdb>=2.0",
    "polars": "polars",
    "clickhouse": "chdb",
    "spark": "pyspark",
    "numpy": "numpy",
}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass
class Runs:
    """The runs of one program on one log."""

    program: str
    measurements: list[Measurement] = field(default_factory=list)
    # Why there are none, or what is wrong with them.
    problem: str = ""

    @property
    def is_usable(self) -> bool:
        return not self.problem and bool(self.measurements)

    def median(self, value: str) -> float:
        return statistics.median(getattr(run, value) for run in self.measurements)


class Comparison:
    def __init__(self, peers: list[str], rounds: int):
        self.peers = peers
        self.rounds = rounds
        self.differences: list[str] = []

    def command(self, program: str, log: logs.Log) -> list[str]:
        if program == "sluice":
            return sluice.command(log)
        script = [f"{HERE}/comparison/peers/with_{program}.py", log.form, *log.files]
        if program == "spark":
            # Begun by spark-submit the Java machine is the process that is measured, and Python its child.
            # It mixes Python's warnings into standard output, hence none of them.
            submit = [f"{ENVIRONMENT}/bin/spark-submit", "--master", "local[*]", "--driver-memory", "4g"]
            quiet = ["--conf", "spark.log.level=ERROR"]
            return ["env", f"PYSPARK_PYTHON={PYTHON}", "PYTHONWARNINGS=ignore", *submit, *quiet, *script]
        return [PYTHON, *script]

    def run(self, log: logs.Log, rounds: int) -> list[Runs]:
        """Runs all programs in turn, Sluice first, and checks every result against Sluice's."""
        sluice.forget(log)
        log.warm()
        peers = [name for name in self.peers if not log.sources or name in logs.PEERS_OF_SOURCES]
        programs = [Runs(name) for name in ["sluice", *peers]]
        ours = None
        for number in range(rounds):
            for runs in programs:
                if runs.problem:
                    continue
                run = measure(self.command(runs.program, log))
                say(f"{log.name}, round {number + 1}: {runs.program} {run.seconds:.2f} s")
                if run.exit_code != 0:
                    runs.problem = "not supported"
                    say(f"{log.name}: {runs.program} cannot: {run.complaint}")
                    if runs.program == "sluice":
                        return programs[:1]
                    continue
                runs.measurements.append(run)
                if runs.program == "sluice":
                    ours = ours or Statistics.of_sluice(sluice.state(log))
                    continue
                differences = ours.differences_of_output(run.output)
                if differences:
                    runs.problem = "differs"
                    self.differences += [f"{log.name}: {runs.program}: {text}" for text in differences[:5]]
        return programs


def prepare(peers: list[str]) -> str:
    """Makes the private environment with what is missing in it, and returns the versions."""
    packages = [PACKAGES[name] for name in [*peers, "numpy"]]
    if not os.path.exists(PYTHON):
        say(f"making {ENVIRONMENT}")
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check"]
    # Quick and without a network when all is there.
    subprocess.run([*pip, "install", "--quiet", *packages], check=True, stdout=sys.stderr)
    listed = subprocess.run([*pip, "list", "--format=json"], check=True, capture_output=True, text=True).stdout
    versions = {entry["name"].lower(): entry["version"] for entry in json.loads(listed)}
    names = [re.split("[>=]", package)[0] for package in packages]
    return ", ".join(f"{name} {versions[name]}" for name in names)


HEADINGS = ["log", "MB", "program", "seconds", "× ours", "CPU s", "peak MB"]


def table_rows(log: logs.Log, programs: list[Runs]) -> list[list[str]]:
    rows = []
    ours = programs[0]
    for runs in programs:
        cells = [log.name, f"{log.bytes / 1e6:.0f}", runs.program]
        if runs.is_usable:
            seconds = runs.median("seconds")
            ratio = f"{seconds / ours.median('seconds'):.2f}"
            processor = f"{runs.median('processor_seconds'):.2f}"
            cells += [f"{seconds:.2f}", ratio, processor, f"{runs.median('peak_bytes') / 1e6:.0f}"]
        else:
            cells += [runs.problem, "", "", ""]
        rows.append(cells)
    return rows


def probability_row(steps: str) -> list[str] | None:
    """The comparison of P(best): Sluice's own timing as its benchmarks printed it, against Monte Carlo in numpy."""
    with open(steps, encoding="utf-8") as file:
        match = re.search(r"^P\(best\) and value remaining, 10 arms: ([\d.e-]+) seconds$", file.read(), re.MULTILINE)
    run = measure([PYTHON, f"{HERE}/comparison/peers/with_numpy.py"])
    if match is None or run.exit_code != 0:
        say(f"P(best): {run.complaint if match else f'{steps} has no line for 10 arms'}")
        return None
    exact, drawn = float(match[1]), float(run.output)
    return [f"{exact * 1e3:.3f} ms", f"{drawn * 1e3:.3f} ms", f"{drawn / exact:.0f}"]


def show(headings: list[str], rows: list[list[str]], markdown: bool) -> None:
    """Prints a table. Columns of numbers, and of what stands in their place, are set right."""
    widths = [max(len(row[column]) for row in [headings, *rows]) for column in range(len(headings))]
    right = [all(row[column][:1].isdigit() or not row[column] for row in rows) for column in range(len(headings))]

    def line(cells: list[str]) -> list[str]:
        return [cell.rjust(width) if is_right else cell.ljust(width) for cell, width, is_right in zip(cells, widths, right)]

    if markdown:
        print("| " + " | ".join(line(headings)) + " |")
        rules = ["-" * (width - 1) + (":" if is_right else "-") for width, is_right in zip(widths, right)]
        print("|" + "|".join(f" {rule} " for rule in rules) + "|")
        for row in rows:
            print("| " + " | ".join(line(row)) + " |")
    else:
        for row in [headings, *rows]:
            print("  ".join(line(row)).rstrip())


def append_history(folder: str, versions: str, rounds: int, rows: list[list[str]]) -> None:
    """Appends the table to the day's file: one line a log and program, with what it was measured on."""
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    path = os.path.join(folder, f"{datetime.date.today()}.csv")
    is_new = not os.path.exists(path)
    with open(path, "a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(["commit", "cores", "rounds", "log", "megabytes", "program", "seconds", "ratio", "cpu_seconds",
                             "peak_megabytes", "versions"])
        for row in rows:
            writer.writerow([commit, os.cpu_count(), rounds, *row, versions])


def parse_arguments() -> argparse.Namespace:
    def names(known: list[str]):
        def parse(text: str) -> list[str]:
            words = [word for word in text.split(",") if word]
            for word in words:
                if word not in known:
                    raise argparse.ArgumentTypeError(f"'{word}' is none of {', '.join(known)}")
            return words

        return parse

    def positive(text: str) -> int:
        if not text.isdigit() or int(text) == 0:
            raise argparse.ArgumentTypeError(f"'{text}' is no positive number")
        return int(text)

    engines = ["duckdb", "polars", "clickhouse"]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", type=positive, default=300_000_000, help="bytes of each plain log (default: %(default)s)")
    parser.add_argument("--rounds", type=positive, default=3, help="runs of each program on each log (default: %(default)s)")
    parser.add_argument("--peers", type=names(engines), default=engines, help=f"default: {','.join(engines)}")
    parser.add_argument("--logs", type=names(logs.NAMES), default=logs.NAMES, help=f"default: {','.join(logs.NAMES)}")
    parser.add_argument(
        "--memory-size", type=positive, metavar="BYTES", help="also shows how time and memory grow from --size to a log of so many"
    )
    parser.add_argument(
        "--hostile",
        type=names(sorted({case.kind for case in hostile.CASES})),
        nargs="?",
        const=[],
        metavar="KINDS",
        help="also reads logs that are made to be slow: these, or all",
    )
    parser.add_argument("--spark", action="store_true", help="Spark too, where there is a Java machine")
    parser.add_argument("--markdown", action="store_true", help="print tables in Markdown")
    parser.add_argument(
        "--history", metavar="DIR", help="also append the table to DIR/<date>.csv, which is kept (Tests/Benchmarks/history)"
    )
    parser.add_argument("--steps", metavar="FILE", help="what the Benchmarks program printed, for the row of P(best)")
    return parser.parse_args()


def main() -> int:
    options = parse_arguments()
    if not os.path.exists(sluice.PROGRAM):
        say(f"{sluice.PROGRAM} is not there: run `make bench` in the package's folder")
        return 2
    peers = list(options.peers)
    if options.spark:
        if shutil.which("java") is None:
            say("spark: left out, there is no java")
        else:
            peers.append("spark")
    try:
        versions = prepare(peers)
    except subprocess.CalledProcessError as error:
        say(f"the peers could not be installed into {ENVIRONMENT}: {error}")
        return 2

    comparison = Comparison(peers, options.rounds)
    for form in ("jsonl", "csv", *logs.SOURCES) if options.logs else ():
        comparison.run(logs.trial(form), rounds=1)
    rows = []
    has_measured = False
    for name in options.logs:
        log = logs.generated(name, options.size)
        if log is None:
            rows.append([name, "", "no tool to make it", "", "", "", ""])
            continue
        programs = comparison.run(log, options.rounds)
        has_measured = has_measured or programs[0].is_usable
        rows += table_rows(log, programs)

    print(f"{versions}; Python {platform.python_version()}; {os.cpu_count()} cores; medians of {options.rounds}")
    if rows:
        print()
        show(HEADINGS, rows, options.markdown)
        if options.history:
            append_history(options.history, versions, options.rounds, rows)
    if options.steps and (row := probability_row(options.steps)):
        print()
        show(["P(best) of 10 arms: sluice, exact", "numpy, 100,000 draws", "× ours"], [row], options.markdown)
    if options.memory_size:
        print()
        show(scaling.HEADINGS, scaling.rows(sorted({options.size, options.memory_size}), options.rounds), options.markdown)
    if options.hostile is not None:
        print()
        show(hostile.HEADINGS, hostile.rows(options.rounds, options.hostile), options.markdown)
    for text in comparison.differences:
        say(f"differs: {text}")
    if options.logs and not has_measured:
        say("nothing could be measured")
    return 1 if comparison.differences or (options.logs and not has_measured) else 0


if __name__ == "__main__":
    sys.exit(main())
