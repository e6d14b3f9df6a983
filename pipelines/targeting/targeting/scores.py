"""scores.csv: what each message is expected to bring of each customer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .console import NO_DATA, Failure, bad_data, usage, warn
from .customers import CONTROL, NO_MESSAGE
from .tables import Table


@dataclass
class ScoreTable:
    """Scores, a row a customer in byte order, a column a message in byte order."""

    file: str
    customers: list[str]
    messages: list[str]
    uplift: np.ndarray
    baseline: np.ndarray
    cost: np.ndarray | None
    se: np.ndarray | None
    # Texts of the column `fold`; None without the column.
    fold: list[str] | None

    @property
    def place(self) -> dict[str, int]:
        return {customer: row for row, customer in enumerate(self.customers)}

    def take_costs(self, costs: dict[str, float] | None) -> None:
        """Puts costs by message in the place of the column's; without them the column must be there. Raises `Failure`."""
        if costs is not None:
            for name, cost in costs.items():
                if cost < 0:
                    raise usage(f"--cost {name}={cost:g}: 0 or more")
            unknown = sorted(set(costs) - set(self.messages))
            lacking = sorted(set(self.messages) - set(costs))
            if unknown or lacking:
                what = f"there is no message {unknown[0]!r}" if unknown else f"{lacking[0]!r} is missing"
                raise usage(f"--cost: {what}; the messages are {', '.join(self.messages)}")
            self.cost = np.tile([costs[name] for name in self.messages], (len(self.customers), 1))
        if self.cost is None:
            raise usage(f"{self.file}: has no column cost: say --cost {self.messages[0]}=0.02 or the like, for every message")


def read_scores(path: str) -> ScoreTable:
    """Reads scores.csv: one row a customer and message. Raises `Failure`."""
    table = Table(path, ["customer", "message", "uplift", "baseline"])
    at = {name: table.index(name) for name in ("customer", "message", "uplift", "baseline", "se", "cost", "fold")}
    figures: dict[str, dict[str, tuple[float, float, float]]] = {}
    baselines: dict[str, float] = {}
    fold: dict[str, str] = {}
    messages: dict[str, str] = {}
    costs = errors = 0
    for row in table.rows():
        customer, message = row[at["customer"]], row[at["message"]]
        if customer == "" or message == "":
            table.reject(f"{'customer' if customer == '' else 'message'} is empty: write one, or take the line out")
            continue
        values = {}
        for name in ("uplift", "baseline", "se", "cost"):
            text = "" if at[name] is None else row[at[name]]
            optional = name in ("se", "cost")
            values[name] = np.nan if optional and text == "" else table.number(name, text)
            if values[name] is None:
                break
        if any(value is None for value in values.values()):
            continue
        if message in NO_MESSAGE or message in (CONTROL, "rest"):
            raise usage(
                f"{table.name}:{table.line}: a message is called {message!r}, a name of its own: rename it, or take its rows out"
            )
        if values["cost"] < 0:
            raise table.fault(f"cost {row[at['cost']]} is negative: write what a contact costs, 0 or more")
        mine = figures.setdefault(customer, {})
        if message in mine:
            raise table.fault(f"customer {customer!r} has a second score for {message!r}: leave one")
        if abs(baselines.setdefault(customer, values["baseline"]) - values["baseline"]) > 1e-9:
            raise table.fault(
                f"customer {customer!r} has a second baseline: it is what happens without contact, one for all messages"
            )
        mine[messages.setdefault(message, message)] = (values["uplift"], values["cost"], values["se"])
        if at["fold"] is not None:
            fold[customer] = row[at["fold"]]
        costs += not np.isnan(values["cost"])
        errors += not np.isnan(values["se"])
    table.finish()
    if not figures:
        raise Failure(NO_DATA, f"{table.name}: there is no score: run fit.py first")
    customers = sorted(figures, key=str.encode)
    names = sorted(messages, key=str.encode)
    rows = len(customers) * len(names)
    block = np.empty((len(customers), len(names), 3))
    for place, customer in enumerate(customers):
        mine = figures[customer]
        if len(mine) < len(names):
            lacking = next(name for name in names if name not in mine)
            raise bad_data(
                f"{table.name}: customer {customer!r} has no score for {lacking!r}: write one row a customer and message"
            )
        block[place] = [mine[name] for name in names]
    if 0 < costs < rows:
        raise bad_data(f"{table.name}: {rows - costs} of {rows} scores have no cost and the others have one: write all, or none")
    if 0 < errors < rows:
        warn(f"{table.name}: {rows - errors} of {rows} scores have no se")
    return ScoreTable(
        table.name,
        customers,
        names,
        block[:, :, 0],
        np.array([baselines[customer] for customer in customers]),
        block[:, :, 1] if costs else None,
        block[:, :, 2] if errors else None,
        [fold[customer] for customer in customers] if at["fold"] is not None else None,
    )
