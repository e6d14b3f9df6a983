"""Budgets beside HiGHS, which knows nothing of hulls and walks: python Tests/Budget/highs_check.py SLUICE [WORLDS].

Each of thousands of small random worlds is a group of one options file, so that one run of sluice spends them all. HiGHS solves
every world as an integer program, and some as linear programs. The walk's value must be at most the optimum, and above the
bound less the step that did not fit; the bound at least the optimum, and the linear program's; dynamic programming must find
the optimum. Then worlds under one cap: the bound again that of the linear program. Prints `checks: N`.
"""

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

import highspy
import numpy

UNIT = 100


def world(generator, name):
    """Options of a few customers: (customer, option, value in 1e-2, cost in cents), and a budget in cents."""
    kind = generator.randrange(4)
    rows = []
    customers = generator.randint(1, 7)
    for customer in range(customers):
        for option in range(generator.randint(1, 5)):
            cost = generator.randint(0, 4 if kind == 0 else 40) * (5 if kind == 1 else 1)
            value = {0: cost * generator.randint(1, 3), 1: generator.randint(-2000, 9000), 2: 3 * cost}.get(
                kind, generator.randint(0, 9000))
            rows.append((f"{name}-{customer}", f"o{option}", value, cost))
    return rows, generator.randint(0, sum(cost for *_, cost in rows))


def solve(worlds, cap=None, integer=True):
    """The optimum of worlds, each within its budget, all within the cap; values in 1e-2."""
    rows = [(group, *row) for group, (rows, _) in enumerate(worlds) for row in rows]
    customers = {name: index for index, name in enumerate(dict.fromkeys(row[1] for row in rows))}
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 1e-6)
    model = highspy.HighsLp()
    model.num_col_ = len(rows)
    model.num_row_ = len(customers) + len(worlds) + (cap is not None)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = numpy.array([float(row[3]) for row in rows])
    model.col_lower_ = numpy.zeros(len(rows))
    model.col_upper_ = numpy.ones(len(rows))
    model.row_lower_ = numpy.full(model.num_row_, -highspy.kHighsInf)
    limits = [1.0] * len(customers) + [float(budget) for _, budget in worlds] + ([float(cap)] if cap is not None else [])
    model.row_upper_ = numpy.array(limits)
    starts, index, value = [0], [], []
    for group, name, _, _, cost in rows:
        index += [customers[name], len(customers) + group] + ([len(limits) - 1] if cap is not None else [])
        value += [1.0, float(cost)] + ([float(cost)] if cap is not None else [])
        starts.append(len(index))
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = numpy.array(starts)
    model.a_matrix_.index_ = numpy.array(index)
    model.a_matrix_.value_ = numpy.array(value)
    if integer:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(rows)
    solver.passModel(model)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal, solver.getModelStatus()
    return solver.getInfo().objective_function_value


def spend(sluice, directory, worlds, words):
    """What sluice makes of the worlds: the figures of each, and of all."""
    with open(os.path.join(directory, "options.csv"), "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer", "option", "value", "cost", "group"])
        for number, (rows, _) in enumerate(worlds):
            for customer, option, value, cost in rows:
                writer.writerow([customer, option, value / UNIT, cost / UNIT, f"w{number}"])
    with open(os.path.join(directory, "groups.csv"), "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["group", "budget"])
        writer.writerows([f"w{number}", budget / UNIT] for number, (_, budget) in enumerate(worlds))
    command = [sluice, "budget", "--options", "options.csv", "--group-budgets", "groups.csv", "--output", "out", "--quiet"]
    subprocess.run(command + words, cwd=directory, check=True)
    with open(os.path.join(directory, "out", "budget.json")) as file:
        result = json.load(file, parse_float=Fraction, parse_int=Fraction)
    chosen = {}
    with open(os.path.join(directory, "out", "decisions.csv"), newline="") as file:
        for row in csv.DictReader(file):
            chosen[row["customer"]] = row["message"], Fraction(row["value"]), Fraction(row["cost"])
    check_decisions(worlds, chosen, result)
    return result, {part["group"]: part for part in result["groups"]}


def check_decisions(worlds, chosen, result):
    """Every customer once, with an option of theirs, within the budget; the sums are those of the result."""
    value = Fraction(0)
    for number, (rows, budget) in enumerate(worlds):
        options = {(customer, option): (Fraction(value, UNIT), Fraction(cost, UNIT)) for customer, option, value, cost in rows}
        names = {row[0] for row in rows}
        for name in names:
            option, *figures = chosen[name]
            assert tuple(figures) == options.get((name, option), (0, 0)), (name, option, figures)
            assert option == "none" or (name, option) in options
        assert sum(chosen[name][2] for name in names) <= Fraction(budget, UNIT)
        value += sum(chosen[name][1] for name in names)
    assert value == result["value"], (value, result["value"])


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    sluice = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    generator = random.Random(20261129)
    worlds = [world(generator, f"w{number}") for number in range(count)]
    small = Fraction(1, 10**6)
    checks = 0
    with tempfile.TemporaryDirectory(prefix="sluice-budget-") as directory:
        _, walks = spend(sluice, directory, worlds, ["--greedy"])
        _, exacts = spend(sluice, directory, worlds, ["--exact"])
        improved = 0
        for number, one in enumerate(worlds):
            walk, exact = walks[f"w{number}"], exacts[f"w{number}"]
            optimum = Fraction(solve([one])) / UNIT
            place = f"world {number}: {one}"
            assert walk["value"] <= optimum + small, place
            assert walk["bound"] >= optimum - small, place
            assert walk["value"] == walk["bound"] or walk["value"] > walk["bound"] - walk["guarantee"], place
            assert abs(exact["value"] - optimum) <= small, (place, exact, float(optimum))
            assert exact["bound"] == walk["bound"] and exact["shadow_price"] == walk["shadow_price"], place
            improved += exact["value"] > walk["value"]
            checks += 1
            if number % 10 == 0:
                assert abs(Fraction(solve([one], integer=False)) / UNIT - walk["bound"]) <= small, place
                checks += 1
        assert 0 < improved < count, improved
        for start in range(0, min(count, 400), 8):
            some = worlds[start:start + 8]
            cap = generator.randint(0, sum(budget for _, budget in some))
            result, _ = spend(sluice, directory, some, ["--greedy", "--budget", f"{cap / UNIT}"])
            bound = Fraction(solve(some, cap, integer=False)) / UNIT
            optimum = Fraction(solve(some, cap)) / UNIT
            assert abs(result["bound"] - bound) <= small, (some, cap, float(result["bound"]), float(bound))
            assert optimum + small >= result["value"] >= result["bound"] - result["guarantee"], (some, cap)
            assert result["spent"] <= Fraction(cap, UNIT)
            checks += 1
    print(f"checks: {checks}")


if __name__ == "__main__":
    main()
