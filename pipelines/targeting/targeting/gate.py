"""The gate: tuned scores replace those that were given only where their gain is shown on customers that did not tune them.

Of each customer of the log, D = Σ_j (A_ij − A°_ij)·Γ_ij: what the tuned choice A brings more than the given one A° at the same
budget; 0 where both choose alike. The gate opens when mean D > 2.33·se.

*Cross-fitted*: customers are dealt into folds by hash; each fold is judged by a θ that was tuned and selected on the other folds,
so that all rows judge and 4/5 tune, where one split (50 % tune, 20 % select, 30 % judge) leaves 30 % to judge. The variance is of
rows around their fold's mean, by customer. Customers of the log are then scored by the θ of their fold (what was judged), others
by the mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .console import NO_DATA, Failure
from .end_to_end import Problem, allocate, select, tune

# One-sided at 1 %. Folds are not quite independent: each one's outcomes have a part in the others' scores. Where nothing can be
# gained 1.645 opens in 6.6 % (4.7 – 9.0 %) of campaigns, 2.33 in 1.6 % (0.7 – 3.0 %): pipelines/targeting/STUDIES.md.
OPENING = 2.33


@dataclass
class Judgement:
    """What tuning brings, a customer and contact, in money."""

    difference: float
    se: float

    @property
    def open(self) -> bool:
        return self.se > 0 and self.difference > OPENING * self.se


@dataclass
class Tuned:
    """The result of tuning on the other folds: which candidate, θ, and the differences of this fold's rows."""

    rows: np.ndarray
    candidate: str
    theta: np.ndarray
    differences: np.ndarray


def judge(parts: list[Tuned], customers: np.ndarray) -> Judgement:
    """Pools the folds. `customers` are numbers of the rows' customers: rows of one are not independent."""
    total = sum(len(part.rows) for part in parts)
    difference = sum(part.differences.sum() for part in parts) / total
    deviation = np.zeros(int(customers.max()) + 1)
    for part in parts:
        np.add.at(deviation, customers[part.rows], part.differences - part.differences.mean())
    return Judgement(float(difference), float(np.sqrt((deviation**2).sum()) / total))


def differences(problem: Problem, theta: np.ndarray) -> np.ndarray:
    """D of each row."""
    if not theta.any():
        return np.zeros(problem.scores.shape[1])
    given = allocate(problem.scores, problem.costs, problem.budget)
    tuned = allocate(problem.scored(theta), problem.costs, problem.budget)
    return ((tuned - given) * problem.values).sum(axis=0)


def one_split(problem: Problem, tuning: np.ndarray, selecting: np.ndarray, judging: np.ndarray) -> Tuned:
    """Tunes, selects and judges on three sets of rows."""
    name, theta = select(problem.part(selecting), tune(problem.part(tuning)))
    return Tuned(judging, name, theta, differences(problem.part(judging), theta))


def cross_fitted(
    problem: Problem, fold: np.ndarray, selects: np.ndarray, count: int, step: Callable[[], None] = lambda: None
) -> list[Tuned]:
    """Judges each fold by what was tuned on the others. `selects` marks the rows that select where they do not judge."""
    parts = []
    for number in range(count):
        others = fold != number
        rows = [np.flatnonzero(part) for part in (others & ~selects, others & selects, ~others)]
        if not all(len(part) for part in rows):
            raise Failure(NO_DATA, f"too few customers with an outcome for {count} folds: say fewer --folds, or give more outcomes")
        parts.append(one_split(problem, *rows))
        step()
    return parts
