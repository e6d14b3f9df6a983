"""Disturbs every command that writes, one system call at a time, and checks that nothing is lost or wrong.

    python3 Tests/Faults/torture.py SLUICE [--seconds N] [--seed S] [--only COMMAND,…] [--kind CALL,…]

interposer.c is built and put between the program and the C library. For every command, every kind of call, every error of it and every
n, the n-th call fails, is short, or the process is killed there with all its threads. Afterwards:

  the process ended by itself, with a code that `sluice --help` lists, and said something if that is not the undisturbed code
  with the undisturbed code, every file holds the bytes of the undisturbed run
  the table in force is whole by its own manifest, and old or new; no published file is anything else
  the same command again, without cleaning, ends as if nothing had been, with no file left over

Also checked, from the undisturbed run's trace: whatever is moved into place was written through to the disk before, and its folder after.
Where time is short (--seconds), instants are drawn by the seed, kills and failures in equal parts. Prints figures; any wrong one fails.
"""

import argparse
import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

from tables import check_table  # noqa: E402

DOCUMENTED = {0, 1, 64, 65, 66, 70, 74, 75, 78}
# A failing call of the system is a file that could not be read or written; what is not allowed may also be the configuration's fault.
FAILED = {74}
DENIED = {74, 78, 66, 65}
SHORT = "short"
DISTURBANCES = {
    "open": ["EIO", "EMFILE", "EINTR", "EACCES", "ENOMEM"], "read": ["EIO", "EINTR", SHORT], "pread": ["EIO", "EINTR", SHORT],
    "write": ["ENOSPC", "EIO", "EINTR", SHORT], "pwrite": ["EIO", "ENOSPC"], "fsync": ["EIO", "ENOSPC", "EINTR"],
    "rename": ["EIO", "ENOSPC", "EINTR"], "symlink": ["EIO", "ENOSPC", "EINTR"], "link": ["EIO", "ENOSPC", "EINTR"],
    "unlink": ["EIO", "EINTR"], "mkdir": ["ENOSPC", "EIO", "EINTR"], "readdir": ["EIO"], "stat": ["EIO", "EACCES", "EINTR"],
    "readlink": ["EIO", "EINTR"], "flock": ["EIO", "EINTR"], "truncate": ["EIO", "EINTR"], "mmap": ["ENOMEM"],
}
CONFIG = ["--config", "pipelines/banners.json5", "--quiet"]
NOW = ["--now", "2026-11-21T03:00:00Z"]


def night(command, days, *words):
    return [command, *CONFIG, "--state", "state", "--workers", "2", "--date", days, *NOW, *words]


class Scenario:
    """A command, and the folder that it starts from.

    - again: whether it may be run a second time where its files are.
    - is_durable: whether what it moves into place was written through; not where whoever reads it notices what is missing.
    """

    def __init__(self, name, command, prepare, begin="banners.json5", again=True, is_durable=True):
        self.name, self.command, self.prepare, self.begin = name, command, prepare, begin
        self.again, self.is_durable = again, is_durable


def two_nights(sluice, folder):
    must(sluice, night("run", "2026-11-18..2026-11-19"), folder)


def three_nights(sluice, folder):
    must(sluice, night("run", "2026-11-18..2026-11-20"), folder)


def other_nights(sluice, folder):
    """Three nights of other logs: everything will be replaced."""
    log = os.path.join(folder, "fixtures/events/date=2026-11-20/web-1.jsonl")
    with open(log, "rb") as file:
        kept = file.read()
    with open(log, "wb") as file:
        file.write(b"".join(kept.splitlines(True)[:200]))
    three_nights(sluice, folder)
    with open(log, "wb") as file:
        file.write(kept)


LOG = "fixtures/events/date=2026-11-20"


def copied_log(sluice, folder):
    """A log that lies there twice: one of the two counts."""
    two_nights(sluice, folder)
    shutil.copy(os.path.join(folder, LOG, "web-1.jsonl"), os.path.join(folder, LOG, "web-1-copy.jsonl"))


def counts(sluice, folder):
    two_nights(sluice, folder)
    with open(os.path.join(folder, "counts.csv"), "w") as file:
        file.write("date,platform,slot,variant,visitors,clickers,purchasers\n")
        for date in ("2026-11-16", "2026-11-17"):
            for variant, clickers in (("autumn", 40), ("winter", 55), ("monsoon", 35)):
                file.write(f"{date},web,home-hero,{variant},1000,{clickers},7\n")


def displays(sluice, folder):
    with open(os.path.join(folder, "displays.csv"), "w") as file:
        file.write("platform,slot,segment,variant,views,clicks\nweb,home-hero,*,autumn,9000,360\nweb,home-hero,*,winter,8000,400\n")


def split_log(sluice, folder):
    two_nights(sluice, folder)
    must(sluice, ["split", *CONFIG, "--date", "2026-11-20", "--parts", "2", "--tally", "tally.json", "--output", "blocks/{part}", *NOW], folder)


def parts(sluice, folder):
    split_log(sluice, folder)
    for part in "01":
        must(sluice, ["statistics", *CONFIG, "--date", "2026-11-20", *NOW, "--part", f"parts/{part}", f"blocks/{part}"], folder)


def targeting(sluice, folder):
    generator = random.Random(1)
    with open(os.path.join(folder, "scores.csv"), "w") as scores, open(os.path.join(folder, "outcomes.csv"), "w") as outcomes, \
            open(os.path.join(folder, "options.csv"), "w") as options:
        scores.write("customer,message,uplift,baseline\n")
        outcomes.write("customer,message,outcome,propensity\n")
        options.write("customer,option,value,cost\n")
        for number in range(300):
            for message in "ab":
                scores.write(f"c{number},{message},{generator.randrange(-5, 20) / 100},0.2\n")
                options.write(f"c{number},{message},{generator.randrange(0, 900) / 100},{generator.randrange(1, 300) / 100}\n")
            outcomes.write(f"c{number},{['a', 'b', 'control'][number % 3]},{number % 2},0.333333\n")


SCENARIOS = [
    Scenario("run", night("run", "2026-11-20"), two_nights),
    Scenario("run-replaced", night("run", "2026-11-20"), other_nights),
    Scenario("statistics", night("statistics", "2026-11-20", "--audit"), other_nights),
    Scenario("allocate", night("allocate", "2026-11-19"), two_nights),
    Scenario("rollback", ["rollback", "--state", "state", "--to", "2026-11-20", "--quiet", *NOW], three_nights, ""),
    Scenario("report", ["report", "--state", "state", "--quiet", "--output", "report.html"], three_nights, ""),
    Scenario("run-copies", night("run", "2026-11-20"), copied_log),
    Scenario("import", ["import", "counts.csv", *CONFIG, "--state", "state", *NOW], counts),
    Scenario("split", ["split", *CONFIG, "--date", "2026-11-20", "--parts", "2", "--tally", "out/tally.json", "--output", "out/{part}", "--workers",
                       "1", *NOW], lambda sluice, folder: os.mkdir(os.path.join(folder, "out")), is_durable=False),
    Scenario("part", ["statistics", *CONFIG, "--date", "2026-11-20", *NOW, "--part", "out/0", "blocks/0"], split_log),
    Scenario("merge-parts", ["merge", *CONFIG, "--state", "state", "--date", "2026-11-20", *NOW, "--tally", "tally.json", "parts/0", "parts/1"], parts),
    Scenario("prune", ["prune", *CONFIG, "--state", "state", "--keep", "1d", "--now", "2026-11-23T03:00:00Z"], three_nights),
    Scenario("export", ["export", "--table", "state", "--output", "out/table.json"],
             lambda sluice, folder: (three_nights(sluice, folder), os.mkdir(os.path.join(folder, "out"))), ""),
    Scenario("warmstart", ["warmstart", "--history", "displays.csv", "--output", "out/priors.csv"],
             lambda sluice, folder: (displays(sluice, folder), os.mkdir(os.path.join(folder, "out"))), ""),
    Scenario("init", ["init", LOG + "/web-1.jsonl", "--timezone", "Asia/Kolkata", "--output", "out/shop.json5"],
             lambda sluice, folder: os.mkdir(os.path.join(folder, "out")), "", again=False),
    Scenario("merge", ["merge", "state/statistics/date=2026-11-18/statistics.csv", "state/statistics/date=2026-11-19/statistics.csv"],
             two_nights, ""),
    Scenario("evaluate", ["evaluate", "--state", "state", "--platform", "web", "--slot", "home-hero", "--policy", "even=even", "--csv"],
             three_nights, ""),
    Scenario("uplift", ["uplift", "--scores", "scores.csv", "--outcomes", "outcomes.csv", "--output", "out", "--decide", "--quiet"],
             targeting, ""),
    Scenario("wave", ["wave", "--scores", "scores.csv", "--campaign", "diwali", "--wave", "1", "--control", "0.1", "--explore", "0.1",
                      "--output", "out", "--quiet"], targeting, ""),
    Scenario("budget", ["budget", "--options", "options.csv", "--budget", "300", "--output", "out", "--quiet"], targeting, ""),
]


def must(sluice, words, folder):
    result = subprocess.run([sluice, *words], cwd=folder, capture_output=True)
    if result.returncode not in (0, 66):
        sys.exit(f"{words}: exit {result.returncode}: {result.stderr.decode(errors='replace')}")


def snapshot(folder, hidden=True):
    """All names below a folder with their bytes; not the inputs, the lock and the records of runs, which tell of their failures."""
    found = {}
    for top in ("state", "out", "report.html"):
        path = os.path.join(folder, top)
        if os.path.isfile(path):
            with open(path, "rb") as file:
                found[top] = file.read()
        for place, names, files in os.walk(path):
            relative = os.path.relpath(place, folder)
            for name in files + [n for n in names if os.path.islink(os.path.join(place, n))]:
                key = os.path.join(relative, name)
                if name == ".lock" or relative == "state/runs" and not name.startswith("."):
                    continue
                full = os.path.join(place, name)
                if os.path.islink(full):
                    found[key] = "-> " + os.readlink(full)
                else:
                    with open(full, "rb") as file:
                        found[key] = settled(file.read()) if name == "served.csv" else file.read()
    if os.path.isdir(folder):
        for name in os.listdir(folder):
            if name.endswith(".new"):
                found[name] = b""
    return found if hidden else {key: value for key, value in found.items() if not is_hidden(key)}


def settled(journal):
    """The journal of served tables without lines that a line of the same instant corrects, as the run after a kill writes them."""
    lines, kept = journal.splitlines(True), []
    for index, line in enumerate(lines):
        if index + 1 == len(lines) or line.split(b",")[0] != lines[index + 1].split(b",")[0]:
            if not kept or line.split(b",")[1:] != kept[-1].split(b",")[1:]:
                kept.append(line)
    return b"".join(kept)


def is_hidden(key):
    return any(part.startswith(".") for part in key.split("/")) or key.endswith(".new")


class Figures:
    def __init__(self):
        self.lock = threading.Lock()
        self.tried, self.wrong, self.codes, self.faults = Counter(), Counter(), Counter(), []

    def add(self, kind, code, faults, what):
        with self.lock:
            self.tried[kind] += 1
            self.codes[(kind, code)] += 1
            if faults:
                self.wrong[kind] += 1
                self.faults.append(f"{what}: {'; '.join(faults)}")
                print(f"WRONG {self.faults[-1]}", flush=True)


class Bench:
    """What a scenario is compared with: the folder before it, and what an undisturbed run makes of it."""

    def __init__(self, scenario, sluice, library, root):
        self.scenario, self.sluice, self.library = scenario, sluice, library
        self.before = os.path.join(root, scenario.name)
        self.clones = 0
        os.mkdir(self.before)
        for name in ("fixtures", "pipelines"):
            shutil.copytree(os.path.join(ROOT, name), os.path.join(self.before, name),
                            ignore=lambda folder, names: [n for n in names if n in ("malformed", "serving", "worlds", "upworthy_sample.csv")])
        scenario.prepare(sluice, self.before)
        self.old = snapshot(self.before)
        folder = self.clone(0)
        counted, traced = os.path.join(root, scenario.name + ".count"), os.path.join(root, scenario.name + ".trace")
        self.code, self.output, errors = self.run(folder, {"FAULT_COUNT": counted, "FAULT_TRACE": traced})
        if self.code not in (0, 1, 66):
            sys.exit(f"{scenario.name}: exit {self.code} undisturbed: {errors.decode(errors='replace')}")
        self.new = snapshot(folder)
        self.order = order_faults(traced, folder)
        with open(counted) as file:
            self.counts = {name: int(count) for name, count in (line.split() for line in file)}
        shutil.rmtree(folder)

    def clone(self, number):
        """A copy whose inputs are links to those of the folder before."""
        folder = f"{self.before}-{number}"
        os.mkdir(folder)
        for name in os.listdir(self.before):
            path = os.path.join(self.before, name)
            if name in ("fixtures", "pipelines") or name.endswith(".csv"):
                os.symlink(path, os.path.join(folder, name))
            elif os.path.isdir(path):
                shutil.copytree(path, os.path.join(folder, name), symlinks=True)
            else:
                shutil.copy2(path, folder)
        return folder

    def run(self, folder, disturbance=None):
        environment = dict(os.environ, SWIFT_BACKTRACE="enable=no", TZ="UTC")
        if disturbance is not None:
            environment.update(disturbance, LD_PRELOAD=self.library, FAULT_BEGIN=self.scenario.begin)
        process = subprocess.Popen([self.sluice, *self.scenario.command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            output, errors = process.communicate(timeout=120)
            return process.returncode, output, errors
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            return "hang", output, errors

    def disturb(self, number, call, what, at):
        """One disturbed run and the run after it; returns its code and what is wrong."""
        folder = self.clone(number)
        try:
            do = what if what in ("kill", SHORT) else str(getattr(errno, what))
            code, output, errors = self.run(folder, {"FAULT_CALL": call, "FAULT_AT": str(at), "FAULT_DO": do})
            faults = self.check(folder, code, output, errors, what)
            if not self.scenario.again and snapshot(folder) == self.new:
                return code, faults
            code2, output2, errors2 = self.run(folder)
            if code2 != self.code or output2 != self.output:
                faults.append(f"the next run exits {code2}: {errors2.decode(errors='replace')[-200:]}")
            faults += differences("the next run leaves", snapshot(folder), self.new)
            return code, faults
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def check(self, folder, code, output, errors, what):
        faults = []
        now = snapshot(folder, hidden=False)
        said = errors.decode(errors="replace").strip()
        if what == "kill":
            if code not in (-signal.SIGKILL, self.code):
                faults.append(f"exit {code}")
        elif code not in DOCUMENTED:
            faults.append(f"exit {code}: {said[-300:]}")
        elif code == self.code:
            if what == "EACCES" and self.scenario.name == "report" and ": warning: " in said:
                # What may not be read is named on the page, and said.
                now["report.html"] = self.new["report.html"]
            if output != self.output:
                faults.append("silently another output")
            faults += differences("silently other files", now, {k: v for k, v in self.new.items() if not is_hidden(k)})
        else:
            if code not in (DENIED if what == "EACCES" else FAILED):
                faults.append(f"exit {code}: {said[-300:]}")
            if not said:
                faults.append("no message")
            if what in ("EINTR", SHORT):
                faults.append(f"exit {code} for what is no failure: {said[-300:]}")
        for key in set(now) - {k for k in now if now[k] in (self.old.get(k), self.new.get(k))}:
            if not key.endswith("served.csv") or not is_prefix_of(now[key], self.new.get(key, b"")):
                faults.append(f"{key} is neither old nor new")
        for key in set(self.old) & set(self.new) - set(now):
            if not is_hidden(key):
                faults.append(f"{key} is gone")
        link = os.path.join(folder, "state/current")
        if os.path.islink(link):
            faults += check_table(link)
        return faults


def is_prefix_of(part, whole):
    return isinstance(part, bytes) and isinstance(whole, bytes) and whole.startswith(part)


def differences(title, found, expected):
    other = sorted(key for key in set(found) | set(expected) if found.get(key, 0) != expected.get(key, 0))
    return [f"{title}: {', '.join(other[:4])}"] if other else []


def order_faults(trace, folder):
    """What a loss of power could tear, by the order of calls: moved before it was written through, or a folder never written through."""
    faults, dirty, unsettled = [], set(), {}
    absolute = lambda path: os.path.normpath(os.path.join(folder, path))
    with open(trace) as file:
        for line in file:
            verb, _, rest = line.rstrip("\n").partition(" ")
            if verb in ("write", "create"):
                if rest.startswith(("/", "state", "out")) and not rest.startswith(("/dev", "pipe:", "/proc")) and ".lock" not in rest:
                    dirty.add(absolute(rest))
            elif verb == "fsync":
                path = absolute(rest)
                dirty.discard(path)
                unsettled.pop(path, None)
            elif verb in ("rename", "exchange", "link"):
                source, _, target = rest.partition("\t")
                source, target = absolute(source), absolute(target)
                torn = [path for path in dirty if path == source or path.startswith(source + "/")]
                if torn:
                    faults.append(f"{verb} of {os.path.relpath(source, folder)} before its bytes were written through")
                unsettled[os.path.dirname(target)] = target
    return faults + [f"the folder of {os.path.relpath(path, folder)} was never written through" for path in unsettled.values()]


def instants(bench, kinds):
    """(call, what, n) of all that can be disturbed."""
    failing = [(call, what, n) for call, errors in DISTURBANCES.items() if not kinds or call in kinds
               for n in range(1, bench.counts.get(call, 0) + 1) for what in errors]
    killing = [("any", "kill", n) for n in range(1, bench.counts["any"] + 1)] if not kinds or "kill" in kinds else []
    return failing, killing


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("--seconds", type=float, default=840)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--kind", default="")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    sluice = os.path.abspath(options.sluice)
    only, kinds = [{word for word in text.split(",") if word} for text in (options.only, options.kind)]
    with tempfile.TemporaryDirectory(prefix="sluice-faults-") as root:
        library = os.path.join(root, "interposer.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, os.path.join(HERE, "interposer.c"), "-ldl"], check=True)
        figures, jobs, possible = Figures(), [], Counter()
        benches = [Bench(s, sluice, library, root) for s in SCENARIOS if not only or s.name in only]
        generator = random.Random(options.seed)
        for bench in benches:
            failing, killing = instants(bench, kinds)
            possible["failed or short"] += len(failing)
            possible["killed"] += len(killing)
            most = max(len(failing), len(killing))
            for group in (failing, killing):
                generator.shuffle(group)
                # Drawn so that every command has its part of the time, however many calls it makes, and kills are as many as failures.
                jobs += [((index + generator.random()) / most, bench, *one) for index, one in enumerate(group)]
            if bench.scenario.is_durable:
                figures.add("order of fsync and rename", "-", bench.order, bench.scenario.name)
        jobs.sort(key=lambda job: job[0])
        until, queue, lock = time.monotonic() + options.seconds, iter(enumerate(jobs)), threading.Lock()

        def work():
            while time.monotonic() < until:
                with lock:
                    job = next(queue, None)
                if job is None:
                    return
                number, (_, bench, call, what, at) = job
                code, faults = bench.disturb(number + 1, call, what, at)
                figures.add("killed" if what == "kill" else "failed or short", code, faults,
                            f"{bench.scenario.name}: {what} at {call} {at}")

        threads = [threading.Thread(target=work) for _ in range(max(1, options.jobs))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for kind in figures.tried:
            codes = ", ".join(f"{code}: {count}" for (k, code), count in sorted(figures.codes.items(), key=str) if k == kind)
            of = f" of {possible[kind]} possible" if possible[kind] else ""
            print(f"{kind}: {figures.tried[kind]}{of} tried, {figures.wrong[kind]} wrong (exit {codes})")
        print(f"checks: {sum(figures.tried.values())}")
        return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
