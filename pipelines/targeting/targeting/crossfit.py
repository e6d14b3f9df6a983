"""Scores of customers by models that did not see their outcomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .console import Progress, warn
from .customers import Campaign
from .hashing import folds, poisson_weights


@dataclass
class Scores:
    """Expected outcomes: `rates[:, 0]` without contact, `rates[:, k]` with the k-th message. `fold` is −1 where no outcome is
    known."""

    customers: list[str]
    rates: np.ndarray
    fold: np.ndarray
    se: np.ndarray | None = None

    @property
    def uplift(self) -> np.ndarray:
        return self.rates[:, 1:] - self.rates[:, :1]


@dataclass
class Plan:
    """What every engine is given: who trains, who is scored, and by which folds."""

    campaign: Campaign
    # Who is scored, in byte order, by which features; fold −1: by the mean of all folds' models.
    customers: list[str]
    matrix: np.ndarray
    fold: np.ndarray
    # The fold of each row of the campaign.
    row_fold: np.ndarray
    count: int
    kind: str
    seed: int

    @staticmethod
    def make(campaign: Campaign, base, count: int, kind: str, seed: int, current: bool = False) -> "Plan":
        """Plans a fit. With `current`, customers of the campaign who are in the base too are scored by the base's features."""
        logged = [campaign.customers[row] for row in campaign.scoring_rows]
        matrix = campaign.matrix[campaign.scoring_rows]
        fold = folds(logged, seed, count)
        customers = logged
        if base is not None:
            place = {customer: row for row, customer in enumerate(logged)}
            new = [row for row, customer in enumerate(base.customers) if customer not in place]
            if current:
                both = [row for row, customer in enumerate(base.customers) if customer in place]
                matrix[[place[base.customers[row]] for row in both]] = base.matrix[both]
            customers = logged + [base.customers[row] for row in new]
            matrix = np.concatenate([matrix, base.matrix[new]])
            fold = np.concatenate([fold, np.full(len(new), -1)])
            order = sorted(range(len(customers)), key=lambda row: customers[row].encode())
            customers, matrix, fold = [customers[row] for row in order], matrix[order], fold[order]
        return Plan(campaign, customers, matrix, fold, folds(campaign.customers, seed, count), count, kind, seed)

    def arm_name(self, arm: int) -> str:
        return f"message {self.campaign.messages[arm - 1]!r}" if arm else "the control"

    def where(self, arm: int, fold: int) -> str:
        return f"{self.arm_name(arm)}, without fold {fold}"

    def collect(self, predict: Callable[[int, int, np.ndarray], np.ndarray], step: Callable[[str], None]) -> np.ndarray:
        """Asks for each fold's and arm's expected outcomes of the rows that it is to score."""
        arms = len(self.campaign.messages) + 1
        rates = np.zeros((len(self.customers), arms))
        unseen = self.fold < 0
        for fold in range(self.count):
            mine = self.fold == fold
            rows = np.flatnonzero(mine | unseen)
            for arm in range(arms):
                values = predict(fold, arm, rows)
                rates[rows, arm] += np.where(mine[rows], values, values / self.count)
                step(self.where(arm, fold))
        return rates


def fallback(plan: Plan, arm: int, fold: int, reason: str, quiet: bool = False) -> float:
    """The rate that stands for a model where there can be none, and says so: of the arm's rows without the fold, or of all rows."""
    campaign = plan.campaign
    others = plan.row_fold != fold
    seen = others & (campaign.arm == arm)
    whose = "for everybody"
    if not seen.any():
        seen, whose = others if others.any() else ~others, "of all arms for everybody"
    rate = float(np.average(campaign.outcome[seen], weights=campaign.weight[seen]))
    if not quiet and campaign.matrix.shape[1]:
        warn(f"{plan.where(arm, fold)}: {reason}: no model, the rate {rate:.6g} {whose}")
    return rate


def constant_reason(outcome: np.ndarray, features: int) -> str | None:
    """Why there can be no model but one rate: too few rows, or one outcome."""
    if len(outcome) < 50:
        return f"{len(outcome)} rows"
    if (outcome == outcome[0]).all():
        return f"every outcome is {outcome[0]:g}"
    return None if features else "no feature"


def score(plan: Plan, bootstrap: int = 0) -> Scores:
    """Fits by scikit-learn and scores everybody. O(folds · arms · bootstrap) fits."""
    from . import models

    campaign = plan.campaign
    numbers = len(campaign.encoder.numbers)
    fits = plan.count * (len(campaign.messages) + 1)
    progress = Progress("models", fits * (1 + bootstrap))

    def rates(factor: np.ndarray | None) -> np.ndarray:
        def predict(fold: int, arm: int, rows: np.ndarray) -> np.ndarray:
            seen = (campaign.arm == arm) & (plan.row_fold != fold)
            if factor is not None:
                seen &= factor > 0
            reason = constant_reason(campaign.outcome[seen], campaign.matrix.shape[1])
            if reason and (factor is None or not seen.any()):
                return np.full(len(rows), fallback(plan, arm, fold, reason, quiet=factor is not None))
            weight = campaign.weight[seen] * (1 if factor is None else factor[seen])
            where = plan.where(arm, fold) if factor is None else ""
            model = models.fit(
                plan.kind, campaign.matrix[seen], numbers, campaign.outcome[seen], weight, campaign.binary, plan.seed, where
            )
            return model.predict(plan.matrix[rows])

        return plan.collect(predict, progress.step)

    scores = Scores(plan.customers, rates(None), plan.fold)
    if bootstrap:
        total = np.zeros_like(scores.uplift)
        squares = np.zeros_like(scores.uplift)
        for replicate in range(1, bootstrap + 1):
            values = rates(poisson_weights(campaign.customers, plan.seed, replicate))
            # Deviations from the score itself: squares of small numbers lose no digits.
            deviation = values[:, 1:] - values[:, :1] - scores.uplift
            total += deviation
            squares += deviation**2
        variance = (squares - total**2 / bootstrap) / (bootstrap - 1)
        scores.se = np.sqrt(np.maximum(variance, 0))
    return scores
