"""Uplift tables, curves and intervals beside pandas with scikit-uplift: SKLIFT-PYTHON Tests/Benchmarks/uplift.py SLUICE [OPTIONS].

Both read the same two CSV files, join them by customer, and write the table by decile, the curve and the scores; whole processes are
timed, and their greatest memory taken. scikit-uplift does it for one message, unweighted, without intervals or errors. Options:

    --rows N,N      rows of the files (default: 1000000)
    --rounds N      timings of each, of which the least counts (default: 3)
    --only NAME     sluice or peer

Goals: at least 5 times as fast, and 120 MB for 1,000,000 rows, 300 MB for 10,000,000.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

GOALS = {1_000_000: 120, 10_000_000: 300}


def write(directory, rows):
    """Scores and outcomes in different orders."""
    import numpy

    generator = numpy.random.default_rng(rows)
    scores, outcomes = os.path.join(directory, "scores.csv"), os.path.join(directory, "outcomes.csv")
    uplift = generator.normal(0.02, 0.05, rows)
    treated = generator.random(rows) < 0.5
    outcome = generator.random(rows) < 0.1 + uplift.clip(-0.1, 0.5) * treated
    step = 1_000_000
    with open(scores, "w") as file:
        file.write("customer,message,uplift,baseline\n")
        for start in range(0, rows, step):
            file.write("".join(f"c{n},m,{u:.9f},0.1\n" for n, u in
                               zip(range(start, min(rows, start + step)), uplift[start:start + step].tolist())))
    order = generator.permutation(rows)
    with open(outcomes, "w") as file:
        file.write("customer,message,outcome,propensity\n")
        for start in range(0, rows, step):
            chosen = order[start:start + step]
            file.write("".join(
                f"c{n},{'m' if t else 'control'},{int(y)},0.5\n" for n, t, y in
                zip(chosen.tolist(), treated[chosen].tolist(), outcome[chosen].tolist())))
    return scores, outcomes


def run(command):
    """Seconds of a whole process, its seconds of processor, and its greatest memory in MB."""
    before = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - before
    if status:
        raise SystemExit(f"{command[0]} ended with {status}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def peer(scores, outcomes, output):
    import numpy
    import pandas
    from sklift import metrics

    joined = pandas.read_csv(outcomes).merge(pandas.read_csv(scores), on="customer", suffixes=("", "_score"))
    y, t = joined["outcome"].to_numpy(), (joined["message"] == "m").to_numpy().astype(int)
    u = joined["uplift"].to_numpy()
    # Without the row of the total, which does not go together with std and this numpy.
    metrics.uplift_by_percentile(y, u, t, strategy="overall", bins=10, std=True).to_csv(
        os.path.join(output, "deciles.csv"))
    x, qini = metrics.qini_curve(y, u, t)
    _, curve = metrics.uplift_curve(y, u, t)
    kept = numpy.unique(numpy.linspace(0, len(x) - 1, 1000).round().astype(int))
    pandas.DataFrame({"x": x[kept], "qini": qini[kept], "uplift": curve[kept]}).to_csv(
        os.path.join(output, "curve.csv"), index=False)
    pandas.DataFrame({
        "qini_auc_score": [metrics.qini_auc_score(y, u, t)], "uplift_auc_score": [metrics.uplift_auc_score(y, u, t)],
        "uplift@0.1": [metrics.uplift_at_k(y, u, t, strategy="overall", k=0.1)],
        "uplift@0.3": [metrics.uplift_at_k(y, u, t, strategy="overall", k=0.3)],
    }).to_csv(os.path.join(output, "uplift.csv"), index=False)


def main():
    if sys.argv[1:2] == ["--peer"]:
        return peer(*sys.argv[2:])
    if sys.argv[1:2] == ["--write"]:
        return write(sys.argv[2], int(sys.argv[3]))
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("--rows", default="1000000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["sluice", "peer"])
    options = parser.parse_args()
    print(f"{'rows':>11} {'':8} {'seconds':>8} {'cpu':>7} {'MB':>7}")
    for rows in (int(text) for text in options.rows.split(",")):
        with tempfile.TemporaryDirectory(prefix="sluice-bench-uplift-") as directory:
            # By a process of its own: what starts the others must be small, for the system counts its memory as theirs.
            subprocess.run([sys.executable, os.path.abspath(__file__), "--write", directory, str(rows)], check=True)
            scores, outcomes = os.path.join(directory, "scores.csv"), os.path.join(directory, "outcomes.csv")
            output = os.path.join(directory, "out")
            os.makedirs(output)
            commands = {
                "sluice": [os.path.abspath(options.sluice), "uplift", "--scores", scores, "--outcomes", outcomes,
                           "--output", output, "--quiet"],
                "peer": [sys.executable, os.path.abspath(__file__), "--peer", scores, outcomes, output],
            }
            least = {}
            for name, command in commands.items():
                if options.only not in (None, name):
                    continue
                runs = [run(command) for _ in range(options.rounds)]
                least[name] = tuple(min(figures) for figures in zip(*runs))
                seconds, processor, memory = least[name]
                print(f"{rows:>11,} {name:8} {seconds:8.2f} {processor:7.2f} {memory:7.0f}", flush=True)
            if len(least) == 2:
                ratio = least["peer"][0] / least["sluice"][0]
                print(f"{'':11} {ratio:.1f} times as fast (goal 5), {least['peer'][1] / least['sluice'][1]:.1f} by processor; "
                      f"memory goal {GOALS.get(rows, '–')} MB")


if __name__ == "__main__":
    main()
