#!/usr/bin/env python3
"""The ports in their real runtimes, against the published vectors and against the Swift library.

    python ports.py SLUICE LIBRARY [--visitors 100000] [--only javascript,go,…] [--bench]

Tables are made up with names of odd characters, controls, holdouts of their own and shared ones, columns and statuses that nobody knows;
so are visitors: empty ids, spaces, control characters, every script, what lies beyond U+FFFF, ids of 10,000 bytes. Each port assigns all of
them, of all and of allowed variants, and explains some. Answers must be the library's, bit for bit; scores, which have a logarithm in
them, to 14 digits. Tables that the library refuses must be refused, and so must the export where it was changed. With --bench:
nanoseconds of an assignment instead.

Exit: 0 when nothing differs, 1 with what does.
"""

from __future__ import annotations

import argparse
import csv
import functools
import http.server
import io
import json
import math
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
from typing import Callable

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
SERVING = os.path.join(ROOT, "pipelines", "serving")
CLIENTS = os.path.join(HERE, "Ports")
VECTORS = os.path.join(ROOT, "Tests", "RandomizerTests", "Vectors", "assignment.json")
BUILD = os.path.join(ROOT, ".build", "ports")
sys.path[:0] = [SERVING, os.path.join(ROOT, "Tests", "RandomizerTests", "Reference"), os.path.join(ROOT, "Tests", "Report")]

from assign import xxh64  # noqa: E402
from sluice_randomizer import Host, NoneAllowed, RandomizerError, UnknownSlot  # noqa: E402

DATE = "2026-11-21"
PIECES = [
    *("a", "b", "7", "007", " ", "  ", "\t", "\n", "\r", "\0", "\x1f", "\x7f", "\x85", "\u2028", '"', "'", ",", ";", "\\", "/", "%2F", "<"),
    *("é", "e\u0301", "ß", "İ", "日本", "पुणे", "\u200d", "\ufeff", "\uffff", "\ue000", "\U00010000", "🙂", "👩‍👩‍👧", "\U0010ffff"),
]


def hexadecimal(text: str | bytes) -> str:
    return (text if isinstance(text, bytes) else text.encode()).hex() or "-"


def name(chance: random.Random, most: int = 6) -> str:
    return "".join(chance.choice(PIECES) for _ in range(chance.randint(1, most)))


def visitor(chance: random.Random, number: int) -> str:
    kind = number % 20
    if kind == 0:
        return "".join(chance.choice(PIECES) for _ in range(chance.randint(0, 80)))
    if kind == 1:
        return chance.choice(PIECES) * chance.choice((0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65))
    if kind == 2:
        return "".join(chr(chance.choice((chance.randrange(0x20), chance.randrange(0xD800), chance.randrange(0xE000, 0x110000)))) for _ in range(9))
    if kind == 3 and number % 1000 == 3:
        return name(chance) * 2000
    return chance.choice(("%d", "visitor-%d", "%032x", " %d", "%d ", "ünï-%d")) % (number * 2654435761 % 2**40)


def shares(chance: random.Random, count: int) -> list[int]:
    """Millionths that sum to a whole, some of them 0."""
    weights = [0 if chance.random() < 0.15 else chance.expovariate(1) ** 3 for _ in range(count)]
    weights[chance.randrange(count)] = 1.0
    parts = [int(1_000_000 * weight / sum(weights)) for weight in weights]
    parts[parts.index(max(parts))] += 1_000_000 - sum(parts)
    return parts


class Made:
    """A table that was made up, as published."""

    def __init__(self, folder: str, seed: int, experiments: int = 8):
        chance = random.Random(seed)
        self.slots: list[tuple[str, str]] = []
        self.segments = [name(chance) for _ in range(3)] + ["पुणे", "Pune"]
        self.variants: dict[tuple[str, str], list[str]] = {}
        described, rows = [], []
        for number in range(experiments):
            key = (chance.choice(["web", "wéb", name(chance)]), f"{name(chance)}{number}")
            self.slots.append(key)
            variants = list({name(chance) for _ in range(chance.randint(2, 12))} | {"a", "b"})
            self.variants[key] = variants
            kind = number % 4
            control = None if kind == 0 else chance.choice(variants)
            holdout = {2: "site", 3: name(chance)}.get(kind)
            if holdout is not None and number % 8 == 3:
                # Only beside a holdout that has a name may a variant be called so.
                variants.append("control")
            described.append({"platform": key[0], "slot": key[1], "reward": "click", "unknown": [{}, 1.5e3, None]} | ({"holdout": holdout} if holdout is not None else {}))
            for segment in ["*"] + chance.sample(self.segments, 2):
                # Some groups have no control, and some nothing else.
                own = control if chance.random() < 0.9 else None
                millionths = shares(chance, len(variants))
                if number == 1 and segment == "*":
                    own, millionths = control, [1_000_000 if variant == control else 0 for variant in variants]
                for variant, part in zip(variants, millionths):
                    status = "control" if variant == own else chance.choice(["active", "new", "stopped", "scheduled", "ended", "", "unheard, of"])
                    traffic = f"{part // 1_000_000}.{part % 1_000_000:06d}" if part % 10 else f"{part / 1e6:.5f}"
                    rows.append([DATE, *key, segment, variant, traffic, status, "", "0.5", 'a "quote"', "later\ncolumn"])
        chance.shuffle(rows)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["date", "platform", "slot", "segment", "variant", "traffic", "status", "probability_best", "mean", "verdict", "lift_low"])
        writer.writerows(rows)
        self.table = text.getvalue().encode()
        self.manifest = {
            "format": "sluice-allocation/2", "date": DATE, "rows": len(rows), "bytes": len(self.table),
            "xxh64": f"{xxh64(self.table, 0):016x}", "pipeline": "made up \u00fc", "later": {"key": [1, 2]}, "experiments": described,
        }
        self.path = f"{folder}/{seed}"
        self.write(self.path)

    def write(self, path: str, manifest: dict | bytes | None = None, table: bytes | None = None) -> str:
        os.makedirs(path, exist_ok=True)
        with open(f"{path}/manifest.json", "wb") as file:
            text = self.manifest if manifest is None else manifest
            file.write(text if isinstance(text, bytes) else json.dumps(text, ensure_ascii=False).encode())
        with open(f"{path}/allocation.csv", "wb") as file:
            file.write(self.table if table is None else table)
        return path


def script(made: Made, visitors: int, seed: int) -> list[list[str]]:
    """Commands with texts that are yet to be written in hexadecimal."""
    chance = random.Random(seed)
    lines = []
    for number in range(visitors):
        platform, slot = chance.choice(made.slots)
        segment = chance.choice(["*", "elsewhere", "", *made.segments])
        who = visitor(chance, number)
        if number % 500 == 7:
            platform, slot = chance.choice([("web", "nowhere"), ("", ""), (slot, platform)])
        if number % 10 == 3:
            known = made.variants.get((platform, slot), ["a"])
            lines.append(["allowed", platform, slot, segment, who, *chance.sample(known, chance.randint(0, min(4, len(known)))), "unknown"])
        else:
            lines.append(["explain" if number % 50 == 1 else "assign", platform, slot, segment, who])
    return lines


def expected(made: Made, lines: list[list[str]], library: str) -> list[str]:
    """What the library answers."""
    answers = []
    with Host(made.path, library=library) as host:
        for command, platform, slot, segment, who, *allowed in lines:
            try:
                if command == "explain":
                    answers.append(json.dumps(host.explain(platform, slot, who, segment)))
                    continue
                shown = host.assign(platform, slot, who, segment, allowed if command == "allowed" else None)
            except (UnknownSlot, NoneAllowed):
                answers.append("null")
                continue
            bits = struct.pack(">d", shown.propensity).hex()
            answers.append(f"{shown.variant.encode().hex()} {bits} {shown.date} {int(shown.has_own_group)}")
    return answers


def is_same(answer: str, wanted: str) -> bool:
    """Whether an answer is the wanted one; of an explanation, whether the values are, scores to 14 digits."""
    if not wanted.startswith("{"):
        return answer == wanted
    left, right = json.loads(answer), json.loads(wanted)
    for one, other in zip(left["arms"], right["arms"]):
        a, b = one.pop("score"), other.pop("score")
        if (a is None) != (b is None) or (a is not None and not math.isclose(a, b, rel_tol=1e-14, abs_tol=1e-300)):
            return False
    return left == right


def encoded(line: list[str]) -> str:
    return " ".join([line[0], *(hexadecimal(word) for word in line[1:])])


def vectors(folder: str) -> tuple[list[tuple[str, str]], list[tuple[str, list[tuple[str, str]]]]]:
    """The published vectors: hashes with what they must be, and for each case a table with lines and their answers."""
    with open(VECTORS, encoding="utf-8") as file:
        document = json.load(file)
    hashes = [(f"xxh64 {hexadecimal(one['input'])} {one['seed']:016x}", one["hash"]) for one in document["xxh64"]]
    hashes += [(f"mix64 {one['input']}", one["output"]) for one in document["mix64"]]
    cases = []
    for number, case in enumerate(document["cases"]):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["date", "platform", "slot", "segment", "variant", "traffic", "status"])
        for variant, traffic in case["traffic"].items():
            status = "control" if variant == case.get("control") else "active"
            writer.writerow([DATE, case["platform"], case["slot"], "*", variant, f"{traffic:.6f}", status])
        table = text.getvalue().encode()
        experiments = [{"platform": case["platform"], "slot": case["slot"]} | ({"holdout": case["holdout"]} if "holdout" in case else {})]
        made = Made.__new__(Made)
        made.table, made.path = table, f"{folder}/vector-{number}"
        made.manifest = {
            "format": "sluice-allocation/2", "date": DATE, "rows": len(case["traffic"]), "bytes": len(table),
            "xxh64": f"{xxh64(table, 0):016x}", "experiments": experiments,
        }
        made.write(made.path)
        lines = []
        for who, variant in case["assignments"].items():
            words = ["allowed" if "allowed" in case else "assign", case["platform"], case["slot"], "*", who, *case.get("allowed", [])]
            bits = struct.pack(">d", case["propensities"][variant]).hex()
            lines.append((encoded(words), f"{variant.encode().hex()} {bits} {DATE} 0"))
        cases.append((made.path, lines))
    return hashes, cases


def broken(folder: str, made: Made) -> list[str]:
    """Tables that nobody may serve."""
    right = made.manifest
    simple = b"date,platform,slot,segment,variant,traffic,status\n"

    def of(rows: list[str], **other) -> tuple[dict, bytes]:
        table = simple + "".join(f"{DATE},web,hero,{row}\n" for row in rows).encode()
        return {"format": "sluice-allocation/2", "date": DATE, "rows": len(rows), "bytes": len(table), "xxh64": f"{xxh64(table, 0):016x}"} | other, table

    whole = of(["*,a,0.5,", "*,b,0.5,"])
    cases: list[tuple[dict | bytes, bytes]] = [
        (right | {"format": "sluice-allocation/3"}, made.table),
        (right | {"bytes": len(made.table) + 1}, made.table),
        (right | {"rows": right["rows"] + 1}, made.table),
        (right | {"date": "2026-11-22"}, made.table),
        (right | {"xxh64": "0" * 16}, made.table),
        (right | {"xxh64": "00"}, made.table),
        (right, made.table[:-1]),
        (right, made.table.replace(b"0.", b"1.", 1)),
        ({key: value for key, value in right.items() if key != "bytes"}, made.table),
        (right | {"experiments": 7}, made.table),
        (right | {"experiments": [{"holdout": "site"}]}, made.table),
        (right | {"pipeline": 7}, made.table),
        (b"", made.table), (b"[]", made.table), (b"{", made.table), (b"\xff", made.table), (b"null", made.table),
        (whole[0], b""),
        of(["*,a,0.5,", "*,b,0.499999,"]), of(["*,a,0.5,", "*,a,0.5,"]), of(["Pune,a,1,"]), of(["*,a,1.0000001,"]), of(["*,a,+1,"]),
        of(["*,a,1e0,"]), of(["*,a,01,"]), of(["*,a,1.,"]), of(["*,,1,"]), of([",a,1,"]), of(["*,a,1"]), of(['*,a"b,1,']), of(['*,"a"b,1,']),
        of(['*,"a,1,']), of(["*,a,0.5,control", "*,b,0.5,control"]), of(["*,a,0.5,control", "*,control,0.5,"]),
    ]
    wrong_date = simple + b"2026-11-31,web,hero,*,a,1,\n"
    cases.append((whole[0] | {"rows": 1, "bytes": len(wrong_date), "xxh64": f"{xxh64(wrong_date, 0):016x}", "date": "2026-11-31"}, wrong_date))
    bytes_wrong = simple + f"{DATE},web,hero,*,".encode() + b"\xff,1,\n"
    cases.append((whole[0] | {"rows": 1, "bytes": len(bytes_wrong), "xxh64": f"{xxh64(bytes_wrong, 0):016x}"}, bytes_wrong))
    return [made.write(f"{folder}/broken-{number}", *case) for number, case in enumerate(cases)]


def numbered(folder: str, made: Made) -> str:
    """A table whose slot, segment and variants are numbers: what has to be found by them."""
    rows = [f"{DATE},web,7,{segment},{variant},0.5,active\n" for segment in ("*", "7", "-12") for variant in ("7", "8")]
    table = ("date,platform,slot,segment,variant,traffic,status\n" + "".join(rows)).encode()
    manifest = {"format": "sluice-allocation/2", "date": DATE, "rows": 6, "bytes": len(table), "xxh64": f"{xxh64(table, 0):016x}"}
    return made.write(f"{folder}/numbered", manifest, table)


def sound(folder: str, made: Made) -> list[str]:
    """Tables in an unusual form that are served all the same."""
    rows = [b"date,platform,slot,segment,variant,traffic", f"{DATE},web,hero,*,a,1".encode()]

    def of(table: bytes, rows: int = 1) -> tuple[dict, bytes]:
        return {"format": "sluice-allocation/1", "date": DATE, "rows": rows, "bytes": len(table), "xxh64": f"{xxh64(table, 0):016X}", "experiments": 7}, table

    cases = [of(b"\r\n".join(rows) + b"\r\n"), of(b"\xef\xbb\xbf" + b"\n".join(rows)), of(b"\n\n" + b"\n\n".join(rows) + b"\r\n\n"),
             of(b'date,platform,slot,segment,variant,traffic,"x\ny",z\n' + rows[1] + b',"\n",\xff\n'),
             of(b"z,traffic,variant,segment,slot,platform,date\n,1,a,*,hero,web," + DATE.encode()),
             # A night on which nothing may be shown: every slot is unknown.
             of(rows[0] + b"\n", rows=0)]
    return [made.write(f"{folder}/sound-{number}", *case) for number, case in enumerate(cases)]


class Port:
    """A port's client: what runs it."""

    def __init__(self, command: list[str], environment: dict[str, str] | None = None):
        self.command, self.environment = command, os.environ | (environment or {})

    def run(self, place: str, lines: list[str]) -> list[str]:
        done = subprocess.run(
            [*self.command, place], input="".join(line + "\n" for line in lines).encode(), capture_output=True, check=False, env=self.environment
        )
        text = done.stdout.decode()
        if done.returncode not in (0, 1) or (done.returncode == 1 and not text.startswith("error ")):
            raise SystemExit(f"{self.command[0]}: exit {done.returncode}: {text[-500:]}{done.stderr.decode(errors='replace')[-2000:]}")
        return text.split("\n")[:-1]


def javascript(folder: str) -> Port:
    for file in (f"{SERVING}/javascript/sluice_randomizer.mjs", f"{CLIENTS}/client.mjs", f"{CLIENTS}/answers.mjs"):
        shutil.copy(file, folder)
    return Port(["node", f"{folder}/client.mjs"])


def go(folder: str) -> Port:
    os.makedirs(f"{folder}/go/sluice")
    shutil.copy(f"{SERVING}/go/sluice_randomizer.go", f"{folder}/go/sluice")
    shutil.copy(f"{CLIENTS}/client.go", f"{folder}/go")
    with open(f"{folder}/go/go.mod", "w", encoding="utf-8") as file:
        file.write("module client\n\ngo 1.18\n")
    environment = os.environ | {"GOCACHE": os.path.abspath(f"{BUILD}/go"), "GOFLAGS": "-mod=mod", "GOPROXY": "off", "CGO_ENABLED": "0"}
    subprocess.run(["go", "vet", "./..."], cwd=f"{folder}/go", env=environment, check=True)
    subprocess.run(["go", "build", "-o", "client", "."], cwd=f"{folder}/go", env=environment, check=True)
    return Port([f"{folder}/go/client"])


def java(folder: str) -> Port:
    files = [f"{SERVING}/java/SluiceRandomizer.java", f"{CLIENTS}/Client.java"]
    subprocess.run(["javac", "-Xlint:all", "-Werror", "-encoding", "UTF-8", "-d", f"{folder}/java", *files], check=True)
    return Port(["java", "-cp", f"{folder}/java", "Client"])


def php(_: str) -> Port:
    return Port(["php", f"{CLIENTS}/client.php"], {"SLUICE_PORT": f"{SERVING}/php/SluiceRandomizer.php"})


class Browser:
    """The port in JavaScript in a real browser, which fetches the table from a static server."""

    def __init__(self, folder: str):
        from chromium import Chromium

        javascript(folder)
        handler = functools.partial(QuietHandler, directory=folder)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.folder = folder
        with open(f"{folder}/page.html", "w", encoding="utf-8") as file:
            file.write('<!doctype html><meta charset="utf-8"><title>port</title>')
        self.browser = Chromium()
        self.browser.call("Page.navigate", url=f"http://127.0.0.1:{self.server.server_port}/page.html")
        time.sleep(1)

    def run(self, place: str, lines: list[str]) -> list[str]:
        with open(f"{self.folder}/script.txt", "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
        read = f'Table.fromExport(await (await fetch("/{os.path.relpath(place, self.folder)}", {{ cache: "no-store" }})).json())' if place.endswith(".json") else (
            f'await fetchTable("/{os.path.relpath(place, self.folder)}")')
        source = f"""(async () => {{
            const {{ fetchTable, Table }} = await import("/sluice_randomizer.mjs")
            const {{ answer }} = await import("/answers.mjs")
            try {{
                const table = {read}
                const script = await (await fetch("/script.txt", {{ cache: "no-store" }})).text()
                return script.split("\\n").slice(0, -1).map((line) => answer(table, line)).join("\\n")
            }} catch (error) {{
                return "error " + (error.name === "TableError" ? "" : "unexpected ") + error.message
            }}
        }})()"""
        result = self.browser.call("Runtime.evaluate", expression=source, awaitPromise=True, returnByValue=True)
        if "value" not in result["result"]:
            raise SystemExit(f"browser: {result}")
        return result["result"]["value"].split("\n")

    def close(self) -> None:
        self.browser.__exit__(None, None, None)
        self.server.shutdown()
        self.server.server_close()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript"}

    def log_message(self, *_) -> None:
        pass


MAKERS = {"javascript": javascript, "go": go, "java": java, "php": php, "browser": Browser}


class Comparison:
    def __init__(self, name: str):
        self.name, self.checks, self.differences = name, 0, 0

    def compare(self, lines: list[str], answers: list[str], wanted: list[str]) -> None:
        if len(answers) != len(wanted):
            self.differences += 1
            print(f"{self.name}: {len(answers)} answers to {len(wanted)} lines: {answers[:1]}")
            return
        for line, answer, right in zip(lines, answers, wanted):
            self.checks += 1
            if not is_same(answer, right):
                self.differences += 1
                if self.differences <= 5:
                    print(f"{self.name}: {line[:200]}\n  answers {answer[:300]}\n  not     {right[:300]}")

    def expect(self, holds: bool, text: str) -> None:
        self.checks += 1
        if not holds:
            self.differences += 1
            print(f"{self.name}: {text}")


def compare(options: argparse.Namespace, folder: str) -> int:
    made = [Made(folder, seed) for seed in range(4)]
    scripts = [script(one, options.visitors // len(made), seed) for seed, one in enumerate(made)]
    wanted = [expected(one, lines, options.library) for one, lines in zip(made, scripts)]
    coded = [[encoded(line) for line in lines] for lines in scripts]
    hashes, cases = vectors(folder)
    bad, good, numbers = broken(folder, made[0]), sound(folder, made[0]), numbered(folder, made[0])
    for path in bad:
        # What the ports must refuse is what the library refuses.
        with Host(path, library=options.library) as host:
            try:
                host.refresh()
                raise SystemExit(f"the library serves {path}, which it must not")
            except RandomizerError:
                pass
    exports = []
    for one in made if {"javascript", "browser"} & set(options.only) else []:
        exports.append(f"{one.path}.json")
        subprocess.run([options.sluice, "export", "--table", one.path, "--output", exports[-1]], check=True)
    checks = differences = 0
    for port_name in options.only:
        result = Comparison(port_name)
        port = MAKERS[port_name](folder)
        try:
            result.compare([line for line, _ in hashes], port.run(made[0].path, [line for line, _ in hashes]), [right for _, right in hashes])
            for path, lines in cases:
                result.compare([line for line, _ in lines], port.run(path, [line for line, _ in lines]), [right for _, right in lines])
            for one, lines, right in zip(made, coded, wanted):
                result.compare(lines, port.run(one.path, lines), right)
            if port_name in ("javascript", "browser", "php"):
                answer = port.run(numbers, ["kinds web 7"])
                result.expect(answer == ["ok"], f"names and ids that are no texts: {answer}")
            for path in bad:
                with open(f"{path}/manifest.json", "rb") as file:
                    answer = port.run(path, ["assign 77 77 2a 77"])
                    result.expect(
                        answer[0].startswith("error ") and not answer[0].startswith("error unexpected") and "; " in answer[0],
                        f"a broken table is refused with a remedy: {file.read()[:300]!r} {answer}",
                    )
            one_row = f"{b'a'.hex()} {struct.pack('>d', 1.0).hex()} {DATE} 0"
            for path in good:
                answer = port.run(path, [encoded(["assign", "web", "hero", "Pune", "v"])])
                result.expect(answer == (["null"] if path.endswith("-5") else [one_row]), f"{path}: {answer}")
            if port_name in ("javascript", "browser"):
                for export, lines, right in zip(exports, coded, wanted):
                    result.compare(lines[:5000], port.run(export, lines[:5000]), right[:5000])
                check_export(result, port, folder, exports[0], made[0], options)
        finally:
            if isinstance(port, Browser):
                port.close()
        print(f"{port_name}: {result.checks:,} answers, {result.differences} differences", flush=True)
        checks, differences = checks + result.checks, differences + result.differences
    print(f"checks: {checks}")
    return 1 if differences else 0


def check_export(result: Comparison, port: Port | Browser, folder: str, export: str, made: Made, options: argparse.Namespace) -> None:
    """Its digest is of what it says, however it is laid out; a change is seen; one platform alone has nothing of another."""
    with open(export, encoding="utf-8") as file:
        document = json.load(file)
    line = [encoded(["assign", *made.slots[0], "*", "v"])]
    right = port.run(export, line)

    def written(changed: dict) -> list[str]:
        with open(f"{folder}/changed.json", "w", encoding="utf-8") as file:
            json.dump(changed, file, indent=3, sort_keys=True)
        return port.run(f"{folder}/changed.json", line)

    result.expect(written(document) == right and not right[0].startswith("error"), f"the export's layout is nobody's: {right}")
    platform = next(iter(document["platforms"]))
    slot = next(iter(document["platforms"][platform]))
    for change in (
        lambda copy: copy.update(date="2026-11-22"),
        lambda copy: copy.update(pipeline="another"),
        lambda copy: copy.update(format="sluice-table/2"),
        lambda copy: copy["platforms"].pop(platform),
        lambda copy: copy["platforms"][platform][slot].update(holdout="another"),
        lambda copy: copy["platforms"][platform][slot]["segments"]["*"].update(control="nobody"),
        lambda copy: copy["platforms"][platform][slot]["segments"].pop("*"),
        lambda copy: copy.update(platforms=7),
    ):
        copy = json.loads(json.dumps(document))
        change(copy)
        answer = written(copy)
        result.expect(answer[0].startswith("error table.json") or answer[0].startswith("error allocation.csv"), f"a changed export is refused: {answer}")
    part = f"{folder}/part.json"
    subprocess.run([options.sluice, "export", "--table", made.path, "--platform", made.slots[0][0], "--output", part], check=True)
    with open(part, encoding="utf-8") as file:
        result.expect(list(json.load(file)["platforms"]) == [made.slots[0][0]], "one platform alone")
    result.expect(port.run(part, line) == right, "one platform assigns as all do")


def bench(options: argparse.Namespace, folder: str) -> int:
    """Nanoseconds of an assignment among ten arms: with a shared holdout, one slot."""
    rows = "".join(f"{DATE},web,hero,*,banner-{arm},{'0.05' if arm == 0 else '0.11' if arm < 6 else '0.1'},{'control' if arm == 0 else 'active'}\n" for arm in range(10))
    table = ("date,platform,slot,segment,variant,traffic,status\n" + rows).encode()
    manifest = {"format": "sluice-allocation/2", "date": DATE, "rows": 10, "bytes": len(table), "xxh64": f"{xxh64(table, 0):016x}",
                "experiments": [{"platform": "web", "slot": "hero", "holdout": "site"}]}
    made = Made.__new__(Made)
    path = made.write(f"{folder}/bench", manifest, table)
    count = 2_000_000
    visitors = [f"visitor-{number}" for number in range(1000)]

    def least(turns: int, assign: Callable[[], object]) -> float:
        times = []
        for _ in range(turns):
            start = time.perf_counter()
            assign()
            times.append(time.perf_counter() - start)
        return min(times) * 1e6

    with Host(path, library=options.library) as host:
        print(f"swift, from python in a batch: {least(1000, lambda: host.assign_batch('web', 'hero', visitors)):.0f} ns")
        print(f"swift, from python one by one: {least(100, lambda: [host.assign('web', 'hero', who) for who in visitors]):.0f} ns")
    client = f"{folder}/bench-c"
    subprocess.run(
        ["cc", "-std=c11", "-O2", "-D_POSIX_C_SOURCE=200809L", "-I", f"{ROOT}/Sources/CSluiceRandomizer/include", f"{CLIENTS}/bench.c", options.library,
         f"-Wl,-rpath,{os.path.dirname(options.library)}", "-o", client], check=True)
    print(f"swift, from C: {subprocess.run([client, path, str(count)], check=True, capture_output=True, text=True).stdout.strip()} ns")
    for port_name in options.only:
        port = MAKERS[port_name](folder)
        try:
            nanoseconds = port.run(path, [f"bench web hero {count // (20 if port_name == 'php' else 1)}"])
            print(f"{port_name}: {nanoseconds[0]} ns", flush=True)
        finally:
            if isinstance(port, Browser):
                port.close()
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("sluice", type=os.path.abspath)
    parser.add_argument("library", type=os.path.abspath)
    parser.add_argument("--visitors", type=int, default=100_000)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(MAKERS))
    parser.add_argument("--bench", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return bench(options, folder) if options.bench else compare(options, folder)


if __name__ == "__main__":
    sys.exit(main())
