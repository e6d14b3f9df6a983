"""Opens reports in a real browser: PYTHON Tests/Report/browser.py SLUICE STATE-GENERATOR [SCREENSHOTS].

PYTHON has the packages of Tests/Report/requirements.txt: axe-core, which looks for what bars people from reading a page.

Makes four states (one day, ninety days, losses, hostile), writes their reports, opens them in headless Chromium and checks that
nothing complains, nothing is fetched, every number in every table equals the state's CSV files, the read-outs answer pointer
and keyboard, tables sort, CSV files hold what the tables do, paper cuts nothing off, and the page is whole without script. With a third word, keeps screenshots in that folder.
"""

import csv
import datetime
import io
import json
import math
import os
import subprocess
import sys
import tempfile
import unicodedata

from chromium import Chromium
from state import State

DAMAGED = {"hostile": {("table", 2), ("quality", 3), ("statistics", 4), ("table", 5)}}
NEWEST_DAYS = 3


def micros(text):
    return round(float(text) * 1e6)


def percent(text, places):
    return f"{float(text) * 100:.{places}f} %"


class Report:
    """What the page of a state must show."""

    def __init__(self, state, name):
        self.state, self.name = state, name
        rows = [row for (date, key, _), row in state.rows.items() if key == name]
        self.revenue = any(row["successes"] != "0" and "." in row["successes"] for row in rows)

    def mean(self, text):
        return f"{float(text):.4f}" if self.revenue else percent(text, 3)

    def row(self, date, arm):
        return self.state.rows.get((date, self.name, arm))

    def count(self, date, arm):
        if date not in self.state.counted:
            return None
        return self.state.counts.get(
            (date, self.name, arm), {"visitors": 0, "clickers": 0, "purchasers": 0, "micros": 0})

    def cell(self, chart, date, arm):
        row, count = self.row(date, arm), self.count(date, arm)
        if chart == "traffic":
            return row and percent(row["traffic"], 2)
        if chart == "mean":
            # Of revenue without sales, or with more refunds than sales, no interval is known.
            if row and not row["mean_low"]:
                return self.mean(row["mean"])
            return row and f"{self.mean(row['mean'])} ({self.mean(row['mean_low'])} – {self.mean(row['mean_high'])})"
        if chart == "best":
            return row and row["probability_best"] and percent(row["probability_best"], 2)
        if chart == "visitors":
            return count and f"{count['visitors']:,}"
        if chart == "rewards" and count:
            return f"{count['micros'] / 1e6:,.2f}" if self.revenue else f"{count['clickers']:,}"
        return None

    def remaining(self, date):
        values = [row["value_remaining"] for (day, key, _), row in self.state.rows.items()
                  if key == self.name and day == date and row["value_remaining"]]
        return percent(values[0], 2) if values else None

    def p_value(self, date):
        platform, slot = self.name.split("/", 1)
        for check in self.state.quality.get(date, {}).get("sample_ratio", []):
            if (check["platform"], check["slot"]) == (platform, slot):
                return "< 0.0001" if check["p_value"] < 0.00005 else f"{check['p_value']:.4f}"
        return None

    def table(self, chart, arms):
        """The chart's cells by day, the newest first; a dash where there is nothing."""
        lines = []
        for date in reversed(self.state.days):
            if chart == "remaining":
                line = [self.remaining(date)]
            else:
                line = [self.cell(chart, date, arm) for arm in arms]
            if chart == "visitors":
                line.append(self.p_value(date))
            lines.append((date, [text or "–" for text in line]))
        return lines

    def reference(self):
        """The arm that lifts are over."""
        rows = {other: self.row(self.state.tables[-1], other) for other in self.state.arms[self.name]}
        rows = {other: row for other, row in rows.items() if row}
        controls = [other for other, row in rows.items() if row["status"] == "control"]
        known = [(float(row["probability_best"]), -index, other) for index, (other, row) in enumerate(rows.items())
                 if row["probability_best"] and (row["status"] != "new" or len(rows) == 1)]
        return (controls or [max(known)[2] if known else None])[0]

    def lift(self, arm):
        """The ends of an arm's lift as the table has them; nothing for the reference."""
        row = self.row(self.state.tables[-1], arm)
        return None if arm == self.reference() or not row.get("lift_low") else [row["lift_low"], row["lift_high"]]

    def today(self, arms):
        """The records of the table of arms: texts as in the files, and the lift's three numbers."""
        newest, before = self.state.tables[-1], self.state.tables[-2] if len(self.state.tables) > 1 else None
        for arm in arms:
            row, old = self.row(newest, arm), before and self.row(before, arm)
            if row:
                change = micros(row["traffic"]) - micros(old["traffic"]) if old else None
                yield [arm, row["status"], row["traffic"], change, row["probability_best"], row["mean"], row["mean_low"],
                       row["mean_high"], row.get("verdict", ""), row.get("evidence", ""), self.lift(arm), row["visitors"],
                       row["successes"]]

    def csv(self, chart, arms):
        """The rows of the chart's CSV file as the state has them, exactly."""
        columns = {"traffic": ["traffic"], "mean": ["mean", "mean_low", "mean_high"], "best": ["probability_best"],
                   "lifts": ["lift_low", "lift_high"]}[chart]
        lines = [["date", "variant"] + columns]
        for date in self.state.days:
            for arm in arms:
                row = self.row(date, arm)
                if row and row[columns[0]]:
                    texts = [row[column] for column in columns]
                    if chart == "traffic" and "." in texts[0]:
                        texts = [texts[0].rstrip("0").rstrip(".")]
                    lines.append([date, arm] + texts)
        return lines


TABLES = """(async () => {
  const result = [];
  for (const section of document.querySelectorAll("details.experiment")) {
    section.open = true;
    prepareExperiment(section);
    const data = JSON.parse(document.getElementById(section.dataset.experiment).textContent);
    const tables = {};
    for (const figure of section.querySelectorAll("figure")) figure.querySelector("details.data").open = true;
    // The script fills a table some time after it is opened.
    for (let tries = 0; tries < 200; tries++) {
      const tables = [...section.querySelectorAll("figure")].filter((figure) => figure.dataset.chart in charts)
        .map((figure) => figure.querySelector("details.data table"));
      if (tables.every((table) => table.rows.length === data.days + 1)) break;
      await new Promise((done) => setTimeout(done, 50));
    }
    for (const figure of section.querySelectorAll("figure")) {
      const table = figure.querySelector("details.data table");
      tables[figure.dataset.chart] = [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent));
      figure.querySelector("details.data").open = false;
    }
    const today = section.querySelector(":scope > .scroll > table");
    result.push({ name: data.key, arms: data.arms, tables, today: tableRows(today),
      whatIf: (section.querySelector(".whatif > .scroll > table") ?? null) && tableRows(section.querySelector(".whatif > .scroll > table")),
      items: ["density", "lift"].map((name) => section.querySelector(`figure[data-chart=${name}] details.data table`))
        .map((table) => table && tableRows(table)) });
  }
  return JSON.stringify(result);
})()"""

STATIC = """JSON.stringify([...document.querySelectorAll("details.experiment")].map((section) => Object.fromEntries(
  [...section.querySelectorAll("figure")].map((figure) => [figure.dataset.chart,
    [...figure.querySelectorAll("table tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent))]))))"""

DOWNLOAD = """(async () => {
  let blob;
  const original = URL.createObjectURL;
  URL.createObjectURL = (content) => { blob = content; return "data:,"; };
  const click = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = () => {};
  document.querySelector("#e%d-%s .tools button").click();
  URL.createObjectURL = original;
  HTMLAnchorElement.prototype.click = click;
  return await blob.text();
})()"""


def equal(found, expected, where):
    if found != expected:
        raise AssertionError(f"{where}: the page has {json.dumps(found)[:400]}, the state {json.dumps(expected)[:400]}")


def check_numbers(browser, state):
    experiments = json.loads(browser.evaluate(TABLES))
    equal([item["name"] for item in experiments], state.experiments, "experiments")
    for item in experiments:
        equal(item["arms"], state.arms[item["name"]], item["name"])
        report = Report(state, item["name"])
        for chart in ("traffic", "mean", "best", "remaining", "visitors", "rewards"):
            body = item["tables"][chart][1:]
            for found, (date, cells) in zip(body, report.table(chart, item["arms"]), strict=True):
                equal(found[0][:10], date, f"{item['name']} {chart}")
                equal(found[1:], cells, f"{item['name']} {chart} {date}")
        check_records(item, report)
    return experiments


def check_records(item, report):
    """The CSV files of the tables of arms, posteriors and lifts."""
    # Control characters have no place in a page.
    shown = lambda name: "".join("\ufffd" if unicodedata.category(c) == "Cc" and c not in "\n\t" else c for c in name)
    equal(item["today"][0], [
        "variant", "status", "traffic", "change", "probability_best", "raw_rate", "mean", "mean_low", "mean_high", "verdict",
        "evidence", "lift_low", "lift_high", "visitors", "successes"], item["name"])
    expected = list(report.today(item["arms"]))
    lifts = []
    for line, (arm, status, traffic, change, *numbers, lift, visitors, successes) in zip(item["today"][1:], expected, strict=True):
        equal(line[:3] + line[4:5] + line[6:11] + line[13:], [shown(arm), status, traffic, *numbers, visitors, successes],
              item["name"])
        close(line[5:6], [float(successes) / int(visitors)] if int(visitors) else None, f"{item['name']} {arm} raw rate")
        equal(line[3] and micros(line[3]), "" if change is None else change, f"{item['name']} {arm} change")
        equal(line[11:13], lift or ["", ""], f"{item['name']} {arm} lift")
        if lift:
            lifts.append((shown(arm), lift))
    density, table = item["items"]
    if density:
        rows = {shown(row[0]): row for row in expected}
        for line in density[1:]:
            equal(line[1:4], rows[line[0]][5:8], f"{item['name']} posterior of {line[0]}")
    equal([line[0] for line in (table or [[]])[1:]], [arm for arm, _ in lifts], item["name"])
    for line, (arm, lift) in zip((table or [[]])[1:], lifts):
        equal(line[1:3], lift, f"{item['name']} lift of {arm}")


def check_what_if(tools, path, state, item, screen):
    """Each row of What if is what `sluice evaluate` says of that policy alone on the days of the page."""
    platform, slot = item["name"].split("/", 1)
    names = {"even split": "even"} | {f"table of {date}": "night:" + date for date in state.tables} | {
        "everyone on " + screen(arm): "always:" + arm for arm in item["arms"]}
    judged = 0
    for name, value, difference, low, high, p, visitors, ess, remark in (item["whatIf"] or [[]])[1:]:
        run = subprocess.run(
            [tools["sluice"], "evaluate", "--state", path, "--platform", platform, "--slot", slot, "--skip-damaged",
             "--date", f"{state.days[0]}..{state.days[-1]}", "--policy", "x=" + names[name], "--csv"],
            capture_output=True, text=True)
        rows = [row for row in csv.DictReader(io.StringIO(run.stdout)) if (row["policy"], row["estimator"]) == ("x", "dr")]
        where = f"{item['name']}: what if {name}"
        if not rows:
            equal((run.returncode, value), (65, ""), where)
            continue
        row = rows[0]
        equal((value, visitors, ess), (row["value"], row["visitors"], row["ess"]), where)
        if row["reliable"] == "no":
            equal((difference, low, high, p), ("", "", "", ""), where)
            assert remark.startswith("not reliable: "), (where, remark)
        elif row["difference_se"]:
            own = [row["relative"], row["relative_se"]] if row["relative"] else [row["difference"], row["difference_se"]]
            middle, reach = float(own[0]), 1.959963984540054 * float(own[1])
            close([difference, low, high, p], [middle, middle - reach, middle + reach, float(row["difference_p"])], where)
            judged += 1
    return judged


def close(texts, numbers, where):
    numbers = numbers or (None,) * len(texts)
    for text, number in zip(texts, numbers, strict=True):
        if (text == "") != (number is None) or (text and abs(float(text) - number) > 2e-8 * max(1, abs(number))):
            raise AssertionError(f"{where}: the page has {texts}, the state {numbers}")


def check_without_script(browser, path, state):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(path)
    browser.evaluate("document.querySelectorAll('details').forEach((item) => { item.open = true; })")
    sections = json.loads(browser.evaluate(STATIC))
    for section, name in zip(sections, state.experiments, strict=True):
        for chart in ("traffic", "mean", "best", "remaining", "visitors", "rewards"):
            expected = Report(state, name).table(chart, state.arms[name])[:NEWEST_DAYS]
            for found, (date, cells) in zip(section[chart], expected, strict=True):
                equal((found[0][:10], found[1:]), (date, cells), f"{name} {chart} without script")
    browser.call("Emulation.setScriptExecutionDisabled", value=False)


def check_reading(browser, state):
    """Pointer and keyboard on the first chart, sorting of the first table, downloads."""
    browser.evaluate("document.querySelector('#e1-traffic svg.chart').scrollIntoView({ block: 'center', behavior: 'instant' })")
    box = json.loads(browser.evaluate(
        "JSON.stringify(document.querySelector('#e1-traffic svg.chart').getBoundingClientRect())"))
    # The middle of the newest day's slot.
    width = 716 - 104
    x = box["x"] + (716 - width / len(state.days) / 2) / 960 * box["width"]
    browser.point(x, box["y"] + box["height"] / 2)
    shown = browser.evaluate("document.querySelector('#e1-traffic .readout').innerText")
    report = Report(state, state.experiments[0])
    traffic = [report.cell("traffic", state.days[-1], arm) for arm in state.arms[state.experiments[0]]]
    assert state.days[-1] in shown, shown
    for text in traffic:
        assert text in (None, "0.00 %") or text in shown, (text, shown)
    browser.point(2, 2)
    assert browser.evaluate("document.querySelector('#e1-traffic .readout').hidden"), "the read-out stays"

    browser.evaluate("document.querySelector('#e1-traffic svg.chart').focus()")
    browser.press("Home")
    for _ in range(len(state.days) - 2):
        browser.press("ArrowRight")
    spoken = browser.evaluate("document.querySelector('#e1-traffic [role=slider]').getAttribute('aria-valuetext')")
    day = state.days[max(0, len(state.days) - 2)]
    assert spoken.startswith(day), (spoken, day)
    browser.evaluate("document.activeElement.blur()")

    for chart in ("traffic", "mean", "best"):
        text = browser.evaluate(DOWNLOAD % (1, chart))
        lines = list(csv.reader(io.StringIO(text, newline="")))
        equal(lines, report.csv(chart, state.arms[state.experiments[0]]), f"CSV of {chart}")

    check_sorting(browser, state)


def check_sorting(browser, state):
    """Every column of numbers, of every table, there and back; and p-values as the state has them."""
    unsorted = json.loads(browser.evaluate("""JSON.stringify([...document.querySelectorAll("table.sortable")].flatMap((table) =>
      [...table.tHead.rows[0].cells].flatMap((head, column) => {
        if (head.classList.contains("t") || column === 0) return [];
        return [-1, 1].flatMap((sign) => {
          head.querySelector("button").click();
          const texts = [...table.tBodies[0].rows].map((row) => cellValue(row.cells[column]));
          const numbers = texts.filter((text) => text !== "").map(Number);
          const isSorted = numbers.every((number, index) => index === 0 || sign * (number - numbers[index - 1]) >= 0);
          const emptyLast = texts.slice(0, numbers.length).every((text) => text !== "");
          return isSorted && emptyLast ? [] : [table.caption.textContent + ": " + head.textContent + ": " + texts];
        });
      })))"""))
    assert not unsorted, unsorted[:5]
    values = json.loads(browser.evaluate("""JSON.stringify([...document.querySelector("#quality table").tBodies[0].rows]
      .map((row) => [row.cells[0].textContent, cellValue(row.cells[7])]))"""))
    for date, text in values:
        checks = [check["p_value"] for check in state.quality.get(date, {}).get("sample_ratio", [])]
        equal(float(text) if text else None, min(checks, default=None), f"least p of {date}")


def check_paper(browser, name):
    """On paper nothing is wider than a sheet of A4, upright, with the margins of a browser."""
    browser.call("Emulation.setDeviceMetricsOverride", width=717, height=1000, deviceScaleFactor=1, mobile=False)
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.evaluate("document.querySelectorAll('details.experiment').forEach((section) => { section.open = true; })")
    wide = json.loads(browser.evaluate("""JSON.stringify([...document.querySelectorAll("table, svg.chart, p, h3")]
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > 717.5)
      .map((element) => [element.tagName, (element.caption ?? element).textContent.slice(0, 60),
        element.getBoundingClientRect().right]))"""))
    assert not wide, (name, wide[:5])
    browser.call("Emulation.setEmulatedMedia", media="")


def check_labels(browser, name, width):
    """No label begins left of the window or ends right of it."""
    out = json.loads(browser.evaluate(f"""JSON.stringify([...document.querySelectorAll("svg.chart text")]
      .filter((text) => text.checkVisibility())
      .map((text) => [text.textContent, text.getBoundingClientRect().left, text.getBoundingClientRect().right])
      .filter(([, left, right]) => left < 0 || right > {width}))"""))
    assert not out, (name, width, out[:5])


def check_axe(browser, name):
    """axe-core finds nothing that breaks the WCAG's levels A and AA, nor its own best practice."""
    import axe_core_python

    folder = os.path.dirname(axe_core_python.__file__)
    with open(os.path.join(folder, "axe.min.js"), encoding="utf-8") as file:
        browser.evaluate(file.read() + ";0")
    # What is folded counts as shown to it, but places that scroll are made stops of the keyboard when they are unfolded.
    browser.evaluate("""(async () => {
      for (const details of document.querySelectorAll("details")) details.open = true;
      await new Promise((done) => setTimeout(done, 300));
    })()""")
    found = json.loads(browser.evaluate("""axe.run(document, { resultTypes: ["violations"] }).then((result) =>
      JSON.stringify(result.violations.map((fault) => [fault.id, fault.help, fault.nodes.length, fault.nodes[0].html.slice(0, 200)])))"""))
    assert not found, (name, found)


def check_search(browser):
    """Segments are found by a part of their name."""
    if not browser.evaluate("document.querySelector('.segments .search input') !== null"):
        return
    shown = json.loads(browser.evaluate("""(() => {
      const place = document.querySelector(".segments:has(.search)");
      place.open = true;
      const rows = [...place.querySelector("tbody").rows];
      const name = rows[1].cells[0].textContent;
      const input = place.querySelector(".search input");
      const left = (text) => {
        input.value = text;
        input.dispatchEvent(new Event("input"));
        return rows.filter((row) => row.checkVisibility()).map((row) => row.cells[0].textContent);
      };
      const found = left(name.toUpperCase());
      return JSON.stringify([name, found, left("no segment is called so").length, left("").length, rows.length]);
    })()"""))
    name, found, none, everyone, rows = shown
    assert name in found and all(name.lower() in other.lower() for other in found) and none == 0 and everyone == rows, shown


def check_keyboard(browser, name):
    """Of the places that scroll, the keyboard stops at those that are too narrow and at no others."""
    wrong = json.loads(browser.evaluate("""new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(JSON.stringify(
      [...document.querySelectorAll(".scroll")].filter((place) => place.checkVisibility()
        && (place.scrollWidth > place.clientWidth) !== (place.tabIndex === 0)).map((place) => place.textContent.slice(0, 60)))), 50)))"""))
    assert not wrong, (name, wrong[:5])


def check_access(browser):
    """Every picture has a name, every table a caption, no id stands twice, headings begin with one h1."""
    faults = json.loads(browser.evaluate("""JSON.stringify([
      ...[...document.querySelectorAll("svg[role=img], svg[role=slider]")].filter((svg) => !(svg.getAttribute("aria-label")
          ?? document.getElementById(svg.getAttribute("aria-labelledby").split(" ")[0]).textContent).trim())
        .map((svg) => "picture without a name in " + svg.closest("[id]").id),
      ...[...document.querySelectorAll("table")].filter((table) => !table.caption?.textContent).map(() => "table without caption"),
      ...[...document.querySelectorAll("th:not([scope])")].map(() => "heading without scope"),
      ...Object.entries(Object.groupBy([...document.querySelectorAll("[id]")], (element) => element.id))
        .filter(([, list]) => list.length > 1).map(([id]) => "id twice: " + id),
      ...(document.querySelectorAll("h1").length === 1 ? [] : ["not one h1"]),
      ...(document.querySelector("img, iframe, object, embed, link[rel=stylesheet], script[src]") ? ["foreign content"] : []),
    ])"""))
    assert not faults, faults[:10]


def check_state(browser, name, tools, directory, screenshots):
    path = os.path.join(directory, name)
    subprocess.run([tools["generator"], name, path], check=True)
    page = path + ".html"
    subprocess.run([tools["sluice"], "report", "--state", path, "--output", page, "--quiet"], check=True)
    size = os.path.getsize(page)
    assert size < 2_500_000, f"{name}: {size} bytes"
    state = State(path, damaged_dates(name, path))
    browser.view(1280, 900)
    browser.open(page)
    check_access(browser)
    check_keyboard(browser, name)
    experiments = check_numbers(browser, state)
    shown = lambda name: "".join("\ufffd" if unicodedata.category(c) == "Cc" and c not in "\n\t" else c for c in name)
    judged = sum(check_what_if(tools, path, state, item, shown) for item in experiments[:3])
    assert judged or name == "one-day", f"{name}: no policy could be judged"
    check_reading(browser, state)
    check_search(browser)
    if name != "ninety-days":
        check_axe(browser, name)
    for window in (1440, 768, 390, 360):
        browser.view(window, 900)
        width = browser.evaluate("document.documentElement.scrollWidth")
        assert width <= window, f"{name}: the page is {width} wide in a window of {window}"
        check_keyboard(browser, name)
        check_labels(browser, name, window)
    check_paper(browser, name)
    assert not browser.complaints(), browser.complaints()
    check_without_script(browser, page, state)
    if screenshots:
        take(browser, page, os.path.join(screenshots, name))
    print(f"{name}: {size / 1e6:.2f} MB, {len(state.experiments)} experiments, {len(state.days)} days: all as in the files",
          file=sys.stderr)


def damaged_dates(name, path):
    """What the generator damages, by the days' numbers from the first of counts."""
    if name != "hostile":
        return set()
    first = min(entry[5:] for entry in os.listdir(path + "/statistics") if entry.startswith("date="))
    day = lambda n: (datetime.date.fromisoformat(first) + datetime.timedelta(days=n)).isoformat()
    return {(kind, day(number)) for kind, number in DAMAGED[name]}


def take(browser, page, prefix):
    for label, width, dark in (("light", 1280, False), ("dark", 1280, True), ("narrow", 360, False)):
        browser.view(width, 1800, dark)
        browser.open(page)
        browser.screenshot(f"{prefix}-{label}.png")
        browser.evaluate("document.querySelector('#e1 .charts').scrollIntoView({ behavior: 'instant' })")
        box = json.loads(browser.evaluate(
            "JSON.stringify(document.querySelector('#e1-mean svg.chart').getBoundingClientRect())"))
        browser.point(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
        browser.screenshot(f"{prefix}-{label}-charts.png")
        browser.evaluate("document.querySelector('#quality').scrollIntoView({ behavior: 'instant' })")
        browser.screenshot(f"{prefix}-{label}-quality.png")


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    tools = {"sluice": os.path.abspath(sys.argv[1]), "generator": os.path.abspath(sys.argv[2])}
    screenshots = sys.argv[3] if len(sys.argv) > 3 else None
    if screenshots:
        os.makedirs(screenshots, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sluice-report-") as directory, Chromium() as browser:
        for name in ("one-day", "losses", "hostile", "ninety-days"):
            check_state(browser, name, tools, directory, screenshots)


if __name__ == "__main__":
    main()
