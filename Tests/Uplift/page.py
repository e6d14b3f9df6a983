"""Opens uplift.html in a real browser: python3 Tests/Uplift/page.py SLUICE [SCREENSHOTS].

Three campaigns: Hillstrom's two messages with decisions, one whose scores order nobody and whose lowest part is harmed, and one with
names that would be markup. Checks that nothing complains, nothing is fetched, every number of the tables is that of the CSV files,
tables sort, paper cuts nothing off, and narrow windows do not scroll. With a second word, keeps screenshots in that folder.
"""

import csv
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "Report"))

import browser as report  # noqa: E402
from chromium import Chromium  # noqa: E402


def write(directory, scores, outcomes):
    for name, header, rows in (("scores.csv", ["customer", "message", "uplift", "baseline"], scores),
                               ("outcomes.csv", ["customer", "message", "outcome", "propensity"], outcomes)):
        with open(os.path.join(directory, name), "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)


def hillstrom(directory):
    with gzip.open(os.path.join(HERE, "hillstrom", "hillstrom.csv.gz"), "rt") as file:
        rows = list(csv.DictReader(file))
    scores, outcomes = [], []
    for number, row in enumerate(rows):
        scores.append([f"h{number}", "mens", 0.05 + 0.04 * int(row["mens"]) - 0.001 * int(row["recency"]), 0.1])
        scores.append([f"h{number}", "womens", 0.05 * int(row["womens"]) - 0.001 * int(row["recency"]), 0.1])
        outcomes.append([f"h{number}", row["segment"], row["visit"], 1 / 3])
    write(directory, scores, outcomes)
    return ["--decide", "--bands", "--cost", "mens=0.01,womens=0.01"]


def harmful(directory):
    generator = random.Random(3)
    scores, outcomes = [], []
    for number in range(6000):
        score = generator.uniform(-0.4, 0.4)
        treated = number % 2 == 0
        scores.append([f"c{number}", "call", score, 0.5])
        scores.append([f"c{number}", "flat", 0, 0.5])
        action = ["call", "flat", "control"][number % 3]
        hit = generator.random() < 0.5 + (score if action == "call" else 0)
        outcomes.append([f"c{number}", action, int(hit), 1 / 3])
    write(directory, scores, outcomes)
    return ["--decide"]


def hostile(directory):
    generator = random.Random(4)
    names = ['<script>alert("x")</script>', "a&b 'c'", "\u202eright", "x" * 120]
    scores, outcomes = [], []
    for number in range(800):
        for name in names:
            scores.append([f"c<b>{number}", name, generator.gauss(0, 1), 0.5])
        outcomes.append([f"c<b>{number}", (names + ["control"])[number % 5], generator.randrange(-50, 900) / 7, 0.2])
    write(directory, scores, outcomes)
    return ["--decide", "--bins", "20"]


TABLES = """JSON.stringify([...document.querySelectorAll("table")].map((table) => ({
  caption: table.caption.textContent,
  rows: [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => [cell.textContent, cell.dataset.v ?? null, cell.dataset.f ?? null])),
})))"""


def rows(directory, name):
    with open(os.path.join(directory, "out", name), newline="") as file:
        return list(csv.DictReader(file))


def check_numbers(browser, directory, decided):
    """Every exact value of the page's tables is a number of the files."""
    tables = json.loads(browser.evaluate(TABLES))
    deciles, metrics = rows(directory, "deciles.csv"), rows(directory, "uplift.csv")
    messages = list(dict.fromkeys(row["message"] for row in deciles))
    overview = next(table for table in tables if table["caption"] == "All messages")
    assert len(overview["rows"]) == len(messages)
    for cells, message in zip(overview["rows"], messages):
        figures = {row["metric"]: row for row in metrics if row["message"] == message}
        for cell, metric in zip(cells[1:], ("ate", "uplift@0.1", "uplift@0.3", "qini_per_customer", "auuc_per_customer",
                                            "qini_auc_score")):
            figure = figures[metric]
            expected = " ".join([figure["value"], figure["low"], figure["high"]]).strip()
            assert (cell[2] or cell[1] or cell[0] or "") == expected, (message, metric, cell, expected)
    binned = [table for table in tables if table["caption"].endswith("by score")]
    assert len(binned) == len(messages)
    for table, message in zip(binned, messages):
        expected = [row for row in deciles if row["message"] == message]
        assert len(table["rows"]) == len(expected)
        for cells, row in zip(table["rows"], expected):
            names = ["percentile", "n_treatment", "n_control", "response_rate_treatment", "response_rate_control", "uplift",
                     "uplift_low", "uplift_high", "mean_score"]
            found = [cell[0] if cell[1] is None else cell[1] for cell in cells]
            assert found == [row[name] for name in names], (found, row)
    if decided:
        table = next(table for table in tables if table["caption"] == "Customers by decision")
        counts = {}
        for row in rows(directory, "decisions.csv"):
            key = (row["message"], row["reason"])
            counts[key] = counts.get(key, 0) + 1
        assert sum(int(cells[2][1] or cells[2][0]) for cells in table["rows"]) == sum(counts.values())
        assert sorted(int(cells[2][1] or cells[2][0]) for cells in table["rows"]) == sorted(counts.values())
        policy = next(table for table in tables if table["caption"].startswith("What policies"))
        for cells, row in zip(policy["rows"], rows(directory, "policy.csv")):
            found = [cell[0] if cell[1] is None else cell[1] for cell in cells[2:]]
            assert found == [row[name] for name in ("value", "se", "difference", "difference_se")], (found, row)


def check_drawings(browser, directory):
    """A bar for each bin with an uplift, an interval for each that is known, a curve and its band."""
    found = json.loads(browser.evaluate("""JSON.stringify([...document.querySelectorAll("figure[data-chart=bins]")].map((figure) =>
      [figure.querySelectorAll("rect.area").length, figure.querySelectorAll("path.only").length]))"""))
    deciles = [row for row in rows(directory, "deciles.csv") if row["percentile"] != "total"]
    expected = []
    for message in dict.fromkeys(row["message"] for row in deciles):
        own = [row for row in deciles if row["message"] == message]
        expected.append([sum(row["uplift"] != "" for row in own), sum(row["uplift_low"] != "" for row in own)])
    assert found == expected, (found, expected)
    curves = json.loads(browser.evaluate("""JSON.stringify([...document.querySelectorAll("figure[data-chart=curve]")].map((figure) =>
      [figure.querySelector("path.line").getTotalLength() > 100, figure.querySelector("path.band").getBBox().width > 100]))"""))
    assert all(curve == [True, True] for curve in curves), curves


def check(browser, name, make, sluice, parent, screenshots):
    directory = os.path.join(parent, name)
    os.makedirs(directory)
    words = make(directory)
    subprocess.run([sluice, "uplift", "--scores", "scores.csv", "--outcomes", "outcomes.csv", "--output", "out", "--quiet"] + words,
                   cwd=directory, check=True, stderr=subprocess.DEVNULL)
    page = os.path.join(directory, "out", "uplift.html")
    browser.view(1280, 900)
    browser.open(page)
    report.check_access(browser)
    report.check_keyboard(browser, name)
    check_numbers(browser, directory, "--decide" in words)
    check_drawings(browser, directory)
    text = browser.evaluate("document.body.innerText")
    if name == "harmful":
        assert "Let them lie." in text and "they order nobody" in text, text[:3000]
        assert "sleeping" in text
    if name == "hillstrom":
        assert "In no part" in text or "in no part is it shown to do harm" in text
        assert "these scores may have seen their outcomes" in text
    if screenshots:
        os.makedirs(screenshots, exist_ok=True)
        browser.view(1280, 2400)
        browser.screenshot(os.path.join(screenshots, f"uplift-{name}.png"))
    browser.view(360, 740)
    width = browser.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, f"{name}: the page is {width} wide in a window of 360"
    report.check_labels(browser, name, 360)
    report.check_paper(browser, name)
    assert not browser.complaints(), browser.complaints()
    print(f"{name}: {os.path.getsize(page) / 1e3:.0f} kB: all as in the files", file=sys.stderr)


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    sluice = os.path.abspath(sys.argv[1])
    screenshots = sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(prefix="sluice-uplift-page-") as parent, Chromium() as browser:
        for name, make in (("hillstrom", hillstrom), ("harmful", harmful), ("hostile", hostile)):
            check(browser, name, make, sluice, parent, screenshots)


if __name__ == "__main__":
    main()
