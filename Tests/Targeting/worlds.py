"""Invented customers whose every response is known, for studies and tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from targeting.crossfit import Plan, Scores, score
from targeting.customers import Campaign
from targeting.features import Encoder, Feature

FEATURES = 6
MESSAGES = ["call", "voucher"]
SHARES = np.array([0.34, 0.33, 0.33])


@dataclass
class People:
    """Customers: features (n × 6), the expected outcome of nothing and each message (n × 3), what each message costs (n × 2), and
    what a response is worth to each (1: the outcome is the response itself)."""

    features: np.ndarray
    rates: np.ndarray
    costs: np.ndarray
    worth: np.ndarray


def logistic(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def people(world: str, count: int, random: np.random.Generator) -> People:
    """Draws customers of a world.

    - `linear`: logistic models are right; both messages cost the same for everybody.
    - `campaign`: the same, and what messages add differs more: many customers are better left alone.
    - `quadratic`: what a message adds depends on squares and products of features, which the models do not have.
    - `whales`: money. A few customers are worth many times the others; what a message adds depends on both, not linearly; costs
      grow with worth.
    - `flat`: a message adds the same for everybody and costs the same: whoever is chosen, nothing can be gained.
    - `flat-money`: the same in money: a few customers are worth many times the others, and a message adds 0.01 for everybody.
    """
    x = random.normal(size=(count, FEATURES))
    base = -2.2 + 0.5 * x[:, 0] - 0.4 * x[:, 1] + 0.3 * x[:, 2]
    costs = np.tile([0.03, 0.02], (count, 1))
    worth = np.ones(count)
    if world == "linear":
        effects = np.column_stack([0.25 + 0.35 * x[:, 2] - 0.25 * x[:, 3], 0.15 + 0.35 * x[:, 4] + 0.2 * x[:, 0]])
    elif world == "campaign":
        effects = np.column_stack([0.3 + 0.6 * x[:, 2] - 0.4 * x[:, 3], 0.2 + 0.6 * x[:, 4] + 0.3 * x[:, 0]])
    elif world == "quadratic":
        effects = np.column_stack(
            [
                0.2 + 0.25 * x[:, 2] + 0.15 * (x[:, 3] ** 2 - 1) + 0.15 * x[:, 0] * x[:, 4],
                0.2 + 0.25 * x[:, 4] + 0.15 * (x[:, 0] ** 2 - 1) - 0.15 * x[:, 2] * x[:, 3],
            ]
        )
    elif world == "whales":
        worth = np.exp(0.8 * x[:, 5])
        x = np.column_stack([x[:, :5], worth])
        rich = np.log(worth)
        effects = np.column_stack(
            [0.3 + 0.2 * rich - 0.15 * rich**2 + 0.25 * x[:, 2], 0.3 - 0.2 * np.maximum(rich, 0) + 0.25 * x[:, 4]]
        )
        costs = np.column_stack([np.full(count, 0.05), 0.01 + 0.05 * worth])
    elif world == "flat":
        rate = logistic(base)
        return People(x, np.column_stack([rate, rate + 0.03, rate + 0.03]), np.full((count, 2), 0.03), worth)
    elif world == "flat-money":
        worth = np.maximum(np.exp(0.8 * x[:, 5]), 0.1)
        x = np.column_stack([x[:, :5], worth])
        money = logistic(base) * worth
        return People(x, np.column_stack([money, money + 0.01, money + 0.01]), np.full((count, 2), 0.03), worth)
    else:
        raise ValueError(world)
    rates = logistic(np.column_stack([base, base[:, None] + effects]))
    return People(x, rates * worth[:, None], costs, worth)


def respond(crowd: People, arm: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Outcomes of customers who were each given an arm."""
    rate = crowd.rates[np.arange(len(arm)), arm] / crowd.worth
    return np.where(random.random(len(arm)) < rate, crowd.worth, 0.0)


@dataclass
class Log:
    """A campaign in which chance decided, its customers' true rates, and the two-stage scores of them and of fresh customers."""

    campaign: Campaign
    crowd: People
    scores: Scores
    fresh: People
    fresh_scores: np.ndarray


def log(world: str, count: int, fresh_count: int, seed: int, kind: str = "logistic") -> Log:
    """Lives a campaign of `count` customers and scores them, out of fold, and `fresh_count` others."""
    random = np.random.default_rng([seed, count])
    crowd = people(world, count, random)
    order = sorted(range(count), key=lambda number: f"c{number}")
    crowd = People(crowd.features[order], crowd.rates[order], crowd.costs[order], crowd.worth[order])
    customers = [f"c{number}" for number in order]
    arm = random.choice(3, count, p=SHARES)
    outcome = respond(crowd, arm, random)
    fresh = people(world, fresh_count, random)
    encoder = Encoder([Feature(f"x{number}", mean=0.0) for number in range(FEATURES)])
    campaign = Campaign(customers, arm, MESSAGES, outcome, 1 / SHARES[arm], crowd.features, None, np.arange(count), encoder)
    plan = Plan.make(campaign, None, 5, kind, seed % 2**32)
    plan.customers = customers + [f"d{number}" for number in range(fresh_count)]
    plan.matrix = np.concatenate([plan.matrix, fresh.features])
    plan.fold = np.concatenate([plan.fold, np.full(fresh_count, -1)])
    scores = score(plan)
    return Log(campaign, crowd, scores, fresh, scores.uplift[count:])
