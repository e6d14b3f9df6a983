"""One run of tune.py: from files that were read to tuned scores and their report."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import xxhash

from . import doubly_robust, gate
from .console import Progress, warn
from .customers import check_ignored, feature_names
from .end_to_end import Problem
from .features import Columns, Encoder
from .hashing import MASK, STEP, folds, uniforms
from .models import scales
from .outcomes import Outcomes
from .scores import ScoreTable
from .tables import Table
from .writing import decimal

# What a customer's hash decides beside the folds of the models, each by a seed of its own.
GATE, HALF, SELECT = 103, 101, 102


@dataclass
class Features:
    """The matrix of the customers with scores, numbers first; customers without features have the means."""

    matrix: np.ndarray
    numbers: int


def read_features(paths: list[str], scores: ScoreTable, ignored: set[str]) -> Features:
    """Reads the features of the customers with scores. What each column is, the first file says."""
    encoder, matrix, found = None, None, None
    place = scores.place
    for path in paths:
        table = Table(path, ["customer"])
        if encoder is None:
            check_ignored(table, ignored)
            names = feature_names(table, ignored)
        else:
            names = [feature.name for feature in encoder.features if feature.name in table.header]
        columns = Columns(table, names)
        at, customers = table.index("customer"), []
        for row in table.rows():
            customers.append(row[at])
            columns.append(row)
        if encoder is None:
            encoder = Encoder.learn(columns, set(), set())
            matrix = np.zeros((len(scores.customers), len(encoder.names)))
            found = np.zeros(len(scores.customers), dtype=np.int64)
        encoder.check(columns)
        values, usable = encoder.encode(columns)
        table.finish()
        # The first file that has a customer counts, and there the last line.
        earlier = found.copy()
        others = 0
        for row, customer in enumerate(customers):
            score = place.get(customer, -1)
            if usable[row] and score >= 0 and not earlier[score]:
                others += bool(found[score]) and not np.array_equal(matrix[score], values[row])
                matrix[score] = values[row]
                found[score] = 1
        if others:
            warn(f"{table.name}: {others} lines of customers with other features on an earlier line: the last line of each counts")
    missing = np.flatnonzero(found == 0)
    if len(missing):
        first = scores.customers[missing[0]]
        warn(f"{len(missing)} customers with scores have no features, the first {first!r}: they are taken as the average customer")
        if len(missing) < len(found):
            matrix[missing] = matrix[found == 1].mean(axis=0)
    return Features(matrix, len(encoder.numbers))


@dataclass
class Result:
    """Tuned scores in money, a row a customer, and what was found on the way."""

    scores: np.ndarray
    parts: list[gate.Tuned]
    judgement: gate.Judgement
    budget: float


def run(scores: ScoreTable, log: Outcomes, features: Features, money: float, value: float, count: int, seed: int) -> Result:
    """Tunes within `money` for all customers with scores; an outcome of 1 is worth `value`."""
    budget = money / len(scores.customers)
    customers = scores.customers
    seeds = {name: (seed * STEP + name) & MASK for name in (GATE, HALF, SELECT)}
    fold = folds(customers, seeds[GATE], count)
    half = folds(customers, seeds[HALF], 2)
    selects = uniforms(customers, seeds[SELECT]) < 2 / 7
    arms = len(scores.messages) + 1
    of = log.score
    propensity = doubly_robust.normalised(log.propensity, log.arm, arms)
    values = value * doubly_robust.values(
        features.matrix[of], features.numbers, log.arm, log.outcome, propensity, arms, half[of], seed
    )
    mean, deviation = scales(features.matrix[of], features.matrix.shape[1])
    standard = np.concatenate([np.ones((len(customers), 1)), (features.matrix - mean) / deviation], axis=1)
    given = value * scores.uplift
    problem = Problem(*map(np.ascontiguousarray, (given[of].T, scores.cost[of].T, values.T, standard[of].T)), budget)
    progress = Progress("folds", count)
    parts = gate.cross_fitted(problem, fold[of], selects[of], count, progress.step)
    judgement = gate.judge(parts, of)
    # A customer of the log by the θ of their fold, others by the mean.
    thetas = np.array([part.theta for part in parts])
    tuned = given + standard @ thetas.mean(axis=0)
    logged = np.unique(of)
    for number in range(count):
        mine = logged[fold[logged] == number]
        tuned[mine] = given[mine] + standard[mine] @ thetas[number]
    return Result(tuned, parts, judgement, budget)


def rows(result: Result, scores: ScoreTable, value: float):
    """Header and rows of tuned.csv."""
    opened = result.judgement.open
    uplift = result.scores / value if opened else scores.uplift
    with_se = scores.se is not None and not opened
    header = ["customer", "message", "uplift", "baseline"] + ["se"] * with_se + ["cost"] + ["fold"] * (scores.fold is not None)

    def lines():
        for row, customer in enumerate(scores.customers):
            baseline = decimal(scores.baseline[row])
            for place, message in enumerate(scores.messages):
                fields = [customer, message, decimal(uplift[row, place]), baseline]
                if with_se:
                    fields.append(decimal(scores.se[row, place]))
                fields.append(decimal(scores.cost[row, place]))
                if scores.fold is not None:
                    fields.append(scores.fold[row])
                yield fields

    return header, lines()


def report(result: Result, scores: ScoreTable, log: Outcomes, options, content: bytes) -> dict:
    """tune.json: figures a customer in money unless the name says otherwise. `content` is the file of the scores it belongs to."""

    def figure(number: float) -> float:
        return float(f"{number:.9g}")

    judgement = result.judgement
    parts = []
    for number, part in enumerate(result.parts):
        alone = gate.judge([part], log.score)
        parts.append(
            {
                "fold": number,
                "rows": len(part.rows),
                "candidate": part.candidate,
                "differ": int((part.differences != 0).sum()),
                "difference": figure(alone.difference),
                "se": figure(alone.se),
            }
        )
    names = [options.control, *scores.messages]
    inputs = [*options.log, *options.features, options.scores]
    return {
        "format": "sluice-tune/1",
        "budget": options.budget,
        "customers": len(scores.customers),
        "value": options.value,
        "outcomes": {name: int((log.arm == arm).sum()) for arm, name in enumerate(names)},
        "gate": {
            "method": "cross-fitted",
            "difference": figure(judgement.difference),
            "se": figure(judgement.se),
            "z": figure(judgement.difference / judgement.se) if judgement.se > 0 else None,
            "threshold": gate.OPENING,
            "open": judgement.open,
            "difference_in_all": figure(judgement.difference * len(scores.customers)),
        },
        "folds": parts,
        "inputs": [{"file": os.path.basename(path), "xxh64": _digest(path)} for path in inputs],
        "output": {"file": os.path.basename(options.out), "xxh64": xxhash.xxh64(content, seed=0).hexdigest()},
    }


def _digest(path: str) -> str | None:
    """XXH64 of a file in hexadecimal; none of standard input, which is gone."""
    if path == "-":
        return None
    digest = xxhash.xxh64(seed=0)
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
