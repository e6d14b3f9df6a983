#!/usr/bin/env python3
"""What operators' tools say of Sluice: promtool of its metrics, rules and dashboard; bash, zsh and fish of its completions; man,
groff and mandoc of its manual pages.

    python3 Tests/Operations/check.py SLUICE PROMTOOL

Tools that are missing are named as skipped. Prints how many checks there were; exits 1 when one failed.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MONITORING = os.path.join(ROOT, "pipelines", "monitoring")
CONFIG = ["--config", "pipelines/banners.json5"]
METRIC = re.compile(r"\bsluice_[a-z0-9_]+")


class Checks:
    def __init__(self) -> None:
        self.count = 0
        self.failures: list[str] = []

    def that(self, fine: bool, what: str) -> None:
        self.count += 1
        if not fine:
            self.failures.append(what)
            print(f"FAILED: {what}", flush=True)


def run(words: list[str], **options) -> subprocess.CompletedProcess:
    return subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=300, **options)


def metrics(checks: Checks, sluice: str, promtool: str, scratch: str) -> None:
    listed = run([sluice, "help", "metrics"]).stdout
    known = set(re.findall(r"^(sluice_[a-z0-9_]+)\{", listed, re.M))
    checks.that(len(known) > 25, f"sluice help metrics lists {len(known)} metrics")
    state = os.path.join(scratch, "state")
    seen: set[str] = set()
    nights = [
        ("a good range", ["run", *CONFIG, "--state", state, "--date", "2026-11-18..2026-11-19", "--now", "2026-11-19T20:00:00Z"], 0),
        ("a night under --strict", ["run", *CONFIG, "--state", state, "--date", "2026-11-20", "--now", "2026-11-20T20:00:00Z", "--strict"], 1),
        ("the first half", ["statistics", *CONFIG, "--state", state, "--date", "2026-11-20", "--now", "2026-11-20T20:00:00Z"], 0),
        ("the second half", ["allocate", *CONFIG, "--state", state, "--date", "2026-11-20", "--now", "2026-11-20T20:00:00Z"], 0),
        ("a night whose dated list is not there", ["run", *CONFIG, "--state", state, "--date", "2026-12-20", "--now", "2026-12-20T20:00:00Z"], 78),
        ("no configuration", ["run", "--config", "nowhere.json5", "--state", state], 78),
        ("words that make no sense", ["run", *CONFIG, "--state", state, "--date", "yesterday"], 64),
    ]
    for number, (name, words, code) in enumerate(nights):
        path = os.path.join(scratch, f"{number}.prom")
        result = run([sluice, *words, "--metrics", path])
        checks.that(result.returncode == code, f"{name}: exit {result.returncode}, not {code}: {result.stderr[-600:]}")
        text = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
        checks.that(f"sluice_run_exit_code{{pipeline=\"banners\",command=\"{words[0]}\"}} {code}\n" in text, f"{name}: no exit code")
        seen |= set(re.findall(r"^# TYPE (\S+)", text, re.M))
        checked = run([promtool, "check", "metrics"], input=text)
        said = (checked.stdout + checked.stderr).strip()
        checks.that(checked.returncode == 0 and not said, f"{name}: promtool check metrics: {said}")
        checks.that(not [name for name in os.listdir(scratch) if name.endswith(".new")], f"{name}: left-overs")
    checks.that(known == seen, f"listed, and written in none of these runs, or the other way: {known ^ seen}")

    rules = os.path.join(MONITORING, "sluice.rules.yml")
    for words in (["check", "rules", rules], ["test", "rules", os.path.join(MONITORING, "sluice.rules.test.yml")]):
        checked = run([promtool, *words])
        checks.that(checked.returncode == 0, f"promtool {words[0]} rules: {checked.stdout}{checked.stderr}")
    text = open(rules, encoding="utf-8").read()
    used = {name for line in text.splitlines() if "expr:" in line for name in METRIC.findall(line)}
    checks.that(len(used) > 8 and used <= known, f"rules use metrics that do not exist: {used - known}")
    dashboard = json.load(open(os.path.join(MONITORING, "dashboard.json"), encoding="utf-8"))
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    queries += [variable["definition"] for variable in dashboard["templating"]["list"] if "definition" in variable]
    checks.that(len(queries) > 20, "the dashboard has queries")
    for query in queries:
        names = set(METRIC.findall(query))
        checks.that(bool(names) and names <= known, f"the dashboard's query {query} names {names - known}")
        labels = {name: set(found.split(",")) for name, found in re.findall(r"^(sluice_\w+)\{(.*?)\}", listed, re.M)}
        asked = set(re.findall(r"(\w+)(?:=|!=|=~)\"", query))
        checks.that(all(asked <= labels[name] for name in names & known), f"{query}: labels that do not exist")
    numbers = [panel["id"] for panel in dashboard["panels"]]
    checks.that(len(numbers) == len(set(numbers)), "panels have numbers of their own")


def typed(shell: list[str], setup: str, line: str) -> str:
    """What an interactive shell shows after a line with a tab at its end."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update({"TERM": "dumb", "PS1": "$ ", "LC_ALL": "C.UTF-8"})
        os.execvp(shell[0], shell)
    shown = b""

    def read(until: str, seconds: float) -> None:
        nonlocal shown
        end = time.monotonic() + seconds
        while time.monotonic() < end and until.encode() not in shown:
            if select.select([terminal], [], [], 0.2)[0]:
                try:
                    shown += os.read(terminal, 65536)
                except OSError:
                    return

    os.write(terminal, f"{setup}; echo re''ady\n".encode())
    read("ready", 60)
    shown = b""
    os.write(terminal, line.encode() + b"\t")
    read("\0", 3)
    os.close(terminal)
    os.waitpid(child, 0)
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x07|\r", "", shown.decode(errors="replace"))


COMPLETED = [
    ("sluice rollb", "sluice rollback "),
    ("sluice status --js", "sluice status --json "),
    ("sluice run --met", "sluice run --metrics "),
    ("sluice completions zs", "sluice completions zsh "),
    ("sluice help metr", "sluice help metrics "),
    ("sluice check --config pipelines/banners.j", "sluice check --config pipelines/banners.json5 "),
    ("sluice history --state Tests/Operati", "sluice history --state Tests/Operations/"),
]


def completions(checks: Checks, sluice: str, scratch: str) -> None:
    os.environ["PATH"] = os.path.dirname(sluice) + ":" + os.environ["PATH"]
    os.chdir(ROOT)
    files = {}
    for shell in ("bash", "zsh", "fish"):
        files[shell] = os.path.join(scratch, shell)
        with open(files[shell], "w", encoding="utf-8") as file:
            file.write(run([sluice, "completions", shell]).stdout)
    zsh = f"autoload -Uz compinit; compinit -u -D; source {files['zsh']}"
    shells = {
        "bash": (["bash", "--norc", "--noprofile", "-i"], f"source {files['bash']}"),
        "zsh": (["zsh", "-f", "-i"], zsh),
    }
    for name, (shell, setup) in shells.items():
        if not shutil.which(name):
            print(f"skipped: completions of {name}: {name} is not installed")
            continue
        checks.that(run([name, "-n", files[name]]).returncode == 0, f"{name} -n finds faults")
        for line, expected in COMPLETED:
            shown = typed(shell, setup, line)
            checks.that(expected in shown, f"{name}: '{line}' becomes {shown!r}, not '{expected}'")
    if not shutil.which("fish"):
        print("skipped: completions of fish: fish is not installed")
        return
    checks.that(run(["fish", "--no-execute", files["fish"]]).returncode == 0, "fish --no-execute finds faults")
    for line, expected in COMPLETED:
        result = run(["fish", "--no-config", "-c", f"source {files['fish']}; complete -C '{line}'"])
        words = [candidate.split("\t")[0] for candidate in result.stdout.splitlines()]
        checks.that(expected.split()[-1] in words, f"fish: '{line}' offers {words}, not {expected.split()[-1]}: {result.stderr}")


def manual(checks: Checks, sluice: str, scratch: str) -> None:
    directory = os.path.join(scratch, "man1")
    checks.that(run([sluice, "man", "--output", directory]).returncode == 0, "sluice man --output")
    pages = sorted(os.listdir(directory))
    commands = re.findall(r"^  ([a-z]+)  +[A-Z]", run([sluice, "--help"]).stdout, re.M)
    checks.that(len(commands) > 15 and {f"sluice-{name}.1" for name in commands} | {"sluice.1"} == set(pages), f"a page for each command: {pages}")
    tools = {
        "man": lambda page: ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page],
        "groff": lambda page: ["groff", "-man", "-Tutf8", "-ww", "-z", page],
        # The pages have no date: the same sources give the same bytes.
        "mandoc": lambda page: ["mandoc", "-T", "lint", "-W", "warning", page],
    }
    for tool, words in tools.items():
        if not shutil.which(tool):
            print(f"skipped: manual pages in {tool}: {tool} is not installed")
            continue
        for page in pages:
            result = run(words(os.path.join(directory, page)))
            said = result.stderr + (result.stdout if tool == "mandoc" else "")
            said = "\n".join(line for line in said.splitlines() if "missing date" not in line)
            checks.that(not said, f"{tool} of {page}: {said}")
    for name in commands:
        page = run(["groff", "-man", "-Tascii", "-P", "-cbou", os.path.join(directory, f"sluice-{name}.1")]).stdout
        page = " ".join(page.replace("-\n", "").split())
        for option in re.findall(r"^  (--[a-z-]+)", run([sluice, name, "--help"]).stdout, re.M):
            checks.that(option in page, f"{option} is not on the page of {name}")


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    sluice, promtool = (os.path.abspath(word) for word in sys.argv[1:])
    checks = Checks()
    with tempfile.TemporaryDirectory() as scratch:
        if os.path.exists(promtool):
            metrics(checks, sluice, promtool, scratch)
        else:
            print(f"skipped: metrics: {promtool} is not there")
        manual(checks, sluice, scratch)
        completions(checks, sluice, scratch)
    print(f"checks: {checks.count}")
    return 1 if checks.failures else 0


if __name__ == "__main__":
    sys.exit(main())
