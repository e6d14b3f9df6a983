"""Reads logs of made-up shapes with Python's own json and csv, and compares with what the program makes of them.

    sources.py SLUICE [--seed N] [--logs N]

A log and its configuration are drawn at random: keys, keys with dots, paths into objects and lists, elements told by a key, JSON in
texts and in columns, constants, joined columns, lists of sources, values that mean nobody, ids as numbers and texts, times of every
form, wrong kinds, copies of events. Python finds every value by the rules of pipelines/log.md and writes the same events again with
each field under its own name, in the plainest form. The night of both logs must have the same statistics to the byte, and the same
counts of lines, rejected and ignored ones by reason, events by type and repeated events.
"""

import argparse
import csv
import datetime
import io
import json
import os
import random
import subprocess
import sys
import tempfile

NOBODY = ["null", "none", "nil", "nan", "undefined", "unknown", "anonymous", "(not set)", "-", "\\N"]
FIELDS = ["ts", "type", "visitor", "platform", "slot", "variant", "segment", "revenue", "order", "event"]
IDS = ["visitor", "order", "event"]
DATE = "2026-11-20"
MIDNIGHT = datetime.datetime(2026, 11, 20, tzinfo=datetime.timezone.utc)
ABSENT, WRONG = object(), object()


# --- what the log's page says, in Python -------------------------------------------------------------------------------

def steps_of(path):
    """A path as the page writes it: keys, numbers of elements, and pairs of a key and what it must be."""
    steps = []
    for name in path.split("."):
        key, *places = name.replace("]", "").split("[")
        steps.append(key)
        for place in places:
            steps.append(int(place) if place.isdigit() else tuple(place.split("=", 1)))
    return steps


def opened(value):
    """A text that holds JSON, as what it holds."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return None
    return value


def follow(value, steps):
    """All values that steps lead to: keys joined with dots come before those of their parts, the longest first."""
    if not steps:
        yield value
        return
    first = steps[0]
    value = opened(value)
    if isinstance(first, int):
        if isinstance(value, list) and first < len(value):
            yield from follow(value[first], steps[1:])
    elif isinstance(first, tuple):
        for element in value if isinstance(value, list) else []:
            if isinstance(element, dict) and written(element.get(first[0])) == first[1]:
                yield from follow(element, steps[1:])
                return
    else:
        names = 1
        while names < len(steps) and isinstance(steps[names], str):
            names += 1
        for count in range(names, 0, -1):
            key = ".".join(steps[:count])
            if isinstance(value, dict) and key in value:
                yield from follow(value[key], steps[count:])


def written(value):
    return value if isinstance(value, str) else json.dumps(value)


def is_nobody(text, field, declared):
    if text == "":
        return True
    if field in IDS and set(text) <= set("0-") and "0" in text:
        return True
    if field in ("platform", "slot", "variant") and text in declared:
        return False
    return text.lower() in [word.lower() for word in NOBODY]


def text_of(value, field):
    """A value as the text of a field."""
    if value is None:
        return ABSENT
    if isinstance(value, (bool, list, dict)):
        return WRONG
    if isinstance(value, (int, float)):
        if field in ("ts", "revenue"):
            return repr(value)
        if isinstance(value, float):
            # An id that is whole is one id however it is written.
            return str(int(value)) if field in IDS and value == int(value) else WRONG
        return str(value)
    if field in IDS:
        value = value.strip()
        head, point, tail = value.partition(".")
        digits = head[1:] if head.startswith("-") else head
        if point and tail and set(tail) == {"0"} and digits.isdigit() and (digits == "0" or digits[0] != "0"):
            value = "0" if digits == "0" else head
    return value


def value_of(record, sources, field, declared):
    """The text of the first source that is there and not nobody's; WRONG where a value cannot be one."""
    for source in sources:
        if isinstance(source, dict) and "constant" in source:
            candidates = [source["constant"]]
        elif isinstance(source, dict):
            parts = []
            for column in source["columns"]:
                text = value_of(record, [column], field, declared)
                if text is WRONG:
                    return WRONG
                parts.append(text.strip() if text is not ABSENT else ABSENT)
            candidates = [None if ABSENT in parts else "T".join(parts)]
        else:
            candidates = follow(record, steps_of(source))
        for candidate in candidates:
            text = text_of(candidate, field)
            if text is WRONG:
                return WRONG
            if text is not ABSENT and not is_nobody(text, field, declared):
                return text
    return ABSENT


# --- made-up logs ------------------------------------------------------------------------------------------------------

class Shape:
    """Where the fields of one log stand, and how a record with given values is written."""

    def __init__(self, random):
        self.random = random
        self.is_csv = random.random() < 0.4
        self.separator = random.choice([",", ";", "\t", "|"])
        self.names = iter(random.sample([f"{a}{b}" for a in "abcdefgh" for b in ["", "_x", "Id", "1", "-y"]], 40))
        self.columns = []
        self.sources = {field: self.list_of_sources(field) for field in FIELDS}

    def list_of_sources(self, field):
        if field in ("platform", "type") and self.random.random() < 0.2:
            return [{"constant": "web" if field == "platform" else "view"}]
        if field == "ts" and self.random.random() < 0.2:
            return [{"columns": [self.path(), self.path()]}]
        sources = [self.path() for _ in range(self.random.choice([1, 1, 1, 2, 3]))]
        if field in ("platform", "segment") and self.random.random() < 0.2:
            sources.append({"constant": "web" if field == "platform" else "elsewhere"})
        return sources

    def path(self):
        first = next(self.names)
        kind = self.random.randrange(7 if not self.is_csv else 5)
        if self.is_csv:
            self.columns.append(first)
        inner = self.random.choice(["v", "w.x", "deep.er.still"])
        return [
            first, f"{first}.{inner}", f"{first}.{inner}", f"{first}.l[{self.random.randrange(3)}]",
            f"{first}.ps[key=k{self.random.randrange(3)}].value", f"{first}[{self.random.randrange(2)}].{inner}",
            f"{first}.{inner}",
        ][kind]

    def record(self, values):
        """Writes a record with a text, number or other value for each field, None for none, as one line."""
        record = {}
        for field in FIELDS:
            sources = [source for source in self.sources[field] if not (isinstance(source, dict) and "constant" in source)]
            if not sources or values[field] is None:
                continue
            # Those before the one that holds the value hold nothing, or nobody's name.
            chosen = self.random.randrange(len(sources))
            for source in sources[:chosen]:
                if isinstance(source, str) and self.random.random() < 0.5:
                    self.put(record, steps_of(source), self.random.choice([None, "", *NOBODY, "Null", "NONE"]))
            source = sources[chosen]
            if isinstance(source, dict):
                text = str(values[field])
                parts = [text[:10], text[11:]] if text[4:5] == "-" else text.split("T", 1)
                for column, part in zip(source["columns"], parts):
                    self.put(record, steps_of(column), part)
            else:
                self.put(record, steps_of(source), values[field])
        if self.random.random() < 0.3:
            self.put(record, ["other", "thing"], self.random.choice([1, None, {"a": [1, {"b": "\u00e9\n"}]}, "text"]))
        return self.line(record)

    def put(self, holder, steps, value):
        """Puts a value where steps lead, making what is missing on the way, sometimes with keys joined by dots."""
        first, rest = steps[0], steps[1:]
        if isinstance(first, str):
            names = 1
            while names < len(steps) and isinstance(steps[names], str):
                names += 1
            if names > 1 and not self.is_csv and self.random.random() < 0.15:
                first, rest = ".".join(steps[:names]), steps[names:]
        if not rest:
            if isinstance(first, str):
                holder[first] = value
            return
        inner = holder.get(first)
        following = rest[0]
        if isinstance(following, (int, tuple)):
            inner = inner if isinstance(inner, list) else []
            if isinstance(following, int):
                while len(inner) <= following:
                    inner.append(self.random.choice([None, "filler", 3]) if len(rest) == 1 else {})
                if len(rest) == 1:
                    inner[following] = value
                else:
                    self.put(inner[following], rest[1:], value)
            else:
                inner.append({"key": "other", "value": "no"})
                element = {following[0]: following[1]}
                self.put(element, rest[1:], value)
                inner.append(element)
        else:
            inner = inner if isinstance(inner, dict) else {}
            self.put(inner, rest, value)
        holder[first] = inner

    def line(self, record):
        if not self.is_csv:
            if self.random.random() < 0.15:
                # Objects as texts of JSON, as some exports write them.
                for key in list(record):
                    if isinstance(record[key], (dict, list)) and self.random.random() < 0.5:
                        record[key] = json.dumps(record[key])
            items = list(record.items())
            if self.random.random() < 0.3:
                self.random.shuffle(items)
            separators = self.random.choice([(",", ":"), (", ", ": ")])
            return json.dumps(dict(items), separators=separators, ensure_ascii=self.random.random() < 0.5)
        cells = []
        for column in self.columns:
            value = record.get(column)
            cells.append("" if value is None else value if isinstance(value, str) else json.dumps(value))
        output = io.StringIO()
        csv.writer(output, delimiter=self.separator, lineterminator="").writerow(cells)
        return output.getvalue()

    def parsed(self, line):
        if not self.is_csv:
            return json.loads(line)
        return dict(zip(self.columns, next(csv.reader([line], delimiter=self.separator))))


def time_text(moment, random):
    offset = random.choice([0, 19800, -18000])
    local = moment + datetime.timedelta(seconds=offset)
    sign = "-" if offset < 0 else "+"
    zone = f"{abs(offset) // 3600:02}{random.choice([':', ''])}{abs(offset) % 3600 // 60:02}"
    suffix = sign + zone if offset else random.choice(["Z", "z", "+00:00", " UTC", " GMT", "", "+0000", "+00"])
    micro = f"{local.microsecond:06}"
    epoch = (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(microseconds=1)
    return random.choice([
        local.strftime("%Y-%m-%dT%H:%M:%S.") + micro + suffix, local.strftime("%Y-%m-%d %H:%M:%S,") + micro + suffix,
        local.strftime("%Y%m%dT%H%M%S.") + micro + suffix, epoch, str(epoch), epoch * 1000, str(epoch) + "000",
    ])


def values_at_random(random, number):
    moment = MIDNIGHT + datetime.timedelta(microseconds=random.randrange(-3 * 10**9, 86_400_000_000 + 3 * 10**9))

    def mostly(usual, *odd):
        return random.choice(usual) if random.random() < 0.85 else random.choice(odd)

    person = random.choice([random.randrange(40), f"v{random.randrange(40)}", f" w{random.randrange(9)} ", "007",
                            float(random.randrange(40)), f"{random.randrange(40)}.0", 2**60 + random.randrange(3), "é"])
    return moment, {
        "ts": mostly([time_text(moment, random)], *[time_text(moment, random)] * 4, "yesterday", None, "20/Nov/2026", {}),
        "type": mostly(["view", "view", "click", "Purchase"], " REFUND", "scroll", "impression", "none", True, ""),
        "visitor": mostly([person], None, "", "Unknown", 1.5, [], "00-0", "0", 0),
        "platform": mostly(["web"], "app", None, "-", 7, False),
        "slot": mostly(["hero", "none"], "side", None, 12, "nan"),
        "variant": mostly(["a", "b", "null", 3], "c", None, "a ", 3.5),
        "segment": random.choice(["Pune", "São Paulo", "(not set)", None, "", 42]),
        "revenue": mostly([None, 12.5, "3.25", 0, -4, 1e3], "", "free", {"amount": 1}),
        "order": random.choice([None, None, f"o{random.randrange(30)}", random.randrange(30), "N/A", "none"]),
        "event": random.choice([f"e{random.randrange(400)}", random.randrange(400), None, "nil"]),
    }


def plain(record, shape, declared, moment):
    """The same event with each field under its own name; None where the line is rejected."""
    texts = {field: value_of(record, shape.sources[field], field, declared) for field in FIELDS}
    if any(text is WRONG for text in texts.values()):
        return None
    event = {field: text for field, text in texts.items() if text is not ABSENT}
    # Times are of every form: what they mean is known, as they were made of it.
    if "ts" in event and not isinstance(moment, str):
        event["ts"] = moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"
    return event


def night(sluice, folder, name, configuration, lines, header):
    path = os.path.join(folder, name + ".log")
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("\n".join(([header] if header else []) + lines) + "\n")
    configuration["events"]["paths"] = [path]
    with open(os.path.join(folder, name + ".json5"), "w", encoding="utf-8") as file:
        json.dump(configuration, file)
    state = os.path.join(folder, "state-" + name)
    result = subprocess.run(
        [sluice, "statistics", "--config", os.path.join(folder, name + ".json5"), "--state", state, "--date", DATE, "--quiet"],
        capture_output=True, text=True)
    assert result.returncode in (0, 66), (folder, name, result)
    with open(f"{state}/statistics/date={DATE}/quality.json", encoding="utf-8") as file:
        quality = json.load(file)
    rows = f"{state}/statistics/date={DATE}/statistics.csv"
    statistics = open(rows, encoding="utf-8").read() if os.path.exists(rows) else ""
    return quality, statistics


def compare(sluice, seed, count, scratch):
    generator = random.Random(seed)
    shape = Shape(generator)
    declared = ["web", "7", "hero", "none", "12", "a", "b", "null", "3"]
    types = {"impression": "view"}
    lines, plains = [], []
    for number in range(count):
        moment, values = values_at_random(generator, number)
        is_time = shape.sources["ts"] and isinstance(values["ts"], (int, str)) and values["ts"] not in ("yesterday", "20/Nov/2026")
        line = shape.record(values)
        try:
            record = shape.parsed(line)
        except (ValueError, StopIteration):
            continue
        event = plain(record, shape, declared, moment if is_time else "")
        lines.append(line)
        plains.append("{}" if event is None else json.dumps(event))
    experiments = [
        {"platform": "web", "slot": slot, "variants": ["a", "b", "3", "null"]} for slot in ("hero", "none")
    ] + [{"platform": "7", "slot": "12", "variants": ["a", "b"]}]
    bots = {name: False for name in ("eventsPerDay", "eventsPerMinute", "clicksWithoutView")}
    common = {"pipeline": "p", "bots": bots, "experiments": experiments}
    header = None
    odd = {**common, "events": {"fields": shape.sources, "types": types, "maxRejected": 1}}
    if shape.is_csv:
        output = io.StringIO()
        csv.writer(output, delimiter=shape.separator, lineterminator="").writerow(shape.columns)
        header = output.getvalue()
    even = {**common, "events": {"fields": {"event": "event"}, "types": types, "maxRejected": 1}}
    folder = os.path.join(scratch, str(seed))
    os.makedirs(folder)
    quality, statistics = night(sluice, folder, "odd", odd, lines, header)
    expected, rows = night(sluice, folder, "even", even, plains, None)
    problems = []
    if statistics != rows:
        problems.append("statistics.csv differs")
    for key in ("lines", "visitors", "units", "mixed_units", "ignored", "events", "repeated_events"):
        ours, theirs = quality.get(key), expected.get(key)
        if isinstance(ours, dict) and "reasons" in ours:
            ours, theirs = [{r["reason"]: r["lines"] for r in part["reasons"]} for part in (ours, theirs)]
        if ours != theirs:
            problems.append(f"{key} is {ours}, not {theirs}")
    if quality["rejected"]["total"] != expected["rejected"]["total"]:
        problems.append(f"rejected: {quality['rejected']}, not {expected['rejected']}")
    return problems, expected


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--logs", type=int, default=60)
    parser.add_argument("--keep", metavar="DIR", help="keeps the logs there")
    options = parser.parse_args()
    sluice = os.path.abspath(options.sluice)
    failed = units = 0
    with tempfile.TemporaryDirectory() as scratch:
        for seed in range(options.seed, options.seed + options.logs):
            problems, quality = compare(sluice, seed, 300, options.keep or scratch)
            units += quality["units"]
            for problem in problems:
                failed += 1
                print(f"seed {seed}: {problem}", file=sys.stderr)
    # A run in which nothing counts shows nothing.
    assert units > 20 * options.logs, units
    print(f"sources: {options.logs} logs of 300 lines, {units} units, {failed} differences")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
