"""A budget by numpy and Polars: with_hull_greedy.py OPTIONS BUDGET DECISIONS, the options of every customer beside each other, as many for each.

Upper hulls of all customers at once, a sort of all increments, a prefix of it: what an analyst would write. Prints value and cost.
"""

import sys

import numpy
import polars


def main() -> None:
    options, budget, decisions = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    frame = polars.read_csv(options)
    width = len(frame.filter(polars.col("customer") == frame["customer"][0]))
    count = len(frame) // width
    names = frame["customer"].gather_every(width)
    words = frame["option"].to_numpy()[:width]
    value = numpy.hstack([numpy.zeros((count, 1)), frame["value"].to_numpy().reshape(count, width)])
    cost = numpy.hstack([numpy.zeros((count, 1)), frame["cost"].to_numpy().reshape(count, width)])
    order = numpy.lexsort((-value, cost), axis=1)
    value, cost = numpy.take_along_axis(value, order, 1), numpy.take_along_axis(cost, order, 1)
    # From each point of the hull on to the steepest of those behind it.
    rows = numpy.arange(count)
    at = numpy.zeros(count, dtype=numpy.int64)
    gains, costs, owners, levels = [], [], [], []
    for _ in range(width):
        gain, more = value - value[rows, at][:, None], cost - cost[rows, at][:, None]
        with numpy.errstate(divide="ignore", invalid="ignore"):
            slope = numpy.where((gain > 0) & (more > 0), gain / more, -1.0)
        best = width - numpy.argmax(slope[:, ::-1], axis=1)
        moves = slope[rows, best] > 0
        if not moves.any():
            break
        gains.append(gain[rows, best][moves])
        costs.append(more[rows, best][moves])
        owners.append(rows[moves])
        levels.append(best[moves])
        at = numpy.where(moves, best, at)
    gain, more = numpy.concatenate(gains), numpy.concatenate(costs)
    owner, level = numpy.concatenate(owners), numpy.concatenate(levels)
    sequence = numpy.argsort(-gain / more, kind="stable")
    taken = sequence[numpy.cumsum(more[sequence]) <= budget]
    chosen = numpy.zeros(count, dtype=numpy.int64)
    numpy.maximum.at(chosen, owner[taken], level[taken])
    labels = numpy.concatenate([["none"], words])[order[rows, chosen]]
    polars.DataFrame(
        {"customer": names, "message": labels, "value": value[rows, chosen], "cost": cost[rows, chosen]}
    ).sort("customer").write_csv(decisions)
    print(value[rows, chosen].sum(), cost[rows, chosen].sum())


if __name__ == "__main__":
    main()
