"""The assignment written from Sources/Randomizer/ASSIGNMENT.md alone, slow and plain.

    assign.py vectors FILE.json                                checks the vectors; exit 1 when one differs
    assign.py table DIRECTORY PLATFORM SLOT SEGMENT [ALLOWED…] prints variant and propensity of each line of standard input
"""

import csv
import json
import math
import pathlib
import sys

MASK = (1 << 64) - 1
P1, P2, P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P4, P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5


def rol(x, n):
    return (x << n | x >> (64 - n)) & MASK


def round_(a, w):
    return rol((a + w * P2) & MASK, 31) * P1 & MASK


def xxh64(data, seed):
    position = 0
    if len(data) >= 32:
        lanes = [seed + P1 + P2 & MASK, seed + P2 & MASK, seed, seed - P1 & MASK]
        while position + 32 <= len(data):
            for lane in range(4):
                lanes[lane] = round_(lanes[lane], int.from_bytes(data[position : position + 8], "little"))
                position += 8
        h = sum(rol(lane, n) for lane, n in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            h = ((h ^ round_(0, lane)) * P1 + P4) & MASK
    else:
        h = seed + P5 & MASK
    h = h + len(data) & MASK
    while position + 8 <= len(data):
        h = (rol(h ^ round_(0, int.from_bytes(data[position : position + 8], "little")), 27) * P1 + P4) & MASK
        position += 8
    if position + 4 <= len(data):
        h = (rol(h ^ (int.from_bytes(data[position : position + 4], "little") * P1 & MASK), 23) * P2 + P3) & MASK
        position += 4
    for byte in data[position:]:
        h = rol(h ^ (byte * P5 & MASK), 11) * P1 & MASK
    h = (h ^ h >> 33) * P2 & MASK
    h = (h ^ h >> 29) * P3 & MASK
    return h ^ h >> 32


def mix(x):
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
    return x ^ x >> 31


def assign(platform, slot, group, visitor, allowed=None):
    """The variant and its propensity; `group` has millionths by variant, all as bytes. None when nothing is allowed."""
    unit = xxh64(visitor, xxh64(platform + b"\x1f" + slot, 0))
    candidates = {v: m for v, m in group.items() if m > 0 and (allowed is None or v in allowed)}
    scores = []
    for variant, millionths in candidates.items():
        u = ((mix(unit ^ xxh64(variant, 0)) >> 11) + 0.5) * 2.0**-53
        scores.append((-math.log(u) / (millionths / 1_000_000), variant))
    if not scores:
        return None
    variant = min(scores)[1]
    whole = 1_000_000 if allowed is None else sum(candidates.values())
    return variant, candidates[variant] / whole


def millionths(text):
    whole, _, decimals = text.partition(".")
    return int(whole) * 1_000_000 + int((decimals + "000000")[:6])


def read(directory):
    """Millionths by experiment, segment and variant, of a table whose files agree."""
    manifest = json.loads((directory / "manifest.json").read_bytes())
    data = (directory / "allocation.csv").read_bytes()
    assert manifest["format"] in ("sluice-allocation/1", "sluice-allocation/2")
    assert manifest["bytes"] == len(data) and int(manifest["xxh64"], 16) == xxh64(data, 0)
    table = {}
    for row in csv.DictReader(data.decode().splitlines(keepends=True)):
        experiment = table.setdefault((row["platform"].encode(), row["slot"].encode()), {})
        experiment.setdefault(row["segment"].encode(), {})[row["variant"].encode()] = millionths(row["traffic"])
    return table


def check(vectors):
    wrong = 0
    for vector in vectors["xxh64"]:
        wrong += xxh64(vector["input"].encode(), vector["seed"]) != int(vector["hash"], 16)
    for vector in vectors["mix64"]:
        wrong += mix(int(vector["input"], 16)) != int(vector["output"], 16)
    for case in vectors["cases"]:
        group = {v.encode(): round(t * 1_000_000) for v, t in case["traffic"].items()}
        for visitor, variant in case["assignments"].items():
            answer = assign(case["platform"].encode(), case["slot"].encode(), group, visitor.encode())
            wrong += answer[0] != variant.encode()
    return wrong


def main(words):
    if len(words) == 2 and words[0] == "vectors":
        wrong = check(json.loads(pathlib.Path(words[1]).read_bytes()))
        print(f"{wrong} differ")
        return 1 if wrong else 0
    if len(words) < 5 or words[0] != "table":
        print(__doc__, file=sys.stderr)
        return 64
    platform, slot, segment, *allowed = (word.encode() for word in words[2:])
    groups = read(pathlib.Path(words[1]))[platform, slot]
    group = groups.get(segment, groups[b"*"])
    for line in sys.stdin.buffer.read().splitlines():
        answer = assign(platform, slot, group, line, set(allowed) or None)
        sys.stdout.buffer.write(b"-\n" if answer is None else b"%s,%r\n" % (answer[0], answer[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
