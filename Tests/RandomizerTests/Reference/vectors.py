"""The vectors of the assignment by the hash of the package xxhash (PyPI), to check those in a file, or to write them anew.

    vectors.py FILE.json [--write]      exit 1 when an answer differs; with --write the file gets these answers
"""

import json
import math
import sys

import xxhash

MASK = (1 << 64) - 1


def mix64(x):
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def xxh64(text, seed=0):
    return xxhash.xxh64_intdigest(text.encode(), seed=seed)


def draw(visitor, salted, name):
    """The uniform number of a visitor for an arm or a holdout."""
    return ((mix64(xxh64(visitor, xxh64(salted)) ^ xxh64(name)) >> 11) + 0.5) * 2.0**-53


def answers(case):
    """What each visitor of a case is shown, and with what propensities."""
    slot = case["platform"] + "\x1f" + case["slot"]
    shown = set(case.get("allowed", case["traffic"]))
    shares = {v: t for v, t in case["traffic"].items() if t > 0 and v in shown}
    millionths = {v: round(t * 1_000_000) for v, t in shares.items()}
    control = case.get("control")
    kept, together = millionths.get(control, 0), sum(m for v, m in millionths.items() if v != control)
    variants, propensities = {}, {}
    for visitor in case["assignments"]:
        scores = {v: -math.log(draw(visitor, slot, v)) / t for v, t in shares.items() if v != control}
        held = kept and (not scores or draw(visitor, case.get("holdout", slot), "control") < shares[control])
        variant = control if held else min(sorted(scores), key=scores.get)
        variants[visitor] = variant
        others = (1_000_000 - kept) * millionths[variant] / (1_000_000 * together) if together else 1.0
        propensities[variant] = kept / 1_000_000 if held and together else others
    return {"propensities": dict(sorted(propensities.items())), "assignments": variants}


def main(path, *options):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    answered = {
        "about": vectors["about"],
        "xxh64": [v | {"hash": f"{xxh64(v['input'], v['seed']):016x}"} for v in vectors["xxh64"]],
        "mix64": [v | {"output": f"{mix64(int(v['input'], 16)):016x}"} for v in vectors["mix64"]],
        "cases": [case | answers(case) for case in vectors["cases"]],
    }
    if "--write" in options:
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps(answered, ensure_ascii=False, indent=1) + "\n")
        return 0
    print("the vectors agree with xxhash" if answered == vectors else "the vectors differ from xxhash's")
    return answered != vectors


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
