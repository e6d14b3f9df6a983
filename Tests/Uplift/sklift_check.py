"""Holds `sluice uplift` against scikit-uplift: SKLIFT-PYTHON Tests/Uplift/sklift_check.py SLUICE.

On Hillstrom's e-mail test (two messages, a score with ties and one without) and on random data of several sizes and shares, all that
both compute must agree to 1e-9: the table by percentile with its deviations, the points of both curves, qini_auc_score,
uplift_auc_score, uplift@k. Where they are meant to differ, the check says so too (ties, the deviation of the total).
"""

import csv
import gzip
import os
import subprocess
import sys
import tempfile

import numpy
from sklift import metrics

TOLERANCE = 1e-9
HILLSTROM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hillstrom", "hillstrom.csv.gz")


class Campaign:
    """Customers, what they got, what came of it, and their scores of one message."""

    def __init__(self, name, customers, treated, outcome, score, share):
        # scikit-uplift leaves equal scores in reversed order: customers descending make it byte order.
        order = sorted(range(len(customers)), key=lambda index: customers[index], reverse=True)
        self.name = name
        self.customers = [customers[index] for index in order]
        self.treated = numpy.asarray(treated)[order].astype(int)
        self.outcome = numpy.asarray(outcome)[order]
        self.score = numpy.asarray(score)[order]
        self.share = share

    def write(self, directory, seed):
        """The two files in an order of their own: it must not matter."""
        shuffled = numpy.random.default_rng(seed).permutation(len(self.customers))
        scores, outcomes = os.path.join(directory, "scores.csv"), os.path.join(directory, "outcomes.csv")
        with open(scores, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["baseline", "uplift", "customer", "message"])
            writer.writerows([0.1, repr(float(self.score[i])), self.customers[i], "m"] for i in shuffled)
        with open(outcomes, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["customer", "message", "outcome", "propensity"])
            for i in shuffled[::-1]:
                message, propensity = ("m", self.share) if self.treated[i] else ("control", 1 - self.share)
                writer.writerow([self.customers[i], message, repr(float(self.outcome[i])), propensity])
        return scores, outcomes


def hillstrom():
    with gzip.open(HILLSTROM, "rt") as file:
        rows = list(csv.DictReader(file))
    for message in ("mens", "womens"):
        chosen = [(f"h{n:05}", row) for n, row in enumerate(rows) if row["segment"] in ("control", message)]
        treated = [row["segment"] == message for _, row in chosen]
        visit = [int(row["visit"]) for _, row in chosen]
        # By no model: a score without ties, and one of few values.
        fine = [0.02 + 0.00001 * float(row["history"]) + 0.03 * int(row["mens"]) - 0.002 * int(row["recency"])
                + 1e-7 * n for n, (_, row) in enumerate(chosen)]
        coarse = [0.05 * int(row["womens"]) - 0.01 * int(row["newbie"]) - 0.002 * int(row["recency"]) for _, row in chosen]
        names = [name for name, _ in chosen]
        yield Campaign(f"Hillstrom {message}", names, treated, visit, fine, 0.5)
        yield Campaign(f"Hillstrom {message}, ties", names, treated, visit, coarse, 0.5)


def random(seed):
    generator = numpy.random.default_rng(seed)
    count = int(generator.integers(200, 4000))
    share = float(generator.uniform(0.2, 0.8))
    customers = [f"c{number}" for number in generator.permutation(count)]
    score = generator.normal(size=count)
    if seed % 3 == 0:
        score = numpy.round(score, 1)
    treated = generator.random(count) < share
    outcome = (generator.random(count) < 0.2 + 0.05 * numpy.tanh(score) * treated).astype(float)
    return Campaign(f"random {seed}", customers, treated, outcome, score, round(share, 3))


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


class Check:
    def __init__(self, campaign):
        self.campaign, self.compared, self.greatest = campaign, 0, 0.0

    def equal(self, what, ours, theirs):
        if ours == "":
            assert theirs is None or numpy.isnan(theirs), f"{self.campaign.name}: {what}: ours is empty, theirs {theirs}"
            return
        difference = abs(float(ours) - theirs) / max(1.0, abs(theirs))
        self.compared += 1
        self.greatest = max(self.greatest, difference)
        assert difference <= TOLERANCE, f"{self.campaign.name}: {what}: {ours}, scikit-uplift has {theirs!r}"


def check(campaign, sluice, bins, seed):
    with tempfile.TemporaryDirectory(prefix="sluice-sklift-") as directory:
        scores, outcomes = campaign.write(directory, seed)
        output = os.path.join(directory, "out")
        subprocess.run(
            [sluice, "uplift", "--scores", scores, "--outcomes", outcomes, "--output", output, "--bins", str(bins), "--quiet"],
            check=True, stderr=subprocess.DEVNULL)
        deciles, figures, curve = (rows(os.path.join(output, name)) for name in ("deciles.csv", "uplift.csv", "curve.csv"))
    result = Check(campaign)
    y, s, t = campaign.outcome, campaign.score, campaign.treated
    # The whole as one bin: scikit-uplift's own total does not work with this numpy, and adds the bins' deviations up.
    for chosen, count in ((deciles[:-1], bins), (deciles[-1:], 1)):
        table = metrics.uplift_by_percentile(y, s, t, strategy="overall", bins=count, std=True)
        assert count == 1 or list(table.index) == [row["percentile"] for row in chosen], campaign.name
        for number, row in enumerate(chosen):
            for column in table.columns:
                result.equal(f"{row['percentile']} {column}", row[column], float(table.iloc[number][column]))
    values = {row["metric"]: row["value"] for row in figures}
    result.equal("qini_auc_score", values["qini_auc_score"], metrics.qini_auc_score(y, s, t))
    result.equal("uplift_auc_score", values["uplift_auc_score"], metrics.uplift_auc_score(y, s, t))
    for k in (0.1, 0.3):
        result.equal(f"uplift@{k}", values[f"uplift@{k}"], metrics.uplift_at_k(y, s, t, strategy="overall", k=k))
    for name, function in (("qini", metrics.qini_curve), ("uplift", metrics.uplift_curve)):
        x, heights = function(y, s, t)
        theirs = dict(zip(x.tolist(), heights.tolist()))
        for point in curve:
            nearest = round(float(point["x"]))
            assert abs(float(point["x"]) - nearest) < 1e-6, point
            result.equal(f"{name} at {nearest}", point[name], theirs[nearest])
    return result


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    sluice = os.path.abspath(sys.argv[1])
    campaigns = [(campaign, 10) for campaign in hillstrom()]
    campaigns += [(random(seed), 2 + seed % 9) for seed in range(16)]
    results = [check(campaign, sluice, bins, seed) for seed, (campaign, bins) in enumerate(campaigns)]
    compared, greatest = sum(result.compared for result in results), max(result.greatest for result in results)
    print(f"{len(results)} campaigns, {compared} figures: greatest difference {greatest:.1e}", file=sys.stderr)


if __name__ == "__main__":
    main()
