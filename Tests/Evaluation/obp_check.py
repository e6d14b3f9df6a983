#!/usr/bin/env python3
"""`sluice evaluate --log` against the Open Bandit Pipeline (obp 0.4.1) on random logs.

    python obp_check.py SLUICE

obp computes every value from the log as arrays. Its outcome model is this script's: cross-fitted means as `sluice evaluate --help`
has them, in numpy. So the values of all five estimators are obp's, the errors of ips are those of a mean, and those of snips the
textbook's linearisation. Ends with `checks: N`; exit 1 at the first figure that differs by more than 1e-9.
"""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import tempfile

import numpy as np
import xxhash
from peer_obp import ESTIMATORS

FOLDS, SHRINKAGE = 5, 20.0
checks = 0


def equal(found: str, expected: float, what: str) -> None:
    global checks
    checks += 1
    if not found or abs(float(found) - expected) > 1e-9 * max(1.0, abs(expected)):
        sys.exit(f"{what}: sluice says {found or 'nothing'}, the peer {expected!r}")


def cross_fitted(contexts, arms, rewards, folds, contexts_count, arms_count) -> np.ndarray:
    """q of every row and arm, from the rows of the other folds."""
    outcome = np.zeros((len(rewards), arms_count))
    for fold in range(FOLDS):
        others = folds != fold
        mean = rewards[others].mean() if others.any() else 0.0
        n_a = np.bincount(arms[others], minlength=arms_count)
        s_a = np.bincount(arms[others], rewards[others], minlength=arms_count)
        m_a = (s_a + SHRINKAGE * mean) / (n_a + SHRINKAGE)
        cell = contexts[others] * arms_count + arms[others]
        n = np.bincount(cell, minlength=contexts_count * arms_count).reshape(contexts_count, arms_count)
        s = np.bincount(cell, rewards[others], minlength=contexts_count * arms_count).reshape(n.shape)
        q = (s + SHRINKAGE * m_a) / (n + SHRINKAGE)
        outcome[folds == fold] = q[contexts[folds == fold]]
    return outcome


def clustered_error(influences, clusters) -> float:
    sums = np.bincount(clusters, influences)
    size = len(sums)
    return float(np.sqrt(size / (size - 1) * ((sums - sums.mean()) ** 2).sum()) / len(influences))


def compare(sluice: str, seed: int, rows: int, visitors: int | None, money: bool) -> None:
    random = np.random.default_rng(seed)
    contexts_count, arms_count = 7, 6
    contexts = random.integers(0, contexts_count, rows)
    logging = np.round(random.dirichlet(np.ones(arms_count) * 2, contexts_count) * 0.9 + 0.1 / arms_count, 6)
    target = random.dirichlet(np.ones(arms_count), contexts_count)
    target /= target.sum(axis=1, keepdims=True)
    draws = random.random(rows)
    normal = logging / logging.sum(axis=1, keepdims=True)
    arms = np.minimum((draws[:, None] > normal[contexts].cumsum(axis=1)).sum(axis=1), arms_count - 1)
    propensities = logging[contexts, arms]
    rewards = (random.random(rows) < 0.1 + 0.05 * arms).astype(float)
    if money:
        rewards *= np.round(random.gamma(2.0, 20.0, rows) - 5, 2)
    who = random.integers(0, visitors, rows) if visitors else np.arange(rows)
    _, clusters = np.unique(who, return_inverse=True)
    names = [f"v{number}" for number in who] if visitors else [str(number) for number in range(rows)]
    folds = np.array([xxhash.xxh64_intdigest(name.encode()) % FOLDS for name in names])
    with tempfile.TemporaryDirectory() as directory:
        log, policy = os.path.join(directory, "log.csv"), os.path.join(directory, "policy.csv")
        with open(log, "w", encoding="ascii") as file:
            file.write(("visitor," if visitors else "") + "user,item,bought,p\n")
            for row in range(rows):
                lead = names[row] + "," if visitors else ""
                file.write(f"{lead}u{contexts[row]},i{arms[row]},{rewards[row]!r},{propensities[row]!r}\n")
        with open(policy, "w", encoding="ascii") as file:
            file.write("user,variant,probability\n")
            for context in range(contexts_count):
                for arm in range(arms_count):
                    file.write(f"u{context},i{arm},{float(target[context, arm])!r}\n")
        columns = "variant=item,reward=bought,propensity=p"
        words = [sluice, "evaluate", "--log", log, "--policy", f"new={policy}", "--columns", columns, "--csv", "--exact"]
        printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    lines = {line["estimator"]: line for line in csv.DictReader(io.StringIO(printed)) if line["policy"] == "new"}

    outcome = cross_fitted(contexts, arms, rewards, folds, contexts_count, arms_count)
    arrays = {
        "reward": rewards,
        "action": arms,
        "pscore": propensities,
        "action_dist": target[contexts][:, :, None],
        "estimated_rewards_by_reg_model": outcome[:, :, None],
        "position": np.zeros(rows, dtype=int),
    }
    what = f"seed {seed}, {rows} rows, {visitors or 'no'} visitors"
    for name, estimator in ESTIMATORS.items():
        equal(lines[name]["value"], estimator.estimate_policy_value(**arrays), f"{what}, {name}")
    weights = target[contexts, arms] / propensities
    model = (target[contexts] * outcome).sum(axis=1)
    residuals = weights * (rewards - outcome[np.arange(rows), arms])
    values = {name: float(lines[name]["value"]) for name in ESTIMATORS}
    mean = weights.mean()
    influences = {
        "ips": weights * rewards - values["ips"],
        "snips": weights / mean * (rewards - values["snips"]),
        "dr": model + residuals - values["dr"],
        "sndr": (residuals - weights * (residuals.mean() / mean)) / mean + model - model.mean(),
    }
    for name, influence in influences.items():
        equal(lines[name]["se"], clustered_error(influence, clusters), f"{what}, error of {name}")
    equal(lines["ips"]["ess"], weights.sum() ** 2 / (weights**2).sum(), f"{what}, ess")
    equal(lines["ips"]["max_weight"], weights.max(), f"{what}, greatest weight")
    equal(lines["ips"]["mean_weight"], mean, f"{what}, mean weight")
    equal(lines["ips"]["mean_weight_z"], (mean - 1) / clustered_error(weights - mean, clusters), f"{what}, z")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for seed, (rows, visitors, money) in enumerate(
        [(50, None, False), (2000, None, False), (2000, 300, False), (3000, None, True), (3000, 40, True)]
    ):
        compare(sys.argv[1], seed, rows, visitors, money)
    print(f"checks: {checks}")


if __name__ == "__main__":
    main()
