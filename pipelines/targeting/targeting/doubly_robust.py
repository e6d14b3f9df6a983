"""Values of choices that were not made, from a log with known propensities."""

from __future__ import annotations

import numpy as np

from . import models
from .console import NO_DATA, Failure


def normalised(propensity: np.ndarray, arm: np.ndarray, arms: int) -> np.ndarray:
    """Propensities by which the weights 1/p of every arm sum to the number of rows: a wave leaves the same share of everybody
    out."""
    result = propensity.astype(np.float64).copy()
    for place in range(arms):
        mine = arm == place
        if mine.any():
            result[mine] *= (1 / propensity[mine]).sum() / len(arm)
    return result


def values(
    matrix: np.ndarray,
    numbers: int,
    arm: np.ndarray,
    outcome: np.ndarray,
    propensity: np.ndarray,
    arms: int,
    half: np.ndarray,
    seed: int,
) -> np.ndarray:
    """Γ_ij = q_j(x_i) + 1[t_i = j]·(y_i − q_j(x_i))/p_i, q fitted on the other half of the customers (`half` 0 or 1). `arm` is −1
    for rows of no arm, which have q alone."""
    binary = bool(np.isin(outcome, (0, 1)).all())
    result = np.zeros((len(arm), arms))
    for side in (0, 1):
        here = half == side
        for place in range(arms):
            seen = ~here & (arm == place)
            if not seen.any():
                raise Failure(NO_DATA, "too few customers with an outcome for two halves: give more outcomes, or another --seed")
            model = models.fit("logistic", matrix[seen], numbers, outcome[seen], 1 / propensity[seen], binary, seed)
            result[here, place] = model.predict(matrix[here])
    for place in range(arms):
        mine = arm == place
        result[mine, place] += (outcome[mine] - result[mine, place]) / propensity[mine]
    return result
