"""What the checks of targeting share: a count of checks, the commands called in this process, and invented campaigns as files."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PIPELINE = os.path.join(HERE, "..", "..", "pipelines", "targeting")
sys.path[:0] = [HERE, PIPELINE]

import numpy as np  # noqa: E402

import fit  # noqa: E402
import tune  # noqa: E402
from targeting import console  # noqa: E402


class Checks:
    """Counts what was checked and says what was not so."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def that(self, holds, text: str) -> None:
        self.count += 1
        if not holds:
            self.failed += 1
            print(f"FAILED: {text}", flush=True)

    def end(self) -> int:
        print(f"checks: {self.count}")
        return 1 if self.failed or self.count == 0 else 0


def run(module, *words: str, stdin: bytes = b"") -> tuple[int, str, str]:
    """Calls fit or tune as its command line does: exit code, standard error, standard output."""
    before = sys.argv, sys.stdin
    said, printed = io.StringIO(), io.StringIO()
    sys.argv = [module.__name__, *map(str, words)]
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin)))
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(printed):
            try:
                code = console.run(module.main, f"{module.__name__}.py")
            except SystemExit as end:
                code = end.code or 0
    finally:
        sys.argv, sys.stdin = before
    return code, said.getvalue(), printed.getvalue()


def text(rows: list[dict]) -> str:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def rows(path: str) -> list[dict]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def campaign(count: int, seed: int, money: bool = False, weighted: bool = True) -> list[dict]:
    """Customers of a campaign with two messages, numbers, a category with rare values, and propensities by customer."""
    random = np.random.default_rng(seed)
    lines = []
    for number in range(count):
        age, spend = random.normal(40, 12), random.lognormal(3, 1)
        city = random.choice(["Pune", "Delhi", "Mumbai", "Agra", "Jhansi"], p=[0.4, 0.3, 0.29, 0.006, 0.004])
        shares = np.round(random.dirichlet([20, 20, 20]) if weighted else np.full(3, 1 / 3), 4)
        arm = random.choice(3, p=shares / shares.sum())
        z = -1 + 0.03 * (age - 40) + [0, 0.3 + 0.02 * (age - 40), 0.2 * (city == "Pune")][arm]
        hit = random.random() < 1 / (1 + np.exp(-z))
        line = {
            "customer": f"c{number}",
            "message": ["control", "mail", "sms"][arm],
            "outcome": f"{spend * hit:.2f}" if money else int(hit),
            "propensity": f"{shares[arm]:.4f}",
            "age": f"{age:.1f}",
            "spend": f"{spend:.2f}",
            "city": city,
        }
        if not weighted:
            del line["propensity"]
        lines.append(line)
    return lines


@contextlib.contextmanager
def folder():
    """A scratch directory, and the working directory meanwhile."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as path:
        os.chdir(path)
        try:
            yield path
        finally:
            os.chdir(before)


def save(path: str, content: str | bytes) -> str:
    with open(path, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
    return path


def load(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


__all__ = ["Checks", "campaign", "fit", "folder", "load", "np", "rows", "run", "save", "text", "tune"]
