#!/usr/bin/env python3
"""Runs the parts of `make test` one after another and says at the end how each went, and what was skipped and why.

    python3 Tests/run.py 'NAME: COMMAND' …

Every part runs, whatever became of those before. A part's output passes through as it comes. Skipped tests are those that Swift
Testing reports, and lines `skipped: TEST: REASON` of scripts. Where the environment has CI, a skipped test fails the run unless
Tests/allowed_skips.txt names it: a test that nobody runs proves nothing.

Exit: 0 when all passed, 1 otherwise, 2 usage.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.abspath(__file__))
SWIFT_TOTAL = re.compile(r"Test run with (\d+) tests?")
SWIFT_SKIP = re.compile(r"^\S+ (?:Test|Suite) (.+?) skipped(?:: \"?(.*?)\"?)?\.?$")
SCRIPT_SKIP = re.compile(r"^skipped: (.+?): (.+)$")
SCRIPT_TOTAL = re.compile(r"^checks: (\d+)$")


@dataclass
class Part:
    name: str
    command: str
    code: int = 0
    seconds: float = 0.0
    tests: int = 0
    skips: list[tuple[str, str]] = field(default_factory=list)
    last: deque[str] = field(default_factory=lambda: deque(maxlen=12))

    def run(self) -> None:
        print(f"== {self.name}: {self.command}", flush=True)
        start = time.monotonic()
        process = subprocess.Popen(
            self.command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        for line in process.stdout:
            sys.stdout.write(line)
            self.last.append(line)
            self.read(re.sub(r"\x1b\[[0-9;]*m", "", line.rstrip("\n")))
        sys.stdout.flush()
        self.code = process.wait()
        self.seconds = time.monotonic() - start

    def read(self, line: str) -> None:
        if found := SWIFT_TOTAL.search(line):
            self.tests += int(found[1])
        elif found := SCRIPT_TOTAL.match(line):
            self.tests += int(found[1])
        elif found := SWIFT_SKIP.match(line) or SCRIPT_SKIP.match(line):
            self.skips.append((found[1].strip('"'), found[2] or "no reason given"))


def allowed_skips() -> set[str]:
    with open(os.path.join(HERE, "allowed_skips.txt"), encoding="utf-8") as file:
        lines = [line.split("#")[0].strip() for line in file]
    return {line for line in lines if line}


def main() -> int:
    words = [word.split(": ", 1) for word in sys.argv[1:]]
    if not words or any(len(word) != 2 for word in words):
        print(__doc__, file=sys.stderr)
        return 2
    parts = [Part(name, command) for name, command in words]
    for part in parts:
        part.run()
    forbidden = []
    if os.environ.get("CI"):
        allowed = allowed_skips()
        forbidden = [name for part in parts for name, _ in part.skips if name not in allowed]
    print(f"\n{'part':<12} {'result':<8} {'tests':>6} {'skipped':>8} {'seconds':>8}")
    for part in parts:
        result = "passed" if part.code == 0 else "FAILED"
        print(f"{part.name:<12} {result:<8} {part.tests:>6} {len(part.skips):>8} {part.seconds:>8.0f}")
    for part in parts:
        for name, reason in part.skips:
            print(f"skipped in {part.name}: {name}: {reason}")
    # The last words of what failed, again: whoever sees only the end of a long output needs them.
    for part in parts:
        if part.code != 0:
            print(f"{part.name} ended with {part.code}, its last lines:")
            print("".join(f"    {line.rstrip()[:2000]}\n" for line in part.last), end="")
    for name in forbidden:
        print(f"FAILED: {name} was skipped, and Tests/allowed_skips.txt does not name it")
    return 1 if forbidden or any(part.code != 0 for part in parts) else 0


if __name__ == "__main__":
    sys.exit(main())
