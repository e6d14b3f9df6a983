"""Three years of nights, one after another, as cron would run them.

    python3 Tests/Faults/long_life.py SLUICE [--nights N]

Two slots of three arms each, a few hundred visitors a day, a leap day, two changes of the clock a year, a day without a log now and then.
Every night must end with the code that its log deserves and with tomorrow's table in force; the records of runs stay at 400; the last night run
again changes no byte; and a night's memory and processor time, printed for four of them, do not grow but by the history that it reads.
"""

import argparse
import datetime
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile

FIRST = datetime.date(2026, 1, 1)
ARMS = {"hero": ["a", "b", "c"], "footer": ["x", "y", "z"]}
CONFIG = {
    "pipeline": "long", "timezone": "Europe/Paris", "events": {"paths": ["{date}.jsonl"]},
    # A day without a log is not what this is about, nor are visitors that come and go by chance.
    "guards": {"visitors": "off", "noReward": "off", "silentVariants": "off"},
    "experiments": [
        {"platform": "web", "slot": slot, "variants": arms, "learning": {"reward": "click", "window": 60}}
        for slot, arms in ARMS.items()
    ],
}


def shares_in_force(root):
    """The table that serves, as a share by slot and variant; even before there is one."""
    path = os.path.join(root, "state/current/allocation.csv")
    if not os.path.exists(path):
        return {slot: {arm: 1 / len(arms) for arm in arms} for slot, arms in ARMS.items()}
    shares = {slot: {} for slot in ARMS}
    with open(path) as file:
        columns = file.readline().rstrip("\n").split(",")
        for line in file:
            row = dict(zip(columns, line.rstrip("\n").split(",")))
            if row["segment"] == "*":
                shares[row["slot"]][row["variant"]] = float(row["traffic"])
    return shares


def write_log(root, day, chance):
    shares = shares_in_force(root)
    with open(os.path.join(root, f"{day}.jsonl"), "w") as file:
        for visitor in range(chance.randrange(150, 250)):
            for slot, arms in shares.items():
                variant = chance.choices(list(arms), list(arms.values()))[0]
                event = {
                    "ts": f"{day}T{chance.randrange(6, 20):02}:{chance.randrange(60):02}:00Z", "visitor": f"{day}-{visitor}",
                    "platform": "web", "slot": slot, "variant": variant, "type": "view",
                }
                file.write(json.dumps(event) + "\n")
                if chance.random() < (0.12 if variant in "ax" else 0.1):
                    file.write(json.dumps({**event, "type": "click"}) + "\n")


def night(sluice, root, day):
    """Runs a night. Returns its code, its words, its processor seconds and the most memory, in MB."""
    after = day + datetime.timedelta(days=1)
    process = subprocess.Popen(
        [sluice, "run", "--config", "c.json", "--state", "state", "--date", str(day), "--workers", "1", "--quiet",
         "--now", f"{after}T02:00:00Z"], cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    words = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, words, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def digest(root):
    """Of all results: not of the journal and the records, which tell when there was a run."""
    total = hashlib.sha256()
    for folder, folders, files in os.walk(os.path.join(root, "state")):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            if "/runs" not in folder and name not in ("served.csv", ".lock"):
                total.update(path.encode() + open(path, "rb").read())
    return total.hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sluice")
    parser.add_argument("--nights", type=int, default=1096)
    options = parser.parse_args()
    sluice = os.path.abspath(options.sluice)
    chance = random.Random(20261120)
    faults, shown = [], {30, 90, options.nights // 2, options.nights - 1}
    memory, lacking = {}, 0
    with tempfile.TemporaryDirectory() as root:
        with open(os.path.join(root, "c.json"), "w") as file:
            json.dump(CONFIG, file)
        for number in range(options.nights):
            day = FIRST + datetime.timedelta(days=number)
            hasLog = number % 97 != 50
            lacking += not hasLog
            if hasLog:
                write_log(root, day, chance)
            code, words, seconds, megabytes = night(sluice, root, day)
            if code != (0 if hasLog else 66):
                faults.append(f"{day}: exit {code}: {words.strip()[-300:]}")
            table = os.path.basename(os.path.realpath(os.path.join(root, "state/current")))
            if table != f"date={day + datetime.timedelta(days=1)}":
                faults.append(f"{day}: the table in force is {table}")
            if number in shown:
                memory[number] = megabytes
                print(f"night {number + 1:>5}: {seconds:.3f} s of processor time, {megabytes:.1f} MB")
            if hasLog and number + 1 < options.nights:
                os.remove(os.path.join(root, f"{day}.jsonl"))
        records = len(os.listdir(os.path.join(root, "state/runs")))
        if records > 400:
            faults.append(f"{records} records of runs are kept, not 400")
        before = digest(root)
        code, words, _, _ = night(sluice, root, FIRST + datetime.timedelta(days=options.nights - 1))
        if code != 0 or digest(root) != before:
            faults.append(f"the last night run again: exit {code}, bytes {'the same' if digest(root) == before else 'changed'}")
        # Rows of all days are kept for verdicts: some hundred bytes each.
        allowed = memory[min(memory)] * 1.2 + options.nights * 6 * 400 / 1e6
        if memory[max(memory)] > allowed:
            faults.append(f"the last night takes {memory[max(memory)]:.1f} MB, more than {allowed:.1f}")
    print(f"{options.nights} nights, {lacking} of them without a log; {records} records of runs; {len(faults)} wrong")
    for fault in faults[:20]:
        print("  " + fault)
    return 1 if faults else 0


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
