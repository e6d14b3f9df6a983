"use strict";
// The page is complete without this: it adds read-outs, full tables of the days, sorting and CSV files.

const frame = { left: 104, right: 716, top: 24, bottom: 384 };

// ---- Numbers: whole in the data, see the keys of `scales` for their unit.

const scales = {
  traffic: 6, probabilityBest: 9, mean: 9, meanLow: 9, meanHigh: 9, valueRemaining: 9, pValue: 9, liftLow: 9, liftHigh: 9, visitors: 0, successes: 0,
};
const columnNames = {
  traffic: "traffic", probabilityBest: "probability_best", mean: "mean", meanLow: "mean_low", meanHigh: "mean_high",
  liftLow: "lift_low", liftHigh: "lift_high", valueRemaining: "value_remaining", pValue: "sample_ratio_p", visitors: "visitors",
};

/** The exact decimal of a whole number of 10^-scale, without trailing zeros. */
function decimal(text, scale) {
  if (text === "" || scale === 0) return text;
  const negative = text.startsWith("-");
  const digits = text.slice(negative ? 1 : 0).padStart(scale + 1, "0");
  const fraction = digits.slice(-scale).replace(/0+$/, "");
  return (negative ? "-" : "") + digits.slice(0, -scale) + (fraction ? "." + fraction : "");
}

const value = (text, scale) => Number(text) / 10 ** scale;
const count = (text) => text.replace(/\B(?=(\d{3})+$)/g, ",");

/** A decimal with so many places, halves to even, as everywhere in Sluice; `toFixed` alone takes halves upwards. */
function fixed(number, places) {
  const rest = 40;
  const exact = number.toFixed(places + rest);
  const isHalf = /^50*$/.test(exact.slice(-rest));
  const below = exact.slice(0, -rest).replace(/\.$/, "");
  return isHalf && "02468".includes(below.at(-1)) ? below : number.toFixed(places);
}

/** A p-value with four decimals; `< 0.0001` where they would say 0. */
const probability = (text, scale) => (value(text, scale) < 0.00005 ? "< 0.0001" : fixed(value(text, scale), 4));
const percent = (text, scale, places) => fixed(value(text, scale) * 100, places) + " %";
/** A relative change with its sign: `+12.3 %`. */
const change = (text) => {
  const number = value(text, 9) * 100;
  const digits = fixed(Math.abs(number), 1);
  return (/^[0.]*$/.test(digits) ? "±" : number < 0 ? "−" : "+") + digits + " %";
};
const grouped = (number, places) => {
  const [whole, fraction] = fixed(number, places).split(".");
  return count(whole) + (fraction ? "." + fraction : "");
};

// ---- An experiment's days.

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

class Experiment {
  constructor(element) {
    const data = JSON.parse(document.getElementById(element.dataset.experiment).textContent);
    this.key = data.key;
    this.arms = data.arms;
    this.reward = data.reward;
    this.marks = data.marks;
    this.countMarks = data.countMarks;
    const first = Date.parse(data.first + "T00:00:00Z");
    this.dates = Array.from({ length: data.days }, (_, day) => new Date(first + day * 864e5).toISOString().slice(0, 10));
    this.series = {};
    for (const name of Object.keys(scales)) this.series[name] = data[name].map(Experiment.numbers);
    const sum = (texts, others, sign) =>
      texts.map((text, day) => ((others[day] ?? "") === "" ? "" : String(BigInt(text) + sign * BigInt(others[day]))));
    this.series.meanLow = this.series.mean.map((texts, arm) => sum(texts, this.series.meanLow[arm], -1n));
    this.series.meanHigh = this.series.mean.map((texts, arm) => sum(texts, this.series.meanHigh[arm], 1n));
  }

  /**
   * The decimal texts of whole numbers, of any size, from their differences: base-64 quantities as in source maps, the lowest
   * bit the sign, five bits in a character, the lowest first; a point for none.
   */
  static numbers(text) {
    const result = [];
    let sum = 0n;
    let quantity = 0n;
    let shift = 0n;
    for (const character of text) {
      if (character === ".") {
        result.push("");
        continue;
      }
      const digit = alphabet.indexOf(character);
      quantity |= BigInt(digit & 31) << shift;
      shift += 5n;
      if (digit & 32) continue;
      sum += quantity & 1n ? -(quantity >> 1n) : quantity >> 1n;
      result.push(String(sum));
      quantity = 0n;
      shift = 0n;
    }
    return result;
  }

  scale(name) {
    return name === "successes" && this.reward === "revenue" ? 6 : scales[name];
  }

  text(name, arm, day) {
    return this.series[name][arm][day] ?? "";
  }

  mean(text) {
    // Nobody says what the mean is of: the number itself.
    if (!this.reward) return fixed(value(text, 9), 6);
    return this.reward === "revenue" ? fixed(value(text, 9), 4) : percent(text, 9, 3);
  }

  success(text) {
    return this.reward === "revenue" ? grouped(value(text, 6), 2) : count(text);
  }
}

/** What each chart of days shows: the series of its CSV, and a cell's text. */
const charts = {
  traffic: { series: ["traffic"], show: (e, a, d) => percent(e.text("traffic", a, d), 6, 2) },
  mean: {
    series: ["mean", "meanLow", "meanHigh"],
    show: (e, a, d) => {
      const [low, high] = [e.text("meanLow", a, d), e.text("meanHigh", a, d)];
      return e.mean(e.text("mean", a, d)) + (low === "" ? "" : ` (${e.mean(low)} – ${e.mean(high)})`);
    },
  },
  lifts: {
    series: ["liftLow", "liftHigh"],
    show: (e, a, d) => {
      const high = e.text("liftHigh", a, d);
      return `${change(e.text("liftLow", a, d))} to ${high === "" ? "∞" : change(high)}`;
    },
  },
  best: { series: ["probabilityBest"], show: (e, a, d) => percent(e.text("probabilityBest", a, d), 9, 2) },
  remaining: {
    series: ["valueRemaining"], single: "value remaining",
    show: (e, a, d) => percent(e.text("valueRemaining", a, d), 9, 2),
  },
  visitors: {
    series: ["visitors"], isCount: true, show: (e, a, d) => count(e.text("visitors", a, d)),
    extra: {
      title: "sample-ratio p", series: "pValue", show: (e, d) => probability(e.text("pValue", 0, d), 9),
    },
  },
  rewards: { series: ["successes"], isCount: true, show: (e, a, d) => e.success(e.text("successes", a, d)) },
};

// ---- Elements.

function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, content] of Object.entries(properties)) {
    if (key in element) element[key] = content;
    else element.setAttribute(key, content);
  }
  element.append(...children);
  return element;
}

const named = (text) => make("bdi", {}, text);
const swatch = (arm) => make("span", { className: `swatch c${arm % 10} d${Math.floor(arm / 10) % 4}` });

function download(name, rows) {
  const field = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const text = rows.map((row) => row.map((cell) => field(String(cell))).join(",") + "\n").join("");
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

const fileName = (...parts) => parts.join("-").replace(/[^\p{L}\p{N}.-]+/gu, "-") + ".csv";

function addTools(place, name, rows) {
  const button = make("button", { type: "button" }, "Download CSV");
  button.addEventListener("click", () => download(name, rows()));
  place.after(make("div", { className: "tools" }, button));
}

// ---- Charts of days: the cursor, the read-out, the whole table.

/** The rows of a chart's CSV: a row for each day and arm. */
function longRows(experiment, chart) {
  const header = ["date", ...(chart.single ? [] : ["variant"])];
  const successName = { click: "clickers", purchase: "purchasers", revenue: "revenue" }[experiment.reward];
  const rows = [[...header, ...chart.series.map((name) => columnNames[name] ?? successName)]];
  experiment.dates.forEach((date, day) => {
    experiment.series[chart.series[0]].forEach((texts, arm) => {
      if ((texts[day] ?? "") === "") return;
      rows.push([
        date, ...(chart.single ? [] : [experiment.arms[arm]]),
        ...chart.series.map((name) => decimal(experiment.text(name, arm, day), experiment.scale(name))),
      ]);
    });
  });
  return rows;
}

function cell(experiment, chart, arm, day) {
  return experiment.text(chart.series[0], arm, day) === "" ? "–" : chart.show(experiment, arm, day);
}

function dayName(experiment, chart, day) {
  const mark = (chart.isCount ? experiment.countMarks : experiment.marks)[day];
  return experiment.dates[day] + ({ c: " (carried over)", n: " (no visitors)", p: " (not counted yet)" }[mark] ?? "");
}

function fillTable(experiment, chart, table) {
  const titles = chart.single ? [chart.single] : experiment.arms;
  const body = make("tbody");
  for (let day = experiment.dates.length - 1; day >= 0; day--) {
    const row = make("tr", {}, make("th", { scope: "row" }, dayName(experiment, chart, day)));
    titles.forEach((_, arm) => row.append(make("td", {}, cell(experiment, chart, arm, day))));
    if (chart.extra) {
      const text = experiment.text(chart.extra.series, 0, day);
      row.append(make("td", {}, text === "" ? "–" : chart.extra.show(experiment, day)));
    }
    body.append(row);
  }
  table.tBodies[0].replaceWith(body);
  table.caption.textContent = table.caption.textContent.replace(", newest days", "");
}

function readout(figure) {
  const box = make("div", { className: "readout", hidden: true });
  figure.append(box);
  return {
    show(x, content) {
      box.replaceChildren(...content);
      box.hidden = false;
      const width = figure.clientWidth;
      const own = box.offsetWidth;
      box.style.left = `${Math.max(0, Math.min(width - own, x + 12 + own > width ? x - own - 12 : x + 12))}px`;
      const svg = figure.querySelector("svg").getBoundingClientRect();
      box.style.top = `${svg.top - figure.getBoundingClientRect().top + 8}px`;
    },
    hide() { box.hidden = true; },
  };
}

/**
 * Makes a chart a slider over its days or arms: the arrow keys reach a slider from a screen reader's reading mode too, and
 * its value is spoken. Returns what says where it is.
 */
function makeSlider(svg, size, show, hide) {
  let current = -1;
  const set = (index, text) => {
    current = index;
    svg.setAttribute("aria-valuenow", index + 1);
    svg.setAttribute("aria-valuetext", text);
  };
  for (const [name, content] of [["role", "slider"], ["tabindex", 0], ["aria-valuemin", 1], ["aria-valuemax", size]]) {
    svg.setAttribute(name, content);
  }
  svg.addEventListener("focus", () => { if (svg.matches(":focus-visible")) show(Math.max(0, current)); });
  svg.addEventListener("blur", hide);
  svg.addEventListener("keydown", (event) => {
    const steps = {
      ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7, Home: -size, End: size,
    };
    if (event.key === "Escape") return hide();
    if (!(event.key in steps) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    show(Math.max(0, Math.min(size - 1, current + steps[event.key])));
  });
  return set;
}

function interactDays(figure, experiment) {
  const chart = charts[figure.dataset.chart];
  const svg = figure.querySelector("svg.chart");
  const output = readout(figure);
  const days = experiment.dates.length;
  const setValue = makeSlider(svg, days, (day) => show(day), hide);
  const cursor = document.createElementNS(svg.namespaceURI, "path");
  cursor.setAttribute("class", "cursor");
  svg.append(cursor);

  /** What the chart says of a day: its name, and a line for each arm, the greatest first. */
  function read(day) {
    const titles = chart.single ? [chart.single] : experiment.arms;
    const lines = titles
      .map((title, arm) => ({ title, arm, text: experiment.text(chart.series[0], arm, day) }))
      .filter((line) => line.text !== "" && (chart.series[0] !== "traffic" || line.text !== "0"))
      .sort((a, b) => Number(b.text) - Number(a.text))
      .map((line) => ({ ...line, shown: chart.show(experiment, line.arm, day) }));
    const name = dayName(experiment, chart, day);
    setValue(day, `${name}: ${lines.map((line) => `${line.title} ${line.shown}`).join(", ") || "no data"}`);
    return { name, lines };
  }

  function show(day) {
    const current = Math.max(0, Math.min(days - 1, day));
    const x = frame.left + ((current + 0.5) * (frame.right - frame.left)) / days;
    cursor.setAttribute("d", `M${x} ${frame.top}V${frame.bottom}`);
    const { name, lines } = read(current);
    const content = [make("strong", {}, name)];
    for (const line of lines.slice(0, 14)) {
      const label = make("span", {}, ...(chart.single ? [] : [swatch(line.arm)]), named(line.title));
      content.push(make("div", {}, label, make("span", {}, line.shown)));
    }
    if (lines.length > 14) content.push(make("div", {}, `and ${lines.length - 14} more`));
    if (lines.length === 0) content.push(make("div", {}, "no data"));
    const p = chart.extra ? experiment.text(chart.extra.series, 0, current) : "";
    if (p !== "") content.push(make("div", {}, chart.extra.title, make("span", {}, chart.extra.show(experiment, current))));
    const box = svg.getBoundingClientRect();
    output.show((x / 960) * box.width, content);
  }

  function hide() {
    output.hide();
    cursor.removeAttribute("d");
  }

  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 960;
    show(Math.floor(((x - frame.left) / (frame.right - frame.left)) * days));
  });
  svg.addEventListener("pointerleave", hide);
  read(days - 1);

  const details = figure.querySelector("details.data");
  let isFilled = false;
  details.addEventListener("toggle", () => {
    if (isFilled || !details.open) return;
    isFilled = true;
    fillTable(experiment, chart, details.querySelector("table"));
  });
  addTools(details.querySelector(".scroll"), fileName(experiment.key, figure.dataset.chart), () => longRows(experiment, chart));
}

/** Charts of the newest table: what is pointed at says its title. */
function interactItems(figure) {
  const svg = figure.querySelector("svg.chart");
  const items = [...svg.querySelectorAll("[data-arm], [data-item]")].filter((item) => item.querySelector("title"));
  const output = readout(figure);
  const texts = items.map((item) => {
    const title = item.querySelector("title");
    const text = title.textContent;
    title.remove();
    return text;
  });
  const setValue = makeSlider(svg, items.length, (index) => show(index, 40), hide);
  setValue(0, texts[0]);
  function show(index, x) {
    setValue(index, texts[index]);
    const arm = items[index].dataset.arm;
    highlight(figure, arm === undefined ? null : Number(arm));
    const key = arm === undefined ? [] : [swatch(Number(arm))];
    output.show(x, [make("div", {}, make("span", {}, ...key, texts[index]))]);
  }
  function hide() {
    output.hide();
    highlight(figure, null);
  }
  items.forEach((item, index) => {
    item.addEventListener("pointermove", (event) => show(index, event.clientX - svg.getBoundingClientRect().left));
    item.addEventListener("pointerleave", hide);
  });
  const table = figure.querySelector("details.data table");
  addTools(figure.querySelector("details.data .scroll"), fileName(figure.id), () => tableRows(table));
}

/** Charts whose table has a row for each place along the x axis: what is pointed at says its row. */
function interactRows(figure) {
  const svg = figure.querySelector("svg.chart");
  const table = figure.querySelector("details.data table");
  const columns = svg.querySelector("[data-columns]").dataset.columns.split(" ").map(Number);
  const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent);
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map((element) => element.textContent));
  const output = readout(figure);
  const cursor = document.createElementNS(svg.namespaceURI, "path");
  cursor.setAttribute("class", "cursor");
  svg.append(cursor);
  const text = (index) => heads.map((head, column) => `${head} ${rows[index][column]}`).join(", ");
  const setValue = makeSlider(svg, rows.length, show, hide);
  setValue(0, text(0));
  function show(index) {
    setValue(index, text(index));
    cursor.setAttribute("d", `M${columns[index]} ${frame.top}V${frame.bottom}`);
    const lines = heads.slice(1).map((head, column) =>
      make("div", {}, make("span", {}, head), make("span", {}, rows[index][column + 1])));
    output.show((columns[index] / 960) * svg.getBoundingClientRect().width,
      [make("strong", {}, `${heads[0]} ${rows[index][0]}`), ...lines]);
  }
  function hide() {
    output.hide();
    cursor.removeAttribute("d");
  }
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 960;
    let nearest = 0;
    columns.forEach((column, index) => { if (Math.abs(column - x) < Math.abs(columns[nearest] - x)) nearest = index; });
    show(nearest);
  });
  svg.addEventListener("pointerleave", hide);
  addTools(figure.querySelector("details.data .scroll"), fileName(figure.id), () => tableRows(table));
}

/** Fades everything of other arms; null: nothing. */
function highlight(place, arm) {
  place.classList.toggle("faded", arm !== null);
  for (const element of place.querySelectorAll(".hot")) element.classList.remove("hot");
  if (arm === null) return;
  for (const element of place.querySelectorAll(`[data-arm="${arm}"]`)) element.classList.add("hot");
}

// ---- Tables.

const cellValue = (element) => element.dataset.v ?? element.textContent;

/** The records of a table's CSV file. A column is one field, or those that its heading names. */
function tableRows(table) {
  const names = [...table.tHead.rows[0].cells].map((head) => head.dataset.names?.split(" ") ?? [head.textContent]);
  const records = [...table.tBodies[0].rows].map((row) => [...row.cells].flatMap((element, column) => {
    const fields = element.dataset.f?.split(" ") ?? [cellValue(element)];
    return names[column].map((_, index) => fields[index] ?? "");
  }));
  return [names.flat(), ...records];
}

function makeSortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = make("button", { type: "button" }, ...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const isNumber = !head.classList.contains("t");
      const wasDescending = head.ariaSort === "descending";
      const wasAscending = head.ariaSort === "ascending";
      const sign = isNumber ? (wasDescending ? 1 : -1) : wasAscending ? -1 : 1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.ariaSort = sign > 0 ? "ascending" : "descending";
      const rows = [...table.tBodies[0].rows].map((row) => ({ row, key: cellValue(row.cells[column]) }));
      rows.sort((a, b) => {
        if (a.key === "" || b.key === "") return (a.key === "") - (b.key === "");
        return sign * (isNumber ? Number(a.key) - Number(b.key) : a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
      });
      table.tBodies[0].append(...rows.map((item) => item.row));
    });
  });
  if (!table.closest("figure")) {
    addTools(table.closest(".scroll"), fileName(table.caption.textContent), () => tableRows(table));
  }
}

/** A field above a long table that leaves the rows whose name has what is typed. */
function makeSearchable(table) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 10) return;
  const input = make("input", { type: "search" });
  const label = make("label", { className: "search" }, "Find a segment: ", input);
  const told = make("span", { role: "status", className: "fine" });
  label.append(" ", told);
  table.closest(".scroll").before(label);
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    let left = 0;
    for (const row of rows) {
      row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
      if (!row.hidden) left += 1;
    }
    told.textContent = wanted === "" ? "" : `${left} of ${rows.length}`;
  });
}

// ---- The page.

function prepareExperiment(section) {
  if (section.dataset.isPrepared) return;
  section.dataset.isPrepared = "yes";
  const experiment = new Experiment(section);
  for (const figure of section.querySelectorAll("figure[data-chart]")) {
    if (figure.dataset.chart in charts) interactDays(figure, experiment);
    else interactItems(figure);
  }
  section.querySelectorAll(":scope > .scroll > table > tbody > tr").forEach((row) => {
    const arm = row.querySelector(".swatch")?.dataset.arm;
    if (arm === undefined) return;
    row.addEventListener("pointerenter", () => highlight(section, Number(arm)));
    row.addEventListener("pointerleave", () => highlight(section, null));
  });
}

function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let place = target; place; place = place.parentElement) if (place instanceof HTMLDetailsElement) place.open = true;
  target.scrollIntoView();
}

/** Tables wider than their place are a stop of the keyboard, so that they can be scrolled with it; others are none. */
const overflow = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const place = target.closest(".scroll");
    const isWide = place.scrollWidth > place.clientWidth;
    const experiment = place.closest("details.experiment")?.querySelector("h3").textContent;
    const caption = place.querySelector("caption").textContent;
    const attributes = { tabindex: "0", role: "region", "aria-label": experiment ? `${caption}: ${experiment}` : caption };
    for (const [name, content] of Object.entries(attributes)) {
      if (isWide) place.setAttribute(name, content);
      else place.removeAttribute(name);
    }
  }
});
for (const place of document.querySelectorAll(".scroll")) {
  overflow.observe(place);
  overflow.observe(place.firstElementChild);
}

document.querySelectorAll("table.sortable").forEach(makeSortable);
document.querySelectorAll("details.segments table").forEach(makeSearchable);
for (const section of document.querySelectorAll("details.experiment")) {
  if (section.open) prepareExperiment(section);
  section.addEventListener("toggle", () => { if (section.open) prepareExperiment(section); });
}
for (const figure of document.querySelectorAll("main > section > .charts > figure:has([data-columns])")) interactRows(figure);
addEventListener("hashchange", openTarget);
addEventListener("beforeprint", () => {
  for (const section of document.querySelectorAll("details.experiment:not([open])")) {
    section.dataset.wasClosed = "yes";
    section.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const section of document.querySelectorAll("details.experiment[data-was-closed]")) {
    delete section.dataset.wasClosed;
    section.open = false;
  }
});
openTarget();
