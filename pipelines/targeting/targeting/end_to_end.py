"""Scores tuned for what a budget buys, instead of for how well they predict.

Customer i may get message j for cost c_ij, or nothing; the scores S = S₀ + Fθ (money that message j brings; F = 1 and the
standardised features) choose within a budget of B a customer. Under Gumbel noise of scale τ the choice is soft:

    A_ij = softmax_j((S_ij − λ·c_ij)/τ)      with nothing as a choice of score 0 and cost 0, λ ≥ 0 so that mean Σ_j A_ij c_ij = B

so that the expected gradient over perturbations has a closed form and nothing is drawn (perturbed optimizers: Berthet et al. 2020,
"Learning with Differentiable Perturbed Optimizers"). Outcomes of the log value every choice by doubly robust estimates Γ:

    V = mean Σ_j A_ij Γ_ij      R = Γ − μc,  μ = (∂V/∂λ)/(∂C/∂λ)      ∇V = Fᵀ[A∘(R − ΣAR)]/(nτ)

μ is the implicit function's: along this gradient the budget stays met.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TEMPERATURES = (0.5, 0.25, 0.12)
RATES = (0.02, 0.01, 0.01)
STEPS = 25
PULL = 0.1
SHRINKAGES = (0.25, 0.5, 1.0)


@dataclass
class Problem:
    """Customers of a log, one a column: scores and costs of each message (m × n), doubly robust values of nothing and each message
    ((m + 1) × n), features with a leading 1 (d × n), and the money a customer. θ is d × m."""

    scores: np.ndarray
    costs: np.ndarray
    values: np.ndarray
    features: np.ndarray
    budget: float

    def part(self, rows: np.ndarray) -> "Problem":
        return Problem(self.scores[:, rows], self.costs[:, rows], self.values[:, rows], self.features[:, rows], self.budget)

    def scored(self, theta: np.ndarray) -> np.ndarray:
        return self.scores + theta.T @ self.features


def soft_choice(scores: np.ndarray, costs: np.ndarray, price: float, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of nothing (n) and of each message (m × n)."""
    z = (scores - price * costs) / temperature
    top = np.maximum(z.max(axis=0), 0)
    weights = np.exp(z - top)
    nothing = np.exp(-top)
    total = nothing + weights.sum(axis=0)
    return nothing / total, weights / total


def soft_price(
    scores: np.ndarray, costs: np.ndarray, budget: float, temperature: float, start: float = 0.0, tolerance: float = 1e-9
) -> float:
    """The λ ≥ 0 at which the mean cost of the soft choice is the budget; 0 where the budget does not bind. Newton's steps from
    `start`, kept within a bracket, until the cost is within `tolerance` of the budget."""

    def excess(price: float) -> tuple[float, float]:
        _, chosen = soft_choice(scores, costs, price, temperature)
        each = chosen * costs
        spent = each.sum(axis=0)
        slope = (np.vdot(each, costs) - np.vdot(spent, spent)) / len(spent) / temperature
        # Floats of the language, whose quotients overflow to infinity without a warning.
        return float(spent.mean() - budget), -float(slope)

    low, high = 0.0, np.inf
    price = max(start, 0.0)
    tried_nothing = price == 0
    for _ in range(200):
        over, slope = excess(price)
        if abs(over) <= tolerance * max(budget, 1e-300) or (price == 0 and over <= 0):
            return price
        if over > 0:
            low = price
        else:
            high = price
        step = price - over / slope if slope < 0 else np.inf
        if step <= 0 and not tried_nothing:
            # The budget may not bind at all.
            step, tried_nothing = 0.0, True
        elif not low < step < high:
            # Cold and far off: double until the price is enclosed, then halve.
            step = (low + high) / 2 if np.isfinite(high) else max(2 * low, low + temperature / max(costs.mean(), 1e-300))
        if step == price:
            return price
        price = step
    return price


def soft_value(problem: Problem, theta: np.ndarray, temperature: float, start: float = 0.0) -> float:
    """V at θ, with the price that meets the budget there."""
    scores = problem.scored(theta)
    price = soft_price(scores, problem.costs, problem.budget, temperature, start)
    nothing, chosen = soft_choice(scores, problem.costs, price, temperature)
    return float((nothing * problem.values[0] + (chosen * problem.values[1:]).sum(axis=0)).mean())


def gradient(
    problem: Problem, theta: np.ndarray, temperature: float, start: float = 0.0, tolerance: float = 1e-9
) -> tuple[np.ndarray, float]:
    """∇V at θ, of θ's form, and the price there."""
    scores = problem.scored(theta)
    costs = problem.costs
    price = soft_price(scores, costs, problem.budget, temperature, start, tolerance)
    nothing, chosen = soft_choice(scores, costs, price, temperature)
    spent = (chosen * costs).sum(axis=0)
    # Both up to the factor 1/(nτ), which the quotient loses.
    away = chosen * (costs - spent)
    value_slope = -np.vdot(away, problem.values[1:]) + np.vdot(nothing * spent, problem.values[0])
    cost_slope = -np.vdot(away, costs)
    worth = value_slope / cost_slope if price > 0 and cost_slope < 0 else 0.0
    gain = problem.values[1:] - worth * costs
    mean = nothing * problem.values[0] + (chosen * gain).sum(axis=0)
    return problem.features @ (chosen * (gain - mean)).T / (scores.shape[1] * temperature), price


def tune(problem: Problem) -> list[np.ndarray]:
    """θ at the end of each temperature: Adam's steps on the whole log, drawn back to the scores that were given."""
    spread = float(problem.scores.std()) or 1.0
    theta = np.zeros((len(problem.features), len(problem.scores)))
    # Fᵀ(S − S₀) = FᵀFθ.
    second_moments = problem.features @ problem.features.T / problem.features.shape[1]
    first = second = 0.0
    scale, price, count, ends = None, 0.0, 0, []
    for temperature, rate in zip(TEMPERATURES, RATES):
        for _ in range(STEPS):
            slope, price = gradient(problem, theta, temperature * spread, price, tolerance=1e-6)
            if scale is None:
                scale = float(np.abs(slope).max())
            slope = slope - PULL * scale * (second_moments @ theta) / spread
            count += 1
            first = 0.9 * first + 0.1 * slope
            second = 0.99 * second + 0.01 * slope**2
            step = (first / (1 - 0.9**count)) / (np.sqrt(second / (1 - 0.99**count)) + 1e-12 * (scale or 1.0) + 1e-300)
            theta = theta + rate * spread * step
        ends.append(theta)
    return ends


def allocate(scores: np.ndarray, costs: np.ndarray, budget: float) -> np.ndarray:
    """Shares of nothing and each message ((m + 1) × n) that bring most by the scores within the budget. All are 0 or 1 but those of
    customers at the margin, who get the mixture that spends the budget exactly (to rounding).

    The price λ of money is found by bisection. As it rises a customer's choice gets cheaper and never comes back, so that only
    those stay in play whose choices at both ends of the bracket differ: about O(n) in all."""
    m, n = scores.shape
    costs = np.concatenate([np.zeros((1, n)), costs])
    scores = np.concatenate([np.zeros((1, n)), scores])
    total = budget * n

    def shares(best: np.ndarray) -> np.ndarray:
        return (np.arange(m + 1)[:, None] == best).astype(np.float64)

    def choice(price: float, of: np.ndarray) -> np.ndarray:
        return np.argmax(scores[:, of] - price * costs[:, of], axis=0)

    everyone = np.arange(n)
    dear = np.argmax(scores, axis=0)
    if costs[dear, everyone].sum() <= total * (1 + 1e-12):
        return shares(dear)
    low, high = 0.0, 1.0
    cheap = choice(high, everyone)
    while costs[cheap, everyone].sum() > total and high < 1e200:
        dear, low, high = cheap, high, 4 * high
        cheap = choice(high, everyone)
    active = np.flatnonzero(dear != cheap)
    settled = costs[cheap, everyone].sum() - costs[cheap[active], active].sum()
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high) or len(active) == 0:
            break
        best = choice(middle, active)
        if settled + costs[best, active].sum() > total:
            low = middle
            dear[active] = best
        else:
            high = middle
            cheap[active] = best
        differ = dear[active] != cheap[active]
        settled += costs[cheap[active[~differ]], active[~differ]].sum()
        active = active[differ]
    if len(active) == 0:
        return shares(cheap)
    cheap_cost = costs[cheap, everyone].sum()
    part = min(max((total - cheap_cost) / (costs[dear, everyone].sum() - cheap_cost), 0.0), 1.0)
    return (1 - part) * shares(cheap) + part * shares(dear)


def candidates(ends: list[np.ndarray]) -> list[tuple[str, np.ndarray]]:
    """θ to choose from: none, and each end drawn back by each shrinkage."""
    none = [("none", np.zeros_like(ends[0]))]
    return none + [
        (f"{temperature:g}×{shrinkage:g}", shrinkage * theta)
        for temperature, theta in zip(TEMPERATURES, ends)
        for shrinkage in SHRINKAGES
    ]


def select(problem: Problem, ends: list[np.ndarray]) -> tuple[str, np.ndarray]:
    """The candidate of the greatest doubly robust value at the budget on these rows."""
    best = None
    for name, theta in candidates(ends):
        shares = allocate(problem.scored(theta), problem.costs, problem.budget)
        value = float((shares * problem.values).sum(axis=0).mean())
        if best is None or value > best[0]:
            best = (value, name, theta)
    return best[1], best[2]
