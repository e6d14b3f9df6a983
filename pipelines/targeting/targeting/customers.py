"""The customers of a campaign that is over (what they were sent and what they did), and those of the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .console import NO_DATA, Failure, bad_data, say, usage, warn
from .features import Columns, Encoder
from .tables import FORMULA_STARTS, Table

RESERVED = {"customer", "message", "outcome", "propensity", "cost", "ts", "wave", "reason", "date", "fold"}
CONTROL = "control"
# Customers of a wave who were drawn to get nothing, and those the wave left out.
NO_MESSAGE = {"none", "out"}


@dataclass
class Campaign:
    """Rows of a campaign, ordered by customer in byte order: one a customer and contact."""

    customers: list[str]
    # The arm of each row: 0 the control, then messages in byte order.
    arm: np.ndarray
    messages: list[str]
    outcome: np.ndarray
    # 1/propensity, or 1.
    weight: np.ndarray
    matrix: np.ndarray
    # The cost of each message, None where the file has none.
    costs: list[float] | None
    # The row whose features a customer is scored by: the last contact.
    scoring_rows: np.ndarray
    encoder: Encoder

    @property
    def binary(self) -> bool:
        return bool(np.isin(self.outcome, (0, 1)).all())


def feature_names(table: Table, ignored: set[str], reserved: set[str] = RESERVED) -> list[str]:
    return [name for name in table.header if name not in reserved and name not in ignored and name != ""]


def check_message(table: Table, message: str) -> None:
    if message == "rest":
        raise usage(f"{table.name}:{table.line}: a message is called 'rest', which waves use themselves: rename it")
    if message.startswith(FORMULA_STARTS):
        raise table.fault(f"a spreadsheet would run the message {message!r} as a formula: rename it")


def check_ignored(table: Table, ignored: set[str]) -> None:
    for name in sorted(ignored - set(table.header)):
        warn(f"{table.name}: --ignore {name}: there is no such column")


def read_campaign(
    path: str,
    control: str = CONTROL,
    ignored: set[str] = frozenset(),
    as_categories: set[str] = frozenset(),
    as_numbers: set[str] = frozenset(),
) -> Campaign:
    """Reads customers.csv. Raises `Failure` naming file, line and remedy."""
    table = Table(path, ["customer", "message", "outcome"])
    check_ignored(table, ignored)
    columns = Columns(table, feature_names(table, ignored))
    at = {name: table.index(name) for name in ("customer", "message", "outcome", "propensity", "cost", "ts")}
    customers, messages, outcomes, propensities, costs, times = [], [], [], [], [], []
    known: dict[str, str] = {}
    unsent: dict[str, int] = {}
    formulas = 0
    for row in table.rows():
        customer, message, text = row[at["customer"]], row[at["message"]], row[at["outcome"]]
        if customer == "" or message == "":
            table.reject(f"{'customer' if customer == '' else 'message'} is empty: write one, or take the line out")
            continue
        outcome = table.number("outcome", text)
        if outcome is None:
            continue
        propensity = cost = None
        if at["propensity"] is not None and (text := row[at["propensity"]]) != "":
            propensity = table.propensity(text)
            if propensity is None:
                continue
        if at["cost"] is not None and (text := row[at["cost"]]) != "":
            cost = table.number("cost", text)
            if cost is None:
                continue
            if cost < 0:
                raise table.fault(f"cost {text} is negative: write what a contact costs, 0 or more")
        if message not in known:
            check_message(table, message)
            known[message] = message
        if message in NO_MESSAGE:
            unsent[message] = unsent.get(message, 0) + 1
            continue
        formulas += customer.startswith(FORMULA_STARTS)
        customers.append(customer)
        messages.append(known[message])
        outcomes.append(outcome)
        propensities.append(np.nan if propensity is None else propensity)
        costs.append(np.nan if cost is None else cost)
        times.append(row[at["ts"]] if at["ts"] is not None else "")
        columns.append(row)
    if formulas:
        warn(f"{table.name}: {formulas} customer ids begin like a formula of a spreadsheet; they stand as they are")
    for message, rows in sorted(unsent.items()):
        say(f"{table.name}: {rows} rows of {message!r} are left out: neither a message nor the control")
    encoder = Encoder.learn(columns, as_categories, as_numbers)
    matrix, usable = encoder.encode(columns)
    table.finish()
    if not columns.names:
        warn(f"{table.name}: there is no feature: every customer gets the same score")

    # Rows by customer, so that no result depends on the order of the file; a customer's contacts as `ts` or the file has them.
    order = sorted(np.flatnonzero(usable).tolist(), key=lambda row: (customers[row].encode(), times[row], row))
    customers = [customers[row] for row in order]
    names = sorted({messages[row] for row in order} - {control}, key=str.encode)
    places = {control: 0, **{name: place + 1 for place, name in enumerate(names)}}
    arm = np.array([places[messages[row]] for row in order], dtype=np.int64)
    if not names or not (arm == 0).any():
        found = sorted({messages[row] for row in order}, key=str.encode)
        lacking = f"no customer of the control {control!r}" if names else "no customer who got a message"
        raise Failure(
            NO_DATA,
            f"{table.name}: {lacking}: the messages are {', '.join(map(repr, found)) or 'none'}; --control names the control",
        )
    weight = _weights(table, np.array(propensities)[order])
    cost = _costs(table, np.array(costs)[order], arm, names) if at["cost"] is not None else None
    last = np.array([row + 1 == len(customers) or customers[row + 1] != customers[row] for row in range(len(customers))])
    if repeated := int((~last).sum()):
        say(f"{table.name}: {repeated} rows are further contacts of a customer: all count, and the last one's features score")
    return Campaign(customers, arm, names, np.array(outcomes)[order], weight, matrix[order], cost, np.flatnonzero(last), encoder)


def _weights(table: Table, propensity: np.ndarray) -> np.ndarray:
    given = ~np.isnan(propensity)
    if not given.any():
        return np.ones(len(propensity))
    if not given.all():
        raise bad_data(
            f"{table.name}: {int((~given).sum())} of {len(given)} rows have no propensity and the others have one:"
            " write the share of what each customer got, or take the column out"
        )
    return 1 / propensity


def _costs(table: Table, cost: np.ndarray, arm: np.ndarray, names: list[str]) -> list[float] | None:
    given = ~np.isnan(cost)
    if int(((arm == 0) & given & (cost > 0)).sum()):
        warn(f"{table.name}: customers of the control have a cost: it is ignored")
    costs = []
    for place, name in enumerate(names):
        of = cost[(arm == place + 1) & given]
        if len(of) == 0:
            warn(f"{table.name}: no row of {name!r} states a cost: scores have no column cost")
            return None
        if len(of) and np.ptp(of) > 0:
            say(f"{table.name}: costs of {name!r} are from {of.min():g} to {of.max():g}: their mean stands in the scores")
        costs.append(float(of.mean()) if np.ptp(of) > 0 else float(of[0]))
    return costs


@dataclass
class Base:
    """Customers to be scored: ids in byte order, and their features."""

    customers: list[str]
    matrix: np.ndarray


def read_base(path: str, encoder: Encoder) -> Base:
    """Reads base.csv. Raises `Failure`."""
    table = Table(path, ["customer"])
    names = [feature.name for feature in encoder.features if feature.name in table.header]
    columns = Columns(table, names)
    encoder.check(columns)
    at = table.index("customer")
    customers: list[str] = []
    first: dict[str, int] = {}
    twice = 0
    for row in table.rows():
        customer = row[at]
        if customer == "":
            table.reject("customer is empty: write one, or take the line out")
            continue
        if customer in first:
            twice += 1
            table.reject(f"customer {customer!r} stands on line {first[customer]} already: leave one line")
            continue
        first[customer] = table.line
        customers.append(customer)
        columns.append(row)
    matrix, usable = encoder.encode(columns)
    table.finish()
    order = sorted(np.flatnonzero(usable).tolist(), key=lambda row: customers[row].encode())
    return Base([customers[row] for row in order], matrix[order])
