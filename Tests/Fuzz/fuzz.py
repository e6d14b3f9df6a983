"""Runs every reader under libFuzzer and the address sanitizer, from seeds that are valid files.

    python3 Tests/Fuzz/fuzz.py FUZZ SLUICE [--seconds N] [--only READER,…] [--jobs N]

FUZZ is the program of Tests/Fuzz/Readers, built by `make fuzz`; each of its readers gets N seconds. The seeds are files of a night of the
fixtures that SLUICE runs, and short texts. Prints runs a reader and what broke it; anything found fails, and its bytes are kept.
"""

import argparse
import concurrent.futures
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "Tests/Faults"))

import readers  # noqa: E402

ZONES = "/usr/share/zoneinfo"
AGENTS = [b"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
          b"curl/8.5.0", b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", b"Mozilla%2F5.0+(iPhone)"]
ARRAYS = b'[{"ts":1795132800,"type":"view","visitor":7,"platform":"web","slot":"hero","variant":"a"},\n {"x":[{}]}]\n'


def seeds(sluice, folder):
    """By reader, files that it reads."""
    subprocess.run([sluice, "run", "--config", "pipelines/banners.json5", "--state", os.path.join(folder, "state"), "--quiet",
                    "--date", "2026-11-18..2026-11-20", "--now", "2026-11-21T03:00:00Z"], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)

    def read(*names):
        return [open(os.path.join(folder, "state", name), "rb").read() for name in names]

    day, table = "statistics/date=2026-11-20/", "allocations/date=2026-11-21/"
    rows = [b"\n".join(text.split(b"\n")[:12]) + b"\n" for text in read(day + "statistics.csv", table + "allocation.csv")]
    log = b"".join(readers.LOG.splitlines(True)[:8])
    zstandard = subprocess.run(["zstd", "-c"], input=log, capture_output=True).stdout if shutil.which("zstd") else b"\x28\xb5\x2f\xfd"
    zones = [open(os.path.join(ZONES, zone), "rb").read() for zone in ("Asia/Kolkata", "Europe/Paris", "UTC", "America/Sao_Paulo")]
    with open(os.path.join(ROOT, "pipelines/banners.json5"), "rb") as file:
        example = file.read()
    return {
        "json-log": [log, ARRAYS], "csv-log": [readers.CSV_LOG[:600]], "gzip-log": [gzip.compress(log, mtime=0)], "zstandard-log": [zstandard],
        "configuration": [readers.CONFIG, example], "statistics": rows[:1], "table": rows[1:], "allocation": rows[1:],
        "manifest": read(table + "manifest.json"), "quality": read(day + "quality.json"), "journal": read("allocations/served.csv"),
        "blacklist": [readers.FILES["blacklist.csv"]], "priors": [readers.FILES["priors.csv"]],
        "displays": [b"platform,slot,segment,variant,views,clicks\nweb,hero,*,a,100,7\n"],
        "networks": [readers.FILES["networks.txt"], b"203.0.113.7, 10.1.2.3", b"[2001:db8::1]:443", b"fe80::1%eth0"], "visitors": [b"v1\nv2\n"],
        "user-agent": AGENTS, "time-zone": zones, "policy": [b"city,variant,share\nPune,a,0.5\nPune,b,0.5\n"],
        "units": [readers.UNITS], "scores": [readers.SCORES], "outcomes": [readers.OUTCOMES], "date": [b"2026-11-20", b"-12.000001"],
        "group-budgets": [b"group,budget\nnorth,100.00\nsouth,5\n"],
    }


def small_database(folder):
    """A timezone database of some zones: reading hundreds for a word that is none would be all that is tried."""
    for zone in ("Asia/Kolkata", "Europe/Paris"):
        path = os.path.join(folder, "zones", zone)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile(os.path.join(ZONES, zone), path)
    return os.path.join(folder, "zones")


def fuzz(program, reader, corpus, seconds, folder):
    environment = dict(os.environ, SLUICE_READER=reader, SWIFT_BACKTRACE="enable=no", TMPDIR=folder, ASAN_OPTIONS="detect_leaks=0",
                       TZDIR=small_database(folder))
    kept = os.path.join(folder, "found")
    os.makedirs(kept, exist_ok=True)
    result = subprocess.run(
        [program, f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=4096", "-max_len=16384", f"-artifact_prefix={kept}/", corpus],
        env=environment, capture_output=True, cwd=folder)
    text = result.stderr.decode(errors="replace")
    runs = re.findall(r"Done (\d+) runs", text) or re.findall(r"#(\d+)\s", text) or ["0"]
    return result.returncode, int(runs[-1]), text, kept


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("sluice")
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    program, sluice = os.path.abspath(options.program), os.path.abspath(options.sluice)
    names = subprocess.run([program, "list"], capture_output=True, text=True, check=True).stdout.split()
    wanted = [name for name in names if not options.only or name in options.only.split(",")]
    wrong, total = 0, 0
    root = tempfile.mkdtemp(prefix="sluice-fuzz-")
    given = seeds(sluice, root)
    if set(given) != set(names):
        print(f"seeds and readers differ: {sorted(set(given) ^ set(names))}")
        return 1
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        def one(reader):
            folder = os.path.join(root, reader)
            corpus = os.path.join(folder, "corpus")
            os.makedirs(corpus)
            for number, data in enumerate(given[reader]):
                with open(os.path.join(corpus, f"seed{number}"), "wb") as file:
                    file.write(data)
            return reader, fuzz(program, reader, corpus, options.seconds, folder)

        for reader, (code, runs, text, kept) in pool.map(one, wanted):
            total += runs
            print(f"{reader}: {runs} runs{'' if code == 0 else f', WRONG (exit {code}), kept in {kept}'}", flush=True)
            if code:
                wrong += 1
                print("    " + "\n    ".join(text.strip().split("\n")[-40:]))
    print(f"readers: {len(wanted)} tried, {total} runs, {wrong} wrong")
    print(f"checks: {total}")
    if not wrong:
        shutil.rmtree(root)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
