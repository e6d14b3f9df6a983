#!/usr/bin/env python3
"""Checks tune.py: gradients against finite differences, prices against bisection, allocations against linear programming, doubly
robust values and the gate against the truth, and the command on files.

    python Tests/Targeting/tune_check.py

The last line is `checks: N`.
"""

from __future__ import annotations

import json
import os
import stat
import sys

import xxhash

from support import Checks, folder, load, np, rows, run, save, text, tune

from scipy.optimize import linprog

from targeting import console, doubly_robust, end_to_end, gate, writing
from targeting.end_to_end import Problem


def problem(seed: int, n: int = 300, m: int = 2, d: int = 4) -> Problem:
    random = np.random.default_rng(seed)
    features = np.concatenate([np.ones((1, n)), random.normal(size=(d - 1, n))])
    scores = random.normal(0.3, 1, (m, n))
    costs = random.uniform(0.2, 2, (m, n))
    values = np.concatenate([np.zeros((1, n)), scores + random.normal(0, 1, (m, n))])
    values += random.normal(0, 1, n)
    return Problem(scores, costs, values, features, 0.15 * float(costs.mean()))


def check_gradient(checks: Checks) -> None:
    for seed in range(12):
        case = problem(seed, m=1 + seed % 3)
        if seed % 4 == 3:
            case.budget = 100.0  # It does not bind.
        random = np.random.default_rng(100 + seed)
        theta = random.normal(0, 0.2, (4, 1 + seed % 3))
        temperature = [0.5, 0.25, 0.12][seed % 3]
        slope, _ = end_to_end.gradient(case, theta, temperature)
        step = 1e-5
        numeric = np.zeros_like(theta)
        for place in np.ndindex(theta.shape):
            moved = [theta.copy(), theta.copy()]
            moved[0][place] -= step
            moved[1][place] += step
            low, high = (end_to_end.soft_value(case, each, temperature) for each in moved)
            numeric[place] = (high - low) / (2 * step)
        apart = np.abs(slope - numeric).max() / np.abs(numeric).max()
        checks.that(apart < 1e-4, f"gradient, seed {seed}: {apart:.2e} from finite differences")


def check_price(checks: Checks) -> None:
    for seed in range(20):
        case = problem(seed)
        temperature = 0.3

        def spent(price: float) -> float:
            return float((end_to_end.soft_choice(case.scores, case.costs, price, temperature)[1] * case.costs).sum(axis=0).mean())

        low, high = 0.0, 1000.0
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if spent(middle) > case.budget else (low, middle)
        for start in (0.0, 0.01, 3.0, 500.0):
            found = end_to_end.soft_price(case.scores, case.costs, case.budget, temperature, start)
            checks.that(abs(found - high) < 1e-6 * max(1, high), f"price from {start}, seed {seed}: {found}, bisection {high}")
        found = end_to_end.soft_price(case.scores, case.costs, 100.0, temperature, 2.0)
        checks.that(found == 0, "a budget that does not bind has no price")


def check_allocation(checks: Checks) -> None:
    for seed in range(25):
        n, m = 30, 1 + seed % 3
        case = problem(seed, n=n, m=m)
        if seed % 5 == 0:
            # Ties everywhere: one score and one cost.
            case.scores[:], case.costs[:] = 1.0, 0.5
        if seed % 7 == 6:
            case.budget = 100.0
        shares = end_to_end.allocate(case.scores, case.costs, case.budget)
        checks.that(np.allclose(shares.sum(axis=0), 1) and (shares >= 0).all(), f"allocation, seed {seed}: shares of 1")
        spent = float((shares[1:] * case.costs).sum(axis=0).mean())
        program = linprog(
            -case.scores.T.ravel(),
            A_ub=np.concatenate([case.costs.T.reshape(1, -1), np.kron(np.eye(n), np.ones(m))]),
            b_ub=np.concatenate([[case.budget * n], np.ones(n)]),
            method="highs",
        )
        value = float((shares[1:] * case.scores).sum())
        checks.that(abs(value + program.fun) < 1e-7 * n, f"allocation, seed {seed}: {value} of the optimum {-program.fun}")
        binds = spent > case.budget * (1 - 1e-9)
        checks.that(spent <= case.budget * (1 + 1e-9) and (binds or case.budget > 1), f"allocation, seed {seed}: the budget is met")


def check_values(checks: Checks) -> None:
    """Doubly robust means of each arm are the truth's, within 4 standard errors, though propensities hang on the customers."""
    random = np.random.default_rng(1)
    n = 20_000
    x = random.normal(size=(n, 2))
    shares = np.exp(np.column_stack([0 * x[:, 0], x[:, 0], -x[:, 0]]))
    shares /= shares.sum(axis=1, keepdims=True)
    arm = (random.random((n, 1)) > shares.cumsum(axis=1)).sum(axis=1)
    rates = 1 / (1 + np.exp(-(x[:, :1] - 1 + np.array([0, 0.3, 0.6]))))
    outcome = (random.random(n) < rates[np.arange(n), arm]).astype(float)
    half = (np.arange(n) % 2).astype(np.int64)
    propensity = shares[np.arange(n), arm]
    values = doubly_robust.values(x, 2, arm, outcome, propensity, 3, half, 1)
    for place in range(3):
        difference = values[:, place] - rates[:, place]
        z = difference.mean() / (difference.std() / np.sqrt(n))
        checks.that(abs(z) < 4, f"doubly robust, arm {place}: z = {z:.1f}")
    naive = outcome[arm == 1].mean() - rates[:, 1].mean()
    checks.that(abs(naive) > 0.05, "the check can fail: plain means are biased here")
    # Where a wave leaves the same share of everybody out, weights are brought back to the rows that are there.
    normal = doubly_robust.normalised(propensity * 0.1, arm, 3)
    checks.that(all(abs((1 / normal[arm == a]).sum() - n) < 1e-6 for a in range(3)), "weights of every arm sum to the rows")


def check_gate(checks: Checks) -> None:
    random = np.random.default_rng(2)
    opened = 0
    rounds = 400
    for _ in range(rounds):
        differences = random.normal(0, 1, 200) * (random.random(200) < 0.3)
        parts = [gate.Tuned(np.arange(f, 200, 5), "", None, differences[f::5]) for f in range(5)]
        opened += gate.judge(parts, np.arange(200)).open
    # 1 % of 400 is 4; 99.9 % of draws are at most 12.
    checks.that(opened <= 12, f"without a gain the gate opens in {opened} of {rounds}")
    differences = random.normal(0.1, 1, 300)
    one = gate.judge([gate.Tuned(np.arange(300), "", None, differences)], np.arange(300))
    twice = gate.judge([gate.Tuned(np.arange(600), "", None, np.tile(differences, 2))], np.tile(np.arange(300), 2))
    checks.that(abs(one.se - twice.se) < 1e-12, "rows said twice make no gain surer")
    closed = gate.judge([gate.Tuned(np.arange(10), "none", None, np.zeros(10))], np.arange(10))
    checks.that(not closed.open and closed.se == 0, "no difference, no opening")

    # Whoever judges has not tuned: values that only look like a gain are found out.
    case = problem(5, n=4000)
    case.values[1:] = random.normal(0, 5, (2, 4000))
    case.values[0] = 0
    fold = random.integers(0, 5, 4000)
    selects = random.random(4000) < 0.3
    parts = gate.cross_fitted(case, fold, selects, 5)
    checks.that(abs(gate.judge(parts, np.arange(4000)).difference) < 4 * gate.judge(parts, np.arange(4000)).se, "noise is no gain")
    again = case.part(np.arange(4000))
    again.values[:, fold == 2] = random.normal(0, 5, (3, (fold == 2).sum()))
    moved = gate.cross_fitted(again, fold, selects, 5)
    checks.that((moved[2].theta == parts[2].theta).all(), "θ of a fold does not know its outcomes")
    checks.that(any((moved[f].theta != parts[f].theta).any() for f in (0, 1, 3, 4)), "θ of the others does")


def world(useless: bool, n: int = 3000) -> tuple[list[dict], list[dict], list[dict]]:
    """A log, features and scores; with `useless` scores there is much to gain."""
    random = np.random.default_rng(4)
    log, features, scores = [], [], []
    for number in range(n):
        x = random.normal(size=2)
        arm = int(random.integers(0, 3))
        effect = [0, 0.6 * (x[0] > 0), 0.6 * (x[1] > 0)]
        if number < n - 100:
            log.append(
                {
                    "customer": f"c{number}",
                    "message": ["control", "a", "b"][arm],
                    "outcome": int(random.random() < 0.2 + effect[arm]),
                }
            )
        features.append({"customer": f"c{number}", "x": f"{x[0]:.4f}", "y": f"{x[1]:.4f}"})
        for message in (1, 2):
            score = random.normal(0.1, 0.1) if useless else effect[message] + 0.01 * x[2 - message]
            scores.append(
                {"customer": f"c{number}", "message": " ab"[message], "uplift": f"{score:.6f}", "baseline": "0.2", "fold": "1"}
            )
    return log, features, scores


WORDS = ["--log", "log.csv", "--features", "features.csv", "--scores", "scores.csv", "--out", "tuned.csv"]
MONEY = ["--budget", "30", "--cost", "a=0.05,b=0.05", "--shares", "control=0.333333,a=0.333333,b=0.333333"]


def check_command(checks: Checks) -> None:
    for useless in (True, False):
        log, features, scores = world(useless)
        for path, lines in (("log.csv", log), ("features.csv", features), ("scores.csv", scores)):
            save(path, text(lines))
        code, said, printed = run(tune, *WORDS, *MONEY)
        checks.that(code == 0 and printed == "", f"tune: exit {code}: {said}")
        report = json.loads(load("tune.json"))
        checks.that(report["gate"]["open"] == useless, f"the gate with {'useless' if useless else 'true'} scores: {report['gate']}")
        checks.that("100 of 3000 customers with scores have no outcome" in said, f"missing partners are said: {said}")
        checks.that(sum(part["rows"] for part in report["folds"]) == 2900 and report["customers"] == 3000, "tune.json counts")
        tuned = {(row["customer"], row["message"]): float(row["uplift"]) for row in rows("tuned.csv")}
        given = {(row["customer"], row["message"]): float(row["uplift"]) for row in scores}
        checks.that(tuned.keys() == given.keys(), "tuned.csv has every score")
        same = max(abs(tuned[key] - given[key]) for key in given) < 1e-9
        checks.that(same != useless, "tuned scores only through the gate")
        first = load("tuned.csv"), load("tune.json")
        run(tune, *WORDS, *MONEY)
        checks.that((load("tuned.csv"), load("tune.json")) == first, "the same bytes twice")

    # With one more column of money the same files need no --cost; a log that has propensities needs no --shares.
    save("scores.csv", text([{**row, "cost": "0.05"} for row in scores]))
    save("log.csv", text([{**row, "propensity": "0.333333"} for row in log]))
    code, said, _ = run(tune, *WORDS, "--budget", "30")
    checks.that(
        code == 0 and load("tune.json").count(b"difference") and "gate stays closed" in said, f"columns for options: {said}"
    )

    plain = text(log)
    for name, path, content, words, exit_code, wanted in [
        ("no propensity", "log.csv", plain, MONEY[:4], 64, "log.csv: has no column propensity"),
        (
            "a customer twice",
            "log.csv",
            plain + plain.splitlines()[1] + "\n",
            MONEY,
            65,
            "stands at log.csv:2 already: leave one line",
        ),
        (
            "no score",
            "log.csv",
            plain + "zz,a,1\n",
            MONEY,
            0,
            "1 outcomes are of customers without a score and are left out, the first 'zz'",
        ),
        ("an unknown message", "log.csv", plain + "c2990,letter,1\n", MONEY, 0, "1 outcomes are of 'letter'"),
        ("few outcomes", "log.csv", "".join(plain.splitlines(True)[:50]), MONEY, 66, "tuning needs 100"),
        ("a second score", "scores.csv", text(scores + scores[:1]), MONEY, 65, "customer 'c0' has a second score for 'a'"),
        (
            "a second baseline",
            "scores.csv",
            text(scores[:-1] + [{**scores[-1], "baseline": "0.3"}]),
            MONEY,
            65,
            "has a second baseline",
        ),
        ("a score lacks", "scores.csv", text(scores[:-1]), MONEY, 65, "customer 'c2999' has no score for 'b'"),
        (
            "a score of none",
            "scores.csv",
            text(scores + [{**scores[0], "message": "none"}]),
            MONEY,
            64,
            "a message is called 'none'",
        ),
        (
            "other features",
            "features.csv",
            text(features + [{**features[1], "customer": features[0]["customer"]}]),
            MONEY,
            0,
            "features.csv: 1 lines of customers with other features on an earlier line: the last line of each counts",
        ),
        ("shares over 1", "log.csv", plain, MONEY[:5] + ["control=1,a=1,b=0.3"], 64, "--shares adds up to 2.3"),
        ("a share lacks", "log.csv", plain, MONEY[:5] + ["control=0.5,a=0.5"], 64, "no propensity of 'b'"),
        ("no features", "features.csv", text(features[:-7]), MONEY, 0, "7 customers with scores have no features"),
        (
            "no fold",
            "scores.csv",
            text([{k: v for k, v in row.items() if k != "fold"} for row in scores]),
            MONEY,
            0,
            "may have seen their outcomes",
        ),
        ("no cost", "scores.csv", text(scores), MONEY[:2] + MONEY[4:], 64, "has no column cost: say --cost a=0.02"),
        ("a cost of another", "scores.csv", text(scores), [*MONEY, "--cost", "a=1,c=2"], 64, "there is no message 'c'"),
        ("budget", "scores.csv", text(scores), [*MONEY, "--budget", "1,000"], 64, "--budget 1,000: write money as a decimal"),
    ]:
        for each, lines in (("log.csv", plain), ("features.csv", text(features)), ("scores.csv", text(scores))):
            save(each, content if each == path else lines)
        save("tuned.csv", "old\n")
        code, said, _ = run(tune, *WORDS, *words)
        checks.that(code == exit_code and wanted in said, f"{name}: exit {code}: {said}")
        checks.that((load("tuned.csv") == b"old\n") == (code != 0), f"{name}: written only without an error")


def check_extremes(checks: Checks) -> None:
    """Numbers that cannot be computed with end the run with their place; the largest that can be give finite scores."""
    log, features, scores = world(True, n=1200)
    scores = [{**row, "cost": "0.05", "se": "0.1"} for row in scores]
    log = [{**row, "propensity": "0.333333"} for row in log]
    files = {"log.csv": log, "features.csv": features, "scores.csv": scores}
    columns = [("log.csv", "outcome"), ("log.csv", "propensity"), ("features.csv", "x")]
    columns += [("scores.csv", name) for name in ("uplift", "baseline", "se", "cost")]
    wanted = [(*at, value, "is beyond ±1e30: mend it") for at in columns for value in ("1e308", "-1e308", "1e999", "9" * 400)]
    wanted += [("log.csv", "propensity", "1e-320", "is below 1e-30, too small to weigh by")]
    for path, column, value, words in wanted:
        for each, lines in files.items():
            save(each, text([{**lines[0], column: value}, *lines[1:]] if each == path else lines))
        save("tuned.csv", "old\n")
        code, said, _ = run(tune, *WORDS, "--budget", "30")
        shown = value if len(value) < 40 else value[:39] + "…"
        checks.that(code == 65 and f"{path}:2: {column} {shown} {words}" in said, f"{column} {shown}: exit {code}: {said[-300:]}")
        checks.that(load("tuned.csv") == b"old\n" and len(os.listdir(".")) == 4, f"{column} {shown}: nothing is written")
    for path, column, value in [
        ("log.csv", "outcome", "1e30"),
        ("log.csv", "propensity", "1e-30"),
        ("features.csv", "x", "-1e30"),
        ("scores.csv", "uplift", "1e30"),
        ("scores.csv", "cost", "1e30"),
        ("scores.csv", "cost", "1e-300"),
    ]:
        for money in (["--budget", "30"], ["--budget", "1e30", "--value", "1e30"], ["--budget", "1e-30", "--value", "1e-30"]):
            for each, lines in files.items():
                odd = [{**row, column: value} if n % 3 == 0 else row for n, row in enumerate(lines)]
                save(each, text(odd if each == path else lines))
            code, said, _ = run(tune, *WORDS, *money)
            found = rows("tuned.csv")
            checks.that(
                code == 0 and len(found) == 2400 and all(row["uplift"] and row["cost"] for row in found),
                f"{column} {value}, {money}: exit {code}: {said}",
            )
            os.unlink("tuned.csv")

    # Few customers, though many rows: none may be left for a half or a fold.
    for each, lines in files.items():
        save(each, text(lines))
    save("log.csv", text([{**row, "customer": f"c{n % 9}", "wave": n // 9 + 1} for n, row in enumerate(log)]))
    code, said, _ = run(tune, *WORDS, "--budget", "30")
    checks.that(code == 66 and "9 customers with an outcome of 'control': tuning needs 100" in said, f"nine: exit {code}: {said}")
    case = problem(6)
    try:
        gate.cross_fitted(case, np.zeros(300, dtype=np.int64), np.arange(300) % 3 == 0, 2)
        checks.that(False, "a fold without customers is refused")
    except console.Failure as failure:
        checks.that(failure.code == 66, "a fold without customers is refused")
    save("log.csv", text(log))
    code, said, _ = run(tune, *WORDS, "--budget", "30", "--control", "a")
    checks.that(code == 64 and "has scores of a message of that name" in said, f"--control a: exit {code}: {said}")


def check_writing(checks: Checks) -> None:
    """Scores and report are on disk before either takes its name, the report last, with the digest of the scores' file."""
    log, features, scores = world(False, n=1200)
    for path, lines in (("log.csv", log), ("features.csv", features), ("scores.csv", scores)):
        save(path, text(lines))
    kept = writing.os.replace, writing.os.fsync
    steps: list[str] = []

    def replace(source: str, target: str) -> None:
        steps.append(os.path.basename(target))
        kept[0](source, target)

    def fsync(file: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(file).st_mode) else "file")
        kept[1](file)

    writing.os.replace, writing.os.fsync = replace, fsync
    code, said, _ = run(tune, *WORDS, *MONEY)
    writing.os.replace, writing.os.fsync = kept
    checks.that(
        code == 0 and steps == ["file", "file", "tuned.csv", "folder", "tune.json", "folder"], f"steps of writing: {steps}: {said}"
    )
    for name in ("tuned.csv", "tuned.csv.gz", "tuned.csv.zst"):
        code, said, _ = run(tune, *WORDS, *MONEY, "--out", name)
        output = json.loads(load("tune.json"))["output"]
        checks.that(
            code == 0 and output == {"file": name, "xxh64": xxhash.xxh64_hexdigest(load(name))},
            f"{name}: digest of the file: {output}",
        )

    # Cut between the two: the new scores stand beside the old report, whose digest is not theirs.
    run(tune, *WORDS, *MONEY)
    old = load("tuned.csv"), load("tune.json")
    save("scores.csv", text([{**row, "baseline": "0.3"} for row in scores]))
    names = sorted(os.listdir("."))

    def cut(source: str, target: str) -> None:
        if os.path.basename(target) == "tune.json":
            raise OSError(5, "Input/output error")
        kept[0](source, target)

    writing.os.replace = cut
    code, said, _ = run(tune, *WORDS, *MONEY)
    writing.os.replace = kept[0]
    digest = json.loads(load("tune.json"))["output"]["xxh64"]
    checks.that(code == 74 and load("tuned.csv") != old[0] and load("tune.json") == old[1], f"cut: exit {code}: {said}")
    checks.that(digest != xxhash.xxh64_hexdigest(load("tuned.csv")), "cut: the digest says so")
    checks.that(sorted(os.listdir(".")) == names, "cut: no temporary file is left")

    # A disk that fills with the second file: neither is replaced.
    old = load("tuned.csv"), load("tune.json")
    save("scores.csv", text(scores))
    count = 0

    def full(file: int) -> None:
        nonlocal count
        count += 1
        if count == 2:
            raise OSError(28, "No space left on device")
        kept[1](file)

    writing.os.fsync = full
    code, said, _ = run(tune, *WORDS, *MONEY)
    writing.os.fsync = kept[1]
    checks.that(code == 74 and (load("tuned.csv"), load("tune.json")) == old, f"full: exit {code}: {said}")
    checks.that(sorted(os.listdir(".")) == names, "full: no temporary file is left")

    # A report that cannot be written is found before the work.
    os.unlink("tune.json")
    os.mkdir("tune.json")
    code, said, _ = run(tune, *WORDS, *MONEY)
    checks.that(code == 74 and "tune.json: is a folder" in said and load("tuned.csv") == old[0], f"a folder: exit {code}: {said}")


def main() -> int:
    checks = Checks()
    parts = (check_gradient, check_price, check_allocation, check_values, check_gate)
    for part in (*parts, check_command, check_extremes, check_writing):
        with folder():
            part(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
