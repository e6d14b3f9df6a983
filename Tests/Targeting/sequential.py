"""Gates that may be read at any time, for the study of which gate shows most of what tuning gains.

*Prequential*: customers come fold by fold, and each fold is judged by what was tuned on the folds before it. What a row then brings
has, if tuning gains nothing, expectation 0 or less given all rows before it: a martingale, so that no fold's outcomes have a part in
its own judgement. The price is that the first folds are judged by what little was tuned, and the first not at all.

On such a sequence two processes start at 1, expect to stay there when nothing is gained, and open the gate once they reach 20, at
whatever row that is (Ville's inequality: at most 5 % of such processes ever do):

- `betting`: wealth of a bettor who stakes a share of it on each row's gain, averaged over constant shares (Waudby-Smith and Ramdas
  2024, "Estimating means of bounded random variables by betting").
- `mixture`: the likelihood ratio of normal sums, averaged over a half-normal of effects (Robbins 1970, "Statistical methods related
  to the law of the iterated logarithm"); holds for many rows.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from targeting.end_to_end import Problem
from targeting.gate import Tuned, differences, one_split

# Reached by a process that gains nothing with a probability of 5 % at most.
EVIDENCE = 20.0
# Shares of wealth staked on a gain of the greatest size seen, and how many standard errors a gain is thought to be at the end.
STAKES = 0.5 * 2.0 ** -np.arange(12)
EXPECTED = 2.0


def prequential(problem: Problem, fold: np.ndarray, selects: np.ndarray, count: int) -> tuple[list[Tuned], list[float]]:
    """Judges every fold but the first by what was tuned on those before it. With each, the greatest difference that its θ makes on
    the rows that tuned it: known before the fold is."""
    parts, bounds = [], []
    for number in range(1, count):
        before = fold < number
        part = one_split(problem, np.flatnonzero(before & ~selects), np.flatnonzero(before & selects), np.flatnonzero(fold == number))
        parts.append(part)
        bounds.append(float(np.abs(differences(problem.part(np.flatnonzero(before)), part.theta)).max()))
    return parts, bounds


def betting(parts: list[Tuned], bounds: list[float]) -> float:
    """The most that the wealth ever is. A row below twice the greatest loss foreseen ruins those who staked half."""
    with np.errstate(divide="ignore"):
        growth = [
            np.log(np.maximum(1 + STAKES[:, None] * part.differences[part.differences != 0] / bound, 0))
            for part, bound in zip(parts, bounds)
            if bound > 0
        ]
    if not growth:
        return 1.0
    wealth = np.exp(np.concatenate([np.zeros((len(STAKES), 1)), np.cumsum(np.concatenate(growth, axis=1), axis=1)], axis=1))
    return float(wealth.mean(axis=0).max())


def mixture(parts: list[Tuned], total: int, least: int = 100) -> float:
    """The greatest ratio from the `least`th differing row on; its prior is set by the first of them and the number of rows to come."""
    sequence = np.concatenate([part.differences for part in parts])
    differing = np.flatnonzero(sequence)
    if len(differing) < least:
        return 1.0
    first = differing[least - 1] + 1
    foreseen = (sequence[:first] ** 2).sum() / first * total
    sums, variances = np.cumsum(sequence)[first:], np.cumsum(sequence**2)[first:]
    prior = EXPECTED**2 / foreseen
    scale = 1 + prior * variances
    logs = prior * sums**2 / (2 * scale) + norm.logcdf(sums * np.sqrt(prior / scale)) + np.log(2 / np.sqrt(scale))
    return float(np.exp(min(logs.max(), 700))) if len(logs) else 1.0
