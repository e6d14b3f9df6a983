"""Opens the pages of budgets in a real browser: python3 Tests/Report/budget_page.py SLUICE [SCREENSHOTS].

Spends two budgets, one for all customers and one with groups whose names are hostile, opens their pages in headless Chromium and
checks that nothing complains, nothing is fetched, every number in every table equals budget.json and curve.csv, the read-outs
answer pointer and keyboard, CSV files hold what the tables do, tables sort, and the page is whole without script, on a narrow
screen and on paper. With a second word, keeps screenshots in that folder. Prints `checks: N`.
"""

import csv
import io
import json
import os
import random
import subprocess
import sys
import tempfile
from decimal import Decimal

from browser import check_access, check_keyboard, check_labels, check_paper, equal
from chromium import Chromium

GROUPS = ["Pune", "<b>bold</b>", 'quotes " and \'', "‮backwards", "a name that is as long as a name may well be in a list of regions of a country"]
CURVE = ["budget", "value", "bound", "shadow_price", "contacted"]
TOTAL = ["group", "budget", "spent", "value", "bound", "shadow_price", "customers", "contacted", "method"]

TABLES = """JSON.stringify([...document.querySelectorAll("figure")].map((figure) => ({
  id: figure.id, title: figure.querySelector("h4").textContent,
  rows: [...figure.querySelector("table").tBodies[0].rows].map((row) =>
    [...row.cells].map((cell) => cell.dataset.v ?? cell.textContent)) })))"""
SPENT = """JSON.stringify([...document.querySelector("#spent table").tBodies[0].rows].map((row) =>
  [...row.cells].map((cell) => cell.dataset.v ?? cell.textContent)))"""
DOWNLOAD = """(async () => {
  let blob;
  const original = URL.createObjectURL;
  URL.createObjectURL = (content) => { blob = content; return "data:,"; };
  const click = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = () => {};
  document.querySelector("%s").click();
  URL.createObjectURL = original;
  HTMLAnchorElement.prototype.click = click;
  return await blob.text();
})()"""


def options(directory):
    """Three hundred customers in five groups; one line cannot be used."""
    draws = random.Random(5)
    with open(os.path.join(directory, "options.csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["customer", "group", "option", "cost", "value"])
        for number in range(300):
            for option in ("mail", "call", "gift"):
                cost = draws.randint(10, 900) / 100
                writer.writerow([f"c{number}", GROUPS[number % 5], option, cost, round(draws.random() * cost ** 0.5 * 40, 3)])
        writer.writerow(["c1", GROUPS[1], "none", "1,234.50", 0])
    with open(os.path.join(directory, "groups.csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["group", "budget"])
        writer.writerows([group, 40 + 20 * place] for place, group in enumerate(GROUPS))


def shown(name):
    """A name as the page has it."""
    return "".join("\ufffd" if "\u202a" <= c <= "\u202e" else c for c in name)


def text(number):
    return "" if number is None else format(number.normalize(), "f") if isinstance(number, Decimal) else str(number)


def expected(directory):
    """The rows of the first table, and of each curve."""
    with open(os.path.join(directory, "budget.json"), encoding="utf-8") as file:
        result = json.load(file, parse_float=Decimal, parse_int=Decimal)
    with open(os.path.join(directory, "curve.csv"), newline="", encoding="utf-8") as file:
        curve = list(csv.DictReader(file))
    total = []
    for part in result.get("groups", []) + [result]:
        row = [shown(part.get("group", "all"))] + [text(part[name]) for name in TOTAL[1:-1]]
        total.append(row + [part["method"].replace("-", " ")])
    curves = {}
    for row in curve:
        curves.setdefault(row.get("group", ""), []).append([row[name] for name in CURVE])
    return total, list(curves.values())


def check_reading(browser, curve):
    """Pointer and keyboard on the first chart, and its CSV file."""
    browser.evaluate("document.querySelector('#b1-value svg.chart').scrollIntoView({ block: 'center', behavior: 'instant' })")
    box = json.loads(browser.evaluate("JSON.stringify(document.querySelector('#b1-value svg.chart').getBoundingClientRect())"))
    browser.point(box["x"] + 916 / 960 * box["width"], box["y"] + box["height"] / 2)
    readout = browser.evaluate("document.querySelector('#b1-value .readout').innerText")
    assert f"Budget {Decimal(curve[-1][0]):,}" in readout and f"{int(curve[-1][4]):,}" in readout, (readout, curve[-1])
    browser.point(2, 2)
    assert browser.evaluate("document.querySelector('#b1-value .readout').hidden"), "the read-out stays"
    browser.evaluate("document.querySelector('#b1-price svg.chart').focus()")
    browser.press("Home")
    browser.press("ArrowRight")
    spoken = browser.evaluate("document.querySelector('#b1-price [role=slider]').getAttribute('aria-valuetext')")
    assert spoken.startswith(f"Budget {Decimal(curve[1][0]):,}"), (spoken, curve[1])
    browser.evaluate("document.activeElement.blur()")
    lines = list(csv.reader(io.StringIO(browser.evaluate(DOWNLOAD % "#b1-value .tools button"), newline="")))
    equal(lines, [CURVE] + curve, "CSV of the first curve")


def check_page(browser, directory, name, screenshots):
    path = os.path.join(directory, "budget.html")
    total, curves = expected(directory)
    browser.view(1280, 1800)
    browser.open(path)
    check_access(browser)
    check_keyboard(browser, name)
    figures = json.loads(browser.evaluate(TABLES))
    equal([figure["rows"] for figure in figures], [curve for curve in curves for _ in range(2)], f"{name}: curves")
    if len(curves) > 1:
        for place, group in enumerate(sorted(GROUPS, key=lambda group: group.encode())):
            assert figures[2 * place]["title"].startswith(shown(group) + ":"), figures[2 * place]["title"]
    equal(json.loads(browser.evaluate(SPENT)), total, f"{name}: what was spent")
    lines = list(csv.reader(io.StringIO(browser.evaluate(DOWNLOAD % "#spent .tools button"), newline="")))
    equal(lines, [TOTAL] + total, f"{name}: CSV of what was spent")
    check_reading(browser, curves[0])
    browser.evaluate("document.querySelector('#spent thead tr').cells[2].querySelector('button').click()")
    spent = [Decimal(row[2]) for row in json.loads(browser.evaluate(SPENT))]
    assert spent == sorted(spent, reverse=True), spent
    assert browser.evaluate("document.querySelector('b') === null"), "a name became markup"
    # The dashed line of what was spent is in the plot, at the budget.
    marks = browser.evaluate("document.querySelectorAll('#b1-value .zero, #b1-value circle').length")
    equal(marks, 2, f"{name}: marks")
    browser.view(360, 740)
    width = browser.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, f"{name}: the page is {width} wide in a window of 360"
    check_labels(browser, name, 360)
    check_paper(browser, name)
    equal(browser.complaints(), [], f"{name}: complaints")
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(path)
    equal(json.loads(browser.evaluate(SPENT)), total, f"{name}: without script")
    browser.call("Emulation.setScriptExecutionDisabled", value=False)
    if screenshots:
        for label, width, dark in (("light", 1280, False), ("dark", 1280, True), ("narrow", 360, False)):
            browser.view(width, 1800, dark)
            browser.open(path)
            browser.screenshot(os.path.join(screenshots, f"budget-{name}-{label}.png"))
    return 12


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    sluice = os.path.abspath(sys.argv[1])
    screenshots = sys.argv[2] if len(sys.argv) > 2 else None
    if screenshots:
        os.makedirs(screenshots, exist_ok=True)
    checks = 0
    with tempfile.TemporaryDirectory(prefix="sluice-budget-") as directory, Chromium() as browser:
        options(directory)
        for name, words in (("one", ["--budget", "450"]), ("groups", ["--group-budgets", "groups.csv", "--budget", "390"])):
            command = [sluice, "budget", "--options", "options.csv", "--output", name, "--quiet", "--curve", "12"]
            subprocess.run(command + words, cwd=directory, check=True, stderr=subprocess.DEVNULL)
            checks += check_page(browser, os.path.join(directory, name), name, screenshots)
    print(f"checks: {checks}")


if __name__ == "__main__":
    main()
