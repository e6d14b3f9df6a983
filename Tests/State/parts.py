"""Random small worlds through the real program: a night in parts leaves the bytes, the warnings and the exit codes of the night on
one machine.

    parts.py SLUICE [--seconds 40] [--seed N] [--keep]

Logs are JSON Lines, CSV and lists of objects, plain and gzipped, copies among them; with malformed lines, robots, visitors of several
arms, copied events, orders, refunds, other days' lines; some under a conversion window, with nights run late, some held by a guard.
They are split whole, file by file, or piece by piece through pipes. The last line is `checks: N`.
"""

import argparse
import csv
import datetime
import gzip
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

DAYS = [datetime.date(2026, 11, 18) + datetime.timedelta(days=number) for number in range(4)]
ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"]
OFFSETS = {"UTC": 0, "Europe/Berlin": 60, "Asia/Kolkata": 330, "America/St_Johns": -210}
COLUMNS = ["ts", "type", "visitor", "platform", "slot", "variant", "segment", "revenue", "order", "ip", "user_agent", "event", "propensity"]
AGENTS = ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0", "okhttp/4.12", "Googlebot/2.1", ""]
BROKEN = ["", " ", "nonsense", "{", '{"ts":1}', "[1]", '{"ts":"2026-11-20"}', '{"ts":"2026-11-20T10:00:00Z","type":"view"}']


class World:
    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.seed = seed
        draw = self.draw
        self.zone = draw.choice(ZONES)
        self.window = draw.choice([None, None, "30h", "2d"])
        self.audits = draw.random() < 0.7
        self.parts = draw.choice([1, 2, 3, 5, 8])
        self.style = draw.choice(["whole", "files", "pieces"])
        self.is_wild = draw.random() < 0.3

    def configuration(self):
        draw = self.draw
        paths = ["log/{date}/*"]
        if draw.random() < 0.3:
            paths.append("log/{date+1}/*")
        if draw.random() < 0.3:
            paths.append(draw.choice(["app/{date}/*", "log/{date}/a*"]))
        config = {
            "pipeline": "worlds", "timezone": self.zone,
            "events": {"paths": paths, "maxRejected": draw.choice([0.001, 0.5, 1, 1, 1, 1]), "fields": {}},
            "bots": {"eventsPerDay": draw.choice([30, 60]), "denyList": draw.choice(["deny.txt", "deny-{date}.txt"])},
            "statistics": {"onMixed": draw.choice(["first", "exclude"])},
            "learning": {"segments": {"minimumVisitors": 20}, "reward": draw.choice(["click", "purchase", "revenue"])},
            "experiments": [
                {"platform": "web", "slot": "hero", "variants": ["a", "b", "é"], "control": {"variant": "plain", "traffic": 0.1}},
                {"platform": "web", "slot": "cart", "variants": ["x", "y"], "learning": {"reward": "revenue"}},
            ],
        }
        if draw.random() < 0.5:
            config["events"]["fields"]["event"] = "event"
        if draw.random() < 0.2:
            config["events"]["fields"]["segment"] = ["town", "segment"]
        if draw.random() < 0.2:
            config["events"]["fields"]["order"] = "Order"
        if draw.random() < 0.3:
            config["statistics"]["revenueCap"] = 50
        if draw.random() < 0.3:
            config["statistics"]["segments"] = {"atMost": 2}
        if self.window:
            config["statistics"]["conversionWindow"] = self.window
        guards = {name: draw.choice(["hold", "warn", "off"]) for name in ("outsideDay", "unknownVariants", "visitors", "robots")}
        config["guards"] = guards
        return config

    def events(self, day, count):
        """Events of a day, some of its neighbours."""
        draw = self.draw
        shift = OFFSETS[self.zone]
        sign, minutes = ("+" if shift >= 0 else "-"), abs(shift)
        offset = f"{sign}{minutes // 60:02}:{minutes % 60:02}"
        result = []
        for number in range(count):
            own = day
            if draw.random() < (0.4 if self.is_wild else 0.05):
                own += datetime.timedelta(days=draw.choice([-1, 1]))
            clock = f"{draw.randrange(24):02}:{draw.randrange(60):02}:{draw.randrange(60):02}.{draw.randrange(10**6):06}"
            if draw.random() < 0.05:
                clock = draw.choice(["00:00:00", "23:59:59.999999"])
            visitor = draw.choice([f"v{draw.randrange(60)}", f"v{draw.randrange(60)}", "busy", "é", "e\u0301", "7", "a,b", 'q"q', "=1", "null"])
            slot, variants = draw.choice([("hero", ["a", "b", "é", "plain"]), ("hero", ["a", "b"]), ("cart", ["x", "y"]), ("else", ["z"])])
            event = {
                "ts": f"{own}T{clock}{offset}", "visitor": visitor, "platform": "web", "slot": slot,
                "type": draw.choice(["view", "view", "view", "click", "purchase", "refund", "scroll"]),
                "variant": draw.choice(variants) if draw.random() > (0.1 if self.is_wild else 0.01) else "unknown",
            }
            if draw.random() < 0.7:
                event["segment"] = draw.choice(["Pune", "Köln", "Rio", "=cmd"])
            if event["type"] in ("purchase", "refund"):
                event["order"] = f"o{draw.randrange(40)}"
                event["revenue"] = draw.choice([12.5, 3, 99.99, 0.01])
            if draw.random() < 0.3:
                event["ip"] = draw.choice(["192.0.2.1", "2001:db8::1", "nowhere"])
            if draw.random() < 0.5:
                event["user_agent"] = draw.choice(AGENTS)
            if draw.random() < 0.8:
                event["event"] = f"e{draw.randrange(10 * count)}"
            if draw.random() < 0.1:
                event["propensity"] = draw.choice([0.5, 0.25, 2])
            result.append(event)
            if draw.random() < 0.05:
                result.append(event)
        return result

    def text(self, kind, events):
        draw = self.draw
        if kind == "list":
            return json.dumps(events, indent=1, ensure_ascii=False).encode()
        broken = draw.random() < 0.5
        if kind == "csv":
            columns = draw.sample(COLUMNS, len(COLUMNS))
            out = io.StringIO()
            writer = csv.writer(out, lineterminator=draw.choice(["\n", "\r\n"]))
            writer.writerow([*columns, "note"])
            for event in events:
                writer.writerow([*(event.get(column, "") for column in columns), draw.choice(["", "one\ntwo", 'a "quote"'])])
                if broken and draw.random() < 0.01:
                    out.write("too,few\n")
            return out.getvalue().encode()
        lines = []
        for event in events:
            line = json.dumps(event, ensure_ascii=draw.random() < 0.5, separators=draw.choice([(",", ":"), (", ", ": ")])).encode()
            if draw.random() < 0.02:
                line = b'{"visitor":"other",' + line[1:]
            lines.append(line)
            if broken and draw.random() < 0.02:
                lines.append(draw.choice(BROKEN).encode() if draw.random() < 0.9 else b'{"a":"\xff"}')
        return b"\n".join(lines) + draw.choice([b"", b"\n"])

    def write(self):
        draw = self.draw
        with open("world.json5", "w", encoding="utf-8") as file:
            json.dump(self.configuration(), file, ensure_ascii=False, indent=1)
        for name in ("deny.txt", *(f"deny-{day}.txt" for day in DAYS if draw.random() < 0.9)):
            with open(name, "w", encoding="utf-8") as file:
                file.write("v3\nv4\n")
        for day in DAYS:
            os.makedirs(f"log/{day}")
            if draw.random() < 0.1:
                continue
            for number in range(draw.randrange(1, 5)):
                kind = draw.choice(["jsonl", "jsonl", "csv", "list"])
                data = self.text(kind, self.events(day, draw.randrange(0, 250)))
                path = f"log/{day}/{'abcde'[number]}.{ {'list': 'json'}.get(kind, kind) }"
                copies = {path: data}
                if draw.random() < 0.3:
                    copies = {path + ".gz": gzip.compress(data, mtime=0)}
                if draw.random() < 0.15:
                    copies[path.replace(".", "-copy.", 1)] = data
                for name, content in copies.items():
                    with open(name, "wb") as file:
                        file.write(content)
            if self.window and draw.random() < 0.03:
                # What cannot be read ends a night that reads it.
                with open(f"log/{day}/z.zip", "wb") as file:
                    file.write(b"PK\x03\x04" + bytes(60))


class Run:
    def __init__(self, sluice, world):
        self.sluice, self.world = sluice, world
        self.errors = []

    def call(self, *words, stdin=None):
        command = [self.sluice, words[0], "--config", "world.json5", *map(str, words[1:])]
        done = subprocess.run(command, stdin=stdin or subprocess.DEVNULL, capture_output=True, check=False)
        # Without the time, and the name of the state directory.
        lines = (re.sub(r"^\S+ ", "", line).replace("--state many", "--state one") for line in done.stderr.decode().splitlines())
        self.errors += [line for line in lines if "warning" in line or "error" in line]
        if done.returncode < 0:
            raise AssertionError(f"{' '.join(command)} ended by signal {-done.returncode}")
        return done.returncode, done.stdout.decode()

    def split(self, day, files, number):
        """Splits a log day; the exit code, and the tallies."""
        world, tallies = self.world, []

        def one(*words, stdin=None):
            tally = f"tally-{number}-{day}-{len(tallies)}"
            output = f"blocks-{number}/{day}/{{part}}-{len(tallies)}"
            code, _ = self.call("split", "--date", day, "--parts", world.parts, "--tally", tally, "--output", output, *words, stdin=stdin)
            tallies.append(tally)
            return code

        if world.style == "whole":
            return one(), tallies
        for file in files:
            if world.style == "files":
                code = one(file)
                if code:
                    return code, tallies
                continue
            with open(file, "rb") as source:
                data = source.read()
            cut = data.find(b"\n", len(data) // 2) + 1 if file.endswith(".jsonl") and data.lstrip()[:1] == b"{" else 0
            for start, piece in ((0, data[:cut]), (cut, data[cut:])) if cut else ((0, data),):
                with tempfile.TemporaryFile() as stdin:
                    stdin.write(piece)
                    stdin.seek(0)
                    # Of what is compressed only the reading tells how many bytes it stands for.
                    size = ["--bytes", len(piece)] if cut else []
                    code = one("--name", file, "--offset", start, *size, "-", stdin=stdin)
                if code:
                    return code, tallies
        return 0, tallies

    def night(self, day, number, now):
        """A night in parts: its exit code."""
        world = self.world
        audit = ["--audit"] if world.audits else []
        listing = f"listing-{number}"
        code, text = self.call("split", "--list", "--date", day, "--state", "many", "--parts", world.parts, "--tally", listing)
        if code:
            return code
        rows = list(csv.DictReader(io.StringIO(text)))
        tallies = [listing]
        for log_day in dict.fromkeys(row["date"] for row in rows if row["kind"] == "log"):
            code, own = self.split(log_day, [row["path"] for row in rows if row["kind"] == "log" and row["date"] == log_day], number)
            if code:
                return code
            tallies += own
        parts = []
        for part in range(world.parts):
            parts.append(f"parts-{number}/{part}")
            code, _ = self.call(
                "statistics", "--date", day, "--state", "many", "--part", parts[-1], "--workers", "1", *audit,
                f"blocks-{number}/{{date}}/{part}-*")
            if code:
                return code
        words = ["--date", day, "--state", "many", "--now", now]
        code, _ = self.call("merge", *words, *audit, *(word for tally in tallies for word in ("--tally", tally)), *parts)
        if code not in (0, 66):
            return code
        allocated, _ = self.call("allocate", *words)
        if code == 66:
            # That there are no statistics follows from there being no data, which is said.
            self.errors = [line for line in self.errors if "[no-statistics]" not in line]
        return allocated or code


def tree(state):
    """What a state directory holds of results: no records of runs, nor when which table served."""
    found = {}
    for folder, _, names in os.walk(state):
        for name in names:
            path = os.path.join(folder, name)
            key = os.path.relpath(path, state)
            if key.startswith("runs/") or key in (".lock", "allocations/served.csv") or os.path.islink(path):
                continue
            with open(path, "rb") as file:
                found[key] = file.read()
    if os.path.islink(f"{state}/current"):
        found["current"] = os.readlink(f"{state}/current").encode()
    return found


def compare(sluice, seed, codes):
    """Lives a world's nights twice; what differs, and the number of nights."""
    world = World(seed)
    world.write()
    nights = list(DAYS)
    if world.window and world.draw.random() < 0.5:
        # One is made up for later: days are then counted further than they were.
        nights.append(nights.pop(world.draw.randrange(len(nights) - 1)))
    for number, day in enumerate(nights):
        now = f"{DAYS[-1] + datetime.timedelta(days=2 + number)}T01:30:00Z"
        one, many = Run(sluice, world), Run(sluice, world)
        code, _ = one.call("run", "--date", day, "--state", "one", "--now", now, *(["--audit"] if world.audits else []))
        codes[code] = codes.get(code, 0) + 1
        other = many.night(day, number, now)
        what = f"world {seed} ({world.style}, {world.parts} parts, window {world.window}), night of {day}"
        # Which of several faults ends it depends on who comes first.
        if code != other and not {code, other} <= {65, 74}:
            return f"{what}: exit {code} alone, {other} in parts\n" + "\n".join(one.errors + ["---"] + many.errors), number
        left, right = tree("one"), tree("many")
        different = sorted(name for name in {*left, *right} if left.get(name) != right.get(name))
        if different:
            return f"{what}: {different} differ", number
        # A log that ends the night is told by whoever reads it, in its own words.
        if code not in (65, 74) and sorted(one.errors) != sorted(many.errors):
            return f"{what}: it says other things\n" + "\n".join(one.errors + ["---"] + many.errors), number
    return None, len(nights)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--keep", action="store_true", help="leave the folder of a world that differs")
    arguments = parser.parse_args()
    sluice = os.path.abspath(arguments.sluice)
    start, seed, worlds, checks, codes = time.monotonic(), arguments.seed or 0, 0, 0, {}
    while True:
        # In memory where there is such a place: on a busy disk a world waits ten times as long as it computes.
        folder = tempfile.mkdtemp(prefix="sluice-world-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        os.chdir(folder)
        difference, nights = compare(sluice, seed, codes)
        checks += nights
        worlds += 1
        os.chdir("/")
        if difference:
            print(f"FAILED: {difference}" + (f"\nin {folder}" if arguments.keep else ""))
        if not (difference and arguments.keep):
            subprocess.run(["rm", "-rf", folder], check=True)
        if difference:
            return 1
        seed += 1
        # A dozen at least, however slow the machine is.
        if arguments.seed is not None or (worlds >= 12 and time.monotonic() - start > arguments.seconds) or worlds >= 400:
            break
    print(f"{worlds} worlds, nights by exit code: {dict(sorted(codes.items()))}")
    missing = {0, 65, 66, 76} - codes.keys()
    if missing and arguments.seed is None:
        print(f"FAILED: no night ended with {missing}")
        return 1
    print(f"checks: {checks}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
