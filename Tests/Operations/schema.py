"""Checks the JSON Schema of the configuration with a validator that nobody here wrote.

    schema.py SLUICE

The schema is a schema; the configurations of the project pass; and of a thousand configurations with one value changed,
taken out or misspelt, the schema takes each that `sluice check` takes, and refuses each whose fault is of kind, of key or
of range, as the program's message says it is.
"""

import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile

import json5
import jsonschema

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SLUICE = os.path.abspath(sys.argv[1])
VALIDATOR = os.path.join(os.path.dirname(sys.executable), "check-jsonschema")
# What a schema can know, in the words of the program's messages.
KNOWABLE = re.compile(
    r"expected (an object|a list|true or false|a whole number|a number|a share|\"auto\"|one of)"
    r"|unknown key|the key \w+ is missing")
# An empty list or text is of the right kind; which of them may be empty, the schema says too.
OTHER_KINDS = [None, True, False, 7.25, -1, 1e18, "", "zzz", [], ["zzz"], [7], {}, {"zzz": 1}]
FULL = {
    "pipeline": "p", "timezone": "UTC",
    "events": {
        "paths": ["log/{date}/*.jsonl"], "csv": {"separator": "^", "header": ["ts", "type"]}, "each": "batch",
        "fields": {
            "ts": {"columns": ["date", "time"]}, "visitor": ["customer", "cookie"], "platform": {"constant": "web"},
            "event": "messageId", "segment": ["geo.city", {"constant": "none"}],
        },
        "types": {"impression": "view"}, "timesWithoutOffset": "UTC", "nobody": ["guest"], "maxRejected": 0.02,
    },
    "bots": {
        "userAgents": {"browsersOnly": True, "allow": ["x"], "block": []}, "eventsPerDay": 700, "eventsPerMinute": False,
        "clicksWithoutView": None, "denyList": "deny.txt", "denyNetworks": ["networks.txt"],
    },
    "statistics": {"onMixed": "exclude", "conversionWindow": "7d", "revenueCap": 500, "segments": {"atMost": 100, "declared": ["Pune"]}},
    "learning": {
        "reward": "purchase", "objective": "identify", "since": "2026-11-01", "window": 28, "halfLife": 14.5,
        "seasonality": "adjusted", "segments": {"minimumVisitors": 500, "pooling": 100}, "priors": None,
        "guardrails": [{"metric": "click", "tolerance": 0.05}],
    },
    "allocation": {"method": "sampling", "draws": 100, "floor": 0.02, "floors": {"a": 0.1}, "warmup": 10},
    "experiments": [{
        "platform": "web", "slot": "hero", "variants": ["a", {"name": "b", "from": "2026-12-01", "until": None}],
        "control": {"variant": "plain", "traffic": 0.05}, "holdout": "site", "retired": ["old"],
        "learning": {"halfLife": None}, "allocation": {"floor": 0.03},
    }],
    "blacklist": None,
    "guards": {"noReward": "warn", "visitors": {"action": "hold", "below": 0.2, "above": 5}, "move": {"above": 0.3}},
    "retired": [{"platform": "web", "slot": "gone", "variant": "v"}, {"platform": "web", "slot": "banner"}],
}


def places(value, path=()):
    """The paths of all values in a document, but for the document itself."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield path + (key,)
        yield from places(member, path + (key,))


def changed(document, generator):
    """A document with one value changed, and what was done to it."""
    document = copy.deepcopy(document)
    path = generator.choice(list(places(document)))
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    last = path[-1]
    act = generator.randrange(5)
    if act == 0:
        del holder[last]
    elif act == 1 and isinstance(holder, dict):
        holder[last + "x"] = holder.pop(last)
    elif act == 2 and isinstance(holder[last], (int, float)) and not isinstance(holder[last], bool):
        holder[last] = generator.choice([0, 1, -holder[last], holder[last] * 1e3, 0.5])
    else:
        holder[last] = generator.choice(OTHER_KINDS)
    return document


def checked(document, file):
    with open(file, "w") as handle:
        json.dump(document, handle)
    result = subprocess.run([SLUICE, "check", "--config", file, "--no-logs"], capture_output=True, text=True,
        cwd=os.path.dirname(file))
    assert result.returncode in (0, 78), result
    return result.returncode == 0, result.stderr


def main():
    with tempfile.TemporaryDirectory() as scratch:
        schema_file = os.path.join(scratch, "sluice.schema.json")
        text = subprocess.run([SLUICE, "schema"], capture_output=True, text=True, check=True).stdout
        with open(schema_file, "w") as handle:
            handle.write(text)
        subprocess.run([VALIDATOR, "--check-metaschema", schema_file], check=True, stdout=subprocess.DEVNULL)
        configurations = [os.path.join(ROOT, "pipelines", "banners.json5")]
        subprocess.run(
            [VALIDATOR, "--schemafile", schema_file, *configurations], check=True, stdout=subprocess.DEVNULL)

        validator = jsonschema.Draft202012Validator(json.loads(text))
        with open(configurations[0]) as handle:
            documents = [json5.load(handle), FULL]
        checks = 2
        file = os.path.join(scratch, "changed.json5")
        for name in ("deny.txt", "networks.txt"):
            with open(os.path.join(scratch, name), "w"):
                pass
        for document in documents:
            taken, message = checked(document, file)
            # The project's own configuration names files that are relative to its top.
            assert taken or document is not FULL, message
            assert validator.is_valid(document), list(validator.iter_errors(document))
        generator = random.Random(20261120)
        taken = refused = 0
        for _ in range(1000):
            document = changed(FULL, generator)
            is_taken, message = checked(document, file)
            is_valid = validator.is_valid(document)
            checks += 1
            if is_taken:
                taken += 1
                assert is_valid, (document, list(validator.iter_errors(document)))
            elif KNOWABLE.search(message):
                refused += 1
                assert not is_valid, (document, message)
        assert taken > 100 and refused > 300, (taken, refused)
    print(f"schema: {checks} checks; of 1000 changed configurations {taken} are taken by both, {refused} refused by both")


if __name__ == "__main__":
    main()
