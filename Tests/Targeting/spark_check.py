#!/usr/bin/env python3
"""Compares the engines of fit.py on Hillstrom's 64,000 customers.

    SPARK/bin/python Tests/Targeting/spark_check.py TARGETING/bin/python

Run by the interpreter that has PySpark, with the one that has scikit-learn. Logistic scores must agree to 0.0001, customers,
messages and folds exactly, and Spark must write the same bytes twice. The last line is `checks: N`.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE]

import hillstrom

FIT = os.path.join(HERE, "..", "..", "pipelines", "targeting", "fit.py")


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    failures, checks = [], 0

    def check(holds: bool, text: str) -> None:
        nonlocal checks
        checks += 1
        if not holds:
            failures.append(text)
            print(f"FAILED: {text}")

    customers = hillstrom.customers()
    visits = {
        message: sum(int(row["outcome"]) for row in customers if row["message"] == message)
        for message in ("control", "mens", "womens")
    }
    check(visits == {"control": 2262, "mens": 3894, "womens": 3238}, f"visits are Hillstrom's: {visits}")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "customers.csv")
        regions = ["north", "south", "east"]
        with open(path, "w", newline="") as file:
            # A category, propensities and a number that is always the same too, so that all columns of the encoder and the weights
            # are compared.
            writer = csv.DictWriter(file, [*customers[0], "region", "propensity", "same"], lineterminator="\n")
            writer.writeheader()
            for number, row in enumerate(customers):
                more = {"region": regions[number * number % 7 % 3], "propensity": [0.2, 0.3, 0.5][number % 3], "same": "3e29"}
                writer.writerow({**row, **more})
        tables = {}
        for engine, python in [("sklearn", sys.argv[1]), ("spark", sys.executable), ("again", sys.executable)]:
            out = os.path.join(folder, "scores.csv")
            name = "sklearn" if engine == "sklearn" else "spark"
            run = subprocess.run(
                [python, FIT, "--customers", path, "--out", out, "--engine", name, "--folds", "2"],
                stdout=subprocess.PIPE,
                text=True,
            )
            check(run.returncode == 0 and run.stdout == "", f"{engine}: exit {run.returncode}, {run.stdout!r} on standard output")
            with open(out, "rb") as file:
                tables[engine] = file.read()
        check(tables["again"] == tables["spark"], "Spark writes the same bytes twice")
        first, second = (list(csv.DictReader(tables[engine].decode().splitlines())) for engine in ("sklearn", "spark"))
        check(
            [(row["customer"], row["message"], row["fold"]) for row in first]
            == [(row["customer"], row["message"], row["fold"]) for row in second],
            "customers, messages and folds are the same",
        )
        apart = max(abs(float(a[column]) - float(b[column])) for a, b in zip(first, second) for column in ("uplift", "baseline"))
        print(f"logistic scores of both engines differ by at most {apart:.2g}")
        check(apart < 1e-4, f"logistic scores differ by {apart}")
    print(f"checks: {checks}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
