#!/usr/bin/env python3
"""Hillstrom's 64,000 customers: fitted on one half, decided, and valued on the other half, whose outcomes no model has seen.

    python Tests/Targeting/study_hillstrom.py SLUICE [--model logistic|forest|boosting]

Value: visits a customer, a visit worth 1 and an e-mail at a cost of --cost (default 0). Estimators: inverse propensity (ips,
Hajek's means by arm) and doubly robust (dr; outcomes expected by logistic models in two folds of the judging half), with standard
errors by customer. The rule is `sluice uplift --decide` on the fitting half; its decisions for the judging half are of their
scores and the fitting half's bands.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from support import PIPELINE, folder, np, rows, save, text

import hillstrom
from targeting import doubly_robust
from targeting.hashing import folds

ARMS = ["control", "mens", "womens"]


def estimates(arm: np.ndarray, outcome: np.ndarray, choice: np.ndarray, q: np.ndarray, cost: float) -> dict[str, np.ndarray]:
    """Each customer's part of the value of a choice, by estimator: their mean is the value. Arms were drawn alike for everybody."""
    n = len(arm)
    parts = {"ips": np.zeros(n), "dr": q[np.arange(n), choice].copy()}
    for place in range(3):
        got = arm == place
        chosen = choice == place
        weight = 1 / got.mean()
        share = chosen.mean()
        if share == 0:
            continue
        mean = outcome[got & chosen].mean() if (got & chosen).any() else 0.0
        parts["ips"] += chosen * (mean + got * weight * (outcome - mean))
        parts["dr"] += chosen * got * weight * (outcome - q[:, place])
    for values in parts.values():
        values -= cost * (choice > 0)
    return parts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sluice")
    parser.add_argument("--model", default="logistic")
    parser.add_argument("--cost", type=float, default=0.0)
    options = parser.parse_args()
    sluice = os.path.abspath(options.sluice)
    customers = hillstrom.customers()
    half = folds([row["customer"] for row in customers], 7, 2)
    first = [row for row, side in zip(customers, half) if side == 0]
    second = [row for row, side in zip(customers, half) if side == 1]
    with folder():
        save("first.csv", text(first))
        save(
            "second.csv", text([{key: value for key, value in row.items() if key not in ("message", "outcome")} for row in second])
        )
        run = [
            sys.executable,
            os.path.join(PIPELINE, "fit.py"),
            "--customers",
            "first.csv",
            "--score",
            "second.csv",
            "--out",
            "scores.csv",
        ]
        subprocess.run([*run, "--model", options.model], check=True, stderr=subprocess.DEVNULL)
        decide = [
            sluice,
            "uplift",
            "--scores",
            "scores.csv",
            "--outcomes",
            "first.csv",
            "--output",
            "uplift",
            "--decide",
            "--release-control",
            "--shares",
            "control=0.333,mens=0.333,womens=0.334",
            "--cost",
            f"mens={options.cost:g},womens={options.cost:g}",
            "--quiet",
        ]
        subprocess.run(decide, check=True)
        decided = {row["customer"]: row["message"] for row in rows("uplift/decisions.csv")}
        metrics = {(row["message"], row["metric"]): row for row in rows("uplift/uplift.csv")}
    arm = np.array([ARMS.index(row["message"]) for row in second])
    outcome = np.array([float(row["outcome"]) for row in second])
    x = np.array([[float(row[name]) for name in ("recency", "history", "mens", "womens", "newbie")] for row in second])
    choice = np.array([{"none": 0, "mens": 1, "womens": 2}[decided[row["customer"]]] for row in second])
    propensity = np.array([(arm == place).mean() for place in range(3)])[arm]
    inner = folds([row["customer"] for row in second], 8, 2)
    values = doubly_robust.values(x, 5, arm, outcome, propensity, 3, inner, 1)
    q = values.copy()
    n = len(arm)
    q[np.arange(n), arm] = (values[np.arange(n), arm] - outcome / propensity) / (1 - 1 / propensity)
    print(f"fitted on {len(first):,} customers, judged on {n:,}; {options.model}, an e-mail costs {options.cost:g} visits")
    for message in ("mens", "womens"):
        row = metrics[message, "qini_per_customer"]
        print(
            f"{message}: qini per customer on the fitting half, out of fold: {float(row['value']):.4f}"
            f" ({float(row['low']):.4f}, {float(row['high']):.4f})"
        )
    print(
        f"the rule sends nothing to {(choice == 0).mean():.1%}, mens to {(choice == 1).mean():.1%},"
        f" womens to {(choice == 2).mean():.1%}\n"
    )
    print("| policy | estimator | visits a customer | rule brings more by | 95 % |")
    print("|---|---|---|---|---|")
    rule = estimates(arm, outcome, choice, q, options.cost)
    for name, other in [("none", 0), ("all mens", 1), ("all womens", 2)]:
        simple = estimates(arm, outcome, np.full(n, other), q, options.cost)
        for estimator in ("ips", "dr"):
            gain = rule[estimator] - simple[estimator]
            mean, width = gain.mean(), 1.96 * gain.std(ddof=1) / np.sqrt(n)
            print(
                f"| {name} | {estimator} | {simple[estimator].mean():.4f} | {mean:+.4f} |"
                f" {mean - width:+.4f} – {mean + width:+.4f} |"
            )
    for estimator in ("ips", "dr"):
        print(f"| the rule | {estimator} | {rule[estimator].mean():.4f} | | |")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    main()
