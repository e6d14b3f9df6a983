"""Changes what readers read, at random by a seed, and runs the real program on it.

    python3 Tests/Faults/readers.py SLUICE [--seconds N] [--seed S]

Bytes are flipped, cut out, doubled and put in from a list of nasty ones; lines change places; files are cut short; numbers become huge.
Whatever comes of it, the program ends by itself within seconds, with a code that `sluice --help` lists, and says why when it is not 0.
Prints figures; any crash, hang or other code fails. What was wrong is kept in a folder that is named.
"""

import argparse
import gzip
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DOCUMENTED = {0, 64, 65, 66, 70, 74, 75, 78}
NASTY = [b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"'", b",", b"\n", b"\r\n", b"{", b"}", b"[" * 300, b"-", b"e308", b"9" * 40, b"NaN",
         b"1e-400", b"\\ud800", b"\xc0\x80", b"0x", b"T24:00:00Z", b"9999-12-31", b"-0", b"\x1b[2J", b"=1+1", b"*", b"a" * 5000]

SCORES = b"customer,message,uplift,baseline\n" + b"".join(b"c%d,a,0.%02d,0.2\n" % (n, n) for n in range(40))
OUTCOMES = b"customer,message,outcome,propensity\n" + b"".join(b"c%d,%s,%d,0.5\n" % (n, [b"a", b"control"][n % 2], n % 2) for n in range(40))
OPTIONS = b"customer,option,value,cost\n" + b"".join(b"c%d,o%d,%d.5,0.%d\n" % (n // 2, n % 2, n, 1 + n % 9) for n in range(40))
UNITS = b"visitor,variant,propensity,reward\n" + b"".join(b"v%d,%s,0.5,%d\n" % (n, [b"a", b"b"][n % 2], n % 2) for n in range(40))
CONFIG = b"""{ pipeline: "p", timezone: "Asia/Kolkata", events: { paths: ["log"] }, blacklist: "blacklist.csv",
  bots: { denyNetworks: ["networks.txt"] }, learning: { priors: "priors.csv" },
  experiments: [{ platform: "web", slot: "hero", variants: ["a", "b"], control: { variant: "c", traffic: 0.1 } }] }
"""
LOG = b"".join(
    b'{"ts":"2026-11-20T10:%02d:00+05:30","type":"%s","visitor":"v%d","platform":"web","slot":"hero","segment":"x","variant":"%s","revenue":1.5}\n'
    % (n % 60, [b"view", b"click"][n % 2], n // 2, [b"a", b"b"][n // 2 % 2]) for n in range(80))
CSV_LOG = b"ts,type,visitor,platform,slot,segment,variant\n" + b"".join(
    b"2026-11-20T10:%02d:00Z,view,v%d,web,hero,,%s\n" % (n % 60, n, [b"a", b"b"][n % 2]) for n in range(80))
FILES = {
    "c.json5": CONFIG, "log": LOG, "blacklist.csv": b"platform,slot,segment,variant,until,reason\nweb,hero,*,b,2026-11-01,old\n",
    "networks.txt": b"10.0.0.0/8\n2001:db8::/32\n", "priors.csv": b"platform,slot,segment,variant,successes,failures\nweb,hero,*,a,3,20\n",
    "scores.csv": SCORES, "outcomes.csv": OUTCOMES, "options.csv": OPTIONS, "units.csv": UNITS,
}
NIGHT = ["--config", "c.json5", "--state", "state", "--date", "2026-11-20", "--now", "2026-11-21T03:00:00Z", "--quiet"]
ALLOCATE, ASSIGN = ["allocate", *NIGHT], ["assign", "--table", "state", "--platform", "web", "--slot", "hero", "v"]
STATISTICS = "state/statistics/date=2026-11-20/"
TABLE = "state/allocations/date=2026-11-21/"
# What is changed, and the command that reads it.
TARGETS = [
    ("log", LOG, ["run", *NIGHT]), ("log", CSV_LOG, ["run", *NIGHT]), ("log", gzip.compress(LOG, mtime=0), ["run", *NIGHT]),
    ("c.json5", None, ["check", "--config", "c.json5"]), ("c.json5", None, ["run", *NIGHT]), ("blacklist.csv", None, ALLOCATE),
    ("priors.csv", None, ALLOCATE), ("networks.txt", None, ["run", *NIGHT]), (STATISTICS + "statistics.csv", None, ALLOCATE),
    (STATISTICS + "quality.json", None, ALLOCATE), (STATISTICS + "statistics.csv", None, ["report", "--state", "state", "--output", "r.html", "--quiet"]),
    (STATISTICS + "quality.json", None, ["report", "--state", "state", "--output", "r.html", "--quiet"]),
    (TABLE + "allocation.csv", None, ASSIGN), (TABLE + "manifest.json", None, ASSIGN),
    (TABLE + "manifest.json", None, ["report", "--state", "state", "--output", "r.html", "--quiet"]),
    ("state/allocations/served.csv", None, ["history", "--state", "state"]), (TABLE + "allocation.csv", None, ["assign", "--table", TABLE + "allocation.csv", *ASSIGN[3:]]),
    ("scores.csv", None, ["uplift", "--scores", "scores.csv", "--outcomes", "outcomes.csv", "--output", "out", "--decide", "--quiet"]),
    ("outcomes.csv", None, ["uplift", "--scores", "scores.csv", "--outcomes", "outcomes.csv", "--output", "out", "--decide", "--quiet"]),
    ("options.csv", None, ["budget", "--options", "options.csv", "--budget", "30", "--output", "out", "--quiet"]),
    ("units.csv", None, ["evaluate", "--log", "units.csv", "--policy", "even=even", "--csv"]),
    ("scores.csv", None, ["wave", "--scores", "scores.csv", "--campaign", "c", "--wave", "1", "--control", "0.1", "--output", "out", "--quiet"]),
]


def mutated(data, generator):
    data = bytearray(data)
    for _ in range(generator.choice((1, 1, 2, 4, 16))):
        at = generator.randrange(len(data) + 1)
        length = generator.choice((1, 2, 8, 64))
        match generator.randrange(8):
            case 0 if data:
                data[at % len(data)] ^= 1 << generator.randrange(8)
            case 1:
                del data[at:at + length]
            case 2:
                data[at:at] = data[at:at + length] * generator.choice((1, 3, 50))
            case 3 | 4:
                data[at:at + generator.choice((0, 1, length))] = generator.choice(NASTY)
            case 5:
                del data[at:]
            case 6:
                lines = bytes(data).splitlines(True)
                generator.shuffle(lines)
                data = bytearray(b"".join(lines))
            case 7:
                digits = [i for i, byte in enumerate(data) if 48 <= byte <= 57]
                if digits:
                    data[generator.choice(digits)] = generator.choice(b"0919-.e")
    return bytes(data)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sluice, generator = os.path.abspath(options.sluice), random.Random(options.seed)
    environment = dict(os.environ, SWIFT_BACKTRACE="enable=no")
    counts, wrong = Counter(), 0
    with tempfile.TemporaryDirectory(prefix="sluice-readers-") as root:
        before = os.path.join(root, "before")
        os.mkdir(before)
        for name, data in FILES.items():
            with open(os.path.join(before, name), "wb") as file:
                file.write(data)
        subprocess.run([sluice, "run", *NIGHT], cwd=before, check=True, stderr=subprocess.DEVNULL)
        until, number = time.monotonic() + options.seconds, 0
        while time.monotonic() < until:
            name, data, words = TARGETS[number % len(TARGETS)]
            number += 1
            folder = os.path.join(root, "work")
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(before, folder, symlinks=True)
            if data is None:
                with open(os.path.join(folder, name), "rb") as file:
                    data = file.read()
            with open(os.path.join(folder, name), "wb") as file:
                file.write(mutated(data, generator))
            try:
                result = subprocess.run([sluice, *words], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
                code, said = result.returncode, result.stderr
            except subprocess.TimeoutExpired:
                code, said = "hang", b""
            counts[code] += 1
            fault = None if code in DOCUMENTED and (code == 0 or said.strip()) else f"exit {code}"
            if fault is None and len(said) > 50_000:
                fault = f"{len(said)} bytes of messages"
            if fault is None and any(byte < 32 and byte != 10 or byte == 127 for byte in said):
                fault = "a control character on standard error"
            if fault:
                wrong += 1
                kept = tempfile.mkdtemp(prefix="sluice-wrong-")
                shutil.copytree(folder, os.path.join(kept, "work"), symlinks=True)
                print(f"WRONG {' '.join(words)} with another {name}: {fault}; kept in {kept}\n  {said[-300:].decode(errors='replace')}", flush=True)
    print(f"changed inputs: {sum(counts.values())} tried, {wrong} wrong (exit {dict(sorted(counts.items(), key=str))})")
    print(f"checks: {sum(counts.values())}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
