#!/usr/bin/env python3
"""Checks fit.py: scores against scikit-learn's own pipeline, that no score knows its outcome, weights, standard errors, and bad
input.

    python Tests/Targeting/fit_check.py

The last line is `checks: N`.
"""

from __future__ import annotations

import gzip
import os
import stat
import random
import re
import sys

from support import Checks, campaign, fit, folder, load, np, rows, run, save, text

import pandas as pd
import xxhash
import zstandard
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from targeting import writing
from targeting.features import Columns, Encoder
from targeting.hashing import poisson_weights
from targeting.tables import Table


def expected(lines: list[dict], folds: int, seed: int, money: bool) -> dict[tuple[str, str], tuple[float, float]]:
    """Uplift and baseline of each customer and message by scikit-learn's pipeline: the slow, obvious twin."""
    table = pd.DataFrame(lines)
    table["outcome"] = table.outcome.astype(float)
    table["fold"] = [xxhash.xxh64_intdigest(customer.encode(), seed) % folds for customer in table.customer]
    weight = 1 / table.propensity.astype(float)
    counts = table.city.value_counts()
    x = pd.DataFrame(
        {
            "age": table.age.astype(float),
            "spend": table.spend.astype(float),
            "city": table.city.where(table.city.map(counts) >= 50, "other"),
        }
    )
    result = {}
    for fold in range(folds):
        rates = {}
        for message in ("control", "mail", "sms"):
            seen = (table.fold != fold) & (table.message == message)
            model = Ridge(alpha=1) if money else LogisticRegression(C=1, tol=1e-10, max_iter=5000)
            columns = ColumnTransformer(
                [("number", StandardScaler(), ["age", "spend"]), ("category", OneHotEncoder(handle_unknown="ignore"), ["city"])]
            )
            pipeline = make_pipeline(columns, model)
            w = (weight[seen] / weight[seen].mean()).to_numpy()
            y = table.outcome[seen]
            pipeline.fit(x[seen], y if money else y.astype(int), **{f"{pipeline.steps[-1][0]}__sample_weight": w})
            mine = x[table.fold == fold]
            rates[message] = pipeline.predict(mine) if money else pipeline.predict_proba(mine)[:, 1]
        for place, customer in enumerate(table.customer[table.fold == fold]):
            for message in ("mail", "sms"):
                result[customer, message] = (rates[message][place] - rates["control"][place], rates["control"][place])
    return result


def check_scores(checks: Checks) -> None:
    for money in (False, True):
        lines = campaign(3000, seed=1, money=money)
        name = "money" if money else "rates"
        save("customers.csv", text(lines))
        code, said, printed = run(fit, "--customers", "customers.csv", "--out", "scores.csv", "--folds", "3", "--seed", "7")
        checks.that(code == 0 and printed == "", f"{name}: exit {code}: {said}{printed}")
        found = rows("scores.csv")
        twin = expected(lines, 3, 7, money)
        checks.that(len(found) == 6000, f"{name}: a row a customer and message")
        worst = max(
            max(
                abs(float(row["uplift"]) - twin[row["customer"], row["message"]][0]),
                abs(float(row["baseline"]) - twin[row["customer"], row["message"]][1]),
            )
            for row in found
        )
        checks.that(worst < 2e-6, f"{name}: scores differ from scikit-learn's pipeline by {worst}")
        keys = [(row["customer"].encode(), row["message"].encode()) for row in found]
        checks.that(keys == sorted(keys), f"{name}: rows by customer and message in byte order")
        checks.that(
            all(re.fullmatch(r"-?\d+(\.\d{0,8}[1-9])?", row[column]) for row in found for column in ("uplift", "baseline")),
            f"{name}: plain decimals, at most nine of them",
        )
        checks.that(
            all(int(row["fold"]) == xxhash.xxh64_intdigest(row["customer"].encode(), 7) % 3 for row in found),
            f"{name}: folds by XXH64",
        )

        # The same bytes from lines in another order, with columns in another order, compressed, and through a pipe.
        first = load("scores.csv")
        shuffled = lines.copy()
        random.Random(3).shuffle(shuffled)
        turned = [dict(reversed(line.items())) for line in shuffled]
        content = b"\xef\xbb\xbf" + text(turned).replace("\n", "\r\n").encode()
        # Features in another order may move the last digits; lines, marks and compression may not.
        save("shuffled.csv", text(shuffled))
        save("shuffled.csv.gz", gzip.compress(text(shuffled).encode()))
        save("shuffled.csv.zst", zstandard.compress(text(shuffled).encode()))
        for path in ("shuffled.csv", "shuffled.csv.gz", "shuffled.csv.zst", "-"):
            stdin = b"\xef\xbb\xbf" + text(lines).replace("\n", "\r\n").encode() if path == "-" else b""
            code, said, _ = run(fit, "--customers", path, "--out", "again.csv", "--folds", "3", "--seed", "7", stdin=stdin)
            checks.that(code == 0 and load("again.csv") == first, f"{name}: the same bytes from {path}: {said}")
        save("turned.csv", content)
        code, said, _ = run(fit, "--customers", "turned.csv", "--out", "again.csv", "--folds", "3", "--seed", "7")
        moved = [abs(float(a["uplift"]) - float(b["uplift"])) for a, b in zip(found, rows("again.csv"))]
        checks.that(code == 0 and max(moved) < 1e-6, f"{name}: columns in another order")

        # A score knows nothing of its customer's outcome, nor of any other of the fold.
        for line in lines:
            if xxhash.xxh64_intdigest(line["customer"].encode(), 7) % 3 == 1:
                line["outcome"] = "1" if line["outcome"] in (0, "0") else "0"
        save("customers.csv", text(lines))
        run(fit, "--customers", "customers.csv", "--out", "again.csv", "--folds", "3", "--seed", "7")
        same = [a == b for a, b in zip(found, rows("again.csv"))]
        of_fold = [row["fold"] == "1" for row in found]
        if not money:
            checks.that(all(equal for equal, mine in zip(same, of_fold) if mine), "scores of a fold do not know its outcomes")
            checks.that(not any(equal for equal, mine in zip(same, of_fold) if not mine), "scores of other folds do")


def check_models(checks: Checks) -> None:
    """Forests and boosting find the uplift that is there, the same bytes every time."""
    save("customers.csv", text([line for line in campaign(1500, seed=3) if line["message"] != "sms"]))
    for model in ("forest", "boosting"):
        outputs = []
        for _ in range(2 if model == "boosting" else 1):
            code, said, _ = run(fit, "--customers", "customers.csv", "--out", "scores.csv", "--folds", "2", "--model", model)
            outputs.append(load("scores.csv"))
        checks.that(code == 0, f"{model}: {said}")
        checks.that(len(set(outputs)) == 1, f"{model}: the same bytes twice")
        mean = np.mean([float(row["uplift"]) for row in rows("scores.csv") if row["message"] == "mail"])
        checks.that(0.02 < mean < 0.12, f"{model}: mean uplift of mail is {mean:.3f}, truth about 0.065")


def check_base(checks: Checks) -> None:
    lines = campaign(1500, seed=4, weighted=False)
    for line in lines:
        line["cost"] = {"mail": "0.05", "sms": "0.02", "control": "0"}[line["message"]]
    base = [
        {"customer": f"n{number}", "city": line["city"], "spend": line["spend"], "age": line["age"]}
        for number, line in enumerate(lines[:40])
    ]
    base += [{"customer": "c5", "city": "Nowhere", "spend": "1", "age": ""}]
    save("customers.csv", text(lines))
    save("base.csv", text(base))
    code, said, _ = run(fit, "--customers", "customers.csv", "--score", "base.csv", "--out", "scores.csv")
    checks.that(code == 0, f"base: {said}")
    found = {(row["customer"], row["message"]): row for row in rows("scores.csv")}
    checks.that(len(found) == 2 * 1540, "customers of both files are scored")
    checks.that(all(found[f"n{n}", "sms"]["fold"] == "" for n in range(40)), "customers without an outcome have no fold")
    checks.that({row["cost"] for key, row in found.items() if key[1] == "mail"} == {"0.05"}, "costs by message")
    checks.that("1 customers of base.csv have an outcome" in said, f"who is in both is said: {said}")
    # With the features of a customer of the campaign: near to that one's score, which one fold less has seen.
    near = [abs(float(found[f"n{n}", "mail"]["uplift"]) - float(found[f"c{n}", "mail"]["uplift"])) for n in range(40)]
    checks.that(0 < max(near) < 0.2, f"the mean over folds is near the out-of-fold score: {max(near)}")
    before = found["c5", "mail"]["uplift"]
    code, said, _ = run(fit, "--customers", "customers.csv", "--score", "base.csv", "--out", "scores.csv", "--current-features")
    found = {(row["customer"], row["message"]): row for row in rows("scores.csv")}
    checks.that(code == 0 and found["c5", "mail"]["uplift"] != before and "do not evaluate" in said, "--current-features")
    save("base.csv", "customer,age\nn1,4\n")
    code, said, _ = run(fit, "--customers", "customers.csv", "--score", "base.csv", "--out", "scores.csv")
    checks.that(code == 65 and "base.csv:1: there is no column 'spend'" in said, f"a missing feature: {said}")
    save("base.csv", text([{"customer": "n1", "city": "Pune", "spend": "1", "age": "3"}] * 2))
    code, said, _ = run(fit, "--customers", "customers.csv", "--score", "base.csv", "--out", "scores.csv")
    checks.that(code == 65 and "base.csv:3: customer 'n1' stands on line 2 already" in said, f"a customer twice: {said}")


def check_errors(checks: Checks) -> None:
    """Standard errors of a rate without features are known: those of two binomials."""
    random_ = np.random.default_rng(5)
    n = 600
    arm = random_.integers(0, 2, n)
    outcome = (random_.random(n) < np.where(arm == 1, 0.4, 0.2)).astype(int)
    save(
        "customers.csv",
        text([{"customer": f"c{i}", "message": ["control", "mail"][arm[i]], "outcome": outcome[i]} for i in range(n)]),
    )
    code, said, _ = run(fit, "--customers", "customers.csv", "--out", "scores.csv", "--folds", "2", "--bootstrap", "300")
    checks.that(code == 0 and "no feature" in said, f"bootstrap: {said}")
    found = rows("scores.csv")
    for fold in (0, 1):
        seen = np.array([xxhash.xxh64_intdigest(f"c{i}".encode(), 1) % 2 != fold for i in range(n)])
        variance = sum(outcome[seen & (arm == a)].var() / (seen & (arm == a)).sum() for a in (0, 1))
        se = float(next(row["se"] for row in found if row["fold"] == str(fold)))
        checks.that(abs(se / variance**0.5 - 1) < 0.15, f"fold {fold}: se {se:.4f}, two binomials say {variance**0.5:.4f}")
    draws = np.concatenate([poisson_weights([f"c{i}" for i in range(20_000)], 1, b) for b in (1, 2)])
    checks.that(abs(draws.mean() - 1) < 0.02 and abs(draws.var() - 1) < 0.04, "weights of the bootstrap are Poisson(1)")
    checks.that(abs(np.corrcoef(draws[:20_000], draws[20_000:])[0, 1]) < 0.02, "replicates are independent")


HEADER = "customer,message,outcome,propensity,cost,age\n"
GOOD = "".join(f"a{n},{['control', 'mail'][n % 2]},{n // 2 % 2},0.5,0,{n % 7}\n" for n in range(400))
BAD = [
    ("an empty file", "", 65, "is empty: the first line must name the columns"),
    (
        "no outcome column",
        "customer,message,Outcome\na,b,1\n",
        65,
        "customers.csv:1: there is no column 'outcome': is it 'Outcome'? Rename it",
    ),
    ("semicolons", "customer;message;outcome\na;b;1\n", 65, "must be separated by commas"),
    ("a column twice", "customer,message,outcome,age,age\na,mail,1,2,3\n", 65, "the column 'age' stands twice"),
    ("UTF-16", ("customer,message,outcome\n" + GOOD).encode("utf-16"), 65, "is UTF-16: save it as CSV UTF-8"),
    (
        "percent",
        HEADER + GOOD + "b,mail,1,50,0,3\n",
        65,
        "customers.csv:402: propensity 50 is not within (0, 1]: is it in percent?",
    ),
    ("propensity 0", HEADER + GOOD + "b,mail,1,0,0,3\n", 65, "customers.csv:402: propensity 0 is not within (0, 1]"),
    ("a negative cost", HEADER + GOOD + "b,mail,1,0.5,-1,3\n", 65, "customers.csv:402: cost -1 is negative"),
    (
        "an open quote",
        HEADER + GOOD + 'b,"mail,1,0.5,1,3\n' + GOOD,
        65,
        "customers.csv:402: a quotation mark is opened here and never closed",
    ),
    (
        "a formula",
        HEADER + GOOD + "b,=mail,1,0.5,0,3\n",
        65,
        "customers.csv:402: a spreadsheet would run the message '=mail' as a formula",
    ),
    ("rest", HEADER + GOOD + "b,rest,1,0.5,0,3\n", 64, "a message is called 'rest'"),
    ("propensities of some", HEADER + GOOD + "b,mail,1,,0,3\n", 65, "1 of 401 rows have no propensity"),
    ("no control", "customer,message,outcome\n" + "a,mail,1\nb,sms,0\n", 66, "no customer of the control 'control'"),
    ("only control", "customer,message,outcome\n" + "a,control,1\nb,control,0\n", 66, "no customer who got a message"),
    ("only a header", HEADER, 66, "no customer"),
    (
        "many bad lines",
        HEADER + GOOD + "b,mail,yes,0.5,0,3\n" * 5,
        65,
        "5 of 405 lines rejected:\n  customers.csv:402: outcome 'yes' is no number",
    ),
    ("NaN", HEADER + GOOD + "b,mail,nan,0.5,0,3\n" * 5, 65, "outcome 'nan' is no number"),
    ("infinity", HEADER + GOOD + "b,mail,inf,0.5,0,3\n" * 5, 65, "outcome 'inf' is no number"),
    ("an empty outcome", HEADER + GOOD + "b,mail,,0.5,0,3\n" * 5, 65, "outcome is empty"),
    ("separators", HEADER + GOOD + 'b,mail,"1,234.50",0.5,0,3\n' * 5, 65, "write it without separators, as 1234.50"),
    ("torn lines", HEADER + GOOD + "b,mail\n" * 5, 65, "customers.csv:402: has 2 fields, the header 6"),
    ("Latin-1", (HEADER + GOOD).encode() + b"b\xe9,mail,1,0.5,0,3\n" * 5, 65, "customers.csv:402: is not UTF-8"),
]
# Written as numbers, but too large for their squares and products to be numbers, or too small to divide by.
BEYOND = ["1e308", "-1e308", "1.1e30", "1e999", "9" * 400]
TOLERATED = [
    ("one bad line", HEADER + GOOD + "b,mail,yes,0.5,0,3\n", "1 of 401 lines rejected"),
    ("an odd number", HEADER + GOOD + "b,mail,1,0.5,0,n/a\n", "customers.csv:402: age 'n/a' is no number"),
    ("an empty feature", HEADER + GOOD + "b,mail,1,0.5,0,\n", "the number 'age' is empty in 1 rows: its mean stands there"),
    ("rows of none", HEADER + GOOD + "b,none,1,0.5,0,3\n", "1 rows of 'none' are left out"),
    ("an id like a formula", HEADER + GOOD + "-7,mail,1,0.5,0,3\n", "1 customer ids begin like a formula"),
    ("a customer twice", HEADER + GOOD + "a1,mail,1,0.5,0,3\n", "1 rows are further contacts of a customer"),
    ("costs apart", HEADER + GOOD + "b,mail,1,0.5,2,3\n", "costs of 'mail' are from 0 to 2"),
    ("few rows", HEADER + GOOD + "b,sms,1,0.5,0,3\n", "1 rows: no model, the rate 1 for everybody"),
    ("no rows", HEADER + GOOD + "b,sms,1,0.5,0,3\n", "0 rows: no model, the rate 0.5"),
    ("blank lines", HEADER + GOOD + "\n\nb,mail,1,0.5,0,3\n", "control 200, mail 201"),
    (
        "long category texts",
        HEADER.replace(",age", ",name")
        + "".join(f"a{n},{['control', 'mail'][n % 2]},{n // 2 % 2},0.5,0,town {n % 4}\n" for n in range(400)),
        "categories: name (4)",
    ),
    (
        "mostly numbers",
        HEADER + GOOD.replace(",0,0\n", ",0,x\n"),
        "the feature 'age' is taken as categories, though 86 % of its fields are numbers: 'x'",
    ),
]
WRONG = [
    (["--folds", "1"], "--folds 1: from 2 to 100"),
    (["--seed", "-1"], "--seed -1"),
    (["--bootstrap", "1"], "--bootstrap 1"),
    (["--model", "magic"], "invalid choice"),
    (["--engine", "spark", "--model", "boosting"], "no boosting"),
    (["--current-features"], "needs --score"),
    (["--control", "none"], "--control 'none'"),
    (["--numbers", "height"], "there is no feature 'height'"),
    (["--numbers", "age", "--categories", "age"], "cannot be among"),
]


def check_bad_input(checks: Checks) -> None:
    for name, content, exit_code, words in BAD:
        save("customers.csv", content)
        save("scores.csv", "old\n")
        code, said, printed = run(fit, "--customers", "customers.csv", "--out", "scores.csv")
        checks.that(code == exit_code and words in said and printed == "", f"{name}: exit {code}: {said}")
        checks.that(load("scores.csv") == b"old\n" and len(os.listdir(".")) == 2, f"{name}: nothing is written")
    for name, content, words in TOLERATED:
        save("customers.csv", content)
        code, said, _ = run(fit, "--customers", "customers.csv", "--out", "scores.csv", "--folds", "2")
        checks.that(code == 0 and words in said, f"{name}: exit {code}: {said}")
        checks.that("nan" not in load("scores.csv").decode(), f"{name}: no nan")
    save("customers.csv", HEADER + GOOD)
    for words, wanted in WRONG:
        code, said, _ = run(fit, "--customers", "customers.csv", "--out", "scores.csv", *words)
        checks.that(code == 64 and wanted in said, f"{words}: exit {code}: {said}")
    for words, exit_code, wanted in [
        (["--customers", "nowhere.csv", "--out", "scores.csv"], 74, "nowhere.csv: No such file"),
        (["--customers", "customers.csv", "--out", "no/scores.csv"], 74, "is no folder"),
        (["--customers", "customers.csv"], 64, "--out"),
    ]:
        code, said, _ = run(fit, *words)
        checks.that(code == exit_code and wanted in said, f"{words}: exit {code}: {said}")
    save("cut.csv.gz", gzip.compress((HEADER + GOOD).encode())[:-200])
    save("cut.csv.zst", zstandard.compress((HEADER + GOOD).encode())[:-200])
    for path in ("cut.csv.gz", "cut.csv.zst"):
        code, said, _ = run(fit, "--customers", path, "--out", "scores.csv")
        checks.that(code in (65, 74) and path in said, f"{path}: exit {code}: {said}")
    code, said, printed = run(fit, "--help")
    checks.that(code == 0 and said == "" and "exit codes" in printed, "help goes to standard output")

    # A package that is missing.
    kept = sys.modules["xxhash"]
    sys.modules["xxhash"] = None
    code, said, _ = run(fit, "--customers", "customers.csv", "--out", "scores.csv")
    sys.modules["xxhash"] = kept
    checks.that(code == 69 and "xxhash is missing" in said and "make targeting" in said, f"a missing package: exit {code}: {said}")

    # A disk that is full at the end: the old file stays, and no temporary one.
    save("kept.csv", "old\n")
    kept, names = writing.os.fsync, sorted(os.listdir("."))

    def full(_):
        raise OSError(28, "No space left on device")

    writing.os.fsync = full
    code, said, _ = run(fit, "--customers", "customers.csv", "--out", "kept.csv")
    writing.os.fsync = kept
    checks.that(code == 74 and "No space left" in said and load("kept.csv") == b"old\n", f"a full disk: exit {code}: {said}")
    checks.that("kept.csv" in said, f"a full disk names the file: {said}")
    checks.that(sorted(os.listdir(".")) == names, "a full disk leaves no temporary file")

    # What is written where: behind links, over no device, no pipe and no input.
    os.symlink("kept.csv", "link.csv")
    code, said, _ = run(fit, "--customers", "customers.csv", "--out", "link.csv")
    checks.that(code == 0 and os.path.islink("link.csv") and load("kept.csv") != b"old\n", f"behind a link: exit {code}: {said}")
    os.mkfifo("pipe")
    code, said, _ = run(fit, "--customers", "customers.csv", "--out", "pipe")
    checks.that(code == 74 and "is a device or a pipe" in said and stat.S_ISFIFO(os.stat("pipe").st_mode), f"a pipe: exit {code}: {said}")
    before = load("customers.csv")
    code, said, _ = run(fit, "--customers", "customers.csv", "--out", "./customers.csv")
    checks.that(code == 64 and "that is read" in said and load("customers.csv") == before, f"an input: exit {code}: {said}")


def check_extremes(checks: Checks) -> None:
    """Numbers that cannot be computed with end the run with their place; the largest that can be give finite scores."""
    columns = ("outcome", "propensity", "cost", "age")
    wanted = [(column, value, "is beyond ±1e30: mend it") for column in columns for value in BEYOND]
    wanted += [("propensity", value, "is below 1e-30, too small to weigh by") for value in ("1e-320", "1e-31", "1e-999")]
    wanted += [("propensity", "1e-330000", "is below 1e-30"), ("propensity", "0e5", "is not within (0, 1]")]
    for column, value, words in wanted:
        line = {"customer": "b", "message": "mail", "outcome": "1", "propensity": "0.5", "cost": "0", "age": "3", column: value}
        save("customers.csv", HEADER + GOOD + ",".join(line.values()) + "\n" + GOOD.replace("a", "d"))
        save("scores.csv", "old\n")
        code, said, _ = run(fit, "--customers", "customers.csv", "--out", "scores.csv")
        shown = value if len(value) < 40 else value[:39] + "…"
        checks.that(
            code == 65 and f"customers.csv:402: {column} {shown} {words}" in said, f"{column} {shown}: exit {code}: {said[-300:]}"
        )
        checks.that(load("scores.csv") == b"old\n" and len(os.listdir(".")) == 2, f"{column} {shown}: nothing is written")
    # A whole column of them is no column of categories, and those to be scored are no exception.
    save("customers.csv", HEADER + GOOD.replace(",0,0\n", ",0,1e308\n").replace(",0,1\n", ",0,-1e308\n"))
    code, said, _ = run(fit, "--customers", "customers.csv", "--out", "scores.csv")
    checks.that(code == 65 and "customers.csv:2: age 1e308 is beyond" in said and "--ignore age" in said, f"exit {code}: {said}")
    code, said, _ = run(fit, "--customers", "customers.csv", "--out", "scores.csv", "--ignore", "age")
    checks.that(code == 0, f"without the column: exit {code}: {said}")
    save("customers.csv", HEADER + GOOD)
    save("base.csv", "customer,age\nn1,4\nn2,1e200\n")
    code, said, _ = run(fit, "--customers", "customers.csv", "--score", "base.csv", "--out", "scores.csv")
    checks.that(code == 65 and "base.csv:3: age 1e200 is beyond" in said, f"base: exit {code}: {said}")

    # The largest and smallest that can be used, by every model; the control has some of each.
    save("base.csv", "customer,age\nn1,1e30\nn2,-1e30\nn3,1e-300\nn4,3\n")
    for model in ("logistic", "forest", "boosting"):
        for outcome, propensity, age in [
            ("1e30", "0.5", "3"),
            ("-1e30", "1e-30", "1e30"),
            ("1", "1e-30", "-1e30"),
            ("1e-300", "1", "1e30"),
            ("0", "0.5", "1e-320"),
        ]:
            odd = "".join(f"b{n},{['control', 'mail'][n % 2]},{outcome},{propensity},1e30,{age}\n" for n in range(20))
            save("customers.csv", HEADER + GOOD + odd)
            words = ["--score", "base.csv", "--out", "scores.csv", "--folds", "2", "--model", model]
            code, said, _ = run(fit, "--customers", "customers.csv", *words)
            found = rows("scores.csv") if code == 0 else []
            checks.that(
                len(found) == 424 and all(row["uplift"] and row["baseline"] for row in found),
                f"{model}, {outcome}, {propensity}, {age}: exit {code}: {said}",
            )

    # A column that is the same everywhere says nothing, however large it is.
    lines = campaign(1500, seed=6)
    save("customers.csv", text(lines))
    run(fit, "--customers", "customers.csv", "--out", "scores.csv", "--folds", "2")
    plain = rows("scores.csv")
    save("customers.csv", text([{**line, "big": "3e29"} for line in lines]))
    code, said, _ = run(fit, "--customers", "customers.csv", "--out", "scores.csv", "--folds", "2")
    apart = max(abs(float(a["uplift"]) - float(b["uplift"])) for a, b in zip(plain, rows("scores.csv")))
    checks.that(code == 0 and apart < 1e-6, f"a large constant moves scores by {apart}: {said}")

    # One outcome of its kind leaves boosting none to stop by.
    one = [f"a{n},{['control', 'mail'][n % 2]},{int(n in (7, 8))},0.5,0,{n % 7}\n" for n in range(400)]
    save("customers.csv", HEADER + "".join(one))
    code, said, _ = run(fit, "--customers", "customers.csv", "--out", "scores.csv", "--folds", "2", "--model", "boosting")
    checks.that(code == 0, f"boosting with one purchase: exit {code}: {said}")

    # A compressed file damaged in its first bytes, where the header is read.
    for at in (4, 9, 14, 20):
        content = bytearray(zstandard.compress((HEADER + GOOD).encode()))
        content[at] ^= 0xFF
        save("damaged.csv.zst", bytes(content))
        code, said, _ = run(fit, "--customers", "damaged.csv.zst", "--out", "scores.csv")
        checks.that(code in (65, 74) and "damaged.csv.zst" in said, f"damaged at {at}: exit {code}: {said}")


def check_features(checks: Checks) -> None:
    def learned(values: list[str], *sets) -> Encoder:
        save("f.csv", "customer,x\n" + "".join(f"c{n},{value}\n" for n, value in enumerate(values)))
        table = Table("f.csv", ["customer"])
        columns = Columns(table, ["x"])
        for row in table.rows():
            columns.append(row)
        return Encoder.learn(columns, *(sets or (set(), set())))

    zips = ["110001"] * 60 + ["560001"] * 60 + ["400001"] * 10
    checks.that(learned(zips).names == ["x"], "codes are numbers unless told")
    checks.that(learned(zips, {"x"}, set()).names == ["x=110001", "x=560001", "x=other"], "codes as categories, rare ones `other`")
    checks.that(learned([""] * 60 + ["1"] * 60).names == ["x", "x is missing"], "a number that is often missing")
    checks.that(learned([f"name{n}" for n in range(100)]).names == [], "a column of names carries nothing")
    checks.that(learned(["1e3", ".5", "-2."] * 40).names == ["x"], "scientific decimals")
    checks.that(len(learned([f"k{n % 300}" for n in range(15_000)]).names) == 201, "at most 200 categories")
    for value, wanted in [
        (0.1 + 0.2, "0.3"),
        (-1e-12, "0"),
        (1e21, "1" + "0" * 21),
        (float("nan"), ""),
        (2.5, "2.5"),
        (1e-9, "0.000000001"),
    ]:
        checks.that(writing.decimal(value) == wanted, f"{value} is written {wanted}, not {writing.decimal(value)}")


def main() -> int:
    checks = Checks()
    for part in (check_scores, check_models, check_base, check_errors, check_bad_input, check_extremes, check_features):
        with folder():
            part(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
