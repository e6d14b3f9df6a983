#!/usr/bin/env python3
"""Compares `sluice compare` with statsmodels on random experiments.

    python Tests/Evaluation/statsmodels_check.py SLUICE

Each experiment has other numbers of actions, policies and covariates, probabilities alike, uneven or by customer, chance deciding
actions or policies. Strata, weights and centres are formed here with pandas; estimates and errors are statsmodels' OLS, WLS, HC2
and Holm's correction.

Exit: 0 when every figure agrees to 1e-8 of itself, 1 otherwise. The last line is `checks: N`.
"""

from __future__ import annotations

import io
import itertools
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.multitest import multipletests

TOLERANCE = 1e-8


@dataclass
class Experiment:
    """A random experiment, and how it is to be read."""

    name: str
    rows: pd.DataFrame
    policies: pd.DataFrame
    covariates: pd.DataFrame
    # The probability of each row's action.
    propensity: np.ndarray
    options: list[str]


def generate(seed: int) -> Experiment:
    random = np.random.default_rng(seed)
    customers = int(random.integers(300, 2500))
    actions = np.array(list("abcd"))[: random.integers(2, 5)]
    names = [f"P{number}" for number in range(random.integers(2, 5))]
    numeric = int(random.integers(0, 4))
    has_text = seed % 3 == 0
    table = pd.DataFrame({"customer": [f"customer-number-{number}" for number in range(customers)]})
    x = pd.DataFrame({f"x{number}": np.round(random.normal(50 * number, 1 + number, customers), 4) for number in range(numeric)})
    region = random.choice(["north", "south", "east"], customers)
    policies = pd.DataFrame({"customer": table.customer})
    for name in names:
        policies[name] = random.choice(actions, customers, p=random.dirichlet(np.full(len(actions), 2.0)))
    chosen = policies[names].to_numpy()
    kind = ["uniform", "listed", "column", "policy"][seed % 4]
    options = []
    if kind == "policy":
        shares = np.round(random.dirichlet(np.full(len(names), 5.0)), 3)
        shares[-1] = round(1 - shares[:-1].sum(), 3)
        assigned = random.choice(len(names), customers, p=shares)
        action = chosen[np.arange(customers), assigned]
        propensity = ((chosen == action[:, None]) * shares).sum(axis=1)
        table["assigned_policy"] = np.array(names)[assigned]
        options = ["--shares", ",".join(f"{name}={share}" for name, share in zip(names, shares))]
    else:
        probabilities = np.full((customers, len(actions)), 1 / len(actions))
        if kind == "listed":
            shares = np.round(random.dirichlet(np.full(len(actions), 5.0)), 3)
            shares[-1] = round(1 - shares[:-1].sum(), 3)
            probabilities[:] = shares
            options = ["--propensity", ",".join(f"{name}={share}" for name, share in zip(actions, shares))]
        elif kind == "column":
            segment = random.integers(0, 3, customers)
            probabilities = random.dirichlet(np.full(len(actions), 4.0), 3)[segment]
        else:
            options = ["--propensity", "uniform"]
        drawn = np.array([random.choice(len(actions), p=row) for row in probabilities])
        action = actions[drawn]
        propensity = probabilities[np.arange(customers), drawn]
        if kind == "column":
            propensity = np.round(propensity, 6)
            table["propensity"] = propensity
    index = np.searchsorted(actions, action)
    outcome = 100 + index * 0.4 + random.normal(0, 1 + index, customers)
    outcome += (x.to_numpy() @ random.normal(0, 0.3, numeric) if numeric else 0) + (region == "south") * 0.7 * has_text
    table.insert(1, "action", action)
    table.insert(2, "outcome", np.round(outcome, 4))
    for column in x:
        table[column] = x[column]
    covariates = x.copy()
    if has_text:
        table["region"] = region
        for level in ["north", "south"]:
            covariates[f"region={level}"] = (region == level).astype(float)
    return Experiment(f"seed {seed}, {kind}", table, policies, covariates, propensity, options)


def stratum_estimates(y, treated, x_used, centre, e) -> dict[str, tuple[float, float, bool]]:
    """Of one pair of actions: effect, variance and whether means stood in, by method."""
    weights = 1 / e

    def mean(arm):
        w, values = weights[arm], y[arm]
        centre = np.average(values, weights=w)
        n = len(values)
        return centre, n / (n - 1) * np.sum((w * (values - centre)) ** 2) / w.sum() ** 2

    (first, first_variance), (second, second_variance) = mean(treated), mean(~treated)
    means = (first - second, first_variance + second_variance, False)
    results = {"means": means}
    even = all(np.ptp(e[arm]) <= 1e-12 for arm in (treated, ~treated))
    t = treated.astype(float)
    for method in ("ols", "ols-hc2", "lin"):
        x = x_used - centre
        parts = [np.ones_like(t), t, x, t[:, None] * x] if method == "lin" else [np.ones_like(t), t, x]
        design = np.column_stack(parts)
        rank = np.linalg.matrix_rank(design / np.linalg.norm(design, axis=0).clip(1e-300))
        too_few = len(y) < design.shape[1] + 2
        if method == "lin":
            # In each arm: one that fits itself would seem to have no variance.
            too_few = min(treated.sum(), (~treated).sum()) <= 1 + x.shape[1]
        if too_few or rank < design.shape[1]:
            results[method] = (*means[:2], True)
            continue
        model = sm.OLS(y, design) if even else sm.WLS(y, design, weights=weights)
        fit = model.fit() if method == "ols" else model.fit(cov_type="HC2")
        variance = fit.cov_params()[1, 1]
        leverage = np.einsum("ij,jk,ik->i", model.wexog, fit.normalized_cov_params, model.wexog)
        if method != "ols" and leverage.max() > 1 - 1e-9:
            # A row that fits itself has no part in the variance; statsmodels divides rounding errors by rounding errors.
            kept = leverage <= 1 - 1e-9
            influence = (model.wexog @ fit.normalized_cov_params)[kept, 1]
            variance = np.sum((influence * fit.wresid[kept]) ** 2 / (1 - leverage[kept]))
        results[method] = (fit.params[1], variance, False)
    return results


def expected(experiment: Experiment) -> dict[tuple[str, str, str], dict[str, float]]:
    policies = experiment.policies
    names = [name for name in policies if name != "customer"]
    customers = len(policies)
    action = experiment.rows.action.to_numpy()
    y = experiment.rows.outcome.to_numpy()
    e = experiment.propensity
    x = experiment.covariates.to_numpy(dtype=float).reshape(customers, -1)
    rows = {}
    for policy, reference in itertools.combinations(names, 2):
        p, q = policies[policy].to_numpy(), policies[reference].to_numpy()
        sums = {method: [0.0, 0.0, 0.0, 0.0, 0] for method in ("means", "ols", "ols-hc2", "lin")}
        for first, second in sorted(set(zip(p, q))):
            stratum = (p == first) & (q == second)
            used = stratum & ((action == first) | (action == second))
            treated = action[used] == first
            if first == second or treated.sum() < 2 or (~treated).sum() < 2:
                continue
            share = stratum.mean()
            estimates = stratum_estimates(y[used], treated, x[used], x[stratum].mean(axis=0), e[used])
            for method, (effect, variance, fallback) in estimates.items():
                total = sums[method]
                total[0] += share * effect
                total[1] += share**2 * variance
                total[2] += share * effect**2
                total[3] += share
                total[4] += fallback
        for method, (difference, variance, squares, share, fallback) in sums.items():
            rows[policy, reference, method] = {
                "difference": difference,
                "se": np.sqrt(variance),
                "se_population": np.sqrt(variance + (squares - difference**2) / customers),
                "effect": difference / share,
                "fallback_strata": fallback,
            }
        parts = ((action == p).astype(float) - (action == q)) * y / e
        rows[policy, reference, "ips"] = {"difference": parts.mean(), "se": parts.std(ddof=1) / np.sqrt(customers)}
        used = (p != q) & ((action == p) | (action == q))
        t = (action == p)[used].astype(float)
        fit = sm.OLS(y[used], np.column_stack([np.ones_like(t), t, x[used] - x.mean(axis=0)])).fit()
        share = (p != q).mean()
        rows[policy, reference, "pooled"] = {"difference": share * fit.params[1], "se": share * fit.bse[1], "effect": fit.params[1]}
    for method in ("means", "ols", "ols-hc2", "lin", "ips", "pooled"):
        keys = [key for key in rows if key[2] == method]
        values = [2 * stats.norm.sf(abs(rows[key]["difference"] / rows[key]["se"])) for key in keys]
        for key, value, adjusted in zip(keys, values, multipletests(values, method="holm")[1]):
            rows[key]["p"], rows[key]["p_holm"] = value, adjusted
    return rows


def check(sluice: str, seed: int, folder: str) -> tuple[int, list[str]]:
    experiment = generate(seed)
    paths = [os.path.join(folder, name) for name in ("experiment.csv", "policies.csv")]
    experiment.rows.to_csv(paths[0], index=False)
    policies = experiment.policies
    if seed % 2:
        policies = policies.melt("customer", var_name="policy", value_name="action")
    else:
        policies = policies.sample(frac=1, random_state=seed)
    policies.to_csv(paths[1], index=False)
    command = [sluice, "compare", "--experiment", paths[0], "--policies", paths[1], "--method", "all", "--csv", "--exact"]
    run = subprocess.run([*command, *experiment.options], capture_output=True, text=True)
    if run.returncode != 0:
        return 1, [f"{experiment.name}: exit {run.returncode}: {run.stderr.strip()}"]
    table = pd.read_csv(io.StringIO(run.stdout)).set_index(["policy", "reference", "method"])
    differences = []
    count = 0
    for key, figures in expected(experiment).items():
        for column, value in figures.items():
            count += 1
            found = table.loc[key, column]
            if not abs(found - value) <= max(TOLERANCE * abs(value), 1e-12):
                differences.append(f"{experiment.name}: {' '.join(key)}: {column} is {found!r}, statsmodels says {value!r}")
    return count, differences


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    total, differences = 0, []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, 41):
            count, found = check(sys.argv[1], seed, folder)
            total += count
            differences += found
    for text in differences:
        print(f"differs: {text}")
    print(f"checks: {total}")
    return 1 if differences or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
