"""outcomes.csv: what customers got in a campaign, with what probability, and what they did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .console import NO_DATA, Failure, say, usage, warn
from .customers import NO_MESSAGE
from .scores import ScoreTable
from .tables import Table


@dataclass
class Outcomes:
    """Rows of a log whose customers have scores: the row of the score, the arm (0 the control, then messages; −1 none of them)."""

    score: np.ndarray
    arm: np.ndarray
    outcome: np.ndarray
    propensity: np.ndarray


def read_outcomes(paths: list[str], scores: ScoreTable, control: str, shares: dict[str, float] | None) -> Outcomes:
    """Reads logs. `shares` are the probabilities of control and messages where the files have none. Raises `Failure`."""
    place = scores.place
    if control in scores.messages:
        raise usage(f"--control {control!r}: {scores.file} has scores of a message of that name: name what is none")
    arms = {control: 0, **{name: number + 1 for number, name in enumerate(scores.messages)}}
    seen: dict[tuple[str, str], str] = {}
    rows: list[tuple[int, int, float, float]] = []
    lacking = 0
    unknown: dict[str, int] = {}
    example = ""
    for path in paths:
        table = Table(path, ["customer", "message", "outcome"])
        at = {name: table.index(name) for name in ("customer", "message", "outcome", "propensity", "wave")}
        if at["propensity"] is None and shares is None:
            raise usage(f"{table.name}: has no column propensity: say --shares {control}=0.2,{scores.messages[0]}=0.4 or the like")
        for row in table.rows():
            customer, message, text = row[at["customer"]], row[at["message"]], row[at["outcome"]]
            if customer == "" or message == "":
                table.reject(f"{'customer' if customer == '' else 'message'} is empty: write one, or take the line out")
                continue
            outcome = table.number("outcome", text)
            if outcome is None:
                continue
            stated = "" if at["propensity"] is None else row[at["propensity"]]
            propensity = None
            if stated != "":
                propensity = table.propensity(stated)
                if propensity is None:
                    continue
            wave = "" if at["wave"] is None else row[at["wave"]]
            here = f"{table.name}:{table.line}"
            if (first := seen.setdefault((customer, wave), here)) != here:
                raise table.fault(
                    f"customer {customer!r} stands at {first} already{' in the same wave' if wave else ''}: leave one line"
                )
            arm = arms.get(message, -1)
            if arm < 0 and message not in NO_MESSAGE:
                unknown[message] = unknown.get(message, 0) + 1
                continue
            if customer not in place:
                lacking, example = lacking + 1, example or f"{customer!r} at {here}"
                continue
            if propensity is None and arm >= 0:
                if shares is None or message not in shares:
                    raise usage(
                        f"{table.name}:{table.line}: no propensity of {message!r}: add the column propensity (the probability of the"
                        f" message received), or give {message}=P among --shares"
                    )
                propensity = shares[message]
            rows.append((place[customer], arm, outcome, propensity or 1.0))
        table.finish()
    if lacking:
        warn(f"{lacking} outcomes are of customers without a score and are left out, the first {example}")
    for message, count in sorted(unknown.items()):
        warn(f"{count} outcomes are of {message!r}, which has no score: they are left out")
    # By customer, so that nothing depends on the order of the files; contacts of one as the files have them.
    rows.sort(key=lambda row: row[0])
    block = np.array(rows, dtype=np.float64).reshape(-1, 4)
    outcomes = Outcomes(block[:, 0].astype(np.int64), block[:, 1].astype(np.int64), block[:, 2], block[:, 3])
    silent = len(scores.customers) - len(set(outcomes.score.tolist()))
    if silent:
        say(f"{silent} of {len(scores.customers)} customers with scores have no outcome")
    for name, arm in arms.items():
        count = len(np.unique(outcomes.score[outcomes.arm == arm]))
        if count < 100:
            raise Failure(
                NO_DATA, f"{count} customers with an outcome of {name!r}: tuning needs 100 of the control and of each message"
            )
    return outcomes
