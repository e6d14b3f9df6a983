"""Models of an outcome by scikit-learn: one for each message and for the control."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from .console import warn
from .crossfit import constant_reason

KINDS = ("logistic", "forest", "boosting")
# Cores; results do not depend on it.
JOBS = 2


def scales(matrix: np.ndarray, numbers: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and population standard deviation of the first columns; 0 and 1 for the others, which are not scaled. The
    deviation of values that are the same but for rounding is infinite: they say nothing, and all are scaled to 0."""
    mean = np.zeros(matrix.shape[1])
    deviation = np.ones(matrix.shape[1])
    if len(matrix):
        mean[:numbers] = matrix[:, :numbers].mean(axis=0)
        spread = matrix[:, :numbers].std(axis=0)
        deviation[:numbers] = np.where(spread > 1e-12 * np.maximum(1, abs(mean[:numbers])), spread, np.inf)
    return mean, deviation


class Constant:
    """One rate for everybody."""

    def __init__(self, rate: float):
        self.rate = rate

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        return np.full(len(matrix), self.rate)


class Model:
    """A fitted model: the expected outcome of each row."""

    def __init__(self, estimator, mean: np.ndarray, deviation: np.ndarray, binary: bool):
        self._estimator, self._mean, self._deviation, self._binary = estimator, mean, deviation, binary

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        if len(matrix) == 0:
            return np.zeros(0)
        scaled = (matrix - self._mean) / self._deviation
        return self._estimator.predict_proba(scaled)[:, 1] if self._binary else self._estimator.predict(scaled)


def fit(
    kind: str, matrix: np.ndarray, numbers: int, outcome: np.ndarray, weight: np.ndarray, binary: bool, seed: int, where: str = ""
):
    """Fits a model of E[outcome] to one row or more. `weight` is brought to mean 1; `where` names the fit in warnings."""
    weight = weight * (len(weight) / weight.sum())
    if constant_reason(outcome, matrix.shape[1]):
        return Constant(float(np.average(outcome, weights=weight)))
    mean, deviation = scales(matrix, numbers) if kind == "logistic" else (np.zeros(matrix.shape[1]), np.ones(matrix.shape[1]))
    estimator = _estimator(kind, binary, seed)
    if kind == "boosting" and binary and min((outcome == 0).sum(), (outcome == 1).sum()) < 2:
        # Rows to stop by could not have both outcomes.
        estimator.early_stopping = False
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator.fit((matrix - mean) / deviation, outcome.astype(np.int64) if binary else outcome, sample_weight=weight)
    if where and any(issubclass(warning.category, ConvergenceWarning) for warning in caught):
        warn(f"{where}: the model has not converged: look for features that say the same twice, or of huge numbers")
    if kind == "forest":
        # Votes of threads would be added in the order in which they finish.
        estimator.n_jobs = 1
    return Model(estimator, mean, deviation, binary)


def _estimator(kind: str, binary: bool, seed: int):
    if kind == "logistic":
        return LogisticRegression(C=1.0, tol=1e-8, max_iter=5000) if binary else Ridge(alpha=1.0)
    if kind == "forest":
        options = dict(n_estimators=300, min_samples_leaf=100, max_features="sqrt", random_state=seed, n_jobs=JOBS)
        return RandomForestClassifier(**options) if binary else RandomForestRegressor(**options)
    options = dict(
        max_iter=200, learning_rate=0.06, max_leaf_nodes=15, min_samples_leaf=100, early_stopping=True, random_state=seed
    )
    return HistGradientBoostingClassifier(**options) if binary else HistGradientBoostingRegressor(**options)
