#!/usr/bin/env python3
"""End to end against two stages: what tuning for the budget brings on worlds whose truth is known, and what the gate lets through.

    python Tests/Targeting/study_tune.py [--worlds linear,quadratic,whales,flat] [--sizes 40000,100000] [--budgets 0.05,0.15]
                                         [--rounds 12] [--more-folds] [--boosted] [--csv FILE]

Each round draws a log of that many customers, scores them by fit.py's logistic models, tunes, and judges by several gates: one split
(30 % of the rows judge), the same with `compare`'s estimator (means of the rows for which the choices differ, adjusted), the
cross-fitted one of tune.py, with --more-folds the same by ten folds, and those of sequential.py, which may be read at any row. The
true value of every choice is taken on 50,000 fresh customers at the same budget, a share
of what it would cost to send everybody the dearer message. Values are in per cent of the two-stage value. --boosted shows what
fit.py's boosted models bring on the same logs, in place of logistic ones, and tunes nothing.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "pipelines", "targeting")]

import numpy as np  # noqa: E402
from scipy.stats import beta, t as student  # noqa: E402

from targeting import doubly_robust  # noqa: E402
from targeting.end_to_end import Problem, allocate  # noqa: E402
from targeting.gate import OPENING, Judgement, cross_fitted, judge, one_split  # noqa: E402
from targeting.hashing import folds, uniforms  # noqa: E402
from targeting.models import scales  # noqa: E402
from sequential import EVIDENCE, betting, mixture, prequential  # noqa: E402
from worlds import log  # noqa: E402

FRESH = 50_000
# Where the gate of one split opens, in standard errors.
SPLIT = 1.645
COLUMNS = [
    "world",
    "size",
    "budget",
    "seed",
    "two_stage",
    "gain_split",
    "gain_cross",
    "gain_oracle",
    "z_split",
    "z_compare",
    "z_cross",
    "z_more_folds",
    "z_prequential",
    "betting",
    "mixture",
]
# By column of the gates: what opens them, and what they are called.
GATES = {
    "z_split": (SPLIT, "one split"),
    "z_compare": (SPLIT, "`compare`"),
    "z_cross": (OPENING, "cross-fitted"),
    "z_more_folds": (OPENING, "ten folds"),
    "z_prequential": (SPLIT, "prequential"),
    "betting": (EVIDENCE, "betting"),
    "mixture": (EVIDENCE, "mixture"),
}


def compared(problem: Problem, theta: np.ndarray, arm: np.ndarray, outcome: np.ndarray, q: np.ndarray) -> float:
    """z of the gain by `compare`'s estimator: within each pair of differing choices, means of the rows that got one or the other,
    less their expected outcome, weighted by the share of customers of the pair."""
    given = allocate(problem.scores, problem.costs, problem.budget).argmax(axis=0)
    tuned = allocate(problem.scored(theta), problem.costs, problem.budget).argmax(axis=0)
    n, total, variance = len(arm), 0.0, 0.0
    residual = outcome - q[np.arange(n), arm]
    for first in range(3):
        for second in range(3):
            pair = (tuned == first) & (given == second)
            if first == second or not pair.any():
                continue
            share = pair.mean()
            total += (q[pair, first] - q[pair, second]).sum() / n
            for choice, sign in ((first, 1), (second, -1)):
                of = residual[pair & (arm == choice)]
                if len(of) > 1:
                    total += sign * share * of.mean()
                    variance += share**2 * of.var(ddof=1) / len(of)
    return total / np.sqrt(variance) if variance > 0 else 0.0


def round_of(world: str, size: int, budgets: list[float], seed: int, more_folds: bool = False) -> list[list]:
    made = log(world, size, FRESH, seed)
    campaign, crowd = made.campaign, made.crowd
    half = folds(campaign.customers, 101, 2)
    from worlds import SHARES

    propensity = doubly_robust.normalised(SHARES[campaign.arm], campaign.arm, 3)
    values = doubly_robust.values(campaign.matrix, 6, campaign.arm, campaign.outcome, propensity, 3, half, 1)
    q = values.copy()
    rows = np.arange(size)
    q[rows, campaign.arm] = (values[rows, campaign.arm] * propensity - campaign.outcome) / (propensity - 1)
    mean, deviation = scales(campaign.matrix, 6)
    features = np.column_stack([np.ones(size), (campaign.matrix - mean) / deviation])
    fresh_features = np.column_stack([np.ones(FRESH), (made.fresh.features - mean) / deviation])
    u = uniforms(campaign.customers, 102)
    fold = folds(campaign.customers, 103, 5)
    ten = folds(campaign.customers, 104, 10)
    lines = []
    for share in budgets:
        budget = share * float(crowd.costs.max(axis=1).mean())
        problem = Problem(*map(np.ascontiguousarray, (made.scores.uplift[:size].T, crowd.costs.T, values.T, features.T)), budget)

        def value(scores: np.ndarray) -> float:
            shares = allocate(scores.T, made.fresh.costs.T, budget)
            return float((shares.T * (made.fresh.rates - made.fresh.rates[:, :1])).sum(axis=1).mean())

        two = value(made.fresh_scores)
        split = one_split(problem, np.flatnonzero(u < 0.5), np.flatnonzero((u >= 0.5) & (u < 0.7)), np.flatnonzero(u >= 0.7))
        rows = split.rows
        z_split = judge([split], np.arange(size))
        z_compare = compared(problem.part(rows), split.theta, campaign.arm[rows], campaign.outcome[rows], q[rows])
        crossed = cross_fitted(problem, fold, u < 2 / 7, 5)
        z_cross = judge(crossed, np.arange(size))
        theta = np.mean([part.theta for part in crossed], axis=0)
        gains = [value(made.fresh_scores + fresh_features @ theta) - two for theta in (split.theta, theta)]
        oracle = value(made.fresh.rates[:, 1:] - made.fresh.rates[:, :1]) - two
        z_more = judge(cross_fitted(problem, ten, u < 2 / 7, 10), np.arange(size)) if more_folds else None
        sequence, bounds = prequential(problem, fold, u < 2 / 7, 5)
        anytime = [betting(sequence, bounds), mixture(sequence, size * 4 // 5)]
        zs = [z(judgement) for judgement in (z_split, z_cross, z_more, judge(sequence, np.arange(size)))]
        lines.append([world, size, share, seed, two, *gains, oracle, zs[0], z_compare, *zs[1:], *anytime])
    return lines


def boosted_round_of(world: str, size: int, budgets: list[float], seed: int) -> list[list]:
    """What boosted models gain over logistic ones, both deciding in two stages."""
    made, boosted = (log(world, size, FRESH, seed, kind) for kind in ("logistic", "boosting"))
    lines = []
    for share in budgets:
        budget = share * float(made.crowd.costs.max(axis=1).mean())

        def value(scores: np.ndarray) -> float:
            shares = allocate(scores.T, made.fresh.costs.T, budget)
            return float((shares.T * (made.fresh.rates - made.fresh.rates[:, :1])).sum(axis=1).mean())

        two = value(made.fresh_scores)
        lines.append([world, size, share, seed, two, value(boosted.fresh_scores) - two])
    return lines


def print_boosted(lines: list[list]) -> None:
    print("| world | logged | budget | boosted two stages, % (95 %) |")
    print("|---" * 4 + "|")
    for key in sorted({tuple(line[:3]) for line in lines}):
        two, gain = np.array([line[4:] for line in lines if tuple(line[:3]) == key], dtype=float).T
        print(f"| {key[0]} | {key[1]:,} | {100 * key[2]:g} % | {with_interval(gain, two)} |")


def z(judgement: Judgement | None) -> float:
    """The gain in standard errors; 0 where nothing differs, not a number where nothing was judged."""
    if judgement is None:
        return float("nan")
    return judgement.difference / judgement.se if judgement.se > 0 else 0.0


def with_interval(gain: np.ndarray, two: np.ndarray) -> str:
    """All gains by all two-stage values, in per cent, with the interval of a ratio of means."""
    ratio, n = gain.sum() / two.sum(), len(gain)
    if n < 2:
        return f"{100 * ratio:+.1f}"
    width = student.ppf(0.975, n - 1) * (gain - ratio * two).std(ddof=1) / np.sqrt(n) / two.mean()
    return f"{100 * ratio:+.1f} ({100 * (ratio - width):+.1f}, {100 * (ratio + width):+.1f})"


def share_with_interval(evidence: np.ndarray, opening: float) -> str:
    """How many gates open; none where the gate was not asked for."""
    if np.isnan(evidence).all():
        return "–"
    opened = evidence > opening
    k, n = int(opened.sum()), len(opened)
    low = beta.ppf(0.025, k, n - k + 1) if k else 0.0
    high = beta.ppf(0.975, k + 1, n - k) if k < n else 1.0
    return f"{k} of {n} ({100 * low:.1f} – {100 * high:.1f} %)"


def print_table(lines: list[list]) -> None:
    names = [name for _, name in GATES.values()]
    print("| world | logged | budget | end to end, % (95 %) | through the gate | oracle | opens: " + " | ".join(names) + " |")
    print("|---" * (6 + len(names)) + "|")
    for key in sorted({tuple(line[:3]) for line in lines}):
        block = {
            name: np.array([line[at] for line in lines if tuple(line[:3]) == key], dtype=float)
            for at, name in enumerate(COLUMNS)
            if at >= 4
        }
        two = block["two_stage"]
        cells = [key[0], f"{key[1]:,}", f"{100 * key[2]:g} %"]
        cells += [
            with_interval(gain, two)
            for gain in (block["gain_cross"], np.where(block["z_cross"] > OPENING, block["gain_cross"], 0), block["gain_oracle"])
        ]
        cells += [share_with_interval(block[name], opening) for name, (opening, _) in GATES.items()]
        print("| " + " | ".join(cells) + " |")


def append(path: str, lines: list[list], mode: str) -> None:
    with open(path, mode, newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", default="linear,quadratic,whales,flat")
    parser.add_argument("--sizes", default="40000,100000")
    parser.add_argument("--budgets", default="0.05,0.15")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--first", type=int, default=1, help="the first round's seed")
    parser.add_argument("--more-folds", action="store_true", help="judge by ten folds too, at twice the time")
    parser.add_argument("--boosted", action="store_true", help="show what boosted models bring, and tune nothing")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--csv")
    options = parser.parse_args()
    budgets = [float(text) for text in options.budgets.split(",")]
    tasks = [
        (world, int(size), budgets, seed, *([] if options.boosted else [options.more_folds]))
        for size in options.sizes.split(",")
        for world in options.worlds.split(",")
        for seed in range(options.first, options.first + options.rounds)
    ]
    start, lines = time.monotonic(), []
    if options.csv:
        append(options.csv, [COLUMNS[:5] + ["gain_boosted"] if options.boosted else COLUMNS], "w")
    with ProcessPoolExecutor(options.jobs) as pool:
        for done, block in enumerate(pool.map(boosted_round_of if options.boosted else round_of, *zip(*tasks)), 1):
            lines += block
            if options.csv:
                # Round by round: what a long study has found is not lost when it is stopped.
                append(options.csv, block, "a")
            print(f"{done} of {len(tasks)} rounds, {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    (print_boosted if options.boosted else print_table)(lines)


if __name__ == "__main__":
    main()
