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


def uniform(r):
    return ((r >> 11) + 0.5) * 2.0**-53


def assign(platform, slot, group, visitor, allowed=None, control=None, holdout=None):
    """The variant and its propensity; `group` has millionths by variant, all as bytes. None when nothing is allowed."""
    salt = xxh64(platform + b"\x1f" + slot, 0)
    others = {v: m for v, m in group.items() if m > 0 and (allowed is None or v in allowed)}
    kept, together = others.pop(control, 0), sum(others.values())
    if kept > 0:
        if not others:
            return control, 1.0
        h = mix(xxh64(visitor, salt if holdout is None else xxh64(holdout, 0)) ^ xxh64(b"control", 0))
        if uniform(h) < kept / 1_000_000:
            return control, kept / 1_000_000
    if not others:
        return None
    unit = xxh64(visitor, salt)
    scores = [(-math.log(uniform(mix(unit ^ xxh64(v, 0)))) / (m / 1_000_000), v) for v, m in others.items()]
    variant = min(scores)[1]
    return variant, (1_000_000 - kept) * others[variant] / (1_000_000 * together)


def millionths(text):
    whole, _, decimals = text.partition(".")
    return int(whole) * 1_000_000 + int((decimals + "000000")[:6])


def read(directory):
    """Of a table whose files agree: millionths by experiment, segment and variant, controls by experiment and segment, and
    holdouts by experiment."""
    manifest = json.loads((directory / "manifest.json").read_bytes())
    data = (directory / "allocation.csv").read_bytes()
    assert manifest["format"] in ("sluice-allocation/1", "sluice-allocation/2")
    assert manifest["bytes"] == len(data) and int(manifest["xxh64"], 16) == xxh64(data, 0)
    holdouts = {
        (one["platform"].encode(), one["slot"].encode()): one["holdout"].encode()
        for one in manifest.get("experiments") or []
        if one.get("holdout") is not None
    }
    table, controls = {}, {}
    for row in csv.DictReader(data.decode().splitlines(keepends=True)):
        key, segment, variant = (row["platform"].encode(), row["slot"].encode()), row["segment"].encode(), row["variant"].encode()
        table.setdefault(key, {}).setdefault(segment, {})[variant] = millionths(row["traffic"])
        if row.get("status") == "control":
            controls[key, segment] = variant
    return table, controls, holdouts


def check(vectors):
    wrong = 0
    for vector in vectors["xxh64"]:
        wrong += xxh64(vector["input"].encode(), vector["seed"]) != int(vector["hash"], 16)
    for vector in vectors["mix64"]:
        wrong += mix(int(vector["input"], 16)) != int(vector["output"], 16)
    for case in vectors["cases"]:
        group = {v.encode(): round(t * 1_000_000) for v, t in case["traffic"].items()}
        allowed = {v.encode() for v in case["allowed"]} if "allowed" in case else None
        control, holdout = (case[key].encode() if key in case else None for key in ("control", "holdout"))
        for visitor, variant in case["assignments"].items():
            answer = assign(
                case["platform"].encode(), case["slot"].encode(), group, visitor.encode(), allowed, control, holdout
            )
            wrong += answer != (variant.encode(), case["propensities"][variant])
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
    table, controls, holdouts = read(pathlib.Path(words[1]))
    key = platform, slot
    segment = segment if segment in table[key] else b"*"
    decided = table[key][segment], controls.get((key, segment)), holdouts.get(key)
    for line in sys.stdin.buffer.read().splitlines():
        answer = assign(platform, slot, decided[0], line, set(allowed) or None, *decided[1:])
        sys.stdout.buffer.write(b"-\n" if answer is None else b"%s,%r\n" % (answer[0], answer[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
